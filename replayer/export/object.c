/* SPDX-License-Identifier: Apache-2.0 */
#include "object.h"

#include "base/buf.h"
#include "replayer/print/print.h"
#include "replayer/state/state.h"
#include "sys/table.h"

#include <string.h>

static const char nobody[] = "[unknown]";

static int put_path(const struct state *s, const struct event *e, int32_t dirfd, uint64_t address,
		    struct buf *ret)
{
	size_t size, from = ret->size;
	const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, address, &size);
	int r;

	if (!at)
		return 0;
	size = strnlen((const char *)at, size);
	/* Of a link that is not followed the name is the link's own: which it is here no matter,
	 * the directory in front of it is the same. */
	r = state_resolve(s, e, dirfd, at, size, false, ret);
	if (r == 0 && ret->size == from)
		buf_append(ret, at, size);
	return r;
}

static void put_file(const struct state *s, struct printer *printer, const struct event *e,
		     int32_t fd, struct buf *ret)
{
	const struct state_file *f = state_at_entry(s, e, fd);

	if (!f)
		return;
	if (f->kind == STATE_NAMED && f->text)
		buf_append(ret, f->text, f->size);
	else
		print_file(printer, f, ret);
}

/* The first of the arguments that says anything. An empty path with a descriptor in front of it
 * is the descriptor. */
static int put_object(const struct state *s, struct printer *printer, const struct event *e,
		      const struct sys_desc *d, struct buf *ret)
{
	size_t from = ret->size;
	int32_t dirfd = STATE_FDCWD;
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->count && ret->size == from; i++) {
		const struct sys_field *f = &d->field[i];
		uint64_t value = sys_value(f, e->call.args, sizeof(e->call.args));

		if (f->kind == K_PATH && f->dir & IN)
			r = put_path(s, e, dirfd, value, ret);
		else if (f->kind == K_FD)
			put_file(s, printer, e, (int32_t)value, ret);
		if (f->kind == K_ATFD)
			dirfd = (int32_t)value;
	}
	if (r == 0 && ret->size == from && dirfd != STATE_FDCWD)
		put_file(s, printer, e, dirfd, ret);
	return r;
}

int object_of(const struct state *s, struct printer *printer, const struct event *e,
	      struct buf *ret)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	size_t from = ret->size;
	int r;

	d = d ? sys_select(d, e->call.args, NULL) : NULL;
	if (!d)
		return 0;
	r = put_object(s, printer, e, d, ret);
	if (ret->size - from > OBJECT_MAX)
		buf_truncate(ret, from + OBJECT_MAX);
	return r < 0 ? r : buf_error(ret);
}

void object_program(const struct state_process *p, struct buf *ret)
{
	const char *slash = p && p->exe ? memrchr(p->exe, '/', p->exe_size) : NULL;

	if (!p || !p->exe || !p->exe_size)
		buf_append(ret, nobody, sizeof(nobody) - 1);
	else if (slash && slash + 1 < p->exe + p->exe_size)
		buf_append(ret, slash + 1, (size_t)(p->exe + p->exe_size - slash - 1));
	else
		buf_append(ret, p->exe, p->exe_size);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the columns say of a call. */
#include "sql_priv.h"

#include "sys/names.h"
#include "sys/table.h"

#include <stdio.h>
#include <string.h>

enum { RESTART_FIRST = 512, RESTART_LAST = 516 };

const char *row_state(const struct event_call *call)
{
	int error = event_errno(call);

	if (call->state != EVENT_FINISHED)
		return "unfinished";
	return error >= RESTART_FIRST && error <= RESTART_LAST ? "interrupted" : "finished";
}

const char *row_error(const struct event_call *call, char *scratch)
{
	int error = event_errno(call);
	const char *name = error ? sys_errno_name(error) : NULL;

	if (!error || name)
		return name;
	snprintf(scratch, 16, "%d", error);
	return scratch;
}

static const struct sys_desc *desc_of(const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);

	return d ? sys_select(d, e->call.args, NULL) : NULL;
}

int32_t row_fd(const struct event *e)
{
	const struct sys_desc *d = desc_of(e);

	for (size_t i = 0; d && i < d->count; i++) {
		if (d->field[i].kind == K_FD)
			return (int32_t)sys_value(&d->field[i], e->call.args, sizeof(e->call.args));
	}
	return -1;
}

/* ---- names ---- */

size_t row_file_name(const struct state_file *file, const char **ret)
{
	*ret = !file                        ? NULL
	       : file->text                 ? file->text
	       : file->kind == STATE_PIPE   ? "pipe"
	       : file->kind == STATE_SOCKET ? "socket"
					    : NULL;
	return file && file->text ? file->size : *ret ? strlen(*ret) : 0;
}

struct wanted {
	bool to;
	struct buf *ret;
};

/* What a descriptor stands for is a column of its own. */
static int take_name(void *context, const struct access *a)
{
	const struct wanted *w = context;
	const struct access_name *name = w->to ? &a->to : &a->path;

	if (!a->by_descriptor && name->size)
		buf_append(w->ret, name->text, name->size);
	return 0;
}

/* Calls that access.h says nothing of, and those that never came back. */
static int take_first(const struct state *s, const struct event *e, struct buf *ret)
{
	const struct sys_desc *d = desc_of(e);
	int32_t dirfd = STATE_FDCWD;
	size_t from = ret->size;

	for (size_t i = 0; d && i < d->count; i++) {
		const struct sys_field *f = &d->field[i];
		uint64_t value = sys_value(f, e->call.args, sizeof(e->call.args));
		const struct event_memory *m;
		size_t size;

		if (f->kind == K_PATH && f->dir & IN) {
			m = event_range(e, EVENT_AT_ENTRY, value);
			size = m && m->length ? strnlen((const char *)m->data, m->length) : 0;
			if (size && s && state_resolve(s, e, dirfd, m->data, size, false, ret) < 0)
				return -1;
			if (size && ret->size == from)
				buf_append(ret, m->data, size);
			if (size)
				return buf_error(ret);
		}
		dirfd = f->kind == K_ATFD ? (int32_t)value : STATE_FDCWD;
	}
	return buf_error(ret);
}

static bool has_two_paths(const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	size_t paths = 0;

	for (size_t i = 0; d && i < d->count; i++)
		paths += d->field[i].kind == K_PATH && d->field[i].dir & IN;
	return paths > 1;
}

int row_path(const struct scan *c, bool to, struct buf *ret)
{
	struct wanted wanted = {to, ret};
	size_t from = ret->size;
	int r;

	if (to && !has_two_paths(c->item.event))
		return 0;
	r = accesses_take(c->accesses, c->state, c->item.event, take_name, &wanted);
	if (r == 0 && !to && ret->size == from)
		r = take_first(c->state, c->item.event, ret);
	return r < 0 ? r : buf_error(ret);
}

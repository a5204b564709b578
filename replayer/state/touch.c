/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls are about a path: those with the path among their arguments, as the program
 * gave it or as the kernel would name it, and those with a descriptor that stands for it.
 */
#include "state_priv.h"

#include "sys/table.h"

#include <errno.h>
#include <string.h>

enum { POLLFD_SIZE = 8 };

struct touch {
	const struct state *s;
	const struct task *task;
	const struct event *e;
	const char *path;
	size_t size;
};

static bool is_it(const struct touch *x, const void *text, size_t size)
{
	return size == x->size && memcmp(text, x->path, size) == 0;
}

static bool by_descriptor(const struct touch *x, int32_t fd)
{
	const struct slot *slot = table_find(x->task->table, fd);

	return slot && slot->file->is.size && is_it(x, slot->file->is.text, slot->file->is.size);
}

/* A path goes from the descriptor before it, if there is one. */
static int by_path(const struct touch *x, int32_t dirfd, uint64_t address)
{
	size_t size;
	const uint8_t *at = call_bytes(x->e, EVENT_AT_ENTRY, address, &size);
	struct buf path = {0};
	int r;

	if (!at)
		return 0;
	size = strnlen((const char *)at, size);
	if (!size || is_it(x, at, size))
		return size != 0;
	for (int how = PATH_FOLLOW; how <= PATH_NOFOLLOW; how++) {
		buf_clear(&path);
		r = path_resolve(x->s, x->task, dirfd, at, size, how, &path, NULL);
		if (r == 0 && path.size)
			r = is_it(x, path.data, path.size);
		if (r)
			break;
	}
	buf_done(&path);
	return r;
}

static bool by_set(const struct touch *x, const struct sys_field *f, uint64_t address)
{
	size_t size;
	const uint8_t *at = call_bytes(x->e, EVENT_AT_ENTRY, address, &size);

	if (f->kind == K_FDSET) {
		for (size_t i = 0; at && i < size * 8; i++) {
			if (at[i / 8] >> i % 8 & 1 && by_descriptor(x, (int32_t)i))
				return true;
		}
	} else if (f->mem == MEM_ARRAY && strcmp(f->of()->name, "pollfd") == 0) {
		for (size_t i = 0; at && i + POLLFD_SIZE <= size; i += POLLFD_SIZE) {
			if (by_descriptor(x,
					  (int32_t)sys_value(&f->of()->field[0], at + i, size - i)))
				return true;
		}
	}
	return false;
}

int state_touches(const struct state *s, const struct event *e, const char *path)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	struct touch x = {s, task_find(s, e->tid), e, path, strlen(path)};
	int32_t dirfd = STATE_FDCWD;
	int r = 0;

	d = d ? sys_select(d, e->call.args, NULL) : NULL;
	for (size_t i = 0; d && x.task && r == 0 && i < d->count; i++) {
		const struct sys_field *f = &d->field[i];
		uint64_t value = sys_value(f, e->call.args, sizeof(e->call.args));

		if (f->kind == K_FD || f->kind == K_ATFD)
			r = by_descriptor(&x, (int32_t)value);
		else if (f->kind == K_PATH && f->dir & IN)
			r = by_path(&x, dirfd, value);
		else
			r = by_set(&x, f, value);
		dirfd = f->kind == K_ATFD ? (int32_t)value : STATE_FDCWD;
	}
	return r;
}

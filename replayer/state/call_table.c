/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that copy, close and change descriptors, and those that make processes. */
#include "state_priv.h"

#include <errno.h>

enum {
	OPEN_CLOEXEC = 02000000,
	UNSHARE_FS = 0x200,
	UNSHARE_FILES = 0x400,
	UNSHARE_MOUNTS = 0x20000,
	CLONE_WITH_PIDFD = 0x1000,
	RANGE_UNSHARE = 2,
	RANGE_CLOEXEC = 4,
	DUPFD = 0,
	SETFD = 2,
	GETFL = 3,
	SETFL = 4,
	DUPFD_CLOEXEC = 1030,
	SET_CLOEXEC = 0x5451,
	SET_NO_CLOEXEC = 0x5450,
	SET_NONBLOCK = 0x5421,
	SET_ASYNC = 0x5452,
	NONBLOCK = 04000,
	ASYNC = 020000,
	SETTABLE = 01066000, /* O_APPEND, O_NONBLOCK, O_DIRECT, O_NOATIME, O_ASYNC */
	BOTH = 2,
};

/* ---- copies ---- */

/* The original may have come after this call's entry: then it is looked up again. */
static int apply_copy(struct state *s, struct task *t, struct effect *f)
{
	const struct slot *from = table_find(t->table, f->fd);

	if (!f->made[0].file && from)
		f->made[0].file = file_ref(from->file);
	return effect_make(s, t, f);
}

static int copy(struct call *c, bool cloexec)
{
	int32_t from = (int32_t)c->args[0];

	c->effect.fd = from;
	call_makes(c, c->e->call.ret, file_ref(call_file(c, from)), cloexec);
	if (c->effect.apply)
		c->effect.apply = apply_copy;
	return 0;
}

static int begin_dup(struct call *c)
{
	return copy(c, false);
}

static int begin_dup2(struct call *c)
{
	return (uint32_t)c->args[0] == (uint32_t)c->args[1] ? 0 : copy(c, false);
}

static int begin_dup3(struct call *c)
{
	return copy(c, c->args[2] & OPEN_CLOEXEC);
}

/* ---- the flag ---- */

static int apply_cloexec(struct state *s, struct task *t, struct effect *f)
{
	return table_set_cloexec(s, t->table, f->fd, f->fd, f->flags);
}

static int set_cloexec(struct call *c, bool on)
{
	c->effect.fd = (int32_t)c->args[0];
	c->effect.flags = on;
	c->effect.apply = apply_cloexec;
	return 0;
}

/* ---- the flags of the description ---- */

static int apply_flags(struct state *s, struct task *t, struct effect *f)
{
	struct state_file *is = &f->file->is;

	(void)s;
	(void)t;
	is->flags = (is->flags & ~f->first) | (f->flags & f->first);
	return 0;
}

static int set_flags(struct call *c, uint32_t of, uint32_t flags)
{
	call_is_about(c, (int32_t)c->args[0], apply_flags);
	c->effect.first = of;
	c->effect.flags = flags;
	return 0;
}

static int apply_told(struct state *s, struct task *t, struct effect *f)
{
	(void)s;
	(void)t;
	file_set_flags(f->file, f->flags);
	return 0;
}

static int told_flags(struct call *c)
{
	call_is_about(c, (int32_t)c->args[0], apply_told);
	c->effect.flags = (uint32_t)c->e->call.ret;
	return 0;
}

static int set_by_ioctl(struct call *c, uint32_t flag)
{
	uint64_t on;

	return call_number(c->e, EVENT_AT_ENTRY, c->args[2], 4, &on)
		       ? set_flags(c, flag, on ? flag : 0)
		       : 0;
}

static int begin_fcntl(struct call *c)
{
	switch ((uint32_t)c->args[1]) {
	case DUPFD:
		return copy(c, false);
	case DUPFD_CLOEXEC:
		return copy(c, true);
	case SETFD:
		return set_cloexec(c, c->args[2] & 1);
	case GETFL:
		return told_flags(c);
	case SETFL:
		return set_flags(c, SETTABLE, (uint32_t)c->args[2]);
	default:
		return 0;
	}
}

static int begin_ioctl(struct call *c)
{
	uint32_t request = (uint32_t)c->args[1];

	if (request == SET_NONBLOCK)
		return set_by_ioctl(c, NONBLOCK);
	if (request == SET_ASYNC)
		return set_by_ioctl(c, ASYNC);
	return request == SET_CLOEXEC || request == SET_NO_CLOEXEC
		       ? set_cloexec(c, request == SET_CLOEXEC)
		       : 0;
}

/* ---- closing ---- */

static int apply_close(struct state *s, struct task *t, struct effect *f)
{
	return table_remove(s, t->table, (int32_t)f->first, (int32_t)f->last, f->age);
}

/* One that was closed is closed, whatever went wrong. */
static int begin_close(struct call *c)
{
	if (event_errno(&c->e->call) == EBADF)
		return 0;
	c->effect.first = c->effect.last = (uint32_t)c->args[0];
	c->effect.apply = (int32_t)c->args[0] >= 0 ? apply_close : NULL;
	return 0;
}

static int apply_close_range(struct state *s, struct task *t, struct effect *f)
{
	int r = f->flags & RANGE_UNSHARE ? task_unshare_table(s, t) : 0;

	if (r < 0)
		return r;
	if (f->flags & RANGE_CLOEXEC)
		return table_set_cloexec(s, t->table, (int32_t)f->first, (int32_t)f->last, true);
	return apply_close(s, t, f);
}

static int begin_close_range(struct call *c)
{
	uint32_t first = (uint32_t)c->args[0], last = (uint32_t)c->args[1];

	c->effect.first = first;
	c->effect.last = last < INT32_MAX ? last : INT32_MAX;
	c->effect.flags = (uint32_t)c->args[2];
	c->effect.apply = first <= c->effect.last ? apply_close_range : NULL;
	return 0;
}

/* ---- processes ---- */

static int apply_unshare(struct state *s, struct task *t, struct effect *f)
{
	int r = f->flags & UNSHARE_FILES ? task_unshare_table(s, t) : 0;

	return r == 0 && f->flags & (UNSHARE_FS | UNSHARE_MOUNTS) ? task_unshare_fs(s, t) : r;
}

static int begin_unshare(struct call *c)
{
	c->effect.flags = (uint32_t)c->args[0];
	c->effect.apply = apply_unshare;
	return 0;
}

static int clone(struct call *c, uint64_t flags, uint64_t pidfd_at)
{
	static const char text[] = "anon_inode:[pidfd]";
	uint64_t fd;
	struct file *file;

	if (!(flags & CLONE_WITH_PIDFD) || !call_number(c->e, EVENT_AT_EXIT, pidfd_at, 4, &fd))
		return 0;
	file = file_new(c->s, STATE_PIDFD, text, sizeof(text) - 1);
	if (file)
		file->is.pid = (uint32_t)c->e->call.ret;
	file_set_flags(file, BOTH);
	call_makes(c, (int32_t)fd, file, true);
	return 0;
}

static int begin_clone(struct call *c)
{
	return clone(c, c->args[0], c->args[2]);
}

static int begin_clone3(struct call *c)
{
	uint64_t flags, pidfd_at;

	if (!call_number(c->e, EVENT_AT_ENTRY, c->args[0], 8, &flags) ||
	    !call_number(c->e, EVENT_AT_ENTRY, c->args[0] + 8, 8, &pidfd_at))
		return 0;
	return clone(c, flags, pidfd_at);
}

/* For the exec event that follows. */
static int exec(struct call *c, int32_t dirfd, size_t path)
{
	buf_clear(&c->task->exec_path);
	return call_path(c, dirfd, path, PATH_FOLLOW, &c->task->exec_path, NULL);
}

static int begin_execve(struct call *c)
{
	return exec(c, STATE_FDCWD, 0);
}

static int begin_execveat(struct call *c)
{
	return exec(c, (int32_t)c->args[0], 1);
}

const struct call_kind calls_table[] = {
	{SYS_BEARS(dup), begin_dup},
	{SYS_BEARS(dup2), begin_dup2},
	{SYS_BEARS(dup3), begin_dup3},
	{SYS_BEARS(fcntl), begin_fcntl},
	{SYS_BEARS(fcntl64), begin_fcntl},
	{SYS_BEARS(ioctl), begin_ioctl},
	{SYS_BEARS(close), begin_close, .on_error = true},
	{SYS_BEARS(close_range), begin_close_range},
	{SYS_BEARS(unshare), begin_unshare},
	{SYS_BEARS(clone), begin_clone, .clones = true},
	{SYS_BEARS(clone3), begin_clone3, .clones = true},
	{SYS_BEARS(execve), begin_execve},
	{SYS_BEARS(execveat), begin_execveat},
	{0},
};

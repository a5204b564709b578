/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that make descriptors, but for sockets. */
#include "state_priv.h"

#include "sys/table.h"

#include <errno.h>
#include <string.h>

enum {
	OPEN_CREATE = 0100,
	OPEN_EXCLUSIVE = 0200,
	OPEN_NOFOLLOW = 0400000,
	OPEN_CLOEXEC = 02000000,
	OPEN_TEMPORARY = 020000000,
	TREE_CLONE = 1,
	TREE_NOFOLLOW = 0x100,
	OPEN_PATH = 010000000,
	OPEN_VALID = 037777703, /* others are ignored */
	NONBLOCK = 04000,
	DIRECT = 040000,
	READS = 0,
	WRITES = 1,
	BOTH = 2,
	SECCOMP_FILTER = 1,
	SECCOMP_LISTENER = 8,
};

/* ---- by path ---- */

static struct file *file_at(struct call *c, const struct buf *path, const struct file *same)
{
	if (same)
		return file_again(c->s, same);
	return file_new(c->s, STATE_NAMED, path->data, path->size);
}

/* A file without a name in a directory: its number is not on the tape. */
static struct file *temporary(struct call *c, struct buf *path)
{
	struct file *file;

	if (path->size)
		buf_str(path, path->size > 1 ? "/#?" : "#?");
	c->s->out_of_memory |= buf_error(path) < 0;
	file = file_new(c->s, STATE_NAMED, path->data, path->size);
	if (file)
		file->is.deleted = true;
	return file;
}

static int open_path(struct call *c, int32_t dirfd, size_t path_at, uint64_t flags)
{
	bool exclusive = (flags & OPEN_CREATE) && (flags & OPEN_EXCLUSIVE);
	int how = (flags & OPEN_NOFOLLOW) || exclusive ? PATH_NOFOLLOW : PATH_FOLLOW;
	const struct file *same;
	struct buf path = {0};
	int r = call_path(c, dirfd, path_at, how, &path, &same);

	if (r == 0)
		call_makes(c, c->e->call.ret,
			   flags & OPEN_TEMPORARY ? temporary(c, &path) : file_at(c, &path, same),
			   flags & OPEN_CLOEXEC);
	if (r == 0 && c->effect.made_count) {
		file_set_flags(c->effect.made[0].file, flags & OPEN_VALID);
		file_set_position(c->s, c->effect.made[0].file, 0);
	}
	buf_done(&path);
	return r;
}

static int begin_open(struct call *c)
{
	return open_path(c, STATE_FDCWD, 0, c->args[1]);
}

static int begin_creat(struct call *c)
{
	return open_path(c, STATE_FDCWD, 0, OPEN_CREATE | WRITES);
}

static int begin_openat(struct call *c)
{
	return open_path(c, (int32_t)c->args[0], 1, c->args[2]);
}

static int begin_openat2(struct call *c)
{
	uint64_t flags;

	if (!call_number(c->e, EVENT_AT_ENTRY, c->args[2], 8, &flags))
		flags = 0;
	return open_path(c, (int32_t)c->args[0], 1, flags);
}

/* A copy of a mount has no place in the tree. */
static int begin_open_tree(struct call *c)
{
	uint64_t flags = c->args[2];

	if (flags & TREE_CLONE) {
		call_makes(c, c->e->call.ret, file_new(c->s, STATE_NAMED, "/", 1),
			   flags & OPEN_CLOEXEC);
		return 0;
	}
	return open_path(c, (int32_t)c->args[0], 1,
			 OPEN_PATH | (flags & OPEN_CLOEXEC) |
				 (flags & TREE_NOFOLLOW ? OPEN_NOFOLLOW : 0));
}

/* ---- with a name of the kernel's ---- */

static bool is_cloexec(const struct call *c)
{
	if (c->kind->flags_at >= EVENT_ARGS)
		return c->kind->flags_at == CLOEXEC_ALWAYS;
	return c->args[c->kind->flags_at] & c->kind->cloexec_flag;
}

/* O_NONBLOCK has the same value in all flags that are given to such calls. */
static struct file *with_access(struct call *c, struct file *file)
{
	uint64_t flags = c->kind->flags_at < EVENT_ARGS ? c->args[c->kind->flags_at] : 0;

	if (c->kind->access)
		file_set_flags(file, (uint64_t)(c->kind->access - 1) | (flags & NONBLOCK));
	return file;
}

static int begin_make(struct call *c)
{
	const char *text = c->kind->text;

	call_makes(c, c->e->call.ret,
		   with_access(c, file_new(c->s, STATE_NAMED, text, text ? strlen(text) : 0)),
		   is_cloexec(c));
	return 0;
}

/* The clock is not asked for again. */
static int begin_timerfd(struct call *c)
{
	int r = begin_make(c);

	if (c->effect.made_count && c->effect.made[0].file)
		c->effect.made[0].file->clock = (uint32_t)c->args[0];
	return r;
}

static int apply_signals(struct state *s, struct task *t, struct effect *f)
{
	(void)s;
	(void)t;
	f->file->is.signals = f->numbers[0];
	return 0;
}

/* With a descriptor it changes that one. */
static int begin_signalfd(struct call *c)
{
	uint64_t mask;
	bool known = call_number(c->e, EVENT_AT_ENTRY, c->args[1], 8, &mask);

	if (!known)
		mask = 0;
	if ((int32_t)c->args[0] != -1) {
		c->effect.numbers[0] = mask;
		call_is_about(c, (int32_t)c->args[0], apply_signals);
		return 0;
	}
	begin_make(c);
	if (c->effect.made_count && c->effect.made[0].file)
		c->effect.made[0].file->is.signals = mask;
	return 0;
}

/* A name behind a prefix of the kernel's. */
static int make_named(struct call *c, const char *prefix, bool deleted)
{
	size_t size;
	const uint8_t *name = call_bytes(c->e, EVENT_AT_ENTRY, c->args[0], &size);
	struct buf text = {0};
	struct file *file;

	buf_str(&text, prefix);
	if (name)
		buf_append(&text, name, strnlen((const char *)name, size));
	c->s->out_of_memory |= buf_error(&text) < 0;
	file = file_new(c->s, STATE_NAMED, text.data, text.size);
	if (file)
		file->is.deleted = deleted;
	call_makes(c, c->e->call.ret, file, is_cloexec(c));
	buf_done(&text);
	return 0;
}

static int begin_memfd(struct call *c)
{
	int r = make_named(c, "/memfd:", true);

	if (c->effect.made_count) {
		file_set_flags(c->effect.made[0].file, BOTH);
		file_set_position(c->s, c->effect.made[0].file, 0);
	}
	return r;
}

static int begin_memfd_secret(struct call *c)
{
	struct file *file = file_new(c->s, STATE_NAMED, c->kind->text, strlen(c->kind->text));

	if (file)
		file->is.deleted = true;
	call_makes(c, c->e->call.ret, file, is_cloexec(c));
	return 0;
}

static int begin_mq_open(struct call *c)
{
	int r = make_named(c, "/", false);

	if (c->effect.made_count)
		file_set_flags(c->effect.made[0].file, c->args[1] & OPEN_VALID);
	return r;
}

static int begin_pidfd_open(struct call *c)
{
	struct file *file = file_new(c->s, STATE_PIDFD, c->kind->text, strlen(c->kind->text));

	if (file)
		file->is.pid = (uint32_t)c->args[0];
	file_set_flags(file, BOTH | (c->args[1] & NONBLOCK));
	call_makes(c, c->e->call.ret, file, true);
	return 0;
}

/* Another process's descriptor. */
static int begin_pidfd_getfd(struct call *c)
{
	const struct file *pidfd = call_file(c, (int32_t)c->args[0]);
	const struct task *t =
		pidfd && pidfd->is.kind == STATE_PIDFD ? task_find(c->s, pidfd->is.pid) : NULL;
	const struct slot *slot = t ? table_find(t->table, (int32_t)c->args[1]) : NULL;

	call_makes(c, c->e->call.ret, slot ? file_ref(slot->file) : NULL, true);
	return 0;
}

static int begin_bpf(struct call *c)
{
	static const struct {
		uint8_t command;
		const char *text;
	} makers[] = {
		{0, "anon_inode:bpf-map"},
		{5, "anon_inode:bpf-prog"},
		{7, NULL},
		{13, "anon_inode:bpf-prog"},
		{14, "anon_inode:bpf-map"},
		{17, "anon_inode:bpf_link"},
		{18, "anon_inode:btf"},
		{19, "anon_inode:btf"},
		{28, "anon_inode:bpf_link"},
		{30, "anon_inode:bpf_link"},
		{32, "anon_inode:bpf-stats"},
		{33, "anon_inode:bpf_iter"},
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		const char *text = makers[i].text;

		if (makers[i].command == (uint32_t)c->args[0])
			call_makes(c, c->e->call.ret,
				   file_new(c->s, STATE_NAMED, text, text ? strlen(text) : 0),
				   true);
	}
	return 0;
}

static int begin_seccomp(struct call *c)
{
	return (uint32_t)c->args[0] == SECCOMP_FILTER && c->args[1] & SECCOMP_LISTENER
		       ? begin_make(c)
		       : 0;
}

/* With flags it only tells a version. */
static int begin_landlock(struct call *c)
{
	return c->args[2] ? 0 : begin_make(c);
}

static int begin_pipe(struct call *c)
{
	struct file *a = file_new(c->s, STATE_PIPE, NULL, 0);
	struct file *b = file_new(c->s, STATE_PIPE, NULL, 0);
	bool cloexec = is_cloexec(c);
	uint64_t fds[2], flags = 0;

	file_pair(a, b);
	if (c->kind->flags_at == 1)
		flags = c->args[1] & (NONBLOCK | DIRECT);
	file_set_flags(a, READS | (flags & NONBLOCK));
	file_set_flags(b, WRITES | flags);
	if (call_number(c->e, EVENT_AT_EXIT, c->args[0], 4, &fds[0]) &&
	    call_number(c->e, EVENT_AT_EXIT, c->args[0] + 4, 4, &fds[1])) {
		call_makes(c, (int32_t)fds[0], file_ref(a), cloexec);
		call_makes(c, (int32_t)fds[1], file_ref(b), cloexec);
	}
	file_unref(c->s, a);
	file_unref(c->s, b);
	return 0;
}

const struct call_kind calls_open[] = {
	{SYS_BEARS(open), begin_open},
	{SYS_BEARS(creat), begin_creat},
	{SYS_BEARS(openat), begin_openat},
	{SYS_BEARS(openat2), begin_openat2},
	{SYS_BEARS(open_tree), begin_open_tree},
	{SYS_BEARS(open_tree_attr), begin_open_tree},
	{SYS_BEARS(open_by_handle_at), begin_make, NULL, 2, OPEN_CLOEXEC},
	{SYS_BEARS(pipe), begin_pipe, NULL, CLOEXEC_NEVER},
	{SYS_BEARS(pipe2), begin_pipe, NULL, 1, OPEN_CLOEXEC},
	{SYS_BEARS(memfd_create), begin_memfd, NULL, 1, 1},
	{SYS_BEARS(memfd_secret), begin_memfd_secret, "/secretmem", 0, OPEN_CLOEXEC},
	{SYS_BEARS(epoll_create), begin_make, "anon_inode:[eventpoll]", CLOEXEC_NEVER,
	 .access = BOTH + 1},
	{SYS_BEARS(epoll_create1), begin_make, "anon_inode:[eventpoll]", 0, OPEN_CLOEXEC,
	 .access = BOTH + 1},
	{SYS_BEARS(eventfd), begin_make, "anon_inode:[eventfd]", CLOEXEC_NEVER, .access = BOTH + 1},
	{SYS_BEARS(eventfd2), begin_make, "anon_inode:[eventfd]", 1, OPEN_CLOEXEC,
	 .access = BOTH + 1},
	{SYS_BEARS(timerfd_create), begin_timerfd, "anon_inode:[timerfd]", 1, OPEN_CLOEXEC,
	 .access = BOTH + 1},
	{SYS_BEARS(signalfd), begin_signalfd, "anon_inode:[signalfd]", CLOEXEC_NEVER,
	 .access = BOTH + 1},
	{SYS_BEARS(signalfd4), begin_signalfd, "anon_inode:[signalfd]", 3, OPEN_CLOEXEC,
	 .access = BOTH + 1},
	{SYS_BEARS(inotify_init), begin_make, "anon_inode:inotify", CLOEXEC_NEVER,
	 .access = READS + 1},
	{SYS_BEARS(inotify_init1), begin_make, "anon_inode:inotify", 0, OPEN_CLOEXEC,
	 .access = READS + 1},
	{SYS_BEARS(fanotify_init), begin_make, "anon_inode:[fanotify]", 0, 1},
	{SYS_BEARS(userfaultfd), begin_make, "anon_inode:[userfaultfd]", 0, OPEN_CLOEXEC},
	{SYS_BEARS(perf_event_open), begin_make, "anon_inode:[perf_event]", 4, 8,
	 .access = BOTH + 1},
	{SYS_BEARS(pidfd_open), begin_pidfd_open, "anon_inode:[pidfd]", CLOEXEC_ALWAYS},
	{SYS_BEARS(pidfd_getfd), begin_pidfd_getfd},
	{SYS_BEARS(io_uring_setup), begin_make, "anon_inode:[io_uring]", CLOEXEC_ALWAYS,
	 .access = BOTH + 1},
	{SYS_BEARS(bpf), begin_bpf},
	{SYS_BEARS(fsopen), begin_make, "anon_inode:[fscontext]", 1, 1, .access = BOTH + 1},
	{SYS_BEARS(fspick), begin_make, "anon_inode:[fscontext]", 2, 1, .access = BOTH + 1},
	{SYS_BEARS(fsmount), begin_make, "/", 1, 1},
	{SYS_BEARS(landlock_create_ruleset), begin_landlock, "anon_inode:[landlock-ruleset]",
	 CLOEXEC_ALWAYS, .access = BOTH + 1},
	{SYS_BEARS(mq_open), begin_mq_open, NULL, CLOEXEC_ALWAYS},
	{SYS_BEARS(seccomp), begin_seccomp, "anon_inode:seccomp notify", CLOEXEC_ALWAYS,
	 .access = BOTH + 1},
	{0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of descriptors: from when a call made one until it was closed, and what went through
 * it meanwhile. What a call does to the table of its process it does at its end: it waits here
 * for its place. A descriptor that no call of the process made (inherited, received, there before
 * the tape) is known from its first use on.
 */
#include "sql_priv.h"

#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING_MAX = 1 << 14, NAME_MAX_KEPT = 4096, CLOSE_RANGE_CLOEXEC = 4 };

enum {
	FD_PID,
	FD_FD,
	FD_FILE,
	FD_NAME,
	FD_OPENED_SEQ,
	FD_OPENED_TIME,
	FD_OPENED_TID,
	FD_OPENED_BY,
	FD_CLOSED_SEQ,
	FD_CLOSED_TIME,
	FD_CLOSED_TID,
	FD_CLOSED_BY,
	FD_CALLS,
	FD_BYTES_IN,
	FD_BYTES_OUT,
};

/* Where something happened to a descriptor. */
struct place {
	uint64_t seq, time;
	uint32_t tid;
	const char *by; /* NULL: nowhere on the tape */
};

struct descriptor {
	uint32_t pid;
	int32_t fd;
	uint64_t file;
	char *name;
	size_t name_size;
	struct place opened, closed;
	uint64_t calls, in, out;
};

/* Something that is done to a table when its call ends. */
struct pending {
	uint64_t at; /* place of the call's exit */
	bool closes; /* fd to last; else makes fd */
	struct descriptor what;
	int64_t last;
};

struct fds {
	struct scan scan;
	struct descriptor *all;
	size_t count, capacity;
	uint64_t dropped;
	struct map live; /* pid, fd -> index + 1 */
	struct pending *pending;
	size_t pending_count;
	struct map execed; /* processes that have made an exec since they were looked at */
};

static uint64_t key_of(uint32_t pid, int32_t fd)
{
	return (uint64_t)pid << 32 | (uint32_t)fd;
}

static struct descriptor *live(struct fds *f, uint32_t pid, int32_t fd)
{
	size_t at = (uintptr_t)map_get(&f->live, key_of(pid, fd));

	return at ? &f->all[at - 1] : NULL;
}

static int set_file(struct descriptor *d, const struct state_file *file)
{
	const char *text;
	size_t size = row_file_name(file, &text);

	d->file = file ? file->id : 0;
	if (!text)
		return 0;
	d->name_size = size < NAME_MAX_KEPT ? size : NAME_MAX_KEPT;
	d->name = malloc(d->name_size + 1);
	if (!d->name)
		return -ENOMEM;
	memcpy(d->name, text, d->name_size);
	return 0;
}

static void end(struct fds *f, struct descriptor *d, const struct place *p)
{
	d->closed = *p;
	map_remove(&f->live, key_of(d->pid, d->fd));
}

/* Takes over the name. */
static int begin(struct fds *f, const struct descriptor *d)
{
	struct descriptor *before = live(f, d->pid, d->fd), *all;

	if (before)
		end(f, before, &d->opened);
	if (f->count >= SQL_ROWS_MAX) {
		f->dropped++;
		free(d->name);
		return 0;
	}
	if (f->count == f->capacity) {
		f->capacity = f->capacity ? 2 * f->capacity : 64;
		all = reallocarray(f->all, f->capacity, sizeof(*all));
		if (!all) {
			free(d->name);
			return -ENOMEM;
		}
		f->all = all;
	}
	f->all[f->count++] = *d;
	return map_put(&f->live, key_of(d->pid, d->fd), (void *)(uintptr_t)f->count);
}

/* ---- what waits ---- */

static int push(struct fds *f, const struct pending *p)
{
	size_t i = f->pending_count;

	if (i == PENDING_MAX) {
		free(p->what.name);
		return 0;
	}
	for (; i && f->pending[i - 1].at > p->at; i--)
		f->pending[i] = f->pending[i - 1];
	f->pending[i] = *p;
	f->pending_count++;
	return 0;
}

static int apply(struct fds *f, const struct pending *p)
{
	if (!p->closes)
		return begin(f, &p->what);
	for (int64_t fd = p->what.fd; fd <= p->last && fd - p->what.fd < 1 << 12; fd++) {
		struct descriptor *d = live(f, p->what.pid, (int32_t)fd);

		if (d)
			end(f, d, &p->what.opened);
	}
	return 0;
}

static int apply_until(struct fds *f, uint64_t seq)
{
	size_t done = 0;
	int r = 0;

	while (r == 0 && done < f->pending_count && f->pending[done].at < seq)
		r = apply(f, &f->pending[done++]);
	f->pending_count -= done;
	memmove(f->pending, f->pending + done, f->pending_count * sizeof(*f->pending));
	return r;
}

/* ---- what calls do ---- */

static struct pending about(const struct event *e, const struct sys_desc *d)
{
	const bool finished = e->call.state == EVENT_FINISHED;

	return (struct pending){
		.at = finished ? e->call.end_seq : e->seq,
		.what = {.pid = e->pid, .opened = {e->seq, e->time, e->tid, d->name}},
	};
}

static int make(struct fds *f, const struct event *e, const struct sys_desc *d, int32_t fd)
{
	const struct state_file *file = state_at_exit(f->scan.state, e, fd);
	const struct descriptor *before = live(f, e->pid, fd);
	struct pending p = about(e, d);

	/* dup2(3, 3) makes nothing. */
	if (before && file && before->file == file->id)
		return 0;
	p.what.fd = fd;
	return set_file(&p.what, file) < 0 ? -ENOMEM : push(f, &p);
}

static int make_all(struct fds *f, const struct event *e, const struct sys_desc *d)
{
	const struct sys_desc *call = sys_find(e->call.arch, e->call.nr);
	uint8_t kind = d->ret ? d->ret : call->ret;
	int r = 0;

	if (kind == K_FD)
		return make(f, e, d, (int32_t)e->call.ret);
	for (uint32_t i = 0; r == 0 && i < e->memory_count; i++) {
		if (e->memory[i].when == EVENT_NAME)
			r = make(f, e, d, (int32_t)e->memory[i].address);
	}
	return r;
}

static int close_some(struct fds *f, const struct event *e, const struct sys_desc *d)
{
	static const char *const one[] = {"close", NULL}, *const range[] = {"close_range", NULL};
	struct pending p = about(e, d);

	p.closes = true;
	p.what.fd = (int32_t)e->call.args[0];
	p.last = p.what.fd;
	if (sys_is_named(d, range)) {
		p.last = (int64_t)(uint32_t)e->call.args[1];
		if (e->call.args[2] & CLOSE_RANGE_CLOEXEC)
			return 0;
	} else if (!sys_is_named(d, one)) {
		return 0;
	}
	return p.what.fd < 0 ? 0 : push(f, &p);
}

/* A descriptor that a call is given: it is one that is known from now on. *@ret: NULL if there is
 * none. */
static int use(struct fds *f, const struct event *e, int32_t fd, struct descriptor **ret)
{
	const struct state_file *file = fd >= 0 ? state_at_entry(f->scan.state, e, fd) : NULL;
	struct descriptor *d = fd >= 0 ? live(f, e->pid, fd) : NULL;
	struct descriptor fresh = {.pid = e->pid, .fd = fd};
	int r;

	*ret = d;
	if ((!d && !file) || (d && (!file || d->file == file->id)))
		return 0;
	r = set_file(&fresh, file) < 0 ? -ENOMEM : begin(f, &fresh);
	*ret = r < 0 ? NULL : live(f, e->pid, fd);
	return r;
}

/* All descriptors of a call, and what it moved. */
static int use_all(struct fds *f, const struct event *e)
{
	int32_t first = row_fd(e), last = first;
	struct descriptor *d;
	int r = use(f, e, first, &d);

	if (d)
		d->calls++;
	if (r == 0)
		r = scan_moved(&f->scan);
	for (size_t i = 0; r == 0 && i < f->scan.moved_count; i++) {
		const struct moved *m = &f->scan.moved[i];

		r = use(f, e, m->fd, &d);
		if (!d)
			continue;
		d->calls += m->fd != first && m->fd != last;
		*(m->out ? &d->out : &d->in) += m->bytes;
		last = m->fd;
	}
	return r;
}

static int take_call(struct fds *f, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	int r = use_all(f, e);

	d = d ? sys_select(d, e->call.args, NULL) : NULL;
	if (r < 0 || !d || e->call.state != EVENT_FINISHED || e->call.ret < 0)
		return r;
	r = make_all(f, e, d);
	return r < 0 ? r : close_some(f, e, d);
}

/* ---- what ends many ---- */

static void end_all(struct fds *f, const struct event *e, const char *by)
{
	const struct place p = {e->seq, e->time, e->tid, by};
	bool gone = e->kind == EVENT_EXIT;

	for (size_t i = 0; i < f->count; i++) {
		struct descriptor *d = &f->all[i];

		if (d->pid != e->pid || live(f, d->pid, d->fd) != d)
			continue;
		if (gone || !state_at_entry(f->scan.state, e, d->fd))
			end(f, d, &p);
	}
}

static int take(struct fds *f, const struct event *e)
{
	if (apply_until(f, e->seq) < 0)
		return -ENOMEM;
	if (f->execed.count && map_remove(&f->execed, e->pid))
		end_all(f, e, "exec");
	if (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN)
		return take_call(f, e);
	if (e->kind == EVENT_EXIT && e->exit.process)
		end_all(f, e, "exit");
	if (e->kind == EVENT_EXEC)
		return map_put(&f->execed, e->pid, f);
	return 0;
}

/* ---- the rows ---- */

static void put_place(struct list *l, size_t column, const struct place *p)
{
	if (!p->by)
		return;
	list_integer(l, column, p->seq);
	list_integer(l, column + 1, p->time);
	list_integer(l, column + 2, p->tid);
	list_word(l, column + 3, p->by);
}

static void put(struct list *l, const struct descriptor *d)
{
	if (!list_row(l))
		return;
	list_integer(l, FD_PID, d->pid);
	list_integer(l, FD_FD, (uint32_t)d->fd);
	if (d->file)
		list_integer(l, FD_FILE, d->file);
	list_text(l, FD_NAME, d->name, d->name_size);
	put_place(l, FD_OPENED_SEQ, &d->opened);
	put_place(l, FD_CLOSED_SEQ, &d->closed);
	list_integer(l, FD_CALLS, d->calls);
	list_integer(l, FD_BYTES_IN, d->in);
	list_integer(l, FD_BYTES_OUT, d->out);
}

static void fds_done(struct fds *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->all[i].name);
	for (size_t i = 0; i < f->pending_count; i++)
		free(f->pending[i].what.name);
	free(f->all);
	free(f->pending);
	map_done(&f->live);
	map_done(&f->execed);
	scan_done(&f->scan);
}

int list_make_fds(struct sql *s, struct list *l, struct err *err)
{
	struct fds f = {.count = 0};
	int r;

	f.pending = calloc(PENDING_MAX, sizeof(*f.pending));
	r = f.pending ? scan_open(&f.scan, s, NEED_FULL | NEED_STATE | NEED_MOVED, err)
		      : err_set(err, ENOMEM, "out of memory");
	while (r >= 0 && (r = scan_next(&f.scan, err)) > 0) {
		if (f.scan.item.kind == ITEM_EVENT && take(&f, f.scan.item.event) < 0)
			r = err_set(err, ENOMEM, "out of memory");
	}
	if (r == 0 && apply_until(&f, UINT64_MAX) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < f.count; i++)
		put(l, &f.all[i]);
	l->dropped += f.dropped;
	fds_done(&f);
	return r;
}

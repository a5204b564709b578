/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads, and which table of descriptors and which directories each of them has. A fork
 * event says that there is a new one; what the two share is in the flags of the clone(2)
 * that its creator is in at that moment.
 */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CLOEXEC = 02000000, STATE_DOUBTS_MAX = 1 << 10 };
#define SOCKET_KEY (UINT64_C(1) << 63)
enum { SHARES_VM = 0x100, SHARES_FS = 0x200, SHARES_FILES = 0x400 };

static struct fs *fs_new(void)
{
	struct fs *fs = calloc(1, sizeof(*fs));

	if (fs)
		fs->refs = 1;
	return fs;
}

int directory_set(struct state *s, struct buf *directory, const char *path, size_t size)
{
	s->text_bytes -= directory->size;
	buf_clear(directory);
	if (size < STATE_PATH_MAX && s->text_bytes + size <= STATE_TEXT_MAX)
		buf_append(directory, path, size);
	s->text_bytes += directory->size;
	return buf_error(directory);
}

static struct fs *fs_unref(struct state *s, struct fs *fs)
{
	if (!fs || --fs->refs)
		return NULL;
	s->text_bytes -= fs->cwd.size + fs->root.size;
	buf_done(&fs->cwd);
	buf_done(&fs->root);
	free(fs);
	return NULL;
}

static struct fs *fs_copy(struct state *s, const struct fs *fs)
{
	struct fs *copy = fs_new();

	if (copy && (directory_set(s, &copy->cwd, fs->cwd.data, fs->cwd.size) < 0 ||
		     directory_set(s, &copy->root, fs->root.data, fs->root.size) < 0))
		return fs_unref(s, copy);
	if (copy) {
		copy->umask = fs->umask;
		copy->umask_known = fs->umask_known;
	}
	return copy;
}

struct task *task_find(const struct state *s, uint32_t tid)
{
	return map_get(&s->tasks, tid);
}

static void task_free(struct state *s, struct task *t)
{
	if (!t)
		return;
	table_unref(s, t->table);
	fs_unref(s, t->fs);
	flight_end(s, t);
	proc_leave(s, t);
	buf_done(&t->exec_path);
	free(t);
}

static void task_remove(struct state *s, uint32_t tid)
{
	task_free(s, map_remove(&s->tasks, tid));
}

/* Takes over both references, in any case. @p NULL: out of memory. */
static int task_add(struct state *s, struct proc *p, uint32_t tid, struct table *table,
		    struct fs *fs)
{
	struct task *t = calloc(1, sizeof(*t));
	int r;

	if (!t) {
		table_unref(s, table);
		fs_unref(s, fs);
		proc_settle(s, p);
		return -ENOMEM;
	}
	*t = (struct task){.tid = tid, .table = table, .fs = fs};
	if (p)
		proc_enter(p, t);
	r = p && table && fs ? 0 : -ENOMEM;
	if (r == 0 && s->tasks.count < STATE_TASKS_MAX) {
		r = map_put(&s->tasks, tid, t);
		if (r == 0)
			return 0;
	}
	task_free(s, t);
	return r;
}

/* As its creator has it. */
static int task_add_like(struct state *s, struct proc *p, uint32_t tid, const struct task *like,
			 uint64_t flags)
{
	struct table *table = like->table;
	struct fs *fs = like->fs;

	if (flags & SHARES_FILES)
		table->refs++;
	else
		table = table_copy(table);
	if (flags & SHARES_FS)
		fs->refs++;
	else
		fs = fs_copy(s, fs);
	return task_add(s, p, tid, table, fs);
}

/* A thread of a process that nobody has told of. */
static int task_appear(struct state *s, uint32_t pid, uint32_t tid)
{
	struct proc *p = proc_find(s, pid);
	const struct task *like = p ? p->first : NULL;

	if (like)
		return task_add_like(s, p, tid, like, SHARES_FILES | SHARES_FS);
	return task_add(s, proc_new(s, pid, STATE_SEEN), tid, table_new(), fs_new());
}

int task_get(struct state *s, uint32_t pid, uint32_t tid, struct task **ret)
{
	int r;

	*ret = task_find(s, tid);
	if (*ret && (*ret)->pid == pid)
		return 0;
	task_remove(s, tid);
	r = task_appear(s, pid, tid);
	*ret = task_find(s, tid);
	return r;
}

/* Of a new process, or of one of its threads. */
static struct proc *proc_of_fork(struct state *s, const struct event *e, const struct task *creator,
				 uint64_t flags)
{
	struct proc *p = creator->proc;
	uint64_t vm = e->fork.kind == FORK_VFORK ? SHARES_VM : 0;

	if (e->fork.child_pid == p->is.pid)
		return p;
	p = proc_new(s, e->fork.child_pid, STATE_FORKED);
	if (p && proc_inherit(s, p, creator->proc, flags | vm) < 0)
		s->out_of_memory = true;
	return p;
}

int task_forked(struct state *s, const struct event *e)
{
	/* Nobody makes itself, but on a made-up tape. */
	bool known = e->fork.creator_known && e->fork.child_tid != e->tid;
	const struct task *creator;
	uint32_t pid = e->fork.child_pid, tid = e->fork.child_tid;
	uint64_t flags = e->fork.kind == FORK_THREAD ? SHARES_FILES | SHARES_FS : 0;
	struct task *t;

	task_remove(s, tid);
	creator = known ? task_find(s, e->tid) : NULL;
	if (!creator && pid == tid)
		return task_add(s, proc_new(s, pid, STATE_FORKED), tid, table_new(), fs_new());
	if (!creator)
		return task_get(s, pid, tid, &t);
	if (creator->clones)
		flags = creator->clone_flags;
	return task_add_like(s, proc_of_fork(s, e, creator, flags), tid, creator, flags);
}

/* All other threads of the process are gone. */
static void remove_siblings(struct state *s, const struct task *t)
{
	struct task *next;

	for (struct task *other = t->proc->first; other; other = next) {
		next = other->next;
		if (other != t)
			task_remove(s, other->tid);
	}
}

int task_execed(struct state *s, const struct event *e)
{
	struct task *t;
	int r = task_get(s, e->pid, e->exec.former_tid, &t);

	if (r < 0 || !t)
		return r;
	remove_siblings(s, t);
	if (t->tid != e->tid) {
		task_remove(s, e->tid);
		map_remove(&s->tasks, t->tid);
		t->tid = e->tid;
		if (map_put(&s->tasks, t->tid, t) < 0) {
			task_free(s, t);
			return -ENOMEM;
		}
	}
	t->clones = false;
	flight_end(s, t);
	r = links_from_exec(s, &t->exec_path, e->exec.path);
	if (r == 0)
		r = proc_execed(s, t->proc, e);
	if (r == 0)
		r = task_unshare_table(s, t);
	return r < 0 ? r : table_exec(s, t->table);
}

void task_exited(struct state *s, const struct event *e)
{
	task_remove(s, e->tid);
}

int task_unshare_table(struct state *s, struct task *t)
{
	struct table *own;

	if (t->table->refs == 1)
		return 0;
	own = table_copy(t->table);
	if (!own)
		return -ENOMEM;
	table_unref(s, t->table);
	t->table = own;
	return 0;
}

int task_unshare_fs(struct state *s, struct task *t)
{
	struct fs *own;

	if (t->fs->refs == 1)
		return 0;
	own = fs_copy(s, t->fs);
	if (!own)
		return -ENOMEM;
	fs_unref(s, t->fs);
	t->fs = own;
	return 0;
}

/* ---- what was there at the start ---- */

/* An absolute path, or one that is not known. */
static int take_directory(struct state *s, struct buf *directory, const struct meta_bytes *from)
{
	bool plain = from->size && from->data[0] == '/';

	return directory_set(s, directory, (const char *)from->data, plain ? from->size : 0);
}

static bool same_bytes(const struct meta_bytes *a, const struct meta_bytes *b)
{
	return a->size == b->size && (!a->size || memcmp(a->data, b->data, a->size) == 0);
}

/* Whether another descriptor that was there may have the same description. */
static bool is_doubtful(const struct meta_process *p, size_t i)
{
	const struct meta_fd *one = &p->fds[i];

	for (size_t k = 0; k < p->fd_count && k < STATE_DOUBTS_MAX; k++) {
		const struct meta_fd *other = &p->fds[k];

		if (k != i && ((one->flags ^ other->flags) & ~(uint32_t)CLOEXEC) == 0 &&
		    one->position == other->position && same_bytes(&one->target, &other->target))
			return true;
	}
	return false;
}

/* What a snapshot says of the descriptor: a description that no other has so far. */
static struct file *new_file(struct state *s, const struct meta_process *p, size_t i, bool alone)
{
	const struct meta_fd *from = &p->fds[i];
	struct file *file = file_from_link(s, from->target.data, from->target.size);

	if (!file)
		return NULL;
	if (!(from->unknown & META_FD_NO_FLAGS))
		file_set_flags(file, from->flags);
	if (!(from->unknown & META_FD_NO_POSITION))
		file_set_position(s, file, from->position);
	file->doubtful = !from->description && (!alone || is_doubtful(p, i));
	s->out_of_memory |= socket_snapshot(file, from->socket) < 0;
	return file;
}

/* Equal for descriptors that share a description; 0: not known. A socket has but one. */
static uint64_t description_key(const struct meta_fd *from)
{
	uint64_t inode = from->description ? 0 : meta_socket_inode(from);

	return inode ? inode | SOCKET_KEY : from->description;
}

/* @known: descriptions of the snapshot by their numbers there; it has a reference to each. */
static int fill_table(struct state *s, struct task *t, const struct meta_process *p, bool alone,
		      struct map *known)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->fd_count; i++) {
		const struct meta_fd *from = &p->fds[i];
		uint64_t key = description_key(from);
		struct file *file = file_ref(map_get(known, key));

		if (!file)
			file = new_file(s, p, i, alone);
		if (file && key && !map_get(known, key))
			r = map_put(known, key, file_ref(file));
		if (r == 0)
			r = table_put(s, t->table, from->fd, file, from->flags & CLOEXEC);
		file_unref(s, file);
	}
	return r;
}

static int fill(struct state *s, struct task *t, const struct meta_process *p, bool alone,
		struct map *known)
{
	int r = fill_table(s, t, p, alone, known);

	if (r == 0)
		r = take_directory(s, &t->fs->cwd, &p->cwd);
	if (r == 0 && p->root.size > 1)
		r = take_directory(s, &t->fs->root, &p->root);
	t->fs->umask = p->umask & 0777;
	t->fs->umask_known = true;
	return r < 0 ? r : proc_snapshot(s, t->proc, p);
}

static int take_in_flight(struct state *s, const struct meta_process *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->in_flight_count; i++) {
		struct task *t = task_find(s, p->in_flight[i].tid);

		if (t && t->pid == p->pid)
			r = flight_snapshot(s, t, &p->in_flight[i]);
	}
	return r;
}

/* Threads that are known already keep what they have done since. */
static int take_process(struct state *s, const struct meta_process *p, bool alone,
			struct map *known)
{
	struct task *t;
	int r;

	t = task_find(s, p->pid);
	if (t && t->fs->cwd.size)
		return 0;
	r = task_get(s, p->pid, p->pid, &t);
	if (r == 0 && t)
		r = fill(s, t, p, alone, known);
	for (size_t i = 0; r == 0 && t && i < p->tid_count; i++) {
		if (p->tids[i] != p->pid)
			r = task_get(s, p->pid, p->tids[i], &(struct task *){NULL});
	}
	if (r == 0)
		r = take_in_flight(s, p);
	return r < 0 ? r : links_from_loader(s, p);
}

int tasks_snapshot(struct state *s, const struct meta_snapshot *m)
{
	struct map known = {0};
	struct file *file;
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->process_count; i++)
		r = take_process(s, &m->processes[i], m->process_count == 1, &known);
	for (size_t i = 0; r == 0 && i < m->process_count; i++)
		proc_adopt(s, m->processes[i].pid);
	if (r == 0)
		r = sockets_snapshot(s, m);
	while ((file = map_next(&known, &at)))
		file_unref(s, file);
	map_done(&known);
	return r;
}

/* ---- all of them ---- */

static int rename_directory(struct state *s, struct buf *directory, const struct buf *from,
			    const struct buf *to)
{
	struct buf text = {0};
	int r;

	if (!path_is_below(directory->data, directory->size, from->data, from->size))
		return 0;
	buf_append(&text, to->data, to->size);
	buf_append(&text, directory->data + from->size, directory->size - from->size);
	r = buf_error(&text);
	if (r == 0)
		r = directory_set(s, directory, text.data, text.size);
	buf_done(&text);
	return r;
}

int tasks_renamed(struct state *s, const struct buf *from, const struct buf *to)
{
	struct task *t;
	size_t at = 0;
	int r = 0;

	while (r == 0 && (t = map_next(&s->tasks, &at)))
		r = rename_directory(s, &t->fs->cwd, from, to);
	return r;
}

void tasks_done(struct state *s)
{
	struct task *t;
	size_t at = 0;

	while ((t = map_next(&s->tasks, &at)))
		task_free(s, t);
	map_done(&s->tasks);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the path that a program gave to the one that the kernel would name: absolute, without
 * dots, with the symbolic links that are known followed. Nobody else's files are looked at,
 * so a link that no call has shown stays in the path.
 */
#include "state_priv.h"

#include "base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- links ---- */

static uint64_t hash(const void *text, size_t size)
{
	return hash_text(text, size);
}

static bool same(const struct buf *a, const void *text, size_t size)
{
	return a->size == size && (!size || memcmp(a->data, text, size) == 0);
}

static const struct link *link_find(const struct state *s, const void *path, size_t size)
{
	const struct link *l = s->links.count ? map_get(&s->links, hash(path, size)) : NULL;

	return l && same(&l->path, path, size) ? l : NULL;
}

static void link_free(struct state *s, struct link *l)
{
	if (!l)
		return;
	s->text_bytes -= l->path.size + l->target.size;
	buf_done(&l->path);
	buf_done(&l->target);
	free(l);
}

void link_forget(struct state *s, const struct buf *path)
{
	if (link_find(s, path->data, path->size))
		link_free(s, map_remove(&s->links, hash(path->data, path->size)));
}

int link_learn(struct state *s, const struct buf *path, const void *target, size_t size)
{
	const struct link *known = link_find(s, path->data, path->size);
	struct link *l;

	if (known && same(&known->target, target, size))
		return 0;
	if (!path->size || !size || size > STATE_PATH_MAX || s->links.count >= STATE_LINKS_MAX ||
	    s->text_bytes + path->size + size > STATE_TEXT_MAX ||
	    path_is_below(path->data, path->size, "/proc", 5))
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	link_free(s, map_remove(&s->links, hash(path->data, path->size)));
	s->text_bytes += path->size + size;
	buf_append(&l->path, path->data, path->size);
	buf_append(&l->target, target, size);
	if (!buf_error(&l->path) && !buf_error(&l->target) &&
	    map_put(&s->links, hash(path->data, path->size), l) == 0)
		return 0;
	link_free(s, l);
	return -ENOMEM;
}

void links_done(struct state *s)
{
	struct link *l;
	size_t at = 0;

	while ((l = map_next(&s->links, &at)))
		link_free(s, l);
	map_done(&s->links);
}

bool path_is_below(const void *path, size_t size, const void *top, size_t top_size)
{
	return top_size && size >= top_size && memcmp(path, top, top_size) == 0 &&
	       (size == top_size || ((const char *)path)[top_size] == '/');
}

/* ---- what can be known of links without a readlink ---- */

static int learn_text(struct state *s, const char *path, const char *target)
{
	struct buf b = {0};
	int r;

	buf_str(&b, path);
	r = buf_error(&b) ? -ENOMEM : link_learn(s, &b, target, strlen(target));
	buf_done(&b);
	return r;
}

/* The directories that were moved to /usr leave links behind. Which of them are there at
 * all does not matter. */
static int learn_merged(struct state *s)
{
	static const char *const moved[][2] = {
		{"/bin", "usr/bin"}, {"/sbin", "usr/sbin"}, {"/lib", "usr/lib"}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(moved) / sizeof(moved[0]); i++)
		r = learn_text(s, moved[i][0], moved[i][1]);
	return r;
}

/* Programs name it by a path in /lib or /lib64, always. */
int links_from_loader(struct state *s, const struct meta_process *p)
{
	static const char usr[] = "/usr/lib", name[] = "/ld-linux";
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->map_count; i++) {
		const struct meta_bytes *path = &p->maps[i].path;

		if (path->size > sizeof(usr) && memcmp(path->data, usr, sizeof(usr) - 1) == 0 &&
		    memmem(path->data, path->size, name, sizeof(name) - 1))
			return learn_merged(s);
	}
	return r;
}

/* A script's interpreter is no link to it. */
int links_from_exec(struct state *s, const struct buf *path, const char *exe)
{
	const char *slash = memrchr(path->size ? path->data : "", '/', path->size);
	const char *other = strrchr(exe, '/');
	size_t length = slash ? path->size - (size_t)(slash - path->data) : 0;

	if (!slash || !other || strlen(other) != length || memcmp(slash, other, length) != 0 ||
	    same(path, exe, strlen(exe)))
		return 0;
	return link_learn(s, path, exe, strlen(exe));
}

/* ---- resolving ---- */

struct walk {
	const struct state *s;
	const struct task *task;
	struct buf *out;  /* what was found so far, "" is / */
	const char *rest; /* what is still to come */
	size_t rest_size;
	struct buf diverted; /* where that is, once a link was followed */
	size_t root;         /* bytes of `out` that .. does not leave */
	unsigned followed;
	bool failed; /* out of memory */
	const struct file *same;
};

static void step_up(struct walk *w)
{
	const char *slash = memrchr(w->out->size ? w->out->data : "", '/', w->out->size);

	if (slash && (size_t)(slash - w->out->data) >= w->root)
		buf_truncate(w->out, (size_t)(slash - w->out->data));
}

/* Goes on with @target, and then with what was still to come. */
static void divert(struct walk *w, const char *target, size_t size)
{
	struct buf rest = {0};

	if (size && target[0] == '/') {
		buf_truncate(w->out, 0);
		buf_append(w->out, w->task->fs->root.data, w->task->fs->root.size);
	}
	buf_append(&rest, target, size);
	if (w->rest_size) {
		buf_char(&rest, '/');
		buf_append(&rest, w->rest, w->rest_size);
	}
	w->failed |= buf_error(&rest) < 0;
	buf_done(&w->diverted);
	w->diverted = rest;
	w->rest = rest.data;
	w->rest_size = rest.size;
	w->followed++;
}

/* Links that the kernel makes up: another target for each who asks. */
static bool divert_own(struct walk *w)
{
	static const struct {
		const char *path, *behind; /* the process */
	} own[] = {{"/proc/self", ""},       {"/proc/mounts", "/mounts"},
		   {"/proc/net", "/net"},    {"/dev/fd", "/fd"},
		   {"/dev/stdin", "/fd/0"},  {"/dev/stdout", "/fd/1"},
		   {"/dev/stderr", "/fd/2"}, {"/proc/thread-self", "/task/"}};
	const size_t count = sizeof(own) / sizeof(own[0]);
	struct buf target = {0};
	size_t i = 0;

	/* All are short, and below /proc or /dev. */
	if (w->out->size < 7 || w->out->size > 17 ||
	    (w->out->data[1] != 'p' && w->out->data[1] != 'd'))
		return false;
	while (i < count && !same(w->out, own[i].path, strlen(own[i].path)))
		i++;
	if (i == count)
		return false;
	buf_printf(&target, "/proc/%u%s", w->task->pid, own[i].behind);
	if (i + 1 == count)
		buf_u64(&target, w->task->tid);
	w->failed |= buf_error(&target) < 0;
	divert(w, target.data, target.size);
	buf_done(&target);
	return true;
}

/* /proc/PID/fd/N, /proc/PID/cwd */
static bool divert_to_process(struct walk *w)
{
	const struct task *t;
	const struct slot *slot;
	unsigned pid, fd;
	int end = 0;

	if (w->out->size < 7 || memcmp(w->out->data, "/proc/", 6) != 0)
		return false;
	if (sscanf(w->out->data, "/proc/%9u/fd/%9u%n", &pid, &fd, &end) == 2 &&
	    (size_t)end == w->out->size) {
		t = task_find(w->s, pid);
		slot = t ? table_find(t->table, (int32_t)fd) : NULL;
		if (!slot)
			return false;
		w->same = slot->file;
		buf_truncate(w->out, 0);
		if (slot->file->is.kind == STATE_NAMED)
			buf_append(w->out, slot->file->is.text, slot->file->is.size);
		w->followed++;
		return true;
	}
	end = 0;
	if (sscanf(w->out->data, "/proc/%9u/cwd%n", &pid, &end) == 1 &&
	    (size_t)end == w->out->size && (t = task_find(w->s, pid)) && t->fs->cwd.size) {
		buf_truncate(w->out, 0);
		buf_append(w->out, t->fs->cwd.data, t->fs->cwd.size);
		w->followed++;
		return true;
	}
	return false;
}

static void follow(struct walk *w)
{
	const struct link *l;

	if (w->followed >= STATE_FOLLOWED_MAX || divert_own(w) || divert_to_process(w))
		return;
	l = link_find(w->s, w->out->data, w->out->size);
	if (!l)
		return;
	step_up(w);
	divert(w, l->target.data, l->target.size);
}

/* The next component, taken off the rest. */
static void step(struct walk *w, int how)
{
	const char *at = w->rest, *slash = memchr(at, '/', w->rest_size);
	size_t length = slash ? (size_t)(slash - at) : w->rest_size;
	size_t behind = slash ? length + 1 : length;
	bool last = behind == w->rest_size;

	if (length == 2 && memcmp(at, "..", 2) == 0) {
		step_up(w);
	} else if (length && !(length == 1 && *at == '.')) {
		buf_char(w->out, '/');
		buf_append(w->out, at, length);
	} else {
		length = 0;
	}
	w->rest += behind;
	w->rest_size -= behind;
	if (length && !(last && !slash && how == PATH_NOFOLLOW))
		follow(w);
}

/* Where a path begins. False: not known. */
static bool begin(struct walk *w, int32_t dirfd, const char *path, size_t size)
{
	const struct slot *slot;
	const char *from = w->task->fs->root.data;
	size_t length = w->task->fs->root.size;

	if (!size || path[0] != '/') {
		slot = dirfd == STATE_FDCWD ? NULL : table_find(w->task->table, dirfd);
		from = slot ? slot->file->is.text : w->task->fs->cwd.data;
		length = slot ? slot->file->is.size : w->task->fs->cwd.size;
		if ((!slot && dirfd != STATE_FDCWD) || !length || from[0] != '/')
			return false;
		length -= length == 1;
	}
	buf_append(w->out, from, length);
	w->root = length >= w->task->fs->root.size ? w->task->fs->root.size : 0;
	return true;
}

int path_resolve(const struct state *s, const struct task *t, int32_t dirfd, const void *path,
		 size_t size, int how, struct buf *ret, const struct file **ret_same)
{
	/* What is there is not to be lost, and an empty one has room. */
	const bool apart = ret->size != 0;
	struct buf out = apart ? (struct buf){0} : *ret;
	struct walk w = {.s = s, .task = t, .out = &out};
	bool known;
	int r;

	if (size < STATE_PATH_MAX && begin(&w, dirfd, path, size)) {
		w.rest = path;
		w.rest_size = size;
		while (w.rest_size && w.rest_size + out.size < 2 * STATE_PATH_MAX)
			step(&w, how);
		if (!out.size && !w.same)
			buf_char(&out, '/');
	}
	/* The kernel would have failed: something is not as it is known here. */
	known = out.size < STATE_PATH_MAX && w.followed < STATE_FOLLOWED_MAX;
	if (ret_same)
		*ret_same = w.same;
	r = w.failed || buf_error(&out) ? -ENOMEM : buf_error(ret);
	if (!known)
		buf_truncate(&out, 0);
	if (apart) {
		buf_append(ret, out.data, out.size);
		buf_done(&out);
	} else {
		*ret = out;
	}
	buf_done(&w.diverted);
	return r;
}

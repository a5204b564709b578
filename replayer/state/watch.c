/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What epoll and inotify instances look at. The kernel takes a description out of an epoll
 * instance when it is closed for good; here it is found to be gone when somebody asks, or when
 * room is needed.
 */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WATCHES_LEAST = 8 };

bool watch_is_there(const struct state *s, const struct watch *w)
{
	return !w->file || map_get(&s->file_ids, w->file);
}

static void forget(struct state *s, struct watch *w)
{
	s->text_bytes -= w->path_size;
	free(w->path);
}

void watches_free(struct state *s, struct file *f)
{
	struct watches *x = f->watches;

	f->watches = NULL;
	f->is.watches = 0;
	if (!x)
		return;
	for (size_t i = 0; i < x->count; i++)
		forget(s, &x->watch[i]);
	s->watch_count -= x->capacity;
	free(x->watch);
	free(x);
}

static bool is_before(const struct watch *a, const struct watch *b)
{
	return a->fd < b->fd || (a->fd == b->fd && a->file < b->file);
}

/* The first that is not before it. */
static size_t place(const struct watches *x, const struct watch *w)
{
	size_t low = 0, high = x->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (is_before(&x->watch[middle], w))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void sweep(struct state *s, struct watches *x)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->count; i++) {
		if (watch_is_there(s, &x->watch[i]))
			x->watch[kept++] = x->watch[i];
		else
			forget(s, &x->watch[i]);
	}
	x->count = kept;
}

/* Room for one more; with 0 there may be none: over the limit. */
static int make_room(struct state *s, struct watches *x)
{
	size_t capacity;
	struct watch *grown;

	if (x->count == x->capacity)
		sweep(s, x);
	if (x->count * 2 <= x->capacity && x->capacity)
		return 0;
	capacity = x->capacity ? x->capacity * 2 : WATCHES_LEAST;
	if (capacity > STATE_WATCHED_MAX || s->watch_count + capacity > STATE_WATCHES_MAX)
		return 0;
	grown = reallocarray(x->watch, capacity, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->watch_count += capacity - x->capacity;
	x->watch = grown;
	x->capacity = capacity;
	return 0;
}

static int put(struct state *s, struct watches *x, const struct watch *w)
{
	size_t at = place(x, w);
	int r;

	if (at < x->count && x->watch[at].fd == w->fd && x->watch[at].file == w->file) {
		forget(s, &x->watch[at]);
		x->watch[at] = *w;
		return 1;
	}
	r = x->count < x->capacity ? 0 : make_room(s, x);
	if (r < 0 || x->count == x->capacity)
		return r;
	at = place(x, w);
	memmove(&x->watch[at + 1], &x->watch[at], (x->count++ - at) * sizeof(x->watch[0]));
	x->watch[at] = *w;
	return 1;
}

int watch_put(struct state *s, struct file *f, const struct watch *w)
{
	struct watch copy = *w;
	int r;

	if (!f->watches)
		f->watches = calloc(1, sizeof(*f->watches));
	if (!f->watches)
		return -ENOMEM;
	copy.path = NULL;
	copy.path_size = 0;
	if (w->path_size && s->text_bytes + w->path_size <= STATE_TEXT_MAX) {
		copy.path = malloc(w->path_size);
		if (!copy.path)
			return -ENOMEM;
		memcpy(copy.path, w->path, w->path_size);
		copy.path_size = w->path_size;
		s->text_bytes += copy.path_size;
	}
	r = put(s, f->watches, &copy);
	if (r <= 0)
		forget(s, &copy);
	f->is.watches = f->watches->count;
	return r < 0 ? r : 0;
}

void watch_remove(struct state *s, struct file *f, int32_t fd, uint64_t file)
{
	struct watches *x = f->watches;
	const struct watch wanted = {.fd = fd, .file = file};
	size_t at = x ? place(x, &wanted) : 0;

	if (!x || at == x->count || x->watch[at].fd != fd || x->watch[at].file != file)
		return;
	forget(s, &x->watch[at]);
	memmove(&x->watch[at], &x->watch[at + 1], (--x->count - at) * sizeof(x->watch[0]));
	f->is.watches = x->count;
}

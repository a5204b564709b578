/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of descriptors. A fork copies a table by counting one more user of its slots;
 * who changes first gets slots of its own. So a tree of processes costs what differs.
 *
 * A close and the opening of the same number by another thread may be seen in either
 * order. What closes takes only what was there when it began.
 */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_LEAST = 8 };

struct table *table_new(void)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t)
		t->refs = 1;
	return t;
}

struct table *table_copy(const struct table *t)
{
	struct table *copy = table_new();

	if (!copy)
		return NULL;
	copy->slots = t->slots;
	if (copy->slots)
		copy->slots->refs++;
	return copy;
}

static void drop_slots(struct state *s, struct table *t)
{
	struct slots *x = t->slots;

	t->slots = NULL;
	if (!x || --x->refs)
		return;
	for (size_t i = 0; i < x->count; i++)
		file_unref(s, x->slot[i].file);
	s->slot_count -= x->capacity;
	free(x);
}

struct table *table_unref(struct state *s, struct table *t)
{
	if (!t || --t->refs)
		return NULL;
	drop_slots(s, t);
	free(t);
	return NULL;
}

/* The place of @fd, or where it would be. */
static size_t place(const struct table *t, int32_t fd)
{
	size_t low = 0, high = t->slots ? t->slots->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->slots->slot[middle].fd < fd)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct slot *table_find(const struct table *t, int32_t fd)
{
	size_t at = place(t, fd);

	return t->slots && at < t->slots->count && t->slots->slot[at].fd == fd ? &t->slots->slot[at]
									       : NULL;
}

/* Slots of its own, of which @room are free. Over the limit the table is forgotten: 0 then
 * too, with no slots. */
static int own(struct state *s, struct table *t, size_t room)
{
	const struct slots *old = t->slots;
	size_t count = old ? old->count : 0, capacity = SLOTS_LEAST;
	struct slots *x;

	if (old && old->refs == 1 && old->capacity - old->count >= room)
		return 0;
	while (capacity < count + room)
		capacity *= 2;
	if (s->slot_count + capacity > STATE_SLOTS_MAX) {
		drop_slots(s, t);
		return 0;
	}
	x = malloc(sizeof(*x) + capacity * sizeof(x->slot[0]));
	if (!x)
		return -ENOMEM;
	x->refs = 1;
	x->count = count;
	x->capacity = capacity;
	for (size_t i = 0; i < count; i++) {
		x->slot[i] = old->slot[i];
		file_ref(x->slot[i].file);
	}
	s->slot_count += capacity;
	drop_slots(s, t);
	t->slots = x;
	return 0;
}

static void remove_at(struct state *s, struct slots *x, size_t at)
{
	file_unref(s, x->slot[at].file);
	memmove(&x->slot[at], &x->slot[at + 1], (--x->count - at) * sizeof(x->slot[0]));
}

int table_put(struct state *s, struct table *t, int32_t fd, struct file *file, bool cloexec)
{
	size_t at;
	int r;

	if (!file || fd < 0)
		return table_remove(s, t, fd, fd, UINT64_MAX);
	r = own(s, t, 1);
	if (r < 0 || !t->slots)
		return r;
	at = place(t, fd);
	if (at == t->slots->count || t->slots->slot[at].fd != fd) {
		if (t->slots->count == STATE_FDS_MAX)
			return 0;
		memmove(&t->slots->slot[at + 1], &t->slots->slot[at],
			(t->slots->count++ - at) * sizeof(t->slots->slot[0]));
		t->slots->slot[at].file = NULL;
	}
	file_ref(file);
	file_unref(s, t->slots->slot[at].file);
	t->slots->slot[at] = (struct slot){fd, cloexec, ++s->age, file};
	return 0;
}

/* Takes away what lies in the range and was there at @age. */
static int sift(struct state *s, struct table *t, int32_t first, int32_t last, uint64_t age,
		bool only_cloexec)
{
	size_t at = place(t, first), kept;
	int r;

	if (!t->slots || at == t->slots->count || t->slots->slot[at].fd > last)
		return 0;
	r = own(s, t, 0);
	if (r < 0 || !t->slots)
		return r;
	for (kept = at; at < t->slots->count; at++) {
		struct slot *x = &t->slots->slot[at];

		if (x->fd <= last && x->age <= age && (x->cloexec || !only_cloexec))
			file_unref(s, x->file);
		else
			t->slots->slot[kept++] = *x;
	}
	t->slots->count = kept;
	return 0;
}

int table_remove(struct state *s, struct table *t, int32_t first, int32_t last, uint64_t age)
{
	const struct slot *only = first == last ? table_find(t, first) : NULL;
	int r;

	if (first != last)
		return sift(s, t, first, last, age, false);
	if (!only || only->age > age)
		return 0;
	r = own(s, t, 0);
	if (r == 0 && t->slots)
		remove_at(s, t->slots, place(t, first));
	return r;
}

int table_set_cloexec(struct state *s, struct table *t, int32_t first, int32_t last, bool on)
{
	int r = own(s, t, 0);

	for (size_t i = place(t, first); r == 0 && t->slots && i < t->slots->count; i++) {
		if (t->slots->slot[i].fd > last)
			break;
		t->slots->slot[i].cloexec = on;
	}
	return r;
}

int table_exec(struct state *s, struct table *t)
{
	return sift(s, t, 0, INT32_MAX, UINT64_MAX, true);
}

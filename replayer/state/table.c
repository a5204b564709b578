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

static const struct shared_kind kind = {
	.size = sizeof(struct slot), .least = 8, .most_of_one = SIZE_MAX, .most = STATE_SLOTS_MAX};

static struct shared *head(const struct table *t)
{
	return t->slots ? &t->slots->is : NULL;
}

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
	shared_ref(head(t));
	copy->slots = t->slots;
	return copy;
}

static void drop_slots(struct state *s, struct table *t)
{
	shared_drop(s, head(t), &kind, &s->slot_count);
	t->slots = NULL;
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
	size_t low = 0, high = t->slots ? t->slots->is.count : 0;

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

	return t->slots && at < t->slots->is.count && t->slots->slot[at].fd == fd
		       ? &t->slots->slot[at]
		       : NULL;
}

/* Slots of its own, of which @room are free. Over the limit the table is forgotten: 0 then
 * too, with no slots. */
static int own(struct state *s, struct table *t, size_t room)
{
	struct shared *x = head(t);
	int r = shared_own(s, &x, room, &kind, &s->slot_count);

	if (r == 0)
		t->slots = (struct slots *)x;
	else if (r == -E2BIG)
		drop_slots(s, t);
	return r == -E2BIG ? 0 : r;
}

static void remove_at(struct state *s, struct slots *x, size_t at)
{
	file_unref(s, x->slot[at].file);
	memmove(&x->slot[at], &x->slot[at + 1], (--x->is.count - at) * sizeof(x->slot[0]));
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
	if (at == t->slots->is.count || t->slots->slot[at].fd != fd) {
		if (t->slots->is.count == STATE_FDS_MAX)
			return 0;
		memmove(&t->slots->slot[at + 1], &t->slots->slot[at],
			(t->slots->is.count++ - at) * sizeof(t->slots->slot[0]));
		t->slots->slot[at].file = NULL;
	}
	file_ref(file);
	file_unref(s, t->slots->slot[at].file);
	t->slots->slot[at] = (struct slot){file, fd, cloexec, ++s->age};
	return 0;
}

/* Takes away what lies in the range and was there at @age. */
static int sift(struct state *s, struct table *t, int32_t first, int32_t last, uint64_t age,
		bool only_cloexec)
{
	size_t at = place(t, first), kept;
	int r;

	if (!t->slots || at == t->slots->is.count || t->slots->slot[at].fd > last)
		return 0;
	r = own(s, t, 0);
	if (r < 0 || !t->slots)
		return r;
	for (kept = at; at < t->slots->is.count; at++) {
		struct slot *x = &t->slots->slot[at];

		if (x->fd <= last && x->age <= age && (x->cloexec || !only_cloexec))
			file_unref(s, x->file);
		else
			t->slots->slot[kept++] = *x;
	}
	t->slots->is.count = kept;
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

	for (size_t i = place(t, first); r == 0 && t->slots && i < t->slots->is.count; i++) {
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address spaces: mappings by ascending address, which never overlap. A fork copies them by
 * counting one more user; who changes first gets a copy of its own.
 */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PROTECTIONS = 7 };

static const struct shared_kind kind = {.size = sizeof(struct mapping),
					.least = 32,
					.most_of_one = STATE_MAPPED_MAX,
					.most = STATE_MAPS_MAX};

static struct shared *head(const struct mm *mm)
{
	return mm->maps ? &mm->maps->is : NULL;
}

struct mm *mm_new(void)
{
	struct mm *mm = calloc(1, sizeof(*mm));

	if (mm)
		mm->refs = 1;
	return mm;
}

static void drop_maps(struct state *s, struct mm *mm)
{
	shared_drop(s, head(mm), &kind, &s->map_count);
	mm->maps = NULL;
}

struct mm *mm_unref(struct state *s, struct mm *mm)
{
	if (!mm || --mm->refs)
		return NULL;
	drop_maps(s, mm);
	free(mm);
	return NULL;
}

/* What the kernel names in brackets has no file. */
static bool has_offset(const struct mapping *m)
{
	return m->file && !(m->file->is.size && m->file->is.text[0] == '[');
}

/* The first mapping that ends behind @address. */
static size_t place(const struct mm *mm, uint64_t address)
{
	size_t low = 0, high = mm->maps ? mm->maps->is.count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mm->maps->map[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct mapping *mm_find(const struct mm *mm, uint64_t address)
{
	size_t at = place(mm, address);

	return mm->maps && at < mm->maps->is.count && mm->maps->map[at].start <= address
		       ? &mm->maps->map[at]
		       : NULL;
}

static void forget(struct state *s, struct mm *mm)
{
	drop_maps(s, mm);
	mm->whole = false;
}

/* Mappings of its own, with room for so many more. Over a limit they are forgotten: 0 then,
 * too, without any. */
static int own(struct state *s, struct mm *mm, size_t room)
{
	struct shared *x = head(mm);
	int r = shared_own(s, &x, room, &kind, &s->map_count);

	if (r == 0)
		mm->maps = (struct mappings *)x;
	else if (r == -E2BIG)
		forget(s, mm);
	return r == -E2BIG ? 0 : r;
}

/* All but what stays with the parent. */
static int drop_staying(struct state *s, struct mm *mm)
{
	size_t kept = 0;
	int r = own(s, mm, 0);

	for (size_t i = 0; r == 0 && mm->maps && i < mm->maps->is.count; i++) {
		struct mapping *m = &mm->maps->map[i];

		if (m->stays)
			file_unref(s, m->file);
		else
			mm->maps->map[kept++] = *m;
	}
	if (r == 0 && mm->maps)
		mm->maps->is.count = kept;
	mm->some_stay = false;
	return r;
}

struct mm *mm_copy(struct state *s, const struct mm *mm)
{
	struct mm *copy = mm_new();

	if (!copy)
		return NULL;
	*copy = *mm;
	copy->refs = 1;
	shared_ref(head(copy));
	return copy->some_stay && drop_staying(s, copy) < 0 ? mm_unref(s, copy) : copy;
}

static void insert_at(struct mappings *x, size_t at, const struct mapping *m)
{
	memmove(&x->map[at + 1], &x->map[at], (x->is.count++ - at) * sizeof(x->map[0]));
	x->map[at] = *m;
	file_ref(m->file);
}

static void remove_at(struct state *s, struct mappings *x, size_t at)
{
	file_unref(s, x->map[at].file);
	memmove(&x->map[at], &x->map[at + 1], (--x->is.count - at) * sizeof(x->map[0]));
}

/* There is room: makes @address a border, when it lies within a mapping. */
static void split(struct mm *mm, uint64_t address)
{
	size_t at = place(mm, address);
	struct mapping upper;

	if (at == mm->maps->is.count || mm->maps->map[at].start >= address)
		return;
	upper = mm->maps->map[at];
	if (has_offset(&upper))
		upper.offset += address - upper.start;
	upper.start = address;
	mm->maps->map[at].end = address;
	insert_at(mm->maps, at + 1, &upper);
}

static bool continues(const struct mapping *a, const struct mapping *b)
{
	return a->end == b->start && a->file == b->file && a->prot == b->prot &&
	       a->shared == b->shared && a->stays == b->stays &&
	       (!a->file || a->offset + (a->end - a->start) == b->offset);
}

/* As the kernel does, mostly. */
static void merge(struct state *s, struct mappings *x, size_t at)
{
	if (at + 1 >= x->is.count || !continues(&x->map[at], &x->map[at + 1]))
		return;
	x->map[at].end = x->map[at + 1].end;
	remove_at(s, x, at + 1);
}

static void merge_around(struct state *s, struct mm *mm, uint64_t start, uint64_t end)
{
	size_t at = place(mm, start);

	at -= at > 0;
	while (at + 1 < mm->maps->is.count && mm->maps->map[at + 1].start <= end) {
		size_t before = mm->maps->is.count;

		merge(s, mm->maps, at);
		at += mm->maps->is.count == before;
	}
}

static void cut_out(struct state *s, struct mm *mm, uint64_t start, uint64_t end)
{
	struct mappings *x = mm->maps;
	size_t first, last;

	split(mm, start);
	split(mm, end);
	first = last = place(mm, start);
	for (; last < x->is.count && x->map[last].start < end; last++)
		file_unref(s, x->map[last].file);
	memmove(&x->map[first], &x->map[last], (x->is.count - last) * sizeof(x->map[0]));
	x->is.count -= last - first;
}

int mm_unmap(struct state *s, struct mm *mm, uint64_t start, uint64_t end)
{
	size_t at = place(mm, start);
	int r;

	if (start >= end || !mm->maps || at == mm->maps->is.count || mm->maps->map[at].start >= end)
		return 0;
	r = own(s, mm, 2);
	if (r == 0 && mm->maps)
		cut_out(s, mm, start, end);
	return r;
}

int mm_map(struct state *s, struct mm *mm, const struct mapping *m)
{
	int r = m->start < m->end ? own(s, mm, 3) : 0;

	if (r < 0 || !mm->maps || m->start >= m->end)
		return r;
	cut_out(s, mm, m->start, m->end);
	insert_at(mm->maps, place(mm, m->start), m);
	merge_around(s, mm, m->start, m->end);
	return 0;
}

enum part { PROTECTION, STAYS };

static int change(struct state *s, struct mm *mm, uint64_t start, uint64_t end, enum part part,
		  uint8_t to)
{
	int r = mm->maps && start < end ? own(s, mm, 2) : 0;

	if (r < 0 || !mm->maps || start >= end)
		return r;
	split(mm, start);
	split(mm, end);
	for (size_t i = place(mm, start); i < mm->maps->is.count && mm->maps->map[i].start < end;
	     i++) {
		if (part == PROTECTION)
			mm->maps->map[i].prot = to;
		else
			mm->maps->map[i].stays = to;
	}
	merge_around(s, mm, start, end);
	return 0;
}

int mm_protect(struct state *s, struct mm *mm, uint64_t start, uint64_t end, uint8_t prot)
{
	return change(s, mm, start, end, PROTECTION, prot);
}

int mm_set_stays(struct state *s, struct mm *mm, uint64_t start, uint64_t end, bool stays)
{
	mm->some_stay |= stays;
	return change(s, mm, start, end, STAYS, stays);
}

/* ---- what was there at the start ---- */

static struct file *file_of_map(struct state *s, const struct meta_map *m)
{
	static const char heap[] = "[heap]";

	if (!m->path.size)
		return NULL;
	if (m->path.size == sizeof(heap) - 1 && memcmp(m->path.data, heap, m->path.size) == 0)
		return file_ref(s->heap);
	return file_from_link(s, m->path.data, m->path.size);
}

static int add(struct state *s, struct mm *mm, const struct meta_map *m)
{
	struct mapping to = {.start = m->start,
			     .end = m->end,
			     .offset = m->offset,
			     .prot = m->prot & PROTECTIONS,
			     .shared = m->prot & META_MAP_SHARED,
			     .stays = m->prot & META_MAP_STAYS};
	const struct mapping *before = m->start ? mm_find(mm, m->start - 1) : NULL;
	int r;

	mm->some_stay |= to.stays;
	to.file = file_of_map(s, m);
	/* The parts of one file are one file. */
	if (before && before->file && to.file && before->file->is.size == to.file->is.size &&
	    to.file->is.text && before->file->is.text &&
	    memcmp(before->file->is.text, to.file->is.text, to.file->is.size) == 0) {
		file_unref(s, to.file);
		to.file = file_ref(before->file);
	}
	if (to.file == s->heap && to.file) {
		mm->brk = m->end;
		mm->brk_known = true;
	}
	r = mm_map(s, mm, &to);
	file_unref(s, to.file);
	return r;
}

int mm_snapshot(struct state *s, struct mm *mm, const struct meta_process *p)
{
	int r = 0;

	forget(s, mm);
	for (size_t i = 0; r == 0 && i < p->map_count; i++)
		r = add(s, mm, &p->maps[i]);
	/* What could not be read is not there. */
	mm->whole = p->map_count && !p->maps_partial && mm->maps;
	return r;
}

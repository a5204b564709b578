/* SPDX-License-Identifier: Apache-2.0 */
#include "audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Counts and fills in what was found; returns 1. */
static int __attribute__((format(printf, 4, 5)))
found(struct audit *a, uint64_t offset, struct trace_damage *ret, const char *format, ...)
{
	va_list args;

	a->damages++;
	a->damaged = true;
	ret->offset = offset;
	ret->tail = false;
	va_start(args, format);
	vsnprintf(ret->text, sizeof(ret->text), format, args);
	va_end(args);
	return 1;
}

enum { OPEN_MAX = 1 << 16 };

/* As at the end of a tape that has none. */
static void end_tape(struct audit *a)
{
	a->in_flight += a->open.count;
	map_done(&a->open);
}

static void begin_tape(struct audit *a, uint64_t offset)
{
	end_tape(a);
	a->tapes++;
	a->frames++;
	a->start = offset;
	a->tape_events = a->last_seq = 0;
	a->any_chunk = a->damaged = false;
	a->seen_count = 0;
}

/* ---- chunks ---- */

static struct audit_frame *frame_at(struct audit *a, uint64_t offset)
{
	if (a->seen_count && a->seen[a->seen_count - 1].offset == offset)
		return &a->seen[a->seen_count - 1];
	if (a->seen_count == a->seen_capacity) {
		size_t capacity = a->seen_capacity ? a->seen_capacity * 2 : 16;
		struct audit_frame *seen = reallocarray(a->seen, capacity, sizeof(*seen));

		if (!seen)
			return NULL;
		a->seen = seen;
		a->seen_capacity = capacity;
	}
	a->frames++;
	a->seen[a->seen_count] = (struct audit_frame){.offset = offset};
	return &a->seen[a->seen_count++];
}

/* A thread that executes takes its process's number, and its call with it. */
static int follow_exec(struct audit *a, const struct event *e)
{
	if (e->exec.former_tid == e->tid)
		return 0;
	map_remove(&a->open, e->tid);
	return map_remove(&a->open, e->exec.former_tid) ? map_put(&a->open, e->tid, a) : 0;
}

static int follow_call(struct audit *a, const struct event *e)
{
	if (e->kind == EVENT_BEGUN && a->open.count < OPEN_MAX)
		return map_put(&a->open, e->tid, a);
	if (e->kind == EVENT_END || e->kind == EVENT_EXIT)
		map_remove(&a->open, e->tid);
	return e->kind == EVENT_EXEC ? follow_exec(a, e) : 0;
}

static int count_rows(struct audit *a, const struct batch *b)
{
	int r = 0;

	a->chunks++;
	a->events += b->count;
	a->tape_events += b->count + b->unknown;
	for (size_t i = 0; r == 0 && i < b->count; i++) {
		a->calls += b->rows[i].kind == EVENT_CALL || b->rows[i].kind == EVENT_BEGUN;
		r = follow_call(a, &b->rows[i]);
	}
	return r;
}

static int take_batch(struct audit *a, const struct trace_record *record, struct trace_damage *ret)
{
	const struct batch *b = record->batch;
	struct audit_frame *frame = record->recovered ? NULL : frame_at(a, record->frame_offset);
	uint64_t before = a->last_seq;
	bool any = a->any_chunk;

	if (count_rows(a, b) < 0 || (!frame && !record->recovered))
		return -ENOMEM;
	if (frame) {
		frame->chunks++;
		frame->events += b->count + b->unknown;
	} else {
		a->recovered += b->count;
	}
	if (!b->count)
		return 0;
	a->any_chunk = true;
	a->last_seq = b->rows[b->count - 1].seq;
	if (any && b->rows[0].seq <= before)
		return found(a, record->frame_offset, ret,
			     "chunk %" PRIu64 " begins at place %" PRIu64
			     ", but the one before ends at %" PRIu64,
			     b->number, b->rows[0].seq, before);
	return 0;
}

/* ---- the trailer ---- */

/* The trailer's entry for the frame that holds chunks and begins at @offset. */
static const struct meta_frame *entry_at(const struct meta_trailer *t, uint64_t offset)
{
	size_t low = 0, high = t->frame_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (t->frames[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->frame_count && t->frames[low].offset == offset ? &t->frames[low] : NULL;
}

static size_t count_entries(const struct meta_trailer *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->frame_count; i++)
		n += t->frames[i].chunks != 0;
	return n;
}

static int compare_frames(struct audit *a, const struct meta_trailer *t, uint64_t offset,
			  struct trace_damage *ret)
{
	for (size_t i = 0; i < a->seen_count; i++) {
		const struct audit_frame *f = &a->seen[i];
		const struct meta_frame *entry = entry_at(t, f->offset - a->start);

		if (!entry)
			return found(a, offset, ret,
				     "the trailer does not list the frame at byte %" PRIu64,
				     f->offset);
		if (entry->chunks != f->chunks || entry->events != f->events)
			return found(a, offset, ret,
				     "the trailer counts %" PRIu64 " events in %" PRIu64
				     " chunks of the frame at byte %" PRIu64 ", there are %" PRIu64
				     " in %" PRIu64,
				     entry->events, entry->chunks, f->offset, f->events, f->chunks);
	}
	if (count_entries(t) != a->seen_count)
		return found(a, offset, ret,
			     "the trailer lists %zu frames with chunks, there are %zu",
			     count_entries(t), a->seen_count);
	return 0;
}

static int take_trailer(struct audit *a, const struct trace_record *record,
			struct trace_damage *ret)
{
	const struct meta_trailer *t = record->trailer;

	map_done(&a->open);
	a->frames++;
	a->lost += t->lost;
	a->incomplete |= t->incomplete;
	/* What is missing has been told, and numbers cannot fit then. */
	if (a->damaged)
		return 0;
	if (t->events != a->tape_events)
		return found(a, record->frame_offset, ret,
			     "the trailer counts %" PRIu64 " events, there are %" PRIu64, t->events,
			     a->tape_events);
	return compare_frames(a, t, record->frame_offset, ret);
}

/* ---- the whole ---- */

void audit_end(struct audit *a)
{
	end_tape(a);
}

int audit_take(struct audit *a, const struct trace_record *record, struct trace_damage *ret_damage)
{
	if (!a->tapes && record->kind != RECORD_HEADER && record->kind != RECORD_DAMAGE) {
		begin_tape(a, record->frame_offset);
		/* Its header is missing: that has been told. */
		a->damaged = true;
	}
	switch (record->kind) {
	case RECORD_HEADER:
		begin_tape(a, record->frame_offset);
		return 0;
	case RECORD_SNAPSHOT:
		a->snapshots++;
		return 0;
	case RECORD_BATCH:
		return take_batch(a, record, ret_damage);
	case RECORD_TRAILER:
		return take_trailer(a, record, ret_damage);
	case RECORD_UNKNOWN:
		a->unknown++;
		return 0;
	case RECORD_DAMAGE:
		break;
	}
	a->damages++;
	a->damaged = true;
	*ret_damage = *record->damage;
	return 1;
}

void audit_done(struct audit *a)
{
	free(a->seen);
	map_done(&a->open);
	*a = (struct audit){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As a recorder does it: a call is added at its entry, and its exit waits for its place. If
 * its chunk is still open then, the row is completed, else the exit becomes a row of its own.
 */
#include "compose.h"

#include "frame.h"
#include "limits.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/map.h"
#include "format/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL_DEFAULT = 7 };

/* An exit that waits for its place. */
struct waiting {
	struct event end;
	struct batch_slot slot;
	struct event_memory *memory;
	uint8_t *bytes;
	size_t size;
};

struct trace_composer {
	struct codec *codec;
	struct frame_writer *frames;
	struct batch batch;
	struct buf record;
	struct waiting *waiting[COMPOSE_WAITING_MAX]; /* the last is due first */
	size_t waiting_count, waiting_bytes;
	uint64_t last_seq;
	struct map pids, tids; /* of the rows */
	struct map in_flight;  /* tid -> this */
	struct meta_trailer counted;
};

/* ---- records ---- */

static int put(struct trace_composer *c, int encoded, const struct batch *batch, bool alone,
	       struct err *err)
{
	int r = encoded;

	if (r < 0)
		err_errno(err, -r, "cannot encode a record of the tape");
	else
		r = frame_writer_put(c->frames, &c->record, batch, alone, err);
	buf_clear(&c->record);
	return r;
}

int trace_composer_new(struct sink sink, int level, const struct meta_header *header,
		       struct trace_composer **ret, struct err *err)
{
	cleanup_free struct trace_composer *c = calloc(1, sizeof(*c));
	struct meta_header own = *header;
	int r;

	if (!c)
		return err_set(err, ENOMEM, "out of memory");
	own.first_chunk = 0;
	c->codec = codec_new();
	r = c->codec ? frame_writer_new(sink, level ? level : LEVEL_DEFAULT, TRACE_FRAME_SIZE,
					&c->frames, err)
		     : err_set(err, ENOMEM, "out of memory");
	if (r == 0)
		r = put(c, codec_encode_header(&own, &c->record), NULL, true, err);
	if (r < 0) {
		trace_composer_free(take_ptr(c));
		return r;
	}
	*ret = take_ptr(c);
	return 0;
}

static int end_chunk(struct trace_composer *c, struct err *err)
{
	uint64_t number = c->batch.number;
	int r;

	if (!c->batch.count)
		return 0;
	r = batch_seal(&c->batch);
	if (r == 0)
		r = codec_encode_batch(c->codec, &c->batch, &c->record);
	r = put(c, r, &c->batch, false, err);
	batch_clear(&c->batch, number + 1);
	return r;
}

/* ---- counting ---- */

static int count_task(struct trace_composer *c, uint32_t pid, uint32_t tid)
{
	if (!map_get(&c->tids, tid) && map_put(&c->tids, tid, c) < 0)
		return -ENOMEM;
	return map_get(&c->pids, pid) ? 0 : map_put(&c->pids, pid, c);
}

static void count_memory(struct meta_trailer *t, const struct event *e)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		t->unreadable += m->unreadable;
		t->shortened += !m->unreadable && m->length < m->full;
		t->bytes_kept += m->length;
		t->bytes_full += m->full;
	}
}

static int count_flight(struct trace_composer *c, const struct event *e)
{
	switch (e->kind) {
	case EVENT_BEGUN:
		return map_put(&c->in_flight, e->tid, c);
	case EVENT_END:
	case EVENT_EXIT:
		map_remove(&c->in_flight, e->tid);
		return 0;
	case EVENT_EXEC:
		if (e->exec.former_tid == e->tid || !map_remove(&c->in_flight, e->exec.former_tid))
			return 0;
		return map_put(&c->in_flight, e->tid, c);
	default:
		return 0;
	}
}

static int count_row(struct trace_composer *c, const struct event *e)
{
	struct meta_trailer *t = &c->counted;

	count_memory(t, e);
	t->duration = e->time > t->duration ? e->time : t->duration;
	t->calls += e->kind == EVENT_BEGUN;
	t->signals += e->kind == EVENT_SIGNAL;
	return count_flight(c, e) < 0 ? -ENOMEM : count_task(c, e->pid, e->tid);
}

/* ---- rows ---- */

/* 0 or -errno. A row that is not behind the one before cannot be written. */
static int add_row(struct trace_composer *c, const struct event *e, struct batch_slot slot,
		   struct batch_slot *ret_slot, struct err *err)
{
	size_t rows = c->batch.count;
	int r;

	if (e->seq <= c->last_seq) {
		c->counted.lost++;
		return 0;
	}
	if (e->kind == EVENT_END)
		r = batch_finish(&c->batch, slot, e);
	else
		r = batch_add(&c->batch, e, ret_slot);
	if (r == 0)
		r = count_row(c, e);
	if (r < 0)
		return err_set(err, ENOMEM, "out of memory");
	c->last_seq = e->seq;
	c->counted.events += c->batch.count - rows;
	if (c->batch.raw_size < TRACE_CHUNK_SIZE && c->batch.count < TRACE_CHUNK_EVENTS_MAX)
		return 0;
	return end_chunk(c, err);
}

static void waiting_free(struct waiting *w)
{
	if (!w)
		return;
	free(w->memory);
	free(w->bytes);
	free(w);
}

/* The exits that lie in front of @seq. */
static int add_due(struct trace_composer *c, uint64_t seq, struct err *err)
{
	int r = 0;

	while (r == 0 && c->waiting_count && c->waiting[c->waiting_count - 1]->end.seq < seq) {
		struct waiting *w = c->waiting[--c->waiting_count];

		c->waiting_bytes -= w->size;
		r = add_row(c, &w->end, w->slot, NULL, err);
		waiting_free(w);
	}
	return r;
}

/* What is written at a call's entry, or at its exit. */
static bool is_of(const struct event_memory *m, bool exit)
{
	return (m->when != EVENT_AT_ENTRY) == exit;
}

/* The ranges of one half of a call, in an array that is the caller's. */
static struct event_memory *half(const struct event *e, bool exit, uint32_t *ret_count)
{
	struct event_memory *memory = calloc(e->memory_count + 1, sizeof(*memory));
	uint32_t count = 0;

	for (uint32_t i = 0; memory && i < e->memory_count; i++) {
		if (is_of(&e->memory[i], exit))
			memory[count++] = e->memory[i];
	}
	*ret_count = count;
	return memory;
}

/* The exit of a whole call, as a row: its memory is borrowed. */
static struct event end_of(const struct event *e, struct event_memory *memory, uint32_t count)
{
	struct event end = *e;

	end.kind = EVENT_END;
	end.seq = e->call.end_seq;
	end.time = e->time + e->call.duration;
	end.memory = memory;
	end.memory_count = count;
	return end;
}

/* Copies the bytes that the exit borrows. */
static int keep(struct waiting *w)
{
	size_t at = 0;

	for (uint32_t i = 0; i < w->end.memory_count; i++)
		w->size += w->memory[i].length;
	w->bytes = malloc(w->size + 1);
	if (!w->bytes)
		return -ENOMEM;
	for (uint32_t i = 0; i < w->end.memory_count; i++) {
		struct event_memory *m = &w->memory[i];

		if (m->length)
			memcpy(w->bytes + at, m->data, m->length);
		m->data = w->bytes + at;
		at += m->length;
	}
	return 0;
}

static int wait_for(struct trace_composer *c, const struct event *call, struct batch_slot slot,
		    struct err *err)
{
	struct waiting *w;
	size_t at;
	uint32_t count;

	if (c->waiting_count == COMPOSE_WAITING_MAX ||
	    c->waiting_bytes > COMPOSE_WAITING_BYTES_MAX) {
		c->counted.lost++;
		return 0;
	}
	w = calloc(1, sizeof(*w));
	if (w)
		w->memory = half(call, true, &count);
	if (!w || !w->memory) {
		waiting_free(w);
		return err_set(err, ENOMEM, "out of memory");
	}
	w->slot = slot;
	w->end = end_of(call, w->memory, count);
	if (keep(w) < 0) {
		waiting_free(w);
		return err_set(err, ENOMEM, "out of memory");
	}
	c->waiting_bytes += w->size;
	for (at = c->waiting_count++; at && c->waiting[at - 1]->end.seq <= w->end.seq; at--)
		c->waiting[at] = c->waiting[at - 1];
	c->waiting[at] = w;
	return 0;
}

static int add_call(struct trace_composer *c, const struct event *e, struct err *err)
{
	struct batch_slot slot = {.number = UINT64_MAX};
	cleanup_free struct event_memory *memory = NULL;
	struct event begun = *e;
	int r;

	memory = half(e, false, &begun.memory_count);
	if (!memory)
		return err_set(err, ENOMEM, "out of memory");
	begun.memory = memory;
	begun.kind = EVENT_BEGUN;
	begun.call.begun_seq = e->seq;
	begun.call.state = EVENT_UNFINISHED;
	r = add_row(c, &begun, slot, &slot, err);
	if (r < 0 || e->call.state != EVENT_FINISHED)
		return r;
	return wait_for(c, e, slot, err);
}

/* The stream has put what was read at the entry in front. */
static int add_end(struct trace_composer *c, const struct event *e, struct err *err)
{
	const struct batch_slot none = {.number = UINT64_MAX};
	cleanup_free struct event_memory *memory = NULL;
	struct event end = *e;

	/* One that the stream made: the event that ended the thread says the same. */
	if (e->call.state == EVENT_NEVER)
		return 0;
	memory = half(e, true, &end.memory_count);
	if (!memory)
		return err_set(err, ENOMEM, "out of memory");
	end.memory = memory;
	return add_row(c, &end, none, NULL, err);
}

int trace_composer_event(struct trace_composer *c, const struct event *e, struct err *err)
{
	const struct batch_slot none = {.number = UINT64_MAX};
	int r = add_due(c, e->seq, err);

	if (r < 0)
		return r;
	if (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN)
		return add_call(c, e, err);
	if (e->kind == EVENT_END)
		return add_end(c, e, err);
	return add_row(c, e, none, NULL, err);
}

int trace_composer_exit(struct trace_composer *c, const struct event *call, struct err *err)
{
	return wait_for(c, call, (struct batch_slot){.number = UINT64_MAX}, err);
}

void trace_composer_forget(struct trace_composer *c, uint64_t seq)
{
	while (c->waiting_count && c->waiting[c->waiting_count - 1]->end.seq < seq) {
		struct waiting *w = c->waiting[--c->waiting_count];

		c->waiting_bytes -= w->size;
		waiting_free(w);
	}
}

int trace_composer_snapshot(struct trace_composer *c, const struct meta_snapshot *snapshot,
			    struct err *err)
{
	int r = end_chunk(c, err);

	return r < 0 ? r : put(c, codec_encode_snapshot(snapshot, &c->record), NULL, false, err);
}

uint64_t trace_composer_events(const struct trace_composer *c)
{
	return c->counted.events;
}

/* ---- the end ---- */

static int set_frames(struct trace_composer *c, struct meta_trailer *t)
{
	const struct meta_frame *frames = frame_writer_frames(c->frames, &t->frame_count);

	free(t->frames);
	t->frames = calloc(t->frame_count + 1, sizeof(*frames));
	if (!t->frames)
		return -ENOMEM;
	memcpy(t->frames, frames, t->frame_count * sizeof(*frames));
	return 0;
}

static void set_counts(struct trace_composer *c, struct meta_trailer *t)
{
	const struct meta_trailer *n = &c->counted;

	/* A recording may have gone on behind its last event. */
	t->duration = n->duration > t->duration ? n->duration : t->duration;
	t->calls = n->calls;
	t->events = n->events;
	t->signals = n->signals;
	t->processes = c->pids.count;
	t->threads = c->tids.count;
	t->lost += n->lost;
	t->unreadable = n->unreadable;
	t->shortened = n->shortened;
	t->bytes_kept = n->bytes_kept;
	t->bytes_full = n->bytes_full;
	t->unfinished = c->in_flight.count;
}

int trace_composer_finish(struct trace_composer *c, struct meta_trailer *trailer, struct err *err)
{
	int r = add_due(c, UINT64_MAX, err);

	if (r == 0)
		r = end_chunk(c, err);
	if (r == 0)
		r = frame_writer_end(c->frames, err);
	if (r < 0)
		return r;
	set_counts(c, trailer);
	if (set_frames(c, trailer) < 0)
		return err_set(err, ENOMEM, "out of memory");
	r = put(c, codec_encode_trailer(trailer, &c->record), NULL, true, err);
	return r < 0 ? r : frame_writer_seek_table(c->frames, err);
}

struct trace_composer *trace_composer_free(struct trace_composer *c)
{
	if (!c)
		return NULL;
	while (c->waiting_count)
		waiting_free(c->waiting[--c->waiting_count]);
	codec_free(c->codec);
	frame_writer_free(c->frames);
	batch_done(&c->batch);
	buf_done(&c->record);
	map_done(&c->pids);
	map_done(&c->tids);
	map_done(&c->in_flight);
	meta_trailer_done(&c->counted);
	free(c);
	return NULL;
}

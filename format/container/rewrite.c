/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trailer of the old tape is kept when there is one: its counts are of what
 * happened, and what is missing is the difference to what was copied. Without one, the
 * trailer is made of what the events tell.
 */
#include "rewrite.h"

#include "frame.h"
#include "limits.h"

#include "base/err.h"
#include "base/map.h"
#include "format/codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL_DEFAULT = 7 };

struct trace_rewriter {
	int fd, level;
	bool repack, long_window;
	struct codec *codec;
	struct buf record;
	bool any;

	/* Of the present tape. */
	struct frame_writer *frames; /* NULL: none has begun */
	uint64_t chunks, rows, unknown, unknown_rows;
	uint32_t root; /* the process that was first to do anything; 0: not known */
	bool has_trailer;
	struct meta_trailer trailer; /* the old one, or what the events tell */
	struct map in_flight;        /* tid -> this; calls that have begun and not ended */
};

int trace_rewriter_new(int fd, int level, struct trace_rewriter **ret)
{
	struct trace_rewriter *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->fd = fd;
	w->level = level ? level : LEVEL_DEFAULT;
	w->codec = codec_new();
	if (!w->codec) {
		trace_rewriter_free(w);
		return -ENOMEM;
	}
	*ret = w;
	return 0;
}

/* Writes what was encoded into w->record. */
static int put(struct trace_rewriter *w, int encoded, const struct batch *batch, bool alone,
	       struct err *err)
{
	int r = encoded;

	if (r < 0)
		err_errno(err, -r, "cannot encode a record of the tape");
	else
		r = frame_writer_put(w->frames, &w->record, batch, alone, err);
	buf_clear(&w->record);
	return r;
}

static int note(struct trace_rewriter *w, char *text)
{
	struct meta_trailer *t = &w->trailer;
	char **notes;

	if (text && t->note_count >= META_NOTES_MAX) {
		free(text);
		return 0;
	}
	notes = text ? reallocarray(t->notes, t->note_count + 1, sizeof(*notes)) : NULL;
	if (!notes) {
		free(text);
		return -ENOMEM;
	}
	t->notes = notes;
	t->notes[t->note_count++] = text;
	return 0;
}

/* ---- the beginning of a tape, and its end ---- */

static int begin(struct trace_rewriter *w, const struct meta_header *header, struct err *err)
{
	struct meta_header own = {.payload_limit = UINT64_MAX};
	int r = frame_writer_new(sink_file(w->fd), w->level, TRACE_FRAME_SIZE, &w->frames, err);

	if (r == 0 && w->long_window && frame_writer_long(w->frames) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	if (r < 0)
		return r;
	w->any = true;
	w->chunks = w->rows = w->unknown = w->unknown_rows = 0;
	w->root = 0;
	w->has_trailer = false;
	map_done(&w->in_flight);
	if (header)
		own = *header;
	/* Chunks get new numbers. */
	if (w->repack)
		w->chunks = own.first_chunk;
	else
		own.first_chunk = 0;
	/* What such a bit announces is not copied unless it is known. */
	own.compatible &= META_COMPATIBLE_KNOWN;
	return put(w, codec_encode_header(&own, &w->record), NULL, true, err);
}

static int set_frames(struct trace_rewriter *w, struct err *err)
{
	struct meta_trailer *t = &w->trailer;
	const struct meta_frame *frames = frame_writer_frames(w->frames, &t->frame_count);
	size_t size = t->frame_count * sizeof(*frames);

	free(t->frames);
	t->frames = malloc(size ? size : 1);
	if (!t->frames) {
		t->frame_count = 0;
		return err_set(err, ENOMEM, "out of memory");
	}
	memcpy(t->frames, frames, size);
	return 0;
}

static int complete_trailer(struct trace_rewriter *w)
{
	struct meta_trailer *t = &w->trailer;

	if (w->unknown &&
	    meta_add_note(&w->trailer, META_NOTES_MAX,
			  "%" PRIu64 " records of an unknown kind were left out", w->unknown) < 0)
		return -ENOMEM;
	if (w->unknown_rows && meta_add_note(&w->trailer, META_NOTES_MAX,
					     "%" PRIu64 " events of an unknown kind were left out",
					     w->unknown_rows) < 0)
		return -ENOMEM;
	if (w->has_trailer && t->events > w->rows + w->unknown_rows)
		t->lost += t->events - w->rows - w->unknown_rows;
	if (!w->has_trailer) {
		t->incomplete = true;
		t->unfinished = w->in_flight.count;
		free(t->reason);
		t->reason = strdup("cut off");
		if (!t->reason)
			return -ENOMEM;
	}
	t->events = w->rows;
	return 0;
}

static int end(struct trace_rewriter *w, struct err *err)
{
	int r;

	if (!w->frames)
		return 0;
	r = frame_writer_end(w->frames, err);
	if (r == 0 && complete_trailer(w) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	if (r == 0)
		r = set_frames(w, err);
	if (r == 0)
		r = put(w, codec_encode_trailer(&w->trailer, &w->record), NULL, true, err);
	if (r == 0)
		r = frame_writer_seek_table(w->frames, err);
	w->frames = frame_writer_free(w->frames);
	meta_trailer_done(&w->trailer);
	return r;
}

/* ---- what the events tell ---- */

static int follow_call(struct trace_rewriter *w, const struct event *e)
{
	if (e->kind == EVENT_BEGUN)
		return map_put(&w->in_flight, e->tid, w);
	if (e->kind == EVENT_END || e->kind == EVENT_EXIT)
		map_remove(&w->in_flight, e->tid);
	if (e->kind == EVENT_EXEC)
		map_remove(&w->in_flight, e->exec.former_tid);
	return 0;
}

static void count_event(struct trace_rewriter *w, const struct event *e)
{
	struct meta_trailer *t = &w->trailer;

	if (!w->root) {
		w->root = e->pid;
		t->processes = t->threads = 1;
	}
	t->duration = e->time > t->duration ? e->time : t->duration;
	t->calls += e->kind == EVENT_CALL || e->kind == EVENT_BEGUN;
	t->signals += e->kind == EVENT_SIGNAL;
	if (e->kind == EVENT_FORK) {
		t->threads++;
		t->processes += e->fork.kind != FORK_THREAD;
	}
	if (e->kind == EVENT_EXIT && e->exit.process && e->pid == w->root && !t->has_status) {
		t->has_status = true;
		t->status = e->exit.status;
	}
}

static int put_batch(struct trace_rewriter *w, struct batch *b, struct err *err)
{
	uint64_t number = b->number;
	int r;

	for (size_t i = 0; i < b->count; i++) {
		count_event(w, &b->rows[i]);
		if (follow_call(w, &b->rows[i]) < 0)
			return err_set(err, ENOMEM, "out of memory");
	}
	b->number = w->chunks;
	r = put(w, codec_encode_batch(w->codec, b, &w->record), b, false, err);
	b->number = number;
	w->chunks++;
	w->rows += b->count;
	w->unknown_rows += b->unknown;
	return r;
}

/* Takes the old trailer's contents over; the notes made so far go behind its own. */
static int take_trailer(struct trace_rewriter *w, struct meta_trailer *t, struct err *err)
{
	struct meta_trailer made = w->trailer;
	int r = 0;

	w->trailer = *t;
	*t = (struct meta_trailer){0};
	w->has_trailer = true;
	for (size_t i = 0; i < made.note_count; i++) {
		if (r == 0)
			r = note(w, made.notes[i]);
		else
			free(made.notes[i]);
	}
	made.note_count = 0;
	meta_trailer_done(&made);
	return r < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

static int put_damage(struct trace_rewriter *w, const struct trace_damage *d, struct err *err)
{
	if (meta_add_note(&w->trailer, META_NOTES_MAX,
			  "missing since a repair: byte %" PRIu64 " of the old tape: %s", d->offset,
			  d->text) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

void trace_rewriter_repack(struct trace_rewriter *w, bool long_window)
{
	w->repack = true;
	w->long_window = long_window;
}

static int check_sound(const struct trace_record *record, struct err *err)
{
	if (record->kind == RECORD_DAMAGE)
		return err_set(err, EBADMSG, "%s", record->damage->text);
	if (record->kind == RECORD_UNKNOWN ||
	    (record->kind == RECORD_BATCH && record->batch->unknown))
		return err_set(err, EOPNOTSUPP,
			       "what a newer version has written in it would be lost");
	return 0;
}

int trace_rewriter_put(struct trace_rewriter *w, const struct trace_record *record, struct err *err)
{
	int r = w->repack ? check_sound(record, err) : 0;

	if (r < 0)
		return r;
	/* Damage before the first header belongs to the tape that follows. */
	if (record->kind == RECORD_DAMAGE)
		return put_damage(w, record->damage, err);
	if (record->kind == RECORD_HEADER) {
		r = end(w, err);
		return r < 0 ? r : begin(w, record->header, err);
	}
	if (!w->frames)
		r = begin(w, NULL, err);
	if (r < 0)
		return r;
	switch (record->kind) {
	case RECORD_SNAPSHOT:
		return put(w, codec_encode_snapshot(record->snapshot, &w->record), NULL, false,
			   err);
	case RECORD_BATCH:
		return put_batch(w, record->batch, err);
	case RECORD_TRAILER:
		return take_trailer(w, record->trailer, err);
	default:
		w->unknown++;
		return 0;
	}
}

int trace_rewriter_finish(struct trace_rewriter *w, struct err *err)
{
	if (!w->any)
		return err_set(err, EBADMSG, "nothing can be read");
	return end(w, err);
}

struct trace_rewriter *trace_rewriter_free(struct trace_rewriter *w)
{
	if (!w)
		return NULL;
	codec_free(w->codec);
	frame_writer_free(w->frames);
	meta_trailer_done(&w->trailer);
	map_done(&w->in_flight);
	buf_done(&w->record);
	free(w);
	return NULL;
}

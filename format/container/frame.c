/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ordinary zstd frames, nothing of our own: a flush after every record makes what
 * was written readable although the frame has not ended, a frame is ended every few
 * megabytes so that damage costs no more than one, and long-distance matching over
 * the frame's whole window gains what short frames lose. Its matches must be long:
 * short ones of it stand in the way of better ones nearby (a tape of a compiler run is
 * 5 % smaller with 512 than with zstd's default of 64).
 */
#include "frame.h"

#include "limits.h"
#include "seek.h"

#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { LEVEL_DEFAULT = 7, LONG_MATCH = 512 };

/*
 * How hard to look for matches. Relaxed: as level 7, with tables of 1 MiB instead of 12:
 * filling those is what a short tape would spend its time on, and they hardly pay for a
 * long one. Zero: as the level has it.
 */
static const struct effort {
	int level, hash_log, chain_log, search_log, min_match, strategy;
} relaxed = {LEVEL_DEFAULT, 18, 18, 4, 5, ZSTD_lazy2}, hurried = {.level = 1};

struct frame_writer {
	struct sink sink;
	ZSTD_CCtx *zstd;
	size_t frame_size;
	struct buf out;
	struct meta_frame *frames;
	uint64_t *sizes; /* compressed, per frame */
	size_t count, capacity;
	bool open;
	uint64_t raw, compressed; /* of the whole file */
	bool adaptive, hurried;
	uint64_t compressing, writing; /* ns, in the present frame */
};

static int set_parameters(ZSTD_CCtx *zstd, int level)
{
	const struct {
		ZSTD_cParameter parameter;
		int value;
	} parameters[] = {
		{ZSTD_c_compressionLevel, level},
		{ZSTD_c_windowLog, TRACE_WINDOW_LOG},
		{ZSTD_c_enableLongDistanceMatching, 1},
		{ZSTD_c_ldmMinMatch, LONG_MATCH},
		{ZSTD_c_checksumFlag, 1},
	};

	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (ZSTD_isError(ZSTD_CCtx_setParameter(zstd, parameters[i].parameter,
							parameters[i].value)))
			return -EINVAL;
	}
	return 0;
}

int frame_writer_new(struct sink sink, int level, size_t frame_size, struct frame_writer **ret,
		     struct err *err)
{
	struct frame_writer *f = calloc(1, sizeof(*f));

	if (!f)
		return err_set(err, ENOMEM, "out of memory");
	f->sink = sink;
	f->frame_size = frame_size;
	f->adaptive = !level;
	f->zstd = ZSTD_createCCtx();
	if (!f->zstd) {
		frame_writer_free(f);
		return err_set(err, ENOMEM, "out of memory");
	}
	if (set_parameters(f->zstd, level ? level : LEVEL_DEFAULT) < 0) {
		frame_writer_free(f);
		return err_set(err, EINVAL, "zstd does not accept level %d", level);
	}
	*ret = f;
	return 0;
}

int frame_writer_long(struct frame_writer *f)
{
	f->frame_size = (size_t)1 << TRACE_WINDOW_LOG_MAX;
	return ZSTD_isError(ZSTD_CCtx_setParameter(f->zstd, ZSTD_c_windowLog, TRACE_WINDOW_LOG_MAX))
		       ? -ENOMEM
		       : 0;
}

struct frame_writer *frame_writer_free(struct frame_writer *f)
{
	if (!f)
		return NULL;
	ZSTD_freeCCtx(f->zstd);
	buf_done(&f->out);
	free(f->frames);
	free(f->sizes);
	free(f);
	return NULL;
}

static void set_effort(ZSTD_CCtx *zstd, const struct effort *e)
{
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, e->level);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_hashLog, e->hash_log);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_chainLog, e->chain_log);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_searchLog, e->search_log);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_minMatch, e->min_match);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_strategy, e->strategy);
}

/* The level for the frame that begins. When the file is what is slow, less
 * compression would only make it slower. */
static void choose_level(struct frame_writer *f)
{
	bool hurry = f->hurried && f->compressing > f->writing;

	if (f->adaptive)
		set_effort(f->zstd, hurry ? &hurried : &relaxed);
	f->hurried = false;
	f->compressing = f->writing = 0;
}

void frame_writer_hurry(struct frame_writer *f)
{
	f->hurried = true;
}

void frame_writer_restart(struct frame_writer *f, struct sink sink)
{
	f->sink = sink;
	f->count = 0;
	f->raw = f->compressed = 0;
}

/* An entry in the lists for a frame that begins here. */
static int add_entry(struct frame_writer *f)
{
	if (f->count == f->capacity) {
		size_t capacity = f->capacity ? f->capacity * 2 : 16;
		struct meta_frame *frames = reallocarray(f->frames, capacity, sizeof(*frames));
		uint64_t *sizes;

		if (!frames)
			return -ENOMEM;
		f->frames = frames;
		sizes = reallocarray(f->sizes, capacity, sizeof(*sizes));
		if (!sizes)
			return -ENOMEM;
		f->sizes = sizes;
		f->capacity = capacity;
	}
	f->frames[f->count] = (struct meta_frame){.offset = f->compressed};
	f->sizes[f->count++] = 0;
	return 0;
}

static int begin(struct frame_writer *f)
{
	int r = add_entry(f);

	if (r < 0)
		return r;
	f->open = true;
	choose_level(f);
	return 0;
}

static void note_batch(struct meta_frame *frame, const struct batch *b)
{
	const struct event *first, *last;

	if (!b)
		return;
	if (!frame->chunks++)
		frame->first_chunk = b->number;
	/* A chunk of nothing but kinds that are not known here is empty when it is copied. */
	if (!b->count)
		return;
	first = &b->rows[0];
	last = &b->rows[b->count - 1];
	if (!frame->events) {
		frame->first_seq = first->seq;
		frame->first_time = first->time;
	}
	frame->last_seq = last->seq;
	frame->last_time = last->time;
	frame->events += b->count;
}

static int compress(struct frame_writer *f, const struct buf *record, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = {record ? record->data : NULL, record ? record->size : 0, 0};
	uint64_t start = clock_now();
	size_t left;

	do {
		size_t room = ZSTD_CStreamOutSize(), before = f->out.size;
		ZSTD_outBuffer out = {buf_extend(&f->out, room), room, 0};

		if (!out.dst)
			return -ENOMEM;
		left = ZSTD_compressStream2(f->zstd, &out, &in, how);
		if (ZSTD_isError(left))
			return ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation ? -ENOMEM
										       : -EIO;
		buf_truncate(&f->out, before + out.pos);
	} while (left || in.pos < in.size);
	f->compressing += clock_now() - start;
	return 0;
}

static int write_out(struct frame_writer *f, struct err *err)
{
	uint64_t start = clock_now();
	int r = f->sink.write(f->sink.context, f->out.data, f->out.size);

	if (r < 0)
		return err_errno(err, -r, "cannot write the tape");
	f->writing += clock_now() - start;
	f->compressed += f->out.size;
	if (f->open)
		f->sizes[f->count - 1] += f->out.size;
	buf_clear(&f->out);
	return 0;
}

int frame_writer_end(struct frame_writer *f, struct err *err)
{
	int r;

	if (!f->open)
		return 0;
	r = compress(f, NULL, ZSTD_e_end);
	if (r < 0)
		return err_errno(err, -r, "cannot compress the tape");
	r = write_out(f, err);
	f->open = false;
	return r;
}

int frame_writer_put(struct frame_writer *f, const struct buf *record, const struct batch *batch,
		     bool alone, struct err *err)
{
	struct meta_frame *frame;
	int r = alone ? frame_writer_end(f, err) : 0;

	if (r < 0)
		return r;
	if (!f->open && begin(f) < 0)
		return err_set(err, ENOMEM, "out of memory");
	frame = &f->frames[f->count - 1];
	note_batch(frame, batch);
	frame->raw_size += record->size;
	f->raw += record->size;
	/* What begins and ends at once has a size known to zstd, which then sets up no
	 * tables for megabytes: that is what a short tape would spend its time on. */
	r = compress(f, record, alone ? ZSTD_e_end : ZSTD_e_flush);
	if (r < 0)
		return err_errno(err, -r, "cannot compress the tape");
	r = write_out(f, err);
	f->open = !alone;
	if (r < 0)
		return r;
	return frame->raw_size >= f->frame_size ? frame_writer_end(f, err) : 0;
}

int frame_writer_copy(struct frame_writer *f, const struct buf *frame,
		      const struct meta_frame *about, struct err *err)
{
	struct meta_frame *entry;
	int r;

	if (add_entry(f) < 0)
		return err_set(err, ENOMEM, "out of memory");
	entry = &f->frames[f->count - 1];
	*entry = *about;
	entry->offset = f->compressed;
	f->sizes[f->count - 1] = frame->size;
	r = f->sink.write(f->sink.context, frame->data, frame->size);
	if (r < 0)
		return err_errno(err, -r, "cannot write the tape");
	f->raw += about->raw_size;
	f->compressed += frame->size;
	return 0;
}

int frame_writer_seek_table(struct frame_writer *f, struct err *err)
{
	int r = seek_table_encode(f->frames, f->sizes, f->count, &f->out);

	return r < 0 ? err_errno(err, -r, "cannot write the seek table") : write_out(f, err);
}

const struct meta_frame *frame_writer_frames(const struct frame_writer *f, size_t *ret_count)
{
	*ret_count = f->count;
	return f->frames;
}

uint64_t frame_writer_raw(const struct frame_writer *f)
{
	return f->raw;
}

uint64_t frame_writer_compressed(const struct frame_writer *f)
{
	return f->compressed;
}

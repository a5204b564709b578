/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part is a frame writer's output into one file; the frames of a ring are one's output
 * into memory, from one turn to the next.
 *
 * Everything is counted from the recording's beginning on. What a tape has of it is the
 * difference to what had been counted when the tape (or the oldest frame of the ring)
 * began.
 */
#include "output.h"

#include "frame.h"
#include "limits.h"
#include "ring.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/uuid.h"
#include "format/codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A frame of a ring is to have this fraction of it, beside its snapshot. */
enum { RING_FRAMES = 16 };

/* A tape, or a frame of a ring, while it is written. */
struct part {
	struct frame_writer *frames; /* NULL: there is none */
	int fd;                      /* -1: none, or not ours */
};

struct output {
	struct trace_writer_options options;
	struct meta_header header; /* of the newest tape */
	char *journal;             /* of the same */
	struct part part, next;
	struct buf record; /* scratch */
	unsigned files;
	uint64_t next_chunk;
	uint64_t raw, compressed, frame_count; /* of tapes and frames that have ended */
	struct ring_tally before;              /* of the present tape or frame */

	struct ring ring;
	uint64_t written;   /* bytes of the tapes made of it */
	struct buf current; /* the frame that is to go into the ring next */
	size_t head;        /* bytes of it that its snapshot takes */
	struct err failed;  /* the first tape that could not be made of the ring */
};

static bool is_ring(const struct output *o)
{
	return o->options.ring_size != 0;
}

/* ---- what belongs to a tape of all that was counted ---- */

static struct ring_tally tally_of(const struct trace_turn *turn)
{
	const struct meta_trailer *t = &turn->so_far;

	return (struct ring_tally){
		.calls = t->calls,
		.signals = t->signals,
		.lost = t->lost,
		.unreadable = t->unreadable,
		.shortened = t->shortened,
		.bytes_kept = t->bytes_kept,
		.bytes_full = t->bytes_full,
		.processes = t->processes - turn->processes,
		.threads = t->threads - turn->threads,
	};
}

/* Strings and notes stay those of @so_far. */
static struct meta_trailer since(const struct meta_trailer *so_far, const struct ring_tally *before)
{
	struct meta_trailer t = *so_far;

	t.calls -= before->calls;
	t.signals -= before->signals;
	t.lost -= before->lost;
	t.unreadable -= before->unreadable;
	t.shortened -= before->shortened;
	t.bytes_kept -= before->bytes_kept;
	t.bytes_full -= before->bytes_full;
	t.processes -= before->processes;
	t.threads -= before->threads;
	return t;
}

/* ---- a tape's beginning and end, whatever is in between ---- */

static int put_alone(struct frame_writer *f, int encoded, const struct buf *record,
		     const char *what, struct err *err)
{
	if (encoded < 0)
		return err_errno(err, -encoded, "cannot encode the %s of the tape", what);
	return frame_writer_put(f, record, NULL, true, err);
}

static int put_header(struct output *o, struct frame_writer *f, const struct meta_header *h,
		      struct err *err)
{
	int r = put_alone(f, codec_encode_header(h, &o->record), &o->record, "header", err);

	buf_clear(&o->record);
	return r;
}

/* Trailer and seek table. The frame list is the frame writer's. */
static int put_end(struct output *o, struct frame_writer *f, struct meta_trailer t, struct err *err)
{
	int r = frame_writer_end(f, err);

	if (r < 0)
		return r;
	t.frames = (struct meta_frame *)(uintptr_t)frame_writer_frames(f, &t.frame_count);
	t.events = 0;
	for (size_t i = 0; i < t.frame_count; i++)
		t.events += t.frames[i].events;
	r = put_alone(f, codec_encode_trailer(&t, &o->record), &o->record, "trailer", err);
	buf_clear(&o->record);
	return r < 0 ? r : frame_writer_seek_table(f, err);
}

static int close_file(int fd, struct err *err)
{
	return close(fd) < 0 ? err_errno(err, errno, "cannot write the tape") : 0;
}

/* ---- one tape, or parts ---- */

static int open_file(struct output *o, struct err *err)
{
	int fd;

	free(o->journal);
	o->journal = NULL;
	fd = o->options.open(o->options.open_context, o->files, &o->journal, err);
	o->files += fd >= 0;
	return fd;
}

static void part_done(struct part *p)
{
	frame_writer_free(p->frames);
	if (p->fd >= 0)
		close(p->fd);
	*p = (struct part){.fd = -1};
}

static int begin_part(struct output *o, struct part *ret, struct err *err)
{
	int r;

	if (o->files)
		uuid_make(o->header.uuid);
	o->header.part = o->files + 1;
	o->header.first_chunk = o->next_chunk;
	ret->fd = open_file(o, err);
	if (ret->fd < 0)
		return ret->fd;
	r = frame_writer_new(sink_file(ret->fd), o->options.level, o->options.frame_size,
			     &ret->frames, err);
	return r < 0 ? r : put_header(o, ret->frames, &o->header, err);
}

static void count_ended(struct output *o)
{
	size_t count;

	frame_writer_frames(o->part.frames, &count);
	o->frame_count += count;
	o->raw += frame_writer_raw(o->part.frames);
	o->compressed += frame_writer_compressed(o->part.frames);
}

static int end_part(struct output *o, const struct meta_trailer *so_far, struct err *err)
{
	int r = put_end(o, o->part.frames, since(so_far, &o->before), err);

	count_ended(o);
	frame_writer_restart(o->part.frames, sink_file(-1));
	if (o->part.fd < 0)
		return r;
	return r < 0 ? r : close_file(take_fd(o->part.fd), err);
}

/* ---- the ring ---- */

static int end_frame(struct output *o, struct err *err)
{
	struct ring_frame frame = {.before = o->before};
	const struct meta_frame *about;
	size_t count;
	int r = frame_writer_end(o->part.frames, err);

	about = frame_writer_frames(o->part.frames, &count);
	if (r < 0 || !count)
		return r;
	count_ended(o);
	frame.about = about[0];
	frame.bytes = o->current;
	o->current = (struct buf){0};
	o->head = 0;
	frame_writer_restart(o->part.frames, sink_memory(&o->current));
	r = ring_push(&o->ring, &frame);
	buf_done(&frame.bytes);
	ring_trim(&o->ring, o->options.ring_size);
	return r < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

static uint64_t first_chunk(const struct output *o)
{
	for (size_t i = 0; i < o->ring.count; i++) {
		if (ring_at(&o->ring, i)->about.chunks)
			return ring_at(&o->ring, i)->about.first_chunk;
	}
	return o->next_chunk;
}

/* What is missing in front is said among the notes. */
static int put_ring_end(struct output *o, struct frame_writer *f, const struct meta_trailer *so_far,
			struct err *err)
{
	const struct ring_tally *before =
		o->ring.count ? &ring_at(&o->ring, 0)->before : &o->before;
	struct meta_trailer t = since(so_far, before);
	cleanup_free char *text = NULL;
	cleanup_free char **notes = calloc(t.note_count + 1, sizeof(*notes));

	if (!notes)
		return err_set(err, ENOMEM, "out of memory");
	if (t.note_count)
		memcpy(notes, t.notes, t.note_count * sizeof(*notes));
	t.notes = notes;
	if (o->header.first_chunk) {
		if (asprintf(&text,
			     "only the newest was kept: %" PRIu64 " earlier calls are not here",
			     before->calls) < 0)
			return err_set(err, ENOMEM, "out of memory");
		notes[t.note_count++] = text;
	}
	return put_end(o, f, t, err);
}

static int put_ring(struct output *o, struct frame_writer *f, const struct meta_trailer *so_far,
		    struct err *err)
{
	int r;

	if (o->files > 1)
		uuid_make(o->header.uuid);
	o->header.first_chunk = first_chunk(o);
	r = put_header(o, f, &o->header, err);
	for (size_t i = 0; r == 0 && i < o->ring.count; i++) {
		const struct ring_frame *frame = ring_at(&o->ring, i);

		r = frame_writer_copy(f, &frame->bytes, &frame->about, err);
	}
	return r < 0 ? r : put_ring_end(o, f, so_far, err);
}

/* A tape of what is in the ring, which stays as it is. */
static int write_ring(struct output *o, const struct meta_trailer *so_far, struct err *err)
{
	struct frame_writer *f = NULL;
	int fd, r;

	fd = open_file(o, err);
	if (fd < 0)
		return fd;
	r = frame_writer_new(sink_file(fd), o->options.level, SIZE_MAX, &f, err);
	if (r == 0)
		r = put_ring(o, f, so_far, err);
	if (r == 0)
		o->written += frame_writer_compressed(f);
	frame_writer_free(f);
	if (r < 0) {
		close(fd);
		return r;
	}
	return close_file(fd, err);
}

/* That a tape cannot be written must not end a recording that needs no file. */
static void dump(struct output *o, const struct meta_trailer *so_far)
{
	struct err err = {0};

	if (write_ring(o, so_far, &err) < 0 && !o->failed.code)
		o->failed = err;
}

/* ---- the whole ---- */

int output_put(struct output *o, const struct buf *records, const struct batch *batch, bool whole,
	       struct err *err)
{
	int r = frame_writer_put(o->part.frames, records, batch, whole && !is_ring(o), err);

	if (batch)
		o->next_chunk = batch->number + 1;
	if (!batch)
		o->head = o->current.size;
	return r;
}

void output_hurry(struct output *o)
{
	frame_writer_hurry(o->part.frames);
}

bool output_wants_turn(const struct output *o)
{
	if (is_ring(o))
		return o->current.size - o->head >= o->options.ring_size / RING_FRAMES ||
		       frame_writer_raw(o->part.frames) >= o->options.frame_size;
	return o->options.part_size &&
	       frame_writer_compressed(o->part.frames) >= o->options.part_size;
}

int output_prepare(struct output *o, const struct buf *head, struct err *err)
{
	int r;

	if (!o->options.part_size)
		return 0;
	r = begin_part(o, &o->next, err);
	if (r == 0 && head->size)
		r = frame_writer_put(o->next.frames, head, NULL, false, err);
	if (r < 0)
		part_done(&o->next);
	return r;
}

static int turn_part(struct output *o, const struct trace_turn *turn, struct err *err)
{
	int r = end_part(o, &turn->so_far, err);

	if (o->next.frames) {
		part_done(&o->part);
		o->part = o->next;
		o->next = (struct part){.fd = -1};
	}
	return r;
}

static int turn_ring(struct output *o, const struct trace_turn *turn, const struct buf *head,
		     struct err *err)
{
	int r = end_frame(o, err);

	if (r == 0 && turn->write)
		dump(o, &turn->so_far);
	return r < 0 || !head->size ? r : output_put(o, head, NULL, false, err);
}

int output_turn(struct output *o, const struct trace_turn *turn, const struct buf *head,
		struct err *err)
{
	int r = 0;

	if (is_ring(o))
		r = turn_ring(o, turn, head, err);
	else if (o->options.part_size)
		r = turn_part(o, turn, err);
	o->before = tally_of(turn);
	return r;
}

int output_finish(struct output *o, const struct meta_trailer *so_far, bool write, struct err *err)
{
	int r;

	if (!is_ring(o))
		return end_part(o, so_far, err);
	r = end_frame(o, err);
	if (r == 0 && write)
		dump(o, so_far);
	if (r == 0 && o->failed.code) {
		*err = o->failed;
		r = o->failed.code;
	}
	return r;
}

uint64_t output_raw(const struct output *o)
{
	return o->raw + frame_writer_raw(o->part.frames);
}

uint64_t output_compressed(const struct output *o)
{
	if (is_ring(o))
		return o->written;
	return o->compressed + frame_writer_compressed(o->part.frames);
}

uint64_t output_frames(const struct output *o)
{
	size_t count;

	frame_writer_frames(o->part.frames, &count);
	return o->frame_count + count;
}

unsigned output_files(const struct output *o)
{
	return o->files;
}

const uint8_t *output_uuid(const struct output *o)
{
	return o->header.uuid;
}

const char *output_journal(const struct output *o)
{
	return o->options.part_size ? o->journal : o->options.journal;
}

/* An own copy, by way of the encoded form: for the headers of later tapes. */
static int copy_header(struct output *o, const struct meta_header *header, struct err *err)
{
	int r = codec_encode_header(header, &o->record);
	size_t at = 1;

	if (r < 0)
		return err_errno(err, -r, "cannot encode the header of the tape");
	/* Behind the tag the length, a varint. */
	while (o->record.data[at++] & 0x80)
		;
	r = codec_decode_header(o->record.data + at, o->record.size - at, &o->header, err);
	buf_clear(&o->record);
	return r;
}

static int begin_tape(struct output *o, const struct meta_header *header, struct err *err)
{
	int r = frame_writer_new(sink_file(o->options.fd), o->options.level, o->options.frame_size,
				 &o->part.frames, err);

	o->files = 1;
	memcpy(o->header.uuid, header->uuid, sizeof(o->header.uuid));
	return r < 0 ? r : put_header(o, o->part.frames, header, err);
}

static int begin(struct output *o, const struct meta_header *header, struct err *err)
{
	int r;

	if (!is_ring(o) && !o->options.part_size)
		return begin_tape(o, header, err);
	r = copy_header(o, header, err);
	if (r < 0)
		return r;
	if (is_ring(o))
		return frame_writer_new(sink_memory(&o->current), o->options.level, SIZE_MAX,
					&o->part.frames, err);
	return begin_part(o, &o->part, err);
}

int output_new(const struct trace_writer_options *options, const struct meta_header *header,
	       struct output **ret, struct err *err)
{
	struct output *o = calloc(1, sizeof(*o));
	int r;

	if (!o)
		return err_set(err, ENOMEM, "out of memory");
	o->options = *options;
	o->part.fd = o->next.fd = -1;
	r = begin(o, header, err);
	if (r < 0) {
		output_free(o);
		return r;
	}
	*ret = o;
	return 0;
}

struct output *output_free(struct output *o)
{
	if (!o)
		return NULL;
	part_done(&o->part);
	part_done(&o->next);
	free(o->journal);
	meta_header_done(&o->header);
	ring_done(&o->ring);
	buf_done(&o->current);
	buf_done(&o->record);
	free(o);
	return NULL;
}

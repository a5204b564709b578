/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the records of a recording become: one tape, a row of tapes (parts), or a ring of
 * which tapes are made when somebody wants them. Belongs to the writer's thread.
 *
 * Parts and the frames of a ring are to begin with the state of the world. Only the
 * recorder can look at that; so output_wants_turn() says when it is time, and a while
 * later output_turn() comes with it, in order with the records.
 */
#ifndef CONTAINER_OUTPUT_H
#define CONTAINER_OUTPUT_H

#include "writer.h"

struct output;

/* Begins the first tape, if it is not a ring. The header is copied. 0 or -errno. */
int output_new(const struct trace_writer_options *options, const struct meta_header *header,
	       struct output **ret, struct err *err);
struct output *output_free(struct output *o);

/* Writes encoded records, as frame_writer_put() does. @whole: there will be no others. */
int output_put(struct output *o, const struct buf *records, const struct batch *batch, bool whole,
	       struct err *err);
/* Somebody waits for us. */
void output_hurry(struct output *o);
/* Whether a part, or a frame of the ring, has become as large as it should be. */
bool output_wants_turn(const struct output *o);
/*
 * Begins the next part with @head, its snapshots, encoded. The present one remains as it is,
 * without an end: so whatever happens now, there is a tape that the journal belongs to.
 * Nothing when there are no parts. 0 or -errno.
 */
int output_prepare(struct output *o, const struct buf *head, struct err *err);
/* Ends the present part, and goes on in the one that was prepared; or ends a frame of the ring,
 * and begins the next with @head. */
int output_turn(struct output *o, const struct trace_turn *turn, const struct buf *head,
		struct err *err);
/*
 * Ends it all. @so_far: what has been counted from the beginning on; its frames and number
 * of events are filled in here. @write: a ring is to be written. 0 or -errno.
 */
int output_finish(struct output *o, const struct meta_trailer *so_far, bool write, struct err *err);

/* The uuid of the newest tape, and the name of the journal that it is to have; NULL: none. */
const uint8_t *output_uuid(const struct output *o);
const char *output_journal(const struct output *o);

/* Of all that was written; of a ring: raw bytes and frames are those that went into it. */
uint64_t output_raw(const struct output *o);
uint64_t output_compressed(const struct output *o);
uint64_t output_frames(const struct output *o);
/* Tapes that were begun. */
unsigned output_files(const struct output *o);

#endif

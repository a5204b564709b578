/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compressed side of a tape: records in, zstd frames out into a sink, and a list
 * of the frames for the trailer and the seek table. Not thread-safe: it belongs to
 * the writer's thread.
 */
#ifndef CONTAINER_FRAME_H
#define CONTAINER_FRAME_H

#include "sink.h"

#include "format/batch.h"
#include "format/meta.h"

struct err;
struct frame_writer;

/*
 * @level: of zstd; 0: chosen anew for each frame, high while nobody has to wait for
 * the compression, low when somebody does. @frame_size: raw bytes after which a frame
 * is ended. 0 or -errno.
 */
int frame_writer_new(struct sink sink, int level, size_t frame_size, struct frame_writer **ret,
		     struct err *err);
struct frame_writer *frame_writer_free(struct frame_writer *f);

/*
 * Writes encoded records so that everything up to here can be read back, and notes in
 * the frame's list entry what they hold (@batch: the chunk among them, or NULL). They
 * get a frame of their own when @alone; else the frame is ended when it is full. 0 or
 * -errno, after which nothing more must be written.
 */
int frame_writer_put(struct frame_writer *f, const struct buf *records, const struct batch *batch,
		     bool alone, struct err *err);
/* Before the first record: the window is as large as any zstd takes without being asked, and a
 * frame as large as the window. 0 or -ENOMEM. */
int frame_writer_long(struct frame_writer *f);
/* Somebody is waiting for us: to be told whenever it is so. */
void frame_writer_hurry(struct frame_writer *f);
/* Ends the frame that is open, if any. */
int frame_writer_end(struct frame_writer *f, struct err *err);
/* Appends a frame that was compressed before; none must be open. 0 or -errno. */
int frame_writer_copy(struct frame_writer *f, const struct buf *frame,
		      const struct meta_frame *about, struct err *err);
/* Goes on with another tape, in @sink: the frames so far are forgotten; none must be open. */
void frame_writer_restart(struct frame_writer *f, struct sink sink);
/* Writes the seek table over all frames. */
int frame_writer_seek_table(struct frame_writer *f, struct err *err);

/* The frames so far; borrowed. */
const struct meta_frame *frame_writer_frames(const struct frame_writer *f, size_t *ret_count);
uint64_t frame_writer_raw(const struct frame_writer *f);
uint64_t frame_writer_compressed(const struct frame_writer *f);

#endif

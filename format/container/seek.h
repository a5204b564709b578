/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seek table: a skippable frame at the end of the file that lists the sizes of
 * all frames before it, in zstd's seekable format 0.1.0. Plain zstd skips it; a
 * reader that has it finds the next frame behind a damaged one without searching.
 */
#ifndef CONTAINER_SEEK_H
#define CONTAINER_SEEK_H

#include "base/buf.h"
#include "format/meta.h"

struct trace_source;

/* Appends the skippable frame. 0, -ENOMEM, or -E2BIG when a frame's size does not fit. */
int seek_table_encode(const struct meta_frame *frames, const uint64_t *compressed, size_t count,
		      struct buf *ret);

struct seek_table {
	uint64_t *offset; /* of each frame, ascending */
	size_t count;
	uint64_t end; /* of the last one */
};

/*
 * Reads the table at the end of a seekable source, without moving it. A table that
 * is not there or not believable leaves @ret empty. 0 or -ENOMEM.
 */
int seek_table_load(struct trace_source *source, struct seek_table *ret);
/* The first frame that begins after @offset, or 0 when there is none. */
uint64_t seek_table_after(const struct seek_table *t, uint64_t offset);
void seek_table_done(struct seek_table *t);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the end of a tape tells of all of it: the trailer, and of each frame where it begins and
 * which events are in it, read without what is before. Believed when trailer and seek table
 * agree; so there is none of a pipe, of a tape that was cut, of several tapes in one file.
 */
#ifndef CONTAINER_INDEX_H
#define CONTAINER_INDEX_H

#include "reader.h"
#include "seek.h"

struct trace_index {
	struct meta_trailer trailer; /* its frames are those before it */
	struct seek_table table;     /* of these, and of the trailer's own */
};

/* Of a source that is not moved by it. @ret is without frames when there is no index. 0 or
 * -ENOMEM. */
int trace_index_load(struct trace_source *source, struct trace_index *ret);
/* The place of the frame whose events those around @seq are; as many as there are: in none. */
size_t trace_index_find(const struct trace_index *index, uint64_t seq);
void trace_index_done(struct trace_index *index);

/* What is to be done with each chunk of a frame. 0 or a negative errno, which ends it. */
typedef int trace_index_batch_fn(void *context, const struct batch *batch);
/* Reads the frame at place @at for itself; what is damaged in it is passed over. 0, or the
 * callback's or -ENOMEM. */
int trace_index_read(const struct trace_index *index, struct trace_source *source, size_t at,
		     trace_index_batch_fn *take, void *context);

#endif

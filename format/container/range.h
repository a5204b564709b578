/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of a tape, for a stream that reads only this. It begins some frames before the first
 * event that is wanted, so that all calls that the stream would join are joined. Of calls that
 * began even earlier the entries are looked for where they are.
 */
#ifndef CONTAINER_RANGE_H
#define CONTAINER_RANGE_H

#include "stream.h"

struct trace_source;
struct trace_range;

/*
 * NULL in @ret: no part is asked for, or there is no index. @source is borrowed and must stay;
 * it is read at places, and never moved. 0 or -ENOMEM.
 */
int trace_range_open(struct trace_source *source, const struct trace_stream_options *options,
		     struct trace_range **ret);
struct trace_range *trace_range_free(struct trace_range *r);

/* Whether a stream that has come to the frame at @offset is to go on at another one further on:
 * @ret_offset, whose first chunk is @ret_chunk. */
bool trace_range_jumps(const struct trace_range *r, uint64_t offset, uint64_t *ret_offset,
		       uint64_t *ret_chunk);
/* Whether the event, and so all behind it, is not wanted. */
bool trace_range_is_over(const struct trace_range *r, const struct event *e);
/* Whether the event is before what is wanted. */
bool trace_range_is_early(const struct trace_range *r, const struct event *e);
struct meta_trailer *trace_range_trailer(struct trace_range *r);

/* A row has been told, behind the jump. 0 or -ENOMEM. */
int trace_range_saw(struct trace_range *r, const struct event *e);
/* Whether the thread has been heard of, there or by trace_range_find_thread(). */
bool trace_range_has_seen(const struct trace_range *r, uint32_t tid);

/* What is done with calls of frames that the stream has jumped over; each 0 or -ENOMEM. */
struct trace_range_calls {
	int (*began)(void *context, const struct event *begun); /* to be copied */
	void (*ended)(void *context, uint64_t begun_seq);
	/* The thread was in this call, which has been given as begun, up to the jump. */
	int (*in_flight)(void *context, uint32_t tid, uint64_t begun_seq);
	void *context;
};

/* Gives the calls of the frame in which that at @seq began, unless they have been given. */
int trace_range_find(struct trace_range *r, uint64_t seq, const struct trace_range_calls *calls);
/* Gives the calls of frames, going back, until @tid has been heard of in one; of none when there
 * was a row of it since the jump. */
int trace_range_find_thread(struct trace_range *r, uint32_t tid,
			    const struct trace_range_calls *calls);

#endif

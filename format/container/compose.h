/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape made of the items of a stream: the same items always give the same bytes. For
 * what makes a tape out of another; the recorder has its own writer (writer.h).
 *
 * Events are handed over as the stream tells them, in order. A call that is whole there
 * becomes a row if its exit lies in the chunk of its entry, and else two rows, each at its
 * place: so the chunks are as doc/trace-format.md wants them.
 */
#ifndef CONTAINER_COMPOSE_H
#define CONTAINER_COMPOSE_H

#include "sink.h"

#include "format/event.h"
#include "format/meta.h"

struct err;
struct trace_composer;

/* Limits. What is over one is left out, and counted in the trailer as lost. */
enum {
	COMPOSE_WAITING_MAX = 1 << 16,        /* calls that have not come to their exit */
	COMPOSE_WAITING_BYTES_MAX = 64 << 20, /* what they wrote */
};

/* Writes the header, with its first_chunk 0. @level: of zstd, 0: our choice. 0 or -errno. */
int trace_composer_new(struct sink sink, int level, const struct meta_header *header,
		       struct trace_composer **ret, struct err *err);
/* Puts a snapshot behind the events so far. */
int trace_composer_snapshot(struct trace_composer *c, const struct meta_snapshot *snapshot,
			    struct err *err);
int trace_composer_event(struct trace_composer *c, const struct event *e, struct err *err);
/* Of a call that began before the tape: of its whole event only the exit. Must be handed over
 * before any event that lies behind that. */
int trace_composer_exit(struct trace_composer *c, const struct event *call, struct err *err);
/* Exits that wait and lie in front of @seq are not written after all. */
void trace_composer_forget(struct trace_composer *c, uint64_t seq);
/* Rows so far; those of calls that have not come to their exit count once. */
uint64_t trace_composer_events(const struct trace_composer *c);
/*
 * Writes what is left, the trailer and the seek table. @trailer tells what cannot be counted: its
 * status, reason, notes, lost and incomplete are kept, all else in it is set to what was written.
 */
int trace_composer_finish(struct trace_composer *c, struct meta_trailer *trailer, struct err *err);
struct trace_composer *trace_composer_free(struct trace_composer *c);

#endif

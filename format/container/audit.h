/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds a tape against what it says of itself. The reader finds what cannot be read;
 * the audit finds what can be read but does not fit: chunks out of order, a trailer
 * that counts other events or frames than are there.
 *
 * Hand over every record of a reader, in order. A zeroed struct is an audit that has
 * seen nothing.
 */
#ifndef CONTAINER_AUDIT_H
#define CONTAINER_AUDIT_H

#include "reader.h"

#include "base/map.h"

struct audit_frame {
	uint64_t offset, chunks, events;
};

struct audit {
	/* Of the whole file. */
	uint64_t tapes, frames, chunks, snapshots, events, calls, unknown;
	uint64_t damages;   /* the reader's and those found here */
	uint64_t lost;      /* by the trailers' own words */
	bool incomplete;    /* so says a trailer */
	uint64_t recovered; /* events of a journal, counted in `events` too */
	uint64_t in_flight; /* calls of torn tapes that had not returned at their end */

	/* Of the present tape. */
	uint64_t start; /* offset of its first frame */
	uint64_t tape_events, last_seq;
	bool any_chunk, damaged;
	struct audit_frame *seen; /* frames that hold chunks */
	size_t seen_count, seen_capacity;
	struct map open; /* tid -> this, of calls that have begun and not ended */
};

/*
 * Takes a record. Returns 1 when it does not fit, which @ret_damage then says (for a
 * RECORD_DAMAGE it is a copy), else 0; or -ENOMEM.
 */
int audit_take(struct audit *a, const struct trace_record *record, struct trace_damage *ret_damage);
/* The file has ended: `in_flight` is final. */
void audit_end(struct audit *a);
void audit_done(struct audit *a);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of a tape read again: a side (side.h) has no bytes and no original text, only the places
 * where they are. Of a tape with an index only that part is read.
 */
#ifndef DIFF_REREAD_H
#define DIFF_REREAD_H

#include <stdint.h>

struct err;
struct event;
struct meta_header;
struct trace_source;

enum { REREAD_EVENTS_MAX = 32 << 20 }; /* of one tape, in all parts together */

struct diff_tape {
	int (*open)(void *context, struct trace_source **ret, struct err *err);
	void *context;
	uint64_t events_left;        /* that may still be read */
	const uint8_t *chosen_ports; /* struct diff_side */
};

/* The header comes first, and without an event. A result other than 0 ends the reading. */
typedef int reread_fn(void *context, const struct meta_header *header, const struct event *e);

/*
 * Tells the events from the place @from to the place @until (0: the end). 0, what @take gave,
 * -E2BIG when too much has been read, or what reading gave.
 */
int reread(struct diff_tape *tape, uint64_t from, uint64_t until, reread_fn *take, void *context);

#endif

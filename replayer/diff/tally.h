/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often each call was made about each object by the processes of a node (match.h), on both
 * sides. Most counts of two runs are equal, and there may be a million of them: only those that
 * are not are put in order.
 */
#ifndef DIFF_TALLY_H
#define DIFF_TALLY_H

#include "compare.h"

struct tally {
	uint64_t call, object; /* hashes */
	uint64_t calls;
	uint32_t call_at, object_at;
	uint16_t error;
	bool noise;
};

/* In order, each once. */
struct tallies {
	struct tally *a, *b;
	size_t a_count, b_count;
};

/* By call, object and error. */
int tally_order(const struct tally *a, const struct tally *b);

/* Those of which the other side has none, or another number. 0 or -ENOMEM. */
int tallies_make(const struct comparison *c, uint32_t node, struct tallies *ret);
void tallies_done(struct tallies *t);

/* How often a call was made on either side. */
struct tally_total {
	uint64_t call, object; /* hashes */
	uint16_t error;
	uint64_t a, b;
};

/* Fills in `a` and `b` of @count totals. 0 or -ENOMEM. */
int tally_totals(const struct comparison *c, uint32_t node, struct tally_total *totals,
		 size_t count);

/* The hash of a call by its name. */
uint64_t tally_call(const char *name);

#endif

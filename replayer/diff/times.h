/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long runs took, compared by rank. One run of each side says nothing: the same program takes
 * half or twice as long when the machine has other things to do. Of several it can be said how
 * likely it is that they fall so by chance (Mann and Whitney's U, counted exactly while runs are
 * few), and that what changed is large enough to matter.
 *
 * Compared are the whole run, and the time that was spent in each group of calls by all processes
 * together, waiting included: as recorded, that is with what the recorder costs.
 */
#ifndef DIFF_TIMES_H
#define DIFF_TIMES_H

#include "findings.h"

#include "base/buf.h"

enum {
	TIMES_RUNS_MIN = 4,        /* of each side; with less no rank is unlikely enough */
	TIMES_RUNS_MAX = 64,       /* of each side */
	TIMES_ROWS_MAX = 1 << 14,  /* of what is compared; what is over is left out */
	TIMES_LEAST_NS = 10000000, /* medians that differ by less are the same */
};

/* Likelihood from which on it is chance; times by which medians must differ. */
#define TIMES_CHANCE 0.05
#define TIMES_FACTOR 1.2

enum times_side { TIMES_GOOD, TIMES_BAD, TIMES_SIDES };

struct times {
	size_t runs[TIMES_SIDES];
	struct buf rows;   /* struct times_row */
	struct map by_key; /* place and one */
	size_t left_out;
};

/* One more run of a side; more than TIMES_RUNS_MAX are passed over. These: 0 or -ENOMEM. */
int times_add(struct times *t, enum times_side side, const struct diff_side *run);
/* Adds findings of kind FIND_TIME, the whole run first, then what has changed most. */
int times_compare(const struct times *t, struct findings *ret);
void times_done(struct times *t);

/*
 * How likely it is that two samples of the same thing fall apart as much as these do, or more, in
 * ranks: two-sided. 1 when one of them is empty.
 */
double times_chance(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a node is compared in one go: a thread with a thread, step by step; or a heap of
 * threads with a heap, of which only counts how often each step is in it, because which worker
 * does what is chance.
 */
#ifndef DIFF_UNITS_H
#define DIFF_UNITS_H

#include "match.h"

struct unit_part {
	uint32_t process; /* of its side */
	const struct diff_thread *thread;
};

struct unit {
	uint32_t node;
	const struct unit_part *a, *b;
	size_t a_count, b_count;
	bool ordered; /* at most one on each side */
};

struct units {
	struct unit *at;
	size_t count;
	struct unit_part *parts; /* what they point into */
};

/* Of one node. 0 or -ENOMEM. */
int units_make(const struct diff_side *a, const struct diff_side *b, const struct match *m,
	       uint32_t node, struct units *ret);
void units_done(struct units *u);

#endif

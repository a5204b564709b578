/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that only went from one thread of a process to another: which of them takes up a piece of
 * work is chance, also when the threads are compared one by one.
 */
#ifndef DIFF_COMPARE_MOVED_H
#define DIFF_COMPARE_MOVED_H

#include "compare.h"
#include "edits.h"

/* How much more often each step was taken on one side than on the other, by the fine keys: made
 * when it is asked for. Zeroed is empty. */
struct moves {
	bool made, threads; /* there are several of them on both sides */
	struct map balance;
};

/* Whether the threads of the node have taken this very step as often on both sides. 1, 0 or
 * -ENOMEM. */
int moves_have(const struct comparison *c, uint32_t node, const struct diff_step *step,
	       struct moves *moves);
/* Marks those as used. 0 or -ENOMEM. */
int moves_take(const struct comparison *c, uint32_t node, struct edit *edits, size_t count,
	       struct moves *moves);
void moves_done(struct moves *moves);

#endif

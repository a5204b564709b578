/* SPDX-License-Identifier: Apache-2.0 */
/* Two made up sides, and what comes of comparing them. */
#ifndef TESTS_DIFF_PAIR_H
#define TESTS_DIFF_PAIR_H

#include "replayer/diff/compare.h"

#include "sides.h"

struct pair {
	struct made_side a, b;
	struct rules *rules; /* the pair's; NULL: none */
	struct comparison c;
};

void pair_begin(struct pair *x);
/* Begins with the command of both, which did the same on both sides. */
void pair_both(struct pair *x);
/* Nothing can be added any more: they are compared. */
void pair_end(struct pair *x);
void pair_done(struct pair *x);
/* How many of the findings are more than noise. */
size_t pair_loud(const struct pair *x);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Whether it means anything that a step is in another place. */
#ifndef DIFF_COMPARE_ORDER_H
#define DIFF_COMPARE_ORDER_H

#include "compare.h"
#include "edits.h"

/* What is known of the threads of a unit: made when it is asked for. Zeroed is empty. */
struct order_side {
	struct map entries;   /* of directories that were read: hashes of names */
	struct map sequences; /* hash of a path below: of all that was done with it, in order */
	struct map own;       /* how often each step was taken that compare_is_own() */
};

struct orders {
	bool made;
	bool same_otherwise; /* all that is not done again and again is in the same order */
	struct order_side a, b;
};

/* @a and @b: the same step of both sides, of one unit in order, of which @orders is kept. 1, 0 or
 * -ENOMEM. */
int order_matters(const struct comparison *c, const struct edit *a, const struct edit *b,
		  struct orders *orders);
void orders_done(struct orders *o);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Whether it means anything that a step is in another place. */
#ifndef DIFF_COMPARE_ORDER_H
#define DIFF_COMPARE_ORDER_H

#include "compare.h"
#include "edits.h"

/* @a and @b: the same step of both sides. */
bool order_matters(const struct comparison *c, const struct edit *a, const struct edit *b);

#endif

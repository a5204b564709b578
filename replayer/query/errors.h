/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The failures of a tape as a report: all groups, those that matter first. Failures that only
 * getsockopt(SO_ERROR) told are among them.
 */
#ifndef QUERY_ERRORS_H
#define QUERY_ERRORS_H

#include "failures.h"

struct errors_style {
	bool all; /* what every program meets, too; nothing is folded */
};

/* Sorts the failures: at the end. 0 or -ENOMEM. */
int errors_say(struct failures *f, const struct processes *all, const struct errors_style *style,
	       struct buf *ret);
int errors_json(struct failures *f, const struct processes *all, struct buf *ret);

/* "expected", "probe", "missing", "serious", "fatal" */
const char *failure_rank_name(enum failure_rank rank);

#endif

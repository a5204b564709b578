/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes as a tree: for people, whole or folded, and as JSON.
 */
#ifndef QUERY_TREE_H
#define QUERY_TREE_H

#include "processes.h"

struct tree_style {
	bool fold;    /* brothers that did alike are one line, with their number */
	size_t limit; /* lines, 0: no limit; what does not fit is counted */
	bool colour;
};

/* Appends a line for each process. 0 or -ENOMEM. */
int tree_say(const struct processes *p, const struct tree_style *style, struct buf *ret);
/* Appends one JSON array, processes in the order in which they began. 0 or -ENOMEM. */
int tree_json(const struct processes *p, struct buf *ret);

#endif

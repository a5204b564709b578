/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process of one tape is which of the other: top-down, by what was executed with which
 * arguments, then by what was done, never by number or time.
 *
 * A node is what is compared with one another: mostly a process with a process; a heap with a
 * heap where forked siblings do the same work, and which of them did which part is chance; or a
 * process with nobody, when it is there once only.
 */
#ifndef DIFF_MATCH_H
#define DIFF_MATCH_H

#include "replayer/side/side.h"

enum {
	/* Children of one parent that are compared each with each when nothing else tells who
	 * belongs to whom; the others go by their order. */
	MATCH_LEFTOVERS_MAX = 64,
};

enum match_how {
	MATCH_SAME,  /* executable and arguments */
	MATCH_ALIKE, /* by what they did */
	MATCH_MOVED, /* the same, under another parent */
	MATCH_POOL,
	MATCH_ALONE,
};

struct match_node {
	uint32_t parent;       /* in nodes; 0: nobody's child */
	const uint32_t *a, *b; /* processes of the sides */
	size_t a_count, b_count;
	enum match_how how;
};

struct match {
	struct match_node *nodes;  /* from 1 */
	size_t node_count;         /* with index 0 */
	uint32_t *a_node, *b_node; /* of each process */
	uint32_t *members;         /* what the nodes point into */
};

/* Which executables make a heap of siblings, by their labels; besides those that forked only. */
typedef bool match_pools_fn(const void *context, const char *exe);

/* 0 or -ENOMEM. @pools may be NULL. */
int match_processes(const struct diff_side *a, const struct diff_side *b, match_pools_fn *pools,
		    const void *context, struct match *ret);
void match_done(struct match *m);

/* The first process of a node: of b when there is one, else of a; and whose it is. */
const struct diff_process *match_first(const struct match *m, const struct diff_side *a,
				       const struct diff_side *b, uint32_t node,
				       const struct diff_side **ret_side);

#endif

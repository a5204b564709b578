/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of match_processes() share. */
#ifndef DIFF_MATCH_PRIV_H
#define DIFF_MATCH_PRIV_H

#include "match.h"
#include "profile.h"

#include "base/buf.h"

struct match_side {
	const struct diff_side *side;
	uint32_t *node;         /* of each process; 0: none yet */
	uint32_t *first, *next; /* its first child, its next sibling */
};

struct match_list {
	uint32_t *at;
	size_t count;
};

struct matching {
	struct match_side a, b;
	match_pools_fn *pools;
	const void *context;
	struct buf nodes;   /* struct match_node */
	struct buf members; /* of the nodes, a's then b's, in their order */
};

/* What a process executed, and whether it did that itself. */
uint64_t match_key(const struct diff_side *side, uint32_t process);
int match_add(struct matching *m, const uint32_t *a, size_t a_count, const uint32_t *b,
	      size_t b_count, enum match_how how);

/* The profiles of all of a list; to be freed also after -ENOMEM. */
int match_profiles(const struct match_side *s, const struct match_list *x, struct profile **ret);
struct profile *match_profiles_free(struct profile *p, size_t count);

/* Forked siblings, and those that are a pool by the rules: by their role. 0 or -ENOMEM. */
int match_siblings(struct matching *m, const struct match_list *a, const struct match_list *b);

/* match_tried.c: who executed a program with who tried to execute it. 0 or -ENOMEM. */
int match_tried(struct matching *m, const struct match_list *a, const struct match_list *b);

#endif

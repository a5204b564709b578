/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What matters of all findings, and what only follows. Findings are put into stories: one that
 * heads it, those that tell how it came or what came of it, and those that follow from it, which
 * nobody needs to see who knows the head.
 *
 * Stories are in the order of importance: a change of what the program was given, when it explains
 * what else changed; how it ended; what fails now; which processes there are; whom it talks to;
 * which files it uses; flags; bytes; counts; order; time.
 */
#ifndef DIFF_RANK_H
#define DIFF_RANK_H

#include "compare.h"

enum { STORY_TOLD_MAX = 3 };

struct story {
	uint32_t head;                 /* in the findings */
	uint32_t told[STORY_TOLD_MAX]; /* causes and consequences worth a line each */
	size_t told_count;
	const uint32_t *followers;
	size_t follower_count;
};

struct ranking {
	struct story *stories;
	size_t count;
	uint32_t *members; /* what the stories point into */
	size_t noise;      /* findings that are no difference */
	bool has_first;
	uint32_t first; /* the finding that is the first in time */
};

/* Those for which @skip says so are in no story (it may be NULL). 0 or -ENOMEM. */
typedef bool rank_skip_fn(const void *context, const struct finding *f);
int rank_findings(const struct comparison *c, rank_skip_fn *skip, const void *context,
		  struct ranking *ret);
void ranking_done(struct ranking *r);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of rank_findings(). */
#ifndef DIFF_RANK_PRIV_H
#define DIFF_RANK_PRIV_H

#include "rank.h"

#include "base/buf.h"
#include "base/map.h"

enum { RANK_SHOWN_MAX = 4096 }; /* findings that are looked through for what a variable says */

/* What comes before all kinds (rank.c), because it explains others; and other arguments, when they
 * do not. */
enum {
	RANK_EXPLAINS = 5,
	RANK_GIVEN,
	RANK_ARGUMENTS = 39,
	RANK_LOOK_FIRST = 74,     /* before processes, peers and paths */
	RANK_ENTRIES_FIRST = 121, /* behind what was opened instead: that says which mattered */
	RANK_LATE = 133,
};

struct ranked {
	uint32_t finding;
	uint32_t rank;
	uint32_t depth; /* of its process in the tree */
	bool explains;  /* a change of what was given, in which another one can be seen */
	bool lifted;    /* no difference by itself, but something fails because of it */
	bool taken;
};

struct rank_run {
	const struct comparison *c;
	struct ranked *all; /* by finding */
	uint32_t *order;    /* of findings, by importance */
	size_t count, used; /* `used`: of the order */
	struct buf stories, members;
	struct map written; /* channels into which other bytes are written */
};

static inline const struct finding *rank_finding(const struct rank_run *run, uint32_t i)
{
	return &run->c->found.at[i];
}

/* How deep in the tree a node is, and whether it is below another one, or that one. */
uint32_t rank_depth(const struct comparison *c, uint32_t node);
bool rank_descends(const struct comparison *c, uint32_t node, uint32_t from);
/* Whether it is what a process was given when it began. */
bool rank_is_input(const struct finding *f);
/* Whether it fails now with an error that says that something is wrong, whatever was asked for: who
 * had not called and now fails so has met it. The others are answers. */
bool rank_is_trouble(const struct finding *f);

/* ---- rank_explain.c ---- */

/* Finds what explains others, and gives it its rank. */
void rank_explain(struct rank_run *run);
/* Whether a change of what was given can be seen in another finding. */
bool rank_shows_in(const struct comparison *c, const struct finding *input,
		   const struct finding *f);
/* Whether a process of the tape gave it to another. */
bool rank_is_handed_on(const struct comparison *c, const struct finding *f);
/* A file that was there before. It has other contents whatever else went otherwise. */
bool rank_has_other_contents(const struct comparison *c, const struct finding *f);

/* ---- rank_story.c ---- */

/* All findings in the order of their ranks, and what is noise counted. */
void rank_tell(struct rank_run *run, struct ranking *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comparison told: for people on one screen, or all of it; as JSON, whose keys doc/diff.md
 * describes; as lines, in the unified format.
 *
 * What is said of a difference is here only; traced bytes come out escaped.
 */
#ifndef DIFF_REPORT_H
#define DIFF_REPORT_H

#include "rank.h"

struct buf;

enum { REPORT_STORIES = 12 }; /* on one screen */

struct report {
	const struct comparison *c;
	const struct ranking *ranking;
	const char *a, *b; /* what the tapes are called */
	bool all, colour;
	size_t learned, masked; /* keys that vary in a baseline; findings that it took away */
	const char *doubt;      /* why "same" may not be said; NULL: nothing */
	const char *a_context, *b_context; /* lines around the first difference; NULL: none */
};

/* Whether there is any difference of at least this level (finding_level_rank()). */
bool report_differs(const struct ranking *r, const struct comparison *c, int level);

/* 0 or -ENOMEM. */
int report_text(const struct report *r, struct buf *out);
int report_json(const struct report *r, struct buf *out);
int report_unified(const struct report *r, struct buf *out);

/* What a finding says, in one line, escaped: exit 0 -> exit 2. */
void finding_say(const struct comparison *c, const struct finding *f, struct buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a comparison is to pass over or to take for the same, from a file that stands beside the
 * tapes. A line is a rule; # begins a comment; the first rule is the version:
 *
 *   systape-rules 1
 *   ignore call CALL        its steps and counts
 *   ignore path GLOB        all that is about an object with such a label
 *   ignore env GLOB         a variable of the environment
 *   ignore process GLOB     processes of such an executable, and all that descend from them
 *   ignore bytes GLOB       what was in the stream, not that there was one
 *   mask REGEX [WORD]       what matches (POSIX extended) is WORD, or <masked>
 *   root NAME=PATH          PATH at the beginning of a path is $NAME, also in variables
 *   alias call CALL=CALL    the one is the other
 *   alias path A=B          path A is path B
 *   pool GLOB               siblings of such an executable are compared as a heap
 *   budget CALL [GLOB] <= N of b: not more calls than that; then their count is no finding
 *
 * A GLOB is as of fnmatch(3); its * goes over slashes too. Words with blanks stand in "…". Paths
 * are those that findings tell ("$CWD/data"), those of `ignore path` may also be as on the tape.
 * A CALL is a name ("openat" is all of its group, "open") or a GLOB for names of groups.
 */
#ifndef DIFF_RULES_H
#define DIFF_RULES_H

#include "replayer/side/side.h"

struct buf;
struct err;
struct rules;

enum { RULES_MAX = 4096, RULES_FILE_MAX = 1 << 20, RULES_ROOTS_MAX = 32 };

enum rule_kind {
	RULE_CALL,
	RULE_PATH,
	RULE_ENVIRONMENT,
	RULE_PROCESS,
	RULE_BYTES,
	RULE_MASK,
	RULE_ROOT,
	RULE_ALIAS_CALL,
	RULE_ALIAS_PATH,
	RULE_POOL,
	RULE_BUDGET,
};

struct rule_budget {
	const char *call, *path; /* globs; path NULL: about anything */
	uint64_t limit;
};

/* @name is for messages: "rules.txt:3: …". 0 or -errno. */
int rules_read(const char *text, size_t size, const char *name, struct rules **ret,
	       struct err *err);
struct rules *rules_free(struct rules *r);

/* The questions take NULL for no rules. Of the first five kinds: */
bool rules_ignore(const struct rules *r, enum rule_kind kind, const char *text);
bool rules_pool(const struct rules *r, const char *exe);
/* What diff_side_read() is to take for roots; lives as long as the rules. */
const struct diff_root *rules_roots(const struct rules *r, size_t *ret_count);
/* @text with roots, aliases of paths and masks applied, appended; whether anything came of it. */
bool rules_rewrite(const struct rules *r, const char *text, struct buf *ret);
/* Budget @i, false when there are no more. */
bool rules_budget(const struct rules *r, size_t i, struct rule_budget *ret);
bool rule_budget_covers(const struct rule_budget *b, const char *call, const char *label);

/*
 * A side as the rules want to have it: without what they ignore, with other labels and texts, and
 * keys made anew. Borrows from @side what has not changed; NULL when they change nothing in it.
 * 0 or -ENOMEM.
 */
struct ruled_side;
int rules_apply(const struct rules *r, const struct diff_side *side, struct ruled_side **ret);
const struct diff_side *ruled_side(const struct ruled_side *r);
struct ruled_side *ruled_side_free(struct ruled_side *r);

#endif

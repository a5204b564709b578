/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both runs found there, and found with other contents: a configuration, a source file. When
 * nothing else was otherwise before the first byte that is, all else may come of it.
 */
#ifndef DIFF_GIVEN_H
#define DIFF_GIVEN_H

#include "compare.h"

/* Whether @f is about what was read from a file that was there before: no process of either run
 * wrote to it, and it is no window into the kernel (/proc, /sys, /dev). */
bool given_is_file(const struct comparison *c, const struct finding *f);

/* Where such a file first differs, by the second tape; 0: not known (excerpt.h has not looked, or
 * one side only ends earlier: it may have been read once more, no more than that). */
uint64_t given_seq(const struct finding *f);

/* Whether @f is about what came from outside while it ran: through standard input, or from a peer,
 * if nobody on the tapes is one. */
bool given_is_incoming(const struct comparison *c, const struct finding *f);

/* Whether @f is no more than what a look at the world showed: a size, a list of names. */
bool given_is_look(const struct comparison *c, const struct finding *f);

/* Whether a look (above) was at the entries of a directory. */
bool given_is_list(const struct comparison *c, const struct finding *f);
/* Whether what a look (above) was at is written to in neither run. */
bool given_is_untouched(const struct comparison *c, const struct finding *f);

/* Whether @other is known to have been otherwise before @seq. */
bool given_was_before(const struct finding *other, uint64_t seq);

#endif

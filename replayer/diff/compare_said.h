/* SPDX-License-Identifier: Apache-2.0 */
/* What the canonical texts of steps say: as a call without its result, and what differs. */
#ifndef DIFF_COMPARE_SAID_H
#define DIFF_COMPARE_SAID_H

#include "findings.h"
#include "words.h"

struct buf;

enum { SAID_CHANGES_MAX = 4 };

struct said_change {
	enum finding_kind kind; /* FIND_FLAGS, FIND_ARGUMENT, FIND_RESULT */
	unsigned place;         /* which argument; of a member of a struct, its place too */
	struct word was, now;
};

/* open("/etc/hosts", O_RDONLY); without a text: open /etc/hosts. */
void said_call(const struct diff_side *s, const struct diff_step *step, struct buf *ret);

/* Of two sorted lists of names with blanks in between, those of @of that @other has not: {a b}, at
 * most SAID_ENTRIES_MAX of them. */
enum { SAID_ENTRIES_MAX = 12 };
void said_entries(struct word of, struct word other, struct buf *ret);

/* What two steps of one call say otherwise: 0 when they say the same. */
size_t said_changes(const struct diff_side *a, const struct diff_step *x, const struct diff_side *b,
		    const struct diff_step *y, struct said_change ret[SAID_CHANGES_MAX]);

#endif

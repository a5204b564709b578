/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the thread did around the place where two runs part, as it is on the tapes: the lines that
 * `analyze print` has, of which a side keeps nothing.
 */
#ifndef DIFF_CONTEXT_H
#define DIFF_CONTEXT_H

#include <stdint.h>

struct buf;
struct comparison;
struct diff_tape;
struct ranking;

enum {
	CONTEXT_EVENTS = 3,         /* before it, and behind it */
	CONTEXT_LINE_MAX = 400,     /* bytes of the text of an event */
	CONTEXT_LOOK_MAX = 1 << 20, /* events of all threads */
};

/*
 * Appends lines of both tapes: the place of each event and its text, escaped, the event itself
 * marked; nothing of a tape on which there is no such place. 0 or -ENOMEM.
 */
int context_find(const struct comparison *c, const struct ranking *ranking, struct diff_tape *a,
		 struct diff_tape *b, struct buf *ret_a, struct buf *ret_b);

#endif

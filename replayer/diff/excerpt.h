/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of two streams first differ, and what is there on either side. Found by reading
 * the tapes again, a window after the other, up to the first difference.
 */
#ifndef DIFF_EXCERPT_H
#define DIFF_EXCERPT_H

#include "replayer/side/side.h"

struct comparison;
struct diff_tape;
struct ranking;

enum {
	EXCERPT_SIZE = 32,
	EXCERPTS_MAX = 32, /* of one comparison; the rest is counted */
	INPUT_EXCERPTS_MAX = 16,
	EXCERPT_WINDOW_MIN = 64 << 10, /* bytes; the next is twice as large */
	EXCERPT_WINDOW_MAX = 4 << 20,
	EXCERPT_WINDOWS_MAX = 1 << 10, /* of one excerpt: 4 GiB that are equal */
};

enum excerpt_what {
	EXCERPT_NOTHING, /* the stream has no byte there: it has ended, or there is a hole */
	EXCERPT_LOST,    /* there is one, and it is not on the tape */
	EXCERPT_BYTES,
};

struct excerpt_side {
	uint8_t what;
	uint8_t size; /* fewer when less follows, or is known */
	uint8_t bytes[EXCERPT_SIZE];
	uint64_t seq; /* the call that moved the first; 0: none */
};

struct excerpt {
	uint64_t offset; /* of the stream; of a file whose place is known, in the file */
	struct excerpt_side a, b;
	bool certain; /* all bytes before it are on both tapes */
};

/* A stream that is NULL has no bytes. 1: found; 0: not, because what differs is not on the tapes,
 * or too far in; -ENOMEM. */
int excerpt_find(const struct diff_stream *a, struct diff_tape *a_tape, const struct diff_stream *b,
		 struct diff_tape *b_tape, struct excerpt *ret);

/* Of files that both runs were given, before it is known what matters: which of them has other
 * contents, and where (rank.h goes by it). The earliest ones, INPUT_EXCERPTS_MAX. 0 or -ENOMEM. */
int excerpts_find_inputs(struct comparison *c, struct diff_tape *a, struct diff_tape *b);

/* Of the findings of bytes that stories tell, and with @all of those that only follow. 0 or
 * -ENOMEM. */
int excerpts_find(struct comparison *c, const struct ranking *ranking, bool all,
		  struct diff_tape *a, struct diff_tape *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stretch of a stream (struct diff_stream) with the bytes that went through it, whatever the
 * pieces were. What was moved twice to the same place is there as it was moved last.
 */
#ifndef DIFF_WINDOW_H
#define DIFF_WINDOW_H

#include "replayer/side/side.h"

struct diff_tape;

enum window_state {
	WINDOW_NOTHING, /* nothing was moved to or from here */
	WINDOW_LOST,    /* something was, but it is not on the tape */
	WINDOW_KNOWN,
	WINDOW_TRANSIENT, /* known, and part of what says when it was (transient.h) */
};

enum {
	/* Bytes of a buffer may come in events behind the call; so many are looked through. */
	WINDOW_LOOK_BEHIND = 1 << 12,
};

struct window {
	uint64_t from; /* of the stream */
	size_t size;
	uint8_t *bytes;
	uint8_t *state; /* enum window_state of each */
};

/* All of it WINDOW_NOTHING. 0 or -ENOMEM. */
int window_init(struct window *w, uint64_t from, size_t size);
void window_done(struct window *w);

/* Fills it with what went through @s (NULL: nothing). 0, -ENOMEM, -EBADMSG when the tape has not
 * what was there before, or what reread() gave. */
int window_fill(struct window *w, const struct diff_stream *s, struct diff_tape *tape);

/* Where at or behind @from there is something in the stream; UINT64_MAX: nowhere. */
uint64_t window_next(const struct diff_stream *s, uint64_t from);
/* The call that moved this byte, the last one; 0: none. */
uint64_t window_call_at(const struct diff_stream *s, uint64_t at);

#endif

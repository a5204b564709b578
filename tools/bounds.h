/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rec's options that keep a recording from growing, and the names of the files that come
 * of them: tcpdump's -C and -W, the bounds, the ring.
 */
#ifndef TOOLS_BOUNDS_H
#define TOOLS_BOUNDS_H

#include "recorder/rec.h"

struct buf;
struct err;

struct bounds {
	struct rec_bounds rec;
	uint64_t files;   /* -W; 0: without end */
	const char *base; /* what the files are named after; NULL: the default tape */
};

/* What getopt_long(3) gives for them; -C and -W are letters. */
enum bounds_option {
	BOUNDS_MAX_SIZE = 300,
	BOUNDS_MAX_TIME,
	BOUNDS_MAX_EVENTS,
	BOUNDS_RING,
	BOUNDS_RING_ON_FAILURE,
};

/* A number, or one with K, M or G. */
bool bounds_size(const char *text, uint64_t *ret);
/* Takes an option with its value. 0 or -EINVAL. */
int bounds_apply(struct bounds *b, int option, const char *value, struct err *err);
/* Whether they go together, and with -o @output (NULL: not given), which is remembered. */
int bounds_check(struct bounds *b, const char *output, struct err *err);
/* Whether there are files to be opened later on, by way of b->rec.open. */
bool bounds_has_files(const struct bounds *b);
/* Where the tape has gone: one name or several, of @files that were begun. */
void bounds_say_files(const struct bounds *b, unsigned files, struct buf *ret);
/* The last of them. */
void bounds_say_last(const struct bounds *b, unsigned files, struct buf *ret);

#endif

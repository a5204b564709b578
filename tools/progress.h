/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a long work is, on a terminal that has nothing else to show: one line that is written
 * over again, after the first second, and is gone before anything else is said there.
 */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROGRESS_STEPS = 1 << 12 };

struct progress {
	int fd;           /* where it is said; -1: nowhere */
	bool shares;      /* what is written on standard output comes there as well, or may */
	uint64_t began;   /* clock_now() */
	uint64_t said;    /* when it was said last; 0: not yet */
	size_t shown;     /* characters that stand there */
	unsigned skipped; /* calls since the clock was asked */
	bool yielded;     /* results were written, of this tape or one before */
};

/* Work begins. @fd is where people read, @output where the results go: nothing is said unless
 * we have the terminal @fd in the foreground. */
void progress_begin(struct progress *p, int fd, int output, uint64_t now);
/* @done bytes of @size (0: not known). Cheap: it seldom looks at the clock. */
void progress_step(struct progress *p, uint64_t done, uint64_t size);
void progress_say(struct progress *p, uint64_t now, uint64_t done, uint64_t size);
/* Takes away what stands there: something else is going to be said. */
void progress_hide(struct progress *p);
/* Results are going to be written: where they may come to the same terminal that is all, from
 * here on. */
void progress_yield(struct progress *p);

#endif

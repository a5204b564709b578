/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What execve(2) keeps and fork(2) does not: the command is a child of the recorder, but what
 * its caller prepared for it was given to the recorder. `alarm 5; exec rec sleep 100` must
 * end `sleep`.
 *
 * Left out on purpose: record locks of fcntl(2) and pending signals, which cannot be handed
 * over; the recorder holds such locks until its end.
 */
#ifndef RECORDER_INHERIT_H
#define RECORDER_INHERIT_H

#include <sys/time.h>

enum { INHERIT_TIMERS = 3 };

struct inherited {
	struct itimerval timers[INHERIT_TIMERS]; /* by ITIMER_REAL, _VIRTUAL, _PROF */
	int parent_death_signal, subreaper;
};

/* Of the calling process, which loses its timers. */
void inherit_take(struct inherited *ret);
/* In the child, right before its execve: changing the user would undo some of it. */
void inherit_give(const struct inherited *given);

#endif

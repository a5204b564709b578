/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls wait for something that is not theirs to do, and for what. Calls that exist to
 * wait always do; a read, a write or an accept(2) does when it takes longer than the kernel
 * needs for the work alone.
 */
#ifndef QUERY_WAITING_H
#define QUERY_WAITING_H

#include "format/event.h"

#include <stdbool.h>

struct state_file;

enum waiting_for {
	WAITING_NOT,
	WAITING_CHILD,   /* a child to end */
	WAITING_SLEEP,   /* time to pass, or a signal */
	WAITING_LOCK,    /* flock(2), fcntl(2) F_SETLKW */
	WAITING_MEMORY,  /* futex: a lock, a condition or a thread's end */
	WAITING_EVENTS,  /* poll(2) and its like: any of many */
	WAITING_NETWORK, /* a socket */
	WAITING_PIPE,    /* a pipe, a terminal or another device */
	WAITING_DISK,    /* fsync(2), a file */
	WAITING_OPEN,    /* the other end of a FIFO, a slow disk */
	WAITING_FOR_MAX
};

/* From so many ns on a call that need not wait did. */
#define WAITING_LONG UINT64_C(100000)

/*
 * What the call waits, or waited, for. @file is what its first argument stands for, or NULL
 * when it is not known or there is none: then pipes are not told from files. For a call that
 * has not come back @duration is UINT64_MAX. Only the call's number and architecture are
 * looked at, and of fcntl and futex the arguments, if there are any.
 */
enum waiting_for waiting_for(const struct event_call *call, const struct state_file *file,
			     uint64_t duration);
/* The same, faster from the second time on; a zeroed cache knows nothing yet. */
enum { WAITING_NUMBERS = 1024 };
struct waiting_cache {
	uint8_t class[WAITING_NUMBERS]; /* of x86-64 calls */
};
enum waiting_for waiting_quick(struct waiting_cache *c, const struct event_call *call,
			       const struct state_file *file, uint64_t duration);
/* "a child", "a socket"; never NULL. */
const char *waiting_text(enum waiting_for what);

#endif

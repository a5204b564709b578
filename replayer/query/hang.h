/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What threads were in when they ended or the tape did, who held what they waited for, and who
 * sent the signals of which the kernel tells the victim nothing.
 *
 * Hand over every event of a stream after the state and the processes have taken it.
 */
#ifndef QUERY_HANG_H
#define QUERY_HANG_H

#include "hang_word.h"
#include "processes.h"
#include "roles.h"
#include "waiting.h"

#include "replayer/state/state.h"

enum {
	HANGS_MAX = 1 << 14,
	HANG_LOCKS_MAX = 256,
	HANG_KILLS_MAX = 1 << 12,
	HANG_LOOKUPS_MAX = 1 << 12, /* of who has a description open */
	HANG_TEXT_MAX = 300,
	HANG_LONG_NS = 200000000,
};

enum hang_other {
	HANG_NOBODY,
	HANG_LOCKED_BY, /* it holds the lock */
	HANG_OTHER_END, /* it has the other end of the pipe open */
	HANG_CHILD,     /* it is the child that is waited for */
	HANG_ITSELF,    /* only the process itself has the other end */
};

/* A call that a thread went into and did not come back from; or that it was in for long, and came
 * back from just before the end: the one who was waited for was ended first. */
struct hang {
	uint32_t process; /* index in the list + 1 */
	uint32_t tid;
	uint64_t time;
	uint64_t until; /* 0: it did not come back */
	enum waiting_for what;
	char *call;   /* in strace's notation */
	char *object; /* as bytes; "" */
	size_t object_size;
	enum hang_other how;
	uint32_t other;        /* index in the list + 1, 0: not known */
	struct hang_word word; /* of WAITING_MEMORY */
};

/* Who took a lock on a file, and has not given it back. */
struct hang_lock {
	uint64_t file; /* id of the description; 0: it belongs to the process (fcntl) */
	uint32_t process;
	uint64_t name; /* hash of the file's */
};

struct hang_kill {
	uint32_t sender; /* index in the list + 1 */
	uint32_t signal;
	uint64_t time;
	char *call;
};

struct hangs {
	const struct state *state; /* borrowed */
	struct printer *printer;
	struct roles roles;
	struct map threads;  /* tid -> struct hang */
	struct map refusals; /* index in the list + 1 of who asked for a lock -> of who has it */
	struct map kills;    /* index in the list + 1 of the victim -> struct hang_kill */
	struct hang_kill group_kill;
	struct hang_lock locks[HANG_LOCKS_MAX];
	size_t lock_count, lookups;
};

/* 0 or -ENOMEM. */
int hangs_take(struct hangs *h, struct processes *all, const struct event *e);
/* Of the threads of the process, the one whose waiting tells most; NULL: none waited. With
 * the number of those that waited. */
const struct hang *hangs_find(const struct hangs *h, uint32_t process, size_t *ret_threads);
/* Who had the lock that the process asked for last and did not wait for; index in the list + 1,
 * 0: not known. */
uint32_t hangs_refused_by(const struct hangs *h, uint32_t process);
/* What a thread waits for, or NULL. */
const struct hang *hangs_of_thread(const struct hangs *h, uint32_t tid);
/* How many threads of a process wait so that only others of it could wake them. */
size_t hangs_alone(const struct hangs *h, uint32_t process);
/* For so many ns after it came back a call may still be what the process was about. */
uint64_t hang_grace(const struct hang *g);
/* Who sent the process the signal that ended it, or NULL. */
const struct hang_kill *hangs_kill(const struct hangs *h, uint32_t process, uint32_t signal);
void hangs_done(struct hangs *h);

#endif

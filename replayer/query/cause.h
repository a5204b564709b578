/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a process ended badly, or does not end: in plain words, with the call that shows it. What
 * the tape does not tell is said to be not known, not made up.
 */
#ifndef QUERY_CAUSE_H
#define QUERY_CAUSE_H

#include "claims.h"
#include "dns.h"
#include "failures.h"
#include "hang.h"
#include "processes.h"

#include "base/buf.h"

enum { CAUSE_LIBRARIES_MAX = 1 << 12 };

/* What the causes are found from; all see every event. */
struct causes {
	const struct state *state; /* borrowed */
	struct hangs hangs;
	struct dns dns;
	struct roles roles;
	struct claims claims;
	struct map processor; /* index + 1 of a process -> seconds, + 1: its RLIMIT_CPU */
	struct map libraries; /* index + 1 of a process -> the library that it opened last, text */
};

struct cause {
	struct buf words;    /* one sentence without a stop, escaped; empty: not known */
	struct buf evidence; /* a call, or a signal, in strace's notation */
	uint64_t time;       /* of the evidence */
	uint32_t pid;        /* whose it is */
};

/* After state, processes and failures have taken it. 0 or -ENOMEM. */
int causes_take(struct causes *c, struct processes *all, struct failures *f, const struct event *e);
void causes_done(struct causes *c);

/*
 * The cause of the end of @p; or, when it has not ended, what it waits for. Before the failures
 * are sorted. @ret is empty before. 0 or -ENOMEM.
 */
int cause_find(const struct causes *c, const struct processes *all, const struct failures *f,
	       const struct process *p, struct cause *ret);
void cause_done(struct cause *c);
/* A signal by which somebody ends a process that has done nothing wrong. */
bool cause_is_request(const struct process *p);

/* cause_threads.c: which other thread keeps the thread of @g waiting, and why; appended. Nothing
 * when that is not known. */
void cause_of_word(const struct hangs *h, const struct process *p, const struct hang *g,
		   struct buf *ret);
/* cause_limits.c: which bounds a process has set itself, and is killed for. 0 or -ENOMEM. */
int cause_take_limit(struct causes *c, const struct processes *all, struct process *p,
		     const struct event *e);
/* Seconds of processor time that @p, or who made it, allowed it, + 1; 0: not known, or it cannot
 * have used so much. */
uint64_t cause_processor_limit(const struct causes *c, const struct processes *all,
			       const struct process *p);
/* Whether a fault at @address is at the end of a stack that could not grow. */
bool cause_is_stack(uint64_t address);
/* What it means that the program of @p exits with its status, without a word; NULL: not known. */
const char *cause_of_status(const struct process *p);
/* Whether a path is one of a shared library: libx.so, libx.so.6. */
bool cause_is_library(const char *path, size_t size);
/* cause_words.c: what a failed call means. */
void cause_of_failure(const struct failure *g, const struct failures *f, struct buf *ret);

#endif

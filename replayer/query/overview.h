/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One screen about a tape: what ran, how it ended, what failed and why that matters,
 * who started whom, where the time went, and whether anything is missing.
 *
 * Hand over every item of the stream in order, then overview_end(), then say it.
 */
#ifndef QUERY_OVERVIEW_H
#define QUERY_OVERVIEW_H

#include "cause.h"
#include "failures.h"
#include "files.h"
#include "info.h"
#include "net.h"
#include "processes.h"
#include "stats.h"
#include "waits.h"

enum { OVERVIEW_PROBLEMS = 5 };

/* A process whose end explains that of the command, or is a crash; or one that has not ended. */
struct overview_problem {
	uint32_t process; /* index in the list + 1 */
	bool has_failure;
	struct failure failure; /* the last thing that failed in it; borrows its object */
	struct cause cause;
};

struct overview {
	struct info info;
	struct state *state;
	struct processes processes;
	struct failures failures;
	struct causes causes;
	struct waits waits;
	struct files files;
	struct net net;
	struct stats stats;
	struct overview_problem problems[OVERVIEW_PROBLEMS]; /* in the order of their ends */
	size_t problem_count, more_problems;
	uint64_t until; /* behind which the tape goes on, without having been taken: who has not
			 * ended may have later; 0: it does not */
};

/* 0 or -ENOMEM. */
int overview_init(struct overview *o, enum net_depth depth);
int overview_take(struct overview *o, const struct trace_item *item);
/* One that is not to be shown: only what others need to be understood is taken. */
int overview_pass(struct overview *o, const struct trace_item *item);
/* No more items: finds the problems, sorts what is to be shown. 0 or -ENOMEM. */
int overview_end(struct overview *o);
/* Append it for people, or as one JSON object and a newline. 0 or -ENOMEM. */
int overview_say(const struct overview *o, bool colour, struct buf *ret);
int overview_json(const struct overview *o, struct buf *ret);
void overview_done(struct overview *o);

#endif

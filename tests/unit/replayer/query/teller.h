/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape told call by call to a state, to the processes and, behind them, to what a test is
 * about. A call takes two places, a place 1000 ns, and each call 300 ns.
 */
#ifndef TESTS_TELLER_H
#define TESTS_TELLER_H

#include "../state/world.h"
#include "replayer/query/processes.h"

/* As net_take(). */
typedef int teller_fn(void *query, const struct state *s, struct processes *all,
		      const struct event *e);

struct teller {
	struct world world;
	struct processes processes;
	teller_fn *take;
	void *query;
};

void teller_begin(struct teller *t, teller_fn *take, void *query);
void teller_done(struct teller *t);
void teller_call(struct teller *t, uint32_t pid, const struct made_call *call);

#endif

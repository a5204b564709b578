/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other queries know, taken together, and one judgement of its own: which bad ends
 * matter. A shell script's failing `grep` is no problem, a compiler's failing `cc1` is:
 * there every process from it up to the command ended badly too. A crash always is.
 */
#include "overview.h"

#include <signal.h>

int overview_init(struct overview *o)
{
	*o = (struct overview){0};
	return stats_init(&o->stats, STATS_BY_CALL);
}

int overview_take(struct overview *o, const struct trace_item *item)
{
	int r = info_take(&o->info, item);

	if (r == 0)
		r = processes_take(&o->processes, item);
	if (r < 0 || item->kind != ITEM_EVENT)
		return r;
	r = failures_take(&o->failures, &o->processes, item->event);
	return r < 0 ? r : stats_add(&o->stats, item->event);
}

/* ---- which ends matter ---- */

static bool crashed(const struct process *p)
{
	static const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};

	for (size_t i = 0; p->over && i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		if ((int)(p->status & 0x7f) == crashes[i])
			return true;
	}
	return false;
}

/* Whether the bad end went all the way up. */
static bool reached_the_top(const struct processes *all, const struct process *p)
{
	while (process_ended_badly(p)) {
		if (!p->parent)
			return true;
		p = &all->list[p->parent - 1];
	}
	return false;
}

static void add_problem(struct overview *o, const struct process *p)
{
	struct overview_problem *new = &o->problems[o->problem_count];
	const struct failure *failure = failures_fatal(&o->failures, p);

	if (o->problem_count == OVERVIEW_PROBLEMS) {
		o->more_problems++;
		return;
	}
	*new = (struct overview_problem){.process = (uint32_t)(p - o->processes.list) + 1};
	new->has_failure = failure != NULL;
	if (failure)
		new->failure = *failure;
	o->problem_count++;
}

static void find_problems(struct overview *o)
{
	const struct processes *all = &o->processes;

	for (size_t i = 0; i < all->count; i++) {
		const struct process *p = &all->list[i];

		if (crashed(p) ||
		    (process_ended_badly(p) && !p->bad_child && reached_the_top(all, p)))
			add_problem(o, p);
	}
}

int overview_end(struct overview *o)
{
	find_problems(o);
	failures_sort(&o->failures);
	return stats_sort(&o->stats);
}

void overview_done(struct overview *o)
{
	info_done(&o->info);
	processes_done(&o->processes);
	failures_done(&o->failures);
	stats_done(&o->stats);
	*o = (struct overview){0};
}

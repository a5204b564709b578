/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other queries know, taken together, and one judgement of its own: which bad ends
 * matter. A shell script's failing `grep` is no problem, a compiler's failing `cc1` is:
 * there every process from it up to the command ended badly too. A crash always is.
 */
#include "overview.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

int overview_init(struct overview *o, enum net_depth depth)
{
	*o = (struct overview){.state = state_new()};
	o->processes.state = o->failures.state = o->causes.state = o->state;
	o->waits.state = o->state;
	if (!o->state || files_init(&o->files, NULL) < 0 || net_init(&o->net, depth) < 0)
		return -ENOMEM;
	return stats_init(&o->stats, STATS_BY_CALL);
}

int overview_pass(struct overview *o, const struct trace_item *item)
{
	int r = state_take(o->state, item);

	/* Who there was, and how they ended, is of every part of a tape. */
	if (r == 0 && item->kind == ITEM_EVENT && !event_is_call(item->event))
		r = processes_take(&o->processes, item);
	return r;
}

int overview_take(struct overview *o, const struct trace_item *item)
{
	int r = state_take(o->state, item);

	if (r == 0)
		r = info_take(&o->info, item);
	if (r == 0)
		r = processes_take(&o->processes, item);
	if (r < 0 || item->kind != ITEM_EVENT)
		return r;
	r = failures_take(&o->failures, &o->processes, item->event);
	if (r == 0)
		r = causes_take(&o->causes, &o->processes, &o->failures, item->event);
	if (r == 0)
		r = waits_take(&o->waits, item->event);
	if (r == 0)
		r = files_take(&o->files, o->state, &o->processes, item->event);
	if (r == 0)
		r = net_take(&o->net, o->state, &o->processes, item->event);
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

static int add_problem(struct overview *o, const struct process *p)
{
	struct overview_problem *new = &o->problems[o->problem_count];
	const struct failure *failure = failures_fatal(&o->failures, p);

	if (o->problem_count == OVERVIEW_PROBLEMS) {
		o->more_problems++;
		return 0;
	}
	*new = (struct overview_problem){.process = (uint32_t)(p - o->processes.list) + 1};
	new->has_failure = failure != NULL;
	if (failure)
		new->failure = *failure;
	o->problem_count++;
	return cause_find(&o->causes, &o->processes, &o->failures, p, &new->cause);
}

/* Its child's bad end explains its own, unless something of its own went wrong later. */
static bool passed_on(const struct overview *o, const struct process *p)
{
	const struct failure *g;

	if (!p->bad_child)
		return false;
	g = failures_fatal(&o->failures, p);
	return !g || failure_rank(g) <= FAILURE_PROBE || g->last_time < p->bad_child_at ||
	       failure_score(g, p) < FAILURE_EXPLAINS_WELL;
}

/* Waits for something else than a child that is told of itself. */
static bool waits(const struct overview *o, const struct process *p)
{
	size_t threads;
	const struct hang *g;

	if (p->over || o->until)
		return false;
	g = hangs_find(&o->causes.hangs, (uint32_t)(p - o->processes.list) + 1, &threads);
	return g && g->how != HANG_CHILD;
}

static bool is_problem(const struct overview *o, const struct process *p)
{
	return crashed(p) || waits(o, p) ||
	       (process_ended_badly(p) && !passed_on(o, p) && reached_the_top(&o->processes, p));
}

/* Those of which it is known why come first. */
static void put_known_first(struct overview *o)
{
	struct overview_problem sorted[OVERVIEW_PROBLEMS];
	size_t n = 0;

	for (int known = 1; known >= 0; known--) {
		for (size_t i = 0; i < o->problem_count; i++) {
			if ((o->problems[i].cause.evidence.size > 0) == known)
				sorted[n++] = o->problems[i];
		}
	}
	memcpy(o->problems, sorted, n * sizeof(sorted[0]));
}

static int find_problems(struct overview *o)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < o->processes.count; i++) {
		if (is_problem(o, &o->processes.list[i]))
			r = add_problem(o, &o->processes.list[i]);
	}
	return r;
}

int overview_end(struct overview *o)
{
	if (find_problems(o) < 0)
		return -ENOMEM;
	put_known_first(o);
	failures_sort(&o->failures);
	waits_sort(&o->waits);
	if (net_end(&o->net, NET_BY_ERRORS) < 0)
		return -ENOMEM;
	return stats_sort(&o->stats);
}

void overview_done(struct overview *o)
{
	info_done(&o->info);
	processes_done(&o->processes);
	failures_done(&o->failures);
	for (size_t i = 0; i < o->problem_count; i++)
		cause_done(&o->problems[i].cause);
	causes_done(&o->causes);
	waits_done(&o->waits);
	files_done(&o->files);
	net_done(&o->net);
	state_free(o->state);
	stats_done(&o->stats);
	*o = (struct overview){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a process waits at most for what may come. How often it does, and what came of it, is
 * the scheduler's affair; but a timeout that is the same in each call of a kind was written down
 * somewhere. What is left of a time until something is another value in each call, and is none
 * that people choose. Who only sleeps takes longer, no more: that is told of several runs
 * (times.h).
 */
#include "compare_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000, DIGITS = 100 };
static const double times = 1.5; /* what is less is no other value */

/* No more than two digits of milliseconds are not 0. */
static bool is_chosen(uint64_t wait)
{
	uint64_t ms = wait / NS_PER_MS;

	if (wait == DIFF_WAITS || wait % NS_PER_MS || !ms)
		return false;
	while (ms % 10 == 0)
		ms /= 10;
	return ms < DIGITS;
}

static void say_wait(uint64_t wait, char *ret, size_t size)
{
	if (wait % NS_PER_S == 0)
		snprintf(ret, size, "%" PRIu64 " s", wait / NS_PER_S);
	else
		snprintf(ret, size, "%" PRIu64 " ms", wait / NS_PER_MS);
}

static int add(struct comparison *c, uint32_t node, const char *call, uint64_t a, uint64_t b)
{
	const struct match_node *n = &c->match.nodes[node];
	char subject[64], was[32], now[32];
	struct compare_new x = {.kind = FIND_ARGUMENT,
				.node = node,
				.detail = hash_add(HASH_START, call, strlen(call)),
				.subject = subject,
				.was = was,
				.now = now};
	struct finding *f;
	int failed = 0;

	snprintf(subject, sizeof(subject), "%s: how long at most", call);
	say_wait(a, was, sizeof(was));
	say_wait(b, now, sizeof(now));
	x.shape = x.detail;
	f = compare_add(c, &x, &failed);
	if (f) {
		f->a.process = n->a[0];
		f->b.process = n->b[0];
	}
	return failed;
}

/* The only one that waits in this call; NULL: there is none, or some failed. */
static const struct diff_count *waiting(const struct diff_side *s, const struct diff_process *p,
					const char *call)
{
	const struct diff_count *ret = NULL;

	for (size_t i = 0; i < p->count_count; i++) {
		const struct diff_count *x = &p->counts[i];

		if (!x->wait || strcmp(compare_call(s, x->call), call) != 0)
			continue;
		if (ret && ret->wait != x->wait)
			return NULL;
		ret = x;
	}
	return ret;
}

static int compare_call_waits(struct comparison *c, uint32_t node, const char *call)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct diff_count *x = waiting(c->a, &c->a->processes[n->a[0]], call);
	const struct diff_count *y = waiting(c->b, &c->b->processes[n->b[0]], call);
	uint64_t more, less;

	if (!x || !y || !is_chosen(x->wait) || !is_chosen(y->wait))
		return 0;
	more = x->wait > y->wait ? x->wait : y->wait;
	less = x->wait + y->wait - more;
	return (double)more < (double)less * times ? 0 : add(c, node, call, x->wait, y->wait);
}

int compare_node_waits(struct comparison *c, uint32_t node)
{
	static const char *const calls[] = {"poll", "select", "epoll_wait"};
	const struct match_node *n = &c->match.nodes[node];
	int r = 0;

	for (size_t i = 0; r == 0 && n->a_count == 1 && n->b_count == 1 && i < ARRAY_SIZE(calls);
	     i++)
		r = compare_call_waits(c, node, calls[i]);
	return r;
}

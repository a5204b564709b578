/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first thread of a process goes with the first; the others with those made in the same
 * place, unless the heaps of all others differ by less. Heaps are never worse by that measure:
 * it is taken only when it is better, so that order is not given up without need.
 *
 * Where work goes from thread to thread (Go), the first is one of the heap: when that is better by
 * far.
 */
#include "units.h"

#include "profile.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>

static size_t thread_count(const struct diff_side *side, const uint32_t *processes, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += side->processes[processes[i]].thread_count;
	return n;
}

static size_t put_all(const struct diff_side *side, const uint32_t *processes, size_t count,
		      struct unit_part *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct diff_process *p = &side->processes[processes[i]];

		for (size_t k = 0; k < p->thread_count; k++)
			ret[n++] = (struct unit_part){processes[i], &p->threads[k]};
	}
	return n;
}

static bool do_the_same(const struct diff_thread *a, const struct diff_thread *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->steps[i].coarse != b->steps[i].coarse)
			return false;
	}
	return true;
}

static int profile_of(const struct unit_part *parts, size_t count, struct profile *ret)
{
	cleanup_free const struct diff_thread **threads = calloc(count + 1, sizeof(*threads));

	if (!threads)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		threads[i] = parts[i].thread;
	return profile_make(threads, count, ret);
}

static int distance(const struct unit_part *a, size_t a_count, const struct unit_part *b,
		    size_t b_count, size_t *ret)
{
	cleanup_done(profile_done) struct profile x = {0}, y = {0};

	if (profile_of(a, a_count, &x) < 0 || profile_of(b, b_count, &y) < 0)
		return -ENOMEM;
	*ret = profile_distance(&x, &y);
	return 0;
}

/* Whether the threads of these parts are better compared as heaps: 0, 1 or -ENOMEM. */
static int is_heap(const struct unit_part *a, size_t a_count, const struct unit_part *b,
		   size_t b_count)
{
	const size_t both = a_count < b_count ? a_count : b_count;
	size_t by_order = 0, as_heap, one;
	bool same = a_count == b_count;

	for (size_t i = 0; same && i < both; i++)
		same = do_the_same(a[i].thread, b[i].thread);
	if (same || !both || a_count + b_count == 2)
		return false;
	for (size_t i = 0; i < both; i++) {
		if (distance(&a[i], 1, &b[i], 1, &one) < 0)
			return -ENOMEM;
		by_order += one;
	}
	for (size_t i = both; i < a_count; i++)
		by_order += a[i].thread->count;
	for (size_t i = both; i < b_count; i++)
		by_order += b[i].thread->count;
	if (distance(a, a_count, b, b_count, &as_heap) < 0)
		return -ENOMEM;
	return as_heap < by_order;
}

/* Whether also the first threads are better in the heap: 0, 1 or -ENOMEM. */
static int is_heap_of_all(const struct unit_part *a, size_t a_count, const struct unit_part *b,
			  size_t b_count)
{
	size_t first, others, all;

	if (a_count < 2 || b_count < 2)
		return false;
	if (distance(a, 1, b, 1, &first) < 0)
		return -ENOMEM;
	if (!first)
		return false;
	if (distance(a + 1, a_count - 1, b + 1, b_count - 1, &others) < 0 ||
	    distance(a, a_count, b, b_count, &all) < 0)
		return -ENOMEM;
	return all < (first + others) / 2;
}

static void add(struct units *u, uint32_t node, const struct unit_part *a, size_t a_count,
		const struct unit_part *b, size_t b_count, bool ordered)
{
	if (a_count || b_count)
		u->at[u->count++] = (struct unit){.node = node,
						  .a = a,
						  .a_count = a_count,
						  .b = b,
						  .b_count = b_count,
						  .ordered = ordered};
}

static int make_for_pair(struct units *u, uint32_t node, const struct unit_part *a, size_t a_count,
			 const struct unit_part *b, size_t b_count)
{
	const size_t a_first = a_count > 0, b_first = b_count > 0;
	int heap = is_heap_of_all(a, a_count, b, b_count);

	if (heap > 0)
		add(u, node, a, a_count, b, b_count, false);
	if (heap)
		return heap < 0 ? heap : 0;
	heap = is_heap(a + a_first, a_count - a_first, b + b_first, b_count - b_first);
	if (heap < 0)
		return heap;
	add(u, node, a, a_first, b, b_first, true);
	a_count -= a_first;
	b_count -= b_first;
	a += a_first;
	b += b_first;
	if (heap) {
		add(u, node, a, a_count, b, b_count, false);
		return 0;
	}
	for (size_t i = 0; i < a_count || i < b_count; i++)
		add(u, node, a + (i < a_count ? i : 0), i < a_count, b + (i < b_count ? i : 0),
		    i < b_count, true);
	return 0;
}

int units_make(const struct diff_side *a, const struct diff_side *b, const struct match *m,
	       uint32_t node, struct units *ret)
{
	const struct match_node *n = &m->nodes[node];
	const size_t a_count = thread_count(a, n->a, n->a_count);
	const size_t b_count = thread_count(b, n->b, n->b_count);
	struct units u = {.parts = calloc(a_count + b_count + 1, sizeof(*u.parts)),
			  .at = calloc(a_count + b_count + 1, sizeof(*u.at))};
	int r = u.parts && u.at ? 0 : -ENOMEM;

	if (r == 0) {
		put_all(a, n->a, n->a_count, u.parts);
		put_all(b, n->b, n->b_count, u.parts + a_count);
		if (n->how == MATCH_POOL)
			add(&u, node, u.parts, a_count, u.parts + a_count, b_count, false);
		else
			r = make_for_pair(&u, node, u.parts, a_count, u.parts + a_count, b_count);
	}
	if (r < 0)
		units_done(&u);
	else
		*ret = u;
	return r;
}

void units_done(struct units *u)
{
	free(u->at);
	free(u->parts);
	*u = (struct units){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two processes counted in the same way from the first on and from the last on is left out
 * first. Of the rest each key gets a number, and of each number it is known by how much one side
 * has more: a key without such a difference is equal.
 */
#include "tally.h"

#include "compare_priv.h"
#include "intern.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/large.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Counts of one side, those of one process behind those of the one before. */
struct counted {
	const struct diff_side *side;
	const uint32_t *processes;
	size_t process_count;
	size_t from, end; /* of all of them: what is looked at */
	uint64_t *calls;  /* hashes, by call */
	uint64_t *keys;   /* of those that are looked at */
	uint32_t *numbers;
};

uint64_t tally_call(const char *name)
{
	return hash_add(HASH_START, name, strlen(name));
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	const __uint128_t product = (__uint128_t)a * (b ^ UINT64_C(0x9e3779b97f4a7c15));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t key_of(uint64_t call, uint64_t object, uint16_t error)
{
	return mix(mix(call, object) ^ error, UINT64_C(0xbf58476d1ce4e5b9));
}

static uint64_t object_of(const struct counted *x, const struct diff_count *count)
{
	return count->object ? x->side->objects[count->object].hash : 0;
}

static uint64_t key_of_count(const struct counted *x, const struct diff_count *count)
{
	return key_of(x->calls[count->call], object_of(x, count), count->error);
}

/* ---- one side ---- */

static int begin(struct counted *x, const struct diff_side *side, const uint32_t *processes,
		 size_t count)
{
	x->side = side;
	x->processes = processes;
	x->process_count = count;
	for (size_t i = 0; i < count; i++)
		x->end += side->processes[processes[i]].count_count;
	x->calls = calloc(side->call_count + 1, sizeof(*x->calls));
	for (uint32_t i = 0; x->calls && i < side->call_count; i++)
		x->calls[i] = tally_call(compare_call(side, i));
	return x->calls ? 0 : -ENOMEM;
}

static void counted_done(struct counted *x)
{
	free(x->calls);
	free(x->keys);
	free(x->numbers);
}

/* Walks what is looked at: the process at hand, and how many counts are before its own. */
struct walk {
	size_t at, process, before;
};

static const struct diff_count *next(const struct counted *x, struct walk *w)
{
	const struct diff_process *p;

	if (w->at < x->from)
		w->at = x->from;
	if (w->at >= x->end)
		return NULL;
	p = &x->side->processes[x->processes[w->process]];
	while (w->at - w->before >= p->count_count) {
		w->before += p->count_count;
		p = &x->side->processes[x->processes[++w->process]];
	}
	return &p->counts[w->at++ - w->before];
}

static int number_all(struct counted *x, struct intern *names)
{
	const struct diff_count *count;
	struct walk w = {0};
	size_t n = 0;

	x->keys = calloc(x->end - x->from + 1, sizeof(*x->keys));
	x->numbers = calloc(x->end - x->from + 1, sizeof(*x->numbers));
	if (!x->keys || !x->numbers)
		return -ENOMEM;
	while ((count = next(x, &w)))
		x->keys[n++] = key_of_count(x, count);
	return intern_numbers(names, x->keys, sizeof(*x->keys), n, x->numbers);
}

/* ---- what is equal ---- */

static bool are_equal(const struct counted *a, const struct diff_count *x, const struct counted *b,
		      const struct diff_count *y)
{
	return x->calls == y->calls && x->error == y->error &&
	       a->calls[x->call] == b->calls[y->call] && object_of(a, x) == object_of(b, y);
}

/* A process has each count once: what is equal at the ends is nowhere else. */
static void trim(struct counted *a, struct counted *b)
{
	const struct diff_count *x, *y;

	if (a->process_count != 1 || b->process_count != 1)
		return;
	x = a->side->processes[a->processes[0]].counts;
	y = b->side->processes[b->processes[0]].counts;
	while (a->from < a->end && b->from < b->end && are_equal(a, &x[a->from], b, &y[b->from])) {
		a->from++;
		b->from++;
	}
	while (a->from < a->end && b->from < b->end &&
	       are_equal(a, &x[a->end - 1], b, &y[b->end - 1])) {
		a->end--;
		b->end--;
	}
}

static void add_up(const struct counted *x, uint64_t sign, uint64_t *more)
{
	const struct diff_count *count;
	struct walk w = {0};
	size_t n = 0;

	while ((count = next(x, &w)))
		more[x->numbers[n++]] += sign * count->calls;
}

/* ---- tallies ---- */

int tally_order(const struct tally *a, const struct tally *b)
{
	if (a->call != b->call)
		return a->call < b->call ? -1 : 1;
	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return (a->error > b->error) - (a->error < b->error);
}

static int order(const void *a, const void *b)
{
	return tally_order(a, b);
}

static struct tally tally_of(const struct counted *x, const struct diff_count *count)
{
	return (struct tally){.call = x->calls[count->call],
			      .object = object_of(x, count),
			      .calls = count->calls,
			      .call_at = count->call,
			      .object_at = count->object,
			      .error = count->error,
			      .noise = count->noise};
}

/* Those of which @more is not zero, of all processes together. */
static struct tally *differing(const struct counted *x, const uint64_t *more, size_t *ret_count)
{
	const struct diff_count *count;
	struct tally *ret;
	struct walk w = {0};
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < x->end - x->from; i++)
		n += more[x->numbers[i]] != 0;
	ret = calloc(n + 1, sizeof(*ret));
	if (!ret)
		return NULL;
	n = 0;
	for (size_t i = 0; (count = next(x, &w)); i++) {
		if (more[x->numbers[i]])
			ret[n++] = tally_of(x, count);
	}
	qsort(ret, n, sizeof(*ret), order);
	for (size_t i = 0; i < n; i++) {
		if (kept && tally_order(&ret[kept - 1], &ret[i]) == 0)
			ret[kept - 1].calls += ret[i].calls;
		else
			ret[kept++] = ret[i];
	}
	*ret_count = kept;
	return ret;
}

int tallies_make(const struct comparison *c, uint32_t node, struct tallies *ret)
{
	const struct match_node *n = &c->match.nodes[node];
	cleanup_done(counted_done) struct counted a = {0}, b = {0};
	cleanup_done(intern_done) struct intern names = {0};
	cleanup_free uint64_t *more = NULL;
	struct tallies t = {0};

	if (begin(&a, c->a, n->a, n->a_count) < 0 || begin(&b, c->b, n->b, n->b_count) < 0)
		return -ENOMEM;
	/* With rules, what were two counts may have become one. */
	if (!c->rules)
		trim(&a, &b);
	if (number_all(&a, &names) < 0 || number_all(&b, &names) < 0)
		return -ENOMEM;
	more = large_zeroed(names.count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	add_up(&a, 1, more);
	add_up(&b, UINT64_MAX, more);
	t.a = differing(&a, more, &t.a_count);
	t.b = differing(&b, more, &t.b_count);
	if (!t.a || !t.b) {
		tallies_done(&t);
		return -ENOMEM;
	}
	*ret = t;
	return 0;
}

void tallies_done(struct tallies *t)
{
	free(t->a);
	free(t->b);
	*t = (struct tallies){0};
}

/* ---- totals ---- */

static void add_totals(const struct counted *x, const struct map *by_key,
		       struct tally_total *totals, bool second)
{
	const struct diff_count *count;
	struct walk w = {0};

	while ((count = next(x, &w))) {
		const uintptr_t at = (uintptr_t)map_get(by_key, key_of_count(x, count));

		if (at)
			*(second ? &totals[at - 1].b : &totals[at - 1].a) += count->calls;
	}
}

int tally_totals(const struct comparison *c, uint32_t node, struct tally_total *totals,
		 size_t count)
{
	const struct match_node *n = &c->match.nodes[node];
	cleanup_done(counted_done) struct counted a = {0}, b = {0};
	cleanup_done(map_done) struct map by_key = {0};

	if (!count)
		return 0;
	if (begin(&a, c->a, n->a, n->a_count) < 0 || begin(&b, c->b, n->b, n->b_count) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		totals[i].a = totals[i].b = 0;
		if (map_put(&by_key, key_of(totals[i].call, totals[i].object, totals[i].error),
			    (void *)(uintptr_t)(i + 1)) < 0)
			return -ENOMEM;
	}
	add_totals(&a, &by_key, totals, false);
	add_totals(&b, &by_key, totals, true);
	/* Several may ask for the same, of which the last has it. */
	for (size_t i = 0; i < count; i++) {
		const struct tally_total *x = &totals[i];
		const uintptr_t at =
			(uintptr_t)map_get(&by_key, key_of(x->call, x->object, x->error));

		totals[i] = totals[at - 1];
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Siblings that have forked and executed nothing differ in nothing but what they did. Those of
 * one key are put into roles by likeness; in a role each is compared with the one of the same
 * place, unless the heap of all has less differences: then which of them did what was chance.
 */
#include "match_priv.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>

static const double role_from = 0.5;

enum { ROLES_MAX = 64 };

/* A sibling: of a or of b, with what it did. */
struct sibling {
	uint64_t key;
	uint32_t process, role;
	bool of_b, may; /* `may` be compared as a heap */
	struct profile profile;
};

static bool may_pool(const struct matching *m, const struct diff_side *side, uint32_t process)
{
	const struct diff_process *p = &side->processes[process];

	return !p->execed ||
	       (m->pools && m->pools(m->context, side->texts + side->objects[p->exe].label));
}

static int compare(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;

	if (x->may != y->may)
		return x->may ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->role != y->role)
		return x->role < y->role ? -1 : 1;
	if (x->of_b != y->of_b)
		return x->of_b ? 1 : -1;
	return (x->process > y->process) - (x->process < y->process);
}

static void put(const struct matching *m, const struct match_list *list, bool of_b,
		struct sibling *ret)
{
	const struct diff_side *side = of_b ? m->b.side : m->a.side;

	for (size_t i = 0; i < list->count; i++)
		ret[i] = (struct sibling){.key = match_key(side, list->at[i]),
					  .process = list->at[i],
					  .of_b = of_b,
					  .may = may_pool(m, side, list->at[i])};
}

/* ---- one role: those of a, then those of b ---- */

struct role {
	const struct sibling *at;
	size_t a_count, b_count;
};

static struct role role_of(const struct sibling *at, size_t count)
{
	struct role r = {.at = at};

	for (size_t i = 0; i < count; i++)
		*(at[i].of_b ? &r.b_count : &r.a_count) += 1;
	return r;
}

static void add_key(struct profile *ret, const struct profile *p)
{
	for (size_t i = 0; i < p->count; i++)
		ret->keys[ret->count++] = p->keys[i];
}

static int compare_keys(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int heap_of(const struct sibling *at, size_t count, struct profile *ret)
{
	size_t steps = 0;

	for (size_t i = 0; i < count; i++)
		steps += at[i].profile.count;
	ret->keys = malloc((steps + 1) * sizeof(*ret->keys));
	if (!ret->keys)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		add_key(ret, &at[i].profile);
	qsort(ret->keys, ret->count, sizeof(*ret->keys), compare_keys);
	return 0;
}

static int heap_distance(const struct role *r, size_t *ret)
{
	cleanup_done(profile_done) struct profile a = {0}, b = {0};

	if (heap_of(r->at, r->a_count, &a) < 0 || heap_of(r->at + r->a_count, r->b_count, &b) < 0)
		return -ENOMEM;
	*ret = profile_distance(&a, &b);
	return 0;
}

static size_t distance_by_order(const struct role *r)
{
	const size_t both = r->a_count < r->b_count ? r->a_count : r->b_count;
	const struct sibling *b = r->at + r->a_count;
	size_t sum = 0;

	for (size_t i = 0; i < both; i++)
		sum += profile_distance(&r->at[i].profile, &b[i].profile);
	for (size_t i = both; i < r->a_count; i++)
		sum += r->at[i].profile.count;
	for (size_t i = both; i < r->b_count; i++)
		sum += b[i].profile.count;
	return sum;
}

static int add_pool(struct matching *m, const struct role *r)
{
	cleanup_free uint32_t *members = calloc(r->a_count + r->b_count + 1, sizeof(*members));

	if (!members)
		return -ENOMEM;
	for (size_t i = 0; i < r->a_count + r->b_count; i++)
		members[i] = r->at[i].process;
	return match_add(m, members, r->a_count, members + r->a_count, r->b_count, MATCH_POOL);
}

static int add_pairs(struct matching *m, const struct role *r)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < r->a_count && i < r->b_count; i++)
		result = match_add(m, &r->at[i].process, 1, &r->at[r->a_count + i].process, 1,
				   MATCH_SAME);
	return result;
}

static int match_role(struct matching *m, const struct role *r, size_t by_order)
{
	size_t as_heap = by_order;

	if (!r->a_count || !r->b_count)
		return 0;
	if (r->a_count + r->b_count > 2 && heap_distance(r, &as_heap) < 0)
		return -ENOMEM;
	return as_heap < by_order ? add_pool(m, r) : add_pairs(m, r);
}

/* ---- roles of one key ---- */

static void find_roles(struct sibling *at, size_t count)
{
	size_t leader[ROLES_MAX], leaders = 0;

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < leaders &&
		       profile_likeness(&at[i].profile, &at[leader[k]].profile) < role_from)
			k++;
		if (k == leaders && leaders < ROLES_MAX)
			leader[leaders++] = i;
		at[i].role = (uint32_t)k;
	}
}

static size_t end_of_role(const struct sibling *at, size_t count, size_t from)
{
	size_t end = from;

	while (end < count && at[end].role == at[from].role)
		end++;
	return end;
}

static int match_roles(struct matching *m, struct sibling *at, size_t count, size_t all_by_order)
{
	struct role all = role_of(at, count);
	size_t as_heap, by_role = 0;
	int r;

	/* When one heap of all is better by far than any roles, there are none. */
	r = heap_distance(&all, &as_heap);
	find_roles(at, count);
	qsort(at, count, sizeof(*at), compare);
	for (size_t i = 0, end; r == 0 && i < count; i = end) {
		struct role one;

		end = end_of_role(at, count, i);
		one = role_of(at + i, end - i);
		by_role += distance_by_order(&one);
	}
	by_role = by_role < all_by_order ? by_role : all_by_order;
	if (r == 0 && as_heap < by_role / 2) {
		for (size_t i = 0; i < count; i++)
			at[i].role = 0;
		qsort(at, count, sizeof(*at), compare);
		all = role_of(at, count);
		return add_pool(m, &all);
	}
	for (size_t i = 0, end; r == 0 && i < count; i = end) {
		struct role one;

		end = end_of_role(at, count, i);
		one = role_of(at + i, end - i);
		r = match_role(m, &one, distance_by_order(&one));
	}
	return r;
}

static int match_key_group(struct matching *m, struct sibling *at, size_t count)
{
	struct role all = role_of(at, count);
	int r = 0;

	if (!all.a_count || !all.b_count)
		return 0;
	if (all.a_count == 1 && all.b_count == 1)
		return add_pairs(m, &all);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = profile_process(&(at[i].of_b ? &m->b : &m->a)->side->processes[at[i].process],
				    &at[i].profile);
	if (r == 0) {
		size_t by_order = distance_by_order(&all);

		r = by_order == 0 ? add_pairs(m, &all) : match_roles(m, at, count, by_order);
	}
	for (size_t i = 0; i < count; i++)
		profile_done(&at[i].profile);
	return r;
}

int match_siblings(struct matching *m, const struct match_list *a, const struct match_list *b)
{
	const size_t count = a->count + b->count;
	cleanup_free struct sibling *all = calloc(count + 1, sizeof(*all));
	int r = 0;

	if (!all)
		return -ENOMEM;
	put(m, a, false, all);
	put(m, b, true, all + a->count);
	qsort(all, count, sizeof(*all), compare);
	for (size_t i = 0, end; r == 0 && i < count && all[i].may; i = end) {
		for (end = i; end < count && all[end].may && all[end].key == all[i].key;)
			end++;
		r = match_key_group(m, all + i, end - i);
	}
	return r;
}

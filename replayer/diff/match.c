/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The children of two processes that belong together are told apart in this order: forked
 * siblings by their role (match_siblings.c); the rest by a longest common subsequence over
 * executable and arguments; the same executable and arguments in another order; likeness. What
 * is left over may still be there under another parent.
 */
#include "match.h"

#include "align.h"
#include "intern.h"
#include "match_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Likeness from which on two are taken for the same; and what the same executable adds. */
static const double alike_from = 0.5, same_exe = 0.3;

uint64_t match_key(const struct diff_side *side, uint32_t process)
{
	const struct diff_process *p = &side->processes[process];
	const char *argv = side->texts + p->argv;
	uint64_t h = hash_add(HASH_START, &side->objects[p->exe].hash, sizeof(uint64_t));

	h = hash_add(h, &p->execed, sizeof(p->execed));
	return hash_add(h, argv, strlen(argv));
}

/* ---- nodes ---- */

int match_add(struct matching *m, const uint32_t *a, size_t a_count, const uint32_t *b,
	      size_t b_count, enum match_how how)
{
	/* Places in the members for now: they move while there come more. */
	struct match_node node = {.a_count = a_count, .b_count = b_count, .how = how};
	const uint32_t number = (uint32_t)(m->nodes.size / sizeof(node));

	buf_append(&m->nodes, &node, sizeof(node));
	buf_append(&m->members, a, a_count * sizeof(*a));
	buf_append(&m->members, b, b_count * sizeof(*b));
	for (size_t i = 0; i < a_count; i++)
		m->a.node[a[i]] = number;
	for (size_t i = 0; i < b_count; i++)
		m->b.node[b[i]] = number;
	return buf_error(&m->nodes) || buf_error(&m->members) ? -ENOMEM : 0;
}

static int add_pair(struct matching *m, uint32_t a, uint32_t b, enum match_how how)
{
	return match_add(m, &a, 1, &b, 1, how);
}

/* ---- children ---- */

static int side_begin(struct match_side *s, const struct diff_side *side)
{
	s->side = side;
	s->node = calloc(side->process_count + 1, sizeof(*s->node));
	s->first = calloc(side->process_count + 1, sizeof(*s->first));
	s->next = calloc(side->process_count + 1, sizeof(*s->next));
	if (!s->node || !s->first || !s->next)
		return -ENOMEM;
	/* From the last, so that each list is in the order in which they began. */
	for (size_t i = side->process_count; i-- > 1;) {
		uint32_t parent = side->processes[i].parent;

		if (parent >= i)
			parent = DIFF_NONE;
		s->next[i] = s->first[parent];
		s->first[parent] = (uint32_t)i;
	}
	return 0;
}

static void side_done(struct match_side *s)
{
	free(s->node);
	free(s->first);
	free(s->next);
}

/* Those that belong to nobody yet. */
static int children(const struct match_side *s, const uint32_t *parents, size_t count,
		    struct match_list *ret)
{
	struct buf list = {0};

	for (size_t i = 0; i < count; i++) {
		for (uint32_t k = s->first[parents[i]]; k; k = s->next[k]) {
			if (!s->node[k])
				buf_append(&list, &k, sizeof(k));
		}
	}
	*ret = (struct match_list){(uint32_t *)(void *)list.data, list.size / sizeof(uint32_t)};
	return buf_error(&list);
}

static void list_done(struct match_list *x)
{
	free(x->at);
}

static void drop_matched(const struct match_side *s, struct match_list *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->count; i++) {
		if (!s->node[x->at[i]])
			x->at[n++] = x->at[i];
	}
	x->count = n;
}

static int numbers_of(const struct match_side *s, const struct match_list *x, struct intern *names,
		      uint32_t *ret)
{
	for (size_t i = 0; i < x->count; i++) {
		if (intern_number(names, match_key(s->side, x->at[i]), &ret[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int pair_runs(struct matching *m, const struct match_list *a, const struct match_list *b,
		     const struct alignment *x)
{
	for (size_t i = 0; i < x->count; i++) {
		const struct align_run *r = &x->runs[i];

		for (size_t k = 0; k < r->count; k++) {
			if (add_pair(m, a->at[r->a + k], b->at[r->b + k], MATCH_SAME) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static int pair_by_order(struct matching *m, const struct match_list *a, const struct match_list *b)
{
	cleanup_free uint32_t *in_a = calloc(a->count + 1, sizeof(*in_a));
	cleanup_free uint32_t *in_b = calloc(b->count + 1, sizeof(*in_b));
	cleanup_done(intern_done) struct intern names = {0};
	cleanup_done(alignment_done) struct alignment x = {0};

	if (!in_a || !in_b || numbers_of(&m->a, a, &names, in_a) < 0 ||
	    numbers_of(&m->b, b, &names, in_b) < 0 ||
	    align(in_a, a->count, in_b, b->count, names.count, 0, &x) < 0)
		return -ENOMEM;
	return pair_runs(m, a, b, &x);
}

struct keyed {
	uint64_t key;
	uint32_t process;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->process > y->process) - (x->process < y->process);
}

static struct keyed *sorted_by_key(const struct match_side *s, const struct match_list *x)
{
	struct keyed *ret = calloc(x->count + 1, sizeof(*ret));

	for (size_t i = 0; ret && i < x->count; i++)
		ret[i] = (struct keyed){match_key(s->side, x->at[i]), x->at[i]};
	if (ret)
		qsort(ret, x->count, sizeof(*ret), compare_keyed);
	return ret;
}

/* The first of each key with the first, the second with the second. */
static int pair_by_key(struct matching *m, const struct match_list *a, const struct match_list *b,
		       enum match_how how)
{
	cleanup_free struct keyed *x = sorted_by_key(&m->a, a), *y = sorted_by_key(&m->b, b);
	int r = x && y ? 0 : -ENOMEM;

	for (size_t i = 0, k = 0; r == 0 && i < a->count && k < b->count;) {
		if (x[i].key == y[k].key)
			r = add_pair(m, x[i++].process, y[k++].process, how);
		else if (x[i].key < y[k].key)
			i++;
		else
			k++;
	}
	return r;
}

/* ---- likeness ---- */

struct candidate {
	double likeness;
	uint32_t a, b;
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->likeness != y->likeness)
		return x->likeness > y->likeness ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

int match_profiles(const struct match_side *s, const struct match_list *x, struct profile **ret)
{
	struct profile *p = calloc(x->count + 1, sizeof(*p));
	int r = p ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < x->count; i++)
		r = profile_process(&s->side->processes[x->at[i]], &p[i]);
	*ret = p;
	return r;
}

struct profile *match_profiles_free(struct profile *p, size_t count)
{
	for (size_t i = 0; p && i < count; i++)
		profile_done(&p[i]);
	free(p);
	return NULL;
}

static size_t candidates_of(const struct matching *m, const struct match_list *a,
			    const struct match_list *b, const struct profile *x,
			    const struct profile *y, struct candidate *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++) {
		const struct diff_process *p = &m->a.side->processes[a->at[i]];

		for (size_t k = 0; k < b->count; k++) {
			const struct diff_process *q = &m->b.side->processes[b->at[k]];
			double likeness = profile_likeness(&x[i], &y[k]);

			if (m->a.side->objects[p->exe].hash == m->b.side->objects[q->exe].hash)
				likeness += same_exe;
			if (likeness >= alike_from && p->execed == q->execed)
				ret[n++] = (struct candidate){likeness, a->at[i], b->at[k]};
		}
	}
	return n;
}

static int pair_alike(struct matching *m, struct match_list a, struct match_list b)
{
	cleanup_free struct candidate *found = NULL;
	struct profile *x = NULL, *y = NULL;
	size_t n = 0;
	int r;

	a.count = a.count < MATCH_LEFTOVERS_MAX ? a.count : MATCH_LEFTOVERS_MAX;
	b.count = b.count < MATCH_LEFTOVERS_MAX ? b.count : MATCH_LEFTOVERS_MAX;
	if (!a.count || !b.count)
		return 0;
	found = calloc(a.count * b.count, sizeof(*found));
	r = found ? match_profiles(&m->a, &a, &x) : -ENOMEM;
	if (r == 0)
		r = match_profiles(&m->b, &b, &y);
	if (r == 0)
		n = candidates_of(m, &a, &b, x, y, found);
	match_profiles_free(x, a.count);
	match_profiles_free(y, b.count);
	if (n)
		qsort(found, n, sizeof(*found), compare_candidates);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!m->a.node[found[i].a] && !m->b.node[found[i].b])
			r = add_pair(m, found[i].a, found[i].b, MATCH_ALIKE);
	}
	return r;
}

/* ---- top-down ---- */

static int match_lists(struct matching *m, struct match_list *a, struct match_list *b)
{
	int r = match_siblings(m, a, b);

	drop_matched(&m->a, a);
	drop_matched(&m->b, b);
	if (r == 0)
		r = pair_by_order(m, a, b);
	drop_matched(&m->a, a);
	drop_matched(&m->b, b);
	if (r == 0)
		r = pair_by_key(m, a, b, MATCH_SAME);
	drop_matched(&m->a, a);
	drop_matched(&m->b, b);
	if (r == 0)
		r = match_tried(m, a, b);
	drop_matched(&m->a, a);
	drop_matched(&m->b, b);
	return r == 0 ? pair_alike(m, *a, *b) : r;
}

static int match_children(struct matching *m, const struct match_list *a,
			  const struct match_list *b)
{
	cleanup_done(list_done) struct match_list x = {0}, y = {0};

	if (children(&m->a, a->at, a->count, &x) < 0 || children(&m->b, b->at, b->count, &y) < 0)
		return -ENOMEM;
	return x.count && y.count ? match_lists(m, &x, &y) : 0;
}

/* The children of each node from @from on, also of those that come to it meanwhile. */
static int descend(struct matching *m, size_t *from, size_t *member)
{
	int r = 0;

	while (r == 0 && *from < m->nodes.size / sizeof(struct match_node)) {
		const struct match_node *node =
			(const struct match_node *)(void *)m->nodes.data + (*from)++;
		const size_t size = node->a_count + node->b_count, a_count = node->a_count;
		/* Copied: the members move when there are more of them. */
		cleanup_free uint32_t *copy = calloc(size + 1, sizeof(*copy));

		if (!copy)
			return -ENOMEM;
		if (size)
			memcpy(copy, m->members.data + *member * sizeof(*copy),
			       size * sizeof(*copy));
		*member += size;
		r = match_children(m, &(struct match_list){copy, a_count},
				   &(struct match_list){copy + a_count, size - a_count});
	}
	return r;
}

/* The commands belong together whatever they are; with them all that was there before. */
static int match_roots(struct matching *m)
{
	const uint32_t none = DIFF_NONE, a = m->a.first[DIFF_NONE], b = m->b.first[DIFF_NONE];
	int r = 0;

	if (!a || !b)
		return 0;
	if (!m->a.next[a] && !m->b.next[b])
		r = add_pair(m, a, b,
			     match_key(m->a.side, a) == match_key(m->b.side, b) ? MATCH_SAME
										: MATCH_ALIKE);
	else
		r = match_children(m, &(struct match_list){(uint32_t *)(uintptr_t)&none, 1},
				   &(struct match_list){(uint32_t *)(uintptr_t)&none, 1});
	if (r == 0 && !m->a.node[a] && !m->b.node[b])
		r = add_pair(m, a, b, MATCH_ALIKE);
	return r;
}

static int unmatched(const struct match_side *s, struct match_list *ret)
{
	ret->at = calloc(s->side->process_count + 1, sizeof(*ret->at));
	if (!ret->at)
		return -ENOMEM;
	for (size_t i = 1; i < s->side->process_count; i++) {
		if (!s->node[i])
			ret->at[ret->count++] = (uint32_t)i;
	}
	return 0;
}

static int match_moved(struct matching *m)
{
	cleanup_done(list_done) struct match_list a = {0}, b = {0};

	if (unmatched(&m->a, &a) < 0 || unmatched(&m->b, &b) < 0)
		return -ENOMEM;
	return pair_by_key(m, &a, &b, MATCH_MOVED);
}

static int add_alone(struct matching *m)
{
	cleanup_done(list_done) struct match_list a = {0}, b = {0};
	int r = unmatched(&m->a, &a) < 0 || unmatched(&m->b, &b) < 0 ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < a.count; i++)
		r = match_add(m, &a.at[i], 1, NULL, 0, MATCH_ALONE);
	for (size_t i = 0; r == 0 && i < b.count; i++)
		r = match_add(m, NULL, 0, &b.at[i], 1, MATCH_ALONE);
	return r;
}

static int match_all(struct matching *m)
{
	size_t from = 1, member = 0;
	int r = match_add(m, NULL, 0, NULL, 0, MATCH_ALONE); /* nobody */

	if (r == 0)
		r = match_roots(m);
	if (r == 0)
		r = descend(m, &from, &member);
	if (r == 0)
		r = match_moved(m);
	if (r == 0)
		r = descend(m, &from, &member);
	return r == 0 ? add_alone(m) : r;
}

/* ---- the result ---- */

static uint32_t parent_of(const struct matching *m, const struct match_node *n)
{
	const struct match_side *s = n->b_count ? &m->b : &m->a;
	const uint32_t first = n->b_count ? n->b[0] : n->a[0];
	const uint32_t parent = s->side->processes[first].parent;

	return parent < first ? s->node[parent] : DIFF_NONE;
}

static void give(struct matching *m, struct match *ret)
{
	const uint32_t *at = (const uint32_t *)(void *)m->members.data;

	*ret = (struct match){.nodes = (struct match_node *)(void *)m->nodes.data,
			      .node_count = m->nodes.size / sizeof(struct match_node),
			      .members = (uint32_t *)(void *)m->members.data,
			      .a_node = take_ptr(m->a.node),
			      .b_node = take_ptr(m->b.node)};
	m->nodes = m->members = (struct buf){0};
	m->a.node = ret->a_node;
	m->b.node = ret->b_node;
	for (size_t i = 1; i < ret->node_count; i++) {
		struct match_node *n = &ret->nodes[i];

		n->a = at;
		n->b = at + n->a_count;
		at += n->a_count + n->b_count;
		n->parent = parent_of(m, n);
	}
	m->a.node = m->b.node = NULL;
}

static void matching_done(struct matching *m)
{
	side_done(&m->a);
	side_done(&m->b);
	buf_done(&m->nodes);
	buf_done(&m->members);
}

int match_processes(const struct diff_side *a, const struct diff_side *b, match_pools_fn *pools,
		    const void *context, struct match *ret)
{
	cleanup_done(matching_done) struct matching m = {.pools = pools, .context = context};

	if (side_begin(&m.a, a) < 0 || side_begin(&m.b, b) < 0 || match_all(&m) < 0)
		return -ENOMEM;
	give(&m, ret);
	return 0;
}

void match_done(struct match *m)
{
	free(m->nodes);
	free(m->members);
	free(m->a_node);
	free(m->b_node);
	*m = (struct match){0};
}

const struct diff_process *match_first(const struct match *m, const struct diff_side *a,
				       const struct diff_side *b, uint32_t node,
				       const struct diff_side **ret_side)
{
	const struct match_node *n = &m->nodes[node];

	*ret_side = n->b_count ? b : a;
	return n->b_count ? &b->processes[n->b[0]] : &a->processes[n->a_count ? n->a[0] : 0];
}

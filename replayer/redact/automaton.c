/* SPDX-License-Identifier: Apache-2.0 */
#include "automaton.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 256, ROOT = 0 };

struct node {
	uint32_t parent, depth;
	uint32_t fail;   /* the longest other beginning that ends here */
	uint32_t ending; /* the next of these, from here on, that is a whole string; 0: none */
	uint32_t name;   /* UINT32_MAX: no string ends here */
	uint8_t byte;
};

/* node << 8 | byte is at most 2^34. */
struct edge {
	uint64_t key; /* + 1; 0: free */
	uint32_t to;
};

struct automaton {
	bool fold;
	struct node *nodes;
	size_t count, capacity;
	struct edge *edges;
	size_t edge_capacity; /* a power of two */
	uint32_t root[BYTES];
	size_t longest;
};

static uint8_t folded(const struct automaton *a, uint8_t byte)
{
	return a->fold && byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static int grow_nodes(struct automaton *a)
{
	size_t capacity = a->capacity ? a->capacity * 2 : 1024;
	struct node *grown = reallocarray(a->nodes, capacity, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	a->nodes = grown;
	a->capacity = capacity;
	return 0;
}

struct automaton *automaton_new(bool fold)
{
	struct automaton *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->fold = fold;
	if (grow_nodes(a) < 0)
		return automaton_free(a);
	a->nodes[a->count++] = (struct node){.name = UINT32_MAX};
	return a;
}

struct automaton *automaton_free(struct automaton *a)
{
	if (!a)
		return NULL;
	free(a->nodes);
	free(a->edges);
	free(a);
	return NULL;
}

/* ---- edges ---- */

static struct edge *edge_place(struct edge *edges, size_t capacity, uint64_t key)
{
	size_t at = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & (capacity - 1);

	while (edges[at].key && edges[at].key != key + 1)
		at = (at + 1) & (capacity - 1);
	return &edges[at];
}

static uint32_t edge_find(const struct automaton *a, uint32_t from, uint8_t byte)
{
	if (from == ROOT)
		return a->root[byte];
	if (!a->edge_capacity)
		return 0;
	return edge_place(a->edges, a->edge_capacity, (uint64_t)from << 8 | byte)->to;
}

static int grow_edges(struct automaton *a)
{
	size_t capacity = a->edge_capacity ? a->edge_capacity * 2 : 4096;
	struct edge *grown = calloc(capacity, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	for (size_t i = 0; i < a->edge_capacity; i++) {
		if (a->edges[i].key)
			*edge_place(grown, capacity, a->edges[i].key - 1) = a->edges[i];
	}
	free(a->edges);
	a->edges = grown;
	a->edge_capacity = capacity;
	return 0;
}

static int edge_add(struct automaton *a, uint32_t from, uint8_t byte, uint32_t to)
{
	struct edge *e;

	if (from == ROOT) {
		a->root[byte] = to;
		return 0;
	}
	/* There are never more edges than nodes. */
	if (a->count * 2 > a->edge_capacity && grow_edges(a) < 0)
		return -ENOMEM;
	e = edge_place(a->edges, a->edge_capacity, (uint64_t)from << 8 | byte);
	*e = (struct edge){((uint64_t)from << 8 | byte) + 1, to};
	return 0;
}

/* ---- strings ---- */

static int child(struct automaton *a, uint32_t from, uint8_t byte, uint32_t *ret)
{
	*ret = edge_find(a, from, byte);
	if (*ret)
		return 0;
	if (a->count == a->capacity && grow_nodes(a) < 0)
		return -ENOMEM;
	*ret = (uint32_t)a->count;
	a->nodes[a->count++] = (struct node){.parent = from,
					     .depth = a->nodes[from].depth + 1,
					     .name = UINT32_MAX,
					     .byte = byte};
	return edge_add(a, from, byte, *ret);
}

int automaton_add(struct automaton *a, const void *bytes, size_t size, uint32_t name)
{
	const uint8_t *at = bytes;
	uint32_t node = ROOT;
	int r = 0;

	if (size > AUTOMATON_BYTES_MAX - a->count)
		return -E2BIG;
	for (size_t i = 0; r == 0 && i < size; i++)
		r = child(a, node, folded(a, at[i]), &node);
	if (r < 0 || node == ROOT)
		return r;
	if (a->nodes[node].name == UINT32_MAX)
		a->nodes[node].name = name;
	if (size > a->longest)
		a->longest = size;
	return 0;
}

/* Nodes by depth: those that a node fails to are less deep. */
static uint32_t *by_depth(const struct automaton *a)
{
	size_t *first = calloc(a->longest + 2, sizeof(*first));
	uint32_t *order = calloc(a->count, sizeof(*order));

	if (first && order) {
		for (size_t i = 0; i < a->count; i++)
			first[a->nodes[i].depth + 1]++;
		for (size_t i = 1; i < a->longest + 2; i++)
			first[i] += first[i - 1];
		for (size_t i = 0; i < a->count; i++)
			order[first[a->nodes[i].depth]++] = (uint32_t)i;
	}
	if (!first) {
		free(order);
		order = NULL;
	}
	free(first);
	return order;
}

static bool ends(const struct automaton *a, uint32_t node)
{
	return a->nodes[node].name != UINT32_MAX;
}

int automaton_link(struct automaton *a)
{
	uint32_t *order = by_depth(a);

	if (!order)
		return -ENOMEM;
	for (size_t i = 1; i < a->count; i++) {
		struct node *n = &a->nodes[order[i]];

		n->fail = n->parent == ROOT ? ROOT
					    : automaton_step(a, a->nodes[n->parent].fail, n->byte);
		n->ending = ends(a, order[i]) ? order[i] : a->nodes[n->fail].ending;
	}
	free(order);
	return 0;
}

size_t automaton_longest(const struct automaton *a)
{
	return a->longest;
}

/* ---- searching ---- */

uint32_t automaton_step(const struct automaton *a, uint32_t state, uint8_t byte)
{
	uint32_t next;

	byte = folded(a, byte);
	while (!(next = edge_find(a, state, byte)) && state != ROOT)
		state = a->nodes[state].fail;
	return next;
}

uint32_t automaton_depth(const struct automaton *a, uint32_t state)
{
	return a->nodes[state].depth;
}

bool automaton_match(const struct automaton *a, uint32_t *at, uint32_t *ret_name,
		     uint32_t *ret_size)
{
	uint32_t node = a->nodes[*at].ending;

	if (!node)
		return false;
	*ret_name = a->nodes[node].name;
	*ret_size = a->nodes[node].depth;
	/* With the root nothing ends. */
	*at = a->nodes[node].fail;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scheduler decides, among processes that run at the same time. Which of several workers
 * does something is chance when each time one of them does: make -j gives its own standard input to
 * whichever child is the first, and an empty pipe to those beside it.
 */
#include "compare_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each is looked for in all processes; those behind them are findings as others are. */
enum { EMPTY_INPUTS_MAX = 256 };

/* ---- swapped among siblings ---- */

struct moved {
	uint64_t key; /* parent, executable, and what is said */
	uint32_t finding;
};

static int compare_moved(const void *a, const void *b)
{
	const struct moved *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->finding > y->finding) - (x->finding < y->finding);
}

static uint64_t key_of(const struct comparison *c, const struct finding *f)
{
	const struct diff_side *side;
	const struct diff_process *p = match_first(&c->match, c->a, c->b, f->node, &side);
	uint64_t h = hash_add(HASH_START, f->subject, strlen(f->subject));

	h = hash_add(h, &c->match.nodes[f->node].parent, sizeof(uint32_t));
	return hash_add(h, &side->objects[p->exe].hash, sizeof(uint64_t));
}

/* Those of one key: together neither more nor fewer, so that they only moved. */
static void settle(struct comparison *c, const struct moved *list, size_t count)
{
	int64_t more = 0;

	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &c->found.at[list[i].finding];

		more += (int64_t)f->b.count - (int64_t)f->a.count;
	}
	for (size_t i = 0; more == 0 && i < count; i++)
		c->found.at[list[i].finding].weight = FINDING_NOISE;
}

/* ---- a pipe that says nothing ---- */

static const struct diff_object *object_of(const struct comparison *c, const struct finding *f)
{
	const struct finding_place *place = f->b.step ? &f->b : &f->a;
	const struct diff_side *s = f->b.step ? c->b : c->a;

	return place->step ? &s->objects[place->step->object] : NULL;
}

/* Whether bytes went through a pipe of this name, whoever calls it by that. */
static bool is_used(const struct diff_side *s, const char *name, size_t size)
{
	for (size_t i = 1; i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];

		for (size_t k = 0; k < p->stream_count; k++) {
			const char *label = compare_label(s, p->streams[k].object);
			const char *tail = strstr(label, "pipe#");

			if (p->streams[k].bytes && tail && strlen(tail) == size + 2 &&
			    memcmp(tail, name, size) == 0)
				return true;
		}
	}
	return false;
}

static bool has_twin(const struct comparison *c, uint32_t node)
{
	const struct diff_side *x, *y;
	const struct diff_process *p = match_first(&c->match, c->a, c->b, node, &x);

	for (uint32_t i = 1; i < c->match.node_count; i++) {
		const struct diff_process *q = match_first(&c->match, c->a, c->b, i, &y);

		if (i != node && c->match.nodes[i].parent == c->match.nodes[node].parent &&
		    x->objects[p->exe].hash == y->objects[q->exe].hash)
			return true;
	}
	return false;
}

/* The standard input of whoever is not the first: nothing will ever come from there. */
static bool is_empty_input(const struct comparison *c, const struct finding *f, size_t *looked)
{
	const struct diff_object *o = object_of(c, f);
	const struct diff_side *s = f->b.step ? c->b : c->a;
	const char *label, *name, *dot;

	if (!o || o->kind != DIFF_CHANNEL)
		return false;
	label = s->texts + o->label;
	name = strstr(label, "pipe#");
	dot = strrchr(label, '.');
	if (!name || name == label || !dot || strcmp(dot, ".r") != 0 ||
	    ++*looked > EMPTY_INPUTS_MAX)
		return false;
	return !is_used(c->a, name, (size_t)(dot - name)) &&
	       !is_used(c->b, name, (size_t)(dot - name)) && has_twin(c, f->node);
}

/* ---- both ---- */

int compare_swaps(struct comparison *c)
{
	cleanup_free struct moved *list = calloc(c->found.count + 1, sizeof(*list));
	size_t n = 0, looked = 0;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->found.count; i++) {
		struct finding *f = &c->found.at[i];

		if (!f->node || (f->kind != FIND_CALL_NEW && f->kind != FIND_CALL_GONE))
			continue;
		if (is_empty_input(c, f, &looked))
			f->weight = FINDING_NOISE;
		else
			list[n++] = (struct moved){key_of(c, f), i};
	}
	qsort(list, n, sizeof(*list), compare_moved);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && list[end].key == list[i].key;)
			end++;
		if (end - i > 1)
			settle(c, &list[i], end - i);
	}
	return 0;
}

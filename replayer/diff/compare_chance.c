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
#include <stdio.h>
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

/* What the step calls the pipe that it is about, with its end: of pipe(2) the end to read from.
 * Its size; 0: it is about none. */
static size_t pipe_of(const struct diff_side *s, const struct diff_step *step, const char **ret)
{
	const struct diff_object *o = &s->objects[step->object];
	const char *text;

	if (step->object && o->kind == DIFF_CHANNEL) {
		*ret = compare_text(s, o->label);
		return strstr(*ret, "pipe#") && strrchr(*ret, '.') ? strlen(*ret) : 0;
	}
	if (step->object || strcmp(compare_call(s, step->call), "pipe") != 0)
		return 0;
	text = strstr(diff_step_text(s, step), "<pipe#");
	*ret = text ? text + 1 : NULL;
	return text ? strcspn(*ret, ">") : 0;
}

/* Who has made a pipe, by what a process calls it; DIFF_NONE: that is not known. */
static uint32_t maker_of(const struct diff_side *s, uint32_t process, const char *label)
{
	static const char parents[] = "parent's ";

	if (strncmp(label, "pipe#", 5) == 0)
		return process;
	return strncmp(label, parents, sizeof(parents) - 1) == 0 ? s->processes[process].parent
								 : DIFF_NONE;
}

/* Whether bytes went through a pipe of this name, made by this one. */
static bool is_used(const struct diff_side *s, uint32_t maker, const char *name, size_t size)
{
	for (uint32_t i = 1; i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];

		for (size_t k = 0; k < p->stream_count; k++) {
			const char *label = compare_label(s, p->streams[k].object);
			const char *tail = strstr(label, "pipe#");
			const uint32_t by = tail ? maker_of(s, i, label) : DIFF_NONE;

			if (p->streams[k].bytes && tail && strlen(tail) == size + 2 &&
			    memcmp(tail, name, size) == 0 && (!by || !maker || by == maker))
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

/* Whether a child has it for its standard input. */
static bool is_handed_on(const struct diff_side *s, uint32_t maker, const char *name, size_t size)
{
	char text[64];

	if (size > sizeof(text) / 2)
		return false;
	snprintf(text, sizeof(text), "dup2(<parent's %.*s.r>, 0)", (int)size, name);
	for (uint32_t i = maker + 1; i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];

		for (size_t k = 0; p->parent == maker && p->thread_count && k < p->threads->count;
		     k++) {
			if (strcmp(compare_call(s, p->threads->steps[k].call), "dup2") == 0 &&
			    strncmp(diff_step_text(s, &p->threads->steps[k]), text, strlen(text)) ==
				    0)
				return true;
		}
	}
	return false;
}

/* The same process of the other side. */
static uint32_t other_of(const struct comparison *c, const struct diff_side *s, uint32_t process)
{
	const struct match_node *n =
		&c->match.nodes[(s == c->a ? c->match.a_node : c->match.b_node)[process]];

	return s == c->a ? (n->b_count ? n->b[0] : DIFF_NONE) : (n->a_count ? n->a[0] : DIFF_NONE);
}

/* The standard input of whoever is not the first: nothing will ever come from there. It is made
 * when a second one runs at the same time. */
static bool is_empty_input(const struct comparison *c, const struct finding *f, size_t *looked)
{
	const struct finding_place *place = f->b.step ? &f->b : &f->a;
	const struct diff_side *s = f->b.step ? c->b : c->a;
	const char *label, *name;
	const size_t size = place->step ? pipe_of(s, place->step, &label) : 0;
	size_t length;
	uint32_t maker, other;

	if (size < 2 || ++*looked > EMPTY_INPUTS_MAX)
		return false;
	name = strstr(label, "pipe#");
	length = size - (size_t)(name - label) - 2;
	maker = maker_of(s, place->process, label);
	other = maker ? other_of(c, s, maker) : DIFF_NONE;
	if (is_used(s, maker, name, length) ||
	    is_used(s == c->a ? c->b : c->a, other, name, length))
		return false;
	return name == label ? is_handed_on(s, maker, name, length)
			     : memcmp(label + size - 2, ".r", 2) == 0 && has_twin(c, f->node);
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

		if (!f->node || (f->kind != FIND_CALL_NEW && f->kind != FIND_CALL_GONE &&
				 f->kind != FIND_ORDER))
			continue;
		if (is_empty_input(c, f, &looked))
			f->weight = FINDING_NOISE;
		else if (f->kind != FIND_ORDER)
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

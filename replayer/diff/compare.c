/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "compare_priv.h"

#include "rules.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 72 };

struct finding_place compare_place_of(const struct diff_side *s, uint32_t process)
{
	const struct diff_process *p = &s->processes[process];
	const struct diff_thread *first = p->thread_count ? &p->threads[0] : NULL;

	return (struct finding_place){.time = p->start_time,
				      .process = process,
				      .tid = first ? first->tid : 0,
				      .seq = first && first->count ? first->steps[0].seq : 0,
				      .count = 1};
}

bool compare_is_one_of(const char *word, const char *const *list)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

const char *compare_text(const struct diff_side *s, uint32_t place)
{
	return diff_side_text(s, place);
}

const char *compare_label(const struct diff_side *s, uint32_t object)
{
	return object && object < s->object_count ? compare_text(s, s->objects[object].label) : "";
}

const char *compare_call(const struct diff_side *s, uint32_t call)
{
	return call < s->call_count && s->calls[call] ? s->calls[call] : "";
}

/* ---- findings ---- */

/* Processes of one executable are one, whichever of them it is in another run. */
static uint64_t key_of(const struct comparison *c, const struct compare_new *x)
{
	const struct diff_side *side;
	const struct diff_process *p = match_first(&c->match, c->a, c->b, x->node, &side);
	const uint64_t all[] = {(uint64_t)x->kind, x->node ? side->objects[p->exe].hash : 0,
				x->shape};

	return hash_add(HASH_START, all, sizeof(all));
}

static char *copy(const char *text, int *failed)
{
	char *ret = text ? strdup(text) : NULL;

	if (text && !ret)
		*failed = -ENOMEM;
	return ret;
}

struct finding *compare_add(struct comparison *c, const struct compare_new *x, int *failed)
{
	bool fresh;
	struct finding *f = findings_get(&c->found, x->kind, x->node, x->detail, &fresh, failed);

	if (!f || !fresh)
		return f;
	f->key = key_of(c, x);
	f->what = x->what;
	f->weight = (uint8_t)x->weight;
	f->subject = copy(x->subject ? x->subject : "", failed);
	f->was = copy(x->was, failed);
	f->now = copy(x->now, failed);
	return *failed ? NULL : f;
}

bool compare_knows(const struct comparison *c, int side, uint64_t object)
{
	const struct diff_side *s = side == SIDE_A ? c->a : c->b;
	const struct map *made = side == SIDE_A ? &c->a_objects : &c->b_objects;

	return map_get(s->by_hash.count ? &s->by_hash : made, object) != NULL;
}

static int note_objects(const struct diff_side *s, struct map *ret)
{
	if (ret->count || s->by_hash.count)
		return 0;
	for (size_t i = 1; i < s->object_count; i++) {
		if (map_put(ret, s->objects[i].hash, ret) < 0)
			return -ENOMEM;
	}
	return 0;
}

int compare_note_objects(struct comparison *c)
{
	int r = note_objects(c->a, &c->a_objects);

	return r == 0 ? note_objects(c->b, &c->b_objects) : r;
}

/* ---- all of it ---- */

static bool is_pool(const void *context, const char *exe)
{
	return rules_pool(context, exe);
}

static int compare_node(struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];
	int r = compare_node_inputs(c, node);

	if (!n->a_count || !n->b_count)
		return r;
	if (r == 0)
		r = compare_node_family(c, node);
	if (r == 0)
		r = compare_node_steps(c, node);
	if (r == 0)
		r = compare_node_counts(c, node);
	if (r == 0)
		r = compare_node_waits(c, node);
	return r == 0 ? compare_node_streams(c, node) : r;
}

/* Whether somebody on the tape takes connections: who is connected to may be there, too. */
static bool takes_connections(const struct diff_side *s)
{
	uint32_t accept = 0;

	for (uint32_t i = 1; i < s->call_count; i++) {
		if (strcmp(compare_call(s, i), "accept") == 0)
			accept = i;
	}
	for (size_t i = 1; accept && i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];

		for (size_t k = 0; k < p->count_count; k++) {
			if (p->counts[k].call == accept && !p->counts[k].error)
				return true;
		}
	}
	return false;
}

static int compare_all(struct comparison *c)
{
	int r = match_processes(c->a, c->b, c->rules ? is_pool : NULL, c->rules, &c->match);

	for (uint32_t i = 1; r == 0 && i < c->match.node_count; i++)
		r = compare_node(c, i);
	if (r == 0)
		r = compare_attributes(c);
	if (r == 0)
		r = compare_machines(c);
	if (r == 0)
		r = compare_swaps(c);
	c->serves = takes_connections(c->a) || takes_connections(c->b);
	return r == 0 ? buf_error(&c->divergences) : r;
}

int compare_sides(const struct diff_side *a, const struct diff_side *b, const struct rules *rules,
		  struct comparison *ret)
{
	struct comparison c = {.a = a, .b = b, .rules = rules};
	int r = compare_all(&c);

	if (r < 0)
		comparison_done(&c);
	else
		*ret = c;
	return r;
}

void comparison_done(struct comparison *c)
{
	match_done(&c->match);
	findings_done(&c->found);
	buf_done(&c->divergences);
	buf_done(&c->a_channels);
	buf_done(&c->b_channels);
	map_done(&c->a_objects);
	map_done(&c->b_objects);
	map_done(&c->a_scratch);
	map_done(&c->b_scratch);
	*c = (struct comparison){0};
}

size_t comparison_divergences(const struct comparison *c, const struct divergence **ret)
{
	*ret = (const struct divergence *)(const void *)c->divergences.data;
	return c->divergences.size / sizeof(struct divergence);
}

void comparison_name(const struct comparison *c, uint32_t node, struct buf *ret)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct diff_side *side;
	const struct diff_process *p = match_first(&c->match, c->a, c->b, node, &side);
	const char *argv = compare_text(side, p->argv);
	size_t size = strlen(argv);

	if (!node)
		return;
	if (n->how == MATCH_POOL)
		buf_printf(ret, "%zu|%zu forked from ", n->a_count, n->b_count);
	else if (!p->execed && p->parent)
		buf_str(ret, "forked from ");
	if (!size) {
		argv = compare_label(side, p->exe);
		size = strlen(argv);
	}
	/* Not within a character. */
	if (size > NAME_MAX_BYTES) {
		size = NAME_MAX_BYTES;
		while (size && ((unsigned char)argv[size] & 0xc0) == 0x80)
			size--;
		buf_append(ret, argv, size);
		buf_str(ret, "...");
	} else {
		buf_append(ret, argv, size);
	}
}

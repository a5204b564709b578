/* SPDX-License-Identifier: Apache-2.0 */
#include "compare_moved.h"

#include <errno.h>

static bool has_threads(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (s->processes[processes[i]].thread_count > 1)
			return true;
	}
	return false;
}

/* What is as often on both sides has no place in the map. */
static int count_one(struct map *balance, uint64_t key, intptr_t by)
{
	const intptr_t now = (intptr_t)map_get(balance, key) + by;

	if (now)
		return map_put(balance, key, (void *)now);
	map_remove(balance, key);
	return 0;
}

static int count_all(const struct diff_side *s, const uint32_t *processes, size_t count,
		     intptr_t by, struct map *balance)
{
	for (size_t i = 0; i < count; i++) {
		const struct diff_process *p = &s->processes[processes[i]];

		for (size_t t = 0; t < p->thread_count; t++) {
			for (size_t k = 0; k < p->threads[t].count; k++) {
				if (count_one(balance, p->threads[t].steps[k].fine, by) < 0)
					return -ENOMEM;
			}
		}
	}
	return 0;
}

static int make(const struct comparison *c, uint32_t node, struct moves *ret)
{
	const struct match_node *n = &c->match.nodes[node];
	int r = 0;

	if (ret->made)
		return 0;
	ret->made = true;
	ret->threads = has_threads(c->a, n->a, n->a_count) && has_threads(c->b, n->b, n->b_count);
	if (ret->threads)
		r = count_all(c->a, n->a, n->a_count, 1, &ret->balance);
	return r == 0 && ret->threads ? count_all(c->b, n->b, n->b_count, -1, &ret->balance) : r;
}

int moves_have(const struct comparison *c, uint32_t node, const struct diff_step *step,
	       struct moves *moves)
{
	const int r = make(c, node, moves);

	return r < 0 ? r : moves->threads && !map_get(&moves->balance, step->fine);
}

int moves_take(const struct comparison *c, uint32_t node, struct edit *edits, size_t count,
	       struct moves *moves)
{
	for (size_t i = 0; i < count; i++) {
		const int moved = edits[i].used ? 0 : moves_have(c, node, edits[i].step, moves);

		if (moved < 0)
			return moved;
		edits[i].used |= moved;
	}
	return 0;
}

void moves_done(struct moves *moves)
{
	map_done(&moves->balance);
	*moves = (struct moves){.made = false};
}

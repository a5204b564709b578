/* SPDX-License-Identifier: Apache-2.0 */
#include "groups.h"

#include <errno.h>
#include <stdlib.h>

int groups_init(struct groups *g, size_t rows)
{
	*g = (struct groups){.rows = rows};
	g->list = calloc(rows + 1, sizeof(*g->list));
	g->next = calloc(rows + 1, sizeof(*g->next));
	g->of = calloc(rows + 1, sizeof(*g->of));
	return g->list && g->next && g->of ? 0 : -ENOMEM;
}

int groups_add(struct groups *g, size_t i, uint64_t key)
{
	size_t id = (size_t)(uintptr_t)map_get(&g->by_key, key);
	struct group *at;

	if (!id) {
		id = ++g->count;
		if (map_put(&g->by_key, key, (void *)(uintptr_t)id) < 0)
			return -ENOMEM;
		g->list[id - 1].first = i;
	}
	at = &g->list[id - 1];
	if (at->count++)
		g->next[at->last] = i;
	at->last = i;
	g->next[i] = GROUP_END;
	g->of[i] = (uint32_t)id;
	return 0;
}

const struct group *groups_of(const struct groups *g, size_t i)
{
	return g->of[i] ? &g->list[g->of[i] - 1] : NULL;
}

void groups_done(struct groups *g)
{
	free(g->list);
	free(g->next);
	free(g->of);
	map_done(&g->by_key);
	*g = (struct groups){.rows = 0};
}

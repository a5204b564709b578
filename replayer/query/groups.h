/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a list that are told together: those with the same key. Each row knows its group,
 * and the next one of it.
 */
#ifndef QUERY_GROUPS_H
#define QUERY_GROUPS_H

#include "base/map.h"

struct group {
	size_t first, last, count; /* rows */
};

#define GROUP_END SIZE_MAX

struct groups {
	struct map by_key; /* index in list + 1 */
	struct group *list;
	size_t count;
	size_t *next; /* of each row; GROUP_END: none */
	uint32_t *of; /* of each row: index in list + 1; 0: it is alone */
	size_t rows;
};

/* 0 or -ENOMEM; groups_done() in any case. */
int groups_init(struct groups *g, size_t rows);
/* Row @i, each once, by ascending number. 0 or -ENOMEM. */
int groups_add(struct groups *g, size_t i, uint64_t key);
/* NULL: it was not added. */
const struct group *groups_of(const struct groups *g, size_t i);
void groups_done(struct groups *g);

#endif

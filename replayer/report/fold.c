/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thousands of short-lived processes that are alike make one lane. Alike means: parents that
 * are the same or alike, the same program, the same end. Of each kind the first process on the
 * tape stands for all; parents come before their children, so that one walk finds the kinds.
 */
#include "collect.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As a part of the time until now: what lives longer is a row of its own. */
enum { SHORT_PART = 32 };

struct kinds {
	uint32_t *first; /* by process: index of the first that is alike */
	uint32_t *count; /* of those that are alike, by the first one */
	uint32_t *lane;  /* by process: index + 1 of its lane */
	struct map by_key;
};

static void kinds_done(struct kinds *k)
{
	free(k->first);
	free(k->count);
	free(k->lane);
	map_done(&k->by_key);
}

uint32_t report_lane_of(const struct report *r, uint32_t i)
{
	while (r->lanes[i].into)
		i = r->lanes[i].into - 1;
	return i;
}

static bool may_fold(const struct process *p, uint64_t now)
{
	return p->over && p->threads <= 1 && p->ended >= p->began &&
	       p->ended - p->began <= now / SHORT_PART;
}

static uint64_t key_of(const struct process *p, const uint32_t *first)
{
	uint32_t parent = p->parent ? first[p->parent - 1] + 1 : 0;
	size_t size = p->command ? strnlen(p->command, p->command_size) : 0;
	uint64_t key = hash_add(HASH_START, &parent, sizeof(parent));

	key = hash_add(key, &p->status, sizeof(p->status));
	/* The name of the program; one that only its parent has run has none. */
	return size ? hash_add(key, p->command, size) : key;
}

static int find_kinds(const struct report *r, uint64_t now, struct kinds *k)
{
	const struct processes *all = &r->overview.processes;

	for (size_t i = 0; i < all->count; i++) {
		const struct process *p = &all->list[i];
		uintptr_t first;
		uint64_t key;

		k->first[i] = (uint32_t)i;
		if (!may_fold(p, now))
			continue;
		key = key_of(p, k->first);
		first = (uintptr_t)map_get(&k->by_key, key);
		if (!first && map_put(&k->by_key, key, (void *)(i + 1)) < 0)
			return -ENOMEM;
		if (first)
			k->first[i] = (uint32_t)first - 1;
		k->count[k->first[i]]++;
	}
	return 0;
}

static void merge(struct report *r, uint32_t from, uint32_t to)
{
	struct report_lane *a = &r->lanes[to], *b = &r->lanes[from];

	for (size_t i = 0; i < REPORT_BINS; i++) {
		a->bins[i].calls += b->bins[i].calls;
		a->bins[i].failed += b->bins[i].failed;
		a->bins[i].inside += b->bins[i].inside;
	}
	a->first = b->first < a->first ? b->first : a->first;
	a->last = b->last > a->last ? b->last : a->last;
	a->calls += b->calls;
	a->failed += b->failed;
	a->inside += b->inside;
	a->count = (a->count ? a->count : 1) + (b->count ? b->count : 1);
	free(b->bins);
	b->bins = NULL;
	b->into = to + 1;
	r->lanes_live--;
}

static void fold_lanes(struct report *r, const struct kinds *k)
{
	for (size_t i = 1; i < r->lane_count; i++) {
		const struct report_lane *lane = &r->lanes[i];
		uint32_t first, to;

		if (lane->into || !lane->process)
			continue;
		first = k->first[lane->process - 1];
		to = k->lane[first];
		if (k->count[first] >= REPORT_FOLD_FROM && to && to - 1 != i &&
		    !r->lanes[to - 1].into)
			merge(r, (uint32_t)i, to - 1);
	}
}

int report_fold(struct report *r, uint64_t now)
{
	size_t count = r->overview.processes.count + 1;
	cleanup_done(kinds_done) struct kinds k = {.first = calloc(count, sizeof(uint32_t)),
						   .count = calloc(count, sizeof(uint32_t)),
						   .lane = calloc(count, sizeof(uint32_t))};

	if (!k.first || !k.count || !k.lane || find_kinds(r, now, &k) < 0)
		return -ENOMEM;
	/* Of each kind the lane that stands for it: that of the first process that has one. */
	for (size_t i = 1; i < r->lane_count; i++) {
		const struct report_lane *lane = &r->lanes[i];

		if (!lane->into && lane->process && !k.lane[k.first[lane->process - 1]])
			k.lane[k.first[lane->process - 1]] = (uint32_t)i + 1;
	}
	fold_lanes(r, &k);
	return 0;
}

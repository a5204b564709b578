/* SPDX-License-Identifier: Apache-2.0 */
#include "map.h"

#include "large.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t home(const struct map *m, uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (m->capacity - 1);
}

/* The slot that holds @key, or the free one where it would go. */
static struct map_slot *find(const struct map *m, uint64_t key)
{
	size_t i = home(m, key);

	while (m->slots[i].value && m->slots[i].key != key)
		i = (i + 1) & (m->capacity - 1);
	return &m->slots[i];
}

static int grow(struct map *m)
{
	struct map bigger = {.capacity = m->capacity ? m->capacity * 2 : 16};

	bigger.slots = large_zeroed(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->capacity; i++) {
		if (m->slots[i].value)
			*find(&bigger, m->slots[i].key) = m->slots[i];
	}
	bigger.count = m->count;
	free(m->slots);
	*m = bigger;
	return 0;
}

void *map_get(const struct map *m, uint64_t key)
{
	return m->count ? find(m, key)->value : NULL;
}

void map_prefetch(const struct map *m, uint64_t key)
{
	if (m->count)
		__builtin_prefetch(&m->slots[home(m, key)]);
}

int map_put(struct map *m, uint64_t key, void *value)
{
	struct map_slot *slot;

	assert(value);
	if (m->count * 4 >= m->capacity * 3) {
		int r = grow(m);

		if (r < 0)
			return r;
	}
	slot = find(m, key);
	if (!slot->value)
		m->count++;
	*slot = (struct map_slot){key, value};
	return 0;
}

/* Moves later entries of the probe run back over the hole, so that no
 * tombstone is needed. */
static void close_hole(struct map *m, size_t hole)
{
	size_t mask = m->capacity - 1;

	for (size_t i = (hole + 1) & mask; m->slots[i].value; i = (i + 1) & mask) {
		size_t wanted = home(m, m->slots[i].key);

		if (((i - wanted) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole].value = NULL;
}

void *map_make(struct map *m, uint64_t key, size_t size)
{
	void *value = calloc(1, size);

	if (value && map_put(m, key, value) == 0)
		return value;
	free(value);
	return NULL;
}

void *map_remove(struct map *m, uint64_t key)
{
	struct map_slot *slot;
	void *value;

	if (!m->count)
		return NULL;
	slot = find(m, key);
	value = slot->value;
	if (value) {
		close_hole(m, (size_t)(slot - m->slots));
		m->count--;
	}
	return value;
}

void *map_next(const struct map *m, size_t *at)
{
	while (*at < m->capacity) {
		void *value = m->slots[(*at)++].value;

		if (value)
			return value;
	}
	return NULL;
}

void map_done(struct map *m)
{
	if (!m)
		return;
	free(m->slots);
	*m = (struct map){0};
}

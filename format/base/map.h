/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from 64-bit keys to pointers, open addressing. It owns neither
 * keys nor values. A zeroed struct is an empty map.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: free */
};

struct map {
	struct map_slot *slots;
	size_t count;
	size_t capacity; /* zero or a power of two */
};

/* The value, or NULL. */
void *map_get(const struct map *m, uint64_t key);
/* Fetches from memory what map_get() or map_put() of @key will look at. */
void map_prefetch(const struct map *m, uint64_t key);
/* Stores @value (not NULL), replacing what was there. 0 or -ENOMEM. */
int map_put(struct map *m, uint64_t key, void *value);
/* Zeroed memory of @size bytes, stored as the value of @key, which has none. The caller frees it.
 * NULL: out of memory. */
void *map_make(struct map *m, uint64_t key, size_t size);
/* Forgets @key; returns the value it had, or NULL. */
void *map_remove(struct map *m, uint64_t key);
/*
 * Walks all entries in no particular order: start with *@at = 0, ends with
 * NULL. The map must not change meanwhile.
 */
void *map_next(const struct map *m, size_t *at);
/* Frees the table, not the values. */
void map_done(struct map *m);

#endif

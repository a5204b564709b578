/* SPDX-License-Identifier: Apache-2.0 */
#include "intern.h"

#include <errno.h>
#include <stdlib.h>

#include "base/large.h"

enum {
	FIRST_CAPACITY = 64,
	AHEAD = 16,             /* keys whose slots are fetched from memory before their turn */
	ROOM_AT_ONCE = 1 << 12, /* keys that room is made for before they are looked at */
};

struct intern_slot {
	uint64_t key;
	uint32_t next; /* its number and one; 0: free */
};

static size_t home(const struct intern *x, uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 24) & (x->capacity - 1);
}

static struct intern_slot *find(const struct intern *x, uint64_t key)
{
	size_t i = home(x, key);

	while (x->slots[i].next && x->slots[i].key != key)
		i = (i + 1) & (x->capacity - 1);
	return &x->slots[i];
}

static int resize(struct intern *x, size_t capacity)
{
	struct intern bigger = {.capacity = capacity, .count = x->count};

	bigger.slots = large_zeroed(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < x->capacity; i++) {
		if (x->slots[i].next)
			*find(&bigger, x->slots[i].key) = x->slots[i];
	}
	free(x->slots);
	*x = bigger;
	return 0;
}

static uint32_t number_of(struct intern *x, uint64_t key)
{
	struct intern_slot *slot = find(x, key);

	if (!slot->next) {
		slot->key = key;
		slot->next = ++x->count;
	}
	return slot->next - 1;
}

int intern_number(struct intern *x, uint64_t key, uint32_t *ret)
{
	if (x->count >= x->capacity / 2 &&
	    resize(x, x->capacity ? x->capacity * 2 : FIRST_CAPACITY) < 0)
		return -ENOMEM;
	*ret = number_of(x, key);
	return 0;
}

static uint64_t key_at(const uint64_t *keys, size_t stride, size_t i)
{
	return *(const uint64_t *)(const void *)((const char *)keys + i * stride);
}

static int make_room(struct intern *x, size_t more)
{
	size_t capacity = x->capacity ? x->capacity : FIRST_CAPACITY;

	while (x->count + more > capacity / 2)
		capacity *= 2;
	return capacity == x->capacity ? 0 : resize(x, capacity);
}

int intern_numbers(struct intern *x, const uint64_t *keys, size_t stride, size_t count,
		   uint32_t *ret)
{
	const size_t before = x->count;

	for (size_t done = 0, end; done < count; done = end) {
		/* Where they are all new there is room for the rest at once. */
		end = done && x->count - before > done / 2 ? count : done + ROOM_AT_ONCE;
		end = end < count ? end : count;
		if (make_room(x, end - done) < 0)
			return -ENOMEM;
		for (size_t i = done; i < end; i++) {
			if (i + AHEAD < count)
				__builtin_prefetch(
					&x->slots[home(x, key_at(keys, stride, i + AHEAD))]);
			ret[i] = number_of(x, key_at(keys, stride, i));
		}
	}
	return 0;
}

void intern_done(struct intern *x)
{
	free(x->slots);
	*x = (struct intern){0};
}

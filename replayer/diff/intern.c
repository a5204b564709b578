/* SPDX-License-Identifier: Apache-2.0 */
#include "intern.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

struct intern_slot {
	uint64_t key;
	uint32_t next; /* its number and one; 0: free */
};

static struct intern_slot *find(const struct intern *x, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 24) & (x->capacity - 1);

	while (x->slots[i].next && x->slots[i].key != key)
		i = (i + 1) & (x->capacity - 1);
	return &x->slots[i];
}

static int grow(struct intern *x)
{
	struct intern bigger = {.capacity = x->capacity ? x->capacity * 2 : FIRST_CAPACITY,
				.count = x->count};

	bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
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

int intern_number(struct intern *x, uint64_t key, uint32_t *ret)
{
	struct intern_slot *slot;

	if (x->count >= x->capacity / 2 && grow(x) < 0)
		return -ENOMEM;
	slot = find(x, key);
	if (!slot->next) {
		slot->key = key;
		slot->next = ++x->count;
	}
	*ret = slot->next - 1;
	return 0;
}

void intern_done(struct intern *x)
{
	free(x->slots);
	*x = (struct intern){0};
}

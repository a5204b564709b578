/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that are copied by counting one more user: who changes one first gets one of its own. */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where an element has its file: at its beginning. */
static struct file **file_at(struct shared *x, const struct shared_kind *k, size_t i)
{
	return (struct file **)(void *)((char *)(x + 1) + i * k->size);
}

struct shared *shared_ref(struct shared *x)
{
	if (x)
		x->refs++;
	return x;
}

void shared_drop(struct state *s, struct shared *x, const struct shared_kind *k, size_t *total)
{
	if (!x || --x->refs)
		return;
	for (size_t i = 0; i < x->count; i++)
		file_unref(s, *file_at(x, k, i));
	*total -= x->capacity;
	free(x);
}

int shared_own(struct state *s, struct shared **at, size_t room, const struct shared_kind *k,
	       size_t *total)
{
	struct shared *old = *at, *x;
	size_t count = old ? old->count : 0, capacity = k->least;

	if (old && old->refs == 1 && old->capacity - count >= room)
		return 0;
	while (capacity < count + room)
		capacity *= 2;
	if (*total + capacity > k->most || count + room > k->most_of_one)
		return -E2BIG;
	x = malloc(sizeof(*x) + capacity * k->size);
	if (!x)
		return -ENOMEM;
	*x = (struct shared){.refs = 1, .count = count, .capacity = capacity};
	if (count)
		memcpy(x + 1, old + 1, count * k->size);
	for (size_t i = 0; i < count; i++)
		file_ref(*file_at(x, k, i));
	*total += capacity;
	shared_drop(s, old, k, total);
	*at = x;
	return 0;
}

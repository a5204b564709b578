/* SPDX-License-Identifier: Apache-2.0 */
#include "edits.h"

#include <errno.h>
#include <stdlib.h>

int edits_add(struct edits *x, const struct place *place, enum redact_class class, bool first,
	      const uint8_t *bytes, size_t size)
{
	struct edit *grown;

	if (x->count == EDITS_MAX || size > EDITS_BYTES_MAX - x->bytes.size)
		return -E2BIG;
	if (x->count == x->capacity) {
		size_t capacity = x->capacity ? x->capacity * 2 : 64;

		grown = reallocarray(x->all, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		x->all = grown;
		x->capacity = capacity;
	}
	x->all[x->count] =
		(struct edit){*place, (uint32_t)size, first, class, x->bytes.size, x->count};
	x->count++;
	buf_append(&x->bytes, bytes, size);
	return buf_error(&x->bytes);
}

static int compare(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->place.seq != y->place.seq)
		return x->place.seq < y->place.seq ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

void edits_sort(struct edits *x)
{
	if (x->count)
		qsort(x->all, x->count, sizeof(*x->all), compare);
}

const struct edit *edits_of(const struct edits *x, uint64_t seq, size_t *ret_count)
{
	size_t low = 0, high = x->count, end;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (x->all[middle].place.seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < x->count && x->all[end].place.seq == seq; end++)
		;
	*ret_count = end - low;
	return *ret_count ? x->all + low : NULL;
}

void redact_edits_done(struct edits *x)
{
	free(x->all);
	buf_done(&x->bytes);
	*x = (struct edits){.count = 0};
}

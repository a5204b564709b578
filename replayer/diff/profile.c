/* SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"

#include <errno.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int profile_make(const struct diff_thread *const *threads, size_t count, struct profile *ret)
{
	size_t steps = 0, n = 0;

	for (size_t i = 0; i < count; i++)
		steps += threads[i]->count;
	ret->keys = malloc((steps + 1) * sizeof(*ret->keys));
	if (!ret->keys)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < threads[i]->count; k++)
			ret->keys[n++] = threads[i]->steps[k].coarse;
	}
	ret->count = n;
	qsort(ret->keys, n, sizeof(*ret->keys), compare);
	return 0;
}

int profile_process(const struct diff_process *p, struct profile *ret)
{
	const struct diff_thread **threads = calloc(p->thread_count + 1, sizeof(*threads));
	int r;

	if (!threads)
		return -ENOMEM;
	for (size_t i = 0; i < p->thread_count; i++)
		threads[i] = &p->threads[i];
	r = profile_make(threads, p->thread_count, ret);
	free(threads);
	return r;
}

void profile_done(struct profile *p)
{
	free(p->keys);
	*p = (struct profile){0};
}

size_t profile_distance(const struct profile *a, const struct profile *b)
{
	size_t i = 0, k = 0, common = 0;

	while (i < a->count && k < b->count) {
		if (a->keys[i] == b->keys[k]) {
			common++;
			i++;
			k++;
		} else if (a->keys[i] < b->keys[k]) {
			i++;
		} else {
			k++;
		}
	}
	return a->count + b->count - 2 * common;
}

/* The next key that is another one. */
static size_t skip(const struct profile *p, size_t at)
{
	const uint64_t key = p->keys[at];

	while (at < p->count && p->keys[at] == key)
		at++;
	return at;
}

double profile_likeness(const struct profile *a, const struct profile *b)
{
	size_t i = 0, k = 0, common = 0, all = 0;

	while (i < a->count || k < b->count) {
		bool in_a = i < a->count && (k == b->count || a->keys[i] <= b->keys[k]);
		bool in_b = k < b->count && (i == a->count || b->keys[k] <= a->keys[i]);

		all++;
		common += in_a && in_b;
		if (in_a)
			i = skip(a, i);
		if (in_b)
			k = skip(b, k);
	}
	return all ? (double)common / (double)all : 1;
}

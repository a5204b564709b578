/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the left, the block that covers most is taken; of those that cover the same, the
 * shortest. A block's own inside is folded by blocks shorter than it is, so that the depth is
 * bounded by the longest block.
 */
#include "fold.h"

#include "intern.h"

#include "base/buf.h"
#include "base/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct folding {
	const uint32_t *numbers;
	struct intern *names;
	struct buf elements;
	int failed;
};

static bool are_equal(const uint32_t *a, const uint32_t *b, size_t size)
{
	return a[0] == b[0] && memcmp(a, b, size * sizeof(*a)) == 0;
}

/* How often the @block elements at @at come again until @end. */
static size_t repeats(const struct folding *f, size_t at, size_t block, size_t end)
{
	size_t next = at + block, n = 0;

	while (block <= end - next && are_equal(f->numbers + at, f->numbers + next, block)) {
		next += block;
		n++;
	}
	return n;
}

/* Whether the element comes again near enough that a block could begin with it. */
static bool comes_again(const uint32_t *numbers)
{
	unsigned again = 0;

	for (size_t i = 1; i <= FOLD_BLOCK_MAX; i++)
		again |= numbers[i] == numbers[0];
	return again;
}

static void put(struct folding *f, struct fold_element e)
{
	buf_append(&f->elements, &e, sizeof(e));
}

static void put_repetition(struct folding *f, size_t at, size_t block, size_t count)
{
	struct fold_element e = {
		.at = (uint32_t)(at + block), .block = (uint32_t)block, .repeats = (uint32_t)count};
	uint64_t key = hash_add(HASH_START, "again", 5);

	key = hash_add(key, f->numbers + at, block * sizeof(*f->numbers));
	if (intern_number(f->names, key, &e.number) < 0)
		f->failed = -ENOMEM;
	put(f, e);
}

static void fold_part(struct folding *f, size_t at, size_t end, size_t longest)
{
	while (at < end) {
		size_t best = 0, covered = 0, times = 0;
		const bool alone = end - at > FOLD_BLOCK_MAX && !comes_again(f->numbers + at);

		for (size_t block = 1; !alone && block <= longest && block <= (end - at) / 2;
		     block++) {
			size_t n = repeats(f, at, block, end);

			if (n && block * (n + 1) > covered) {
				best = block;
				times = n;
				covered = block * (n + 1);
			}
		}
		if (!best) {
			put(f, (struct fold_element){.number = f->numbers[at], .at = (uint32_t)at});
			at++;
			continue;
		}
		fold_part(f, at, at + best, best - 1);
		put_repetition(f, at, best, times);
		at += covered;
	}
}

int fold(const uint32_t *numbers, size_t size, struct intern *names, struct folded *ret)
{
	struct folding f = {.numbers = numbers, .names = names};

	fold_part(&f, 0, size, FOLD_BLOCK_MAX);
	if (f.failed || buf_error(&f.elements)) {
		buf_done(&f.elements);
		return -ENOMEM;
	}
	ret->elements = (struct fold_element *)(void *)f.elements.data;
	ret->count = f.elements.size / sizeof(*ret->elements);
	return 0;
}

void folded_done(struct folded *x)
{
	struct buf elements = {.data = (char *)x->elements};

	buf_done(&elements);
	*x = (struct folded){0};
}

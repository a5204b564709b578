/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/align.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST = 64 };

/* What the runs say must be true, ascending, and whole. */
static void check(const struct alignment *x, const uint32_t *a, size_t a_size, const uint32_t *b,
		  size_t b_size)
{
	size_t common = 0, a_at = 0, b_at = 0;

	for (size_t i = 0; i < x->count; i++) {
		const struct align_run *r = &x->runs[i];

		assert_true(r->count > 0);
		assert_true(r->a >= a_at && r->b >= b_at);
		assert_true(i == 0 || r->a > a_at || r->b > b_at);
		assert_true(r->a + r->count <= a_size && r->b + r->count <= b_size);
		assert_memory_equal(a + r->a, b + r->b, r->count * sizeof(*a));
		a_at = r->a + r->count;
		b_at = r->b + r->count;
		common += r->count;
	}
	assert_int_equal(common, x->common);
}

/* The length of a longest common subsequence, by the book. */
static size_t longest(const uint32_t *a, size_t a_size, const uint32_t *b, size_t b_size)
{
	static size_t table[LONGEST + 1][LONGEST + 1];

	for (size_t i = 1; i <= a_size; i++) {
		for (size_t j = 1; j <= b_size; j++) {
			size_t most = table[i - 1][j] > table[i][j - 1] ? table[i - 1][j]
									: table[i][j - 1];

			table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : most;
		}
	}
	return table[a_size][b_size];
}

static size_t fill(uint32_t *ret, uint32_t numbers, unsigned *seed)
{
	size_t size = (size_t)rand_r(seed) % (LONGEST + 1);

	for (size_t i = 0; i < size; i++)
		ret[i] = (uint32_t)rand_r(seed) % numbers;
	return size;
}

static void test_is_the_longest(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint32_t a[LONGEST], b[LONGEST], numbers = 1 + (uint32_t)i % 40;
		size_t a_size = fill(a, numbers, &seed), b_size = fill(b, numbers, &seed);
		struct alignment x;

		assert_int_equal(align(a, a_size, b, b_size, numbers, 0, &x), 0);
		check(&x, a, a_size, b, b_size);
		assert_int_equal(x.common, longest(a, a_size, b, b_size));
		assert_false(x.approximate);
		alignment_done(&x);
	}
}

static void test_cost_is_bounded(void **state)
{
	unsigned seed = 2, approximate = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint32_t a[LONGEST], b[LONGEST], numbers = 1 + (uint32_t)i % 40;
		size_t a_size = fill(a, numbers, &seed), b_size = fill(b, numbers, &seed);
		struct alignment x;

		assert_int_equal(align(a, a_size, b, b_size, numbers, 1 + (size_t)i % 5, &x), 0);
		check(&x, a, a_size, b, b_size);
		assert_true(x.approximate || x.common == longest(a, a_size, b, b_size));
		approximate += x.approximate;
		alignment_done(&x);
	}
	assert_true(approximate > 1000);
}

static void test_equal_and_empty(void **state)
{
	static const uint32_t a[] = {3, 1, 4, 1, 5};
	struct alignment x;

	(void)state;
	assert_int_equal(align(a, 5, a, 5, 6, 0, &x), 0);
	assert_int_equal(x.count, 1);
	assert_int_equal(x.runs[0].count, 5);
	alignment_done(&x);
	assert_int_equal(align(a, 5, NULL, 0, 6, 0, &x), 0);
	assert_int_equal(x.count, 0);
	alignment_done(&x);
	assert_int_equal(align(NULL, 0, NULL, 0, 0, 0, &x), 0);
	assert_int_equal(x.count, 0);
	alignment_done(&x);
}

/* What made others say that nine tenths had changed: few kinds of elements, each of them often. */
static void test_long_and_repetitive(void **state)
{
	enum { SIZE = 1 << 18, NUMBERS = 300, EDITS = 64 };
	uint32_t *a = malloc(SIZE * sizeof(*a)), *b = malloc(SIZE * sizeof(*b));
	struct alignment x;
	unsigned seed = 3;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	for (size_t i = 0; i < SIZE; i++)
		a[i] = (uint32_t)(i % 4096 * 2654435761U >> 16) % NUMBERS;
	memcpy(b, a, SIZE * sizeof(*a));
	for (int i = 0; i < EDITS; i++)
		b[(size_t)rand_r(&seed) % SIZE] = (uint32_t)rand_r(&seed) % NUMBERS;
	assert_int_equal(align(a, SIZE, b, SIZE, NUMBERS, 0, &x), 0);
	check(&x, a, SIZE, b, SIZE);
	assert_true(x.common >= SIZE - EDITS);
	assert_false(x.approximate);
	alignment_done(&x);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_the_longest),
		cmocka_unit_test(test_cost_is_bounded),
		cmocka_unit_test(test_equal_and_empty),
		cmocka_unit_test(test_long_and_repetitive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

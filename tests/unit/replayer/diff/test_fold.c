/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/fold.h"
#include "replayer/diff/intern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Each letter is a key. */
static void fold_text(const char *text, struct intern *names, struct folded *ret)
{
	uint32_t numbers[64];
	size_t n = 0;

	for (; text[n]; n++)
		assert_int_equal(intern_number(names, (uint64_t)text[n], &numbers[n]), 0);
	assert_int_equal(fold(numbers, n, names, ret), 0);
}

static void test_nothing_to_fold(void **state)
{
	struct intern names = {0};
	struct folded x;

	(void)state;
	fold_text("abcd", &names, &x);
	assert_int_equal(x.count, 4);
	for (size_t i = 0; i < x.count; i++)
		assert_int_equal(x.elements[i].block, 0);
	folded_done(&x);
	intern_done(&names);
}

/* Once more round a loop is another count of the same element. */
static void test_once_more(void **state)
{
	struct intern names = {0};
	struct folded x, y;

	(void)state;
	fold_text("zababab", &names, &x);
	fold_text("zabababab", &names, &y);
	assert_int_equal(x.count, 4);
	assert_int_equal(y.count, 4);
	for (size_t i = 0; i < x.count; i++)
		assert_int_equal(x.elements[i].number, y.elements[i].number);
	assert_int_equal(x.elements[3].block, 2);
	assert_int_equal(x.elements[3].repeats, 2);
	assert_int_equal(y.elements[3].repeats, 3);
	assert_int_equal(x.elements[3].at, 3);
	folded_done(&x);
	folded_done(&y);
	intern_done(&names);
}

/* Twice instead of once is one element more, also where the block has a loop inside. */
static void test_twice(void **state)
{
	struct intern names = {0};
	struct folded x, y;

	(void)state;
	fold_text("aabc", &names, &x);
	fold_text("aabaabc", &names, &y);
	assert_int_equal(x.count + 1, y.count);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(x.elements[i].number, y.elements[i].number);
	assert_int_equal(y.elements[3].block, 3);
	assert_int_equal(x.elements[3].number, y.elements[4].number);
	folded_done(&x);
	folded_done(&y);
	intern_done(&names);
}

/* A block of the longest kind is found where nothing in it comes again, and one that is longer
 * is not. */
static void test_longest_block(void **state)
{
	struct intern names = {0};
	struct folded x;

	(void)state;
	fold_text("abcdefghijklmnopabcdefghijklmnop.", &names, &x);
	assert_int_equal(x.count, FOLD_BLOCK_MAX + 2);
	assert_int_equal(x.elements[FOLD_BLOCK_MAX].block, FOLD_BLOCK_MAX);
	assert_int_equal(x.elements[FOLD_BLOCK_MAX].repeats, 1);
	folded_done(&x);
	fold_text("abcdefghijklmnopqabcdefghijklmnopq.", &names, &x);
	assert_int_equal(x.count, 2 * (FOLD_BLOCK_MAX + 1) + 1);
	folded_done(&x);
	intern_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_fold),
		cmocka_unit_test(test_once_more),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_longest_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

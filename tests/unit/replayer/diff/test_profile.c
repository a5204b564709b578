/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/profile.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 20000 };

/* Each letter is a step. */
static struct profile profile_of(const char *letters)
{
	const size_t count = strlen(letters);
	struct diff_step *steps = calloc(count + 1, sizeof(*steps));
	const struct diff_thread thread = {.steps = steps, .count = count};
	const struct diff_thread *threads[] = {&thread};
	struct profile ret = {0};

	assert_non_null(steps);
	for (size_t i = 0; i < count; i++)
		steps[i].coarse = (uint64_t)letters[i];
	assert_int_equal(profile_make(threads, 1, &ret), 0);
	free(steps);
	return ret;
}

static void expect(const char *a, const char *b, size_t distance, double likeness)
{
	cleanup_done(profile_done) struct profile x = profile_of(a), y = profile_of(b);

	assert_int_equal(profile_distance(&x, &y), distance);
	assert_int_equal(profile_distance(&y, &x), distance);
	assert_float_equal(profile_likeness(&x, &y), likeness, 1e-9);
	assert_float_equal(profile_likeness(&y, &x), likeness, 1e-9);
}

static void order_does_not_matter(void **state)
{
	(void)state;
	expect("abc", "cab", 0, 1);
	expect("abcabc", "aabbcc", 0, 1);
}

/* It does for the distance. */
static void how_often_does_not_matter_for_likeness(void **state)
{
	(void)state;
	expect("aab", "abbb", 3, 1);
	expect("aaaa", "a", 3, 1);
}

static void what_one_has(void **state)
{
	(void)state;
	expect("abc", "abd", 2, 0.5);
	expect("ab", "abcd", 2, 0.5);
	expect("abc", "xyz", 6, 0);
	expect("z", "a", 2, 0);
}

/* Two that did nothing are alike; nothing and something are not. */
static void empty(void **state)
{
	(void)state;
	expect("", "", 0, 1);
	expect("", "ab", 2, 0);
}

static void all_threads_of_a_process(void **state)
{
	const struct diff_step one[] = {{.coarse = 3}, {.coarse = 1}}, two[] = {{.coarse = 2}};
	const struct diff_thread threads[] = {{.steps = one, .count = 2},
					      {.steps = NULL, .count = 0},
					      {.steps = two, .count = 1}};
	const struct diff_process process = {.threads = threads, .thread_count = 3}, none = {0};
	cleanup_done(profile_done) struct profile x = {0}, y = {0};

	(void)state;
	assert_int_equal(profile_process(&process, &x), 0);
	assert_int_equal(x.count, 3);
	for (size_t i = 0; i < x.count; i++)
		assert_int_equal(x.keys[i], i + 1);
	assert_int_equal(profile_process(&none, &y), 0);
	assert_int_equal(y.count, 0);
	assert_int_equal(profile_distance(&x, &y), 3);
}

/* Keys at both ends of what there is, and many of them. */
static void large(void **state)
{
	struct diff_step *steps = calloc(MANY, sizeof(*steps));
	const struct diff_thread all = {.steps = steps, .count = MANY},
				 most = {.steps = steps, .count = MANY - 1};
	const struct diff_thread *a[] = {&all}, *b[] = {&most}, *both[] = {&all, &most};
	cleanup_done(profile_done) struct profile x = {0}, y = {0}, z = {0};

	(void)state;
	assert_non_null(steps);
	for (uint64_t i = 0; i < MANY; i++)
		steps[i].coarse = i % 3 ? i * UINT64_C(0x9e3779b97f4a7c15) : UINT64_MAX;
	steps[MANY - 1].coarse = 0;
	assert_int_equal(profile_make(a, 1, &x), 0);
	assert_int_equal(profile_make(b, 1, &y), 0);
	assert_int_equal(profile_make(both, 2, &z), 0);
	assert_int_equal(profile_distance(&x, &y), 1);
	assert_int_equal(profile_distance(&x, &z), MANY - 1);
	assert_float_equal(profile_likeness(&x, &z), 1, 1e-9);
	free(steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(how_often_does_not_matter_for_likeness),
		cmocka_unit_test(what_one_has),
		cmocka_unit_test(empty),
		cmocka_unit_test(all_threads_of_a_process),
		cmocka_unit_test(large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

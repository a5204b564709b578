/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/intern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct element {
	uint32_t other;
	uint64_t key;
};

/* Many keys at once get the numbers that each would get alone, whether most of them are new, or
 * one of a few; those that are there already keep theirs. */
static void together_as_one_by_one(uint64_t different)
{
	enum { COUNT = 30000 };
	struct element *list = calloc(COUNT, sizeof(*list));
	uint32_t *numbers = calloc(COUNT, sizeof(*numbers)), one;
	struct intern alone = {0}, together = {0};

	assert_true(list && numbers);
	for (uint64_t i = 0; i < COUNT; i++)
		list[i] = (struct element){7, i * i % different * UINT64_C(0x9e3779b97f4a7c15)};
	assert_int_equal(intern_number(&together, list[3].key, &one), 0);
	assert_int_equal(intern_number(&alone, list[3].key, &one), 0);
	assert_int_equal(intern_numbers(&together, &list->key, sizeof(*list), COUNT, numbers), 0);
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(intern_number(&alone, list[i].key, &one), 0);
		assert_int_equal(numbers[i], one);
	}
	assert_int_equal(alone.count, together.count);
	assert_int_equal(intern_numbers(&together, &list->key, sizeof(*list), 0, numbers), 0);
	intern_done(&alone);
	intern_done(&together);
	free(list);
	free(numbers);
}

static void many_keys(void **state)
{
	(void)state;
	together_as_one_by_one(UINT64_MAX);
}

static void few_keys(void **state)
{
	(void)state;
	together_as_one_by_one(17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_keys),
		cmocka_unit_test(few_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

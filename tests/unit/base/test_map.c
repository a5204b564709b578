/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_empty(void **state)
{
	struct map m = {0};
	size_t at = 0;

	(void)state;
	assert_null(map_get(&m, 1));
	assert_null(map_remove(&m, 1));
	assert_null(map_next(&m, &at));
	map_done(&m);
}

static void test_replace(void **state)
{
	struct map m = {0};
	int a, b;

	(void)state;
	assert_int_equal(map_put(&m, 7, &a), 0);
	assert_int_equal(map_put(&m, 7, &b), 0);
	assert_int_equal(m.count, 1);
	assert_ptr_equal(map_get(&m, 7), &b);
	assert_ptr_equal(map_remove(&m, 7), &b);
	assert_null(map_get(&m, 7));
	map_done(&m);
}

/* A naive array beside it: every answer must be the same, through growth and through
 * removals that close holes in probe runs. */
static void test_like_an_array(void **state)
{
	enum { KEYS = 512, STEPS = 40000 };
	static char *model[KEYS];
	static char values[KEYS];
	struct map m = {0};
	unsigned seed = 42;
	size_t count = 0, at = 0, seen = 0;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		unsigned key = (unsigned)rand_r(&seed) % KEYS;

		if (rand_r(&seed) % 3) {
			count += !model[key];
			model[key] = &values[key];
			assert_int_equal(map_put(&m, key * 4096u, model[key]), 0);
		} else {
			count -= !!model[key];
			assert_ptr_equal(map_remove(&m, key * 4096u), model[key]);
			model[key] = NULL;
		}
		assert_int_equal(m.count, count);
	}
	for (unsigned key = 0; key < KEYS; key++)
		assert_ptr_equal(map_get(&m, key * 4096u), model[key]);
	while (map_next(&m, &at))
		seen++;
	assert_int_equal(seen, count);
	map_done(&m);
}

/* The table is over the size from which its memory is made in another way. */
static void test_many(void **state)
{
	enum { MANY = 300000 };
	struct map m = {0};
	char *values = malloc(MANY);

	(void)state;
	assert_non_null(values);
	for (uint64_t i = 0; i < MANY; i++)
		assert_int_equal(map_put(&m, i << 12, values + i), 0);
	assert_int_equal(m.count, MANY);
	for (uint64_t i = 0; i < MANY; i++) {
		assert_ptr_equal(map_get(&m, i << 12), values + i);
		assert_null(map_get(&m, i << 12 | 1));
	}
	map_done(&m);
	free(values);
}

static void test_make(void **state)
{
	struct map m = {0};
	uint64_t *value = map_make(&m, 7, sizeof(*value));

	(void)state;
	assert_non_null(value);
	assert_int_equal(*value, 0);
	assert_ptr_equal(map_get(&m, 7), value);
	map_done(&m);
	free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),         cmocka_unit_test(test_replace),
		cmocka_unit_test(test_like_an_array), cmocka_unit_test(test_make),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

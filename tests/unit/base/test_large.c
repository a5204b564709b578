/* SPDX-License-Identifier: Apache-2.0 */
#include "base/large.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Small, just large, and no whole number of large pages: each byte is zero and can be written. */
static void all_of_it_is_zero(void **state)
{
	static const size_t counts[] = {1, LARGE_FROM / 8 - 1, LARGE_FROM / 8, LARGE_FROM / 8 + 1,
					(5 << 20) / 8 + 3};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint64_t *x = large_zeroed(counts[i], sizeof(*x)), any = 0;

		assert_non_null(x);
		for (size_t k = 0; k < counts[i]; k++)
			any |= x[k];
		assert_int_equal(any, 0);
		memset(x, 0xff, counts[i] * sizeof(*x));
		free(x);
	}
}

static void what_is_too_much_is_refused(void **state)
{
	(void)state;
	assert_null(large_zeroed(SIZE_MAX / 8 + 2, 8));
	assert_null(large_zeroed(SIZE_MAX, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_is_zero),
		cmocka_unit_test(what_is_too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

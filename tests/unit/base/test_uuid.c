/* SPDX-License-Identifier: Apache-2.0 */
#include "base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_version_and_variant(void **state)
{
	uint8_t one[UUID_SIZE], other[UUID_SIZE];

	(void)state;
	for (int i = 0; i < 100; i++) {
		uuid_make(one);
		uuid_make(other);
		assert_int_equal(one[6] >> 4, 4);
		assert_int_equal(one[8] >> 6, 2);
		assert_memory_not_equal(one, other, UUID_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_version_and_variant)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t bytes[] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88, 0xff};

static void test_widths(void **state)
{
	(void)state;
	assert_true(load(bytes, sizeof(bytes), 0, 1) == 0x01);
	assert_true(load(bytes, sizeof(bytes), 1, 2) == 0x0382);
	assert_true(load(bytes, sizeof(bytes), 0, 4) == 0x84038201);
	assert_true(load(bytes, sizeof(bytes), 0, 8) == UINT64_C(0x8807860584038201));
	assert_true(load(bytes, sizeof(bytes), 3, 0) == 0);
}

/* Up to the last byte, and not a part of what reaches over it. */
static void test_ends(void **state)
{
	(void)state;
	assert_true(load(bytes, sizeof(bytes), 1, 8) == UINT64_C(0xff88078605840382));
	assert_true(load(bytes, sizeof(bytes), 2, 8) == 0);
	assert_true(load(bytes, 3, 0, 4) == 0);
	assert_true(load(bytes, 0, 0, 1) == 0);
	assert_true(load(bytes, sizeof(bytes), SIZE_MAX, 8) == 0);
	assert_true(load(bytes, sizeof(bytes), SIZE_MAX - 3, 4) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

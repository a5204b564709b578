/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_text(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_string_equal(buf_text(&b), "");
	buf_str(&b, "a");
	buf_char(&b, '-');
	buf_printf(&b, "%d %s", 42, "x");
	assert_string_equal(buf_text(&b), "a-42 x");
	buf_truncate(&b, 2);
	assert_string_equal(buf_text(&b), "a-");
	buf_clear(&b);
	assert_string_equal(buf_text(&b), "");
	buf_done(&b);
	assert_null(b.data);
}

static void test_numbers(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_u64(&b, UINT64_MAX);
	buf_char(&b, ' ');
	buf_i64(&b, INT64_MIN);
	buf_char(&b, ' ');
	buf_hex(&b, 0);
	buf_char(&b, ' ');
	buf_hex(&b, UINT64_MAX);
	assert_string_equal(buf_text(&b),
			    "18446744073709551615 -9223372036854775808 0x0 0xffffffffffffffff");
	buf_done(&b);
}

/* One digit more, and one less, at each length. */
static void test_lengths(void **state)
{
	struct buf b = {0};
	char expected[24];

	(void)state;
	for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
		for (uint64_t value = power - 1; value <= power + 1; value++) {
			buf_clear(&b);
			buf_u64(&b, value);
			snprintf(expected, sizeof(expected), "%" PRIu64, value);
			assert_string_equal(buf_text(&b), expected);
		}
	}
	buf_done(&b);
}

static void test_hex_lengths(void **state)
{
	struct buf b = {0};
	char expected[24];

	(void)state;
	for (uint64_t value = UINT64_C(0xfedcba9876543210); value; value >>= 1) {
		buf_clear(&b);
		buf_hex(&b, value);
		snprintf(expected, sizeof(expected), "0x%" PRIx64, value);
		assert_string_equal(buf_text(&b), expected);
	}
	buf_done(&b);
}

static void test_growth(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.size, 10000);
	assert_int_equal(strlen(b.data), 10000);
	assert_int_equal(b.data[9999], 'a' + 9999 % 26);
	buf_done(&b);
}

static void test_failure_is_sticky(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_str(&b, "kept");
	assert_null(buf_extend(&b, SIZE_MAX / 2));
	buf_str(&b, " lost");
	assert_int_equal(buf_error(&b), -ENOMEM);
	assert_string_equal(buf_text(&b), "kept");
	buf_clear(&b);
	assert_int_equal(buf_error(&b), 0);
	buf_done(&b);
}

/* A part that is missing is missing in the whole. */
static void test_inherit(void **state)
{
	struct buf part = {0}, whole = {0};

	(void)state;
	buf_inherit(&whole, &part);
	assert_int_equal(buf_error(&whole), 0);
	assert_null(buf_extend(&part, SIZE_MAX / 2));
	buf_inherit(&whole, &part);
	assert_int_equal(buf_error(&whole), -ENOMEM);
	buf_clear(&part);
	buf_inherit(&whole, &part);
	assert_int_equal(buf_error(&whole), -ENOMEM);
	buf_done(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),    cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_hex_lengths),
		cmocka_unit_test(test_growth),  cmocka_unit_test(test_failure_is_sticky),
		cmocka_unit_test(test_inherit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of an event, by address. */
#include "format/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t bytes[16];

static const struct event_memory memory[] = {
	{.address = 100, .data = bytes, .length = 4, .when = EVENT_AT_ENTRY},
	{.address = 102, .data = bytes + 4, .length = 6, .when = EVENT_AT_ENTRY},
	{.address = 100, .data = bytes + 10, .length = 1, .when = EVENT_AT_EXIT},
	{.address = UINT64_MAX, .data = bytes, .length = 2, .when = EVENT_AT_ENTRY},
	{.address = 300, .when = EVENT_AT_ENTRY},
};

static const struct event event = {
	.kind = EVENT_CALL, .memory = memory, .memory_count = sizeof(memory) / sizeof(memory[0])};

static void check_bytes(uint8_t when, uint64_t address, const uint8_t *expected, size_t size)
{
	size_t n = 99;

	assert_ptr_equal(event_bytes(&event, when, address, &n), expected);
	assert_int_equal(n, size);
}

static void test_bytes(void **state)
{
	(void)state;
	check_bytes(EVENT_AT_ENTRY, 100, bytes, 4);
	check_bytes(EVENT_AT_ENTRY, 101, bytes + 1, 3);
	/* In two ranges: the one that reaches further. */
	check_bytes(EVENT_AT_ENTRY, 102, bytes + 4, 6);
	check_bytes(EVENT_AT_ENTRY, 107, bytes + 9, 1);
	check_bytes(EVENT_AT_EXIT, 100, bytes + 10, 1);
	check_bytes(EVENT_AT_ENTRY, UINT64_MAX, bytes, 2);
}

static void test_no_bytes(void **state)
{
	(void)state;
	check_bytes(EVENT_AT_ENTRY, 99, NULL, 0);
	check_bytes(EVENT_AT_ENTRY, 108, NULL, 0);
	check_bytes(EVENT_AT_EXIT, 101, NULL, 0);
	/* A range does not go on behind the last address. */
	check_bytes(EVENT_AT_ENTRY, 0, NULL, 0);
	check_bytes(EVENT_AT_ENTRY, 300, NULL, 0);
}

static void test_ranges(void **state)
{
	(void)state;
	assert_ptr_equal(event_range(&event, EVENT_AT_ENTRY, 100), &memory[0]);
	assert_ptr_equal(event_range(&event, EVENT_AT_EXIT, 100), &memory[2]);
	assert_ptr_equal(event_range(&event, EVENT_AT_ENTRY, 300), &memory[4]);
	assert_null(event_range(&event, EVENT_AT_ENTRY, 101));
	assert_null(event_range(&event, EVENT_AT_EXIT, 102));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_no_bytes),
		cmocka_unit_test(test_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

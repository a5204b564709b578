/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static uint64_t kernels(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* It lies between two answers of the kernel, in nanoseconds. */
static void test_it_is_the_kernels(void **state)
{
	uint64_t before, now, after;

	(void)state;
	before = kernels();
	now = clock_now();
	after = kernels();
	assert_in_range(now, before, after);
	assert_true(now > 0);
}

/* For as long as one of its ticks takes, at most: it does go on, and never back. */
static void test_it_goes_on(void **state)
{
	uint64_t start = clock_now(), last = start;

	(void)state;
	while (last == start) {
		uint64_t next = clock_now();

		assert_true(next >= last);
		last = next;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_the_kernels),
		cmocka_unit_test(test_it_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Whose bytes a read got, and that there is a bound to what is kept. */
#include "replayer/export/flows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct flows_read read_some(struct flows *f, uint64_t from, uint64_t bytes)
{
	struct flows_read r = {.on_count = 0};

	flows_read(f, from, bytes, &r);
	return r;
}

static void test_whole_and_part(void **state)
{
	struct flows f = {.forgotten = 0};
	struct flows_read r;

	(void)state;
	assert_int_equal(flows_write(&f, 7, 1, 10), 0);
	assert_int_equal(flows_write(&f, 7, 2, 10), 0);
	r = read_some(&f, 7, 4);
	assert_int_equal(r.on_count, 1);
	assert_int_equal(r.on[0], 1);
	assert_int_equal(r.end_count, 0);
	/* The rest of the first, and of the second nothing. */
	r = read_some(&f, 7, 6);
	assert_int_equal(r.end_count, 1);
	assert_int_equal(r.ends[0], 1);
	assert_int_equal(r.on_count, 0);
	r = read_some(&f, 7, 10);
	assert_int_equal(r.end_count, 1);
	assert_int_equal(r.ends[0], 2);
	r = read_some(&f, 8, 10);
	assert_int_equal(r.end_count + r.on_count, 0);
	flows_clear(&f);
}

static void test_both_at_once(void **state)
{
	struct flows f = {.forgotten = 0};
	struct flows_read r;

	(void)state;
	flows_write(&f, 7, 1, 10);
	flows_write(&f, 7, 2, 10);
	flows_write(&f, 7, 3, 10);
	r = read_some(&f, 7, 25);
	assert_int_equal(r.end_count, 2);
	assert_int_equal(r.ends[1], 2);
	assert_int_equal(r.on_count, 1);
	assert_int_equal(r.on[0], 3);
	flows_clear(&f);
}

static void test_bounds(void **state)
{
	struct flows f = {.forgotten = 0};
	struct flows_read r;

	(void)state;
	/* Of those that nobody reads the oldest go. */
	for (uint64_t i = 1; i <= FLOWS_WRITES_MAX + 3; i++)
		assert_int_equal(flows_write(&f, 7, i, 1), 0);
	r = read_some(&f, 7, 4);
	assert_int_equal(r.end_count, 1);
	assert_int_equal(r.ends[0], 4);
	for (uint64_t i = 0; i < FLOWS_CHANNELS_MAX + 10; i++)
		assert_int_equal(flows_write(&f, 100 + i, i, 1), 0);
	assert_true(f.channels.count <= FLOWS_CHANNELS_MAX);
	assert_int_equal(f.forgotten, FLOWS_CHANNELS_MAX);
	flows_clear(&f);
}

/* Who reads is known only later. */
static void test_join(void **state)
{
	struct flows f = {.forgotten = 0};
	struct flows_read r;

	(void)state;
	assert_int_equal(flows_join(&f, 70, 7), 0);
	flows_write(&f, 70, 1, 10);
	assert_int_equal(flows_join(&f, 70, 7), 0);
	flows_write(&f, 7, 2, 10);
	r = read_some(&f, 7, 20);
	assert_int_equal(r.end_count, 2);
	assert_int_equal(r.ends[0], 1);
	/* Nothing is taken over where there is something. */
	flows_write(&f, 70, 3, 10);
	assert_int_equal(flows_join(&f, 70, 7), 0);
	r = read_some(&f, 7, 10);
	assert_int_equal(r.end_count, 0);
	flows_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_and_part),
		cmocka_unit_test(test_both_at_once),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

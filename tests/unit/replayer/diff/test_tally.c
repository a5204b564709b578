/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Sides of which nothing is there but counts: process 1 and 2, calls and objects by number. */
struct fixture {
	struct diff_object objects[8];
	struct diff_process a_processes[3], b_processes[3];
	struct diff_side a, b;
	struct match_node nodes[2];
	struct comparison c;
};

static const char *const calls[] = {NULL, "open", "read", "close"};
static const uint32_t both[] = {1, 2};

static void prepare(struct fixture *f, const struct diff_count *a, size_t a_count,
		    const struct diff_count *b, size_t b_count)
{
	*f = (struct fixture){.nodes = {{0}, {.a = both, .b = both, .a_count = 1, .b_count = 1}}};
	for (uint32_t i = 1; i < 8; i++)
		f->objects[i].hash = i * UINT64_C(0x123456789abcdef);
	f->a_processes[1] = (struct diff_process){.counts = a, .count_count = a_count};
	f->b_processes[1] = (struct diff_process){.counts = b, .count_count = b_count};
	f->a = (struct diff_side){.processes = f->a_processes,
				  .process_count = 3,
				  .objects = f->objects,
				  .object_count = 8,
				  .calls = calls,
				  .call_count = 4};
	f->b = f->a;
	f->b.processes = f->b_processes;
	f->c = (struct comparison){.a = &f->a, .b = &f->b};
	f->c.match.nodes = f->nodes;
	f->c.match.node_count = 2;
}

#define COUNT(of, about, how_often)                                                                \
	{                                                                                          \
		.call = (of), .object = (about), .calls = (how_often)                              \
	}

static const struct diff_count good[] = {COUNT(1, 1, 1), COUNT(2, 1, 5), COUNT(1, 2, 1),
					 COUNT(2, 2, 7), COUNT(3, 2, 1), COUNT(3, 0, 4)};

static void what_is_equal_is_left_out(void **state)
{
	static const struct diff_count other_order[] = {COUNT(3, 0, 4), COUNT(3, 2, 1),
							COUNT(2, 2, 7), COUNT(1, 2, 1),
							COUNT(2, 1, 5), COUNT(1, 1, 1)};
	struct tallies t;
	struct fixture f;

	(void)state;
	prepare(&f, good, 6, good, 6);
	assert_int_equal(tallies_make(&f.c, 1, &t), 0);
	assert_int_equal(t.a_count + t.b_count, 0);
	tallies_done(&t);
	prepare(&f, good, 6, other_order, 6);
	assert_int_equal(tallies_make(&f.c, 1, &t), 0);
	assert_int_equal(t.a_count + t.b_count, 0);
	tallies_done(&t);
}

static void what_differs_is_told(void **state)
{
	/* One is gone, one is more often, one has another end, one is new. */
	static const struct diff_count bad[] = {
		COUNT(1, 1, 1), COUNT(1, 2, 1),
		COUNT(2, 2, 8), {.call = 3, .object = 2, .calls = 1, .error = 9},
		COUNT(1, 3, 1), COUNT(3, 0, 4)};
	struct tallies t;
	struct fixture f;
	uint64_t sum = 0;

	(void)state;
	prepare(&f, good, 6, bad, 6);
	assert_int_equal(tallies_make(&f.c, 1, &t), 0);
	assert_int_equal(t.a_count, 3);
	assert_int_equal(t.b_count, 3);
	for (size_t i = 0; i < 3; i++)
		sum += t.a[i].calls;
	assert_int_equal(sum, 5 + 7 + 1);
	for (size_t i = 1; i < 3; i++) {
		assert_true(tally_order(&t.a[i - 1], &t.a[i]) < 0);
		assert_true(tally_order(&t.b[i - 1], &t.b[i]) < 0);
	}
	tallies_done(&t);
}

/* Of a heap it is the sum that counts. */
static void processes_of_a_heap_are_one(void **state)
{
	static const struct diff_count more[] = {COUNT(2, 1, 3)}, less[] = {COUNT(2, 1, 2)},
				       most[] = {COUNT(2, 1, 6)};
	struct tallies t;
	struct fixture f;

	(void)state;
	prepare(&f, good, 6, good, 6);
	f.nodes[1].a_count = f.nodes[1].b_count = 2;
	f.a_processes[2] = (struct diff_process){.counts = more, .count_count = 1};
	f.b_processes[2] = (struct diff_process){.counts = more, .count_count = 1};
	assert_int_equal(tallies_make(&f.c, 1, &t), 0);
	assert_int_equal(t.a_count + t.b_count, 0);
	tallies_done(&t);
	f.b_processes[2].counts = less;
	assert_int_equal(tallies_make(&f.c, 1, &t), 0);
	assert_int_equal(t.a_count, 1);
	assert_int_equal(t.a[0].calls, 8);
	assert_int_equal(t.b[0].calls, 7);
	tallies_done(&t);
	/* What one has more of, the other has less of. */
	f.b_processes[1] = (struct diff_process){.counts = less, .count_count = 1};
	f.b_processes[2].counts = most;
	f.a_processes[1] = (struct diff_process){.counts = good + 1, .count_count = 1};
	assert_int_equal(tallies_make(&f.c, 1, &t), 0);
	assert_int_equal(t.a_count + t.b_count, 0);
	tallies_done(&t);
}

static void totals_are_of_both_sides(void **state)
{
	static const struct diff_count bad[] = {COUNT(2, 2, 8), COUNT(2, 1, 5)};
	struct tally_total totals[3];
	struct fixture f;

	(void)state;
	prepare(&f, good, 6, bad, 2);
	for (size_t i = 0; i < 3; i++)
		totals[i] = (struct tally_total){.call = tally_call("read"),
						 .object = f.objects[i == 2 ? 5 : 2].hash};
	assert_int_equal(tally_totals(&f.c, 1, totals, 3), 0);
	/* Two may ask for the same. */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(totals[i].a, 7);
		assert_int_equal(totals[i].b, 8);
	}
	assert_int_equal(totals[2].a + totals[2].b, 0);
	assert_int_equal(tally_totals(&f.c, 1, totals, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_equal_is_left_out),
		cmocka_unit_test(what_differs_is_told),
		cmocka_unit_test(processes_of_a_heap_are_one),
		cmocka_unit_test(totals_are_of_both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/times.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MS = 1000000, MANY = 30 };

static void assert_near(double x, double expected)
{
	if (fabs(x - expected) > 1e-3)
		fail_msg("%f, not %f", x, expected);
}

static void chance_is_counted(void **state)
{
	static const uint64_t low[] = {1, 2, 3, 4, 5}, high[] = {6, 7, 8, 9, 10},
			      mixed[] = {1, 3, 5, 7}, others[] = {2, 4, 6, 8},
			      same[] = {7, 7, 7, 7};

	(void)state;
	/* Two of the 70 ways to divide eight, of the 252 to divide ten. */
	assert_near(times_chance(low, 4, high, 4), 2.0 / 70);
	assert_near(times_chance(high, 4, low, 4), 2.0 / 70);
	assert_near(times_chance(low, 5, high, 5), 2.0 / 252);
	/* From the tables: U = 6 of 16. */
	assert_near(times_chance(mixed, 4, others, 4), 0.6857);
	assert_near(times_chance(same, 4, same, 4), 1);
	assert_near(times_chance(low, 0, high, 4), 1);
	assert_near(times_chance(low, 1, high, 1), 1);
}

static void of_many_it_is_nearly_so(void **state)
{
	uint64_t a[MANY], b[MANY], c[MANY];

	(void)state;
	for (uint64_t i = 0; i < MANY; i++) {
		a[i] = 2 * i;
		b[i] = 2 * i + 1;
		c[i] = 1000 + i;
	}
	assert_true(times_chance(a, MANY, b, MANY) > 0.8);
	assert_true(times_chance(a, MANY, c, MANY) < 1e-6);
	/* As far as the exact way and the other meet. */
	assert_near(times_chance(a, 10, b + 3, 10), 0.0288);
	assert_true(fabs(times_chance(a, 11, b + 3, 11) - 0.0336) < 0.003);
}

/* ---- runs ---- */

struct run {
	struct diff_count counts[3];
	struct diff_process processes[2];
	struct meta_trailer trailer;
	struct diff_side side;
};

static void make_run(uint64_t all, uint64_t synced, uint64_t read, struct run *r)
{
	static const char *const calls[] = {NULL, "fsync", "read"};
	static const struct diff_object objects[] = {
		{0}, {.hash = 1, .label = 1}, {.hash = 2, .label = 6}};
	static const char texts[] = "\0data\0input";

	*r = (struct run){.counts = {{.call = 1, .object = 1, .calls = 5, .nanoseconds = synced},
				     {.call = 2, .object = 2, .calls = 9, .nanoseconds = read}},
			  .processes = {{0}, {.counts = r->counts, .count_count = 2}},
			  .trailer = {.duration = all},
			  .side = {.trailer = &r->trailer,
				   .processes = r->processes,
				   .process_count = 2,
				   .objects = objects,
				   .object_count = 3,
				   .calls = calls,
				   .call_count = 3,
				   .texts = texts,
				   .texts_size = sizeof(texts)}};
}

static void add(struct times *t, enum times_side side, uint64_t all, uint64_t synced, uint64_t read)
{
	struct run r;

	make_run(all, synced, read, &r);
	assert_int_equal(times_add(t, side, &r.side), 0);
}

static void what_is_slower_is_told_with_its_object(void **state)
{
	struct times t = {.left_out = 0};
	struct findings found = {.count = 0};

	(void)state;
	for (uint64_t i = 0; i < TIMES_RUNS_MIN; i++) {
		add(&t, TIMES_GOOD, (500 + i) * MS, (10 + i) * MS, 7 * MS);
		add(&t, TIMES_BAD, (900 + i) * MS, (400 + i) * MS, 8 * MS);
	}
	assert_int_equal(times_compare(&t, &found), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.at[0].kind, FIND_TIME);
	assert_string_equal(found.at[0].subject, "whole run");
	assert_string_equal(found.at[0].was, "0.501500 s");
	assert_string_equal(found.at[0].now, "0.901500 s");
	assert_string_equal(found.at[1].subject, "in fsync");
	assert_non_null(strstr(found.at[1].note, "4 and 4 runs, by chance once in 35"));
	assert_non_null(strstr(found.at[1].note, "most of it with data"));
	findings_done(&found);
	times_done(&t);
}

/* Too few runs; too small a difference, in milliseconds or in parts; runs that overlap. */
static void all_else_is_chance(void **state)
{
	static const uint64_t overlap[] = {100, 900, 110, 120, 890};
	struct times few = {.left_out = 0}, small = {.left_out = 0}, mixed = {.left_out = 0};
	struct findings found = {.count = 0};

	(void)state;
	for (uint64_t i = 0; i < TIMES_RUNS_MIN; i++) {
		if (i + 1 < TIMES_RUNS_MIN) {
			add(&few, TIMES_GOOD, 500 * MS, 10 * MS, 0);
			add(&few, TIMES_BAD, 900 * MS, 400 * MS, 0);
		}
		add(&small, TIMES_GOOD, 500 * MS, 1 * MS, 0);
		add(&small, TIMES_BAD, 590 * MS, 9 * MS, 0);
		add(&mixed, TIMES_GOOD, overlap[i] * MS, 0, 0);
		add(&mixed, TIMES_BAD, overlap[i + 1] * MS, 0, 0);
	}
	assert_int_equal(times_compare(&few, &found), 0);
	assert_int_equal(times_compare(&small, &found), 0);
	assert_int_equal(times_compare(&mixed, &found), 0);
	assert_int_equal(found.count, 0);
	findings_done(&found);
	times_done(&few);
	times_done(&small);
	times_done(&mixed);
}

static void more_runs_than_there_is_room_for_are_passed_over(void **state)
{
	struct times t = {.left_out = 0};
	struct findings found = {.count = 0};

	(void)state;
	for (size_t i = 0; i < 2 * TIMES_RUNS_MAX; i++) {
		add(&t, TIMES_GOOD, 500 * MS, 0, 0);
		add(&t, TIMES_BAD, 900 * MS, 0, 0);
	}
	assert_int_equal(t.runs[TIMES_GOOD], TIMES_RUNS_MAX);
	assert_int_equal(times_compare(&t, &found), 0);
	assert_int_equal(found.count, 1);
	findings_done(&found);
	times_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chance_is_counted),
		cmocka_unit_test(of_many_it_is_nearly_so),
		cmocka_unit_test(what_is_slower_is_told_with_its_object),
		cmocka_unit_test(all_else_is_chance),
		cmocka_unit_test(more_runs_than_there_is_room_for_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

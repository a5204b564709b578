/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a query costs: that bounds end a pass or pass events over, and that what is not asked for
 * is not computed. What the rows are is compared end to end.
 */
#include "replayer/sql/sql.h"

#include "../../format/tape.h"
#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A round has ten events: an openat by 10 around a read by 12, a signal and others. */
enum { ROUNDS = 300, CALLS = 2 * ROUNDS, EVENTS = 10 * ROUNDS };

struct answer {
	int64_t sum; /* of the first column's numbers */
	size_t rows;
};

/* Of a tape so long that most of it is in no margin of what is asked for. */
enum { MANY_ROUNDS = 8000, MANY_EVENTS = 10 * MANY_ROUNDS };

static char place[] = "/tmp/systape-sql-XXXXXX", long_place[] = "/tmp/systape-sql-XXXXXX";

static void make_at(char *at, unsigned rounds)
{
	const struct tape_plan plan = {.rounds = rounds, .chunk_size = 4096, .frame_size = 16384};
	struct buf bytes = {0};
	int fd = mkstemp(at);

	assert_true(fd >= 0);
	tape_make(&plan, &bytes);
	assert_int_equal(fileio_write(fd, bytes.data, bytes.size), 0);
	close(fd);
	buf_done(&bytes);
}

static int make(void **state)
{
	(void)state;
	make_at(place, ROUNDS);
	make_at(long_place, MANY_ROUNDS);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	return unlink(place) | unlink(long_place);
}

static int count(void *context, const char *const *names, const struct sql_value *values,
		 size_t columns, struct err *err)
{
	struct answer *a = context;

	(void)names, (void)columns, (void)err;
	if (!values)
		return 0;
	a->rows++;
	a->sum += values[0].type == SQL_INTEGER ? values[0].integer : 0;
	return 0;
}

static struct sql_costs ask_at(const char *at, const char *text, struct answer *ret)
{
	struct err err = {0};
	struct sql_costs costs;
	struct sql *s;

	*ret = (struct answer){0};
	assert_int_equal(sql_open(at, NULL, &s, &err), 0);
	if (sql_run(s, &text, count, ret, &err) != 1)
		fail_msg("%s", err_text(&err));
	assert_int_equal(sql_damages(s, NULL, NULL), 0);
	costs = sql_costs(s);
	sql_free(s);
	return costs;
}

static struct sql_costs ask(const char *text, struct answer *ret)
{
	return ask_at(place, text, ret);
}

static void test_outline(void **state)
{
	struct answer a;
	struct sql_costs c = ask("SELECT count(*), name FROM syscalls GROUP BY name", &a);

	(void)state;
	assert_int_equal(a.sum, CALLS);
	assert_int_equal(a.rows, 2);
	assert_int_equal(c.passes, 1);
	assert_int_equal(c.outlines, 1);
	/* Arguments are in no outline. */
	c = ask("SELECT count(arg0) FROM syscalls", &a);
	assert_int_equal(c.passes, 1);
	assert_int_equal(c.outlines, 0);
}

static void test_bound_on_seq(void **state)
{
	struct answer a;
	struct sql_costs c = ask("SELECT count(*) FROM syscalls WHERE seq <= 10", &a);

	(void)state;
	assert_int_equal(a.sum, 2);
	assert_int_equal(c.rows, 2);
	assert_true(c.events <= 11);
	c = ask("SELECT count(*) FROM syscalls WHERE time BETWEEN 5000 AND 20000", &a);
	assert_int_equal(a.sum, 2);
	assert_true(c.events <= 21);
	c = ask("SELECT count(*) FROM syscalls WHERE seq = 11", &a);
	assert_int_equal(a.sum, 1);
	assert_int_equal(c.rows, 1);
	assert_true(c.events <= 13);
}

/* What is far behind is come to without what is before. */
static void test_seeking(void **state)
{
	struct answer a;
	struct sql_costs all = ask_at(long_place, "SELECT count(*) FROM syscalls", &a), c;

	(void)state;
	assert_int_equal(a.sum, 2 * MANY_ROUNDS);
	assert_true(all.raw > 0);
	c = ask_at(long_place, "SELECT count(*) FROM syscalls WHERE seq > 79000", &a);
	assert_int_equal(a.sum, 200);
	assert_true(c.raw < all.raw / 3);
	c = ask_at(long_place, "SELECT count(arg0) FROM syscalls WHERE time >= 79000000", &a);
	assert_true(a.sum > 0);
	assert_true(c.raw < all.raw / 3);
	c = ask_at(long_place, "SELECT count(text) FROM syscalls WHERE seq > 79000", &a);
	assert_int_equal(a.sum, 200);
	assert_int_equal(c.texts, 200);
	assert_true(c.raw < all.raw / 3);
	/* Two ranges for each call, and one more that came later. */
	c = ask_at(long_place, "SELECT count(*) FROM memory WHERE seq BETWEEN 78001 AND 79000", &a);
	assert_int_equal(a.sum, 500);
	assert_true(c.raw < all.raw);
	/* What descriptors stand for only the past tells. */
	c = ask_at(long_place, "SELECT count(*), fd_name FROM syscalls WHERE seq > 79000", &a);
	assert_int_equal(a.sum, 200);
	assert_int_equal(c.raw, all.raw);
}

/* Lookups that go back, and those that go far ahead, begin near where they look. */
static void test_lookups_seek(void **state)
{
	struct answer a;
	struct sql_costs c = ask_at(long_place,
				    "WITH x(seq) AS (VALUES (79991), (79001), (78001), (77001)) "
				    "SELECT count(*) FROM x CROSS JOIN syscalls USING (seq)",
				    &a);

	(void)state;
	assert_int_equal(a.sum, 4);
	assert_int_equal(c.passes, 4);
	assert_true(c.events < MANY_EVENTS);
}

static void test_bound_on_name(void **state)
{
	struct answer a;
	struct sql_costs c = ask("SELECT count(text) FROM syscalls WHERE name = 'read'", &a);

	(void)state;
	assert_int_equal(a.sum, ROUNDS);
	assert_int_equal(c.rows, ROUNDS);
	assert_int_equal(c.texts, ROUNDS);
	c = ask("SELECT count(*) FROM syscalls WHERE error = 'EAGAIN' AND tid = 12 AND pid = 10 "
		"AND nr = 0",
		&a);
	assert_int_equal(a.sum, ROUNDS);
	assert_int_equal(c.rows, ROUNDS);
	/* The texts of rows that are thrown away are not made. */
	c = ask("SELECT text FROM syscalls WHERE duration > 1e9", &a);
	assert_int_equal(c.texts, 0);
	c = ask("SELECT count(*) FROM syscalls WHERE name = 'close'", &a);
	assert_int_equal(c.rows, 0);
}

static void test_join_is_one_pass(void **state)
{
	struct answer a;
	struct sql_costs c = ask("SELECT count(*) FROM syscalls JOIN memory USING (seq)", &a);

	(void)state;
	/* Two ranges for each call, and one more that came later. */
	assert_int_equal(a.sum, 2 * CALLS + ROUNDS);
	assert_true(c.passes > 2);
	/* Each place is asked for more than once. */
	c = ask("SELECT count(*) FROM memory CROSS JOIN syscalls USING (seq)", &a);
	assert_int_equal(a.sum, 2 * CALLS + ROUNDS);
	assert_true(c.passes <= 2 + ROUNDS);
	c = ask("SELECT count(*) FROM memory CROSS JOIN syscalls USING (seq) WHERE "
		"syscalls.nr = 0 AND memory.tid = 12",
		&a);
	assert_int_equal(a.sum, 2 * ROUNDS);
	assert_int_equal(c.passes, 2);
	c = ask("SELECT count(*) FROM syscalls AS a JOIN syscalls AS b USING (seq)", &a);
	assert_int_equal(a.sum, CALLS);
	assert_int_equal(c.passes, 2);
	assert_true(c.events <= 2 * EVENTS);
}

static void test_order_is_that_of_the_tape(void **state)
{
	struct answer a;
	struct sql_costs c = ask("SELECT seq FROM syscalls ORDER BY seq LIMIT 3", &a);

	(void)state;
	assert_int_equal(a.rows, 3);
	assert_int_equal(a.sum, 1 + 2 + 11);
	assert_true(c.events < 20);
	c = ask("SELECT seq FROM syscalls ORDER BY time LIMIT 3", &a);
	assert_true(c.events < 20);
	c = ask("SELECT seq FROM syscalls ORDER BY seq DESC LIMIT 1", &a);
	assert_int_equal(a.sum, EVENTS - 8);
}

static void test_lists_are_made_once(void **state)
{
	const char *text =
		"SELECT count(*) FROM processes; SELECT count(*) FROM processes, processes";
	struct answer a = {0};
	struct err err = {0};
	struct sql *s;

	(void)state;
	assert_int_equal(sql_open(place, NULL, &s, &err), 0);
	assert_int_equal(sql_run(s, &text, count, &a, &err), 1);
	assert_int_equal(sql_run(s, &text, count, &a, &err), 1);
	assert_int_equal(sql_run(s, &text, count, &a, &err), 0);
	assert_int_equal(sql_costs(s).passes, 1);
	sql_free(s);
}

static void test_refusals(void **state)
{
	const char *text = "SELECT  foo\n FROM syscalls";
	struct answer a;
	struct err err = {0};
	struct sql *s;

	(void)state;
	assert_int_equal(sql_open(place, NULL, &s, &err), 0);
	assert_int_equal(sql_run(s, &text, count, &a, &err), -EINVAL);
	assert_string_equal(err.text,
			    "'SELECT foo FROM syscalls': no such column: foo (.schema lists all)");
	text = "ATTACH '/tmp/x' AS x";
	assert_int_equal(sql_run(s, &text, count, &a, &err), -EINVAL);
	sql_free(s);
	assert_int_equal(sql_open("/nonexistent", NULL, &s, &err), -ENOENT);
	assert_int_equal(sql_open("/dev/null", NULL, &s, &err), -EBADMSG);
	assert_true(sql_open(place, "nosuchcall", &s, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outline),
		cmocka_unit_test(test_bound_on_seq),
		cmocka_unit_test(test_seeking),
		cmocka_unit_test(test_lookups_seek),
		cmocka_unit_test(test_bound_on_name),
		cmocka_unit_test(test_join_is_one_pass),
		cmocka_unit_test(test_order_is_that_of_the_tape),
		cmocka_unit_test(test_lists_are_made_once),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}

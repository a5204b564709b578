/* SPDX-License-Identifier: Apache-2.0 */
/* Calls counted and timed. */
#include "../made.h"
#include "replayer/query/stats.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { READ = 0, WRITE = 1 };

static struct event call_of(uint64_t nr, uint64_t duration, int64_t ret)
{
	struct event e = made_event(EVENT_CALL, 1);

	e.call.nr = nr;
	e.call.duration = duration;
	e.call.ret = ret;
	e.call.state = EVENT_FINISHED;
	return e;
}

static void add(struct stats *s, uint64_t nr, uint64_t duration, int64_t ret)
{
	const struct event e = call_of(nr, duration, ret);

	assert_int_equal(stats_add(s, &e), 0);
}

static void start(struct stats *s, enum stats_by by)
{
	assert_int_equal(stats_init(s, by), 0);
}

static void check_row(const struct stats *s, size_t i, uint64_t key, uint64_t calls,
		      uint64_t errors, uint64_t total)
{
	assert_true(i < s->count);
	assert_int_equal(s->rows[i].key, key);
	assert_int_equal(s->rows[i].calls, calls);
	assert_int_equal(s->rows[i].errors, errors);
	assert_int_equal(s->rows[i].total, total);
}

static void test_by_call(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	add(&s, READ, 100, 5);
	add(&s, WRITE, 300, -EPIPE);
	add(&s, READ, 50, -EAGAIN);
	add(&s, 100000, 7, -ENOSYS);
	add(&s, UINT64_MAX, 8, -4096);
	stats_sort(&s);
	assert_int_equal(s.count, 4);
	check_row(&s, 0, WRITE, 1, 1, 300);
	check_row(&s, 1, READ, 2, 1, 150);
	check_row(&s, 2, UINT64_MAX, 1, 0, 8);
	check_row(&s, 3, 100000, 1, 1, 7);
	assert_int_equal(s.rows[1].max, 100);
	assert_int_equal(s.calls, 5);
	assert_int_equal(s.errors, 3);
	assert_int_equal(s.total, 465);
	stats_done(&s);
}

static void test_order(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	add(&s, 5, 10, 0);
	add(&s, 4, 10, 0);
	add(&s, 3, 5, 0);
	add(&s, 3, 5, 0);
	stats_sort(&s);
	check_row(&s, 0, 3, 2, 0, 10);
	check_row(&s, 1, 4, 1, 0, 10);
	check_row(&s, 2, 5, 1, 0, 10);
	stats_done(&s);
}

static void test_by_task(void **state)
{
	struct event e = call_of(READ, 10, 0);
	struct stats processes, threads;

	(void)state;
	start(&processes, STATS_BY_PROCESS);
	start(&threads, STATS_BY_THREAD);
	for (uint32_t tid = 20; tid < 23; tid++) {
		e.pid = 20;
		e.tid = tid;
		stats_add(&processes, &e);
		stats_add(&threads, &e);
	}
	stats_sort(&processes);
	stats_sort(&threads);
	assert_int_equal(processes.count, 1);
	check_row(&processes, 0, 20, 3, 0, 30);
	assert_int_equal(threads.count, 3);
	check_row(&threads, 0, 20, 1, 0, 10);
	check_row(&threads, 2, 22, 1, 0, 10);
	stats_done(&processes);
	stats_done(&threads);
}

/* Of rows that are equal in all else the architecture decides. */
static void test_order_of_architectures(void **state)
{
	static const uint32_t archs[] = {EVENT_ARCH_I386, EVENT_ARCH_X86_64, EVENT_ARCH_AARCH64};

	(void)state;
	for (size_t first = 0; first < 3; first++) {
		struct event e = call_of(READ, 10, 0);
		struct stats s;

		start(&s, STATS_BY_CALL);
		for (size_t i = 0; i < 3; i++) {
			e.call.arch = archs[(first + i) % 3];
			stats_add(&s, &e);
		}
		stats_sort(&s);
		assert_int_equal(s.count, 3);
		for (size_t i = 1; i < 3; i++)
			assert_true(s.rows[i - 1].arch < s.rows[i].arch);
		stats_done(&s);
	}
}

/* The same number is another call elsewhere. */
static void test_architectures(void **state)
{
	struct event e = call_of(READ, 10, 0);
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	stats_add(&s, &e);
	e.call.arch = EVENT_ARCH_I386;
	stats_add(&s, &e);
	stats_add(&s, &e);
	e.call.arch = EVENT_ARCH_AARCH64;
	stats_add(&s, &e);
	stats_sort(&s);
	assert_int_equal(s.count, 3);
	check_row(&s, 0, READ, 2, 0, 20);
	assert_int_equal(s.rows[0].arch, EVENT_ARCH_I386);
	stats_done(&s);
}

static void test_other_events(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	for (uint8_t kind = 0; kind < EVENT_KIND_MAX; kind++) {
		const struct event e = made_event(kind, 1);

		if (kind != EVENT_CALL && kind != EVENT_BEGUN && kind != EVENT_END)
			assert_int_equal(stats_add(&s, &e), 0);
	}
	stats_sort(&s);
	assert_int_equal(s.count, 0);
	assert_int_equal(s.calls, 0);
	stats_done(&s);
}

/* ---- halves ---- */

static void begin(struct stats *s, uint64_t seq, uint64_t nr)
{
	struct event e = made_event(EVENT_BEGUN, seq);

	e.call.nr = nr;
	assert_int_equal(stats_add(s, &e), 0);
}

/* As an unordered stream gives it: without number and architecture. */
static void end(struct stats *s, uint64_t begun, uint64_t duration, int64_t ret)
{
	struct event e = made_event(EVENT_END, 100);

	e.call = (struct event_call){.begun_seq = begun,
				     .end_seq = 100,
				     .duration = duration,
				     .ret = ret,
				     .state = EVENT_FINISHED};
	assert_int_equal(stats_add(s, &e), 0);
}

static void test_halves(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	begin(&s, 1, READ);
	begin(&s, 2, WRITE);
	assert_int_equal(s.count, 0);
	end(&s, 2, 20, -EPIPE);
	end(&s, 1, 10, 5);
	stats_sort(&s);
	assert_int_equal(s.count, 2);
	check_row(&s, 0, WRITE, 1, 1, 20);
	check_row(&s, 1, READ, 1, 0, 10);
	assert_int_equal(s.rows[0].arch, EVENT_ARCH_X86_64);
	stats_done(&s);
}

/* Calls that never came back were made all the same. */
static void test_open_at_the_end(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	add(&s, READ, 10, 0);
	begin(&s, 1, READ);
	begin(&s, 2, WRITE);
	stats_sort(&s);
	assert_int_equal(s.count, 2);
	check_row(&s, 0, READ, 2, 0, 10);
	check_row(&s, 1, WRITE, 1, 0, 0);
	assert_int_equal(s.calls, 3);
	stats_done(&s);
}

static void test_open_by_process(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_PROCESS);
	begin(&s, 1, READ);
	begin(&s, 2, WRITE);
	end(&s, 2, 20, 0);
	stats_sort(&s);
	assert_int_equal(s.calls, 2);
	assert_int_equal(s.count, 1);
	check_row(&s, 0, MADE_PID, 2, 0, 20);
	stats_done(&s);
}

static void test_open_by_thread(void **state)
{
	struct event e = made_event(EVENT_BEGUN, 1);
	struct stats s;

	(void)state;
	e.tid = MADE_PID + 1;
	start(&s, STATS_BY_THREAD);
	stats_add(&s, &e);
	begin(&s, 2, READ);
	stats_sort(&s);
	assert_int_equal(s.count, 2);
	check_row(&s, 0, MADE_PID, 1, 0, 0);
	check_row(&s, 1, MADE_PID + 1, 1, 0, 0);
	stats_done(&s);
}

/* Two calls at one place, as no recorder writes them: the later one counts. */
static void test_begun_twice(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	begin(&s, 1, READ);
	begin(&s, 1, WRITE);
	end(&s, 1, 20, 0);
	stats_sort(&s);
	assert_int_equal(s.count, 1);
	check_row(&s, 0, WRITE, 1, 0, 20);
	stats_done(&s);
}

static void test_never(void **state)
{
	struct event e = call_of(READ, 99, -EBADF);
	struct stats s;

	(void)state;
	e.call.state = EVENT_NEVER;
	start(&s, STATS_BY_CALL);
	stats_add(&s, &e);
	stats_sort(&s);
	check_row(&s, 0, READ, 1, 0, 0);
	stats_done(&s);
}

/* Ended without stats_sort(): nothing is left behind. */
static void test_given_up(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	begin(&s, 1, READ);
	add(&s, WRITE, 1, 0);
	stats_done(&s);
	assert_null(s.rows);
}

/* ---- percentiles ---- */

static void check_percentile(const struct stats_row *row, unsigned percent, uint64_t exact)
{
	const uint64_t got = stats_percentile(row, percent);

	/* Never less, and an eighth more at most. */
	assert_in_range(got, exact, exact + exact / 8);
}

static void test_percentiles(void **state)
{
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	for (uint64_t i = 1; i <= 1000; i++)
		add(&s, READ, i * 1000, 0);
	check_percentile(&s.rows[0], 1, 10000);
	check_percentile(&s.rows[0], 50, 500000);
	check_percentile(&s.rows[0], 90, 900000);
	check_percentile(&s.rows[0], 99, 990000);
	assert_int_equal(stats_percentile(&s.rows[0], 100), 1000000);
	stats_done(&s);
}

/* One value, whatever its size, is all its percentiles; another makes the bucket's
 * width count. */
static void test_percentile_of_every_size(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift < 50; shift++) {
		const uint64_t values[] = {UINT64_C(1) << shift, (UINT64_C(1) << shift) + 1,
					   (UINT64_C(2) << shift) - 1};

		for (size_t i = 0; i < 3; i++) {
			struct stats s;

			start(&s, STATS_BY_CALL);
			add(&s, READ, values[i], 0);
			assert_int_equal(stats_percentile(&s.rows[0], 50), values[i]);
			add(&s, READ, values[i] * 4, 0);
			check_percentile(&s.rows[0], 50, values[i]);
			stats_done(&s);
		}
	}
}

static void test_percentile_extremes(void **state)
{
	const struct stats_row empty = {0};
	struct stats s;

	(void)state;
	assert_int_equal(stats_percentile(&empty, 50), 0);
	start(&s, STATS_BY_CALL);
	add(&s, READ, 0, 0);
	assert_int_equal(stats_percentile(&s.rows[0], 99), 0);
	add(&s, READ, UINT64_MAX, 0);
	assert_int_equal(stats_percentile(&s.rows[0], 50), 0);
	assert_int_equal(s.rows[0].max, UINT64_MAX);
	stats_done(&s);
	/* Of a process as of a call. */
	start(&s, STATS_BY_PROCESS);
	add(&s, READ, 5, 0);
	assert_int_equal(stats_percentile(&s.rows[0], 50), 5);
	stats_done(&s);
}

/* A call that never came back has no time that could be exceeded. */
static void test_percentile_of_those_that_came_back(void **state)
{
	struct event e = call_of(READ, 0, 0);
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	add(&s, READ, 10, 0);
	add(&s, READ, 1000000, 0);
	e.call.state = EVENT_NEVER;
	for (unsigned i = 0; i < 3; i++)
		stats_add(&s, &e);
	check_percentile(&s.rows[0], 50, 10);
	stats_done(&s);
}

/* ---- lives ---- */

static void at(struct stats *s, struct event *e, uint8_t kind, uint64_t time)
{
	e->kind = kind;
	e->time = time;
	assert_int_equal(stats_add(s, e), 0);
}

/* A process of two threads: one sleeps all the time, the other begins late and computes. */
static void test_blocked_and_busy(void **state)
{
	enum { NANOSLEEP = 35 };
	struct event call = call_of(NANOSLEEP, 800, 0), other = call_of(READ, 100, 0), e;
	struct stats s;

	(void)state;
	start(&s, STATS_BY_PROCESS);
	at(&s, &call, EVENT_CALL, 100);
	e = made_event(EVENT_FORK, 2);
	e.fork = (struct event_fork){MADE_PID, MADE_PID + 1, FORK_THREAD, true};
	at(&s, &e, EVENT_FORK, 500);
	other.tid = MADE_PID + 1;
	at(&s, &other, EVENT_CALL, 600);
	e = made_event(EVENT_EXIT, 3);
	e.exit.process = false;
	e.tid = MADE_PID + 1;
	at(&s, &e, EVENT_EXIT, 900);
	e.tid = MADE_PID;
	at(&s, &e, EVENT_EXIT, 1100);
	stats_sort(&s);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.rows[0].blocked, 800);
	assert_int_equal(s.rows[0].lived, 1000 + 400);
	assert_int_equal(stats_busy(&s.rows[0]), 600);
	assert_int_equal(stats_mean(&s.rows[0]), 450);
	stats_done(&s);
}

/* A read waits when it takes long, a wake-up of others never does. */
static void test_what_waits(void **state)
{
	enum { FUTEX = 202, WAIT = 0, WAKE = 1 };
	struct event e = call_of(READ, 99999, 1);
	struct stats s;

	(void)state;
	start(&s, STATS_BY_THREAD);
	stats_add(&s, &e);
	assert_int_equal(s.blocked, 0);
	e.call.duration = 100000;
	stats_add(&s, &e);
	assert_int_equal(s.blocked, 100000);
	e.call.nr = FUTEX;
	e.call.args[1] = WAKE;
	stats_add(&s, &e);
	assert_int_equal(s.blocked, 100000);
	e.call.args[1] = WAIT;
	e.call.duration = 7;
	stats_add(&s, &e);
	assert_int_equal(s.blocked, 100007);
	stats_done(&s);
}

static void test_orders(void **state)
{
	struct event e = call_of(READ, 50, 0);
	struct stats s;

	(void)state;
	start(&s, STATS_BY_CALL);
	add(&s, 5, 100, 0);
	add(&s, 4, 10, -EPERM);
	add(&s, 4, 10, 0);
	add(&s, 3, 70, 0);
	stats_sort(&s);
	check_row(&s, 0, 5, 1, 0, 100);
	assert_int_equal(stats_order(&s, STATS_ORDER_CALLS), 0);
	check_row(&s, 0, 4, 2, 1, 20);
	check_row(&s, 1, 5, 1, 0, 100);
	assert_int_equal(stats_order(&s, STATS_ORDER_MAX), 0);
	check_row(&s, 0, 5, 1, 0, 100);
	check_row(&s, 2, 4, 2, 1, 20);
	assert_int_equal(stats_order(&s, STATS_ORDER_ERRORS), 0);
	check_row(&s, 0, 4, 2, 1, 20);
	/* There is room for more. */
	assert_int_equal(stats_add(&s, &e), 0);
	stats_done(&s);
}

/* ---- limits ---- */

static void test_too_many_keys(void **state)
{
	struct event e = call_of(READ, 1, 0);
	struct stats s;

	(void)state;
	start(&s, STATS_BY_PROCESS);
	for (uint32_t pid = 0; pid < STATS_KEYS_MAX + 10; pid++) {
		e.pid = pid;
		assert_int_equal(stats_add(&s, &e), 0);
	}
	assert_int_equal(s.count, STATS_KEYS_MAX + 1);
	assert_non_null(s.rows[STATS_HISTOGRAMS_MAX - 1].histogram);
	assert_null(s.rows[STATS_HISTOGRAMS_MAX].histogram);
	check_row(&s, STATS_KEYS_MAX, STATS_REST, 10, 0, 10);
	/* Those that have a row keep it. */
	e.pid = 5;
	stats_add(&s, &e);
	check_row(&s, 5, 5, 2, 0, 2);
	assert_int_equal(s.calls, STATS_KEYS_MAX + 11);
	stats_done(&s);
}

/* A call of an earlier part has its name by the snapshot; it counts where it ends, and not
 * at all when it does not. */
static void test_snapshot(void **state)
{
	struct meta_in_flight calls[] = {
		{.tid = 7, .arch = EVENT_ARCH_X86_64, .nr = WRITE, .seq = 11},
		{.tid = 8, .arch = EVENT_ARCH_X86_64, .nr = READ, .seq = 12},
		{.tid = 9, .arch = EVENT_ARCH_X86_64, .nr = READ},
	};
	struct meta_process process = {.pid = 7, .in_flight = calls, .in_flight_count = 3};
	const struct meta_snapshot snapshot = {.processes = &process, .process_count = 1};
	struct event end = made_event(EVENT_END, 1);
	struct stats s;

	(void)state;
	end.call = (struct event_call){
		.begun_seq = 11, .end_seq = 20, .duration = 5, .state = EVENT_FINISHED};
	start(&s, STATS_BY_CALL);
	assert_int_equal(stats_snapshot(&s, &snapshot), 0);
	assert_int_equal(stats_add(&s, &end), 0);
	stats_sort(&s);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.calls, 1);
	check_row(&s, 0, WRITE, 1, 0, 5);
	stats_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_call),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_by_task),
		cmocka_unit_test(test_order_of_architectures),
		cmocka_unit_test(test_architectures),
		cmocka_unit_test(test_other_events),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_open_at_the_end),
		cmocka_unit_test(test_open_by_process),
		cmocka_unit_test(test_open_by_thread),
		cmocka_unit_test(test_begun_twice),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_percentile_of_every_size),
		cmocka_unit_test(test_percentile_extremes),
		cmocka_unit_test(test_percentile_of_those_that_came_back),
		cmocka_unit_test(test_blocked_and_busy),
		cmocka_unit_test(test_what_waits),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_too_many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

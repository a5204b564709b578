/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/report/collect.h"

#include "../made.h"
#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void take(struct report *r, const struct event *e)
{
	const struct trace_item item = {.kind = ITEM_EVENT, .event = e};

	assert_int_equal(report_take(r, &item), 0);
}

/* getpid() by thread @tid of process @pid. */
static void call(struct report *r, uint32_t pid, uint32_t tid, uint64_t time, uint64_t duration,
		 int64_t ret)
{
	static uint64_t seq;
	struct event e = {.kind = EVENT_CALL, .pid = pid, .tid = tid, .time = time, .seq = ++seq};

	e.call = (struct event_call){.nr = 39,
				     .ret = ret,
				     .begun_seq = e.seq,
				     .end_seq = ++seq,
				     .duration = duration,
				     .arch = EVENT_ARCH_X86_64,
				     .state = EVENT_FINISHED};
	take(r, &e);
}

static uint64_t calls_in_bins(const struct report_lane *lane)
{
	uint64_t calls = 0;

	for (size_t i = 0; i < REPORT_BINS; i++)
		calls += lane->bins[i].calls;
	return calls;
}

static uint64_t width(const struct report *r)
{
	return UINT64_C(1) << r->shift;
}

static void bins_become_wider(void **unused)
{
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	for (uint64_t i = 0; i < 1000; i++)
		call(&r, 1, 1, i * 1000000, 5, i % 10 ? 1 : -2);
	assert_int_equal(r.lane_count, 2);
	assert_true(width(&r) * REPORT_BINS > 999000000);
	assert_true(width(&r) * REPORT_BINS / 2 <= 999000000);
	assert_int_equal(calls_in_bins(&r.lanes[1]), 1000);
	assert_int_equal(r.lanes[1].failed, 100);
	assert_int_equal(r.lanes[1].inside, 5000);
	report_done(&r);
}

/* A call that lasts is shared out among the bins, none of which has more than its width. */
static void long_calls_are_shared_out(void **unused)
{
	struct report r;
	uint64_t inside = 0;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	call(&r, 1, 1, 1000, 10000000, 1);
	for (size_t i = 0; i < REPORT_BINS; i++) {
		assert_true(r.lanes[1].bins[i].inside <= width(&r));
		inside += r.lanes[1].bins[i].inside;
	}
	assert_int_equal(inside, 10000000);
	report_done(&r);
}

static void times_that_no_clock_gives(void **unused)
{
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	call(&r, 1, 1, UINT64_MAX - 5, UINT64_MAX, 1);
	call(&r, 1, 1, 0, UINT64_MAX, 1);
	call(&r, 1, 1, UINT64_MAX, 1, 1);
	assert_int_equal(calls_in_bins(&r.lanes[1]), 3);
	assert_int_equal(report_end(&r), 0);
	report_done(&r);
}

static void the_longest_calls_stay(void **unused)
{
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	for (uint64_t i = 0; i < 5 * REPORT_SLOW_MAX; i++)
		call(&r, 1, 1, i, (i * 7919) % (5 * REPORT_SLOW_MAX), 1);
	assert_int_equal(report_end(&r), 0);
	assert_int_equal(r.slow_count, REPORT_SLOW_MAX);
	for (uint64_t i = 0; i < REPORT_SLOW_MAX; i++)
		assert_int_equal(r.slow[i].duration, 5 * REPORT_SLOW_MAX - 1 - i);
	assert_string_equal(r.slow[0].text, "getpid() = 1");
	report_done(&r);
}

/* wait4() that is begun, and perhaps comes back. */
static void begin_waiting(struct report *r, uint32_t pid, uint64_t time, uint32_t state)
{
	struct event e = {.kind = state == EVENT_FINISHED ? EVENT_CALL : EVENT_BEGUN,
			  .pid = pid,
			  .tid = pid,
			  .time = time,
			  .seq = time};

	e.call = (struct event_call){.nr = 61,
				     .args = {(uint64_t)-1},
				     .ret = -EINTR,
				     .begun_seq = time,
				     .arch = EVENT_ARCH_X86_64,
				     .duration = state == EVENT_FINISHED ? 100 : 0,
				     .state = (uint8_t)state};
	take(r, &e);
}

/* Who is in a call at the end of the tape was so since it began, and waits still. */
static void who_still_waits_waits_until_the_end(void **unused)
{
	struct report r;
	uint64_t inside = 0;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	call(&r, 1, 1, 1000, 5, 1);
	begin_waiting(&r, 1, 2000, EVENT_UNFINISHED);
	begin_waiting(&r, 2, 3000, EVENT_FINISHED);
	call(&r, 3, 3, 500000, 5, 1);
	assert_int_equal(report_end(&r), 0);
	assert_int_equal(r.slow[0].begin, 2000);
	assert_int_equal(r.slow[0].duration, 498000);
	assert_non_null(strstr(r.slow[0].text, "wait4("));
	assert_non_null(strstr(r.slow[0].text, "<unfinished ...>"));
	assert_int_equal(r.slow[1].duration, 100);
	assert_int_equal(r.lanes[1].last, 500000);
	for (size_t i = 0; i < REPORT_BINS; i++)
		inside += r.lanes[1].bins[i].inside;
	assert_int_equal(inside, 498005);
	report_done(&r);
}

/* Of calls that took as long the earlier ones stay. */
static void ties_go_to_the_earlier(void **unused)
{
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	for (uint64_t i = 0; i < 3 * REPORT_SLOW_MAX; i++)
		call(&r, 1, 1, i, 50, 1);
	assert_int_equal(report_end(&r), 0);
	for (uint64_t i = 0; i < REPORT_SLOW_MAX; i++)
		assert_int_equal(r.slow[i].begin, i);
	report_done(&r);
}

static void lanes_are_bounded(void **unused)
{
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	for (uint32_t i = 1; i <= REPORT_LANES_MAX + 10; i++)
		call(&r, 1, i, i, 1, 1);
	assert_int_equal(r.lane_count, REPORT_LANES_MAX + 1);
	assert_int_equal(r.lanes_refused, 10);
	assert_int_equal(r.lanes[0].calls, 10);
	report_done(&r);
}

static void fork_process(struct report *r, uint32_t pid, uint32_t child, uint64_t time)
{
	struct event e = {.kind = EVENT_FORK, .pid = pid, .tid = pid, .time = time};

	e.fork = (struct event_fork){child, child, FORK_FORK, true};
	take(r, &e);
}

static void exit_process(struct report *r, uint32_t pid, uint32_t status, uint64_t time)
{
	struct event e = {.kind = EVENT_EXIT, .pid = pid, .tid = pid, .time = time};

	e.exit = (struct event_exit){.status = status, .process = true};
	take(r, &e);
}

/* A shell (pid 1) that starts many others, each with a child of its own. */
static void start_many(struct report *r, uint32_t many)
{
	uint64_t time = 1000000;

	call(r, 1, 1, 0, 1, 1);
	for (uint32_t i = 0; i < many; i++) {
		const uint32_t pid = 10 + 2 * i;

		fork_process(r, 1, pid, time += 1000);
		call(r, pid, pid, time += 1000, 1, -2);
		fork_process(r, pid, pid + 1, time += 1000);
		call(r, pid + 1, pid + 1, time += 1000, 1, 1);
		exit_process(r, pid + 1, i == 7 ? 11 : 0, time += 1000);
		exit_process(r, pid, 0x100, time += 1000);
	}
}

/* Those of a kind are one row, also the children of those of a kind; not who ended otherwise. */
static void processes_alike_are_one_lane(void **unused)
{
	const uint32_t many = 3 * REPORT_LANES_MAX;
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	start_many(&r, many);
	assert_int_equal(r.lanes_refused, 0);
	assert_int_equal(report_end(&r), 0);
	/* That of all others, the shell, its children, theirs, the one that crashed. */
	assert_int_equal(r.lanes_live, 5);
	assert_int_equal(r.lanes[2].count, many);
	assert_int_equal(r.lanes[2].calls, many);
	assert_int_equal(r.lanes[2].failed, many);
	assert_int_equal(calls_in_bins(&r.lanes[2]), many);
	assert_int_equal(r.lanes[3].count, many - 1);
	assert_int_equal(r.lanes[3].calls, many - 1);
	for (size_t i = 0; i < r.slow_count; i++)
		assert_int_equal(r.lanes[r.slow[i].lane].into, 0);
	report_done(&r);
}

static void few_stay_apart(void **unused)
{
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	start_many(&r, REPORT_FOLD_FROM - 1);
	assert_int_equal(report_end(&r), 0);
	assert_int_equal(r.lanes_live, 2 + 2 * (REPORT_FOLD_FROM - 1));
	report_done(&r);
}

/* Who lives for long is a row of its own, however many there are. */
static void long_lives_stay_apart(void **unused)
{
	struct report r;
	uint32_t many = REPORT_LANES_EASY + 20;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	call(&r, 1, 1, 0, 1, 1);
	for (uint32_t pid = 10; pid < 10 + many; pid++) {
		fork_process(&r, 1, pid, pid);
		call(&r, pid, pid, pid, 1, 1);
	}
	for (uint32_t pid = 10; pid < 10 + many; pid++)
		exit_process(&r, pid, 0, 1000000);
	assert_int_equal(report_end(&r), 0);
	assert_int_equal(r.lanes_live, 2 + many);
	report_done(&r);
}

static void marks_are_bounded(void **unused)
{
	struct event e = {.kind = EVENT_SIGNAL, .pid = 1, .tid = 1, .signal = {.number = 11}};
	struct report r;

	(void)unused;
	assert_int_equal(report_init(&r), 0);
	for (size_t i = 0; i < REPORT_MARKS_MAX + 7; i++)
		take(&r, &e);
	assert_int_equal(r.mark_count[REPORT_SIGNAL], REPORT_MARKS_MAX);
	assert_int_equal(r.marks_refused[REPORT_SIGNAL], 7);
	e = (struct event){
		.kind = EVENT_EXIT, .pid = 1, .tid = 1, .exit = {.status = 11, .process = true}};
	take(&r, &e);
	assert_int_equal(r.mark_count[REPORT_BAD_END], 1);
	report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bins_become_wider),
		cmocka_unit_test(long_calls_are_shared_out),
		cmocka_unit_test(times_that_no_clock_gives),
		cmocka_unit_test(the_longest_calls_stay),
		cmocka_unit_test(who_still_waits_waits_until_the_end),
		cmocka_unit_test(ties_go_to_the_earlier),
		cmocka_unit_test(lanes_are_bounded),
		cmocka_unit_test(processes_alike_are_one_lane),
		cmocka_unit_test(few_stay_apart),
		cmocka_unit_test(long_lives_stay_apart),
		cmocka_unit_test(marks_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What numbers tell of an end. */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { AT = 0x1000, CPU = 0, FILES = 7 };

static const struct process *process(struct feed *f, uint32_t pid)
{
	return processes_find(&f->processes, pid);
}

static void limit(struct feed *f, uint32_t pid, uint64_t of, uint64_t resource, uint64_t hard)
{
	const uint64_t limits[] = {hard / 2, hard};
	const struct made_call call = {
		.name = "prlimit64",
		.args = {of, resource, AT},
		.memory = {{.address = AT, .data = limits, .length = sizeof(limits)}}};

	feed_call(f, pid, &call);
}

static uint64_t found(struct feed *f, uint32_t pid)
{
	return cause_processor_limit(&f->causes, &f->processes, process(f, pid));
}

static void test_processor(void **state)
{
	struct feed f = {.seq = 0};

	(void)state;
	feed_with_state(&f);
	FEED_EXEC(&f, 10, "prog");
	assert_int_equal(found(&f, 10), 0);
	limit(&f, 10, 0, FILES, 1);
	limit(&f, 10, 11, CPU, 1);
	limit(&f, 10, 0, CPU, UINT64_MAX);
	assert_int_equal(found(&f, 10), 0);
	limit(&f, 10, 0, CPU, 1);
	feed_fork(&f, 10, 11);
	feed_fork(&f, 11, 12);
	assert_int_equal(found(&f, 10), 2);
	/* Who is made has it, too. */
	assert_int_equal(found(&f, 12), 2);
	/* In these milliseconds nobody can have used so much. */
	limit(&f, 12, 12, CPU, 30);
	assert_int_equal(found(&f, 12), 0);
	feed_done(&f);
}

static const char *status(const char *argv, size_t size, uint32_t code)
{
	struct feed f = {.seq = 0};
	const char *means;

	feed_exec(&f, 10, argv, size);
	feed_exit(&f, 10, code << 8);
	means = cause_of_status(&f.processes.list[0]);
	feed_done(&f);
	return means;
}

static void test_statuses(void **state)
{
	(void)state;
	assert_string_equal(status("/usr/bin/grep\0x", 15, 1), "no line matched");
	assert_string_equal(status("cmp", 4, 1), "the files differ");
	assert_null(status("grep", 5, 2));
	assert_null(status("mygrep", 7, 1));
	assert_null(status("", 1, 1));
}

static void test_libraries(void **state)
{
	static const char *const yes[] = {"/lib/libx.so", "libx.so.6", "/a.so/libx.so", "x.so.so"};
	static const char *const no[] = {"/run/docker.sock", ".so",  "", "x.s",
					 "/tmp/x.some",      "x.so2"};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(cause_is_library(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(cause_is_library(no[i], strlen(no[i])));
}

static void test_stacks(void **state)
{
	(void)state;
	assert_true(cause_is_stack(0x7ffd0158802c));
	assert_false(cause_is_stack(0x7fc7c1652388));
	assert_false(cause_is_stack(8));
	assert_false(cause_is_stack(UINT64_MAX));
	assert_true(cause_is_stack(0xff900000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processor),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_libraries),
		cmocka_unit_test(test_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

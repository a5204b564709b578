/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/side/calls.h"

#include "../made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct expected {
	const char *name, *group;
	uint8_t how;
	uint64_t args[EVENT_ARGS];
	uint32_t arch;
} all_expected[] = {
	{"open", "open", CALL_STEP, {0}, 0},
	{"openat", "open", CALL_STEP, {0}, 0},
	{"openat2", "open", CALL_STEP, {0}, 0},
	{"statx", "stat", CALL_STEP, {0}, 0},
	{"newfstatat", "stat", CALL_STEP, {0}, 0},
	{"fstatat64", "stat", CALL_STEP, {0}, EVENT_ARCH_I386},
	{"vfork", "fork", CALL_STEP, {0}, 0},
	{"clone", "fork", CALL_STEP, {0x1200011}, 0},
	{"clone", "thread", CALL_STEP, {0x3d0f00}, 0},
	{"mmap", "mmap", CALL_STEP, {0, 4096, 1, 2, 3}, 0},
	{"mmap", "mmap", CALL_NOISE, {0, 4096, 3, 0x22, 0xffffffff}, 0},
	{"ioctl", "ioctl", CALL_STEP, {1, 0x5401}, 0},
	{"ioctl", "ioctl", CALL_NOISE, {1, 0x541b}, 0},
	{"tgkill", "tgkill", CALL_STEP, {1, 1, 15}, 0},
	{"tgkill", "tgkill", CALL_NOISE, {1, 1, 23}, 0},
	{"futex", "futex", CALL_NOISE, {0}, 0},
	{"wait4", "wait", CALL_NOISE, {0}, 0},
	{"getpid", "getpid", CALL_NOISE, {0}, 0},
	{"getrandom", "getrandom", CALL_NOISE, {0}, 0},
	{"ppoll", "poll", CALL_NOISE, {0}, 0},
	{"readv", "read", CALL_DATA, {0}, 0},
	{"fsync", "fsync", CALL_STEP, {0}, 0},
};

static void calls_are_what_their_lines_say(void **state)
{
	struct calls calls = {.names = NULL};

	(void)state;
	assert_int_equal(diff_calls_init(&calls), 0);
	for (size_t i = 0; i < sizeof(all_expected) / sizeof(all_expected[0]); i++) {
		const struct expected *x = &all_expected[i];
		const struct call_class *k;
		struct made_call call = {.name = x->name, .arch = x->arch};
		struct made m;

		memcpy(call.args, x->args, sizeof(call.args));
		made_from(&call, &m);
		k = diff_calls_find(&calls, &m.event);
		assert_string_equal(calls.names[k->call], x->group);
		if (k->how != x->how)
			fail_msg("%s %zu: %d", x->name, i, k->how);
		made_done(&m);
	}
	diff_calls_done(&calls);
}

static void a_number_that_nobody_knows_has_a_name(void **state)
{
	struct calls calls = {.names = NULL};
	struct event e = made_event(EVENT_CALL, 1);
	const struct call_class *k;

	(void)state;
	assert_int_equal(diff_calls_init(&calls), 0);
	e.call.nr = UINT64_C(1) << 40;
	k = diff_calls_find(&calls, &e);
	assert_string_equal(k->form.name, "syscall_0x10000000000");
	assert_int_equal(k->how, CALL_STEP);
	diff_calls_done(&calls);
}

/* How a connection came out that was not waited for is the error of who asks. */
static void what_became_of_a_connection_is_an_error(void **state)
{
	const struct made_call all[] = {
		{.name = "getsockopt",
		 .args = {3, 1, 4, 0x1000, 0x2000},
		 .memory = {MADE_RESULT(0x1000, int, {111})}},
		{.name = "getsockopt",
		 .args = {3, 1, 4, 0x1000, 0x2000},
		 .memory = {MADE_RESULT(0x1000, int, {0})}},
		{.name = "getsockopt",
		 .args = {3, 1, 7, 0x1000, 0x2000},
		 .memory = {MADE_RESULT(0x1000, int, {111})}},
		{.name = "getsockopt", .ret = -9, .args = {3, 1, 4, 0x1000, 0x2000}},
		{.name = "getsockopt", .args = {3, 1, 4, 0x1000, 0x2000}},
		{.name = "read", .args = {3, 1, 4, 0x1000}},
	};
	static const int errors[] = {111, 0, 0, 9, 0, 0};
	struct calls calls = {.names = NULL};

	(void)state;
	assert_int_equal(diff_calls_init(&calls), 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct made m;

		made_from(&all[i], &m);
		assert_int_equal(diff_calls_error(diff_calls_find(&calls, &m.event), &m.event),
				 errors[i]);
		made_done(&m);
	}
	diff_calls_done(&calls);
}

/* Not for ever, and not at all; who only sleeps waits for nothing. */
static void how_long_a_call_waits(void **state)
{
	const struct made_call all[] = {
		{.name = "poll", .args = {0x1000, 1, 50}},
		{.name = "poll", .args = {0x1000, 1, 0xffffffff}},
		{.name = "poll", .args = {0x1000, 1, 0}},
		{.name = "epoll_wait", .args = {3, 0x1000, 1, 2000}},
		{.name = "ppoll",
		 .args = {0x2000, 1, 0x1000},
		 .memory = {MADE_THING(0x1000, uint64_t[2], {2, 500000000})}},
		{.name = "ppoll", .args = {0x2000, 1, 0x1000}},
		{.name = "select",
		 .args = {1, 0, 0, 0, 0x1000},
		 .memory = {MADE_THING(0x1000, uint64_t[2], {0, 20000})}},
		{.name = "select", .args = {1, 0, 0, 0, 0}},
		{.name = "ppoll",
		 .arch = EVENT_ARCH_I386,
		 .args = {0x2000, 1, 0x1000},
		 .memory = {MADE_THING(0x1000, uint32_t[2], {3, 0})}},
		{.name = "ppoll",
		 .args = {0x2000, 1, 0x1000},
		 .memory = {MADE_THING(0x1000, uint64_t[2], {UINT64_MAX, UINT64_MAX})}},
		{.name = "nanosleep",
		 .args = {0x1000},
		 .memory = {MADE_THING(0x1000, uint64_t[2], {1, 0})}},
		{.name = "read", .args = {3, 0x1000, 50}},
	};
	static const uint64_t ms[] = {50, 0, 0, 2000, 2500, 0, 20, 0, 3000, 0, 0, 0};
	struct calls calls = {.names = NULL};

	(void)state;
	assert_int_equal(diff_calls_init(&calls), 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct made m;

		made_from(&all[i], &m);
		if (diff_calls_wait(diff_calls_find(&calls, &m.event), &m.event) != ms[i] * 1000000)
			fail_msg("%s %zu", all[i].name, i);
		made_done(&m);
	}
	diff_calls_done(&calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_what_their_lines_say),
		cmocka_unit_test(a_number_that_nobody_knows_has_a_name),
		cmocka_unit_test(what_became_of_a_connection_is_an_error),
		cmocka_unit_test(how_long_a_call_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

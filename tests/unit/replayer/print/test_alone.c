/* SPDX-License-Identifier: Apache-2.0 */
/* Which calls can be said by a printer that knows nothing of what was before. */
#include "replayer/print/alone.h"

#include "../made.h"
#include "sys/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct event call(const char *name, uint32_t arch)
{
	struct event e = made_event(EVENT_CALL, 1);

	e.call.arch = arch;
	e.call.nr = (uint64_t)sys_number(arch, name);
	e.call.state = EVENT_FINISHED;
	assert_true((int64_t)e.call.nr >= 0);
	return e;
}

static bool has(const struct event *e)
{
	const struct print_options options = {.string_limit = 32};
	struct alone a;
	bool has;

	assert_int_equal(alone_init(&a, &options), 0);
	assert_non_null(a.printer);
	has = alone_has(&a, e);
	/* What it is for: the two agree. */
	assert_false(has && print_depends_on_past(e));
	alone_done(&a);
	return has;
}

static void check(const char *name, uint32_t arch, bool expected)
{
	const struct event e = call(name, arch);

	assert_int_equal(has(&e), expected);
}

static void test_calls(void **state)
{
	(void)state;
	check("openat", EVENT_ARCH_X86_64, true);
	check("read", EVENT_ARCH_X86_64, true);
	check("ioctl", EVENT_ARCH_X86_64, true);
	check("recvmsg", EVENT_ARCH_X86_64, false);
	check("setsockopt", EVENT_ARCH_X86_64, false);
	check("restart_syscall", EVENT_ARCH_X86_64, false);
	check("restart_syscall", EVENT_ARCH_I386, false);
	/* Which one it is, its arguments say. */
	check("socketcall", EVENT_ARCH_I386, false);
	check("open", EVENT_ARCH_I386, true);
}

static void test_unknown(void **state)
{
	struct event e = call("read", EVENT_ARCH_X86_64);

	(void)state;
	e.call.nr = UINT64_MAX;
	assert_true(has(&e));
	e.call.arch = 1;
	assert_true(has(&e));
}

/* Halves are another's. */
static void test_halves(void **state)
{
	struct event e = call("read", EVENT_ARCH_X86_64);

	(void)state;
	e.call.state = EVENT_NEVER;
	assert_false(has(&e));
	e.call.state = EVENT_UNFINISHED;
	assert_false(has(&e));
	e.kind = EVENT_BEGUN;
	assert_false(has(&e));
	e.kind = EVENT_END;
	e.call.state = EVENT_FINISHED;
	assert_false(has(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/refusal.h"

#include "base/buf.h"
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

static void check(struct refusal facts, int error, const char *wanted)
{
	struct err err = {0};

	assert_int_equal(refusal_explain(&facts, error, "cannot attach to 7 (x)", &err), -error);
	if (!strstr(err_text(&err), wanted))
		fail_msg("'%s' is not in '%s'", wanted, err_text(&err));
	assert_ptr_equal(strstr(err_text(&err), "cannot attach to 7 (x): "), err_text(&err));
	assert_null(strchr(err_text(&err), '\n'));
}

static void test_ptrace_scope(void **state)
{
	(void)state;
	check((struct refusal){.scope = '1'}, EPERM, "ptrace_scope is 1: only descendants");
	check((struct refusal){.scope = '2'}, EPERM, "ptrace_scope is 2: tracing takes CAP");
	check((struct refusal){.scope = '3'}, EPERM, "ptrace_scope is 3: tracing is switched off");
	/* Privilege helps against 1 and 2, a descendant needs none where it is 1. */
	check((struct refusal){.scope = '3', .capable = true}, EPERM, "ptrace_scope is 3");
	check((struct refusal){.scope = '2', .descendant = true}, EPERM, "ptrace_scope is 2");
	check((struct refusal){.scope = '2', .capable = true}, EPERM, "security module");
	check((struct refusal){.scope = '1', .capable = true}, EPERM, "security module");
	check((struct refusal){.scope = '1', .descendant = true}, EPERM, "security module");
	check((struct refusal){.scope = '0'}, EPERM, "security module");
}

static void test_the_process(void **state)
{
	(void)state;
	check((struct refusal){.other_user = true, .uid = 33, .scope = '1'}, EPERM,
	      "another user (uid 33), which takes CAP_SYS_PTRACE");
	check((struct refusal){.not_dumpable = true}, EPERM, "it is not dumpable");
	check((struct refusal){.stronger = true}, EPERM, "capabilities that rec has not");
	check((struct refusal){.stronger = true, .capable = true}, EPERM, "security module");
	check((struct refusal){.not_dumpable = true, .filtered = true, .capable = true}, EPERM,
	      "seccomp filter");
}

static void test_the_system(void **state)
{
	(void)state;
	check((struct refusal){.filtered = true}, EPERM, "seccomp filter that rec runs under");
	check((struct refusal){.filtered = true}, ENOSYS, "no ptrace(2) here: a seccomp filter");
	check((struct refusal){0}, ENOSYS, "no ptrace(2) here");
	check((struct refusal){0}, EIO, strerror(EIO));
}

/* The tracer is named, whatever else is in the way. */
static void test_traced(void **state)
{
	(void)state;
	assert_int_equal(prctl(PR_SET_NAME, "a\nb\033c"), 0);
	check((struct refusal){.tracer = getpid(), .scope = '1', .filtered = true}, EPERM,
	      " (a?b?c) traces it already");
}

static void test_gather(void **state)
{
	struct refusal facts;
	struct buf b = {0};

	(void)state;
	refusal_gather(getpid(), &facts);
	assert_int_equal(facts.tracer, 0);
	assert_false(facts.other_user);
	assert_false(facts.stronger);
	assert_int_equal(facts.uid, getuid());
	assert_int_equal(facts.capable, refusal_self_capable());
	assert_true(refusal_proc_is_there());
	refusal_gather(0x7ffffffe, &facts);
	assert_int_equal(facts.tracer, 0);
	refusal_describe(0x7ffffffe, &b);
	assert_string_equal(buf_text(&b), "2147483646 (?)");
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ptrace_scope), cmocka_unit_test(test_the_process),
		cmocka_unit_test(test_the_system),   cmocka_unit_test(test_traced),
		cmocka_unit_test(test_gather),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Wait statuses and what they mean, against the table in ptrace(2). */
#include "tracee/ptrace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>

#include <cmocka.h>

static int stopped(int signal, int event)
{
	return 0x7f | signal << 8 | event << 16;
}

static void test_classify(void **state)
{
	static const struct {
		int signal, event;
		enum tracee_stop expect;
	} rows[] = {
		{SIGTRAP | 0x80, 0, TRACEE_SYSCALL},
		{SIGTRAP, 0, TRACEE_SIGNALED}, /* the program's own int3 */
		{SIGSTOP, 0, TRACEE_SIGNALED}, /* its delivery, not yet the stop */
		{SIGSTOP, PTRACE_EVENT_STOP, TRACEE_GROUP_STOP},
		{SIGTSTP, PTRACE_EVENT_STOP, TRACEE_GROUP_STOP},
		{SIGTTIN, PTRACE_EVENT_STOP, TRACEE_GROUP_STOP},
		{SIGTTOU, PTRACE_EVENT_STOP, TRACEE_GROUP_STOP},
		{SIGTRAP, PTRACE_EVENT_STOP, TRACEE_TRAPPED},
		{SIGTRAP, PTRACE_EVENT_FORK, TRACEE_FORKED},
		{SIGTRAP, PTRACE_EVENT_VFORK, TRACEE_FORKED},
		{SIGTRAP, PTRACE_EVENT_CLONE, TRACEE_FORKED},
		{SIGTRAP, PTRACE_EVENT_EXEC, TRACEE_EXECED},
		{SIGTRAP, PTRACE_EVENT_EXIT, TRACEE_OTHER},
		{SIGTRAP, PTRACE_EVENT_SECCOMP, TRACEE_FILTERED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int signal = -1;

		assert_int_equal(tracee_classify(stopped(rows[i].signal, rows[i].event), &signal),
		                 rows[i].expect);
		assert_int_equal(signal, rows[i].signal);
	}
}

static void test_exits(void **state)
{
	int signal = -1;

	(void)state;
	assert_int_equal(tracee_classify(3 << 8, &signal), TRACEE_EXITED);
	assert_int_equal(tracee_classify(SIGKILL, &signal), TRACEE_EXITED);
	assert_int_equal(tracee_classify(SIGSEGV | 0x80, &signal), TRACEE_EXITED);
	assert_int_equal(signal, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classify),
		cmocka_unit_test(test_exits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

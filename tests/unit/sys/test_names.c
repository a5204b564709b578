/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/names.h"

#include "sys/sets.h"
#include "sys/table.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ARCH_X86_64 = 0xc000003e };

static void test_errno(void **state)
{
	(void)state;
	assert_string_equal(sys_errno_name(2), "ENOENT");
	assert_string_equal(sys_errno_text(2), "No such file or directory");
	assert_string_equal(sys_errno_name(11), "EAGAIN");
	assert_string_equal(sys_errno_name(95), "EOPNOTSUPP");
	assert_string_equal(sys_errno_name(133), "EHWPOISON");
	assert_null(sys_errno_name(0));
	assert_null(sys_errno_name(-1));
	assert_null(sys_errno_name(41));
	assert_null(sys_errno_name(4095));
	assert_null(sys_errno_text(4095));
}

static void test_restart(void **state)
{
	(void)state;
	assert_string_equal(sys_errno_name(512), "ERESTARTSYS");
	assert_string_equal(sys_errno_text(512), "To be restarted if SA_RESTART is set");
	assert_string_equal(sys_errno_text(513), "To be restarted");
	assert_string_equal(sys_errno_text(514), "To be restarted if no handler");
	assert_string_equal(sys_errno_name(516), "ERESTART_RESTARTBLOCK");
	assert_string_equal(sys_errno_text(516), "Interrupted by signal");
}

/* The C library knows the same names and texts, as far as it goes. */
static void test_errno_as_library(void **state)
{
	(void)state;
	for (int i = 1; i < 134; i++) {
		const char *name = strerrorname_np(i);

		if (!name)
			continue;
		assert_string_equal(sys_errno_name(i), name);
		assert_string_equal(sys_errno_text(i), strerrordesc_np(i));
	}
}

static void test_signals(void **state)
{
	(void)state;
	for (int i = 1; i < 32; i++) {
		char name[32];

		snprintf(name, sizeof(name), "SIG%s", sigabbrev_np(i));
		/* one signal, two names */
		assert_string_equal(sys_signal_name(i), i == SIGPOLL ? "SIGIO" : name);
	}
	assert_string_equal(sys_signal_name(32), "SIGRTMIN");
	assert_string_equal(sys_signal_name(33), "SIGRT_1");
	assert_string_equal(sys_signal_name(64), "SIGRT_32");
	assert_null(sys_signal_name(0));
	assert_null(sys_signal_name(65));
	assert_null(sys_signal_name(-1));
}

static bool in(const char *set, const char *call)
{
	int64_t nr = sys_number(ARCH_X86_64, call);

	assert_true(nr >= 0);
	return sys_set_contains(set, sys_find(ARCH_X86_64, (uint64_t)nr));
}

static void test_sets(void **state)
{
	(void)state;
	assert_true(in("%file", "openat"));
	assert_true(in("file", "getcwd"));
	assert_true(in("%file", "fsconfig"));
	assert_false(in("%file", "read"));
	assert_true(in("%desc", "read"));
	assert_true(in("%desc", "pipe2"));
	assert_true(in("%desc", "poll"));
	assert_true(in("%desc", "select"));
	assert_true(in("%desc", "epoll_create1"));
	assert_false(in("%desc", "socket"));
	assert_false(in("%desc", "clone3"));
	assert_true(in("%net", "socket"));
	assert_true(in("%network", "sendmmsg"));
	assert_true(in("%process", "clone3"));
	assert_true(in("%memory", "mmap"));
	assert_true(in("%signal", "kill"));
	assert_true(in("%ipc", "semop"));
	assert_true(in("%%stat", "lstat"));
	assert_false(in("%stat", "lstat"));
	assert_false(in("%nonsense", "read"));
	assert_true(sys_set_known("%file"));
	assert_true(sys_set_known("net"));
	assert_true(sys_set_known("%%statfs"));
	assert_false(sys_set_known("%nonsense"));
	assert_false(sys_set_known(""));
	assert_false(sys_set_known("%"));
}

/* A variant belongs where its call does. */
static void test_set_of_variant(void **state)
{
	const uint64_t args[6] = {3, 0x541b, 0};
	const struct sys_desc *ioctl = sys_find(ARCH_X86_64, 16);
	const struct sys_desc *variant = sys_select(ioctl, args, NULL);

	(void)state;
	assert_ptr_not_equal(ioctl, variant);
	assert_true(sys_set_contains("%desc", variant));
	assert_false(sys_set_contains("%file", variant));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_errno_as_library),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_set_of_variant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The list of calls that others rest on. */
#include "sys/bearing.h"

#include "sys/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WIDE = 0xc000003e, NARROW = 0x40000003 };

static const struct sys_bearing *find(uint32_t arch, const char *name)
{
	return sys_bearing(sys_find(arch, (uint64_t)sys_number(arch, name)));
}

/* A name that no architecture has would be a mistake that nobody notices. */
static void test_names_exist(void **state)
{
	const struct sys_bearing *b;

	(void)state;
	for (size_t i = 0; (b = sys_bearing_at(i)); i++) {
		if (sys_number(WIDE, b->name) < 0 && sys_number(NARROW, b->name) < 0)
			fail_msg("there is no call named %s", b->name);
		assert_true(b->count <= SYS_BEARING_VALUES && b->arg < 6);
	}
}

static void test_found(void **state)
{
	const uint64_t none[6] = {0};

	(void)state;
	assert_true(sys_bears(find(WIDE, "openat"), none));
	assert_true(sys_bears(find(NARROW, "openat"), none));
	assert_true(sys_bears(find(WIDE, "exit_group"), none));
	assert_null(find(WIDE, "read"));
	assert_false(sys_bears(NULL, none));
	/* Some of what it stands for bears on others. */
	assert_true(sys_bears(find(NARROW, "socketcall"), none));
	assert_null(find(NARROW, "ipc"));
}

static void test_arguments(void **state)
{
	static const struct {
		const char *name;
		uint64_t args[6];
		bool bears;
	} rows[] = {
		{"fcntl", {3, 0}, true},                          /* F_DUPFD */
		{"fcntl", {3, 1}, false},                         /* F_GETFD */
		{"fcntl", {3, 1030}, true},                       /* F_DUPFD_CLOEXEC */
		{"ioctl", {3, 0x5451}, true},                     /* FIOCLEX */
		{"ioctl", {3, 0x5401}, false},                    /* TCGETS */
		{"ioctl", {3, UINT64_C(1) << 40 | 0x5450}, true}, /* it is an int */
		{"newfstatat", {3, 0, 0, 0x1100}, true},          /* AT_EMPTY_PATH */
		{"newfstatat", {3, 0, 0, 0x100}, false},
		{"prctl", {22, 2}, true}, /* PR_SET_SECCOMP */
		{"prctl", {15}, false},
	};

	(void)state;
	assert_true(sys_bears(find(NARROW, "fstatat64"), (const uint64_t[6]){3, 0, 0, 0x1000}));
	assert_false(sys_bears(find(NARROW, "fstatat64"), (const uint64_t[6]){3, 0, 0, 0}));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sys_bears(find(WIDE, rows[i].name), rows[i].args), rows[i].bears);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_exist),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

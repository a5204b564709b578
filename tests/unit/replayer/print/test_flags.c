/* SPDX-License-Identifier: Apache-2.0 */
/* Values whose names are made of parts, and such as another width of program names otherwise. */
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { P = 0x10000000, I386 = 0x40000003 };

/* One of several, among bits: said first when it is none of them. */
static void test_kinds(void **state)
{
	static const struct made_call calls[] = {
		{"mmap(NULL, 4096, PROT_READ, 0x4 /* MAP_??? */|MAP_ANONYMOUS, -1, 0) = 0",
		 "mmap",
		 0,
		 {0, 4096, 1, 0x24, UINT32_MAX, 0}},
		{"mmap(NULL, 4096, PROT_READ, MAP_FILE|MAP_ANONYMOUS, -1, 0) = 0",
		 "mmap",
		 0,
		 {0, 4096, 1, 0x20, UINT32_MAX, 0}},
		{"fanotify_init(0xc /* FAN_CLASS_??? */|FAN_CLOEXEC, O_RDWR) = 0",
		 "fanotify_init",
		 0,
		 {0xd, 2}},
	};

	(void)state;
	CHECK_CALLS(calls);
}

static void test_wake_operations(void **state)
{
	static const struct made_call calls[] = {
		{"futex(0x10000000, FUTEX_WAKE_OP, 1, 2, 0x10000000, "
		 "FUTEX_OP_ADD<<28|0x345<<12|FUTEX_OP_CMP_LT<<24|0x678) = 0",
		 "futex",
		 0,
		 {P, 5, 1, 2, P, 0x12345678}},
		{"futex(0x10000000, FUTEX_WAKE_OP, 1, 2, 0x10000000, "
		 "FUTEX_OP_SET<<28|0<<12|FUTEX_OP_CMP_EQ<<24|0) = 0",
		 "futex",
		 0,
		 {P, 5, 1, 2, P, 0}},
		{"futex(0x10000000, FUTEX_WAKE_OP, 1, 2, 0x10000000, "
		 "FUTEX_OP_OPARG_SHIFT<<28|0x7<<28 /* FUTEX_OP_??? */|0xfff<<12|"
		 "0xf<<24 /* FUTEX_OP_CMP_??? */|0xfff) = 0",
		 "futex",
		 0,
		 {P, 5, 1, 2, P, UINT32_MAX}},
	};

	(void)state;
	CHECK_CALLS(calls);
}

/* The size is in the number, and differs where a long does. */
static void test_requests(void **state)
{
	static const struct made_call calls[] = {
		{"ioctl(3, EVIOCGNAME(256), 0) = 0", "ioctl", 0, {3, 0x81004506, 0}},
		{"ioctl(3, EVIOCGBIT(EV_KEY, 96), 0) = 0", "ioctl", 0, {3, 0x80604521, 0}},
		{"ioctl(3, EVIOCGABS(ABS_Y), 0) = 0", "ioctl", 0, {3, 0x80184541, 0}},
		{"ioctl(3, _IOC(_IOC_READ, 0x12, 0x34, 0x8), 0) = 0",
		 "ioctl",
		 0,
		 {3, 0x80081234, 0}},
		{"ioctl(3, FS_IOC_GETFLAGS, NULL) = 0", "ioctl", 0, {3, 0x80086601, 0}},
		{"ioctl(3, BLKBSZGET, NULL) = 0", "ioctl", 0, {3, 0x80081270, 0}},
		{.text = "ioctl(3, BLKBSZGET, NULL) = 0",
		 .name = "ioctl",
		 .args = {3, 0x80041270, 0},
		 .arch = I386},
		{.text = "ioctl(3, _IOC(_IOC_READ, 0x12, 0x70, 0x8), 0) = 0",
		 .name = "ioctl",
		 .args = {3, 0x80081270, 0},
		 .arch = I386},
	};

	(void)state;
	CHECK_CALLS(calls);
}

/* A member that the kernel writes into what it reads is said when it did. */
static void test_answers(void **state)
{
	const struct made_call calls[] = {
		{"ioctl(3, UFFDIO_ZEROPAGE, {range={start=0x1000, len=0x2000}, mode=0, "
		 "zeropage=0x2000}) = 0",
		 "ioctl",
		 0,
		 {3, 0xc020aa04, P},
		 {MADE_THING(P, uint64_t[4], {0x1000, 0x2000, 0, 0}),
		  MADE_RESULT(P, uint64_t[4], {0x1000, 0x2000, 0, 0x2000})}},
		{"ioctl(3, UFFDIO_ZEROPAGE, {range={start=0x1000, len=0x2000}, mode=0}) "
		 "= -1 EBADF (Bad file descriptor)",
		 "ioctl",
		 -9,
		 {3, 0xc020aa04, P},
		 {MADE_THING(P, uint64_t[4], {0x1000, 0x2000, 0, 0})}},
		{"ioctl(3, SIOCGIFNAME, {ifr_ifindex=1}) = -1 ENODEV (No such device)",
		 "ioctl",
		 -19,
		 {3, 0x8910, P},
		 {MADE_THING(P, uint32_t[10], {0, 0, 0, 0, 1})}},
	};

	(void)state;
	CHECK_CALLS(calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_wake_operations),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

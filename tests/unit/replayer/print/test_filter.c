/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of classic BPF: the classes of instructions, what they load, what they return. */
#include "check.h"

#include <linux/filter.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { P = 0x1000, Q = 0x2000 };

static const struct print_options all = {.string_limit = 32, .verbose = true};

#define PROGRAM(...)                                                                               \
	{                                                                                          \
		MADE_THING(P, struct sock_fprog, {1, (struct sock_filter *)Q}),                    \
			MADE_THING(Q, struct sock_filter, {__VA_ARGS__})                           \
	}
#define FOR_SOCKETS(text, ...)                                                                     \
	{                                                                                          \
		"setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len=1, filter=[" text "]}, 16) = 0", \
			"setsockopt", 0, {3, 1, 26, P, 16}, PROGRAM(__VA_ARGS__)                   \
	}
#define FOR_CALLS(text, ...)                                                                       \
	{                                                                                          \
		"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=1, filter=[" text "]}) = 0", "seccomp",  \
			0, {1, 0, P}, PROGRAM(__VA_ARGS__)                                         \
	}

static const struct made_call instructions[] = {
	FOR_SOCKETS("BPF_STMT(BPF_LD|BPF_W|BPF_LEN, 0)", 0x80, 0, 0, 0),
	FOR_SOCKETS("BPF_STMT(BPF_LDX|BPF_B|BPF_MSH, 0xe)", 0xb1, 0, 0, 14),
	FOR_SOCKETS("BPF_STMT(BPF_LD|BPF_DW|0xe0 /* BPF_??? */, 0)", 0xf8, 0, 0, 0),
	FOR_SOCKETS("BPF_STMT(BPF_ST, 0x3)", 2, 0, 0, 3),
	FOR_SOCKETS("BPF_STMT(BPF_STX|0x120 /* BPF_??? */, 0x3)", 0x123, 0, 0, 3),
	FOR_SOCKETS("BPF_STMT(BPF_ALU|BPF_X|BPF_XOR, 0)", 0xac, 0, 0, 0),
	FOR_SOCKETS("BPF_STMT(BPF_JMP|BPF_K|BPF_JA, 0x7)", 5, 0, 0, 7),
	FOR_SOCKETS("BPF_JUMP(BPF_JMP|BPF_K|BPF_JEQ, 0x5, 0x1, 0)", 0x15, 1, 0, 5),
	FOR_SOCKETS("BPF_JUMP(BPF_JMP|BPF_X|BPF_JSET, 0, 0, 0xff)", 0x4d, 0, 255, 0),
	FOR_SOCKETS("BPF_STMT(BPF_MISC|BPF_TXA, 0)", 0x87, 0, 0, 0),
	FOR_SOCKETS("BPF_STMT(BPF_MISC|0xb8 /* BPF_??? */|0xff00 /* BPF_??? */, 0)", 0xffbf, 0, 0,
		    0),
	/* Where a packet is loaded from. */
	FOR_SOCKETS("BPF_STMT(BPF_LD|BPF_H|BPF_ABS, 0xffdfffff)", 0x28, 0, 0, 0xffdfffff),
	FOR_SOCKETS("BPF_STMT(BPF_LD|BPF_H|BPF_ABS, SKF_LL_OFF+12)", 0x28, 0, 0, 0xffe0000c),
	FOR_SOCKETS("BPF_STMT(BPF_LD|BPF_B|BPF_ABS, SKF_NET_OFF+9)", 0x30, 0, 0, 0xfff00009),
	FOR_SOCKETS("BPF_STMT(BPF_LD|BPF_W|BPF_ABS, SKF_AD_OFF+SKF_AD_IFINDEX)", 0x20, 0, 0,
		    0xfffff008),
	FOR_SOCKETS("BPF_STMT(BPF_LD|BPF_W|BPF_ABS, SKF_AD_OFF+0x1 /* SKF_AD_??? */)", 0x20, 0, 0,
		    0xfffff001),
	FOR_CALLS("BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0xfffff008)", 0x20, 0, 0, 0xfffff008),
	/* A result is a length, or what becomes of a call. */
	FOR_SOCKETS("BPF_STMT(BPF_RET|BPF_K, 0x50001)", 6, 0, 0, 0x50001),
	FOR_CALLS("BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|0x1)", 6, 0, 0, 0x50001),
	FOR_CALLS("BPF_STMT(BPF_RET|BPF_A, SECCOMP_RET_KILL_THREAD)", 0x16, 0, 0, 0),
	FOR_CALLS("BPF_STMT(BPF_RET|BPF_K, 0x12340000 /* SECCOMP_RET_??? */|0x7)", 6, 0, 0,
		  0x12340007),
	FOR_CALLS("BPF_JUMP(BPF_RET|BPF_K|0x20 /* BPF_??? */, 0x50001, 0x1, 0x2)", 0x26, 1, 2,
		  0x50001),
};

static void test_instructions(void **state)
{
	(void)state;
	CHECK_CALLS_WITH(&all, instructions);
}

static const struct made_call numbers[] = {
	{"seccomp(0x1, 0, {len=1, filter=[BPF_STMT(0x6|0, 0x50000|0x1)]}) = 0",
	 "seccomp",
	 0,
	 {1, 0, P},
	 PROGRAM(6, 0, 0, 0x50001)},
	{"setsockopt(3, 0x1, 0x1a, {len=1, filter=[BPF_STMT(0|0|0x20, 0xfffff000+0x8)]}, "
	 "16) = 0",
	 "setsockopt",
	 0,
	 {3, 1, 26, P, 16},
	 PROGRAM(0x20, 0, 0, 0xfffff008)},
};

static void test_numbers(void **state)
{
	const struct print_options options = {
		.string_limit = 32, .verbose = true, .words = PRINT_WORDS_NEVER};

	(void)state;
	CHECK_CALLS_WITH(&options, numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instructions),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

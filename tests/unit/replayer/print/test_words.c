/* SPDX-License-Identifier: Apache-2.0 */
/* -X: numbers instead of names, and numbers beside them. */
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { A = 0x7000 };

static const struct made_call calls[] = {
	{"", "openat", 3, {(uint32_t)-100, A, 02000000}, {MADE_STRING(A, "/a")}},
	{"", "kill", 0, {1, 10}},
	{"", "kill", 0, {1, 99}},
	{"", "socket", 3, {1, 02000001, 0}},
	{"", "madvise", -22, {0, 0, 0x4d}},
	{"", "close", 0, {3}},
	{"", "access", 0, {A, 0}, {MADE_STRING(A, "/a")}},
	{"", "bind", 0, {3, A, 16}, {MADE_BYTES(A, "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0")}},
	{"", "clone", 7, {0x1200000 | 17}},
	{"", "fcntl", 1, {3, 1}},
	{"", "personality", 0x10, {0x40000}},
	{"", "personality", 0x4000014, {0xffffffff}},
	{"", "mremap", 0x2000, {0x1000, 1, 2, 5, 0x3000}},
};

static const char *const raw[] = {
	"openat(-100, \"/a\", 0x80000) = 3",
	"kill(1, 10) = 0",
	"kill(1, 99) = 0",
	"socket(0x1, 0x1|0x80000, 0) = 3",
	"madvise(NULL, 0, 0x4d) = -1 EINVAL (Invalid argument)",
	"close(3) = 0",
	"access(\"/a\", 0) = 0",
	("bind(3, {sa_family=0x2, sin_port=\"\\x00\\x50\", sin_addr=\"\\x7f\\x00\\x00\\x01\"}, 16) "
	 "= 0"),
	"clone(child_stack=NULL, flags=0x1200000|17, child_tidptr=NULL) = 7",
	"fcntl(3, 0x1) = 0x1 (flags 0x1)",
	"personality(0|0x40000) = 0x10 (0x10)",
	"personality(0xffffffff) = 0x4000014 (0x14|0x4000000)",
	"mremap(0x1000, 1, 2, 0x5) = 0x2000",
};

static const char *const both[] = {
	"openat(-100 /* AT_FDCWD */, \"/a\", 0x80000 /* O_RDONLY|O_CLOEXEC */) = 3",
	"kill(1, 10 /* SIGUSR1 */) = 0",
	"kill(1, 99) = 0",
	"socket(0x1 /* AF_UNIX */, 0x1 /* SOCK_STREAM */|0x80000 /* SOCK_CLOEXEC */, 0) = 3",
	"madvise(NULL, 0, 0x4d /* MADV_??? */) = -1 EINVAL (Invalid argument)",
	"close(3) = 0",
	"access(\"/a\", 0 /* F_OK */) = 0",
	"bind(3, {sa_family=0x2 /* AF_INET */, sin_port=\"\\x00\\x50\" /* htons(80) */, "
	"sin_addr=\"\\x7f\\x00\\x00\\x01\" /* inet_addr(\"127.0.0.1\") */}, 16) = 0",
	"clone(child_stack=NULL, flags=0x1200000 /* CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID */|"
	"17 /* SIGCHLD */, child_tidptr=NULL) = 7",
	"fcntl(3, 0x1 /* F_GETFD */) = 0x1 (flags 0x1 /* FD_CLOEXEC */)",
	"personality(0 /* PER_LINUX */|0x40000 /* ADDR_NO_RANDOMIZE */) = 0x10 (0x10 /* PER_HPUX "
	"*/)",
	"personality(0xffffffff) = 0x4000014 (0x14 /* PER_??? */|0x4000000 /* STICKY_TIMEOUTS */)",
	"mremap(0x1000, 1, 2, 0x5 /* MREMAP_MAYMOVE|MREMAP_DONTUNMAP */) = 0x2000",
};

static void check(enum print_words words, const char *const *texts)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT, .words = words};
	struct made_call told[sizeof(calls) / sizeof(calls[0])];

	memcpy(told, calls, sizeof(told));
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		told[i].text = texts[i];
	CHECK_CALLS_WITH(&options, told);
}

static void test_numbers(void **state)
{
	(void)state;
	check(PRINT_WORDS_NEVER, raw);
}

static void test_both(void **state)
{
	(void)state;
	check(PRINT_WORDS_TOO, both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

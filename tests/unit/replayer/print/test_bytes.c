/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, lists of strings and buffers, as strace 6.1 writes them for the same bytes. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

/* Ten times four letters. */
#define FORTY    "0123456789012345678901234567890123456789"
#define FORTY_32 "01234567890123456789012345678901"
enum { NOWHERE = 8, P = 0x10000000, Q = 0x10001000, R = 0x10002000 };

/* A path is never cut, and is told only if its end is there. */
static const struct made_call paths[] = {
	{"chdir(\"/etc\") = 0", "chdir", 0, {P}, {MADE_STRING(P, "/etc")}},
	{"chdir(\"\") = -1 ENOENT (No such file or directory)",
	 "chdir",
	 -ENOENT,
	 {P},
	 {MADE_STRING(P, "")}},
	{"chdir(\"" FORTY "\") = 0", "chdir", 0, {P}, {MADE_STRING(P, FORTY)}},
	{"chdir(NULL) = -1 EFAULT (Bad address)", "chdir", -EFAULT, {0}, {{0}}},
	{"chdir(0x8) = -1 EFAULT (Bad address)", "chdir", -EFAULT, {NOWHERE}, {{0}}},
	{"chdir(0x1000fff6) = -1 EFAULT (Bad address)",
	 "chdir",
	 -EFAULT,
	 {0x1000fff6},
	 {{.address = 0x1000fff6, .data = "/etc/hosts", .length = 10, .unreadable = true}}},
	{"chdir(\"a \\\"quoted\\\" \\\\ \\n\\t\\v\\f\\r\\7\\10\\33\\0011\\19\\377\\200\") = 0",
	 "chdir",
	 0,
	 {P},
	 {MADE_STRING(P, "a \"quoted\" \\ \n\t\v\f\r\a\b\033\0011\0019\377\200")}},
	/* Longer than PATH_MAX: what was read of it. */
	{"chdir(\"/etc\"...) = -1 ENAMETOOLONG (File name too long)",
	 "chdir",
	 -ENAMETOOLONG,
	 {P},
	 {MADE_BYTES(P, "/etc")}},
	{"symlink(\"a\", \"b\") = 0",
	 "symlink",
	 0,
	 {P, Q},
	 {MADE_STRING(P, "a"), MADE_STRING(Q, "b")}},
};

static void test_paths(void **state)
{
	(void)state;
	CHECK_CALLS(paths);
}

/* Any other string is cut at -s; its NUL does not count. */
static const struct made_call strings[] = {
	{"memfd_create(\"0123456789012345678901234567890\", 0) = 3",
	 "memfd_create",
	 3,
	 {P},
	 {MADE_STRING(P, "0123456789012345678901234567890")}},
	{"memfd_create(\"01234567890123456789012345678901\", 0) = 3",
	 "memfd_create",
	 3,
	 {P},
	 {MADE_STRING(P, "01234567890123456789012345678901")}},
	{"memfd_create(\"01234567890123456789012345678901\"..., 0) = 3",
	 "memfd_create",
	 3,
	 {P},
	 {MADE_STRING(P, "012345678901234567890123456789012")}},
	{"memfd_create(\"01234567890123456789012345678901\"..., 0) = 3",
	 "memfd_create",
	 3,
	 {P},
	 {MADE_STRING(P, FORTY)}},
	{"memfd_create(0x1000fffc, 0) = -1 EFAULT (Bad address)",
	 "memfd_create",
	 -EFAULT,
	 {0x1000fffc},
	 {{.address = 0x1000fffc, .data = "abcd", .length = 4, .unreadable = true}}},
};

static void test_strings(void **state)
{
	(void)state;
	CHECK_CALLS(strings);
}

static const struct made_call buffers[] = {
	{"write(1, \"01234567890123456789012345678901\", 32) = 32",
	 "write",
	 32,
	 {1, P, 32},
	 {MADE_BYTES(P, "01234567890123456789012345678901")}},
	{"write(1, \"01234567890123456789012345678901\"..., 33) = 33",
	 "write",
	 33,
	 {1, P, 33},
	 {MADE_BYTES(P, "012345678901234567890123456789012")}},
	{"write(1, \"\", 0) = 0", "write", 0, {1, P, 0}, {{0}}},
	{"write(1, NULL, 5) = -1 EFAULT (Bad address)", "write", -EFAULT, {1, 0, 5}, {{0}}},
	{"write(1, 0x8, 5) = -1 EFAULT (Bad address)", "write", -EFAULT, {1, NOWHERE, 5}, {{0}}},
	{"write(1, \"\\0\", 1) = 1", "write", 1, {1, P, 1}, {MADE_BYTES(P, "\0")}},
	{"write(1, \"a\\0b\", 3) = 3", "write", 3, {1, P, 3}, {MADE_BYTES(P, "a\0b")}},
	{"write(1, \"\\0001\\09\\0\", 5) = 5",
	 "write",
	 5,
	 {1, P, 5},
	 {MADE_BYTES(P, "\0001\0009\0")}},
	{"write(1, \"\\1\\78\\177\\17\\200\\377z\", 8) = 8",
	 "write",
	 8,
	 {1, P, 8},
	 {MADE_BYTES(P, "\1\0078\177\17\200\377z")}},
	/* What was read is what came, not what was asked for. */
	{"read(3, \"root:\", 100) = 5", "read", 5, {3, P, 100}, {MADE_WROTE(P, "root:")}},
	{"read(3, \"\", 100) = 0", "read", 0, {3, P, 100}, {{0}}},
	{"read(3, \"\", 0) = 0", "read", 0, {3, P, 0}, {{0}}},
	/* No room: it is only asked for how much there is. */
	{"flistxattr(3, 0x10000000, 0) = 0", "flistxattr", 0, {3, P, 0}, {{0}}},
	{"flistxattr(3, 0x10000000, 0) = 31", "flistxattr", 31, {3, P, 0}, {{0}}},
	{"flistxattr(3, \"\", 9) = 0", "flistxattr", 0, {3, P, 9}, {{0}}},
	{"flistxattr(3, \"ab\\0\", 9) = 3", "flistxattr", 3, {3, P, 9}, {MADE_WROTE(P, "ab\0")}},
	{"read(3, 0x10000000, 100) = -1 EBADF (Bad file descriptor)",
	 "read",
	 -EBADF,
	 {3, P, 100},
	 {{0}}},
	{"read(3, NULL, 100) = -1 EFAULT (Bad address)", "read", -EFAULT, {3, 0, 100}, {{0}}},
	{"readlink(\"/proc/self/cwd\", \"/tmp\", 4096) = 4",
	 "readlink",
	 4,
	 {P, Q, 4096},
	 {MADE_STRING(P, "/proc/self/cwd"), MADE_WROTE(Q, "/tmp")}},
	{"readlink(\"x\", 0x10001000, 0) = -1 EINVAL (Invalid argument)",
	 "readlink",
	 -EINVAL,
	 {P, Q, 0},
	 {MADE_STRING(P, "x")}},
	{"getcwd(\"/tmp/truth\", 4096) = 11",
	 "getcwd",
	 11,
	 {P, 4096},
	 {MADE_WROTE(P, "/tmp/truth\0")}},
	{"getcwd(0x10000000, 4) = -1 ERANGE (Numerical result out of range)",
	 "getcwd",
	 -ERANGE,
	 {P, 4},
	 {{0}}},
	/* Random bytes are no text, even when they look so. */
	{"getrandom(\"\\x61\\x00\\x62\", 3, GRND_NONBLOCK) = 3",
	 "getrandom",
	 3,
	 {P, 3, 1},
	 {MADE_WROTE(P, "a\0b")}},
	{"getrandom(\"\", 0, 0) = 0", "getrandom", 0, {P, 0, 0}, {{0}}},
	{"getrandom(0x8, 4, 0) = -1 EFAULT (Bad address)",
	 "getrandom",
	 -EFAULT,
	 {NOWHERE, 4, 0},
	 {{0}}},
};

static void test_buffers(void **state)
{
	(void)state;
	CHECK_CALLS(buffers);
}

/* The tape has less than -s allows: what is missing is marked, too. */
static const struct made_call kept_in_part[] = {
	{"write(1, \"abc\"..., 70000) = 70000",
	 "write",
	 70000,
	 {1, P, 70000},
	 {{.address = P, .data = "abc", .length = 3, .beyond = 69997}}},
	{"read(3, \"abc\"..., 70000) = 70000",
	 "read",
	 70000,
	 {3, P, 70000},
	 {{.address = P, .data = "abc", .length = 3, .beyond = 69997, .exit = true}}},
};

static void test_kept_in_part(void **state)
{
	const struct print_options long_strings = {.string_limit = 100};

	(void)state;
	CHECK_CALLS(kept_in_part);
	CHECK_CALLS_WITH(&long_strings, kept_in_part);
}

static const struct made_call limited[] = {
	{"write(1, \"01234\"..., 40) = 40", "write", 40, {1, P, 40}, {MADE_BYTES(P, FORTY)}},
	{"write(1, \"01234\", 5) = 5", "write", 5, {1, P, 5}, {MADE_BYTES(P, "01234")}},
	{"memfd_create(\"01234\"..., 0) = 3", "memfd_create", 3, {P}, {MADE_STRING(P, FORTY)}},
	{"chdir(\"" FORTY "\") = 0", "chdir", 0, {P}, {MADE_STRING(P, FORTY)}},
};

static const struct made_call nothing_shown[] = {
	{"write(1, \"\"..., 40) = 40", "write", 40, {1, P, 40}, {MADE_BYTES(P, FORTY)}},
	{"write(1, \"\", 0) = 0", "write", 0, {1, P, 0}, {{0}}},
	{"execve(\"/x\", [...], NULL) = -1 ENOENT (No such file or directory)",
	 "execve",
	 -ENOENT,
	 {P, Q, 0},
	 {MADE_STRING(P, "/x"), MADE_THING(Q, const uint64_t[2], {R, 0}), MADE_STRING(R, "a")}},
};

static const struct made_call no_elements[] = {
	{"pipe2([...], 0) = 0", "pipe2", 0, {P, 0}, {MADE_WROTE(P, "\3\0\0\0\4\0\0\0")}},
	{"getresuid([0], [1], [2]) = 0",
	 "getresuid",
	 0,
	 {P, Q, R},
	 {MADE_WROTE(P, "\0\0\0\0"), MADE_WROTE(Q, "\1\0\0\0"), MADE_WROTE(R, "\2\0\0\0")}},
	{"sysinfo({uptime=0, loads=[...], totalram=0, freeram=0, sharedram=0, bufferram=0, "
	 "totalswap=0, freeswap=0, procs=0, totalhigh=0, freehigh=0, mem_unit=0}) = 0",
	 "sysinfo",
	 0,
	 {P},
	 {MADE_RESULT(P, const uint64_t[14], {0})}},
};

static const struct made_call all_shown[] = {
	{"write(1, \"" FORTY "\", 40) = 40", "write", 40, {1, P, 40}, {MADE_BYTES(P, FORTY)}},
};

static void test_string_limits(void **state)
{
	const struct print_options five = {.string_limit = 5}, none = {.string_limit = 0},
				   all = {.string_limit = SIZE_MAX};

	(void)state;
	CHECK_CALLS_WITH(&five, limited);
	CHECK_CALLS_WITH(&none, nothing_shown);
	CHECK_CALLS_WITH(&none, no_elements);
	CHECK_CALLS_WITH(&all, all_shown);
}

static const struct made_call hexadecimal[] = {
	{"openat(AT_FDCWD, \"\\x61\", O_RDONLY) = 3",
	 "openat",
	 3,
	 {(uint64_t)-100, P, 0},
	 {MADE_STRING(P, "a")}},
	{"connect(3, {sa_family=AF_UNIX, sun_path=\"\\x61\"}, 4) = 0",
	 "connect",
	 0,
	 {3, P, 4},
	 {MADE_BYTES(P, "\1\0a\0")}},
};

static const struct made_call mixed[] = {
	{"write(1, \"abc\", 3) = 3", "write", 3, {1, P, 3}, {MADE_BYTES(P, "abc")}},
	{"write(1, \"\\x61\\x00\\x62\", 3) = 3", "write", 3, {1, P, 3}, {MADE_BYTES(P, "a\0b")}},
	{"write(1, \"a\\tb\", 3) = 3", "write", 3, {1, P, 3}, {MADE_BYTES(P, "a\tb")}},
};

static void test_hexadecimal(void **state)
{
	const struct print_options all = {.string_limit = 32, .hex = PRINT_HEX_ALL},
				   some = {.string_limit = 32, .hex = PRINT_HEX_NON_ASCII};

	(void)state;
	CHECK_CALLS_WITH(&all, hexadecimal);
	CHECK_CALLS_WITH(&some, mixed);
}

/* Less than is told can be read: strace says where it is. */
static const struct made_call unreadable[] = {
	{"write(-1, 0x1000fffc, 8) = -1 EBADF (Bad file descriptor)",
	 "write",
	 -EBADF,
	 {UINT64_MAX, 0x1000fffc, 8},
	 {{.address = 0x1000fffc, .data = "abcd", .length = 4, .beyond = 4, .unreadable = true}}},
	{"write(-1, \"" FORTY_32 "\"..., 200) = -1 EBADF (Bad file descriptor)",
	 "write",
	 -EBADF,
	 {UINT64_MAX, 0x1000ffd8, 200},
	 {{.address = 0x1000ffd8, .data = FORTY, .length = 40, .beyond = 160, .unreadable = true}}},
	{"writev(-1, [{iov_base=0x1000fffc, iov_len=8}], 1) = -1 EBADF (Bad file descriptor)",
	 "writev",
	 -EBADF,
	 {UINT64_MAX, P, 1},
	 {MADE_THING(P, const uint64_t[2], {0x1000fffc, 8}),
	  {.address = 0x1000fffc, .data = "abcd", .length = 4, .beyond = 4, .unreadable = true}}},
	{"connect(-1, 0x1000fffc, 16) = -1 EBADF (Bad file descriptor)",
	 "connect",
	 -EBADF,
	 {UINT64_MAX, 0x1000fffc, 16},
	 {{.address = 0x1000fffc,
	   .data = "\2\0\0P",
	   .length = 4,
	   .beyond = 12,
	   .unreadable = true}}},
	{"sched_setaffinity(-1, 128, 0x1000fff8) = -1 EFAULT (Bad address)",
	 "sched_setaffinity",
	 -EFAULT,
	 {UINT64_MAX, 128, 0x1000fff8},
	 {{.address = 0x1000fff8,
	   .data = "\1\0\0\0\0\0\0\0",
	   .length = 8,
	   .beyond = 120,
	   .unreadable = true}}},
	{"utimensat(AT_FDCWD, \"f\", 0x1000fff0, 0) = -1 EFAULT (Bad address)",
	 "utimensat",
	 -EFAULT,
	 {(uint64_t)-100, P, 0x1000fff0, 0},
	 {MADE_STRING(P, "f"),
	  {.address = 0x1000fff0,
	   .data = (const uint64_t[2]){1, 2},
	   .length = 16,
	   .beyond = 16,
	   .unreadable = true}}},
};

static void test_unreadable(void **state)
{
	(void)state;
	CHECK_CALLS(unreadable);
}

/* ---- execve ---- */

#define LIST(a, ...)                                                                               \
	MADE_THING(a, const uint64_t[sizeof((uint64_t[]){__VA_ARGS__}) / 8], {__VA_ARGS__})
#define FAILS " = -1 ENOENT (No such file or directory)"

static const struct made_call lists[] = {
	{"execve(\"/x\", [\"a\", \"b c\"], 0x10002000 /* 2 vars */)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, Q, R},
	 {MADE_STRING(P, "/x"), LIST(Q, 0x100, 0x200, 0), MADE_STRING(0x100, "a"),
	  MADE_STRING(0x200, "b c"), LIST(R, 0x300, 0x400, 0), MADE_STRING(0x300, "X=1"),
	  MADE_STRING(0x400, "Y=2")}},
	{"execve(\"/x\", [\"a\"], 0x10002000 /* 1 var */)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, Q, R},
	 {MADE_STRING(P, "/x"), LIST(Q, 0x100, 0), MADE_STRING(0x100, "a"), LIST(R, 0x300, 0),
	  MADE_STRING(0x300, "X=1")}},
	{"execve(\"/x\", [], 0x10002000 /* 0 vars */)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, Q, R},
	 {MADE_STRING(P, "/x"), LIST(Q, 0), LIST(R, 0)}},
	{"execve(\"/x\", NULL, NULL)" FAILS, "execve", -ENOENT, {P, 0, 0}, {MADE_STRING(P, "/x")}},
	{"execve(\"/x\", 0x8, 0x8)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, NOWHERE, NOWHERE},
	 {MADE_STRING(P, "/x")}},
	/* Their ends are where nothing can be read. */
	{"execve(\"/x\", [\"p\", 0x8, ... /* 0x10010000 */], 0x1000fff0 /* 2 vars, unterminated "
	 "*/)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, 0x1000fff0, 0x1000fff0},
	 {MADE_STRING(P, "/x"),
	  {.address = 0x1000fff0,
	   .data = &(const uint64_t[2]){0x100, NOWHERE},
	   .length = 16,
	   .unreadable = true},
	  MADE_STRING(0x100, "p")}},
	{"execve(\"/x\", [\"01234567890123456789012345678901\"...], NULL)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, Q, 0},
	 {MADE_STRING(P, "/x"), LIST(Q, 0x100, 0), MADE_STRING(0x100, FORTY)}},
};

/* Nothing of the lists can be read. */
static const struct made_call lost_lists[] = {
	{"execve(\"/x\", 0x1000fffc, 0x1000fffc)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, 0x1000fffc, 0x1000fffc},
	 {MADE_STRING(P, "/x"),
	  {.address = 0x1000fffc, .data = "abcd", .length = 4, .unreadable = true}}},
};

static const struct made_call whole_lists[] = {
	{"execve(\"/x\", [\"a\"], [\"X=1\", \"Y=2\"])" FAILS,
	 "execve",
	 -ENOENT,
	 {P, Q, R},
	 {MADE_STRING(P, "/x"), LIST(Q, 0x100, 0), MADE_STRING(0x100, "a"),
	  LIST(R, 0x300, 0x400, 0), MADE_STRING(0x300, "X=1"), MADE_STRING(0x400, "Y=2")}},
};

static void test_lists(void **state)
{
	const struct print_options verbose = {.string_limit = 32, .verbose = true};

	(void)state;
	CHECK_CALLS(lists);
	CHECK_CALLS(lost_lists);
	CHECK_CALLS_WITH(&verbose, whole_lists);
}

/* As many strings as -s has characters. */
static const struct made_call long_lists[] = {
	{"execve(\"/x\", [\"a\", \"a\", \"a\"], NULL)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, Q, 0},
	 {MADE_STRING(P, "/x"), LIST(Q, 0x100, 0x100, 0x100, 0), MADE_STRING(0x100, "a")}},
	{"execve(\"/x\", [\"a\", \"a\", \"a\", ...], NULL)" FAILS,
	 "execve",
	 -ENOENT,
	 {P, Q, 0},
	 {MADE_STRING(P, "/x"), LIST(Q, 0x100, 0x100, 0x100, 0x100, 0), MADE_STRING(0x100, "a")}},
};

static void test_long_lists(void **state)
{
	const struct print_options three = {.string_limit = 3};

	(void)state;
	CHECK_CALLS_WITH(&three, long_lists);
}

/* ---- bytes with a notation ---- */

static const struct made_call sets[] = {
	{"select(42, [40], [], NULL, NULL) = 1 (in [40])",
	 "select",
	 1,
	 {42, P, Q},
	 {MADE_BYTES(P, "\0\0\0\0\0\1\0\0"), MADE_BYTES(Q, "\0\0\0\0\0\0\0\0"),
	  MADE_WROTE(P, "\0\0\0\0\0\1\0\0"), MADE_WROTE(Q, "\0\0\0\0\0\0\0\0")}},
	/* A bit beyond the count is none of the kernel's. */
	{"select(3, [0 2], NULL, NULL, NULL) = 1 (in [2])",
	 "select",
	 1,
	 {3, P},
	 {MADE_BYTES(P, "\x0d\xff\0\0\0\0\0\0"), MADE_WROTE(P, "\x0c\0\0\0\0\0\0\0")}},
	{"select(42, 0x8, NULL, NULL, NULL) = -1 EFAULT (Bad address)",
	 "select",
	 -EFAULT,
	 {42, NOWHERE},
	 {{0}}},
	{"sched_setaffinity(0, 8, [0 5]) = 0",
	 "sched_setaffinity",
	 0,
	 {0, 8, P},
	 {MADE_BYTES(P, "\x21\0\0\0\0\0\0\0")}},
	{"sched_getaffinity(0, 128, [0 1]) = 8",
	 "sched_getaffinity",
	 8,
	 {0, 128, P},
	 {MADE_WROTE(P, "\3\0\0\0\0\0\0\0")}},
	{"sched_getaffinity(0, 0, 0x10000000) = -1 EINVAL (Invalid argument)",
	 "sched_getaffinity",
	 -EINVAL,
	 {0, 0, P},
	 {{0}}},
	{"setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
	 "setsockopt",
	 0,
	 {3, SOL_SOCKET, SO_REUSEADDR, P, 4},
	 {MADE_BYTES(P, "\1\0\0\0")}},
	{"getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [40 => 4]) = 0",
	 "getsockopt",
	 0,
	 {3, SOL_SOCKET, SO_TYPE, P, Q},
	 {MADE_BYTES(Q, "\50\0\0\0"), MADE_WROTE(P, "\1\0\0\0"), MADE_WROTE(Q, "\4\0\0\0")}},
	{"getsockopt(3, SOL_SOCKET, SO_TYPE, \"\\1\\0\", [2]) = 0",
	 "getsockopt",
	 0,
	 {3, SOL_SOCKET, SO_TYPE, P, Q},
	 {MADE_BYTES(Q, "\2\0\0\0"), MADE_WROTE(P, "\1\0"), MADE_WROTE(Q, "\2\0\0\0")}},
	{"getsockopt(3, SOL_SOCKET, SO_TYPE, 0x10000000, [2]) = -1 EBADF (Bad file descriptor)",
	 "getsockopt",
	 -EBADF,
	 {3, SOL_SOCKET, SO_TYPE, P, Q},
	 {MADE_BYTES(Q, "\2\0\0\0")}},
	{"mincore(0x1000, 8192, [1, 0]) = 0",
	 "mincore",
	 0,
	 {0x1000, 8192, P},
	 {MADE_WROTE(P, "\1\0")}},
	{"set_mempolicy(MPOL_INTERLEAVE, [0x00000000000005, 0000000000000000], 128) = 0",
	 "set_mempolicy",
	 0,
	 {3, P, 128},
	 {MADE_THING(P, const uint64_t[2], {5, 0})}},
	{"getsockopt(3, SOL_SOCKET, SO_PEERCRED, {pid=\"\\x9e\"}, [1]) = 0",
	 "getsockopt",
	 0,
	 {3, SOL_SOCKET, SO_PEERCRED, P, Q},
	 {MADE_BYTES(Q, "\1\0\0\0"), MADE_WROTE(P, "\236"), MADE_WROTE(Q, "\1\0\0\0")}},
	{"msgsnd(5, {mtype=7, mtext=\"hey\"}, 3, 0) = 0",
	 "msgsnd",
	 0,
	 {5, P, 3, 0},
	 {MADE_BYTES(P, "\7\0\0\0\0\0\0\0hey")}},
};

static void test_notations(void **state)
{
	(void)state;
	CHECK_CALLS(sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),         cmocka_unit_test(test_strings),
		cmocka_unit_test(test_buffers),       cmocka_unit_test(test_kept_in_part),
		cmocka_unit_test(test_string_limits), cmocka_unit_test(test_hexadecimal),
		cmocka_unit_test(test_lists),         cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_notations),     cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

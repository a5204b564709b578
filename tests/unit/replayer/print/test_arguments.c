/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are told in two halves, and those that never came back: each of these was
 * seen to come from strace 6.1 so, beside another process that made calls all the time.
 */
#include "check.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cmocka.h>

enum { P = 0x10000000, Q = 0x10001000, R = 0x10002000, NOWHERE = 8 };

/* What the caller gives is told at once, also when the kernel writes there. */
static void test_given(void **state)
{
	const struct made_call polls = {"",
					"poll",
					1,
					{P, 1, 1},
					{MADE_THING(P, struct pollfd, {0, POLLIN, 0}),
					 MADE_RESULT(P, struct pollfd, {0, POLLIN, 1})}};
	const struct made_call opens = {
		"",
		"openat2",
		36,
		{(uint64_t)-100, P, Q, 24},
		{MADE_STRING(P, "/etc"), MADE_THING(Q, struct open_how, {0})}};
	const struct made_call locks = {"",
					"fcntl",
					0,
					{7, F_SETLK, P},
					{MADE_THING(P, struct flock, {.l_type = F_UNLCK})}};
	const struct made_call splices = {
		"",
		"splice",
		5,
		{7, P, 6, 0, 5, 0},
		{MADE_BYTES(P, "\1\0\0\0\0\0\0\0"), MADE_WROTE(P, "\6\0\0\0\0\0\0\0")}};

	(void)state;
	check_halves(&polls, "poll([{fd=0, events=POLLIN}], 1, 1 <unfinished ...>",
		     "<... poll resumed>) = 1 ([{fd=0, revents=POLLIN}])");
	check_halves(&opens,
		     "openat2(AT_FDCWD, \"/etc\", {flags=O_RDONLY, resolve=0}, 24 <unfinished ...>",
		     "<... openat2 resumed>) = 36");
	check_halves(&locks,
		     "fcntl(7, F_SETLK, {l_type=F_UNLCK, l_whence=SEEK_SET, l_start=0, l_len=0} "
		     "<unfinished ...>",
		     "<... fcntl resumed>) = 0");
	check_halves(&splices, "splice(7, [1], 6, NULL, 5, 0 <unfinished ...>",
		     "<... splice resumed>) = 5");
}

static void test_written(void **state)
{
	const struct made_call cwd = {"", "getcwd", 8, {P, 100}, {MADE_WROTE(P, "/tmp/hp\0")}};
	const struct made_call masks = {
		"",
		"rt_sigprocmask",
		0,
		{0, P, Q, 8},
		{MADE_BYTES(P, "\1\0\0\0\0\0\0\0"), MADE_WROTE(Q, "\0\0\0\0\0\0\0\0")}};
	const struct made_call sends = {"",
					"sendmmsg",
					1,
					{3, P, 1, 0},
					{MADE_THING(P, struct mmsghdr, {{0}, 0}),
					 MADE_RESULT(P, struct mmsghdr, {{0}, 7})}};

	(void)state;
	check_halves(&cwd, "getcwd( <unfinished ...>", "<... getcwd resumed>\"/tmp/hp\", 100) = 8");
	check_halves(&masks, "rt_sigprocmask(SIG_BLOCK, [HUP],  <unfinished ...>",
		     "<... rt_sigprocmask resumed>[], 8) = 0");
	check_halves(&sends, "sendmmsg(3,  <unfinished ...>",
		     "<... sendmmsg resumed>[{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=NULL, "
		     "msg_iovlen=0, msg_controllen=0, msg_flags=0}, msg_len=7}], 1, 0) = 1");
}

/* These tell the comma with what stands behind it. */
static void test_late_comma(void **state)
{
	const struct made_call reads = {
		"", "ioctl", 0, {7, FIONREAD, P}, {MADE_WROTE(P, "\137\4\0\0")}};
	const struct made_call locks = {"",
					"fcntl",
					0,
					{7, F_GETLK, P},
					{MADE_THING(P, struct flock, {.l_type = F_RDLCK}),
					 MADE_RESULT(P, struct flock, {.l_type = F_UNLCK})}};
	const struct made_call clones = {"",
					 "clone",
					 1594,
					 {CLONE_PARENT_SETTID | SIGCHLD, 0, P},
					 {MADE_WROTE(P, "\72\6\0\0")}};
	const struct made_call forks = {
		"", "clone", 1612, {0x1200000 | SIGCHLD, 0, 0, P, 0}, {{0}}};

	(void)state;
	check_halves(&reads, "ioctl(7, FIONREAD <unfinished ...>",
		     "<... ioctl resumed>, [1119]) = 0");
	check_halves(&locks, "fcntl(7, F_GETLK <unfinished ...>",
		     "<... fcntl resumed>, {l_type=F_UNLCK, l_whence=SEEK_SET, l_start=0, l_len=0, "
		     "l_pid=0}) = 0");
	check_halves(&clones,
		     "clone(child_stack=NULL, flags=CLONE_PARENT_SETTID|SIGCHLD <unfinished ...>",
		     "<... clone resumed>, parent_tid=[1594]) = 1594");
	check_halves(&forks,
		     "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD"
		     " <unfinished ...>",
		     "<... clone resumed>, child_tidptr=0x10000000) = 1612");
}

/* What both was and became: one part of it in each half. */
static void test_amid_an_argument(void **state)
{
	const struct made_call sends = {
		"",
		"sendfile",
		5,
		{9, 7, P, 5},
		{MADE_BYTES(P, "\3\0\0\0\0\0\0\0"), MADE_WROTE(P, "\10\0\0\0\0\0\0\0")}};
	const struct made_call without = {"", "sendfile", 5, {4, 3, 0, 5}, {{0}}};
	const struct made_call clones = {
		"",
		"clone3",
		1600,
		{P, 88},
		{MADE_THING(
			 P, struct clone_args,
			 {.flags = CLONE_PARENT_SETTID, .parent_tid = Q, .exit_signal = SIGCHLD}),
		 MADE_WROTE(Q, "\100\6\0\0")}};
	const struct made_call forks = {
		"",
		"clone3",
		1606,
		{P, 88},
		{MADE_THING(P, struct clone_args, {.exit_signal = SIGCHLD})}};

	(void)state;
	check_halves(&sends, "sendfile(9, 7, [3] <unfinished ...>",
		     "<... sendfile resumed> => [8], 5) = 5");
	check_halves(&without, "sendfile(4, 3, NULL, 5 <unfinished ...>",
		     "<... sendfile resumed>) = 5");
	check_halves(&clones,
		     "clone3({flags=CLONE_PARENT_SETTID, parent_tid=0x10001000, "
		     "exit_signal=SIGCHLD, stack=NULL, stack_size=0} <unfinished ...>",
		     "<... clone3 resumed> => {parent_tid=[1600]}, 88) = 1600");
	check_halves(&forks,
		     "clone3({flags=0, exit_signal=SIGCHLD, stack=NULL, stack_size=0}, 88 "
		     "<unfinished ...>",
		     "<... clone3 resumed>) = 1606");
}

/* ---- calls that never came back ---- */

static void test_never(void **state)
{
	const struct made_call reads = {"", "read", 0, {3, P, 9}, {{0}}};
	const struct made_call writes = {"", "write", 0, {5, P, 3}, {MADE_BYTES(P, "abc")}};
	struct made m;

	(void)state;
	made_from(&reads, &m);
	m.event.call.state = EVENT_NEVER;
	check_text(&m.event, "read(3,  <unfinished ...>) = ?");
	m.event.kind = EVENT_END;
	check_text(&m.event, "<... read resumed> <unfinished ...>) = ?");
	made_done(&m);
	made_from(&writes, &m);
	m.event.call.state = EVENT_NEVER;
	check_text(&m.event, "write(5, \"abc\", 3) = ?");
	m.event.kind = EVENT_END;
	check_text(&m.event, "<... write resumed>) = ?");
	made_done(&m);
}

/* ---- in one piece ---- */

#define CLONES(said, size, result, ...)                                                            \
	{                                                                                          \
		said, "clone3", result, {P, (size)},                                               \
		{                                                                                  \
			MADE_THING(P, struct clone_args, __VA_ARGS__),                             \
				MADE_WROTE(Q, "\100\6\0\0"), MADE_WROTE(R, "\6\0\0\0")             \
		}                                                                                  \
	}
#define BOTH                                                                                       \
	{                                                                                          \
		.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = R, .parent_tid = Q,           \
		.exit_signal = SIGCHLD                                                             \
	}

static const struct made_call whole[] = {
	CLONES("clone3({flags=CLONE_PIDFD|CLONE_PARENT_SETTID, pidfd=0x10002000, "
	       "parent_tid=0x10001000, exit_signal=SIGCHLD, stack=NULL, stack_size=0} => "
	       "{pidfd=[6], parent_tid=[1600]}, 88) = 1600",
	       88, 1600, BOTH),
	/* What a call that failed wrote is nothing. */
	CLONES("clone3({flags=CLONE_PIDFD|CLONE_PARENT_SETTID, pidfd=0x10002000, "
	       "parent_tid=0x10001000, exit_signal=SIGCHLD, stack=NULL, stack_size=0}, 88) = -1 "
	       "EINVAL (Invalid argument)",
	       88, -EINVAL, BOTH),
	{"clone3({flags=CLONE_PARENT_SETTID, parent_tid=0x8, exit_signal=0, stack=NULL, "
	 "stack_size=0} => {parent_tid=0x8}, 64) = 9",
	 "clone3",
	 9,
	 {P, 64},
	 {MADE_THING(P, const uint64_t[8], {CLONE_PARENT_SETTID, 0, 0, NOWHERE})}},
	/* Less than its first version is none. */
	{"clone3(0x10000000, 63) = -1 EINVAL (Invalid argument)",
	 "clone3",
	 -EINVAL,
	 {P, 63},
	 {MADE_THING(P, const uint64_t[8], {0})}},
	/* It ends where nothing can be read. */
	{"clone3(0x10000000, 88) = -1 EFAULT (Bad address)",
	 "clone3",
	 -EFAULT,
	 {P, 88},
	 {{.address = P,
	   .data = (const uint64_t[4]){0},
	   .length = 32,
	   .beyond = 56,
	   .unreadable = true}}},
	{"openat2(AT_FDCWD, \"f\", 0x10001000, 23) = -1 EINVAL (Invalid argument)",
	 "openat2",
	 -EINVAL,
	 {(uint64_t)-100, P, Q, 23},
	 {MADE_STRING(P, "f"), MADE_THING(Q, const uint64_t[3], {0})}},
	/* What comes behind all that is known of it. */
	{"openat2(AT_FDCWD, \"f\", {flags=O_RDONLY, resolve=0, /* bytes 24..31 */ "
	 "\"\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 32) = -1 E2BIG (Argument list too long)",
	 "openat2",
	 -E2BIG,
	 {(uint64_t)-100, P, Q, 32},
	 {MADE_STRING(P, "f"), MADE_THING(Q, const uint64_t[4], {0, 0, 0, 5})}},
	{"openat2(AT_FDCWD, \"f\", {flags=O_RDONLY, resolve=0}, 32) = 7",
	 "openat2",
	 7,
	 {(uint64_t)-100, P, Q, 32},
	 {MADE_STRING(P, "f"), MADE_THING(Q, const uint64_t[4], {0})}},
	{"sendfile(12, 11, [8], 0) = 0",
	 "sendfile",
	 0,
	 {12, 11, P, 0},
	 {MADE_BYTES(P, "\10\0\0\0\0\0\0\0"), MADE_WROTE(P, "\10\0\0\0\0\0\0\0")}},
	{"splice(11, [8], 14, NULL, 5, 0) = 5",
	 "splice",
	 5,
	 {11, P, 14, 0, 5, 0},
	 {MADE_BYTES(P, "\10\0\0\0\0\0\0\0"), MADE_WROTE(P, "\15\0\0\0\0\0\0\0")}},
};

static void test_whole(void **state)
{
	(void)state;
	CHECK_CALLS(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given),      cmocka_unit_test(test_written),
		cmocka_unit_test(test_late_comma), cmocka_unit_test(test_amid_an_argument),
		cmocka_unit_test(test_never),      cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

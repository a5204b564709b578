/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the equals sign, as strace 6.1 writes it. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <cmocka.h>

enum { P = 0x10000000, Q = 0x10001000, R = 0x10002000 };

static const struct made_call numbers[] = {
	{"getpid() = 812", "getpid", 812, {0}, {{0}}},
	{"getuid() = 0", "getuid", 0, {0}, {{0}}},
	{"lseek(3, 0, SEEK_CUR) = 9223372036854775807", "lseek", INT64_MAX, {3, 0, 1}, {{0}}},
	{"brk(NULL) = 0x40d000", "brk", 0x40d000, {0}, {{0}}},
	{"mmap(NULL, 1, PROT_NONE, MAP_PRIVATE, 3, 0) = 0x7f0000000000",
	 "mmap",
	 0x7f0000000000,
	 {0, 1, 0, 2, 3, 0},
	 {{0}}},
	{"umask(022) = 027", "umask", 027, {022}, {{0}}},
	/* -4095 is the last error; what is below is an address. */
	{"getpid() = -1 (errno 4095)", "getpid", -4095, {0}, {{0}}},
	{"brk(NULL) = 0xfffffffffffff000", "brk", -4096, {0}, {{0}}},
};

static void test_numbers(void **state)
{
	(void)state;
	CHECK_CALLS(numbers);
}

static const struct made_call errors[] = {
	{"close(3) = -1 EBADF (Bad file descriptor)", "close", -EBADF, {3}, {{0}}},
	{"close(3) = -1 EPERM (Operation not permitted)", "close", -EPERM, {3}, {{0}}},
	{"close(3) = -1 EINTR (Interrupted system call)", "close", -EINTR, {3}, {{0}}},
	{"close(3) = -1 EHWPOISON (Memory page has hardware error)",
	 "close",
	 -EHWPOISON,
	 {3},
	 {{0}}},
	{"close(3) = -1 ENOTSUPP (Unknown error 524)", "close", -524, {3}, {{0}}},
	/* What the kernel only tells itself: the call is made again. */
	{"pause() = ? ERESTARTSYS (To be restarted if SA_RESTART is set)",
	 "pause",
	 -512,
	 {0},
	 {{0}}},
	{"pause() = ? ERESTARTNOINTR (To be restarted)", "pause", -513, {0}, {{0}}},
	{"pause() = ? ERESTARTNOHAND (To be restarted if no handler)", "pause", -514, {0}, {{0}}},
	{"pause() = ? ERESTART_RESTARTBLOCK (Interrupted by signal)", "pause", -516, {0}, {{0}}},
};

static void test_errors(void **state)
{
	(void)state;
	CHECK_CALLS(errors);
}

/* ---- what some results mean ---- */

static const struct made_call polls[] = {
	{"poll([{fd=4, events=POLLIN|POLLPRI}, {fd=5, events=POLLOUT}, {fd=-1}], 3, 1000) = 2 "
	 "([{fd=4, revents=POLLIN}, {fd=5, revents=POLLOUT}])",
	 "poll",
	 2,
	 {P, 3, 1000},
	 {MADE_THING(P, const struct pollfd[3], {{4, 3, 0}, {5, 4, 0}, {-1, 1, 0}}),
	  MADE_RESULT(P, const struct pollfd[3], {{4, 3, 1}, {5, 4, 4}, {-1, 1, 0}})}},
	{"poll([{fd=999, events=0}], 1, 0) = 1 ([{fd=999, revents=POLLNVAL}])",
	 "poll",
	 1,
	 {P, 1, 0},
	 {MADE_THING(P, struct pollfd, {999, 0, 0}), MADE_RESULT(P, struct pollfd, {999, 0, 32})}},
	{"poll([{fd=4, events=0}], 1, 0) = 0 (Timeout)",
	 "poll",
	 0,
	 {P, 1, 0},
	 {MADE_THING(P, struct pollfd, {4, 0, 0}), MADE_RESULT(P, struct pollfd, {4, 0, 0})}},
	{"poll([{fd=4, events=0}], 1, 0) = -1 EINTR (Interrupted system call)",
	 "poll",
	 -EINTR,
	 {P, 1, 0},
	 {MADE_THING(P, struct pollfd, {4, 0, 0}), MADE_RESULT(P, struct pollfd, {4, 0, 1})}},
};

static void test_polls(void **state)
{
	(void)state;
	CHECK_CALLS(polls);
}

#define BIT_40 "\0\0\0\0\0\1\0\0"
#define BIT_41 "\0\0\0\0\0\2\0\0"
#define NO_BIT "\0\0\0\0\0\0\0\0"

static const struct made_call selects[] = {
	{"select(42, [40], [41], NULL, {tv_sec=1, tv_usec=0}) = 2 (in [40], out [41], left "
	 "{tv_sec=0, tv_usec=7})",
	 "select",
	 2,
	 {42, P, Q, 0, R},
	 {MADE_BYTES(P, BIT_40), MADE_BYTES(Q, BIT_41), MADE_THING(R, struct timeval, {1, 0}),
	  MADE_WROTE(P, BIT_40), MADE_WROTE(Q, BIT_41), MADE_RESULT(R, struct timeval, {0, 7})}},
	{"select(41, [40], NULL, [], {tv_sec=0, tv_usec=0}) = 1 (in [40], left {tv_sec=0, "
	 "tv_usec=0})",
	 "select",
	 1,
	 {41, P, 0, Q, R},
	 {MADE_BYTES(P, BIT_40), MADE_BYTES(Q, NO_BIT), MADE_THING(R, struct timeval, {0, 0}),
	  MADE_WROTE(P, BIT_40), MADE_WROTE(Q, NO_BIT), MADE_RESULT(R, struct timeval, {0, 0})}},
	{"select(41, NULL, NULL, [40], NULL) = 1 (except [40])",
	 "select",
	 1,
	 {41, 0, 0, P, 0},
	 {MADE_BYTES(P, BIT_40), MADE_WROTE(P, BIT_40)}},
	{"select(0, NULL, NULL, NULL, {tv_sec=0, tv_usec=0}) = 0 (Timeout)",
	 "select",
	 0,
	 {0, 0, 0, 0, R},
	 {MADE_THING(R, struct timeval, {0, 0}), MADE_RESULT(R, struct timeval, {0, 0})}},
};

static void test_selects(void **state)
{
	(void)state;
	CHECK_CALLS(selects);
}

static const struct made_call flags[] = {
	{"fcntl(1, F_GETFL) = 0x8001 (flags O_WRONLY|O_LARGEFILE)",
	 "fcntl",
	 0x8001,
	 {1, F_GETFL},
	 {{0}}},
	{"fcntl(1, F_GETFD) = 0x1 (flags FD_CLOEXEC)", "fcntl", 1, {1, F_GETFD}, {{0}}},
	{"fcntl(1, F_GETFD) = 0", "fcntl", 0, {1, F_GETFD}, {{0}}},
	{"fcntl(1, F_DUPFD, 5) = 5", "fcntl", 5, {1, F_DUPFD, 5}, {{0}}},
};

static void test_flags(void **state)
{
	(void)state;
	CHECK_CALLS(flags);
}

static const struct made_call meanings[] = {
	{"fcntl(1, F_GETLEASE) = 0x2 (F_UNLCK)", "fcntl", 2, {1, 1025}, {{0}}},
	{"prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)", "prctl", 1, {3}, {{0}}},
	{"prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS) = 0x2 (PR_SPEC_ENABLE)",
	 "prctl",
	 2,
	 {52, 0},
	 {{0}}},
	{"prctl(PR_CAPBSET_READ, CAP_KILL) = 1", "prctl", 1, {23, 5}, {{0}}},
	{"sched_getscheduler(0) = 0 (SCHED_OTHER)", "sched_getscheduler", 0, {0}, {{0}}},
	{"ioprio_get(IOPRIO_WHO_PROCESS, 0) = 0 (IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0))",
	 "ioprio_get",
	 0,
	 {1, 0},
	 {{0}}},
	{"ioprio_get(IOPRIO_WHO_PROCESS, 0) = 16388 (IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4))",
	 "ioprio_get",
	 0x4004,
	 {1, 0},
	 {{0}}},
	{"membarrier(MEMBARRIER_CMD_QUERY, MEMBARRIER_CMD_FLAG_CPU, 0) = -1 EINVAL (Invalid "
	 "argument)",
	 "membarrier",
	 -EINVAL,
	 {0, 1, 0},
	 {{0}}},
	{"membarrier(MEMBARRIER_CMD_GLOBAL, 0) = 0", "membarrier", 0, {1, 0, 5}, {{0}}},
	{"time(NULL) = 1795567569 (2026-11-25T00:46:09+0000)", "time", 1795567569, {0}, {{0}}},
	{"time([1795567569 /* 2026-11-25T00:46:09+0000 */]) = 1795567569 (2026-11-25T00:46:09+0000)",
	 "time",
	 1795567569,
	 {P},
	 {MADE_WROTE(P, "\xd1\x2f\x06\x6b\0\0\0\0")}},
	{"time(0x8) = -1 EFAULT (Bad address)", "time", -EFAULT, {8}, {{0}}},
	{"recvmmsg(4, [], 0, 0, NULL) = 0 (Timeout)", "recvmmsg", 0, {4, P, 0, 0, 0}, {{0}}},
	{"recvmmsg(4, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, "
	 "msg_controllen=0, msg_flags=0}, msg_len=0}], 2, MSG_DONTWAIT, {tv_sec=0, tv_nsec=5}) = 1 "
	 "(left {tv_sec=0, tv_nsec=0})",
	 "recvmmsg",
	 1,
	 {4, P, 2, 0x40, Q},
	 {MADE_THING(Q, struct timespec, {0, 5}), MADE_RESULT(P, struct mmsghdr, {{0}, 0}),
	  MADE_RESULT(Q, struct timespec, {0, 0})}},
};

static void test_meanings(void **state)
{
	(void)state;
	CHECK_CALLS(meanings);
}

/* ---- never came back ---- */

static void test_no_result(void **state)
{
	struct event e = made_event(EVENT_CALL, 1);

	(void)state;
	e.call.nr = 231;
	e.call.args[0] = 7;
	e.call.state = EVENT_NEVER;
	check_text(&e, "exit_group(7) = ?");
	e.call.nr = 34;
	check_text(&e, "pause() = ?");
	/* What would be the result is nothing then. */
	e.call.ret = -EBADF;
	check_text(&e, "pause() = ?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),  cmocka_unit_test(test_errors),
		cmocka_unit_test(test_polls),    cmocka_unit_test(test_selects),
		cmocka_unit_test(test_flags),    cmocka_unit_test(test_no_result),
		cmocka_unit_test(test_meanings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

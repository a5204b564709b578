/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notation that is easily got wrong: each of these was seen to come from strace 6.1 so,
 * by making the very call.
 */
#include "check.h"

#include "base/buf.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#include <cmocka.h>

enum { P = 0x10000000, Q = 0x10001000, R = 0x10002000 };

/* ---- calls in two halves: what the kernel gives is told by the second ---- */

static void test_halves(void **state)
{
	static const struct made_call reads = {
		"", "read", 5, {3, P, 100}, {MADE_WROTE(P, "world")}};
	static const struct made_call waits = {
		"", "wait4", 9, {UINT64_MAX, P, 0, 0}, {MADE_WROTE(P, "\0\7\0\0")}};
	static const struct made_call empty = {"", "epoll_wait", 0, {5, P, 1, 300}, {{0}}};

	(void)state;
	check_halves(&reads, "read(3,  <unfinished ...>", "<... read resumed>\"world\", 100) = 5");
	check_halves(&waits, "wait4(-1,  <unfinished ...>",
		     "<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 9");
	check_halves(&empty, "epoll_wait(5,  <unfinished ...>",
		     "<... epoll_wait resumed>[], 1, 300) = 0");
}

/* ---- columns ---- */

static void check_line(const struct print_options *options, uint8_t state, const char *expected)
{
	struct printer *p = printer_new(options);
	struct event e = made_event(EVENT_CALL, 1);
	struct buf text = {0};

	e.time = 485431000;
	e.call.nr = 3;
	e.call.args[0] = 3;
	e.call.state = state;
	assert_int_equal(print_event(p, &e, &text), 0);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
	printer_free(p);
}

/* The column of the equals sign is counted from the beginning of the line. */
static void test_alignment(void **state)
{
	const struct print_options pid = {0}, clock = {.clock = PRINT_CLOCK_UNIX};

	(void)state;
	check_line(&pid, EVENT_FINISHED, "812   close(3)                          = 0\n");
	check_line(&clock, EVENT_FINISHED, "812   0.485431 close(3)                 = 0\n");
}

static void test_both_clocks(void **state)
{
	const struct print_options both = {.clock = PRINT_CLOCK_UNIX, .relative = true, .align = 1};

	(void)state;
	check_line(&both, EVENT_FINISHED, "812   0.485431 (+     0.000000) close(3) = 0\n");
}

/* A call that never came back took no time that could be told. */
static void test_no_duration(void **state)
{
	const struct print_options durations = {.durations = true, .align = 1};

	(void)state;
	check_line(&durations, EVENT_NEVER, "812   close(3) = ?\n");
}

/* ---- numbers ---- */

static const struct made_call numbers[] = {
	{"umask(022) = 000", "umask", 0, {022}, {{0}}},
	{"mknod(\"f\", S_IFIFO|S_ISUID|S_ISGID|001) = 0",
	 "mknod",
	 0,
	 {P, 016001},
	 {MADE_STRING(P, "f")}},
	{"mknod(\"f\", 0130644) = -1 EINVAL (Invalid argument)",
	 "mknod",
	 -EINVAL,
	 {P, 0130644},
	 {MADE_STRING(P, "f")}},
	{"memfd_create(\"f\", MFD_HUGETLB|21<<MFD_HUGE_SHIFT) = 3",
	 "memfd_create",
	 3,
	 {P, 4 | 21 << 26},
	 {MADE_STRING(P, "f")}},
	{"mmap(0x1000, 0, PROT_READ, MAP_FILE, 3, 0) = -1 EINVAL (Invalid argument)",
	 "mmap",
	 -EINVAL,
	 {0x1000, 0, 1, 0, 3, 0},
	 {{0}}},
	{"mount(\"a\", \"b\", \"c\", MS_MGC_VAL|MS_RDONLY, NULL) = 0",
	 "mount",
	 0,
	 {P, Q, R, 0xc0ed0001, 0},
	 {MADE_STRING(P, "a"), MADE_STRING(Q, "b"), MADE_STRING(R, "c")}},
	{"ioctl(-1, _IOC(_IOC_NONE, 0x56, 0x78, 0x1234), 0x5) = -1 EBADF (Bad file descriptor)",
	 "ioctl",
	 -EBADF,
	 {UINT64_MAX, 0x12345678, 5},
	 {{0}}},
	{"ioctl(-1, _IOC(_IOC_READ|_IOC_WRITE, 0x58, 0x5, 0x8), 0x8) = -1 EBADF (Bad file "
	 "descriptor)",
	 "ioctl",
	 -EBADF,
	 {UINT64_MAX, 0xc0085805, 8},
	 {{0}}},
	{"ioctl(-1, _IOC(_IOC_NONE, 0, 0, 0), 0) = -1 EBADF (Bad file descriptor)",
	 "ioctl",
	 -EBADF,
	 {UINT64_MAX, 0, 0},
	 {{0}}},
	{"clone(child_stack=0x1234, flags=CLONE_IO|99) = 5",
	 "clone",
	 5,
	 {0x80000063, 0x1234},
	 {{0}}},
	{"membarrier(MEMBARRIER_CMD_QUERY, 0) = 0x1 (MEMBARRIER_CMD_GLOBAL)",
	 "membarrier",
	 1,
	 {0, 0, 0},
	 {{0}}},
	{"personality(0xffffffff) = 0 (PER_LINUX)", "personality", 0, {0xffffffff}, {{0}}},
};

static void test_numbers(void **state)
{
	(void)state;
	CHECK_CALLS(numbers);
}

/* ---- structs and pointers ---- */

static const struct made_call pointers[] = {
	/* Only a signal makes the kernel write the time that is left. */
	{"nanosleep({tv_sec=-1, tv_nsec=0}, 0x10001000) = -1 EINVAL (Invalid argument)",
	 "nanosleep",
	 -EINVAL,
	 {P, Q},
	 {MADE_THING(P, struct timespec, {-1, 0}), MADE_RESULT(Q, struct timespec, {0})}},
	{"utimensat(AT_FDCWD, \"f\", [UTIME_NOW, UTIME_OMIT], 0) = 0",
	 "utimensat",
	 0,
	 {(uint64_t)-100, P, Q, 0},
	 {MADE_STRING(P, "f"),
	  MADE_THING(Q, const struct timespec[2], {{0, UTIME_NOW}, {0, UTIME_OMIT}})}},
	{"sendfile(4, 3, [3] => [8], 5) = 5",
	 "sendfile",
	 5,
	 {4, 3, P, 5},
	 {MADE_BYTES(P, "\3\0\0\0\0\0\0\0"), MADE_WROTE(P, "\10\0\0\0\0\0\0\0")}},
	{"getsockname(3, 0x10000000, [-1]) = -1 EINVAL (Invalid argument)",
	 "getsockname",
	 -EINVAL,
	 {3, P, Q},
	 {MADE_BYTES(Q, "\377\377\377\377")}},
	{"ppoll([{fd=4, events=POLLIN}], 1, {tv_sec=5, tv_nsec=0}, NULL, 8) = 1 "
	 "([{fd=4, revents=POLLIN}], left {tv_sec=4, tv_nsec=9})",
	 "ppoll",
	 1,
	 {P, 1, Q, 0, 8},
	 {MADE_THING(P, struct pollfd, {4, 1, 0}), MADE_THING(Q, struct timespec, {5, 0}),
	  MADE_RESULT(P, struct pollfd, {4, 1, 1}), MADE_RESULT(Q, struct timespec, {4, 9})}},
	/* Of messages that were not sent nobody knows how long they became. */
	{"sendmmsg(-1, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, "
	 "msg_controllen=0, msg_flags=0}}], 1, 0) = -1 EBADF (Bad file descriptor)",
	 "sendmmsg",
	 -EBADF,
	 {UINT64_MAX, P, 1, 0},
	 {MADE_THING(P, struct mmsghdr, {.msg_len = 7})}},
	{"recvmsg(3, {msg_namelen=110}, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily "
	 "unavailable)",
	 "recvmsg",
	 -EAGAIN,
	 {3, P, 0x40},
	 {MADE_THING(P, struct msghdr, {.msg_name = (void *)Q, .msg_namelen = 110})}},
	{"sched_setaffinity(-1, 0, []) = -1 ESRCH (No such process)",
	 "sched_setaffinity",
	 -ESRCH,
	 {UINT64_MAX, 0, P},
	 {{0}}},
};

static void test_pointers(void **state)
{
	(void)state;
	CHECK_CALLS(pointers);
}

#define CONNECT(said, bytes, size, digits)                                                         \
	{                                                                                          \
		"connect(3, " said ", " digits ") = 0", "connect", 0, {3, P, (size)},              \
		{                                                                                  \
			MADE_BYTES(P, bytes)                                                       \
		}                                                                                  \
	}
#define SAYS6                                                                                      \
	"sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(5), inet_pton(AF_INET6, "   \
	"\"::1\", &sin6_addr)"

/* An address is decoded when its length is that of its family. */
static const struct made_call addresses[] = {
	CONNECT("{sa_family=AF_INET, sa_data=\"\\0P\\177\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\"}",
		"\2\0\0P\177\0\0\1\0\0\0\0\0\0\0", 15, "15"),
	CONNECT("{sa_family=AF_INET, sa_data=\"\\0P\\177\\0\\0\\1\"}", "\2\0\0P\177\0\0\1", 8, "8"),
	CONNECT("{" SAYS6 "}", "\12\0\1\273\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 24, "24"),
	CONNECT("{sa_family=AF_NETLINK, nl_pad=0x5, nl_pid=12, nl_groups=00000000}",
		"\20\0\5\0\14\0\0\0\0\0\0\0", 12, "12"),
	CONNECT("{sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=0x4d2, svm_flags=0}",
		"\50\0\0\0\322\4\0\0\2\0\0\0\0\0\0\0", 16, "16"),
};

static void test_addresses(void **state)
{
	(void)state;
	CHECK_CALLS(addresses);
}

static const struct made_call entries[] = {
	{"getdents64(3, 0x10000000 /* 1 entries */, 4096) = 24",
	 "getdents64",
	 24,
	 {3, P, 4096},
	 {MADE_WROTE(P, "\5\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\30\0\4.\0\0\0\0")}},
	{"getdents(3, 0x10000000 /* 0 entries */, 4096) = 0", "getdents", 0, {3, P, 4096}, {{0}}},
};

static void test_entries(void **state)
{
	(void)state;
	CHECK_CALLS(entries);
}

/* ---- signals ---- */

static const struct made_call infos[] = {
	/* What waitid() stores when there is nothing. */
	QUEUES(0, 0, "", 0),
	QUEUES(SIGUSR1, -1, "si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=7, si_uid=8", 7, 8),
	QUEUES(SIGCHLD, 0, "si_signo=SIGCHLD, si_code=SI_USER, si_pid=9, si_uid=-1", 9, -1),
	QUEUES(SIGSEGV, 3,
	       "si_signo=SIGSEGV, si_code=SEGV_BNDERR, si_addr=0x8, si_lower=0x1, si_upper=0x2", 8,
	       0, 0, 0, 1, 0, 2, 0),
	QUEUES(SIGSEGV, 4, "si_signo=SIGSEGV, si_code=SEGV_PKUERR, si_addr=0x8, si_pkey=5", 8, 0, 0,
	       0, 5),
	QUEUES(SIGBUS, 4, "si_signo=SIGBUS, si_code=BUS_MCEERR_AR, si_addr=0x8, si_addr_lsb=0xc", 8,
	       0, 12),
	QUEUES(SIGBUS, 5, "si_signo=SIGBUS, si_code=BUS_MCEERR_AO, si_addr=0x8, si_addr_lsb=0", 8),
	QUEUES(SIGFPE, 14, "si_signo=SIGFPE, si_code=FPE_FLTUNK, si_addr=0x8", 8),
	QUEUES(SIGFPE, 15, "si_signo=SIGFPE, si_code=FPE_CONDTRAP, si_addr=0x8", 8),
	QUEUES(SIGILL, 8, "si_signo=SIGILL, si_code=ILL_BADSTK, si_addr=0x8", 8),
	QUEUES(SIGTRAP, 5, "si_signo=SIGTRAP, si_code=TRAP_UNK, si_addr=0x8", 8),
	QUEUES(SIGSYS, 2,
	       "si_signo=SIGSYS, si_code=SYS_USER_DISPATCH, si_call_addr=0x1234, "
	       "si_syscall=__NR_getpid, "
	       "si_arch=AUDIT_ARCH_X86_64",
	       0x1234, 0, 39, (int32_t)EVENT_ARCH_X86_64),
	QUEUES(SIGUSR1, -5, "si_signo=SIGUSR1, si_code=SI_SIGIO, si_band=65, si_fd=3", 65, 0, 3),
};

static void test_infos(void **state)
{
	(void)state;
	CHECK_CALLS(infos);
}

/* A set that is not as long as the kernel's is none. */
static const struct made_call sets[] = {
	{"rt_sigprocmask(SIG_BLOCK, 0x10000000, NULL, 4) = -1 EINVAL (Invalid argument)",
	 "rt_sigprocmask",
	 -EINVAL,
	 {0, P, 0, 4},
	 {MADE_BYTES(P, "\1\0\0\0")}},
	{"rt_sigprocmask(SIG_BLOCK, 0x10000000, NULL, 16) = -1 EINVAL (Invalid argument)",
	 "rt_sigprocmask",
	 -EINVAL,
	 {0, P, 0, 16},
	 {MADE_BYTES(P, "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0")}},
};

static void test_sets(void **state)
{
	(void)state;
	CHECK_CALLS(sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_halves),      cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_both_clocks), cmocka_unit_test(test_no_duration),
		cmocka_unit_test(test_numbers),     cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_addresses),   cmocka_unit_test(test_entries),
		cmocka_unit_test(test_infos),       cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

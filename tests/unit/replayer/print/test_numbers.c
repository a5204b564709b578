/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of every kind, flags and enumerations, as strace 6.1 writes them. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { P = 0x10000000, Q = 0x10001000 };
#define FDCWD ((uint64_t)-100)
#define HIGH  0xdeadbeef00000000 /* what a register may hold above an int */

static const struct made_call integers[] = {
	{"close(-1) = -1 EBADF (Bad file descriptor)", "close", -EBADF, {UINT64_MAX}, {{0}}},
	/* Of a register only the int counts. */
	{"close(3) = 0", "close", 0, {HIGH | 3}, {{0}}},
	{"close(-1) = -1 EBADF (Bad file descriptor)", "close", -EBADF, {0xffffffff}, {{0}}},
	{"dup2(1, 50) = 50", "dup2", 50, {HIGH | 1, 50}, {{0}}},
	{"lseek(3, -5, SEEK_END) = 1216", "lseek", 1216, {3, (uint64_t)-5, 2}, {{0}}},
	{"lseek(3, 4294967295, SEEK_SET) = 0", "lseek", 0, {3, 0xffffffff, 0}, {{0}}},
	{"lseek(3, -9223372036854775808, SEEK_SET) = -1 EINVAL (Invalid argument)",
	 "lseek",
	 -EINVAL,
	 {3, 1ull << 63, 0},
	 {{0}}},
	{"munmap(0x1000, 18446744073709551615) = -1 EINVAL (Invalid argument)",
	 "munmap",
	 -EINVAL,
	 {0x1000, UINT64_MAX},
	 {{0}}},
	{"munmap(NULL, 0) = -1 EINVAL (Invalid argument)", "munmap", -EINVAL, {0, 0}, {{0}}},
	{"close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC) = 0",
	 "close_range",
	 0,
	 {3, 0xffffffff, 4},
	 {{0}}},
	{"kill(-1, SIGTERM) = 0", "kill", 0, {UINT64_MAX, 15}, {{0}}},
	{"setresuid(-1, 0, 4294967294) = 0", "setresuid", 0, {0xffffffff, 0, 0xfffffffe}, {{0}}},
	{"openat(-1, \"f\", O_RDONLY) = 3", "openat", 3, {0xffffffff, P, 0}, {MADE_STRING(P, "f")}},
	{"openat(AT_FDCWD, \"f\", O_RDONLY) = 3",
	 "openat",
	 3,
	 {0xffffff9c, P, 0},
	 {MADE_STRING(P, "f")}},
};

static void test_integers(void **state)
{
	(void)state;
	CHECK_CALLS(integers);
}

static const struct made_call modes[] = {
	{"chmod(\"f\", 000) = 0", "chmod", 0, {P, 0}, {MADE_STRING(P, "f")}},
	{"chmod(\"f\", 007) = 0", "chmod", 0, {P, 7}, {MADE_STRING(P, "f")}},
	{"chmod(\"f\", 04755) = 0", "chmod", 0, {P, 04755}, {MADE_STRING(P, "f")}},
	/* A mode is 16 bits. */
	{"chmod(\"f\", 0177777) = 0", "chmod", 0, {P, 0x7ffff}, {MADE_STRING(P, "f")}},
	{"umask(022) = 022", "umask", 022, {022}, {{0}}},
	{"mknod(\"f\", S_IFCHR|0600, makedev(0x1, 0x3)) = 0",
	 "mknod",
	 0,
	 {P, 020600, 0x103},
	 {MADE_STRING(P, "f")}},
	{"mknod(\"f\", S_IFREG|000) = 0", "mknod", 0, {P, 0100000, 0x103}, {MADE_STRING(P, "f")}},
	{"mknod(\"f\", S_IFSOCK|S_ISVTX|0777) = 0",
	 "mknod",
	 0,
	 {P, 0141777},
	 {MADE_STRING(P, "f")}},
	/* makedev(3): 12 bits of major in the middle, 20 of minor around them. */
	{"mknod(\"f\", S_IFBLK|0600, makedev(0xfff, 0xfffff)) = 0",
	 "mknod",
	 0,
	 {P, 060600, 0xffffffff},
	 {MADE_STRING(P, "f")}},
};

static void test_modes(void **state)
{
	(void)state;
	CHECK_CALLS(modes);
}

#define EVERY_OPEN_FLAG                                                                            \
	"O_ACCMODE|O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_APPEND|O_NONBLOCK|O_SYNC|O_DIRECT|O_"         \
	"LARGEFILE|"                                                                               \
	"O_NOFOLLOW|O_NOATIME|O_CLOEXEC|O_PATH|O_TMPFILE|FASYNC|0x7f80003c"

/* In the order of strace, not of their values; what has no name is a number at the end. */
static const struct made_call flags[] = {
	{"openat(AT_FDCWD, \"f\", O_RDONLY|O_CLOEXEC) = 3",
	 "openat",
	 3,
	 {FDCWD, P, 02000000},
	 {MADE_STRING(P, "f")}},
	{"openat(AT_FDCWD, \"f\", O_WRONLY|O_CREAT|O_TRUNC, 0644) = 3",
	 "openat",
	 3,
	 {FDCWD, P, 01101, 0644},
	 {MADE_STRING(P, "f")}},
	{"openat(AT_FDCWD, \"f\", O_RDWR|O_TMPFILE, 000) = 3",
	 "openat",
	 3,
	 {FDCWD, P, 020200002, 0},
	 {MADE_STRING(P, "f")}},
	{"openat(AT_FDCWD, \"f\", O_ACCMODE) = 3",
	 "openat",
	 3,
	 {FDCWD, P, 3},
	 {MADE_STRING(P, "f")}},
	{"openat(AT_FDCWD, \"f\", O_RDONLY|O_NOFOLLOW|O_PATH|O_DIRECTORY) = 3",
	 "openat",
	 3,
	 {FDCWD, P, 010600000},
	 {MADE_STRING(P, "f")}},
	{"openat(AT_FDCWD, \"f\", " EVERY_OPEN_FLAG ", 0777) = 3",
	 "openat",
	 3,
	 {FDCWD, P, 0x7fffffff, 0777},
	 {MADE_STRING(P, "f")}},
	{"access(\"f\", F_OK) = 0", "access", 0, {P, 0}, {MADE_STRING(P, "f")}},
	{"access(\"f\", R_OK|W_OK) = 0", "access", 0, {P, 6}, {MADE_STRING(P, "f")}},
	{"access(\"f\", X_OK|0x8) = -1 EINVAL (Invalid argument)",
	 "access",
	 -EINVAL,
	 {P, 9},
	 {MADE_STRING(P, "f")}},
	{"newfstatat(5, \"\", 0x10001000, AT_EMPTY_PATH|0x80000000) = -1 EINVAL (Invalid argument)",
	 "newfstatat",
	 -EINVAL,
	 {5, P, Q, 0x80001000},
	 {MADE_STRING(P, "")}},
	{"mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	 "0x7f0000001000",
	 "mmap",
	 0x7f0000001000,
	 {0, 4096, 3, 0x22, UINT64_MAX, 0},
	 {{0}}},
	{"mmap(0x1000, 4096, PROT_NONE, MAP_SHARED|MAP_FIXED, 3, 0x1000) = 0x1000",
	 "mmap",
	 0x1000,
	 {0x1000, 4096, 0, 0x11, 3, 0x1000},
	 {{0}}},
	{"mprotect(0x1000, 1, 0x100 /* PROT_??? */) = -1 EINVAL (Invalid argument)",
	 "mprotect",
	 -EINVAL,
	 {0x1000, 1, 0x100},
	 {{0}}},
	{"socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3",
	 "socket",
	 3,
	 {2, 02000001, 6},
	 {{0}}},
	{"sendto(3, NULL, 0, MSG_NOSIGNAL, NULL, 0) = 0",
	 "sendto",
	 0,
	 {3, 0, 0, 0x4000, 0, 0},
	 {{0}}},
	{"wait4(-1, NULL, WNOHANG|WSTOPPED, NULL) = 0", "wait4", 0, {UINT64_MAX, 0, 3, 0}, {{0}}},
	{"unlinkat(5, \"x\", AT_REMOVEDIR) = 0",
	 "unlinkat",
	 0,
	 {5, P, 0x200},
	 {MADE_STRING(P, "x")}},
	{"flock(3, LOCK_EX|LOCK_NB) = 0", "flock", 0, {3, 6}, {{0}}},
	{"eventfd2(5, EFD_CLOEXEC|EFD_NONBLOCK) = 8", "eventfd2", 8, {5, 02004000}, {{0}}},
	{"getrandom(0x10000000, 3, 0x10 /* GRND_??? */) = -1 EINVAL (Invalid argument)",
	 "getrandom",
	 -EINVAL,
	 {P, 3, 0x10},
	 {{0}}},
	{"clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
	 "child_tidptr=0x5000) = 9",
	 "clone",
	 9,
	 {0x1200011, 0, 0, 0x5000, 0},
	 {{0}}},
};

static void test_flags(void **state)
{
	(void)state;
	CHECK_CALLS(flags);
}

static const struct made_call enumerations[] = {
	{"lseek(3, 0, SEEK_DATA) = 0", "lseek", 0, {3, 0, 3}, {{0}}},
	{"lseek(3, 0, 0x63 /* SEEK_??? */) = -1 EINVAL (Invalid argument)",
	 "lseek",
	 -EINVAL,
	 {3, 0, 99},
	 {{0}}},
	{"clock_gettime(0x4d /* CLOCK_??? */, NULL) = -1 EINVAL (Invalid argument)",
	 "clock_gettime",
	 -EINVAL,
	 {77, 0},
	 {{0}}},
	{"getrlimit(0x63 /* RLIMIT_??? */, NULL) = -1 EINVAL (Invalid argument)",
	 "getrlimit",
	 -EINVAL,
	 {99, 0},
	 {{0}}},
	{"shutdown(3, SHUT_WR) = 0", "shutdown", 0, {3, 1}, {{0}}},
	{"shutdown(3, 0x9 /* SHUT_??? */) = -1 EINVAL (Invalid argument)",
	 "shutdown",
	 -EINVAL,
	 {3, 9},
	 {{0}}},
	{"madvise(NULL, 0, MADV_DONTNEED) = 0", "madvise", 0, {0, 0, 4}, {{0}}},
	{"madvise(NULL, 0, 0x3e7 /* MADV_??? */) = -1 EINVAL (Invalid argument)",
	 "madvise",
	 -EINVAL,
	 {0, 0, 999},
	 {{0}}},
	{"fcntl(3, 0x3e7 /* F_??? */, 0x5) = -1 EINVAL (Invalid argument)",
	 "fcntl",
	 -EINVAL,
	 {3, 999, 5},
	 {{0}}},
	{"prctl(0x270f /* PR_??? */, 0x1, 0x2, 0x3, 0x4) = -1 EINVAL (Invalid argument)",
	 "prctl",
	 -EINVAL,
	 {9999, 1, 2, 3, 4},
	 {{0}}},
	{"futex(0x10000000, 0x63 /* FUTEX_??? */, 0, NULL, NULL, 0) = -1 ENOSYS (Function not "
	 "implemented)",
	 "futex",
	 -ENOSYS,
	 {P, 99},
	 {{0}}},
};

static void test_enumerations(void **state)
{
	(void)state;
	CHECK_CALLS(enumerations);
}

/* What an argument means may depend on another. */
static const struct made_call variants[] = {
	{"fcntl(3, F_GETFD) = 0", "fcntl", 0, {3, F_GETFD, 77}, {{0}}},
	{"fcntl(3, F_SETFD, FD_CLOEXEC) = 0", "fcntl", 0, {3, F_SETFD, 1}, {{0}}},
	{"fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK) = 0", "fcntl", 0, {3, F_SETFL, 04000}, {{0}}},
	{"fcntl(3, F_DUPFD_CLOEXEC, 10) = 10", "fcntl", 10, {3, 1030, 10}, {{0}}},
	{"futex(0x10000000, FUTEX_WAKE_PRIVATE, 1) = 0", "futex", 0, {P, 129, 1, 2, 3, 4}, {{0}}},
	{"futex(0x10000000, FUTEX_WAIT, 77, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
	 "futex",
	 -EAGAIN,
	 {P, 0, 77, 0, 3, 4},
	 {{0}}},
	{"prctl(PR_SET_NAME, \"name\") = 0",
	 "prctl",
	 0,
	 {15, P, 7, 7, 7},
	 {MADE_STRING(P, "name")}},
	{"mremap(0x1000, 2, 3, MREMAP_MAYMOVE) = 0x2000",
	 "mremap",
	 0x2000,
	 {0x1000, 2, 3, 1, 5},
	 {{0}}},
	{"mremap(0x1000, 2, 3, MREMAP_MAYMOVE|MREMAP_FIXED, 0x5000) = 0x5000",
	 "mremap",
	 0x5000,
	 {0x1000, 2, 3, 3, 0x5000},
	 {{0}}},
	{"ioctl(1, TCGETS, 0x10000000) = -1 ENOTTY (Inappropriate ioctl for device)",
	 "ioctl",
	 -ENOTTY,
	 {1, 0x5401, P},
	 {{0}}},
	{"ioctl(3, FIONREAD, [7]) = 0", "ioctl", 0, {3, 0x541b, P}, {MADE_WROTE(P, "\7\0\0\0")}},
	{"ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0",
	 "ioctl",
	 0,
	 {1, 0x5413, P},
	 {MADE_WROTE(P, "\30\0\120\0\0\0\0\0")}},
	{"ioctl(1, TIOCGWINSZ, NULL) = -1 EFAULT (Bad address)",
	 "ioctl",
	 -EFAULT,
	 {1, 0x5413, 0},
	 {{0}}},
};

static void test_variants(void **state)
{
	(void)state;
	CHECK_CALLS(variants);
}

/* ---- parts that are no names ---- */

static const struct made_call forms[] = {
	{"memfd_create(\"f\", 0x20 /* MFD_??? */|30<<MFD_HUGE_SHIFT) = -1 EINVAL (Invalid "
	 "argument)",
	 "memfd_create",
	 -EINVAL,
	 {P, 0x20 | 30u << 26},
	 {MADE_STRING(P, "f")}},
	{"memfd_create(\"f\", MFD_HUGETLB|0x100|63<<MFD_HUGE_SHIFT) = -1 EINVAL (Invalid argument)",
	 "memfd_create",
	 -EINVAL,
	 {P, 0x104 | 63u << 26},
	 {MADE_STRING(P, "f")}},
	{"memfd_create(\"f\", 21<<MFD_HUGE_SHIFT) = -1 EINVAL (Invalid argument)",
	 "memfd_create",
	 -EINVAL,
	 {P, 21 << 26},
	 {MADE_STRING(P, "f")}},
	{"mmap(NULL, 0, PROT_NONE, MAP_FILE|MAP_FIXED, 3, 0) = -1 EINVAL (Invalid argument)",
	 "mmap",
	 -EINVAL,
	 {0, 0, 0, 0x10, 3, 0},
	 {{0}}},
	{"mmap(NULL, 0, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, "
	 "0) = -1 EINVAL (Invalid argument)",
	 "mmap",
	 -EINVAL,
	 {0, 0, 0, 0x40022 | 21 << 26, UINT64_MAX, 0},
	 {{0}}},
	{"shmget(IPC_PRIVATE, 0, SHM_HUGETLB|21<<SHM_HUGE_SHIFT|0600) = -1 EINVAL (Invalid "
	 "argument)",
	 "shmget",
	 -EINVAL,
	 {0, 0, 04600 | 21 << 26},
	 {{0}}},
	{"semget(IPC_PRIVATE, 1, IPC_CREAT|000) = 3", "semget", 3, {0, 1, 01000}, {{0}}},
	{"semget(IPC_PRIVATE, 1, IPC_CREAT|0123) = 5", "semget", 5, {0, 1, 01123}, {{0}}},
	{"clone(child_stack=NULL, flags=CLONE_VM|SIGRT_2) = 5", "clone", 5, {0x100 | 34}, {{0}}},
	{"ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 1)) = 0",
	 "ioprio_set",
	 0,
	 {1, 0, 0x4001},
	 {{0}}},
	{"keyctl(KEYCTL_READ, -50, NULL, 0) = -1 ENOKEY (Required key not available)",
	 "keyctl",
	 -ENOKEY,
	 {11, (uint64_t)-50, 0, 0},
	 {{0}}},
	{"keyctl(KEYCTL_READ, KEY_SPEC_THREAD_KEYRING, NULL, 0) = -1 ENOKEY (Required key not "
	 "available)",
	 "keyctl",
	 -ENOKEY,
	 {11, (uint64_t)-1, 0, 0},
	 {{0}}},
	{"syslog(3 /* SYSLOG_ACTION_READ_ALL */, NULL, 0) = -1 EINVAL (Invalid argument)",
	 "syslog",
	 -EINVAL,
	 {3, 0, 0},
	 {{0}}},
	{"syslog(99 /* SYSLOG_ACTION_??? */, 0x10000000, 3) = -1 EINVAL (Invalid argument)",
	 "syslog",
	 -EINVAL,
	 {99, P, 3},
	 {{0}}},
	{"mount(\"a\", \"b\", \"c\", 0x100000000 /* MS_??? */, NULL) = -1 ENOENT (No such file or "
	 "directory)",
	 "mount",
	 -ENOENT,
	 {P, P + 2, P + 4, 0x100000000, 0},
	 {MADE_STRING(P, "a"), MADE_STRING(P + 2, "b"), MADE_STRING(P + 4, "c")}},
	{"semctl(99, 0, IPC_RMID, NULL) = -1 EINVAL (Invalid argument)",
	 "semctl",
	 -EINVAL,
	 {99, 0, 0, 0},
	 {{0}}},
};

static void test_forms(void **state)
{
	(void)state;
	CHECK_CALLS(forms);
}

/* The protocol's names depend on the family. */
static const struct made_call protocols[] = {
	{"socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) = 5", "socket", 5, {17, 3, 0x300}, {{0}}},
	{"socket(AF_PACKET, SOCK_RAW, htons(0x3412 /* ETH_P_??? */)) = 7",
	 "socket",
	 7,
	 {17, 3, 0x1234},
	 {{0}}},
	{"socket(AF_PACKET, SOCK_RAW, htons(0 /* ETH_P_??? */)) = 8",
	 "socket",
	 8,
	 {17, 3, 0},
	 {{0}}},
	{"socket(AF_INET6, SOCK_RAW, 0x3e7 /* IPPROTO_??? */) = -1 EINVAL (Invalid argument)",
	 "socket",
	 -EINVAL,
	 {10, 3, 999},
	 {{0}}},
	{"socket(AF_BLUETOOTH, SOCK_RAW, BTPROTO_HCI) = 3", "socket", 3, {31, 3, 1}, {{0}}},
	{"socket(AF_XDP, SOCK_RAW, 0) = 12", "socket", 12, {44, 3, 0}, {{0}}},
	{"socket(0x63 /* AF_??? */, SOCK_STREAM, 5) = -1 EINVAL (Invalid argument)",
	 "socket",
	 -EINVAL,
	 {99, 1, 5},
	 {{0}}},
	{"setsockopt(3, 0x4d /* SOL_?? */, 5, \"\\1\\2\\3\", 3) = -1 EOPNOTSUPP (Operation not "
	 "supported)",
	 "setsockopt",
	 -EOPNOTSUPP,
	 {3, 77, 5, P, 3},
	 {MADE_BYTES(P, "\1\2\3")}},
};

static void test_protocols(void **state)
{
	(void)state;
	CHECK_CALLS(protocols);
}

/* ---- what wait(2) stores ---- */

#define WAIT(said, bytes)                                                                          \
	{                                                                                          \
		"wait4(5, [{" said "}], 0, NULL) = 5", "wait4", 5, {5, P, 0, 0},                   \
		{                                                                                  \
			MADE_WROTE(P, bytes)                                                       \
		}                                                                                  \
	}

static const struct made_call statuses[] = {
	WAIT("WIFEXITED(s) && WEXITSTATUS(s) == 0", "\0\0\0\0"),
	WAIT("WIFEXITED(s) && WEXITSTATUS(s) == 255", "\0\377\0\0"),
	WAIT("WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL", "\11\0\0\0"),
	WAIT("WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)", "\213\0\0\0"),
	WAIT("WIFSIGNALED(s) && WTERMSIG(s) == SIGRT_1", "\41\0\0\0"),
	WAIT("WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP", "\177\24\0\0"),
	WAIT("WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80", "\177\205\0\0"),
	WAIT("WIFCONTINUED(s)", "\377\377\0\0"),
};

static void test_statuses(void **state)
{
	(void)state;
	CHECK_CALLS(statuses);
}

/* A ptrace event in the upper half stands behind the brace. */
static const struct made_call stop_events[] = {
	{"wait4(5, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP} | 0x4 << 16], 0, NULL) = 5",
	 "wait4",
	 5,
	 {5, P, 0, 0},
	 {MADE_WROTE(P, "\177\5\4\0")}},
};

static void test_stop_events(void **state)
{
	(void)state;
	CHECK_CALLS(stop_events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),    cmocka_unit_test(test_modes),
		cmocka_unit_test(test_flags),       cmocka_unit_test(test_enumerations),
		cmocka_unit_test(test_variants),    cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_stop_events), cmocka_unit_test(test_forms),
		cmocka_unit_test(test_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

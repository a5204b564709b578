/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs, pointers to them and arrays, as strace 6.1 writes them: what is there, what
 * is not, what the kernel changed.
 */
#include "check.h"

#include "base/map.h"
#include "replayer/print/printer.h"
#include "sys/table.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#include <cmocka.h>

enum { NOWHERE = 8, P = 0x10000000, Q = 0x10001000, R = 0x10002000, S = 0x10003000 };
#define FDCWD ((uint64_t)-100)

static const struct made_call structs[] = {
	{"stat(\"f\", {st_mode=S_IFREG|0644, st_size=1221, ...}) = 0",
	 "stat",
	 0,
	 {P, Q},
	 {MADE_STRING(P, "f"), MADE_RESULT(Q, struct stat, {.st_mode = 0100644, .st_size = 1221})}},
	{"stat(\"f\", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0",
	 "stat",
	 0,
	 {P, Q},
	 {MADE_STRING(P, "f"), MADE_RESULT(Q, struct stat, {.st_mode = 020666, .st_rdev = 0x103})}},
	{"newfstatat(AT_FDCWD, \"f\", {st_mode=S_IFDIR|S_ISVTX|0777, st_size=4096, ...}, "
	 "AT_SYMLINK_NOFOLLOW) = 0",
	 "newfstatat",
	 0,
	 {FDCWD, P, Q, 0x100},
	 {MADE_STRING(P, "f"), MADE_RESULT(Q, struct stat, {.st_mode = 041777, .st_size = 4096})}},
	/* What the kernel did not write is not told, whatever is there. */
	{"stat(\"f\", 0x10001000) = -1 ENOENT (No such file or directory)",
	 "stat",
	 -ENOENT,
	 {P, Q},
	 {MADE_STRING(P, "f"), MADE_RESULT(Q, struct stat, {.st_mode = 0100644})}},
	{"stat(\"f\", NULL) = -1 EFAULT (Bad address)",
	 "stat",
	 -EFAULT,
	 {P, 0},
	 {MADE_STRING(P, "f")}},
	{"nanosleep({tv_sec=0, tv_nsec=500}, NULL) = 0",
	 "nanosleep",
	 0,
	 {P, 0},
	 {MADE_THING(P, struct timespec, {0, 500})}},
	{"nanosleep({tv_sec=-1, tv_nsec=1000000000}, NULL) = -1 EINVAL (Invalid argument)",
	 "nanosleep",
	 -EINVAL,
	 {P, 0},
	 {MADE_THING(P, struct timespec, {-1, 1000000000})}},
	{"nanosleep(0x8, 0x8) = -1 EFAULT (Bad address)",
	 "nanosleep",
	 -EFAULT,
	 {NOWHERE, NOWHERE},
	 {{0}}},
	/* Half of it cannot be read. */
	{"nanosleep(0x1000fff8, NULL) = -1 EFAULT (Bad address)",
	 "nanosleep",
	 -EFAULT,
	 {0x1000fff8, 0},
	 {{.address = 0x1000fff8, .data = "\1\0\0\0\0\0\0\0", .length = 8, .unreadable = true}}},
	/* The time that was left when a signal came. */
	{"nanosleep({tv_sec=5, tv_nsec=0}, {tv_sec=4, tv_nsec=7}) = ? ERESTART_RESTARTBLOCK "
	 "(Interrupted by signal)",
	 "nanosleep",
	 -516,
	 {P, Q},
	 {MADE_THING(P, struct timespec, {5, 0}), MADE_RESULT(Q, struct timespec, {4, 7})}},
	{"nanosleep({tv_sec=5, tv_nsec=0}, 0x10001000) = 0",
	 "nanosleep",
	 0,
	 {P, Q},
	 {MADE_THING(P, struct timespec, {5, 0})}},
	{"clock_gettime(CLOCK_MONOTONIC, {tv_sec=1, tv_nsec=2}) = 0",
	 "clock_gettime",
	 0,
	 {1, P},
	 {MADE_RESULT(P, struct timespec, {1, 2})}},
	{"getitimer(ITIMER_REAL, {it_interval={tv_sec=1, tv_usec=2}, it_value={tv_sec=3, "
	 "tv_usec=4}}) = 0",
	 "getitimer",
	 0,
	 {0, P},
	 {MADE_RESULT(P, struct itimerval, {{1, 2}, {3, 4}})}},
	{"prlimit64(0, RLIMIT_STACK, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}, "
	 "{rlim_cur=1024, rlim_max=4*1024}) = 0",
	 "prlimit64",
	 0,
	 {0, RLIMIT_STACK, P, Q},
	 {MADE_THING(P, struct rlimit, {8192 << 10, RLIM_INFINITY}),
	  MADE_RESULT(Q, struct rlimit, {1024, 4096})}},
	{"setrlimit(RLIMIT_CORE, {rlim_cur=1025, rlim_max=0}) = 0",
	 "setrlimit",
	 0,
	 {RLIMIT_CORE, P},
	 {MADE_THING(P, struct rlimit, {1025, 0})}},
	{"sigaltstack({ss_sp=0x1234, ss_flags=SS_DISABLE, ss_size=5}, {ss_sp=NULL, "
	 "ss_flags=SS_DISABLE, ss_size=0}) = 0",
	 "sigaltstack",
	 0,
	 {P, Q},
	 {MADE_THING(P, stack_t, {(void *)0x1234, 2, 5}), MADE_RESULT(Q, stack_t, {NULL, 2, 0})}},
	/* The fraction has no sign, whatever it is. */
	{"nanosleep({tv_sec=0, tv_nsec=18446744073709551615}, NULL) = -1 EINVAL (Invalid argument)",
	 "nanosleep",
	 -EINVAL,
	 {P, 0},
	 {MADE_THING(P, struct timespec, {0, -1})}},
	/* An absolute time has no rest. */
	{"clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {tv_sec=9, tv_nsec=0}, 0x10001000) = ? "
	 "ERESTARTNOHAND (To be restarted if no handler)",
	 "clock_nanosleep",
	 -514,
	 {1, 1, P, Q},
	 {MADE_THING(P, struct timespec, {9, 0}), MADE_RESULT(Q, struct timespec, {4, 7})}},
	{"times({tms_utime=1 /* 0.01 s */, tms_stime=0, tms_cutime=250 /* 2.50 s */, "
	 "tms_cstime=0}) "
	 "= 5",
	 "times",
	 5,
	 {P},
	 {MADE_RESULT(P, const uint64_t[4], {1, 0, 250, 0})}},
	{"fcntl(7, F_GETLK, {l_type=F_UNLCK, l_whence=SEEK_SET, l_start=0, l_len=0, l_pid=0}) = 0",
	 "fcntl",
	 0,
	 {7, F_GETLK, P},
	 {MADE_THING(P, struct flock, {.l_type = F_RDLCK}),
	  MADE_RESULT(P, struct flock, {.l_type = F_UNLCK})}},
	{"capget({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, "
	 "{effective=1<<CAP_KILL|1<<CAP_SYSLOG, "
	 "permitted=1<<CAP_CHECKPOINT_RESTORE, inheritable=0}) = 0",
	 "capget",
	 0,
	 {P, Q},
	 {MADE_THING(P, const uint32_t[2], {0x20080522, 0}),
	  MADE_RESULT(Q, const uint32_t[6], {0x20, 0, 0, 4, 0x100, 0})}},
	/* Characters up to their NUL, in a struct. */
	{"uname({sysname=\"Linux\", nodename=\"vm\", ...}) = 0",
	 "uname",
	 0,
	 {P},
	 {MADE_RESULT(P, const char[6][65], {"Linux", "vm", "6.1", "#1", "x86_64", ""})}},
	{"epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET|0x8000, data={u32=6, "
	 "u64=21474836486}}) = 0",
	 "epoll_ctl",
	 0,
	 {5, 1, 4, P},
	 {MADE_THING(P, struct epoll_event, {0x80008001, {.u64 = 0x500000006}})}},
};

static void test_structs(void **state)
{
	(void)state;
	CHECK_CALLS(structs);
}

/* A time of 0 has no date that strace could put behind it. */
static const struct made_call whole_structs[] = {
	{"stat(\"f\", {st_dev=makedev(0x12345678, 0x9abcdef0), st_ino=861, st_mode=S_IFREG|0644, "
	 "st_nlink=1, st_uid=2, "
	 "st_gid=3, st_blksize=4096, st_blocks=8, st_size=1221, st_atime=0, st_atime_nsec=0, "
	 "st_mtime=0, st_mtime_nsec=0, st_ctime=0, st_ctime_nsec=0}) = 0",
	 "stat",
	 0,
	 {P, Q},
	 {MADE_STRING(P, "f"), MADE_RESULT(Q, struct stat,
					   {.st_dev = 0x123459abcde678f0,
					    .st_ino = 861,
					    .st_mode = 0100644,
					    .st_nlink = 1,
					    .st_uid = 2,
					    .st_gid = 3,
					    .st_blksize = 4096,
					    .st_blocks = 8,
					    .st_size = 1221})}},
};

static void test_whole_structs(void **state)
{
	const struct print_options verbose = {.string_limit = 32, .verbose = true};

	(void)state;
	CHECK_CALLS_WITH(&verbose, whole_structs);
}

/* The caller says how much of it there is. */
static const struct made_call sized[] = {
	{"openat2(AT_FDCWD, \"f\", {flags=O_RDONLY|O_CREAT, mode=0600, "
	 "resolve=RESOLVE_BENEATH|0x100}, 24) = -1 EINVAL (Invalid argument)",
	 "openat2",
	 -EINVAL,
	 {FDCWD, P, Q, 24},
	 {MADE_STRING(P, "f"), MADE_THING(Q, struct open_how, {0100, 0600, 0x108})}},
	{"openat2(AT_FDCWD, \"f\", {flags=O_RDONLY, resolve=0}, 24) = 3",
	 "openat2",
	 3,
	 {FDCWD, P, Q, 24},
	 {MADE_STRING(P, "f"), MADE_THING(Q, struct open_how, {0})}},
	/* One that is older, and ends before what was added to it. */
	{"sched_setattr(0, {size=48, sched_policy=SCHED_OTHER, sched_flags=0, sched_nice=5, "
	 "sched_priority=0, sched_runtime=0, sched_deadline=0, sched_period=0}, 0) = 0",
	 "sched_setattr",
	 0,
	 {0, P, 0},
	 {MADE_THING(P, const uint32_t[12], {48, 0, 0, 0, 5})}},
	{"landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|"
	 "LANDLOCK_ACCESS_FS_WRITE_FILE}, 8, 0) = 3",
	 "landlock_create_ruleset",
	 3,
	 {P, 8, 0},
	 {MADE_THING(P, uint64_t, {3})}},
};

static void test_sized_structs(void **state)
{
	(void)state;
	CHECK_CALLS(sized);
}

/* ---- one value ---- */

static const struct made_call cells[] = {
	{"wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 7}], WNOHANG, NULL) = 9",
	 "wait4",
	 9,
	 {(uint64_t)-1, P, 1, 0},
	 {MADE_WROTE(P, "\0\7\0\0")}},
	/* Nobody had ended: nothing was stored. */
	{"wait4(-1, 0x10000000, WNOHANG, NULL) = 0", "wait4", 0, {(uint64_t)-1, P, 1, 0}, {{0}}},
	{"wait4(-1, 0x10000000, 0, NULL) = -1 ECHILD (No child processes)",
	 "wait4",
	 -ECHILD,
	 {(uint64_t)-1, P, 0, 0},
	 {{0}}},
	{"getsockname(3, {sa_family=AF_UNIX}, [110 => 2]) = 0",
	 "getsockname",
	 0,
	 {3, P, Q},
	 {MADE_BYTES(Q, "\156\0\0\0"), MADE_WROTE(P, "\1\0"), MADE_WROTE(Q, "\2\0\0\0")}},
	{"getsockname(3, {sa_family=AF_UNIX}, [2]) = 0",
	 "getsockname",
	 0,
	 {3, P, Q},
	 {MADE_BYTES(Q, "\2\0\0\0"), MADE_WROTE(P, "\1\0"), MADE_WROTE(Q, "\2\0\0\0")}},
	{"getsockname(3, 0x10000000, [110]) = -1 EBADF (Bad file descriptor)",
	 "getsockname",
	 -EBADF,
	 {3, P, Q},
	 {MADE_BYTES(Q, "\156\0\0\0")}},
	{"getsockname(3, 0x10000000, 0x8) = -1 EFAULT (Bad address)",
	 "getsockname",
	 -EFAULT,
	 {3, P, NOWHERE},
	 {{0}}},
	{"sendfile(4, 3, [8], 5) = -1 EBADF (Bad file descriptor)",
	 "sendfile",
	 -EBADF,
	 {4, 3, P, 5},
	 {MADE_BYTES(P, "\10\0\0\0\0\0\0\0")}},
	{"sendfile(4, 3, NULL, 5) = 5", "sendfile", 5, {4, 3, 0, 5}, {{0}}},
	{"getresuid([0], [1], [2]) = 0",
	 "getresuid",
	 0,
	 {P, Q, R},
	 {MADE_WROTE(P, "\0\0\0\0"), MADE_WROTE(Q, "\1\0\0\0"), MADE_WROTE(R, "\2\0\0\0")}},
};

static void test_cells(void **state)
{
	(void)state;
	CHECK_CALLS(cells);
}

/* ---- arrays ---- */

#define TWELVE(x) x, x, x, x, x, x, x, x, x, x, x, x
#define UNUSED    "{fd=-1}, "
#define UNUSED_8  UNUSED UNUSED UNUSED UNUSED UNUSED UNUSED UNUSED UNUSED
#define UNUSED_32 UNUSED_8 UNUSED_8 UNUSED_8 UNUSED_8
#define NO_FD                                                                                      \
	{                                                                                          \
		-1, 0, 0                                                                           \
	}

static const struct made_call arrays[] = {
	{"pipe2([3, 4], O_CLOEXEC) = 0",
	 "pipe2",
	 0,
	 {P, 02000000},
	 {MADE_WROTE(P, "\3\0\0\0\4\0\0\0")}},
	{"pipe2(0x10000000, O_CLOEXEC) = -1 EMFILE (Too many open files)",
	 "pipe2",
	 -EMFILE,
	 {P, 02000000},
	 {{0}}},
	{"setgroups(3, [0, -1, 2]) = 0",
	 "setgroups",
	 0,
	 {3, P},
	 {MADE_BYTES(P, "\0\0\0\0\377\377\377\377\2\0\0\0")}},
	{"getgroups(10, [5, 6]) = 2", "getgroups", 2, {10, P}, {MADE_WROTE(P, "\5\0\0\0\6\0\0\0")}},
	{"getgroups(10, []) = 0", "getgroups", 0, {10, P}, {{0}}},
	{"getgroups(0, NULL) = 3", "getgroups", 3, {0, 0}, {{0}}},
	{"setgroups(3, 0x8) = -1 EFAULT (Bad address)", "setgroups", -EFAULT, {3, NOWHERE}, {{0}}},
	{"poll([{fd=4, events=POLLIN|POLLPRI}, {fd=5, events=POLLOUT}, {fd=-1}], 3, 1000) = 0 "
	 "(Timeout)",
	 "poll",
	 0,
	 {P, 3, 1000},
	 {MADE_THING(P, const struct pollfd[3], {{4, 3, 9}, {5, 4, 9}, {-1, 1, 9}}),
	  MADE_RESULT(P, const struct pollfd[3], {{4, 3, 0}, {5, 4, 0}, {-1, 1, 0}})}},
	{"poll([{fd=4, events=POLLRDNORM|0x4000}], 1, 0) = 0 (Timeout)",
	 "poll",
	 0,
	 {P, 1, 0},
	 {MADE_THING(P, const struct pollfd[1], {{4, 0x4040, 0}})}},
	{"poll(NULL, 0, 0) = 0 (Timeout)", "poll", 0, {0, 0, 0}, {{0}}},
	{"poll([], 0, 0) = 0 (Timeout)", "poll", 0, {P, 0, 0}, {{0}}},
	{"poll(0x8, 1, -1) = -1 EFAULT (Bad address)",
	 "poll",
	 -EFAULT,
	 {NOWHERE, 1, (uint64_t)-1},
	 {{0}}},
	/* The second one is where nothing can be read. */
	{"poll([{fd=0, events=POLLERR}, ... /* 0x1000fffc */], 2, -1) = -1 EFAULT (Bad address)",
	 "poll",
	 -EFAULT,
	 {0x1000fff4, 2, (uint64_t)-1},
	 {{.address = 0x1000fff4,
	   .data = "\0\0\0\0\10\0\0\0\0\0\0\0",
	   .length = 12,
	   .unreadable = true}}},
	{"poll([" UNUSED_32 "...], 36, 0) = 0 (Timeout)",
	 "poll",
	 0,
	 {P, 36, 0},
	 {MADE_THING(P, const struct pollfd[36], {TWELVE(NO_FD), TWELVE(NO_FD), TWELVE(NO_FD)})}},
	{"epoll_wait(5, [{events=EPOLLIN, data={u32=6, u64=6}}], 10, 0) = 1",
	 "epoll_wait",
	 1,
	 {5, P, 10, 0},
	 {MADE_RESULT(P, struct epoll_event, {1, {.u64 = 6}})}},
	{"epoll_wait(5, [], 10, 0) = 0", "epoll_wait", 0, {5, P, 10, 0}, {{0}}},
	{"epoll_wait(5, 0x10000000, 10, 0) = -1 EBADF (Bad file descriptor)",
	 "epoll_wait",
	 -EBADF,
	 {5, P, 10, 0},
	 {{0}}},
	/* A filter's rules are a detail. */
	{"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=1, filter=0x10001000}) = 0",
	 "seccomp",
	 0,
	 {1, 0, P},
	 {MADE_THING(P, struct sock_fprog, {1, (struct sock_filter *)Q}),
	  MADE_THING(Q, struct sock_filter, {6, 0, 0, 0x7fff0000})}},
	{"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=0, filter=0x10001000}) = "
	 "-1 EINVAL (Invalid argument)",
	 "seccomp",
	 -EINVAL,
	 {1, 0, P},
	 {MADE_THING(P, struct sock_fprog, {0, (struct sock_filter *)Q})}},
};

static void test_arrays(void **state)
{
	(void)state;
	CHECK_CALLS(arrays);
}

/* -v tells all of them. */
static const struct made_call whole_arrays[] = {
	{"poll([" UNUSED_32 "{fd=-1}, {fd=-1}, {fd=-1}, {fd=-1}], 36, 0) = 0 (Timeout)",
	 "poll",
	 0,
	 {P, 36, 0},
	 {MADE_THING(P, const struct pollfd[36], {TWELVE(NO_FD), TWELVE(NO_FD), TWELVE(NO_FD)})}},
	{"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=1, filter=[BPF_STMT(BPF_RET|BPF_K, "
	 "SECCOMP_RET_ALLOW)]}) = 0",
	 "seccomp",
	 0,
	 {1, 0, P},
	 {MADE_THING(P, struct sock_fprog, {1, (struct sock_filter *)Q}),
	  MADE_THING(Q, struct sock_filter, {6, 0, 0, 0x7fff0000})}},
};

static void test_whole_arrays(void **state)
{
	const struct print_options verbose = {.string_limit = 32, .verbose = true};

	(void)state;
	CHECK_CALLS_WITH(&verbose, whole_arrays);
}

/* Members that hang on another. */
/* As the kernel has them (netdevice(7)), with what is used here. */
struct made_ifreq {
	char name[16], address[16], rest[8];
};
struct made_ifconf {
	int32_t length;
	uint64_t buffer;
};
static const struct made_ifreq interfaces[] = {{"lo", "\2\0\0\0\177\0\0\1"},
					       {"eth0", "\2\0\0\0\300\0\2\2"}};

static const struct made_call members[] = {
	{"timer_create(CLOCK_REALTIME, {sigev_value={sival_int=-1, sival_ptr=0x5ffffffff}, "
	 "sigev_signo=SIGUSR1, sigev_notify=SIGEV_SIGNAL}, NULL) = 0",
	 "timer_create",
	 0,
	 {0, P, 0},
	 {MADE_THING(P, const uint64_t[8], {0x5ffffffff, 10})}},
	{"mq_notify(3, {sigev_signo=10, sigev_notify=SIGEV_NONE}) = 0",
	 "mq_notify",
	 0,
	 {3, P},
	 {MADE_THING(P, const uint64_t[8], {0, 10 | 1ull << 32})}},
	{"mq_notify(3, {sigev_value={sival_int=1, sival_ptr=0x1}, sigev_signo=0, "
	 "sigev_notify=SIGEV_THREAD, sigev_notify_function=0x10, sigev_notify_attributes=NULL}) = "
	 "0",
	 "mq_notify",
	 0,
	 {3, P},
	 {MADE_THING(P, const uint64_t[8], {1, 2ull << 32, 16})}},
	{"timer_create(CLOCK_REALTIME, {sigev_signo=SIGALRM, sigev_notify=SIGEV_THREAD_ID, "
	 "sigev_notify_thread_id=-7}, NULL) = 0",
	 "timer_create",
	 0,
	 {0, P, 0},
	 {MADE_THING(P, const uint64_t[8], {0, 14 | 4ull << 32, (uint32_t)-7})}},
	{"mincore(0x10000000, 0, []) = 0", "mincore", 0, {P, 0, Q}, {{0}}},
	{"mincore(0x10000000, 1, 0x10001000) = -1 EINVAL (Invalid argument)",
	 "mincore",
	 -EINVAL,
	 {P, 1, Q},
	 {{0}}},
	{"sethostname(0x10000000, 4294967295) = -1 EINVAL (Invalid argument)",
	 "sethostname",
	 -EINVAL,
	 {P, UINT64_MAX},
	 {{0}}},
	{"modify_ldt(1, 0x10000000, 4) = -1 ENOSYS (Function not implemented)",
	 "modify_ldt",
	 -ENOSYS,
	 {1, P, 4},
	 {MADE_THING(P, const uint32_t[1], {5})}},
	{"modify_ldt(1, {entry_number=5, base_addr=00000000, limit=0x000001, seg_32bit=0, "
	 "contents=0, read_exec_only=0, limit_in_pages=0, seg_not_present=0, useable=0, lm=1}, 16) "
	 "= 0",
	 "modify_ldt",
	 0,
	 {1, P, 16},
	 {MADE_THING(P, const uint32_t[4], {5, 0, 1, 0x80})}},
	/* A member that is an address; and as many of its structs as the kernel has written. */
	{"ioctl(3, SIOCGIFADDR, {ifr_name=\"lo\", ifr_addr={sa_family=AF_INET, sin_port=htons(0), "
	 "sin_addr=inet_addr(\"127.0.0.1\")}}) = 0",
	 "ioctl",
	 0,
	 {3, 0x8915, P},
	 {MADE_THING(P, struct made_ifreq, {.name = "lo"}),
	  MADE_RESULT(P, struct made_ifreq, {"lo", "\2\0\0\0\177\0\0\1"})}},
	{"ioctl(3, SIOCGIFCONF, {ifc_len=320 => 80, ifc_buf=[{ifr_name=\"lo\", "
	 "ifr_addr={sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"127.0.0.1\")}}, "
	 "{ifr_name=\"eth0\", ifr_addr={sa_family=AF_INET, sin_port=htons(0), "
	 "sin_addr=inet_addr(\"192.0.2.2\")}}]}) = 0",
	 "ioctl",
	 0,
	 {3, 0x8912, P},
	 {MADE_THING(P, struct made_ifconf, {320, Q}),
	  MADE_RESULT(P, struct made_ifconf, {80, Q}),
	  {.address = Q, .data = interfaces, .length = sizeof(interfaces), .exit = true}}},
	{"ioctl(3, SIOCGIFCONF, {ifc_len=0 => 80, ifc_buf=NULL}) = 0",
	 "ioctl",
	 0,
	 {3, 0x8912, P},
	 {MADE_THING(P, struct made_ifconf, {0, 0}), MADE_RESULT(P, struct made_ifconf, {80, 0})}},
	{"ioctl(3, UFFDIO_API, {api=0xaa, features=0 => features=UFFD_FEATURE_EVENT_FORK, "
	 "ioctls=1<<_UFFDIO_REGISTER}) = 0",
	 "ioctl",
	 0,
	 {3, 0xc018aa3f, P},
	 {MADE_THING(P, const uint64_t[3], {0xaa}),
	  MADE_RESULT(P, const uint64_t[3], {0xaa, 2, 1})}},
	{"ioctl(3, BTRFS_IOC_FILE_EXTENT_SAME or FIDEDUPERANGE, {src_offset=1, src_length=2, "
	 "dest_count=1, info=[{dest_fd=4, dest_offset=5}]} => {info=[{bytes_deduped=6, "
	 "status=-1}]}) "
	 "= 0",
	 "ioctl",
	 0,
	 {3, 0xc0189436, P},
	 {MADE_THING(P, const uint64_t[3], {1, 2, 1}),
	  MADE_THING(P + 24, const uint64_t[4], {4, 5}),
	  MADE_RESULT(P, const uint64_t[3], {1, 2, 1}),
	  MADE_RESULT(P + 24, const uint64_t[4], {4, 5, 6, UINT32_MAX})}},
};

static void test_members(void **state)
{
	(void)state;
	CHECK_CALLS(members);
}

/* What follows a struct: as long as it says, once the kernel has got so far. */
#define HANDLE(a, ...)     MADE_THING(a, const uint32_t[2], {__VA_ARGS__})
#define GOT_HANDLE(a, ...) MADE_RESULT(a, const uint32_t[2], {__VA_ARGS__})
#define FIEMAP_REQUEST     0xc020660b
/* start, length, flags and extents there are, extents there is room for */
#define MAP(a, ...)        MADE_THING(a, const uint64_t[4], {__VA_ARGS__})
#define GOT_MAP(a, ...)    MADE_RESULT(a, const uint64_t[4], {__VA_ARGS__})

static const struct made_call tails[] = {
	{"name_to_handle_at(AT_FDCWD, \"f\", {handle_bytes=128 => 4, handle_type=1, "
	 "f_handle=\"\\x79\\xa0\\x00\\x41\"}, [27], 0) = 0",
	 "name_to_handle_at",
	 0,
	 {FDCWD, P, Q, R, 0},
	 {MADE_STRING(P, "f"), HANDLE(Q, 128, 9), GOT_HANDLE(Q, 4, 1),
	  MADE_WROTE(Q + 8, "\x79\xa0\0A"), MADE_RESULT(R, int32_t, {27})}},
	{"name_to_handle_at(AT_FDCWD, \"f\", {handle_bytes=4, handle_type=-1, "
	 "f_handle=\"\\x00\\x00\\x00\\x00\"}, [27], 0) = 0",
	 "name_to_handle_at",
	 0,
	 {FDCWD, P, Q, R, 0},
	 {MADE_STRING(P, "f"), HANDLE(Q, 4, 9), GOT_HANDLE(Q, 4, UINT32_MAX),
	  MADE_WROTE(Q + 8, "\0\0\0\0"), MADE_RESULT(R, int32_t, {27})}},
	{"name_to_handle_at(AT_FDCWD, \"f\", {handle_bytes=0 => 8}, 0x10002000, 0) = "
	 "-1 EOVERFLOW (Value too large for defined data type)",
	 "name_to_handle_at",
	 -EOVERFLOW,
	 {FDCWD, P, Q, R, 0},
	 {MADE_STRING(P, "f"), HANDLE(Q, 0, 9), GOT_HANDLE(Q, 8, 9)}},
	{"name_to_handle_at(AT_FDCWD, \"f\", {handle_bytes=0}, 0x10002000, 0) = "
	 "-1 ENOENT (No such file or directory)",
	 "name_to_handle_at",
	 -ENOENT,
	 {FDCWD, P, Q, R, 0},
	 {MADE_STRING(P, "f"), HANDLE(Q, 0, 9)}},
	{"open_by_handle_at(4, {handle_bytes=2, handle_type=3, f_handle=\"\\x41\\x42\"}, "
	 "O_RDONLY) = 5",
	 "open_by_handle_at",
	 5,
	 {4, Q, 0},
	 {HANDLE(Q, 2, 3), MADE_BYTES(Q + 8, "AB")}},
	{"open_by_handle_at(4, {handle_bytes=0, handle_type=3, f_handle=\"\"}, O_RDONLY) = "
	 "-1 EINVAL (Invalid argument)",
	 "open_by_handle_at",
	 -EINVAL,
	 {4, Q, 0},
	 {HANDLE(Q, 0, 3)}},
	{"ioctl(3, FS_IOC_FIEMAP, {fm_start=0, fm_length=4096, fm_flags=0, fm_extent_count=2} => "
	 "{fm_flags=0, fm_mapped_extents=1, ...}) = 0",
	 "ioctl",
	 0,
	 {3, FIEMAP_REQUEST, P},
	 {MAP(P, 0, 4096, 0, 2), GOT_MAP(P, 0, 4096, 1ul << 32, 2),
	  MADE_RESULT(P + 32, const uint64_t[7], {4096, 8192, 512, 0, 0, 1})}},
	{"ioctl(3, FS_IOC_FIEMAP, {fm_start=0, fm_length=0, fm_flags=FIEMAP_FLAG_SYNC, "
	 "fm_extent_count=2}) = -1 EINVAL (Invalid argument)",
	 "ioctl",
	 -EINVAL,
	 {3, FIEMAP_REQUEST, P},
	 {MAP(P, 0, 0, 1, 2)}},
	/* Strings are behind it; of the request the tape has nothing. */
	{"statmount(0x10000000, {size=516, mask=STATMOUNT_MNT_POINT, mnt_point=0, "
	 "str=\"/a/\\0\"}, 4096, 0) = 0",
	 "statmount",
	 0,
	 {P, Q, 4096, 0},
	 {MADE_RESULT(Q, const uint64_t[64], {516, 0x10}), MADE_WROTE(Q + 512, "/a/\0")}},
	{"semctl(3, 0, GETALL, [1, 2]) = 0",
	 "semctl",
	 0,
	 {3, 0, 13, P},
	 {MADE_WROTE(P, "\1\0\2\0")}},
	{"semctl(3, 0, SETALL, [258]) = -1 ERANGE (Numerical result out of range)",
	 "semctl",
	 -ERANGE,
	 {3, 0, 17, P},
	 {MADE_BYTES(P, "\2\1")}},
	{"semctl(3, 0, GETALL, 0x10000000) = 0", "semctl", 0, {3, 0, 13, P}, {{0}}},
	{"capget({version=_LINUX_CAPABILITY_VERSION_1, pid=0}, {effective=1<<CAP_CHOWN, "
	 "permitted=1<<CAP_KILL, inheritable=0}) = 0",
	 "capget",
	 0,
	 {P, Q},
	 {MADE_THING(P, const uint32_t[2], {0x19980330, 0}),
	  MADE_RESULT(Q, const uint32_t[3], {1, 32, 0})}},
	{"waitid(P_PID, 7, {}, WNOHANG|WEXITED, 0x10001000) = 0",
	 "waitid",
	 0,
	 {1, 7, P, 5, Q},
	 {MADE_RESULT(P, const uint32_t[7], {0})}},
	/* Out of a pipe, into it. */
	{"vmsplice(3, [{iov_base=\"abc\", iov_len=8}], 1, 0) = 3",
	 "vmsplice",
	 3,
	 {3, P, 1, 0},
	 {MADE_THING(P, const uint64_t[2], {Q, 8}), MADE_WROTE(Q, "abc")}},
	{"vmsplice(3, [{iov_base=\"abc\", iov_len=3}], 1, 0) = 3",
	 "vmsplice",
	 3,
	 {3, P, 1, 0},
	 {MADE_THING(P, const uint64_t[2], {Q, 3}), MADE_BYTES(Q, "abc")}},
	{"sysfs(2, 1, \"proc\") = 0", "sysfs", 0, {2, 1, P}, {MADE_WROTE(P, "proc\0")}},
	/* All of what the kernel wrote of it. */
	{"ioctl(3, FS_IOC_GETFSLABEL, \"disk\") = 0",
	 "ioctl",
	 0,
	 {3, 0x81009431, P},
	 {MADE_WROTE(P, "disk\0\0\0\0")}},
};

static void test_tails(void **state)
{
	(void)state;
	CHECK_CALLS(tails);
}

static const struct made_call whole_tails[] = {
	{"ioctl(3, FS_IOC_FIEMAP, {fm_start=0, fm_length=4096, fm_flags=0, fm_extent_count=2} => "
	 "{fm_flags=0, fm_mapped_extents=1, fm_extents=[{fe_logical=4096, fe_physical=8192, "
	 "fe_length=512, fe_flags=FIEMAP_EXTENT_LAST}]}) = 0",
	 "ioctl",
	 0,
	 {3, FIEMAP_REQUEST, P},
	 {MAP(P, 0, 4096, 0, 2), GOT_MAP(P, 0, 4096, 1ul << 32, 2),
	  MADE_RESULT(P + 32, const uint64_t[7], {4096, 8192, 512, 0, 0, 1})}},
	/* Only counted. */
	{"ioctl(3, FS_IOC_FIEMAP, {fm_start=0, fm_length=4096, fm_flags=0, fm_extent_count=0} => "
	 "{fm_flags=0, fm_mapped_extents=9, fm_extents=[]}) = 0",
	 "ioctl",
	 0,
	 {3, FIEMAP_REQUEST, P},
	 {MAP(P, 0, 4096, 0, 0), GOT_MAP(P, 0, 4096, 9ul << 32, 0)}},
};

static void test_whole_tails(void **state)
{
	const struct print_options verbose = {.string_limit = 32, .verbose = true};

	(void)state;
	CHECK_CALLS_WITH(&verbose, whole_tails);
}

/* The kernel's part of what goes in and out is told when it is there. */
static void test_halves_of_tails(void **state)
{
	(void)state;
	check_halves(&tails[0], "name_to_handle_at(AT_FDCWD, \"f\",  <unfinished ...>",
		     "<... name_to_handle_at resumed>{handle_bytes=128 => 4, handle_type=1, "
		     "f_handle=\"\\x79\\xa0\\x00\\x41\"}, [27], 0) = 0");
	check_halves(&whole_tails[1],
		     "ioctl(3, FS_IOC_FIEMAP, {fm_start=0, fm_length=4096, fm_flags=0, "
		     "fm_extent_count=0} <unfinished ...>",
		     "<... ioctl resumed> => {fm_flags=0, fm_mapped_extents=9, ...}) = 0");
}

static void check_order(struct map *seen, const struct sys_desc *d)
{
	if (map_get(seen, (uintptr_t)d))
		return;
	assert_int_equal(map_put(seen, (uintptr_t)d, seen), 0);
	assert_true(d->count <= PRINT_ORDER_FIELDS);
	for (size_t i = 0; i < d->count; i++) {
		if (d->field[i].of)
			check_order(seen, d->field[i].of());
	}
	for (size_t i = 0; d->cases && i < d->cases->count; i++)
		check_order(seen, d->cases->variant[i].desc());
}

/* A member over the limit would never be said. */
static void test_order_has_room(void **state)
{
	struct map seen = {0};

	(void)state;
	for (size_t i = 0; sys_arch(i); i++) {
		for (uint64_t nr = 0; nr < sys_count(sys_arch(i)); nr++) {
			const struct sys_desc *d = sys_find(sys_arch(i), nr);

			if (d)
				check_order(&seen, d);
		}
	}
	assert_true(seen.count > 1000);
	map_done(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structs),        cmocka_unit_test(test_whole_structs),
		cmocka_unit_test(test_sized_structs),  cmocka_unit_test(test_cells),
		cmocka_unit_test(test_arrays),         cmocka_unit_test(test_whole_arrays),
		cmocka_unit_test(test_members),        cmocka_unit_test(test_tails),
		cmocka_unit_test(test_whole_tails),    cmocka_unit_test(test_halves_of_tails),
		cmocka_unit_test(test_order_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// A 32-bit program, built with -m32: calls that only those have, values in two registers,
// arguments in memory, and structs with 32-bit members.
#include "expect.h"

#include <asm/ldt.h>
#include <fcntl.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

static long socketcall(int call, long a, long b, long c, long d, long e, long f)
{
	long words[6] = {a, b, c, d, e, f};
	return syscall(SYS_socketcall, call, words);
}

#define CALL(call, ...) socketcall_of(call, __VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define socketcall_of(call, a, b, c, d, e, f, ...)                                                 \
	socketcall(call, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static void sockets(void)
{
	char text[16];
	int pair[2], one = 1;
	socklen_t size = sizeof(one);
	require(CALL(SYS_SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	EXPECT("socketpair(AF_UNIX, SOCK_STREAM, 0, [%d, %d]) = 0", pair[0], pair[1]);
	require(CALL(SYS_SEND, pair[0], "hello", 5, 0) == 5);
	EXPECT("send(%d, \"hello\", 5, 0) = 5", pair[0]);
	require(CALL(SYS_RECV, pair[1], text, sizeof(text), 0) == 5);
	EXPECT("recv(%d, \"hello\", 16, 0) = 5", pair[1]);
	require(CALL(SYS_SETSOCKOPT, pair[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) == 0);
	EXPECT("setsockopt(%d, SOL_SOCKET, SO_PASSCRED, [1], 4) = 0", pair[0]);
	require(CALL(SYS_GETSOCKOPT, pair[0], SOL_SOCKET, SO_PASSCRED, &one, &size) == 0);
	EXPECT("getsockopt(%d, SOL_SOCKET, SO_PASSCRED, [1], [4]) = 0", pair[0]);
	struct iovec iov = {(void *)(uintptr_t) "abc", 3};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	require(sendmsg(pair[0], &message, 0) == 3);
	EXPECT("sendmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"abc\", "
	       "iov_len=3}], "
	       "msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 3",
	       pair[0]);
	require(syscall(SYS_socketcall, SYS_SOCKET, 8) == -1);
	EXPECT("socketcall(SYS_SOCKET, 0x8) = -1 EFAULT (Bad address)");
}

static void files(void)
{
	char path[4096], text[8];
	struct iovec iov[2] = {{text, 2}, {text + 2, 3}};
	long long at;
	snprintf(path, sizeof(path), "%s/calls32", scratch());
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	require(fd >= 0);
	require(syscall(SYS_pwrite64, fd, "data", 4, 0x10, 0) == 4);
	EXPECT("pwrite64(%d, \"data\", 4, 16) = 4", fd);
	require(syscall(SYS_pread64, fd, text, 4, 0x10, 1) == 0);
	EXPECT("pread64(%d, \"\", 4, 4294967312) = 0", fd);
	require(syscall(SYS__llseek, fd, 1, 5, &at, SEEK_SET) == 0);
	EXPECT("_llseek(%d, 4294967301, [4294967301], SEEK_SET) = 0", fd);
	require(syscall(SYS_ftruncate64, fd, 0x100, 0) == 0);
	EXPECT("ftruncate64(%d, 256) = 0", fd);
	require(syscall(SYS_preadv, fd, iov, 2, 0x10, 0) == 5);
	EXPECT("preadv(%d, [{iov_base=\"da\", iov_len=2}, {iov_base=\"ta\\0\", iov_len=3}], 2, 16) "
	       "= 5",
	       fd);
	struct flock lock = {.l_type = F_WRLCK, .l_start = 1, .l_len = 2};
	require(syscall(SYS_fcntl, fd, F_SETLK, &lock) == 0);
	EXPECT("fcntl(%d, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=1, l_len=2}) = 0",
	       fd);
	char room[128];
	require(syscall(SYS_fstat64, fd, room) == 0);
	EXPECT("fstat64(%d, {st_mode=S_IFREG|0600, st_size=256, ...}) = 0", fd);
	require(syscall(SYS_chown, path, 0xffff, -1) == 0);
	EXPECT("chown(\"%s\", -1, -1) = 0", path);
	long page = syscall(SYS_mmap2, 0, 4096, PROT_READ, MAP_PRIVATE, fd, 1);
	EXPECT("mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, %d, 0x1000) = %#lx", fd, page);
	require(close(fd) == 0 && unlink(path) == 0);
}

static void on_signal(int number)
{
	(void)number;
}

static void on_signal_with_info(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
}

/* What is restored is what was blocked before: 17 and 37 here, in two words of the old frame. */
static void handlers(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t set;
	require(sigemptyset(&set) == 0 && sigaddset(&set, SIGCHLD) == 0 &&
		sigaddset(&set, 37) == 0);
	require(sigaction(SIGUSR2, &action, NULL) == 0);
	action = (struct sigaction){.sa_sigaction = on_signal_with_info, .sa_flags = SA_SIGINFO};
	require(sigaction(SIGHUP, &action, NULL) == 0);
	require(sigprocmask(SIG_SETMASK, &set, NULL) == 0);
	require(syscall(SYS_kill, getpid(), SIGUSR2) == 0);
	EXPECT("kill(%d, SIGUSR2) = 0", getpid());
	EXPECT("sigreturn({mask=[CHLD RT_5]}) = 0");
	require(syscall(SYS_kill, getpid(), SIGHUP) == 0);
	EXPECT("kill(%d, SIGHUP) = 0", getpid());
	EXPECT("rt_sigreturn({mask=[CHLD RT_5]}) = 0");
}

static void signals_and_time(void)
{
	unsigned long set = 1UL << (SIGUSR1 - 1), old = 0;
	require(syscall(SYS_sigprocmask, SIG_BLOCK, &set, &old) == 0);
	EXPECT("sigprocmask(SIG_BLOCK, [USR1], []) = 0");
	int info[32] = {SIGUSR1, 0, SI_QUEUE, getpid(), (int)getuid(), 77};
	require(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, info) == 0);
	EXPECT("rt_sigqueueinfo(%d, SIGUSR1, {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=%d, "
	       "si_uid=%u, si_int=77, si_ptr=0x4d}) = 0",
	       getpid(), getpid(), getuid());
	require(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	handlers();
	int narrow[2] = {0, 1000};
	long long wide[2] = {0, 2000};
	require(syscall(SYS_nanosleep, narrow, NULL) == 0);
	EXPECT("nanosleep({tv_sec=0, tv_nsec=1000}, NULL) = 0");
	require(syscall(SYS_clock_nanosleep_time64, 1, 0, wide, NULL) == 0);
	EXPECT("clock_nanosleep_time64(CLOCK_MONOTONIC, 0, {tv_sec=0, tv_nsec=2000}, NULL) = 0");
}

static void processes(void)
{
	char *argv[] = {(char *)(uintptr_t) "a", (char *)(uintptr_t) "b", NULL};
	int status;
	require(execve("/nonexistent", argv, NULL) == -1);
	EXPECT("execve(\"/nonexistent\", [\"a\", \"b\"], NULL) = -1 ENOENT (No such file or "
	       "directory)");
	pid_t child = fork();
	if (child == 0)
		_exit(3);
	require(syscall(SYS_waitpid, child, &status, 0) == child);
	EXPECT("waitpid(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0) = %d", child, child);
}

// A thread's data is told by a descriptor, as for set_thread_area.
static void thread_data(void)
{
	struct user_desc desc = {.entry_number = 12,
				 .base_addr = 0x1000,
				 .limit = 0xfffff,
				 .seg_32bit = 1,
				 .limit_in_pages = 1,
				 .useable = 1};
	struct clone_args args = {.flags = CLONE_THREAD | CLONE_SETTLS, .tls = (uintptr_t)&desc};
	require(syscall(SYS_clone3, &args, CLONE_ARGS_SIZE_VER0) == -1);
	EXPECT("clone3({flags=CLONE_THREAD|CLONE_SETTLS, exit_signal=0, stack=NULL, stack_size=0, "
	       "tls={entry_number=12, base_addr=0x001000, limit=0x0fffff, seg_32bit=1, "
	       "contents=0, read_exec_only=0, limit_in_pages=1, seg_not_present=0, useable=1}}, 64) = "
	       "-1 EINVAL (Invalid argument)");
}

int main(void)
{
	sockets();
	files();
	signals_and_time();
	processes();
	thread_data();
	JSON("all(.[]; .type != \"syscall\" or .arch == \"i386\" or .name == \"execve\" or "
	     ".pid != %d)",
	     getpid());
	JSON("any(.[]; .type == \"syscall\" and .nr == 102 and .name == \"send\")");
	ABSENT("i386:syscall_.*");
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// What the kernel writes of processes: how children ended, limits, rights, scheduling, signals.
#include "capture.h"

#include <asm/prctl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>

static pid_t child(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	require(pid > 0);
	return pid;
}

/* Its end can be waited for. */
static pid_t ended_child(int status)
{
	pid_t pid = child(status);
	siginfo_t info;

	require(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	return pid;
}

static void test_waiting(void)
{
	int gate[2];

	for (probe("wait4"); pass();) {
		int *status = out(4);
		struct rusage *usage = out(sizeof(*usage));
		require(call(SYS_wait4, child(7), status, 0, usage) > 0);
		require(WEXITSTATUS(*status) == 7);
	}
	for (probe("wait4:no pointers"); pass();)
		require(call(SYS_wait4, child(0), NULL, 0, NULL) > 0);
	for (probe("wait4:ECHILD"); pass();)
		call_fails(ECHILD, SYS_wait4, -1, out(4), 0, out(sizeof(struct rusage)));
	/* Between the members of a siginfo is a word that is not written. */
	for (probe("waitid"); pass();) {
		uint8_t *info = out(128);
		struct rusage *usage = out(sizeof(*usage));
		require(call(SYS_waitid, P_PID, ended_child(9), info, WEXITED, usage) == 0);
		wrote(info, 28);
	}
	for (probe("waitid:ECHILD"); pass();)
		call_fails(ECHILD, SYS_waitid, P_ALL, 0, out(128), WEXITED, NULL);
	/* Nobody has ended yet. */
	require(pipe(gate) == 0);
	pid_t waiting = fork();
	if (waiting == 0)
		_exit((int)read(gate[0], &(char){0}, 1));
	for (probe("wait4:WNOHANG"); pass();)
		require(call(SYS_wait4, waiting, out(4), WNOHANG, out(sizeof(struct rusage))) == 0);
	for (probe("waitid:WNOHANG"); pass();) {
		uint8_t *info = out(128);
		call(SYS_waitid, P_PID, waiting, info, WEXITED | WNOHANG,
		     out(sizeof(struct rusage)));
		wrote(info, 28);
	}
	for (probe("waitid:WNOHANG, nowhere to tell"); pass();)
		require(call(SYS_waitid, P_PID, waiting, NULL, WEXITED | WNOHANG,
			     out(sizeof(struct rusage))) == 0);
	require(write(gate[1], "", 1) == 1 && waitpid(waiting, NULL, 0) == waiting);
	for (probe("clone:parent_tid"); pass();) {
		int *tid = out(4);
		long pid = call(SYS_clone, SIGCHLD | CLONE_PARENT_SETTID, 0, tid, 0, 0);
		if (pid == 0)
			_exit(0);
		require(pid == *tid && waitpid(*tid, NULL, 0) == pid);
	}
	for (probe("clone3:pidfd"); pass();) {
		int *pidfd = out(4), *tid = out(4);
		struct clone_args args = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID,
					  .pidfd = (uintptr_t)pidfd,
					  .parent_tid = (uintptr_t)tid,
					  .exit_signal = SIGCHLD};
		long pid = call(SYS_clone3, in(&args, sizeof(args)), sizeof(args));
		if (pid == 0)
			_exit(0);
		require(pid < 0 || (waitpid((pid_t)pid, NULL, 0) == pid && close(*pidfd) == 0));
	}
}

static void test_accounting(void)
{
	PROBE_OUT("getrusage", sizeof(struct rusage), SYS_getrusage, RUSAGE_SELF, buf);
	for (probe("getrusage:EINVAL"); pass();)
		call_fails(EINVAL, SYS_getrusage, 99, out(sizeof(struct rusage)));
	PROBE_OUT("times", sizeof(struct tms), SYS_times, buf);
	PROBE_OUT("uname", sizeof(struct utsname), SYS_uname, buf);
	PROBE_OUT("sysinfo", sizeof(struct sysinfo), SYS_sysinfo, buf);
	PROBE_OUT("getrlimit", sizeof(struct rlimit), SYS_getrlimit, RLIMIT_NOFILE, buf);
	for (probe("getrlimit:EINVAL"); pass();)
		call_fails(EINVAL, SYS_getrlimit, 99, out(sizeof(struct rlimit)));
	PROBE_OUT("prlimit64", 16, SYS_prlimit64, 0, RLIMIT_STACK, NULL, buf);
	for (probe("prlimit64:both"); pass();) {
		struct rlimit now;
		require(getrlimit(RLIMIT_CORE, &now) == 0);
		require(call(SYS_prlimit64, 0, RLIMIT_CORE, in(&now, sizeof(now)), out(16)) == 0);
	}
}

static void test_rights(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};

	for (probe("getresuid"); pass();)
		require(call(SYS_getresuid, out(4), out(4), out(4)) == 0);
	for (probe("getresgid"); pass();)
		require(call(SYS_getresgid, out(4), out(4), out(4)) == 0);
	int groups = getgroups(0, NULL);
	require(groups >= 0 && groups < 100);
	PROBE_OUT("getgroups", 400, SYS_getgroups, 100, buf);
	PROBE_OUT("getgroups:count only", 400, SYS_getgroups, 0, buf);
	for (probe("capget"); pass();)
		require(call(SYS_capget, in(&header, sizeof(header)), out(24)) == 0);
	header.version = _LINUX_CAPABILITY_VERSION_1;
	for (probe("capget:version 1"); pass();)
		require(call(SYS_capget, in(&header, sizeof(header)), out(24)) == 0);
	/* The kernel says which version it would have liked. */
	header.version = 1;
	for (probe("capget:EINVAL"); pass();)
		call_fails(EINVAL, SYS_capget, inout(&header, sizeof(header)), out(24));
	PROBE_OUT("seccomp:GET_NOTIF_SIZES", 6, SYS_seccomp, 3, 0, buf);
}

static void test_scheduling(void)
{
	PROBE_OUT("sched_getaffinity", 512, SYS_sched_getaffinity, 0, 512, buf);
	for (probe("sched_getaffinity:EINVAL"); pass();)
		call_fails(EINVAL, SYS_sched_getaffinity, 0, 4, out(64));
	PROBE_OUT("sched_getparam", 4, SYS_sched_getparam, 0, buf);
	for (probe("sched_getparam:ESRCH"); pass();)
		call_fails(ESRCH, SYS_sched_getparam, 0x7ffffffe, out(4));
	PROBE_OUT("sched_getattr", 56, SYS_sched_getattr, 0, buf, 56, 0);
	PROBE_OUT("sched_getattr:first version", 56, SYS_sched_getattr, 0, buf, 48, 0);
	for (probe("sched_getattr:EINVAL"); pass();)
		call_fails(EINVAL, SYS_sched_getattr, 0, out(56), 8, 0);
	PROBE_OUT("sched_rr_get_interval", 16, SYS_sched_rr_get_interval, 0, buf);
	for (probe("getcpu"); pass();)
		require(call(SYS_getcpu, out(4), out(4), NULL) == 0);
	for (probe("get_robust_list"); pass();)
		call(SYS_get_robust_list, 0, out(8), out(8));
}

static void test_controls(void)
{
	PROBE_OUT("prctl:PR_GET_NAME", 32, SYS_prctl, PR_GET_NAME, buf);
	PROBE_OUT("prctl:PR_GET_PDEATHSIG", 8, SYS_prctl, PR_GET_PDEATHSIG, buf);
	PROBE_OUT("prctl:PR_GET_CHILD_SUBREAPER", 8, SYS_prctl, PR_GET_CHILD_SUBREAPER, buf);
	PROBE_OUT("prctl:PR_GET_TSC", 8, SYS_prctl, PR_GET_TSC, buf);
	if (prctl(PR_GET_TID_ADDRESS, &(uint64_t){0}) == 0)
		PROBE_OUT("prctl:PR_GET_TID_ADDRESS", 8, SYS_prctl, PR_GET_TID_ADDRESS, buf);
	if (prctl(0x41555856, NULL, 0, 0, 0) > 0) {
		PROBE_OUT("prctl:PR_GET_AUXV", 1000, SYS_prctl, 0x41555856, buf, 1000);
		PROBE_OUT("prctl:PR_GET_AUXV, cut", 20, SYS_prctl, 0x41555856, buf, 20);
	}
	PROBE_OUT("arch_prctl:ARCH_GET_FS", 8, SYS_arch_prctl, ARCH_GET_FS, buf);
	PROBE_OUT("arch_prctl:ARCH_GET_GS", 8, SYS_arch_prctl, ARCH_GET_GS, buf);
	PROBE_OUT("modify_ldt:default", 128, SYS_modify_ldt, 2, buf, 128);
	for (probe("modify_ldt:READ"); pass();) {
		uint32_t entry[] = {0, 0, 0xfff, 1};
		syscall(SYS_modify_ldt, 1, entry, sizeof(entry));
		call(SYS_modify_ldt, 0, out(64), 64);
	}
}

static void ignore(int number)
{
	(void)number;
}

static void test_signals(void)
{
	/* The kernel's struct sigaction. */
	const struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t mask;
	} action = {.handler = SIG_IGN};
	const uint64_t usr1 = 1u << (SIGUSR1 - 1);
	const struct timespec second = {1, 0};
	const stack_t stack = {.ss_sp = tail_alloc(8192, 0), .ss_size = 8192};

	require(signal(SIGUSR2, ignore) != SIG_ERR);
	PROBE_OUT("rt_sigaction", 32, SYS_rt_sigaction, SIGUSR2, NULL, buf, 8);
	for (probe("rt_sigaction:both"); pass();)
		require(call(SYS_rt_sigaction, SIGHUP, in(&action, sizeof(action)), out(32), 8) ==
			0);
	for (probe("rt_sigaction:EINVAL"); pass();)
		call_fails(EINVAL, SYS_rt_sigaction, 99, NULL, out(32), 8);
	for (probe("rt_sigprocmask"); pass();)
		require(call(SYS_rt_sigprocmask, SIG_BLOCK, in(&usr1, 8), out(8), 8) == 0);
	for (probe("rt_sigprocmask:EINVAL"); pass();)
		call_fails(EINVAL, SYS_rt_sigprocmask, 99, in(&usr1, 8), out(8), 8);
	require(raise(SIGUSR1) == 0);
	PROBE_OUT("rt_sigpending", 8, SYS_rt_sigpending, buf, 8);
	PROBE_OUT("rt_sigpending:half", 8, SYS_rt_sigpending, buf, 4);
	for (probe("rt_sigtimedwait"); pass();) {
		require(raise(SIGUSR1) == 0);
		require(call(SYS_rt_sigtimedwait, in(&usr1, 8), out(128),
			     in(&second, sizeof(second)), 8) == SIGUSR1);
	}
	for (probe("rt_sigtimedwait:EAGAIN"); pass();)
		call_fails(EAGAIN, SYS_rt_sigtimedwait, in(&usr1, 8), out(128),
			   in(&(struct timespec){0}, 16), 8);
	PROBE_OUT("sigaltstack", sizeof(stack), SYS_sigaltstack, NULL, buf);
	for (probe("sigaltstack:both"); pass();)
		require(call(SYS_sigaltstack, in(&stack, sizeof(stack)), out(sizeof(stack))) == 0);
	for (probe("sigaltstack:ENOMEM"); pass();)
		call_fails(ENOMEM, SYS_sigaltstack, in(&(stack_t){.ss_size = 1}, sizeof(stack)),
			   out(sizeof(stack)));
}

int main(void)
{
	test_waiting();
	test_accounting();
	test_rights();
	test_scheduling();
	test_controls();
	test_signals();
	expect_flush();
	return 0;
}

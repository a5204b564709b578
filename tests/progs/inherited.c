// SPDX-License-Identifier: Apache-2.0
// Says all that a program inherits, one property a line; the test compares it with what
// the same program says without the recorder.
#include "expect.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <termios.h>

static void say_fds(void)
{
	char path[64], target[4096];
	DIR *dir = opendir("/proc/self/fd");
	require(dir);
	printf("fds");
	for (int fd = 0; fd < 1024; fd++)
		if (fd != dirfd(dir) && fcntl(fd, F_GETFD) >= 0) {
			snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
			ssize_t n = readlink(path, target, sizeof(target) - 1);
			printf(" %d:%.*s:%x", fd, fd < 3 ? 4 : (int)n, target,
			       (unsigned int)fcntl(fd, F_GETFL));
		}
	printf("\n");
	closedir(dir);
}

static void say_signals(void)
{
	sigset_t set;
	require(sigprocmask(SIG_BLOCK, NULL, &set) == 0);
	for (int number = 1; number < NSIG; number++) {
		/* The raw call: glibc keeps two signals to itself. */
		struct {
			void (*handler)(int);
			unsigned long flags, restorer, mask;
		} now = {SIG_DFL, 0, 0, 0};
		if (syscall(SYS_rt_sigaction, number, NULL, &now, 8) == 0)
			printf("signal %d: %s%s %#lx\n", number,
			       now.handler == SIG_IGN ? "ignored" : "default",
			       sigismember(&set, number) == 1 ? " blocked" : "", now.flags);
	}
}

static void say_limits(void)
{
	for (int i = 0; i < RLIMIT_NLIMITS; i++) {
		struct rlimit limit;
		require(getrlimit((__rlimit_resource_t)i, &limit) == 0);
		printf("limit %d: %lu %lu\n", i, limit.rlim_cur, limit.rlim_max);
	}
}

int main(int argc, char **argv)
{
	extern char **environ;
	char text[4096];
	cpu_set_t cpus;
	int parent_death = -1, subreaper = -1;
	for (int i = 1; i < argc; i++)
		printf("argument %s\n", argv[i]);
	for (char **e = environ; *e; e++)
		printf("environment %s\n", *e);
	say_fds();
	say_signals();
	say_limits();
	mode_t mask = umask(0);
	printf("umask %o\n", (unsigned int)mask);
	printf("nice %d\n", getpriority(PRIO_PROCESS, 0));
	printf("cwd %s\n", getcwd(text, sizeof(text)));
	printf("personality %#x\n", (unsigned int)personality(0xffffffff));
	printf("no_new_privs %d seccomp %d dumpable %d keepcaps %d\n",
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_SECCOMP, 0, 0, 0, 0),
	       prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0));
	prctl(PR_GET_PDEATHSIG, &parent_death);
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	for (int i = 0; i < 3; i++) {
		struct itimerval timer;
		require(getitimer((__itimer_which_t)i, &timer) == 0);
		/* In seconds: some of it has gone by. */
		printf("timer %d: %ld %ld\n", i, timer.it_value.tv_sec, timer.it_interval.tv_sec);
	}
	printf("pdeathsig %d subreaper %d\n", parent_death, subreaper);
	require(sched_getaffinity(0, sizeof(cpus), &cpus) == 0);
	printf("cpus %d scheduler %d\n", CPU_COUNT(&cpus), sched_getscheduler(0));
	printf("ids %d %d %d %d\n", (int)getuid(), (int)geteuid(), (int)getgid(), (int)getegid());
	int session = getsid(0), group = getpgrp();
	printf("leader %d foreground %d\n", session == getpid(), tcgetpgrp(STDIN_FILENO) == group);
	printf("timerslack %d\n", prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
	return 0;
}

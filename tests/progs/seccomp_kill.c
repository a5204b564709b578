// SPDX-License-Identifier: Apache-2.0
// A filter that kills: a thread by itself (RET_KILL_THREAD) and a process.
#include "filter.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static void *forbidden(void *arg)
{
	*(int *)arg = gettid();
	filter_install(SYS_getpgid, SECCOMP_RET_KILL_THREAD);
	syscall(SYS_getpgid, 78);
	return NULL;
}

int main(void)
{
	int status, tid = 0;
	pid_t child = fork();
	if (child == 0) {
		filter_install(SYS_getpgid, SECCOMP_RET_KILL_PROCESS);
		syscall(SYS_getpgid, 79);
		_exit(0);
	}
	require(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGSYS);
	pid_t second = fork();
	if (second == 0) {
		char path[64];
		pthread_t thread;
		require(pthread_create(&thread, NULL, forbidden, &tid) == 0);
		while (!*(volatile int *)&tid)
			;
		snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
		while (access(path, F_OK) == 0)
			; /* until the killed thread has gone */
		_exit(12);
	}
	require(waitpid(second, &status, 0) == second && WEXITSTATUS(status) == 12);
	MATCH_AT(child, "getpgid\\(79.*");
	MATCH_AT(child, "\\+\\+\\+ killed by SIGSYS (\\(core dumped\\) )?\\+\\+\\+");
	MATCH("wait4\\(%d, \\[\\{WIFSIGNALED\\(s\\) && WTERMSIG\\(s\\) == SIGSYS.*\\}\\], 0, "
	      "NULL\\) "
	      "= %d",
	      child, child);
	EXPECT_AT(second, "+++ exited with 12 +++");
	ANYWHERE("getpgid\\(78.*");
	JSON("[.[] | select(.type == \"exit\" and .pid == %d)] | length == 2", second);
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// The leader execs while its threads sit in calls: these never return, the exec does.
#include "expect.h"
#include "sleepers.h"

#include <pthread.h>
#include <sched.h>

static void *block(void *arg)
{
	syscall(SYS_pause);
	return arg;
}

int main(int argc, char **argv)
{
	enum { THREADS = 2 };
	(void)argv;
	if (argc > 1) {
		int pid = getpid();
		getpgid(0);
		MATCH_AT(pid, "execve\\(\"/proc/self/exe\", \\[\"after\", \"exec\"\\], .*\\) = 0");
		EXPECT_AT(pid, "getpgid(0) = %d", getpgid(0));
		JSON("[.[] | select(.type == \"syscall\" and .name == \"pause\")] | "
		     "length == %d and all(.state == \"unfinished\")",
		     THREADS);
		JSON("any(.[]; .type == \"exec\" and .tid == %d and .former_tid == %d)", pid, pid);
		expect_flush();
		return 0;
	}
	pthread_t thread;
	for (int i = 0; i < THREADS; i++)
		require(pthread_create(&thread, NULL, block, NULL) == 0);
	while (sleepers(SYS_pause) < THREADS)
		sched_yield();
	execl("/proc/self/exe", "after", "exec", NULL);
	return EXPECT_EXIT_BROKEN;
}

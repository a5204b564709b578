// SPDX-License-Identifier: Apache-2.0
// A thread that is not the leader calls execve: its tid turns into the pid, the other
// threads vanish, and the call returns under another number than it was made under.
#include "expect.h"

#include <pthread.h>

static void *do_exec(void *arg)
{
	char tid[16];
	snprintf(tid, sizeof(tid), "%d", gettid());
	execl("/proc/self/exe", "exec_non_leader", tid, NULL);
	return arg;
}

static void *do_sleep(void *arg)
{
	pause();
	return arg;
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		int pid = getpid(), tid = atoi(argv[1]);
		getpgid(tid);
		EXPECT_CALL_AT(pid, -1, "getpgid(%d)", tid);
		JSON("any(.[]; .type == \"exec\" and .pid == %d and .tid == %d and "
		     ".former_tid == %d and .argv == [\"exec_non_leader\", \"%d\"])",
		     pid, pid, tid, tid);
		JSON("[.[] | select(.type == \"syscall\" and .name == \"execve\" and "
		     "(.args[1].text | contains(\"exec_non_leader\")) and .ret == 0)] "
		     "| any(.[]; .pid == %d)",
		     pid);
		JSON("[.[] | select(.type == \"exit\" and .pid == %d and .process)] | length == 1",
		     pid);
		expect_flush();
		return 0;
	}
	pthread_t sleeper, caller;
	require(pthread_create(&sleeper, NULL, do_sleep, NULL) == 0);
	require(pthread_create(&caller, NULL, do_exec, NULL) == 0);
	pthread_join(sleeper, NULL);
	return EXPECT_EXIT_BROKEN;
}

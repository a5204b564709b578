// SPDX-License-Identifier: Apache-2.0
// The leader ends before another thread: a zombie that gives no wait status until the
// last thread is gone. The process ends with that thread.
#include "expect.h"

#include <pthread.h>

static int hold[2];

static void *outlive(void *arg)
{
	char c;
	int pid = getpid(), tid = gettid();
	/* The leader's end of the pipe stays open in this process: nobody writes, so wait for
	 * the leader's death where it shows. */
	char path[64], text[512];
	do {
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", pid);
		FILE *f = fopen(path, "re");
		require(f && fgets(text, sizeof(text), f));
		fclose(f);
	} while (!strstr(text, ") Z"));
	require(write(hold[1], "x", 1) == 1 && read(hold[0], &c, 1) == 1);
	EXPECT_AT(tid, "read(%d, \"x\", 1) = 1", hold[0]);
	MATCH_AT(tid, "exit_group\\(5\\) += \\?");
	MATCH_AT(tid, "\\+\\+\\+ exited with 5 \\+\\+\\+");
	JSON("[.[] | select(.type == \"exit\" and .pid == %d)] | length == 2", pid);
	JSON("[.[] | select(.type == \"exit\" and .process and .pid == %d)] | length == 1", pid);
	JSON("[.[] | select(.type == \"syscall\" and .name == \"exit\")] | length == 1");
	STATUS(5);
	expect_flush();
	_exit(5);
	return arg;
}

int main(void)
{
	pthread_t thread;
	require(pipe(hold) == 0);
	require(pthread_create(&thread, NULL, outlive, NULL) == 0);
	syscall(SYS_exit, 0);
}

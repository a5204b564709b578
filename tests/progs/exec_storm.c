// SPDX-License-Identifier: Apache-2.0
// Threads exec over and over while the leader and others are busy making calls: stops of
// threads that are gone meet the exec's, under the same number.
#include "expect.h"

#include <pthread.h>

enum { GENERATIONS = 40, BUSY = 3 };

static char *const *arguments;

static void *busy(void *arg)
{
	for (;;)
		getppid();
	return arg;
}

static void *do_exec(void *arg)
{
	char generation[16], list[4096], *argv[4] = {"exec_storm", generation, list, NULL};
	snprintf(generation, sizeof(generation), "%d", atoi(arguments[1]) - 1);
	snprintf(list, sizeof(list), "%s,%d", arguments[2], gettid());
	for (int i = 0; i < 20; i++)
		getppid();
	execv("/proc/self/exe", argv);
	return arg;
}

int main(int argc, char **argv)
{
	char *first[4] = {"exec_storm", "40", "0", NULL};
	pthread_t thread;
	arguments = argc > 2 ? argv : first;
	if (!strcmp(arguments[1], "0")) {
		getpgid(0);
		EXPECT_AT(getpid(), "getpgid(0) = %d", getpgid(0));
		JSON("[.[] | select(.type == \"exec\" and .pid == .tid and .tid == %d) | "
		     ".former_tid] == [%d%s]",
		     getpid(), getpid(), arguments[2] + 1);
		JSON("[.[] | select(.name == \"execve\" and .ret == 0)] | length == %d",
		     GENERATIONS + 1);
		JSON("[.[] | select(.name == \"execve\")] | length == %d", GENERATIONS + 1);
		expect_flush();
		return 0;
	}
	for (int i = 0; i < BUSY; i++)
		require(pthread_create(&thread, NULL, busy, NULL) == 0);
	require(pthread_create(&thread, NULL, do_exec, NULL) == 0);
	busy(NULL);
}

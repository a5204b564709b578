// SPDX-License-Identifier: Apache-2.0
// storm KIND COUNT: so many processes by fork or vfork, one after the other, threads that
// all live at a time, or signals to itself. It checks that each has come to what it should.
#include "expect.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static volatile sig_atomic_t received;
static pthread_barrier_t all_there;

static void receive(int signal)
{
	(void)signal;
	received++;
}

static void *live(void *argument)
{
	pthread_barrier_wait(&all_there);
	getppid();
	return argument;
}

static void processes(int count)
{
	for (int i = 0; i < count; i++) {
		int status;
		pid_t child = fork();
		if (child == 0)
			_exit(i & 127);
		require(child > 0 && waitpid(child, &status, 0) == child);
		require(WIFEXITED(status) && WEXITSTATUS(status) == (i & 127));
	}
}

// The child executes nothing that does not exist, and ends: what vfork is for, and its abuse.
static void vforks(int count)
{
	for (volatile int i = 0; i < count; i++) {
		int status;
		pid_t child = vfork();
		if (child == 0) {
			execl("/nonexistent", "nothing", (char *)NULL);
			_exit(i & 127);
		}
		require(child > 0 && waitpid(child, &status, 0) == child);
		require(WIFEXITED(status) && WEXITSTATUS(status) == (i & 127));
	}
}

static void threads(int count)
{
	pthread_t *thread = calloc((size_t)count, sizeof(*thread));
	pthread_attr_t small;
	require(thread && pthread_barrier_init(&all_there, NULL, (unsigned)count) == 0);
	require(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 65536) == 0);
	for (int i = 0; i < count; i++)
		require(pthread_create(&thread[i], &small, live, NULL) == 0);
	for (int i = 0; i < count; i++) {
		void *result;
		require(pthread_join(thread[i], &result) == 0 && !result);
	}
}

static void signals(int count)
{
	require(signal(SIGUSR1, receive) != SIG_ERR);
	for (int i = 0; i < count; i++)
		require(raise(SIGUSR1) == 0);
	require(received == count);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(int count);
	} kinds[] = {
		{"processes", processes},
		{"vforks", vforks},
		{"threads", threads},
		{"signals", signals},
	};
	require(argc == 3);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[1]) == 0) {
			kinds[i].run(atoi(argv[2]));
			puts("fine");
			return 0;
		}
	}
	return EXPECT_EXIT_BROKEN;
}

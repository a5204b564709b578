// SPDX-License-Identifier: Apache-2.0
// counted PROCESSES THREADS CALLS: many tasks at once, each making calls that carry a
// number of their own, so that every one of them can be found, once.
#include "expect.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { BASE = 10000000 };
static int calls;

static void make_calls(int task)
{
	for (int i = 0; i < calls; i++)
		syscall(SYS_getpriority, PRIO_PGRP, BASE + task * calls + i);
}

static void *thread_main(void *arg)
{
	make_calls((int)(long)arg);
	return NULL;
}

int main(int argc, char **argv)
{
	require(argc == 4);
	int processes = atoi(argv[1]), threads = atoi(argv[2]), gate[2];
	pthread_t *thread = calloc((size_t)threads + 1, sizeof(*thread));
	calls = atoi(argv[3]);
	require(pipe(gate) == 0);
	for (int i = 0; i < processes; i++) {
		pid_t child = fork();
		require(child >= 0);
		if (child == 0) {
			char c;
			close(gate[1]);
			require(read(gate[0], &c, 1) == 0); /* all at once */
			make_calls(threads + i);
			_exit(0);
		}
	}
	close(gate[1]);
	for (int i = 0; i < threads; i++)
		require(pthread_create(&thread[i], NULL, thread_main, (void *)(long)i) == 0);
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	for (int status; wait(&status) > 0;)
		require(status == 0);
	int total = (processes + threads) * calls;
	JSON("[.[] | select(.type == \"syscall\" and .name == \"getpriority\") | .args[1].value] "
	     "| length == %d and (unique | length) == %d",
	     total, total);
	JSON("[.[] | select(.type == \"exit\")] | length == %d", processes + threads + 1);
	JSON("[.[] | select(.type == \"exit\" and .process)] | length == %d", processes + 1);
	expect_flush();
	return 0;
}

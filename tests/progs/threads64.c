// SPDX-License-Identifier: Apache-2.0
// 64 threads at once, each with counted calls: every one is on the tape once.
#include "expect.h"

#include <pthread.h>
#include <sys/resource.h>

enum { THREADS = 64, CALLS = 20 };

static void *work(void *arg)
{
	int self = (int)(long)arg;
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getpriority, PRIO_PGRP, 1000000 + self * CALLS + i);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	for (long i = 0; i < THREADS; i++)
		require(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	COUNT("%d getpriority\\(PRIO_PGRP, 1\\d{6}\\) = -1 ESRCH \\(No such process\\)",
	      THREADS * CALLS);
	JSON("[.[] | select(.type == \"syscall\" and .name == \"getpriority\") | .args[1].value] "
	     "| length == %d and (unique | length) == %d",
	     THREADS * CALLS, THREADS * CALLS);
	JSON("[.[] | select(.type == \"fork\" and .kind == \"thread\")] | length == %d", THREADS);
	JSON("[.[] | select(.type == \"exit\") | .tid] | unique | length == %d", THREADS + 1);
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Threads sit in calls when the process ends by exit_group: entries without exits.
#include "expect.h"
#include "sleepers.h"

#include <pthread.h>
#include <sched.h>

static int channel[2];

static void *block(void *arg)
{
	char c[7];
	return read(channel[0], c, sizeof(c)) == 0 ? arg : NULL;
}

int main(void)
{
	enum { THREADS = 3 };
	pthread_t thread;
	require(pipe(channel) == 0);
	for (int i = 0; i < THREADS; i++)
		require(pthread_create(&thread, NULL, block, NULL) == 0);
	/* All of them asleep in the pipe: then the end comes in the middle of the calls. */
	while (sleepers(SYS_read) < THREADS)
		sched_yield();
	COUNT("0 read\\(%d, .*, 7\\) = 0", channel[0]);
	JSON("[.[] | select(.type == \"syscall\" and .name == \"read\" and "
	     ".args[2].value == \"0x7\")] | length == %d and all(.state == \"unfinished\")",
	     THREADS);
	JSON("[.[] | select(.type == \"exit\" and .status == 6)] | length == %d", THREADS + 1);
	STATUS(6);
	expect_flush();
	_exit(6);
}

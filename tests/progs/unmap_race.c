// SPDX-License-Identifier: Apache-2.0
// Another thread takes the memory away while a call uses it: at its exit there is
// nothing left to copy, which is no reason to fail.
#include "expect.h"

#include <fcntl.h>
#include <pthread.h>

enum { ROUNDS = 200 };
static int channel[2];
static char *volatile page;

static void *take_away(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (!page)
			;
		char *victim = page;
		page = NULL;
		require(write(channel[1], "0123456789", 10) == 10);
		require(munmap(victim, 4096) == 0);
	}
	return arg;
}

int main(void)
{
	pthread_t thread;
	char drain[10];
	require(pipe(channel) == 0 && pthread_create(&thread, NULL, take_away, NULL) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		char *fresh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);
		require(fresh != MAP_FAILED);
		page = fresh;
		ssize_t n = read(channel[0], fresh, 10);
		require(n == 10 || (n == -1 && errno == EFAULT));
		if (n == -1) {
			/* How much a pipe drops on a fault is the kernel's affair. */
			fcntl(channel[0], F_SETFL, O_NONBLOCK);
			while (read(channel[0], drain, sizeof(drain)) > 0)
				;
			fcntl(channel[0], F_SETFL, 0);
		}
	}
	pthread_join(thread, NULL);
	COUNT("%d munmap\\(0x[0-9a-f]+, 4096\\) = 0", ROUNDS);
	COUNT("%d write\\(%d, \"0123456789\", 10\\) = 10", ROUNDS, channel[1]);
	ANYWHERE("read\\(%d, (\"0123456789\"|0x[0-9a-f]+), 10\\) = .*", channel[0]);
	expect_say("BARE", 0, "differs");
	expect_flush();
	return 0;
}

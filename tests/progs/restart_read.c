// SPDX-License-Identifier: Apache-2.0
// A read interrupted by a handler with SA_RESTART is restarted by the kernel
// (ERESTARTSYS); by one without, it fails with EINTR.
#include "expect.h"

#include <signal.h>
#include <sys/time.h>

static int channel[2], rounds;

static void on_alarm(int number)
{
	(void)number;
	if (++rounds == 2)
		require(write(channel[1], "late", 4) == 4);
}

int main(void)
{
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	struct itimerval twice = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
	char text[8];
	require(pipe(channel) == 0 && sigaction(SIGALRM, &action, NULL) == 0);
	require(setitimer(ITIMER_REAL, &twice, NULL) == 0);
	require(read(channel[0], text, sizeof(text)) == 4);
	require(setitimer(ITIMER_REAL, &never, NULL) == 0);
	int seen = rounds;
	action.sa_flags = 0;
	require(sigaction(SIGALRM, &action, NULL) == 0);
	require(setitimer(ITIMER_REAL, &twice, NULL) == 0);
	rounds = 2; /* nothing is written any more */
	require(read(channel[0], text, sizeof(text)) == -1 && errno == EINTR);
	require(setitimer(ITIMER_REAL, &never, NULL) == 0);
	require(seen >= 2);
	MATCH("read\\(%d, 0x[0-9a-f]+, 8\\) = \\? ERESTARTSYS \\(To be restarted if SA_RESTART is "
	      "set\\)",
	      channel[0]);
	EXPECT("--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---");
	MATCH("rt_sigreturn\\(.*\\) = 0");
	EXPECT("read(%d, \"late\", 8) = 4", channel[0]);
	MATCH("rt_sigreturn\\(.*\\) = .*");
	expect_flush();
	return 0;
}

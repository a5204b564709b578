// SPDX-License-Identifier: Apache-2.0
// A timer that is faster than any recorder: the program must get on with its work
// between the handlers.
#include "expect.h"

#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t ticks;

static void on_tick(int number)
{
	(void)number;
	ticks++;
}

int main(void)
{
	enum { CALLS = 500 };
	struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
	struct itimerval fast = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
	require(sigaction(SIGALRM, &action, NULL) == 0);
	require(setitimer(ITIMER_REAL, &fast, NULL) == 0);
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getpgid, 2000000 + i);
	while (!ticks)
		;
	require(setitimer(ITIMER_REAL, &never, NULL) == 0);
	COUNT("%d getpgid\\(2\\d{6}\\) = -1 ESRCH \\(No such process\\)", CALLS);
	EXPECT("setitimer(ITIMER_REAL, {it_interval={tv_sec=0, tv_usec=200}, it_value={tv_sec=0, "
	       "tv_usec=200}}, NULL) = 0");
	JSON("([.[] | select(.type == \"signal\" and .signal == \"SIGALRM\")] | length) == %d",
	     (int)ticks);
	JSON("([.[] | select(.name == \"rt_sigreturn\")] | length) == %d", (int)ticks);
	expect_say("BARE", 0, "differs");
	expect_flush();
	return 0;
}

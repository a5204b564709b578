// SPDX-License-Identifier: Apache-2.0
// Calls with a relative timeout that a stop interrupts go on as restart_syscall, whose
// arguments are those of the interrupted call.
#include "expect.h"
#include "sleepers.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

/* Waits until the child sits in call @nr, stops it, lets it go on. */
static void interrupt_in(pid_t child, int nr)
{
	int status;
	await_asleep_in(child, nr);
	require(kill(child, SIGSTOP) == 0);
	require(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
	require(kill(child, SIGCONT) == 0);
	require(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
}

int main(void)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		struct timespec time = {2, 0}; // to be seen in it on a busy machine
		require(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL) == 0);
		require(poll(NULL, 0, 2001) == 0);
		_exit(0);
	}
	interrupt_in(child, SYS_clock_nanosleep);
	interrupt_in(child, SYS_poll);
	require(waitpid(child, &status, 0) == child && status == 0);
	MATCH_AT(child, "clock_nanosleep\\(CLOCK_MONOTONIC, 0, \\{tv_sec=2, tv_nsec=0\\}, "
			"NULL\\) = \\? ERESTART_RESTARTBLOCK \\(Interrupted by signal\\)");
	EXPECT_AT(child, "--- stopped by SIGSTOP ---");
	MATCH_AT(child, "--- SIGCONT .*");
	MATCH_AT(child, "restart_syscall\\(<\\.\\.\\. resuming interrupted clock_nanosleep "
			"\\.\\.\\.>\\) = 0");
	MATCH_AT(child, "poll\\(NULL, 0, 2001\\) = \\? ERESTART_RESTARTBLOCK \\(.*\\)");
	MATCH_AT(child, "restart_syscall\\(<\\.\\.\\. resuming interrupted poll \\.\\.\\.>\\) = 0"
			"( \\(Timeout\\))?");
	JSON("[.[] | select(.state == \"interrupted\" and (.name == \"poll\" or "
	     ".name == \"clock_nanosleep\"))] | length == 2");
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Calls with a relative timeout that a stop interrupts go on as restart_syscall, whose
// arguments are those of the interrupted call.
#include "expect.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

/* Waits until the child sits in call @nr, stops it, lets it go on. */
static void interrupt_in(pid_t child, int nr)
{
	char path[64], text[64];
	int status, now = -1;
	snprintf(path, sizeof(path), "/proc/%d/syscall", child);
	while (now != nr) {
		FILE *f = fopen(path, "re");
		require(f && fgets(text, sizeof(text), f));
		fclose(f);
		now = strncmp(text, "running", 7) ? atoi(text) : -1;
	}
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
		struct timespec time = {0, 300000000};
		require(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL) == 0);
		require(poll(NULL, 0, 301) == 0);
		_exit(0);
	}
	interrupt_in(child, SYS_clock_nanosleep);
	interrupt_in(child, SYS_poll);
	require(waitpid(child, &status, 0) == child && status == 0);
	MATCH_AT(child, "clock_nanosleep\\(CLOCK_MONOTONIC, 0, \\{tv_sec=0, tv_nsec=300000000\\}, "
			"NULL\\) = \\? ERESTART_RESTARTBLOCK \\(Interrupted by signal\\)");
	EXPECT_AT(child, "--- stopped by SIGSTOP ---");
	MATCH_AT(child, "--- SIGCONT .*");
	MATCH_AT(child, "restart_syscall\\(<\\.\\.\\. resuming interrupted clock_nanosleep "
			"\\.\\.\\.>\\) = 0");
	MATCH_AT(child, "poll\\(NULL, 0, 301\\) = \\? ERESTART_RESTARTBLOCK \\(.*\\)");
	MATCH_AT(child, "restart_syscall\\(<\\.\\.\\. resuming interrupted poll \\.\\.\\.>\\) = 0"
			"( \\(Timeout\\))?");
	JSON("[.[] | select(.state == \"interrupted\" and (.name == \"poll\" or "
	     ".name == \"clock_nanosleep\"))] | length == 2");
	expect_flush();
	return 0;
}

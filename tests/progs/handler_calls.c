// SPDX-License-Identifier: Apache-2.0
// A handler makes calls of its own while the interrupted call waits for its restart, and
// is itself interrupted by another handler.
#include "expect.h"
#include "sleepers.h"

#include <signal.h>
#include <sys/wait.h>

static int channel[2];

static void inner(int number)
{
	(void)number;
	getpgid(0);
}

static void outer(int number)
{
	(void)number;
	getpgid(0);
	raise(SIGUSR2);
	require(write(channel[1], "go", 2) == 2);
}

int main(void)
{
	struct sigaction action = {.sa_handler = outer, .sa_flags = SA_RESTART};
	char text[8];
	int status;
	require(pipe(channel) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
	action.sa_handler = inner;
	require(sigaction(SIGUSR2, &action, NULL) == 0);
	pid_t child = fork();
	if (child == 0)
		_exit(read(channel[0], text, sizeof(text)) != 2);
	await_asleep_in(child, SYS_read);
	require(kill(child, SIGUSR1) == 0);
	require(waitpid(child, &status, 0) == child && status == 0);
	MATCH_AT(child, "read\\(%d, .*, 8\\) = \\? ERESTARTSYS .*", channel[0]);
	MATCH_AT(child, "--- SIGUSR1 \\{si_signo=SIGUSR1, si_code=SI_USER, si_pid=%d, .*\\} ---",
		 getpid());
	EXPECT_AT(child, "getpgid(0) = %d", getpgid(0));
	MATCH_AT(child, "--- SIGUSR2 \\{si_signo=SIGUSR2, si_code=SI_TKILL, .*\\} ---");
	EXPECT_AT(child, "getpgid(0) = %d", getpgid(0));
	EXPECT_AT(child, "rt_sigreturn({mask=[USR1]}) = 0");
	EXPECT_AT(child, "write(%d, \"go\", 2) = 2", channel[1]);
	EXPECT_AT(child, "rt_sigreturn({mask=[]}) = 0");
	EXPECT_AT(child, "read(%d, \"go\", 8) = 2", channel[0]);
	EXPECT_AT(child, "+++ exited with 0 +++");
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Stop signals that can be caught: SIGTSTP with its default action stops the group,
// with a handler it does not, and an ignored SIGTTOU does nothing.
#include "expect.h"

#include <signal.h>
#include <sys/wait.h>

static void on_tstp(int number)
{
	(void)number;
}

int main(void)
{
	int status;
	pid_t group = getpgrp();
	pid_t child = fork();
	if (child == 0) {
		/* The kernel discards SIGTSTP in an orphaned process group; this one, whose
		 * parent is in another group of the same session, is none. */
		setpgid(0, 0);
		raise(SIGTSTP);
		signal(SIGTSTP, on_tstp);
		signal(SIGTTOU, SIG_IGN);
		raise(SIGTSTP);
		raise(SIGTTOU);
		_exit(7);
	}
	require(group > 0 && waitpid(child, &status, WUNTRACED) == child);
	require(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
	require(kill(child, SIGCONT) == 0);
	require(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
	EXPECT("wait4(%d, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP}], WSTOPPED, NULL) = %d", child,
	       child);
	EXPECT_AT(child, "--- stopped by SIGTSTP ---");
	MATCH_AT(child, "--- SIGTSTP .* ---");
	EXPECT_AT(child, "+++ exited with 7 +++");
	COUNT_AT(child, "1 --- stopped by .* ---");
	COUNT_AT(child, "2 --- SIGTSTP .* ---");
	expect_flush();
	return 0;
}

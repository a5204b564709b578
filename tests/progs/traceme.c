// SPDX-License-Identifier: Apache-2.0
// A program that wants to be traced, or to trace, is refused: it has a tracer already.
#include "expect.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		_exit(0);
	}
	require(waitpid(child, &status, 0) == child && status == 0);
	pid_t other = fork();
	if (other == 0) {
		for (;;)
			pause();
	}
	long seized = ptrace(PTRACE_SEIZE, other, NULL, NULL);
	require(seized == 0 || errno == EPERM);
	require(kill(other, SIGKILL) == 0);
	require(waitpid(other, &status, 0) == other && WTERMSIG(status) == SIGKILL);
	MATCH_AT(child, "ptrace\\(PTRACE_TRACEME.*\\) = -1 EPERM \\(Operation not permitted\\)");
	EXPECT_AT(child, "+++ exited with 0 +++");
	MATCH("ptrace\\(PTRACE_SEIZE, %d, NULL, .*\\) = -1 EPERM .*", other);
	ANYWHERE_AT(other, "\\+\\+\\+ killed by SIGKILL \\+\\+\\+");
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Seccomp's strict mode: only read, write, exit and sigreturn are left.
#include "filter.h"

#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		require(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
		syscall(SYS_exit, 21);
	}
	require(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 21);
	MATCH_AT(child, "prctl\\(PR_SET_SECCOMP, SECCOMP_MODE_STRICT.*\\) = 0");
	MATCH_AT(child, "exit\\(21\\) += \\?");
	EXPECT_AT(child, "+++ exited with 21 +++");
	expect_flush();
	return 0;
}

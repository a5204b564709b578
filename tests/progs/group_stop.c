// SPDX-License-Identifier: Apache-2.0
// SIGSTOP and SIGCONT do under the recorder what they do without it: the parent sees the
// child stopped and continued, and the child really stands still.
#include "expect.h"

#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		raise(SIGSTOP);
		getppid();
		for (;;)
			pause();
	}
	require(waitpid(child, &status, WUNTRACED) == child);
	require(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	require(kill(child, SIGCONT) == 0);
	require(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
	require(kill(child, SIGTERM) == 0);
	require(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGTERM);
	EXPECT("wait4(%d, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], WSTOPPED, NULL) = %d", child,
	       child);
	EXPECT("wait4(%d, [{WIFCONTINUED(s)}], WCONTINUED, NULL) = %d", child, child);
	EXPECT("wait4(%d, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}], 0, NULL) = %d", child,
	       child);
	MATCH_AT(child, "--- SIGSTOP \\{si_signo=SIGSTOP, si_code=SI_TKILL, .*\\} ---");
	EXPECT_AT(child, "--- stopped by SIGSTOP ---");
	MATCH_AT(child, "--- SIGCONT \\{si_signo=SIGCONT, si_code=SI_USER, .*\\} ---");
	COUNT("1 --- stopped by SIGSTOP ---");
	COUNT("1 --- SIGSTOP .* ---");
	JSON("any(.[]; .type == \"exit\" and .pid == %d and .signal == \"SIGTERM\")", child);
	expect_flush();
	return 0;
}

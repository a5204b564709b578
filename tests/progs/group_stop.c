// SPDX-License-Identifier: Apache-2.0
// SIGSTOP and SIGCONT do under the recorder what they do without it: the parent sees the
// child stopped and continued, and the child really stands still.
#include "expect.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int status, channel[2];
	require(pipe(channel) == 0);
	pid_t child = fork();
	if (child == 0) {
		raise(SIGSTOP);
		require(write(channel[1], "awake", 5) == 5);
		for (;;)
			pause();
	}
	require(waitpid(child, &status, WUNTRACED) == child);
	require(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	/* A stopped child says nothing, however long one waits. */
	struct pollfd sign = {channel[0], POLLIN, 0};
	require(poll(&sign, 1, 200) == 0);
	require(kill(child, SIGCONT) == 0);
	require(poll(&sign, 1, -1) == 1);
	require(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
	require(kill(child, SIGTERM) == 0);
	require(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGTERM);
	EXPECT("wait4(%d, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], WSTOPPED, NULL) = %d", child,
	       child);
	EXPECT("poll([{fd=%d, events=POLLIN}], 1, 200) = 0 (Timeout)", channel[0]);
	EXPECT("wait4(%d, [{WIFCONTINUED(s)}], WCONTINUED, NULL) = %d", child, child);
	EXPECT("wait4(%d, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}], 0, NULL) = %d", child,
	       child);
	MATCH_AT(child, "--- SIGSTOP \\{si_signo=SIGSTOP, si_code=SI_TKILL, .*\\} ---");
	EXPECT_AT(child, "--- stopped by SIGSTOP ---");
	EXPECT_AT(child, "write(%d, \"awake\", 5) = 5", channel[1]);
	ANYWHERE_AT(child, "--- SIGCONT \\{si_signo=SIGCONT, si_code=SI_USER, .*\\} ---");
	COUNT("1 --- stopped by SIGSTOP ---");
	COUNT("1 --- SIGSTOP .* ---");
	JSON("any(.[]; .type == \"exit\" and .pid == %d and .signal == \"SIGTERM\")", child);
	expect_flush();
	return 0;
}

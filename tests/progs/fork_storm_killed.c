// SPDX-License-Identifier: Apache-2.0
// The parent is SIGKILLed in the middle of a storm of forks: some fork event never
// comes, and no child may be left waiting for it.
#include "expect.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

int main(void)
{
	enum { STORMS = 30, CHILDREN_MIN = 5 };
	int channel[2], status;
	require(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	for (int i = 0; i < STORMS; i++) {
		require(pipe(channel) == 0);
		pid_t storm = fork();
		if (storm == 0) {
			for (;;) {
				pid_t leaf = fork();
				if (leaf == 0)
					_exit(write(channel[1], "x", 1) != 1);
			}
		}
		close(channel[1]);
		char c;
		for (int n = 0; n < CHILDREN_MIN; n++)
			require(read(channel[0], &c, 1) == 1);
		require(kill(storm, SIGKILL) == 0);
		require(waitpid(storm, &status, 0) == storm && WTERMSIG(status) == SIGKILL);
		/* End of file: all the children, known or not, have ended. */
		while (read(channel[0], &c, 1) == 1)
			;
		close(channel[0]);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	COUNT("%d \\+\\+\\+ killed by SIGKILL \\+\\+\\+", STORMS);
	JSON("([.[] | select(.type == \"fork\") | .child_tid] | unique | length) == "
	     "([.[] | select(.type == \"exit\") | .tid] | unique | length) - 1");
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// In a pid namespace of its own a process sees other numbers; the tape keeps to the
// recorder's, and leaves results as the program got them.
#include "expect.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	if (unshare(CLONE_NEWPID) == -1)
		skip("no pid namespace may be made here");
	pid_t child = fork();
	if (child == 0) {
		pid_t inner = fork();
		if (inner == 0)
			_exit(getpid());
		require(waitpid(inner, &status, 0) == inner);
		_exit(getpid() == 1 && inner == 2 && WEXITSTATUS(status) == 2 ? 0 : 1);
	}
	require(waitpid(child, &status, 0) == child && status == 0);
	EXPECT("unshare(CLONE_NEWPID) = 0");
	EXPECT_AT(child, "getpid() = 1");
	EXPECT_AT(child, "+++ exited with 0 +++");
	ANYWHERE("getpid\\(\\) = 2");
	ANYWHERE("wait4\\(2, \\[\\{WIFEXITED\\(s\\) && WEXITSTATUS\\(s\\) == 2\\}\\], 0, NULL\\) = "
		 "2");
	JSON("any(.[]; .type == \"fork\" and .pid == %d and .child_pid > 2)", child);
	JSON("all(.[] | select(.pid); .pid > 2)");
	expect_flush();
	return 0;
}

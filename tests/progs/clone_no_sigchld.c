// SPDX-License-Identifier: Apache-2.0
// clone with no exit signal: a plain wait of the recorder would not see such a child.
#include "expect.h"

#include <sched.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t child = (pid_t)syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
	if (child == 0) {
		getppid();
		_exit(3);
	}
	require(waitpid(child, &status, __WCLONE) == child && WEXITSTATUS(status) == 3);
	MATCH("clone\\(child_stack=NULL, flags=0\\) = %d", child);
	EXPECT("wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], __WCLONE, NULL) = %d", child,
	       child);
	EXPECT_AT(child, "getppid() = %d", getpid());
	EXPECT_AT(child, "exit_group(3) = ?");
	EXPECT_AT(child, "+++ exited with 3 +++");
	ABSENT("--- SIGCHLD .*");
	expect_flush();
	return 0;
}

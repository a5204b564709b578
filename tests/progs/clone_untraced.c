// SPDX-License-Identifier: Apache-2.0
// CLONE_UNTRACED asks that the child escape its parent's tracer. Either the child is
// recorded all the same, or its calls are not on the tape; nothing else may suffer.
#include "expect.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t child = (pid_t)syscall(SYS_clone, (long)(CLONE_UNTRACED | SIGCHLD), 0L, 0L, 0L, 0L);
	if (child == 0) {
		getpgid(0);
		_exit(4);
	}
	require(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 4);
	EXPECT("clone(child_stack=NULL, flags=CLONE_UNTRACED|SIGCHLD) = %d", child);
	EXPECT("wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 4}], 0, NULL) = %d", child, child);
	struct clone_args args = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
	child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (child == 0) {
		getpgid(0);
		_exit(5);
	}
	require(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5);
	MATCH("clone3\\(\\{flags=CLONE_UNTRACED, .*\\}, %zu\\) = %d", sizeof(args), child);
	EXPECT("wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 5}], 0, NULL) = %d", child, child);
	expect_flush();
	return 0;
}

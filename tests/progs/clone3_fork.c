// SPDX-License-Identifier: Apache-2.0
// clone3 used as a fork, with the child's tid written into memory.
#include "expect.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t told = -1;
	struct clone_args *args = tail_alloc(sizeof(*args), 0);
	args->flags = CLONE_PARENT_SETTID;
	args->parent_tid = (unsigned long)&told;
	args->exit_signal = SIGCHLD;
	pid_t child = (pid_t)syscall(SYS_clone3, args, sizeof(*args));
	if (child == 0) {
		getppid();
		_exit(0);
	}
	require(child > 0 && told == child);
	require(waitpid(child, &status, 0) == child && status == 0);
	MATCH("clone3\\(\\{flags=CLONE_PARENT_SETTID, .*exit_signal=SIGCHLD, .*\\}.*, %zu\\) = %d",
	      sizeof(*args), child);
	EXPECT_AT(child, "getppid() = %d", getpid());
	JSON("any(.[]; .type == \"fork\" and .child_pid == %d)", child);
	syscall(SYS_clone3, args, 8L);
	MATCH("clone3\\(.*, 8\\) = -1 EINVAL \\(Invalid argument\\)");
	expect_flush();
	return 0;
}

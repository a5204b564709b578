// SPDX-License-Identifier: Apache-2.0
// The same pid twice, one life after the other: two histories, not one.
#include "expect.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static pid_t fork_as(pid_t wanted)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD, .set_tid = (unsigned long)&wanted, .set_tid_size = 1};
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

int main(void)
{
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(51);
	require(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 51);
	for (int life = 52; life < 55; life++) {
		pid_t again = fork_as(child);
		if (again == -1 && (errno == EPERM || errno == EEXIST))
			skip("the pid cannot be had again (CAP_CHECKPOINT_RESTORE)");
		if (again == 0) {
			getpgid(life);
			_exit(life);
		}
		require(again == child);
		require(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == life);
	}
	for (int life = 51; life < 55; life++)
		EXPECT_AT(child, "+++ exited with %d +++", life);
	JSON("[.[] | select(.type == \"fork\" and .child_pid == %d)] | length == 4", child);
	JSON("[.[] | select(.type == \"exit\" and .pid == %d) | .status] == [51, 52, 53, 54]",
	     child);
	expect_flush();
	return 0;
}

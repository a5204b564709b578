// SPDX-License-Identifier: Apache-2.0
// CLONE_PARENT: the new task is a sibling of its creator, and who waits for it is the
// creator's parent.
#include "expect.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int channel[2], status;
	pid_t uncle, sibling;
	require(pipe(channel) == 0);
	pid_t creator = fork();
	if (creator == 0) {
		sibling = (pid_t)syscall(SYS_clone, (long)(CLONE_PARENT | SIGCHLD), 0L, 0L, 0L, 0L);
		if (sibling == 0) {
			getppid();
			_exit(8);
		}
		_exit(write(channel[1], &sibling, sizeof(sibling)) != sizeof(sibling));
	}
	uncle = creator;
	require(read(channel[0], &sibling, sizeof(sibling)) == sizeof(sibling));
	require(waitpid(uncle, &status, 0) == uncle && status == 0);
	require(waitpid(sibling, &status, 0) == sibling && WEXITSTATUS(status) == 8);
	EXPECT_AT(creator, "clone(child_stack=NULL, flags=CLONE_PARENT|SIGCHLD) = %d", sibling);
	EXPECT_AT(sibling, "getppid() = %d", getpid());
	EXPECT_AT(sibling, "+++ exited with 8 +++");
	EXPECT("wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 8}], 0, NULL) = %d", sibling,
	       sibling);
	JSON("any(.[]; .type == \"fork\" and .pid == %d and .child_pid == %d)", creator, sibling);
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// vfork and _exit at once, many times: the parent's return must never be missed.
#include "expect.h"

#include <sys/wait.h>

int main(void)
{
	enum { ROUNDS = 50 };
	for (volatile int i = 0; i < ROUNDS; i++) {
		int status;
		pid_t child = vfork();
		if (child == 0)
			_exit(i);
		require(child > 0 && waitpid(child, &status, 0) == child);
		require(WIFEXITED(status) && WEXITSTATUS(status) == i);
	}
	COUNT("%d \\+\\+\\+ exited with \\d+ \\+\\+\\+", ROUNDS + 1);
	COUNT("%d exit_group\\(\\d+\\) = \\?", ROUNDS + 1);
	COUNT("%d wait4\\(.*", ROUNDS);
	JSON("[.[] | select(.type == \"fork\" and .kind == \"vfork\")] | length == %d", ROUNDS);
	JSON("[.[] | select(.type == \"syscall\" and .name == \"vfork\" and "
	     ".state == \"finished\")] | length == %d",
	     ROUNDS);
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// vfork and exec: the parent sleeps in the kernel until the child has exec'ed.
#include "expect.h"

#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t child = vfork();
	if (child == 0) {
		execl("/bin/true", "true", "of", "vfork", NULL);
		_exit(1);
	}
	require(waitpid(child, &status, 0) == child && status == 0);
	EXPECT("wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = %d", child, child);
	MATCH_AT(child, "execve\\(\"/bin/true\", \\[\"true\", \"of\", \"vfork\"\\], "
			"0x[0-9a-f]+ /\\* \\d+ vars? \\*/\\) = 0");
	EXPECT_AT(child, "exit_group(0) = ?");
	EXPECT_AT(child, "+++ exited with 0 +++");
	JSON("any(.[]; .type == \"fork\" and .kind == \"vfork\" and .child_pid == %d and "
	     ".pid == %d)",
	     child, getpid());
	JSON("(map(.type == \"fork\" and .child_pid == %d) | index(true)) < "
	     "(map(.pid == %d) | index(true))",
	     child, child);
	expect_flush();
	return 0;
}

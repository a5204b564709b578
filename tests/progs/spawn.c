// SPDX-License-Identifier: Apache-2.0
// posix_spawn: a vfork-like clone with a stack of its own, and one whose exec fails.
#include "expect.h"

#include <spawn.h>
#include <sys/wait.h>

int main(void)
{
	extern char **environ;
	char *argv[] = {"true", NULL};
	pid_t child;
	int status;
	require(posix_spawn(&child, "/bin/true", NULL, NULL, argv, environ) == 0);
	require(waitpid(child, &status, 0) == child && status == 0);
	MATCH_AT(child, "execve\\(\"/bin/true\", \\[\"true\"\\], 0x[0-9a-f]+ /\\* .* \\*/\\) = 0");
	EXPECT_AT(child, "+++ exited with 0 +++");
	EXPECT("wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = %d", child, child);
	require(posix_spawn(&child, "/nonexistent/x", NULL, NULL, argv, environ) == ENOENT);
	ANYWHERE("execve\\(\"/nonexistent/x\", .*\\) = -1 ENOENT \\(No such file or directory\\)");
	ANYWHERE("\\+\\+\\+ exited with 127 \\+\\+\\+");
	expect_flush();
	return 0;
}

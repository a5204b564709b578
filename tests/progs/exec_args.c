// SPDX-License-Identifier: Apache-2.0
// exec: many arguments, odd arguments, an environment, failures, and execveat.
#include "expect.h"

#include <fcntl.h>
#include <sys/wait.h>

static pid_t run(const char *path, char **argv, char **envp)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		execve(path, argv, envp);
		_exit(111);
	}
	require(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return child;
}

int main(void)
{
	enum { MANY = 300 };
	char *argv[MANY + 2] = {"true"}, numbers[MANY][16];
	for (int i = 0; i < MANY; i++)
		argv[i + 1] = memcpy(numbers[i], "argument", 9);
	char *none[] = {NULL}, *odd[] = {"true", "", "new\nline", "\"quoted\"", "\377", NULL};
	char *environment[] = {"A=1", "EMPTY=", NULL};

	pid_t child = run("/bin/true", argv, environment);
	MATCH_AT(child, "execve\\(\"/bin/true\", \\[\"true\"(, \"argument\"){31}, \\.\\.\\.\\], "
			"0x[0-9a-f]+ /\\* 2 vars \\*/\\) = 0");
	EXPECT_AT(child, "+++ exited with 0 +++");
	JSON("any(.[]; .type == \"exec\" and .pid == %d and (.argv | length) == %d and "
	     "(.path | endswith(\"/true\")))",
	     child, MANY + 1);
	child = run("/bin/true", odd, none);
	MATCH_AT(child, "execve\\(\"/bin/true\", \\[\"true\", \"\", \"new\\\\nline\", "
			"\"\\\\\"quoted\\\\\"\", \"\\\\377\"\\], 0x[0-9a-f]+ /\\* 0 vars \\*/\\) "
			"= 0");
	child = run("/nonexistent/program", odd, environment);
	MATCH_AT(child, "execve\\(\"/nonexistent/program\", .*\\) = -1 ENOENT \\(No such file or "
			"directory\\)");
	EXPECT_AT(child, "+++ exited with 111 +++");
	child = run("/etc", odd, environment);
	MATCH_AT(child, "execve\\(\"/etc\", .*\\) = -1 EACCES \\(Permission denied\\)");
	child = fork();
	if (child == 0) {
		int fd = open("/bin/true", O_PATH | O_CLOEXEC);
		syscall(SYS_execveat, fd, "", odd, environment, AT_EMPTY_PATH);
		_exit(111);
	}
	require(waitpid(child, NULL, 0) == child);
	MATCH_AT(child, "execveat\\(\\d+, \"\", \\[\"true\", .*\\], 0x[0-9a-f]+ /\\* 2 vars \\*/, "
			"AT_EMPTY_PATH\\) = 0");
	EXPECT_AT(child, "+++ exited with 0 +++");
	expect_flush();
	return 0;
}

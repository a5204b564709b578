// SPDX-License-Identifier: Apache-2.0
// Makes calls until its standard input ends, also in a child, after it has said that it began.
// It ignores SIGTERM.
#include "expect.h"

#include <signal.h>
#include <sys/wait.h>

static void work(int until)
{
	char byte;
	do {
		int fd = dup(1);
		require(fd > 2 && close(fd) == 0);
		require(getppid() > 0 && syscall(SYS_getpgid, 0) >= 0);
	} while (read(until, &byte, 1) == 1);
}

int main(void)
{
	int status;
	signal(SIGTERM, SIG_IGN);
	work(0 * write(1, "began\n", 6));
	pid_t child = fork();
	if (child == 0)
		_exit(system("exit 5") != 5 << 8);
	require(waitpid(child, &status, 0) == child && status == 0);
	return 23;
}

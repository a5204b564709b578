// SPDX-License-Identifier: Apache-2.0
// A daemon outlives the command: it is recorded until it ends, and the status is the
// command's.
#include "expect.h"

#include <sys/wait.h>
#include <time.h>

int main(void)
{
	int channel[2], life[2], status;
	pid_t daemon;
	require(pipe(channel) == 0 && pipe(life) == 0);
	pid_t middle = fork();
	if (middle == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		daemon = getpid();
		require(write(channel[1], &daemon, sizeof(daemon)) == sizeof(daemon));
		/* The command's end shows in the pipe. */
		char c;
		close(STDOUT_FILENO);
		close(life[1]);
		require(read(life[0], &c, 1) == 0);
		struct timespec later = {0, 50000000};
		nanosleep(&later, NULL);
		getpgid(0);
		_exit(44);
	}
	require(waitpid(middle, &status, 0) == middle && status == 0);
	require(read(channel[0], &daemon, sizeof(daemon)) == sizeof(daemon));
	MATCH_AT(daemon, "read\\(%d, \"\", 1\\) = 0", life[0]);
	MATCH_AT(daemon, "(clock_)?nanosleep\\(.*tv_nsec=50000000\\}, NULL\\) = 0");
	MATCH_AT(daemon, "getpgid\\(0\\) = %d", middle);
	EXPECT_AT(daemon, "+++ exited with 44 +++");
	EXPECT_AT(getpid(), "+++ exited with 3 +++");
	STATUS(3);
	JSON("(map(.type == \"exit\" and .tid == %d) | index(true)) < "
	     "(map(.type == \"exit\" and .tid == %d) | index(true))",
	     getpid(), daemon);
	expect_flush();
	return 3;
}

// SPDX-License-Identifier: Apache-2.0
// A child is killed while it is blocked in a call: the entry stays without an exit.
#include "expect.h"
#include "sleepers.h"

#include <signal.h>
#include <sys/wait.h>

int main(void)
{
	int channel[2], status;
	require(pipe(channel) == 0);
	pid_t child = fork();
	if (child == 0) {
		char c[5];
		_exit(read(channel[0], c, sizeof(c)) != 1);
	}
	await_asleep_in(child, SYS_read);
	require(kill(child, SIGKILL) == 0);
	require(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
	EXPECT("kill(%d, SIGKILL) = 0", child);
	EXPECT("wait4(%d, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = %d", child,
	       child);
	ANYWHERE_AT(child, "\\+\\+\\+ killed by SIGKILL \\+\\+\\+");
	JSON("[.[] | select(.pid == %d and .name == \"read\")] | length == 1 and "
	     "all(.state == \"unfinished\" and .ret == null)",
	     child);
	JSON("any(.[]; .type == \"exit\" and .pid == %d and .signal == \"SIGKILL\" and .process)",
	     child);
	expect_flush();
	return 0;
}

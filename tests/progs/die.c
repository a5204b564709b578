// SPDX-License-Identifier: Apache-2.0
// die status N, die signal N, die segv, die abort: ends in the way that it is told.
#include "expect.h"

#include <signal.h>
#include <sys/resource.h>

static void died_by(const char *name)
{
	expect_say("KILLED", 0, "%s", name);
	MATCH("--- %s \\{si_signo=%s, .*\\} ---", name, name);
	MATCH("\\+\\+\\+ killed by %s (\\(core dumped\\) )?\\+\\+\\+", name);
	JSON("any(.[]; .type == \"exit\" and .signal == \"%s\" and .process)", name);
	expect_flush();
}

static void die_by_signal(int number)
{
	char name[16];
	snprintf(name, sizeof(name), "SIG%s", sigabbrev_np(number));
	if (number == SIGKILL) {
		KILLED("SIGKILL");
		ANYWHERE("\\+\\+\\+ killed by SIGKILL \\+\\+\\+");
		expect_flush();
	} else {
		died_by(name);
	}
	signal(number, SIG_DFL);
	kill(getpid(), number);
}

int main(int argc, char **argv)
{
	struct rlimit no_core = {0, 0};
	require(argc > 1);
	int n = argc > 2 ? atoi(argv[2]) : 0;
	require(setrlimit(RLIMIT_CORE, &no_core) == 0);
	if (!strcmp(argv[1], "status")) {
		STATUS(n);
		EXPECT("exit_group(%d) = ?", n);
		EXPECT("+++ exited with %d +++", n);
		JSON("any(.[]; .type == \"exit\" and .status == %d and .process)", n);
		expect_flush();
		_exit(n);
	}
	if (!strcmp(argv[1], "signal"))
		die_by_signal(n);
	if (!strcmp(argv[1], "segv")) {
		ANYWHERE("--- SIGSEGV \\{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10\\} "
			 "---");
		died_by("SIGSEGV");
		*(volatile int *)0x10 = 1;
	}
	if (!strcmp(argv[1], "abort")) {
		died_by("SIGABRT");
		abort();
	}
	return EXPECT_EXIT_BROKEN;
}

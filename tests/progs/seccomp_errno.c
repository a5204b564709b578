// SPDX-License-Identifier: Apache-2.0
// A filter of the program's own answers a call with an error: the call never runs, but
// it is on the tape with that answer.
#include "filter.h"

int main(void)
{
	filter_install(SYS_getpgid, SECCOMP_RET_ERRNO | 123);
	require(syscall(SYS_getpgid, 0) == -1 && errno == 123);
	getppid();
	MATCH("prctl\\(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0\\) = 0");
	MATCH("prctl\\(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, .*\\) = 0");
	EXPECT("getpgid(0) = -1 ENOMEDIUM (No medium found)");
	EXPECT("getppid() = %d", getppid());
	COUNT("1 getpgid.*");
	expect_flush();
	return 0;
}

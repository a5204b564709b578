// SPDX-License-Identifier: Apache-2.0
// RET_TRACE without a tracer that asked for it: ENOSYS, and so it must stay.
#include "filter.h"

int main(void)
{
	filter_install(SYS_getpgid, SECCOMP_RET_TRACE | 7);
	require(syscall(SYS_getpgid, 0) == -1 && errno == ENOSYS);
	EXPECT("getpgid(0) = -1 ENOSYS (Function not implemented)");
	COUNT("1 getpgid.*");
	expect_flush();
	return 0;
}

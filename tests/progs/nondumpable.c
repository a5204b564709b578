// SPDX-License-Identifier: Apache-2.0
// A process that is not dumpable: its memory may be out of an ordinary tracer's reach,
// which must cost bytes at most, never a call.
#include "expect.h"

#include <sys/prctl.h>

int main(void)
{
	require(prctl(PR_SET_DUMPABLE, 0) == 0);
	require(access("/nonexistent/nondumpable", F_OK) == -1);
	getppid();
	require(prctl(PR_SET_DUMPABLE, 1) == 0);
	MATCH("prctl\\(PR_SET_DUMPABLE, (0|SUID_DUMP_DISABLE).*\\) = 0");
	if (geteuid() == 0)
		EXPECT("access(\"/nonexistent/nondumpable\", F_OK) = -1 ENOENT "
		       "(No such file or directory)");
	else
		MATCH("access\\(.*, F_OK\\) = -1 ENOENT \\(No such file or directory\\)");
	EXPECT("getppid() = %d", getppid());
	expect_flush();
	return 0;
}

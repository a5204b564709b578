// SPDX-License-Identifier: Apache-2.0
// Runs its arguments under a filter that denies getpgid: a sandbox around whoever records.
#include "filter.h"

int main(int argc, char **argv)
{
	require(argc > 1);
	filter_install(SYS_getpgid, SECCOMP_RET_ERRNO | 123);
	execvp(argv[1], argv + 1);
	return 126;
}

// SPDX-License-Identifier: Apache-2.0
// Call numbers that no kernel has: recorded with all six registers.
#include "expect.h"

static long odd(long nr)
{
	return syscall(nr, 0x11L, 0x22L, 0x33L, 0x44L, 0x55L, 0xfffffffffffffff6L);
}

int main(void)
{
	static const long numbers[] = {500, 0x7ffffff, 1023};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		require(odd(numbers[i]) == -1 && errno == ENOSYS);
		EXPECT("syscall_0x%lx(0x11, 0x22, 0x33, 0x44, 0x55, 0xfffffffffffffff6) = -1 "
		       "ENOSYS "
		       "(Function not implemented)",
		       numbers[i]);
	}
	require(odd(-1) == -1 && errno == ENOSYS);
	MATCH("syscall_0xf+\\(0x11, 0x22, 0x33, 0x44, 0x55, 0xfffffffffffffff6\\) = -1 ENOSYS .*");
	require(odd(0x7fffffff) == -1 && errno == ENOSYS);
	MATCH("syscall_0x[37]fffffff\\(0x11, 0x22, 0x33, 0x44, 0x55, 0xfffffffffffffff6\\) = "
	      "-1 ENOSYS .*");
	JSON("[.[] | select(.type == \"syscall\" and (.args | length) == 6 and .args[0].value == "
	     "\"0x11\" and .args[5].value == \"0xfffffffffffffff6\" and .error == \"ENOSYS\")] "
	     "| length == 5");
	JSON("[.[] | select(.type == \"syscall\" and .nr == 500 and .arch == \"x86_64\")] "
	     "| length == 1");
	getppid();
	EXPECT("getppid() = %d", getppid());
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Counts far beyond what is there: the tape must not believe them.
#include "expect.h"

#include <fcntl.h>

int main(void)
{
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC), channel[2];
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char *room = tail_alloc(16, 'r');
	require(zero >= 0 && null >= 0 && pipe(channel) == 0);
	require(write(channel[1], "abc", 3) == 3);
	require(syscall(SYS_read, channel[0], room, 0x7fffffffL) == 3);
	EXPECT("read(%d, \"abc\", 2147483647) = 3", channel[0]);
	require(syscall(SYS_read, channel[0], room, -1L) == -1);
	EXPECT_CALL(-1, "read(%d, %p, 18446744073709551615)", channel[0], (void *)room);
	/* /dev/null takes the kernel's limit of one call, without looking at the memory. */
	long taken = syscall(SYS_write, null, room, 0x7fffffffffffL);
	if (taken == -1)
		MATCH("write\\(%d, (%p|\".*\"\\.\\.\\.), 140737488355327\\) = -1 EFAULT .*", null,
		      (void *)room);
	else
		MATCH("write\\(%d, .*, 140737488355327\\) = %ld", null, taken);
	require(syscall(SYS_getpgid, 0x1234567800000000L) == getpgid(0));
	EXPECT("getpgid(0) = %d", getpgid(0));
	expect_flush();
	return 0;
}

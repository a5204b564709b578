// SPDX-License-Identifier: Apache-2.0
// Pointers to nothing: addresses are shown where there are no bytes.
#include "expect.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

int main(void)
{
	char *bad = (char *)tail_alloc(4096, 0) + 4096;
	int channel[2];
	struct iovec vector = {bad, 10};
	require(pipe(channel) == 0 && write(channel[1], "12345678", 8) == 8);
	require(write(channel[1], bad, 5) == -1);
	EXPECT("write(%d, %p, 5) = -1 EFAULT (Bad address)", channel[1], (void *)bad);
	require(read(channel[0], bad, 5) == -1);
	EXPECT("read(%d, %p, 5) = -1 EFAULT (Bad address)", channel[0], (void *)bad);
	require(syscall(SYS_openat, AT_FDCWD, bad, O_RDONLY) == -1);
	EXPECT("openat(AT_FDCWD, %p, O_RDONLY) = -1 EFAULT (Bad address)", (void *)bad);
	require(syscall(SYS_writev, channel[1], &vector, 1L) == -1);
	EXPECT("writev(%d, [{iov_base=%p, iov_len=10}], 1) = -1 EFAULT (Bad address)", channel[1],
	       (void *)bad);
	require(syscall(SYS_readv, channel[0], bad, 3L) == -1);
	EXPECT("readv(%d, %p, 3) = -1 EFAULT (Bad address)", channel[0], (void *)bad);
	require(syscall(SYS_newfstatat, AT_FDCWD, "/", bad, 0L) == -1);
	EXPECT("newfstatat(AT_FDCWD, \"/\", %p, 0) = -1 EFAULT (Bad address)", (void *)bad);
	require(syscall(SYS_sendmsg, channel[0], bad, 0L) == -1);
	/* Valid memory that is too short for the struct. */
	require(syscall(SYS_nanosleep, bad - 8, NULL) == -1);
	EXPECT("nanosleep(%p, NULL) = -1 EFAULT (Bad address)", (void *)(bad - 8));
	/* Only half of what is to be written is there: the kernel writes what it can. */
	memset(bad - 4, 'h', 4);
	long half = syscall(SYS_write, channel[1], bad - 4, 8L);
	require(half == 4 || (half == -1 && errno == EFAULT));
	if (half == 4)
		MATCH("write\\(%d, \"hhhh\"\\.*, 8\\) = 4", channel[1]);
	else
		MATCH("write\\(%d, (%p|\"hhhh\"\\.\\.\\.), 8\\) = -1 EFAULT \\(Bad address\\)",
		      channel[1], (void *)(bad - 4));
	expect_flush();
	return 0;
}

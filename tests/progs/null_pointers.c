// SPDX-License-Identifier: Apache-2.0
// NULL where the kernel takes a pointer: as absence, and as a mistake.
#include "expect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

int main(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	require(null >= 0);
	require(syscall(SYS_write, null, NULL, 0L) == 0);
	EXPECT("write(%d, NULL, 0) = 0", null);
	require(syscall(SYS_read, null, NULL, 0L) == 0);
	EXPECT("read(%d, NULL, 0) = 0", null);
	require(syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY) == -1);
	EXPECT("openat(AT_FDCWD, NULL, O_RDONLY) = -1 EFAULT (Bad address)");
	require(syscall(SYS_uname, NULL) == -1);
	EXPECT("uname(NULL) = -1 EFAULT (Bad address)");
	require(syscall(SYS_pipe2, NULL, 0L) == -1);
	EXPECT("pipe2(NULL, 0) = -1 EFAULT (Bad address)");
	require(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, NULL) == -1);
	EXPECT("clock_gettime(CLOCK_MONOTONIC, NULL) = -1 EFAULT (Bad address)");
	require(syscall(SYS_nanosleep, NULL, NULL) == -1);
	EXPECT("nanosleep(NULL, NULL) = -1 EFAULT (Bad address)");
	require(syscall(SYS_wait4, -1L, NULL, 0L, NULL) == -1);
	EXPECT("wait4(-1, NULL, 0, NULL) = -1 ECHILD (No child processes)");
	require(syscall(SYS_execve, NULL, NULL, NULL) == -1);
	EXPECT("execve(NULL, NULL, NULL) = -1 EFAULT (Bad address)");
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Calls whose arguments mean something else for each command: fcntl, ioctl, prctl, futex.
#include "expect.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

int main(void)
{
	int channel[2], waiting = -1;
	unsigned int word = 5;
	char name[16];
	require(pipe2(channel, O_CLOEXEC | O_NONBLOCK) == 0);
	EXPECT("pipe2([%d, %d], O_NONBLOCK|O_CLOEXEC) = 0", channel[0], channel[1]);
	require(fcntl(channel[0], F_GETFD) == FD_CLOEXEC);
	EXPECT("fcntl(%d, F_GETFD) = 0x1 (flags FD_CLOEXEC)", channel[0]);
	require(fcntl(channel[0], F_GETFL) == O_NONBLOCK);
	EXPECT("fcntl(%d, F_GETFL) = 0x800 (flags O_RDONLY|O_NONBLOCK)", channel[0]);
	require(fcntl(channel[1], F_SETFL, O_APPEND) == 0);
	EXPECT("fcntl(%d, F_SETFL, O_RDONLY|O_APPEND) = 0", channel[1]);
	require(fcntl(channel[0], F_DUPFD_CLOEXEC, 50) == 50);
	EXPECT("fcntl(%d, F_DUPFD_CLOEXEC, 50) = 50", channel[0]);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
	int file = open("/dev/zero", O_RDWR | O_CLOEXEC);
	require(fcntl(file, F_SETLK, &lock) == 0 || errno);
	MATCH("fcntl\\(%d, F_SETLK, \\{l_type=F_WRLCK, l_whence=SEEK_SET, l_start=10, "
	      "l_len=5\\}\\) = .*",
	      file);
	require(write(channel[1], "abc", 3) == 3 && ioctl(channel[0], FIONREAD, &waiting) == 0);
	EXPECT("ioctl(%d, FIONREAD, [3]) = 0", channel[0]);
	struct termios tty;
	require(tcgetattr(channel[0], &tty) == -1);
	MATCH("ioctl\\(%d, TCGETS, 0x[0-9a-f]+\\) = -1 ENOTTY \\(Inappropriate ioctl for device\\)",
	      channel[0]);
	require(prctl(PR_SET_NAME, "new\"name") == 0 && prctl(PR_GET_NAME, name) == 0);
	EXPECT("prctl(PR_SET_NAME, \"new\\\"name\") = 0");
	EXPECT("prctl(PR_GET_NAME, \"new\\\"name\") = 0");
	require(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1L) == 0);
	EXPECT("futex(%p, FUTEX_WAKE_PRIVATE, 1) = 0", (void *)&word);
	require(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 6L, NULL) == -1);
	EXPECT("futex(%p, FUTEX_WAIT_PRIVATE, 6, NULL) = -1 EAGAIN (Resource temporarily "
	       "unavailable)",
	       (void *)&word);
	struct timespec soon = {0, 1000000};
	require(syscall(SYS_futex, &word, FUTEX_WAIT, 5L, &soon) == -1);
	EXPECT("futex(%p, FUTEX_WAIT, 5, {tv_sec=0, tv_nsec=1000000}) = -1 ETIMEDOUT (Connection "
	       "timed out)",
	       (void *)&word);
	expect_flush();
	return 0;
}

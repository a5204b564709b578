// SPDX-License-Identifier: Apache-2.0
// I/O vectors: 1024 of them, one too many, none, and one that ends at the page's end.
#include "expect.h"

#include <fcntl.h>
#include <sys/uio.h>

enum { MOST = 1024 };

int main(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct iovec *many = tail_alloc((MOST + 1) * sizeof(*many), 0);
	char *bytes = tail_alloc(MOST + 1, 'v');
	for (int i = 0; i <= MOST; i++)
		many[i] = (struct iovec){bytes + i, 1};
	require(fd >= 0);
	require(syscall(SYS_writev, fd, many, (long)MOST) == MOST);
	MATCH("writev\\(%d, \\[(\\{iov_base=\"v\", iov_len=1\\}, ){32}\\.\\.\\.\\], 1024\\) = 1024",
	      fd);
	require(syscall(SYS_writev, fd, many, (long)MOST + 1) == -1 && errno == EINVAL);
	MATCH("writev\\(%d, .*, 1025\\) = -1 EINVAL \\(Invalid argument\\)", fd);
	require(syscall(SYS_writev, fd, many, 0L) == 0);
	EXPECT("writev(%d, [], 0) = 0", fd);
	require(syscall(SYS_writev, fd, NULL, 0L) == 0);
	EXPECT("writev(%d, NULL, 0) = 0", fd);
	require(syscall(SYS_writev, fd, many + MOST, 1L) == 1);
	EXPECT("writev(%d, [{iov_base=\"v\", iov_len=1}], 1) = 1", fd);
	require(syscall(SYS_writev, fd, many + MOST, 2L) == -1 && errno == EFAULT);
	MATCH("writev\\(%d, .*, 2\\) = -1 EFAULT \\(Bad address\\)", fd);
	JSON("[.[] | select(.name == \"writev\" and .ret == 1024) | .memory[] | "
	     "select(.length == 1)] | length == 1024 or length == 0");
	JSON("[.[] | select(.name == \"writev\" and .ret == 1024) | .memory[] | .length] | add "
	     "== 1024 * 16 + 1024");
	expect_flush();
	return 0;
}

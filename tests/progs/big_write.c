// SPDX-License-Identifier: Apache-2.0
// 8 MiB written in one call and read in another; with -s all every byte is on the tape.
#include "expect.h"

#include <fcntl.h>

enum { SIZE = 8 << 20 };

int main(void)
{
	int fd = memfd_create("big", MFD_CLOEXEC);
	unsigned char *bytes = tail_alloc(SIZE, 0), *back = tail_alloc(SIZE, 0);
	unsigned int state = 1;
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (unsigned char)((state = state * 1664525 + 1013904223) >> 24);
	require(fd >= 0 && write(fd, bytes, SIZE) == SIZE);
	require(pread(fd, back, SIZE, 0) == SIZE && memcmp(bytes, back, SIZE) == 0);
	MATCH("write\\(%d, \".*\"\\.\\.\\., 8388608\\) = 8388608", fd);
	MATCH("pread64\\(%d, \".*\"\\.\\.\\., 8388608, 0\\) = 8388608", fd);
	JSON("any(.[]; .name == \"write\" and .ret == 8388608)");
	expect_flush();
	return 0;
}

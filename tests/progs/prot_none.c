// SPDX-License-Identifier: Apache-2.0
// Memory that is mapped but may not be read: a recorder with /proc/PID/mem could read
// it, yet the kernel gave nobody these bytes, so the tape may not show them.
#include "expect.h"

#include <fcntl.h>

int main(void)
{
	int channel[2];
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	require(page != MAP_FAILED && pipe(channel) == 0);
	strcpy(page, "/nonexistent/secret");
	require(mprotect(page, 4096, PROT_NONE) == 0);
	require(write(channel[1], page, 19) == -1 && errno == EFAULT);
	EXPECT("write(%d, %p, 19) = -1 EFAULT (Bad address)", channel[1], (void *)page);
	require(access(page, F_OK) == -1 && errno == EFAULT);
	EXPECT("access(%p, F_OK) = -1 EFAULT (Bad address)", (void *)page);
	ABSENT(".*\"/nonexistent/sec.*");
	JSON("[.[] | select(.error == \"EFAULT\") | (.text // \"\") | contains(\"secret\")] | any "
	     "| not");
	/* Written by the kernel although the program may not read it back. */
	require(mprotect(page, 4096, PROT_WRITE) == 0);
	require(write(channel[1], "in", 2) == 2);
	require(read(channel[0], page, 4) == 2);
	MATCH("read\\(%d, (\"in\"|%p), 4\\) = 2", channel[0], (void *)page);
	expect_flush();
	return 0;
}

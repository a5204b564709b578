// SPDX-License-Identifier: Apache-2.0
// Calls about memory: results and arguments that are addresses.
#include "expect.h"

#include <fcntl.h>

int main(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	require(p != MAP_FAILED);
	EXPECT("mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = %p",
	       (void *)p);
	require(mprotect(p, 4096, PROT_READ) == 0);
	EXPECT("mprotect(%p, 4096, PROT_READ) = 0", (void *)p);
	require(madvise(p + 4096, 4096, MADV_DONTNEED) == 0);
	EXPECT("madvise(%p, 4096, MADV_DONTNEED) = 0", (void *)(p + 4096));
	require(msync(p, 4096, MS_SYNC) == 0);
	EXPECT("msync(%p, 4096, MS_SYNC) = 0", (void *)p);
	char *q = mremap(p + 4096, 4096, 16384, MREMAP_MAYMOVE);
	require(q != MAP_FAILED);
	EXPECT("mremap(%p, 4096, 16384, MREMAP_MAYMOVE) = %p", (void *)(p + 4096), (void *)q);
	require(munmap(q, 16384) == 0);
	EXPECT("munmap(%p, 16384) = 0", (void *)q);
	require(mmap((void *)1, 0, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	EXPECT("mmap(0x1, 0, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 EINVAL (Invalid "
	       "argument)");
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	q = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096);
	require(q != MAP_FAILED);
	EXPECT("mmap(NULL, 4096, PROT_READ, MAP_SHARED, %d, 0x1000) = %p", fd, (void *)q);
	require(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 999, 0) == MAP_FAILED);
	EXPECT("mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 999, 0) = -1 EBADF (Bad file "
	       "descriptor)");
	void *end = (void *)syscall(SYS_brk, 0);
	EXPECT("brk(NULL) = %p", end);
	require((void *)syscall(SYS_brk, (char *)end + 4096) == (char *)end + 4096);
	EXPECT("brk(%p) = %p", (void *)((char *)end + 4096), (void *)((char *)end + 4096));
	expect_flush();
	return 0;
}

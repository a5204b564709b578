// SPDX-License-Identifier: Apache-2.0
// payload LIMIT: buffers around the number of bytes that rec keeps of each (-s LIMIT, or
// "all"). What is cut keeps its full length.
#include "expect.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/uio.h>

static size_t limit;

static void check(int fd, size_t size)
{
	char *bytes = tail_alloc(size, 'p');
	size_t kept = size < limit ? size : limit;
	require(write(fd, bytes, size) == (ssize_t)size);
	if (kept == 0)
		MATCH("write\\(%d, (\"\"\\.\\.\\.|%p), %zu\\) = %zu", fd, (void *)bytes, size,
		      size);
	else
		EXPECT("write(%d, \"%.*s\"%s, %zu) = %zu", fd, (int)(kept < 32 ? kept : 32),
		       "pppppppppppppppppppppppppppppppp",
		       size > (kept < 32 ? kept : 32) ? "..." : "", size, size);
	JSON("any(.[]; .name == \"write\" and .args[0].value == \"%#x\" and .ret == %zu and "
	     "([.memory[].length] | add // 0) == %zu and "
	     "([.memory[].data // \"\" | @base64d | length] | add // 0) == %zu)",
	     fd, size, size, kept);
}

int main(int argc, char **argv)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	require(fd >= 0 && argc > 1);
	limit = !strcmp(argv[1], "all") ? SIZE_MAX : strtoul(argv[1], NULL, 0);
	size_t around = limit > 100000 ? 65536 : limit;
	check(fd, 1);
	if (around > 1)
		check(fd, around - 1);
	check(fd, around + 1);
	check(fd, around + 100);
	struct iovec two[2] = {{"0123456789abcdefghijklmnop", 26}, {"second", 6}};
	require(writev(fd, two, 2) == 32);
	JSON("[.[] | select(.name == \"writev\")] | length == 1 and (.[0].ret == 32)");
	/* Paths are no payload. */
	require(access("/nonexistent/longer-than-sixteen", F_OK) == -1);
	EXPECT("access(\"/nonexistent/longer-than-sixteen\", F_OK) = -1 ENOENT (No such file or "
	       "directory)");
	expect_flush();
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Strings where reading them is difficult: ending with the page, without an end, as long
// as a path may be, and with bytes that are no text.
#include "expect.h"

#include <fcntl.h>
#include <limits.h>

int main(void)
{
	const char *last = tail_copy("/nonexistent/at-the-edge", 25);
	require(access(last, F_OK) == -1 && errno == ENOENT);
	EXPECT("access(\"/nonexistent/at-the-edge\", F_OK) = -1 ENOENT (No such file or "
	       "directory)");
	require(access(last + 24, F_OK) == -1 && errno == ENOENT);
	EXPECT("access(\"\", F_OK) = -1 ENOENT (No such file or directory)");

	/* The kernel runs into the unmapped page. */
	const char *endless = tail_alloc(9, 'e');
	require(access(endless, F_OK) == -1 && errno == EFAULT);
	EXPECT("access(%p, F_OK) = -1 EFAULT (Bad address)", (const void *)endless);

	/* PATH_MAX counts the NUL. The string crosses pages, so take it from the middle of two. */
	char *path = tail_alloc(PATH_MAX, '/');
	path[PATH_MAX - 2] = 'z';
	path[PATH_MAX - 1] = '\0';
	require(access(path, F_OK) == -1 && errno == ENOENT);
	MATCH("access\\(\"/{%d}z\", F_OK\\) = -1 ENOENT .*", PATH_MAX - 2);
	char *longer = tail_alloc(PATH_MAX + 1, '/');
	longer[PATH_MAX] = '\0';
	require(access(longer, F_OK) == -1 && errno == ENAMETOOLONG);
	MATCH("access\\(\"/{%d,%d}\"(\\.\\.\\.)?, F_OK\\) = -1 ENAMETOOLONG .*", PATH_MAX - 1,
	      PATH_MAX);

	require(access("/nonexistent/\n\t\"\\\377\1"
		       "1\303\244",
		       F_OK) == -1);
	EXPECT("access(\"/nonexistent/\\n\\t\\\"\\\\\\377\\0011\\303\\244\", F_OK) = -1 ENOENT "
	       "(No such file or directory)");
	expect_flush();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "spool.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

static int copy(int to, struct err *err)
{
	cleanup_free char *piece = malloc(PIECE);
	ssize_t n;
	int r = 0;

	if (!piece)
		return err_set(err, ENOMEM, "out of memory");
	while (r == 0 && (n = fileio_read(STDIN_FILENO, piece, PIECE)) != 0) {
		if (n < 0)
			return err_errno(err, (int)-n, "cannot read standard input");
		r = fileio_write(to, piece, (size_t)n);
	}
	return r < 0 ? err_errno(err, -r, "cannot put the tape aside") : 0;
}

int spool_input(char *path, struct err *err)
{
	const char *directory = getenv("TMPDIR");
	cleanup_close int fd = -1;
	int r;

	directory = directory && *directory ? directory : "/var/tmp";
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "cannot put the tape aside in '%s'", directory);
	r = copy(fd, err);
	if (r < 0)
		return r;
	snprintf(path, SPOOL_PATH_MAX, "/proc/self/fd/%d", fd);
	return take_fd(fd);
}

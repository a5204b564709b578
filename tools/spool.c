/* SPDX-License-Identifier: Apache-2.0 */
#include "spool.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

static int copy(int from, const char *name, int to, struct err *err)
{
	cleanup_free char *piece = malloc(PIECE);
	ssize_t n;
	int r = 0;

	if (!piece)
		return err_set(err, ENOMEM, "out of memory");
	while (r == 0 && (n = fileio_read(from, piece, PIECE)) != 0) {
		if (n < 0)
			return err_errno(err, (int)-n, "cannot read %s", name);
		r = fileio_write(to, piece, (size_t)n);
	}
	return r < 0 ? err_errno(err, -r, "cannot put the tape aside") : 0;
}

/* What can be read only once. */
static bool is_pipe(const char *path)
{
	struct stat st;

	return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && S_ISFIFO(st.st_mode));
}

static int copy_all(const char *path, int to, struct err *err)
{
	cleanup_close int from = -1;

	if (strcmp(path, "-") == 0)
		return copy(STDIN_FILENO, "standard input", to, err);
	from = open(path, O_RDONLY | O_CLOEXEC);
	return from < 0 ? err_errno(err, errno, "%s", path) : copy(from, path, to, err);
}

int spool_tape(const char *path, struct spool *ret, struct err *err)
{
	const char *directory = getenv("TMPDIR");
	int r;

	*ret = (struct spool){.fd = -1, .place = path};
	if (!is_pipe(path))
		return 0;
	directory = directory && *directory ? directory : "/var/tmp";
	ret->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (ret->fd < 0)
		return err_errno(err, errno, "cannot put the tape aside in '%s'", directory);
	r = copy_all(path, ret->fd, err);
	if (r < 0)
		spool_done(ret);
	snprintf(ret->path, sizeof(ret->path), "/proc/self/fd/%d", ret->fd);
	ret->place = ret->path;
	return r;
}

void spool_done(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tapefile.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "format/container/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_OWN_FD = 3, MODE = 0600 };

const char tapefile_default[] = "trace.zst";

/* Moves @fd out of the way of stdin, stdout and stderr, which may be closed. */
static int keep(int fd, const char *path, struct err *err)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD), error = errno;

	close(fd);
	return high < 0 ? err_errno(err, error, "cannot write '%s'", path) : high;
}

static int standard_output(struct err *err)
{
	int fd;

	if (isatty(STDOUT_FILENO))
		return err_set(err, EINVAL, "cannot write a tape to the terminal; use -o FILE");
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, FIRST_OWN_FD);
	return fd < 0 ? err_errno(err, errno, "cannot write to standard output") : fd;
}

/* What stands at @path and may be written to; -ENOENT when nothing does. */
static int check_existing(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return err_errno(err, EISDIR, "cannot write '%s'", path);
	if (S_ISLNK(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err, ELOOP, "cannot write '%s': a symbolic link of another user",
			       path);
	if (S_ISREG(st.st_mode) && st.st_uid != geteuid())
		return err_set(err, EPERM, "cannot write '%s': the file belongs to another user",
			       path);
	return S_ISLNK(st.st_mode) ? 1 : 0;
}

/* An existing file: emptied only when it is still what was checked. */
static int open_existing(const char *path, bool is_link, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | (is_link ? 0 : O_NOFOLLOW));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno, "cannot write '%s'", path);
	if (S_ISREG(st.st_mode) &&
	    (st.st_uid != geteuid() || fchmod(fd, MODE) < 0 || ftruncate(fd, 0) < 0)) {
		close(fd);
		return err_set(err, EPERM, "cannot write '%s': the file belongs to another user",
			       path);
	}
	return keep(fd, path, err);
}

static int create(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);

	if (fd < 0)
		return err_errno(err, errno, "cannot create '%s'", path);
	/* The umask may have taken bits away, never added any. */
	return keep(fd, path, err);
}

static int set_aside(const char *path, struct err *err)
{
	char old[64];

	snprintf(old, sizeof(old), "%s.old", path);
	if (rename(path, old) < 0 && errno != ENOENT)
		return err_errno(err, errno, "cannot rename '%s' to '%s'", path, old);
	journal_forget(path, old);
	return 0;
}

int tapefile_create(const char *path, struct err *err)
{
	int r;

	if (!path) {
		r = set_aside(tapefile_default, err);
		return r < 0 ? r : create(tapefile_default, err);
	}
	if (path[0] == '-' && !path[1])
		return standard_output(err);
	r = check_existing(path, err);
	if (r == -ENOENT || r == -ENOTDIR)
		r = create(path, err);
	else if (r >= 0)
		r = open_existing(path, r > 0, err);
	if (r >= 0)
		journal_forget(path, NULL);
	return r;
}

bool tapefile_journal(int fd, const char *path, char **ret)
{
	struct stat st;

	return !(path && strcmp(path, "-") == 0) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       journal_name(path ? path : tapefile_default, ret) == 0;
}

bool tapefile_is_gone(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !st.st_nlink;
}

static int check_directory(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *directory =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	if (!directory)
		return err_set(err, ENOMEM, "out of memory");
	if (access(directory, W_OK | X_OK) < 0)
		return err_errno(err, errno, "cannot create '%s'", path);
	return 0;
}

int tapefile_check(const char *path, struct err *err)
{
	int r;

	if (path && path[0] == '-' && !path[1]) {
		r = standard_output(err);
		return r < 0 ? r : close(r);
	}
	path = path ? path : tapefile_default;
	r = check_existing(path, err);
	if (r == -ENOENT || r == -ENOTDIR)
		return check_directory(path, err);
	return r < 0 ? r : 0;
}

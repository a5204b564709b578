/* SPDX-License-Identifier: Apache-2.0 */
#include "fileio.h"

#include "buf.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { SLURP_STEP = 16384 };

ssize_t fileio_read(int fd, void *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, (char *)data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

ssize_t fileio_read_at(int fd, uint64_t offset, void *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, (char *)data + done, size - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int fileio_write(int fd, const void *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(fd, (const char *)data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

int fileio_slurp(int dirfd, const char *path, size_t limit, struct buf *ret)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	while (limit) {
		size_t step = limit < SLURP_STEP ? limit : SLURP_STEP;
		void *place = buf_extend(ret, step);
		ssize_t n;

		if (!place)
			return -ENOMEM;
		n = fileio_read(fd, place, step);
		buf_truncate(ret, ret->size - step + (n > 0 ? (size_t)n : 0));
		if (n < 0)
			return (int)n;
		if ((size_t)n < step)
			return 0;
		limit -= (size_t)n;
	}
	return 0;
}

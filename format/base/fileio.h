/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole reads and writes: the loops over EINTR and short transfers, once.
 */
#ifndef BASE_FILEIO_H
#define BASE_FILEIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;

/* Reads until @size bytes or the end of file. Returns the count or -errno. */
ssize_t fileio_read(int fd, void *data, size_t size);
/* As fileio_read(), from @offset on and without moving the file's own. */
ssize_t fileio_read_at(int fd, uint64_t offset, void *data, size_t size);
/* Writes all of it. 0 or -errno; what was written before the error stays. */
int fileio_write(int fd, const void *data, size_t size);
/*
 * Appends a whole file to @ret, at most @limit bytes of it (for /proc files,
 * whose size is not known beforehand). 0 or -errno.
 */
int fileio_slurp(int dirfd, const char *path, size_t limit, struct buf *ret);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What zstd -dc would give: for what must not depend on how we read a tape. */
#ifndef CONTAINER_PLAIN_H
#define CONTAINER_PLAIN_H

#include <stddef.h>

struct err;

/* A result other than 0 ends reading, and is given back. */
typedef int plain_fn(void *context, const void *bytes, size_t size);
/* A file ("-": standard input), decompressed if zstd made it, piece by piece. 0 or -errno. */
int plain_read(const char *path, plain_fn *take, void *context, struct err *err);

#endif

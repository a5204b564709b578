/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of a tape go: a file, or memory. All that a frame writer needs to know
 * of it is how to hand them over.
 */
#ifndef CONTAINER_SINK_H
#define CONTAINER_SINK_H

#include "base/buf.h"

#include <stddef.h>

struct sink {
	/* Takes all of it. 0 or -errno. */
	int (*write)(void *context, const void *data, size_t size);
	void *context;
};

/* The descriptor stays the caller's. */
struct sink sink_file(int fd);
/* Appends to @buf, which must stay where it is. */
struct sink sink_memory(struct buf *buf);

#endif

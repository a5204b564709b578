/* SPDX-License-Identifier: Apache-2.0 */
#include "sink.h"

#include "base/fileio.h"

#include <stdint.h>

static int to_file(void *context, const void *data, size_t size)
{
	return fileio_write((int)(intptr_t)context, data, size);
}

static int to_memory(void *context, const void *data, size_t size)
{
	struct buf *b = context;

	buf_append(b, data, size);
	return buf_error(b);
}

struct sink sink_file(int fd)
{
	return (struct sink){to_file, (void *)(intptr_t)fd};
}

struct sink sink_memory(struct buf *buf)
{
	return (struct sink){to_memory, buf};
}

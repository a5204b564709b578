/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of a tape come from: a file, a pipe, memory. Bytes are seen
 * through a window that moves forward; a source that can seek may also jump.
 */
#ifndef CONTAINER_SOURCE_H
#define CONTAINER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct trace_source;

/* Opens @path; "-" is standard input. A directory or unreadable file is refused
 * with a message that names it. */
int trace_source_open(const char *path, struct trace_source **ret, struct err *err);
/* Borrows @data, which must outlive the source. Not seekable when @as_pipe. */
int trace_source_memory(const void *data, size_t size, bool as_pipe, struct trace_source **ret);
struct trace_source *trace_source_free(struct trace_source *s);

/*
 * Makes at least @want bytes from the present position visible, fewer only at
 * the end. Returns the count visible (0 at the end) and their place in @ret_data,
 * valid until the next call; or -errno. @want is at most 256 KiB.
 */
int64_t trace_source_peek(struct trace_source *s, size_t want, const uint8_t **ret_data);
/* Moves on by @count bytes, which must have been visible. */
void trace_source_skip(struct trace_source *s, size_t count);
uint64_t trace_source_offset(const struct trace_source *s);
bool trace_source_seekable(const struct trace_source *s);
/* Bytes in all, or 0 when not known (a pipe). */
uint64_t trace_source_size(const struct trace_source *s);
/* The journal beside the file that was opened (recovery.h): its fd, the caller's from now on,
 * -EBUSY when the tape is still being recorded, or -ENOENT. */
int trace_source_take_journal(struct trace_source *s);
/* Jumps; seekable sources only. 0 or -errno. */
int trace_source_seek(struct trace_source *s, uint64_t offset);
/* Reads @size bytes at @offset without moving; seekable only. Count or -errno. */
int64_t trace_source_read_at(struct trace_source *s, uint64_t offset, void *data, size_t size);

#endif

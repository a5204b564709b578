/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window of buffered bytes over a file descriptor, or over memory. read(2) in
 * pieces, not mmap(2): a file that is cut while we read it gives a short read then,
 * not a SIGBUS.
 */
#include "source.h"

#include "recovery.h"

#include "base/err.h"
#include "base/fileio.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW = 256 << 10 };

struct trace_source {
	int fd;                /* -1: memory */
	const uint8_t *memory; /* the whole of it */
	uint64_t size;         /* 0: not known */
	bool seekable;
	uint64_t offset; /* of data[at] */
	uint8_t *data;   /* the window */
	size_t at, end;
	bool exhausted;
	int journal; /* as of trace_source_take_journal() */
};

static struct trace_source *new_source(void)
{
	struct trace_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fd = -1;
	s->journal = -ENOENT;
	s->data = malloc(WINDOW);
	return s->data ? s : trace_source_free(s);
}

static int look_at(struct trace_source *s, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(s->fd, &st) < 0)
		return err_errno(err, errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_errno(err, EISDIR, "%s", path);
	s->seekable = S_ISREG(st.st_mode);
	s->size = s->seekable ? (uint64_t)st.st_size : 0;
	return 0;
}

int trace_source_open(const char *path, struct trace_source **ret, struct err *err)
{
	struct trace_source *s = new_source();
	int r;

	if (!s)
		return err_set(err, ENOMEM, "out of memory");
	if (strcmp(path, "-") == 0) {
		s->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		/* First: what has left the journal later on is on the tape when that is read. */
		s->journal = recovery_find(path);
		s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	r = s->fd < 0 ? err_errno(err, errno, "%s", path) : look_at(s, path, err);
	/* Standard input may be a file that somebody has begun to read. */
	if (r == 0 && s->seekable && lseek(s->fd, 0, SEEK_CUR) != 0)
		s->seekable = false;
	if (r < 0) {
		trace_source_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int trace_source_memory(const void *data, size_t size, bool as_pipe, struct trace_source **ret)
{
	struct trace_source *s = new_source();

	if (!s)
		return -ENOMEM;
	s->memory = data;
	s->size = size;
	s->seekable = !as_pipe;
	*ret = s;
	return 0;
}

struct trace_source *trace_source_free(struct trace_source *s)
{
	if (!s)
		return NULL;
	if (s->fd >= 0)
		close(s->fd);
	if (s->journal >= 0)
		close(s->journal);
	free(s->data);
	free(s);
	return NULL;
}

static int64_t read_more(struct trace_source *s, uint8_t *to, size_t room)
{
	uint64_t from = s->offset + (s->end - s->at);

	if (s->fd >= 0)
		return fileio_read(s->fd, to, room);
	if (from >= s->size)
		return 0;
	if (room > s->size - from)
		room = (size_t)(s->size - from);
	memcpy(to, s->memory + from, room);
	return (int64_t)room;
}

int64_t trace_source_peek(struct trace_source *s, size_t want, const uint8_t **ret_data)
{
	assert(want <= WINDOW);
	if (s->end - s->at < want && !s->exhausted) {
		int64_t n;

		memmove(s->data, s->data + s->at, s->end - s->at);
		s->end -= s->at;
		s->at = 0;
		n = read_more(s, s->data + s->end, WINDOW - s->end);
		if (n < 0)
			return n;
		s->exhausted = (size_t)n < WINDOW - s->end;
		s->end += (size_t)n;
	}
	*ret_data = s->data + s->at;
	return (int64_t)(s->end - s->at);
}

void trace_source_skip(struct trace_source *s, size_t count)
{
	assert(count <= s->end - s->at);
	s->at += count;
	s->offset += count;
}

uint64_t trace_source_offset(const struct trace_source *s)
{
	return s->offset;
}

bool trace_source_seekable(const struct trace_source *s)
{
	return s->seekable;
}

uint64_t trace_source_size(const struct trace_source *s)
{
	return s->seekable ? s->size : 0;
}

int trace_source_take_journal(struct trace_source *s)
{
	int journal = s->journal;

	if (journal >= 0)
		s->journal = -ENOENT;
	return journal;
}

int trace_source_seek(struct trace_source *s, uint64_t offset)
{
	uint64_t start = s->offset - s->at;

	assert(s->seekable);
	/* A short way back or forth costs no reading. */
	if (offset >= start && offset - start <= s->end) {
		s->at = (size_t)(offset - start);
		s->offset = offset;
		return 0;
	}
	if (s->fd >= 0 && lseek(s->fd, (off_t)offset, SEEK_SET) < 0)
		return -errno;
	s->offset = offset;
	s->at = s->end = 0;
	s->exhausted = false;
	return 0;
}

int64_t trace_source_read_at(struct trace_source *s, uint64_t offset, void *data, size_t size)
{
	assert(s->seekable);
	if (s->fd < 0) {
		if (offset >= s->size)
			return 0;
		if (size > s->size - offset)
			size = (size_t)(s->size - offset);
		memcpy(data, s->memory + offset, size);
		return (int64_t)size;
	}
	return fileio_read_at(s->fd, offset, data, size);
}

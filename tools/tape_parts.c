/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a tape begins is known from the seek table at its end, which has the sizes of all its
 * frames: so it is from the end of the file backwards. Where the last one has no such table, since
 * the file was cut off, those before it are looked for by theirs, from the beginning; what is left
 * is one tape.
 */
#include "tape_parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
#include "base/load.h"
#include "format/container/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FOOTER = 9, /* number of frames, descriptor, magic */
	ENTRY = 8,
	SKIPPABLE = 8,
	FRAMES_MAX = 1 << 20,
	PIECE = 1 << 20,
};
#define SEEKABLE_MAGIC UINT32_C(0x8f92eab1)

/* The size of the tape that ends at @end; 0: it has no table. 0 or -errno. */
static int tape_size(int fd, uint64_t end, uint64_t *ret)
{
	uint8_t footer[FOOTER];
	cleanup_free uint8_t *entries = NULL;
	uint64_t count, table, sum = 0;
	ssize_t n;

	*ret = 0;
	if (end < FOOTER + SKIPPABLE ||
	    fileio_read_at(fd, end - FOOTER, footer, FOOTER) != FOOTER ||
	    load(footer, FOOTER, 5, 4) != SEEKABLE_MAGIC || footer[4] != 0)
		return 0;
	count = load(footer, FOOTER, 0, 4);
	table = count * ENTRY;
	if (!count || count > FRAMES_MAX || table + FOOTER + SKIPPABLE > end)
		return 0;
	entries = malloc(table);
	if (!entries)
		return -ENOMEM;
	n = fileio_read_at(fd, end - FOOTER - table, entries, table);
	if (n != (ssize_t)table)
		return n < 0 ? (int)n : 0;
	for (uint64_t i = 0; i < count; i++)
		sum += load(entries, table, i * ENTRY, 4);
	sum += table + FOOTER + SKIPPABLE;
	*ret = sum <= end ? sum : 0;
	return 0;
}

/* The parts of a file, in the order in which they are found. */
struct finding_parts {
	int fd;
	const char *place;
	uint64_t size;
	struct tape_part at[TAPE_PARTS_MAX];
	size_t count;
};

static bool add_part(struct finding_parts *x, uint64_t from, uint64_t end)
{
	if (x->count == TAPE_PARTS_MAX)
		return false;
	x->at[x->count++] = (struct tape_part){.place = x->place, .from = from, .size = end - from};
	return true;
}

/* *ret: where it comes to a place at which no tape ends, 0 if all of them are found. */
static int find_backwards(struct finding_parts *x, uint64_t *ret, struct err *err)
{
	uint64_t end = x->size, size = 1;

	while (end && size && x->count < TAPE_PARTS_MAX) {
		int r = tape_size(x->fd, end, &size);

		if (r < 0)
			return err_errno(err, -r, "%s", x->place);
		if (size)
			add_part(x, end - size, end);
		end -= size;
	}
	for (size_t i = 0; i < x->count / 2; i++) {
		const struct tape_part last = x->at[x->count - 1 - i];

		x->at[x->count - 1 - i] = x->at[i];
		x->at[i] = last;
	}
	*ret = end;
	return 0;
}

/* The tapes that end in this piece of the file: each begins where the one before it ends. */
static int find_ends(struct finding_parts *x, const char *piece, size_t size, uint64_t at,
		     uint64_t *from, struct err *err)
{
	static const char magic[] = {'\xb1', '\xea', '\x92', '\x8f'};
	const char *found = piece;

	while ((found = memmem(found, size - (size_t)(found - piece), magic, sizeof(magic)))) {
		const uint64_t end = at + (size_t)(found - piece) + sizeof(magic);
		uint64_t whole;
		int r = tape_size(x->fd, end, &whole);

		if (r < 0)
			return err_errno(err, -r, "%s", x->place);
		found++;
		if (whole != end - *from)
			continue;
		if (!add_part(x, *from, end))
			return err_set(err, E2BIG, "%s: more than %d tapes", x->place,
				       TAPE_PARTS_MAX);
		*from = end;
	}
	return 0;
}

static int find_forwards(struct finding_parts *x, struct err *err)
{
	cleanup_free char *piece = malloc(PIECE);
	uint64_t from = 0, at = 0;
	ssize_t n = piece ? FOOTER : 0;
	int r;

	if (!piece)
		return err_set(err, ENOMEM, "out of memory");
	/* Pieces overlap by what may be divided. */
	for (; n > FOOTER - 1; at += (uint64_t)n - (FOOTER - 1)) {
		n = fileio_read_at(x->fd, at, piece, PIECE);
		if (n < 0)
			return err_errno(err, (int)-n, "cannot read '%s'", x->place);
		r = find_ends(x, piece, (size_t)n, at, &from, err);
		if (r < 0)
			return r;
		if (n < FOOTER)
			break;
	}
	if (from < x->size && !add_part(x, from, x->size))
		return err_set(err, E2BIG, "%s: more than %d tapes", x->place, TAPE_PARTS_MAX);
	return 0;
}

static int find_parts(const char *place, struct buf *ret, struct err *err)
{
	cleanup_close int fd = open(place, O_RDONLY | O_CLOEXEC);
	struct finding_parts x = {.fd = fd, .place = place};
	uint64_t rest = 0;
	struct stat st;
	int r = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s", place);
	x.size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	r = find_backwards(&x, &rest, err);
	if (r == 0 && rest) {
		x.count = 0;
		r = find_forwards(&x, err);
	}
	if (r < 0)
		return r;
	/* One tape, or what is no tape at all. */
	if (x.count <= 1) {
		x.at[0] = (struct tape_part){.place = place, .whole = true};
		x.count = 1;
	}
	buf_append(ret, x.at, x.count * sizeof(x.at[0]));
	return buf_error(ret) ? err_set(err, ENOMEM, "out of memory") : 0;
}

int tape_parts(struct tape_files *files, const char *path, struct buf *ret, struct err *err)
{
	struct spool *spool;
	int r;

	if (files->count == TAPE_FILES_MAX)
		return err_set(err, E2BIG, "too many tapes");
	spool = calloc(1, sizeof(*spool));
	if (!spool)
		return err_set(err, ENOMEM, "out of memory");
	r = spool_tape(path, spool, err);
	if (r < 0) {
		free(spool);
		return r;
	}
	files->at[files->count++] = spool;
	return find_parts(spool->place, ret, err);
}

/* A part of a file is read as a file of its own, which has no name. */
static int copy_part(const struct tape_part *part, int to, struct err *err)
{
	cleanup_close int from = open(part->place, O_RDONLY | O_CLOEXEC);
	cleanup_free char *piece = malloc(PIECE);
	uint64_t at = 0;

	if (from < 0 || !piece)
		return err_errno(err, from < 0 ? errno : ENOMEM, "%s", part->place);
	while (at < part->size) {
		const uint64_t left = part->size - at;
		ssize_t n = fileio_read_at(from, part->from + at, piece,
					   left < PIECE ? (size_t)left : PIECE);
		int r = n > 0 ? fileio_write(to, piece, (size_t)n) : n < 0 ? (int)n : -EIO;

		if (r < 0)
			return err_errno(err, -r, "cannot put a part of '%s' aside", part->place);
		at += (uint64_t)n;
	}
	return 0;
}

/* The file that it is in then, or -errno. */
static int put_aside(const struct tape_part *part, struct err *err)
{
	const char *directory = getenv("TMPDIR");
	cleanup_close int fd = -1;
	int r;

	directory = directory && *directory ? directory : "/var/tmp";
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "cannot put a tape aside in '%s'", directory);
	r = copy_part(part, fd, err);
	return r < 0 ? r : take_fd(fd);
}

int tape_part_open(const struct tape_part *part, struct trace_source **ret, struct err *err)
{
	cleanup_close int fd = -1;
	char place[64];

	if (part->whole)
		return trace_source_open(part->place, ret, err);
	fd = put_aside(part, err);
	if (fd < 0)
		return fd;
	snprintf(place, sizeof(place), "/proc/self/fd/%d", fd);
	return trace_source_open(place, ret, err);
}

int tape_part_keep(struct tape_files *files, struct tape_part *part, struct err *err)
{
	struct spool *spool;
	int fd;

	if (part->whole)
		return 0;
	if (files->count == TAPE_FILES_MAX)
		return err_set(err, E2BIG, "too many tapes");
	fd = put_aside(part, err);
	if (fd < 0)
		return fd;
	spool = calloc(1, sizeof(*spool));
	if (!spool) {
		close(fd);
		return err_set(err, ENOMEM, "out of memory");
	}
	spool->fd = fd;
	snprintf(spool->path, sizeof(spool->path), "/proc/self/fd/%d", fd);
	spool->place = spool->path;
	files->at[files->count++] = spool;
	*part = (struct tape_part){.place = spool->place, .whole = true};
	return 0;
}

void tape_files_done(struct tape_files *files)
{
	while (files->count > 0) {
		struct spool *spool = files->at[--files->count];

		spool_done(spool);
		free(spool);
	}
}

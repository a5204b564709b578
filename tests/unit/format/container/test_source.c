/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes through a window, from a file, a pipe and memory. */
#include "format/container/source.h"

#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { WINDOW = 256 << 10, SIZE = 3 * WINDOW + 1000 };

/* Byte i of everything that is read here. */
static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 2654435761u >> 13);
}

static uint8_t *make_bytes(void)
{
	uint8_t *bytes = malloc(SIZE);

	assert_non_null(bytes);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = byte_at(i);
	return bytes;
}

static void check_bytes(const uint8_t *data, size_t size, size_t from)
{
	for (size_t i = 0; i < size; i++)
		assert_int_equal(data[i], byte_at(from + i));
}

/* Opens a descriptor as if it were a file that somebody named. */
static struct trace_source *open_fd(int fd)
{
	struct trace_source *s = NULL;
	struct err err = {0};
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(trace_source_open(path, &s, &err), 0);
	return s;
}

static int file_of(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("source", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fileio_write(fd, bytes, size), 0);
	return fd;
}

/* ---- reading ---- */

/* From the beginning to the end in steps of every size. */
static void check_whole(struct trace_source *s)
{
	static const size_t steps[] = {1, 7, 4096, 100000, WINDOW, 3, WINDOW - 1};
	const uint8_t *data;
	size_t at = 0;

	for (size_t i = 0; at < SIZE; i++) {
		const size_t want = steps[i % 7], left = SIZE - at;
		const int64_t n = trace_source_peek(s, want, &data);

		assert_true(n >= (int64_t)(want < left ? want : left));
		assert_true((size_t)n <= left);
		check_bytes(data, (size_t)n, at);
		assert_int_equal(trace_source_offset(s), at);
		trace_source_skip(s, want < left ? want : left);
		at += want < left ? want : left;
	}
	assert_int_equal(trace_source_peek(s, 1, &data), 0);
	assert_int_equal(trace_source_peek(s, WINDOW, &data), 0);
	trace_source_skip(s, 0);
	assert_int_equal(trace_source_offset(s), SIZE);
}

static void test_memory(void **state)
{
	uint8_t *bytes = make_bytes();
	struct trace_source *s;

	(void)state;
	assert_int_equal(trace_source_memory(bytes, SIZE, false, &s), 0);
	assert_true(trace_source_seekable(s));
	assert_int_equal(trace_source_size(s), SIZE);
	check_whole(s);
	trace_source_free(s);
	assert_int_equal(trace_source_memory(bytes, SIZE, true, &s), 0);
	assert_false(trace_source_seekable(s));
	assert_int_equal(trace_source_size(s), 0);
	check_whole(s);
	trace_source_free(s);
	free(bytes);
}

static void test_file(void **state)
{
	uint8_t *bytes = make_bytes();
	int fd = file_of(bytes, SIZE);
	struct trace_source *s = open_fd(fd);

	(void)state;
	assert_true(trace_source_seekable(s));
	assert_int_equal(trace_source_size(s), SIZE);
	check_whole(s);
	trace_source_free(s);
	close(fd);
	free(bytes);
}

struct feeder {
	const uint8_t *bytes;
	int fd;
};

/* In pieces, so that reads come back short. */
static void *feed(void *context)
{
	const struct feeder *f = context;

	for (size_t at = 0; at < SIZE; at += 1000)
		fileio_write(f->fd, f->bytes + at, SIZE - at < 1000 ? SIZE - at : 1000);
	close(f->fd);
	return NULL;
}

static void test_pipe(void **state)
{
	uint8_t *bytes = make_bytes();
	struct feeder f = {.bytes = bytes};
	struct trace_source *s;
	pthread_t thread;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	f.fd = ends[1];
	s = open_fd(ends[0]);
	assert_int_equal(pthread_create(&thread, NULL, feed, &f), 0);
	assert_false(trace_source_seekable(s));
	assert_int_equal(trace_source_size(s), 0);
	check_whole(s);
	pthread_join(thread, NULL);
	trace_source_free(s);
	close(ends[0]);
	free(bytes);
}

/* "-", as a file and as one that somebody has begun to read. */
static void test_standard_input(void **state)
{
	uint8_t *bytes = make_bytes();
	int fd = file_of(bytes, SIZE), before = dup(STDIN_FILENO);
	struct trace_source *s;
	const uint8_t *data;

	(void)state;
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(trace_source_open("-", &s, NULL), 0);
	assert_true(trace_source_seekable(s));
	check_whole(s);
	trace_source_free(s);
	lseek(fd, 100, SEEK_SET);
	assert_int_equal(trace_source_open("-", &s, NULL), 0);
	assert_false(trace_source_seekable(s));
	assert_true(trace_source_peek(s, 10, &data) >= 10);
	check_bytes(data, 10, 100);
	trace_source_free(s);
	if (before >= 0)
		dup2(before, STDIN_FILENO);
	close(before);
	close(fd);
	free(bytes);
}

/* ---- jumping ---- */

static void check_jumps(struct trace_source *s)
{
	static const uint64_t places[] = {0, SIZE - 1, 5, WINDOW, 2 * WINDOW - 1, SIZE};
	const uint8_t *data;
	uint8_t bytes[100];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const uint64_t left = SIZE - places[i], want = left < 100 ? left : 100;

		assert_int_equal(trace_source_seek(s, places[i]), 0);
		assert_int_equal(trace_source_offset(s), places[i]);
		/* Looking elsewhere does not move it. */
		assert_int_equal(trace_source_read_at(s, 77, bytes, sizeof(bytes)), sizeof(bytes));
		check_bytes(bytes, sizeof(bytes), 77);
		assert_true(trace_source_peek(s, 100, &data) >= (int64_t)want);
		check_bytes(data, want, places[i]);
	}
	assert_int_equal(trace_source_read_at(s, SIZE - 3, bytes, sizeof(bytes)), 3);
	assert_int_equal(trace_source_read_at(s, SIZE, bytes, sizeof(bytes)), 0);
	assert_int_equal(trace_source_read_at(s, SIZE + 1000, bytes, sizeof(bytes)), 0);
	assert_int_equal(trace_source_seek(s, SIZE + 1000), 0);
	assert_int_equal(trace_source_peek(s, 1, &data), 0);
	assert_int_equal(trace_source_seek(s, 0), 0);
	check_whole(s);
}

static void test_jumps(void **state)
{
	uint8_t *bytes = make_bytes();
	int fd = file_of(bytes, SIZE);
	struct trace_source *s = open_fd(fd);

	(void)state;
	check_jumps(s);
	trace_source_free(s);
	close(fd);
	assert_int_equal(trace_source_memory(bytes, SIZE, false, &s), 0);
	check_jumps(s);
	trace_source_free(s);
	free(bytes);
}

/* ---- what goes wrong ---- */

/* A file that becomes shorter while it is read ends there. */
static void test_cut_while_read(void **state)
{
	uint8_t *bytes = make_bytes();
	int fd = file_of(bytes, SIZE);
	struct trace_source *s = open_fd(fd);
	const uint8_t *data;

	(void)state;
	assert_int_equal(trace_source_peek(s, WINDOW, &data), WINDOW);
	trace_source_skip(s, WINDOW);
	assert_int_equal(ftruncate(fd, WINDOW + 5), 0);
	assert_int_equal(trace_source_peek(s, 100, &data), 5);
	check_bytes(data, 5, WINDOW);
	trace_source_skip(s, 5);
	assert_int_equal(trace_source_peek(s, 100, &data), 0);
	trace_source_free(s);
	close(fd);
	free(bytes);
}

static void test_empty(void **state)
{
	int fd = file_of(NULL, 0);
	struct trace_source *s = open_fd(fd);
	const uint8_t *data;

	(void)state;
	assert_int_equal(trace_source_peek(s, 1, &data), 0);
	assert_int_equal(trace_source_size(s), 0);
	trace_source_free(s);
	close(fd);
	assert_int_equal(trace_source_memory("", 0, false, &s), 0);
	assert_int_equal(trace_source_peek(s, 1, &data), 0);
	trace_source_free(s);
	assert_null(trace_source_free(NULL));
}

static void refuse(const char *path, int error, const char *said)
{
	struct trace_source *s = NULL;
	struct err err = {0};

	assert_int_equal(trace_source_open(path, &s, &err), -error);
	assert_string_equal(err.text, said);
	assert_null(s);
}

static void test_refused(void **state)
{
	(void)state;
	refuse("/", EISDIR, "/: Is a directory");
	refuse("/nonexistent/tape", ENOENT, "/nonexistent/tape: No such file or directory");
	refuse("", ENOENT, ": No such file or directory");
	refuse("/etc/passwd/tape", ENOTDIR, "/etc/passwd/tape: Not a directory");
}

/* The first page of our own memory is not there: reading fails. */
static void test_read_error(void **state)
{
	struct trace_source *s;
	const uint8_t *data;
	uint8_t byte;

	(void)state;
	assert_int_equal(trace_source_open("/proc/self/mem", &s, NULL), 0);
	assert_int_equal(trace_source_peek(s, 1, &data), -EIO);
	assert_int_equal(trace_source_read_at(s, 0, &byte, 1), -EIO);
	trace_source_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),     cmocka_unit_test(test_file),
		cmocka_unit_test(test_pipe),       cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_jumps),      cmocka_unit_test(test_cut_while_read),
		cmocka_unit_test(test_empty),      cmocka_unit_test(test_refused),
		cmocka_unit_test(test_read_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

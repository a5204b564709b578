/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tracee program says about its own trace: one directive a line, kept in memory
 * and written to stdout at once, so that saying it adds a single call to the trace.
 * tests/e2e/run.py lists the directives. A word may be bound to the lines of one task:
 * "EXPECT@812 text".
 */
#ifndef TESTS_PROGS_EXPECT_H
#define TESTS_PROGS_EXPECT_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { EXPECT_EXIT_BROKEN = 99, EXPECT_EXIT_SKIP = 77 };

static struct {
	char text[1 << 16];
	size_t length;
} expect_buffer;

__attribute__((unused)) static void expect_flush(void)
{
	for (size_t done = 0; done < expect_buffer.length;) {
		ssize_t n = write(STDOUT_FILENO, expect_buffer.text + done,
				  expect_buffer.length - done);
		if (n <= 0)
			_exit(EXPECT_EXIT_BROKEN);
		done += (size_t)n;
	}
	expect_buffer.length = 0;
}

__attribute__((unused, format(printf, 3, 4))) static void expect_say(const char *word, pid_t task,
								     const char *format, ...)
{
	char *at = expect_buffer.text + expect_buffer.length;
	size_t room = sizeof(expect_buffer.text) - expect_buffer.length;
	int head = task ? snprintf(at, room, "%s@%d ", word, (int)task)
			: snprintf(at, room, "%s ", word);
	va_list args;
	va_start(args, format);
	int body = vsnprintf(at + head, room - (size_t)head - 1, format, args);
	va_end(args);
	if ((size_t)(head + body) + 2 > room)
		abort();
	at[head + body] = '\n';
	expect_buffer.length += (size_t)(head + body) + 1;
}

/* In order, relative to the other lines of the same task (or of none). */
#define EXPECT(...)                    expect_say("EXPECT", 0, __VA_ARGS__)
#define EXPECT_AT(task, ...)           expect_say("EXPECT", task, __VA_ARGS__)
#define MATCH(...)                     expect_say("MATCH", 0, __VA_ARGS__)
#define MATCH_AT(task, ...)            expect_say("MATCH", task, __VA_ARGS__)
/* Without order. */
#define ANYWHERE(...)                  expect_say("ANYWHERE", 0, __VA_ARGS__)
#define ANYWHERE_AT(task, ...)         expect_say("ANYWHERE", task, __VA_ARGS__)
#define ABSENT(...)                    expect_say("ABSENT", 0, __VA_ARGS__)
#define COUNT(...)                     expect_say("COUNT", 0, __VA_ARGS__)
#define COUNT_AT(task, ...)            expect_say("COUNT", task, __VA_ARGS__)
#define JSON(...)                      expect_say("JSON", 0, __VA_ARGS__)
#define STATUS(n)                      expect_say("STATUS", 0, "%d", n)
#define KILLED(signal_name)            expect_say("KILLED", 0, "%s", signal_name)

/* Both the order of the calls and their results are checked by these two. */
#define EXPECT_CALL(ret, ...)          expect_call(0, (long)(ret), __VA_ARGS__)
#define EXPECT_CALL_AT(task, ret, ...) expect_call(task, (long)(ret), __VA_ARGS__)

/* "name(arguments) = result" with the result as strace says it; errno if @ret is -1. */
__attribute__((unused, format(printf, 3, 4))) static void expect_call(pid_t task, long ret,
								      const char *format, ...)
{
	char call[8192];
	int error = errno;
	va_list args;
	va_start(args, format);
	vsnprintf(call, sizeof(call), format, args);
	va_end(args);
	if (ret == -1)
		expect_say("EXPECT", task, "%s = -1 %s (%s)", call, strerrorname_np(error),
			   strerror(error));
	else
		expect_say("EXPECT", task, "%s = %ld", call, ret);
}

/* For what the program takes for granted; a failure is the program's, not the trace's. */
#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__,      \
				#condition, errno);                                                \
			_exit(EXPECT_EXIT_BROKEN);                                                 \
		}                                                                                  \
	} while (0)

/* Ends the test as skipped; @reason must be true on the machine at hand. */
__attribute__((unused, noreturn)) static void skip(const char *reason)
{
	fprintf(stderr, "skipped: %s\n", reason);
	_exit(EXPECT_EXIT_SKIP);
}

/* @size bytes that end where an unmapped page begins, filled with @fill. */
__attribute__((unused)) static void *tail_alloc(size_t size, int fill)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (size + page - 1) / page * page;
	char *base =
		mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	require(base != MAP_FAILED);
	require(munmap(base + room, page) == 0);
	memset(base, fill, room);
	return base + room - size;
}

__attribute__((unused)) static void *tail_copy(const void *data, size_t size)
{
	return memcpy(tail_alloc(size, 0), data, size);
}

/* The test's own directory, which is removed by the driver: TMPDIR. */
__attribute__((unused)) static const char *scratch(void)
{
	const char *dir = getenv("TMPDIR");
	return dir ? dir : "/tmp";
}

#endif

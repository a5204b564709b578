/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds out which bytes the kernel writes in a call, and says so for test_capture.py to compare
 * with the tape.
 *
 *	for (probe("read"); pass();) {
 *		uint8_t *buf = out(64);
 *		…
 *		call(SYS_read, fd, buf, 64);
 *	}
 *
 * The body is run PASSES times. The buffers are the same each time, but filled with another
 * pattern, with margins on both sides: a byte that differs from its pattern in any pass is one
 * that the kernel writes. Then each of the calls is said as one line,
 *
 *	CALL number result a,b,c,d,e,f region:size:SET:HASH:SET:HASH … # label
 *
 * where a SET is a list of offset+length in the region of a buffer, first the one that the entry
 * must hold, then the exit's, and HASH is the FNV-1a of its bytes. A call that the kernel does not
 * allow is said as SKIP with the reason.
 */
#ifndef TESTS_PROGS_CAPTURE_H
#define TESTS_PROGS_CAPTURE_H

#include "expect.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PASSES = 3, /* once more than needed, for bytes that change from call to call (times) */
	MARGIN = 64,
	BUFFERS_MAX = 16,
	LINE_MAX_BYTES = 4096,
};

enum direction { BUFFER_OUT, BUFFER_IN, BUFFER_INOUT };

struct buffer {
	enum direction direction;
	uint8_t *region, *at;     /* the region: the buffer with its margins */
	size_t size, room, reads; /* the kernel reads the first @reads bytes */
	bool *changed;
	/* of each pass */
	uint8_t *before[PASSES], *after[PASSES];
	size_t wrote[PASSES]; /* bytes, by what is known of the call; SIZE_MAX: by what changed */
};

static struct {
	const char *label;
	int pass;
	struct buffer buffer[BUFFERS_MAX];
	size_t buffers, next;
	bool called[PASSES];
	long number[PASSES], args[PASSES][6], result[PASSES];
	int error; /* that the calls are meant to end with, or 0 */
} probed;

__attribute__((unused)) static void probe(const char *label)
{
	memset(&probed, 0, sizeof(probed));
	probed.label = label;
	probed.pass = -1;
}

/* ---- buffers ---- */

/* Never the same address twice: it tells the calls apart. */
static uint8_t *region_take(size_t size)
{
	static uint8_t arena[4 << 20] __attribute__((aligned(64)));
	static size_t used;
	uint8_t *at = arena + used;

	used += (size + 63) / 64 * 64;
	require(used <= sizeof(arena));
	return at;
}

static struct buffer *buffer_next(enum direction direction, uint8_t *fixed, size_t room,
				  size_t reads)
{
	struct buffer *b = &probed.buffer[probed.next++];

	require(probed.next <= BUFFERS_MAX && probed.pass >= 0);
	if (probed.next > probed.buffers) {
		probed.buffers = probed.next;
		*b = (struct buffer){.direction = direction, .room = room, .reads = reads};
		b->size = fixed ? room : room + 2 * (size_t)MARGIN;
		b->region = fixed ? fixed : region_take(b->size);
		b->at = fixed ? fixed : b->region + MARGIN;
		b->changed = calloc(b->size, sizeof(bool));
		require(b->changed);
	}
	require(b->room == room && b->direction == direction);
	b->wrote[probed.pass] = SIZE_MAX;
	for (size_t i = 0; i < b->size; i++)
		b->region[i] = (uint8_t)(i * 37 + 91 + 85u * (unsigned)probed.pass);
	return b;
}

/* @room bytes that the kernel may write. */
__attribute__((unused)) static void *out(size_t room)
{
	return buffer_next(BUFFER_OUT, NULL, room, 0)->at;
}

/* The same where the test wants it, without margins. */
__attribute__((unused)) static void *out_at(void *at, size_t room)
{
	return buffer_next(BUFFER_OUT, at, room, 0)->at;
}

/* What the kernel reads. */
__attribute__((unused)) static void *in(const void *data, size_t size)
{
	return memcpy(buffer_next(BUFFER_IN, NULL, size, size)->at, data, size);
}

/* What the kernel reads, and writes in one piece; unless the call fails, if nothing changed. */
__attribute__((unused)) static void *inout(const void *data, size_t size)
{
	return memcpy(buffer_next(BUFFER_INOUT, NULL, size, size)->at, data, size);
}

/* @room bytes that the kernel may write, of which it reads the first @size. */
__attribute__((unused)) static void *out_after(const void *data, size_t size, size_t room)
{
	return memcpy(buffer_next(BUFFER_OUT, NULL, room, size)->at, data, size);
}

/* The call of this pass filled @size bytes from @at, with gaps that it leaves as they are; or it
 * failed, and still says something there. What else a failing call leaves is no result. */
__attribute__((unused)) static void wrote(const void *at, size_t size)
{
	for (size_t i = 0; i < probed.buffers; i++) {
		if (probed.buffer[i].at == at) {
			require(size <= probed.buffer[i].room);
			probed.buffer[i].wrote[probed.pass] = size;
			return;
		}
	}
	require(!"a buffer of this probe");
}

/* ---- the call ---- */

static uint8_t *copy_of(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);

	require(copy);
	return memcpy(copy, data, size);
}

static void note_changes(struct buffer *b, int pass)
{
	b->after[pass] = copy_of(b->region, b->size);
	for (size_t i = 0; i < b->size; i++)
		b->changed[i] |= b->before[pass][i] != b->after[pass][i];
}

static long probe_call(int error, long number, const long args[6])
{
	int pass = probed.pass;
	long result;

	require(!probed.called[pass]);
	for (size_t i = 0; i < probed.buffers; i++)
		probed.buffer[i].before[pass] =
			copy_of(probed.buffer[i].region, probed.buffer[i].size);
	result = syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
	if (result == -1)
		result = -errno;
	for (size_t i = 0; i < probed.buffers; i++)
		note_changes(&probed.buffer[i], pass);
	probed.called[pass] = true;
	probed.number[pass] = number;
	memcpy(probed.args[pass], args, sizeof(probed.args[pass]));
	probed.result[pass] = result;
	probed.error = error;
	return result;
}

#define CALL_LONGS(a, b, c, d, e, f, ...)                                                          \
	(const long[])                                                                             \
	{                                                                                          \
		(long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)                   \
	}
/* The call itself, once a pass: number, then up to six arguments. Returns -errno on failure. */
#define call(number, ...) probe_call(0, number, CALL_LONGS(__VA_ARGS__, 0, 0, 0, 0, 0, 0))
/* One that fails with @error. */
#define call_fails(error, number, ...)                                                             \
	probe_call(error, number, CALL_LONGS(__VA_ARGS__, 0, 0, 0, 0, 0, 0))

/* ---- the report ---- */

/* Appends the bytes @set marks as offset+length,… and their hash. */
static size_t add_set(char *line, size_t used, const uint8_t *bytes, const bool *set, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t from = used, i = 0;

	while (i < size) {
		size_t start = i;

		for (; i < size && set[i]; i++)
			hash = (hash ^ bytes[i]) * 0x100000001b3;
		if (i > start)
			used += (size_t)snprintf(line + used, LINE_MAX_BYTES - used, "%s%zu+%zu",
						 used > from ? "," : "", start, i - start);
		else
			i++;
		require(used + 64 < LINE_MAX_BYTES);
	}
	return used + (size_t)snprintf(line + used, LINE_MAX_BYTES - used, "%s:%016llx",
				       used > from ? "" : "-", (unsigned long long)hash);
}

static void mark_written(const struct buffer *b, int pass, bool *set)
{
	size_t margin = (size_t)(b->at - b->region), known = b->wrote[pass];
	bool touched = false;

	for (size_t i = 0; i < b->size; i++)
		touched |= b->changed[i];
	require(b->direction != BUFFER_IN || !touched);
	if (known == SIZE_MAX && b->direction == BUFFER_INOUT)
		known = touched || probed.result[pass] >= 0 ? b->room : 0;
	else if (known == SIZE_MAX && probed.result[pass] < 0)
		known = 0;
	for (size_t i = 0; i < b->size; i++) {
		bool within = i >= margin && i - margin < known;

		require(within || !b->changed[i] || known == SIZE_MAX || probed.result[pass] < 0);
		set[i] = known == SIZE_MAX ? b->changed[i] : within;
	}
}

static void say_call(int pass)
{
	char line[LINE_MAX_BYTES];
	const long *a = probed.args[pass];
	size_t used = (size_t)snprintf(line, sizeof(line), "%ld %ld %lx,%lx,%lx,%lx,%lx,%lx",
				       probed.number[pass], probed.result[pass], a[0], a[1], a[2],
				       a[3], a[4], a[5]);

	for (size_t i = 0; i < probed.buffers; i++) {
		const struct buffer *b = &probed.buffer[i];
		bool *set = calloc(b->size, sizeof(bool));

		require(set);
		memset(set + (b->at - b->region), true, b->reads);
		used += (size_t)snprintf(line + used, sizeof(line) - used,
					 " %lx:%zu:", (unsigned long)b->region, b->size);
		used = add_set(line, used, b->before[pass], set, b->size);
		memset(set, false, b->size);
		line[used++] = ':';
		mark_written(b, pass, set);
		used = add_set(line, used, b->after[pass], set, b->size);
		free(set);
	}
	expect_say("CALL", 0, "%s # %s", line, probed.label);
}

/* Whether the call could not be tried, as its result says. */
static bool is_missing(long result)
{
	if (probed.error)
		return result == -ENOSYS || result == -EPERM;
	return result < 0;
}

static void probe_report(void)
{
	for (int i = 0; i < PASSES; i++) {
		long result = probed.result[i];

		require(probed.called[i]);
		if (is_missing(result)) {
			expect_say("SKIP", 0, "%s # %s", strerrorname_np((int)-result),
				   probed.label);
			break;
		}
		if (probed.error && result != -probed.error) {
			fprintf(stderr, "%s: %ld, not -%d\n", probed.label, result, probed.error);
			_exit(EXPECT_EXIT_BROKEN);
		}
		say_call(i);
	}
	if (expect_buffer.length > sizeof(expect_buffer.text) / 2)
		expect_flush();
}

/* Begins the next pass; after the last one, tells about all and returns false. */
__attribute__((unused)) static bool pass(void)
{
	if (++probed.pass < PASSES) {
		probed.next = 0;
		return true;
	}
	probe_report();
	for (size_t i = 0; i < probed.buffers; i++) {
		struct buffer *b = &probed.buffer[i];

		free(b->changed);
		for (int k = 0; k < PASSES; k++) {
			free(b->before[k]);
			free(b->after[k]);
		}
	}
	return false;
}

/* For what cannot even be tried here. */
__attribute__((unused)) static void probe_skip(const char *label, int error)
{
	expect_say("SKIP", 0, "%s # %s", strerrorname_np(error), label);
}

/* ---- single calls with one buffer that need no more preparation ---- */

#define PROBE_OUT(label, room, number, ...)                                                        \
	do {                                                                                       \
		for (probe(label); pass();) {                                                      \
			uint8_t *buf = out(room);                                                  \
			call(number, __VA_ARGS__);                                                 \
		}                                                                                  \
	} while (0)

#endif

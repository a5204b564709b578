/* SPDX-License-Identifier: Apache-2.0 */
/* Where two streams first differ, of tapes whose every piece is known. */
#include "replayer/diff/excerpt.h"

#include "replayer/diff/reread.h"

#include "../made.h"
#include "base/err.h"
#include "format/container/source.h"
#include "format/container/writer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { PIECES = 4096, ADDRESS = 0x7000 };

/* A stream that is written in pieces, and the tape of it. */
struct written {
	int fd;
	char place[64];
	struct diff_chunk chunks[PIECES];
	struct diff_stream stream;
	struct diff_tape tape;
	struct trace_writer *writer;
};

static int open_tape(void *context, struct trace_source **ret, struct err *err)
{
	const struct written *w = context;

	return trace_source_open(w->place, ret, err);
}

static void begin(struct written *w)
{
	const struct meta_header header = {.payload_limit = UINT64_MAX,
					   .tool = (char *)(uintptr_t) "test"};
	struct trace_writer_options options = {
		.chunk_size = 4096, .frame_size = 16384, .flush_ms = 60000};
	struct err err = {0};

	*w = (struct written){.fd = memfd_create("tape", MFD_CLOEXEC)};
	assert_true(w->fd >= 0);
	snprintf(w->place, sizeof(w->place), "/proc/self/fd/%d", w->fd);
	w->stream.out = true;
	w->stream.chunks = w->chunks;
	w->tape = (struct diff_tape){
		.open = open_tape, .context = w, .events_left = REREAD_EVENTS_MAX};
	options.fd = w->fd;
	assert_int_equal(trace_writer_start(&options, &header, &w->writer, &err), 0);
}

/* @kept of @size bytes are on the tape. */
static void put_cut(struct written *w, uint64_t offset, const void *data, size_t size, size_t kept)
{
	const size_t n = w->stream.chunk_count;
	const uint64_t seq = 2 * n + 1;
	struct made_call call = {
		.name = "write",
		.ret = (int64_t)size,
		.args = {3, ADDRESS, size},
		.memory = {
			{.address = ADDRESS, .data = data, .length = kept, .beyond = size - kept}}};
	struct made m;

	assert_true(n < PIECES);
	made_from(&call, &m);
	m.event.seq = m.event.call.begun_seq = seq;
	m.event.call.end_seq = seq + 1;
	assert_int_equal(batch_add(trace_writer_lock(w->writer), &m.event, NULL), 0);
	trace_writer_unlock(w->writer);
	made_done(&m);
	w->chunks[n] = (struct diff_chunk){.offset = offset, .seq = seq, .size = (uint32_t)size};
	w->stream.chunk_count = w->stream.calls = n + 1;
}

static void put(struct written *w, uint64_t offset, const void *data, size_t size)
{
	put_cut(w, offset, data, size, size);
}

static void end(struct written *w)
{
	struct meta_trailer trailer = {.has_status = true};
	struct trace_writer_totals totals;
	struct err err = {0};

	assert_int_equal(trace_writer_finish(w->writer, &trailer, &totals, &err), 0);
	free(trailer.frames);
	w->writer = trace_writer_free(w->writer);
}

static int find(struct written *a, struct written *b, struct excerpt *ret)
{
	int r;

	end(a);
	end(b);
	r = excerpt_find(&a->stream, &a->tape, &b->stream, &b->tape, ret);
	close(a->fd);
	close(b->fd);
	return r;
}

static void fill(uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
}

/* Several windows in, and across the edge of one. */
static void pieces_do_not_matter(void **state)
{
	enum { SIZE = 400000 };
	static const size_t places[] = {0, 1, EXCERPT_WINDOW_MIN - 1, EXCERPT_WINDOW_MIN, 399999};
	static uint8_t data[SIZE];
	static struct written a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const size_t at = places[i];
		struct excerpt x;

		fill(data, SIZE);
		begin(&a);
		for (size_t k = 0; k < SIZE; k += 700)
			put(&a, k, data + k, SIZE - k < 700 ? SIZE - k : 700);
		data[at] ^= 1;
		begin(&b);
		/* From the end to the beginning. */
		for (size_t k = SIZE / 1000; k-- > 0;)
			put(&b, k * 1000, data + k * 1000, 1000);
		assert_int_equal(find(&a, &b, &x), 1);
		assert_true(x.offset == at);
		assert_true(x.certain);
		assert_int_equal(x.b.size, SIZE - at < EXCERPT_SIZE ? SIZE - at : EXCERPT_SIZE);
		assert_memory_equal(x.b.bytes, data + at, x.b.size);
		assert_int_equal(x.a.bytes[0], data[at] ^ 1);
		assert_true(x.a.seq == 2 * (at / 700) + 1);
		assert_true(x.b.seq == 2 * (SIZE / 1000 - 1 - at / 1000) + 1);
	}
}

static void one_is_longer(void **state)
{
	static struct written a, b;
	struct excerpt x;

	(void)state;
	begin(&a);
	put(&a, 0, "one two", 7);
	begin(&b);
	put(&b, 0, "one ", 4);
	put(&b, 4, "two three", 9);
	assert_int_equal(find(&a, &b, &x), 1);
	assert_true(x.offset == 7);
	assert_int_equal(x.a.what, EXCERPT_NOTHING);
	assert_int_equal(x.b.what, EXCERPT_BYTES);
	assert_int_equal(x.b.size, 6);
	assert_memory_equal(x.b.bytes, " three", 6);
}

static void what_is_not_there_does_not_differ(void **state)
{
	static struct written a, b;
	struct excerpt x;

	(void)state;
	begin(&a);
	put_cut(&a, 0, "one two", 7, 3);
	put(&a, 7, "x", 1);
	begin(&b);
	put(&b, 0, "one two", 7);
	put(&b, 7, "y", 1);
	assert_int_equal(find(&a, &b, &x), 1);
	assert_true(x.offset == 7);
	assert_false(x.certain);
	begin(&a);
	put_cut(&a, 0, "one two", 7, 3);
	begin(&b);
	put(&b, 0, "one TWO", 7);
	assert_int_equal(find(&a, &b, &x), 0);
}

static void the_last_to_write_wins(void **state)
{
	static struct written a, b;
	struct excerpt x;

	(void)state;
	begin(&a);
	put(&a, 0, "xxxxxx", 6);
	put(&a, 0, "head", 4);
	begin(&b);
	put(&b, 0, "headxx", 6);
	put(&b, 5, "y", 1);
	assert_int_equal(find(&a, &b, &x), 1);
	assert_true(x.offset == 5);
	assert_true(x.b.seq == 3);
}

/* What a tape may say. */
static void places_are_not_believed(void **state)
{
	static struct written a, b;
	struct excerpt x;

	(void)state;
	begin(&a);
	put(&a, UINT64_MAX - 2, "abcdef", 6);
	begin(&b);
	put(&b, UINT64_MAX - 2, "abcdeg", 6);
	assert_int_equal(find(&a, &b, &x), 0);
	/* Far away: what is between is not walked through. */
	begin(&a);
	put(&a, UINT64_MAX / 2, "abcdef", 6);
	begin(&b);
	put(&b, UINT64_MAX / 2, "abcdeg", 6);
	assert_int_equal(find(&a, &b, &x), 1);
	assert_true(x.offset == UINT64_MAX / 2 + 5);
	/* A chunk that is not on the tape. */
	begin(&a);
	put(&a, 0, "abc", 3);
	a.chunks[0].seq = 77;
	begin(&b);
	put(&b, 0, "abd", 3);
	assert_int_equal(find(&a, &b, &x), 0);
}

static void no_more_is_read_than_allowed(void **state)
{
	static struct written a, b;
	struct excerpt x;

	(void)state;
	begin(&a);
	begin(&b);
	for (size_t i = 0; i < 100; i++) {
		put(&a, i, "a", 1);
		put(&b, i, i < 99 ? "a" : "b", 1);
	}
	a.tape.events_left = 50;
	assert_int_equal(find(&a, &b, &x), 0);
	assert_true(a.tape.events_left == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_do_not_matter),
		cmocka_unit_test(one_is_longer),
		cmocka_unit_test(what_is_not_there_does_not_differ),
		cmocka_unit_test(the_last_to_write_wins),
		cmocka_unit_test(places_are_not_believed),
		cmocka_unit_test(no_more_is_read_than_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tapes from writer to stream: whole, cut anywhere, damaged anywhere, several in one
 * file, of a newer version.
 */
#include "../tape.h"

#include "format/codec.h"
#include "format/container/frame.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include <cmocka.h>

enum { EVENTS_A_ROUND = 8, ROUNDS = 6 };

/* Many small chunks in several frames: calls in flight at every boundary. */
static const struct tape_plan small = {.rounds = ROUNDS, .chunk_size = 100, .frame_size = 900};
static const struct tape_plan single = {.rounds = ROUNDS};
static const struct tape_plan tiny = {.rounds = 1, .chunk_size = 300, .frame_size = 600};

static void test_round_trip(void **state)
{
	struct buf tape = {0};
	struct tape_content c;

	(void)state;
	tape_make(&single, &tape);
	tape_read(tape.data, tape.size, false, &c);
	assert_int_equal(c.result, 0);
	assert_int_equal(c.headers, 1);
	assert_int_equal(c.snapshots, 1);
	assert_int_equal(c.trailers, 1);
	assert_int_equal(c.damages, 0);
	assert_int_equal(c.events, ROUNDS * EVENTS_A_ROUND);
	assert_int_equal(c.calls, ROUNDS * 2);
	assert_non_null(strstr(buf_text(&c.text),
			       "1 1000 10/10 kind 1: c000003e 257(3, 7000) ip 400101 = "
			       "-9223372036854775808 state 1 begun 1 end 9 took 1000 "
			       "[0 7000 11/11 0 "));
	assert_non_null(strstr(buf_text(&c.text), "[1 8000 4/70000 1 "));
	assert_non_null(strstr(buf_text(&c.text), "kind 5: 11 12 1 1\n"));
	assert_non_null(strstr(buf_text(&c.text), "kind 6: 12 /bin/ls 6 ls\n"));
	assert_non_null(strstr(buf_text(&c.text), "kind 7: 17 128\n"));
	assert_non_null(strstr(buf_text(&c.text), "kind 8: 19 0\n"));
	assert_non_null(strstr(buf_text(&c.text), "kind 9: 300 1\n"));
	tape_content_done(&c);
	buf_done(&tape);
}

/* Wherever the chunks end, the events are the same: the halves find each other. */
static void test_halves_are_joined(void **state)
{
	struct buf a = {0}, b = {0};
	struct tape_content one, many, pipe;

	(void)state;
	tape_make(&single, &a);
	tape_make(&small, &b);
	assert_true(b.size > a.size);
	tape_read(a.data, a.size, false, &one);
	tape_read(b.data, b.size, false, &many);
	tape_read(b.data, b.size, true, &pipe);
	assert_string_equal(buf_text(&one.text), buf_text(&many.text));
	assert_string_equal(buf_text(&one.text), buf_text(&pipe.text));
	assert_int_equal(many.damages + pipe.damages, 0);
	tape_content_done(&one);
	tape_content_done(&many);
	tape_content_done(&pipe);
	buf_done(&a);
	buf_done(&b);
}

static size_t lines(const struct buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->size; i++)
		n += text->data[i] == '\n';
	return n;
}

/* The finished calls and other events of @part must all be in @whole; only calls whose
 * end is lost may differ. */
static void assert_true_events(const struct tape_content *part, const struct tape_content *whole)
{
	char *copy = strdup(buf_text(&part->text)), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) && *line) {
		if (!strstr(line, " state 0 ") && !strstr(line, " state 2 ") &&
		    !strstr(line, "kind 3:") && !strstr(line, "kind 4:"))
			assert_non_null(strstr(buf_text(&whole->text), line));
	}
	free(copy);
}

static void cut_everywhere(const struct tape_plan *plan, bool as_pipe)
{
	struct buf tape = {0};
	struct tape_content whole, part;
	size_t before = 0;

	tape_make(plan, &tape);
	tape_read(tape.data, tape.size, false, &whole);
	for (size_t size = 0; size < tape.size; size++) {
		tape_read(tape.data, size, as_pipe, &part);
		if (part.result < 0) {
			assert_int_equal(part.result, -EBADMSG);
			assert_int_equal(part.events, 0);
		} else if (!part.trailers) {
			assert_int_equal(part.tails, 1);
		}
		assert_true(part.damages <= 1);
		assert_true(part.events >= before);
		assert_int_equal(lines(&part.text), part.events);
		assert_true_events(&part, &whole);
		before = part.events;
		tape_content_done(&part);
	}
	assert_int_equal(before, whole.events);
	tape_content_done(&whole);
	buf_done(&tape);
}

static void test_cut_everywhere(void **state)
{
	(void)state;
	cut_everywhere(&small, false);
	cut_everywhere(&small, true);
	cut_everywhere(&single, false);
}

/* Chunks of which zstd has taken the last byte and not yet given all that it means. */
static void test_cut_behind_large_chunks(void **state)
{
	enum { CHUNKS = 24, SIZE = 100000 };
	static const uint8_t bytes[SIZE];
	const struct event_memory memory = {
		.address = 4096, .full = SIZE, .data = bytes, .length = SIZE};
	struct meta_header header = {0};
	struct codec *codec = codec_new();
	struct batch batch = {0};
	struct buf tape = {0}, record = {0};
	struct frame_writer *f;
	struct tape_content c;

	(void)state;
	assert_int_equal(frame_writer_new(sink_memory(&tape), 1, 8 << 20, &f, NULL), 0);
	assert_int_equal(codec_encode_header(&header, &record), 0);
	assert_int_equal(frame_writer_put(f, &record, NULL, true, NULL), 0);
	for (uint64_t i = 0; i < CHUNKS; i++) {
		struct event e = {.kind = EVENT_CALL, .seq = 2 * i + 1, .pid = 1, .tid = 1};

		e.memory = &memory;
		e.memory_count = 1;
		e.call = (struct event_call){
			.begun_seq = e.seq, .end_seq = e.seq + 1, .state = EVENT_FINISHED};
		batch_clear(&batch, i);
		assert_int_equal(batch_add(&batch, &e, NULL), 0);
		assert_int_equal(batch_seal(&batch), 0);
		buf_clear(&record);
		assert_int_equal(codec_encode_batch(codec, &batch, &record), 0);
		assert_int_equal(frame_writer_put(f, &record, &batch, false, NULL), 0);
		tape_read(tape.data, tape.size, i % 2, &c);
		assert_int_equal(c.events, i + 1);
		tape_content_done(&c);
	}
	frame_writer_free(f);
	batch_done(&batch);
	codec_free(codec);
	buf_done(&record);
	buf_done(&tape);
}

/* Nothing wrong may come out, and nothing may be missing without a word. */
static void assert_told(const struct tape_content *c, const struct tape_content *whole)
{
	assert_true_events(c, whole);
	if (c->result == 0 && !c->damages) {
		assert_string_equal(buf_text(&c->text), buf_text(&whole->text));
		assert_int_equal(c->trailers, 1);
	}
}

static void test_flip_every_bit(void **state)
{
	struct buf tape = {0};
	struct tape_content whole, c;

	(void)state;
	tape_make(&tiny, &tape);
	tape_read(tape.data, tape.size, false, &whole);
	for (size_t bit = 0; bit < tape.size * 8; bit++) {
		tape.data[bit / 8] = (char)(tape.data[bit / 8] ^ 1 << bit % 8);
		tape_read(tape.data, tape.size, bit % 3 == 0, &c);
		assert_told(&c, &whole);
		tape_content_done(&c);
		tape.data[bit / 8] = (char)(tape.data[bit / 8] ^ 1 << bit % 8);
	}
	tape_content_done(&whole);
	buf_done(&tape);
}

/* A frame in the middle overwritten: the others are there, and the loss is told. */
static void test_damage_costs_a_frame(void **state)
{
	struct buf tape = {0};
	struct tape_content whole, seek, pipe;

	(void)state;
	tape_make(&small, &tape);
	tape_read(tape.data, tape.size, false, &whole);
	memset(tape.data + tape.size / 2, 0x55, 40);
	tape_read(tape.data, tape.size, false, &seek);
	tape_read(tape.data, tape.size, true, &pipe);
	assert_int_equal(seek.damages, 1);
	assert_int_equal(pipe.damages, 1);
	assert_int_equal(seek.tails, 0);
	assert_int_equal(seek.trailers, 1);
	assert_int_equal(pipe.trailers, 1);
	assert_true(seek.events < whole.events);
	assert_true(seek.events > whole.events / 2);
	assert_true_events(&seek, &whole);
	assert_string_equal(buf_text(&seek.text), buf_text(&pipe.text));
	tape_content_done(&whole);
	tape_content_done(&seek);
	tape_content_done(&pipe);
	buf_done(&tape);
}

static void test_two_tapes_in_one_file(void **state)
{
	struct buf tape = {0};
	struct tape_content c;

	(void)state;
	tape_make(&single, &tape);
	tape_make(&small, &tape);
	tape_read(tape.data, tape.size, false, &c);
	assert_int_equal(c.result, 0);
	assert_int_equal(c.headers, 2);
	assert_int_equal(c.trailers, 2);
	assert_int_equal(c.damages, 0);
	assert_int_equal(c.events, 2 * ROUNDS * EVENTS_A_ROUND);
	tape_content_done(&c);
	buf_done(&tape);
}

/* One that was cut off at a frame's end, and another behind it. */
static void test_torn_tape_before_another(void **state)
{
	struct tape_plan plan = small;
	struct buf tape = {0};
	struct tape_content c;

	(void)state;
	plan.no_trailer = true;
	tape_make(&plan, &tape);
	plan.no_trailer = false;
	tape_make(&plan, &tape);
	tape_read(tape.data, tape.size, false, &c);
	assert_int_equal(c.headers, 2);
	assert_int_equal(c.trailers, 1);
	assert_int_equal(c.damages, 1);
	assert_int_equal(c.events, 2 * ROUNDS * EVENTS_A_ROUND);
	tape_content_done(&c);
	buf_done(&tape);
}

/* The second of two tapes has lost its header: its chunks are not the first one's. */
static void test_second_header_lost(void **state)
{
	struct buf tape = {0};
	struct tape_content c;
	size_t first;

	(void)state;
	tape_make(&small, &tape);
	first = tape.size;
	tape_make(&small, &tape);
	memset(tape.data + first + 8, 0x55, 8);
	tape_read(tape.data, tape.size, true, &c);
	assert_int_equal(c.headers, 1);
	assert_true(c.damages >= 1);
	tape_content_done(&c);
	buf_done(&tape);
}

static void test_cut_in_seek_table(void **state)
{
	struct buf tape = {0};
	struct tape_content c;
	size_t table;
	uint32_t frames;

	(void)state;
	tape_make(&small, &tape);
	memcpy(&frames, tape.data + tape.size - 9, 4);
	table = tape.size - 8 - 8 * (size_t)frames - 9;
	for (size_t size = table + 1; size < tape.size; size++) {
		tape_read(tape.data, size, size % 2, &c);
		assert_int_equal(c.trailers, 1);
		assert_int_equal(c.tails, 1);
		tape_content_done(&c);
	}
	tape_read(tape.data, table, false, &c);
	assert_int_equal(c.damages, 0);
	tape_content_done(&c);
	buf_done(&tape);
}

static void test_killed_recorder(void **state)
{
	struct tape_plan plan = small;
	struct buf tape = {0};
	struct tape_content c;

	(void)state;
	plan.no_trailer = true;
	tape_make(&plan, &tape);
	tape_read(tape.data, tape.size, false, &c);
	assert_int_equal(c.events, ROUNDS * EVENTS_A_ROUND);
	assert_int_equal(c.damages, 1);
	assert_int_equal(c.tails, 1);
	tape_content_done(&c);
	buf_done(&tape);
}

static void test_unknown_feature(void **state)
{
	struct tape_plan plan = small;
	struct buf tape = {0};
	struct tape_content c;

	(void)state;
	plan.incompatible = 1u << 5;
	tape_make(&plan, &tape);
	tape_read(tape.data, tape.size, false, &c);
	assert_int_equal(c.result, -EOPNOTSUPP);
	assert_non_null(strstr(c.error, "feature bit 5"));
	tape_content_done(&c);
	buf_done(&tape);
}

static void refuse(const void *data, size_t size, const char *words)
{
	struct tape_content c;

	tape_read(data, size, false, &c);
	assert_int_equal(c.result, -EBADMSG);
	assert_non_null(strstr(c.error, words));
	tape_content_done(&c);
}

static void test_no_tape(void **state)
{
	char text[1000], zstd[2000];
	size_t size;

	(void)state;
	memset(text, 'x', sizeof(text));
	refuse("", 0, "empty");
	refuse("hi", 2, "not a systape tape");
	refuse(text, sizeof(text), "not a systape tape");
	size = ZSTD_compress(zstd, sizeof(zstd), text, sizeof(text), 3);
	refuse(zstd, size, "zstd file, but not a systape tape");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_halves_are_joined),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_cut_behind_large_chunks),
		cmocka_unit_test(test_flip_every_bit),
		cmocka_unit_test(test_damage_costs_a_frame),
		cmocka_unit_test(test_two_tapes_in_one_file),
		cmocka_unit_test(test_torn_tape_before_another),
		cmocka_unit_test(test_second_header_lost),
		cmocka_unit_test(test_cut_in_seek_table),
		cmocka_unit_test(test_killed_recorder),
		cmocka_unit_test(test_unknown_feature),
		cmocka_unit_test(test_no_tape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

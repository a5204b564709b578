/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunks that no writer of ours writes: of a newer version, damaged, hostile. The numbers
 * of fields are those of proto/trace.proto.
 */
#include "format/codec.h"

#include "base/err.h"
#include "format/container/limits.h"
#include "record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Columns of a chunk. */
enum {
	NUMBER = 1,
	TASK_PID = 4,
	TASK_TID,
	KIND,
	SEQ,
	TIME,
	TASK,
	RANGES,
	RANGE_INFO = 23,
	RANGE_ADDRESS,
	RANGE_LENGTH,
	RANGE_BEYOND,
	DATA,
	FORK,
	EXEC,
	SIGNAL,
	EXIT,
};

/* ---- made by hand ---- */

/* Ends @chunk and decodes it. */
static int try_chunk(struct buf *chunk, struct batch *ret, struct err *err)
{
	struct codec *codec = codec_new();
	struct buf body = {0};
	int r;

	record_around(chunk, RECORD_CHUNK_FIELD, &body);
	r = codec_decode_batch(codec, body.data, body.size, ret, err);
	buf_done(&body);
	buf_done(chunk);
	codec_free(codec);
	return r;
}

static void refuse(struct buf *chunk, const char *words)
{
	struct batch batch = {0};
	struct err err = {0};

	assert_int_equal(try_chunk(chunk, &batch, &err), -EBADMSG);
	if (!strstr(err.text, words))
		print_error("no %s in %s\n", words, err.text);
	assert_non_null(strstr(err.text, words));
	batch_done(&batch);
}

/* The columns that every row has, for @count rows of one kind. */
static void put_rows(struct buf *chunk, uint8_t kind, size_t count)
{
	for (unsigned field = SEQ; field <= RANGES; field++)
		record_column(chunk, field, field == SEQ, count);
	record_column(chunk, KIND, kind, count);
}

static void put_exits(struct buf *chunk, size_t count)
{
	for (size_t i = 0; i < count; i++)
		record_bytes(chunk, EXIT, "\10\5", 2);
}

static void test_by_hand(void **state)
{
	struct buf chunk = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	record_number(&chunk, NUMBER, 5);
	put_rows(&chunk, EVENT_EXIT, 2);
	put_exits(&chunk, 2);
	record_column(&chunk, TASK_PID, 7, 1);
	record_column(&chunk, TASK_TID, 8, 1);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	assert_int_equal(batch.number, 5);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.rows[1].seq, 2);
	assert_int_equal(batch.rows[1].tid, 8);
	assert_int_equal(batch.rows[1].exit.status, 5);
	batch_done(&batch);
}

/* A newer writer's field, and kind of event: we read what we know. */
static void test_newer(void **state)
{
	struct buf chunk = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	record_bytes(&chunk, 1000, "new", 3);
	record_number(&chunk, 1001, UINT64_MAX);
	for (unsigned field = SEQ; field <= RANGES; field++)
		record_column(&chunk, field, field == SEQ, 3);
	record_bytes(&chunk, KIND, "\11\170\11", 3);
	put_exits(&chunk, 2);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.rows[0].seq, 1);
	assert_int_equal(batch.rows[1].seq, 3);
	batch_done(&batch);
}

/* What is not as it should be, but can be read. */
static void test_odd_values(void **state)
{
	struct buf chunk = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	for (unsigned field = SEQ; field <= RANGES; field++)
		record_column(&chunk, field, 1, 2);
	record_bytes(&chunk, KIND, "\5\7", 2);
	record_bytes(&chunk, FORK, "\30\143", 2);          /* a kind of fork that is none */
	record_bytes(&chunk, SIGNAL, "\10\11\22\3abc", 7); /* a siginfo that is too short */
	record_bytes(&chunk, RANGE_INFO, "\174\174", 2);   /* relative to argument 30 */
	record_column(&chunk, RANGE_ADDRESS, 4, 2);
	record_column(&chunk, RANGE_LENGTH, 1, 2);
	record_column(&chunk, RANGE_BEYOND, 1, 2);
	record_bytes(&chunk, DATA, "xy", 2);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.rows[0].pid, 0); /* of no task */
	assert_true(batch.rows[0].fork.kind < FORK_KIND_MAX);
	assert_int_equal(batch.rows[1].signal.number, 9);
	assert_int_equal(batch.rows[1].signal.info_size, 0);
	assert_int_equal(batch.rows[1].memory[0].address, 2);
	assert_memory_equal(batch.rows[1].memory[0].data, "y", 1);
	batch_done(&batch);
}

/* A full length that no number holds is as great as can be. */
static void test_length_beyond_all(void **state)
{
	struct buf chunk = {0}, beyond = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	for (unsigned field = SEQ; field <= RANGES; field++)
		record_column(&chunk, field, 1, 2);
	record_column(&chunk, KIND, EVENT_EXIT, 2);
	put_exits(&chunk, 2);
	record_column(&chunk, RANGE_INFO, 0, 2);
	record_column(&chunk, RANGE_ADDRESS, 0, 2);
	record_column(&chunk, RANGE_LENGTH, 2, 2);
	record_varint(&beyond, UINT64_MAX - 2);
	record_varint(&beyond, UINT64_MAX);
	record_bytes(&chunk, RANGE_BEYOND, beyond.data, beyond.size);
	record_bytes(&chunk, DATA, "abcd", 4);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	assert_int_equal(batch.rows[0].memory[0].full, UINT64_MAX);
	assert_int_equal(batch.rows[1].memory[0].full, UINT64_MAX);
	assert_int_equal(batch.rows[1].memory[0].length, 2);
	buf_done(&beyond);
	batch_done(&batch);
}

/* What protobuf allows, and our writers never do: a column in pieces, values by themselves, values
 * that are wider than their type. */
static void test_written_otherwise(void **state)
{
	struct buf chunk = {0}, wide = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	record_column(&chunk, KIND, EVENT_EXIT, 1);
	record_number(&chunk, SEQ, 3);
	record_number(&chunk, SEQ, 4);
	record_column(&chunk, TIME, 2, 2);
	record_varint(&wide, UINT64_C(7) << 32 | 1);
	record_varint(&wide, 0);
	record_bytes(&chunk, TASK, wide.data, wide.size);
	record_column(&chunk, RANGES, 0, 2);
	record_column(&chunk, TASK_PID, 7, 2);
	record_column(&chunk, TASK_TID, 8, 2);
	record_bytes(&chunk, 1000, "new", 3);
	record_column(&chunk, KIND, EVENT_EXIT, 1);
	record_bytes(&chunk, EXIT, "\10\5\50\1", 4); /* a new field of its own */
	record_bytes(&chunk, EXIT, "\10\6", 2);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.unknown_fields, 2);
	assert_int_equal(batch.rows[0].seq, 3);
	assert_int_equal(batch.rows[1].seq, 7);
	assert_int_equal(batch.rows[1].time, 2);
	assert_int_equal(batch.rows[0].tid, 8);
	assert_int_equal(batch.rows[0].exit.status, 5);
	assert_int_equal(batch.rows[1].exit.status, 6);
	buf_done(&wide);
	batch_done(&batch);
}

/* A row that is passed over leaves nothing of itself to the next, which takes its place. */
static void test_row_behind_an_unknown_one(void **state)
{
	struct buf chunk = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	record_bytes(&chunk, KIND, "\170\11", 2);
	record_column(&chunk, SEQ, 1, 2);
	record_column(&chunk, TIME, 0, 2);
	record_bytes(&chunk, TASK, "\0\1", 2); /* the second is of no task */
	record_column(&chunk, RANGES, 0, 2);
	record_column(&chunk, TASK_PID, 7, 1);
	record_column(&chunk, TASK_TID, 8, 1);
	put_exits(&chunk, 1);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.unknown, 1);
	assert_int_equal(batch.rows[0].seq, 2);
	assert_int_equal(batch.rows[0].tid, 0);
	batch_done(&batch);
}

/* ---- limits ---- */

static void test_too_many_events(void **state)
{
	struct buf chunk = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	put_rows(&chunk, EVENT_NONE, TRACE_CHUNK_EVENTS_MAX);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	batch_done(&batch);
	put_rows(&chunk, EVENT_NONE, TRACE_CHUNK_EVENTS_MAX + 1);
	refuse(&chunk, "too many events");
}

static void test_too_many_ranges(void **state)
{
	struct buf chunk = {0};

	(void)state;
	for (unsigned field = RANGE_INFO; field <= RANGE_BEYOND; field++)
		record_column(&chunk, field, 0, TRACE_CHUNK_RANGES_MAX + 1);
	refuse(&chunk, "too many events");
}

static void test_too_large(void **state)
{
	uint8_t *bytes = calloc(1, TRACE_RECORD_MAX);
	struct buf chunk = {0};

	(void)state;
	assert_non_null(bytes);
	record_bytes(&chunk, 1000, bytes, TRACE_RECORD_MAX);
	refuse(&chunk, "has no checksum");
	free(bytes);
}

/* ---- columns that do not fit together ---- */

/* Two rows, each with a range of one byte, and @odd of one column's values. */
static void put_odd(struct buf *chunk, unsigned column, size_t odd)
{
	for (unsigned field = SEQ; field <= RANGES; field++)
		record_column(chunk, field, 1, field == column ? odd : 2);
	record_column(chunk, KIND, EVENT_EXIT, column == KIND ? odd : 2);
	for (unsigned field = RANGE_INFO; field <= RANGE_BEYOND; field++)
		record_column(chunk, field, field == RANGE_LENGTH, field == column ? odd : 2);
	record_bytes(chunk, DATA, "abc", column == DATA ? odd : 2);
	put_exits(chunk, column == EXIT ? odd : 2);
	record_column(chunk, TASK_PID, 7, column == TASK_PID ? odd : 2);
	record_column(chunk, TASK_TID, 7, 2);
}

static void test_unequal_columns(void **state)
{
	static const unsigned columns[] = {TASK_PID,     KIND,         SEQ,        TIME,
					   TASK,         RANGES,       RANGE_INFO, RANGE_ADDRESS,
					   RANGE_LENGTH, RANGE_BEYOND, DATA,       EXIT};
	struct buf chunk = {0};
	struct batch batch = {0};
	struct err err = {0};

	(void)state;
	put_odd(&chunk, 0, 0);
	assert_int_equal(try_chunk(&chunk, &batch, &err), 0);
	assert_int_equal(batch.count, 2);
	batch_done(&batch);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]) * 2; i++) {
		put_odd(&chunk, columns[i / 2], i % 2 ? 1 : 3);
		refuse(&chunk, "do not fit together");
	}
}

/* The columns of a kind that the rows do not have, or the other way round. */
static void test_columns_without_rows(void **state)
{
	struct buf chunk = {0};

	(void)state;
	for (uint8_t kind = EVENT_CALL; kind < EVENT_KIND_MAX; kind++) {
		put_rows(&chunk, kind, 1);
		refuse(&chunk, "do not fit together");
	}
	for (unsigned field = 11; field <= 22; field++) {
		/* Instruction pointers are eight bytes each, the others at least one. */
		record_column(&chunk, field, 0, 8);
		refuse(&chunk, "do not fit together");
	}
	for (unsigned field = FORK; field <= EXIT; field++) {
		record_bytes(&chunk, field, "", 0);
		refuse(&chunk, "do not fit together");
	}
}

/* Lengths whose sum is that of the data only when it is cut to 32 bits. */
static void test_lengths_that_overflow(void **state)
{
	struct buf chunk = {0};

	(void)state;
	put_odd(&chunk, RANGE_LENGTH, 0);
	record_bytes(&chunk, RANGE_LENGTH, "\377\377\377\377\17\3", 6);
	refuse(&chunk, "do not fit together");
}

/* ---- the record around it ---- */

static void refuse_body(const void *body, size_t size, const char *words)
{
	struct codec *codec = codec_new();
	struct batch batch = {0};
	struct err err = {0};
	enum codec_kind kind;

	assert_int_equal(codec_kind(body, size, &kind, &err), -EBADMSG);
	assert_non_null(strstr(err.text, words));
	assert_int_equal(codec_decode_batch(codec, body, size, &batch, &err), -EBADMSG);
	batch_done(&batch);
	codec_free(codec);
}

static void test_wrong_checksum(void **state)
{
	struct buf chunk = {0}, body = {0};

	(void)state;
	put_rows(&chunk, EVENT_EXIT, 2);
	put_exits(&chunk, 2);
	record_around(&chunk, RECORD_CHUNK_FIELD, &body);
	for (size_t i = 0; i < body.size; i++) {
		body.data[i] ^= 1;
		refuse_body(body.data, body.size, "checksum");
		body.data[i] ^= 1;
		refuse_body(body.data, i, "checksum");
	}
	buf_done(&chunk);
	buf_done(&body);
}

/* A value of eleven bytes is none. */
static void test_endless_value(void **state)
{
	static const char endless[] = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80";
	struct buf chunk = {0};

	(void)state;
	put_rows(&chunk, EVENT_EXIT, 1);
	put_exits(&chunk, 1);
	record_bytes(&chunk, TASK_PID, endless, sizeof(endless));
	record_column(&chunk, TASK_TID, 8, 1);
	refuse(&chunk, "malformed");
}

static void test_malformed(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} bodies[] = {
		{"\x80", 1},                                          /* a tag that does not end */
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11}, /* one that is too long */
		{"\x1a\x05"
		 "abc",
		 5}, /* a length beyond the end */
		{"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
		{"\x1b", 1}, /* a wire type that is gone, and one that never was */
		{"\x1f", 1},
		{"\x19"
		 "1234567",
		 8}, /* eight bytes that are seven */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct buf body = {0};

		buf_append(&body, bodies[i].bytes, bodies[i].size);
		record_checksum(&body);
		refuse_body(body.data, body.size, "malformed");
		buf_done(&body);
	}
}

/* A record of a kind that we do not know is no damage. */
static void test_unknown_kind(void **state)
{
	struct codec *codec = codec_new();
	struct buf body = {0};
	struct batch batch = {0};
	struct err err = {0};
	enum codec_kind kind;

	(void)state;
	record_bytes(&body, 5, "new", 3);
	record_number(&body, 3, 7);
	record_checksum(&body);
	assert_int_equal(codec_kind(body.data, body.size, &kind, &err), 0);
	assert_int_equal(kind, CODEC_UNKNOWN);
	assert_int_equal(codec_decode_batch(codec, body.data, body.size, &batch, &err), -EBADMSG);
	buf_clear(&body);
	record_checksum(&body);
	assert_int_equal(codec_kind(body.data, body.size, &kind, &err), 0);
	assert_int_equal(kind, CODEC_UNKNOWN);
	/* A field of a newer writer beside the chunk. */
	buf_clear(&body);
	record_bytes(&body, 1000, "new", 3);
	record_bytes(&body, RECORD_CHUNK_FIELD, "", 0);
	record_checksum(&body);
	assert_int_equal(codec_kind(body.data, body.size, &kind, &err), 0);
	assert_int_equal(kind, CODEC_CHUNK);
	assert_int_equal(codec_decode_batch(codec, body.data, body.size, &batch, &err), 0);
	buf_done(&body);
	batch_done(&batch);
	codec_free(codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_odd_values),
		cmocka_unit_test(test_length_beyond_all),
		cmocka_unit_test(test_written_otherwise),
		cmocka_unit_test(test_row_behind_an_unknown_one),
		cmocka_unit_test(test_too_many_events),
		cmocka_unit_test(test_too_many_ranges),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_unequal_columns),
		cmocka_unit_test(test_columns_without_rows),
		cmocka_unit_test(test_lengths_that_overflow),
		cmocka_unit_test(test_wrong_checksum),
		cmocka_unit_test(test_endless_value),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_unknown_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

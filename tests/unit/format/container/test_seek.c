/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seek table, in the layout of zstd's contrib/seekable_format 0.1.0: what is
 * believable is read, anything else is no table.
 */
#include "format/container/seek.h"

#include "../../guard.h"
#include "format/container/source.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES = 3, ALL = 100 + 5000 + 7, FOOTER = 9 };

static const struct meta_frame frames[FRAMES] = {
	{.raw_size = 1000}, {.raw_size = 70000}, {.raw_size = 1}};
static const uint64_t compressed[FRAMES] = {100, 5000, 7};

/* Frames of the sizes above, with nothing in them, and the table. */
static void make_file(struct buf *ret)
{
	uint8_t *place = buf_extend(ret, ALL);

	assert_non_null(place);
	memset(place, 0xaa, ALL);
	assert_int_equal(seek_table_encode(frames, compressed, FRAMES, ret), 0);
}

static size_t load(const void *data, size_t size, bool as_pipe, struct seek_table *ret)
{
	struct guard g = guard_copy(data, size);
	struct trace_source *source;

	assert_int_equal(trace_source_memory(g.data, size, as_pipe, &source), 0);
	assert_int_equal(seek_table_load(source, ret), 0);
	assert_int_equal(trace_source_offset(source), 0);
	trace_source_free(source);
	guard_done(&g);
	return ret->count;
}

static void refuse(const struct buf *file)
{
	struct seek_table t;

	assert_int_equal(load(file->data, file->size, false, &t), 0);
	assert_null(t.offset);
	assert_int_equal(seek_table_after(&t, 0), 0);
	seek_table_done(&t);
}

static void test_layout(void **state)
{
	static const uint8_t expected[] = {
		0x5e, 0x2a, 0x4d, 0x18, 33, 0, 0,    0,    100, 0,    0,    0,    0xe8, 3,
		0,    0,    0x88, 0x13, 0,  0, 0x70, 0x11, 1,   0,    7,    0,    0,    0,
		1,    0,    0,    0,    3,  0, 0,    0,    0,   0xb1, 0xea, 0x92, 0x8f};
	struct buf table = {0};

	(void)state;
	assert_int_equal(seek_table_encode(frames, compressed, FRAMES, &table), 0);
	assert_int_equal(table.size, sizeof(expected));
	assert_memory_equal(table.data, expected, sizeof(expected));
	buf_done(&table);
}

static void test_round_trip(void **state)
{
	struct buf file = {0};
	struct seek_table t;

	(void)state;
	make_file(&file);
	assert_int_equal(load(file.data, file.size, false, &t), FRAMES);
	assert_int_equal(t.offset[0], 0);
	assert_int_equal(t.offset[1], 100);
	assert_int_equal(t.offset[2], 5100);
	assert_int_equal(seek_table_after(&t, 0), 100);
	assert_int_equal(seek_table_after(&t, 99), 100);
	assert_int_equal(seek_table_after(&t, 100), 5100);
	assert_int_equal(seek_table_after(&t, 5099), 5100);
	assert_int_equal(seek_table_after(&t, 5100), 0);
	assert_int_equal(seek_table_after(&t, UINT64_MAX), 0);
	seek_table_done(&t);
	assert_null(t.offset);
	buf_done(&file);
}

/* Nobody can look at the end of a pipe. */
static void test_pipe(void **state)
{
	struct buf file = {0};
	struct seek_table t;

	(void)state;
	make_file(&file);
	assert_int_equal(load(file.data, file.size, true, &t), 0);
	seek_table_done(&t);
	buf_done(&file);
}

/* Another writer's: each entry has a checksum behind it. */
static void test_with_checksums(void **state)
{
	static const uint8_t table[] = {10,   11, /* the frame that it tells of */
					0x5e, 0x2a, 0x4d, 0x18, 21,   0,    0,    0,    2,    0,
					0,    0,    9,    0,    0,    0,    0xde, 0xad, 0xbe, 0xef,
					1,    0,    0,    0,    0x80, 0xb1, 0xea, 0x92, 0x8f};
	struct seek_table t;

	(void)state;
	assert_int_equal(load(table, sizeof(table), false, &t), 1);
	assert_int_equal(t.offset[0], 0);
	seek_table_done(&t);
}

static void test_sizes_that_do_not_fit(void **state)
{
	const uint64_t large[] = {UINT64_C(1) << 32};
	const struct meta_frame long_frame = {.raw_size = UINT64_C(1) << 32};
	struct buf table = {0};

	(void)state;
	assert_int_equal(seek_table_encode(frames, large, 1, &table), -E2BIG);
	assert_int_equal(seek_table_encode(&long_frame, compressed, 1, &table), -E2BIG);
	assert_int_equal(seek_table_encode(frames, compressed, SIZE_MAX, &table), -E2BIG);
	buf_done(&table);
}

/* ---- not believable ---- */

/* Cut anywhere; with anything in front. */
static void test_cut(void **state)
{
	struct buf file = {0}, moved = {0};

	(void)state;
	make_file(&file);
	buf_char(&moved, 'x');
	buf_append(&moved, file.data, file.size);
	refuse(&moved);
	while (file.size > ALL - 20) {
		buf_truncate(&file, file.size - 1);
		refuse(&file);
	}
	buf_truncate(&file, 3);
	refuse(&file);
	buf_truncate(&file, 0);
	refuse(&file);
	buf_done(&file);
	buf_done(&moved);
}

/* Every bit of the table matters but the raw sizes, which nobody reads. */
static void test_flipped_bits(void **state)
{
	struct buf file = {0};

	(void)state;
	make_file(&file);
	for (size_t at = ALL; at < file.size; at++) {
		const size_t entry = at - ALL - 8;

		if (at >= ALL + 8 && at < file.size - FOOTER && entry % 8 >= 4)
			continue;
		for (unsigned bit = 0; bit < 8; bit++) {
			/* The lowest bits of the descriptor are unused. */
			if (at == file.size - 5 && bit < 2)
				continue;
			file.data[at] = (char)(file.data[at] ^ 1 << bit);
			refuse(&file);
			file.data[at] = (char)(file.data[at] ^ 1 << bit);
		}
	}
	buf_done(&file);
}

/* Counts that would be read from before the file, or take all memory. */
static void test_counts(void **state)
{
	static const uint32_t counts[] = {0, 1, 2, 4, 1000, 0x10000000, 0x20000000, UINT32_MAX};
	struct buf file = {0};

	(void)state;
	make_file(&file);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		memcpy(file.data + file.size - FOOTER, &counts[i], sizeof(counts[i]));
		refuse(&file);
	}
	buf_done(&file);
}

/* No frames at all. */
static void test_empty_table(void **state)
{
	struct buf file = {0};

	(void)state;
	assert_int_equal(seek_table_encode(NULL, NULL, 0, &file), 0);
	refuse(&file);
	buf_done(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_with_checksums),
		cmocka_unit_test(test_sizes_that_do_not_fit),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_empty_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

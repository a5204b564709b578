/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/side/side_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 1000 };

static void fill(uint8_t *data)
{
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * 7 + i / 13);
}

static void pieces_do_not_matter(void **state)
{
	uint8_t data[SIZE];
	uint64_t whole, h;

	(void)state;
	fill(data);
	whole = diff_bytes_hash(0, 3, data, SIZE);
	for (size_t piece = 1; piece < 40; piece++) {
		h = 0;
		for (size_t at = 0; at < SIZE; at += piece)
			h = diff_bytes_hash(h, 3 + at, data + at,
					    at + piece < SIZE ? piece : SIZE - at);
		assert_true(h == whole);
	}
	/* Nor in which order they come. */
	h = diff_bytes_hash(0, 3 + 501, data + 501, SIZE - 501);
	assert_true(diff_bytes_hash(h, 3, data, 501) == whole);
}

static void each_byte_and_its_place_do(void **state)
{
	uint8_t data[SIZE];
	uint64_t whole;

	(void)state;
	fill(data);
	whole = diff_bytes_hash(0, 0, data, SIZE);
	for (size_t i = 0; i < SIZE; i++) {
		data[i] ^= 1;
		assert_true(diff_bytes_hash(0, 0, data, SIZE) != whole);
		data[i] ^= 1;
	}
	assert_true(diff_bytes_hash(0, 1, data, SIZE) != whole);
	/* Halves of a word, words and whole blocks that change places. */
	for (size_t size = 4; size <= 256; size *= 2) {
		uint8_t other[SIZE];

		memcpy(other, data + size, size);
		memcpy(other + size, data, size);
		memcpy(other + 2 * size, data + 2 * size, SIZE - 2 * size);
		assert_true(diff_bytes_hash(0, 0, other, SIZE) != whole);
	}
	data[0] = data[8];
	data[8] = 0;
	assert_true(diff_bytes_hash(0, 0, data, SIZE) != whole);
}

static void texts_are_kept_once_and_not_without_bound(void **state)
{
	static char text[SIDE_TEXT_MAX * 2];
	struct texts t;
	uint32_t a, b;

	(void)state;
	assert_int_equal(diff_texts_init(&t), 0);
	assert_string_equal(t.all.data, "");
	a = diff_texts_put(&t, diff_hash("one", 3), "one", 3);
	b = diff_texts_put(&t, diff_hash("two", 3), "two", 3);
	assert_true(a && b && a != b);
	assert_int_equal(diff_texts_put(&t, diff_hash("one", 3), "one", 3), a);
	assert_string_equal(t.all.data + b, "two");
	memset(text, 'x', sizeof(text));
	a = diff_texts_put(&t, diff_hash(text, sizeof(text)), text, sizeof(text));
	assert_int_equal(strlen(t.all.data + a), SIDE_TEXT_MAX + 3);
	assert_string_equal(t.all.data, "");
	diff_texts_done(&t);
}

static void a_text_that_was_put_lately_is_known(void **state)
{
	const uint64_t hash = diff_hash("one", 3);
	struct texts t;
	struct text_slot *slot;

	(void)state;
	assert_int_equal(diff_texts_init(&t), 0);
	slot = diff_texts_lately(&t, hash);
	assert_non_null(slot);
	assert_int_not_equal(slot->hash, hash);
	*slot = (struct text_slot){hash, diff_texts_append(&t, "one", 3)};
	slot = diff_texts_lately(&t, hash);
	assert_int_equal(slot->hash, hash);
	assert_string_equal(t.all.data + slot->place, "one");
	assert_int_not_equal(diff_texts_lately(&t, diff_hash("two", 3))->hash, hash);
	diff_texts_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_do_not_matter),
		cmocka_unit_test(each_byte_and_its_place_do),
		cmocka_unit_test(texts_are_kept_once_and_not_without_bound),
		cmocka_unit_test(a_text_that_was_put_lately_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

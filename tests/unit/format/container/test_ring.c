/* SPDX-License-Identifier: Apache-2.0 */
/* The newest frames stay, the oldest fall out. */
#include "format/container/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A frame of @size bytes that is known by its number. */
static void push(struct ring *r, uint64_t number, size_t size)
{
	struct ring_frame frame = {.about = {.first_chunk = number}, .before = {.calls = number}};

	memset(buf_extend(&frame.bytes, size), (int)number & 0xff, size);
	assert_int_equal(ring_push(r, &frame), 0);
	assert_null(frame.bytes.data);
}

static void check(const struct ring *r, uint64_t first, uint64_t last)
{
	uint64_t size = 0;

	assert_int_equal(r->count, last - first + 1);
	for (size_t i = 0; i < r->count; i++) {
		const struct ring_frame *f = ring_at(r, i);

		assert_int_equal(f->about.first_chunk, first + i);
		assert_int_equal(f->before.calls, first + i);
		for (size_t k = 0; k < f->bytes.size; k++)
			assert_int_equal((uint8_t)f->bytes.data[k], (first + i) & 0xff);
		size += f->bytes.size;
	}
	assert_int_equal(r->size, size);
}

static void test_trim(void **state)
{
	struct ring r = {0};

	(void)state;
	for (uint64_t i = 0; i < 10; i++)
		push(&r, i, 100);
	check(&r, 0, 9);
	ring_trim(&r, 1000);
	check(&r, 0, 9);
	ring_trim(&r, 999);
	check(&r, 1, 9);
	ring_trim(&r, 350);
	check(&r, 7, 9);
	/* The newest is kept whatever it takes. */
	ring_trim(&r, 0);
	check(&r, 9, 9);
	push(&r, 10, 5000);
	ring_trim(&r, 4000);
	check(&r, 10, 10);
	ring_done(&r);
	assert_int_equal(r.count, 0);
}

/* Neither the list nor the buffers grow with what has gone through. */
static void test_bounded(void **state)
{
	enum { FRAMES = 5000, SIZE = 100, KEPT = 20 };
	struct ring r = {0};

	(void)state;
	for (uint64_t i = 0; i < FRAMES; i++) {
		push(&r, i, SIZE);
		ring_trim(&r, KEPT * SIZE);
		assert_true(r.size <= KEPT * SIZE);
		assert_true(r.capacity <= 4 * KEPT);
		assert_true(ring_at(&r, r.count - 1)->bytes.capacity <= SIZE + 1);
	}
	check(&r, FRAMES - KEPT, FRAMES - 1);
	ring_done(&r);
}

static void test_empty(void **state)
{
	struct ring r = {0};

	(void)state;
	ring_trim(&r, 0);
	assert_int_equal(r.count, 0);
	ring_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

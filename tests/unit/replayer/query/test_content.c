/* SPDX-License-Identifier: Apache-2.0 */
/* A file put together of pieces: next to a plain array that gets the same. */
#include "replayer/query/content.h"

#include "base/fileio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 200, ROUNDS = 3000, UNKNOWN = 256 };

static void put(struct content *c, uint64_t position, const uint8_t *data, size_t size, bool out)
{
	const struct transfer_piece piece = {0, data, size};
	const struct flow f = {.out = out,
			       .bytes = size,
			       .positioned = true,
			       .position = position,
			       .pieces = &piece,
			       .piece_count = 1};

	assert_int_equal(content_take(c, &f), 0);
}

static void cut_to(struct content *c, uint64_t size)
{
	const struct flow f = {.kind = FLOW_TRUNCATES, .positioned = true, .position = size};

	assert_int_equal(content_take(c, &f), 0);
}

/* The extents are what the model knows, ascending, and none touches the next. */
static void check(const struct content *c, const int *model, uint64_t end)
{
	uint8_t bytes[SIZE] = {0};
	uint64_t known = 0, at = 0;

	assert_int_equal(c->end, end);
	assert_true(fileio_read_at(c->fd, 0, bytes, SIZE) >= 0);
	for (size_t i = 0; i < c->count; i++) {
		assert_true(c->extents[i].at < c->extents[i].end);
		assert_true(i == 0 || c->extents[i].at > at);
		for (uint64_t k = c->extents[i].at; k < c->extents[i].end; k++)
			assert_int_equal(bytes[k], model[k]);
		known += c->extents[i].end - c->extents[i].at;
		at = c->extents[i].end;
	}
	for (uint64_t k = 0; k < end; k++)
		known -= model[k] != UNKNOWN;
	assert_int_equal(known, 0);
}

static void test_random(void **state)
{
	struct content c = {.fd = memfd_create("content", MFD_CLOEXEC)};
	int model[SIZE];
	uint64_t end = 0;
	uint8_t data[SIZE];

	(void)state;
	srand(1);
	for (size_t i = 0; i < SIZE; i++)
		model[i] = UNKNOWN;
	for (size_t n = 0; n < ROUNDS; n++) {
		uint64_t at = (uint64_t)rand() % (SIZE - 30);
		size_t size = 1 + (size_t)rand() % 29;
		int kind = rand() % 8;

		memset(data, rand() & 0xff, sizeof(data));
		if (kind == 0) {
			/* Never to nothing: then all is known from there on. */
			cut_to(&c, at + 1);
			for (uint64_t k = at + 1; k < SIZE; k++)
				model[k] = UNKNOWN;
			for (uint64_t k = end; end && k < at + 1; k++)
				model[k] = 0;
			end = at + 1;
		} else {
			put(&c, at, kind == 1 ? NULL : data, size, true);
			for (size_t k = 0; k < size; k++)
				model[at + k] = kind == 1 ? UNKNOWN : data[k];
			end = at + size > end ? at + size : end;
		}
		check(&c, model, end);
	}
	close(c.fd);
	content_done(&c);
}

/* What was read and not kept takes nothing away from what is known. */
static void test_read_gap(void **state)
{
	struct content c = {.fd = memfd_create("content", MFD_CLOEXEC)};

	(void)state;
	put(&c, 0, (const uint8_t *)"0123456789", 10, false);
	put(&c, 5, NULL, 10, false);
	assert_int_equal(content_missing(&c), 5);
	put(&c, 2, NULL, 3, true);
	assert_int_equal(content_missing(&c), 8);
	close(c.fd);
	content_done(&c);
}

static void test_append_and_holes(void **state)
{
	struct content c = {.fd = memfd_create("content", MFD_CLOEXEC)};
	const struct transfer_piece piece = {0, (const uint8_t *)"end", 3};
	const struct flow append = {
		.out = true, .append = true, .bytes = 3, .pieces = &piece, .piece_count = 1};
	const struct flow nowhere = {.out = true, .bytes = 3, .pieces = &piece, .piece_count = 1};
	char bytes[13];

	(void)state;
	cut_to(&c, 0);
	put(&c, 7, (const uint8_t *)"abc", 3, true);
	assert_int_equal(content_take(&c, &append), 0);
	assert_int_equal(content_take(&c, &nowhere), 0);
	assert_int_equal(c.end, 13);
	/* It was empty: what nobody wrote is zero. */
	assert_int_equal(content_missing(&c), 0);
	assert_int_equal(c.unplaced, 3);
	assert_int_equal(fileio_read_at(c.fd, 0, bytes, sizeof(bytes)), 13);
	assert_memory_equal(bytes, "\0\0\0\0\0\0\0abcend", 13);
	close(c.fd);
	content_done(&c);
}

/* A tape may say any place. */
static void test_hostile(void **state)
{
	struct content c = {.fd = memfd_create("content", MFD_CLOEXEC)};
	const struct flow f = {
		.out = true, .bytes = UINT64_MAX, .positioned = true, .position = INT64_MAX};

	(void)state;
	put(&c, UINT64_MAX - 1, (const uint8_t *)"ab", 2, true);
	cut_to(&c, UINT64_MAX);
	assert_int_equal(content_take(&c, &f), 0);
	assert_int_equal(c.count, 0);
	assert_int_equal(c.end, 0);
	close(c.fd);
	content_done(&c);
}

/* Two files that had the name one after the other: the last one is put together. */
static void test_generations(void **state)
{
	struct content c = {.fd = memfd_create("content", MFD_CLOEXEC)};
	const struct transfer_piece old = {0, (const uint8_t *)"old one", 7},
				    new = {0, (const uint8_t *)"new", 3};
	struct flow f = {.bytes = 7, .positioned = true, .pieces = &old, .piece_count = 1};
	uint8_t bytes[8];

	(void)state;
	f.generation = 1;
	assert_int_equal(content_take(&c, &f), 0);
	f = (struct flow){.kind = FLOW_TRUNCATES, .positioned = true, .generation = 2};
	assert_int_equal(content_take(&c, &f), 0);
	f = (struct flow){.out = true,
			  .bytes = 3,
			  .positioned = true,
			  .generation = 2,
			  .pieces = &new,
			  .piece_count = 1};
	assert_int_equal(content_take(&c, &f), 0);
	/* Whoever has the old one open still reads it. */
	f.generation = 1;
	f.position = 3;
	assert_int_equal(content_take(&c, &f), 0);
	assert_int_equal(c.end, 3);
	assert_int_equal(content_missing(&c), 0);
	assert_int_equal(pread(c.fd, bytes, sizeof(bytes), 0), 3);
	assert_memory_equal(bytes, "new", 3);
	content_done(&c);
	close(c.fd);
}

/* What was written through memory may be anything: where it may be is told. */
static void test_mapped(void **state)
{
	struct content c = {.fd = memfd_create("content", MFD_CLOEXEC)};
	struct flow f = {.kind = FLOW_MAPS, .positioned = true, .position = 4096, .length = 100};

	(void)state;
	assert_int_equal(content_take(&c, &f), 0);
	assert_int_equal(c.mapped.end, 0);
	f.out = true;
	assert_int_equal(content_take(&c, &f), 0);
	assert_int_equal(c.mapped.at, 4096);
	assert_int_equal(c.mapped.end, 4196);
	f.position = 0;
	f.length = UINT64_MAX;
	assert_int_equal(content_take(&c, &f), 0);
	assert_int_equal(c.mapped.at, 0);
	assert_true(c.mapped.end > 4196);
	/* It makes no bytes. */
	assert_int_equal(c.end, 0);
	content_done(&c);
	close(c.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),      cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_read_gap),    cmocka_unit_test(test_append_and_holes),
		cmocka_unit_test(test_generations), cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* From the test vectors that its authors published. */
static const struct {
	const char *text;
	uint64_t hash;
} vectors[] = {
	{"", UINT64_C(0xcbf29ce484222325)},    {"a", UINT64_C(0xaf63dc4c8601ec8c)},
	{"b", UINT64_C(0xaf63df4c8601f1a5)},   {"fo", UINT64_C(0x08985907b541d342)},
	{"foo", UINT64_C(0xdcb27518fed9d577)}, {"foobar", UINT64_C(0x85944171f73967e8)},
};

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		assert_true(hash_add(HASH_START, vectors[i].text, strlen(vectors[i].text)) ==
			    vectors[i].hash);
}

/* Bytes in two parts have the hash of the whole; those above 0x7f and NUL are bytes too. */
static void test_parts(void **state)
{
	uint64_t h = hash_add(HASH_START, "foo", 3);

	(void)state;
	assert_true(hash_add(h, "bar", 3) == UINT64_C(0x85944171f73967e8));
	assert_true(hash_add(h, "", 0) == h);
	assert_true(hash_add(h, NULL, 0) == h);
	assert_true(hash_add(HASH_START, "", 1) == UINT64_C(0xaf63bd4c8601b7df));
	assert_true(hash_add(HASH_START, "\xff", 1) == UINT64_C(0xaf64724c8602eb6e));
}

/* Each byte, and how many there are, makes a difference, at each length about that of a word. */
static void test_text(void **state)
{
	char text[20] = {0};

	(void)state;
	for (size_t size = 1; size <= sizeof(text); size++) {
		uint64_t h = hash_text(text, size);

		assert_true(h == hash_text(text, size));
		assert_true(h != hash_text(text, size - 1));
		for (size_t i = 0; i < size; i++) {
			text[i] = 1;
			assert_true(h != hash_text(text, size));
			text[i] = 0;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sieve.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { BITS = 1 << 12, THINGS = BITS / SIEVE_BITS_EACH };

static uint64_t hash_of(uint32_t thing)
{
	char path[64];
	const int size = snprintf(path, sizeof(path), "/usr/share/doc/package%u/copyright", thing);

	return hash_text(path, (size_t)size);
}

/* What was added is always found; of the rest, few. */
static void test_things(void **state)
{
	struct sieve s;
	size_t wrong = 0;

	(void)state;
	assert_int_equal(sieve_init(&s, BITS), 0);
	for (uint32_t i = 0; i < THINGS; i++) {
		sieve_add(&s, hash_of(i));
		assert_true(sieve_may_have(&s, hash_of(i)));
	}
	for (uint32_t i = 0; i < THINGS; i++)
		assert_true(sieve_may_have(&s, hash_of(i)));
	for (uint32_t i = THINGS; i < 11 * THINGS; i++)
		wrong += sieve_may_have(&s, hash_of(i));
	assert_true(wrong < THINGS); /* a sixteenth is to be expected, of ten times as many */
	sieve_done(&s);
}

/* Without memory nothing is known. */
static void test_zeroed(void **state)
{
	struct sieve s = {.words = NULL};

	(void)state;
	assert_true(sieve_may_have(&s, 1));
	sieve_add(&s, 1);
	assert_true(sieve_may_have(&s, 2));
	sieve_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_things),
		cmocka_unit_test(test_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

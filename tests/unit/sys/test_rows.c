/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of calls by their names is found by their numbers. */
#include "sys/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WIDE = 0xc000003e, NARROW = 0x40000003, NOBODY = 0xc00000b7 };

struct known {
	const char *name;
};

static const void *find(const void *context, const struct sys_desc *d)
{
	const struct known *const *known = context;

	for (; *known; known++) {
		if (strcmp((*known)->name, d->name) == 0)
			return *known;
	}
	return NULL;
}

static const void *row(const struct sys_rows *r, uint32_t arch, const char *name)
{
	return sys_rows_get(r, arch, (uint64_t)sys_number(arch, name));
}

static void test_found_on_each_architecture(void **state)
{
	static const struct known read = {.name = "read"}, last = {.name = "stat64"};
	static const struct known *const known[] = {&read, &last, NULL};
	struct sys_rows r;

	(void)state;
	assert_int_equal(sys_rows_init(&r, find, known), 0);
	assert_int_not_equal(sys_number(WIDE, "read"), sys_number(NARROW, "read"));
	assert_ptr_equal(row(&r, WIDE, "read"), &read);
	assert_ptr_equal(row(&r, NARROW, "read"), &read);
	assert_ptr_equal(row(&r, NARROW, "stat64"), &last);
	assert_null(row(&r, WIDE, "write"));
	sys_rows_done(&r);
	assert_null(sys_rows_get(&r, WIDE, 0));
}

static const void *itself(const void *context, const struct sys_desc *d)
{
	(void)context;
	return d;
}

/* Numbers of a tape may be anything. */
static void test_numbers_of_nobody(void **state)
{
	struct sys_rows r;

	(void)state;
	assert_int_equal(sys_rows_init(&r, itself, NULL), 0);
	for (size_t i = 0; i < SYS_ARCHS; i++) {
		uint64_t count = sys_count(sys_arch(i));

		assert_ptr_equal(sys_rows_get(&r, sys_arch(i), count - 1),
				 sys_find(sys_arch(i), count - 1));
		assert_non_null(sys_rows_get(&r, sys_arch(i), count - 1));
		assert_null(sys_rows_get(&r, sys_arch(i), count));
		assert_null(sys_rows_get(&r, sys_arch(i), UINT64_MAX));
		assert_null(sys_rows_get(&r, sys_arch(i), UINT64_C(1) << 32));
	}
	assert_null(sys_rows_get(&r, NOBODY, 0));
	assert_null(sys_rows_get(&r, 0, 0));
	sys_rows_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_on_each_architecture),
		cmocka_unit_test(test_numbers_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the kernel's interface is described. The numbers asked for here only
 * ever grow.
 */
#include "sys/flags.h"
#include "sys/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ARCH_X86_64 = 0xc000003e };
/* Raise them when they are passed; a fall is a loss. */
enum { NAMED_MIN = 385, DESCRIBED_MIN = 370, VARIANTS_MIN = 415, LAST = 471 };

static size_t variants(const struct sys_desc *desc)
{
	size_t n = 0;

	for (size_t i = 0; desc->cases && i < desc->cases->count; i++)
		n += 1 + variants(desc->cases->variant[i].desc());
	return n;
}

static void test_coverage(void **state)
{
	size_t named = 0, described = 0, cases = 0;

	(void)state;
	for (uint64_t nr = 0; nr < sys_count(ARCH_X86_64); nr++) {
		const struct sys_desc *desc = sys_find(ARCH_X86_64, nr);

		if (!desc)
			continue;
		named++;
		described += !desc->raw;
		cases += variants(desc);
	}
	print_message("%zu named, %zu described, %zu variants\n", named, described, cases);
	assert_true(named >= NAMED_MIN);
	assert_true(described >= DESCRIBED_MIN);
	assert_true(cases >= VARIANTS_MIN);
}

/* A number without a name is one that the kernel never gave out. */
static void test_no_holes(void **state)
{
	(void)state;
	assert_int_equal(sys_count(ARCH_X86_64), LAST + 1);
	for (uint64_t nr = 0; nr <= LAST; nr++) {
		bool never = nr > 336 && nr < 424;

		assert_int_equal(sys_find(ARCH_X86_64, nr) == NULL, never);
	}
}

static void test_numbers_and_names_agree(void **state)
{
	(void)state;
	for (uint64_t nr = 0; nr <= LAST; nr++) {
		const struct sys_desc *desc = sys_find(ARCH_X86_64, nr);

		if (desc)
			assert_int_equal(sys_number(ARCH_X86_64, desc->name), nr);
	}
}

/* A name further down that says no more than one above it would never be said. */
static bool shadowed(const struct sys_flagset *set, size_t index)
{
	const struct sys_flag *later = &set->flag[index];

	for (size_t i = 0; i < index; i++) {
		const struct sys_flag *f = &set->flag[i];

		if (f->value == later->value && f->mask == later->mask)
			return true;
	}
	return false;
}

#define FLAGSET(nm, unk, ...) {#nm, &sys_flags_##nm},
static const struct {
	const char *name;
	const struct sys_flagset *set;
} flagsets[] = {
#include "sys/flags.def"
};
#undef FLAGSET

static void test_flagsets(void **state)
{
	(void)state;
	for (size_t s = 0; s < sizeof(flagsets) / sizeof(flagsets[0]); s++) {
		const struct sys_flagset *set = flagsets[s].set;

		for (size_t i = 0; i < set->count; i++) {
			const struct sys_flag *f = &set->flag[i];

			if (shadowed(set, i))
				fail_msg("%s: %s is never said", flagsets[s].name, f->name);
			/* a value outside of its own mask never matches */
			if ((f->value & f->mask) != f->value)
				fail_msg("%s: %s never matches", flagsets[s].name, f->name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_no_holes),
		cmocka_unit_test(test_numbers_and_names_agree),
		cmocka_unit_test(test_flagsets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

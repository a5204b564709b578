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

enum { ARCH_X86_64 = 0xc000003e, ARCH_I386 = 0x40000003 };
/* Raise them when they are passed; a fall is a loss. */
static const struct {
	const char *name;
	uint32_t arch;
	size_t named, described, variants;
} least[] = {
	{"x86-64", ARCH_X86_64, 385, 370, 775},
	{"i386", ARCH_I386, 461, 439, 880},
};
enum { LAST = 471 };

static size_t variants(const struct sys_desc *desc)
{
	size_t n = 0;

	for (size_t i = 0; desc->cases && i < desc->cases->count; i++)
		n += 1 + variants(desc->cases->variant[i].desc());
	return n;
}

static void test_coverage(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(least) / sizeof(least[0]); i++) {
		size_t named = 0, described = 0, cases = 0;

		for (uint64_t nr = 0; nr < sys_count(least[i].arch); nr++) {
			const struct sys_desc *desc = sys_find(least[i].arch, nr);

			if (!desc)
				continue;
			named++;
			described += !desc->raw;
			cases += variants(desc);
		}
		print_message("%s: %zu named, %zu described, %zu variants\n", least[i].name, named,
			      described, cases);
		assert_true(named >= least[i].named);
		assert_true(described >= least[i].described);
		assert_true(cases >= least[i].variants);
	}
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

/* The same for 32-bit programs. */
static void test_no_holes_i386(void **state)
{
	static const uint16_t never[] = {222, 223, 251, 285, 387, 388, 389, 390, 391, 392, 415};
	size_t holes = 0;

	(void)state;
	assert_int_equal(sys_count(ARCH_I386), LAST + 1);
	for (uint64_t nr = 0; nr <= LAST; nr++) {
		bool hole = holes < sizeof(never) / sizeof(never[0]) && never[holes] == nr;

		assert_int_equal(sys_find(ARCH_I386, nr) == NULL, hole);
		holes += hole;
	}
}

static void test_numbers_and_names_agree(void **state)
{
	(void)state;
	for (size_t i = 0; sys_arch(i); i++) {
		for (uint64_t nr = 0; nr <= LAST; nr++) {
			const struct sys_desc *desc = sys_find(sys_arch(i), nr);

			if (desc)
				assert_int_equal(sys_number(sys_arch(i), desc->name), nr);
		}
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
	{"ioctl_commands", &sys_flags_ioctl_commands},
	{"ioctl_commands_i386", &sys_flags_ioctl_commands_i386},
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
		cmocka_unit_test(test_no_holes_i386),
		cmocka_unit_test(test_numbers_and_names_agree),
		cmocka_unit_test(test_flagsets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

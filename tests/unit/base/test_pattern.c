/* SPDX-License-Identifier: Apache-2.0 */
/* What it is for, memory that is missing, is tried by tests/fault: of scan, diff and -e. */
#include "base/pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_found_or_not(void **state)
{
	regex_t pattern;
	regmatch_t m[2];

	(void)state;
	assert_int_equal(regcomp(&pattern, "^(k[a-z]+)=", REG_EXTENDED), 0);
	assert_int_equal(pattern_find(&pattern, "key=value", 2, m, 0), 1);
	assert_int_equal(m[1].rm_so, 0);
	assert_int_equal(m[1].rm_eo, 3);
	assert_int_equal(pattern_find(&pattern, "key=value", 2, m, REG_NOTBOL), 0);
	assert_int_equal(pattern_find(&pattern, "no key=value", 0, NULL, 0), 0);
	regfree(&pattern);
}

/* What failed before is neither taken for a failure nor forgotten. */
static void test_errno(void **state)
{
	regex_t pattern;

	(void)state;
	assert_int_equal(regcomp(&pattern, "x", REG_EXTENDED), 0);
	errno = ENOMEM;
	assert_int_equal(pattern_find(&pattern, "abc", 0, NULL, 0), 0);
	assert_int_equal(errno, ENOMEM);
	errno = EBADF;
	assert_int_equal(pattern_find(&pattern, "x", 0, NULL, 0), 1);
	assert_int_equal(errno, EBADF);
	regfree(&pattern);
}

/* What glibc would make gigabytes of. */
static void test_modest(void **state)
{
	static const char *const modest[] = {
		"", "a+b+c+", "^(open|close)at?$", "a{3,200}", "[+{]\\+(x{2}){3}", "a{", "a{,"};
	static const char *const greedy[] = {
		"a+++++++++++++++++++++++++", "(((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+",
		"((a{255}){255}){255}", "a{99999999999999999999}", "a{1,99999999999999999999}"};
	char text[PATTERN_SIZE_MAX + 2] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(modest) / sizeof(modest[0]); i++)
		assert_true(pattern_is_modest(modest[i]));
	for (size_t i = 0; i < sizeof(greedy) / sizeof(greedy[0]); i++)
		assert_false(pattern_is_modest(greedy[i]));
	memset(text, 'a', PATTERN_SIZE_MAX);
	assert_true(pattern_is_modest(text));
	text[PATTERN_SIZE_MAX] = 'a';
	assert_false(pattern_is_modest(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_or_not),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_modest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

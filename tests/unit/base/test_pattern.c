/* SPDX-License-Identifier: Apache-2.0 */
/* What it is for, memory that is missing, is tried by tests/fault: of scan, diff and -e. */
#include "base/pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_or_not),
		cmocka_unit_test(test_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

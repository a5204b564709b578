/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_story(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_errno(&err, ENOENT, "'%s'", "x"), -ENOENT);
	assert_int_equal(err_wrap(&err, "tape %d", 3), -ENOENT);
	assert_string_equal(err_text(&err), "tape 3: 'x': No such file or directory");
}

static void test_nobody_listens(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, EINVAL, "%s", "x"), -EINVAL);
	assert_non_null(err_text(NULL));
}

static void test_long_text_is_cut(void **state)
{
	char text[3 * ERR_TEXT_MAX];
	struct err err = {0};

	(void)state;
	memset(text, 'y', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err_set(&err, EINVAL, "%s", text);
	assert_int_equal(err_wrap(&err, "%s", text), -EINVAL);
	assert_int_equal(strlen(err_text(&err)), ERR_TEXT_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_story),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

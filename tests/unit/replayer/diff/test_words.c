/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_word(struct word w, const char *text)
{
	assert_int_equal(w.size, strlen(text));
	assert_memory_equal(w.at, text, w.size);
}

static void test_split(void **state)
{
	struct words w;

	(void)state;
	assert_true(words_split("open(\"/a, (b\\\"\", {x=1, y=[2, 3]}, O_RDONLY) = </a>", &w));
	assert_word(w.name, "open");
	assert_int_equal(w.count, 3);
	assert_word(w.arguments[0], "\"/a, (b\\\"\"");
	assert_word(w.arguments[1], "{x=1, y=[2, 3]}");
	assert_word(w.arguments[2], "O_RDONLY");
	assert_word(w.result, "</a>");
	assert_true(words_split("getpid() = 1", &w));
	assert_int_equal(w.count, 0);
	assert_word(w.result, "1");
	assert_false(words_split("SIGTERM {si_code=0}", &w));
	assert_true(words_split("f(\"not closed", &w));
	assert_true(words_split("f(((((", &w));
}

static void test_flags(void **state)
{
	const struct word w = {"O_RDONLY|O_CLOEXEC", 18}, one = {"O_CLOEXEC", 9};
	const struct word other = {"O_CLO", 5}, number = {"17", 2};

	(void)state;
	assert_true(word_is_flags(w));
	assert_true(word_has_flag(w, one));
	assert_false(word_has_flag(w, other));
	assert_false(word_is_flags(number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

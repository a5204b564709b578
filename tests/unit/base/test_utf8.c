/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_valid(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		uint32_t character;
	} cases[] = {
		{"a", 1, 'a'},
		{"\x7f", 1, 0x7f},
		{"\xc2\x80", 2, 0x80},
		{"\xdf\xbf", 2, 0x7ff},
		{"\xe0\xa0\x80", 3, 0x800},
		{"\xed\x9f\xbf", 3, 0xd7ff},
		{"\xee\x80\x80", 3, 0xe000},
		{"\xef\xbf\xbf", 3, 0xffff},
		{"\xf0\x90\x80\x80", 4, 0x10000},
		{"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t c = 0;
		size_t size = strlen(cases[i].bytes);

		assert_int_equal(utf8_decode((const uint8_t *)cases[i].bytes, size, &c),
				 cases[i].length);
		assert_int_equal(c, cases[i].character);
		/* A character that is cut off is none. */
		if (size > 1)
			assert_int_equal(utf8_decode((const uint8_t *)cases[i].bytes, size - 1, &c),
					 0);
	}
}

static void test_invalid(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xc3(",
		"\xe2\x82(",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t c;

		assert_int_equal(utf8_decode((const uint8_t *)cases[i], strlen(cases[i]), &c), 0);
	}
}

static void test_repair(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9"},
		{"a\xff"
		 "b",
		 "a?b"},
		{"\xc3", "?"},
		{"\xe2\x82x", "??x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[16];

		strcpy(text, cases[i].before);
		utf8_repair(text);
		assert_string_equal(text, cases[i].after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_repair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

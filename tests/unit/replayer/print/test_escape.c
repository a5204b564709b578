/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of unknown origin as text. What is expected of escape_strace() is what strace
 * 6.1 writes for a path of these bytes; of UTF-8, what RFC 3629 says.
 */
#include "replayer/print/escape.h"

#include "../../guard.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef void escape_fn(struct buf *ret, const void *bytes, size_t size);

static void never(struct buf *ret, const void *bytes, size_t size)
{
	escape_strace(ret, bytes, size, PRINT_HEX_NEVER);
}

static void non_ascii(struct buf *ret, const void *bytes, size_t size)
{
	escape_strace(ret, bytes, size, PRINT_HEX_NON_ASCII);
}

static void always(struct buf *ret, const void *bytes, size_t size)
{
	escape_strace(ret, bytes, size, PRINT_HEX_ALL);
}

static void check(escape_fn *escape, const void *bytes, size_t size, const char *expected)
{
	struct guard g = guard_copy(bytes, size);
	struct buf out = {0};

	buf_str(&out, ">");
	escape(&out, g.data, size);
	assert_string_equal(buf_text(&out) + 1, expected);
	buf_done(&out);
	guard_done(&g);
}

/* The bytes of a literal, without its NUL. */
#define CHECK(escape, bytes, expected) check(escape, bytes, sizeof(bytes) - 1, expected)

/* ---- strace's ---- */

/* Every byte by itself, as octal with the fewest digits. */
static void test_each_byte(void **state)
{
	static const char *const letters[256] = {
		['\t'] = "\\t", ['\n'] = "\\n", ['\v'] = "\\v", ['\f'] = "\\f",
		['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\"};
	char expected[8];

	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		const uint8_t byte = (uint8_t)c;

		if (letters[c])
			snprintf(expected, sizeof(expected), "%s", letters[c]);
		else
			snprintf(expected, sizeof(expected), c >= ' ' && c < 0x7f ? "%c" : "\\%o",
				 c);
		check(never, &byte, 1, expected);
		snprintf(expected, sizeof(expected), "\\x%02x", c);
		check(always, &byte, 1, expected);
	}
}

/* A digit behind an escape must not be taken for a part of it. */
static void test_digit_behind(void **state)
{
	(void)state;
	CHECK(never,
	      "\0"
	      "1",
	      "\\0001");
	CHECK(never,
	      "\1"
	      "7",
	      "\\0017");
	CHECK(never,
	      "\33"
	      "0",
	      "\\0330");
	CHECK(never,
	      "\377"
	      "0",
	      "\\3770");
	CHECK(never,
	      "\1"
	      "8",
	      "\\18");
	CHECK(never,
	      "\0"
	      "9"
	      "\0",
	      "\\09\\0");
	CHECK(never, "\1a", "\\1a");
	CHECK(never,
	      "\1"
	      "\1"
	      "1",
	      "\\1\\0011");
	CHECK(never, "\n1", "\\n1");
	CHECK(never, "a \"quoted\" \\ \n\t\v\f\r\a\b\033\0011\0019\377\200",
	      "a \\\"quoted\\\" \\\\ \\n\\t\\v\\f\\r\\7\\10\\33\\0011\\19\\377\\200");
}

/* -x: hexadecimal when there is anything but ASCII text; -xx: always. */
static void test_hexadecimal(void **state)
{
	(void)state;
	CHECK(non_ascii, "ab", "ab");
	CHECK(non_ascii, "a\t\n\v\f\r\"\\", "a\\t\\n\\v\\f\\r\\\"\\\\");
	CHECK(non_ascii, "ab\0", "\\x61\\x62\\x00");
	CHECK(non_ascii, "ab\177", "\\x61\\x62\\x7f");
	CHECK(non_ascii, "\303\244", "\\xc3\\xa4");
	CHECK(non_ascii, "\033", "\\x1b");
	CHECK(always, "ab\"", "\\x61\\x62\\x22");
	CHECK(always, "", "");
	CHECK(never, "", "");
}

/* ---- UTF-8 ---- */

static const struct {
	const char *bytes;
	const char *text; /* NULL: as it is */
	const char *json;
} characters[] = {
	{"a", NULL, NULL},
	{"\xc2\xa0", NULL, NULL},         /* U+00A0, the first that does not act */
	{"\xc3\xa4", NULL, NULL},         /* two bytes */
	{"\xdf\xbf", NULL, NULL},         /* U+07FF */
	{"\xe0\xa0\x80", NULL, NULL},     /* U+0800, the least of three bytes */
	{"\xe2\x82\xac", NULL, NULL},     /* the euro sign */
	{"\xed\x9f\xbf", NULL, NULL},     /* U+D7FF, before the surrogates */
	{"\xee\x80\x80", NULL, NULL},     /* U+E000, behind them */
	{"\xef\xbf\xbd", NULL, NULL},     /* U+FFFD itself */
	{"\xf0\x90\x80\x80", NULL, NULL}, /* U+10000, the least of four bytes */
	{"\xf4\x8f\xbf\xbf", NULL, NULL}, /* U+10FFFF, the last */
	{"\xd8\x9b", NULL, NULL},         /* U+061B, before the Arabic letter mark */
	/* Not UTF-8: byte by byte. */
	{"\x80", "\\x80", "\\ufffd"},
	{"\xbf", "\\xbf", "\\ufffd"},
	{"\xc0\x80", "\\xc0\\x80", "\\ufffd\\ufffd"}, /* an overlong NUL */
	{"\xc1\xbf", "\\xc1\\xbf", "\\ufffd\\ufffd"},
	{"\xe0\x80\x80", "\\xe0\\x80\\x80", "\\ufffd\\ufffd\\ufffd"},
	{"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf", "\\ufffd\\ufffd\\ufffd"},
	{"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\ufffd\\ufffd\\ufffd"}, /* U+D800 */
	{"\xed\xbf\xbf", "\\xed\\xbf\\xbf", "\\ufffd\\ufffd\\ufffd"}, /* U+DFFF */
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
	{"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
	{"\xff", "\\xff", "\\ufffd"},
	/* Cut, and cut by another character. */
	{"\xc3", "\\xc3", "\\ufffd"},
	{"\xe2\x82", "\\xe2\\x82", "\\ufffd\\ufffd"},
	{"\xf0\x90\x80", "\\xf0\\x90\\x80", "\\ufffd\\ufffd\\ufffd"},
	{"\xc3"
	 "a",
	 "\\xc3a", "\\ufffda"},
	{"\xe2\x82\xc3\xa4", "\\xe2\\x82\xc3\xa4", "\\ufffd\\ufffd\xc3\xa4"},
};

static void test_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		const char *bytes = characters[i].bytes;

		check(escape_text, bytes, strlen(bytes),
		      characters[i].text ? characters[i].text : bytes);
		check(escape_json, bytes, strlen(bytes),
		      characters[i].json ? characters[i].json : bytes);
	}
}

/* ---- for people ---- */

/* What acts on a terminal, or turns the text around it, is told as bytes. */
static void test_text_is_harmless(void **state)
{
	(void)state;
	CHECK(escape_text, "a\nb", "a\\x0ab");
	CHECK(escape_text, "\33[31m", "\\x1b[31m");
	CHECK(escape_text, "\0", "\\x00");
	CHECK(escape_text, "\177", "\\x7f");
	CHECK(escape_text, "\xc2\x80", "\\xc2\\x80"); /* U+0080 */
	CHECK(escape_text,
	      "\xc2\x9b"
	      "31m",
	      "\\xc2\\x9b31m");                                /* CSI in one character */
	CHECK(escape_text, "\xc2\x9f", "\\xc2\\x9f");          /* U+009F */
	CHECK(escape_text, "\xd8\x9c", "\\xd8\\x9c");          /* U+061C */
	CHECK(escape_text, "\xe2\x80\x8e", "\\xe2\\x80\\x8e"); /* left-to-right mark */
	CHECK(escape_text, "\xe2\x80\x8f", "\\xe2\\x80\\x8f");
	CHECK(escape_text, "\xe2\x80\xaa", "\\xe2\\x80\\xaa"); /* embedding */
	CHECK(escape_text,
	      "\xe2\x80\xae"
	      "gpj",
	      "\\xe2\\x80\\xaegpj");                           /* override */
	CHECK(escape_text, "\xe2\x81\xa6", "\\xe2\\x81\\xa6"); /* isolate */
	CHECK(escape_text, "\xe2\x81\xa9", "\\xe2\\x81\\xa9");
	CHECK(escape_text, "\xe2\x80\xa8", "\\xe2\\x80\\xa8"); /* line separator */
	CHECK(escape_text, "\xef\xbb\xbf", "\\xef\\xbb\\xbf"); /* byte order mark */
	CHECK(escape_text, "\xe2\x80\xa6", "\xe2\x80\xa6");    /* an ellipsis does nothing */
}

static void test_text_never_acts(void **state)
{
	struct buf out = {0};

	(void)state;
	for (unsigned c = 0; c < 256 * 256; c++) {
		const uint8_t bytes[2] = {(uint8_t)(c >> 8), (uint8_t)c};

		buf_clear(&out);
		escape_text(&out, bytes, 2);
		for (size_t i = 0; i < out.size; i++)
			assert_true((uint8_t)out.data[i] >= 0x20 && out.data[i] != 0x7f);
	}
	buf_done(&out);
}

static void test_words(void **state)
{
	(void)state;
	CHECK(escape_word, "ls", "ls");
	CHECK(escape_word, "--color=auto", "--color=auto");
	CHECK(escape_word, "a/b.c-d_e+f@g%h:i,j", "a/b.c-d_e+f@g%h:i,j");
	CHECK(escape_word, "\xc3\xa4", "\xc3\xa4");
	CHECK(escape_word, "", "''");
	CHECK(escape_word, "a b", "'a b'");
	CHECK(escape_word, "$x", "'$x'");
	CHECK(escape_word, "~", "'~'");
	CHECK(escape_word, "#", "'#'");
	CHECK(escape_word, "a\\b", "'a\\b'");
	CHECK(escape_word, "it's", "'it'\\''s'");
	CHECK(escape_word, "'", "''\\'''");
	CHECK(escape_word, "a\nb", "'a\\x0ab'");
	CHECK(escape_word, "a\0b", "'a\\x00b'");
	CHECK(escape_word, "\xff", "\\xff");
}

/* ---- JSON ---- */

static void test_json(void **state)
{
	char expected[8];

	(void)state;
	for (unsigned c = 0; c < 0x20; c++) {
		const uint8_t byte = (uint8_t)c;

		if (!strchr("\t\n\f\r", (int)c) || !c) {
			snprintf(expected, sizeof(expected), "\\u%04x", c);
			check(escape_json, &byte, 1, expected);
		}
	}
	CHECK(escape_json, "\t\n\f\r", "\\t\\n\\f\\r");
	CHECK(escape_json, "\v", "\\u000b"); /* JSON has no \v */
	CHECK(escape_json, "\"\\/", "\\\"\\\\/");
	CHECK(escape_json, "\177", "\\u007f");
	CHECK(escape_json, "a\0b", "a\\u0000b");
	CHECK(escape_json, "", "");
}

/* Plain characters are passed by eight at a time: one that is not, at each place. */
static void test_in_a_run(void **state)
{
	char text[24], expected[64];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at++) {
		for (unsigned c = 0; c < 256; c++) {
			char escaped[8];
			bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

			struct buf one = {0};

			memset(text, '~', sizeof(text));
			text[at] = (char)c;
			/* A byte alone is no run. */
			never(&one, &(char){(char)c}, 1);
			snprintf(escaped, sizeof(escaped), "%s", buf_text(&one));
			buf_done(&one);
			assert_true(plain == (strlen(escaped) == 1));
			snprintf(expected, sizeof(expected), "%.*s%s%.*s", (int)at,
				 "~~~~~~~~~~~~~~~~~~~~~~~~", escaped, (int)(sizeof(text) - at - 1),
				 "~~~~~~~~~~~~~~~~~~~~~~~~");
			check(never, text, sizeof(text), expected);
		}
	}
}

/* Texts of all lengths with one such byte anywhere, or none. */
static void test_text_in_a_run(void **state)
{
	enum { SIZE = 27 };
	static const char tildes[] = "~~~~~~~~~~~~~~~~~~~~~~~~~~~";
	char text[SIZE], expected[4 * SIZE];

	(void)state;
	for (size_t size = 0; size <= SIZE; size++) {
		memset(text, '~', sizeof(text));
		check(escape_text, text, size, tildes + SIZE - size);
		for (size_t at = 0; at < size; at++) {
			text[at] = '\x1b';
			snprintf(expected, sizeof(expected), "%.*s\\x1b%s", (int)at, tildes,
				 tildes + SIZE - (size - at - 1));
			check(escape_text, text, size, expected);
			text[at] = '~';
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_digit_behind),
		cmocka_unit_test(test_hexadecimal),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_text_is_harmless),
		cmocka_unit_test(test_text_never_acts),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_in_a_run),
		cmocka_unit_test(test_text_in_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/query/hosts.h"

#include "../../guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define QUESTION             "\3www\7example\4test\0\0\1\0\1"
#define HEAD(flags, answers) "\x12\x34" flags "\0\1\0" answers "\0\0\0\0"
#define REST                 "\0\1\0\0\0\x3c\0"

static const char asked[] = HEAD("\1\0", "\0") QUESTION;
static const char answered[] =
	HEAD("\x81\x80", "\2") QUESTION "\xc0\x0c\0\5" REST "\x09\6Target\xc0\x10"
					"\xc0\x2e\0\1" REST "\4\x7f\0\0\x0b";
static const char refused[] = HEAD("\x81\x83", "\0") QUESTION;
static const uint8_t address[4] = {127, 0, 0, 11};

/* The bytes end at a hole. */
static void take(struct hosts *h, const char *bytes, size_t size, uint64_t time)
{
	struct guard g = guard_copy(bytes, size);

	assert_int_equal(hosts_take_message(h, g.data, size, "10.0.0.1:53", 1, time), 0);
	guard_done(&g);
}

static void test_answer(void **state)
{
	struct hosts h = {.count = 0};

	(void)state;
	take(&h, asked, sizeof(asked) - 1, 100);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.lookups[0].code, LOOKUP_UNANSWERED);
	take(&h, answered, sizeof(answered) - 1, 350);
	assert_int_equal(h.count, 1);
	assert_string_equal(h.lookups[0].name, "www.example.test");
	assert_string_equal(h.lookups[0].alias, "target.example.test");
	assert_int_equal(h.lookups[0].address_count, 1);
	assert_int_equal(h.lookups[0].answer_time, 250);
	assert_string_equal(hosts_name(&h, address, 4), "www.example.test");
	assert_null(hosts_name(&h, (const uint8_t[]){127, 0, 0, 12}, 4));
	/* The same in an IPv6 address. */
	assert_string_equal(
		hosts_name(&h,
			   (const uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 11},
			   16),
		"www.example.test");
	/* No answer for another type takes nothing away. */
	take(&h, refused, sizeof(refused) - 1, 400);
	assert_int_equal(h.lookups[0].code, LOOKUP_FINE);
	hosts_done(&h);
}

static void test_no_such_name(void **state)
{
	struct hosts h = {.count = 0};

	(void)state;
	take(&h, refused, sizeof(refused) - 1, 1);
	assert_int_equal(h.lookups[0].code, LOOKUP_NO_SUCH_NAME);
	assert_string_equal(lookup_code_text(h.lookups[0].code), "no such name");
	hosts_done(&h);
}

/* Cut anywhere, and with each byte another: nothing is read that is not there. */
static void test_hostile(void **state)
{
	char bytes[sizeof(answered) - 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		struct hosts h = {.count = 0};

		take(&h, answered, i, 1);
		for (int with = 0; with < 256; with += 17) {
			memcpy(bytes, answered, sizeof(bytes));
			bytes[i] = (char)with;
			take(&h, bytes, sizeof(bytes), 1);
		}
		hosts_done(&h);
	}
}

/* A pointer to itself, a name with what no name has. */
static void test_bad_names(void **state)
{
	static const char loop[] = HEAD("\1\0", "\0") "\xc0\x0c\0\1\0\1";
	static const char odd[] = HEAD("\1\0", "\0") "\3a\x1b[\4test\0\0\1\0\1";
	struct hosts h = {.count = 0};

	(void)state;
	take(&h, loop, sizeof(loop) - 1, 1);
	take(&h, odd, sizeof(odd) - 1, 1);
	assert_int_equal(h.count, 0);
	hosts_done(&h);
}

#define RECORD(name, type, length) name type REST length
#define A                          "\0\1"
#define AAAA                       "\0\x1c"
#define CNAME                      "\0\5"
#define ASKED_FOR                  "\xc0\x0c" /* a pointer to the question's name */
#define ANSWER(count)              HEAD("\x81\x80", count) QUESTION
#define TAKE(h, bytes)             take(h, bytes, sizeof(bytes) - 1, 1)

/* An address of another name, of another class, or of the name behind an alias is not believed. */
static void test_unasked(void **state)
{
	static const uint8_t other[4] = {10, 0, 0, 8};
	struct hosts h = {.count = 0};

	(void)state;
	TAKE(&h, ANSWER("\2") RECORD("\3WWW\7eXample\4test\0", A, "\4") "\x7f\0\0\x0b" RECORD(
			 "\3bad\0", A, "\4") "\x0a\0\0\x08");
	assert_string_equal(hosts_name(&h, address, 4), "www.example.test");
	assert_null(hosts_name(&h, other, 4));
	TAKE(&h, ANSWER("\1") ASKED_FOR A "\0\3\0\0\0\x3c\0\4"
					  "\x0a\0\0\x08");
	assert_null(hosts_name(&h, other, 4));
	TAKE(&h, ANSWER("\2") RECORD(ASKED_FOR, CNAME, "\x07") "\4real\xc0\x10" RECORD(
			 ASKED_FOR, A, "\4") "\x0a\0\0\x08");
	assert_null(hosts_name(&h, other, 4));
	assert_string_equal(h.lookups[0].alias, "real.example.test");
	/* An alias of something else leads nowhere. */
	TAKE(&h, ANSWER("\2") RECORD("\3bad\0", CNAME, "\x07") "\4evil\xc0\x10" RECORD(
			 "\4evil\xc0\x10", A, "\4") "\x0a\0\0\x08");
	assert_null(hosts_name(&h, other, 4));
	/* An alias that goes on behind its record. */
	TAKE(&h, ANSWER("\1") RECORD(ASKED_FOR, CNAME, "\x05") "\4evil\xc0\x10");
	assert_string_equal(h.lookups[0].alias, "real.example.test");
	assert_int_equal(h.names.count, 1);
	hosts_done(&h);
}

/* Names that lead in circles, forward, out of the message, or are too long. */
static void test_circles(void **state)
{
	static const char *const circles[] = {
		"\xc0\x0c", "\xc0\x0e\xc0\x0c", "\1a\xc0\x0c", "\xff\xff",
		"\xc0\x11", "\xc0\x12\1a",      "\x80",        "\x40"};
	char text[400] = HEAD("\x81\x80", "\xff");
	struct hosts h = {.count = 0};
	size_t n = 12;

	(void)state;
	for (size_t i = 0; i < sizeof(circles) / sizeof(circles[0]); i++) {
		memset(text + 12, 0, 40);
		memcpy(text + 12, circles[i], strlen(circles[i]));
		take(&h, text, 12 + strlen(circles[i]), 1);
		take(&h, text, 40, 1);
	}
	/* A pointer back into what was read of the same name. */
	TAKE(&h, HEAD("\1\0", "\0") "\1a\1b\xc0\x0e\0\1\0\1");
	assert_int_equal(h.count, 0);
	/* 253 letters and dots are a name; one more is none. */
	for (int i = 0; i < 3; i++, n += 64) {
		text[n] = 63;
		memset(text + n + 1, 'a', 63);
	}
	text[n] = 61;
	memset(text + n + 1, 'a', 61);
	memcpy(text + n + 62, "\0\0\1\0\1", 5);
	take(&h, text, n + 67, 1);
	assert_int_equal(h.count, 1);
	assert_int_equal(strlen(h.lookups[0].name), 3 * 64 + 61);
	text[n] = 62;
	memset(text + n + 1, 'b', 62);
	memcpy(text + n + 63, "\0\0\1\0\1", 5);
	take(&h, text, n + 68, 1);
	assert_int_equal(h.count, 1);
	hosts_done(&h);
}

/* More than one question, another kind of message, a record longer than what there is. */
static void test_other_messages(void **state)
{
	static const char two[] = "\x12\x34\1\0\0\2\0\0\0\0\0\0" QUESTION;
	static const char update[] = HEAD("\x29\0", "\0") QUESTION;
	static const char longer[] = ANSWER("\1") ASKED_FOR A "\0\1\0\0\0\x3c\xff\xff\x7f\0\0\x0b";
	struct hosts h = {.count = 0};

	(void)state;
	TAKE(&h, two);
	TAKE(&h, update);
	assert_int_equal(h.count, 0);
	TAKE(&h, longer);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.lookups[0].address_count, 0);
	assert_null(hosts_name(&h, address, 4));
	hosts_done(&h);
}

/* More addresses than are kept, and more records than are read. */
static void test_many(void **state)
{
	static const char question[] = HEAD("\x81\x80", "\xff") QUESTION;
	char text[sizeof(question) + 255 * 16];
	size_t n = sizeof(question) - 1;
	struct hosts h = {.count = 0};

	(void)state;
	memcpy(text, question, n);
	for (int i = 0; i < 255; i++, n += 16) {
		memcpy(text + n, RECORD(ASKED_FOR, A, "\4") "\x7f\0\0", 15);
		text[n + 15] = (char)i;
	}
	take(&h, text, n, 1);
	assert_int_equal(h.lookups[0].address_count, LOOKUP_ADDRESSES);
	assert_int_equal(h.names.count, 64);
	hosts_done(&h);
}

static void test_file(void **state)
{
	static const char text[] = "# comment\n127.0.0.11\tlocal.test other\n  ::1 six\nbad line\n"
				   "10.0.0.1 esc\x1b[1m\n10.0.0.2 cut";
	struct guard g = guard_copy(text, sizeof(text) - 1);
	struct hosts h = {.count = 0};

	(void)state;
	assert_int_equal(hosts_take_file(&h, g.data, sizeof(text) - 1), 0);
	assert_string_equal(hosts_name(&h, address, 4), "local.test");
	assert_string_equal(hosts_name(&h, (const uint8_t[16]){[15] = 1}, 16), "six");
	assert_int_equal(h.names.count, 2);
	hosts_done(&h);
	guard_done(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),  cmocka_unit_test(test_no_such_name),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_file),    cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_circles), cmocka_unit_test(test_other_messages),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

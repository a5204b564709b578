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
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of -e trace= choose. */
#include "sys/choice.h"

#include "base/buf.h"
#include "base/err.h"
#include "sys/table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDE = 0xc000003e, NARROW = 0x40000003, X32 = 0x40000000 };

static bool chooses(const char *expression, uint32_t arch, const char *name)
{
	struct sys_choice c = {.others = false};
	struct err err = {0};
	bool has;

	if (sys_choice_parse(expression, &c, &err) < 0)
		fail_msg("%s: %s", expression, err_text(&err));
	has = sys_choice_has(&c, arch, (uint64_t)sys_number(arch, name), NULL);
	sys_choice_done(&c);
	return has;
}

static void test_words(void **state)
{
	static const struct {
		const char *expression, *yes, *no;
	} rows[] = {
		{"openat", "openat", "open"},
		{"trace=openat,close", "close", "read"},
		{"t=close", "close", "read"},
		{"%file", "execve", "read"},
		{"file", "execve", "read"},
		{"trace=%network,read", "read", "write"},
		{"signal", "rt_sigaction", "read"},
		{"/^open", "openat", "close"},
		{"/at$,read", "openat", "open"},
		{"!openat", "close", "openat"},
		{"!!openat", "openat", "close"},
		{"trace=!%file,read", "write", "read"},
		{"all", "getppid", NULL},
		{"none", NULL, "getppid"},
		{"!all", NULL, "getppid"},
		{"!none", "getppid", NULL},
		{"?nothing_like_it,read", "read", "write"},
		{"?%nothing_like_it", NULL, "write"},
		{"read,,write,", "write", "open"},
		{"read,read,write,read", "write", "open"},
		{"257", "openat", "open"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].yes)
			assert_true(chooses(rows[i].expression, WIDE, rows[i].yes));
		if (rows[i].no)
			assert_false(chooses(rows[i].expression, WIDE, rows[i].no));
	}
	assert_true(chooses("openat", NARROW, "openat"));
	assert_true(chooses("waitpid", NARROW, "waitpid"));
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *expression, *says;
	} rows[] = {
		{"nothing_like_it", "there is no call named 'nothing_like_it'"},
		{"read,nothing_like_it", "there is no call named 'nothing_like_it'"},
		{"trace=%nothing", "there is no set of calls named '%nothing'"},
		{"9999", "there is no call with the number '9999'"},
		{"/[", "'[' is no regular expression"},
		{"/nothing_like_it", "no call matches 'nothing_like_it'"},
		{"signal=all", "'-e signal=all' is not known; there is -e trace="},
		{"", "no call is named"},
		{"!", "no call is named"},
		{"all,none", "there is no call named 'none'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sys_choice c = {.others = false};
		struct err err = {0};

		assert_int_equal(sys_choice_parse(rows[i].expression, &c, &err), -EINVAL);
		assert_string_equal(err_text(&err), rows[i].says);
		assert_int_equal(c.calls.count, 0);
	}
}

/* A number that nobody knows belongs to all, and to all but some. */
static void test_unknown(void **state)
{
	static const struct {
		const char *expression;
		bool chosen;
	} rows[] = {{"all", true},   {"!read", true},  {"!none", true}, {"read", false},
		    {"none", false}, {"%file", false}, {"/.", false},   {"!all", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sys_choice c = {.others = false};

		assert_int_equal(sys_choice_parse(rows[i].expression, &c, NULL), 0);
		assert_int_equal(sys_choice_has(&c, WIDE, 5000, NULL), rows[i].chosen);
		assert_int_equal(sys_choice_has(&c, WIDE, X32 | 1, NULL), rows[i].chosen);
		assert_int_equal(sys_choice_has(&c, 1, 1, NULL), rows[i].chosen);
		sys_choice_done(&c);
	}
}

/* socketcall is what its first argument says. */
static void test_variants(void **state)
{
	const uint64_t bind[6] = {2}, listen[6] = {4};
	uint64_t nr = (uint64_t)sys_number(NARROW, "socketcall");
	struct sys_choice c = {.others = false};

	(void)state;
	assert_int_equal(sys_choice_parse("bind", &c, NULL), 0);
	assert_true(sys_choice_has(&c, NARROW, nr, bind));
	assert_false(sys_choice_has(&c, NARROW, nr, listen));
	assert_true(sys_choice_has(&c, NARROW, nr, NULL));
	sys_choice_done(&c);
}

static void test_all(void **state)
{
	static const struct {
		const char *expression;
		bool all;
	} rows[] = {{"all", true}, {"!none", true},  {"all,read", true},
		    {"/.", false}, {"!read", false}, {"read", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sys_choice c = {.others = false};

		assert_int_equal(sys_choice_parse(rows[i].expression, &c, NULL), 0);
		assert_int_equal(sys_choice_is_all(&c), rows[i].all);
		sys_choice_done(&c);
	}
}

static void test_plain(void **state)
{
	static const struct {
		const char *expression, *plain;
	} rows[] = {
		{"trace=read,%file", "read,%file"},
		{"t=!read,?nothing", "!read,?nothing"},
		{"trace=none", "none"},
		{"/^openat$", "openat"},
		{"!read,/^openat2?$,read", "!read,openat,openat2"},
		{"ipc,/^(ipc|signal)$", "ipc,:signal,:ipc"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf plain = {0};

		assert_int_equal(sys_choice_plain(rows[i].expression, &plain, NULL), 0);
		assert_string_equal(buf_text(&plain), rows[i].plain);
		buf_done(&plain);
	}
}

/* All names there are fit into a tape, and mean the same when they are read. */
static void test_plain_is_read_back(void **state)
{
	struct sys_choice a = {.others = false}, b = {.others = false};
	struct buf plain = {0};

	(void)state;
	assert_int_equal(sys_choice_parse("/^[^o]", &a, NULL), 0);
	assert_int_equal(sys_choice_plain("/^[^o]", &plain, NULL), 0);
	assert_int_equal(sys_choice_parse_plain(buf_text(&plain), &b, NULL), 0);
	assert_int_equal(a.calls.count, b.calls.count);
	for (uint64_t nr = 0; nr < sys_count(WIDE); nr++)
		assert_int_equal(sys_choice_has(&a, WIDE, nr, NULL),
				 sys_choice_has(&b, WIDE, nr, NULL));
	sys_choice_done(&a);
	sys_choice_done(&b);
	buf_done(&plain);
}

/* A tape's words come from anybody. */
static void test_hostile(void **state)
{
	struct sys_choice c = {.others = false};
	char *many = malloc(100000);

	(void)state;
	assert_int_equal(sys_choice_parse_plain("read,/((a{255}){255}){255}", &c, NULL), -EINVAL);
	assert_int_equal(sys_choice_parse_plain("!/.", &c, NULL), -EINVAL);
	assert_int_equal(sys_choice_parse_plain("trace=/.", &c, NULL), -EINVAL);
	/* A name that nobody knows. */
	assert_int_equal(sys_choice_parse_plain("read,?a/b", &c, NULL), 0);
	sys_choice_done(&c);
	memset(many, 'a', 99999);
	many[99999] = '\0';
	assert_int_equal(sys_choice_parse_plain(many, &c, NULL), -E2BIG);
	memset(many, ',', 2000);
	many[2000] = '\0';
	assert_int_equal(sys_choice_parse_plain(many, &c, NULL), -E2BIG);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_variants),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_plain_is_read_back),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

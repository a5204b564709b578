/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/redact/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The arguments of a command, each with its NUL. */
#define ARGUMENTS(s)                                                                               \
	{                                                                                          \
		(const uint8_t *)(s), sizeof(s)                                                    \
	}
#define COMMAND(s) &(const struct command)ARGUMENTS(s)

static void test_next(void **state)
{
	/* The last has no NUL. */
	const struct command c = {(const uint8_t *)"a\0\0bcd", 5};
	struct argument a;
	size_t at = 0;

	(void)state;
	assert_true(command_next(&c, &at, &a) && argument_is(&a, "a"));
	assert_true(command_next(&c, &at, &a) && argument_is(&a, ""));
	assert_true(command_next(&c, &at, &a) && argument_is(&a, "bc"));
	assert_false(command_next(&c, &at, &a));
	assert_false(command_next(&(const struct command){NULL, 0}, &(size_t){0}, &a));
}

static void test_options(void **state)
{
	static const struct {
		struct command command;
		char letter;
		enum meaning means;
		enum value_place how;
	} cases[] = {
		{ARGUMENTS("curl"), 'u', MEANS_USER, VALUE_ANYWHERE},
		{ARGUMENTS("/usr/bin/curl\0-x"), 'b', MEANS_COOKIE, VALUE_ANYWHERE},
		{ARGUMENTS("mysql"), 'p', MEANS_PASSWORD, VALUE_ATTACHED},
		{ARGUMENTS("openssl\0enc"), 'k', MEANS_PASSWORD, VALUE_NEXT},
		{ARGUMENTS("docker\0login"), 'p', MEANS_PASSWORD, VALUE_ANYWHERE},
		/* A port, a mode, and no program at all. */
		{ARGUMENTS("docker\0run"), 'p', MEANS_NOTHING, 0},
		{ARGUMENTS("ssh"), 'p', MEANS_NOTHING, 0},
		{ARGUMENTS("curly"), 'u', MEANS_NOTHING, 0},
		{ARGUMENTS("/"), 'u', MEANS_NOTHING, 0},
		{ARGUMENTS(""), 'u', MEANS_NOTHING, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum value_place how = VALUE_ANYWHERE;

		assert_int_equal(command_option(&cases[i].command, cases[i].letter, &how),
				 cases[i].means);
		if (cases[i].means)
			assert_int_equal(how, cases[i].how);
	}
	assert_true(command_joins_options(COMMAND("curl")));
	assert_false(command_joins_options(COMMAND("mysql")));
}

static void test_places(void **state)
{
	(void)state;
	assert_int_equal(command_secret_place(COMMAND("htpasswd\0-bc\0f\0bob\0x")), 4);
	assert_int_equal(command_secret_place(COMMAND("htpasswd\0-c\0f\0bob")), 0);
	assert_int_equal(command_secret_place(COMMAND("rabbitmqctl\0add_user\0bob\0x\0-q")), 3);
	assert_int_equal(command_secret_place(COMMAND("openssl\0passwd\0-6\0x")), 3);
	assert_int_equal(command_secret_place(COMMAND("openssl\0passwd\0-6")), 0);
	assert_int_equal(command_secret_place(COMMAND("openssl\0passwd")), 0);
	assert_int_equal(command_secret_place(COMMAND("echo\0passwd\0x")), 0);
}

static void test_descriptors(void **state)
{
	static const struct {
		struct command command;
		int fd;
		bool words;
	} cases[] = {
		{ARGUMENTS("docker\0login\0--password-stdin"), 0, false},
		{ARGUMENTS("/sbin/chpasswd"), 0, true},
		{ARGUMENTS("sudo\0-S\0ls"), 0, false},
		{ARGUMENTS("ls\0-S"), -1, false},
		{ARGUMENTS("gpg\0--passphrase-fd\0"
			   "7"),
		 7, false},
		{ARGUMENTS("gpg\0--passphrase-fd=12"), 12, false},
		{ARGUMENTS("openssl\0rsa\0-passin\0fd:3"), 3, false},
		{ARGUMENTS("gpg\0--passphrase-fd\0x"), -1, false},
		{ARGUMENTS("gpg\0--passphrase-fd=99999"), -1, false},
		{ARGUMENTS("gpg\0--passphrase-fd"), -1, false},
		{ARGUMENTS("cat\0"
			   "7"),
		 -1, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool words;

		assert_int_equal(command_secret_descriptor(&cases[i].command, &words), cases[i].fd);
		assert_int_equal(words, cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

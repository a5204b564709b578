/* SPDX-License-Identifier: Apache-2.0 */
/* Texts, and what in them is found: all of it once, each with a blank behind. */
#include "replayer/redact/find.h"
#include "replayer/redact/rules.h"

#include "../../guard.h"
#include "base/buf.h"
#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct rules *rules;
static struct finder *finder;

static int set_up(void **state)
{
	(void)state;
	rules = rules_new();
	finder = rules ? finder_new(rules) : NULL;
	return finder ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	finder_free(finder);
	redact_rules_free(rules);
	return 0;
}

static int say(void *context, const uint8_t *text, size_t size, enum redact_class class)
{
	struct buf *out = context;
	cleanup_done(buf_done) struct buf own = {0};

	(void)class;
	buf_append(&own, text, size);
	buf_char(&own, ' ');
	/* Two rules may find the same. */
	if (!strstr(buf_text(out), buf_text(&own)))
		buf_str(out, buf_text(&own));
	return 0;
}

typedef int find(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		 void *context);

/* Nothing follows the text in memory. */
static void check(find *fn, const char *text, size_t size, const char *expected)
{
	struct guard g = guard_copy(text, size);
	struct buf out = {0};

	assert_int_equal(fn(finder, g.data, size, say, &out), 0);
	assert_string_equal(buf_text(&out), expected);
	buf_done(&out);
	guard_done(&g);
}

#define FINDS(text, expected)     check(find_text, text, sizeof(text) - 1, expected)
#define ARGUMENTS(text, expected) check(find_arguments, text, sizeof(text), expected)

#define LETTERS                   "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5"
#define HEX_32                    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define BASIC                     "Ym9iOkJzMWNQYXNzdw" /* bob:Bs1cPassw */

static void test_tokens(void **state)
{
	(void)state;
	FINDS("x ghp_" LETTERS " y", "ghp_" LETTERS " ");
	FINDS("dir-ghp_" LETTERS, "ghp_" LETTERS " ");
	/* Behind a letter, and cut off where the text ends. */
	FINDS("dghp_" LETTERS ".", "ghp_" LETTERS " ");
	FINDS("ghp_aB3dE5gH7j", "ghp_aB3dE5gH7j ");
	FINDS("ghp_aB3dE5gH7j\0x", "ghp_aB3dE5gH7j ");
	/* Not cut off, too short, and what only looks like one. */
	FINDS("ghp_aB3dE5gH7j x", "");
	FINDS("ghp_aB3", "");
	FINDS("task-list-of-all-things-1234567890", "");
	FINDS("AKIAQ3EGRT7ZK2LM9PXW", "AKIAQ3EGRT7ZK2LM9PXW ");
	FINDS("9fceb02d0ae598e95dc970b74767f19372d61af8", "");
}

static void test_http(void **state)
{
	(void)state;
	FINDS("\r\nAuthorization: Bearer shortone\r\n", "shortone ");
	FINDS("\r\nAuthorization: Basic " BASIC "\r\n", BASIC " Bs1cPassw ");
	FINDS("> Authorization: plain12 words\r\n", "plain12 words ");
	FINDS("'Authorization': 'Bearer aB3dE5gH'", "aB3dE5gH ");
	FINDS("set(\"authorization\", \"token aB3dE5gH\")", "aB3dE5gH ");
	FINDS("X-Api-Key: zq81\r\n", "zq81 ");
	FINDS("Cookie: a=b12345; sid=x\r\n", "b12345 x ");
	FINDS("Set-Cookie: sid=x4711; Path=/; HttpOnly\r\n", "x4711 ");
	/* It is only spoken of. */
	FINDS("No permission -- see authorization schemes, section 2.1", "");
	FINDS("authorization: the process of giving somebody a right", "");
	FINDS("SET_SESSION_AUTHORIZATION.7.gz -> /usr/share/man/man7", "");
	FINDS("\xda\rAuthorization\xfa\x06"
	      "Basic r\xb4",
	      "");
	FINDS(">>> Cookie: rocky=road; Path=/cookie\n", "");
}

static void test_logins(void **state)
{
	(void)state;
	FINDS("PASS aB3dE5\r\n", "aB3dE5 ");
	FINDS("a1 LOGIN bob aB3dE5\r\n", "aB3dE5 ");
	/* \0bob\0Sm1tpPass */
	FINDS("AUTH PLAIN AGJvYgBTbTF0cFBhc3M=\r\n", "AGJvYgBTbTF0cFBhc3M= Sm1tpPass ");
	FINDS("PASS src/app2.test.js\r\n", "");
	FINDS("PASS aB3dE5\n", "");
	FINDS("Your login failed today2\r\n", "");
	FINDS("a long line that says LOGIN bob aB3dE5\r\n", "");
}

static void test_names(void **state)
{
	(void)state;
	FINDS("db_password = \"aB3dE5gH7jK9mN1pQ3\"", "aB3dE5gH7jK9mN1pQ3 ");
	FINDS("{\"password\": \"aB3dE5gH\"}", "aB3dE5gH ");
	FINDS("https://bob:aB3d@h.example/", "aB3d ");
	FINDS("curl -u bob:aB3dE5gH http://h", "aB3dE5gH ");
	FINDS("/* -u user:password, and --user bob:secret */", "");
	FINDS("redis -u redis://h.example:6379/0", "");
	FINDS("max_tokens = 4096; keyboard = \"aB3dE5gH7jK9mN1pQ3\"", "");
	FINDS("int f(const char *password, size_t secret_length);", "");
}

static void test_keys(void **state)
{
	(void)state;
	FINDS("-----BEGIN EC PRIVATE KEY-----\nDEK-Info: x\n\nMIIabcdefg1\nMIIabcdefg2\n"
	      "-----END EC PRIVATE KEY-----\nrest of it all\n",
	      "MIIabcdefg1 MIIabcdefg2 ");
	FINDS("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nMIIabcdefg1\n-----END PGP", "MIIabcdefg1 ");
	FINDS("-----BEGIN PRIVATE KEY-----\n  MIIabcdefg1\n  MIIabcdefg2",
	      "MIIabcdefg1 MIIabcdefg2 ");
	FINDS("-----BEGIN PRIVATE KEY-----\nMIIabcdefg1\nint main(void)\nidentifier\n",
	      "MIIabcdefg1 ");
	FINDS("/* -----BEGIN PRIVATE KEY----- begins one */\nidentifiers\n", "");
	FINDS("-----BEGIN PUBLIC KEY-----\nMIIabcdefg1\n-----END", "");
	FINDS("CLIENT_RANDOM " HEX_32 " abcdef01234567\n", "abcdef01234567 ");
	FINDS("SERVER_HANDSHAKE_TRAFFIC_SECRET " HEX_32 " 0123abcd4567\n", "0123abcd4567 ");
	FINDS("CLIENT_RANDOM and others are labels\n", "");
}

static void test_arguments(void **state)
{
	(void)state;
	ARGUMENTS("curl\0-su\0bob:pw1\0h", "pw1 ");
	ARGUMENTS("curl\0--user=bob:pw1", "pw1 ");
	ARGUMENTS("curl\0-H\0X-Api-Key: pw1", "pw1 ");
	ARGUMENTS("aws\0configure\0set\0aws_secret_access_key\0pw1", "pw1 ");
	ARGUMENTS("mvn\0-Dpassword=pw1", "pw1 ");
	ARGUMENTS("x\0--password\0pw1", "pw1 ");
	ARGUMENTS("lftp\0-u\0bob,pw1", "pw1 ");
	ARGUMENTS("htpasswd\0-b\0f\0bob\0pw1", "pw1 ");
	ARGUMENTS("openssl\0rsa\0-passin\0pass:pw1", "pw1 ");
	/* The last one asks for a value that is not there. */
	ARGUMENTS("mysql\0--password", "");
	ARGUMENTS("grep\0password\0file4711.txt", "");
	ARGUMENTS("docker\0run\0-p\0"
		  "8080:80",
		  "");
	ARGUMENTS("git\0config\0user.email\0a@b.example", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens), cmocka_unit_test(test_http),
		cmocka_unit_test(test_logins), cmocka_unit_test(test_names),
		cmocka_unit_test(test_keys),   cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

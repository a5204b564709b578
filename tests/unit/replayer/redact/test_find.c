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

static void test_looks(void **state)
{
	(void)state;
	/* Of letters alone, as one of thirty is. */
	FINDS("glpat-AbCdEfGhIjKlMnOpQrSt", "glpat-AbCdEfGhIjKlMnOpQrSt ");
	FINDS("glpat-xxxxxxxxxxxxxxxxxxxx", "");
	FINDS("dapi0123456789abcdef0123456789abcde4", "dapi0123456789abcdef0123456789abcde4 ");
	FINDS("dapi0123456789abcdef0123456789abcde4x", "");
	FINDS("https://hooks.slack.com/services/T04/B04/aB3dE5gH7jK9mN1pQ3rS5tU7",
	      "T04/B04/aB3dE5gH7jK9mN1pQ3rS5tU7 ");
	FINDS("bot110201543:AA" LETTERS "/getMe", "110201543:AA" LETTERS " ");
	FINDS("12:AA" LETTERS, "");
	FINDS("sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256", "");
	FINDS("root:$6$saltsalt$" LETTERS ":18000:", "$6$saltsalt$" LETTERS " ");
	FINDS("'pbkdf2_sha256$2600$salt$" LETTERS "='", "pbkdf2_sha256$2600$salt$" LETTERS "= ");
	FINDS("bob:{SSHA}" LETTERS "\n", LETTERS " ");
	FINDS("awk '{print $1$2}' | sed s/$6$//", "");
	/* Within a word, and of a name in source code. */
	FINDS("_M_token = _S_token_ord_char; token: options.identityToken", "");
	FINDS("client --oauth2-auth bob4711@h.example", "");
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
	FINDS("Authorization: Digest username=\"bob\", response=\"aB3dE5gH\"\r\n",
	      "username=\"bob\", response=\"aB3dE5gH\" ");
	FINDS("Location: https://h/cb?code=aB3dE5gH7jK9mN1pQ3&state=x\r\n", "aB3dE5gH7jK9mN1pQ3 ");
	FINDS("https://h/c?sv=1&sig=aB3dE5gH7jK9%2BmN1pQ3%3D", "aB3dE5gH7jK9%2BmN1pQ3%3D ");
	FINDS("exit code=aB3dE5gH7jK9mN1pQ3", "");
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

#define ON_WIRE(text, expected)  check(on_wire, text, sizeof(text) - 1, expected)
#define SETTINGS(text, expected) check(settings, text, sizeof(text) - 1, expected)

static int on_wire(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		   void *context)
{
	return find_text_of(f, FIND_WIRE, text, size, tell, context);
}

static int settings(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		    void *context)
{
	return find_text_of(f, FIND_SETTINGS, text, size, tell, context);
}

/* c210cFB3OXE= is smtpPw9q in base64, AGJvYgBzbXRwUHc5cQ== is \0bob\0smtpPw9q. */
static void test_exchanges(void **state)
{
	(void)state;
	FINDS("AUTH LOGIN\r\nYm9iQHg=\r\nc210cFB3OXE=\r\nMAIL\r\n", "c210cFB3OXE= smtpPw9q ");
	FINDS("AUTH PLAIN\r\nAGJvYgBzbXRwUHc5cQ==\r\n", "AGJvYgBzbXRwUHc5cQ== smtpPw9q ");
	FINDS("a1 AUTHENTICATE PLAIN AGJvYgBzbXRwUHc5cQ==\r\n", "AGJvYgBzbXRwUHc5cQ== smtpPw9q ");
	/* user=a, auth=Bearer yaToken9Q, with ^A between them. */
	FINDS("AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHlhVG9rZW45UQEB\r\n",
	      "dXNlcj1hAWF1dGg9QmVhcmVyIHlhVG9rZW45UQEB yaToken9Q ");
	FINDS("250-AUTH LOGIN PLAIN\r\n250 AUTH PLAIN LOGIN\r\n250 HELP\r\n", "");
	FINDS("*2\r\n$4\r\nAUTH\r\n$4\r\nfoob\r\n", "foob ");
	FINDS("*3\r\n$4\r\nauth\r\n$3\r\nbob\r\n$4\r\nfoob\r\n", "foob ");
	FINDS("*2\r\n$4\r\nAUTH\r\n$9999\r\nfoob", "");
	/* A socket's lines are what they look like. */
	ON_WIRE("USER bob\r\nPASS swordfish\r\n", "swordfish ");
	ON_WIRE("a2 LOGIN \"bob\" \"im ap\\\"9q\"\r\n", "im ap\\\"9q ");
	FINDS("PASS swordfish\r\n", "");
	ON_WIRE("They PASS here\r\n", "");
}

/* What waits for the lines that belong to it. */
static void test_whole(void **state)
{
	static const char text[] = "EHLO h\r\nAUTH LOGIN\r\nYm9i\r\n";

	(void)state;
	assert_int_equal(find_whole(FIND_WIRE, (const uint8_t *)text, 20), 8);
	assert_int_equal(find_whole(FIND_WIRE, (const uint8_t *)text, sizeof(text) - 1), 8);
	assert_int_equal(find_whole(FIND_WIRE, (const uint8_t *)text, 8), 8);
	assert_int_equal(find_whole(FIND_ANY, (const uint8_t *)text, 20), 20);
	assert_int_equal(
		find_whole(FIND_WIRE, (const uint8_t *)"AUTH LOGIN\r\nYQ==\r\nYg==\r\n", 24), 24);
}

static void test_values(void **state)
{
	(void)state;
	/* Whatever characters are in it. */
	FINDS("SECRET_KEY = '#h(k2$&w=9n!x0*z)q@5p^7m%4l+8j-6v_3c'",
	      "#h(k2$&w=9n!x0*z)q@5p^7m%4l+8j-6v_3c ");
	FINDS("{\"password\": \"two words 9x\"}", "two words 9x ");
	FINDS("{\"password\":\"q\\\"uo9Zz\"}", "q\\\"uo9Zz q\"uo9Zz ");
	FINDS("{\\\"password\\\":\\\"aB3dE5\\\"}", "aB3dE5 ");
	FINDS("{'password': 'swordfish', 'a': 1}", "swordfish ");
	FINDS("'password' => 'swordfish'", "swordfish ");
	FINDS("<password>swordfish</password>", "swordfish ");
	FINDS("<user name=\"a\" password=\"aB3dE5\"/>", "aB3dE5 ");
	FINDS("user=bob&password=swordfish&x=1", "swordfish ");
	FINDS("/login?password=swordfish", "swordfish ");
	FINDS("CREATE ROLE a PASSWORD 'swordfish'", "swordfish ");
	FINDS("alter role a password 'swordfish';", "swordfish ");
	FINDS("CREATE USER a IDENTIFIED BY 'swordfish'", "swordfish ");
	FINDS("with password 'aB3dE5'", "aB3dE5 ");
	FINDS("machine h\n login bob\n password swordfish\n", "swordfish ");
	FINDS("{\"auth\": \"" BASIC "\"}", BASIC " Bs1cPassw ");
	/* Cut off. */
	FINDS("{\"password\": \"aB3dE5", "aB3dE5 ");
	FINDS("{\"password\": \"aB3dE5\\", "aB3dE5\\ ");
	/* Labels, templates, and source code. */
	FINDS("{\"password\": \"Password\", \"pass\": \"${PASS9}\", \"token\": \"keyword\"}", "");
	FINDS("{\"password\": \"Enter your password\", \"pwd\": \"********\"}", "");
	FINDS("<label for=\"x\">Password</label>", "");
	FINDS("FUNCTION_PASS(\"verify\", Verifier)", "");
	FINDS("if (password == 'swordfish9')", "");
	FINDS("flags&pass=[0-9a-f]{1,4}", "");
	FINDS("{\"auth\": \"digest\"}", "");
}

static void test_settings(void **state)
{
	(void)state;
	SETTINGS("[db]\nuser = bob\npassword = swordfish\n", "swordfish ");
	SETTINGS("password: Kv7!pq  # mine\n", "Kv7!pq ");
	SETTINGS("  - admin_password: \"sword fish\"\r\n", "sword fish ");
	SETTINGS("db:\n  password: |\n    swordfish\n  port: 1\n", "swordfish ");
	SETTINGS("requirepass swordfish\n", "swordfish ");
	SETTINGS("psk=\"my wifi phrase\"\n", "my wifi phrase ");
	SETTINGS("#password = swordfish\npassword required by all\nhash = swordfish\n", "");
	SETTINGS("password = ${DB_PASS}\npassword = /run/x\npassword = yes\npassword =\n", "");
	SETTINGS("\tpassword:", "");
	SETTINGS("password: |", "");
	FINDS("password = swordfish\n", "");
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
	FINDS("key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2\n",
	      "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2 ");
	FINDS("crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUV2\n", "");
	FINDS("Private-Lines: 2\r\nAAAAabcdefg1\r\nAAAAabcdefg2\r\nPrivate-MAC: 00\r\n",
	      "AAAAabcdefg1 AAAAabcdefg2 ");
	FINDS("Private-Lines: 99\nAAAAabcdefg1", "AAAAabcdefg1 ");
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
	/* In a script it is one word, and all else stays. */
	ARGUMENTS("sh\0-c\0PGPASSWORD=pw1 psql; export A_TOKEN='p w' && x", "pw1 p w ");
	ARGUMENTS("bash\0-c\0printf \"password=%s\" \"$PASSWORD\"; PASSWORD=$1 x", "");
	ARGUMENTS("python3.11\0-c\0token=x\nprint(token, 1)", "");
	ARGUMENTS("env\0PASSWORD=two words\0x", "two words ");
	ARGUMENTS("psql\0host=h password=pw1aB3dE5 dbname=x", "pw1aB3dE5 ");
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
		cmocka_unit_test(test_tokens),    cmocka_unit_test(test_http),
		cmocka_unit_test(test_logins),    cmocka_unit_test(test_names),
		cmocka_unit_test(test_looks),     cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_whole),     cmocka_unit_test(test_values),
		cmocka_unit_test(test_settings),  cmocka_unit_test(test_keys),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

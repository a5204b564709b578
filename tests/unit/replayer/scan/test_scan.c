/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like a secret in bytes, however they are cut, and which names they keep. */
#include "replayer/scan/scan.h"

#include "../made.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "format/container/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Piece by piece of @step bytes; @ret_text may be NULL. */
static uint64_t found_in(const void *bytes, size_t size, size_t step, struct buf *ret_text)
{
	struct scan *s = scan_new();
	uint64_t found;

	assert_non_null(s);
	for (size_t at = 0; at < size; at += step)
		assert_int_equal(
			scan_take(s, (const char *)bytes + at, size - at < step ? size - at : step),
			0);
	assert_int_equal(scan_finish(s), 0);
	found = scan_found(s);
	if (ret_text)
		scan_say(s, ret_text);
	scan_free(s);
	return found;
}

static void test_rules(void **state)
{
	static const struct {
		const char *text;
		uint64_t found;
	} cases[] = {
		{"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nMIIEowIBAAKCAQEB\n", 1},
		{"-----BEGIN PGP PRIVATE KEY BLOCK-----\r\nVersion: 1\r\n\r\nlQOYBGNlZWxRAQgA", 1},
		{"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEowIBAAKCAQEA", 1},
		{"{\"key\":\"-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEA\\n", 1},
		{"client-key-data: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t", 1},
		{"bob:$6$saltsalt$aB3dE5gH7jK9mN1pQ3rS5tU7:1:", 1},
		{"{\"password\": \"hunter22\"}", 1},
		{"password: hunter22", 1},
		{"<password>swordfish</password>", 1},
		{"machine h login bob password swordfish", 1},
		{"CREATE ROLE bob PASSWORD 'swordfish'", 1},
		{"AUTH PLAIN AGJvYgBzbXRwUHc5cQ==", 1},
		{"https://h/cb?code=SplxlOBeZQQYbYS6WxSbIA", 1},
		{"https://hooks.slack.com/services/T04/B04/aB3dE5gH7jK9mN1", 1},
		{"110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", 1},
		{"key AKIAABCDEFGHIJKLMNOP.", 1},
		{"ghp_abcdefghijklmnopqrstuvwxyz0123456789", 1},
		{"glpat-abcdefghijklmnopqrst", 1},
		{"xoxb-1234567890-abcdef", 1},
		{"sk_live_abcdefghijklmnop", 1},
		{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", 1},
		{"Authorization: Bearer abcdefgh1234", 1},
		{"Cookie: session=abcdefgh1234", 1},
		{"postgres://bob:hunter22@db/x", 1},
		{"password=hunter2222", 1},
		{"DB_PASSWORD=hunter2222", 1},
		{"client_secret=abcdefgh12", 1},
		{"API_TOKEN=abcdefgh12", 1},
		/* What the redactor has left. */
		{"DB_PASSWORD=~ABCDEFGHIJ", 0},
		{"Authorization: Bearer ~ABCDEFGH", 0},
		{"postgres://bob:~ABCDEFGH@db/x", 0},
		{"-----BEGIN RSA PRIVATE KEY-----\n~ABCDEFGHIJ234567\n", 0},
		{"{\"key\":\"-----BEGIN PRIVATE KEY-----\\n~ABCDEFGHIJ234567\\n", 0},
		{"{\"password\": \"~ABCDEF2\"}", 0},
		{"password: ~ABCDEF2", 0},
		/* What is none. */
		{"static const char begin[] = \"-----BEGIN PRIVATE KEY-----\";\nint "
		 "identifier_of_it;",
		 0},
		{"{\"password\": \"Enter your password\"}", 0},
		{"password = get(2)", 0},
		{"os.environ['DB_PASSWORD']; open('a4711', 'b')", 0},
		{"max_tokens=5 monkey tokenizer", 0},
		{"password=$PASSWORD", 0},
		{"https://host.example/a@b", 0},
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t size = strlen(cases[i].text);

		for (size_t step = 1; step < 64; step += 7) {
			uint64_t found = found_in(cases[i].text, size, step, NULL);

			if (found != cases[i].found)
				fail_msg("%s: %lu", cases[i].text, (unsigned long)found);
		}
	}
}

/* The place is that of the match in all bytes, and a run of any length is looked at. */
static void test_places(void **state)
{
	static const char token[] = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
	struct buf bytes = {0}, text = {0};

	(void)state;
	for (size_t i = 0; i < 20000; i++)
		buf_char(&bytes, 'a');
	buf_str(&bytes, token);
	buf_append(&bytes, "\0\0", 2);
	buf_str(&bytes, token);
	assert_int_equal(found_in(bytes.data, bytes.size, 100, &text), 2);
	assert_non_null(strstr(buf_text(&text), "2  GitHub token, at 20000 20042\n"));
	/* Never what it is. */
	assert_null(strstr(buf_text(&text), "ghp_"));
	buf_done(&bytes);
	buf_done(&text);
}

static void test_names(void **state)
{
	static const char bytes[] = "see /home/alice/x, mail bob.b@corp.example.org;\0"
				    "from 10.1.2.3 10.1.2.4 to 2a01:4f8::17 (52:54:00:ab:cd:01)\0"
				    "git clone https://u@git.corp.example.org/x\0"
				    "MY_NAME=1\0/srv/data/file\0v1.2.3.4 std::x 12:34:56\0"
				    "/home/~abcdef/y ~x@~abc.example.org http://~abc.example.org/";
	static const char *const lines[] = {
		"users and homes, 1\n        1  alice\n",
		("addresses of mail, 2\n        1  bob.b@corp.example.org\n"
		 "        1  u@git.corp.example.org\n"),
		"hosts, 1\n        1  git.corp.example.org\n",
		("addresses, 4\n        1  2a01:4f8::17\n        1  52:54:00:ab:cd:01\n"
		 "        1  10.1.2.3\n        1  10.1.2.4\n"),
		"variables, 1\n        1  MY_NAME\n",
		"paths, 2\n        1  /home/~abcdef/y\n        1  /srv/data/file\n",
	};
	struct buf text = {0};

	(void)state;
	assert_int_equal(found_in(bytes, sizeof(bytes), 1000, &text), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (!strstr(buf_text(&text), lines[i]))
			fail_msg("%s not in\n%s", lines[i], buf_text(&text));
	}
	buf_done(&text);
}

/* Of a tape: arguments, variables, the machine, what the calls name. */
static void test_tape(void **state)
{
	static char command[] = "curl\0-H\0X: y\0http://h/", env[] = "ODD_NAME=1\0USER=carol";
	struct meta_header header = {
		.hostname = (char *)(uintptr_t) "kestrel7",
		.command = {(uint8_t *)command, sizeof(command)},
		.cwd = {(uint8_t *)(uintptr_t) "/srv/work", 9},
	};
	struct meta_process process = {.env = {(uint8_t *)env, sizeof(env)}};
	struct meta_snapshot snapshot = {.processes = &process, .process_count = 1};
	struct event e = {.kind = EVENT_EXEC,
			  .exec = {.path = "/home/x/tool",
				   .argv = (const uint8_t *)"tool\0alpha beta\0~TOKEN",
				   .argv_size = 23}};
	const struct trace_item items[] = {{.kind = ITEM_HEADER, .header = &header},
					   {.kind = ITEM_SNAPSHOT, .snapshot = &snapshot},
					   {.kind = ITEM_EVENT, .event = &e}};
	static const char *const texts[] = {
		("arguments, 4\n        1  X: y\n        1  alpha beta\n        1  http://h/\n"
		 "        1  -H\n"),
		"users and homes, 1\n        1  carol\n",
		"hosts, 1\n        1  kestrel7\n",
		"variables, 2\n        1  ODD_NAME\n        1  USER\n",
		"paths, 2\n        1  /home/x/tool\n        1  /srv/work\n",
	};
	struct scan *s = scan_new();
	struct buf text = {0}, json = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		assert_int_equal(scan_take_item(s, &items[i]), 0);
	/* The tape knows better than its bytes, where strings run into each other. */
	assert_int_equal(scan_take(s, "/usr/bin/dashB\0NOT_ONE=x", 25), 0);
	assert_int_equal(scan_finish(s), 0);
	scan_say(s, &text);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!strstr(buf_text(&text), texts[i]))
			fail_msg("%s not in\n%s", texts[i], buf_text(&text));
	}
	scan_json(s, &json);
	assert_non_null(strstr(buf_text(&json), "\"arguments\":[\"X: y\",\"alpha beta\""));
	assert_non_null(strstr(buf_text(&json), "{\"found\":[],\"kept\":{\"users and homes\""));
	buf_done(&text);
	buf_done(&json);
	scan_free(s);
}

/* However many there are. */
static void test_bounds(void **state)
{
	struct scan *s = scan_new();
	struct buf text = {0};
	char name[32];

	(void)state;
	for (int i = 0; i < 25000; i++) {
		int n = snprintf(name, sizeof(name), "/home/u%05d/\n", i);

		assert_int_equal(scan_take(s, name, (size_t)n), 0);
	}
	assert_int_equal(scan_finish(s), 0);
	scan_say(s, &text);
	assert_non_null(strstr(buf_text(&text),
			       "users and homes, 20000 and more, for which there was no room\n"));
	assert_non_null(strstr(buf_text(&text), "and 19960 more (--json has all)\n"));
	buf_done(&text);
	scan_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),  cmocka_unit_test(test_places),
		cmocka_unit_test(test_names),  cmocka_unit_test(test_tape),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

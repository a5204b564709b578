/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the lines that a program wrote tells most: messages as real programs write them. */
#include "replayer/query/process_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static void check(const struct process_message *m, const char *expected)
{
	struct message_line line;

	assert_true(message_best(m, &line));
	if (line.size != strlen(expected) || memcmp(line.text, expected, line.size) != 0)
		fail_msg("'%.*s' instead of '%s'", (int)line.size, line.text, expected);
}

/* Written at once, and byte by byte. */
static void check_text(const char *text, const char *expected)
{
	struct process_message whole = {0}, bytes = {0};

	message_take(&whole, text, strlen(text), SECOND, 1);
	check(&whole, expected);
	for (size_t i = 0; text[i]; i++)
		message_take(&bytes, text + i, 1, SECOND, 1);
	check(&bytes, expected);
}

static void test_real_messages(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"ls: unrecognized option '--x'\nTry 'ls --help' for more information.\n",
		 "ls: unrecognized option '--x'"},
		{"tar: Unexpected EOF in archive\ntar: Error is not recoverable: exiting now\n",
		 "tar: Unexpected EOF in archive"},
		{"Traceback (most recent call last):\n  File \"a.py\", line 2, in <module>\n"
		 "    x[3]\nKeyError: 3\n",
		 "KeyError: 3"},
		{"Traceback (most recent call last):\n  File \"a.py\", line 2, in f\nKeyError: 3\n"
		 "\nDuring handling of the above exception, another exception occurred:\n\n"
		 "Traceback (most recent call last):\nValueError: no such key\n",
		 "ValueError: no such key"},
		{"panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.main()\n"
		 "\t/tmp/g.go:2 +0x2e\n",
		 "panic: assignment to entry in nil map"},
		{"Exception in thread \"main\" a.Outer: no\n\tat A.main(A.java:1)\nCaused by: "
		 "a.Inner: it\n\tat B.run(B.java:2)\n\t... 3 more\n",
		 "Caused by: a.Inner: it"},
		{"thread 'main' panicked at r.rs:1:52:\nindex out of bounds\nstack backtrace:\n"
		 "   0: rust_begin_unwind\nnote: run with `RUST_BACKTRACE=1`\n",
		 "thread 'main' panicked at r.rs:1:52: index out of bounds"},
		{"node:events:495\n      throw er; // Unhandled 'error' event\n      ^\n\n"
		 "Error: listen EADDRINUSE\n    at Server.listen (node:net:1)\n\nNode.js "
		 "v20.20.2\n",
		 "Error: listen EADDRINUSE"},
		{"a.c:1:7: warning: unused\na.c:2:9: error: expected ';'\na.c:3:1: error: "
		 "expected '}'\ncompilation terminated.\n",
		 "a.c:2:9: error: expected ';'"},
		{"usage: app [-h]\napp: error: unrecognized arguments: -x\n",
		 "app: error: unrecognized arguments: -x"},
		{"starting\nlistening at 80\nbye", "bye"},
		{"ssh: connect to host a: Connection refused\r\n",
		 "ssh: connect to host a: Connection refused"},
		{"curl: (60) SSL certificate problem: self-signed certificate\nMore details here: "
		 "https://x\n\ncurl failed to verify the legitimacy of the server\n",
		 "curl: (60) SSL certificate problem: self-signed certificate"},
		{"nothing but a hint:\n", "nothing but a hint:"},
		{"opening the tape failed:\nit is gone", "opening the tape failed: it is gone"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_text(cases[i].text, cases[i].expected);
}

static void take(struct process_message *m, const char *text, uint64_t time)
{
	message_take(m, text, strlen(text), time, 1);
}

/* What a server said of one request long ago is not what it ends of. */
static void test_of_old_lines(void **state)
{
	struct process_message m = {0};

	(void)state;
	take(&m, "request 7 failed: no such page\n", SECOND);
	take(&m, "request 8 failed: no such page\n", SECOND + SECOND / 2);
	check(&m, "request 7 failed: no such page");
	take(&m, "done\n", 9 * SECOND);
	check(&m, "request 7 failed: no such page");
	take(&m, "out of licences\n", 10 * SECOND);
	check(&m, "out of licences");
}

/* Nothing, empty lines, and lines that are longer than what is kept. */
static void test_bounds(void **state)
{
	struct process_message m = {0};
	struct message_line line;
	char text[3 * MESSAGE_LINE_MAX];

	(void)state;
	assert_false(message_best(&m, &line));
	take(&m, "\n \n\r\n", 1);
	assert_false(message_best(&m, &line));
	memset(text, 'x', sizeof(text));
	message_take(&m, text, sizeof(text), 1, 1);
	assert_true(message_best(&m, &line));
	assert_int_equal(line.size, MESSAGE_LINE_MAX);
	text[MESSAGE_LINE_MAX - 1] = ':';
	text[MESSAGE_LINE_MAX] = '\n';
	m = (struct process_message){0};
	message_take(&m, text, sizeof(text), 1, 1);
	assert_true(message_best(&m, &line));
	assert_int_equal(line.size, MESSAGE_LINE_MAX);
	assert_int_equal(line.joined, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_messages),
		cmocka_unit_test(test_of_old_lines),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

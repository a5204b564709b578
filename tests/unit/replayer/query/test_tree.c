/* SPDX-License-Identifier: Apache-2.0 */
/* The tree as people see it, folded and cut, and as JSON. */
#include "feed.h"

#include "base/buf.h"
#include "replayer/query/tree.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void check(struct feed *f, const struct tree_style *style, const char *expected)
{
	struct buf text = {0};

	assert_int_equal(tree_say(&f->processes, style, &text), 0);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
}

/* A shell with two children, one of which has one. */
static void feed_family(struct feed *f)
{
	FEED_EXEC(f, 10, "sh\0-c\0a | b");
	feed_fork(f, 10, 11);
	feed_fork(f, 10, 12);
	FEED_EXEC(f, 11, "/bin/a");
	FEED_EXEC(f, 12, "b");
	feed_fork(f, 11, 13);
	feed_exit(f, 13, 0);
	feed_exit(f, 11, 1 << 8);
	feed_exit(f, 12, SIGSEGV | 0x80);
}

static void test_whole(void **state)
{
	const struct tree_style style = {0};
	struct feed f = {0};

	(void)state;
	feed_family(&f);
	check(&f, &style,
	      "10 sh -c 'a | b'  running\n"
	      "├─ 11 /bin/a  0.006 s  exit 1\n"
	      "│  └─ 13 (/bin/a)  0.001 s\n"
	      "└─ 12 b  0.006 s  SIGSEGV (core)\n");
	feed_exit(&f, 10, 0);
	check(&f, &style,
	      "10 sh -c 'a | b'  0.009 s\n"
	      "├─ 11 /bin/a  0.006 s  exit 1\n"
	      "│  └─ 13 (/bin/a)  0.001 s\n"
	      "└─ 12 b  0.006 s  SIGSEGV (core)\n");
	feed_done(&f);
}

static void test_colour(void **state)
{
	const struct tree_style style = {.colour = true};
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 10, "a");
	feed_thread(&f, 10, 11);
	feed_exit(&f, 10, 2 << 8);
	check(&f, &style, "10 a  [2 threads]  0.002 s  \033[31mexit 2\033[0m\n");
	feed_done(&f);
}

static void test_empty(void **state)
{
	const struct tree_style style = {.fold = true, .limit = 5};
	struct feed f = {0};
	struct buf json = {0};

	(void)state;
	check(&f, &style, "");
	assert_int_equal(tree_json(&f.processes, &json), 0);
	assert_string_equal(buf_text(&json), "[\n]");
	buf_done(&json);
	feed_done(&f);
}

/* ---- folding ---- */

/* A compiler started @count times, each time with an assembler below it. */
static void feed_build(struct feed *f, uint32_t count)
{
	FEED_EXEC(f, 1, "make");
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t cc = 100 + 2 * i, as = cc + 1;
		char argv[] = "/usr/bin/cc\0x.c";

		argv[sizeof("/usr/bin/cc")] = (char)('a' + i % 26);
		feed_fork(f, 1, cc);
		feed_exec(f, cc, argv, sizeof(argv));
		feed_fork(f, cc, as);
		FEED_EXEC(f, as, "as");
		feed_exit(f, as, 0);
		feed_exit(f, cc, 0);
	}
}

/* Brothers that ran the same program, ended alike and had children alike. */
static void test_fold(void **state)
{
	const struct tree_style fold = {.fold = true};
	struct feed f = {0};

	(void)state;
	feed_build(&f, 30);
	check(&f, &fold,
	      "1 make  running\n"
	      "└─ 30 × /usr/bin/cc a.c\n"
	      "   └─ 101 as  0.002 s\n");
	feed_done(&f);
}

static void test_fold_keeps_what_differs(void **state)
{
	const struct tree_style fold = {.fold = true};
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 1, "sh");
	for (uint32_t pid = 2; pid < 8; pid++) {
		feed_fork(&f, 1, pid);
		if (pid == 7)
			FEED_EXEC(&f, pid, "id");
		else
			FEED_EXEC(&f, pid, "ls");
		feed_exit(&f, pid, pid == 4 ? 2 << 8 : 0);
	}
	check(&f, &fold,
	      "1 sh  running\n"
	      "├─ 4 × ls\n"
	      "├─ 4 ls  0.002 s  exit 2\n"
	      "└─ 7 id  0.002 s\n");
	feed_done(&f);
}

/* ---- limits ---- */

static void test_limit(void **state)
{
	const struct tree_style two = {.limit = 2}, folded = {.fold = true, .limit = 2},
				all = {.limit = 4};
	struct feed f = {0}, build = {0};

	(void)state;
	feed_family(&f);
	check(&f, &two, "10 sh -c 'a | b'  running\n├─ 11 /bin/a  0.006 s  exit 1\n… and 2 more\n");
	check(&f, &all,
	      "10 sh -c 'a | b'  running\n"
	      "├─ 11 /bin/a  0.006 s  exit 1\n"
	      "│  └─ 13 (/bin/a)  0.001 s\n"
	      "└─ 12 b  0.006 s  SIGSEGV (core)\n");
	feed_done(&f);
	feed_build(&build, 3);
	check(&build, &folded, "1 make  running\n└─ 3 × /usr/bin/cc a.c\n… and 1 more\n");
	feed_done(&build);
}

/* A chain of forks that is deeper than anybody wants to see ends, and is counted. */
static void test_deep(void **state)
{
	enum { DEPTH = 20000 };
	const struct tree_style plain = {0}, fold = {.fold = true, .limit = 10};
	struct feed f = {0};
	struct buf text = {0};

	(void)state;
	FEED_EXEC(&f, 1, "bomb");
	for (uint32_t pid = 2; pid <= DEPTH; pid++)
		feed_fork(&f, pid - 1, pid);
	assert_int_equal(tree_say(&f.processes, &plain, &text), 0);
	assert_in_range(text.size, 1000, 100000);
	assert_non_null(strstr(buf_text(&text), " more\n"));
	buf_clear(&text);
	assert_int_equal(tree_say(&f.processes, &fold, &text), 0);
	assert_non_null(strstr(buf_text(&text), " more\n"));
	buf_done(&text);
	feed_done(&f);
}

/* ---- JSON ---- */

static void test_json(void **state)
{
	struct feed f = {0};
	struct buf json = {0};

	(void)state;
	FEED_EXEC(&f, 10, "sh\0\0-c\0\"a\xff\"");
	feed_fork(&f, 10, 11);
	feed_fd(&f, 11, "close", 3, -EBADF);
	feed_exit(&f, 11, 3 << 8);
	feed_fork(&f, 10, 12);
	feed_exit(&f, 12, SIGSEGV | 0x80);
	assert_int_equal(tree_json(&f.processes, &json), 0);
	assert_string_equal(
		buf_text(&json),
		"[\n"
		"{\"pid\":10,\"parent\":null,\"command\":[\"sh\",\"\",\"-c\",\"\\\"a\\ufffd\\\"\"],"
		"\"begin\":1000000,\"end\":null,\"threads\":1,\"execs\":1,\"calls\":0,\"failed\":0,"
		"\"status\":null,\"signal\":null},\n"
		"{\"pid\":11,\"parent\":10,\"command\":null,\"begin\":2000000,\"end\":4000000,"
		"\"threads\":1,\"execs\":0,\"calls\":1,\"failed\":1,\"status\":3,\"signal\":null},"
		"\n"
		"{\"pid\":12,\"parent\":10,\"command\":null,\"begin\":5000000,\"end\":6000000,"
		"\"threads\":1,\"execs\":0,\"calls\":0,\"failed\":0,\"status\":null,\"signal\":11,"
		"\"core\":true}\n"
		"]");
	buf_done(&json);
	feed_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_fold_keeps_what_differs),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

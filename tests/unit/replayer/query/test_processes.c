/* SPDX-License-Identifier: Apache-2.0 */
/* Which process started which, what each ran, how it ended, and what it said last. */
#include "feed.h"

#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct process *find(struct feed *f, uint32_t pid)
{
	const struct process *p = processes_find(&f->processes, pid);

	assert_non_null(p);
	return p;
}

static void check_command(struct feed *f, uint32_t pid, size_t limit, const char *expected)
{
	struct buf text = {0};

	process_command(&f->processes, find(f, pid), limit, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
}

static void check_end(struct feed *f, uint32_t pid, const char *brief, const char *whole)
{
	struct buf text = {0};

	process_end(find(f, pid), &text);
	assert_string_equal(buf_text(&text), brief);
	buf_clear(&text);
	process_end_long(find(f, pid), &text);
	assert_string_equal(buf_text(&text), whole);
	buf_done(&text);
}

/* ---- who is whose ---- */

static void test_lineage(void **state)
{
	struct feed f = {0};
	const struct process *root;

	(void)state;
	FEED_EXEC(&f, 10, "make");
	feed_fork(&f, 10, 11);
	feed_fork(&f, 10, 12);
	feed_fork(&f, 12, 13);
	assert_int_equal(f.processes.count, 4);
	root = find(&f, 10);
	assert_int_equal(root->parent, 0);
	assert_int_equal(root->children, 2);
	assert_int_equal(f.processes.list[root->first_child - 1].pid, 11);
	assert_int_equal(f.processes.list[root->last_child - 1].pid, 12);
	assert_int_equal(f.processes.list[find(&f, 11)->next_sibling - 1].pid, 12);
	assert_int_equal(find(&f, 12)->next_sibling, 0);
	assert_int_equal(f.processes.list[find(&f, 13)->parent - 1].pid, 12);
	assert_null(processes_find(&f.processes, 14));
	feed_done(&f);
}

static void test_threads(void **state)
{
	struct feed f = {0};
	struct event e = made_event(EVENT_EXIT, 1);

	(void)state;
	FEED_EXEC(&f, 10, "a");
	feed_thread(&f, 10, 11);
	feed_thread(&f, 10, 12);
	assert_int_equal(f.processes.count, 1);
	assert_int_equal(find(&f, 10)->threads, 3);
	/* A thread's end is not the process's. */
	e.pid = 10;
	e.tid = 11;
	feed_event(&f, &e);
	assert_false(find(&f, 10)->over);
	feed_done(&f);
}

/* Nobody knows who forked it. */
static void test_unknown_creator(void **state)
{
	struct feed f = {0};
	struct event e = made_event(EVENT_FORK, 1);

	(void)state;
	FEED_EXEC(&f, 10, "a");
	e.pid = e.tid = 11;
	e.fork = (struct event_fork){11, 11, FORK_CLONE, false};
	feed_event(&f, &e);
	assert_int_equal(f.processes.count, 2);
	assert_int_equal(find(&f, 11)->parent, 0);
	assert_int_equal(find(&f, 10)->children, 0);
	feed_done(&f);
}

/* A thread of a process that is known, whose creator is not. */
static void test_thread_of_unknown_creator(void **state)
{
	struct feed f = {0};
	struct event e = made_event(EVENT_FORK, 1);

	(void)state;
	FEED_EXEC(&f, 10, "a");
	e.pid = 10;
	e.tid = 12;
	e.fork = (struct event_fork){10, 12, FORK_THREAD, false};
	feed_event(&f, &e);
	assert_int_equal(f.processes.count, 1);
	assert_int_equal(find(&f, 10)->threads, 2);
	check_command(&f, 10, 100, "a");
	/* Of one that is over it cannot be: the number is used again. */
	feed_exit(&f, 10, 0);
	feed_event(&f, &e);
	assert_int_equal(f.processes.count, 2);
	assert_false(find(&f, 10)->over);
	feed_done(&f);
}

static void test_number_used_again(void **state)
{
	struct feed f = {0};
	const struct process *first;

	(void)state;
	FEED_EXEC(&f, 10, "sh");
	feed_fork(&f, 10, 11);
	feed_exit(&f, 11, 1 << 8);
	first = find(&f, 11);
	feed_fork(&f, 10, 11);
	feed_fd(&f, 11, "close", 3, 0);
	assert_int_equal(f.processes.count, 3);
	assert_ptr_not_equal(find(&f, 11), first);
	assert_false(find(&f, 11)->over);
	assert_int_equal(find(&f, 11)->calls, 1);
	assert_int_equal(f.processes.list[1].calls, 0);
	assert_true(f.processes.list[1].over);
	feed_done(&f);
}

/* Attached: the processes were there before. */
static void test_snapshot(void **state)
{
	struct meta_process two[] = {
		{.pid = 20, .tid_count = 3, .argv = {(uint8_t *)(uintptr_t) "srv\0-d", 7}},
		{.pid = 21, .tid_count = 1, .comm = {(uint8_t *)(uintptr_t) "kid", 3}}};
	const struct meta_snapshot s = {.seq = 0, .time = 5, .processes = two, .process_count = 2};
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = &s};
	struct feed f = {0};

	(void)state;
	assert_int_equal(processes_take(&f.processes, &item), 0);
	assert_int_equal(f.processes.count, 2);
	assert_int_equal(find(&f, 20)->threads, 3);
	assert_int_equal(find(&f, 20)->began, 5);
	check_command(&f, 20, 100, "srv -d");
	check_command(&f, 21, 100, "kid");
	check_end(&f, 20, "running", "was still running when recording ended");
	feed_done(&f);
}

/* ---- what ran ---- */

/* Who was there before, of a part or a ring, is the child of whom it was. */
static void test_snapshot_lineage(void **state)
{
	struct meta_process list[] = {{.pid = 5, .ppid = 1}, {.pid = 6, .ppid = 5}};
	const struct meta_snapshot snapshot = {.processes = list, .process_count = 2};
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = &snapshot};
	struct processes p = {0};

	(void)state;
	assert_int_equal(processes_take(&p, &item), 0);
	assert_int_equal(processes_take(&p, &item), 0);
	assert_int_equal(p.count, 2);
	assert_int_equal(p.list[0].parent, 0);
	assert_int_equal(p.list[1].parent, 1);
	processes_done(&p);
}

static void test_commands(void **state)
{
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 10, "sh\0-c\0echo $x; ls");
	feed_fork(&f, 10, 11);
	feed_fork(&f, 11, 12);
	check_command(&f, 10, 100, "sh -c 'echo $x; ls'");
	/* What never ran another program is in its parent's. */
	check_command(&f, 11, 100, "(sh)");
	check_command(&f, 12, 100, "(sh)");
	FEED_EXEC(&f, 11, "ls\0\0a\nb");
	check_command(&f, 11, 100, "ls '' 'a\\x0ab'");
	check_command(&f, 12, 100, "(ls)");
	assert_int_equal(find(&f, 11)->execs, 1);
	FEED_EXEC(&f, 11, "cat");
	assert_int_equal(find(&f, 11)->execs, 2);
	assert_string_equal(find(&f, 11)->earlier, "ls");
	feed_fork(&f, 99, 98);
	check_command(&f, 98, 100, "?");
	feed_done(&f);
}

static void test_no_arguments(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_exec(&f, 10, "", 0);
	check_command(&f, 10, 100, "/proc/exe");
	feed_done(&f);
}

static void test_command_is_cut(void **state)
{
	static char words[2000];
	struct feed f = {0};
	struct buf text = {0};

	(void)state;
	FEED_EXEC(&f, 10, "abcdef");
	check_command(&f, 10, 6, "abcdef");
	check_command(&f, 10, 5, "abcde...");
	/* Not within a character. */
	FEED_EXEC(&f, 10, "\xe2\x82\xac\xe2\x82\xac");
	check_command(&f, 10, 5, "\xe2\x82\xac...");
	check_command(&f, 10, 2, "...");
	memset(words, 'x', sizeof(words));
	feed_exec(&f, 10, words, sizeof(words));
	process_command(&f.processes, find(&f, 10), SIZE_MAX / 2, &text);
	assert_int_equal(text.size, PROCESS_COMMAND_MAX);
	buf_done(&text);
	feed_done(&f);
}

/* ---- how it ended ---- */

static void test_ends(void **state)
{
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 10, "a");
	check_end(&f, 10, "running", "was still running when recording ended");
	feed_exit(&f, 10, 0);
	check_end(&f, 10, "0", "exited with 0");
	assert_false(process_ended_badly(find(&f, 10)));
	feed_exit(&f, 10, 255 << 8);
	check_end(&f, 10, "exit 255", "exited with 255");
	assert_true(process_ended_badly(find(&f, 10)));
	feed_exit(&f, 10, 9);
	check_end(&f, 10, "SIGKILL", "killed by SIGKILL");
	feed_exit(&f, 10, 0x80 | 6);
	check_end(&f, 10, "SIGABRT (core)", "killed by SIGABRT, core dumped");
	feed_exit(&f, 10, 100);
	check_end(&f, 10, "signal 100", "killed by signal 100");
	feed_done(&f);
}

/* The last signal says why, if it is the one that ended it. */
static void test_end_by_signal(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_signal(&f, 10, &(const struct made_siginfo){SIGSEGV, 0, 1, 0, {8}});
	feed_signal(&f, 10, &(const struct made_siginfo){SIGCHLD, 0, 1, 0, {11}});
	feed_exit(&f, 10, SIGSEGV);
	check_end(&f, 10, "SIGSEGV", "killed by SIGSEGV (SEGV_MAPERR, address 0x8)");
	feed_signal(&f, 12, &(const struct made_siginfo){SIGTERM, 0, 0, 0, {77, 0}});
	feed_exit(&f, 12, SIGTERM);
	check_end(&f, 12, "SIGTERM", "killed by SIGTERM (SI_USER, from process 77)");
	/* Another signal came before: it was handled. */
	feed_signal(&f, 13, &(const struct made_siginfo){SIGTERM, 0, 0, 0, {77, 0}});
	feed_exit(&f, 13, SIGKILL);
	check_end(&f, 13, "SIGKILL", "killed by SIGKILL");
	feed_done(&f);
}

static void test_bad_child(void **state)
{
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 10, "make");
	feed_fork(&f, 10, 11);
	feed_fork(&f, 10, 12);
	feed_exit(&f, 11, 0);
	assert_false(find(&f, 10)->bad_child);
	feed_exit(&f, 12, 2 << 8);
	assert_true(find(&f, 10)->bad_child);
	feed_done(&f);
}

/* ---- what it did ---- */

static void test_counts(void **state)
{
	struct event begun = made_event(EVENT_BEGUN, 1), end = made_event(EVENT_END, 1);
	struct feed f = {0};

	(void)state;
	feed_fd(&f, 10, "close", 3, 0);
	feed_fd(&f, 10, "close", 3, -EBADF);
	begun.pid = end.pid = 10;
	end.call.state = EVENT_FINISHED;
	end.call.ret = -EINTR;
	feed_event(&f, &begun);
	feed_event(&f, &end);
	assert_int_equal(find(&f, 10)->calls, 3);
	assert_int_equal(find(&f, 10)->failed, 2);
	feed_done(&f);
}

/* The end of all that was written to standard error. */
static void test_words(void **state)
{
	char long_line[301];
	struct feed f = {0};

	(void)state;
	feed_write(&f, 10, 1, "not this");
	feed_write(&f, 10, 2, "error: ");
	feed_write(&f, 10, 2, "gone\n");
	assert_int_equal(find(&f, 10)->word_count, 12);
	assert_memory_equal(find(&f, 10)->words, "error: gone\n", 12);
	for (size_t i = 0; i < sizeof(long_line); i++)
		long_line[i] = i < 300 ? (char)('a' + i % 26) : '\0';
	feed_write(&f, 10, 2, long_line);
	assert_int_equal(find(&f, 10)->word_count, PROCESS_WORDS_MAX);
	assert_memory_equal(find(&f, 10)->words, long_line + 300 - PROCESS_WORDS_MAX,
			    PROCESS_WORDS_MAX);
	feed_write(&f, 10, 2, "end");
	assert_int_equal(find(&f, 10)->word_count, PROCESS_WORDS_MAX);
	assert_memory_equal(find(&f, 10)->words + PROCESS_WORDS_MAX - 4, "nend", 4);
	feed_done(&f);
}

static void check_words(struct feed *f, uint32_t pid, const char *expected)
{
	const struct process *p = find(f, pid);

	assert_int_equal(p->word_count, strlen(expected));
	assert_memory_equal(p->words, expected, strlen(expected));
}

static void feed_made(struct feed *f, uint32_t pid, const struct made_call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		feed_call(f, pid, &calls[i]);
}

/* Whichever call of a program of either width they came through. */
static void test_words_of_all_calls(void **state)
{
	static const uint64_t wide[] = {0x7000, 2, 0, 5, 0x7100, 3};
	static const uint32_t narrow[] = {0x7000, 2, 0, 5, 0x7100, 3};
	const struct made_call calls[] = {
		{"", "write", 2, {2, 0x7000, 2}, {MADE_BYTES(0x7000, "a ")}, EVENT_ARCH_I386},
		{"", "pwrite64", 2, {2, 0x7000, 2}, {MADE_BYTES(0x7000, "b ")}, 0},
		{"",
		 "sendto",
		 2,
		 {2, 0x7000, 2, 0, 0x7200, 3},
		 {MADE_BYTES(0x7000, "c "), MADE_BYTES(0x7200, "\1\0x")},
		 EVENT_ARCH_I386},
		{"",
		 "writev",
		 5,
		 {2, 0x6000, 3},
		 {{.address = 0x6000, .data = wide, .length = sizeof(wide)},
		  MADE_BYTES(0x7000, "d "),
		  MADE_BYTES(0x7100, "ef ")},
		 0},
		{"",
		 "writev",
		 5,
		 {2, 0x6000, 3},
		 {{.address = 0x6000, .data = narrow, .length = sizeof(narrow)},
		  MADE_BYTES(0x7000, "g "),
		  MADE_BYTES(0x7100, "hi ")},
		 EVENT_ARCH_I386},
		{"",
		 "pwritev2",
		 2,
		 {2, 0x6000, 1},
		 {{.address = 0x6000, .data = narrow, .length = sizeof(narrow)},
		  MADE_BYTES(0x7000, "j. And not this"),
		  MADE_BYTES(0x7100, "no.")},
		 EVENT_ARCH_I386},
	};
	struct feed f = {0};

	(void)state;
	feed_made(&f, 10, calls, sizeof(calls) / sizeof(calls[0]));
	check_words(&f, 10, "a b c d ef g hi j.");
	feed_done(&f);
}

/* Other descriptors, copies of it among them; what is read from it, or done to it. */
static void test_no_words(void **state)
{
	const struct made_call calls[] = {
		{"", "write", 2, {10, 0x7000, 2}, {MADE_BYTES(0x7000, "a ")}, 0},
		{"", "write", 2, {1, 0x7000, 2}, {MADE_BYTES(0x7000, "b ")}, EVENT_ARCH_I386},
		{"", "read", 2, {2, 0x7000, 2}, {MADE_WROTE(0x7000, "c ")}, EVENT_ARCH_I386},
		{"",
		 "fsetxattr",
		 0,
		 {2, 0x7100, 0x7000, 2},
		 {MADE_STRING(0x7100, "user.x"), MADE_BYTES(0x7000, "d ")},
		 0},
		{"", "write", 0, {2, 0x7000, 0}, {MADE_BYTES(0x7000, "e")}, 0},
		{"", "write", -EFAULT, {2, 0x7000, 2}, {{0}}, 0},
		{"", "writev", -EFAULT, {2, 0x7000, 2}, {{0}}, 0},
		{"", "writev", 0, {2, 0x7000, UINT64_MAX}, {MADE_BYTES(0x7000, "short")}, 0},
	};
	struct feed f = {0};

	(void)state;
	feed_made(&f, 10, calls, sizeof(calls) / sizeof(calls[0]));
	check_words(&f, 10, "");
	feed_done(&f);
}

/* ---- limits ---- */

/* More processes than are kept: they are counted, and the others stay as they are. */
static void test_too_many(void **state)
{
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 1, "bomb");
	for (uint32_t pid = 2; pid <= PROCESSES_MAX + 5; pid++)
		feed_fork(&f, pid - 1, pid);
	assert_int_equal(f.processes.count, PROCESSES_MAX);
	assert_int_equal(f.processes.dropped, 5);
	assert_null(processes_find(&f.processes, PROCESSES_MAX + 1));
	feed_exit(&f, PROCESSES_MAX + 1, 1 << 8);
	FEED_EXEC(&f, PROCESSES_MAX + 2, "x");
	feed_fd(&f, 2, "close", 3, 0);
	assert_int_equal(find(&f, 2)->calls, 1);
	assert_false(find(&f, PROCESSES_MAX)->over);
	/* A number that is used again by one that has no room is nobody's. */
	feed_fork(&f, 1, 2);
	assert_null(processes_find(&f.processes, 2));
	feed_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lineage),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_unknown_creator),
		cmocka_unit_test(test_thread_of_unknown_creator),
		cmocka_unit_test(test_number_used_again),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_snapshot_lineage),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_no_arguments),
		cmocka_unit_test(test_command_is_cut),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_end_by_signal),
		cmocka_unit_test(test_bad_child),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_of_all_calls),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a bad end is said to come from. */
#include "feed.h"

#include "replayer/query/object.h"
#include "replayer/query/waits.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>

#include <cmocka.h>

enum { ADDRESS = 0x7000 };

static void start(struct feed *f)
{
	*f = (struct feed){0};
	feed_with_state(f);
	FEED_EXEC(f, 10, "prog\0--file=/etc/prog.conf");
}

/* The words have @part in them, the evidence @evidence; NULL: there is none. */
static void check_cause(struct feed *f, uint32_t pid, const char *part, const char *evidence)
{
	struct cause c = {0};

	assert_int_equal(cause_find(&f->causes, &f->processes, &f->failures,
				    processes_find(&f->processes, pid), &c),
			 0);
	if (!strstr(buf_text(&c.words), part))
		fail_msg("'%s' is not in '%s'", part, buf_text(&c.words));
	if (evidence && !strstr(buf_text(&c.evidence), evidence))
		fail_msg("'%s' is not in '%s'", evidence, buf_text(&c.evidence));
	if (!evidence)
		assert_int_equal(c.evidence.size, 0);
	cause_done(&c);
}

/* ---- exits ---- */

/* A failure that programs do not shrug off counts for more than a later missing file. */
static void test_grave_before_missing(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_path(&f, 10, "openat", "/secret", -EACCES);
	feed_path(&f, 10, "openat", "/later", -ENOENT);
	feed_exit(&f, 10, 1 << 8);
	check_cause(&f, 10, "permission denied: /secret", "\"/secret\"");
	feed_done(&f);
}

/* What it was told to read counts for more than what it looks for at home, and what its message
 * names for more than both. */
static void test_named_before_others(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_path(&f, 10, "openat", "/etc/prog.conf", -ENOENT);
	feed_path(&f, 10, "openat", "/other/thing", -ENOENT);
	feed_path(&f, 10, "openat", "/root/.progrc", -ENOENT);
	feed_exit(&f, 10, 1 << 8);
	check_cause(&f, 10, "/etc/prog.conf does not exist", "prog.conf");
	feed_done(&f);
	start(&f);
	feed_path(&f, 10, "openat", "/other/thing", -ENOENT);
	feed_path(&f, 10, "openat", "/etc/prog.conf", -ENOENT);
	feed_write(&f, 10, 2, "prog: no thing\n");
	feed_exit(&f, 10, 1 << 8);
	check_cause(&f, 10, "/other/thing does not exist", "thing");
	feed_done(&f);
}

static void test_nothing_at_home(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_path(&f, 10, "openat", "/root/.curlrc", -ENOENT);
	feed_path(&f, 10, "openat", "/root/.config/curlrc", -ENOENT);
	feed_exit(&f, 10, 7 << 8);
	assert_null(failures_fatal(&f.failures, processes_find(&f.processes, 10)));
	check_cause(&f, 10, "not known: it exited by itself", NULL);
	feed_done(&f);
}

static void test_its_words(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_write(&f, 10, 2, "first\nthe \33[1mlast\n");
	feed_exit(&f, 10, 1 << 8);
	check_cause(&f, 10, "it says: the \\x1b[1mlast", NULL);
	feed_done(&f);
}

/* What a name is part of is another name, and a stack is full of the program's own. */
static void test_whole_names_only(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_path(&f, 10, "openat", "/usr/lib/prog", -ENOENT);
	feed_path(&f, 10, "openat", "/usr/lib/thing", -ENOENT);
	feed_write(&f, 10, 2, "KeyError: prog.main has no something.else\n");
	feed_exit(&f, 10, 1 << 8);
	check_cause(&f, 10, "it says: KeyError: prog.main has no something.else", NULL);
	feed_done(&f);
}

/* An error that says nothing of a missing file, long after it was missed; or right after it. */
static void test_far_and_near(void **state)
{
	struct feed f;

	(void)state;
	for (int near = 0; near < 2; near++) {
		start(&f);
		feed_path(&f, 10, "openat", "/usr/lib/thing", -ENOENT);
		for (int i = 0; i < 40 && !near; i++)
			feed_path(&f, 10, "openat", "/usr/lib/other", 3);
		feed_write(&f, 10, 2, "cannot go on\n");
		feed_exit(&f, 10, 1 << 8);
		if (near)
			check_cause(&f, 10,
				    "cannot go on; before that /usr/lib/thing does not exist",
				    "thing");
		else
			check_cause(&f, 10, "it says: cannot go on", NULL);
		feed_done(&f);
	}
}

/* A wrapper's words are not those of the program that it became. */
static void test_words_before_exec(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_write(&f, 10, 2, "wrapper: thing: No such file or directory\n");
	FEED_EXEC(&f, 10, "/usr/bin/tool");
	feed_path(&f, 10, "openat", "/usr/lib/thing", -ENOENT);
	feed_write(&f, 10, 2, "KeyError: 3\n");
	feed_exit(&f, 10, 1 << 8);
	check_cause(&f, 10, "it says: KeyError: 3", NULL);
	assert_int_equal(processes_find(&f.processes, 10)->word_count, strlen("KeyError: 3\n"));
	feed_done(&f);
}

/* The loader goes on searching where the file is not, after it has found one that is no use. */
static void test_library_of_another_class(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_path(&f, 10, "openat", "/mine/libthing.so", 3);
	feed_path(&f, 10, "openat", "/usr/lib/libthing.so", -ENOENT);
	feed_write(&f, 10, 2,
		   "./prog: error while loading shared libraries: libthing.so: wrong ELF class: "
		   "ELFCLASS32\n");
	feed_exit(&f, 10, 127 << 8);
	check_cause(&f, 10, "wrong ELF class: ELFCLASS32 (a 32-bit library", "/mine/libthing.so");
	feed_done(&f);
}

static void test_interpreter(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_path(&f, 10, "access", "/bin/script", 0);
	feed_path(&f, 10, "execve", "/bin/script", -ENOENT);
	feed_exit(&f, 10, 127 << 8);
	check_cause(&f, 10, "/bin/script is there, but the interpreter that it names is not",
		    "execve");
	feed_done(&f);
}

static void test_search(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_path(&f, 10, "stat", "/usr/bin/grpe", -ENOENT);
	feed_path(&f, 10, "stat", "/bin/grpe", -ENOENT);
	feed_write(&f, 10, 2, "sh: grpe: not found\n");
	feed_exit(&f, 10, 127 << 8);
	check_cause(&f, 10, "grpe was found in none of 2 places, last tried: /bin/grpe", "stat(");
	feed_done(&f);
}

static void feed_socket(struct feed *f, int fd)
{
	const struct made_call socket = {.name = "socket", .ret = fd, .args = {2, 1}};

	feed_call(f, 10, &socket);
}

/* An error that comes as the result of a question. */
static void test_late_error(void **state)
{
	static const struct made_call connect = {
		.name = "connect",
		.ret = -EINPROGRESS,
		.args = {3, ADDRESS, 16},
		.memory = {MADE_BYTES(ADDRESS, "\2\0\0\11\177\0\0\1\0\0\0\0\0\0\0\0")}};
	const struct made_call ask = {.name = "getsockopt",
				      .args = {3, 1, 4, ADDRESS, ADDRESS + 8},
				      .memory = {MADE_RESULT(ADDRESS, int32_t, {ECONNREFUSED})}};
	const struct made_call other = {.name = "getsockopt",
					.args = {3, 1, 3, ADDRESS, ADDRESS + 8},
					.memory = {MADE_RESULT(ADDRESS, int32_t, {EPERM})}};
	struct feed f;

	(void)state;
	start(&f);
	feed_socket(&f, 3);
	feed_call(&f, 10, &connect);
	feed_call(&f, 10, &other);
	feed_call(&f, 10, &ask);
	feed_exit(&f, 10, 7 << 8);
	assert_int_equal(f.failures.total, 1);
	assert_int_equal(f.failures.count, 2);
	check_cause(&f, 10, "connection refused: nothing listens at 127.0.0.1:9", "SO_ERROR");
	feed_done(&f);
}

static void test_tries(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	for (int i = 0; i < 50; i++)
		feed_path(&f, 10, "openat", "/run/lock", -EACCES);
	feed_exit(&f, 10, 1 << 8);
	check_cause(&f, 10, "permission denied: /run/lock; tried 50 times in 0.049 s", "openat");
	feed_done(&f);
}

/* ---- names ---- */

#define QUESTION "\4host\0\0\1\0\1"

static void feed_dns(struct feed *f, const char *message, size_t size)
{
	const struct made_call call = {
		.name = "read",
		.ret = (int64_t)size,
		.args = {3, ADDRESS, 512},
		.memory = {{.address = ADDRESS, .data = message, .length = size, .exit = true}}};

	feed_call(f, 10, &call);
}
#define FEED_DNS(f, bytes) feed_dns(f, bytes, sizeof(bytes) - 1)

static void start_dns(struct feed *f)
{
	static const struct made_call connect = {
		.name = "connect",
		.args = {3, ADDRESS, 16},
		.memory = {MADE_BYTES(ADDRESS, "\2\0\0\65\177\0\0\1\0\0\0\0\0\0\0\0")}};

	start(f);
	feed_socket(f, 3);
	feed_call(f, 10, &connect);
}

static void test_no_such_name(void **state)
{
	struct feed f;

	(void)state;
	start_dns(&f);
	FEED_DNS(&f, "\1\1\201\203\0\1\0\0\0\0\0\0" QUESTION);
	feed_exit(&f, 10, 6 << 8);
	check_cause(&f, 10, "the host name host could not be resolved: there is no such name",
		    "read(");
	feed_done(&f);
}

/* One answer with an address is enough. */
static void test_name_with_address(void **state)
{
	struct feed f;

	(void)state;
	start_dns(&f);
	FEED_DNS(&f, "\1\1\201\200\0\1\0\1\0\0\0\0" QUESTION "more");
	FEED_DNS(&f, "\1\1\201\203\0\1\0\0\0\0\0\0" QUESTION);
	feed_exit(&f, 10, 6 << 8);
	check_cause(&f, 10, "not known", NULL);
	feed_done(&f);
}

/* No byte is read that is not there, and no name is taken that is none. */
static void test_broken_messages(void **state)
{
	static const char whole[] = "\1\1\201\203\0\1\0\0\0\0\0\0" QUESTION;
	struct feed f;

	(void)state;
	start_dns(&f);
	for (size_t size = 1; size < sizeof(whole) - 1; size++)
		feed_dns(&f, whole, size);
	FEED_DNS(&f, "\1\1\201\203\0\1\0\0\0\0\0\0\77host\0\0\1\0\1\0\0\0\0");
	FEED_DNS(&f, "\1\1\201\203\0\1\0\0\0\0\0\0\4h\33st\0\0\1\0\1");
	FEED_DNS(&f, "\1\1\201\203\0\1\0\0\0\0\0\0\300\14\0\0\1\0\1\0\0\0");
	feed_exit(&f, 10, 6 << 8);
	check_cause(&f, 10, "not known", NULL);
	feed_done(&f);
}

/* ---- signals, locks, pipes ---- */

static void feed_open(struct feed *f, uint32_t pid, const char *path, int fd)
{
	const struct made_call open = {
		.name = "open",
		.ret = fd,
		.args = {ADDRESS, 2},
		.memory = {{.address = ADDRESS, .data = path, .length = strlen(path) + 1}}};

	feed_call(f, pid, &open);
}

static void feed_numbers(struct feed *f, uint32_t pid, const char *name, int64_t ret, uint64_t a,
			 uint64_t b, uint64_t c)
{
	const struct made_call call = {.name = name, .ret = ret, .args = {a, b, c}};

	feed_call(f, pid, &call);
}

/* The lock belongs to the description, whoever took it: here a child that is no more. */
static void test_lock(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_open(&f, 10, "/the.lock", 9);
	feed_fork(&f, 10, 11);
	feed_numbers(&f, 11, "flock", 0, 9, LOCK_EX, 0);
	feed_exit(&f, 11, 0);
	feed_fork(&f, 10, 12);
	feed_numbers(&f, 12, "close", 0, 9, 0, 0);
	feed_open(&f, 12, "/the.lock", 3);
	feed_numbers(&f, 12, "flock", -512, 3, LOCK_EX, 0);
	feed_exit(&f, 12, SIGTERM);
	check_cause(&f, 12,
		    "it was waiting for a file lock (/the.lock) for 0.001 s, held by process 10",
		    "flock(3</the.lock>, LOCK_EX)");
	feed_done(&f);
}

/* Who has given it back does not hold it. */
static void test_lock_given_back(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_open(&f, 10, "/the.lock", 9);
	feed_numbers(&f, 10, "flock", 0, 9, LOCK_EX, 0);
	feed_numbers(&f, 10, "flock", 0, 9, LOCK_UN, 0);
	feed_fork(&f, 10, 12);
	feed_open(&f, 12, "/the.lock", 3);
	feed_numbers(&f, 12, "flock", -512, 3, LOCK_EX, 0);
	feed_exit(&f, 12, SIGTERM);
	check_cause(&f, 12, "a file lock (/the.lock) for 0.001 s", "flock(");
	assert_int_equal(f.causes.hangs.lock_count, 0);
	feed_done(&f);
}

/* Who does not wait for a lock is told by whom it is held. */
static void test_lock_refused(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_open(&f, 10, "/the.lock", 9);
	feed_numbers(&f, 10, "flock", 0, 9, LOCK_EX, 0);
	feed_fork(&f, 10, 12);
	feed_open(&f, 12, "/the.lock", 3);
	feed_numbers(&f, 12, "flock", -EAGAIN, 3, LOCK_EX | LOCK_NB, 0);
	feed_exit(&f, 12, 1 << 8);
	check_cause(&f, 12, "another process has locked /the.lock: it is held by process 10 (prog",
		    "flock(3</the.lock>, LOCK_EX|LOCK_NB)");
	feed_done(&f);
}

/* A piece that nobody would miss says nothing; much of it is worth a word. */
static void test_killed_with_much_memory(void **state)
{
	enum { READ_WRITE = 3, ANONYMOUS = 0x22, MIB = 1 << 20 };
	struct made_call map = {.name = "mmap", .ret = ADDRESS << 8};
	struct feed f;

	(void)state;
	start(&f);
	map.args[2] = READ_WRITE;
	map.args[3] = ANONYMOUS;
	map.args[1] = 20 * MIB;
	feed_call(&f, 10, &map);
	feed_numbers(&f, 10, "brk", 1000 * MIB, 0, 0, 0);
	feed_numbers(&f, 10, "brk", 1010 * MIB, 0, 0, 0);
	feed_fork(&f, 10, 11);
	feed_exit(&f, 11, SIGKILL);
	check_cause(&f, 11, "from outside, or by the kernel when memory ran out", NULL);
	map.args[1] = 50 * MIB;
	feed_call(&f, 10, &map);
	feed_numbers(&f, 10, "munmap", 0, ADDRESS, 16 * MIB, 0);
	feed_exit(&f, 10, SIGKILL);
	check_cause(&f, 10,
		    "because memory ran out (OOM killer), else from outside; it had asked for "
		    "64.0 MiB of memory",
		    "mmap(NULL, 52428800, ");
	feed_done(&f);
	/* Another program has none of it; files and what cannot be written do not count. */
	start(&f);
	feed_call(&f, 10, &map);
	FEED_EXEC(&f, 10, "other");
	map.args[2] = 1;
	feed_call(&f, 10, &map);
	map.args[2] = READ_WRITE;
	map.args[3] = 2;
	feed_call(&f, 10, &map);
	feed_exit(&f, 10, SIGKILL);
	check_cause(&f, 10, "from outside, or by the kernel when memory ran out", NULL);
	feed_done(&f);
}

static void test_sender(void **state)
{
	struct feed f;

	(void)state;
	start(&f);
	feed_fork(&f, 10, 11);
	feed_numbers(&f, 10, "kill", 0, 11, 0, 0);
	feed_numbers(&f, 10, "kill", 0, 11, SIGKILL, 0);
	feed_exit(&f, 11, SIGKILL);
	check_cause(&f, 11, "SIGKILL was sent to it by process 10 (prog", "kill(11, SIGKILL) = 0");
	feed_exit(&f, 10, SIGKILL);
	check_cause(&f, 10, "SIGKILL was sent to it by nobody on the tape", NULL);
	feed_done(&f);
}

/* Who went on after a call was not waiting in it. */
static void test_went_on(void **state)
{
	struct feed f;
	size_t threads;

	(void)state;
	start(&f);
	feed_numbers(&f, 10, "pause", -514, 0, 0, 0);
	assert_non_null(hangs_find(&f.causes.hangs, 1, &threads));
	assert_int_equal(threads, 1);
	feed_numbers(&f, 10, "getpid", 10, 0, 0, 0);
	assert_null(hangs_find(&f.causes.hangs, 1, &threads));
	feed_done(&f);
}

/* ---- a copy of descriptor 2 ---- */

static void test_copies_of_stderr(void **state)
{
	const struct process *p;
	struct feed f;

	(void)state;
	start(&f);
	feed_open(&f, 10, "/out", 1);
	feed_open(&f, 10, "/err", 2);
	feed_write(&f, 10, 1, "no ");
	feed_numbers(&f, 10, "dup2", 7, 2, 7, 0);
	feed_numbers(&f, 10, "dup2", 8, 1, 8, 0);
	feed_write(&f, 10, 7, "one ");
	feed_write(&f, 10, 8, "no ");
	feed_numbers(&f, 10, "dup2", 1, 2, 1, 0);
	feed_write(&f, 10, 1, "two ");
	feed_numbers(&f, 10, "dup2", 1, 8, 1, 0);
	feed_write(&f, 10, 1, "no ");
	feed_numbers(&f, 10, "dup2", 1, 7, 1, 0);
	feed_write(&f, 10, 1, "three");
	p = processes_find(&f.processes, 10);
	assert_int_equal(p->word_count, strlen("one two three"));
	assert_memory_equal(p->words, "one two three", p->word_count);
	feed_done(&f);
}

/* ---- objects, kinds of waiting ---- */

static void check_address(const void *bytes, size_t size, const char *text)
{
	struct guard g = guard_copy(bytes, size);
	struct buf name = {0};

	object_of_address(g.data, g.size, &name);
	assert_string_equal(buf_text(&name), text);
	buf_done(&name);
	guard_done(&g);
}

static void test_addresses(void **state)
{
	static const char v6[] = "\12\0\0\120\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0";

	(void)state;
	check_address("\2\0\0\120\12\0\0\1\0\0\0\0\0\0\0", 16, "10.0.0.1:80");
	check_address(v6, 28, "[::1]:80");
	check_address("\1\0/run/s\0more", 12, "/run/s");
	check_address("\1\0\0name", 7, "@name");
	check_address("\1\0", 2, "");
	check_address("\2\0\0\120\12\0\0", 7, "");
	check_address(v6, 23, "");
	check_address("\20\0\0\0\0\0\0\0\0\0\0", 12, "");
}

static void test_waits(void **state)
{
	struct feed f;
	struct waits w = {0};
	struct event e = made_event(EVENT_CALL, 1);

	(void)state;
	start(&f);
	w.state = f.state;
	e.call.nr = 35; /* nanosleep */
	e.call.state = EVENT_FINISHED;
	e.call.duration = 70;
	assert_int_equal(waits_take(&w, &e), 0);
	assert_int_equal(waits_take(&w, &e), 0);
	e.call.nr = 61; /* wait4 */
	e.call.duration = 1000;
	assert_int_equal(waits_take(&w, &e), 0);
	e.call.nr = 39; /* getpid */
	assert_int_equal(waits_take(&w, &e), 0);
	waits_sort(&w);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.list[0].what, WAITING_CHILD);
	assert_int_equal(w.list[0].total, 1000);
	assert_int_equal(w.list[1].count, 2);
	assert_int_equal(w.list[1].total, 140);
	waits_done(&w);
	feed_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grave_before_missing),
		cmocka_unit_test(test_named_before_others),
		cmocka_unit_test(test_nothing_at_home),
		cmocka_unit_test(test_its_words),
		cmocka_unit_test(test_whole_names_only),
		cmocka_unit_test(test_far_and_near),
		cmocka_unit_test(test_words_before_exec),
		cmocka_unit_test(test_library_of_another_class),
		cmocka_unit_test(test_interpreter),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_late_error),
		cmocka_unit_test(test_tries),
		cmocka_unit_test(test_no_such_name),
		cmocka_unit_test(test_name_with_address),
		cmocka_unit_test(test_broken_messages),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_lock_given_back),
		cmocka_unit_test(test_lock_refused),
		cmocka_unit_test(test_killed_with_much_memory),
		cmocka_unit_test(test_sender),
		cmocka_unit_test(test_went_on),
		cmocka_unit_test(test_copies_of_stderr),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What failed, grouped, and how much it matters. */
#include "feed.h"

#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static const struct failure *group(struct feed *f, size_t i)
{
	assert_true(i < f->failures.count);
	return &f->failures.list[i];
}

static void check_group(struct feed *f, size_t i, const char *call, const char *error,
			const char *object, uint64_t count)
{
	const struct failure *g = group(f, i);
	struct buf text = {0};

	failure_call(g, &text);
	assert_string_equal(buf_text(&text), call);
	buf_clear(&text);
	failure_error(g, &text);
	assert_string_equal(buf_text(&text), error);
	assert_string_equal(g->object, object);
	assert_int_equal(g->object_size, strlen(object));
	assert_int_equal(g->count, count);
	buf_done(&text);
}

/* ---- groups ---- */

static void test_groups(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_path(&f, 10, "openat", "/a", -ENOENT);
	feed_path(&f, 11, "openat", "/a", -ENOENT);
	feed_path(&f, 11, "openat", "/a", -ENOENT);
	feed_path(&f, 10, "openat", "/a", -EACCES);
	feed_path(&f, 10, "openat", "/b", -ENOENT);
	feed_path(&f, 10, "chdir", "/a", -ENOENT);
	feed_fd(&f, 10, "close", 3, -EBADF);
	feed_path(&f, 10, "openat", "/c", 5);
	assert_int_equal(f.failures.count, 5);
	assert_int_equal(f.failures.total, 7);
	check_group(&f, 0, "openat", "ENOENT", "/a", 3);
	check_group(&f, 1, "openat", "EACCES", "/a", 1);
	check_group(&f, 2, "openat", "ENOENT", "/b", 1);
	check_group(&f, 3, "chdir", "ENOENT", "/a", 1);
	check_group(&f, 4, "close", "EBADF", "fd 3", 1);
	assert_int_equal(group(&f, 0)->pid, 10);
	assert_int_equal(group(&f, 0)->first_seq, 1);
	assert_int_equal(group(&f, 0)->first_time, 1000000);
	assert_int_equal(group(&f, 0)->processes, 2);
	feed_done(&f);
}

/* The same number is another call elsewhere. */
static void test_architectures(void **state)
{
	struct event e = made_event(EVENT_CALL, 1);
	struct feed f = {0};

	(void)state;
	e.call.nr = 500;
	e.call.state = EVENT_FINISHED;
	e.call.ret = -EPERM;
	feed_event(&f, &e);
	e.call.arch = EVENT_ARCH_I386;
	feed_event(&f, &e);
	feed_event(&f, &e);
	assert_int_equal(f.failures.count, 2);
	check_group(&f, 0, "syscall_0x1f4", "EPERM", "", 1);
	check_group(&f, 1, "i386:syscall_0x1f4", "EPERM", "", 2);
	feed_done(&f);
}

/* A peer is told by its address. */
static void test_addresses(void **state)
{
	static const struct made_call connects = {.name = "connect",
						  .ret = -ECONNREFUSED,
						  .args = {3, 0x7000, 9},
						  .memory = {MADE_BYTES(0x7000, "\1\0/tmp/s\0")}};
	struct feed f = {0};
	struct made m;

	(void)state;
	made_from(&connects, &m);
	feed_event(&f, &m.event);
	check_group(&f, 0, "connect", "ECONNREFUSED", "/tmp/s", 1);
	made_done(&m);
	feed_done(&f);
}

static void test_long_object(void **state)
{
	char path[FAILURE_OBJECT_MAX + 100];
	struct feed f = {0};

	(void)state;
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	feed_path(&f, 10, "openat", path, -ENAMETOOLONG);
	assert_int_equal(group(&f, 0)->object_size, FAILURE_OBJECT_MAX);
	feed_done(&f);
}

/* The end of a call that was told in two halves counts, its beginning does not. */
static void test_halves(void **state)
{
	struct event begun = made_event(EVENT_BEGUN, 1), end = made_event(EVENT_END, 1);
	struct feed f = {0};

	(void)state;
	begun.call.nr = end.call.nr = 3;
	end.call.state = EVENT_FINISHED;
	end.call.ret = -EIO;
	feed_event(&f, &begun);
	assert_int_equal(f.failures.count, 0);
	feed_event(&f, &end);
	check_group(&f, 0, "close", "EIO", "fd 0", 1);
	end.call.state = EVENT_NEVER;
	feed_event(&f, &end);
	assert_int_equal(f.failures.total, 1);
	feed_done(&f);
}

static void test_unknown(void **state)
{
	struct event e = made_event(EVENT_CALL, 1);
	struct feed f = {0};

	(void)state;
	e.call.nr = 500;
	e.call.state = EVENT_FINISHED;
	e.call.ret = -4000;
	feed_event(&f, &e);
	check_group(&f, 0, "syscall_0x1f4", "error 4000", "", 1);
	feed_done(&f);
}

/* ---- ranks ---- */

static void check_rank_on(uint32_t arch, const char *call, const char *path, int error,
			  enum failure_rank expected)
{
	struct feed f = {.arch = arch};

	if (path)
		feed_path(&f, 10, call, path, -error);
	else
		feed_fd(&f, 10, call, 3, -error);
	if (failure_rank(group(&f, 0)) != expected)
		print_error("%s of %s, error %d\n", call, path ? path : "a descriptor", error);
	assert_int_equal(failure_rank(group(&f, 0)), expected);
	feed_done(&f);
}

static void check_rank(const char *call, const char *path, int error, enum failure_rank expected)
{
	check_rank_on(EVENT_ARCH_X86_64, call, path, error, expected);
}

static void test_ranks(void **state)
{
	(void)state;
	check_rank("read", NULL, EAGAIN, FAILURE_EXPECTED);
	check_rank("read", NULL, EINTR, FAILURE_EXPECTED);
	check_rank("read", NULL, 512, FAILURE_EXPECTED);
	check_rank("lseek", NULL, ESPIPE, FAILURE_EXPECTED);
	check_rank("ioctl", NULL, ENOTTY, FAILURE_EXPECTED);
	check_rank("mkdir", "/d", EEXIST, FAILURE_EXPECTED);
	check_rank("unlink", "/f", ENOENT, FAILURE_EXPECTED);
	check_rank("access", "/etc/ld.so.preload", ENOENT, FAILURE_EXPECTED);
	check_rank("openat", "/usr/lib/locale/locale-archive", ENOENT, FAILURE_EXPECTED);
	check_rank("openat", "/x/gconv-modules.cache", ENOENT, FAILURE_EXPECTED);
	check_rank("openat", "/usr/x.mo", ENOENT, FAILURE_EXPECTED);
	check_rank("stat", "/f", ENOENT, FAILURE_PROBE);
	check_rank("access", "/f", ENOENT, FAILURE_PROBE);
	check_rank("newfstatat", "/f", ENOTDIR, FAILURE_PROBE);
	check_rank("openat", "/f", ENOENT, FAILURE_MISSING);
	check_rank("openat", ".mo/x", ENOENT, FAILURE_MISSING);
	check_rank("execve", "/f", ENOENT, FAILURE_MISSING);
	check_rank("openat", "/f", EACCES, FAILURE_SERIOUS);
	check_rank("stat", "/f", EACCES, FAILURE_SERIOUS);
	check_rank("openat", "/etc/ld.so.preload", EACCES, FAILURE_SERIOUS);
	check_rank("write", NULL, ENOSPC, FAILURE_SERIOUS);
	check_rank("rmdir", "/d", EEXIST, FAILURE_SERIOUS);
	check_rank("read", NULL, ENOTTY, FAILURE_SERIOUS);
}

/* What 32-bit programs call by another name is the same. */
static void test_ranks_i386(void **state)
{
	static const struct {
		const char *call, *path;
		int error;
		enum failure_rank rank;
	} cases[] = {
		{"stat64", "/f", ENOENT, FAILURE_PROBE},
		{"lstat64", "/f", ENOENT, FAILURE_PROBE},
		{"fstatat64", "/f", ENOTDIR, FAILURE_PROBE},
		{"statfs64", "/f", ENOENT, FAILURE_PROBE},
		{"oldstat", "/f", ENOENT, FAILURE_PROBE},
		{"oldlstat", "/f", ENOENT, FAILURE_PROBE},
		{"getxattrat", "/f", ENOENT, FAILURE_PROBE},
		{"getxattrat", "/f", EOPNOTSUPP, FAILURE_EXPECTED},
		{"access", "/f", ENOENT, FAILURE_PROBE},
		{"fcntl64", NULL, EBADF, FAILURE_EXPECTED},
		{"sigaction", NULL, EINVAL, FAILURE_EXPECTED},
		{"futex_time64", NULL, ETIMEDOUT, FAILURE_EXPECTED},
		{"futex_wait", NULL, ETIMEDOUT, FAILURE_EXPECTED},
		{"futex_waitv", NULL, ETIMEDOUT, FAILURE_EXPECTED},
		{"stat64", "/f", EACCES, FAILURE_SERIOUS},
		{"fstat64", NULL, EBADF, FAILURE_SERIOUS},
		{"openat2", "/f", ENOENT, FAILURE_MISSING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_rank_on(EVENT_ARCH_I386, cases[i].call, cases[i].path, cases[i].error,
			      cases[i].rank);
}

/* A search along a path: the name was found, or made, in the end. */
static void test_found_later(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_path(&f, 10, "openat", "/lib/a/libx.so", -ENOENT);
	feed_path(&f, 10, "openat", "/lib/b/libx.so", -ENOENT);
	feed_path(&f, 10, "openat", "/lib/b/liby.so", -ENOENT);
	feed_path(&f, 10, "openat", "/lib/b/libx.so", -EACCES);
	feed_path(&f, 11, "openat", "/lib/z/libx.so", 3);
	assert_false(group(&f, 0)->found);
	feed_path(&f, 10, "openat", "/lib/c/libx.so", 3);
	assert_true(group(&f, 0)->found);
	assert_true(group(&f, 1)->found);
	assert_false(group(&f, 2)->found);
	assert_false(group(&f, 3)->found);
	assert_int_equal(failure_rank(group(&f, 0)), FAILURE_EXPECTED);
	assert_int_equal(failure_rank(group(&f, 2)), FAILURE_MISSING);
	feed_done(&f);
}

/* What has no name is found by nothing. */
static void test_names(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_path(&f, 10, "chdir", "/a/dir/", -ENOENT);
	feed_path(&f, 10, "chdir", "dir", 0);
	assert_true(group(&f, 0)->found);
	feed_path(&f, 10, "chdir", "/", -ENOENT);
	feed_path(&f, 10, "chdir", "", -ENOENT);
	feed_path(&f, 10, "chdir", "///", -ENOENT);
	feed_path(&f, 10, "chdir", "/a", 0);
	for (size_t i = 1; i < f.failures.count; i++)
		assert_false(group(&f, i)->found);
	feed_done(&f);
}

/* ---- fatal ---- */

/* The last thing that failed before a process ended badly. */
static void test_fatal(void **state)
{
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 10, "prog");
	feed_path(&f, 10, "openat", "/first", -ENOENT);
	feed_path(&f, 10, "openat", "/config", -ENOENT);
	feed_fd(&f, 10, "read", 3, -EAGAIN);
	assert_string_equal(failures_fatal(&f.failures, processes_find(&f.processes, 10))->object,
			    "/config");
	feed_exit(&f, 10, 1 << 8);
	assert_int_equal(failure_rank(group(&f, 0)), FAILURE_MISSING);
	assert_int_equal(failure_rank(group(&f, 1)), FAILURE_FATAL);
	assert_int_equal(failure_rank(group(&f, 2)), FAILURE_EXPECTED);
	assert_int_equal(group(&f, 1)->fatal, 1);
	feed_done(&f);
}

static void test_nothing_fatal(void **state)
{
	struct feed f = {0};

	(void)state;
	FEED_EXEC(&f, 10, "make");
	feed_fork(&f, 10, 11);
	feed_path(&f, 10, "openat", "/parent", -EACCES);
	feed_path(&f, 11, "openat", "/child", -EACCES);
	feed_exit(&f, 11, 1 << 8);
	/* It has only passed on that its child ended badly. */
	feed_exit(&f, 10, 2 << 8);
	assert_int_equal(group(&f, 0)->fatal, 0);
	assert_int_equal(group(&f, 1)->fatal, 1);
	/* Ended well. */
	feed_path(&f, 12, "openat", "/fine", -EACCES);
	feed_exit(&f, 12, 0);
	assert_int_equal(group(&f, 2)->fatal, 0);
	/* What was missing has been found since. */
	feed_path(&f, 13, "openat", "/a/lib", -ENOENT);
	feed_path(&f, 13, "openat", "/b/lib", 3);
	feed_exit(&f, 13, SIGSEGV);
	assert_int_equal(group(&f, 3)->fatal, 0);
	feed_done(&f);
}

/* What most of those survived who met it does not explain an end. */
static void test_survived_by_most(void **state)
{
	struct feed f = {0};

	(void)state;
	for (uint32_t pid = 10; pid < 15; pid++) {
		feed_path(&f, pid, "openat", "/x", -EACCES);
		feed_exit(&f, pid, pid == 10 ? 1 << 8 : 0);
	}
	assert_int_equal(group(&f, 0)->fatal, 1);
	assert_int_equal(failure_rank(group(&f, 0)), FAILURE_SERIOUS);
	feed_done(&f);
}

static void test_order(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_path(&f, 10, "stat", "/probe", -ENOENT);
	feed_path(&f, 10, "openat", "/once", -EACCES);
	feed_path(&f, 10, "openat", "/twice", -EACCES);
	feed_path(&f, 10, "openat", "/twice", -EACCES);
	feed_path(&f, 10, "openat", "/later", -EACCES);
	feed_fd(&f, 10, "read", 3, -EAGAIN);
	feed_path(&f, 11, "openat", "/fatal", -ENOENT);
	feed_exit(&f, 11, 1 << 8);
	failures_sort(&f.failures);
	assert_string_equal(group(&f, 0)->object, "/fatal");
	assert_string_equal(group(&f, 1)->object, "/twice");
	assert_string_equal(group(&f, 2)->object, "/once");
	assert_string_equal(group(&f, 3)->object, "/later");
	assert_string_equal(group(&f, 4)->object, "/probe");
	assert_string_equal(group(&f, 5)->object, "fd 3");
	feed_done(&f);
}

static void test_alike(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_path(&f, 10, "openat", "/a/x", -ENOENT);
	feed_path(&f, 10, "openat", "/b/x", -ENOENT);
	feed_path(&f, 10, "openat", "/b/xx", -ENOENT);
	feed_path(&f, 10, "openat", "/b/x", -EACCES);
	feed_path(&f, 10, "chdir", "/b/x", -ENOENT);
	assert_true(failures_alike(group(&f, 0), group(&f, 1)));
	assert_false(failures_alike(group(&f, 1), group(&f, 2)));
	assert_false(failures_alike(group(&f, 1), group(&f, 3)));
	assert_false(failures_alike(group(&f, 1), group(&f, 4)));
	feed_done(&f);
}

/* ---- a full list ---- */

static void feed_many(struct feed *f, size_t count, int error)
{
	char path[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/%d/%zu", error, i);
		feed_path(f, 10, "openat", path, -error);
	}
}

/* What is expected makes room for what is not. */
static void test_full_of_expected(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_path(&f, 10, "openat", "/kept", -EACCES);
	feed_many(&f, FAILURES_MAX - 1, EAGAIN);
	assert_int_equal(f.failures.count, FAILURES_MAX);
	feed_path(&f, 10, "openat", "/new", -EACCES);
	assert_int_equal(f.failures.count, 2);
	check_group(&f, 0, "openat", "EACCES", "/kept", 1);
	check_group(&f, 1, "openat", "EACCES", "/new", 1);
	assert_int_equal(f.failures.expected_beyond, FAILURES_MAX - 1);
	/* The groups that stay are found again. */
	feed_path(&f, 10, "openat", "/kept", -EACCES);
	assert_int_equal(group(&f, 0)->count, 2);
	assert_int_equal(f.failures.beyond, 0);
	feed_done(&f);
}

/* Nothing can be given up: what comes is only counted. */
static void test_full_of_serious(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_many(&f, FAILURES_MAX + 5, EACCES);
	assert_int_equal(f.failures.count, FAILURES_MAX);
	assert_int_equal(f.failures.beyond, 5);
	assert_int_equal(f.failures.total, FAILURES_MAX + 5);
	feed_path(&f, 10, "openat", "/13/7", -EACCES);
	assert_int_equal(group(&f, 7)->count, 2);
	assert_int_equal(f.failures.beyond, 5);
	feed_done(&f);
}

/* For a few that could be given up the list is not looked through, over and over: what
 * comes is counted for what it is. */
static void test_full_but_for_a_few(void **state)
{
	struct feed f = {0};

	(void)state;
	feed_path(&f, 10, "openat", "/few", -EAGAIN);
	feed_many(&f, FAILURES_MAX, EACCES);
	feed_path(&f, 10, "openat", "/more", -EAGAIN);
	assert_int_equal(f.failures.count, FAILURES_MAX);
	assert_int_equal(f.failures.beyond, 1);
	assert_int_equal(f.failures.expected_beyond, 1);
	check_group(&f, 0, "openat", "EAGAIN", "/few", 1);
	feed_done(&f);
}

/* Nothing could be given up, until it turned out to have been a search. */
static void test_room_when_found(void **state)
{
	struct feed f = {0};
	char path[32];

	(void)state;
	feed_many(&f, FAILURES_MAX + 1, ENOENT);
	assert_int_equal(f.failures.beyond, 1);
	for (int i = 0; i < FAILURES_MAX / 2; i++) {
		snprintf(path, sizeof(path), "/found/%d", i);
		feed_path(&f, 10, "openat", path, 3);
	}
	feed_path(&f, 10, "openat", "/new", -EACCES);
	assert_int_equal(f.failures.count, FAILURES_MAX / 2 + 1);
	check_group(&f, FAILURES_MAX / 2, "openat", "EACCES", "/new", 1);
	assert_int_equal(f.failures.expected_beyond, FAILURES_MAX / 2);
	assert_int_equal(f.failures.beyond, 1);
	feed_done(&f);
}

/* What failed before the list was cleared out is not taken for something else when the
 * process ends. */
static void test_fatal_after_clearing(void **state)
{
	struct feed f = {0};
	const struct failure *g;

	(void)state;
	feed_many(&f, FAILURES_MAX - 1, EAGAIN);
	feed_path(&f, 10, "openat", "/why", -EACCES);
	feed_path(&f, 11, "openat", "/other", -EACCES);
	assert_int_equal(f.failures.count, 2);
	g = failures_fatal(&f.failures, processes_find(&f.processes, 10));
	assert_non_null(g);
	assert_string_equal(g->object, "/why");
	feed_path(&f, 10, "openat", "/why", -EACCES);
	assert_int_equal(f.failures.count, 2);
	assert_int_equal(group(&f, 0)->count, 2);
	feed_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_architectures),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_long_object),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_ranks_i386),
		cmocka_unit_test(test_found_later),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_fatal),
		cmocka_unit_test(test_nothing_fatal),
		cmocka_unit_test(test_survived_by_most),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_full_of_expected),
		cmocka_unit_test(test_full_of_serious),
		cmocka_unit_test(test_full_but_for_a_few),
		cmocka_unit_test(test_room_when_found),
		cmocka_unit_test(test_fatal_after_clearing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

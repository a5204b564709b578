/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of descriptors: who has which, from which place on. */
#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CLOEXEC = 02000000, FDCWD = -100 };

/* ---- one process ---- */

static void test_snapshot(void **unused)
{
	const struct state_file *file;
	struct world w;

	(void)unused;
	world_begin(&w);
	world_check(&w, 10, 0, "/dev/null");
	file = world_file(&w, 10, 1);
	assert_int_equal(file->kind, STATE_PIPE);
	assert_int_equal(file->inode, 77);
	world_check(&w, 10, 2, "/tmp/log");
	assert_true(world_file(&w, 10, 2)->deleted);
	assert_null(world_file(&w, 10, 3));
	assert_null(world_file(&w, 10, -1));
	world_check_cwd(&w, 10, "/home");
	/* Nothing is known of a process without a snapshot. */
	assert_null(world_file(&w, 11, 0));
	world_check_cwd(&w, 11, NULL);
	world_done(&w);
}

static void test_copies(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/etc/hosts", 0, 3);
	world_numbers(&w, 10, "dup", 4, 3, 0, 0);
	world_numbers(&w, 10, "dup2", 50, 3, 50, 0);
	world_numbers(&w, 10, "dup3", 51, 50, 51, CLOEXEC);
	world_numbers(&w, 10, "fcntl", 60, 3, 0, 60);
	world_numbers(&w, 10, "fcntl", 61, 3, 1030, 60);
	world_numbers(&w, 10, "close", 0, 3, 0, 0);
	assert_null(world_file(&w, 10, 3));
	for (int i = 0; i < 5; i++)
		world_check(&w, 10, (const int[]){4, 50, 51, 60, 61}[i], "/etc/hosts");
	assert_ptr_equal(world_file(&w, 10, 4), world_file(&w, 10, 61));
	/* What fails does nothing, but for a close. */
	world_numbers(&w, 10, "dup2", -EBADF, 0, 4, 0);
	world_numbers(&w, 10, "close", -EIO, 50, 0, 0);
	world_check(&w, 10, 4, "/etc/hosts");
	assert_null(world_file(&w, 10, 50));
	world_done(&w);
}

static void test_exec_closes(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", CLOEXEC, 3);
	world_open(&w, 10, "/b", 0, 4);
	world_numbers(&w, 10, "fcntl", 0, 4, 2, 1);
	world_open(&w, 10, "/c", CLOEXEC, 5);
	world_numbers(&w, 10, "ioctl", 0, 5, 0x5450, 0);
	world_numbers(&w, 10, "dup", 6, 3, 0, 0);
	world_open(&w, 10, "/d", 0, 7);
	world_numbers(&w, 10, "ioctl", 0, 7, 0x5451, 0);
	world_open(&w, 10, "/e", 0, 8);
	world_numbers(&w, 10, "close_range", 0, 8, UINT32_MAX, 4);
	world_exec(&w, 10, 10, "/usr/bin/x");
	world_check(&w, 10, 0, "/dev/null");
	assert_null(world_file(&w, 10, 3));
	assert_null(world_file(&w, 10, 4));
	world_check(&w, 10, 5, "/c");
	world_check(&w, 10, 6, "/a");
	assert_null(world_file(&w, 10, 7));
	assert_null(world_file(&w, 10, 8));
	world_done(&w);
}

static void test_close_range(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	for (int fd = 3; fd < 20; fd++)
		world_open(&w, 10, "/f", 0, fd);
	world_numbers(&w, 10, "close_range", 0, 5, 10, 0);
	for (int fd = 3; fd < 20; fd++)
		world_check(&w, 10, fd, fd >= 5 && fd <= 10 ? NULL : "/f");
	world_numbers(&w, 10, "close_range", 0, 0, UINT32_MAX, 0);
	assert_null(world_file(&w, 10, 0));
	assert_null(world_file(&w, 10, 19));
	world_done(&w);
}

static void test_makers(void **unused)
{
	static const struct {
		const char *call, *text;
		uint64_t args[3];
	} makers[] = {
		{"epoll_create1", "anon_inode:[eventpoll]", {0}},
		{"eventfd2", "anon_inode:[eventfd]", {0}},
		{"timerfd_create", "anon_inode:[timerfd]", {0}},
		{"signalfd4", "anon_inode:[signalfd]", {UINT32_MAX}},
		{"inotify_init", "anon_inode:inotify", {0}},
		{"userfaultfd", "anon_inode:[userfaultfd]", {0}},
		{"perf_event_open", "anon_inode:[perf_event]", {0}},
		{"io_uring_setup", "anon_inode:[io_uring]", {4}},
		{"bpf", "anon_inode:bpf-prog", {5}},
		{"bpf", NULL, {2}},
		{"fsopen", "anon_inode:[fscontext]", {0}},
		{"fsmount", "/", {0}},
		{"landlock_create_ruleset", "anon_inode:[landlock-ruleset]", {1, 8}},
		{"landlock_create_ruleset", NULL, {0, 0, 1}},
		{"seccomp", "anon_inode:seccomp notify", {1, 8}},
		{"open_by_handle_at", NULL, {0}},
	};
	struct world w;

	(void)unused;
	world_begin(&w);
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		world_numbers(&w, 10, makers[i].call, 9, makers[i].args[0], makers[i].args[1],
			      makers[i].args[2]);
		world_check(&w, 10, 9, makers[i].text);
		world_numbers(&w, 10, "close", 0, 9, 0, 0);
	}
	world_path(&w, 10, "memfd_create", "na me");
	world_check(&w, 10, 0, "/memfd:na me");
	world_numbers(&w, 10, "pidfd_open", 5, 77, 0, 0);
	assert_int_equal(world_file(&w, 10, 5)->kind, STATE_PIDFD);
	assert_int_equal(world_file(&w, 10, 5)->pid, 77);
	world_done(&w);
}

static void test_pipe(void **unused)
{
	struct world w;
	const struct state_file *a, *b;

	(void)unused;
	world_begin(&w);
	world_two(&w, 10, "pipe2", 0, (const uint64_t[4]){0, CLOEXEC}, 3, 4);
	a = world_file(&w, 10, 3);
	b = world_file(&w, 10, 4);
	assert_non_null(a);
	assert_int_equal(a->kind, STATE_PIPE);
	assert_ptr_equal(a->peer, b);
	assert_ptr_equal(b->peer, a);
	world_numbers(&w, 10, "close", 0, 4, 0, 0);
	assert_null(world_file(&w, 10, 3)->peer);
	world_exec(&w, 10, 10, "/x");
	assert_null(world_file(&w, 10, 3));
	world_done(&w);
}

/* What the kernel said of a descriptor is better than what its path tells. */
static void test_names(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_call(&w, 10, 10,
		   &(const struct made_call){.name = "open",
					     .ret = 3,
					     .args = {0x100},
					     .memory = {MADE_STRING(0x100, "/etc/localtime"),
							MADE_NAME(4, "/not/this/one"),
							MADE_NAME(3, "/usr/UTC")}});
	world_check(&w, 10, 3, "/usr/UTC");
	world_call(&w, 10, 10,
		   &(const struct made_call){.name = "open",
					     .ret = 4,
					     .args = {0x100},
					     .memory = {MADE_STRING(0x100, "/tmp/a"),
							MADE_NAME(4, "/tmp/a (deleted)")}});
	world_check(&w, 10, 4, "/tmp/a");
	assert_true(world_file(&w, 10, 4)->deleted);
	world_call(&w, 10, 10,
		   &(const struct made_call){.name = "open",
					     .ret = 5,
					     .args = {0x100},
					     .memory = {MADE_STRING(0x100, "/proc/self/fd/0"),
							MADE_NAME(5, "pipe:[77]")}});
	assert_int_equal(world_file(&w, 10, 5)->kind, STATE_PIPE);
	assert_int_equal(world_file(&w, 10, 5)->inode, 77);
	world_call(&w, 10, 10,
		   &(const struct made_call){.name = "pipe2",
					     .args = {0x100},
					     .memory = {MADE_WROTE(0x100, "\6\0\0\0\7\0\0\0"),
							MADE_NAME(6, "pipe:[123]"),
							MADE_NAME(7, "pipe:[123]")}});
	assert_int_equal(world_file(&w, 10, 6)->inode, 123);
	assert_int_equal(world_file(&w, 10, 7)->inode, 123);
	assert_ptr_equal(world_file(&w, 10, 6)->peer, world_file(&w, 10, 7));
	world_call(&w, 10, 10,
		   &(const struct made_call){.name = "socket",
					     .ret = 8,
					     .args = {2, 1, 0},
					     .memory = {MADE_NAME(8, "socket:[1514994]")}});
	assert_int_equal(world_file(&w, 10, 8)->kind, STATE_SOCKET);
	assert_int_equal(world_file(&w, 10, 8)->inode, 1514994);
	world_done(&w);
}

/* ---- many processes ---- */

static void test_fork_copies(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", 0, 3);
	world_fork(&w, 10, 11, FORK_FORK);
	world_check(&w, 11, 3, "/a");
	world_check_cwd(&w, 11, "/home");
	assert_ptr_equal(world_file(&w, 10, 3), world_file(&w, 11, 3));
	world_numbers(&w, 11, "close", 0, 3, 0, 0);
	world_open(&w, 10, "/b", 0, 4);
	world_path(&w, 11, "chdir", "/tmp");
	world_check(&w, 10, 3, "/a");
	assert_null(world_file(&w, 11, 3));
	assert_null(world_file(&w, 11, 4));
	world_check_cwd(&w, 10, "/home");
	world_check_cwd(&w, 11, "/tmp");
	world_done(&w);
}

static void test_threads_share(void **unused)
{
	const struct made_call call = {.name = "close", .args = {3}};
	const struct made_call unshare = {.name = "unshare", .args = {0x600}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_thread(&w, 10, 12);
	world_open(&w, 10, "/a", 0, 3);
	world_path(&w, 10, "chdir", "/tmp");
	world_check(&w, 12, 3, "/a");
	world_call(&w, 10, 12, &call);
	assert_null(world_file(&w, 10, 3));
	/* On its own from here on. */
	world_open(&w, 10, "/b", 0, 3);
	world_call(&w, 10, 12, &unshare);
	world_call(&w, 10, 12, &call);
	world_path(&w, 10, "chdir", "/");
	world_check(&w, 10, 3, "/b");
	world_done(&w);
}

static void test_clone_flags(void **unused)
{
	const struct made_call shared = {.name = "clone", .ret = 11, .args = {0x400 | 17}};
	const struct made_call own = {.name = "clone", .ret = 12, .args = {0x200 | 17}};
	const uint64_t with_files[11] = {0x400};
	const struct made_call third = {.name = "clone3",
					.ret = 13,
					.args = {WORLD_ADDRESS, sizeof(with_files)},
					.memory = {{.address = WORLD_ADDRESS,
						    .data = with_files,
						    .length = sizeof(with_files)}}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_call_until(&w, 10, 10, &shared, 3);
	world_fork(&w, 10, 11, FORK_CLONE);
	w.seq = 3;
	world_call_until(&w, 10, 10, &own, 6);
	world_fork(&w, 10, 12, FORK_CLONE);
	w.seq = 6;
	world_begun(&w, 10, 10, &third);
	world_fork(&w, 10, 13, FORK_CLONE);
	world_end(&w, 10, 10, &third);
	world_open(&w, 10, "/a", 0, 3);
	world_path(&w, 10, "chdir", "/tmp");
	world_check(&w, 11, 3, "/a");
	assert_null(world_file(&w, 12, 3));
	world_check(&w, 13, 3, "/a");
	world_check_cwd(&w, 11, "/home");
	world_check_cwd(&w, 12, "/tmp");
	/* An exec ends the sharing. */
	world_exec(&w, 11, 11, "/x");
	world_numbers(&w, 11, "close", 0, 3, 0, 0);
	world_check(&w, 10, 3, "/a");
	world_done(&w);
}

/* A thread that is not the leader takes its number. */
static void test_exec_of_thread(void **unused)
{
	const struct made_call own = {.name = "unshare", .args = {0x400}};
	const struct made_call copy = {.name = "dup", .ret = 9, .args = {0}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_thread(&w, 10, 12);
	world_call(&w, 10, 12, &own);
	world_call(&w, 10, 12, &copy);
	assert_null(world_file(&w, 10, 9));
	world_exec(&w, 10, 12, "/x");
	world_check(&w, 10, 9, "/dev/null");
	world_check_cwd(&w, 10, "/home");
	world_done(&w);
}

static void test_number_used_again(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_fork(&w, 10, 11, FORK_VFORK);
	world_open(&w, 11, "/a", 0, 3);
	world_exit(&w, 11, 11);
	world_fork(&w, 10, 11, FORK_FORK);
	assert_null(world_file(&w, 11, 3));
	world_check(&w, 11, 0, "/dev/null");
	/* And without an exit on the tape. */
	world_open(&w, 11, "/b", 0, 3);
	world_fork(&w, 10, 11, FORK_FORK);
	assert_null(world_file(&w, 11, 3));
	world_done(&w);
}

static void test_unknown_creator(void **unused)
{
	struct event e = made_event(EVENT_FORK, 1);
	struct world w;

	(void)unused;
	world_begin(&w);
	e.pid = 10;
	e.tid = 15;
	e.fork = (struct event_fork){10, 15, FORK_THREAD, false};
	world_event(&w, &e);
	world_check(&w, 15, 0, "/dev/null");
	e.pid = e.tid = 16;
	e.fork = (struct event_fork){16, 16, FORK_CLONE, false};
	world_event(&w, &e);
	assert_null(world_file(&w, 16, 0));
	/* Nobody makes itself. */
	world_fork(&w, 10, 10, FORK_FORK);
	assert_null(world_file(&w, 10, 0));
	world_done(&w);
}

/* ---- order ---- */

/* Effects are those of the exits, in the order of the exits. */
static void test_order_of_exits(void **unused)
{
	const struct made_call first = {.name = "eventfd", .ret = 3},
			       second = {.name = "epoll_create", .ret = 3};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_thread(&w, 10, 12);
	world_call_until(&w, 10, 10, &first, 6);
	assert_null(state_at_entry(w.state, &w.event, 3));
	assert_non_null(state_at_exit(w.state, &w.event, 3));
	world_call_until(&w, 10, 12, &second, 4);
	assert_null(state_at_entry(w.state, &w.event, 3));
	w.seq = 4;
	world_check(&w, 10, 3, "anon_inode:[eventpoll]"); /* 5 */
	w.seq = 6;
	world_check(&w, 10, 3, "anon_inode:[eventfd]");
	world_done(&w);
}

/* What was opened while another thread was in the close of that number stays. */
static void test_close_and_open_cross(void **unused)
{
	const struct made_call closes = {.name = "close", .args = {3}};
	const struct made_call opens = {.name = "eventfd", .ret = 3};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_thread(&w, 10, 12);
	world_open(&w, 10, "/old", 0, 3);
	world_call_until(&w, 10, 10, &closes, 7);
	world_call_until(&w, 10, 12, &opens, 6);
	w.seq = 7;
	world_check(&w, 10, 3, "anon_inode:[eventfd]");
	/* The same in halves. */
	world_begun(&w, 10, 10, &closes);
	world_call(&w, 10, 12, &opens);
	world_end(&w, 10, 10, &closes);
	world_check(&w, 10, 3, "anon_inode:[eventfd]");
	world_begun(&w, 10, 10, &closes);
	world_end(&w, 10, 10, &closes);
	assert_null(world_file(&w, 10, 3));
	world_done(&w);
}

static void test_halves(void **unused)
{
	const struct made_call call = {.name = "open",
				       .ret = 5,
				       .args = {WORLD_ADDRESS, 0},
				       .memory = {MADE_STRING(WORLD_ADDRESS, "fifo")}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_begun(&w, 10, 10, &call);
	assert_null(state_at_exit(w.state, &w.event, 5));
	world_end(&w, 10, 10, &call);
	assert_non_null(state_at_exit(w.state, &w.event, 5));
	world_check(&w, 10, 5, "/home/fifo");
	world_done(&w);
}

/* ---- limits ---- */

/* Nothing that a tape says is too much: it is forgotten, but nothing breaks. */
static void test_limits(void **unused)
{
	const struct made_call never = {.name = "eventfd", .ret = 3};
	struct world w;

	(void)unused;
	world_begin(&w);
	for (uint32_t pid = 100; pid < 70000; pid++)
		world_fork(&w, 10, pid, FORK_FORK);
	world_check(&w, 100, 0, "/dev/null");
	for (uint32_t i = 0; i < 5000; i++)
		world_call_until(&w, 100 + i, 100 + i, &never, UINT64_MAX);
	world_check(&w, 101, 3, "anon_inode:[eventfd]");
	for (uint64_t fd = 0; fd < 200000; fd++)
		world_numbers(&w, 10, "eventfd", (int64_t)fd * 1000, 0, 0, 0);
	world_numbers(&w, 10, "close_range", 0, 0, UINT32_MAX, 0);
	world_numbers(&w, 10, "dup", INT64_MAX, 1, 0, 0);
	world_numbers(&w, 10, "dup2", INT32_MAX, UINT64_MAX, INT32_MAX, 0);
	world_numbers(&w, 10, "close", 0, UINT64_MAX, 0, 0);
	world_numbers(&w, 10, "close_range", 0, UINT32_MAX, UINT32_MAX, 7);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_exec_closes),
		cmocka_unit_test(test_close_range),
		cmocka_unit_test(test_makers),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_fork_copies),
		cmocka_unit_test(test_threads_share),
		cmocka_unit_test(test_clone_flags),
		cmocka_unit_test(test_exec_of_thread),
		cmocka_unit_test(test_number_used_again),
		cmocka_unit_test(test_unknown_creator),
		cmocka_unit_test(test_order_of_exits),
		cmocka_unit_test(test_close_and_open_cross),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Names: absolute, through links that are known, and what becomes of them. */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NOFOLLOW = 0400000, CREATE_NEW = 0300, TEMPORARY = 020200000, BEHIND = 0x9000 };

static void opens(struct world *w, const char *path, const char *name)
{
	world_open(w, 10, path, 0, 9);
	world_check(w, 10, 9, name);
}

static void two_paths(struct world *w, const char *call, const char *a, const char *b)
{
	const struct made_call c = {
		.name = call,
		.args = {WORLD_ADDRESS, BEHIND},
		.memory = {{.address = WORLD_ADDRESS, .data = a, .length = strlen(a) + 1},
			   {.address = BEHIND, .data = b, .length = strlen(b) + 1}}};

	world_call(w, 10, 10, &c);
}

static void reads_link(struct world *w, const char *path, const char *target, size_t room)
{
	const struct made_call c = {
		.name = "readlink",
		.ret = (int64_t)strlen(target),
		.args = {WORLD_ADDRESS, BEHIND, room},
		.memory = {{.address = WORLD_ADDRESS, .data = path, .length = strlen(path) + 1},
			   {.address = BEHIND,
			    .data = target,
			    .length = strlen(target),
			    .exit = true}}};

	world_call(w, 10, 10, &c);
}

static void test_absolute(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	opens(&w, "/etc/hosts", "/etc/hosts");
	opens(&w, "a", "/home/a");
	opens(&w, "./a//b/", "/home/a/b");
	opens(&w, "../x", "/x");
	opens(&w, "../../../x", "/x");
	opens(&w, "/", "/");
	opens(&w, "/..", "/");
	opens(&w, ".", "/home");
	opens(&w, "/a/./b/../c", "/a/c");
	world_path(&w, 10, "chdir", "/");
	world_check_cwd(&w, 10, "/");
	opens(&w, "a", "/a");
	world_done(&w);
}

static void test_from_descriptor(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/usr", 0, 3);
	world_openat(&w, 10, 3, "lib/x", 4);
	world_check(&w, 10, 4, "/usr/lib/x");
	world_openat(&w, 10, 3, "/lib/x", 5);
	world_check(&w, 10, 5, "/lib/x");
	world_openat(&w, 10, -100, "x", 6);
	world_check(&w, 10, 6, "/home/x");
	/* What is not known makes nothing known. */
	world_openat(&w, 10, 77, "x", 7);
	world_check(&w, 10, 7, NULL);
	world_openat(&w, 10, 1, "x", 7);
	world_check(&w, 10, 7, NULL);
	world_numbers(&w, 10, "fchdir", 0, 3, 0, 0);
	world_check_cwd(&w, 10, "/usr");
	world_path(&w, 10, "chdir", "lib");
	world_check_cwd(&w, 10, "/usr/lib");
	world_done(&w);
}

static void test_root(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_path(&w, 10, "chroot", "/jail");
	world_path(&w, 10, "chdir", "/");
	world_check_cwd(&w, 10, "/jail");
	opens(&w, "/etc/../../../x", "/jail/x");
	opens(&w, "../x", "/jail/x");
	world_done(&w);
}

static void test_links(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	reads_link(&w, "/bin", "usr/bin", 100);
	opens(&w, "/bin/ls", "/usr/bin/ls");
	two_paths(&w, "symlink", "../etc/./hosts", "h");
	opens(&w, "h", "/etc/hosts");
	world_open(&w, 10, "h", NOFOLLOW, 9);
	world_check(&w, 10, 9, "/home/h");
	world_open(&w, 10, "h", CREATE_NEW, 9);
	world_check(&w, 10, 9, "/home/h");
	/* One that was cut is another. */
	reads_link(&w, "/cut", "/a/b", 4);
	opens(&w, "/cut", "/cut");
	/* No more than the kernel would follow. */
	two_paths(&w, "symlink", "loop/x", "/loop");
	world_open(&w, 10, "/loop", 0, 9);
	two_paths(&w, "symlink", "/", "/r");
	opens(&w, "/r/r/r/etc", "/etc");
	world_path(&w, 10, "unlink", "h");
	opens(&w, "h", "/home/h");
	world_done(&w);
}

static void test_exec_tells_links(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_path(&w, 10, "execve", "/opt/tool");
	w.seq--;
	world_exec(&w, 10, 10, "/usr/lib/tool/tool");
	opens(&w, "/opt/tool", "/usr/lib/tool/tool");
	/* A script is no link. */
	world_path(&w, 10, "execve", "/opt/script");
	world_exec(&w, 10, 10, "/usr/bin/dash");
	opens(&w, "/opt/script", "/opt/script");
	world_done(&w);
}

static void test_loader_tells_links(void **unused)
{
	struct meta_map map = {
		.path = {(uint8_t *)(uintptr_t) "/usr/lib/x/ld-linux-x86-64.so.2", 31}};
	struct meta_process p = {.pid = 20, .maps = &map, .map_count = 1};
	const struct meta_snapshot s = {.processes = &p, .process_count = 1};
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = &s};
	struct world w;

	(void)unused;
	world_begin(&w);
	opens(&w, "/lib/libc.so.6", "/lib/libc.so.6");
	assert_int_equal(state_take(w.state, &item), 0);
	opens(&w, "/lib/libc.so.6", "/usr/lib/libc.so.6");
	world_done(&w);
}

static void test_own_links(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/etc/hosts", 0, 5);
	opens(&w, "/proc/self/status", "/proc/10/status");
	opens(&w, "/proc/thread-self/comm", "/proc/10/task/10/comm");
	opens(&w, "/dev/fd/5", "/etc/hosts");
	opens(&w, "/proc/self/fd/5", "/etc/hosts");
	opens(&w, "/dev/stdin", "/dev/null");
	opens(&w, "/proc/self/cwd/x", "/home/x");
	world_open(&w, 10, "/dev/stdout", 0, 9);
	assert_int_equal(world_file(&w, 10, 9)->kind, STATE_PIPE);
	assert_int_equal(world_file(&w, 10, 9)->inode, 77);
	world_done(&w);
}

static void test_names_change(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/d/a", 0, 3);
	world_open(&w, 10, "/d/b", 0, 4);
	world_open(&w, 10, "/da", 0, 5);
	world_path(&w, 10, "chdir", "/d");
	two_paths(&w, "rename", "a", "b");
	world_check(&w, 10, 3, "/d/b");
	assert_true(world_file(&w, 10, 4)->deleted);
	two_paths(&w, "rename", "/d", "/e");
	world_check(&w, 10, 3, "/e/b");
	world_check(&w, 10, 5, "/da");
	world_check_cwd(&w, 10, "/e");
	world_path(&w, 10, "unlink", "b");
	assert_true(world_file(&w, 10, 3)->deleted);
	world_check(&w, 10, 3, "/e/b");
	world_open(&w, 10, "/tmp", TEMPORARY, 6);
	assert_true(world_file(&w, 10, 6)->deleted);
	world_check(&w, 10, 6, "/tmp/#?");
	world_done(&w);
}

static void test_exchange(void **unused)
{
	const struct made_call c = {
		.name = "renameat2",
		.args = {(uint32_t)-100, WORLD_ADDRESS, (uint32_t)-100, BEHIND, 2},
		.memory = {MADE_STRING(WORLD_ADDRESS, "/a"), MADE_STRING(BEHIND, "/b")}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", 0, 3);
	world_open(&w, 10, "/b/x", 0, 4);
	world_call(&w, 10, 10, &c);
	world_check(&w, 10, 3, "/b");
	world_check(&w, 10, 4, "/a/x");
	world_done(&w);
}

/* The kernel says where it is. */
static void test_getcwd(void **unused)
{
	const struct made_call c = {
		.name = "getcwd",
		.ret = 6,
		.args = {WORLD_ADDRESS, 100},
		.memory = {{.address = WORLD_ADDRESS, .data = "/real", .length = 6, .exit = true}}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_call(&w, 10, 10, &c);
	world_check_cwd(&w, 10, "/real");
	world_done(&w);
}

static void test_stat_tells(void **unused)
{
	uint64_t stat[18] = {[1] = 4711, [3] = 0010600};
	const struct made_call pipe = {.name = "fstat",
				       .args = {3, WORLD_ADDRESS},
				       .memory = {{.address = WORLD_ADDRESS,
						   .data = stat,
						   .length = sizeof(stat),
						   .exit = true}}};
	struct made_call device = pipe;
	struct world w;

	(void)unused;
	world_begin(&w);
	world_two(&w, 10, "pipe", 0, (const uint64_t[4]){0}, 3, 4);
	assert_int_equal(world_file(&w, 10, 3)->inode, 0);
	world_call(&w, 10, 10, &pipe);
	assert_int_equal(world_file(&w, 10, 3)->inode, 4711);
	assert_int_equal(world_file(&w, 10, 4)->inode, 4711);
	stat[3] = 0020666;
	stat[5] = 0x103;
	device.args[0] = 0;
	world_call(&w, 10, 10, &device);
	assert_int_equal(world_file(&w, 10, 0)->device, 'c');
	assert_int_equal(world_file(&w, 10, 0)->major, 1);
	assert_int_equal(world_file(&w, 10, 0)->minor, 3);
	world_done(&w);
}

/* Of a 32-bit program: two layouts, neither of them that of 64 bits. */
static void check_narrow(const char *name, const void *stat, size_t size, uint64_t inode)
{
	const struct made_call c = {
		.name = name,
		.arch = EVENT_ARCH_I386,
		.args = {3, WORLD_ADDRESS},
		.memory = {{.address = WORLD_ADDRESS, .data = stat, .length = size, .exit = true}}};
	struct world w;

	world_begin(&w);
	if (inode)
		world_two(&w, 10, "pipe", 0, (const uint64_t[4]){0}, 3, 4);
	else
		world_open(&w, 10, "/dev/sda", 0, 3);
	world_call(&w, 10, 10, &c);
	assert_int_equal(world_file(&w, 10, 3)->inode, inode);
	if (!inode) {
		assert_int_equal(world_file(&w, 10, 3)->device, 'b');
		assert_int_equal(world_file(&w, 10, 3)->major, 8);
		assert_int_equal(world_file(&w, 10, 3)->minor, 0x102);
	}
	world_done(&w);
}

static void test_narrow_stat_tells(void **unused)
{
	uint32_t stat[16] = {[1] = 4711, [2] = 0010600}, stat64[24] = {[4] = 0010600};

	(void)unused;
	stat64[22] = 4711;
	check_narrow("fstat", stat, sizeof(stat), 4711);
	check_narrow("fstat64", stat64, sizeof(stat64), 4711);
	stat[1] = stat64[22] = 0;
	stat[2] = stat64[4] = 0060600;
	stat[4] = stat64[8] = 0x100802;
	check_narrow("fstat", stat, sizeof(stat), 0);
	check_narrow("fstat64", stat64, sizeof(stat64), 0);
}

/* ---- which calls are about a path ---- */

static bool touches(struct world *w, const struct made_call *call, const char *path)
{
	struct made m;
	int r;

	made_from(call, &m);
	m.event.pid = m.event.tid = 10;
	m.event.call.end_seq = w->seq + 2;
	world_event(w, &m.event);
	r = state_touches(w->state, &m.event, path);
	made_done(&m);
	w->seq++;
	assert_in_range(r, 0, 1);
	return r;
}

static void test_touches(void **unused)
{
	const int32_t polled[] = {9, 0, 3, 0};
	const uint64_t set[] = {1 << 3};
	const struct made_call relative = {.name = "access",
					   .args = {WORLD_ADDRESS},
					   .memory = {MADE_STRING(WORLD_ADDRESS, "x")}};
	const struct made_call reads = {.name = "read", .args = {3}};
	const struct made_call polls = {
		.name = "poll",
		.args = {WORLD_ADDRESS, 2},
		.memory = {{.address = WORLD_ADDRESS, .data = polled, .length = sizeof(polled)}}};
	const struct made_call selects = {
		.name = "select",
		.args = {4, WORLD_ADDRESS},
		.memory = {{.address = WORLD_ADDRESS, .data = set, .length = sizeof(set)}}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/home/x", 0, 3);
	assert_true(touches(&w, &relative, "/home/x"));
	assert_true(touches(&w, &relative, "x"));
	assert_false(touches(&w, &relative, "/x"));
	assert_true(touches(&w, &reads, "/home/x"));
	assert_false(touches(&w, &reads, "/home"));
	assert_true(touches(&w, &polls, "/home/x"));
	assert_true(touches(&w, &selects, "/home/x"));
	world_numbers(&w, 10, "close", 0, 3, 0, 0);
	assert_false(touches(&w, &polls, "/home/x"));
	assert_false(touches(&w, &selects, "/home/x"));
	world_done(&w);
}

/* Long paths, and paths without an end. */
static void test_hostile_paths(void **unused)
{
	static char longest[10000];
	struct made_call open = {.name = "open",
				 .ret = 9,
				 .args = {WORLD_ADDRESS},
				 .memory = {MADE_BYTES(WORLD_ADDRESS, "abc")}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_call(&w, 10, 10, &open);
	world_check(&w, 10, 9, "/home/abc");
	memset(longest, 'x', sizeof(longest) - 1);
	opens(&w, longest, NULL);
	longest[4090] = 0;
	opens(&w, longest, NULL);
	for (size_t i = 0; i < 4090; i++)
		longest[i] = "/."[i % 2];
	opens(&w, longest, "/");
	two_paths(&w, "symlink", "a/a/a/a/a/a/a/a/a/a/a/a", "/home/a");
	opens(&w, "a/a/a/a/a/a", NULL);
	opens(&w, "", "/home");
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_from_descriptor),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_exec_tells_links),
		cmocka_unit_test(test_loader_tells_links),
		cmocka_unit_test(test_own_links),
		cmocka_unit_test(test_names_change),
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_getcwd),
		cmocka_unit_test(test_stat_tells),
		cmocka_unit_test(test_narrow_stat_tells),
		cmocka_unit_test(test_touches),
		cmocka_unit_test(test_hostile_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

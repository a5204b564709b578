/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/side/side_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Process 4711 is the one that asks, 4712 another. */
static bool say_pid(void *context, uint32_t pid, bool near, struct buf *ret)
{
	(void)context;
	if (pid != 4711 && (pid != 4712 || near))
		return false;
	buf_str(ret, pid == 4711 ? "<self>" : "<child#1>");
	return true;
}

struct fixture {
	struct roots roots;
	struct new_names names;
};

static void expect(const struct fixture *f, const char *path, const char *label)
{
	const struct path_ways ways = {&f->roots, &f->names, say_pid, NULL};
	struct buf text = {0};
	uint8_t marks;
	bool made_up;

	diff_path_label(&ways, path, strlen(path), &text, &marks, &made_up);
	assert_string_equal(buf_text(&text), label);
	assert_int_equal(made_up, strstr(label, "<new") != NULL);
	buf_done(&text);
}

static void done(struct fixture *f)
{
	diff_roots_done(&f->roots);
	diff_new_names_done(&f->names);
}

static void paths_begin_at_roots(void **state)
{
	struct fixture f = {.roots = {.count = 0}};

	(void)state;
	assert_int_equal(diff_roots_add(&f.roots, "$HOME", "/home/me", 8), 0);
	assert_int_equal(diff_roots_add(&f.roots, "$CWD", "/home/me/work/", 14), 0);
	assert_int_equal(diff_roots_add(&f.roots, "$TMPDIR", "/tmp", 4), 0);
	expect(&f, "/home/me/work/a", "$CWD/a");
	expect(&f, "/home/me/work", "$CWD");
	expect(&f, "/home/me/workshop", "$HOME/workshop");
	expect(&f, "/home/men/x", "/home/men/x");
	/* Everybody's. */
	expect(&f, "/tmp/x", "/tmp/x");
	done(&f);
}

static void the_first_name_of_a_root_stays(void **state)
{
	struct fixture f = {.roots = {.count = 0}};

	(void)state;
	assert_int_equal(diff_roots_add(&f.roots, "$HOME", "/root", 5), 0);
	assert_int_equal(diff_roots_add(&f.roots, "$CWD", "/root", 5), 0);
	expect(&f, "/root/x", "$HOME/x");
	done(&f);
}

static void expect_after(const struct fixture *f, struct path_directory *last, uint64_t stamp,
			 const char *path, const char *label)
{
	const struct path_ways ways = {&f->roots, &f->names, say_pid, NULL, last, stamp};
	struct buf text = {0};
	uint8_t marks;
	bool made_up;

	buf_str(&text, "before ");
	diff_path_label(&ways, path, strlen(path), &text, &marks, &made_up);
	assert_string_equal(buf_text(&text) + 7, label);
	buf_done(&text);
}

/* The label of the directory before is said again, and nothing is said otherwise for it. */
static void paths_of_one_directory_begin_alike(void **state)
{
	struct fixture f = {.roots = {.count = 0}};
	struct path_directory last = {.stamp = 0};

	(void)state;
	assert_int_equal(diff_roots_add(&f.roots, "$HOME", "/home/me", 8), 0);
	expect_after(&f, &last, 1, "/home/me/a/x", "$HOME/a/x");
	assert_string_equal(buf_text(&last.path), "/home/me/a");
	assert_string_equal(buf_text(&last.label), "$HOME/a");
	expect_after(&f, &last, 1, "/home/me/a/y", "$HOME/a/y");
	expect_after(&f, &last, 1, "/home/me/a", "$HOME/a");
	expect_after(&f, &last, 1, "/home/me", "$HOME");
	expect_after(&f, &last, 1, "/home/me/a/b/c", "$HOME/a/b/c");
	expect_after(&f, &last, 1, "/home/me/ab/c", "$HOME/ab/c");
	expect_after(&f, &last, 1, "/home/x", "/home/x");
	expect_after(&f, &last, 1, "/home/me/x", "$HOME/x");
	expect_after(&f, &last, 1, "/proc/4711/fd/17", "/proc/self/fd/*");
	expect_after(&f, &last, 1, "/proc/4711/fd/18", "/proc/self/fd/*");
	expect_after(&f, &last, 1, "/", "/");
	expect_after(&f, &last, 1, "/run/x.4711/y", "/run/x.<self>/y");
	/* Somebody else asks. */
	assert_string_equal(buf_text(&last.label), "/run/x.<self>");
	last.label.data[7] = '!';
	expect_after(&f, &last, 1, "/run/x.4711/y", "/run/x.!self>/y");
	expect_after(&f, &last, 2, "/run/x.4711/y", "/run/x.<self>/y");
	/* A name that was made up may be any part of a path. */
	expect_after(&f, &last, 2, "/run/tmpab_cd12x/y", "/run/tmpab_cd12x/y");
	assert_int_equal(diff_new_names_add(&f.names, "/run/tmpab_cd12x", 16, 1), 0);
	expect_after(&f, &last, 2, "/run/tmpab_cd12x/y", "/run/<new#1>/y");
	diff_path_directory_done(&last);
	done(&f);
}

static void numbers_of_processes_are_their_places(void **state)
{
	struct fixture f = {.roots = {.count = 0}};

	(void)state;
	expect(&f, "/proc/4711/maps", "/proc/self/maps");
	expect(&f, "/proc/self/fd/17", "/proc/self/fd/*");
	expect(&f, "/proc/4712/maps", "/proc/<child#1>/maps");
	expect(&f, "/proc/99/stat", "/proc/*/stat");
	expect(&f, "/proc/4711/task/4712/comm", "/proc/self/task/<child#1>/comm");
	expect(&f, "/tmp/hsperfdata_root/4711", "/tmp/hsperfdata_root/<self>");
	expect(&f, "/tmp/.java_pid4711", "/tmp/.java_pid<self>");
	expect(&f, "/run/x.4711.pid", "/run/x.<self>.pid");
	/* A number that happens to be that of a process far away. */
	expect(&f, "/run/x.4712", "/run/x.4712");
	expect(&f, "/dev/pts/3", "/dev/pts/*");
	expect(&f, "/usr/lib/python3.11/x86_64", "/usr/lib/python3.11/x86_64");
	done(&f);
}

static void made_up_names_are_counted(void **state)
{
	struct fixture f = {.roots = {.count = 0}};

	(void)state;
	assert_int_equal(diff_new_names_add(&f.names, "/tmp/ccdrigNC.s", 15, 1), 0);
	assert_int_equal(diff_new_names_add(&f.names, "/tmp/tmpab_cd12x", 16, 2), 0);
	assert_int_equal(diff_new_names_add(&f.names, "/x/mod.cpython-311.pyc.140234567", 32, 3),
			 0);
	expect(&f, "/tmp/ccdrigNC.s", "/tmp/<new#1>.s");
	expect(&f, "/tmp/tmpab_cd12x/file", "/tmp/<new#2>/file");
	expect(&f, "/x/mod.cpython-311.pyc.140234567", "/x/mod.cpython-311.pyc.<new#3>");
	expect(&f, "/tmp/ccdrigNC.o", "/tmp/ccdrigNC.o");
	/* Files without a name have a number of any length. */
	assert_int_equal(diff_new_names_add(&f.names, "/tmp/#12", 8, 4), 0);
	assert_int_equal(diff_new_names_add(&f.names, "/tmp/#11444537", 14, 5), 0);
	expect(&f, "/tmp/#12", "/tmp/<new#4>");
	expect(&f, "/tmp/#11444537", "/tmp/<new#5>");
	done(&f);
}

/* Whichever letters were drawn, the part that was is the same one. */
static void what_was_drawn_has_its_place(void **state)
{
	static const struct {
		const char *path, *label;
	} drawn[] = {
		{"/x/tmp_obj_a0B8AC", "/x/<new#1>"},
		{"/x/tmp_obj_zrJION", "/x/<new#1>"},
		{"/x/tmp_obj_abcdef", "/x/<new#1>"},
		{"/x/a-very-long-beginning.k3Xq9Z", "/x/a-very-long-beginning.<new#1>"},
		{"/x/a-very-long-beginning.kxqzab", "/x/a-very-long-beginning.<new#1>"},
		{"/x/sedQwertY", "/x/<new#1>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
		struct fixture f = {.roots = {.count = 0}};
		const size_t size = strlen(drawn[i].path);

		if (!diff_path_may_be_drawn(drawn[i].path, size))
			fail_msg("%s", drawn[i].path);
		assert_int_equal(diff_new_names_add(&f.names, drawn[i].path, size, 1), 0);
		expect(&f, drawn[i].path, drawn[i].label);
		done(&f);
	}
	assert_false(diff_path_may_be_drawn("/x/output", 9));
	assert_false(diff_path_may_be_drawn("/x/Makefile", 11));
	assert_false(diff_path_may_be_drawn("/x/pid", 6));
}

static void names_look_made_up_or_not(void **state)
{
	static const char *const random[] = {"/tmp/tmp.bMsKQ3aRtz", "/tmp/tmpqkzjwvbx",
					     "/tmp/a.12345",        "/d/3f2a9cdd01ab77e2",
					     "/dev/shm/sem.gu7MAt", "/x/a.cmake.tmp0c049",
					     "/x/a.txt.tmpfbdae"};
	static const char *const plain[] = {
		"/etc/passwd",       "/tmp/index.lock", "/x/libfoo.so.1.2.3",
		"/x/Makefile",       "/x/README",       "/usr/lib/x86_64-linux-gnu",
		"/x/CMakeLists.txt", "/x/python3.11",   "/x/t.db-journal",
		"/x/config-2024",    "/x/tmpfiles"};

	(void)state;
	for (size_t i = 0; i < sizeof(random) / sizeof(random[0]); i++) {
		if (!diff_path_looks_made_up(random[i], strlen(random[i])))
			fail_msg("%s", random[i]);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (diff_path_looks_made_up(plain[i], strlen(plain[i])))
			fail_msg("%s", plain[i]);
	}
}

static void paths_are_joined_by_their_words(void **state)
{
	static const struct {
		const char *base, *path, *expected;
	} list[] = {
		{"/a/b", "c", "/a/b/c"},
		{"/a/b", "../c", "/a/c"},
		{"/a/b", "./c//d/", "/a/b/c/d"},
		{"/a/b", "/c/../..", "/"},
		{"/", "x", "/x"},
		{"/a", ".", "/a"},
		{"/a", "../../../x", "/x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct buf text = {0};

		diff_path_join(list[i].base, strlen(list[i].base), list[i].path,
			       strlen(list[i].path), &text);
		assert_string_equal(buf_text(&text), list[i].expected);
		buf_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_begin_at_roots),
		cmocka_unit_test(the_first_name_of_a_root_stays),
		cmocka_unit_test(paths_of_one_directory_begin_alike),
		cmocka_unit_test(numbers_of_processes_are_their_places),
		cmocka_unit_test(made_up_names_are_counted),
		cmocka_unit_test(what_was_drawn_has_its_place),
		cmocka_unit_test(names_look_made_up_or_not),
		cmocka_unit_test(paths_are_joined_by_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

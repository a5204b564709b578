/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/query/files.h"

#include "base/buf.h"
#include "teller.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIRST = 0x1000, SECOND = 0x2000, CREATE = 0101 };

struct told {
	struct teller by;
	struct files files;
};

static int take(void *query, const struct state *s, struct processes *all, const struct event *e)
{
	return files_take(query, s, all, e);
}

static void begin(struct told *t, const char *below)
{
	t->files = (struct files){.count = 0};
	teller_begin(&t->by, take, &t->files);
	assert_int_equal(files_init(&t->files, below), 0);
}

static void end(struct told *t)
{
	files_done(&t->files);
	teller_done(&t->by);
}

static void tell(struct told *t, uint32_t pid, const struct made_call *call)
{
	teller_call(&t->by, pid, call);
}

/* A call of a path and flags; a piece has the size of its literal. */
#define PATH(t, call_name, path, open_flags, result)                                               \
	tell(t, 10,                                                                                \
	     &(struct made_call){.name = (call_name),                                              \
				 .ret = (result),                                                  \
				 .args = {FIRST, (open_flags)},                                    \
				 .memory = {MADE_STRING(FIRST, path)}})

static const struct touched_file *row(const struct told *t, const char *name)
{
	for (size_t i = 0; i < t->files.count; i++) {
		if (strcmp(t->files.list[i].path, name) == 0)
			return &t->files.list[i];
	}
	fail_msg("no row of %s", name);
	return NULL;
}

static void test_bytes(void **state)
{
	const struct touched_file *r;
	struct told t;

	(void)state;
	begin(&t, NULL);
	PATH(&t, "open", "a", CREATE, 3);
	tell(&t, 10, &(struct made_call){.name = "write", .ret = 70, .args = {3, FIRST, 100}});
	tell(&t, 10, &(struct made_call){.name = "write", .ret = 30, .args = {3, FIRST, 30}});
	tell(&t, 10, &(struct made_call){.name = "pread64", .ret = 8, .args = {3, FIRST, 8, 0}});
	tell(&t, 10, &(struct made_call){.name = "read", .ret = -EIO, .args = {3, FIRST, 8}});
	tell(&t, 10, &(struct made_call){.name = "read", .ret = -EAGAIN, .args = {3, FIRST, 8}});
	r = row(&t, "/home/a");
	assert_int_equal(r->written, 100);
	assert_int_equal(r->writes, 2);
	assert_int_equal(r->read, 8);
	assert_int_equal(r->opened_to_write, 1);
	/* Whether it was there before, nobody knows. */
	assert_int_equal(r->created, 0);
	assert_int_equal(r->failed, 1);
	assert_int_equal(r->errors[0].error, EIO);
	assert_true(file_is_changed(r));
	end(&t);
}

static void test_fates(void **state)
{
	struct told t;

	(void)state;
	begin(&t, NULL);
	PATH(&t, "stat", "x", 0, -ENOENT);
	PATH(&t, "open", "x", CREATE, 3);
	assert_int_equal(row(&t, "/home/x")->created, 1);
	assert_int_equal(row(&t, "/home/x")->missed, 1);
	PATH(&t, "open", "x", CREATE, 4);
	assert_int_equal(row(&t, "/home/x")->created, 1);
	tell(&t, 10,
	     &(struct made_call){.name = "rename",
				 .ret = 0,
				 .args = {FIRST, SECOND},
				 .memory = {MADE_STRING(FIRST, "x"), MADE_STRING(SECOND, "y")}});
	assert_string_equal(t.files.list[row(&t, "/home/x")->to - 1].path, "/home/y");
	assert_string_equal(t.files.list[row(&t, "/home/y")->from - 1].path, "/home/x");
	/* Bytes go to the new name. */
	tell(&t, 10, &(struct made_call){.name = "write", .ret = 5, .args = {3, FIRST, 5}});
	assert_int_equal(row(&t, "/home/y")->written, 5);
	PATH(&t, "unlink", "y", 0, 0);
	PATH(&t, "unlink", "y", 0, -ENOENT);
	assert_int_equal(row(&t, "/home/y")->count[ACCESS_DELETE], 1);
	PATH(&t, "mkdir", "d", 0777, -EEXIST);
	assert_int_equal(row(&t, "/home/d")->failed, 0);
	PATH(&t, "mkdir", "e", 0777, -EACCES);
	assert_int_equal(row(&t, "/home/e")->failed, 1);
	assert_false(file_is_changed(row(&t, "/home/e")));
	end(&t);
}

static void test_below(void **state)
{
	struct told t;

	(void)state;
	begin(&t, "/usr/");
	PATH(&t, "stat", "/usr", 0, 0);
	PATH(&t, "stat", "/usr/lib", 0, 0);
	PATH(&t, "stat", "/usrlocal", 0, 0);
	PATH(&t, "stat", "/etc", 0, 0);
	assert_int_equal(t.files.count, 2);
	end(&t);
}

static const struct search *search(const struct told *t, const char *name)
{
	for (size_t i = 0; i < t->files.searches.count; i++) {
		if (strcmp(t->files.searches.list[i].name, name) == 0)
			return &t->files.searches.list[i];
	}
	return NULL;
}

static void test_searches(void **state)
{
	struct told t;

	(void)state;
	begin(&t, NULL);
	PATH(&t, "open", "/a/libx.so", 0, -ENOENT);
	PATH(&t, "open", "/b/libx.so", 0, -ENOENT);
	PATH(&t, "open", "/b/libx.so", 0, -ENOENT);
	PATH(&t, "open", "/c/libx.so", 0, 3);
	/* Never found, in three places and in one. */
	PATH(&t, "open", "/a/nofile.h", 0, -ENOENT);
	PATH(&t, "open", "/b/nofile.h", 0, -ENOENT);
	PATH(&t, "open", "/c/nofile.h", 0, -ENOTDIR);
	PATH(&t, "access", "/etc/x.preload", 0, -ENOENT);
	/* The same stem in the same directory. */
	PATH(&t, "stat", "/p/mod.abi3.so", 0, -ENOENT);
	PATH(&t, "stat", "/p/mod.so", 0, -ENOENT);
	PATH(&t, "stat", "/p/mod.py", 0, 0);
	/* Made where it was missing. */
	PATH(&t, "stat", "/p/new", 0, -ENOENT);
	PATH(&t, "open", "/p/new", CREATE, 4);
	PATH(&t, "stat", "/p/new", 0, 0);
	/* Another error ends nothing. */
	PATH(&t, "open", "/a/secret", 0, -EACCES);
	assert_int_equal(searches_end(&t.files.searches), 0);
	assert_int_equal(t.files.searches.count, 4);
	assert_string_equal(search(&t, "libx.so")->found, "/c/libx.so");
	assert_int_equal(search(&t, "libx.so")->tries, 2);
	assert_int_equal(search(&t, "libx.so")->misses, 3);
	assert_null(search(&t, "nofile.h")->found);
	assert_int_equal(search(&t, "nofile.h")->places, 3);
	assert_int_equal(search(&t, "x.preload")->places, 1);
	assert_string_equal(search(&t, "mod.py")->found, "/p/mod.py");
	assert_int_equal(search(&t, "mod.py")->tries, 2);
	assert_int_equal(search(&t, "mod.py")->places, 1);
	/* The end comes once. */
	assert_int_equal(searches_end(&t.files.searches), 0);
	assert_int_equal(t.files.searches.count, 4);
	/* What most was tried for, comes first. */
	assert_string_equal(t.files.searches.list[0].name, "nofile.h");
	end(&t);
}

static void test_searches_are_of_a_process(void **state)
{
	struct told t;

	(void)state;
	begin(&t, NULL);
	PATH(&t, "open", "/a/f", 0, -ENOENT);
	tell(&t, 11,
	     &(struct made_call){.name = "open",
				 .ret = 3,
				 .args = {FIRST},
				 .memory = {MADE_STRING(FIRST, "/b/f")}});
	assert_int_equal(searches_end(&t.files.searches), 0);
	assert_int_equal(t.files.searches.count, 1);
	assert_null(t.files.searches.list[0].found);
	end(&t);
}

static void test_many(void **state)
{
	struct files_style style = {.sort = FILES_BY_PATH};
	struct buf out = {0};
	struct told t;

	(void)state;
	begin(&t, NULL);
	for (unsigned i = 0; i < 100; i++) {
		char name[] = "/d/f00";

		name[4] = (char)('0' + i / 10);
		name[5] = (char)('0' + i % 10);
		tell(&t, 10,
		     &(struct made_call){
			     .name = "open",
			     .ret = (int64_t)i + 10,
			     .args = {FIRST},
			     .memory = {{.address = FIRST, .data = name, .length = sizeof(name)}}});
	}
	PATH(&t, "open", "/d/bad\x1b[1m", 0, -EACCES);
	assert_int_equal(files_say(&t.files, &t.by.processes, &style, &out), 0);
	assert_non_null(
		strstr(buf_text(&out), "/d/  100 files: f00, f01, f02, f03, f04, f05 +94 more\n"));
	assert_non_null(strstr(buf_text(&out), "open         EACCES      /d/bad\\x1b[1m"));
	assert_null(strchr(buf_text(&out), '\x1b'));
	buf_clear(&out);
	style.all = true;
	assert_int_equal(files_say(&t.files, &t.by.processes, &style, &out), 0);
	assert_non_null(strstr(buf_text(&out), "  /d/f99  (opened)  "));
	buf_done(&out);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_searches),
		cmocka_unit_test(test_searches_are_of_a_process),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/print/canon.h"

#include "../made.h"

#include "base/buf.h"
#include "replayer/print/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- names that say where they come from ---- */

static void name_fd(void *context, int64_t fd, bool after, struct buf *out)
{
	(void)context;
	buf_printf(out, "<%s %d>", after ? "new" : "file", (int)fd);
}

static void name_path(void *context, int32_t dirfd, const void *path, size_t size, struct buf *out)
{
	(void)context;
	if (dirfd == PRINT_CANON_NOWHERE)
		buf_str(out, "text ");
	else if (dirfd != -100)
		buf_printf(out, "%d ", dirfd);
	buf_append(out, path, size);
}

static void name_word(void *context, const void *word, size_t size, struct buf *out)
{
	(void)context;
	buf_append(out, word, size);
}

static bool name_entry(void *context, int64_t fd, const void *name, size_t size, struct buf *out)
{
	(void)context;
	assert_int_equal(fd, 3);
	if (size == 4 && memcmp(name, "4711", 4) == 0)
		return false;
	buf_append(out, name, size);
	return true;
}

static void name_pid(void *context, int64_t pid, struct buf *out)
{
	(void)context;
	buf_printf(out, "<process %d>", (int)pid);
}

static bool name_address(void *context, const uint8_t *address, size_t size, struct buf *out)
{
	(void)context;
	(void)address;
	if (size != 16)
		return false;
	buf_str(out, "{address}");
	return true;
}

static const struct print_canon canon = {name_fd,  name_path,    name_word, name_entry,
					 name_pid, name_address, NULL};

struct canonical {
	const char *expected;
	struct print_form form;
	struct made_call call;
};

static void check(const struct canonical *c)
{
	const struct print_options options = {.string_limit = 32};
	struct printer *p = printer_new(&options);
	struct buf text = {0};
	struct made m;

	made_from(&c->call, &m);
	printer_canon(p, &canon);
	assert_int_equal(print_canonical(p, &m.event, &c->form, &text), 0);
	assert_string_equal(buf_text(&text), c->expected);
	/* What is kept of what was said before says the same. */
	buf_clear(&text);
	assert_int_equal(print_canonical(p, &m.event, &c->form, &text), 0);
	assert_string_equal(buf_text(&text), c->expected);
	buf_done(&text);
	printer_free(p);
	made_done(&m);
}

#define CHECK(...)                                                                                 \
	do {                                                                                       \
		const struct canonical list[] = {__VA_ARGS__};                                     \
		for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)                        \
			check(&list[i]);                                                           \
	} while (0)

enum { HERE = 0xffffff9c };

/* ---- calls that do the same ---- */

static void calls_of_one_group_are_said_alike(void **state)
{
	(void)state;
	CHECK({.expected = "open(/x, O_RDONLY) = <new 3>",
	       .form = {.name = "open"},
	       .call = {.name = "open",
			.args = {0x10},
			.memory = {MADE_STRING(0x10, "/x")},
			.ret = 3}},
	      {.expected = "open(/x, O_RDONLY) = <new 3>",
	       .form = {.name = "open"},
	       .call = {.name = "openat",
			.args = {HERE, 0x10},
			.memory = {MADE_STRING(0x10, "/x")},
			.ret = 3}},
	      {.expected = "open(/x, O_WRONLY|O_CREAT|O_TRUNC, 0644) = <new 3>",
	       .form = {.name = "open", .implied = "O_WRONLY|O_CREAT|O_TRUNC", .implied_at = 1},
	       .call = {.name = "creat",
			.args = {0x10, 0644},
			.memory = {MADE_STRING(0x10, "/x")},
			.ret = 3}},
	      {.expected = "unlink(/x, AT_REMOVEDIR) = 0",
	       .form = {.name = "unlink", .implied = "AT_REMOVEDIR", .implied_at = 6},
	       .call = {.name = "rmdir", .args = {0x10}, .memory = {MADE_STRING(0x10, "/x")}}},
	      {.expected = "unlink(/x, AT_REMOVEDIR) = 0",
	       .form = {.name = "unlink"},
	       .call = {.name = "unlinkat",
			.args = {HERE, 0x10, 0x200},
			.memory = {MADE_STRING(0x10, "/x")}}},
	      {.expected = "unlink(5 x) = 0",
	       .form = {.name = "unlink"},
	       .call = {.name = "unlinkat",
			.args = {5, 0x10, 0},
			.memory = {MADE_STRING(0x10, "x")}}},
	      {.expected = "fork() = <process 90>",
	       .form = {.name = "fork", .bare = true},
	       .call = {.name = "clone", .args = {0x1200011, 0, 0, 0x7f1122334455}, .ret = 90}},
	      {.expected = "dup2(<file 4>, 1) = <new 1>",
	       .form = {.name = "dup2"},
	       .call = {.name = "dup3", .args = {4, 1, 0}, .ret = 1}});
}

static void an_empty_path_is_the_descriptor(void **state)
{
	(void)state;
	CHECK({.expected = "stat(<file 4>) = -1 EACCES",
	       .form = {.name = "stat"},
	       .call = {.name = "newfstatat",
			.args = {4, 0x10, 0x7fff00000000, 0x1000},
			.memory = {MADE_STRING(0x10, "")},
			.ret = -13}},
	      {.expected = "stat(<file 4>) = -1 EACCES",
	       .form = {.name = "stat"},
	       .call = {.name = "fstat", .args = {4, 0x7fff00000000}, .ret = -13}});
}

/* ---- what is another each time ---- */

struct stat64_bytes {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev, size, blksize, blocks, times[6], reserved[3];
};

#define STAT(m)                                                                                    \
	MADE_RESULT(0x20, struct stat64_bytes,                                                     \
		    {.dev = 7,                                                                     \
		     .ino = 8,                                                                     \
		     .nlink = 3,                                                                   \
		     .mode = (m),                                                                  \
		     .size = 9,                                                                    \
		     .blksize = 4096,                                                              \
		     .blocks = 10,                                                                 \
		     .times = {11, 12, 13, 14, 15, 16}})

static void a_stat_says_what_the_file_is(void **state)
{
	(void)state;
	CHECK({.expected = "stat(<file 4>, {st_mode=S_IFREG|0644, st_nlink=3, st_uid=0, st_gid=0, "
			   "st_size=9}) = 0",
	       .form = {.name = "stat"},
	       .call = {.name = "fstat", .args = {4, 0x20}, .memory = {STAT(0100644)}}},
	      /* How many are in a directory is not the program's doing alone. */
	      {.expected = "stat(<file 4>, {st_mode=S_IFDIR|0755, st_uid=0, st_gid=0}) = 0",
	       .form = {.name = "stat"},
	       .call = {.name = "fstat", .args = {4, 0x20}, .memory = {STAT(0040755)}}},
	      {.expected = "stat(<file 4>) = 0",
	       .form = {.name = "stat", .no_answer = true},
	       .call = {.name = "fstat", .args = {4, 0x20}, .memory = {STAT(0100644)}}});
}

static void addresses_are_there_or_not(void **state)
{
	(void)state;
	CHECK({.expected = "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, <file 3>, 0) = ptr",
	       .form = {.name = "mmap"},
	       .call = {.name = "mmap", .args = {0, 4096, 1, 2, 3, 0}, .ret = 0x7f0011223000}},
	      {.expected = "set_robust_list(ptr, 24) = 0",
	       .form = {.name = "set_robust_list"},
	       .call = {.name = "set_robust_list", .args = {0x7f0011223000, 24}}},
	      {.expected = "set_tid_address(ptr) = <process 812>",
	       .form = {.name = "set_tid_address"},
	       .call = {.name = "set_tid_address", .args = {0x7f0011223000}, .ret = 812}},
	      {.expected = "arch_prctl(ARCH_SET_FS, ptr) = 0",
	       .form = {.name = "arch_prctl"},
	       .call = {.name = "arch_prctl", .args = {0x1002, 0x7f0011223000}}});
}

static void times_are_not_said(void **state)
{
	static const int64_t times[4] = {1, 2, 3, 4};

	(void)state;
	CHECK({.expected = "utimes(/x) = 0",
	       .form = {.name = "utimes"},
	       .call = {.name = "utimensat",
			.args = {HERE, 0x10, 0x20},
			.memory = {MADE_STRING(0x10, "/x"),
				   {.address = 0x20, .data = times, .length = sizeof(times)}}}});
}

static void an_exec_says_its_words_but_not_the_environment(void **state)
{
	static const uint64_t argv[] = {0x20, 0x28, 0}, envp[] = {0x30, 0};

	(void)state;
	CHECK({.expected = "exec(/bin/a, [a, b]) = 0",
	       .form = {.name = "exec"},
	       .call = {.name = "execve",
			.args = {0x10, 0x100, 0x200},
			.memory = {MADE_STRING(0x10, "/bin/a"),
				   MADE_STRING(0x20, "a"),
				   MADE_STRING(0x28, "b"),
				   MADE_STRING(0x30, "X=1"),
				   {.address = 0x100, .data = argv, .length = sizeof(argv)},
				   {.address = 0x200, .data = envp, .length = sizeof(envp)}}}});
}

static void links_say_paths(void **state)
{
	(void)state;
	CHECK({.expected = "readlink(/x, text target)",
	       .form = {.name = "readlink", .no_result = true},
	       .call = {.name = "readlink",
			.args = {0x10, 0x20, 100},
			.memory = {MADE_STRING(0x10, "/x"), MADE_WROTE(0x20, "target")},
			.ret = 6}},
	      {.expected = "symlink(text ../y, /x) = 0",
	       .form = {.name = "symlink"},
	       .call = {.name = "symlinkat",
			.args = {0x10, HERE, 0x20},
			.memory = {MADE_STRING(0x10, "../y"), MADE_STRING(0x20, "/x")}}});
}

/* ---- sets ---- */

struct entry {
	uint64_t ino, off;
	uint16_t length;
	uint8_t type;
	char name[13];
};

_Static_assert(sizeof(struct entry) == 32, "struct linux_dirent64");

static void entries_are_a_sorted_set(void **state)
{
	static const struct entry entries[] = {
		{1, 2, 32, 8, "b"}, {3, 4, 32, 4, "a"}, {5, 6, 32, 4, "4711"}, {7, 8, 32, 8, "ab"}};

	(void)state;
	CHECK({.expected = "getdents(<file 3>, {a/ ab b})",
	       .form = {.name = "getdents", .no_result = true},
	       .call = {.name = "getdents64",
			.args = {3, 0x20, 32768},
			.memory = {{.address = 0x20,
				    .data = entries,
				    .length = sizeof(entries),
				    .exit = true}},
			.ret = sizeof(entries)}});
}

static void socket_addresses_are_asked_for(void **state)
{
	static const uint8_t address[16] = {2, 0, 0, 80, 127, 0, 0, 1};

	(void)state;
	CHECK({.expected = "connect(<file 3>, {address}, 16) = 0",
	       .form = {.name = "connect"},
	       .call = {.name = "connect",
			.args = {3, 0x20, 16},
			.memory = {{.address = 0x20, .data = address, .length = 16}}}});
}

/* More flags and modes than are kept, through one printer and through one for each. */
static void what_is_kept_says_the_same(void **state)
{
	enum { VALUES = 700 };
	const struct print_options options = {.string_limit = 32};
	const struct print_form form = {.name = "open"};
	struct printer *p = printer_new(&options);

	(void)state;
	printer_canon(p, &canon);
	for (uint64_t i = 0; i < 2 * (uint64_t)VALUES; i++) {
		const uint64_t flags = i % VALUES * 64 | 0100, mode = i % 8 * 0111;
		struct made_call call = {.name = "open",
					 .args = {0x10, flags, mode},
					 .memory = {MADE_STRING(0x10, "/x")},
					 .ret = 3};
		struct printer *fresh = printer_new(&options);
		struct buf text = {0}, expected = {0};
		struct made m;

		made_from(&call, &m);
		printer_canon(fresh, &canon);
		assert_int_equal(print_canonical(p, &m.event, &form, &text), 0);
		assert_int_equal(print_canonical(fresh, &m.event, &form, &expected), 0);
		assert_string_equal(buf_text(&text), buf_text(&expected));
		buf_done(&text);
		buf_done(&expected);
		printer_free(fresh);
		made_done(&m);
	}
	printer_free(p);
}

static void a_signal_says_who_sent_it(void **state)
{
	static const struct made_siginfo sent = {.signo = 15, .fields = {0, 4711, 0}},
					 fault = {.signo = 11, .code = 1, .fields = {8}},
					 far = {.signo = 11, .code = 1, .fields = {8, 0x7f00}};
	const struct {
		const struct made_siginfo *info;
		const char *expected;
	} list[] = {
		{&sent, "--- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=<process 4711>, "
			"si_uid=0} ---"},
		{&fault, "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---"},
		{&far, "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=ptr} ---"},
	};
	const struct print_options options = {.string_limit = 32};
	struct printer *p = printer_new(&options);

	(void)state;
	printer_canon(p, &canon);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct event e = made_event(EVENT_SIGNAL, 1);
		struct made_siginfo info = *list[i].info;
		struct buf text = {0};

		/* The union begins behind the padding. */
		if (info.signo == 15)
			memmove(&info.fields[0], &info.fields[1], sizeof(info.fields[0]) * 2);
		e.signal.number = (uint32_t)info.signo;
		e.signal.info = (const uint8_t *)&info;
		e.signal.info_size = sizeof(info);
		assert_int_equal(print_canonical(p, &e, NULL, &text), 0);
		assert_string_equal(buf_text(&text), list[i].expected);
		buf_done(&text);
	}
	printer_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_one_group_are_said_alike),
		cmocka_unit_test(an_empty_path_is_the_descriptor),
		cmocka_unit_test(a_stat_says_what_the_file_is),
		cmocka_unit_test(addresses_are_there_or_not),
		cmocka_unit_test(times_are_not_said),
		cmocka_unit_test(an_exec_says_its_words_but_not_the_environment),
		cmocka_unit_test(links_say_paths),
		cmocka_unit_test(entries_are_a_sorted_set),
		cmocka_unit_test(socket_addresses_are_asked_for),
		cmocka_unit_test(what_is_kept_says_the_same),
		cmocka_unit_test(a_signal_says_who_sent_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

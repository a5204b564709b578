/* SPDX-License-Identifier: Apache-2.0 */
/* Directory entries, as strace 6.1 writes them and getdents(2) lays them out. */
#include "check.h"

#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { P = 0x10000000, NEW_LENGTH = 16 };

/* Inode, offset, length 24, type, name; padded to 8. */
#define NEW(inode, offset, type, name) inode "\0\0\0\0\0\0\0" offset "\0\0\0\0\0\0\0\30\0" type name
#define OLD(inode, offset, name, type) inode "\0\0\0\0\0\0\0" offset "\0\0\0\0\0\0\0\30\0" name type
#define TWO_NEW                        (NEW("\5", "\1", "\4", ".\0\0\0\0") NEW("\6", "\2", "\10", "file\0"))
#define TWO_OLD                        (OLD("\5", "\1", ".\0\0\0\0", "\4") OLD("\6", "\2", "file\0", "\10"))

static const struct made_call brief[] = {
	{"getdents64(3, 0x10000000 /* 2 entries */, 4096) = 48",
	 "getdents64",
	 48,
	 {3, P, 4096},
	 {MADE_WROTE(P, TWO_NEW)}},
	{"getdents64(3, 0x10000000 /* 0 entries */, 4096) = 0",
	 "getdents64",
	 0,
	 {3, P, 4096},
	 {{0}}},
	{"getdents64(3, 0x10000000, 4096) = -1 EBADF (Bad file descriptor)",
	 "getdents64",
	 -EBADF,
	 {3, P, 4096},
	 {{0}}},
	{"getdents(3, 0x10000000 /* 2 entries */, 4096) = 48",
	 "getdents",
	 48,
	 {3, P, 4096},
	 {MADE_WROTE(P, TWO_OLD)}},
	{"getdents(3, 0x10000000, 4096) = -1 EBADF (Bad file descriptor)",
	 "getdents",
	 -EBADF,
	 {3, P, 4096},
	 {{0}}},
};

static const struct made_call verbose[] = {
	{"getdents64(3, [{d_ino=5, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\"}, "
	 "{d_ino=6, d_off=2, d_reclen=24, d_type=DT_REG, d_name=\"file\"}], 4096) = 48",
	 "getdents64",
	 48,
	 {3, P, 4096},
	 {MADE_WROTE(P, TWO_NEW)}},
	{"getdents64(3, [], 4096) = 0", "getdents64", 0, {3, P, 4096}, {{0}}},
	{"getdents(3, [{d_ino=5, d_off=1, d_reclen=24, d_name=\".\", d_type=DT_DIR}, "
	 "{d_ino=6, d_off=2, d_reclen=24, d_name=\"file\", d_type=DT_REG}], 4096) = 48",
	 "getdents",
	 48,
	 {3, P, 4096},
	 {MADE_WROTE(P, TWO_OLD)}},
};

static void test_entries(void **state)
{
	const struct print_options options = {.string_limit = 2, .verbose = true};

	(void)state;
	CHECK_CALLS(brief);
	/* A name is a path: -s does not cut it. */
	CHECK_CALLS_WITH(&options, verbose);
}

/* A record length that lies ends the list; it never leads out of the bytes or round in
 * circles. */
static void test_lies(void **state)
{
	static const uint16_t lengths[] = {0, 1, 18, 19, 20, 25, 47, 49, UINT16_MAX};
	const struct print_options options = {.string_limit = 32, .verbose = true};
	struct printer *p = printer_new(&options);
	struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) * 2; i++) {
		struct made m;

		made_from(&brief[i % 2 ? 0 : 3], &m);
		memcpy(m.guards[0].data + NEW_LENGTH, &lengths[i / 2], 2);
		buf_clear(&text);
		assert_int_equal(print_text(p, &m.event, &text), 0);
		assert_in_range(text.size, 20, 300);
		made_done(&m);
	}
	buf_done(&text);
	printer_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* -y and -yy: what stands behind a descriptor's number. */
#include "../state/world.h"

#include "base/buf.h"
#include "replayer/print/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { A = WORLD_ADDRESS, UNIX = 1, INET = 2, STREAM = 1 };

/* As it is told just after it was handed over, with -y and with -yy. */
static void says(struct world *w, const struct made_call *call, const char *paths, const char *all)
{
	for (enum print_names names = PRINT_NAMES_PATHS; names <= PRINT_NAMES_ALL; names++) {
		const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
						      .names = names};
		struct printer *p = printer_new(&options);
		struct buf text = {0};
		struct made m;

		made_from(call, &m);
		m.event.pid = m.event.tid = 10;
		m.event.call.end_seq = w->seq + 2;
		world_event(w, &m.event);
		w->seq++;
		printer_state(p, w->state);
		assert_int_equal(print_text(p, &m.event, &text), 0);
		assert_string_equal(buf_text(&text), names == PRINT_NAMES_ALL ? all : paths);
		made_done(&m);
		buf_done(&text);
		printer_free(p);
	}
}

static void reads(struct world *w, int fd, const char *paths, const char *all)
{
	const struct made_call call = {.name = "fsync", .args = {(uint32_t)fd}};
	char text[2][200];

	snprintf(text[0], sizeof(text[0]), "fsync(%d%s) = 0", fd, paths);
	snprintf(text[1], sizeof(text[1]), "fsync(%d%s) = 0", fd, all);
	says(w, &call, text[0], text[1]);
}

static void test_paths(void **unused)
{
	const struct made_call open = {.name = "openat",
				       .ret = 9,
				       .args = {(uint32_t)-100, A},
				       .memory = {MADE_STRING(A, "x")}};
	const int32_t fds[] = {7, 8};
	const struct made_call pipe = {
		.name = "pipe",
		.args = {A},
		.memory = {{.address = A, .data = fds, .length = sizeof(fds), .exit = true}}};
	struct world w;

	(void)unused;
	world_begin(&w);
	says(&w, &open, "openat(AT_FDCWD</home>, \"x\", O_RDONLY) = 9</home/x>",
	     "openat(AT_FDCWD</home>, \"x\", O_RDONLY) = 9</home/x>");
	reads(&w, 9, "</home/x>", "</home/x>");
	reads(&w, 0, "</dev/null>", "</dev/null<char 1:3>>");
	reads(&w, 1, "<pipe:[77]>", "<pipe:[77]>");
	reads(&w, 2, "</tmp/log>(deleted)", "</tmp/log>(deleted)");
	reads(&w, 5, "", "");
	reads(&w, -1, "", "");
	says(&w, &pipe, "pipe([7<pipe:[?]>, 8<pipe:[?]>]) = 0",
	     "pipe([7<pipe:[?]>, 8<pipe:[?]>]) = 0");
	world_open(&w, 10, "/a<b>7\"\n\351", 0, 3);
	reads(&w, 3, "</a\\74b\\0767\\\"\\n\\351>", "</a\\74b\\0767\\\"\\n\\351>");
	world_numbers(&w, 10, "pidfd_open", 3, 77, 0, 0);
	reads(&w, 3, "<anon_inode:[pidfd]>", "<pid:77>");
	world_done(&w);
}

/* What is polled has names where it is asked for, not where it is answered. */
static void test_sets(void **unused)
{
	const int32_t in[] = {0, 1}, out[] = {0, 0x10001};
	const struct made_call polls = {
		.name = "poll",
		.ret = 1,
		.args = {A, 1},
		.memory = {{.address = A, .data = in, .length = sizeof(in)},
			   {.address = A, .data = out, .length = sizeof(out), .exit = true}}};
	const uint64_t set[] = {3};
	const struct made_call selects = {
		.name = "select",
		.ret = 2,
		.args = {2, A},
		.memory = {{.address = A, .data = set, .length = sizeof(set)},
			   {.address = A, .data = set, .length = sizeof(set), .exit = true}}};
	struct world w;

	(void)unused;
	world_begin(&w);
	says(&w, &polls,
	     "poll([{fd=0</dev/null>, events=POLLIN}], 1, 0) = 1 ([{fd=0, revents=POLLIN}])",
	     "poll([{fd=0</dev/null<char 1:3>>, events=POLLIN}], 1, 0) = 1 "
	     "([{fd=0, revents=POLLIN}])");
	says(&w, &selects,
	     "select(2, [0</dev/null> 1<pipe:[77]>], NULL, NULL, NULL) = 2 (in [0 1])",
	     "select(2, [0</dev/null<char 1:3>> 1<pipe:[77]>], NULL, NULL, NULL) = 2 (in [0 1])");
	world_done(&w);
}

static void with_address(struct world *w, const char *name, int fd, const void *address,
			 size_t size)
{
	const struct made_call call = {.name = name,
				       .args = {(uint32_t)fd, A, size},
				       .memory = {{.address = A, .data = address, .length = size}}};

	world_call(w, 10, 10, &call);
}

static void test_sockets(void **unused)
{
	static const char any[16] = "\2\0\0\x50", peer[16] = "\2\0\1\1\x7f\0\0\1";
	static const char v6[28] = {10, 0, 0, 80, [23] = 1};
	static const char path[] = "\1\0/s", netlink[12] = {16};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_numbers(&w, 10, "socket", 3, INET, STREAM, 0);
	reads(&w, 3, "<socket:[?]>", "<TCP:[?]>");
	with_address(&w, "bind", 3, any, sizeof(any));
	reads(&w, 3, "<socket:[?]>", "<TCP:[0.0.0.0:80]>");
	world_numbers(&w, 10, "socket", 4, INET, 2, 0);
	with_address(&w, "connect", 4, peer, sizeof(peer));
	reads(&w, 4, "<socket:[?]>", "<UDP:[?->127.0.0.1:257]>");
	world_numbers(&w, 10, "socket", 5, 10, 2, 0);
	with_address(&w, "bind", 5, v6, sizeof(v6));
	reads(&w, 5, "<socket:[?]>", "<UDPv6:[[::1]:80]>");
	world_numbers(&w, 10, "socket", 6, UNIX, STREAM, 0);
	with_address(&w, "bind", 6, path, sizeof(path));
	reads(&w, 6, "<socket:[?]>", "<UNIX-STREAM:[?,\"/s\"]>");
	world_numbers(&w, 10, "socket", 6, UNIX, 2, 0);
	reads(&w, 6, "<socket:[?]>", "<UNIX:[?]>");
	with_address(&w, "connect", 6, path, sizeof(path));
	reads(&w, 6, "<socket:[?]>", "<UNIX:[?->?]>");
	world_two(&w, 10, "socketpair", 3, (const uint64_t[4]){UNIX, STREAM}, 7, 8);
	reads(&w, 7, "<socket:[?]>", "<UNIX-STREAM:[?->?]>");
	world_numbers(&w, 10, "socket", 9, 16, 3, 4);
	reads(&w, 9, "<socket:[?]>", "<NETLINK:[?]>");
	with_address(&w, "bind", 9, netlink, sizeof(netlink));
	reads(&w, 9, "<socket:[?]>", "<NETLINK:[SOCK_DIAG:?]>");
	world_numbers(&w, 10, "socket", 9, 17, 3, 0);
	reads(&w, 9, "<socket:[?]>", "<socket:[?]>");
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

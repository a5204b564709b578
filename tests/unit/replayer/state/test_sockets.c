/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: their two ends, their addresses, and descriptors that go through them. */
#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { UNIX = 1, INET = 2, STREAM = 1, CLOEXEC = 02000000, BEHIND = 0x9000, CONTROL = 0xa000 };

#define PATH_A "\1\0/a"
#define ANY    "\2\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0"
#define PEER   "\2\0\1\1\x7f\0\0\1\0\0\0\0\0\0\0\0"

static void with_address(struct world *w, uint32_t pid, const char *name, int64_t ret, int fd,
			 const char *address, size_t size)
{
	const struct made_call call = {
		.name = name,
		.ret = ret,
		.args = {(uint32_t)fd, WORLD_ADDRESS, size},
		.memory = {{.address = WORLD_ADDRESS, .data = address, .length = size}}};

	world_call(w, pid, pid, &call);
}

static void with_answer(struct world *w, uint32_t pid, const char *name, int64_t ret, int fd,
			const char *address, uint32_t size)
{
	const struct made_call call = {
		.name = name,
		.ret = ret,
		.args = {(uint32_t)fd, WORLD_ADDRESS, BEHIND},
		.memory = {
			{.address = WORLD_ADDRESS, .data = address, .length = size, .exit = true},
			{.address = BEHIND, .data = &size, .length = sizeof(size), .exit = true}}};

	world_call(w, pid, pid, &call);
}

static void check_address(const struct state_address *a, const char *bytes, size_t size)
{
	assert_int_equal(a->size, size);
	assert_memory_equal(a->bytes, bytes, size);
}

static void test_addresses(void **unused)
{
	const struct state_socket *s;
	struct world w;

	(void)unused;
	world_begin(&w);
	world_numbers(&w, 10, "socket", 3, INET, STREAM | CLOEXEC, 0);
	s = world_file(&w, 10, 3)->socket;
	assert_non_null(s);
	assert_int_equal(s->family, INET);
	assert_int_equal(s->type, STREAM);
	assert_int_equal(s->local.size, 0);
	with_address(&w, 10, "bind", 0, 3, ANY, 16);
	check_address(&world_file(&w, 10, 3)->socket->local, ANY, 16);
	world_numbers(&w, 10, "listen", 0, 3, 1, 0);
	with_answer(&w, 10, "accept", 4, 3, PEER, 16);
	s = world_file(&w, 10, 4)->socket;
	check_address(&s->peer, PEER, 16);
	check_address(&s->local, ANY, 16);
	with_answer(&w, 10, "getsockname", 0, 4, PEER, 16);
	check_address(&world_file(&w, 10, 4)->socket->local, PEER, 16);
	/* One that fails says nothing, one that goes on does. */
	world_numbers(&w, 10, "socket", 5, INET, STREAM, 0);
	with_address(&w, 10, "connect", -ECONNREFUSED, 5, PEER, 16);
	assert_int_equal(world_file(&w, 10, 5)->socket->peer.size, 0);
	with_address(&w, 10, "connect", -EINPROGRESS, 5, PEER, 16);
	check_address(&world_file(&w, 10, 5)->socket->peer, PEER, 16);
	with_address(&w, 10, "connect", 0, 5, "\0\0", 2);
	assert_int_equal(world_file(&w, 10, 5)->socket->peer.size, 0);
	world_exec(&w, 10, 10, "/x");
	assert_null(world_file(&w, 10, 3));
	world_done(&w);
}

/* Both ends are on the tape, in either order. */
static void test_connection(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_numbers(&w, 10, "socket", 3, UNIX, STREAM, 0);
	with_address(&w, 10, "bind", 0, 3, PATH_A, 5);
	world_numbers(&w, 10, "listen", 0, 3, 9, 0);
	for (int fd = 4; fd < 6; fd++) {
		world_numbers(&w, 10, "socket", fd, UNIX, STREAM, 0);
		with_address(&w, 10, "connect", 0, fd, PATH_A, 5);
	}
	with_answer(&w, 10, "accept", 6, 3, "\1\0", 2);
	with_answer(&w, 10, "accept", 7, 3, "\1\0", 2);
	with_answer(&w, 10, "accept", 8, 3, "\1\0", 2);
	world_numbers(&w, 10, "socket", 9, UNIX, STREAM, 0);
	with_address(&w, 10, "connect", 0, 9, PATH_A, 5);
	assert_ptr_equal(world_file(&w, 10, 6)->peer, world_file(&w, 10, 4));
	assert_ptr_equal(world_file(&w, 10, 7)->peer, world_file(&w, 10, 5));
	assert_ptr_equal(world_file(&w, 10, 8)->peer, world_file(&w, 10, 9));
	assert_null(world_file(&w, 10, 3)->peer);
	world_done(&w);
}

/* ---- Internet sockets of one computer ---- */

#define LISTENS "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0"
#define FIRST   "\2\0\1\1\x7f\0\0\1\0\0\0\0\0\0\0\0"
#define SECOND  "\2\0\1\2\x7f\0\0\1\0\0\0\0\0\0\0\0"
#define REMOTE  "\2\0\0\x50\x0a\0\0\1\0\0\0\0\0\0\0\0"
/* ::, port 80, and 127.0.0.1 as one of these. */
#define ANY6    "\12\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define FIRST6  "\12\0\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1\0\0\0\0"

static void listens(struct world *w, int fd, uint64_t family, const char *at, size_t size)
{
	world_begin(w);
	world_numbers(w, 10, "socket", fd, family, STREAM, 0);
	with_address(w, 10, "bind", 0, fd, at, size);
	world_numbers(w, 10, "listen", 0, (uint64_t)fd, 9, 0);
}

static void connects(struct world *w, int fd, const char *to)
{
	world_numbers(w, 10, "socket", fd, INET, STREAM, 0);
	with_address(w, 10, "connect", 0, fd, to, 16);
}

static void check_ends(struct world *w, int a, int b)
{
	assert_ptr_equal(world_file(w, 10, a)->peer, b ? world_file(w, 10, b) : NULL);
}

/* One after the other: in the order of their connections, though no address of a client is known.
 */
static void test_internet(void **unused)
{
	struct world w;

	(void)unused;
	listens(&w, 3, INET, ANY, 16);
	connects(&w, 4, REMOTE);
	connects(&w, 5, LISTENS);
	connects(&w, 6, LISTENS);
	with_answer(&w, 10, "accept", 7, 3, FIRST, 16);
	with_answer(&w, 10, "accept", 8, 3, SECOND, 16);
	check_ends(&w, 7, 5);
	check_ends(&w, 8, 6);
	/* Another computer's port of the same number. */
	check_ends(&w, 4, 0);
	world_done(&w);
}

/* Who said what it is called is known, whatever the order; IPv4 within IPv6. */
static void test_internet_sure(void **unused)
{
	struct world w;

	(void)unused;
	listens(&w, 3, 10, ANY6, 28);
	connects(&w, 4, LISTENS);
	connects(&w, 5, LISTENS);
	with_answer(&w, 10, "getsockname", 0, 5, FIRST, 16);
	with_answer(&w, 10, "accept", 7, 3, FIRST6, 28);
	check_ends(&w, 7, 5);
	check_ends(&w, 4, 0);
	/* What is accepted first is somebody else, who is not on the tape. */
	with_answer(&w, 10, "getsockname", 0, 4, SECOND, 16);
	with_answer(&w, 10, "accept", 8, 3, FIRST6, 28);
	check_ends(&w, 8, 0);
	world_done(&w);
}

/* Two that connect at the same time: which of them is accepted first nobody knows, until one tells.
 */
static void test_internet_doubt(void **unused)
{
	const struct made_call connect = {
		.name = "connect",
		.args = {4, WORLD_ADDRESS, 16},
		.memory = {{.address = WORLD_ADDRESS, .data = LISTENS, .length = 16}}};
	struct world w;

	(void)unused;
	listens(&w, 3, INET, ANY, 16);
	world_thread(&w, 10, 12);
	world_numbers(&w, 10, "socket", 4, INET, STREAM, 0);
	world_numbers(&w, 10, "socket", 5, INET, STREAM, 0);
	world_call_until(&w, 10, 12, &connect, w.seq + 5);
	with_address(&w, 10, "connect", 0, 5, LISTENS, 16);
	w.seq += 2;
	with_answer(&w, 10, "accept", 7, 3, FIRST, 16);
	check_ends(&w, 7, 0);
	with_answer(&w, 10, "getsockname", 0, 5, FIRST, 16);
	check_ends(&w, 7, 5);
	world_done(&w);
}

/* Those that nobody answers do not stay for ever. */
static void test_lonely(void **unused)
{
	struct world w;

	(void)unused;
	listens(&w, 3, INET, ANY, 16);
	for (int fd = 10; fd < 1100; fd++)
		connects(&w, fd, LISTENS);
	for (int fd = 10; fd < 1100; fd += 2)
		world_numbers(&w, 10, "close", 0, (uint64_t)fd, 0, 0);
	with_answer(&w, 10, "accept", 7, 3, FIRST, 16);
	/* 1,024 of 1,090 are kept, of which every other one is closed. */
	check_ends(&w, 7, 77);
	world_done(&w);
}

/* ---- descriptors in messages ---- */

struct message {
	uint64_t name, name_size, iov, iov_count, control, control_size, flags;
};

struct control {
	uint64_t length;
	int32_t level, type, fd[2];
};

/* Its exit is @later places behind its entry. */
static void message_until(struct world *w, uint32_t pid, const char *name, int fd, uint64_t flags,
			  int first, int second, uint64_t later)
{
	const struct message m = {.control = CONTROL, .control_size = sizeof(struct control)};
	const struct control c = {sizeof(c), 1, 1, {first, second}};
	const bool exit = name[0] == 'r';
	const struct made_call call = {
		.name = name,
		.ret = 1,
		.args = {(uint32_t)fd, WORLD_ADDRESS, flags},
		.memory = {
			{.address = WORLD_ADDRESS, .data = &m, .length = sizeof(m), .exit = exit},
			{.address = CONTROL, .data = &c, .length = sizeof(c), .exit = exit}}};

	world_call_until(w, pid, pid, &call, w->seq + 1 + later);
}

static void message(struct world *w, uint32_t pid, const char *name, int fd, uint64_t flags,
		    int first, int second)
{
	message_until(w, pid, name, fd, flags, first, second, 1);
	w->seq++;
}

/* A process and its child, a pair of sockets between them, and a file as descriptor 5. */
static void two_that_talk(struct world *w)
{
	world_begin(w);
	world_two(w, 10, "socketpair", 3, (const uint64_t[4]){UNIX, STREAM}, 3, 4);
	world_open(w, 10, "/etc/hosts", 0, 5);
	world_fork(w, 10, 11, FORK_FORK);
}

/* Who is sent something may be seen to have it before the sender is seen to have sent it. */
static void test_rights_race(void **unused)
{
	struct world w;

	(void)unused;
	two_that_talk(&w);
	message_until(&w, 10, "sendmsg", 4, 0, 0, 2, 90);
	message_until(&w, 10, "sendmsg", 3, 0, 5, 0, 90);
	message(&w, 11, "recvmsg", 4, 0, 20, 21);
	world_check(&w, 11, 20, "/etc/hosts");
	world_check(&w, 11, 21, "/dev/null");
	/* It was sent but once. */
	w.seq += 100;
	message(&w, 11, "recvmsg", 4, 0, 22, 23);
	assert_null(world_file(&w, 11, 22));
	message(&w, 11, "recvmsg", 3, 0, 22, 23);
	world_check(&w, 11, 22, "/dev/null");
	world_done(&w);
}

static void test_rights(void **unused)
{
	struct world w;

	(void)unused;
	two_that_talk(&w);
	message(&w, 10, "sendmsg", 3, 0, 5, 0);
	message(&w, 10, "sendmsg", 3, 0, 0, 99);
	world_numbers(&w, 10, "close", 0, 5, 0, 0);
	/* Not of this end. */
	message(&w, 11, "recvmsg", 3, 0, 20, 21);
	assert_null(world_file(&w, 11, 20));
	message(&w, 11, "recvmsg", 4, 2, 30, 31);
	message(&w, 11, "recvmsg", 4, 0x40000000, 20, 21);
	assert_non_null(state_at_exit(w.state, &w.event, 20));
	assert_null(state_at_entry(w.state, &w.event, 20));
	world_check(&w, 11, 30, "/etc/hosts");
	world_check(&w, 11, 20, "/etc/hosts");
	world_check(&w, 11, 21, "/dev/null");
	message(&w, 11, "recvmsg", 4, 0, 22, 23);
	world_check(&w, 11, 22, "/dev/null");
	assert_null(world_file(&w, 11, 23));
	/* There is no more. */
	message(&w, 11, "recvmsg", 4, 0, 22, 23);
	assert_null(world_file(&w, 11, 22));
	world_exec(&w, 11, 11, "/x");
	assert_null(world_file(&w, 11, 20));
	world_check(&w, 11, 30, "/etc/hosts");
	world_done(&w);
}

static void test_pidfd_getfd(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_fork(&w, 10, 11, FORK_FORK);
	world_open(&w, 11, "/etc/hosts", 0, 5);
	world_numbers(&w, 10, "pidfd_open", 3, 11, 0, 0);
	world_numbers(&w, 10, "pidfd_getfd", 4, 3, 5, 0);
	world_check(&w, 10, 4, "/etc/hosts");
	world_done(&w);
}

/* Lengths that lie, and more messages than are kept. */
static void test_hostile_messages(void **unused)
{
	const struct message m = {.control = CONTROL, .control_size = UINT64_MAX};
	struct control c = {1, 1, 1, {0, 0}};
	const struct made_call call = {
		.name = "sendmsg",
		.ret = 1,
		.args = {3, WORLD_ADDRESS},
		.memory = {{.address = WORLD_ADDRESS, .data = &m, .length = sizeof(m)},
			   {.address = CONTROL, .data = &c, .length = sizeof(c)}}};
	const uint64_t lengths[] = {0, 1, 15, 16, 17, 19, 23, 24, 25, UINT64_MAX, UINT64_MAX - 7};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_two(&w, 10, "socketpair", 3, (const uint64_t[4]){UNIX, STREAM}, 3, 4);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		c.length = lengths[i];
		world_call(&w, 10, 10, &call);
	}
	for (int i = 0; i < 3000; i++)
		message(&w, 10, "sendmsg", 3, 0, 0, 0);
	message(&w, 10, "recvmsg", 4, 0, 8, 9);
	world_check(&w, 10, 9, "/dev/null");
	with_answer(&w, 10, "getsockname", 0, 3, "\1", 1);
	with_address(&w, 10, "bind", 0, 3, PATH_A, 1);
	with_address(&w, 10, "bind", 0, 0, PATH_A, 5);
	with_answer(&w, 10, "accept", 7, 0, PATH_A, 5);
	with_answer(&w, 10, "accept", 7, 99, PATH_A, 5);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),      cmocka_unit_test(test_connection),
		cmocka_unit_test(test_internet),       cmocka_unit_test(test_internet_sure),
		cmocka_unit_test(test_internet_doubt), cmocka_unit_test(test_lonely),
		cmocka_unit_test(test_rights),         cmocka_unit_test(test_rights_race),
		cmocka_unit_test(test_pidfd_getfd),    cmocka_unit_test(test_hostile_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

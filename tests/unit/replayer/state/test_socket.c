/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that a snapshot tells of. */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { UNIX = 1, INET = 2, STREAM = 1, DATAGRAM = 2 };

#define AT_80    "\2\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0"
#define LOCAL_80 "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0"
#define CLIENT   "\2\0\1\1\x7f\0\0\1\0\0\0\0\0\0\0\0"
#define PATH     "\1\0/run/s"

static void take(struct world *w, struct meta_process *p, size_t count)
{
	const struct meta_snapshot s = {.processes = p, .process_count = count};
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = &s};

	*w = (struct world){.state = state_new()};
	assert_int_equal(state_take(w->state, &item), 0);
}

static void test_addresses(void **unused)
{
	struct meta_socket listener = {INET, STREAM, 6, META_SOCKET_LISTENS, BYTES(AT_80)};
	struct meta_socket accepted = {INET, STREAM, 6, 0, BYTES(LOCAL_80), BYTES(CLIENT)};
	struct meta_socket client = {INET, STREAM, 6, 0, BYTES(CLIENT), BYTES(LOCAL_80)};
	struct meta_socket datagram = {INET, DATAGRAM, 17, 0, BYTES(LOCAL_80), BYTES(CLIENT)};
	struct meta_fd fds[] = {
		{.fd = 3, .target = BYTES("socket:[1]"), .socket = &listener},
		{.fd = 4, .target = BYTES("socket:[2]"), .socket = &accepted},
		{.fd = 5, .target = BYTES("socket:[3]"), .socket = &client},
		{.fd = 6, .target = BYTES("socket:[4]"), .socket = &datagram},
		{.fd = 7, .target = BYTES("/dev/null"), .socket = &client},
	};
	struct meta_process p = {.pid = 10, .cwd = BYTES("/"), .fds = fds, .fd_count = 5};
	const struct state_socket *s;
	struct world w;

	(void)unused;
	take(&w, &p, 1);
	s = world_file(&w, 10, 3)->socket;
	assert_non_null(s);
	assert_true(s->listens);
	assert_false(s->accepted);
	assert_int_equal(s->local.size, 16);
	assert_memory_equal(s->local.bytes, AT_80, 16);
	assert_int_equal(s->peer.size, 0);
	s = world_file(&w, 10, 4)->socket;
	assert_true(s->accepted);
	assert_int_equal(s->protocol, 6);
	assert_memory_equal(s->peer.bytes, CLIENT, 16);
	assert_false(world_file(&w, 10, 5)->socket->accepted);
	assert_false(world_file(&w, 10, 6)->socket->accepted);
	/* What says that it is one, and is none. */
	assert_null(world_file(&w, 10, 7)->socket);
	world_done(&w);
}

/* Inherited descriptors are one socket, the ends of a connection belong to each other. */
static void test_two_processes(void **unused)
{
	struct meta_socket one = {.family = UNIX, .type = STREAM, .other = 9, .peer = BYTES(PATH)};
	struct meta_socket two = {.family = UNIX, .type = STREAM, .other = 8, .local = BYTES(PATH)};
	struct meta_socket lost = {.family = UNIX, .type = STREAM, .other = 77};
	struct meta_fd first[] = {{.fd = 3, .target = BYTES("socket:[8]"), .socket = &one},
				  {.fd = 4, .target = BYTES("socket:[9]"), .socket = &two},
				  {.fd = 5, .target = BYTES("socket:[10]"), .socket = &lost}};
	struct meta_fd second[] = {{.fd = 0, .target = BYTES("socket:[9]"), .socket = &two},
				   {.fd = 1, .target = BYTES("socket:[9]"), .socket = &two}};
	struct meta_process p[] = {
		{.pid = 10, .cwd = BYTES("/"), .fds = first, .fd_count = 3},
		{.pid = 11, .cwd = BYTES("/"), .fds = second, .fd_count = 2},
	};
	const struct state_file *a, *b;
	struct world w;

	(void)unused;
	take(&w, p, 2);
	a = world_file(&w, 10, 3);
	b = world_file(&w, 10, 4);
	assert_ptr_equal(a->peer, b);
	assert_ptr_equal(b->peer, a);
	assert_true(a->socket->paired);
	assert_ptr_equal(world_file(&w, 11, 0), b);
	assert_ptr_equal(world_file(&w, 11, 1), b);
	assert_null(world_file(&w, 10, 5)->peer);
	world_done(&w);
}

static void test_hostile(void **unused)
{
	static uint8_t great[200] = {UNIX};
	struct meta_socket itself = {.family = UNIX, .type = STREAM, .other = 8};
	struct meta_socket long_one = {.family = UNIX, .local = {great, sizeof(great)}};
	struct meta_socket short_one = {.role = UINT32_MAX, .local = {great, 1}};
	struct meta_fd fds[] = {
		{.fd = 3, .target = BYTES("socket:[8]"), .socket = &itself},
		{.fd = 4, .target = BYTES("socket:[99999999999999999999999]"), .socket = &long_one},
		{.fd = 5, .target = BYTES("socket:["), .socket = &short_one},
		{.fd = 6, .socket = &short_one}};
	struct meta_process p = {.pid = 10, .cwd = BYTES("/"), .fds = fds, .fd_count = 4};
	struct world w;

	(void)unused;
	take(&w, &p, 1);
	assert_null(world_file(&w, 10, 3)->peer);
	assert_int_equal(world_file(&w, 10, 4)->socket->local.size, 0);
	assert_null(world_file(&w, 10, 5)->socket);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_two_processes),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

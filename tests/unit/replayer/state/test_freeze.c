/* SPDX-License-Identifier: Apache-2.0 */
/* The world as a snapshot, and the world that begins from it: they are the same. */
#include "replayer/state/freeze.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { UNIX = 1, INET = 2, STREAM = 1, CLOEXEC = 02000000, APPEND = 02001, SEQ = 77, TIME = 5 };
enum { NAMED_AT = 0x8000 };

#define ADDRESS "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0"
#define PEER    "\2\0\1\1\x7f\0\0\1\0\0\0\0\0\0\0\0"

/* Descriptors of all kinds, in three processes of which one is a thread more. */
static void happen(struct world *w)
{
	const struct made_call pair = {.name = "socketpair",
				       .args = {UNIX, STREAM, 0, WORLD_ADDRESS},
				       .memory = {{.address = WORLD_ADDRESS,
						   .data = &(int[2]){6, 7},
						   .length = sizeof(int[2]),
						   .exit = true},
						  MADE_NAME(6, "socket:[600]"),
						  MADE_NAME(7, "socket:[700]")}};
	const struct made_call bound = {.name = "bind",
					.args = {8, WORLD_ADDRESS, 16},
					.memory = {MADE_BYTES(WORLD_ADDRESS, ADDRESS)}};
	const struct made_call connected = {.name = "connect",
					    .args = {8, WORLD_ADDRESS, 16},
					    .memory = {MADE_BYTES(WORLD_ADDRESS, PEER)}};
	const struct made_call mapped = {
		.name = "mmap", .ret = 1 << 20, .args = {0, 8192, 3, 2, 3, 4096}};
	const struct made_call shared = {
		.name = "mmap", .ret = 1 << 21, .args = {0, 8192, 1, 0x21, UINT32_MAX}};
	const struct made_call handles = {
		.name = "rt_sigaction",
		.args = {10, WORLD_ADDRESS, 0, 8},
		.memory = {MADE_THING(WORLD_ADDRESS, uint64_t[4], {0x1234, 0x10000000, 0, 6})}};
	const struct made_call waits = {.name = "read", .args = {3, NAMED_AT, 100}};

	world_open(w, 10, "/etc/a", CLOEXEC, 3);
	world_numbers(w, 10, "lseek", 40, 3, 40, 0);
	world_numbers(w, 10, "dup", 4, 3, 0, 0);
	world_open(w, 10, "log", APPEND, 5);
	world_call(w, 10, 10, &mapped);
	world_call(w, 10, 10, &shared);
	world_numbers(w, 10, "madvise", 0, (1 << 20) + 4096, 4096, 10);
	world_call(w, 10, 10, &handles);
	world_call(w, 10, 10, &pair);
	world_numbers(w, 10, "socket", 8, INET, STREAM, 0);
	world_call(w, 10, 10, &bound);
	world_call(w, 10, 10, &connected);
	world_path(w, 10, "unlink", "/home/log");
	world_numbers(w, 10, "umask", 022, 027, 0, 0);
	world_thread(w, 10, 12);
	world_fork(w, 10, 11, EVENT_FORK);
	world_path(w, 11, "chdir", "/srv");
	world_numbers(w, 11, "close", 0, 4, 0, 0);
	world_begun(w, 11, 11, &waits);
}

static void check_file(const struct state_file *a, const struct state_file *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->deleted, b->deleted);
	assert_int_equal(a->inode, b->inode);
	assert_int_equal(a->size, b->size);
	if (a->size)
		assert_memory_equal(a->text, b->text, a->size);
	assert_int_equal(a->flags_known, b->flags_known);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->position_known, b->position_known);
	if (a->position_known)
		assert_int_equal(a->position, b->position);
	assert_int_equal(a->socket != NULL, b->socket != NULL);
	assert_int_equal(a->peer != NULL, b->peer != NULL);
	if (a->peer)
		assert_int_equal(a->peer->inode, b->peer->inode);
	if (!a->socket)
		return;
	assert_int_equal(a->socket->family, b->socket->family);
	assert_int_equal(a->socket->type, b->socket->type);
	assert_int_equal(a->socket->listens, b->socket->listens);
	assert_int_equal(a->socket->accepted, b->socket->accepted);
	assert_int_equal(a->socket->paired, b->socket->paired);
	assert_int_equal(a->socket->local.size, b->socket->local.size);
	assert_memory_equal(a->socket->local.bytes, b->socket->local.bytes, a->socket->local.size);
	assert_int_equal(a->socket->peer.size, b->socket->peer.size);
	assert_memory_equal(a->socket->peer.bytes, b->socket->peer.bytes, a->socket->peer.size);
}

static void check_text(const char *a, size_t a_size, const char *b, size_t b_size)
{
	assert_int_equal(a_size, b_size);
	if (a_size)
		assert_memory_equal(a, b, a_size);
}

static size_t check_thread(const struct world *one, const struct state_thread *a,
			   const struct world *two, const struct state_thread *b)
{
	struct state_fd x, y;
	size_t at = 0, bt = 0, count = 0;

	check_text(a->cwd, a->cwd_size, b->cwd, b->cwd_size);
	assert_int_equal(a->umask, b->umask);
	assert_int_equal(a->call != NULL, b->call != NULL);
	if (a->call) {
		assert_int_equal(a->call->call.nr, b->call->call.nr);
		assert_memory_equal(a->call->call.args, b->call->call.args,
				    sizeof(a->call->call.args));
	}
	while (state_next_fd(one->state, a, &at, &x)) {
		assert_true(state_next_fd(two->state, b, &bt, &y));
		assert_int_equal(x.fd, y.fd);
		assert_int_equal(x.cloexec, y.cloexec);
		check_file(x.file, y.file);
		count++;
	}
	assert_false(state_next_fd(two->state, b, &bt, &y));
	return count;
}

static size_t check_maps(const struct world *one, const struct state_process *p,
			 const struct world *two, const struct state_process *q)
{
	struct state_map x, y;
	size_t at = 0, bt = 0, count = 0;

	assert_int_equal(p->maps_whole, q->maps_whole);
	while (state_next_map(one->state, p, &at, &x)) {
		assert_true(state_next_map(two->state, q, &bt, &y));
		assert_int_equal(x.start, y.start);
		assert_int_equal(x.end, y.end);
		assert_int_equal(x.offset, y.offset);
		assert_int_equal(x.prot, y.prot);
		assert_int_equal(x.shared, y.shared);
		assert_int_equal(x.stays, y.stays);
		assert_int_equal(x.deleted, y.deleted);
		assert_int_equal(x.anonymous, y.anonymous);
		check_text(x.name, x.name_size, y.name, y.name_size);
		count++;
	}
	assert_false(state_next_map(two->state, q, &bt, &y));
	return count;
}

static void check_signals(const struct world *one, const struct state_process *p,
			  const struct world *two, const struct state_process *q)
{
	struct state_signal x, y;
	size_t at = 0, bt = 0;

	assert_true(state_next_signal(one->state, p, &at, &x));
	assert_true(state_next_signal(two->state, q, &bt, &y));
	assert_int_equal(x.number, y.number);
	assert_int_equal(x.handler, y.handler);
	assert_int_equal(x.flags, y.flags);
	assert_int_equal(x.mask, y.mask);
	assert_false(state_next_signal(one->state, p, &at, &x));
	assert_false(state_next_signal(two->state, q, &bt, &y));
}

static void check_worlds(const struct world *one, const struct world *two)
{
	const struct state_process *p = NULL, *q = NULL;

	while ((p = state_next_process(one->state, p))) {
		const struct state_thread *t = NULL, *u = NULL;

		q = state_next_process(two->state, q);
		assert_non_null(q);
		assert_int_equal(p->pid, q->pid);
		assert_int_equal(p->threads, q->threads);
		check_text(p->exe, p->exe_size, q->exe, q->exe_size);
		check_text((const char *)p->argv, p->argv_size, (const char *)q->argv,
			   q->argv_size);
		/* What stays with the parent is not the child's. */
		assert_int_equal(check_maps(one, p, two, q), p->pid == 10 ? 3 : 2);
		check_signals(one, p, two, q);
		while ((t = state_next_thread(one->state, p, t))) {
			u = state_next_thread(two->state, q, u);
			assert_non_null(u);
			assert_int_equal(t->tid, u->tid);
			assert_in_range(check_thread(one, t, two, u), 8, 9);
		}
	}
	assert_null(state_next_process(two->state, q));
}

static void begin_from(struct world *w, const struct meta_snapshot *s)
{
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = s};

	*w = (struct world){.state = state_new_with(STATE_ALL), .seq = s->seq};
	assert_non_null(w->state);
	assert_int_equal(state_take(w->state, &item), 0);
}

static void test_same(void **unused)
{
	struct meta_snapshot snapshot;
	struct world one, two;

	(void)unused;
	world_begin(&one);
	happen(&one);
	assert_int_equal(state_advance(one.state, UINT64_MAX, UINT64_MAX), 0);
	assert_int_equal(state_freeze(one.state, SEQ, TIME, &snapshot), 0);
	assert_int_equal(snapshot.seq, SEQ);
	assert_int_equal(snapshot.time, TIME);
	begin_from(&two, &snapshot);
	check_worlds(&one, &two);
	/* The same place again is the same world. */
	meta_snapshot_done(&snapshot);
	assert_int_equal(state_freeze(two.state, SEQ, TIME, &snapshot), 0);
	world_done(&one);
	begin_from(&one, &snapshot);
	check_worlds(&two, &one);
	meta_snapshot_done(&snapshot);
	world_done(&one);
	world_done(&two);
}

/* Descriptors that share a description go on to share it. */
static void test_shared(void **unused)
{
	struct meta_snapshot snapshot;
	struct world one, two;
	const struct state_file *file;

	(void)unused;
	world_begin(&one);
	happen(&one);
	assert_int_equal(state_freeze(one.state, SEQ, TIME, &snapshot), 0);
	begin_from(&two, &snapshot);
	file = world_file(&two, 10, 3);
	assert_ptr_equal(file, world_file(&two, 10, 4));
	assert_ptr_equal(file, world_file(&two, 11, 3));
	assert_ptr_not_equal(file, world_file(&two, 10, 5));
	world_numbers(&two, 11, "lseek", 90, 3, 90, 0);
	assert_int_equal(world_file(&two, 10, 4)->position, 90);
	assert_true(world_file(&two, 10, 4)->position_known);
	meta_snapshot_done(&snapshot);
	world_done(&one);
	world_done(&two);
}

/* What is not known is not invented. */
static void test_unknown(void **unused)
{
	struct meta_snapshot snapshot;
	struct world w = {.state = state_new_with(STATE_ALL)};

	(void)unused;
	assert_non_null(w.state);
	assert_int_equal(state_freeze(w.state, 0, 0, &snapshot), 0);
	assert_int_equal(snapshot.process_count, 0);
	meta_snapshot_done(&snapshot);
	world_numbers(&w, 30, "dup", 4, 3, 0, 0);
	world_numbers(&w, 30, "socket", 5, INET, STREAM, 0);
	assert_int_equal(state_advance(w.state, UINT64_MAX, UINT64_MAX), 0);
	assert_int_equal(state_freeze(w.state, 0, 0, &snapshot), 0);
	assert_int_equal(snapshot.process_count, 1);
	assert_int_equal(snapshot.processes[0].map_count, 0);
	assert_int_equal(snapshot.processes[0].cwd.size, 0);
	assert_non_null(strstr(snapshot.processes[0].missing,
			       ", maps made by an exec, directories, umask"));
	assert_int_equal(snapshot.processes[0].fd_count, 1);
	assert_int_equal(snapshot.processes[0].fds[0].fd, 5);
	assert_string_equal((char *)snapshot.processes[0].fds[0].target.data, "socket:[?]");
	meta_snapshot_done(&snapshot);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

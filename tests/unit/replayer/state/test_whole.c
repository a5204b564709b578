/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that there is at a place: processes, threads, positions, mappings, signals, calls. */
#include "world.h"

#include "base/buf.h"
#include "format/meta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct state_process *process(struct world *w, uint32_t pid)
{
	const struct state_process *p;

	/* Behind the exit of the last call. */
	assert_int_equal(state_advance(w->state, w->seq, UINT64_MAX), 0);
	p = state_process(w->state, pid);
	assert_non_null(p);
	assert_int_equal(p->pid, pid);
	return p;
}

static void check_text(const char *text, size_t size, const char *wanted)
{
	assert_int_equal(size, strlen(wanted));
	assert_memory_equal(text, wanted, size);
}

/* ---- processes ---- */

static void test_processes(void **unused)
{
	const struct state_process *p;
	struct world w;
	uint64_t first, child;

	(void)unused;
	world_begin(&w);
	p = process(&w, 10);
	first = p->id;
	assert_int_equal(p->origin, STATE_SNAPSHOT);
	check_text(p->cwd, p->cwd_size, "/home");
	world_fork(&w, 10, 11, FORK_FORK);
	p = process(&w, 11);
	child = p->id;
	assert_int_equal(p->parent, first);
	assert_int_equal(p->ppid, 10);
	assert_int_equal(p->start_seq, w.seq);
	world_exec(&w, 11, 11, "/bin/ls");
	p = process(&w, 11);
	check_text(p->exe, p->exe_size, "/bin/ls");
	assert_true(p->execed);
	/* In the order in which they came. */
	assert_ptr_equal(state_next_process(w.state, NULL), state_process(w.state, 10));
	assert_ptr_equal(state_next_process(w.state, state_process(w.state, 10)), p);
	assert_null(state_next_process(w.state, p));
	world_exit(&w, 11, 11);
	assert_null(state_process(w.state, 11));
	/* The number again: another process. */
	world_fork(&w, 10, 11, FORK_FORK);
	assert_true(process(&w, 11)->id > child);
	/* Its parent ends: what it is a child of now is not known, of whom it came is. */
	world_exit(&w, 10, 10);
	p = process(&w, 11);
	assert_int_equal(p->ppid, 0);
	assert_int_equal(p->parent, first);
	world_done(&w);
}

static void test_threads(void **unused)
{
	const struct state_thread *a, *b;
	struct world w;

	(void)unused;
	world_begin(&w);
	world_thread(&w, 10, 12);
	a = state_next_thread(w.state, process(&w, 10), NULL);
	b = state_next_thread(w.state, process(&w, 10), a);
	assert_int_equal(a->tid, 10);
	assert_int_equal(b->tid, 12);
	assert_ptr_equal(a->descriptors, b->descriptors);
	assert_true(a->shares_descriptors);
	assert_int_equal(process(&w, 10)->threads, 2);
	/* The first ends: the process lives on. */
	world_exit(&w, 10, 10);
	assert_int_equal(process(&w, 10)->threads, 1);
	check_text(process(&w, 10)->cwd, process(&w, 10)->cwd_size, "/home");
	/* The other runs another program, and is the first then. */
	world_exec(&w, 10, 12, "/bin/ls");
	assert_non_null(state_thread(w.state, 10));
	assert_null(state_thread(w.state, 12));
	world_done(&w);
}

static void test_umask_and_groups(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_numbers(&w, 10, "umask", 022, 01027, 0, 0);
	world_numbers(&w, 10, "setsid", 5, 0, 0, 0);
	world_fork(&w, 10, 11, FORK_FORK);
	assert_int_equal(process(&w, 11)->umask, 027);
	assert_int_equal(process(&w, 11)->sid, 10);
	world_numbers(&w, 10, "setpgid", 0, 11, 0, 0);
	assert_int_equal(process(&w, 11)->pgid, 11);
	/* Numbers of another namespace may be anybody's. */
	world_numbers(&w, 11, "setpgid", 0, 10, 77, 0);
	assert_int_equal(process(&w, 10)->pgid, 10);
	world_done(&w);
}

/* ---- descriptions ---- */

static void check_position(struct world *w, int fd, bool known, uint64_t position)
{
	const struct state_file *f = world_file(w, 10, fd);

	assert_non_null(f);
	assert_int_equal(f->position_known, known);
	if (known)
		assert_int_equal(f->position, position);
}

static void test_ids_and_flags(void **unused)
{
	enum { CREATE_NONBLOCK_CLOEXEC = 02004102, NONBLOCK = 04000, APPEND = 02000 };
	const struct state_file *f;
	struct world w;
	uint64_t id;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", CREATE_NONBLOCK_CLOEXEC, 3);
	f = world_file(&w, 10, 3);
	id = f->id;
	assert_true(f->flags_known);
	assert_int_equal(f->flags, 2 | NONBLOCK);
	world_numbers(&w, 10, "dup", 4, 3, 0, 0);
	assert_int_equal(world_file(&w, 10, 4)->id, id);
	/* What one of them sets the other has; the access mode stays. */
	world_numbers(&w, 10, "fcntl", 0, 4, 4, APPEND | 1);
	assert_int_equal(world_file(&w, 10, 3)->flags, 2 | APPEND);
	world_open(&w, 10, "/a", 0, 4);
	assert_true(world_file(&w, 10, 4)->id > id);
	world_done(&w);
}

static void test_positions(void **unused)
{
	enum { APPEND = 02001 };
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", 2, 3);
	check_position(&w, 3, true, 0);
	world_numbers(&w, 10, "read", 10, 3, 0, 100);
	world_numbers(&w, 10, "dup", 4, 3, 0, 0);
	world_numbers(&w, 10, "write", 5, 4, 0, 5);
	check_position(&w, 3, true, 15);
	world_numbers(&w, 10, "pread64", 5, 3, 0, 5);
	world_numbers(&w, 10, "read", -9, 3, 0, 5);
	check_position(&w, 3, true, 15);
	world_numbers(&w, 10, "lseek", 1000, 4, 1000, 0);
	check_position(&w, 3, true, 1000);
	/* With a place of its own it moves nothing. */
	world_numbers(&w, 10, "sendfile", 7, 1, 3, 0x7000);
	check_position(&w, 3, true, 1000);
	world_numbers(&w, 10, "sendfile", 7, 1, 3, 0);
	check_position(&w, 3, true, 1007);
	/* Behind the end, wherever that is. */
	world_open(&w, 10, "/log", APPEND, 5);
	check_position(&w, 5, true, 0);
	world_numbers(&w, 10, "write", 5, 5, 0, 5);
	check_position(&w, 5, false, 0);
	world_numbers(&w, 10, "lseek", 55, 5, 0, 1);
	check_position(&w, 5, true, 55);
	/* There is none. */
	world_open(&w, 10, "/dev/tty", 2, 6);
	check_position(&w, 6, false, 0);
	world_done(&w);
}

/* A call moves it when it comes back. */
static void test_position_at_exit(void **unused)
{
	const struct made_call call = {.name = "read", .ret = 10, .args = {3, 0, 10}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", 2, 3);
	world_call_until(&w, 10, 10, &call, w.seq + 10);
	assert_int_equal(state_at_entry(w.state, &w.event, 3)->position, 0);
	assert_int_equal(state_advance(w.state, w.seq + 8, UINT64_MAX), 0);
	assert_int_equal(state_at_entry(w.state, &w.event, 3)->position, 0);
	assert_int_equal(state_advance(w.state, w.seq + 9, UINT64_MAX), 0);
	assert_int_equal(state_at_entry(w.state, &w.event, 3)->position, 10);
	world_done(&w);
}

/* Of those that were there at the start and may be one description, none is known any more when
 * one has moved. */
static void test_position_in_doubt(void **unused)
{
	struct meta_fd fds[] = {{.fd = 3, .flags = 1, .target = BYTES("/log")},
				{.fd = 4, .flags = 1, .target = BYTES("/log")},
				{.fd = 5, .flags = 1, .target = BYTES("/data")},
				{.fd = 6, .flags = 1, .target = BYTES("/log"), .position = 7}};
	struct meta_process processes[] = {{.pid = 10, .fds = fds, .fd_count = 4}, {.pid = 11}};
	const struct meta_snapshot snapshot = {.processes = processes, .process_count = 2};
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = &snapshot};
	struct world w;

	(void)unused;
	world_begin(&w);
	state_free(w.state);
	w.state = state_new_with(STATE_ALL);
	assert_non_null(w.state);
	assert_int_equal(state_take(w.state, &item), 0);
	check_position(&w, 4, true, 0);
	/* Where it is: nothing has moved. */
	world_numbers(&w, 10, "lseek", 0, 3, 0, 1);
	check_position(&w, 4, true, 0);
	world_numbers(&w, 10, "write", 5, 3, 0, 5);
	check_position(&w, 3, false, 0);
	check_position(&w, 4, false, 0);
	check_position(&w, 6, false, 0);
	/* The other may move it at any time. */
	world_numbers(&w, 10, "lseek", 9, 3, 0, 1);
	check_position(&w, 3, false, 0);
	/* Nobody else has this. */
	world_numbers(&w, 10, "write", 5, 5, 0, 5);
	check_position(&w, 5, true, 5);
	world_done(&w);
}

static void test_not_recorded(void **unused)
{
	const struct meta_header some = {.trace_set = (char *)(uintptr_t) "openat"};
	const struct meta_header memory = {
		.trace_set = (char *)(uintptr_t) "%memory,shmget,shmat,shmdt"};
	const struct trace_item items[] = {{.kind = ITEM_HEADER, .header = &some},
					   {.kind = ITEM_HEADER, .header = &memory}};
	struct state *s = state_new_with(STATE_ALL);

	(void)unused;
	assert_non_null(s);
	assert_int_equal(state_parts(s), STATE_ALL);
	assert_int_equal(state_take(s, &items[0]), 0);
	assert_int_equal(state_parts(s), STATE_CALLS);
	assert_int_equal(state_take(s, &items[1]), 0);
	assert_int_equal(state_parts(s), STATE_CALLS | STATE_MAPS);
	state_free(s);
}

/* ---- what instances look at ---- */

static void watch(struct world *w, uint64_t epoll, uint64_t operation, uint64_t fd,
		  const char event[12])
{
	const struct made_call call = {
		.name = "epoll_ctl",
		.args = {epoll, operation, fd, WORLD_ADDRESS},
		.memory = {{.address = WORLD_ADDRESS, .data = event, .length = 12}}};

	world_call(w, 10, 10, &call);
}

static size_t count_watches(struct world *w, int fd, struct state_watch *ret_last)
{
	const struct state_file *f = world_file(w, 10, fd);
	size_t at = 0, count = 0;

	while (state_next_watch(w->state, f, &at, ret_last))
		count++;
	return count;
}

static void test_epoll(void **unused)
{
	static const char in[12] = {1, 0, 0, 0, 7}, out[12] = {4, 0, 0, 0, 8};
	struct state_watch last;
	struct world w;

	(void)unused;
	world_begin(&w);
	world_numbers(&w, 10, "epoll_create1", 5, 0, 0, 0);
	world_numbers(&w, 10, "eventfd", 6, 0, 0, 0);
	world_numbers(&w, 10, "dup", 7, 6, 0, 0);
	watch(&w, 5, 1, 6, in);
	watch(&w, 5, 1, 1, in);
	assert_int_equal(count_watches(&w, 5, &last), 2);
	watch(&w, 5, 3, 6, out);
	assert_int_equal(count_watches(&w, 5, &last), 2);
	assert_int_equal(last.fd, 6);
	assert_int_equal(last.events, 4);
	assert_int_equal(last.data, 8);
	assert_int_equal(last.file, world_file(&w, 10, 6)->id);
	/* As long as somebody has it open it is waited for. */
	world_numbers(&w, 10, "close", 0, 6, 0, 0);
	assert_int_equal(count_watches(&w, 5, &last), 2);
	world_numbers(&w, 10, "close", 0, 7, 0, 0);
	assert_int_equal(count_watches(&w, 5, &last), 1);
	watch(&w, 5, 2, 1, in);
	assert_int_equal(count_watches(&w, 5, &last), 0);
	world_done(&w);
}

/* ---- mappings ---- */

enum {
	PAGE = 4096,
	PRIVATE_ANONYMOUS = 0x22,
	PRIVATE = 2,
	FIXED = 0x10,
	READ_WRITE = 3,
	DONT_FORK = 10,
	DO_FORK = 11
};

static void map(struct world *w, uint64_t at, uint64_t pages, uint64_t flags, uint64_t fd)
{
	const struct made_call call = {.name = "mmap",
				       .ret = (int64_t)(at * PAGE),
				       .args = {0, pages * PAGE - 1, READ_WRITE, flags, fd, PAGE}};

	world_call(w, 10, 10, &call);
}

static void change(struct world *w, const char *name, uint64_t at, uint64_t pages, uint64_t prot)
{
	world_numbers(w, 10, name, 0, at * PAGE, pages * PAGE, prot);
}

/* "10-12 3 name;…" in pages. */
static void check_maps(struct world *w, uint32_t pid, const char *wanted)
{
	const struct state_process *p = process(w, pid);
	struct buf text = {0};
	struct state_map m;
	size_t at = 0;

	while (state_next_map(w->state, p, &at, &m)) {
		buf_printf(&text, "%u-%u %u", (unsigned)(m.start / PAGE), (unsigned)(m.end / PAGE),
			   m.prot);
		if (m.name)
			buf_printf(&text, " %.*s+%u", (int)m.name_size, m.name,
				   (unsigned)(m.offset / PAGE));
		buf_str(&text, ";");
	}
	assert_string_equal(buf_text(&text), wanted);
	buf_done(&text);
}

static void test_maps(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", 2, 3);
	map(&w, 10, 4, PRIVATE, 3);
	world_numbers(&w, 10, "close", 0, 3, 0, 0);
	check_maps(&w, 10, "10-14 3 /a+1;");
	change(&w, "mprotect", 11, 1, 1);
	check_maps(&w, 10, "10-11 3 /a+1;11-12 1 /a+2;12-14 3 /a+3;");
	change(&w, "mprotect", 11, 1, READ_WRITE);
	check_maps(&w, 10, "10-14 3 /a+1;");
	change(&w, "munmap", 11, 2, 0);
	check_maps(&w, 10, "10-11 3 /a+1;13-14 3 /a+4;");
	map(&w, 14, 2, PRIVATE_ANONYMOUS, UINT64_MAX);
	map(&w, 16, 1, PRIVATE_ANONYMOUS, UINT64_MAX);
	check_maps(&w, 10, "10-11 3 /a+1;13-14 3 /a+4;14-17 3;");
	/* Over what is there. */
	map(&w, 12, 3, PRIVATE_ANONYMOUS, UINT64_MAX);
	check_maps(&w, 10, "10-11 3 /a+1;12-17 3;");
	/* A child has a copy; a new program nothing of it. */
	world_fork(&w, 10, 11, FORK_FORK);
	change(&w, "munmap", 12, 5, 0);
	check_maps(&w, 10, "10-11 3 /a+1;");
	check_maps(&w, 11, "10-11 3 /a+1;12-17 3;");
	/* Of which it does not get what is to stay. */
	map(&w, 20, 4, PRIVATE_ANONYMOUS, UINT64_MAX);
	change(&w, "madvise", 20, 3, DONT_FORK);
	change(&w, "madvise", 22, 1, DO_FORK);
	world_fork(&w, 10, 13, FORK_FORK);
	check_maps(&w, 10, "10-11 3 /a+1;20-22 3;22-24 3;");
	check_maps(&w, 13, "10-11 3 /a+1;22-24 3;");
	world_exec(&w, 11, 11, "/bin/ls");
	check_maps(&w, 11, "");
	assert_false(process(&w, 11)->maps_whole);
	world_done(&w);
}

/* What another thread takes away is gone when something else comes there. */
static void test_maps_race(void **unused)
{
	const struct made_call unmap = {.name = "munmap", .args = {10 * PAGE, 4 * PAGE}};
	const struct made_call remap = {
		.name = "mremap", .ret = 30 * PAGE, .args = {14 * PAGE, 2 * PAGE, 2 * PAGE, 1}};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_thread(&w, 10, 12);
	map(&w, 10, 6, PRIVATE_ANONYMOUS, UINT64_MAX);
	world_call_until(&w, 10, 12, &unmap, w.seq + 10);
	map(&w, 12, 1, PRIVATE_ANONYMOUS, UINT64_MAX);
	assert_int_equal(state_advance(w.state, w.seq, UINT64_MAX), 0);
	check_maps(&w, 10, "12-13 3;14-16 3;");
	w.seq += 10;
	check_maps(&w, 10, "12-13 3;14-16 3;");
	/* So is what it moves away, or the end that it gives up. */
	world_call_until(&w, 10, 12, &remap, w.seq + 10);
	map(&w, 14, 1, PRIVATE_ANONYMOUS, UINT64_MAX);
	w.seq += 10;
	check_maps(&w, 10, "12-13 3;14-15 3;30-32 3;");
	change(&w, "munmap", 30, 2, 0);
	map(&w, 14, 2, PRIVATE_ANONYMOUS, UINT64_MAX);
	/* One that takes the place of what is there says nothing of the other. */
	world_call_until(&w, 10, 12, &unmap, w.seq + 10);
	map(&w, 15, 1, PRIVATE_ANONYMOUS, UINT64_MAX);
	map(&w, 13, 1, PRIVATE_ANONYMOUS | FIXED, UINT64_MAX);
	check_maps(&w, 10, "12-16 3;");
	w.seq += 10;
	check_maps(&w, 10, "14-16 3;");
	world_done(&w);
}

static void remap(struct world *w, uint64_t at, uint64_t pages, uint64_t to, uint64_t now)
{
	const struct made_call call = {.name = "mremap",
				       .ret = (int64_t)(to * PAGE),
				       .args = {at * PAGE, pages * PAGE, now * PAGE, 1}};

	world_call(w, 10, 10, &call);
}

static void test_remap(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/a", 2, 3);
	map(&w, 10, 4, PRIVATE, 3);
	remap(&w, 10, 4, 10, 6);
	check_maps(&w, 10, "10-16 3 /a+1;");
	remap(&w, 10, 6, 10, 2);
	check_maps(&w, 10, "10-12 3 /a+1;");
	remap(&w, 11, 1, 50, 3);
	check_maps(&w, 10, "10-11 3 /a+1;50-53 3 /a+2;");
	/* To the same place and length: nothing, even over several. */
	map(&w, 11, 1, PRIVATE_ANONYMOUS, UINT64_MAX);
	remap(&w, 10, 2, 10, 2);
	check_maps(&w, 10, "10-11 3 /a+1;11-12 3;50-53 3 /a+2;");
	world_done(&w);
}

static void test_heap(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	world_numbers(&w, 10, "brk", 20 * PAGE, 0, 0, 0);
	check_maps(&w, 10, "");
	world_numbers(&w, 10, "brk", 23 * PAGE + 5, 23 * PAGE + 5, 0, 0);
	check_maps(&w, 10, "20-24 3 [heap]+0;");
	world_numbers(&w, 10, "brk", 22 * PAGE, 22 * PAGE, 0, 0);
	check_maps(&w, 10, "20-22 3 [heap]+0;");
	world_done(&w);
}

/* Nothing that a tape says is too much. */
static void test_map_limits(void **unused)
{
	struct world w;

	(void)unused;
	world_begin(&w);
	for (uint64_t i = 0; i < 70000; i++)
		map(&w, 2 * i, 1, PRIVATE_ANONYMOUS, UINT64_MAX);
	map(&w, UINT64_MAX / PAGE, 5, PRIVATE_ANONYMOUS, UINT64_MAX);
	change(&w, "munmap", 0, UINT64_MAX / PAGE, 0);
	change(&w, "mprotect", UINT64_MAX / PAGE, 2, 7);
	remap(&w, UINT64_MAX / PAGE, UINT64_MAX, 5, UINT64_MAX / PAGE);
	world_numbers(&w, 10, "brk", -4096, 0, 0, 0);
	world_numbers(&w, 10, "brk", INT64_MAX, 0, 0, 0);
	world_done(&w);
}

/* ---- signals ---- */

static void action(struct world *w, uint32_t pid, uint64_t number, uint64_t handler, uint64_t flags)
{
	const uint64_t words[4] = {handler, flags, 0, 5};
	const struct made_call call = {
		.name = "rt_sigaction",
		.args = {number, WORLD_ADDRESS, 0, 8},
		.memory = {{.address = WORLD_ADDRESS, .data = words, .length = 32}}};

	world_call(w, pid, pid, &call);
}

static void check_signals(struct world *w, uint32_t pid, const char *wanted)
{
	const struct state_process *p = process(w, pid);
	struct state_signal x;
	struct buf text = {0};
	size_t at = 0;

	while (state_next_signal(w->state, p, &at, &x))
		buf_printf(&text, "%u:%u ", x.number, (unsigned)x.handler);
	assert_string_equal(buf_text(&text), wanted);
	buf_done(&text);
}

static void test_signals(void **unused)
{
	struct event e = made_event(EVENT_SIGNAL, 1);
	struct world w;

	(void)unused;
	world_begin(&w);
	action(&w, 10, 2, 500, 0);
	action(&w, 10, 1, 1, 0);
	action(&w, 10, 15, 600, 0x80000000);
	check_signals(&w, 10, "1:1 2:500 15:600 ");
	world_fork(&w, 10, 11, FORK_FORK);
	/* Once, and no more. */
	e.pid = e.tid = 10;
	e.signal = (struct event_signal){.number = 15};
	world_event(&w, &e);
	check_signals(&w, 10, "1:1 2:500 ");
	check_signals(&w, 11, "1:1 2:500 15:600 ");
	/* What is ignored stays so in another program. */
	world_exec(&w, 11, 11, "/bin/ls");
	check_signals(&w, 11, "1:1 ");
	check_signals(&w, 10, "1:1 2:500 ");
	action(&w, 10, 0, 7, 0);
	action(&w, 10, 65, 7, 0);
	check_signals(&w, 10, "1:1 2:500 ");
	world_done(&w);
}

/* ---- calls in flight ---- */

static void test_calls(void **unused)
{
	const struct made_call call = {.name = "openat",
				       .ret = 3,
				       .args = {0, WORLD_ADDRESS},
				       .memory = {MADE_STRING(WORLD_ADDRESS, "path")}};
	const struct event *e;
	struct world w;
	size_t size;

	(void)unused;
	world_begin(&w);
	world_call_until(&w, 10, 10, &call, w.seq + 5);
	e = state_thread(w.state, 10)->call;
	assert_non_null(e);
	assert_int_equal(e->kind, EVENT_BEGUN);
	assert_string_equal((const char *)event_bytes(e, EVENT_AT_ENTRY, WORLD_ADDRESS, &size),
			    "path");
	assert_int_equal(state_advance(w.state, w.seq + 4, UINT64_MAX), 0);
	assert_null(state_thread(w.state, 10)->call);
	world_begun(&w, 10, 10, &call);
	assert_int_equal(state_advance(w.state, UINT64_MAX, UINT64_MAX), 0);
	assert_non_null(state_thread(w.state, 10)->call);
	world_end(&w, 10, 10, &call);
	assert_null(state_thread(w.state, 10)->call);
	world_done(&w);
}

static void test_resolve(void **unused)
{
	struct buf text = {0};
	struct world w;

	(void)unused;
	world_begin(&w);
	world_open(&w, 10, "/etc", 0, 3);
	process(&w, 10);
	assert_int_equal(state_resolve(w.state, &w.event, 3, "../x", 4, true, &text), 0);
	assert_int_equal(state_resolve(w.state, &w.event, STATE_FDCWD, "y", 1, true, &text), 0);
	/* Not known: nothing. */
	assert_int_equal(state_resolve(w.state, &w.event, 9, "y", 1, true, &text), 0);
	assert_string_equal(buf_text(&text), "/x/home/y");
	buf_done(&text);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_umask_and_groups),
		cmocka_unit_test(test_ids_and_flags),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_position_at_exit),
		cmocka_unit_test(test_position_in_doubt),
		cmocka_unit_test(test_not_recorded),
		cmocka_unit_test(test_epoll),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_maps_race),
		cmocka_unit_test(test_remap),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_map_limits),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_resolve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

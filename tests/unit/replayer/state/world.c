/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void take(struct world *w, const struct trace_item *item)
{
	assert_int_equal(state_take(w->state, item), 0);
	if (w->also)
		assert_int_equal(w->also(w->context, item), 0);
}

void world_begin(struct world *w)
{
	world_begin_with(w, NULL, NULL);
}

void world_begin_with(struct world *w, world_fn *also, void *context)
{
	struct meta_fd fds[] = {{0, 0, 0, BYTES("/dev/null")},
				{1, 0, 0, BYTES("pipe:[77]")},
				{2, 0, 0, BYTES("/tmp/log (deleted)")}};
	struct meta_process p = {
		.pid = 10, .cwd = BYTES("/home"), .root = BYTES("/"), .fds = fds, .fd_count = 3};
	const struct meta_snapshot s = {.processes = &p, .process_count = 1};
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = &s};

	*w = (struct world){.also = also, .context = context, .state = state_new_with(STATE_ALL)};
	assert_non_null(w->state);
	take(w, &item);
}

void world_done(struct world *w)
{
	w->state = state_free(w->state);
}

void world_event(struct world *w, struct event *e)
{
	const struct trace_item item = {.kind = ITEM_EVENT, .event = e};

	e->seq = ++w->seq;
	take(w, &item);
	w->event = *e;
	w->event.memory = NULL;
	w->event.memory_count = 0;
}

static struct event event_of(uint8_t kind, uint32_t pid, uint32_t tid)
{
	struct event e = made_event(kind, 1);

	e.pid = pid;
	e.tid = tid;
	return e;
}

void world_fork(struct world *w, uint32_t pid, uint32_t child, uint8_t kind)
{
	struct event e = event_of(EVENT_FORK, pid, pid);

	e.fork = (struct event_fork){child, child, kind, true};
	world_event(w, &e);
}

void world_thread(struct world *w, uint32_t pid, uint32_t tid)
{
	struct event e = event_of(EVENT_FORK, pid, pid);

	e.fork = (struct event_fork){pid, tid, FORK_THREAD, true};
	world_event(w, &e);
}

void world_exec(struct world *w, uint32_t pid, uint32_t former_tid, const char *path)
{
	struct event e = event_of(EVENT_EXEC, pid, pid);

	e.exec = (struct event_exec){.former_tid = former_tid, .path = path};
	world_event(w, &e);
}

void world_exit(struct world *w, uint32_t pid, uint32_t tid)
{
	struct event e = event_of(EVENT_EXIT, pid, tid);

	e.exit = (struct event_exit){0, pid == tid};
	world_event(w, &e);
}

/* ---- calls ---- */

void world_call_until(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call,
		      uint64_t end_seq)
{
	struct made m;

	made_from(call, &m);
	m.event.pid = pid;
	m.event.tid = tid;
	m.event.call.begun_seq = w->seq + 1;
	m.event.call.end_seq = end_seq;
	world_event(w, &m.event);
	made_done(&m);
}

void world_call(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call)
{
	world_call_until(w, pid, tid, call, w->seq + 2);
	w->seq++;
}

static void half(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call,
		 uint8_t kind)
{
	struct made m;

	made_from(call, &m);
	m.event.kind = kind;
	m.event.pid = pid;
	m.event.tid = tid;
	m.event.call.end_seq = w->seq + 1;
	m.event.call.state = kind == EVENT_END ? EVENT_FINISHED : EVENT_UNFINISHED;
	world_event(w, &m.event);
	made_done(&m);
}

void world_begun(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call)
{
	half(w, pid, tid, call, EVENT_BEGUN);
}

void world_end(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call)
{
	half(w, pid, tid, call, EVENT_END);
}

void world_open(struct world *w, uint32_t pid, const char *path, uint64_t flags, int fd)
{
	const struct made_call call = {
		.name = "open",
		.ret = fd,
		.args = {WORLD_ADDRESS, flags},
		.memory = {{.address = WORLD_ADDRESS, .data = path, .length = strlen(path) + 1}}};

	world_call(w, pid, pid, &call);
}

void world_openat(struct world *w, uint32_t pid, int dirfd, const char *path, int fd)
{
	const struct made_call call = {
		.name = "openat",
		.ret = fd,
		.args = {(uint32_t)dirfd, WORLD_ADDRESS},
		.memory = {{.address = WORLD_ADDRESS, .data = path, .length = strlen(path) + 1}}};

	world_call(w, pid, pid, &call);
}

void world_path(struct world *w, uint32_t pid, const char *name, const char *path)
{
	const struct made_call call = {
		.name = name,
		.args = {WORLD_ADDRESS},
		.memory = {{.address = WORLD_ADDRESS, .data = path, .length = strlen(path) + 1}}};

	world_call(w, pid, pid, &call);
}

void world_paths(struct world *w, uint32_t pid, const char *name, const char *first,
		 const char *second)
{
	const struct made_call call = {
		.name = name,
		.args = {WORLD_ADDRESS, WORLD_ADDRESS + WORLD_ROOM},
		.memory = {{.address = WORLD_ADDRESS, .data = first, .length = strlen(first) + 1},
			   {.address = WORLD_ADDRESS + WORLD_ROOM,
			    .data = second,
			    .length = strlen(second) + 1}}};

	world_call(w, pid, pid, &call);
}

void world_numbers(struct world *w, uint32_t pid, const char *name, int64_t ret, uint64_t a,
		   uint64_t b, uint64_t c)
{
	const struct made_call call = {.name = name, .ret = ret, .args = {a, b, c}};

	world_call(w, pid, pid, &call);
}

void world_two(struct world *w, uint32_t pid, const char *name, size_t i, const uint64_t args[4],
	       int first, int second)
{
	const int32_t fds[] = {first, second};
	struct made_call call = {.name = name,
				 .memory = {{.address = WORLD_ADDRESS,
					     .data = fds,
					     .length = sizeof(fds),
					     .exit = true}}};

	memcpy(call.args, args, 4 * sizeof(args[0]));
	call.args[i] = WORLD_ADDRESS;
	world_call(w, pid, pid, &call);
}

/* ---- what it says ---- */

/* As it is when a call of the thread begins that does nothing. */
const struct state_file *world_file(struct world *w, uint32_t tid, int fd)
{
	struct event e = event_of(EVENT_SIGNAL, tid, tid);

	world_event(w, &e);
	return state_at_entry(w->state, &w->event, fd);
}

void world_check(struct world *w, uint32_t tid, int fd, const char *text)
{
	const struct state_file *file = world_file(w, tid, fd);

	if (!text) {
		assert_true(!file || !file->text);
		return;
	}
	assert_non_null(file);
	assert_non_null(file->text);
	assert_int_equal(file->size, strlen(text));
	assert_memory_equal(file->text, text, file->size);
}

void world_check_cwd(struct world *w, uint32_t tid, const char *text)
{
	size_t size;
	const char *cwd;

	world_file(w, tid, 0);
	cwd = state_cwd(w->state, &w->event, &size);
	if (!text) {
		assert_null(cwd);
		return;
	}
	assert_non_null(cwd);
	assert_int_equal(size, strlen(text));
	assert_memory_equal(cwd, text, size);
}

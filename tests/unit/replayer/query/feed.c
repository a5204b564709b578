/* SPDX-License-Identifier: Apache-2.0 */
#include "feed.h"

#include "sys/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ADDRESS = 0x7000, NS_PER_MS = 1000000 };

void feed_event(struct feed *f, struct event *e)
{
	const struct trace_item item = {.kind = ITEM_EVENT, .event = e};

	e->seq = ++f->seq;
	e->time = f->seq * NS_PER_MS;
	if (f->state)
		assert_int_equal(state_take(f->state, &item), 0);
	assert_int_equal(processes_take(&f->processes, &item), 0);
	assert_int_equal(failures_take(&f->failures, &f->processes, e), 0);
	if (f->state)
		assert_int_equal(causes_take(&f->causes, &f->processes, &f->failures, e), 0);
}

void feed_with_state(struct feed *f)
{
	f->state = state_new();
	assert_non_null(f->state);
	f->processes.state = f->failures.state = f->causes.state = f->state;
}

static struct event event_of(uint8_t kind, uint32_t pid)
{
	struct event e = made_event(kind, 1);

	e.pid = e.tid = pid;
	return e;
}

void feed_fork(struct feed *f, uint32_t pid, uint32_t child)
{
	struct event e = event_of(EVENT_FORK, pid);

	e.fork = (struct event_fork){child, child, FORK_FORK, true};
	feed_event(f, &e);
}

void feed_thread(struct feed *f, uint32_t pid, uint32_t tid)
{
	struct event e = event_of(EVENT_FORK, pid);

	e.fork = (struct event_fork){pid, tid, FORK_THREAD, true};
	feed_event(f, &e);
}

void feed_exec(struct feed *f, uint32_t pid, const char *argv, size_t size)
{
	struct guard g = guard_copy(argv, size);
	struct event e = event_of(EVENT_EXEC, pid);

	e.exec = (struct event_exec){pid, "/proc/exe", g.data, g.size};
	feed_event(f, &e);
	guard_done(&g);
}

void feed_signal(struct feed *f, uint32_t pid, const struct made_siginfo *info)
{
	struct event e = event_of(EVENT_SIGNAL, pid);

	e.signal =
		(struct event_signal){(uint32_t)info->signo, (const uint8_t *)info, sizeof(*info)};
	feed_event(f, &e);
}

void feed_exit(struct feed *f, uint32_t pid, uint32_t status)
{
	struct event e = event_of(EVENT_EXIT, pid);

	e.exit = (struct event_exit){status, true};
	feed_event(f, &e);
}

void feed_call(struct feed *f, uint32_t pid, const struct made_call *call)
{
	struct made m;

	made_from(call, &m);
	m.event.pid = m.event.tid = pid;
	feed_event(f, &m.event);
	made_done(&m);
}

/* Which argument of the call is the path. */
static size_t path_argument(const struct feed *f, const char *call)
{
	const uint32_t arch = f->arch ? f->arch : EVENT_ARCH_X86_64;
	const int64_t nr = sys_number(arch, call);
	const struct sys_desc *desc = sys_find(arch, (uint64_t)nr);

	assert_non_null(desc);
	for (size_t i = 0; i < desc->count; i++) {
		if (desc->field[i].kind == K_PATH)
			return desc->field[i].off / sizeof(uint64_t);
	}
	fail();
	return 0;
}

void feed_path(struct feed *f, uint32_t pid, const char *call, const char *path, int64_t ret)
{
	struct made_call c = {
		.name = call,
		.ret = ret,
		.memory = {{.address = ADDRESS, .data = path, .length = strlen(path) + 1}},
		.arch = f->arch};

	c.args[path_argument(f, call)] = ADDRESS;
	feed_call(f, pid, &c);
}

void feed_fd(struct feed *f, uint32_t pid, const char *call, int fd, int64_t ret)
{
	const struct made_call c = {
		.name = call, .ret = ret, .args = {(uint32_t)fd}, .arch = f->arch};

	feed_call(f, pid, &c);
}

void feed_write(struct feed *f, uint32_t pid, int fd, const char *text)
{
	const struct made_call c = {
		.name = "write",
		.ret = (int64_t)strlen(text),
		.args = {(uint32_t)fd, ADDRESS, strlen(text)},
		.memory = {{.address = ADDRESS, .data = text, .length = strlen(text)}},
		.arch = f->arch};

	feed_call(f, pid, &c);
}

void feed_done(struct feed *f)
{
	processes_done(&f->processes);
	failures_done(&f->failures);
	causes_done(&f->causes);
	state_free(f->state);
}

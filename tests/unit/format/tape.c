/* SPDX-License-Identifier: Apache-2.0 */
#include "tape.h"

#include "base/err.h"
#include "base/fileio.h"
#include "format/container/source.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct maker {
	struct trace_writer *writer;
	uint64_t seq, time;
};

static struct event next(struct maker *m, uint8_t kind, uint32_t pid, uint32_t tid)
{
	m->time += 1000;
	return (struct event){
		.seq = ++m->seq, .time = m->time, .pid = pid, .tid = tid, .kind = kind};
}

static void add(struct maker *m, const struct event *e)
{
	assert_int_equal(batch_add(trace_writer_lock(m->writer), e, NULL), 0);
	trace_writer_unlock(m->writer);
}

static struct batch_slot begin_call(struct maker *m, uint32_t tid, uint64_t nr, uint64_t *ret_seq)
{
	static const uint8_t path[] = "/etc/hosts";
	const struct event_memory memory = {.address = 0x7000, .full = sizeof(path),
	                                    .data = path, .length = sizeof(path)};
	struct event e = next(m, EVENT_BEGUN, 10, tid);
	struct batch_slot slot;

	e.call.nr = nr;
	e.call.arch = EVENT_ARCH_X86_64;
	e.call.ip = 0x400000 + nr;
	e.call.args[0] = 3;
	e.call.args[1] = 0x7000;
	e.call.begun_seq = *ret_seq = e.seq;
	e.memory = &memory;
	e.memory_count = 1;
	assert_int_equal(batch_add(trace_writer_lock(m->writer), &e, &slot), 0);
	trace_writer_unlock(m->writer);
	return slot;
}

static void end_call(struct maker *m, uint32_t tid, struct batch_slot slot, uint64_t begun,
                     int64_t result)
{
	static const uint8_t data[] = {0, 1, 2, 0xff};
	const struct event_memory memory = {.address = 0x8000, .full = 70000, .data = data,
	                                    .length = sizeof(data), .when = EVENT_AT_EXIT,
	                                    .unreadable = true};
	struct event e = next(m, EVENT_END, 10, tid);

	e.call.begun_seq = begun;
	e.call.end_seq = e.seq;
	e.call.ret = result;
	e.call.duration = 1000;
	e.call.state = EVENT_FINISHED;
	e.memory = &memory;
	e.memory_count = 1;
	assert_int_equal(batch_finish(trace_writer_lock(m->writer), slot, &e), 0);
	trace_writer_unlock(m->writer);
}

static void add_lineage(struct maker *m)
{
	uint8_t info[EVENT_SIGINFO_SIZE] = {17};
	struct event e = next(m, EVENT_FORK, 10, 10);

	e.fork = (struct event_fork){11, 12, FORK_VFORK, true};
	add(m, &e);
	e = next(m, EVENT_EXEC, 11, 11);
	e.exec = (struct event_exec){12, "/bin/ls", (const uint8_t *)"ls\0-l", 6};
	add(m, &e);
	e = next(m, EVENT_SIGNAL, 10, 10);
	e.signal = (struct event_signal){17, info, sizeof(info)};
	add(m, &e);
	e = next(m, EVENT_STOP, 10, 10);
	e.signal = (struct event_signal){19, NULL, 0};
	add(m, &e);
	e = next(m, EVENT_EXIT, 11, 11);
	e.exit = (struct event_exit){3 << 8, true};
	add(m, &e);
}

static void add_data(struct maker *m, uint64_t begun)
{
	static const uint8_t more[] = "more";
	const struct event_memory memory = {.address = 0x9000, .full = 4, .data = more, .length = 4};
	struct event e = next(m, EVENT_DATA, 10, 10);

	e.call.begun_seq = begun;
	e.memory = &memory;
	e.memory_count = 1;
	add(m, &e);
}

/* Two calls that overlap, one of them around everything else. */
static void add_round(struct maker *m)
{
	uint64_t outer, inner;
	struct batch_slot a = begin_call(m, 10, 257, &outer), b;

	b = begin_call(m, 12, 0, &inner);
	end_call(m, 12, b, inner, -11);
	add_lineage(m);
	end_call(m, 10, a, outer, INT64_MIN);
	add_data(m, outer);
}

static void add_snapshot(struct maker *m)
{
	struct meta_snapshot s = {.seq = 2, .time = 5, .process_count = 1};
	struct meta_process *p = s.processes = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->pid = 10;
	p->exe = (struct meta_bytes){(uint8_t *)strdup("/bin/sh"), 7};
	p->fds = calloc(1, sizeof(*p->fds));
	p->fds[0] = (struct meta_fd){3, 2, 77, {(uint8_t *)strdup("/tmp/x"), 6}};
	p->fd_count = 1;
	assert_int_equal(trace_writer_snapshot(m->writer, &s), 0);
	assert_null(s.processes);
}

static void write_tape(const struct tape_plan *plan, int fd)
{
	const struct trace_writer_options options = {
		.fd = fd, .chunk_size = plan->chunk_size, .frame_size = plan->frame_size,
		.flush_ms = 60000};
	struct meta_header header = {.incompatible = plan->incompatible,
	                             .payload_limit = UINT64_MAX,
	                             .tool = (char *)(uintptr_t)"test"};
	struct meta_trailer trailer = {.has_status = true, .status = 7 << 8, .calls = 2};
	struct trace_writer_totals totals;
	struct err err = {0};
	struct maker m = {0};

	assert_int_equal(trace_writer_start(&options, &header, &m.writer, &err), 0);
	add_snapshot(&m);
	for (unsigned i = 0; i < (plan->rounds ? plan->rounds : 1); i++)
		add_round(&m);
	assert_int_equal(trace_writer_finish(m.writer, &trailer, &totals, &err), 0);
	assert_int_equal(totals.lost, 0);
	free(trailer.frames);
	trace_writer_free(m.writer);
}

/* The offset of the last data frame, the trailer's: from the seek table's sizes. */
static size_t trailer_offset(const struct buf *tape)
{
	const uint8_t *end = (const uint8_t *)tape->data + tape->size;
	uint32_t count = 0, size = 0;
	size_t table;

	memcpy(&count, end - 9, 4);
	table = 8 + count * 8u + 9;
	memcpy(&size, end - 9 - 8, 4);
	return tape->size - table - size;
}

void tape_make(const struct tape_plan *plan, struct buf *ret)
{
	int fd = memfd_create("tape", MFD_CLOEXEC);
	size_t before = ret->size;
	off_t size;

	assert_true(fd >= 0);
	write_tape(plan, fd);
	size = lseek(fd, 0, SEEK_CUR);
	assert_true(size > 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(fileio_read(fd, buf_extend(ret, (size_t)size), (size_t)size), size);
	close(fd);
	if (plan->no_trailer) {
		assert_int_equal(before, 0);
		buf_truncate(ret, trailer_offset(ret));
	}
}

static void say_memory(struct buf *text, const struct event *e)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];
		uint32_t sum = 0;

		for (uint32_t k = 0; k < m->length; k++)
			sum = sum * 31 + m->data[k];
		buf_printf(text, " [%d %" PRIx64 " %u/%" PRIu64 " %d %08x]", m->when, m->address,
		           m->length, m->full, m->unreadable, sum);
	}
}

void tape_say_event(struct buf *text, const struct event *e)
{
	buf_printf(text, "%" PRIu64 " %" PRIu64 " %u/%u kind %u:", e->seq, e->time, e->pid, e->tid,
	           e->kind);
	if (event_is_call(e))
		buf_printf(text, " %x %" PRIu64 "(%" PRIx64 ", %" PRIx64 ") ip %" PRIx64 " = %" PRId64
		           " state %u begun %" PRIu64 " end %" PRIu64 " took %" PRIu64,
		           e->call.arch, e->call.nr, e->call.args[0], e->call.args[1], e->call.ip,
		           e->call.ret, e->call.state, e->call.begun_seq, e->call.end_seq,
		           e->call.duration);
	else if (e->kind == EVENT_FORK)
		buf_printf(text, " %u %u %u %d", e->fork.child_pid, e->fork.child_tid, e->fork.kind,
		           e->fork.creator_known);
	else if (e->kind == EVENT_EXEC)
		buf_printf(text, " %u %s %zu %s", e->exec.former_tid, e->exec.path, e->exec.argv_size,
		           e->exec.argv_size ? (const char *)e->exec.argv : "");
	else if (e->kind == EVENT_EXIT)
		buf_printf(text, " %x %d", e->exit.status, e->exit.process);
	else
		buf_printf(text, " %u %zu", e->signal.number, e->signal.info_size);
	say_memory(text, e);
	buf_char(text, '\n');
}

static void take(struct tape_content *c, const struct trace_item *item)
{
	switch (item->kind) {
	case ITEM_HEADER:
		c->headers++;
		break;
	case ITEM_SNAPSHOT:
		c->snapshots++;
		break;
	case ITEM_EVENT:
		c->events++;
		c->calls += item->event->kind == EVENT_CALL;
		tape_say_event(&c->text, item->event);
		break;
	case ITEM_TRAILER:
		c->trailers++;
		break;
	case ITEM_DAMAGE:
		c->damages++;
		c->tails += item->damage->tail;
		break;
	}
}

void tape_read(const void *data, size_t size, bool as_pipe, struct tape_content *ret)
{
	const struct trace_stream_options options = {0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err err = {0};

	*ret = (struct tape_content){0};
	assert_int_equal(trace_source_memory(data, size, as_pipe, &source), 0);
	ret->result = trace_stream_open(source, &options, &stream, &err);
	if (ret->result == 0) {
		while ((ret->result = trace_stream_next(stream, &item, &err)) > 0)
			take(ret, &item);
		trace_stream_free(stream);
	}
	snprintf(ret->error, sizeof(ret->error), "%.255s", err.text);
}

void tape_content_done(struct tape_content *c)
{
	buf_done(&c->text);
}

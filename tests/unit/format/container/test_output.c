/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording in several tapes: parts and rings of tiny sizes, by way of the writer. The
 * calls carry numbers: none may be missing between two parts, and a ring must hold the
 * newest.
 */
#include "format/container/output.h"

#include "base/err.h"
#include "base/fileio.h"
#include "format/container/audit.h"
#include "format/container/source.h"
#include "format/container/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES_MAX = 64, PAYLOAD = 256, NR = 200, PID = 10, THREADS = 2, LIVE = 1 };

/* What there is of a test: files, the writer, and what has been counted. */
struct made {
	int fd[FILES_MAX];
	atomic_uint files;
	unsigned fail_from; /* 0: never */
	size_t chunk_size;  /* 0: each row is a chunk */
	struct trace_writer *writer;
	struct batch_slot slot;
	uint64_t seq, calls;
	size_t env_size, turns; /* bytes that make snapshots large; how many there were */
	size_t processes;       /* in a snapshot; 0: 1 */
};

static int open_next(void *context, unsigned number, char **ret_journal, struct err *err)
{
	struct made *m = context;

	*ret_journal = NULL;
	assert_true(number < FILES_MAX);
	if (m->fail_from && number >= m->fail_from)
		return err_set(err, ENOSPC, "no file %u", number);
	assert_int_equal(number, m->files);
	m->fd[number] = memfd_create("part", MFD_CLOEXEC);
	assert_true(m->fd[number] >= 0);
	m->files++;
	return fcntl(m->fd[number], F_DUPFD_CLOEXEC, 3);
}

static void start(struct made *m, uint64_t part_size, uint64_t ring_size)
{
	const struct trace_writer_options options = {
		.fd = -1,
		.chunk_size = m->chunk_size ? m->chunk_size : 1,
		.flush_ms = 1000000,
		.part_size = part_size,
		.ring_size = ring_size,
		.open = open_next,
		.open_context = m,
	};
	const struct meta_header header = {.uuid = {7},
					   .start_realtime = 5,
					   .start_monotonic = 6,
					   .payload_limit = UINT64_MAX};
	struct err err = {0};

	assert_int_equal(trace_writer_start(&options, &header, &m->writer, &err), 0);
}

/* Bytes that cannot be compressed. */
static void fill(uint8_t *bytes, size_t size, uint64_t seed)
{
	uint32_t x = (uint32_t)seed * 2654435761u | 1;

	for (size_t i = 0; i < size; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (uint8_t)x;
	}
}

static void begin(struct made *m, uint64_t argument)
{
	uint8_t bytes[PAYLOAD];
	const struct event_memory memory = {
		.address = 1, .full = PAYLOAD, .data = bytes, .length = PAYLOAD};
	struct event e = {.seq = ++m->seq,
			  .time = m->seq,
			  .pid = PID,
			  .tid = PID,
			  .kind = EVENT_BEGUN,
			  .memory_count = 1,
			  .memory = &memory,
			  .call = {.nr = NR, .arch = EVENT_ARCH_X86_64, .begun_seq = m->seq}};

	fill(bytes, sizeof(bytes), m->seq);
	e.call.args[0] = argument;
	m->calls++;
	assert_int_equal(batch_add(trace_writer_lock(m->writer), &e, &m->slot), 0);
	trace_writer_unlock(m->writer);
}

static void end(struct made *m, uint64_t begun)
{
	const struct event e = {.seq = m->seq + 1,
				.time = m->seq + 1,
				.pid = PID,
				.tid = PID,
				.kind = EVENT_END,
				.call = {.nr = NR,
					 .arch = EVENT_ARCH_X86_64,
					 .begun_seq = begun,
					 .end_seq = m->seq + 1,
					 .duration = m->seq + 1 - begun,
					 .state = EVENT_FINISHED}};

	m->seq++;
	assert_int_equal(batch_finish(trace_writer_lock(m->writer), m->slot, &e), 0);
	trace_writer_unlock(m->writer);
}

/* As the recorder makes it. @begun: place of the call in flight; 0: none. */
static void turn(struct made *m, uint64_t begun, uint64_t argument, bool write)
{
	const size_t count = m->processes ? m->processes : 1;
	struct trace_turn t = {.snapshot = {.seq = m->seq, .process_count = count},
			       .so_far = {.calls = m->calls,
					  .processes = 3,
					  .threads = 5,
					  .duration = m->seq,
					  .unfinished = begun != 0},
			       .processes = LIVE,
			       .threads = THREADS,
			       .write = write};
	struct meta_process *p = calloc(count, sizeof(*p));

	t.snapshot.processes = p;
	for (size_t i = 0; i < count; i++) {
		p[i].pid = PID + (uint32_t)i;
		p[i].env = (struct meta_bytes){malloc(m->env_size + 1), m->env_size};
		fill(p[i].env.data, m->env_size, m->seq);
	}
	p->in_flight = calloc(1, sizeof(*p->in_flight));
	p->in_flight_count = begun != 0;
	p->in_flight[0] = (struct meta_in_flight){
		.tid = PID, .arch = EVENT_ARCH_X86_64, .nr = NR, .args = {argument}, .seq = begun};
	m->turns++;
	assert_int_equal(trace_writer_turn(m->writer, &t), 0);
}

static int finish(struct made *m, struct trace_writer_totals *ret, struct err *err)
{
	struct meta_trailer trailer = {
		.calls = m->calls, .processes = 3, .threads = 5, .duration = m->seq};
	int r = trace_writer_finish(m->writer, &trailer, ret, err);

	trace_writer_free(m->writer);
	return r;
}

static void close_files(struct made *m)
{
	for (unsigned i = 0; i < m->files; i++)
		close(m->fd[i]);
}

/* ---- what is in a file ---- */

struct found {
	uint64_t first, last;  /* arguments of the first and the last call */
	uint64_t begun, ended; /* calls told as such; a whole one is both */
	uint64_t arguments;    /* calls whose argument follows that of the one before */
	size_t snapshots, processes;
	bool snapshot_first;       /* nothing came before the first snapshot */
	struct meta_header header; /* without its strings */
	struct meta_trailer trailer;
};

static struct trace_source *open_file(const struct made *m, unsigned number)
{
	char path[32];
	struct trace_source *source;
	struct err err = {0};

	snprintf(path, sizeof(path), "/proc/self/fd/%d", m->fd[number]);
	assert_int_equal(trace_source_open(path, &source, &err), 0);
	return source;
}

static void audit(const struct made *m, unsigned number)
{
	struct audit a = {0};
	struct trace_reader *reader;
	struct trace_record record;
	struct trace_damage damage;
	struct err err = {0};
	int r;

	assert_int_equal(trace_reader_open(open_file(m, number), &reader, &err), 0);
	while ((r = trace_reader_next(reader, &record, &err)) > 0) {
		if (audit_take(&a, &record, &damage))
			fail_msg("part %u: %s", number, damage.text);
	}
	assert_int_equal(r, 0);
	assert_int_equal(a.tapes, 1);
	audit_done(&a);
	trace_reader_free(reader);
}

static void take(struct found *f, const struct event *e)
{
	assert_int_equal(e->call.nr, NR);
	assert_int_equal(e->call.arch, EVENT_ARCH_X86_64);
	if (!f->begun && !f->ended)
		f->first = e->call.args[0];
	if (e->kind != EVENT_END) {
		f->arguments += !f->begun || e->call.args[0] == f->last + 1;
		f->begun++;
	}
	f->ended += e->kind != EVENT_BEGUN;
	f->last = e->call.args[0];
}

static struct found look(const struct made *m, unsigned number)
{
	const struct trace_stream_options options = {0};
	struct trace_stream *stream;
	struct trace_item item;
	struct found f = {0};
	struct err err = {0};
	int r;

	audit(m, number);
	assert_int_equal(trace_stream_open(open_file(m, number), &options, &stream, &err), 0);
	while ((r = trace_stream_next(stream, &item, &err)) > 0) {
		if (item.kind == ITEM_HEADER)
			f.header = *item.header;
		if (item.kind == ITEM_SNAPSHOT && !f.snapshots++)
			f.snapshot_first = !f.begun && !f.ended;
		if (item.kind == ITEM_SNAPSHOT)
			f.processes += item.snapshot->process_count;
		if (item.kind == ITEM_EVENT)
			take(&f, item.event);
		if (item.kind == ITEM_TRAILER)
			f.trailer = *item.trailer;
		assert_int_not_equal(item.kind, ITEM_DAMAGE);
	}
	assert_int_equal(r, 0);
	trace_stream_free(stream);
	return f;
}

/* ---- parts ---- */

static void test_parts(void **state)
{
	enum { CALLS = 100, PART = 4096 };
	struct trace_writer_totals totals;
	struct made m = {0};
	struct err err = {0};
	uint64_t next = 0, chunk = 0, size = 0;

	(void)state;
	start(&m, PART, 0);
	for (uint64_t i = 0; i < CALLS; i++) {
		if (trace_writer_wants_turn(m.writer))
			turn(&m, 0, 0, false);
		begin(&m, i);
		end(&m, m.seq);
	}
	assert_int_equal(finish(&m, &totals, &err), 0);
	assert_in_range(m.files, 5, 10);
	assert_int_equal(totals.files, m.files);
	for (unsigned i = 0; i < m.files; i++) {
		struct found f = look(&m, i);

		assert_int_equal(f.header.part, i + 1);
		assert_int_equal(f.header.first_chunk, chunk);
		assert_int_equal(f.header.start_realtime, 5);
		assert_int_equal(f.header.start_monotonic, 6);
		assert_int_equal(f.header.uuid[0] == 7 && !f.header.uuid[1] && !f.header.uuid[2],
				 i == 0);
		assert_int_equal(f.snapshots, i > 0);
		assert_true(i == 0 || f.snapshot_first);
		assert_int_equal(f.first, next);
		assert_int_equal(f.arguments, f.begun);
		assert_int_equal(f.trailer.calls, f.begun);
		assert_int_equal(f.trailer.processes, i == 0 ? 3 : LIVE);
		assert_int_equal(f.trailer.threads, i == 0 ? 5 : THREADS);
		next = f.last + 1;
		chunk += f.trailer.events;
		size += (uint64_t)lseek(m.fd[i], 0, SEEK_END);
	}
	assert_int_equal(next, CALLS);
	assert_int_equal(totals.compressed, size);
	close_files(&m);
}

/* A call that ends on another part than it began on is told there with what it was. */
static void test_call_across_parts(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {0};
	struct err err = {0};
	struct found f;

	(void)state;
	start(&m, UINT64_MAX, 0);
	begin(&m, 1234);
	turn(&m, 1, 1234, false);
	end(&m, 1);
	assert_int_equal(finish(&m, &totals, &err), 0);
	assert_int_equal(m.files, 2);
	f = look(&m, 0);
	assert_int_equal(f.begun, 1);
	assert_int_equal(f.ended, 0);
	assert_int_equal(f.trailer.calls, 1);
	assert_int_equal(f.trailer.unfinished, 1);
	f = look(&m, 1);
	assert_int_equal(f.begun, 0);
	assert_int_equal(f.ended, 1);
	assert_int_equal(f.first, 1234);
	assert_int_equal(f.trailer.calls, 0);
	assert_int_equal(f.trailer.events, 1);
	close_files(&m);
}

/* What waits to become a chunk when the turn comes belongs to the part before. */
static void test_open_batch(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {.chunk_size = 1 << 20};
	struct err err = {0};
	struct found f;

	(void)state;
	start(&m, UINT64_MAX, 0);
	for (uint64_t i = 0; i < 5; i++) {
		begin(&m, i);
		if (i == 2)
			turn(&m, m.seq, i, false);
		end(&m, m.seq);
	}
	assert_int_equal(finish(&m, &totals, &err), 0);
	f = look(&m, 0);
	assert_int_equal(f.begun, 3);
	assert_int_equal(f.ended, 2);
	f = look(&m, 1);
	assert_int_equal(f.first, 2);
	assert_int_equal(f.begun, 2);
	assert_int_equal(f.ended, 3);
	close_files(&m);
}

/* A snapshot that does not fit into one record. */
static void test_many_processes(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {.env_size = 1 << 20, .processes = 40};
	struct err err = {0};
	struct found f;

	(void)state;
	start(&m, UINT64_MAX, 0);
	turn(&m, 0, 0, false);
	assert_int_equal(finish(&m, &totals, &err), 0);
	f = look(&m, 1);
	assert_int_equal(f.processes, 40);
	assert_in_range(f.snapshots, 3, 8);
	assert_int_equal(f.trailer.note_count, 0);
	close_files(&m);
}

/* The next file cannot be had: a write error as any other. The parts so far are whole. */
static void test_no_file(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {.fail_from = 1};
	struct err err = {0};

	(void)state;
	start(&m, UINT64_MAX, 0);
	begin(&m, 0);
	end(&m, 1);
	turn(&m, 0, 0, false);
	begin(&m, 1);
	assert_int_equal(finish(&m, &totals, &err), -ENOSPC);
	assert_string_equal(err.text, "no file 1");
	assert_int_equal(totals.lost, 1);
	assert_int_equal(look(&m, 0).begun, 1);
	close_files(&m);
}

/* ---- the ring ---- */

enum { RING = 64 << 10, RING_CALLS = 1000 };

static void fill_ring(struct made *m)
{
	start(m, 0, RING);
	for (uint64_t i = 0; i < RING_CALLS; i++) {
		if (trace_writer_wants_turn(m->writer))
			turn(m, 0, 0, false);
		begin(m, i);
		end(m, m->seq);
	}
}

static void test_ring(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {0};
	struct err err = {0};
	struct found f;

	(void)state;
	fill_ring(&m);
	assert_int_equal(m.files, 0);
	assert_int_equal(finish(&m, &totals, &err), 0);
	assert_int_equal(m.files, 1);
	assert_int_equal(totals.files, 1);
	f = look(&m, 0);
	assert_int_equal(f.last, RING_CALLS - 1);
	assert_int_equal(f.arguments, f.begun);
	assert_int_equal(f.trailer.calls, f.begun);
	/* Full to all but a frame, and no more than that: header and trailer come to it. */
	assert_in_range(f.begun * PAYLOAD, RING / 2, RING);
	assert_in_range(lseek(m.fd[0], 0, SEEK_END), RING / 2, RING + 1024);
	assert_true(f.snapshots >= 8);
	assert_true(f.snapshot_first);
	assert_true(f.header.first_chunk > 0);
	assert_int_equal(f.header.part, 0);
	assert_int_equal(f.trailer.note_count, 1);
	close_files(&m);
}

/* Snapshots that are larger than a frame should be do not make for one frame after the other. */
static void test_large_snapshots(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {.env_size = RING / 8};
	struct err err = {0};
	struct found f;

	(void)state;
	fill_ring(&m);
	assert_in_range(m.turns, 10, RING_CALLS * 400 / (RING / 16));
	assert_int_equal(finish(&m, &totals, &err), 0);
	f = look(&m, 0);
	assert_int_equal(f.last, RING_CALLS - 1);
	assert_int_equal(f.arguments, f.begun);
	close_files(&m);
}

/* Written in the middle, and again at the end: both are tapes, with what was newest then. */
static void test_dumps(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {0};
	struct err err = {0};
	struct found f;

	(void)state;
	fill_ring(&m);
	turn(&m, 0, 0, true);
	for (uint64_t i = 0; i < 3; i++) {
		begin(&m, RING_CALLS + i);
		end(&m, m.seq);
	}
	assert_int_equal(finish(&m, &totals, &err), 0);
	assert_int_equal(m.files, 2);
	f = look(&m, 0);
	assert_int_equal(f.last, RING_CALLS - 1);
	assert_int_equal(f.arguments, f.begun);
	f = look(&m, 1);
	assert_int_equal(f.last, RING_CALLS + 2);
	assert_int_equal(f.arguments, f.begun);
	close_files(&m);
}

/* It is written at once, though no event follows. */
static void test_dump_while_idle(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {0};
	struct err err = {0};

	(void)state;
	start(&m, 0, RING);
	begin(&m, 0);
	turn(&m, 1, 0, true);
	while (!atomic_load(&m.files))
		sched_yield();
	trace_writer_forget(m.writer);
	assert_int_equal(finish(&m, &totals, &err), 0);
	assert_int_equal(m.files, 1);
	assert_int_equal(look(&m, 0).begun, 1);
	close_files(&m);
}

/* Nothing has happened yet: a tape all the same, whose maker may be waited for. */
static void test_dump_of_nothing(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {0};
	struct err err = {0};
	struct found f;

	(void)state;
	start(&m, 0, RING);
	turn(&m, 0, 0, true);
	trace_writer_forget(m.writer);
	assert_int_equal(finish(&m, &totals, &err), 0);
	assert_int_equal(m.files, 1);
	f = look(&m, 0);
	assert_int_equal(f.begun, 0);
	assert_int_equal(f.trailer.processes, 3);
	close_files(&m);
}

static void test_forgotten(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {0};
	struct err err = {0};

	(void)state;
	fill_ring(&m);
	trace_writer_forget(m.writer);
	assert_int_equal(finish(&m, &totals, &err), 0);
	assert_int_equal(m.files, 0);
	assert_int_equal(totals.files, 0);
	assert_int_equal(totals.compressed, 0);
}

/* A tape that cannot be written is told at the end, and loses nothing of the ring. */
static void test_dump_fails(void **state)
{
	struct trace_writer_totals totals;
	struct made m = {.fail_from = 1};
	struct err err = {0};

	(void)state;
	fill_ring(&m);
	turn(&m, 0, 0, true);
	turn(&m, 0, 0, true);
	begin(&m, RING_CALLS);
	assert_int_equal(trace_writer_error(m.writer, &err), 0);
	assert_int_equal(finish(&m, &totals, &err), -ENOSPC);
	assert_int_equal(totals.lost, 0);
	assert_int_equal(m.files, 1);
	assert_int_equal(look(&m, 0).last, RING_CALLS - 1);
	close_files(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),           cmocka_unit_test(test_call_across_parts),
		cmocka_unit_test(test_open_batch),      cmocka_unit_test(test_many_processes),
		cmocka_unit_test(test_no_file),         cmocka_unit_test(test_ring),
		cmocka_unit_test(test_large_snapshots), cmocka_unit_test(test_dumps),
		cmocka_unit_test(test_dump_while_idle), cmocka_unit_test(test_dump_of_nothing),
		cmocka_unit_test(test_forgotten),       cmocka_unit_test(test_dump_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

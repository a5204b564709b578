/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of a tape, read by its index, is what is there of it when all is read: threads that
 * come, go, are killed and take their process over in and outside of calls of any length, in
 * frames so small that most lie outside of any part.
 */
#include "../tape.h"

#include "base/err.h"
#include "base/fileio.h"
#include "format/container/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	THREADS = 12,
	STEPS = 4000,
	PARTS = 400,
	WINDOW = 3000,
	CHUNK = 600,
	FRAME = 2000,
	STEP_NS = 1000,
};

struct call {
	struct batch_slot slot;
	uint64_t begun;
};

struct world {
	struct trace_writer *writer;
	struct call calls[THREADS]; /* begun 0: in none */
	uint64_t seq, time;
	uint32_t seed;
	struct buf tape;
};

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* ---- the tape ---- */

static struct event at(struct world *w, uint8_t kind, uint32_t thread)
{
	w->time += STEP_NS;
	return (struct event){
		.seq = ++w->seq, .time = w->time, .pid = 100, .tid = 100 + thread, .kind = kind};
}

static void begin_call(struct world *w, uint32_t thread)
{
	static const uint8_t path[] = "/etc/hosts";
	const struct event_memory memory = {
		.address = 0x7000, .full = sizeof(path), .data = path, .length = sizeof(path)};
	struct event e = at(w, EVENT_BEGUN, thread);

	e.call = (struct event_call){.nr = e.seq % 300,
				     .args = {e.seq, 0x7000},
				     .arch = EVENT_ARCH_X86_64,
				     .begun_seq = e.seq};
	e.memory = &memory;
	e.memory_count = 1;
	assert_int_equal(batch_add(trace_writer_lock(w->writer), &e, &w->calls[thread].slot), 0);
	trace_writer_unlock(w->writer);
	w->calls[thread].begun = e.seq;
}

static void end_call(struct world *w, uint32_t thread)
{
	struct event e = at(w, EVENT_END, thread);

	e.call = (struct event_call){.begun_seq = w->calls[thread].begun,
				     .end_seq = e.seq,
				     .ret = (int64_t)e.seq,
				     .duration = 7,
				     .state = EVENT_FINISHED};
	assert_int_equal(batch_finish(trace_writer_lock(w->writer), w->calls[thread].slot, &e), 0);
	trace_writer_unlock(w->writer);
	w->calls[thread].begun = 0;
}

static void add(struct world *w, const struct event *e)
{
	assert_int_equal(batch_add(trace_writer_lock(w->writer), e, NULL), 0);
	trace_writer_unlock(w->writer);
}

/* Killed, and another of its number is born. */
static void kill_thread(struct world *w, uint32_t thread)
{
	struct event e = at(w, EVENT_EXIT, thread);

	e.exit = (struct event_exit){9, false};
	add(w, &e);
	w->calls[thread].begun = 0;
	e = at(w, EVENT_FORK, 0);
	e.fork = (struct event_fork){100, 100 + thread, FORK_THREAD, true};
	add(w, &e);
}

static void begin_or_end(struct world *w, uint32_t thread)
{
	if (w->calls[thread].begun)
		end_call(w, thread);
	else
		begin_call(w, thread);
}

/* A thread becomes the first one, whose call is never to return. */
static void take_over(struct world *w, uint32_t thread)
{
	struct event e;

	if (!w->calls[thread].begun)
		return;
	e = at(w, EVENT_EXEC, 0);
	e.exec = (struct event_exec){100 + thread, "/bin/x", NULL, 0};
	add(w, &e);
	w->calls[0] = w->calls[thread];
	w->calls[thread].begun = 0;
	for (int i = 0; i < 3; i++)
		begin_or_end(w, 1 + next(&w->seed) % (THREADS - 1));
	end_call(w, 0);
}

/* Some threads hardly ever do anything. */
static uint32_t choose(struct world *w)
{
	uint32_t thread = next(&w->seed) % THREADS;

	return thread < THREADS / 2 && next(&w->seed) % 60 ? THREADS - 1 - thread : thread;
}

static void step(struct world *w)
{
	uint32_t thread = choose(w), what = next(&w->seed) % 200;

	if (what == 0 && thread)
		kill_thread(w, thread);
	else if (what == 1 && thread)
		take_over(w, thread);
	else
		begin_or_end(w, thread);
}

static void slurp(int fd, struct buf *ret)
{
	off_t size = lseek(fd, 0, SEEK_CUR);

	assert_true(size > 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(fileio_read(fd, buf_extend(ret, (size_t)size), (size_t)size), size);
}

/* With calls that were in flight when it began. */
static void add_snapshot(struct world *w)
{
	struct meta_snapshot s = {.process_count = 1};
	struct meta_process *p = s.processes = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->pid = 100;
	p->in_flight = calloc(2, sizeof(*p->in_flight));
	assert_non_null(p->in_flight);
	p->in_flight_count = 2;
	for (uint32_t i = 0; i < 2; i++)
		p->in_flight[i] = (struct meta_in_flight){
			.tid = 101 + i, .arch = EVENT_ARCH_X86_64, .nr = 7, .seq = 10 + i};
	assert_int_equal(trace_writer_snapshot(w->writer, &s), 0);
}

static void make(struct world *w, uint32_t seed)
{
	int fd = memfd_create("tape", MFD_CLOEXEC);
	const struct trace_writer_options options = {
		.fd = fd, .chunk_size = CHUNK, .frame_size = FRAME, .flush_ms = 60000};
	const struct meta_header header = {.tool = (char *)(uintptr_t) "test"};
	struct meta_trailer trailer = {.calls = 1};
	struct trace_writer_totals totals;
	struct err err = {0};

	*w = (struct world){.seed = seed, .seq = 100};
	assert_true(fd >= 0);
	assert_int_equal(trace_writer_start(&options, &header, &w->writer, &err), 0);
	add_snapshot(w);
	for (int i = 0; i < STEPS; i++)
		step(w);
	assert_int_equal(trace_writer_finish(w->writer, &trailer, &totals, &err), 0);
	trace_writer_free(w->writer);
	slurp(fd, &w->tape);
	close(fd);
}

/* ---- reading ---- */

struct part {
	struct trace_stream_options options;
	bool as_pipe;
	struct buf text;
	size_t trailers, headers, snapshots;
	uint64_t raw;
};

static bool is_wanted(const struct trace_stream_options *o, const struct event *e)
{
	return e->seq >= o->from_seq && e->time >= o->from_time &&
	       (!o->until_seq || e->seq <= o->until_seq) &&
	       (!o->until_time || e->time <= o->until_time);
}

static void take(struct part *p, const struct trace_item *item)
{
	assert_int_not_equal(item->kind, ITEM_DAMAGE);
	p->headers += item->kind == ITEM_HEADER;
	p->trailers += item->kind == ITEM_TRAILER;
	p->snapshots += item->kind == ITEM_SNAPSHOT;
	if (item->kind == ITEM_TRAILER)
		assert_int_equal(item->trailer->calls, 1);
	if (item->kind == ITEM_EVENT && is_wanted(&p->options, item->event))
		tape_say_event(&p->text, item->event);
}

static void read_part(const struct buf *tape, struct part *p)
{
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err err = {0};
	int r;

	assert_int_equal(trace_source_memory(tape->data, tape->size, p->as_pipe, &source), 0);
	assert_int_equal(trace_stream_open(source, &p->options, &stream, &err), 0);
	while ((r = trace_stream_next(stream, &item, &err)) > 0)
		take(p, &item);
	assert_int_equal(r, 0);
	assert_int_equal(trace_stream_next(stream, &item, &err), 0);
	assert_int_equal(p->trailers, 1);
	assert_int_equal(p->headers, 1);
	assert_int_equal(p->snapshots, 1);
	p->raw = trace_stream_raw(stream);
	trace_stream_free(stream);
}

/* Of long texts only the lines that differ are shown. */
static void assert_same_lines(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	while (n && a[n - 1] != '\n')
		n--;
	if (strcmp(a + n, b + n) != 0)
		fail_msg("%.200s\nis not\n%.200s", a + n, b + n);
}

/* Returns how many bytes fewer were decompressed. */
static uint64_t compare(const struct buf *tape, const struct trace_stream_options *options)
{
	struct part whole = {.options = *options, .as_pipe = true}, part = {.options = *options};

	read_part(tape, &whole);
	read_part(tape, &part);
	assert_same_lines(buf_text(&part.text), buf_text(&whole.text));
	assert_true(part.raw <= whole.raw);
	buf_done(&whole.text);
	buf_done(&part.text);
	return whole.raw - part.raw;
}

static struct trace_stream_options a_part(const struct world *w, uint32_t *seed)
{
	struct trace_stream_options o = {.window = WINDOW, .unordered = next(seed) % 8 == 0};
	uint64_t from = 100 + next(seed) % (w->seq - 100), length = next(seed) % 300;

	if (next(seed) % 2) {
		o.from_seq = from;
		o.until_seq = next(seed) % 3 ? from + length : 0;
	} else {
		o.from_time = (from - 100) * STEP_NS;
		o.until_time = next(seed) % 3 ? o.from_time + length * STEP_NS : 0;
	}
	return o;
}

static void test_any_part(void **state)
{
	struct world w;
	uint32_t seed = 5;
	uint64_t saved = 0, least = 0;

	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		make(&w, i);
		for (int k = 0; k < PARTS; k++) {
			struct trace_stream_options o = a_part(&w, &seed);

			saved += compare(&w.tape, &o);
		}
		least += w.tape.size;
		buf_done(&w.tape);
	}
	assert_true(saved > least);
}

static void test_edges(void **state)
{
	struct world w;

	(void)state;
	make(&w, 7);
	/* All, the first, the last, nothing. */
	assert_int_equal(compare(&w.tape, &(struct trace_stream_options){.from_seq = 1}), 0);
	assert_true(compare(&w.tape,
			    &(struct trace_stream_options){.until_seq = 101, .window = WINDOW}));
	assert_true(compare(&w.tape,
			    &(struct trace_stream_options){.from_seq = w.seq, .window = WINDOW}));
	assert_true(compare(
		&w.tape, &(struct trace_stream_options){.from_seq = w.seq + 1, .window = WINDOW}));
	assert_true(compare(&w.tape,
			    &(struct trace_stream_options){.until_time = 1, .window = WINDOW}));
	buf_done(&w.tape);
}

/* Without its end, or twice in a file, there is no index, and everything is read. */
static void test_no_index(void **state)
{
	const struct trace_stream_options options = {.from_seq = 3000, .until_seq = 3010};
	struct part part = {.options = options};
	struct world w;

	(void)state;
	make(&w, 8);
	buf_char(&w.tape, '\0');
	w.tape.data[w.tape.size - 3] ^= 1;
	buf_truncate(&w.tape, w.tape.size - 1);
	read_part(&w.tape, &part);
	assert_true(part.raw > w.tape.size / 2);
	buf_done(&part.text);
	buf_done(&w.tape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_part),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_no_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

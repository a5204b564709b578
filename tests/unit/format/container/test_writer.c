/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer when the file does not take what it is given: it is full, it goes away, it
 * is slow. Tapes that are well written are in test_tape.c.
 */
#include "format/container/writer.h"

#include "../tape.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAYLOAD = 16 << 10, NEVER_MS = 1000000, LATE_MS = 1 };

static const struct meta_header header = {.payload_limit = UINT64_MAX};

static struct trace_writer *start(const struct trace_writer_options *options)
{
	struct trace_writer *w = NULL;
	struct err err = {0};

	assert_int_equal(trace_writer_start(options, &header, &w, &err), 0);
	return w;
}

/* An event with bytes that cannot be compressed. */
static void add(struct trace_writer *w, uint64_t seq)
{
	static uint8_t bytes[PAYLOAD];
	const struct event_memory memory = {
		.address = 1, .full = PAYLOAD, .data = bytes, .length = PAYLOAD};
	const struct event e = {.seq = seq,
				.pid = 1,
				.tid = 1,
				.kind = EVENT_EXIT,
				.memory_count = 1,
				.memory = &memory};
	uint32_t x = (uint32_t)seq * 2654435761u | 1;

	for (size_t i = 0; i < PAYLOAD; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (uint8_t)x;
	}
	assert_int_equal(batch_add(trace_writer_lock(w), &e, NULL), 0);
	trace_writer_unlock(w);
}

static int finish(struct trace_writer *w, struct trace_writer_totals *ret, struct err *err)
{
	struct meta_trailer trailer = {0};
	int r = trace_writer_finish(w, &trailer, ret, err);

	free(trailer.frames);
	trace_writer_free(w);
	return r;
}

/* ---- errors ---- */

static void test_full_from_the_start(void **state)
{
	const struct trace_writer_options options = {.fd = open("/dev/full", O_WRONLY | O_CLOEXEC)};
	struct trace_writer *w = NULL;
	struct err err = {0};

	(void)state;
	assert_true(options.fd >= 0);
	assert_int_equal(trace_writer_start(&options, &header, &w, &err), -ENOSPC);
	assert_string_equal(err.text, "cannot write the tape: No space left on device");
	assert_null(w);
	close(options.fd);
}

/* The reader of the pipe goes away. Nothing blocks, every event is counted. */
static void test_gone(void **state)
{
	enum { EVENTS = 500 };
	struct trace_writer_options options = {.queue = 1, .chunk_size = 1, .flush_ms = NEVER_MS};
	struct trace_writer_totals totals;
	struct trace_writer *w;
	struct err err = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	options.fd = ends[1];
	w = start(&options);
	assert_int_equal(trace_writer_error(w, &err), 0);
	close(ends[0]);
	for (uint64_t seq = 1; seq <= EVENTS; seq++)
		add(w, seq);
	/* By now the first chunk has been tried. */
	assert_int_equal(trace_writer_error(w, &err), -EPIPE);
	assert_string_equal(err.text, "cannot write the tape: Broken pipe");
	assert_int_equal(finish(w, &totals, &err), -EPIPE);
	assert_int_equal(totals.lost, EVENTS);
	assert_int_equal(totals.chunks, 0);
	close(ends[1]);
}

/* Runs a writer into a file that may have no more than @limit bytes. */
static void write_limited(int fd, rlim_t limit, uint64_t events, struct trace_writer_totals *ret)
{
	const struct trace_writer_options options = {
		.fd = fd, .chunk_size = 1, .flush_ms = NEVER_MS};
	struct trace_writer *w = start(&options);
	struct rlimit old, cut;
	struct err err = {0};

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	cut = (struct rlimit){limit, old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &cut), 0);
	for (uint64_t seq = 1; seq <= events; seq++)
		add(w, seq);
	assert_int_equal(finish(w, ret, &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_string_equal(err.text, "cannot write the tape: File too large");
}

/* What was written before is readable to the last whole chunk; what is missing is what
 * the writer says. */
static void test_full_in_the_middle(void **state)
{
	enum { EVENTS = 20 };
	int fd = memfd_create("tape", MFD_CLOEXEC);
	struct trace_writer_totals totals;
	struct tape_content content;
	struct buf tape = {0};
	off_t size;

	(void)state;
	assert_true(fd >= 0);
	write_limited(fd, 5 * PAYLOAD + 100, EVENTS, &totals);
	size = lseek(fd, 0, SEEK_END);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(fileio_read(fd, buf_extend(&tape, (size_t)size), (size_t)size), size);
	tape_read(tape.data, tape.size, false, &content);
	assert_int_equal(content.result, 0);
	assert_int_equal(content.tails, 1);
	assert_in_range(content.events, 4, 5);
	assert_int_equal(content.events, totals.chunks);
	assert_int_equal(content.events + totals.lost, EVENTS);
	tape_content_done(&content);
	buf_done(&tape);
	close(fd);
}

/* ---- a slow file ---- */

enum { SLOW_EVENTS = 60, SLOW_QUEUE = 2 };

struct adder {
	struct trace_writer *writer;
	int fd;
	size_t pipe_size;
	atomic_uint accepted;
	atomic_bool named;
	char stat[64]; /* of the adding thread, in /proc */
	struct trace_writer_totals totals;
	int result;
};

static void *add_all(void *context)
{
	struct adder *a = context;
	struct err err = {0};

	for (uint64_t seq = 1; seq <= SLOW_EVENTS; seq++) {
		add(a->writer, seq);
		atomic_fetch_add(&a->accepted, 1);
	}
	a->result = finish(a->writer, &a->totals, &err);
	close(a->fd);
	return NULL;
}

/* What may have been accepted when @drained bytes have been read: what these bytes and
 * those in the pipe can hold, one batch that is being written, and the queue. */
static void check_bound(struct adder *a, size_t drained)
{
	assert_true(atomic_load(&a->accepted) <=
		    (drained + a->pipe_size) / PAYLOAD + 1 + SLOW_QUEUE);
}

/* Reads all of it in small pieces, and looks at each how far the other side has come. */
static size_t drain(struct adder *a, int fd)
{
	char bytes[512];
	size_t drained = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		drained += (size_t)n;
		check_bound(a, drained);
		sched_yield();
		check_bound(a, drained);
	}
	assert_int_equal(n, 0);
	return drained;
}

/* A pipe that nobody reads: the one who adds must wait, not the memory grow. */
static void test_slow(void **state)
{
	struct trace_writer_options options = {
		.queue = SLOW_QUEUE, .chunk_size = 1, .flush_ms = NEVER_MS};
	struct adder a = {.result = 1};
	pthread_t thread;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	/* The least that there is: a page. */
	a.pipe_size = (size_t)fcntl(ends[1], F_SETPIPE_SZ, 1);
	assert_in_range(a.pipe_size, 1, PAYLOAD);
	options.fd = a.fd = ends[1];
	a.writer = start(&options);
	assert_int_equal(pthread_create(&thread, NULL, add_all, &a), 0);
	while (atomic_load(&a.accepted) < SLOW_QUEUE + 1)
		sched_yield();
	for (unsigned i = 0; i < 10000; i++) {
		check_bound(&a, 0);
		sched_yield();
	}
	assert_true(drain(&a, ends[0]) > SLOW_EVENTS * PAYLOAD);
	pthread_join(thread, NULL);
	assert_int_equal(a.result, 0);
	assert_int_equal(a.totals.lost, 0);
	assert_int_equal(a.totals.chunks, SLOW_EVENTS);
	close(ends[0]);
}

/* ---- a program that does nothing ---- */

/* What happened reaches the file though nothing more happens. */
static void test_flush(void **state)
{
	struct trace_writer_options options = {.flush_ms = 1};
	struct trace_writer_totals totals;
	struct trace_writer *w;
	struct err err = {0};
	char bytes[2 * PAYLOAD];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	options.fd = ends[1];
	w = start(&options);
	assert_true(read(ends[0], bytes, sizeof(bytes)) > 0);
	add(w, 1);
	for (size_t got = 0; got < PAYLOAD;) {
		ssize_t n = read(ends[0], bytes, sizeof(bytes));

		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_int_equal(finish(w, &totals, &err), 0);
	assert_int_equal(totals.chunks, 1);
	close(ends[0]);
	close(ends[1]);
}

/* ---- a thread that is behind ---- */

/* Adds two events to a pipe that nobody reads, the second when the first is late. */
static void *add_late(void *context)
{
	struct adder *a = context;
	uint64_t start;

	add(a->writer, 1);
	atomic_fetch_add(&a->accepted, 1);
	start = clock_now();
	while (clock_now() - start < LATE_MS * UINT64_C(2000000))
		sched_yield();
	add(a->writer, 2);
	atomic_fetch_add(&a->accepted, 1);
	return NULL;
}

/* Whether the thread sleeps, in a place where nothing but reading the pipe wakes it. */
static bool is_asleep(const char *stat)
{
	char text[256] = "";
	FILE *f = fopen(stat, "re");
	const char *state;

	assert_non_null(f);
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	state = strrchr(text, ')');
	return state && state[2] == 'S';
}

static void *say_name(void *context)
{
	struct adder *a = context;

	snprintf(a->stat, sizeof(a->stat), "/proc/self/task/%d/stat", (int)gettid());
	atomic_store(&a->named, true);
	return add_late(a);
}

/* How many of the two events were accepted while nobody read. */
static unsigned accept_late(const char *journal)
{
	struct trace_writer_options options = {
		.chunk_size = 1, .flush_ms = LATE_MS, .journal = journal};
	struct adder a = {.result = 1};
	struct err err = {0};
	unsigned accepted;
	pthread_t thread;
	char bytes[512];
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1) < PAYLOAD);
	options.fd = ends[1];
	a.writer = start(&options);
	assert_int_equal(pthread_create(&thread, NULL, say_name, &a), 0);
	while (!atomic_load(&a.named) || !atomic_load(&a.accepted))
		sched_yield();
	/* It makes no other call that would sleep. */
	for (unsigned asleep = 0; asleep < 100 && atomic_load(&a.accepted) < 2; sched_yield())
		asleep = is_asleep(a.stat) ? asleep + 1 : 0;
	accepted = atomic_load(&a.accepted);
	for (size_t got = 0; got < PAYLOAD;) {
		ssize_t n = read(ends[0], bytes, sizeof(bytes));

		assert_true(n > 0);
		got += (size_t)n;
	}
	/* The rest fits into no pipe. */
	close(ends[0]);
	pthread_join(thread, NULL);
	finish(a.writer, &a.totals, &err);
	close(ends[1]);
	return accepted;
}

/* What waits would be lost by a kill: no more may be handled. Not so with a journal. */
static void test_late(void **state)
{
	char journal[] = "/tmp/test-writer-XXXXXX";
	char name[64];

	(void)state;
	assert_int_equal(accept_late(NULL), 1);
	assert_non_null(mkdtemp(journal));
	snprintf(name, sizeof(name), "%s/journal", journal);
	assert_int_equal(accept_late(name), 2);
	assert_int_equal(rmdir(journal), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_from_the_start),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_full_in_the_middle),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

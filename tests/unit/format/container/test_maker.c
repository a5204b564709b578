/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the thread that reads ahead makes of events. Whether it has the time for an event is
 * chance; that there are some is not, since the caller waits for them.
 */
#include "../tape.h"

#include "format/container/ahead.h"
#include "format/container/maker.h"
#include "format/container/source.h"

#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
	PATIENCE_S = 120,
	WAIT_AT = 400,   /* an event behind the chunks that are read without a thread */
	PIECE = 1 << 20, /* bytes made of an event, where there are to be many */
	PIECES_WANTED = 20,
	OUT_MAX = 24 << 20, /* of what is made and not taken, before one more chunk, */
	CHUNK_MAX = 4 << 20 /* of which there may be so much, before one more event */
};

/* Some hundred chunks, of some ten events each. */
static const struct tape_plan plan = {.rounds = 300, .chunk_size = 1500, .frame_size = 20000};

struct making {
	bool pieces; /* each of PIECE bytes; else the event as a line */
	sem_t made;
	atomic_size_t out; /* bytes that the caller has not come to */
	atomic_bool too_much, other_kind;
};

static void make(void *context, const struct event *e, struct buf *ret)
{
	struct making *m = context;
	const size_t from = ret->size;

	if (e->kind != EVENT_CALL)
		m->other_kind = true;
	if (m->pieces)
		memset(buf_extend(ret, PIECE), 'x', PIECE);
	else if (e->call.nr % 2)
		tape_say_event(ret, e);
	if (atomic_fetch_add(&m->out, ret->size - from) > OUT_MAX + CHUNK_MAX)
		m->too_much = true;
	sem_post(&m->made);
}

static void wait_for(struct making *m, size_t count)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	for (size_t i = 0; i < count; i++) {
		while (sem_timedwait(&m->made, &until) < 0)
			assert_int_equal(errno, EINTR);
	}
}

static void check(struct making *m, const struct trace_item *item)
{
	struct buf text = {0};

	if (!item->made)
		return;
	tape_say_event(&text, item->event);
	if (m->pieces)
		assert_int_equal(item->made_size, PIECE);
	else
		assert_int_equal(item->made_size, text.size);
	if (!m->pieces)
		assert_memory_equal(item->made, text.data, text.size);
	atomic_fetch_sub(&m->out, item->made_size);
	buf_done(&text);
}

/* Reads the tape, and waits once for @count events that something is made of. Returns of how many
 * there was something; all are in @ret. */
static size_t read_tape(const struct buf *tape, struct making *m, size_t count, struct buf *ret)
{
	const struct trace_stream_options options = {
		.window = 1, .maker = {make, m}, .one_thread = !count};
	struct trace_source *source;
	struct trace_stream *s;
	struct trace_item item;
	size_t events = 0, made = 0;
	int r;

	assert_int_equal(sem_init(&m->made, 0, 0), 0);
	assert_int_equal(trace_source_memory(tape->data, tape->size, false, &source), 0);
	assert_int_equal(trace_stream_open(source, &options, &s, NULL), 0);
	while ((r = trace_stream_next(s, &item, NULL)) > 0) {
		if (item.kind != ITEM_EVENT) {
			assert_null(item.made);
			continue;
		}
		if (++events == WAIT_AT && count)
			wait_for(m, count);
		check(m, &item);
		made += item.made != NULL;
		tape_say_event(ret, item.event);
	}
	assert_int_equal(r, 0);
	assert_true(events > WAIT_AT);
	trace_stream_free(s);
	sem_destroy(&m->made);
	assert_false(m->other_kind);
	return made;
}

static void compare(struct making *m, size_t count)
{
	struct buf tape = {0}, alone = {0}, both = {0};

	if (!trace_ahead_pays())
		skip();
	tape_make(&plan, &tape);
	assert_int_equal(read_tape(&tape, m, 0, &alone), 0);
	assert_true(read_tape(&tape, m, count, &both) > 0);
	assert_string_equal(buf_text(&alone), buf_text(&both));
	buf_done(&tape);
	buf_done(&alone);
	buf_done(&both);
}

static void test_made(void **state)
{
	struct making m = {.pieces = false};

	(void)state;
	compare(&m, 1);
}

/* However long the caller is about it. */
static void test_bounded(void **state)
{
	struct making m = {.pieces = true};

	(void)state;
	compare(&m, PIECES_WANTED);
	assert_false(m.too_much);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

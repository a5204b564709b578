/* SPDX-License-Identifier: Apache-2.0 */
/* Tapes made of the items of others: nothing is lost, and rows stand where they must. */
#include "../tape.h"

#include "base/err.h"
#include "format/container/audit.h"
#include "format/container/compose.h"
#include "format/container/limits.h"
#include "format/container/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FAR_BEHIND = 1000, PAGE = 4096 };

static struct trace_composer *composer_for(struct buf *tape)
{
	const struct meta_header header = {.page_size = PAGE};
	struct trace_composer *c = NULL;
	struct err err = {0};

	assert_int_equal(trace_composer_new(sink_memory(tape), 1, &header, &c, &err), 0);
	return c;
}

static void finish(struct trace_composer *c, struct meta_trailer *t)
{
	struct err err = {0};

	t->reason = strdup("");
	assert_int_equal(trace_composer_finish(c, t, &err), 0);
	trace_composer_free(c);
}

/* Nothing in it contradicts itself. */
static void check_sound(const struct buf *tape, uint64_t *ret_chunks)
{
	struct trace_source *source;
	struct trace_reader *reader;
	struct trace_damage damage;
	struct trace_record record;
	struct audit a = {0};
	struct err err = {0};
	uint64_t last = 0, last_exit = 0;

	assert_int_equal(trace_source_memory(tape->data, tape->size, false, &source), 0);
	assert_int_equal(trace_reader_open(source, &reader, &err), 0);
	while (trace_reader_next(reader, &record, &err) > 0) {
		assert_int_equal(audit_take(&a, &record, &damage), 0);
		if (record.kind != RECORD_BATCH)
			continue;
		/* All places of a chunk lie behind all of those before. */
		for (size_t i = 0; i < record.batch->count; i++) {
			const struct event *e = &record.batch->rows[i];
			uint64_t exit = e->kind == EVENT_CALL ? e->call.end_seq : e->seq;

			assert_true(e->seq > last);
			last_exit = exit > last_exit ? exit : last_exit;
		}
		last = last_exit;
	}
	*ret_chunks = a.chunks;
	trace_reader_free(reader);
	audit_done(&a);
}

/* ---- what there was is there again ---- */

static void compose(const struct buf *tape, struct buf *ret)
{
	const struct trace_stream_options options = {0};
	struct trace_composer *c = composer_for(ret);
	struct meta_trailer trailer = {0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err err = {0};

	assert_int_equal(trace_source_memory(tape->data, tape->size, false, &source), 0);
	assert_int_equal(trace_stream_open(source, &options, &stream, &err), 0);
	while (trace_stream_next(stream, &item, &err) > 0) {
		if (item.kind == ITEM_EVENT)
			assert_int_equal(trace_composer_event(c, item.event, &err), 0);
		else if (item.kind == ITEM_SNAPSHOT)
			assert_int_equal(trace_composer_snapshot(c, item.snapshot, &err), 0);
	}
	trace_stream_free(stream);
	finish(c, &trailer);
	meta_trailer_done(&trailer);
}

static void test_all_kinds(void **state)
{
	const struct tape_plan plan = {.rounds = 20, .chunk_size = 300, .frame_size = 2000};
	struct tape_content before, after;
	struct buf tape = {0}, copy = {0}, again = {0};
	uint64_t chunks;

	(void)state;
	tape_make(&plan, &tape);
	compose(&tape, &copy);
	tape_read(tape.data, tape.size, false, &before);
	tape_read(copy.data, copy.size, false, &after);
	assert_int_equal(after.result, 0);
	assert_int_equal(before.events, after.events);
	assert_int_equal(before.calls, after.calls);
	assert_int_equal(before.snapshots, after.snapshots);
	assert_int_equal(after.damages, 0);
	check_sound(&copy, &chunks);
	compose(&tape, &again);
	assert_int_equal(copy.size, again.size);
	assert_memory_equal(copy.data, again.data, copy.size);
	tape_content_done(&before);
	tape_content_done(&after);
	buf_done(&tape);
	buf_done(&copy);
	buf_done(&again);
}

/* ---- calls over the end of a chunk ---- */

static struct event call_at(uint64_t seq, uint64_t end_seq, uint32_t tid,
			    const struct event_memory *memory, uint32_t count)
{
	return (struct event){.seq = seq,
			      .time = seq * 100,
			      .pid = 10,
			      .tid = tid,
			      .kind = EVENT_CALL,
			      .memory = memory,
			      .memory_count = count,
			      .call = {.arch = EVENT_ARCH_X86_64,
				       .ret = 7,
				       .begun_seq = seq,
				       .end_seq = end_seq,
				       .duration = (end_seq - seq) * 100,
				       .state = EVENT_FINISHED}};
}

static void test_long_call(void **state)
{
	static const uint8_t page[PAGE];
	const struct event_memory big = {
		.address = PAGE, .full = PAGE, .data = page, .length = PAGE, .when = EVENT_AT_EXIT};
	struct meta_trailer trailer = {0};
	struct buf tape = {0};
	struct trace_composer *c = composer_for(&tape);
	struct err err = {0};
	struct event e = call_at(1, FAR_BEHIND, 11, &big, 1);
	uint64_t chunks, seq = 2;

	(void)state;
	assert_int_equal(trace_composer_event(c, &e, &err), 0);
	for (; seq < FAR_BEHIND; seq += 2) {
		e = call_at(seq, seq + 1, 10, &big, 1);
		assert_int_equal(trace_composer_event(c, &e, &err), 0);
	}
	e = call_at(FAR_BEHIND + 1, FAR_BEHIND + 2, 10, NULL, 0);
	assert_int_equal(trace_composer_event(c, &e, &err), 0);
	finish(c, &trailer);
	check_sound(&tape, &chunks);
	assert_true(chunks > 2);
	assert_int_equal(trailer.calls, 1 + FAR_BEHIND / 2 - 1 + 1);
	assert_int_equal(trailer.unfinished, 0);
	assert_int_equal(trailer.threads, 2);
	assert_int_equal(trailer.processes, 1);
	assert_int_equal(trailer.bytes_kept, (FAR_BEHIND / 2) * PAGE);
	meta_trailer_done(&trailer);
	buf_done(&tape);
}

/* Of a call that began before, the exit alone; one that is forgotten is nowhere. */
static void test_exit_alone(void **state)
{
	struct meta_trailer trailer = {0};
	struct buf tape = {0};
	struct trace_composer *c = composer_for(&tape);
	struct err err = {0};
	struct event gone = call_at(1, 5, 11, NULL, 0), kept = call_at(2, 20, 12, NULL, 0);
	struct event e = call_at(7, 8, 10, NULL, 0);
	struct tape_content content;

	(void)state;
	assert_int_equal(trace_composer_exit(c, &gone, &err), 0);
	assert_int_equal(trace_composer_exit(c, &kept, &err), 0);
	trace_composer_forget(c, 7);
	assert_int_equal(trace_composer_event(c, &e, &err), 0);
	e = call_at(10, 11, 10, NULL, 0);
	assert_int_equal(trace_composer_event(c, &e, &err), 0);
	finish(c, &trailer);
	assert_int_equal(trailer.events, 3);
	assert_int_equal(trailer.duration, 2000);
	tape_read(tape.data, tape.size, false, &content);
	assert_int_equal(content.events, 3);
	tape_content_done(&content);
	meta_trailer_done(&trailer);
	buf_done(&tape);
}

/* A made-up tape may tell its events in any order. */
static void test_disorder(void **state)
{
	struct meta_trailer trailer = {0};
	struct buf tape = {0};
	struct trace_composer *c = composer_for(&tape);
	struct err err = {0};
	struct event e = call_at(9, 10, 10, NULL, 0);
	uint64_t chunks;

	(void)state;
	assert_int_equal(trace_composer_event(c, &e, &err), 0);
	e = call_at(3, 4, 10, NULL, 0);
	assert_int_equal(trace_composer_event(c, &e, &err), 0);
	finish(c, &trailer);
	assert_int_equal(trailer.events, 1);
	assert_true(trailer.lost > 0);
	check_sound(&tape, &chunks);
	meta_trailer_done(&trailer);
	buf_done(&tape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds),
		cmocka_unit_test(test_long_call),
		cmocka_unit_test(test_exit_alone),
		cmocka_unit_test(test_disorder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

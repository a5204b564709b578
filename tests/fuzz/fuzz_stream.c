/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up tape through reader and stream: fuzz_reader hardly gets past checksums, and
 * what the stream joins depends on chunks that follow one another.
 */
#include "fuzz.h"
#include "tape.h"

#include "base/err.h"
#include "format/container/source.h"
#include "format/container/stream.h"

#include <string.h>

enum { EVENTS_MAX = 4 * TAPE_ROWS_MAX };

static volatile uint64_t touched; /* so that nobody takes out the loads */

static uint64_t touch(const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += at[i];
	return sum;
}

/* Looks at everything that an event points to. */
static uint64_t touch_event(const struct event *e)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < e->memory_count; i++)
		sum += touch(e->memory[i].data, e->memory[i].length);
	if (e->kind == EVENT_EXEC)
		sum += strlen(e->exec.path) + touch(e->exec.argv, e->exec.argv_size);
	if (e->kind == EVENT_SIGNAL || e->kind == EVENT_STOP)
		sum += touch(e->signal.info, e->signal.info_size);
	return sum;
}

/* As stream.h promises. */
static void check_state(const struct event *e)
{
	fuzz_check(e->kind > EVENT_NONE && e->kind < EVENT_KIND_MAX);
	if (e->kind == EVENT_BEGUN)
		fuzz_check(e->call.state == EVENT_UNFINISHED);
	if (e->kind == EVENT_CALL || e->kind == EVENT_END)
		fuzz_check(e->call.state == EVENT_FINISHED || e->call.state == EVENT_NEVER);
}

static void read_tape(const struct buf *tape, const struct trace_stream_options *options)
{
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err err = {0};
	size_t events = 0;
	int r;

	fuzz_check(trace_source_memory(tape->data, tape->size, false, &source) == 0);
	fuzz_check(trace_stream_open(source, options, &stream, &err) == 0);
	while ((r = trace_stream_next(stream, &item, &err)) > 0) {
		if (item.kind != ITEM_EVENT)
			continue;
		fuzz_check(++events <= EVENTS_MAX);
		/* For counting there is no more than an outline. */
		if (options->unordered)
			continue;
		touched += touch_event(item.event);
		check_state(item.event);
	}
	fuzz_check(r == 0);
	trace_stream_free(stream);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	static const size_t windows[] = {1, 0, 64 << 10, 1 << 20};
	struct bytes b = {data, size};
	uint8_t how = bytes_one(&b);
	const struct trace_stream_options options = {.window = windows[how % 4],
						     .unordered = how & 4};
	struct buf tape = {0};

	tape_make(&b, &tape);
	read_tape(&tape, &options);
	buf_done(&tape);
}

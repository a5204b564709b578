/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made-up events in chunks, through codec, reader and stream: fuzz_reader hardly gets
 * past checksums, and what the stream joins depends on chunks that follow one another.
 * The order of places, whose call ends and which chunk comes next are all made up.
 */
#include "events.h"
#include "fuzz.h"

#include "base/err.h"
#include "format/codec.h"
#include "format/container/source.h"
#include "format/container/stream.h"

#include <string.h>

enum { BLOCK_MAX = 128 << 10, CHUNK_ROWS_MAX = 64, ROWS_MAX = 1024, EVENTS_MAX = 4 * ROWS_MAX };

static void put_little_endian(struct buf *b, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_char(b, (char)(value >> 8 * i));
}

/* A zstd frame (RFC 8878) with the bytes as they are. */
static void put_frame(struct buf *tape, const struct buf *raw)
{
	enum { MAGIC = 0xfd2fb528, SINGLE_SEGMENT_SIZE_4 = 0xa0 };
	size_t at = 0, n;

	put_little_endian(tape, (uint32_t)MAGIC, 4);
	put_little_endian(tape, SINGLE_SEGMENT_SIZE_4, 1);
	put_little_endian(tape, raw->size, 4);
	do {
		n = raw->size - at < BLOCK_MAX ? raw->size - at : BLOCK_MAX;
		put_little_endian(tape, n << 3 | (at + n == raw->size), 3);
		buf_append(tape, raw->data + at, n);
		at += n;
	} while (at < raw->size);
}

/* ---- writing ---- */

/* A batch wants its places in order, a tape need not have them so. */
static bool fill(struct batch *batch, size_t wanted, struct maker *m)
{
	uint64_t places[CHUNK_ROWS_MAX];
	bool more = true;

	while (batch->count < wanted && (more = maker_next(m))) {
		struct event row = m->event;

		places[batch->count] = row.seq;
		row.seq = batch->count + 1;
		fuzz_check(batch_add(batch, &row, NULL) == 0);
	}
	for (size_t i = 0; i < batch->count; i++)
		batch->rows[i].seq = places[i];
	return more;
}

static void put_chunk(struct codec *codec, struct batch *batch, struct buf *tape)
{
	struct buf raw = {0};

	fuzz_check(batch_seal(batch) == 0 && codec_encode_batch(codec, batch, &raw) == 0);
	put_frame(tape, &raw);
	buf_done(&raw);
}

/* Between chunks: the end of the tape, or of this one and the start of another. */
static void put_between(uint8_t what, struct buf *tape)
{
	struct meta_header header = {0};
	struct meta_snapshot snapshot = {0};
	struct meta_trailer trailer = {0};
	struct buf raw = {0};

	if (what % 8 == 1)
		fuzz_check(codec_encode_header(&header, &raw) == 0);
	else if (what % 8 == 2)
		fuzz_check(codec_encode_snapshot(&snapshot, &raw) == 0);
	else if (what % 8 == 3)
		fuzz_check(codec_encode_trailer(&trailer, &raw) == 0);
	if (raw.size)
		put_frame(tape, &raw);
	buf_done(&raw);
}

static void make_tape(struct bytes *b, struct buf *tape)
{
	struct maker maker = {.bytes = *b};
	struct codec *codec = codec_new();
	struct batch batch = {0};
	uint64_t number = 0;
	size_t rows = 0;
	bool more = true;

	fuzz_check(codec);
	put_between(1, tape);
	while (more && rows < ROWS_MAX) {
		size_t wanted = bytes_one(&maker.bytes) % CHUNK_ROWS_MAX + 1u;

		batch_clear(&batch, number);
		more = fill(&batch, wanted, &maker);
		put_chunk(codec, &batch, tape);
		rows += batch.count;
		number += 1 + bytes_number(&maker.bytes);
		put_between(bytes_one(&maker.bytes), tape);
	}
	maker_done(&maker);
	batch_done(&batch);
	codec_free(codec);
}

/* ---- reading ---- */

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
		touched += touch_event(item.event);
		if (!options->unordered)
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

	make_tape(&b, &tape);
	read_tape(&tape, &options);
	buf_done(&tape);
}

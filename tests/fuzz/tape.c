/* SPDX-License-Identifier: Apache-2.0 */
#include "tape.h"

#include "fuzz.h"

#include "format/codec.h"

#include <isa-l/crc.h>

enum { BLOCK_MAX = 128 << 10, CHECKSUM_SIZE = 6, RECORD_TAG = 0x0a };

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

/* A batch wants its places in order, a tape may say anything. */
static bool fill(struct batch *batch, size_t wanted, struct maker *m)
{
	uint64_t places[TAPE_CHUNK_ROWS_MAX];
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

enum between { NOTHING, HEADER, SNAPSHOT, TRAILER };

/* The end of the tape, or of this one and the start of another. */
static void put_between(uint8_t what, struct buf *tape)
{
	struct meta_header header = {0};
	struct meta_snapshot snapshot = {0};
	struct meta_trailer trailer = {0};
	struct buf raw = {0};

	if (what == HEADER)
		fuzz_check(codec_encode_header(&header, &raw) == 0);
	else if (what == SNAPSHOT)
		fuzz_check(codec_encode_snapshot(&snapshot, &raw) == 0);
	else if (what == TRAILER)
		fuzz_check(codec_encode_trailer(&trailer, &raw) == 0);
	if (raw.size)
		put_frame(tape, &raw);
	buf_done(&raw);
}

void tape_make(struct bytes *b, struct buf *ret)
{
	struct maker maker = {.bytes = *b};
	struct codec *codec = codec_new();
	struct batch batch = {0};
	uint64_t number = 0;
	size_t rows = 0;
	bool more = true;

	fuzz_check(codec);
	put_between(HEADER, ret);
	while (more && rows < TAPE_ROWS_MAX) {
		size_t wanted = bytes_number(&maker.bytes) % TAPE_CHUNK_ROWS_MAX + 1;

		batch_clear(&batch, number);
		more = fill(&batch, wanted, &maker);
		put_chunk(codec, &batch, ret);
		rows += batch.count;
		number += 1 + bytes_number(&maker.bytes);
		put_between(bytes_one(&maker.bytes) % 8, ret);
	}
	maker_done(&maker);
	batch_done(&batch);
	codec_free(codec);
}

void record_seal(const uint8_t *body, size_t size, struct buf *ret)
{
	static const uint8_t tag[] = {0xfd, 0x7f};
	const size_t covered = size > CHECKSUM_SIZE ? size - CHECKSUM_SIZE : 0;
	uint32_t crc;

	buf_append(ret, body, covered);
	crc = ~crc32_iscsi((unsigned char *)(uintptr_t)body, (int)covered, 0xffffffffu);
	buf_append(ret, tag, sizeof(tag));
	put_little_endian(ret, crc, 4);
}

static void put_record(const uint8_t *body, size_t size, struct buf *tape)
{
	struct buf raw = {0}, sealed = {0};

	record_seal(body, size, &sealed);
	buf_char(&raw, RECORD_TAG);
	for (size = sealed.size; size >= 0x80; size >>= 7)
		buf_char(&raw, (char)(size | 0x80));
	buf_char(&raw, (char)size);
	buf_append(&raw, sealed.data, sealed.size);
	put_frame(tape, &raw);
	buf_done(&raw);
	buf_done(&sealed);
}

void tape_of_records(struct bytes *b, struct buf *ret)
{
	while (b->left) {
		const size_t wanted = bytes_one(b) | (size_t)bytes_one(b) << 8;
		const size_t size = wanted < b->left ? wanted : b->left;

		put_record(b->at, size, ret);
		b->at += size;
		b->left -= size;
	}
}

void tape_in_form(enum tape_form form, const uint8_t *data, size_t size, struct buf *ret)
{
	struct bytes b = {data, size};

	if (form == TAPE_EVENTS)
		tape_make(&b, ret);
	else if (form == TAPE_RECORDS)
		tape_of_records(&b, ret);
	else
		buf_append(ret, data, size);
	fuzz_check(buf_error(ret) == 0);
}

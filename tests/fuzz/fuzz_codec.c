/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record's body. Random bytes never have the right checksum, so it is put right
 * first: behind it is what is to be tested. What could be decoded is encoded and decoded
 * once more, which must change nothing.
 */
#include "fuzz.h"
#include "tape.h"

#include "base/buf.h"
#include "base/err.h"
#include "format/codec.h"

#include <errno.h>
#include <string.h>

/* Decodes a body and appends the record that it makes. Negative: it cannot be decoded. */
typedef int again_fn(const void *body, size_t size, struct buf *ret);

static int header_again(const void *body, size_t size, struct buf *ret)
{
	struct meta_header header = {0};
	struct err err = {0};
	int r = codec_decode_header(body, size, &header, &err);

	if (r == 0)
		fuzz_check(codec_encode_header(&header, ret) == 0);
	meta_header_done(&header);
	return r;
}

static int snapshot_again(const void *body, size_t size, struct buf *ret)
{
	struct meta_snapshot snapshot = {0};
	struct err err = {0};
	int r = codec_decode_snapshot(body, size, &snapshot, &err);

	if (r == 0)
		fuzz_check(codec_encode_snapshot(&snapshot, ret) == 0);
	meta_snapshot_done(&snapshot);
	return r;
}

static int trailer_again(const void *body, size_t size, struct buf *ret)
{
	struct meta_trailer trailer = {0};
	struct err err = {0};
	int r = codec_decode_trailer(body, size, &trailer, &err);

	if (r == 0)
		fuzz_check(codec_encode_trailer(&trailer, ret) == 0);
	meta_trailer_done(&trailer);
	return r;
}

static int batch_again(const void *body, size_t size, struct buf *ret)
{
	struct codec *codec = codec_new();
	struct batch batch = {0};
	struct err err = {0};
	int r = codec_decode_batch(codec, body, size, &batch, &err);

	fuzz_check(codec);
	if (r == 0)
		fuzz_check(codec_encode_batch(codec, &batch, ret) == 0);
	batch_done(&batch);
	codec_free(codec);
	return r;
}

static again_fn *const again[] = {
	[CODEC_HEADER] = header_again,
	[CODEC_SNAPSHOT] = snapshot_again,
	[CODEC_CHUNK] = batch_again,
	[CODEC_TRAILER] = trailer_again,
};

/* Behind a record's tag and length. */
static const uint8_t *body_of(const struct buf *record, size_t *ret_size)
{
	size_t at = 1;

	while (at < record->size && (uint8_t)record->data[at] >= 0x80)
		at++;
	fuzz_check(at < record->size);
	*ret_size = record->size - at - 1;
	return (const uint8_t *)record->data + at + 1;
}

static void check_row(const struct event *whole, const struct event *outline)
{
	const struct event_call *a = &whole->call, *b = &outline->call;

	fuzz_check(whole->kind == outline->kind && whole->seq == outline->seq &&
		   whole->time == outline->time && whole->pid == outline->pid &&
		   whole->tid == outline->tid);
	if (event_is_call(whole))
		fuzz_check(a->arch == b->arch && a->nr == b->nr && a->ret == b->ret &&
			   a->duration == b->duration && a->state == b->state &&
			   a->begun_seq == b->begun_seq && a->end_seq == b->end_seq);
}

/* What can be decoded whole has the same outline. */
static void check_outline(const void *body, size_t size)
{
	struct codec *codec = codec_new();
	struct batch whole = {0}, outline = {0};
	struct err err = {0};
	int r = codec_decode_batch(codec, body, size, &whole, &err);
	int other = codec_decode_outline(codec, body, size, &outline, &err);

	fuzz_check(codec);
	if (r == 0) {
		fuzz_check(other == 0 && whole.count == outline.count &&
			   whole.number == outline.number);
		for (size_t i = 0; i < whole.count; i++)
			check_row(&whole.rows[i], &outline.rows[i]);
	}
	batch_done(&whole);
	batch_done(&outline);
	codec_free(codec);
}

static void decode(const void *body, size_t size)
{
	struct buf first = {0}, second = {0};
	enum codec_kind kind;
	struct err err = {0};
	const uint8_t *at;
	size_t n;

	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
		buf_clear(&first);
		buf_clear(&second);
		if (again[i](body, size, &first) < 0)
			continue;
		fuzz_check(codec_kind(body, size, &kind, &err) == 0 && kind == i);
		at = body_of(&first, &n);
		fuzz_check(codec_kind(at, n, &kind, &err) == 0 && kind == i);
		fuzz_check(again[i](at, n, &second) == 0);
		fuzz_check(first.size == second.size &&
			   memcmp(first.data, second.data, first.size) == 0);
	}
	check_outline(body, size);
	buf_done(&first);
	buf_done(&second);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct buf body = {0};

	decode(data, size);
	record_seal(data, size, &body);
	decode(body.data, body.size);
	buf_done(&body);
}

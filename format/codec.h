/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as bytes: the only file that knows the generated protobuf types.
 * A record is what stands in Trace.record, with the tag and length of that field
 * in front and its CRC32C as the last field; see doc/trace-format.md.
 */
#ifndef FORMAT_CODEC_H
#define FORMAT_CODEC_H

#include "batch.h"
#include "meta.h"

struct err;
struct codec;

enum codec_kind { CODEC_HEADER, CODEC_SNAPSHOT, CODEC_CHUNK, CODEC_TRAILER, CODEC_UNKNOWN };

/* Holds scratch columns, so that encoding and decoding allocate next to nothing. */
struct codec *codec_new(void);
struct codec *codec_free(struct codec *c);

/* Append one whole record to @ret. In texts (not in bytes) what is no UTF-8 becomes '?', in
 * place. 0, -ENOMEM, or -E2BIG over TRACE_RECORD_MAX. */
int codec_encode_header(const struct meta_header *h, struct buf *ret);
int codec_encode_snapshot(const struct meta_snapshot *s, struct buf *ret);
int codec_encode_trailer(const struct meta_trailer *t, struct buf *ret);
int codec_encode_batch(struct codec *c, const struct batch *b, struct buf *ret);

/*
 * Decode a record's body (tag and length taken off): checks the CRC and every
 * limit first. 0, -ENOMEM, or -EBADMSG with @err saying what is wrong.
 */
int codec_kind(const void *body, size_t size, enum codec_kind *ret, struct err *err);
int codec_decode_header(const void *body, size_t size, struct meta_header *ret, struct err *err);
int codec_decode_snapshot(const void *body, size_t size, struct meta_snapshot *ret,
			  struct err *err);
int codec_decode_trailer(const void *body, size_t size, struct meta_trailer *ret, struct err *err);
/* The batch comes out sealed. */
int codec_decode_batch(struct codec *c, const void *body, size_t size, struct batch *ret,
		       struct err *err);

/* For counting, in a fraction of the time: of each row kind, place, time and task, of a
 * call also architecture, number, result and duration. Neither arguments nor memory,
 * and nothing of what forks, execs, signals and exits tell. */
int codec_decode_outline(struct codec *c, const void *body, size_t size, struct batch *ret,
			 struct err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records written by hand, as protobuf's encoding is documented, and their checksums:
 * what no writer of ours would write.
 */
#ifndef TESTS_RECORD_H
#define TESTS_RECORD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Fields of Record (proto/trace.proto). */
enum { RECORD_HEADER_FIELD = 1, RECORD_SNAPSHOT_FIELD, RECORD_CHUNK_FIELD, RECORD_TRAILER_FIELD };

void record_varint(struct buf *b, uint64_t value);
/* A field of wire type 0, and one of wire type 2. */
void record_number(struct buf *b, unsigned field, uint64_t value);
void record_bytes(struct buf *b, unsigned field, const void *data, size_t size);
/* A packed column: @count times @value, which is less than 128. */
void record_column(struct buf *b, unsigned field, uint8_t value, size_t count);
/* The body of a record around @message: its field and the checksum. Empties @message. */
void record_around(struct buf *message, unsigned field, struct buf *ret);
/* Appends the checksum of what is in @b. */
void record_checksum(struct buf *b);
/* Where the body begins in an encoded record (behind tag and length), and its size. */
const uint8_t *record_body(const struct buf *record, size_t *ret_size);

#endif

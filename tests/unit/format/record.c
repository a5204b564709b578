/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { WIRE_NUMBER = 0, WIRE_BYTES = 2, RECORD_TAG = 0x0a };

void record_varint(struct buf *b, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_char(b, (char)(value | 0x80));
	buf_char(b, (char)value);
}

void record_number(struct buf *b, unsigned field, uint64_t value)
{
	record_varint(b, field << 3 | WIRE_NUMBER);
	record_varint(b, value);
}

void record_bytes(struct buf *b, unsigned field, const void *data, size_t size)
{
	record_varint(b, field << 3 | WIRE_BYTES);
	record_varint(b, size);
	buf_append(b, data, size);
}

void record_column(struct buf *b, unsigned field, uint8_t value, size_t count)
{
	uint8_t *place;

	record_varint(b, field << 3 | WIRE_BYTES);
	record_varint(b, count);
	place = buf_extend(b, count);
	assert_non_null(place);
	memset(place, value, count);
}

/* CRC32C, bit by bit: the polynomial of RFC 3720. */
static uint32_t crc32c(const uint8_t *data, size_t size)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

void record_checksum(struct buf *b)
{
	uint32_t crc = crc32c((const uint8_t *)b->data, b->size);

	/* Field 2047, four bytes. */
	buf_append(b, "\xfd\x7f", 2);
	for (unsigned i = 0; i < 4; i++)
		buf_char(b, (char)(crc >> 8 * i));
	assert_int_equal(buf_error(b), 0);
}

void record_around(struct buf *message, unsigned field, struct buf *ret)
{
	record_bytes(ret, field, message->data, message->size);
	record_checksum(ret);
	buf_clear(message);
}

const uint8_t *record_body(const struct buf *record, size_t *ret_size)
{
	const uint8_t *at = (const uint8_t *)record->data;
	size_t size = 0;
	unsigned shift = 0;

	assert_int_equal(*at++, RECORD_TAG);
	do
		size |= (size_t)(*at & 0x7f) << shift;
	while (shift += 7, *at++ & 0x80);
	assert_int_equal(at + size - (const uint8_t *)record->data, record->size);
	*ret_size = size;
	return at;
}

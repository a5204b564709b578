/* SPDX-License-Identifier: Apache-2.0 */
#include "buf.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buf *b, size_t more)
{
	size_t capacity = b->capacity ? b->capacity : 64;
	char *data;

	if (b->failed)
		return false;
	if (more < b->capacity - b->size)
		return true;
	if (more >= SIZE_MAX / 4 - b->size) {
		b->failed = -ENOMEM;
		return false;
	}
	while (capacity - b->size <= more)
		capacity *= 2;
	data = realloc(b->data, capacity);
	if (!data) {
		b->failed = -ENOMEM;
		return false;
	}
	b->data = data;
	b->capacity = capacity;
	return true;
}

void *buf_extend_slowly(struct buf *b, size_t more)
{
	char *place;

	if (!reserve(b, more))
		return NULL;
	place = b->data + b->size;
	b->size += more;
	b->data[b->size] = '\0';
	return place;
}

void buf_append_slowly(struct buf *b, const void *data, size_t size)
{
	void *place = size ? buf_extend_slowly(b, size) : NULL;

	if (place)
		memcpy(place, data, size);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
	size_t room = b->capacity - b->size;
	va_list again;
	int length;

	if (b->failed)
		return;
	/* Most texts fit in what there is. */
	va_copy(again, args);
	length = vsnprintf(room ? b->data + b->size : NULL, room, format, again);
	va_end(again);
	/* The C library may want memory as well, for a wide field. */
	if (length < 0)
		b->failed = -ENOMEM;
	if (length >= 0 && (size_t)length >= room && reserve(b, (size_t)length))
		vsnprintf(b->data + b->size, (size_t)length + 1, format, args);
	if (!b->failed)
		b->size += (size_t)length;
	else if (b->data)
		b->data[b->size] = '\0';
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(b, format, args);
	va_end(args);
}

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

static void put_pair(char *at, uint32_t value)
{
	memcpy(at, pairs + (size_t)value * 2, 2);
}

/* Two digits at a time, half the divisions; eight of them do not wait for one another, and do with
 * 32 bits. */
void buf_u64(struct buf *b, uint64_t value)
{
	enum { EIGHT_DIGITS = 100000000, DIGITS = 20 };
	char digits[2 * DIGITS] = {0}, *place;
	size_t at = DIGITS;
	uint32_t rest;

	for (; value >= EIGHT_DIGITS; value /= EIGHT_DIGITS) {
		const uint32_t low = (uint32_t)(value % EIGHT_DIGITS);
		const uint32_t upper = low / 10000, lower = low % 10000;

		at -= 8;
		put_pair(digits + at, upper / 100);
		put_pair(digits + at + 2, upper % 100);
		put_pair(digits + at + 4, lower / 100);
		put_pair(digits + at + 6, lower % 100);
	}
	for (rest = (uint32_t)value; rest >= 100; rest /= 100)
		put_pair(digits + (at -= 2), rest % 100);
	if (rest >= 10)
		put_pair(digits + (at -= 2), rest);
	else
		digits[--at] = (char)('0' + rest);
	/* Where there is room for all digits that there could be, copying as many is quicker. */
	place = buf_extend(b, DIGITS);
	if (!place)
		return;
	memcpy(place, digits + at, DIGITS);
	b->size -= at;
	b->data[b->size] = '\0';
}

void buf_i64(struct buf *b, int64_t value)
{
	if (value >= 0) {
		buf_u64(b, (uint64_t)value);
		return;
	}
	buf_char(b, '-');
	buf_u64(b, -(uint64_t)value);
}

void buf_hex(struct buf *b, uint64_t value)
{
	char digits[18];
	size_t at = sizeof(digits);

	do
		digits[--at] = "0123456789abcdef"[value & 15];
	while (value >>= 4);
	digits[--at] = 'x';
	digits[--at] = '0';
	buf_append(b, digits + at, sizeof(digits) - at);
}

void buf_truncate(struct buf *b, size_t size)
{
	assert(size <= b->size);
	b->size = size;
	if (b->data)
		b->data[size] = '\0';
}

void buf_clear(struct buf *b)
{
	b->failed = 0;
	buf_truncate(b, 0);
}

void buf_done(struct buf *b)
{
	if (!b)
		return;
	free(b->data);
	*b = (struct buf){0};
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

int buf_error(const struct buf *b)
{
	return b->failed;
}

void buf_inherit(struct buf *b, const struct buf *from)
{
	if (from->failed)
		b->failed = from->failed;
}

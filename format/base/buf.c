/* SPDX-License-Identifier: Apache-2.0 */
#include "buf.h"

#include <assert.h>
#include <endian.h>
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

static size_t digit_count(uint64_t value)
{
	static const uint64_t powers[] = {1,
					  10,
					  100,
					  1000,
					  10000,
					  100000,
					  1000000,
					  10000000,
					  100000000,
					  1000000000,
					  10000000000,
					  100000000000,
					  1000000000000,
					  10000000000000,
					  100000000000000,
					  1000000000000000,
					  10000000000000000,
					  100000000000000000,
					  1000000000000000000,
					  10000000000000000000U};
	/* 1233 / 4096 is log10(2), near enough for 64 bits: the count, or one less. */
	const size_t least = (size_t)(64 - __builtin_clzll(value | 1)) * 1233 >> 12;

	return least + ((value | 1) >= powers[least]);
}

/* Two digits at a time, half the divisions; eight of them do not wait for one another, and do with
 * 32 bits. */
void buf_u64(struct buf *b, uint64_t value)
{
	enum { EIGHT_DIGITS = 100000000 };
	const size_t count = digit_count(value);
	char *place = buf_extend(b, count), *at;
	uint32_t rest;

	if (!place)
		return;
	for (at = place + count; value >= EIGHT_DIGITS; value /= EIGHT_DIGITS) {
		const uint32_t low = (uint32_t)(value % EIGHT_DIGITS);
		const uint32_t upper = low / 10000, lower = low % 10000;

		at -= 8;
		put_pair(at, upper / 100);
		put_pair(at + 2, upper % 100);
		put_pair(at + 4, lower / 100);
		put_pair(at + 6, lower % 100);
	}
	for (rest = (uint32_t)value; rest >= 100; rest /= 100)
		put_pair(at -= 2, rest % 100);
	if (rest >= 10)
		put_pair(at - 2, rest);
	else
		at[-1] = (char)('0' + rest);
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

/* The eight digits of a number, the first one in the lowest byte. */
static uint64_t eight_hex_digits(uint32_t value)
{
	const uint64_t each = UINT64_MAX / 0xff;
	uint64_t x = __builtin_bswap32(value), letters;

	x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
	x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
	x = (x >> 4 | x << 8) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	letters = (x + each * 6) >> 4 & each;
	return x + each * '0' + letters * ('a' - '0' - 10);
}

void buf_hex(struct buf *b, uint64_t value)
{
	const size_t count = (size_t)(67 - __builtin_clzll(value | 1)) / 4;
	const uint64_t digits[] = {htole64(eight_hex_digits((uint32_t)(value >> 32))),
				   htole64(eight_hex_digits((uint32_t)value))};
	char *place = buf_extend(b, 2 + count);

	if (!place)
		return;
	memcpy(place, "0x", 2);
	memcpy(place + 2, (const char *)digits + sizeof(digits) - count, count);
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

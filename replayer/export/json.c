/* SPDX-License-Identifier: Apache-2.0 */
/* The members are many and short: what they are made of is appended, never formatted. */
#include "json.h"

#include "replayer/print/escape.h"

#include "base/buf.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

void json_string(struct buf *out, const void *bytes, size_t size)
{
	buf_char(out, '"');
	escape_json(out, bytes, size);
	buf_char(out, '"');
}

void json_null(struct buf *out, const char *key)
{
	json_key(out, key);
	buf_append(out, "null", 4);
}

void json_text(struct buf *out, const char *key, const char *text)
{
	json_key(out, key);
	json_string(out, text ? text : "", text ? strlen(text) : 0);
}

void json_signed(struct buf *out, const char *key, int64_t value)
{
	if (value >= 0 || value < -(int64_t)JSON_EXACT_MAX) {
		json_number(out, key, (uint64_t)value);
		return;
	}
	json_key(out, key);
	buf_i64(out, value);
}

void json_bytes(struct buf *out, const char *key, const uint8_t *at, size_t size)
{
	json_key(out, key);
	buf_char(out, '"');
	for (size_t i = 0; i < size; i++)
		buf_printf(out, "%02x", at[i]);
	buf_char(out, '"');
}

#define EACH_BYTE  (UINT64_MAX / 0xff)
#define UPPER_BITS (EACH_BYTE * 0x80)

/* 1 in each byte that is @n or more; none is more than 127. */
static uint64_t at_least(uint64_t eight, uint8_t n)
{
	return ((eight + EACH_BYTE * (0x80u - n)) & UPPER_BITS) >> 7;
}

/* Eight numbers of six bits as the characters that stand for them: A-Z, a-z, 0-9, + and /. */
static uint64_t base64_letters(uint64_t six)
{
	return six + EACH_BYTE * 'A' + at_least(six, 26) * ('a' - 'Z' - 1) -
	       at_least(six, 52) * ('z' - '0' + 1) - at_least(six, 62) * ('9' - '+' + 1) +
	       at_least(six, 63) * ('/' - '+' - 1);
}

/* Six bytes, the first ones of eight, as eight characters. */
static void put_six(char *to, const uint8_t *at)
{
	uint64_t x, letters;

	memcpy(&x, at, sizeof(x));
	x = be64toh(x);
	x = x >> 40 | (x >> 16 & 0xffffff) << 32;
	x = (x >> 12 & UINT64_C(0x00000fff00000fff)) | (x & UINT64_C(0x00000fff00000fff)) << 16;
	x = (x >> 6 & UINT64_C(0x003f003f003f003f)) | (x & UINT64_C(0x003f003f003f003f)) << 8;
	letters = htole64(base64_letters(x));
	memcpy(to, &letters, sizeof(letters));
}

/* The last bytes: one to seven of them. */
static void put_rest(char *to, const uint8_t *at, size_t size)
{
	uint8_t padded[9] = {0};
	char letters[16];

	memcpy(padded, at, size);
	put_six(letters, padded);
	if (size > 6)
		put_six(letters + 8, (const uint8_t[8]){padded[6]});
	memcpy(to, letters, (size + 2) / 3 * 4);
	if (size % 3)
		to[(size + 2) / 3 * 4 - 1] = '=';
	if (size % 3 == 1)
		to[(size + 2) / 3 * 4 - 2] = '=';
}

void json_base64(struct buf *out, const char *key, const uint8_t *at, size_t size)
{
	char *to;

	json_key(out, key);
	buf_char(out, '"');
	to = buf_extend(out, (size + 2) / 3 * 4);
	for (; to && size >= sizeof(uint64_t); at += 6, size -= 6, to += 8)
		put_six(to, at);
	if (to && size)
		put_rest(to, at, size);
	buf_char(out, '"');
}

void json_texts(struct buf *out, const char *key, char *const *texts, size_t count)
{
	json_key(out, key);
	buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		buf_str(out, i ? "," : "");
		json_string(out, texts[i], strlen(texts[i]));
	}
	buf_char(out, ']');
}

void json_strings(struct buf *out, const char *key, const uint8_t *at, size_t size)
{
	bool any = false;

	json_key(out, key);
	buf_char(out, '[');
	while (size) {
		size_t n = strnlen((const char *)at, size);

		buf_str(out, any ? "," : "");
		json_string(out, at, n);
		any = true;
		n += n < size;
		at += n;
		size -= n;
	}
	buf_char(out, ']');
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The members are many and short: what they are made of is appended, never formatted. */
#include "json.h"

#include "replayer/print/escape.h"

#include "base/buf.h"

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

void json_base64(struct buf *out, const char *key, const uint8_t *at, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t whole = size / 3 * 3;
	char *to;

	json_key(out, key);
	buf_char(out, '"');
	to = buf_extend(out, (size + 2) / 3 * 4);
	for (size_t i = 0; to && i < whole; i += 3) {
		uint32_t v = (uint32_t)at[i] << 16 | (uint32_t)at[i + 1] << 8 | at[i + 2];

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = digits[v >> 6 & 63];
		*to++ = digits[v & 63];
	}
	if (to && whole < size) {
		bool two = size - whole == 2;
		uint32_t v = (uint32_t)at[whole] << 16 | (two ? (uint32_t)at[whole + 1] << 8 : 0);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = two ? digits[v >> 6 & 63] : '=';
		*to++ = '=';
	}
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

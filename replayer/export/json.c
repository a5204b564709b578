/* SPDX-License-Identifier: Apache-2.0 */
/* The members are many and short: what they are made of is appended, never formatted. */
#include "json.h"

#include "replayer/print/escape.h"

#include "base/buf.h"

#include <stdbool.h>
#include <string.h>

enum { KEY_COST = 4 }; /* ,"": */

void json_key(struct buf *out, const char *key)
{
	size_t size = strlen(key);
	char *at = buf_extend(out, size + KEY_COST);

	if (!at)
		return;
	at[0] = ',';
	at[1] = '"';
	memcpy(at + 2, key, size);
	at[size + 2] = '"';
	at[size + 3] = ':';
}

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

void json_word(struct buf *out, const char *key, const char *word)
{
	json_key(out, key);
	buf_char(out, '"');
	buf_str(out, word);
	buf_char(out, '"');
}

void json_hex(struct buf *out, const char *key, uint64_t value)
{
	json_key(out, key);
	buf_char(out, '"');
	buf_hex(out, value);
	buf_char(out, '"');
}

void json_number(struct buf *out, const char *key, uint64_t value)
{
	if (value > JSON_EXACT_MAX) {
		json_hex(out, key, value);
		return;
	}
	json_key(out, key);
	buf_u64(out, value);
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

void json_base64(struct buf *out, const char *key, const uint8_t *at, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *to;

	json_key(out, key);
	buf_char(out, '"');
	to = buf_extend(out, (size + 2) / 3 * 4);
	for (size_t i = 0; to && i < size; i += 3) {
		size_t n = size - i < 3 ? size - i : 3;
		uint32_t v = (uint32_t)at[i] << 16 | (n > 1 ? (uint32_t)at[i + 1] << 8 : 0) |
			     (n > 2 ? at[i + 2] : 0u);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = n > 1 ? digits[v >> 6 & 63] : '=';
		*to++ = n > 2 ? digits[v & 63] : '=';
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a JSON object: each function appends a comma, the key and a value. A
 * buf's failure is sticky, so nothing is returned: the caller asks it at the end.
 */
#ifndef EXPORT_JSON_H
#define EXPORT_JSON_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A double, which is what JSON's numbers are to most, holds whole numbers up to this. */
#define JSON_EXACT_MAX (UINT64_C(1) << 53)

/* For a value that is none of those below. */
static inline void json_key(struct buf *out, const char *key);
void json_null(struct buf *out, const char *key);
/* Decimal where a double is exact, else a hexadecimal string of its 64 bits. */
static inline void json_number(struct buf *out, const char *key, uint64_t value);
void json_signed(struct buf *out, const char *key, int64_t value);
/* Always a hexadecimal string: "0x0". */
static inline void json_hex(struct buf *out, const char *key, uint64_t value);
/* Any text; NULL is taken for "". */
void json_text(struct buf *out, const char *key, const char *text);
/* One of our own words: there is nothing to escape in it. */
static inline void json_word(struct buf *out, const char *key, const char *word);
void json_texts(struct buf *out, const char *key, char *const *texts, size_t count);
/* Strings, each with its NUL, as an array. */
void json_strings(struct buf *out, const char *key, const uint8_t *at, size_t size);
/* Two digits for each byte. */
void json_bytes(struct buf *out, const char *key, const uint8_t *at, size_t size);
void json_base64(struct buf *out, const char *key, const uint8_t *at, size_t size);

/* A value alone: quoted and escaped. */
void json_string(struct buf *out, const void *bytes, size_t size);

/* ---- inline: of most keys the length is known when this is compiled ---- */

static inline void json_key(struct buf *out, const char *key)
{
	size_t size = strlen(key);
	char *at = buf_extend(out, size + 4);

	if (!at)
		return;
	at[0] = ',';
	at[1] = '"';
	memcpy(at + 2, key, size);
	at[size + 2] = '"';
	at[size + 3] = ':';
}

static inline void json_word(struct buf *out, const char *key, const char *word)
{
	json_key(out, key);
	buf_char(out, '"');
	buf_str(out, word);
	buf_char(out, '"');
}

static inline void json_hex(struct buf *out, const char *key, uint64_t value)
{
	json_key(out, key);
	buf_char(out, '"');
	buf_hex(out, value);
	buf_char(out, '"');
}

static inline void json_number(struct buf *out, const char *key, uint64_t value)
{
	if (value > JSON_EXACT_MAX) {
		json_hex(out, key, value);
		return;
	}
	json_key(out, key);
	buf_u64(out, value);
}

#endif

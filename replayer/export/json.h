/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a JSON object: each function appends a comma, the key and a value. A
 * buf's failure is sticky, so nothing is returned: the caller asks it at the end.
 */
#ifndef EXPORT_JSON_H
#define EXPORT_JSON_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* A double, which is what JSON's numbers are to most, holds whole numbers up to this. */
#define JSON_EXACT_MAX (UINT64_C(1) << 53)

/* For a value that is none of those below. */
void json_key(struct buf *out, const char *key);
void json_null(struct buf *out, const char *key);
/* Decimal where a double is exact, else a hexadecimal string of its 64 bits. */
void json_number(struct buf *out, const char *key, uint64_t value);
void json_signed(struct buf *out, const char *key, int64_t value);
/* Always a hexadecimal string: "0x0". */
void json_hex(struct buf *out, const char *key, uint64_t value);
/* Any text; NULL is taken for "". */
void json_text(struct buf *out, const char *key, const char *text);
/* One of our own words: there is nothing to escape in it. */
void json_word(struct buf *out, const char *key, const char *word);
void json_texts(struct buf *out, const char *key, char *const *texts, size_t count);
/* Strings, each with its NUL, as an array. */
void json_strings(struct buf *out, const char *key, const uint8_t *at, size_t size);
void json_base64(struct buf *out, const char *key, const uint8_t *at, size_t size);

/* A value alone: quoted and escaped. */
void json_string(struct buf *out, const void *bytes, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing run of bytes. The data is always followed by a NUL that is not
 * counted, so a buf of text is a C string. A zeroed struct is an empty buf.
 *
 * Failure is sticky: after an allocation failed every further append does
 * nothing, and buf_error() says -ENOMEM; a caller may append a whole message
 * and check once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data;      /* NULL while nothing was appended */
	size_t size;     /* bytes in use */
	size_t capacity; /* bytes allocated, the NUL's place included */
	int failed;      /* 0 or -ENOMEM */
};

/* Makes room for @more bytes and returns their place (uninitialised, counted
 * as used), or NULL when out of memory. */
static inline void *buf_extend(struct buf *b, size_t more);
static inline void buf_append(struct buf *b, const void *data, size_t size);
static inline void buf_str(struct buf *b, const char *text);
static inline void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
/* The fast path of the printers: decimal, and hexadecimal with 0x in front. */
void buf_u64(struct buf *b, uint64_t value);
void buf_i64(struct buf *b, int64_t value);
void buf_hex(struct buf *b, uint64_t value);

/* Cuts to @size, which must not exceed the present size. */
void buf_truncate(struct buf *b, size_t size);
/* Empties for reuse, keeps the memory, forgets a failure. */
void buf_clear(struct buf *b);
/* Frees the contents; the struct is an empty buf again. */
void buf_done(struct buf *b);
/* The text as a C string; "" when empty. Valid until the next change. */
const char *buf_text(const struct buf *b);
int buf_error(const struct buf *b);
/* What has failed in @from, of which @b takes over a part, has failed in @b too. */
void buf_inherit(struct buf *b, const struct buf *from);

/* ---- inline: a printer does these for every few characters ---- */

/* As buf_extend() and buf_append(), where there may be no room yet. */
void *buf_extend_slowly(struct buf *b, size_t more);
void buf_append_slowly(struct buf *b, const void *data, size_t size);

static inline void *buf_extend(struct buf *b, size_t more)
{
	char *place;

	if (b->failed || more >= b->capacity - b->size)
		return buf_extend_slowly(b, more);
	place = b->data + b->size;
	b->size += more;
	b->data[b->size] = '\0';
	return place;
}

static inline void buf_append(struct buf *b, const void *data, size_t size)
{
	if (!size || b->failed || size >= b->capacity - b->size) {
		buf_append_slowly(b, data, size);
		return;
	}
	memcpy(b->data + b->size, data, size);
	b->size += size;
	b->data[b->size] = '\0';
}

static inline void buf_str(struct buf *b, const char *text)
{
	buf_append(b, text, strlen(text));
}

static inline void buf_char(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

#endif

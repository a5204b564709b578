/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of unknown origin as text. Each function decides byte by byte (or, for UTF-8,
 * character by character), and none passes a control character on.
 */
#include "escape.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#define EACH_BYTE  (UINT64_MAX / 0xff)
#define UPPER_BITS (EACH_BYTE * 0x80)

static bool is_printable(uint8_t c)
{
	return c >= 0x20 && c < 0x7f;
}

static bool all_ascii(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!is_printable(at[i]) && !(at[i] >= '\t' && at[i] <= '\r'))
			return false;
	}
	return true;
}

/* The letter of the usual short escapes, or 0. */
static char short_escape(uint8_t c)
{
	static const char letters[] = {
		[7] = 0, ['\t'] = 't', ['\n'] = 'n', ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r'};

	return c < sizeof(letters) ? letters[c] : 0;
}

static void octal(struct buf *ret, uint8_t c, bool digit_follows)
{
	char text[4] = {'\\', 0, 0, 0};
	size_t n = 1;

	/* As few digits as can be, unless the next character would be taken for one. */
	if (digit_follows || c >= 0100)
		text[n++] = (char)('0' + (c >> 6));
	if (digit_follows || c >= 010)
		text[n++] = (char)('0' + (c >> 3 & 7));
	text[n++] = (char)('0' + (c & 7));
	buf_append(ret, text, n);
}

static void hexadecimal(struct buf *ret, uint8_t c)
{
	const char text[4] = {'\\', 'x', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};

	buf_append(ret, text, sizeof(text));
}

/* Whether one of eight bytes is @c. */
static bool has_byte(uint64_t eight, uint8_t c)
{
	uint64_t x = eight ^ EACH_BYTE * c;

	return (x - EACH_BYTE) & ~x & UPPER_BITS;
}

static uint64_t load_eight(const uint8_t *at)
{
	uint64_t eight;

	memcpy(&eight, at, sizeof(eight));
	return eight;
}

/* Eight bytes of ASCII. */
static bool all_printable(uint64_t eight)
{
	/* The first byte below a blank borrows its upper bit; from 0x7f on adding one sets it. */
	return !(((eight - EACH_BYTE * 0x20) | (eight + EACH_BYTE) | eight) & UPPER_BITS);
}

/* Besides, none is a quote or backslash. */
static bool all_plain(const uint8_t *at)
{
	uint64_t eight = load_eight(at);

	return all_printable(eight) && !has_byte(eight, '"') && !has_byte(eight, '\\');
}

/* Whether the last eight of @size bytes are the rest behind @n and some that were seen. */
static bool is_rest_short(size_t n, size_t size)
{
	return n < size && size - n < sizeof(uint64_t) && size >= sizeof(uint64_t);
}

/* Characters that stand for themselves in quotes. */
static size_t plain_run(const uint8_t *at, size_t size)
{
	size_t n = 0;

	while (n + sizeof(uint64_t) <= size && all_plain(at + n))
		n += sizeof(uint64_t);
	if (is_rest_short(n, size) && all_plain(at + size - sizeof(uint64_t)))
		return size;
	while (n < size && is_printable(at[n]) && at[n] != '"' && at[n] != '\\')
		n++;
	return n;
}

void escape_strace(struct buf *ret, const void *bytes, size_t size, enum print_hex hex)
{
	const uint8_t *at = bytes;

	if (hex == PRINT_HEX_ALL || (hex == PRINT_HEX_NON_ASCII && !all_ascii(at, size))) {
		for (size_t i = 0; i < size; i++)
			hexadecimal(ret, at[i]);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		size_t plain = plain_run(at + i, size - i);
		char letter;

		if (plain) {
			buf_append(ret, at + i, plain);
			i += plain - 1;
			continue;
		}
		letter = short_escape(at[i]);
		if (at[i] == '"' || at[i] == '\\')
			letter = (char)at[i];
		if (letter) {
			const char text[2] = {'\\', letter};

			buf_append(ret, text, 2);
		} else {
			octal(ret, at[i], i + 1 < size && at[i + 1] >= '0' && at[i + 1] <= '7');
		}
	}
}

/* ---- UTF-8 ---- */

/* Characters that would act on a terminal or on the order of the text around them. */
static bool acts(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/* Characters of ASCII that do nothing. */
static size_t harmless_run(const uint8_t *at, size_t size)
{
	size_t n = 0;

	while (n + sizeof(uint64_t) <= size && all_printable(load_eight(at + n)))
		n += sizeof(uint64_t);
	if (is_rest_short(n, size) && all_printable(load_eight(at + size - sizeof(uint64_t))))
		return size;
	while (n < size && is_printable(at[n]))
		n++;
	return n;
}

void escape_text(struct buf *ret, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size;) {
		uint32_t c = 0;
		size_t n = harmless_run(at + i, size - i);

		buf_append(ret, at + i, n);
		i += n;
		if (i == size)
			break;
		n = utf8_decode(at + i, size - i, &c);
		if (n && !acts(c)) {
			buf_append(ret, at + i, n);
			i += n;
			continue;
		}
		for (size_t k = 0; k < (n ? n : 1); k++)
			hexadecimal(ret, at[i + k]);
		i += n ? n : 1;
	}
}

void escape_word(struct buf *ret, const void *bytes, size_t size)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "@%_+=:,./-";
	const uint8_t *at = bytes;
	bool plain = size > 0;

	for (size_t i = 0; plain && i < size; i++)
		plain = at[i] >= 0x80 || (at[i] && strchr(safe, at[i]));
	if (plain) {
		escape_text(ret, bytes, size);
		return;
	}
	buf_char(ret, '\'');
	for (size_t i = 0; i < size;) {
		const uint8_t *quote = memchr(at + i, '\'', size - i);
		size_t n = quote ? (size_t)(quote - (at + i)) : size - i;

		escape_text(ret, at + i, n);
		i += n;
		if (quote) {
			buf_str(ret, "'\\''");
			i++;
		}
	}
	buf_char(ret, '\'');
}

static void json_escape(struct buf *ret, uint32_t c)
{
	char letter = short_escape((uint8_t)c);

	if (letter && letter != 'v')
		buf_printf(ret, "\\%c", letter);
	else
		buf_printf(ret, "\\u%04x", c);
}

void escape_json(struct buf *ret, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size;) {
		uint32_t c = 0;
		size_t n = plain_run(at + i, size - i);

		buf_append(ret, at + i, n);
		i += n;
		if (i == size)
			break;
		n = utf8_decode(at + i, size - i, &c);
		if (!n) {
			buf_str(ret, "\\ufffd");
			i++;
			continue;
		}
		if (c == '"' || c == '\\')
			buf_append(ret, (const char[2]){'\\', (char)c}, 2);
		else if (c < 0x20 || c == 0x7f)
			json_escape(ret, c);
		else
			buf_append(ret, at + i, n);
		i += n;
	}
}

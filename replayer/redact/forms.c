/* SPDX-License-Identifier: Apache-2.0 */
#include "forms.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS_MIN = 24 }; /* characters of what is taken to be written in digits */

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Those characters that depend on nothing but the secret, when @before bytes of something else are
 * in front of it in its group of three. */
static void base64(const uint8_t *s, size_t size, size_t before, const char *alphabet,
		   struct buf *ret)
{
	size_t bits = size * 8, skip = (6 - before * 8 % 6) % 6;

	for (; skip + 6 <= bits; skip += 6) {
		unsigned value = (unsigned)s[skip / 8] << 8;

		if (skip / 8 + 1 < size)
			value |= s[skip / 8 + 1];
		buf_char(ret, alphabet[value >> (10 - skip % 8) & 63]);
	}
}

static bool is_unreserved(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~", c));
}

/* @spared: characters that some encoders leave as they are. */
static void percent(const uint8_t *s, size_t size, bool upper, const char *spared, bool plus,
		    struct buf *ret)
{
	for (size_t i = 0; i < size; i++) {
		if (is_unreserved(s[i]) || (s[i] && strchr(spared, s[i])))
			buf_char(ret, (char)s[i]);
		else if (plus && s[i] == ' ')
			buf_char(ret, '+');
		else
			buf_printf(ret, upper ? "%%%02X" : "%%%02x", s[i]);
	}
}

static void json(const uint8_t *s, size_t size, bool slashes, struct buf *ret)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";

	for (size_t i = 0; i < size; i++) {
		const char *short_form = s[i] ? strchr(from, s[i]) : NULL;

		if (short_form)
			buf_printf(ret, "\\%c", to[short_form - from]);
		else if (slashes && s[i] == '/')
			buf_str(ret, "\\/");
		else if (s[i] < 0x20)
			buf_printf(ret, "\\u%04x", s[i]);
		else
			buf_char(ret, (char)s[i]);
	}
}

static void hex(const uint8_t *s, size_t size, bool upper, struct buf *ret)
{
	for (size_t i = 0; i < size; i++)
		buf_printf(ret, upper ? "%02X" : "%02x", s[i]);
}

/* Within '...', within "...", or with a backslash in front of what is special. */
static void shell(const uint8_t *s, size_t size, const char *special, struct buf *ret)
{
	for (size_t i = 0; i < size; i++) {
		if (s[i] == '\'' && *special == '\'') {
			buf_str(ret, "'\\''");
			continue;
		}
		if (s[i] && strchr(special, s[i]))
			buf_char(ret, '\\');
		buf_char(ret, (char)s[i]);
	}
}

static void utf16(const uint8_t *s, size_t size, bool big, struct buf *ret)
{
	for (size_t i = 0; i < size; i++) {
		if (s[i] >= 0x80) {
			/* LATER: letters of other languages. */
			buf_clear(ret);
			return;
		}
		if (big)
			buf_char(ret, '\0');
		buf_char(ret, (char)s[i]);
		if (!big)
			buf_char(ret, '\0');
	}
}

static int digit_of(uint8_t c, const char *alphabet)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* The bytes that @s is in digits of @bits each, when @before digits of something else are in front
 * of it; nothing when it is no such thing. Padding at the end is none. */
static void decoded(const uint8_t *s, size_t size, size_t before, const char *alphabet, size_t bits,
		    struct buf *ret)
{
	uint32_t value = 0;
	size_t count = 0, skip = (8 - before * bits % 8) % 8;

	while (size && s[size - 1] == '=')
		size--;
	for (size_t i = 0; size >= DIGITS_MIN && i < size; i++) {
		int digit = digit_of(s[i], alphabet);

		if (digit < 0) {
			buf_clear(ret);
			return;
		}
		value = value << bits | (uint32_t)digit;
		count += bits;
		/* Bits of a byte that began in front of it. */
		if (skip && count >= skip) {
			count -= skip;
			skip = 0;
		}
		if (!skip && count >= 8) {
			count -= 8;
			buf_char(ret, (char)(value >> count & 0xff));
		}
	}
}

static int tell_form(const char *name, struct buf *form, const uint8_t *secret, size_t size,
		     form_fn *tell, void *context)
{
	int r = buf_error(form);

	if (r == 0 && form->size >= FORM_BYTES_MIN &&
	    (form->size != size || memcmp(form->data, secret, size) != 0))
		r = tell(context, name, (const uint8_t *)form->data, form->size);
	buf_clear(form);
	return r;
}

int forms_tell(const uint8_t *secret, size_t size, form_fn *tell, void *context)
{
	static const char *const specials[] = {"'", "\"\\$`", " \t!\"#$&'()*;<>?[\\]^`{|}~"};
	struct buf form = {0};
	int r = size >= FORM_BYTES_MIN ? tell(context, "plain", secret, size) : 0;

#define FORM(name, ...)                                                                            \
	do {                                                                                       \
		if (r == 0) {                                                                      \
			__VA_ARGS__;                                                               \
			r = tell_form(name, &form, secret, size, tell, context);                   \
		}                                                                                  \
	} while (0)
	for (size_t before = 0; before < 3; before++) {
		FORM("base64", base64(secret, size, before, standard, &form));
		FORM("base64url", base64(secret, size, before, for_urls, &form));
	}
	for (int upper = 0; upper < 2; upper++) {
		FORM("percent", percent(secret, size, upper, "", false, &form));
		FORM("percent", percent(secret, size, upper, "/", false, &form));
		FORM("percent", percent(secret, size, upper, "", true, &form));
		FORM("percent", percent(secret, size, upper, "!'()*", false, &form));
		FORM("hex", hex(secret, size, upper, &form));
	}
	for (size_t before = 0; before < 4; before++) {
		FORM("decoded", decoded(secret, size, before, standard, 6, &form));
		FORM("decoded", decoded(secret, size, before, for_urls, 6, &form));
	}
	FORM("decoded", decoded(secret, size, 0, "0123456789abcdef", 4, &form));
	FORM("decoded", decoded(secret, size, 0, "0123456789ABCDEF", 4, &form));
	FORM("UTF-16", utf16(secret, size, false, &form));
	FORM("UTF-16", utf16(secret, size, true, &form));
	FORM("JSON", json(secret, size, false, &form));
	FORM("JSON", json(secret, size, true, &form));
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		FORM("shell", shell(secret, size, specials[i], &form));
#undef FORM
	buf_done(&form);
	return r;
}

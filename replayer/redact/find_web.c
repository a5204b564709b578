/* SPDX-License-Identifier: Apache-2.0 */
/* What goes over a network as text: headers of HTTP, and URLs. */
#include "find.h"

#include "find_priv.h"
#include "secrets.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
	SCHEME_MIN = 8, /* behind "Bearer" and the like */
	BASIC_MAX = 1024,
};

/* A line of HTTP itself, or as a program shows it that talks HTTP: it is there and not spoken of.
 */
bool find_is_header(const struct search *s, size_t from, size_t at, size_t *ret_end)
{
	if (from >= 2 && find_is_in(s->text[from - 2], "<>") && s->text[from - 1] == ' ')
		from -= 2;
	if ((from && s->text[from - 1] != '\n') || at >= s->size || s->text[at] != ':')
		return false;
	*ret_end = find_line_end(s, at);
	return *ret_end < s->size && s->text[*ret_end] == '\r';
}

/* ---- HTTP ---- */

static int value_of(uint8_t c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

size_t find_base64(const uint8_t *text, size_t size, uint8_t *ret, size_t max)
{
	size_t got = 0;
	uint32_t bits = 0, count = 0;

	for (size_t i = 0; i < size && value_of(text[i]) >= 0 && got < max; i++) {
		bits = bits << 6 | (uint32_t)value_of(text[i]);
		count += 6;
		if (count >= 8) {
			count -= 8;
			ret[got++] = (uint8_t)(bits >> count);
		}
	}
	return got;
}

bool find_is_basic(const uint8_t *text, size_t size)
{
	uint8_t plain[BASIC_MAX];
	size_t got = find_base64(text, size, plain, sizeof(plain));

	for (size_t i = 0; i < got; i++) {
		if (plain[i] < ' ')
			return false;
	}
	return got + 3 >= size * 3 / 4 && memchr(plain, ':', got);
}

int find_basic(const uint8_t *text, size_t size, find_fn *tell, void *context)
{
	uint8_t plain[BASIC_MAX];
	size_t got = find_base64(text, size, plain, sizeof(plain));
	const uint8_t *colon = memchr(plain, ':', got);

	/* AUTH PLAIN of SMTP and others has NULs between its parts. */
	if (!colon)
		colon = memrchr(plain, 0, got);
	if (!colon)
		return 0;
	colon++;
	return tell(context, colon, got - (size_t)(colon - plain), REDACT_PASSWORD);
}

/* "Bearer secret": where the secret is that is between @at and @end; @ret_scheme: behind what is
 * known to be in front of such. */
static size_t behind_scheme(const struct search *s, size_t at, size_t end, bool *ret_scheme)
{
	static const char *const schemes[] = {
		"basic", "bearer", "digest", "token",  "negotiate",       "ntlm", "apikey", "hawk",
		"oauth", "mutual", "vapid",  "splunk", "aws4-hmac-sha256"};
	size_t word = at;

	while (word < end && (isalnum(s->text[word]) || s->text[word] == '-'))
		word++;
	*ret_scheme = false;
	if (word == end || s->text[word] != ' ')
		return at;
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (strlen(schemes[i]) == word - at &&
		    strncasecmp(schemes[i], (const char *)s->text + at, word - at) == 0)
			*ret_scheme = true;
	}
	return *ret_scheme ? find_skip_blanks(s, word) : at;
}

/* As a header, or in a program's own words: 'Authorization': 'Bearer …'. */
int find_authorization(const struct search *s, size_t begin, size_t at)
{
	size_t end, stop, name = begin;
	bool header, scheme, said = false;
	int r;

	while (name && begin - name < FIND_NAME_MAX && find_is_name(s->text[name - 1]))
		name--;
	header = find_is_header(s, name, at, &end);
	for (; at < s->size && find_is_in(s->text[at], "\"'\\:=, \t"); at++)
		said |= find_is_in(s->text[at], ":=,");
	if (!header)
		end = find_line_end(s, at);
	if (!said || at >= end)
		return 0;
	at = behind_scheme(s, at, end, &scheme);
	/* A line of its own is all of it: Digest has quotes. */
	for (stop = at; stop < end && (header || !find_is_in(s->text[stop], "\"'\\")); stop++) {
		if (!header && s->text[stop] <= ' ')
			break;
	}
	if (stop - at < FIND_VALUE_MIN ||
	    (!header &&
	     !find_is_strong(s->text + at, stop - at, scheme ? SCHEME_MIN : FIND_SPACED_MIN)) ||
	    (!header && !scheme && find_is_identifier(s->text + at, stop - at)))
		return 0;
	r = find_tell(s, at, stop, REDACT_HEADER);
	return r == 0 ? find_basic(s->text + at, stop - at, s->tell, s->context) : r;
}

static bool is_attribute(const struct search *s, size_t at, size_t end)
{
	static const char *const names[] = {"path",    "domain",   "expires",
					    "max-age", "samesite", "version"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == end - at &&
		    strncasecmp(names[i], (const char *)s->text + at, end - at) == 0)
			return true;
	}
	return false;
}

/* Cookie: a=b; c=d. Each value, so that it is found elsewhere. */
int find_cookie(const struct search *s, size_t begin, size_t at)
{
	bool sets = begin >= 4 && strncasecmp((const char *)s->text + begin - 4, "set-", 4) == 0;
	size_t end, name = sets ? begin - 4 : begin;
	bool header = find_is_header(s, name, at - 1, &end);
	int r = 0;

	if (!header)
		end = find_line_end(s, at);
	for (at = find_skip_blanks(s, at); r == 0 && at < end;) {
		const uint8_t *equal = memchr(s->text + at, '=', end - at);
		const uint8_t *semicolon = memchr(s->text + at, ';', end - at);
		size_t stop = semicolon ? (size_t)(semicolon - s->text) : end;
		size_t value = equal ? (size_t)(equal + 1 - s->text) : end;

		if (value < stop && !is_attribute(s, at, value - 1) &&
		    (header || find_is_strong(s->text + value, stop - value, FIND_STRONG_MIN)))
			r = find_tell(s, value, stop, REDACT_HEADER);
		/* What follows of Set-Cookie are attributes. */
		if (sets || !semicolon)
			break;
		at = find_skip_blanks(s, stop + 1);
	}
	return r;
}

/* ---- URLs ---- */

static bool ends_url(uint8_t c)
{
	return c <= ' ' || c >= 0x7f || find_is_in(c, "\"'<>\\`{}|^");
}

/* scheme://user:password@host, or scheme://token@host when the token looks like one. */
int find_url(const struct search *s, size_t begin, size_t at)
{
	size_t end = at, from = at;
	bool colon = false;

	(void)begin;
	for (; end < s->size && !ends_url(s->text[end]) && !find_is_in(s->text[end], "/?#@");
	     end++) {
		if (s->text[end] == ':' && !colon) {
			colon = true;
			from = end + 1;
		}
	}
	if (end == s->size || s->text[end] != '@')
		return 0;
	if (!colon && (end - at < 20 || !secrets_is_worth(s->text + at, end - at)))
		return 0;
	return find_tell(s, from, end, colon ? REDACT_PASSWORD : REDACT_TOKEN);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of which it is known what they are: variables, words and lines of files. */
#include "find.h"

#include "find_priv.h"
#include "rules.h"
#include "secrets.h"
#include "token.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { WORD_MIN = 8, LINE_MIN = 8 };

struct telling {
	find_fn *tell;
	void *context;
};

/* One string of several, its NUL not counted. */
static size_t length(const uint8_t *text, size_t size)
{
	return strnlen((const char *)text, size);
}

static bool is_harmless(const uint8_t *value, size_t size)
{
	static const char *const words[] = {"true", "false", "yes",  "no",      "on",
					    "off",  "none",  "null", "default", "auto"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) == size &&
		    strncasecmp(words[i], (const char *)value, size) == 0)
			return true;
	}
	return size == 0 || redact_is_token(value, size) || (size == 1 && isdigit(value[0]));
}

static bool is_path(const uint8_t *value, size_t size)
{
	return (size > 1 && (value[0] == '/' || value[0] == '~') &&
		!secrets_is_worth(value, size)) ||
	       (size > 7 && memcmp(value, "file://", 7) == 0);
}

int find_value(const uint8_t *value, size_t size, enum redact_class class, find_fn *tell,
	       void *context)
{
	if (is_harmless(value, size) || is_path(value, size))
		return 0;
	return tell(context, value, size, class);
}

int find_variable(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		  void *context)
{
	const uint8_t *equal = memchr(text, '=', size);
	size_t name = equal ? (size_t)(equal - text) : 0;
	enum redact_class class;
	int r = 0;

	if (equal && rules_is_secret_name(finder_rules(f), (const char *)text, name, &class))
		r = find_value(equal + 1, size - name - 1, class, tell, context);
	return r == 0 ? find_text(f, text, size, tell, context) : r;
}

int find_environment(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		     void *context)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < size;) {
		size_t n = length(text + at, size - at);

		r = find_variable(f, text + at, n, tell, context);
		at += n + 1;
	}
	return r;
}

/* ---- files of secrets ---- */

static bool separates(uint8_t c)
{
	return c <= ' ' || c >= 0x7f || strchr("\"',;=:{}[]()<>$@", c);
}

/* More than a word, a name of a host, or a number. */
static bool looks_secret(const uint8_t *word, size_t size)
{
	size_t digits = 0, upper = 0, lower = 0;

	if (size < WORD_MIN || !secrets_is_worth(word, size))
		return false;
	for (size_t i = 0; i < size; i++) {
		digits += isdigit(word[i]) > 0;
		upper += isupper(word[i]) > 0;
		lower += islower(word[i]) > 0;
	}
	return (digits && (upper || lower)) || (upper > 1 && lower > 1 && size >= 16);
}

/* "password X" of .netrc, and "name = X" of all others. */
static bool announces(const struct finder *f, const uint8_t *word, size_t size)
{
	enum redact_class class;

	return size && rules_is_secret_name(finder_rules(f), (const char *)word, size, &class);
}

static int tell_printable(void *context, const uint8_t *text, size_t size, enum redact_class class)
{
	const struct telling *t = context;

	for (size_t i = 0; i < size; i++) {
		if (text[i] < ' ' || text[i] >= 0x7f)
			return 0;
	}
	return t->tell(t->context, text, size, class);
}

/* user:password in base64, if it is that. */
static int tell_encoded(const uint8_t *text, size_t size, find_fn *tell, void *context)
{
	struct telling t = {tell, context};

	return find_basic(text, size, tell_printable, &t);
}

int find_words(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
	       void *context)
{
	bool announced = false;
	int r = find_text(f, text, size, tell, context);

	for (size_t at = 0; r == 0 && at < size;) {
		size_t n = 0;

		while (at < size && separates(text[at]))
			at++;
		while (at + n < size && !separates(text[at + n]))
			n++;
		if (!n)
			break;
		if (announced || looks_secret(text + at, n)) {
			r = tell(context, text + at, n, REDACT_STORE);
			/* Both in one, as docker(1) has it. */
			if (r == 0 && n > WORD_MIN)
				r = tell_encoded(text + at, n, tell, context);
		}
		announced = announces(f, text + at, n);
		at += n;
	}
	/* What has signs in it that are taken for separators above. */
	for (size_t at = 0; r == 0 && at < size;) {
		size_t n = 0;

		while (at < size && (text[at] <= ' ' || text[at] == ':'))
			at++;
		while (at + n < size && text[at + n] > ' ' && text[at + n] != ':')
			n++;
		if (looks_secret(text + at, n) && !memchr(text + at, '/', n))
			r = tell(context, text + at, n, REDACT_STORE);
		at += n;
	}
	return r;
}

int find_typed(const uint8_t *text, size_t size, bool alone, find_fn *tell, void *context)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < size;) {
		size_t n = 0;

		while (at + n < size && text[at + n] >= ' ')
			n++;
		if (n && (alone || (looks_secret(text + at, n) && !memchr(text + at, ' ', n))))
			r = tell(context, text + at, n, REDACT_TERMINAL);
		at += n + 1;
	}
	return r;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Of a private key in PEM a line is a run of characters; in source code that speaks of such keys
 * it is not. */
static bool is_run(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] <= ' ' || strchr("\"'()<>;,", text[i]))
			return false;
	}
	return true;
}

int find_lines(const uint8_t *text, size_t size, bool runs, find_fn *tell, void *context)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < size;) {
		const uint8_t *newline = memchr(text + at, '\n', size - at);
		size_t n = newline ? (size_t)(newline - text) - at : size - at;
		size_t first = at, kept = n;

		while (kept && is_blank(text[first]))
			first++, kept--;
		while (kept && is_blank(text[first + kept - 1]))
			kept--;
		/* -----BEGIN … and the like are no secret, nor are headers in between. */
		if (kept >= LINE_MIN && text[first] != '-' && !memchr(text + first, ':', kept) &&
		    (!runs || is_run(text + first, kept)))
			r = tell(context, text + first, kept, REDACT_KEY);
		at += n + 1;
	}
	return r;
}

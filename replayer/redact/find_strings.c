/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of which it is known what they are: variables, arguments, lines of files. */
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

static int tell_value(const uint8_t *value, size_t size, enum redact_class class, find_fn *tell,
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
		r = tell_value(equal + 1, size - name - 1, class, tell, context);
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

/* ---- arguments ---- */

struct argument {
	const uint8_t *text;
	size_t size;
};

static int tell_user(const struct argument *a, size_t from, find_fn *tell, void *context)
{
	const uint8_t *colon = memchr(a->text + from, ':', a->size - from);
	size_t size;

	if (!colon)
		colon = memchr(a->text + from, '%', a->size - from);
	if (!colon)
		return 0;
	colon++;
	size = a->size - (size_t)(colon - a->text);
	return tell_value(colon, size, REDACT_PASSWORD, tell, context);
}

/* The value of an option of one letter, from @from on in @a. */
static int tell_short(char means, const struct argument *a, size_t from, find_fn *tell,
		      void *context)
{
	if (means == 'u')
		return tell_user(a, from, tell, context);
	if (means == 'c' && !memchr(a->text + from, '=', a->size - from))
		return 0;
	return tell_value(a->text + from, a->size - from,
			  means == 'c' ? REDACT_HEADER : REDACT_PASSWORD, tell, context);
}

static bool is_user_option(const struct argument *a)
{
	static const char *const names[] = {"--user", "--proxy-user", "--credentials", "--userpwd"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (a->size == strlen(names[i]) && memcmp(a->text, names[i], a->size) == 0)
			return true;
	}
	return false;
}

/* 'pass:secret' of openssl(1). */
static int tell_pass(const struct argument *a, find_fn *tell, void *context)
{
	if (a->size > 5 && memcmp(a->text, "pass:", 5) == 0)
		return tell_value(a->text + 5, a->size - 5, REDACT_PASSWORD, tell, context);
	return 0;
}

static int take_short(const struct argument *program, const struct argument *a,
		      const struct argument *next, find_fn *tell, void *context)
{
	bool attached = false;
	char means = rules_short_option((const char *)program->text, program->size,
					(char)a->text[1], &attached);

	if (!means)
		return 0;
	if (a->size > 2)
		return tell_short(means, a, 2, tell, context);
	return next && !attached ? tell_short(means, next, 0, tell, context) : 0;
}

static int take_argument(const struct finder *f, const struct argument *program,
			 const struct argument *a, const struct argument *next, find_fn *tell,
			 void *context)
{
	enum redact_class class;
	const uint8_t *equal = memchr(a->text, '=', a->size);
	size_t dashes = 0;
	int r = tell_pass(a, tell, context);

	while (dashes < a->size && a->text[dashes] == '-')
		dashes++;
	/* An option in curl's file of them, and NAME=value, are variables. */
	if (r == 0)
		r = find_variable(f, a->text + dashes, a->size - dashes, tell, context);
	if (r < 0 || !dashes || dashes == a->size)
		return r;
	if (dashes == 1 && isalpha(a->text[1]))
		r = take_short(program, a, next, tell, context);
	if (r == 0 && next && is_user_option(a))
		r = tell_user(next, 0, tell, context);
	if (r == 0 && next && !equal && next->size && next->text[0] != '-' &&
	    (dashes == 2 || a->size > 3) &&
	    rules_is_secret_name(finder_rules(f), (const char *)a->text + dashes, a->size - dashes,
				 &class))
		r = tell_value(next->text, next->size, class, tell, context);
	return r;
}

int find_arguments(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		   void *context)
{
	const struct argument program = {text, length(text, size)};
	size_t at = program.size + 1;
	int r = find_text(f, text, program.size, tell, context);

	while (r == 0 && at < size) {
		const struct argument a = {text + at, length(text + at, size - at)};
		struct argument next = {0};

		at += a.size + 1;
		if (at < size)
			next = (struct argument){text + at, length(text + at, size - at)};
		r = take_argument(f, &program, &a, next.text ? &next : NULL, tell, context);
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
		if (announced || looks_secret(text + at, n))
			r = tell(context, text + at, n, REDACT_STORE);
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

int find_lines(const uint8_t *text, size_t size, find_fn *tell, void *context)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < size;) {
		const uint8_t *newline = memchr(text + at, '\n', size - at);
		size_t n = newline ? (size_t)(newline - text) - at : size - at;
		size_t kept = n;

		while (kept && (text[at + kept - 1] == '\r' || text[at + kept - 1] == ' '))
			kept--;
		/* -----BEGIN … and the like are no secret, nor are headers in between. */
		if (kept >= LINE_MIN && text[at] != '-' && !memchr(text + at, ':', kept))
			r = tell(context, text + at, kept, REDACT_KEY);
		at += n + 1;
	}
	return r;
}

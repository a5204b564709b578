/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one logs in, in protocols of lines: FTP, POP3, IMAP, SMTP, IRC, Redis. On a socket a line of
 * them is what it looks like; elsewhere it must have capitals, and CRLF at its end.
 */
#include "find.h"

#include "find_priv.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
	LOGIN_MIN = 6,
	TAG_MAX = 16, /* in front of a command of IMAP */
	INITIAL_MIN = 8,
	PLAIN_MAX = 1024,
	BULK_DIGITS_MAX = 6,
};

/* ---- lines ---- */

/* The beginning of the line; false: something else than a tag is in front of the word. */
static bool line_of(const struct search *s, size_t begin, size_t *ret_line)
{
	size_t line = begin;

	while (line && s->text[line - 1] != '\n' && begin - line <= TAG_MAX)
		line--;
	*ret_line = line;
	return begin - line <= TAG_MAX;
}

static bool ends_line(const struct search *s, size_t end)
{
	return end < s->size && (s->text[end] == '\r' || s->kind == FIND_WIRE);
}

static bool has_small(const struct search *s, size_t from, size_t to)
{
	for (; from < to; from++) {
		if (islower(s->text[from]))
			return true;
	}
	return false;
}

/* ---- commands ---- */

/* The last word of a line; a string of IMAP, which may have blanks in it, without its quotes. */
static size_t last_word(const struct search *s, size_t at, size_t *end)
{
	size_t last = *end;
	bool quoted = last > at && s->text[last - 1] == '"';

	if (quoted)
		last = --*end;
	while (last > at && !(quoted ? s->text[last - 1] == '"' && s->text[last - 2] != '\\'
				     : s->text[last - 1] == ' '))
		last--;
	return last;
}

/* "PASS secret", "a1 LOGIN user secret". Tests that PASS on a terminal have the same, with names of
 * files behind. */
int find_login(const struct search *s, size_t begin, size_t at)
{
	size_t end = find_line_end(s, at), line, last;
	bool wire = s->kind == FIND_WIRE;

	if (!line_of(s, begin, &line) || !ends_line(s, end) || has_small(s, begin, at))
		return 0;
	/* PASS and APOP have nothing in front of them. */
	if (wire && !isspace(s->text[begin]) && begin != line)
		return 0;
	last = last_word(s, at, &end);
	if (end - last < (wire ? FIND_VALUE_MIN : LOGIN_MIN))
		return 0;
	if (!wire &&
	    (!find_is_strong(s->text + last, end - last, LOGIN_MIN) ||
	     (memchr(s->text + last, '/', end - last) && memchr(s->text + last, '.', end - last))))
		return 0;
	return find_tell(s, last, end, REDACT_PASSWORD);
}

/* ---- exchanges ---- */

/* What a client answers when it has said how it wants to log in. */
static const struct mechanism {
	const char *name;
	uint8_t lines; /* all but the last, which has the secret, are harmless */
} mechanisms[] = {
	{"PLAIN", 1},    {"LOGIN", 2},       {"XOAUTH2", 1},       {"OAUTHBEARER", 1},
	{"CRAM-MD5", 1}, {"DIGEST-MD5", 1},  {"NTLM", 2},          {"GSSAPI", 1},
	{"EXTERNAL", 1}, {"SCRAM-SHA-1", 2}, {"SCRAM-SHA-256", 2}, {"XOAUTH", 1},
};

static const struct mechanism *mechanism_of(const uint8_t *name, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(mechanisms); i++) {
		if (strlen(mechanisms[i].name) == size &&
		    strncasecmp(mechanisms[i].name, (const char *)name, size) == 0)
			return &mechanisms[i];
	}
	return NULL;
}

/* The encoded thing, and what it says: a password as a whole, or the last part. */
static int tell_encoded(const struct search *s, size_t from, size_t to)
{
	static const char bearer[] = "Bearer ";
	uint8_t plain[PLAIN_MAX];
	size_t got = find_base64(s->text + from, to - from, plain, sizeof(plain)), first, end;
	const uint8_t *at = memmem(plain, got, bearer, sizeof(bearer) - 1);
	int r = find_tell(s, from, to, REDACT_PASSWORD);

	if (r == 0 && at) {
		first = (size_t)(at - plain) + sizeof(bearer) - 1;
		for (end = first; end < got && plain[end] >= ' '; end++)
			;
		return s->tell(s->context, plain + first, end - first, REDACT_TOKEN);
	}
	if (r == 0 && memchr(plain, 0, got))
		return find_basic(s->text + from, to - from, s->tell, s->context);
	return r == 0 ? s->tell(s->context, plain, got, REDACT_PASSWORD) : r;
}

static bool is_encoded(const struct search *s, size_t from, size_t to)
{
	while (to > from && s->text[to - 1] == '=')
		to--;
	for (size_t i = from; i < to; i++) {
		if (!isalnum(s->text[i]) && !find_is_in(s->text[i], "+/"))
			return false;
	}
	return to > from;
}

/* AUTH PLAIN secret; AUTH LOGIN, and two lines behind it. @begin: of the word. */
struct exchange {
	const struct mechanism *mechanism;
	size_t initial, end; /* of the first line: what is behind the mechanism, and its end */
};

static bool exchange_at(const struct search *s, size_t begin, size_t at, struct exchange *ret)
{
	size_t line, name = at;

	ret->end = find_line_end(s, at);
	if (!line_of(s, begin, &line) || !ends_line(s, ret->end) ||
	    (s->kind != FIND_WIRE && has_small(s, begin, at)))
		return false;
	/* 250 AUTH LOGIN PLAIN, of a server, and what has no blank behind its tag. */
	if (begin != line && (isdigit(s->text[line]) || s->text[begin - 1] != ' '))
		return false;
	while (at < ret->end && s->text[at] != ' ')
		at++;
	ret->mechanism = mechanism_of(s->text + name, at - name);
	ret->initial = find_skip_blanks(s, at);
	return ret->mechanism;
}

int find_exchange(const struct search *s, size_t begin, size_t at)
{
	struct exchange x;
	size_t from, to, left;
	int r = 0;

	if (!exchange_at(s, begin, at, &x))
		return 0;
	left = x.mechanism->lines;
	from = x.initial;
	to = x.end;
	if (to - from >= INITIAL_MIN && is_encoded(s, from, to) && --left == 0)
		return tell_encoded(s, from, to);
	while (r == 0 && left--) {
		const uint8_t *newline = memchr(s->text + to, '\n', s->size - to);

		if (!newline)
			break;
		from = (size_t)(newline + 1 - s->text);
		to = find_line_end(s, from);
		if (!is_encoded(s, from, to))
			break;
		if (!left)
			r = tell_encoded(s, from, to);
	}
	return r;
}

static size_t lines_behind(const uint8_t *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\n';
	return n;
}

size_t find_whole(enum find_kind kind, const uint8_t *text, size_t size)
{
	static const char *const words[] = {"AUTH ", "AUTHENTICATE "};
	const struct search s = {.text = text, .size = size, .kind = kind};
	size_t line = size;

	/* Of the last lines, one that opens an exchange. */
	for (int i = 0; kind == FIND_WIRE && i < 3 && line; i++) {
		size_t end = --line, left = 0;

		while (line && text[line - 1] != '\n')
			line--;
		for (size_t k = 0; k < ARRAY_SIZE(words); k++) {
			size_t n = strlen(words[k]);
			const char *at = memmem(text + line, end - line, words[k], n);
			struct exchange x;

			if (at && exchange_at(&s, (size_t)(at - (const char *)text),
					      (size_t)(at - (const char *)text) + n, &x))
				left = x.mechanism->lines;
			if (left && x.end - x.initial >= INITIAL_MIN)
				left--;
		}
		if (left > lines_behind(text + end + 1, size - end - 1))
			return line;
	}
	return size;
}

/* ---- Redis ---- */

/* $5\r\nvalue\r\n; @at: behind the '$'. */
static bool bulk(const struct search *s, size_t at, size_t *ret_from, size_t *ret_to)
{
	size_t size = 0, first = at;

	for (; at < s->size && isdigit(s->text[at]) && at - first < BULK_DIGITS_MAX; at++)
		size = size * 10 + s->text[at] - '0';
	if (at == first || s->size - at < 2 || memcmp(s->text + at, "\r\n", 2) != 0 ||
	    size > s->size - at - 2)
		return false;
	*ret_from = at + 2;
	*ret_to = at + 2 + size;
	return true;
}

/* AUTH password, AUTH user password, CONFIG SET requirepass password. */
int find_bulk(const struct search *s, size_t begin, size_t at)
{
	size_t from, to, next_from, next_to;

	(void)begin;
	if (!bulk(s, at, &from, &to))
		return 0;
	if (s->size - to > 3 && memcmp(s->text + to, "\r\n$", 3) == 0 &&
	    bulk(s, to + 3, &next_from, &next_to)) {
		from = next_from;
		to = next_to;
	}
	return find_tell(s, from, to, REDACT_PASSWORD);
}

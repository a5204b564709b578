/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys by what is written around them. */
#include "find.h"

#include "find_priv.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum {
	KEY_MAX = 64 << 10,
	TITLE_MAX = 64, /* of -----BEGIN … KEY----- */
	PUTTY_LINES_MAX = 512,
	CLIENT_RANDOM_SIZE = 32,
};

static const char private_key[] = "PRIVATE KEY";

static bool is_base64(uint8_t c)
{
	return isalnum(c) || find_is_in(c, "+/= \t\r");
}

/* How much of what has no end may be of a key: lines in base64, and headers in front of them. */
static size_t key_lines(const uint8_t *text, size_t size)
{
	size_t at = 0;

	while (at < size) {
		const uint8_t *newline = memchr(text + at, '\n', size - at);
		size_t end = newline ? (size_t)(newline - text) : size, i = at;

		while (i < end && is_base64(text[i]))
			i++;
		if (i < end && !memchr(text + at, ':', end - at))
			break;
		at = end + 1;
	}
	return at < size ? at : size;
}

/* -----BEGIN … PRIVATE KEY-----: to its end, or to the end of what there is. */
int find_pem(const struct search *s, size_t begin, size_t at)
{
	static const char block[] = " BLOCK", end[] = "-----END";
	size_t left = s->size - at < TITLE_MAX ? s->size - at : TITLE_MAX, first;
	const uint8_t *title = memmem(s->text + at, left, private_key, sizeof(private_key) - 1);
	const uint8_t *stop;

	(void)begin;
	if (!title || memchr(s->text + at, '\n', (size_t)(title - s->text) - at))
		return 0;
	first = (size_t)(title - s->text) + sizeof(private_key) - 1;
	if (s->size - first > sizeof(block) &&
	    memcmp(s->text + first, block, sizeof(block) - 1) == 0)
		first += sizeof(block) - 1;
	while (first < s->size && s->text[first] == '-')
		first++;
	/* Also within a string that has its newlines as two characters. */
	if (first < s->size && !find_is_in(s->text[first], "\n\r\\\"'"))
		return 0;
	left = s->size - first < KEY_MAX ? s->size - first : KEY_MAX;
	stop = memmem(s->text + first, left, end, sizeof(end) - 1);
	left = stop ? (size_t)(stop - s->text) - first : key_lines(s->text + first, left);
	return find_lines(s->text + first, left, true, s->tell, s->context);
}

/* The end of the run of base64 that @at is in, at most so far behind it. */
static size_t run_end(const struct search *s, size_t at, size_t max)
{
	size_t end = at;

	while (end < s->size && end - at < max &&
	       (isalnum(s->text[end]) || find_is_in(s->text[end], "+/=")))
		end++;
	return end;
}

/* All of that once more in base64, as it is in files of Kubernetes; also in several lines. */
int find_encoded_pem(const struct search *s, size_t begin, size_t at)
{
	uint8_t title[TITLE_MAX];
	size_t end, size;
	int r = 0;

	/* Not in the middle of what was looked at from its beginning. */
	if (memcmp(s->text + begin, "LS0tLS1CRUdJTi", at - begin) != 0 ||
	    (begin && isalnum(s->text[begin - 1])))
		return 0;
	end = run_end(s, at, KEY_MAX);
	size = find_base64(s->text + begin, end - begin, title, sizeof(title));
	if (!memmem(title, size, private_key, sizeof(private_key) - 1))
		return 0;
	while (r == 0 && end > begin) {
		size_t next = end;

		r = find_tell(s, begin, end, REDACT_KEY);
		if (next < s->size && s->text[next] == '\r')
			next++;
		if (end - begin < FIND_FULL_LINE || next == s->size || s->text[next] != '\n')
			break;
		begin = find_skip_blanks(s, next + 1);
		end = run_end(s, begin, KEY_MAX);
	}
	return r;
}

/* Private-Lines: N, of PuTTY. */
int find_putty(const struct search *s, size_t begin, size_t at)
{
	size_t count = 0, end = find_line_end(s, at), from;

	(void)begin;
	for (; at < end && isdigit(s->text[at]) && count < PUTTY_LINES_MAX; at++)
		count = count * 10 + s->text[at] - '0';
	if (!count || count > PUTTY_LINES_MAX || at != end)
		return 0;
	for (from = end; count && end < s->size; count--) {
		const uint8_t *newline = memchr(s->text + end, '\n', s->size - end);

		end = newline ? find_line_end(s, (size_t)(newline + 1 - s->text)) : s->size;
	}
	return find_lines(s->text + from, end - from, true, s->tell, s->context);
}

/* LABEL client_random secret, both in hexadecimal: what NSS and all others write as a log of keys.
 */
int find_key_log(const struct search *s, size_t begin, size_t at)
{
	size_t end = find_line_end(s, at), from;
	const uint8_t *blank = memchr(s->text + at, ' ', end - at);
	size_t first = blank && s->text[at - 1] != ' ' ? (size_t)(blank + 1 - s->text) : at;

	(void)begin;
	for (from = first; from < end && isxdigit(s->text[from]); from++)
		;
	if (from - first != 2 * CLIENT_RANDOM_SIZE || from == end || s->text[from] != ' ')
		return 0;
	for (end = ++from; end < s->size && isxdigit(s->text[end]); end++)
		;
	return find_tell(s, from, end, REDACT_KEY);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <ctype.h>
#include <string.h>

static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
	}
	return at;
}

/* Where the text from @at on has @stop outside of strings and brackets, or its closing bracket;
 * or @end. */
static const char *find(const char *at, const char *end, char stop)
{
	int depth = 0;

	for (; at < end; at++) {
		if (*at == '"') {
			at = skip_string(at, end);
		} else if (depth == 0 && *at == stop) {
			return at;
		} else if (strchr("([{", *at)) {
			depth++;
		} else if (strchr(")]}", *at) && depth-- == 0) {
			return at;
		}
	}
	return end;
}

static struct word trimmed(const char *at, const char *end)
{
	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	return (struct word){at, (size_t)(end - at)};
}

/* The arguments from @at on; returns where the list ends. */
static const char *split_list(const char *at, const char *end, struct words *ret)
{
	while (at < end) {
		const char *next = find(at, end, ',');

		while (ret->count == WORDS_MAX - 1 && next < end && *next == ',')
			next = find(next + 1, end, ',');
		if (next > at || (next < end && *next == ','))
			ret->arguments[ret->count++] = trimmed(at, next);
		if (next >= end || *next != ',')
			return next;
		at = next + 1;
	}
	return at;
}

bool words_split(const char *text, struct words *ret)
{
	const char *end = text + strlen(text), *open = text + strcspn(text, "( ={\"");

	*ret = (struct words){.name = {text, (size_t)(end - text)}};
	if (*open != '(')
		return false;
	ret->name.size = (size_t)(open - text);
	open = split_list(open + 1, end, ret);
	if (open < end && *open == ')')
		open++;
	while (*open == ' ')
		open++;
	if (*open == '=')
		ret->result = trimmed(open + 1, end);
	return true;
}

bool words_parts(struct word whole, struct words *ret)
{
	*ret = (struct words){.name = whole};
	if (whole.size < 2 || !strchr("{[", *whole.at))
		return false;
	split_list(whole.at + 1, whole.at + whole.size - 1, ret);
	return true;
}

bool word_equals(struct word a, struct word b)
{
	return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

bool word_next_flag(struct word w, size_t *at, struct word *ret)
{
	size_t end = *at;

	if (*at >= w.size)
		return false;
	while (end < w.size && w.at[end] != '|')
		end++;
	*ret = (struct word){w.at + *at, end - *at};
	*at = end + 1;
	return true;
}

static bool is_flag(struct word flag)
{
	bool named = false;

	for (size_t i = 0; i < flag.size; i++) {
		unsigned char c = (unsigned char)flag.at[i];

		if (!isupper(c) && !isdigit(c) && c != '_' && c != 'x' && !isxdigit(c))
			return false;
		named |= c == '_' || isupper(c);
	}
	return flag.size && (named || (flag.size > 1 && flag.at[0] == '0' && flag.at[1] == 'x'));
}

bool word_is_flags(struct word w)
{
	struct word flag;

	if (w.size == 1 && *w.at == '0')
		return true;
	for (size_t at = 0; word_next_flag(w, &at, &flag);) {
		if (!is_flag(flag))
			return false;
	}
	return w.size > 0;
}

bool word_has_flag(struct word w, struct word flag)
{
	struct word one;

	for (size_t at = 0; word_next_flag(w, &at, &one);) {
		if (word_equals(one, flag))
			return true;
	}
	return false;
}

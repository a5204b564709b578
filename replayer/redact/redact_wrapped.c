/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in base64 that goes on in the next line: base64(1), MIME and PEM begin a new line after
 * 60 to 76 characters, wherever that is in what they encode. Runs of such lines are searched as if
 * the ends of lines were not there.
 */
#include "redact_priv.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FULL_LINE = 60 }; /* characters of a line that another may belong to */

/* Lines put together, and where each of them stands in the text. */
struct wrapped {
	struct buf joined;
	struct line {
		size_t at, from; /* in `joined`, in the text */
	} * lines;
	size_t count, capacity;
};

static void wrapped_done(struct wrapped *w)
{
	buf_done(&w->joined);
	free(w->lines);
}

static bool is_digit(uint8_t c)
{
	return isalnum(c) || (c && strchr("+/-_=", c));
}

static int add_line(struct wrapped *w, const uint8_t *text, size_t from, size_t size)
{
	if (w->count == w->capacity) {
		size_t capacity = w->capacity ? w->capacity * 2 : 64;
		struct line *grown = reallocarray(w->lines, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		w->lines = grown;
		w->capacity = capacity;
	}
	w->lines[w->count++] = (struct line){w->joined.size, from};
	buf_append(&w->joined, text + from, size);
	return buf_error(&w->joined);
}

/* From the end of a full line on, whose characters begin at @from; gives the place behind what
 * belongs together in @ret. */
static int gather(struct wrapped *w, const uint8_t *text, size_t size, size_t from, size_t end,
		  size_t *ret)
{
	size_t at = end, n = end - from;
	int result;

	w->count = 0;
	buf_clear(&w->joined);
	result = add_line(w, text, from, n);
	while (result == 0 && n >= FULL_LINE) {
		while (at < size && text[at] == '\r')
			at++;
		if (at == size || text[at] != '\n')
			break;
		at++;
		while (at < size && (text[at] == ' ' || text[at] == '\t'))
			at++;
		for (n = 0; at + n < size && is_digit(text[at + n]); n++)
			;
		result = add_line(w, text, at, n);
		at += n;
	}
	*ret = at;
	return result;
}

/* A span of the joined lines is one in each of them. */
static int add_spans(struct redact *r, const struct wrapped *w, size_t from, size_t to,
		     enum redact_class class)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < w->count; i++) {
		size_t begin = w->lines[i].at;
		size_t end = i + 1 < w->count ? w->lines[i + 1].at : w->joined.size;
		size_t first = from > begin ? from : begin, last = to < end ? to : end;

		if (first < last)
			result = redact_add_span(r, w->lines[i].from + (first - begin),
						 w->lines[i].from + (last - begin), class);
	}
	return result;
}

static int search(struct redact *r, const struct wrapped *w)
{
	const struct automaton *a = secrets_automaton(r->secrets);
	uint32_t state = 0;
	int result = 0;

	for (size_t i = 0; result == 0 && i < w->joined.size; i++) {
		uint32_t at, name, length;

		state = automaton_step(a, state, (uint8_t)w->joined.data[i]);
		at = state;
		while (result == 0 && state && automaton_match(a, &at, &name, &length)) {
			const struct secret_form *f = secrets_form(r->secrets, name);

			if (!f->whole)
				result = add_spans(r, w, i + 1 - length, i + 1, f->class);
		}
	}
	return result;
}

int redact_search_wrapped(struct redact *r, const uint8_t *text, size_t size)
{
	cleanup_done(wrapped_done) struct wrapped w = {.count = 0};
	int result = 0;

	for (size_t at = 0; result == 0 && at < size;) {
		const uint8_t *newline = memchr(text + at, '\n', size - at);
		size_t end = newline ? (size_t)(newline - text) : size, from;

		if (!newline)
			break;
		if (end > at && text[end - 1] == '\r')
			end--;
		for (from = end; from > at && is_digit(text[from - 1]); from--)
			;
		at = (size_t)(newline + 1 - text);
		if (end - from >= FULL_LINE)
			result = gather(&w, text, size, from, end, &at);
		if (result == 0 && w.count > 1)
			result = search(r, &w);
		w.count = 0;
	}
	return result;
}

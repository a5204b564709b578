/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are whole: arguments, environments, paths; and tokens where secrets were. */
#include "redact_priv.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the beginning of a secret, where the rest is missing, and where a string ends: a program
 * that shortens names does so with what is secret in them. */
enum { PARTIAL_MIN = 4, SHORTENED_MIN = 8 };

/* ---- spans ---- */

static struct span *new_span(struct redact *r)
{
	struct spans *x = &r->spans;

	if (x->count == x->capacity) {
		size_t capacity = x->capacity ? x->capacity * 2 : 32;
		struct span *grown = reallocarray(x->all, capacity, sizeof(*grown));

		if (!grown)
			return NULL;
		x->all = grown;
		x->capacity = capacity;
	}
	return &x->all[x->count++];
}

int redact_add_span(struct redact *r, size_t from, size_t to, enum redact_class class)
{
	struct span *s = new_span(r);

	if (!s)
		return -ENOMEM;
	*s = (struct span){from, to, class, 0};
	return 0;
}

int redact_add_name_span(struct redact *r, size_t from, size_t to, enum redact_class class,
			 const uint8_t *instead)
{
	struct span *s = new_span(r);

	if (!s)
		return -ENOMEM;
	*s = (struct span){from, to, class, r->instead.size + 1};
	buf_append(&r->instead, instead, to - from);
	return buf_error(&r->instead);
}

static int compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to > y->to ? -1 : 1;
	/* A secret that is also somebody's name is a secret. */
	return (x->instead > y->instead) - (x->instead < y->instead);
}

/* What overlaps is replaced as one: a name within a name as the longer one. */
static void join(struct span *s, const struct span *next)
{
	if (next->to <= s->to)
		return;
	s->to = next->to;
	s->instead = 0;
}

int redact_count(struct redact *r, uint32_t pid, enum redact_class class, size_t bytes)
{
	const struct state_process *p = pid && r->state ? state_process(r->state, pid) : NULL;

	return redacted_add(&r->report, pid, p ? p->exe : NULL, p ? p->exe_size : 0, class, bytes);
}

int redact_apply_spans(struct redact *r, uint32_t pid, const uint8_t *text, uint8_t *ret)
{
	struct spans *x = &r->spans;
	int result = 0;

	if (x->count > 1)
		qsort(x->all, x->count, sizeof(*x->all), compare);
	for (size_t i = 0; result == 0 && i < x->count;) {
		struct span s = x->all[i++];

		for (; i < x->count && x->all[i].from < s.to; i++)
			join(&s, &x->all[i]);
		if (s.instead)
			memcpy(ret + s.from, r->instead.data + s.instead - 1, s.to - s.from);
		else
			redact_token(r->options.key, s.class, text + s.from, s.to - s.from,
				     ret + s.from);
		result = redact_count(r, pid, s.class, s.to - s.from);
	}
	x->count = 0;
	buf_clear(&r->instead);
	return result;
}

/* ---- secrets that were found ---- */

static bool is_word(const uint8_t *text, size_t size, size_t from, size_t to)
{
	return (!from || !isalnum(text[from - 1])) && (to == size || !isalnum(text[to]));
}

/* The beginning of a secret in front of @end, where there is no more of it. */
static int add_partial(struct redact *r, uint32_t state, size_t end, uint32_t min)
{
	const struct automaton *a = secrets_automaton(r->secrets);
	uint32_t depth = state ? automaton_depth(a, state) : 0, at = state, name, length;

	/* All of one is found where it ends. */
	if (depth < min || (automaton_match(a, &at, &name, &length) && length == depth))
		return 0;
	return redact_add_span(r, end - depth, end, REDACT_TOKEN);
}

struct searched {
	struct redact *r;
	const struct automaton *automaton;
	const uint8_t *text;
	size_t size;
};

/* All that end in front of @end. */
static int take_ended(const struct searched *x, uint32_t state, size_t end)
{
	uint32_t name, length;
	int result = 0;

	while (result == 0 && automaton_match(x->automaton, &state, &name, &length)) {
		const struct secret_form *f = secrets_form(x->r->secrets, name);
		size_t from = end - length;

		if (f->whole && !is_word(x->text, x->size, from, end))
			continue;
		result = f->instead ? redact_add_name_span(x->r, from, end, f->class, f->instead)
				    : redact_add_span(x->r, from, end, f->class);
	}
	return result;
}

static int search_names(struct redact *r, const uint8_t *text, size_t size)
{
	const struct searched x = {r, secrets_names(r->secrets), text, size};
	uint32_t state = 0;
	int result = 0;

	for (size_t i = 0; x.automaton && result == 0 && i < size; i++) {
		state = automaton_step(x.automaton, state, text[i]);
		if (state)
			result = take_ended(&x, state, i + 1);
	}
	return result == 0 && r->names ? redact_search_addresses(r, text, size) : result;
}

int redact_search(struct redact *r, const uint8_t *text, size_t size, bool cut)
{
	const struct searched x = {r, secrets_automaton(r->secrets), text, size};
	uint32_t state = 0;
	int result = 0;

	for (size_t i = 0; result == 0 && i < size; i++) {
		if (!text[i])
			result = add_partial(r, state, i, SHORTENED_MIN);
		state = automaton_step(x.automaton, state, text[i]);
		if (result == 0 && state)
			result = take_ended(&x, state, i + 1);
	}
	if (result == 0)
		result = add_partial(r, state, size, cut ? PARTIAL_MIN : SHORTENED_MIN);
	if (result == 0)
		result = redact_search_wrapped(r, text, size);
	return result == 0 ? search_names(r, text, size) : result;
}

/* ---- texts ---- */

struct text_search {
	struct redact *r;
	const uint8_t *text;
	size_t size;
};

static int take(void *context, const uint8_t *found, size_t size, enum redact_class class)
{
	const struct text_search *s = context;

	if (found < s->text || found >= s->text + s->size)
		return 0;
	return redact_add_span(s->r, (size_t)(found - s->text), (size_t)(found - s->text) + size,
			       class);
}

/* Whose values say where things are, and nothing of anybody. */
bool redact_is_plain_variable(const uint8_t *text, size_t size)
{
	static const char *const names[] = {
		"PATH",       "SHELL",      "TERM",     "LANG",    "LANGUAGE",
		"LC_",        "TZ",         "SHLVL",    "_",       "MAKEFLAGS",
		"EDITOR",     "PAGER",      "LINES",    "COLUMNS", "LD_LIBRARY_PATH",
		"LD_PRELOAD", "PYTHONPATH", "COLORTERM"};
	const uint8_t *equal = memchr(text, '=', size);
	size_t n = equal ? (size_t)(equal - text) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t length = strlen(names[i]);

		if (length > n || memcmp(text, names[i], length) != 0)
			continue;
		if (length == n || names[i][length - 1] == '_')
			return true;
	}
	return false;
}

static int hide_values(struct redact *r, const uint8_t *text, size_t size)
{
	int result = 0;

	for (size_t at = 0; result == 0 && at < size;) {
		size_t n = strnlen((const char *)text + at, size - at);
		const uint8_t *equal = memchr(text + at, '=', n);

		if (equal && !redact_is_plain_variable(text + at, n) && equal + 1 < text + at + n)
			result = redact_add_span(r, (size_t)(equal + 1 - text), at + n,
						 REDACT_PROCESS);
		at += n + 1;
	}
	return result;
}

int redact_text(struct redact *r, uint32_t pid, enum redact_site site, const uint8_t *text,
		size_t size, uint8_t *ret)
{
	struct text_search s = {r, text, size};
	int result;

	if (!size)
		return 0;
	if (site == SITE_ARGUMENTS)
		result = find_arguments(r->finder, text, size, take, &s);
	else if (site == SITE_ENVIRONMENT)
		result = find_environment(r->finder, text, size, take, &s);
	else
		result = find_text(r->finder, text, size, take, &s);
	if (result == 0 && site == SITE_ENVIRONMENT && r->options.level == REDACT_META)
		result = hide_values(r, text, size);
	if (result == 0)
		result = redact_search(r, text, size, false);
	return result == 0 ? redact_apply_spans(r, pid, text, ret) : result;
}

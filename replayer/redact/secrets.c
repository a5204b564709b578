/* SPDX-License-Identifier: Apache-2.0 */
#include "secrets.h"

#include "forms.h"
#include "token.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	WORTH_MIN = 6,        /* of mixed characters */
	WORTH_PLAIN_MIN = 10, /* of letters alone */
	WORTH_DIGITS_MIN = 8,
	NAME_ENCODED_MIN = 5,
};

struct secret {
	uint8_t *text;
	size_t size;
	enum redact_class class;
	bool whole;
	struct secret *next; /* with the same hash */
	uint8_t *instead;    /* NULL: a token */
	bool exact;          /* nothing else is the same: no other case, no encoding */
};

struct secrets {
	struct secret **all;
	size_t count, capacity, random;
	struct map by_hash;
	struct automaton *automaton, *names;
	struct secret_form *forms;
	size_t form_count, form_capacity;
};

struct secrets *secrets_new(void)
{
	struct secrets *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->automaton = automaton_new(false);
	return s->automaton ? s : secrets_free(s);
}

static void secret_free(struct secret *x)
{
	if (x && x->text)
		explicit_bzero(x->text, x->size);
	if (x) {
		free(x->text);
		free(x->instead);
	}
	free(x);
}

struct secrets *secrets_free(struct secrets *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->count; i++)
		secret_free(s->all[i]);
	free(s->all);
	free(s->forms);
	map_done(&s->by_hash);
	automaton_free(s->automaton);
	automaton_free(s->names);
	free(s);
	return NULL;
}

/* ---- worth it? ---- */

static bool begins_like_path(const char *text, size_t size)
{
	static const char *const beginnings[] = {"/home/", "/usr/",  "/etc/", "/tmp/",    "/run/",
						 "/var/",  "/root/", "/opt/", "/proc/",   "/dev/",
						 "/mnt/",  "/srv/",  "/lib",  "/bin/",    "./",
						 "../",    "~/",     "/sys/", "/private/"};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t n = strlen(beginnings[i]);

		if (size >= n && memcmp(text, beginnings[i], n) == 0)
			return true;
	}
	return false;
}

bool secrets_is_worth(const uint8_t *text, size_t size)
{
	size_t lower = 0, upper = 0, digits = 0, others = 0, kinds;

	if (size < WORTH_MIN || redact_is_token(text, size) ||
	    begins_like_path((const char *)text, size))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (islower(text[i]))
			lower++;
		else if (isupper(text[i]))
			upper++;
		else if (isdigit(text[i]))
			digits++;
		else
			others++;
	}
	kinds = (size_t)(lower > 0) + (upper > 0) + (digits > 0) + (others > 0);
	if (kinds == 1 && digits)
		return size >= WORTH_DIGITS_MIN && !redact_is_guessable(text, size);
	if (kinds == 1 && !others)
		return size >= WORTH_PLAIN_MIN && !redact_is_guessable(text, size);
	return size < REDACT_HASHED_MIN || !redact_is_guessable(text, size);
}

/* ---- adding ---- */

static int append(struct secrets *s, struct secret *x)
{
	struct secret **grown;

	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 64;
		grown = reallocarray(s->all, s->capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		s->all = grown;
	}
	s->all[s->count++] = x;
	return 0;
}

/* *ret NULL: it is there already. */
static int add(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
	       struct secret **ret)
{
	uint64_t hash = hash_add(HASH_START, text, size);
	struct secret *first = map_get(&s->by_hash, hash), *x;

	*ret = NULL;
	for (x = first; x; x = x->next) {
		if (x->size == size && memcmp(x->text, text, size) == 0)
			return 0;
	}
	if (s->count == SECRETS_MAX)
		return -E2BIG;
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	*x = (struct secret){.text = malloc(size + 1), .size = size, .class = class, .next = first};
	if (!x->text || append(s, x) < 0) {
		secret_free(x);
		return -ENOMEM;
	}
	memcpy(x->text, text, size);
	*ret = x;
	return map_put(&s->by_hash, hash, x);
}

int secrets_add_word(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
		     bool whole)
{
	struct secret *x;
	int r = add(s, class, text, size, &x);

	if (x)
		x->whole = whole;
	return r;
}

int secrets_add_exact(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
		      const uint8_t *instead, bool whole)
{
	struct secret *x;
	int r = add(s, class, text, size, &x);

	if (r < 0 || !x)
		return r;
	x->whole = whole;
	x->exact = true;
	x->instead = malloc(size + 1);
	if (!x->instead)
		return -ENOMEM;
	memcpy(x->instead, instead, size);
	return 0;
}

int secrets_add_name(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
		     const uint8_t *instead)
{
	size_t before = s->count;
	int r = secrets_add_exact(s, class, text, size, instead, true);

	if (r == 0 && s->count > before)
		s->all[before]->exact = false;
	return r;
}

int secrets_add(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size)
{
	int r = 0;

	if (class == REDACT_RANDOM) {
		if (size < 16 || size > 512 || s->random == SECRETS_RANDOM_MAX)
			return 0;
		s->random++;
	}
	for (size_t at = 0; r == 0 && at < size; at += SECRET_PIECE) {
		size_t n = size - at < SECRET_PIECE ? size - at : SECRET_PIECE;

		if (class == REDACT_RANDOM || secrets_is_worth(text + at, n))
			r = secrets_add_word(s, class, text + at, n, false);
	}
	return r;
}

size_t secrets_count(const struct secrets *s)
{
	return s->count;
}

/* ---- the automaton ---- */

struct sealing {
	struct secrets *s;
	const struct secret *secret;
};

static int add_form(struct secrets *s, struct automaton *a, const struct secret_form *form,
		    const uint8_t *bytes, size_t size)
{
	struct secret_form *grown;

	if (s->form_count == s->form_capacity) {
		s->form_capacity = s->form_capacity ? s->form_capacity * 2 : 256;
		grown = reallocarray(s->forms, s->form_capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		s->forms = grown;
	}
	s->forms[s->form_count] = *form;
	return automaton_add(a, bytes, size, (uint32_t)s->form_count++);
}

static struct automaton *automaton_of(struct secrets *s, const struct secret *x)
{
	return x->instead ? s->names : s->automaton;
}

static int take_form(void *context, const char *name, const uint8_t *bytes, size_t size)
{
	const struct sealing *x = context;
	const struct secret_form form = {x->secret->class, false, name, NULL};

	/* Of a name the plain form is a word, and has been added. */
	if (x->secret->instead && strcmp(name, "plain") == 0)
		return 0;
	return add_form(x->s, automaton_of(x->s, x->secret), &form, bytes, size);
}

static int add_plain(struct secrets *s, const struct secret *x, const uint8_t *bytes)
{
	const struct secret_form form = {x->class, x->whole, "plain", x->instead};

	return add_form(s, automaton_of(s, x), &form, bytes, x->size);
}

/* What is written in capitals, or without any, is the same name. */
static int add_cases(struct secrets *s, const struct secret *x)
{
	struct sealing sealing = {s, x};
	uint8_t *other = malloc(x->size + 1);
	int r = other ? 0 : -ENOMEM;

	for (int upper = 0; r == 0 && upper < 2; upper++) {
		for (size_t i = 0; i < x->size; i++)
			other[i] = (uint8_t)(upper ? toupper(x->text[i]) : tolower(x->text[i]));
		if (memcmp(other, x->text, x->size) == 0)
			continue;
		r = add_plain(s, x, other);
		if (r == 0 && x->size >= NAME_ENCODED_MIN)
			r = forms_tell(other, x->size, take_form, &sealing);
	}
	free(other);
	return r;
}

static int seal_one(struct secrets *s, const struct secret *x)
{
	struct sealing sealing = {s, x};
	int r = 0;

	if (x->instead) {
		r = add_plain(s, x, x->text);
		if (r == 0 && !x->exact)
			r = add_cases(s, x);
		/* The encoded forms of less would be found everywhere. */
		if (r < 0 || x->exact || x->size < NAME_ENCODED_MIN)
			return r;
	} else if (x->size < WORTH_MIN || x->whole) {
		/* A short word is what it is; its base64 would be found everywhere. */
		return add_plain(s, x, x->text);
	}
	return forms_tell(x->text, x->size, take_form, &sealing);
}

int secrets_seal(struct secrets *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->count; i++) {
		if (s->all[i]->instead && !s->names)
			s->names = automaton_new(false);
		if (s->all[i]->instead && !s->names)
			return -ENOMEM;
		r = seal_one(s, s->all[i]);
	}
	if (r == 0 && s->names)
		r = automaton_link(s->names);
	return r == 0 ? automaton_link(s->automaton) : r;
}

const struct automaton *secrets_automaton(const struct secrets *s)
{
	return s->automaton;
}

const struct automaton *secrets_names(const struct secrets *s)
{
	return s->names;
}

const struct secret_form *secrets_form(const struct secrets *s, uint32_t name)
{
	return &s->forms[name];
}

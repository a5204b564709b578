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
};

struct secret {
	uint8_t *text;
	size_t size;
	enum redact_class class;
	bool whole;
	struct secret *next; /* with the same hash */
};

struct secrets {
	struct secret **all;
	size_t count, capacity, random;
	struct map by_hash;
	struct automaton *automaton;
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
	if (x)
		free(x->text);
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

int secrets_add_word(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
		     bool whole)
{
	uint64_t hash = hash_add(HASH_START, text, size);
	struct secret *first = map_get(&s->by_hash, hash), *x;

	for (x = first; x; x = x->next) {
		if (x->size == size && memcmp(x->text, text, size) == 0)
			return 0;
	}
	if (s->count == SECRETS_MAX)
		return -E2BIG;
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	*x = (struct secret){malloc(size + 1), size, class, whole, first};
	if (!x->text || append(s, x) < 0) {
		secret_free(x);
		return -ENOMEM;
	}
	memcpy(x->text, text, size);
	return map_put(&s->by_hash, hash, x);
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

static int add_form(void *context, const char *name, const uint8_t *bytes, size_t size)
{
	struct sealing *x = context;
	struct secrets *s = x->s;
	struct secret_form *grown;

	if (s->form_count == s->form_capacity) {
		s->form_capacity = s->form_capacity ? s->form_capacity * 2 : 256;
		grown = reallocarray(s->forms, s->form_capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		s->forms = grown;
	}
	s->forms[s->form_count] = (struct secret_form){x->secret->class, x->secret->whole, name};
	return automaton_add(s->automaton, bytes, size, (uint32_t)s->form_count++);
}

int secrets_seal(struct secrets *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->count; i++) {
		struct sealing x = {s, s->all[i]};

		/* A short word is what it is; its base64 would be found everywhere. */
		if (s->all[i]->size < WORTH_MIN || s->all[i]->whole)
			r = add_form(&x, "plain", s->all[i]->text, s->all[i]->size);
		else
			r = forms_tell(s->all[i]->text, s->all[i]->size, add_form, &x);
	}
	return r == 0 ? automaton_link(s->automaton) : r;
}

const struct automaton *secrets_automaton(const struct secrets *s)
{
	return s->automaton;
}

const struct secret_form *secrets_form(const struct secrets *s, uint32_t name)
{
	return &s->forms[name];
}

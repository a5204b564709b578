/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets that were found: texts to be replaced wherever they stand, in all their forms.
 */
#ifndef REDACT_SECRETS_H
#define REDACT_SECRETS_H

#include "automaton.h"
#include "class.h"

struct err;
struct secrets;

enum {
	SECRETS_MAX = 1 << 16,    /* more: the tape is refused */
	SECRETS_RANDOM_MAX = 512, /* random bytes that are looked for elsewhere; more: they are
				   * replaced only where they were drawn */
	SECRET_PIECE = 4096,      /* a longer one is searched for in pieces of so much */
};

struct secrets *secrets_new(void);
struct secrets *secrets_free(struct secrets *s);
/*
 * Whether @text is worth looking for everywhere: long enough, and nothing that stands everywhere
 * anyway (a number, a common word, a path, an ordinary name).
 */
bool secrets_is_worth(const uint8_t *text, size_t size);
/* Takes it if it is worth it. 0, or -errno; -E2BIG: there are too many. */
int secrets_add(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size);
/* Takes it in any case, found only as a whole word when @whole. */
int secrets_add_word(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
		     bool whole);
/* A name: wherever it is a whole word, @instead of the same size stands for it; a token does for
 * what it is encoded as. Lower and upper case are the same name. */
int secrets_add_name(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
		     const uint8_t *instead);
/* These very bytes, and @instead for them. */
int secrets_add_exact(struct secrets *s, enum redact_class class, const uint8_t *text, size_t size,
		      const uint8_t *instead, bool whole);
size_t secrets_count(const struct secrets *s);
/* To be called once, behind all of secrets_add(). */
int secrets_seal(struct secrets *s);
const struct automaton *secrets_automaton(const struct secrets *s);
/* Of names, which are looked for apart: the beginning of one tells nothing. NULL: there are none.
 */
const struct automaton *secrets_names(const struct secrets *s);

/* What a name of either automaton stands for. */
struct secret_form {
	enum redact_class class;
	bool whole; /* as a whole word only */
	const char *form;
	const uint8_t *instead; /* of the same size; NULL: a token */
};
const struct secret_form *secrets_form(const struct secrets *s, uint32_t name);

#endif

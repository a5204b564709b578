/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in bytes, by names and by what tokens look like: NAME=value, "name": "value", options of
 * commands, headers of HTTP, URLs, the prefixes that services give their tokens, private keys in
 * PEM. Looks at what it is given and nothing else; where that comes from is the caller's.
 */
#ifndef REDACT_FIND_H
#define REDACT_FIND_H

#include "class.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rules;
struct finder;

/*
 * A secret. @text is part of what was searched, or something that follows from it (the password of
 * an encoded authorization): it need not be in there then. A result other than 0 ends the
 * search, and is given back.
 */
typedef int find_fn(void *context, const uint8_t *text, size_t size, enum redact_class class);

/* @rules is borrowed. NULL: out of memory. */
struct finder *finder_new(const struct rules *rules);
struct finder *finder_free(struct finder *f);

/* Any bytes. What looks like an assignment to a secret name must look like a secret too, because
 * source code and manuals are full of such. */
int find_text(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
	      void *context);
/* Where a text is from, which makes some things sure that are a guess elsewhere. */
enum find_kind {
	FIND_ANY,
	FIND_SETTINGS, /* a file of settings: a line NAME = value is one, whatever the value */
	FIND_WIRE,     /* a socket: lines of protocols are what they look like */
};
int find_text_of(const struct finder *f, enum find_kind kind, const uint8_t *text, size_t size,
		 find_fn *tell, void *context);
/* How much of some whole lines is to be looked at now: what is behind that waits for lines which
 * belong to it. */
size_t find_whole(enum find_kind kind, const uint8_t *text, size_t size);
/* NAME=value, whole. */
int find_variable(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		  void *context);
/* Strings NAME=value, each with its NUL. */
int find_environment(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		     void *context);
/* The arguments of a command, each with its NUL. */
int find_arguments(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		   void *context);
/* What is in a file of credentials: the values of secret names, and words that look like more than
 * words. */
int find_words(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
	       void *context);
/* What was typed, line by line. @alone: nothing but passwords. */
int find_typed(const uint8_t *text, size_t size, bool alone, find_fn *tell, void *context);
/* The lines of a private key. @runs: without blanks and signs, because they may be something else.
 */
int find_lines(const uint8_t *text, size_t size, bool runs, find_fn *tell, void *context);

#endif

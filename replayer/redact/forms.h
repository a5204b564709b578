/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a secret looks like when a program has written it another way: base64 (also within a longer
 * text, so in three alignments, and with the alphabet for URLs), percent-encoded, as a JSON
 * string, in hexadecimal, quoted for a shell, in UTF-16; and what it is itself base64 or
 * hexadecimal of, as the lines of a key are. Not: compressed, encrypted, in another character set,
 * or base64 with line breaks inside.
 */
#ifndef REDACT_FORMS_H
#define REDACT_FORMS_H

#include <stddef.h>
#include <stdint.h>

enum { FORM_BYTES_MIN = 6 }; /* shorter ones would be found everywhere */

/* @name: "base64", … A result other than 0 ends it, and is given back. */
typedef int form_fn(void *context, const char *name, const uint8_t *bytes, size_t size);
/* Tells each form that differs from the plain one, and that itself. 0, -ENOMEM, or what @tell
 * gave. */
int forms_tell(const uint8_t *secret, size_t size, form_fn *tell, void *context);

#endif

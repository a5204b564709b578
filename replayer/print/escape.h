/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traced bytes made harmless.
 */
#ifndef PRINT_ESCAPE_H
#define PRINT_ESCAPE_H

#include "print.h"

#include <stddef.h>

/* As strace writes a string's inside (no quotes): \n, \t, octal, or hexadecimal. */
void escape_strace(struct buf *ret, const void *bytes, size_t size, enum print_hex hex);

/* For people (paths, names, arguments in reports): valid UTF-8 stays, control
 * characters, invalid bytes and bidirectional controls become \xNN. */
void escape_text(struct buf *ret, const void *bytes, size_t size);

/* For a shell: as escape_text, in single quotes when a word needs them. */
void escape_word(struct buf *ret, const void *bytes, size_t size);

/* The inside of a JSON string; bytes that are no UTF-8 become U+FFFD. */
void escape_json(struct buf *ret, const void *bytes, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as RFC 3629 has it: nothing overlong, no surrogates, nothing above U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The character at @at, of which @size bytes (at least one) are there: its length, and
 * itself in @ret; or 0 when no valid one begins there. */
size_t utf8_decode(const uint8_t *at, size_t size, uint32_t *ret);

/* Makes every byte of a string that is part of no valid character a '?', in place. */
void utf8_repair(char *text);

#endif

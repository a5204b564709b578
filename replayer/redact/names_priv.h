/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that look for names share. */
#ifndef REDACT_NAMES_PRIV_H
#define REDACT_NAMES_PRIV_H

#include "names.h"

enum { NAME_MIN = 3, NAME_MAX_SIZE = 128 };

bool names_is_host(const uint8_t *text, size_t size);
bool names_is_host_character(uint8_t c);
/* user@host as one: the parts are taken by others. */
int names_take_mailbox(struct names *n, const uint8_t *text, size_t user, size_t size);

/* An address as it was written. */
int names_take_spelling(struct names *n, const struct address *a, const uint8_t *text, size_t size);

#endif

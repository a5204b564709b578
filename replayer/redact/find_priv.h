/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the finder share. */
#ifndef REDACT_FIND_PRIV_H
#define REDACT_FIND_PRIV_H

#include "find.h"

struct finder;
struct rules;

enum { FIND_VALUE_MIN = 4 }; /* bytes of a value where nothing else can be meant */

const struct rules *finder_rules(const struct finder *f);
/* The value of what is secret by its name, unless it is plainly none: a word like "true", a path.
 */
int find_value(const uint8_t *value, size_t size, enum redact_class class, find_fn *tell,
	       void *context);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the finder share. */
#ifndef REDACT_FIND_PRIV_H
#define REDACT_FIND_PRIV_H

struct finder;
struct rules;

enum { FIND_VALUE_MIN = 4 }; /* bytes of a value where nothing else can be meant */

const struct rules *finder_rules(const struct finder *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Amounts for people: 512 B, 1.2 KiB, 3.4 MiB. */
#ifndef QUERY_AMOUNT_H
#define QUERY_AMOUNT_H

#include <stdint.h>

struct buf;

void amount_bytes(struct buf *ret, uint64_t bytes);
/* In seconds, as many places as it is worth: 0.000042 s, 1.25 s. */
void amount_time(struct buf *ret, uint64_t ns);
/* "1 file", "2 files"; @word may have another plural than its s. */
void amount_count(struct buf *ret, uint64_t count, const char *word, const char *plural);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second look at bytes that are to be given away: what in them looks like a secret, and what
 * names they keep. It knows nothing of tapes and shares nothing with the redactor: a mistake
 * there is not made here again. Works on runs of printable characters.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct scan;

enum { SCAN_KEPT_MAX = 20000 }; /* names of each kind; more are counted */

/* NULL: out of memory. */
struct scan *scan_new(void);
struct scan *scan_free(struct scan *s);
/* Bytes, one piece behind the other. 0 or -ENOMEM. */
int scan_take(struct scan *s, const void *bytes, size_t size);
/* Behind the last piece. */
int scan_finish(struct scan *s);
/* How many things look like secrets. */
uint64_t scan_found(const struct scan *s);
void scan_say(const struct scan *s, struct buf *ret);
void scan_json(const struct scan *s, struct buf *ret);

#endif

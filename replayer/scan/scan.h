/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second look at what is to be given away: what in its bytes looks like a secret, and what
 * names it keeps. It shares nothing with the redactor: a mistake there is not made here again. The
 * rules work on runs of printable characters of any file; of a tape, what was run and touched is
 * told besides, so that a person can read it.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct scan;
struct trace_item;

/* NULL: out of memory. */
struct scan *scan_new(void);
struct scan *scan_free(struct scan *s);
/* Bytes, one piece behind the other. 0 or -ENOMEM. */
int scan_take(struct scan *s, const void *bytes, size_t size);
/* Behind the last piece. */
int scan_finish(struct scan *s);
/* The items of a tape: in front of its bytes, or not at all. 0 or -ENOMEM. */
int scan_take_item(struct scan *s, const struct trace_item *item);
/* How many things look like secrets. */
uint64_t scan_found(const struct scan *s);
void scan_say(struct scan *s, struct buf *ret);
void scan_json(struct scan *s, struct buf *ret);

#endif

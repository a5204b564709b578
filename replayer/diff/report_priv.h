/* SPDX-License-Identifier: Apache-2.0 */
/* What the forms of a report share. */
#ifndef DIFF_REPORT_PRIV_H
#define DIFF_REPORT_PRIV_H

struct buf;
struct excerpt;

/* report_excerpt.c: rows of a hex dump; the member "excerpt" (NULL: null). */
void report_say_excerpt(const struct excerpt *x, struct buf *out);
void report_put_excerpt(const struct excerpt *x, struct buf *out);

#endif

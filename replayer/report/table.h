/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of a page. It has an end, in rows and in bytes, whatever a tape holds: what is not in
 * it any more is counted and said. report.js makes it sortable, by the data-v of a cell where it
 * has one.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct table {
	struct buf *out;
	size_t from, bytes; /* where it began, how many bytes it may have */
	size_t rows, told;
};

/* @heads end with NULL; that of a column of numbers has a # in front. At most @rows rows, and
 * none after @bytes bytes. */
void table_open(struct table *t, struct buf *out, const char *caption, const char *const *heads,
		size_t rows, size_t bytes);
/* Whether there is room for a row: then it is to be written. */
bool table_row(struct table *t);
/* @all: how many rows there would have been, of @what. */
void table_close(struct table *t, uint64_t all, const char *what);
/* "… 12 more files are not shown here." Nothing when @n is 0. */
void table_say_left_out(struct buf *out, uint64_t n, const char *what);

#endif

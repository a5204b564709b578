/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a query for people and for programs, as sqlite3(1) writes them. */
#ifndef TOOLS_ROWS_H
#define TOOLS_ROWS_H

#include "base/buf.h"
#include "replayer/sql/sql.h"

enum rows_format {
	ROWS_TABLE, /* columns of equal width; that of the first ROWS_SEEN rows */
	ROWS_CSV,   /* RFC 4180 */
	ROWS_JSON,  /* an array of objects for each statement */
	ROWS_LINE,  /* a line for each value */
};

enum { ROWS_SEEN = 1000, ROWS_SEEN_BYTES = 4 << 20, ROWS_WIDTH_MAX = 400 };

struct rows {
	enum rows_format format;
	bool no_header;
	bool terminal; /* traced bytes are made harmless in CSV, too */
	struct buf out;
	uint64_t count; /* of this statement */
	bool any;       /* rows or names of a statement before */
	/* ROWS_TABLE: cells held back until the widths are known, each ended by a NUL; and whether
	 * each is aligned to the right. */
	struct buf held, right;
	size_t *widths;
	size_t columns;
	bool wide; /* the widths are known */
};

/* A sql_row_fn; @context: struct rows. */
int rows_put(void *context, const char *const *names, const struct sql_value *values, size_t count,
	     struct err *err);
/* The statement is over. */
void rows_end(struct rows *r);
void rows_done(struct rows *r);

#endif

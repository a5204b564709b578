/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows as people read them, one behind the other: a heading (which way, when, who, which call,
 * how much), and the bytes, as text or in hexadecimal; or as JSON. What one call goes on with
 * where the one before stopped has no heading of its own.
 */
#ifndef QUERY_FOLLOW_H
#define QUERY_FOLLOW_H

#include "streams.h"

enum follow_form { FOLLOW_TEXT, FOLLOW_HEX, FOLLOW_JSON };

struct follow {
	enum follow_form form;
	bool colour;
	bool any;          /* something was told */
	struct flow last;  /* without its pieces */
	uint64_t offset;   /* in the run, for FOLLOW_HEX without positions */
	uint64_t expected; /* position of a byte behind the last */
	bool line_open;    /* the last line has no end yet */
	struct buf line;   /* what has no newline so far */
};

void follow_flow(struct follow *w, const struct flow *f, struct buf *out);
/* Of a file that was put together: bytes at @offset, and what is not known of it. */
void follow_bytes(struct follow *w, uint64_t offset, const uint8_t *at, size_t size,
		  struct buf *out);
void follow_gap(struct follow *w, uint64_t size, const char *what, struct buf *out);
/* Nothing comes any more. */
void follow_end(struct follow *w, struct buf *out);
/* The table of streams, or, with FOLLOW_JSON, an array of objects. */
void follow_list(const struct streams *x, const struct follow *w, struct buf *out);
void follow_done(struct follow *w);

#endif

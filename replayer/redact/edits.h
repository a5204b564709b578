/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to be written into the memory of events: found in one pass, done in the next. */
#ifndef REDACT_EDITS_H
#define REDACT_EDITS_H

#include "class.h"
#include "lanes.h"

enum {
	EDITS_MAX = 1 << 20, /* more: the tape is refused */
	EDITS_BYTES_MAX = 64 << 20,
};

struct edit {
	struct place place;
	uint32_t size;
	bool first; /* of what is replaced as one */
	enum redact_class class;
	size_t at; /* of the bytes, in `bytes` */
	size_t order;
};

struct edits {
	struct edit *all;
	size_t count, capacity;
	struct buf bytes;
};

/* 0, -E2BIG or -ENOMEM. */
int edits_add(struct edits *x, const struct place *place, enum redact_class class, bool first,
	      const uint8_t *bytes, size_t size);
/* Behind the last, before anything is asked for. */
void edits_sort(struct edits *x);
/* Those of a call: the first, and how many. */
const struct edit *edits_of(const struct edits *x, uint64_t seq, size_t *ret_count);
void redact_edits_done(struct edits *x);

#endif

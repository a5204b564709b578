/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two units (units.h) step by step: which steps are on one side only, and which are the same with
 * something else said in them. No more is done here than to find them.
 */
#ifndef DIFF_EDITS_H
#define DIFF_EDITS_H

#include "units.h"

#include "base/buf.h"

/* A step of one side only. Those of one gap stand where the other side has none, or others. */
struct edit {
	const struct diff_step *step;
	uint32_t gap;
	uint32_t process, tid;
	bool used; /* for who pairs them */
};

struct edit_change {
	const struct diff_step *a, *b; /* equal coarse keys, other fine ones */
	uint32_t a_process, b_process, a_tid, b_tid;
};

struct edits {
	struct buf removed, inserted; /* struct edit, in order */
	struct buf changed;           /* struct edit_change */
	bool differs;                 /* in an ordered unit: where first, places in the steps */
	size_t a_at, b_at;
	bool approximate;
};

/* 0 or -ENOMEM. */
int edits_make(const struct unit *u, struct edits *ret);
void edits_done(struct edits *e);

static inline struct edit *edits_of(const struct buf *list, size_t *ret_count)
{
	*ret_count = list->size / sizeof(struct edit);
	return (struct edit *)(void *)list->data;
}

#endif

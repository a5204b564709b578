/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sides compared: who is who (match.h), and everything that differs (findings.h), in no
 * order of importance yet (rank.h).
 */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include "findings.h"
#include "match.h"

#include "base/buf.h"

struct rules;

/* Where two threads that belong together first do something else: places in their steps, which
 * may be their ends. */
struct divergence {
	uint32_t node;
	uint32_t a_process, b_process;
	const struct diff_thread *a, *b; /* NULL: there is none */
	size_t a_at, b_at;
};

struct comparison {
	const struct diff_side *a, *b; /* borrowed */
	const struct rules *rules;     /* borrowed; NULL: none */
	struct match match;
	struct findings found;
	/* By their hashes, of sides that have no map of them; empty before somebody asks. */
	struct map a_objects, b_objects;
	struct buf a_channels, b_channels; /* compare_channels.c; empty before somebody asks */
	struct map a_scratch, b_scratch;   /* likewise: who uses what, and what was removed */
	bool scratch_known;
	struct buf divergences;   /* struct divergence, in the order of nodes and threads */
	size_t excerpts_left_out; /* findings of bytes over EXCERPTS_MAX (excerpt.h) */
	size_t pool_looks;        /* of compare_pool.h, so that they can be bounded */
	size_t own_looks;         /* likewise: of compare_own_again() */
	size_t stranger_looks;    /* likewise: of compare_of_stranger() */
	bool serves;              /* somebody takes connections on one of the tapes */
	bool approximate;         /* somewhere there was too much different to look for the least */
};

/* 0 or -ENOMEM. Everything points into both sides, which must outlive the comparison. */
int compare_sides(const struct diff_side *a, const struct diff_side *b, const struct rules *rules,
		  struct comparison *ret);
void comparison_done(struct comparison *c);

size_t comparison_divergences(const struct comparison *c, const struct divergence **ret);

/* How people call a node's process: its words, cut; "(pool of 4) …". */
void comparison_name(const struct comparison *c, uint32_t node, struct buf *ret);

#endif

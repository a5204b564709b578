/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of compare_steps.c share: steps_pairs.c, steps_told.c, steps_alone.c and
 * steps_changed.c. Those that return an int return 0 or -ENOMEM.
 */
#ifndef DIFF_STEPS_PRIV_H
#define DIFF_STEPS_PRIV_H

#include "compare_order.h"
#include "compare_priv.h"
#include "edits.h"

struct moves;

/* The edits of one unit, while findings are made of them. */
struct steps_run {
	struct comparison *c;
	uint32_t node;
	bool ordered;
	struct edit *removed, *inserted;
	size_t removed_count, inserted_count;
	struct orders orders;
	struct moves *moves; /* of the node */
};

/* ---- steps_pairs.c ---- */

/* 0: belongs to nobody. */
typedef uint64_t edit_key_fn(const struct diff_side *s, const struct edit *e);
typedef int edit_pair_fn(struct steps_run *run, struct edit *a, struct edit *b);
/* Tells each pair of edits, one of either side, that have the same key and are not used yet. */
int steps_pair_by(struct steps_run *run, edit_key_fn *key, edit_pair_fn *tell);
uint64_t steps_mix(uint64_t a, uint64_t b, uint64_t c);
uint64_t steps_word_hash(const char *word);

/* ---- steps_told.c: what is said of a step ---- */

enum finding_weight steps_weight_of(const struct diff_side *s, const struct diff_step *step);
enum finding_weight steps_louder(enum finding_weight a, enum finding_weight b);
/* 0: it is about nothing. */
uint64_t steps_object_hash(const struct diff_side *s, const struct diff_step *step);
uint64_t steps_shape_of(const struct diff_side *s, const struct diff_step *step);
bool steps_is_answer_of_set(const struct diff_side *s, const struct diff_step *step);
/* The kind of finding when a call of this name chooses another object; -1: it chooses none. */
int steps_choice_of(const char *call);
/* "ok", or the name of the error; @scratch may be needed for it. */
const char *steps_end_of(const struct diff_step *step, char *scratch, size_t size);
/* Takes a finding for edits of which one may be NULL. */
int steps_add(struct steps_run *run, struct compare_new *x, const struct edit *a,
	      const struct edit *b);

/* ---- steps_alone.c, steps_changed.c ---- */

/* The edits that nobody has used. */
int steps_tell_rest(struct steps_run *run);
/* The same step with something else said. */
int steps_tell_change(struct steps_run *run, const struct edit_change *change);
int steps_tell_changes(struct steps_run *run, const struct edit_change *changes, size_t count);

#endif

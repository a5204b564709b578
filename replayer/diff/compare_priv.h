/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of compare_sides(). Each: 0 or -ENOMEM. */
#ifndef DIFF_COMPARE_PRIV_H
#define DIFF_COMPARE_PRIV_H

#include "compare.h"

/* Which side of the comparison, to do the same for both. */
enum { SIDE_A, SIDE_B };

/* compare_inputs.c: environment, executable, arguments, how it ended, who is new and gone. */
int compare_node_inputs(struct comparison *c, uint32_t node);
/* compare_attributes.c: as whom the command runs, and what the kernel allows it. */
int compare_attributes(struct comparison *c);
/* compare_machine.c: what they ran on. */
int compare_machines(struct comparison *c);
/* compare_family.c: what it does to those that it makes. */
int compare_node_family(struct comparison *c, uint32_t node);
/* Whether the call is what a thread does by being one, and there are more threads on one side by
 * chance, or more of them had not yet come to it when the process ended. */
bool compare_of_spare_thread(const struct comparison *c, uint32_t node, const char *call);
/* compare_steps.c: what threads did, step by step. */
int compare_node_steps(struct comparison *c, uint32_t node);
/* compare_counts.c, after the steps: how often which call. */
int compare_node_counts(struct comparison *c, uint32_t node);
/* compare_waits.c: how long it waits at most. */
int compare_node_waits(struct comparison *c, uint32_t node);
/* compare_streams.c: what bytes went through. */
int compare_node_streams(struct comparison *c, uint32_t node);

/* compare_chance.c, when all nodes are done: what only moved from one sibling to another. */
int compare_swaps(struct comparison *c);

/* ---- what they have in common ---- */

/* A finding, filled in where it is new: subject, was and now are copied (NULL stays NULL), the
 * key is made of kind, node and @shape. NULL with *failed when out of memory; NULL alone: there is
 * no room. */
struct compare_new {
	enum finding_kind kind;
	uint32_t node;
	uint64_t detail; /* what makes it one finding, besides kind and node */
	uint64_t shape;  /* the same of another pair of runs */
	uint64_t what;
	enum finding_weight weight;
	const char *subject, *was, *now;
};
struct finding *compare_add(struct comparison *c, const struct compare_new *x, int *failed);

/* compare_own.c: what a process asks or sets of itself again and again: once more changes nothing.
 * The answers are false when they have been asked for too often. */
enum {
	OWN_LOOKS_MAX = 8192, /* each goes through all steps of a process */
	OWN_OFTEN = 3,        /* times that something is set again and again */
};
bool compare_is_own(const char *call);
/* Whether a step of @s is such a call, and @side takes this very step, too, somewhere. */
bool compare_own_again(struct comparison *c, uint32_t node, int side, const struct diff_side *s,
		       const struct diff_step *step);

/* Whether a step of @a and one of @b stand in the same place, but both runs take both: masks that
 * are set for a moment, handlers that are set again and again. */
bool compare_own_in_turns(struct comparison *c, uint32_t node, const struct diff_step *a,
			  const struct diff_step *b);

/* Whether it is of a process that is not on the tape, looked at by one that goes through all there
 * are: which these are, and whether they are there still, is chance. False when it has been asked
 * for more than so many times. */
enum { STRANGER_LOOKS_MAX = 4096 }; /* each goes through all steps of a node */
bool compare_of_stranger(struct comparison *c, uint32_t node, const char *label);

/* Where a process begins. */
struct finding_place compare_place_of(const struct diff_side *s, uint32_t process);
/* Whether a word is one of a list that ends with NULL. */
bool compare_is_one_of(const char *word, const char *const *list);
const char *compare_text(const struct diff_side *s, uint32_t place);
/* The label of an object; "" of none. */
const char *compare_label(const struct diff_side *s, uint32_t object);
const char *compare_call(const struct diff_side *s, uint32_t call);
/* Makes ready for compare_knows(), if it is not. 0 or -ENOMEM. */
int compare_note_objects(struct comparison *c);
/* Whether this object is on the other side too. */
bool compare_knows(const struct comparison *c, int side, uint64_t object);

#endif

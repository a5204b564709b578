/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap of workers that their parent ends when there is no more to do: those that have come to
 * their ends by themselves until then are not killed any more. Which they are is chance.
 */
#ifndef DIFF_COMPARE_POOL_H
#define DIFF_COMPARE_POOL_H

#include "compare.h"

enum { POOL_LOOKS_MAX = 4096 }; /* each goes through all processes */

/* Whether one has ended by itself, as others did, and the other because its parent
 * told it to. */
bool pool_ends_by_chance(const struct comparison *c, const struct match_node *n,
			 const struct diff_process *a, const struct diff_process *b);

/* Whether a step is that a worker is told to end, or that it is told. This and the last one: false
 * when it has been asked for more than POOL_LOOKS_MAX times. */
bool pool_step_by_chance(struct comparison *c, const struct diff_side *s, uint32_t process,
			 const struct diff_step *step);

/* Whether a step that only @s has is about a channel, as each member of the heap has its own, and
 * one member of the other side was told to end before it had done anything at all. */
bool pool_lacks_by_chance(const struct comparison *c, uint32_t node, const struct diff_side *s,
			  const struct diff_step *step);

/* How many more members of a heap were told to end on one side than on the other: they lack what
 * the others did at their ends. */
uint64_t pool_untimely_ends(const struct comparison *c, uint32_t node);

/* Whether it is of a process that tells members of a heap to end: how many is chance. */
bool pool_count_by_chance(struct comparison *c, uint32_t node, const char *call);

#endif

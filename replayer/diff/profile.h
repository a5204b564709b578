/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was done, whatever the order: the coarse keys of steps, sorted. By these it is seen how
 * much two processes or threads, or two heaps of them, have in common.
 */
#ifndef DIFF_PROFILE_H
#define DIFF_PROFILE_H

#include "replayer/side/side.h"

struct profile {
	uint64_t *keys;
	size_t count;
};

/* Of @count threads. 0 or -ENOMEM. */
int profile_make(const struct diff_thread *const *threads, size_t count, struct profile *ret);
/* All threads of one process. */
int profile_process(const struct diff_process *p, struct profile *ret);
void profile_done(struct profile *p);

/* How many steps one has and the other has not. */
size_t profile_distance(const struct profile *a, const struct profile *b);
/* Of all keys, the part that both have, how often does not matter: 0 to 1 (Jaccard). Two that
 * have none are alike. */
double profile_likeness(const struct profile *a, const struct profile *b);

#endif

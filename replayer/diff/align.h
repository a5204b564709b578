/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which elements of two sequences belong together: a longest common subsequence, found
 * in linear space (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).
 *
 * Elements are small numbers, the same number for the same thing. What occurs on one side
 * only is set aside before the search; so is what both have in common at their ends.
 *
 * The search through one stretch ends after @cost edits: then it is divided where most has
 * been got through, and the result says that it is no longer the shortest. So the time grows
 * with the sizes times @cost at most, whatever the sequences.
 */
#ifndef DIFF_ALIGN_H
#define DIFF_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALIGN_COST_DEFAULT = 4096 };

/* a[a … a + count) is b[b … b + count). */
struct align_run {
	uint32_t a, b, count;
};

struct alignment {
	struct align_run *runs; /* ascending in both; none touches the next */
	size_t count;
	size_t common;    /* elements in all runs */
	bool approximate; /* the cost was exceeded somewhere */
};

/*
 * Numbers must be less than @numbers, which bounds the memory besides the sizes. @cost 0 is
 * the default. 0 or -ENOMEM; then *ret is untouched.
 */
int align(const uint32_t *a, size_t a_size, const uint32_t *b, size_t b_size, size_t numbers,
	  size_t cost, struct alignment *ret);
void alignment_done(struct alignment *x);

#endif

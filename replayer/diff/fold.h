/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops in a sequence made short: a block of up to FOLD_BLOCK_MAX elements that comes several
 * times without a pause is kept once, and behind it stands one element that says how often it
 * came again. So "n times" and "n + 1 times" differ in the count of that one element, and "once"
 * and "twice" in that it is there. Inside a block the same is done with shorter blocks.
 */
#ifndef DIFF_FOLD_H
#define DIFF_FOLD_H

#include <stddef.h>
#include <stdint.h>

struct intern;

enum { FOLD_BLOCK_MAX = 16 };

struct fold_element {
	uint32_t number;  /* of what it is, or of the block that is repeated: equal in both sides */
	uint32_t at;      /* its place; of a repetition, where the first repeated block begins */
	uint32_t block;   /* of a repetition: the size of the block; else 0 */
	uint32_t repeats; /* of a repetition: how often the block came again */
};

struct folded {
	struct fold_element *elements;
	size_t count;
};

/* @numbers are of @names, in which those of the blocks are put too. 0 or -ENOMEM. */
int fold(const uint32_t *numbers, size_t size, struct intern *names, struct folded *ret);
void folded_done(struct folded *x);

#endif

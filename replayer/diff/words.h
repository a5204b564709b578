/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical text of a call taken apart, name(argument, argument) = result, without being
 * taken in by commas and brackets inside of strings, structs and lists.
 */
#ifndef DIFF_WORDS_H
#define DIFF_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 16 };

struct word {
	const char *at;
	size_t size;
};

struct words {
	struct word name, result;         /* `result`: what is behind " = "; empty: there is none */
	struct word arguments[WORDS_MAX]; /* what is beyond the last is part of it */
	size_t count;
};

/* False: it is no call; then the name is the whole text. */
bool words_split(const char *text, struct words *ret);

/* The parts of a struct or a list, without its brackets: {a=1, b=2}. False: it is none. */
bool words_parts(struct word whole, struct words *ret);

bool word_equals(struct word a, struct word b);
/* O_RDONLY|O_CLOEXEC, MSG_PEEK, 0: what can be a set of flags. */
bool word_is_flags(struct word w);
/* Whether the set of flags @w has @flag in it. */
bool word_has_flag(struct word w, struct word flag);
/* The next flag of a set behind @at (from 0), false at the end. */
bool word_next_flag(struct word w, size_t *at, struct word *ret);

#endif

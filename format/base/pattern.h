/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regexec(3) that can be trusted: glibc's says that nothing matches when it had no memory to look,
 * with the same value.
 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	PATTERN_SIZE_MAX = 4096,
	PATTERN_COPIES_MAX = 1 << 14, /* of a part of an expression */
};

/*
 * Whether an extended expression may be given to regcomp(3): it copies what stands before a + or a
 * {n,m}, and copies of that when they are nested, so that "a+++++++++++++++++++++++++" takes all
 * memory there is. Counted as if all of them were nested.
 */
bool pattern_is_modest(const char *expression);

/* 1 and the places, 0 (it does not match), or -ENOMEM. */
int pattern_find(const regex_t *pattern, const char *text, size_t count, regmatch_t *ret,
		 int flags);

#endif

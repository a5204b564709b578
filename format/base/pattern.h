/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regexec(3) that can be trusted: glibc's says that nothing matches when it had no memory to look,
 * with the same value.
 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <regex.h>
#include <stddef.h>

/* 1 and the places, 0 (it does not match), or -ENOMEM. */
int pattern_find(const regex_t *pattern, const char *text, size_t count, regmatch_t *ret,
		 int flags);

#endif

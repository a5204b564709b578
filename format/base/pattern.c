/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How many copies a {n,m} makes: as many as the larger number; too many are PATTERN_COPIES_MAX + 1.
 */
static unsigned long copies_of(const char *at)
{
	char *end;
	const unsigned long from = strtoul(at, &end, 10);
	const unsigned long to = *end == ',' ? strtoul(end + 1, NULL, 10) : 0;
	const unsigned long most = from > to ? from : to;

	return most < PATTERN_COPIES_MAX ? most + 1 : PATTERN_COPIES_MAX + 1;
}

bool pattern_is_modest(const char *expression)
{
	unsigned long copies = 1;
	const char *at;

	/* In brackets and behind a backslash they are characters; to count them as well does no
	 * harm. */
	for (at = expression; *at; at++) {
		if (*at == '+')
			copies *= 2;
		else if (*at == '{')
			copies *= copies_of(at + 1);
		if (copies > PATTERN_COPIES_MAX)
			return false;
	}
	return at - expression <= PATTERN_SIZE_MAX;
}

int pattern_find(const regex_t *pattern, const char *text, size_t count, regmatch_t *ret, int flags)
{
	const int before = errno;
	int r;

	/* glibc: `return err != REG_NOERROR;`, and REG_NOMATCH is 1. What failed set errno. */
	errno = 0;
	r = regexec(pattern, text, count, ret, flags);
	if (r == REG_NOMATCH && errno == ENOMEM)
		r = REG_ESPACE;
	errno = before;
	return r == 0 ? 1 : r == REG_NOMATCH ? 0 : -ENOMEM;
}

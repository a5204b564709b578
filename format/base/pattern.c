/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

#include <errno.h>

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

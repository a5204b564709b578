/* SPDX-License-Identifier: Apache-2.0 */
#include "large.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

void *large_zeroed(size_t count, size_t size)
{
	size_t all;
	void *ret;

	if (size && count > (SIZE_MAX - HUGE_PAGE) / size)
		return NULL;
	all = count * size;
	if (all < LARGE_FROM)
		return calloc(count, size);
	ret = aligned_alloc(HUGE_PAGE, (all + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
	if (!ret)
		return NULL;
	/* Where it cannot be had it is only slower. */
	(void)madvise(ret, all, MADV_HUGEPAGE);
	/* Written at once: looked at first, each page would be the kernel's page of zeros, and be
	 * exchanged for another when it is written to, which every thread is interrupted for. */
	return memset(ret, 0, all);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "large.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

static void *large(size_t size)
{
	void *ret;

	if (size > SIZE_MAX - HUGE_PAGE)
		return NULL;
	ret = aligned_alloc(HUGE_PAGE, (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
	/* Where it cannot be had it is only slower. */
	if (ret)
		(void)madvise(ret, size, MADV_HUGEPAGE);
	return ret;
}

void *large_zeroed(size_t count, size_t size)
{
	void *ret;

	if (size && count > SIZE_MAX / size)
		return NULL;
	if (count * size < LARGE_FROM)
		return calloc(count, size);
	ret = large(count * size);
	/* Written at once: looked at first, each page would be the kernel's page of zeros, and be
	 * exchanged for another when it is written to, which every thread is interrupted for. */
	return ret ? memset(ret, 0, count * size) : NULL;
}

void *large_realloc(void *old, size_t old_size, size_t size)
{
	void *ret;

	if (size < LARGE_FROM)
		return realloc(old, size);
	ret = large(size);
	if (!ret)
		return NULL;
	if (old_size)
		memcpy(ret, old, old_size < size ? old_size : size);
	free(old);
	return ret;
}

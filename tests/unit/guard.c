/* SPDX-License-Identifier: Apache-2.0 */
/* Two mappings in one: pages to write to, and one behind them that is never given. */
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGE = 4096 };

struct guard guard_copy(const void *data, size_t size)
{
	size_t pages = (size + PAGE - 1) / PAGE * PAGE;
	uint8_t *start = mmap(NULL, pages + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(start, MAP_FAILED);
	if (pages)
		assert_int_equal(mprotect(start, pages, PROT_READ | PROT_WRITE), 0);
	if (size)
		memcpy(start + pages - size, data, size);
	return (struct guard){start + pages - size, size, start, pages + PAGE};
}

void guard_shorten(struct guard *g, size_t size)
{
	assert_true(size <= g->size);
	memmove(g->data + g->size - size, g->data, size);
	g->data += g->size - size;
	g->size = size;
}

void guard_done(struct guard *g)
{
	if (g->start)
		munmap(g->start, g->mapped);
	*g = (struct guard){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for unpacking a record, with an end: a few bytes of a packed message can ask for
 * millions of structs, before anybody sees how many there are.
 */
#include "codec_priv.h"

#include "container/limits.h"

#include <stdlib.h>

static void *allocate(void *context, size_t size)
{
	size_t *left = context;

	if (size > *left)
		return NULL;
	*left -= size;
	return malloc(size);
}

static void release(void *context, void *pointer)
{
	(void)context;
	free(pointer);
}

void codec_budget_init(struct codec_budget *b)
{
	b->left = TRACE_UNPACKED_MAX;
	b->allocator = (ProtobufCAllocator){allocate, release, &b->left};
}

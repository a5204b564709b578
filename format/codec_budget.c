/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for unpacking a record, with an end: a few bytes of a packed message can ask for
 * millions of structs, before anybody sees how many there are.
 */
#include "codec_priv.h"

#include "container/limits.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

static void *allocate(void *context, size_t size)
{
	struct codec_budget *b = context;
	void *place;

	if (size > b->left)
		return NULL;
	b->left -= size;
	place = malloc(size);
	b->failed |= !place && size;
	return place;
}

static void release(void *context, void *pointer)
{
	(void)context;
	free(pointer);
}

void codec_budget_init(struct codec_budget *b)
{
	b->left = TRACE_UNPACKED_MAX;
	b->failed = false;
	b->allocator = (ProtobufCAllocator){allocate, release, b};
}

int codec_budget_error(const struct codec_budget *b, const char *what, struct err *err)
{
	if (b->failed)
		return err_set(err, ENOMEM, "out of memory");
	return err_set(err, EBADMSG, "a %s is malformed, or beyond its limits", what);
}

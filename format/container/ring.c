/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct ring_frame *ring_at(const struct ring *r, size_t number)
{
	return &r->frames[r->first + number];
}

/* Room for one more at the end: what fell out at the front is used first. */
static int make_room(struct ring *r)
{
	size_t capacity = r->capacity ? r->capacity * 2 : 32;
	struct ring_frame *frames;

	if (r->first + r->count < r->capacity)
		return 0;
	if (r->first > r->count) {
		memmove(r->frames, r->frames + r->first, r->count * sizeof(*r->frames));
		r->first = 0;
		return 0;
	}
	frames = reallocarray(r->frames, capacity, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	r->frames = frames;
	r->capacity = capacity;
	return 0;
}

/* A buffer grows in leaps; the ring is to take no more than it holds. */
static void fit(struct buf *b)
{
	char *data = b->data ? realloc(b->data, b->size + 1) : NULL;

	if (!data)
		return;
	b->data = data;
	b->capacity = b->size + 1;
}

int ring_push(struct ring *r, struct ring_frame *frame)
{
	if (make_room(r) < 0)
		return -ENOMEM;
	fit(&frame->bytes);
	r->frames[r->first + r->count++] = *frame;
	r->size += frame->bytes.size;
	*frame = (struct ring_frame){0};
	return 0;
}

void ring_trim(struct ring *r, uint64_t size)
{
	while (r->count > 1 && r->size > size) {
		struct ring_frame *oldest = &r->frames[r->first++];

		r->count--;
		r->size -= oldest->bytes.size;
		buf_done(&oldest->bytes);
	}
}

void ring_done(struct ring *r)
{
	while (r->count)
		buf_done(&r->frames[r->first + --r->count].bytes);
	free(r->frames);
	*r = (struct ring){0};
}

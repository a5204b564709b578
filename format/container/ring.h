/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest frames of a recording, in memory: what is older than the ring is large falls
 * out, frame by frame. Each frame begins with the state of the world then, so that any of
 * them may be the first that is left.
 */
#ifndef CONTAINER_RING_H
#define CONTAINER_RING_H

#include "base/buf.h"
#include "format/meta.h"

/* What had been counted when a tape, or a frame of a ring, began. */
struct ring_tally {
	uint64_t calls, signals, lost, unreadable, shortened, bytes_kept, bytes_full;
	uint64_t processes, threads; /* that had ended */
};

struct ring_frame {
	struct buf bytes;         /* compressed */
	struct meta_frame about;  /* its offset has no meaning */
	struct ring_tally before; /* at its beginning */
};

/* A zeroed struct is an empty ring. */
struct ring {
	struct ring_frame *frames; /* oldest first, from @first on */
	size_t first, count, capacity;
	uint64_t size; /* bytes of all frames */
};

/* The oldest is number 0. */
const struct ring_frame *ring_at(const struct ring *r, size_t number);
/* Takes over the contents of @frame as the newest. 0 or -ENOMEM. */
int ring_push(struct ring *r, struct ring_frame *frame);
/* Drops the oldest frames until the rest has at most @size bytes; the newest one stays. */
void ring_trim(struct ring *r, uint64_t size);
void ring_done(struct ring *r);

#endif

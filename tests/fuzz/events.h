/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events made of the bytes of a fuzz input. Any bytes make some; what is asked for when
 * they are used up is zero. An event is what a tape can hold, no more: what the codec
 * refuses need not be survived behind it. corpus.py writes real events in this form.
 */
#ifndef TESTS_FUZZ_EVENTS_H
#define TESTS_FUZZ_EVENTS_H

#include "format/container/stream.h"
#include "format/event.h"

/* What is left of the input. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

uint8_t bytes_one(struct bytes *b);
/* A byte that says how many follow (modulo 9), then these, little-endian. */
uint64_t bytes_number(struct bytes *b);
/* A number of bytes, then these: a copy of exactly that size, so that a step over its end
 * is seen, with a NUL behind it if @text. The caller frees it. */
void *bytes_copy(struct bytes *b, bool text, size_t *ret_size);

enum { EVENTS_RANGES_MAX = 256 };

struct maker {
	struct bytes bytes;
	struct event event; /* the last one */
	struct event_memory memory[EVENTS_RANGES_MAX];
};

/* Makes the next event, in m->event; what the one before pointed to is gone then. False
 * when the bytes are used up. */
bool maker_next(struct maker *m);
void maker_done(struct maker *m);

/* The snapshot of one process with one descriptor; @item refers to the rest, so it stays where it
 * is. */
struct made_snapshot {
	struct meta_fd fd;
	struct meta_process process;
	struct meta_snapshot snapshot;
	struct trace_item item;
};

void snapshot_make(struct bytes *b, struct made_snapshot *ret);
void snapshot_done(struct made_snapshot *m);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was waited for, and for how long: a child, a lock, a peer, a pipe. Time of threads, so that
 * it may add up to more than the tape is long.
 *
 * Hand over every event of a stream after the state has taken it.
 */
#ifndef QUERY_WAITS_H
#define QUERY_WAITS_H

#include "waiting.h"

#include "base/buf.h"
#include "base/map.h"

struct state;

enum { WAITS_MAX = 1 << 12, WAITS_NAME_MAX = 256 };

struct wait {
	enum waiting_for what;
	char *name; /* as bytes; "" */
	size_t name_size;
	uint64_t total, count; /* ns, calls */
};

struct waits {
	const struct state *state; /* borrowed */
	struct wait *list;
	size_t count;
	struct map index;             /* hash of kind and name -> place + 1 */
	uint64_t total, beyond;       /* ns; of those that had no room */
	uint64_t by[WAITING_FOR_MAX]; /* ns of each kind */
	struct waiting_cache cache;
	struct buf scratch;
};

/* 0 or -ENOMEM. */
int waits_take(struct waits *w, const struct event *e);
/* The longest first. */
void waits_sort(struct waits *w);
void waits_done(struct waits *w);

#endif

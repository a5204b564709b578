/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which write a read got its bytes from: pipes and pairs of sockets keep what is written in
 * order, so byte counts tell. Bounded: of each channel the latest writes are kept, and of
 * channels those that are younger than the last time there were too many.
 */
#ifndef EXPORT_FLOWS_H
#define EXPORT_FLOWS_H

#include "base/map.h"

#include <stddef.h>
#include <stdint.h>

enum { FLOWS_CHANNELS_MAX = 4096, FLOWS_WRITES_MAX = 64, FLOWS_OF_READ_MAX = 16 };

/* Zeroed, it is empty. */
struct flows {
	struct map channels; /* description that is read from -> struct channel */
	uint64_t forgotten;  /* channels */
};

/* The flows of a read: those that go on behind it, and those that end with it. */
struct flows_read {
	uint64_t on[FLOWS_OF_READ_MAX], ends[FLOWS_OF_READ_MAX];
	size_t on_count, end_count;
};

/* @bytes were written, as flow @id, for who reads from the description @to. 0 or -ENOMEM. */
int flows_write(struct flows *f, uint64_t to, uint64_t id, uint64_t bytes);
/* @bytes were read from the description @from; adds to @ret as long as there is room. */
void flows_read(struct flows *f, uint64_t from, uint64_t bytes, struct flows_read *ret);
/* What was written for @from while it was not known who reads it is for @to. 0 or -ENOMEM. */
int flows_join(struct flows *f, uint64_t from, uint64_t to);
void flows_clear(struct flows *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader at work in a thread of its own, some chunks ahead: decompressing and decoding take
 * as long as what is done with the events. What is read, and in which order, is the same.
 */
#ifndef CONTAINER_AHEAD_H
#define CONTAINER_AHEAD_H

#include "maker.h"
#include "reader.h"

struct trace_ahead;

/* Whether a second thread would have a CPU to itself. */
bool trace_ahead_pays(void);
/* The reader is borrowed, and nobody else's until trace_ahead_free(). @maker, which may be NULL, is
 * borrowed too: of chunks that have to wait it makes what it can. 0 or -errno: then it goes on
 * without. */
int trace_ahead_start(struct trace_reader *reader, const struct trace_maker *maker,
		      struct trace_ahead **ret);
/* As trace_reader_next(), but that a batch is the caller's, who gives it to
 * trace_ahead_recycle() or frees it. */
int trace_ahead_next(struct trace_ahead *a, struct trace_record *ret, struct err *err);
void trace_ahead_recycle(struct trace_ahead *a, struct batch *batch);
/* Of what was given out so far: the place in the file, and trace_reader_raw(). */
uint64_t trace_ahead_offset(const struct trace_ahead *a);
uint64_t trace_ahead_raw(const struct trace_ahead *a);
/* Stops it where it is. */
struct trace_ahead *trace_ahead_free(struct trace_ahead *a);

#endif

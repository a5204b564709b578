/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small tapes made in memory, with every kind of event in them, and what came back
 * from reading one, as a list that can be compared.
 */
#ifndef TESTS_TAPE_H
#define TESTS_TAPE_H

#include "base/buf.h"
#include "format/container/stream.h"
#include "format/container/writer.h"

/* What is in a test tape. Zero: one chunk, one frame. */
struct tape_plan {
	unsigned rounds;     /* times that all kinds of events are added; 0: 1 */
	size_t chunk_size;   /* as of trace_writer_options */
	size_t frame_size;
	uint64_t incompatible; /* feature bits of the header */
	bool no_trailer;     /* as if the recorder had been killed */
};

/* Appends the bytes of a whole tape. Fails the test when something goes wrong. */
void tape_make(const struct tape_plan *plan, struct buf *ret);

/* One line for each item of the tape, without damage texts: good for comparing. */
struct tape_content {
	struct buf text;       /* the lines */
	size_t events, calls, headers, trailers, snapshots, damages, tails;
	int result; /* of opening or reading: 0 or -errno */
	char error[256];
};

/* The line of an event. */
void tape_say_event(struct buf *text, const struct event *e);
void tape_read(const void *data, size_t size, bool as_pipe, struct tape_content *ret);
void tape_content_done(struct tape_content *c);

#endif

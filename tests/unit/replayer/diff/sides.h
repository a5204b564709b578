/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sides of a comparison, made up line by line, as if they had been read. Keys are made as those of
 * a tape are: of the call, of what it is about, of how it ended, and of all that is said of it.
 */
#ifndef TESTS_DIFF_SIDES_H
#define TESTS_DIFF_SIDES_H

#include "replayer/side/side.h"

#include "base/buf.h"

enum { SIDES_CALLS_MAX = 64, SIDES_THREADS_MAX = 8 };

struct made_process {
	struct diff_process is;
	struct buf steps, counts, streams;
	struct diff_thread threads[SIDES_THREADS_MAX];
	size_t thread_count;
};

struct made_side {
	struct diff_side is; /* after made_side_end(); header and snapshot may be set before */
	struct made_process *processes;
	size_t process_count, process_capacity;
	struct buf objects, texts;
	const char *call_names[SIDES_CALLS_MAX];
	size_t call_count;
	uint64_t seq;
	struct diff_process *given;
};

void made_side_begin(struct made_side *s);
/* The place of a process that executed @exe with @words; @parent 0: the command. */
uint32_t made_process(struct made_side *s, uint32_t parent, const char *exe, const char *words);
/* One that executed nothing, and is what its parent is. */
uint32_t made_fork(struct made_side *s, uint32_t parent);
void made_status(struct made_side *s, uint32_t process, uint32_t status);
/* Strings, each with its NUL. Borrowed. */
void made_environment(struct made_side *s, uint32_t process, const void *text, size_t size);
#define MADE_ENVIRONMENT(s, process, text) made_environment(s, process, text, sizeof(text))

/* A call as it is said: its name is what stands before the bracket. @label: NULL: about nothing. */
void made_step(struct made_side *s, uint32_t process, const char *text, const char *label,
	       uint16_t error);
/* Another thread of it: steps that follow are its own. */
void made_thread(struct made_side *s, uint32_t process);
/* Of calls that are no steps, or more of them. */
void made_count(struct made_side *s, uint32_t process, const char *call, const char *label,
		uint64_t calls);
void made_stream(struct made_side *s, uint32_t process, const char *label, bool out, uint64_t bytes,
		 uint64_t hash);

/* Nothing can be added any more. Valid until made_side_done(). */
const struct diff_side *made_side_end(struct made_side *s);
void made_side_done(struct made_side *s);

#endif

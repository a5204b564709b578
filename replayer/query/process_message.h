/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of all the lines that a program wrote as messages, the one that tells most: the end of what
 * it wrote is often a hint how to get help, or the last frame of a stack.
 */
#ifndef QUERY_PROCESS_MESSAGE_H
#define QUERY_PROCESS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_LINE_MAX = 200 };

enum message_weight {
	MESSAGE_NONE,
	MESSAGE_HINT,  /* how to get help, a frame of a stack */
	MESSAGE_PLAIN, /* it may be about anything */
	MESSAGE_ERROR,
	MESSAGE_EXCEPTION,
};

struct message_line {
	char text[MESSAGE_LINE_MAX]; /* as bytes, the first of them; not terminated */
	size_t size;
	size_t joined; /* bytes of it that are on the next line in truth, with a space for the
			  newline */
	uint64_t time; /* ns, when it was begun */
	uint64_t call; /* how many calls the process had made by then */
	enum message_weight weight;
};

/* A zeroed struct is empty. */
struct process_message {
	struct message_line best, current; /* current: no newline has come yet */
	bool best_goes_on;                 /* it ended in a colon: the next line belongs to it */
};

/* Takes the next piece of what was written, which may end anywhere. */
void message_take(struct process_message *m, const void *data, size_t size, uint64_t time,
		  uint64_t call);
/* The line that tells most, a last one without a newline included. False: none was written. */
bool message_best(const struct process_message *m, struct message_line *ret);

#endif

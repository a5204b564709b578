/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a thread waits for that waits for a word in memory (futex). */
#ifndef QUERY_HANG_WORD_H
#define QUERY_HANG_WORD_H

#include "format/event.h"

#include <stdbool.h>

struct state;

struct hang_word {
	uint32_t thread; /* that holds the mutex, or whose end is waited for; 0: not known */
	bool is_end;
	bool alone; /* nobody but threads of the same process can wake it: it has no time-out */
};

/* What the call @e, an event that @state has just taken, waits for; all zero: for no word. */
struct hang_word hang_word_of(const struct state *state, const struct event *e);

#endif

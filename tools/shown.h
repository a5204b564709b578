/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lines are shown besides the choice of calls: strace's -e status=, -e signal= and
 * -e quiet=, each a set of words with commas, `all`, `none`, or, after a !, of those that are not
 * in it.
 */
#ifndef TOOLS_SHOWN_H
#define TOOLS_SHOWN_H

#include "format/event.h"

#include <stdbool.h>

struct err;

struct shown {
	uint64_t hidden_statuses; /* bits of a table of words */
	uint64_t hidden_signals;  /* signal n is bit n - 1 */
	uint64_t hidden_messages;
};

int shown_statuses(struct shown *s, const char *set, struct err *err);
int shown_signals(struct shown *s, const char *set, struct err *err);
/* The messages that are not shown. */
int shown_quiet(struct shown *s, const char *set, struct err *err);
bool shown_event(const struct shown *s, const struct event *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which events are shown: strace's -e trace=, -z, -Z, and by process.
 */
#ifndef TOOLS_FILTER_H
#define TOOLS_FILTER_H

#include "base/map.h"
#include "format/event.h"

#include <stdbool.h>

struct err;

struct filter {
	bool selects;      /* -e trace= was given */
	struct map chosen; /* descriptions (sys_said) of the calls that are shown, as keys */
	struct map pids;   /* empty: all */
	bool only_successful, only_failed; /* -z, -Z */
	uint64_t from, until;              /* ns since the tape began; until 0: the end */
};

/* "trace=SET", or SET alone, as strace's -e: names, %sets, /regex, !all of it. */
int filter_trace(struct filter *f, const char *expression, struct err *err);
/* A pid, or several with commas. */
int filter_pids(struct filter *f, const char *list, struct err *err);
/* A..B in seconds, either may be missing. */
int filter_time(struct filter *f, const char *range, struct err *err);
bool filter_shows(const struct filter *f, const struct event *e);
void filter_done(struct filter *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which events are shown: strace's -e trace=, and by process and time. Where -e is not given,
 * the calls that the recorder was asked for: others are on the tape for what they bear on.
 */
#ifndef TOOLS_FILTER_H
#define TOOLS_FILTER_H

#include "base/map.h"
#include "format/event.h"
#include "sys/choice.h"

#include <stdbool.h>

struct err;
struct trace_item;
struct trace_stream_options;

struct filter {
	bool selects;             /* -e trace= was given, */
	bool recorder_selects;    /* or to the recorder of this tape */
	struct sys_choice chosen; /* the calls that are shown then */
	bool unordered;           /* so is the stream */
	struct map hidden;        /* begun calls of it that are not shown */
	struct map pids;          /* empty: all */
	struct map tape_pids;     /* that a cut tape is of, where none are given */
	uint64_t from, until;     /* ns since the tape began; until 0: the end */
	int failed;               /* -ENOMEM: what is shown is not to be relied on */
};

/* "trace=SET", or SET alone, as strace's -e: names, %sets, /regex, !all of it. */
/* The last one counts. */
int filter_trace(struct filter *f, const char *expression, struct err *err);
/* A pid, or several with commas. */
int filter_pids(struct filter *f, const char *list, struct err *err);
/* A..B in seconds, either may be missing. */
int filter_time(struct filter *f, const char *range, struct err *err);
/* Whether anything was asked for, so that some may not be shown. */
bool filter_chooses(const struct filter *f);
/* To be handed every item before it is asked about: a tape's header says what was recorded. */
void filter_take(struct filter *f, const struct trace_item *item);
bool filter_shows(struct filter *f, const struct event *e);
/* Behind the time that was asked for: nothing of it is to be known. What a stream is bounded to by
 * filter_bound() does not have such events, where it can be bounded. */
bool filter_is_behind(const struct filter *f, const struct event *e);
/* filter_take(), and whether there is something to be done about the item: all but events that
 * are not shown. */
bool filter_passes(struct filter *f, const struct trace_item *item);
/* What a stream need not read because it is not shown. @past: also what is before; else that is
 * needed all the same, for what it bears on. */
void filter_bound(const struct filter *f, bool past, struct trace_stream_options *ret);
void filter_done(struct filter *f);

#endif

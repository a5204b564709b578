/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of a tape, as a tape: the events of some processes, calls, places or times. Places and
 * times stay what they are on the whole tape.
 *
 * So that everything is told as it was there:
 *  - a part that begins later has a snapshot of the replayed state in front, and the exits of
 *    calls that were in flight there;
 *  - calls that are not chosen but that the state rests on (sys/bearing.h) are kept as a
 *    recorder keeps them that was asked for some calls only: the header says what is to be shown.
 *    Of other processes what moves the position of a file is kept too, without its data.
 *
 * A call is where its entry is: one that was begun in the part is whole in it.
 */
#ifndef EXPORT_CUT_H
#define EXPORT_CUT_H

#include "base/map.h"
#include "format/container/sink.h"
#include "format/container/stream.h"

struct err;
struct sys_choice;
struct cut;

/* Everything is borrowed, and must stay. Zero is "all" of every field. */
struct cut_options {
	const struct sys_choice *calls; /* NULL: all that are shown on the tape */
	const char *trace_set;          /* the same in words (sys_choice_plain()) */
	struct map pids;                /* processes and threads */
	uint64_t from, until;           /* ns since the tape began; until 0: no end */
	uint64_t first, last;           /* places; last 0: no end */
	const char *words;              /* what was chosen, for people */
	int level;                      /* of zstd */
	struct sink sink;
};

struct cut_totals {
	uint64_t chosen;        /* events that are shown */
	uint64_t written, read; /* events, as the stream tells them, up to the end of the part */
};

/* NULL: out of memory. */
struct cut *cut_new(const struct cut_options *options);
struct cut *cut_free(struct cut *c);
/* Every item of the stream. 0 or -errno. */
int cut_take(struct cut *c, const struct trace_item *item, struct err *err);
/* The end of the last tape. */
int cut_finish(struct cut *c, struct cut_totals *ret, struct err *err);

#endif

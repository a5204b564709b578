/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a report is made of, taken from a tape in one pass and in bounded memory: all that the
 * overview knows, and besides how busy each thread was over time, the calls that took longest,
 * signals and the places where programs began.
 *
 * Time is cut into bins of equal width. When the tape goes on beyond the last bin, two bins
 * become one in every lane, so that there is always the whole tape and never more bins.
 */
#ifndef REPORT_COLLECT_H
#define REPORT_COLLECT_H

#include "replayer/query/overview.h"

enum {
	REPORT_BINS = 512,
	REPORT_LANES_MAX = 2048, /* with bins of their own; when there is no room, all share one */
	REPORT_FOLD_FROM = 8,    /* so many processes alike are one lane when there are many */
	REPORT_LANES_EASY = 100, /* so many are shown one by one */
	REPORT_SLOW_MAX = 200,
	REPORT_MARKS_MAX = 1000,
	REPORT_TEXT_MAX = 320, /* bytes of a call or a signal as text */
};

struct report_bin {
	uint32_t calls, failed;
	uint64_t inside; /* ns that the thread was in calls */
};

/* A thread. Lane 0 is of all threads that had no room. */
struct report_lane {
	uint32_t process; /* index in the list of processes + 1; 0: of lane 0, or not known */
	uint32_t tid;
	uint64_t first, last; /* ns: when it was seen */
	uint64_t calls, failed, inside;
	bool in_call;            /* it has not come back from its last call, */
	uint64_t since;          /* which began then */
	uint32_t count;          /* of processes that were folded into it, it included; 0: none */
	uint32_t into;           /* index + 1 of the lane it was folded into, which has its bins */
	struct report_bin *bins; /* REPORT_BINS */
};

struct report_slow {
	uint64_t seq, begin, duration;
	uint32_t lane, pid, tid;
	int error;
	char *text;
};

enum report_mark_kind { REPORT_EXEC, REPORT_SIGNAL, REPORT_BAD_END, REPORT_MARK_KIND_MAX };

struct report_mark {
	uint8_t kind;
	uint32_t lane, pid, tid;
	uint64_t time;
	char *text;
};

struct report {
	struct overview overview;
	struct buf part; /* which part of the tape was chosen, in words; empty: all of it */
	unsigned shift;  /* a bin is as many ns wide as 1 shifted by it */
	struct report_lane *lanes;
	size_t lane_count, lane_capacity;
	size_t lanes_live;      /* those that are not folded into another */
	uint64_t lanes_refused; /* events of threads that had no room */
	uint64_t fold_next;     /* how many of these there must be before room is sought again */
	struct map threads;     /* tid -> lane + 1 */
	struct report_slow slow[REPORT_SLOW_MAX];
	size_t slow_count;
	struct report_mark *marks; /* in the order of the tape, REPORT_MARKS_MAX of each kind */
	size_t mark_count[REPORT_MARK_KIND_MAX];
	uint64_t marks_refused[REPORT_MARK_KIND_MAX];
	size_t marks_total;
	uint64_t *inside; /* ns in calls, by index of the process */
	size_t inside_capacity;
	struct printer *printer;
};

/*
 * fold.c: makes lanes of processes that are alike one: with a parent that is alike, the same
 * program, the same end, over soon, without threads. 0 or -ENOMEM.
 */
int report_fold(struct report *r, uint64_t now);
/* The index of the lane that lane @i was folded into, or @i. */
uint32_t report_lane_of(const struct report *r, uint32_t i);

/* 0 or -ENOMEM. The struct must be done with in any case. */
int report_init(struct report *r);
int report_take(struct report *r, const struct trace_item *item);
/* One that is not to be shown: only what others need to be understood is taken. */
int report_pass(struct report *r, const struct trace_item *item);
/* No more items: what is to be shown is put in order. 0 or -ENOMEM. */
int report_end(struct report *r);
void report_done(struct report *r);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls counted and timed: by system call, by process, by thread, by file. Wall time from entry
 * to exit, as the recorder saw it. Memory does not grow with the tape: calls by number
 * are a table of fixed size, processes, threads and files are capped (what is over the cap is
 * counted under one key), and so are histograms.
 *
 * A process or thread is blocked while it is in a call that waits (waiting.h), and busy the rest
 * of its life: in other calls, in its own code, or ready to run while others do.
 */
#ifndef QUERY_STATS_H
#define QUERY_STATS_H

#include "waiting.h"

#include "format/event.h"
#include "format/meta.h"

#include "base/map.h"
#include "base/sieve.h"

/* A histogram of nanoseconds: eight buckets for each power of two, so a percentile is
 * never too small, and too great by less than an eighth. */
enum { STATS_OCTAVES = 48, STATS_STEPS = 8, STATS_BUCKETS = STATS_OCTAVES * STATS_STEPS };

enum {
	STATS_KEYS_MAX = 1 << 16,
	STATS_HISTOGRAMS_MAX =
		1 << 13, /* of processes, threads, files: the first so many have one */
	STATS_NAME_MAX = 512,
};

struct stats_row {
	uint64_t key; /* number, pid, tid or hash; STATS_REST for what is over the cap */
	uint32_t arch;
	uint64_t calls, errors;
	uint64_t total, max;    /* ns */
	uint32_t *histogram;    /* STATS_BUCKETS; NULL: none kept */
	uint64_t blocked;       /* ns, of total */
	uint32_t pid, tid;      /* by process, by thread */
	uint32_t process;       /* index in the list + 1, 0: not kept */
	uint64_t wall;          /* ns that it lived, after stats_sort() */
	uint64_t lived;         /* the sum over its threads */
	uint64_t read, written; /* bytes, by file */
	char *name;             /* by file, as bytes; NULL: calls that are about none */
	size_t name_size;
};
#define STATS_REST UINT64_MAX

enum stats_by { STATS_BY_CALL, STATS_BY_PROCESS, STATS_BY_THREAD, STATS_BY_FILE };

enum stats_order {
	STATS_ORDER_TIME,
	STATS_ORDER_CALLS,
	STATS_ORDER_ERRORS,
	STATS_ORDER_MEAN,
	STATS_ORDER_P50,
	STATS_ORDER_P90,
	STATS_ORDER_P99,
	STATS_ORDER_MAX,
	STATS_ORDER_WALL,
	STATS_ORDER_BLOCKED,
	STATS_ORDER_BUSY,
	STATS_ORDER_BYTES,
	STATS_ORDER_COUNT,
};

struct accesses;
struct processes;
struct state;
struct transfers;

struct stats {
	enum stats_by by;
	struct stats_row *rows;
	size_t count, capacity;
	struct map index;   /* key -> row + 1 */
	struct sieve known; /* by file: keys that are in it */
	size_t rest;        /* row + 1 of what is over the cap, 0: nothing yet */
	uint32_t *number;   /* of x86-64 calls: row + 1, for speed */
	struct map begun;   /* place of the entry -> a call told as begun */
	uint64_t calls, errors, total;
	uint64_t blocked;
	struct waiting_cache cache;
	struct map threads; /* tid -> struct life */
	uint64_t time;      /* of the last event */
	size_t histograms;
	/* Borrowed; take every event before this does. By process and by thread: whose a pid is, or
	 * NULL, then one number is one process. By file: what descriptors are. */
	struct processes *processes;
	const struct state *state;
	struct accesses *accesses;
	struct transfers *transfers;
};

/* 0 or -ENOMEM. */
int stats_init(struct stats *s, enum stats_by by);
/* EVENT_CALL, EVENT_BEGUN and EVENT_END count, also of an unordered stream; others are
 * ignored. 0 or -ENOMEM. */
int stats_add(struct stats *s, const struct event *e);
/* What an unordered stream does not tell of calls that began on an earlier part. 0 or -ENOMEM. */
int stats_snapshot(struct stats *s, const struct meta_snapshot *m);
/* Puts the rows in the order of total time, then calls, then key, then architecture. 0 or
 * -ENOMEM. */
int stats_sort(struct stats *s);
/* The greatest first; after stats_sort(). 0 or -ENOMEM. */
int stats_order(struct stats *s, enum stats_order order);
uint64_t stats_mean(const struct stats_row *row);
uint64_t stats_busy(const struct stats_row *row);
/* The time that @percent of the calls that came back did not exceed; 0 without a
 * histogram. */
uint64_t stats_percentile(const struct stats_row *row, unsigned percent);
void stats_done(struct stats *s);

/* stats_file.c: a call, by what it is about. */
int stats_add_file(struct stats *s, const struct event *e);
/* For it: the row of a key, new when there is none; NULL: out of memory. */
struct stats_row *stats_get(struct stats *s, uint64_t key);
/* A call of this row that has ended, or (@call is NULL) has not; the end of the latter. */
void stats_count_end(struct stats *s, struct stats_row *row, const struct event_call *call);
void stats_count(struct stats *s, struct stats_row *row, const struct event_call *call);

#endif

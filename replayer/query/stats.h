/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls counted and timed: by system call, by process, by thread. Wall time from entry
 * to exit, as the recorder saw it. Memory does not grow with the tape: calls by number
 * are a table of fixed size, processes and threads are capped (what is over the cap is
 * counted under one key).
 */
#ifndef QUERY_STATS_H
#define QUERY_STATS_H

#include "format/event.h"
#include "format/meta.h"

#include "base/map.h"

/* A histogram of nanoseconds: eight buckets for each power of two, so a percentile is
 * never too small, and too great by less than an eighth. */
enum { STATS_OCTAVES = 48, STATS_STEPS = 8, STATS_BUCKETS = STATS_OCTAVES * STATS_STEPS };

enum { STATS_KEYS_MAX = 1 << 16 };

struct stats_row {
	uint64_t key; /* number, pid or tid; STATS_REST for what is over the cap */
	uint32_t arch;
	uint64_t calls, errors;
	uint64_t total, max; /* ns */
	uint32_t *histogram; /* STATS_BUCKETS; NULL: none kept */
};
#define STATS_REST UINT64_MAX

enum stats_by { STATS_BY_CALL, STATS_BY_PROCESS, STATS_BY_THREAD };

struct stats {
	enum stats_by by;
	struct stats_row *rows;
	size_t count, capacity;
	struct map index; /* key -> row + 1 */
	uint32_t *number; /* of x86-64 calls: row + 1, for speed */
	struct map begun; /* place of the entry -> a call told as begun */
	uint64_t calls, errors, total;
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
/* The time that @percent of the calls that came back did not exceed; 0 without a
 * histogram. */
uint64_t stats_percentile(const struct stats_row *row, unsigned percent);
void stats_done(struct stats *s);

#endif

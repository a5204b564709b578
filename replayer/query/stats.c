/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of an unordered stream, which is quick, calls can be counted by their numbers. All else needs
 * the order: whose a process number is, which file a descriptor stands for.
 */
#include "stats.h"

#include "access.h"
#include "processes.h"
#include "transfer.h"
#include "waiting.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Calls in flight at a time: a thread each, so more are not honest. */
enum { NUMBERS = 1024, BEGUN_MAX = 1 << 16 };

/* What was called by whom: of a call whose exit comes later, what must be kept of its
 * entry. */
struct begun {
	uint64_t nr;
	uint32_t arch, pid, tid;
	bool before; /* on an earlier part: it counts here when it ends here */
};

/* A thread, and since when it has been there. */
struct life {
	uint64_t row; /* index + 1 */
	uint64_t began;
};

int stats_init(struct stats *s, enum stats_by by)
{
	*s = (struct stats){.by = by};
	s->number = calloc(NUMBERS, sizeof(*s->number));
	if (!s->number || by != STATS_BY_FILE)
		return s->number ? 0 : -ENOMEM;
	s->accesses = accesses_new();
	s->transfers = transfers_new();
	if (!s->accesses || !s->transfers)
		return -ENOMEM;
	return sieve_init(&s->known, (size_t)STATS_KEYS_MAX * SIEVE_BITS_EACH);
}

/* ---- histogram ---- */

static size_t bucket(uint64_t ns)
{
	unsigned octave;

	if (ns < STATS_STEPS)
		return (size_t)ns;
	octave = 63u - (unsigned)__builtin_clzll(ns);
	if (octave - 2 >= STATS_OCTAVES)
		return STATS_BUCKETS - 1;
	/* The three bits below the highest one choose the step. */
	return (octave - 2) * STATS_STEPS + (ns >> (octave - 3) & 7);
}

/* The greatest value that falls into it. */
static uint64_t bucket_end(size_t i)
{
	size_t octave = i / STATS_STEPS + 2, step = i % STATS_STEPS;

	if (i < STATS_STEPS)
		return i;
	return ((UINT64_C(8) + step + 1) << (octave - 3)) - 1;
}

/* Calls that have a time: not those that never came back. */
static uint64_t timed(const struct stats_row *row)
{
	uint64_t calls = 0;

	for (size_t i = 0; row->histogram && i < STATS_BUCKETS; i++)
		calls += row->histogram[i];
	return calls;
}

uint64_t stats_percentile(const struct stats_row *row, unsigned percent)
{
	uint64_t wanted = (timed(row) * percent + 99) / 100, seen = 0;

	if (!wanted)
		return 0;
	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		seen += row->histogram[i];
		if (seen >= wanted)
			return bucket_end(i) < row->max ? bucket_end(i) : row->max;
	}
	return row->max;
}

/* ---- rows ---- */

static struct stats_row *new_row(struct stats *s, uint64_t key, uint32_t arch)
{
	struct stats_row *row;

	if (s->count == s->capacity) {
		size_t capacity = s->capacity ? s->capacity * 2 : 64;
		struct stats_row *rows = reallocarray(s->rows, capacity, sizeof(*rows));

		if (!rows)
			return NULL;
		s->rows = rows;
		s->capacity = capacity;
	}
	row = &s->rows[s->count];
	*row = (struct stats_row){.key = key, .arch = arch};
	if (s->by == STATS_BY_CALL || s->histograms < STATS_HISTOGRAMS_MAX) {
		s->histograms++;
		row->histogram = calloc(STATS_BUCKETS, sizeof(*row->histogram));
		if (!row->histogram)
			return NULL;
	}
	s->count++;
	return row;
}

/* The row of what has no row. */
static struct stats_row *rest(struct stats *s)
{
	struct stats_row *row;

	if (s->rest)
		return &s->rows[s->rest - 1];
	row = new_row(s, STATS_REST, 0);
	if (row)
		s->rest = s->count;
	return row;
}

static struct stats_row *find_or_add(struct stats *s, uint64_t key, uint32_t arch)
{
	/* Numbers of another architecture are other calls. */
	const uint64_t id = s->by == STATS_BY_CALL ? key ^ (uint64_t)arch << 32 : key;
	const uintptr_t index =
		sieve_may_have(&s->known, id) ? (uintptr_t)map_get(&s->index, id) : 0;
	struct stats_row *row;

	if (index)
		return &s->rows[index - 1];
	if (key == STATS_REST || s->count >= STATS_KEYS_MAX)
		return rest(s);
	row = new_row(s, key, arch);
	if (!row || map_put(&s->index, id, (void *)(uintptr_t)s->count) < 0)
		return NULL;
	sieve_add(&s->known, id);
	return row;
}

static struct stats_row *call_row(struct stats *s, uint64_t nr, uint32_t arch)
{
	struct stats_row *row;

	if (arch != EVENT_ARCH_X86_64 || nr >= NUMBERS)
		return find_or_add(s, nr, arch);
	if (s->number[nr])
		return &s->rows[s->number[nr] - 1];
	row = find_or_add(s, nr, arch);
	if (row)
		s->number[nr] = (uint32_t)(row - s->rows) + 1;
	return row;
}

struct stats_row *stats_get(struct stats *s, uint64_t key)
{
	return find_or_add(s, key, 0);
}

/* The same number may be one process after the other. */
static struct stats_row *task_row(struct stats *s, uint32_t pid, uint32_t tid)
{
	const struct process *p = s->processes ? processes_find(s->processes, pid) : NULL;
	const uint32_t process = p ? (uint32_t)(p - s->processes->list) + 1 : 0;
	const uint64_t number = s->by == STATS_BY_THREAD ? tid : process ? 0 : pid;
	struct stats_row *row;

	if (s->processes && !process)
		return find_or_add(s, STATS_REST, 0);
	row = find_or_add(s, (uint64_t)process << 32 | number, 0);
	if (row && row->key != STATS_REST) {
		row->process = process;
		row->pid = pid;
		row->tid = tid;
	}
	return row;
}

static struct stats_row *row_for(struct stats *s, const struct begun *b)
{
	return s->by == STATS_BY_CALL ? call_row(s, b->nr, b->arch) : task_row(s, b->pid, b->tid);
}

static void count(struct stats *s, struct stats_row *row, const struct event_call *call)
{
	bool error = call->ret < 0 && call->ret >= -4095;

	if (s->by != STATS_BY_CALL && waiting_quick(&s->cache, call, NULL, call->duration)) {
		row->blocked += call->duration;
		s->blocked += call->duration;
	}
	row->errors += error;
	s->errors += error;
	row->total += call->duration;
	s->total += call->duration;
	if (call->duration > row->max)
		row->max = call->duration;
	if (row->histogram)
		row->histogram[bucket(call->duration)]++;
}

/* ---- events ---- */

static struct begun begun_of(const struct event *e)
{
	return (struct begun){.nr = e->call.nr, .arch = e->call.arch, .pid = e->pid, .tid = e->tid};
}

static int remember(struct stats *s, uint64_t seq, const struct begun *what)
{
	struct begun *b = map_get(&s->begun, seq);

	/* Places of their own are what honest tapes give: else the later one counts. */
	if (!b && s->begun.count == BEGUN_MAX)
		return 0;
	if (!b) {
		b = malloc(sizeof(*b));
		if (!b || map_put(&s->begun, seq, b) < 0) {
			free(b);
			return -ENOMEM;
		}
	}
	*b = *what;
	return 0;
}

int stats_snapshot(struct stats *s, const struct meta_snapshot *m)
{
	int r = 0;

	for (size_t i = 0; i < m->process_count; i++) {
		const struct meta_process *p = &m->processes[i];

		for (size_t k = 0; r == 0 && k < p->in_flight_count; k++) {
			const struct meta_in_flight *call = &p->in_flight[k];
			const struct begun b = {call->nr, call->arch, p->pid, call->tid, true};

			if (call->seq && !map_get(&s->begun, call->seq))
				r = remember(s, call->seq, &b);
		}
	}
	return r;
}

/* ---- lives of threads ---- */

static int begin_life(struct stats *s, uint32_t pid, uint32_t tid, uint64_t time)
{
	const struct stats_row *row = task_row(s, pid, tid);
	struct life *life = map_get(&s->threads, tid);

	if (!row)
		return -ENOMEM;
	if (!life && s->threads.count == BEGUN_MAX)
		return 0;
	if (!life) {
		life = malloc(sizeof(*life));
		if (!life || map_put(&s->threads, tid, life) < 0) {
			free(life);
			return -ENOMEM;
		}
	}
	*life = (struct life){(uint64_t)(row - s->rows) + 1, time};
	return 0;
}

static void end_life(struct stats *s, uint32_t tid, uint64_t time)
{
	struct life *life = map_remove(&s->threads, tid);

	if (life && time > life->began)
		s->rows[life->row - 1].lived += time - life->began;
	free(life);
}

static int follow_lives(struct stats *s, const struct event *e)
{
	s->time = e->time;
	if (s->by != STATS_BY_PROCESS && s->by != STATS_BY_THREAD)
		return 0;
	if (e->kind == EVENT_FORK)
		return begin_life(s, e->fork.child_pid, e->fork.child_tid, e->time);
	if (e->kind == EVENT_EXEC && e->exec.former_tid != e->tid)
		end_life(s, e->exec.former_tid, e->time);
	if (!map_get(&s->threads, e->tid) && begin_life(s, e->pid, e->tid, e->time) < 0)
		return -ENOMEM;
	if (e->kind == EVENT_EXIT)
		end_life(s, e->tid, e->time);
	return 0;
}

/* Those who live still do until the tape ends, or their process did. */
static void end_lives(struct stats *s)
{
	struct life *life;

	for (size_t at = 0; (life = map_next(&s->threads, &at));) {
		struct stats_row *row = &s->rows[life->row - 1];
		const struct process *p =
			row->process ? &s->processes->list[row->process - 1] : NULL;
		const uint64_t end = p && p->over ? p->ended : s->time;

		if (end > life->began)
			row->lived += end - life->began;
		free(life);
	}
	map_done(&s->threads);
	for (size_t i = 0; i < s->count; i++) {
		struct stats_row *row = &s->rows[i];
		const struct process *p =
			row->process ? &s->processes->list[row->process - 1] : NULL;

		row->wall = s->by == STATS_BY_PROCESS && p
				    ? (p->over ? p->ended : s->time) - p->began
				    : row->lived;
	}
}

/* ---- all together ---- */

void stats_count_end(struct stats *s, struct stats_row *row, const struct event_call *call)
{
	count(s, row, call);
}

void stats_count(struct stats *s, struct stats_row *row, const struct event_call *call)
{
	row->calls++;
	s->calls++;
	if (call)
		count(s, row, call);
}

int stats_add(struct stats *s, const struct event *e)
{
	struct begun what = begun_of(e);
	struct stats_row *row;

	if (s->by == STATS_BY_FILE)
		return stats_add_file(s, e);
	if (follow_lives(s, e) < 0)
		return -ENOMEM;
	if (e->kind == EVENT_BEGUN)
		return remember(s, e->seq, &what);
	if (e->kind == EVENT_END) {
		struct begun *b = map_remove(&s->begun, e->call.begun_seq);

		/* Of an unordered stream it has no number of its own. */
		if (b) {
			what.nr = b->nr;
			what.arch = b->arch;
		} else if (!e->call.arch) {
			what.nr = STATS_REST;
		}
		free(b);
	} else if (e->kind != EVENT_CALL) {
		return 0;
	}
	row = row_for(s, &what);
	if (!row)
		return -ENOMEM;
	stats_count(s, row, e->call.state == EVENT_FINISHED ? &e->call : NULL);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct stats_row *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	if (x->calls != y->calls)
		return x->calls < y->calls ? 1 : -1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->arch < y->arch ? -1 : x->arch > y->arch;
}

/* Calls that never came back were made all the same. */
static int add_open(struct stats *s)
{
	struct begun *b;
	size_t at = 0;
	int r = 0;

	while ((b = map_next(&s->begun, &at))) {
		struct stats_row *row = b->before ? NULL : row_for(s, b);

		if (row)
			row->calls++;
		else if (!b->before)
			r = -ENOMEM;
		s->calls += !b->before;
		free(b);
	}
	map_done(&s->begun);
	return r;
}

int stats_sort(struct stats *s)
{
	int r = add_open(s);

	if (s->by == STATS_BY_PROCESS || s->by == STATS_BY_THREAD)
		end_lives(s);
	if (s->count)
		qsort(s->rows, s->count, sizeof(*s->rows), compare);
	return r;
}

void stats_done(struct stats *s)
{
	struct begun *b;
	struct life *life;
	size_t at = 0;

	while ((b = map_next(&s->begun, &at)))
		free(b);
	for (size_t i = 0; i < s->count; i++) {
		free(s->rows[i].histogram);
		free(s->rows[i].name);
	}
	at = 0;
	while ((life = map_next(&s->threads, &at)))
		free(life);
	map_done(&s->threads);
	accesses_free(s->accesses);
	transfers_free(s->transfers);
	free(s->rows);
	free(s->number);
	map_done(&s->index);
	sieve_done(&s->known);
	map_done(&s->begun);
	*s = (struct stats){0};
}

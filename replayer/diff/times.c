/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of runs are rows: one for the whole, one for each group of calls, one for each group and
 * object on which at least a run spent a noticeable time. The last only tell of a group that has
 * changed where most of it was.
 */
#include "times.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICEABLE_NS = 1000000, NS_IN_US = 1000 };

struct times_row {
	uint64_t key, group; /* hashes; `group`: of an object the row of its call, else 0 */
	char *name;          /* of the call, or of the object */
	uint64_t ns[TIMES_SIDES][TIMES_RUNS_MAX];
};

/* What has changed. */
struct change {
	const struct times_row *row;
	uint64_t was, now;
	double chance;
};

static const char whole_run[] = "whole run";

static struct times_row *rows_of(const struct times *t, size_t *ret_count)
{
	*ret_count = t->rows.size / sizeof(struct times_row);
	return (struct times_row *)(void *)t->rows.data;
}

/* The row of this key, a new one when there is none; NULL: no room (*failed 0) or no memory. */
static struct times_row *row_of(struct times *t, uint64_t key, uint64_t group, const char *name,
				int *failed)
{
	const uintptr_t place = (uintptr_t)map_get(&t->by_key, key);
	struct times_row row = {.key = key, .group = group};
	size_t count;
	struct times_row *rows = rows_of(t, &count);

	if (place)
		return &rows[place - 1];
	if (count == TIMES_ROWS_MAX) {
		t->left_out++;
		return NULL;
	}
	row.name = strdup(name);
	if (!row.name || map_put(&t->by_key, key, (void *)(uintptr_t)(count + 1)) < 0) {
		free(row.name);
		*failed = -ENOMEM;
		return NULL;
	}
	buf_append(&t->rows, &row, sizeof(row));
	if (buf_error(&t->rows)) {
		free(row.name);
		*failed = -ENOMEM;
		return NULL;
	}
	rows = rows_of(t, &count);
	return &rows[count - 1];
}

static int add_time(struct times *t, enum times_side side, uint64_t key, uint64_t group,
		    const char *name, uint64_t ns)
{
	int failed = 0;
	struct times_row *row = row_of(t, key, group, name, &failed);

	if (row)
		row->ns[side][t->runs[side]] += ns;
	return failed;
}

static uint64_t length_of(const struct diff_side *run)
{
	uint64_t first = UINT64_MAX, last = 0;

	if (run->trailer && run->trailer->duration)
		return run->trailer->duration;
	for (size_t i = 1; i < run->process_count; i++) {
		const struct diff_process *p = &run->processes[i];

		first = p->start_time < first ? p->start_time : first;
		last = p->end_time > last ? p->end_time : last;
	}
	return last > first ? last - first : 0;
}

static int add_count(struct times *t, enum times_side side, const struct diff_side *run,
		     const struct diff_count *c)
{
	const char *call = run->calls[c->call] ? run->calls[c->call] : "";
	const struct diff_object *o = &run->objects[c->object];
	const uint64_t group = hash_add(HASH_START, call, strlen(call));
	int r = add_time(t, side, group, 0, call, c->nanoseconds);

	if (r == 0 && c->object && c->nanoseconds >= NOTICEABLE_NS)
		r = add_time(t, side, hash_add(group, &o->hash, sizeof(o->hash)), group,
			     run->texts + o->label, c->nanoseconds);
	return r;
}

int times_add(struct times *t, enum times_side side, const struct diff_side *run)
{
	int r;

	if (t->runs[side] == TIMES_RUNS_MAX)
		return 0;
	r = add_time(t, side, HASH_START, 0, whole_run, length_of(run));
	for (size_t i = 1; r == 0 && i < run->process_count; i++) {
		const struct diff_process *p = &run->processes[i];

		for (size_t k = 0; r == 0 && k < p->count_count; k++)
			r = add_count(t, side, run, &p->counts[k]);
	}
	t->runs[side]++;
	return r;
}

/* ---- what has changed ---- */

static int compare_ns(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median(const uint64_t *ns, size_t count)
{
	uint64_t sorted[TIMES_RUNS_MAX];

	memcpy(sorted, ns, count * sizeof(*ns));
	qsort(sorted, count, sizeof(*sorted), compare_ns);
	return count % 2 ? sorted[count / 2] : sorted[count / 2 - 1] / 2 + sorted[count / 2] / 2;
}

static bool is_large(uint64_t was, uint64_t now)
{
	const uint64_t more = was > now ? was : now, less = was > now ? now : was;

	return more - less >= TIMES_LEAST_NS && (double)more >= (double)less * TIMES_FACTOR;
}

static bool find_change(const struct times *t, const struct times_row *row, struct change *ret)
{
	const size_t good = t->runs[TIMES_GOOD], bad = t->runs[TIMES_BAD];

	*ret = (struct change){.row = row,
			       .was = median(row->ns[TIMES_GOOD], good),
			       .now = median(row->ns[TIMES_BAD], bad)};
	if (!is_large(ret->was, ret->now))
		return false;
	ret->chance = times_chance(row->ns[TIMES_GOOD], good, row->ns[TIMES_BAD], bad);
	return ret->chance < TIMES_CHANCE;
}

static uint64_t size_of(const struct change *c)
{
	return c->was > c->now ? c->was - c->now : c->now - c->was;
}

/* The whole run first. */
static int compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	const bool p = x->row->name == NULL || strcmp(x->row->name, whole_run) == 0,
		   q = y->row->name == NULL || strcmp(y->row->name, whole_run) == 0;

	if (p != q)
		return p ? -1 : 1;
	if (size_of(x) != size_of(y))
		return size_of(x) > size_of(y) ? -1 : 1;
	return (x->row->key > y->row->key) - (x->row->key < y->row->key);
}

/* The object on which most of what a group has changed by was spent; NULL: there is none. */
static const char *where_most(const struct times *t, const struct change *c)
{
	size_t count;
	const struct times_row *rows = rows_of(t, &count), *best = NULL;
	uint64_t most = size_of(c) / 2;

	for (size_t i = 0; i < count; i++) {
		struct change one = {.row = &rows[i],
				     .was = median(rows[i].ns[TIMES_GOOD], t->runs[TIMES_GOOD]),
				     .now = median(rows[i].ns[TIMES_BAD], t->runs[TIMES_BAD])};

		if (rows[i].group != c->row->key || size_of(&one) <= most ||
		    (one.was > one.now) != (c->was > c->now))
			continue;
		most = size_of(&one);
		best = &rows[i];
	}
	return best ? best->name : NULL;
}

static char *seconds(uint64_t ns)
{
	char *ret = NULL;
	const uint64_t us = ns / NS_IN_US;

	return asprintf(&ret, "%llu.%06llu s", (unsigned long long)(us / 1000000),
			(unsigned long long)(us % 1000000)) < 0
		       ? NULL
		       : ret;
}

static int tell(const struct times *t, const struct change *c, struct findings *ret)
{
	cleanup_done(buf_done) struct buf subject = {0}, note = {0};
	const char *where = c->row->key != HASH_START ? where_most(t, c) : NULL;
	int failed = 0;
	bool fresh;
	struct finding *f = findings_get(ret, FIND_TIME, 0, c->row->key, &fresh, &failed);

	if (!f || !fresh)
		return failed;
	buf_printf(&subject, c->row->key != HASH_START ? "in %s" : "%s", c->row->name);
	buf_printf(&note, "medians of %zu and %zu runs, by chance once in %.0f",
		   t->runs[TIMES_GOOD], t->runs[TIMES_BAD], 1 / c->chance);
	if (where)
		buf_printf(&note, "; most of it with %s", where);
	f->key = hash_add(HASH_START, &c->row->key, sizeof(c->row->key));
	f->subject = strdup(buf_text(&subject));
	f->note = strdup(buf_text(&note));
	f->was = seconds(c->was);
	f->now = seconds(c->now);
	return f->subject && f->note && f->was && f->now && !buf_error(&subject) &&
			       !buf_error(&note)
		       ? 0
		       : -ENOMEM;
}

int times_compare(const struct times *t, struct findings *ret)
{
	size_t count, changed = 0;
	const struct times_row *rows = rows_of(t, &count);
	cleanup_free struct change *changes = calloc(count + 1, sizeof(*changes));
	int r = changes ? 0 : -ENOMEM;

	if (t->runs[TIMES_GOOD] < TIMES_RUNS_MIN || t->runs[TIMES_BAD] < TIMES_RUNS_MIN)
		return r;
	for (size_t i = 0; r == 0 && i < count; i++)
		changed += !rows[i].group && find_change(t, &rows[i], &changes[changed]);
	if (r == 0)
		qsort(changes, changed, sizeof(*changes), compare_changes);
	for (size_t i = 0; r == 0 && i < changed; i++)
		r = tell(t, &changes[i], ret);
	return r;
}

void times_done(struct times *t)
{
	size_t count;
	struct times_row *rows = rows_of(t, &count);

	for (size_t i = 0; i < count; i++)
		free(rows[i].name);
	buf_done(&t->rows);
	map_done(&t->by_key);
	*t = (struct times){.left_out = 0};
}

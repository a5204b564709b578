/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual table over the stream of events: what is the same for all of them. A cursor that is
 * asked for what lies ahead goes on from where it is, so that a join by seq, which asks for one
 * place after the other, is one pass.
 */
#include "virtual.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Data that did not fit into its call's event follows closely behind the call's end. */
enum { DATA_WITHIN = 1024 };

/* So many places ahead a pass that is begun anew is sooner than this one. */
enum { FAR = 1 << 20 };

static struct event_cursor *cursor_of(sqlite3_vtab_cursor *c)
{
	return (struct event_cursor *)c;
}

static const struct virtual_table *table_of(const struct event_cursor *c)
{
	return (const struct virtual_table *)c->base.pVtab;
}

static const struct event_table *kind_of(const struct event_cursor *c)
{
	return table_of(c)->is;
}

static int plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct virtual_table *t = (const struct virtual_table *)base;
	const struct event_table *is = t->is;
	int r = bounds_plan(t->sql, is->on, info, is->factor);

	if (is->straggles)
		info->orderByConsumed = 0;
	return r;
}

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
	(void)t;
	return virtual_open(sizeof(struct event_cursor), ret);
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct event_cursor *c = cursor_of(base);

	if (c->open)
		scan_done(&c->scan);
	bounds_done(&c->bounds);
	buf_done(&c->scratch);
	free(c);
	return SQLITE_OK;
}

/* Nothing behind @e is within bounds. The pass stays there: the next one who asks may want the
 * same place once more. */
static bool is_last(const struct event_cursor *c, const struct event *e)
{
	if ((int64_t)e->seq < c->bounds.seq_to && (int64_t)e->time <= c->bounds.time_to)
		return false;
	return !kind_of(c)->straggles || e->seq >= c->last_seq;
}

/* What a call wrote may come with its end, and behind that. */
static void expect(struct event_cursor *c, const struct event *e)
{
	const struct sql *s = c->scan.sql;
	uint64_t last = map_get(&s->late, e->seq) ? e->call.end_seq : 0;

	if (map_get(&s->more, e->seq) && e->call.end_seq < UINT64_MAX - DATA_WITHIN)
		last = e->call.end_seq + DATA_WITHIN;
	if (last > c->last_seq)
		c->last_seq = last;
}

/* Whether the present event gives rows; remembers how far its data may lie. -ENOMEM. */
static int is_row(struct event_cursor *c)
{
	const struct event *e = c->scan.item.event;

	if (!scan_shows(&c->scan) || !bounds_have(&c->bounds, e))
		return 0;
	if (kind_of(c)->straggles && e->kind == EVENT_CALL)
		expect(c, e);
	c->pieces = kind_of(c)->pieces(&c->scan);
	return c->pieces < 0 ? -ENOMEM : c->pieces > 0;
}

/* Goes on to the next event that gives rows; @again: the present one may be it. */
static int find(struct event_cursor *c, bool again)
{
	struct err err = {0};
	int r = 1;

	c->piece = 0;
	for (;; again = false) {
		if (!again)
			r = scan_next(&c->scan, &err);
		if (r < 0)
			return sql_failed(c->base.pVtab, r, &err);
		if (r == 0) {
			c->over = true;
			return SQLITE_OK;
		}
		if (c->scan.item.kind != ITEM_EVENT)
			continue;
		r = is_row(c);
		if (r < 0)
			return SQLITE_NOMEM;
		if (r > 0) {
			c->row++;
			c->scan.sql->costs.rows++;
			return SQLITE_OK;
		}
		if (is_last(c, c->scan.item.event)) {
			c->over = true;
			return SQLITE_OK;
		}
	}
}

static uint64_t at_least_0(int64_t place)
{
	return place < 0 ? 0 : (uint64_t)place;
}

/* Whether everything that is asked for lies ahead, and not far. */
static bool goes_on(const struct event_cursor *c, unsigned needs)
{
	const struct event *e = c->scan.item.event;

	return c->open && c->scan.item.kind == ITEM_EVENT && e && c->scan.needs == needs &&
	       (int64_t)e->seq <= c->bounds.seq_from &&
	       (needs & NEED_STATE || c->bounds.seq_from - (int64_t)e->seq < FAR);
}

static int filter(sqlite3_vtab_cursor *base, int columns, const char *plan_text, int count,
		  sqlite3_value **values)
{
	struct event_cursor *c = cursor_of(base);
	const struct virtual_table *t = table_of(c);
	unsigned needs = kind_of(c)->needs((uint64_t)columns);
	struct err err = {0};
	int r;

	bounds_done(&c->bounds);
	if (bounds_take(&c->bounds, plan_text, count, values) < 0)
		return SQLITE_NOMEM;
	c->over = false;
	c->row = 0;
	c->last_seq = 0;
	if (kind_of(c)->straggles && c->bounds.seq_to < INT64_MAX &&
	    scan_gather(t->sql, at_least_0(c->bounds.seq_from), &err) < 0)
		return sql_failed(base->pVtab, err.code, &err);
	if (t->sql->no_outlines || needs)
		needs |= NEED_FULL;
	if (goes_on(c, needs))
		return find(c, true);
	if (c->open)
		scan_done(&c->scan);
	c->open = true;
	r = scan_open_at(&c->scan, t->sql, needs, at_least_0(c->bounds.seq_from),
			 at_least_0(c->bounds.time_from), &err);
	return r < 0 ? sql_failed(base->pVtab, r, &err) : find(c, false);
}

static int next(sqlite3_vtab_cursor *base)
{
	struct event_cursor *c = cursor_of(base);

	if (++c->piece < c->pieces) {
		c->row++;
		c->scan.sql->costs.rows++;
		return SQLITE_OK;
	}
	c->over = is_last(c, c->scan.item.event);
	return c->over ? SQLITE_OK : find(c, false);
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return cursor_of(base)->over;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ret, int i)
{
	struct event_cursor *c = cursor_of(base);
	int r = kind_of(c)->column(c, ret, i);

	return r < 0 ? SQLITE_NOMEM : r;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	*ret = cursor_of(base)->row;
	return SQLITE_OK;
}

const struct event_table *const event_tables[EVENT_TABLES] = {
	&event_table_calls, &event_table_memory, &event_table_signals, &event_table_transfers};

int events_register(struct sql *s, const char *prefix)
{
	static const sqlite3_module module = {
		.xConnect = virtual_connect,
		.xDisconnect = virtual_disconnect,
		.xBestIndex = plan,
		.xOpen = open_cursor,
		.xClose = close_cursor,
		.xFilter = filter,
		.xNext = next,
		.xEof = at_end,
		.xColumn = column,
		.xRowid = rowid,
	};
	int r = SQLITE_OK;

	for (size_t i = 0; r == SQLITE_OK && i < EVENT_TABLES; i++)
		r = virtual_register(s, prefix, event_tables[i]->name, event_tables[i]->schema,
				     event_tables[i], &module);
	return r;
}

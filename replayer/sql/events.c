/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual table over the stream of events: what is the same for all of them. A cursor that is
 * asked for what lies ahead goes on from where it is, so that a join by seq, which asks for one
 * place after the other, is one pass.
 */
#include "sql_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Data that did not fit into its call's event follows closely behind the call's end. */
enum { DATA_WITHIN = 1024 };

struct table {
	sqlite3_vtab base;
	struct sql *sql;
	const struct event_table *is;
};

struct binding {
	struct sql *sql;
	const struct event_table *is;
};

static struct event_cursor *cursor_of(sqlite3_vtab_cursor *c)
{
	return (struct event_cursor *)c;
}

static const struct table *table_of(const struct event_cursor *c)
{
	return (const struct table *)c->base.pVtab;
}

static int connect_table(sqlite3 *db, void *context, int argc, const char *const *argv,
			 sqlite3_vtab **ret, char **ret_message)
{
	const struct binding *b = context;
	struct table *t;
	int r = sqlite3_declare_vtab(db, b->is->schema);

	(void)argc, (void)argv, (void)ret_message;
	if (r != SQLITE_OK)
		return r;
	t = calloc(1, sizeof(*t));
	if (!t)
		return SQLITE_NOMEM;
	t->sql = b->sql;
	t->is = b->is;
	*ret = &t->base;
	return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *t)
{
	free(t);
	return SQLITE_OK;
}

static int plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct table *t = (const struct table *)base;

	return bounds_plan(t->sql, t->is->on, info, t->is->factor);
}

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
	struct event_cursor *c = calloc(1, sizeof(*c));

	(void)t;
	if (!c)
		return SQLITE_NOMEM;
	*ret = &c->base;
	return SQLITE_OK;
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

static bool is_behind(const struct event_cursor *c, const struct event *e)
{
	return (int64_t)e->seq > c->bounds.seq_to || (int64_t)e->time > c->bounds.time_to;
}

/* The present event, if it gives rows; remembers how far its data may lie. */
static bool is_row(struct event_cursor *c)
{
	const struct event *e = c->scan.item.event;

	if (!scan_shows(&c->scan) || !table_of(c)->is->pieces(e) || !bounds_have(&c->bounds, e))
		return false;
	if (e->kind == EVENT_CALL && e->call.end_seq < UINT64_MAX - DATA_WITHIN &&
	    map_get(&c->scan.sql->more, e->seq))
		c->last_seq = e->call.end_seq + DATA_WITHIN;
	return true;
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
		if (is_row(c)) {
			c->row++;
			c->scan.sql->costs.rows++;
			return SQLITE_OK;
		}
		if (is_behind(c, c->scan.item.event) && (table_of(c)->is != &event_table_memory ||
							 c->scan.item.event->seq > c->last_seq)) {
			c->over = true;
			return SQLITE_OK;
		}
	}
}

/* Whether everything that is asked for lies ahead. */
static bool goes_on(const struct event_cursor *c, unsigned needs)
{
	const struct event *e = c->scan.item.event;

	return c->open && c->scan.item.kind == ITEM_EVENT && e && c->scan.needs == needs &&
	       (int64_t)e->seq <= c->bounds.seq_from;
}

static int filter(sqlite3_vtab_cursor *base, int columns, const char *plan_text, int count,
		  sqlite3_value **values)
{
	struct event_cursor *c = cursor_of(base);
	const struct table *t = table_of(c);
	unsigned needs = t->is->needs((uint64_t)columns);
	struct err err = {0};
	int r;

	bounds_done(&c->bounds);
	if (bounds_take(&c->bounds, plan_text, count, values) < 0)
		return SQLITE_NOMEM;
	c->over = false;
	c->row = 0;
	c->last_seq = 0;
	if (t->is == &event_table_memory && c->bounds.seq_to < INT64_MAX &&
	    scan_gather(t->sql, &err) < 0)
		return sql_failed(base->pVtab, err.code, &err);
	if (t->sql->no_outlines || needs)
		needs |= NEED_FULL;
	if (goes_on(c, needs))
		return find(c, true);
	if (c->open)
		scan_done(&c->scan);
	c->open = true;
	r = scan_open(&c->scan, t->sql, needs, &err);
	return r < 0 ? sql_failed(base->pVtab, r, &err) : find(c, false);
}

static int next(sqlite3_vtab_cursor *base)
{
	struct event_cursor *c = cursor_of(base);

	if (++c->piece < table_of(c)->is->pieces(c->scan.item.event)) {
		c->row++;
		c->scan.sql->costs.rows++;
		return SQLITE_OK;
	}
	return find(c, false);
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return cursor_of(base)->over;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ret, int i)
{
	struct event_cursor *c = cursor_of(base);
	int r = table_of(c)->is->column(c, ret, i);

	return r < 0 ? SQLITE_NOMEM : r;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	*ret = cursor_of(base)->row;
	return SQLITE_OK;
}

const struct event_table *const event_tables[EVENT_TABLES] = {
	&event_table_calls, &event_table_memory, &event_table_signals};

int events_register(struct sql *s, const char *prefix)
{
	/* Without xCreate: each is there under its own name, and nowhere else. */
	static const sqlite3_module module = {
		.xConnect = connect_table,
		.xDisconnect = disconnect_table,
		.xBestIndex = plan,
		.xOpen = open_cursor,
		.xClose = close_cursor,
		.xFilter = filter,
		.xNext = next,
		.xEof = at_end,
		.xColumn = column,
		.xRowid = rowid,
	};
	char name[64];
	int r = SQLITE_OK;

	for (size_t i = 0; r == SQLITE_OK && i < EVENT_TABLES; i++) {
		struct binding *b = calloc(1, sizeof(*b));

		if (!b)
			return SQLITE_NOMEM;
		*b = (struct binding){s, event_tables[i]};
		sqlite3_snprintf((int)sizeof(name), name, "%s%s", prefix, event_tables[i]->name);
		r = sqlite3_create_module_v2(s->db, name, &module, b, free);
	}
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that are made whole, in memory, when they are first asked for. */
#include "virtual.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
	sqlite3_vtab_cursor base;
	size_t row;
	int column; /* must be equal to `key`; -1: none */
	int64_t key;
};

/* ---- making ---- */

static bool grow(struct list *l)
{
	size_t capacity = l->capacity ? 2 * l->capacity : 64;
	void *cells = reallocarray(l->cells, capacity * l->columns, sizeof(*l->cells));
	void *types;

	if (!cells)
		return false;
	l->cells = cells;
	types = reallocarray(l->types, capacity * l->columns, sizeof(*l->types));
	if (!types)
		return false;
	l->types = types;
	l->capacity = capacity;
	return true;
}

bool list_row(struct list *l)
{
	if (l->count >= SQL_ROWS_MAX) {
		l->dropped++;
		return false;
	}
	if (l->count == l->capacity && !grow(l)) {
		l->texts.failed = -ENOMEM;
		return false;
	}
	memset(l->types + l->count * l->columns, SQL_NULL, l->columns);
	l->count++;
	return true;
}

static size_t last_cell(const struct list *l, size_t column)
{
	return (l->count - 1) * l->columns + column;
}

void list_integer(struct list *l, size_t column, uint64_t value)
{
	l->cells[last_cell(l, column)] = (sqlite3_int64)value;
	l->types[last_cell(l, column)] = SQL_INTEGER;
}

void list_text(struct list *l, size_t column, const void *bytes, size_t size)
{
	if (!bytes)
		return;
	l->cells[last_cell(l, column)] = (sqlite3_int64)l->texts.size;
	l->types[last_cell(l, column)] = SQL_TEXT;
	buf_append(&l->texts, &size, sizeof(size));
	buf_append(&l->texts, bytes, size);
}

void list_word(struct list *l, size_t column, const char *word)
{
	list_text(l, column, word, word ? strlen(word) : 0);
}

void list_done(struct list *l)
{
	free(l->cells);
	free(l->types);
	buf_done(&l->texts);
	*l = (struct list){0};
}

/* ---- asking ---- */

static size_t which(const struct virtual_table *t)
{
	return (size_t)((const struct list_table *)t->is - list_tables);
}

static struct list *list_of(const sqlite3_vtab_cursor *c)
{
	const struct virtual_table *t = (const struct virtual_table *)c->pVtab;

	return &t->sql->lists[which(t)];
}

static int plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct virtual_table *t = (const struct virtual_table *)base;
	const struct list *l = &t->sql->lists[which(t)];
	double rows = l->made ? (double)l->count + 1 : 100;

	info->idxNum = -1;
	for (int i = 0; i < info->nConstraint; i++) {
		if (!info->aConstraint[i].usable || info->aConstraint[i].iColumn < 0 ||
		    info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		info->idxNum = info->aConstraint[i].iColumn;
		info->aConstraintUsage[i].argvIndex = 1;
		break;
	}
	info->estimatedCost = info->idxNum < 0 ? rows : rows / 4;
	info->estimatedRows = info->idxNum < 0 ? (sqlite3_int64)rows : 2;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
	(void)t;
	return virtual_open(sizeof(struct cursor), ret);
}

static int close_cursor(sqlite3_vtab_cursor *c)
{
	free(c);
	return SQLITE_OK;
}

static int make(struct virtual_table *t)
{
	struct list *l = &t->sql->lists[which(t)];
	struct err err = {0};
	int r;

	if (l->made)
		return SQLITE_OK;
	l->columns = list_tables[which(t)].columns;
	r = list_tables[which(t)].make(t->sql, l, &err);
	if (r == 0 && buf_error(&l->texts) < 0)
		r = err_set(&err, ENOMEM, "out of memory");
	if (r < 0) {
		list_done(l);
		return sql_failed(&t->base, r, &err);
	}
	l->made = true;
	return SQLITE_OK;
}

static void skip_others(struct cursor *c)
{
	const struct list *l = list_of(&c->base);

	while (c->column >= 0 && c->row < l->count) {
		size_t cell = c->row * l->columns + (size_t)c->column;

		if (l->types[cell] == SQL_INTEGER && l->cells[cell] == c->key)
			return;
		c->row++;
	}
}

static int filter(sqlite3_vtab_cursor *base, int column, const char *text, int count,
		  sqlite3_value **values)
{
	struct cursor *c = (struct cursor *)base;
	int r = make((struct virtual_table *)base->pVtab);

	(void)text;
	if (r != SQLITE_OK)
		return r;
	c->row = 0;
	/* Anything but a whole number SQLite compares itself. */
	c->column = count && sqlite3_value_type(values[0]) == SQLITE_INTEGER ? column : -1;
	c->key = c->column >= 0 ? sqlite3_value_int64(values[0]) : 0;
	skip_others(c);
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	c->row++;
	skip_others(c);
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->row >= list_of(base)->count;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ret, int i)
{
	const struct list *l = list_of(base);
	size_t cell = ((struct cursor *)base)->row * l->columns + (size_t)i, size;
	const char *at;

	if (l->types[cell] == SQL_INTEGER) {
		sqlite3_result_int64(ret, l->cells[cell]);
	} else if (l->types[cell] == SQL_TEXT) {
		at = l->texts.data + l->cells[cell];
		memcpy(&size, at, sizeof(size));
		sqlite3_result_text64(ret, at + sizeof(size), size, SQLITE_TRANSIENT, SQLITE_UTF8);
	}
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	*ret = (sqlite3_int64)((struct cursor *)base)->row;
	return SQLITE_OK;
}

int lists_register(struct sql *s, const char *prefix)
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

	for (size_t i = 0; r == SQLITE_OK && i < LIST_TABLES; i++)
		r = virtual_register(s, prefix, list_tables[i].name, list_tables[i].schema,
				     &list_tables[i], &module);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SQLite asks of a table and what it may cost. Nothing is promised (`omit`): each bound
 * lets through all that SQLite wants, and may let through more.
 *
 * A list (x IN (…)) is no bound: SQLite would read the tape once for each of its values.
 */
#include "sql_priv.h"

#include "sys/names.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A bound as two characters of the plan: what it is on and which way. */
enum { CODE_ON = 'a', CODE_SIZE = 2, PLAN_MAX = 16 };
enum { WAY_EQUAL = '=', WAY_FROM = '>', WAY_TO = '<' };

static char way_of(unsigned char op)
{
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
	case SQLITE_INDEX_CONSTRAINT_IS:
		return WAY_EQUAL;
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return WAY_FROM;
	case SQLITE_INDEX_CONSTRAINT_LT:
	case SQLITE_INDEX_CONSTRAINT_LE:
		return WAY_TO;
	default:
		return 0;
	}
}

static bool is_useful(enum bound_on on, char way)
{
	return on != ON_NOTHING && (way == WAY_EQUAL || (way && (on == ON_SEQ || on == ON_TIME)));
}

/* Sorted by one of the two, first to last, and by nothing before it: as the tape is. */
static bool is_in_order(const uint8_t *on, const sqlite3_index_info *info)
{
	int column;

	if (info->nOrderBy != 1 || info->aOrderBy[0].desc)
		return false;
	column = info->aOrderBy[0].iColumn;
	return column >= 0 && (on[column] == ON_SEQ || on[column] == ON_TIME);
}

/* How much of the tape is left: rough, but one place is less than a range, and that less than
 * a process. */
static double share_of(enum bound_on on, char way)
{
	if (on == ON_SEQ && way == WAY_EQUAL)
		return 0;
	if (on == ON_SEQ || on == ON_TIME)
		return way == WAY_EQUAL ? 0.001 : 0.5;
	return on == ON_PID || on == ON_TID ? 0.3 : 0.1;
}

int bounds_plan(const struct sql *s, const uint8_t *on, sqlite3_index_info *info, double factor)
{
	double events = (double)(s->calls ? s->calls : 100000) * factor, rows = events;
	char plan[PLAN_MAX * CODE_SIZE + 1];
	int used = 0;

	for (int i = 0; i < info->nConstraint && used < PLAN_MAX; i++) {
		int column = info->aConstraint[i].iColumn;
		char way = way_of(info->aConstraint[i].op);
		enum bound_on what = column < 0 ? ON_NOTHING : on[column];

		if (!info->aConstraint[i].usable || !is_useful(what, way) ||
		    sqlite3_vtab_in(info, i, -1))
			continue;
		if ((what == ON_NAME || what == ON_ERROR) &&
		    strcmp(sqlite3_vtab_collation(info, i), "BINARY") != 0)
			continue;
		plan[used * CODE_SIZE] = (char)(CODE_ON + (int)what);
		plan[used * CODE_SIZE + 1] = way;
		info->aConstraintUsage[i].argvIndex = ++used;
		rows *= share_of(what, way);
	}
	plan[used * CODE_SIZE] = 0;
	info->idxStr = sqlite3_mprintf("%s", plan);
	info->needToFreeIdxStr = 1;
	if (!info->idxStr)
		return SQLITE_NOMEM;
	info->idxNum = (int)(info->colUsed & 0x7fffffff);
	info->orderByConsumed = is_in_order(on, info);
	info->estimatedRows = (sqlite3_int64)(rows < 4 ? 4 : rows);
	/* Lookups by place go on from where the one before was: a step or two each. */
	info->estimatedCost = rows == 0 ? 100 : events + rows;
	return SQLITE_OK;
}

/* ---- what a cursor makes of it ---- */

static void limit(int64_t *from, int64_t *to, char way, sqlite3_value *value)
{
	double real = sqlite3_value_double(value);
	int64_t low, high;

	if (sqlite3_value_type(value) == SQLITE_INTEGER) {
		low = high = sqlite3_value_int64(value);
	} else if (sqlite3_value_type(value) == SQLITE_FLOAT) {
		/* Beyond these a double is no whole number of ours. */
		low = real <= -9e18 ? INT64_MIN : real >= 9e18 ? INT64_MAX : (int64_t)floor(real);
		high = real <= -9e18 ? INT64_MIN : real >= 9e18 ? INT64_MAX : (int64_t)ceil(real);
	} else {
		return;
	}
	if (way != WAY_TO && low > *from)
		*from = low;
	if (way != WAY_FROM && high < *to)
		*to = high;
}

static void number(bool *has, int64_t *ret, sqlite3_value *value)
{
	if (sqlite3_value_type(value) != SQLITE_INTEGER)
		return;
	*has = true;
	*ret = sqlite3_value_int64(value);
}

static int word(char **ret, sqlite3_value *value)
{
	if (sqlite3_value_type(value) != SQLITE_TEXT || *ret)
		return 0;
	*ret = strdup((const char *)sqlite3_value_text(value));
	return *ret ? 0 : -ENOMEM;
}

int bounds_take(struct bounds *b, const char *plan, int count, sqlite3_value **values)
{
	int r = 0;

	*b = (struct bounds){.seq_to = INT64_MAX, .time_to = INT64_MAX};
	for (int i = 0; r == 0 && i < count; i++) {
		char way = plan[i * CODE_SIZE + 1];

		switch ((enum bound_on)(plan[i * CODE_SIZE] - CODE_ON)) {
		case ON_SEQ:
			limit(&b->seq_from, &b->seq_to, way, values[i]);
			break;
		case ON_TIME:
			limit(&b->time_from, &b->time_to, way, values[i]);
			break;
		case ON_PID:
			number(&b->has_pid, &b->pid, values[i]);
			break;
		case ON_TID:
			number(&b->has_tid, &b->tid, values[i]);
			break;
		case ON_NR:
			number(&b->has_nr, &b->nr, values[i]);
			break;
		case ON_NAME:
			r = word(&b->name, values[i]);
			break;
		case ON_ERROR:
			r = word(&b->error, values[i]);
			break;
		case ON_NOTHING:
			break;
		}
	}
	return r;
}

static bool has_words(const struct bounds *b, const struct event *e)
{
	char scratch[32];
	const char *error;

	if (b->error) {
		error = row_error(&e->call, scratch);
		if (!error || strcmp(error, b->error) != 0)
			return false;
	}
	return !b->name || strcmp(print_call_name(&e->call, scratch), b->name) == 0;
}

bool bounds_have(const struct bounds *b, const struct event *e)
{
	int64_t seq = (int64_t)(e->kind == EVENT_DATA || e->kind == EVENT_END ? e->call.begun_seq
									      : e->seq);

	if (seq < b->seq_from || seq > b->seq_to)
		return false;
	if ((int64_t)e->time < b->time_from || (int64_t)e->time > b->time_to)
		return false;
	if ((b->has_pid && e->pid != b->pid) || (b->has_tid && e->tid != b->tid))
		return false;
	if (b->has_nr && (int64_t)e->call.nr != b->nr)
		return false;
	return (!b->name && !b->error) || has_words(b, e);
}

void bounds_done(struct bounds *b)
{
	free(b->name);
	free(b->error);
	*b = (struct bounds){0};
}

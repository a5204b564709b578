/* SPDX-License-Identifier: Apache-2.0 */
/* The connection: what may be done with it, and statements one by one. */
#include "sql.h"

#include "sql_priv.h"

#include "base/cleanup.h"
#include "format/container/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 60, COLUMNS_MAX = 2000 };

bool sql_is_stopped(const struct sql *s)
{
	return s->listener && s->listener->stop && s->listener->stop(s->listener->context);
}

int sql_failed(sqlite3_vtab *t, int r, const struct err *err)
{
	if (r == -ENOMEM)
		return SQLITE_NOMEM;
	sqlite3_free(t->zErrMsg);
	t->zErrMsg = sqlite3_mprintf("%s", err_text(err));
	return SQLITE_ERROR;
}

/* ---- what a statement may do ---- */

static int authorize(void *context, int action, const char *first, const char *second,
		     const char *database, const char *by)
{
	static const char *const pragmas[] = {"table_info",    "table_xinfo",     "table_list",
					      "function_list", "compile_options", "module_list"};

	(void)context, (void)database, (void)by;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA:
		for (size_t i = 0; i < ARRAY_SIZE(pragmas); i++) {
			if (sqlite3_stricmp(first, pragmas[i]) == 0)
				return SQLITE_OK;
		}
		return SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static void set_limits(sqlite3 *db)
{
	sqlite3_hard_heap_limit64(SQL_HEAP_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, SQL_VALUE_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, SQL_STATEMENT_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	/* A misspelt column in double quotes would be taken for a text. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}

/* ---- opening ---- */

/* Where SQLite never came to, it has no message. */
static int explain(const struct sql *s, int result, struct err *err)
{
	if (result == SQLITE_NOMEM)
		return err_set(err, ENOMEM, "out of memory");
	return err_set(err, EIO, "sqlite: %s",
		       s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(result));
}

int sql_connect(struct sql *s, const char *file, const char *prefix, struct err *err)
{
	/* One thread at a time: SQLite's own lock is taken several times for each value. */
	int r = sqlite3_open_v2(file, &s->db,
				SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
				NULL);

	if (r == SQLITE_OK)
		set_limits(s->db);
	if (r == SQLITE_OK)
		r = sqlite3_exec(s->db, "PRAGMA temp_store=FILE; PRAGMA cache_size=-65536", NULL,
				 NULL, NULL);
	if (r == SQLITE_OK)
		r = events_register(s, prefix);
	if (r == SQLITE_OK)
		r = lists_register(s, prefix);
	if (r == SQLITE_OK)
		return 0;
	return explain(s, r, err);
}

/* Its header is read, so that what is no tape is refused now. */
static int look(struct sql *s, struct err *err)
{
	struct scan c;
	int r = scan_open(&c, s, 0, err);

	if (r == 0)
		r = scan_next(&c, err);
	scan_done(&c);
	s->costs = (struct sql_costs){0};
	return r < 0 ? r : 0;
}

/* SQLite makes a table when its name is first met, by a statement that is refused later on. */
static int meet(struct sql *s, const char *name, struct err *err)
{
	char *text = sqlite3_mprintf("SELECT 1 FROM %s", name);
	sqlite3_stmt *q = NULL;
	int r = text ? sqlite3_prepare_v2(s->db, text, -1, &q, NULL) : SQLITE_NOMEM;

	sqlite3_finalize(q);
	sqlite3_free(text);
	return r == SQLITE_OK ? 0 : explain(s, r, err);
}

static int meet_all(struct sql *s, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < EVENT_TABLES; i++)
		r = meet(s, event_tables[i]->name, err);
	for (size_t i = 0; r == 0 && i < LIST_TABLES; i++)
		r = meet(s, list_tables[i].name, err);
	return r;
}

int sql_new(const char *path, const char *trace, struct sql **ret, struct err *err)
{
	struct sql *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_set(err, ENOMEM, "out of memory");
	s->late_from = UINT64_MAX;
	s->path = strdup(path);
	s->trace = trace ? strdup(trace) : NULL;
	r = s->path && (s->trace || !trace) ? look(s, err) : err_set(err, ENOMEM, "out of memory");
	if (r < 0)
		sql_free(s);
	else
		*ret = s;
	return r;
}

int sql_open(const char *path, const char *trace, struct sql **ret, struct err *err)
{
	struct sql *s;
	int r = sql_new(path, trace, &s, err);

	if (r < 0)
		return r;
	r = sql_connect(s, ":memory:", "", err);
	if (r == 0)
		r = meet_all(s, err);
	if (r < 0) {
		sql_free(s);
		return r;
	}
	sqlite3_set_authorizer(s->db, authorize, s);
	*ret = s;
	return 0;
}

struct sql *sql_free(struct sql *s)
{
	struct late *late;
	size_t at = 0;

	if (!s)
		return NULL;
	sqlite3_close(s->db);
	for (size_t i = 0; i < LIST_TABLES; i++)
		list_done(&s->lists[i]);
	while ((late = map_next(&s->late, &at)))
		free(late);
	map_done(&s->late);
	map_done(&s->more);
	free(s->path);
	free(s->trace);
	free(s);
	return NULL;
}

/* ---- statements ---- */

static struct sql_value value_of(sqlite3_stmt *q, int i)
{
	sqlite3_value *v = sqlite3_column_value(q, i);

	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER:
		return (struct sql_value){SQL_INTEGER, .integer = sqlite3_value_int64(v)};
	case SQLITE_FLOAT:
		return (struct sql_value){SQL_REAL, .real = sqlite3_value_double(v)};
	case SQLITE_TEXT:
		return (struct sql_value){SQL_TEXT, .bytes = sqlite3_value_text(v),
					  .size = (size_t)sqlite3_value_bytes(v)};
	case SQLITE_BLOB:
		return (struct sql_value){SQL_BLOB, .bytes = sqlite3_value_blob(v),
					  .size = (size_t)sqlite3_value_bytes(v)};
	default:
		return (struct sql_value){.type = SQL_NULL};
	}
}

/* What somebody needs who does not know the tables by heart. */
static const char *hint(const char *message)
{
	bool unknown = strncmp(message, "no such column", 14) == 0 ||
		       strncmp(message, "no such table", 13) == 0;

	return unknown ? " (.schema lists all)" : "";
}

/* "'select …': no such column: x": blanks and line ends of the statement as one blank. */
static int refuse(const struct sql *s, const char *text, int r, struct err *err)
{
	char shown[SHOWN + 4];
	const char *message;
	size_t n = 0;

	for (; *text && n < SHOWN; text++) {
		bool blank = (unsigned char)*text <= ' ';

		if (!blank)
			shown[n++] = *text;
		else if (n && shown[n - 1] != ' ')
			shown[n++] = ' ';
	}
	while (n && (shown[n - 1] == ' ' || ((unsigned char)shown[n - 1] >= 0x80 && *text)))
		n--;
	memcpy(shown + n, *text ? "..." : "", *text ? 4 : 1);
	message = r == SQLITE_AUTH ? "a tape is only read: there is nothing but SELECT"
				   : sqlite3_errmsg(s->db);
	return err_set(err, r == SQLITE_NOMEM ? ENOMEM : EINVAL, "'%s': %s%s", shown, message,
		       hint(message));
}

static int give_rows(struct sql *s, sqlite3_stmt *q, sql_row_fn *row, void *context,
		     struct err *err)
{
	size_t count = (size_t)sqlite3_column_count(q);
	cleanup_free const char **names = calloc(count + 1, sizeof(*names));
	cleanup_free struct sql_value *values = calloc(count + 1, sizeof(*values));
	int r = 0, step;

	if (!names || !values)
		return err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		names[i] = sqlite3_column_name(q, (int)i);
	if (count)
		r = row(context, names, NULL, count, err);
	while (r >= 0 && (step = sqlite3_step(q)) != SQLITE_DONE) {
		if (step != SQLITE_ROW)
			return refuse(s, sqlite3_sql(q), step, err);
		for (size_t i = 0; i < count; i++)
			values[i] = value_of(q, (int)i);
		r = row(context, names, values, count, err);
	}
	return r < 0 ? r : 1;
}

int sql_run(struct sql *s, const char **at, sql_row_fn *row, void *context, struct err *err)
{
	const char *text = *at + strspn(*at, " \t\r\n;");
	sqlite3_stmt *q = NULL;
	int r;

	*at = text;
	if (!*text)
		return 0;
	r = sqlite3_prepare_v2(s->db, text, -1, &q, at);
	if (r != SQLITE_OK)
		return refuse(s, text, r, err);
	/* Nothing but a comment. */
	r = q ? give_rows(s, q, row, context, err) : 0;
	sqlite3_finalize(q);
	return r;
}

void sql_schema(struct buf *ret)
{
	for (size_t i = 0; i < EVENT_TABLES; i++)
		buf_printf(ret, "%s;\n", event_tables[i]->schema);
	for (size_t i = 0; i < LIST_TABLES; i++)
		buf_printf(ret, "%s;\n", list_tables[i].schema);
}

bool sql_is_whole(const char *text)
{
	return sqlite3_complete(text);
}

size_t sql_damages(const struct sql *s, sql_damage_fn *tell, void *context)
{
	struct err line;

	for (size_t i = 0; i < s->damage_count && i < SQL_DAMAGES_MAX; i++) {
		err_set(&line, EBADMSG, "byte %llu: %s", (unsigned long long)s->damages[i].offset,
			s->damages[i].text);
		tell(context, line.text);
	}
	for (size_t i = 0; i < LIST_TABLES; i++) {
		if (!s->lists[i].dropped)
			continue;
		err_set(&line, E2BIG, "%llu more rows of %s than there is room for, ignoring",
			(unsigned long long)s->lists[i].dropped, list_tables[i].name);
		tell(context, line.text);
	}
	return s->damage_count;
}

struct sql_costs sql_costs(const struct sql *s)
{
	return s->costs;
}

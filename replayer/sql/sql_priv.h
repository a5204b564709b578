/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this directory share: a pass over the tape (scan.c), the bounds that SQLite
 * lays on a table (bounds.c), and tables that are held in memory (list.c).
 */
#ifndef SQL_SQL_PRIV_H
#define SQL_SQL_PRIV_H

#include "sql.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "format/container/stream.h"
#include "replayer/print/alone.h"
#include "replayer/print/print.h"
#include "replayer/query/access.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"
#include "sys/choice.h"

#include <sqlite3.h>

enum {
	SQL_TEXT_LIMIT = 4096,  /* characters of each string in a call's text, as in JSON lines */
	SQL_ROWS_MAX = 1 << 20, /* of a table in memory */
	SQL_LATE_MAX = 1 << 20, /* ends of calls that outlast the stream's window */
	SQL_DAMAGES_MAX = 32,
	SQL_HEAP_MAX = 1 << 30,    /* bytes that SQLite may have in all */
	SQL_VALUE_MAX = 256 << 20, /* bytes of one value */
	SQL_STATEMENT_MAX = 1 << 20,
	SQL_STOP_EVERY = 1 << 12, /* events, or steps of a statement, between questions */
};

/* What a pass has to give. */
enum scan_need {
	NEED_FULL = 1 << 0,     /* arguments and memory, not only the outline */
	NEED_STATE = 1 << 1,    /* what descriptors stand for */
	NEED_TEXT = 1 << 2,     /* a printer that has seen everything before */
	NEED_MOVED = 1 << 3,    /* which bytes went to and from descriptors */
	NEED_PATH = 1 << 4,     /* names in the file system */
	NEED_POSITION = 1 << 5, /* where in its file each descriptor is */
	NEED_ENDS = 1 << 6,     /* of calls told before: what they wrote */
	NEED_ALL = 1 << 7,      /* the text of every call: some can be made ahead */
};

/* How a call ended that the stream tells as begun only. */
struct late {
	uint64_t begun_seq, end_seq, duration;
	int64_t ret;
};

/* A table of values, row by row, in memory. */
struct list {
	sqlite3_int64 *cells; /* integers; texts as places in `texts`, plus 1 */
	uint8_t *types;       /* enum sql_type */
	size_t columns, count, capacity;
	uint64_t dropped; /* rows over the limit */
	struct buf texts; /* a size_t in front of each */
	bool made;
};

struct sql;
typedef int list_make_fn(struct sql *s, struct list *list, struct err *err);

struct list_table {
	const char *name, *schema;
	size_t columns;
	list_make_fn *make;
};

enum { LIST_TABLES = 5 };

struct sql {
	char *path;
	char *trace; /* the calls that are shown; NULL: what the recorder was asked for */
	sqlite3 *db;
	struct list lists[LIST_TABLES];
	struct map late;    /* place of the entry -> struct late */
	struct map more;    /* place of the entry of calls that have EVENT_DATA */
	uint64_t late_from; /* of what is behind here all are in them */
	bool text_depends;  /* on what is before: calls that are asked for in words are of that kind
			     */
	bool no_outlines;   /* names of calls depend on their arguments */
	uint64_t calls;     /* as far as known: for the planner */
	struct trace_damage damages[SQL_DAMAGES_MAX];
	size_t damage_count;
	char journal_note[ERR_TEXT_MAX];
	struct sql_costs costs;
	const struct sql_listener *listener; /* NULL: none */
};

/* ---- scan.c ---- */

/* What a call moved, to or from one descriptor; of messages, one of them. */
struct moved {
	int32_t fd;
	bool out, positioned;
	const struct state_file *file; /* valid for as long as the event is the present one */
	uint64_t bytes, position;
};

struct scan {
	struct sql *sql;
	unsigned needs;
	struct trace_stream *stream;
	struct state *state;         /* NEED_STATE */
	struct printer *printer;     /* NEED_TEXT */
	struct alone alone;          /* NEED_ALL: of the thread that makes texts ahead */
	struct transfers *transfers; /* NEED_MOVED */
	struct accesses *accesses;   /* NEED_PATH */
	struct moved *moved;         /* by the present event */
	size_t moved_count, moved_capacity;
	bool moved_known;
	bool fd_known; /* of the present event: */
	int32_t fd;    /* the descriptor that it is about, or less than 0 */
	const struct state_file *file;
	struct sys_choice chosen;
	bool selects;
	struct trace_item item;
	struct event patched;         /* of a call that ended late */
	uint64_t from_seq, from_time; /* what is before need not come */
	bool said;                    /* the printer has been told of the present event */
};

int scan_open(struct scan *c, struct sql *s, unsigned needs, struct err *err);
/* As scan_open(), of what is at @seq and @time or behind it, and maybe of more. */
int scan_open_at(struct scan *c, struct sql *s, unsigned needs, uint64_t seq, uint64_t time,
		 struct err *err);
/* 1 and the next item in c->item, 0 at the end, -errno. Of calls there is one event each, as
 * far as the tape tells finished; ends of calls told before do not come. */
int scan_next(struct scan *c, struct err *err);
/* Fills in late and more, of calls from @seq on. 0 or -errno. */
int scan_gather(struct sql *s, uint64_t seq, struct err *err);
/* Whether it is an event that is shown. */
bool scan_shows(const struct scan *c);
/* Fills in what the present event moved, once. 0 or -ENOMEM. */
int scan_moved(struct scan *c);
/* The present event in words. 0 or -errno. */
int scan_text(struct scan *c, struct buf *ret, struct err *err);
void scan_done(struct scan *c);

/* ---- bounds.c ---- */

/* Columns that a bound may be on, by what they are of an event. */
enum bound_on { ON_NOTHING, ON_SEQ, ON_TIME, ON_PID, ON_TID, ON_NR, ON_NAME, ON_ERROR };

/* A superset of what SQLite asks for: it looks again. */
struct bounds {
	int64_t seq_from, seq_to, time_from, time_to; /* inclusive */
	bool has_pid, has_tid, has_nr;
	int64_t pid, tid, nr;
	char *name, *error; /* NULL: any */
};

/* Fills in what the planner wants to know. @on: what each column is. Cursors get the columns that
 * are used in idxNum. */
int bounds_plan(const struct sql *s, const uint8_t *on, sqlite3_index_info *info, double factor);
/* -ENOMEM or 0. */
int bounds_take(struct bounds *b, const char *plan, int count, sqlite3_value **values);
bool bounds_have(const struct bounds *b, const struct event *e);
void bounds_done(struct bounds *b);

/* ---- events.c: tables with a row for an event of some kind, or for a piece of one ---- */

struct event_cursor {
	sqlite3_vtab_cursor base;
	struct scan scan;
	struct bounds bounds;
	bool open, over;
	int64_t piece, pieces; /* of the event */
	uint64_t last_seq;     /* where what belongs to the bounds can still stand */
	sqlite3_int64 row;
	struct buf scratch;
};

struct event_table {
	const char *name, *schema;
	const uint8_t *on; /* enum bound_on of each column */
	double factor;     /* rows for each call, about */
	bool straggles;    /* rows of a call come later than those of others behind it */
	unsigned (*needs)(uint64_t columns);
	/* How many rows the present event, which is shown and within bounds, is; -ENOMEM. */
	int64_t (*pieces)(struct scan *c);
	/* 0, -ENOMEM, or SQLite's code. */
	int (*column)(struct event_cursor *c, sqlite3_context *ret, int column);
};

enum { EVENT_TABLES = 4 };
extern const struct event_table *const event_tables[EVENT_TABLES];
extern const struct event_table event_table_calls, event_table_memory, event_table_signals,
	event_table_transfers;

/* Registers all tables, each under @prefix and its name. SQLite's code. */
int events_register(struct sql *s, const char *prefix);
int lists_register(struct sql *s, const char *prefix);

static inline void result_text(sqlite3_context *ret, const char *word)
{
	if (word)
		sqlite3_result_text(ret, word, -1, SQLITE_STATIC);
}

static inline void result_whole(sqlite3_context *ret, uint64_t value)
{
	sqlite3_result_int64(ret, (sqlite3_int64)value);
}

static inline void result_bytes(sqlite3_context *ret, const void *bytes, size_t size)
{
	if (bytes)
		sqlite3_result_text64(ret, bytes, size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

extern const struct list_table list_tables[LIST_TABLES];

list_make_fn list_make_tape, list_make_processes, list_make_threads, list_make_fds, list_make_files;

/* The cells of a new row, from left to right. list_row() is false when there is no room. */
bool list_row(struct list *l);
void list_integer(struct list *l, size_t column, uint64_t value);
void list_text(struct list *l, size_t column, const void *bytes, size_t size);
void list_word(struct list *l, size_t column, const char *word);
void list_done(struct list *l);

/* ---- call.c ---- */

const char *row_state(const struct event_call *call);
/* NULL: none. @scratch has 16 bytes. */
const char *row_error(const struct event_call *call, char *scratch);
/* The descriptor that it is given, or -1. */
int32_t row_fd(const struct event *e);
/* Appends a path that the present call is given, absolute where that is known, else as given: the
 * first one, or @to: the new name of a rename or link, the text of a symbolic link. 0 or
 * -ENOMEM. */
int row_path(const struct scan *c, bool to, struct buf *ret);
/* "pipe", "socket" of what has no name; its bytes in *@ret, NULL: nothing is known. */
size_t row_file_name(const struct state_file *file, const char **ret);

/* ---- sql.c ---- */

/* Everything but the connection. */
int sql_new(const char *path, const char *trace, struct sql **ret, struct err *err);
int sql_connect(struct sql *s, const char *file, const char *prefix, struct err *err);
bool sql_is_stopped(const struct sql *s);
/* SQLite's code for a failure, with the words of @err for the statement. */
int sql_failed(sqlite3_vtab *t, int r, const struct err *err);

#endif

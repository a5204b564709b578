/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape asked in SQL: SQLite, with virtual tables straight over the file. There is no import;
 * a query reads the tape once for each table in it, and of each event only what it asks for:
 *
 *  - a bound on seq or time ends the pass early, and lets it begin late when the tape has an
 *    index, nothing is asked that only the past tells (paths, names of descriptors), and what
 *    is damaged before is of no interest; one on pid, tid, nr, name or error passes
 *    events over before anything is computed of them;
 *  - of columns that are not asked for nothing is computed. Without arguments, texts, paths
 *    and descriptors of calls, chunks are read as outlines (format/codec.h), which costs little
 *    more than to decompress them;
 *  - calls come in the order of seq, which is that of time; and a table that is looked up by
 *    rising seq, as the inner one of a join is, goes on where it stands.
 *
 * Tables about processes, threads and descriptors are made in memory when they are first asked
 * for, up to the limits in sql_priv.h.
 *
 * Nothing can be written by a statement, and no other file be reached.
 */
#ifndef SQL_SQL_H
#define SQL_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct sql;

enum sql_type { SQL_NULL, SQL_INTEGER, SQL_REAL, SQL_TEXT, SQL_BLOB };

struct sql_value {
	enum sql_type type;
	int64_t integer;
	double real;
	const uint8_t *bytes; /* text and blobs; borrowed */
	size_t size;
};

/* What it cost so far: for tests, and for those who wonder. */
struct sql_costs {
	uint64_t passes;   /* over the tape */
	uint64_t outlines; /* of these, those that read no more than outlines */
	uint64_t events;   /* read */
	uint64_t rows;     /* of calls, memory and signals given to SQLite */
	uint64_t texts;    /* calls said in words */
	uint64_t raw;      /* bytes decompressed */
};

/* A damaged place, or a journal that was ignored, as one line without the tape's name. */
typedef void sql_damage_fn(void *context, const char *text);

/* Who is told, and asked, while a database is written. */
struct sql_listener {
	sql_damage_fn *damage;
	bool (*stop)(void *context); /* whether to give up; NULL: never */
	void *context;
};

/*
 * Opens a tape that can be read more than once: a file, by its name. @trace: the calls that there
 * are, as strace's -e trace= says it; NULL: those that the recorder was asked for. Fails as
 * trace_stream_open(), and as sys_choice_parse().
 */
int sql_open(const char *path, const char *trace, struct sql **ret, struct err *err);
struct sql *sql_free(struct sql *s);

/* A row; before the first one, and if there is none, @values is NULL: only the names. Not called
 * for a statement without columns. 0, or a negative errno, which ends it. */
typedef int sql_row_fn(void *context, const char *const *names, const struct sql_value *values,
		       size_t count, struct err *err);

/*
 * Runs the statement at *@at, and moves *@at behind it. 1, 0 when there was none, or -errno: a
 * statement that SQLite refuses is -EINVAL, with the statement's beginning and SQLite's
 * message in @err.
 */
int sql_run(struct sql *s, const char **at, sql_row_fn *row, void *context, struct err *err);
/* Gives all calls, as SELECT * FROM syscalls would, in a fraction of the time. 0, or -errno. */
int sql_calls(struct sql *s, sql_row_fn *row, void *context, struct err *err);
/* Whether @text is a whole statement, or several: what is read line by line ends there. */
bool sql_is_whole(const char *text);

/* Appends the tables as they would have to be created, a statement and a newline each. */
void sql_schema(struct buf *ret);

/* What was found damaged by the passes so far, each place once; how many. */
size_t sql_damages(const struct sql *s, sql_damage_fn *tell, void *context);
struct sql_costs sql_costs(const struct sql *s);

/* What of a tape a database has. */
struct sql_part {
	const char *trace; /* as of sql_open() */
	/* Events of these processes or threads, as "812,813"; NULL: all. Lists of what there is on
	 * the tape (processes, threads, fds) leave out other processes, files is of the whole tape.
	 */
	const char *pids;
	uint64_t from, until; /* ns since the tape began: events; until 0: the end */
};

/* Appends the condition that @part is for a row of the table, with WHERE in front; nothing when it
 * is the whole tape. */
void sql_where(const struct sql_part *part, const char *table, struct buf *ret);

/*
 * Writes a database with the same tables, and with indexes on what they are joined by, to the
 * file @to. Under another name first: it is there whole, or not at all. An empty file or a
 * database that was written so is replaced, anything else refused with -EEXIST. Returns how many
 * places were found damaged, or -errno; -EINTR when @stop, which is asked now and then, said so.
 */
int sql_save(const char *path, const struct sql_part *part, const char *to,
	     const struct sql_listener *who, struct err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The tables as a database of their own: each is filled by one statement, from the virtual one. */
#include "sql_priv.h"

#include "base/cleanup.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the file's head, by which such a file is known again ("tape"). */
enum { APPLICATION = 0x74617065, APPLICATION_AT = 68, HEAD = 100 };

#define PREFIX "tape_"

static const char *const indexes[] = {
	"CREATE INDEX syscalls_seq ON syscalls(seq)",
	"CREATE INDEX syscalls_time ON syscalls(time)",
	"CREATE INDEX syscalls_name ON syscalls(name, error)",
	"CREATE INDEX syscalls_pid ON syscalls(pid, tid)",
	"CREATE INDEX syscalls_path ON syscalls(path) WHERE path IS NOT NULL",
	"CREATE INDEX memory_seq ON memory(seq)",
	"CREATE INDEX transfers_seq ON transfers(seq)",
	"CREATE INDEX transfers_name ON transfers(name)",
	"CREATE INDEX files_path ON files(path)",
	"CREATE INDEX processes_pid ON processes(pid)",
	"CREATE INDEX fds_pid ON fds(pid, fd)",
};

/* 0 when @to may be written, -EEXIST or another error. */
static int may_replace(const char *to, struct err *err)
{
	cleanup_close int fd = open(to, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	uint8_t head[HEAD] = {0}, *mark = head + APPLICATION_AT;
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "cannot write '%s'", to);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, EEXIST, "'%s' is no file that a database could be", to);
	if (st.st_size == 0)
		return 0;
	if (fileio_read_at(fd, 0, head, sizeof(head)) == HEAD &&
	    memcmp(head, "SQLite format 3", 16) == 0 &&
	    ((uint32_t)mark[0] << 24 | (uint32_t)mark[1] << 16 | (uint32_t)mark[2] << 8 |
	     mark[3]) == APPLICATION)
		return 0;
	return err_set(err, EEXIST, "'%s' is there already, and no database of a tape", to);
}

static int stop(void *context)
{
	return sql_is_stopped(context);
}

static int run(struct sql *s, struct err *err, const char *text)
{
	char *message = NULL;
	int r = sqlite3_exec(s->db, text, NULL, NULL, &message);

	if (r == SQLITE_OK)
		return 0;
	err_set(err,
		r == SQLITE_NOMEM   ? ENOMEM
		: sql_is_stopped(s) ? EINTR
				    : EIO,
		"%s", message ? message : sqlite3_errstr(r));
	sqlite3_free(message);
	return err->code;
}

/* Which columns of the tables say whose a row is, and when it was. */
static const struct {
	const char *table, *pid, *tid, *time;
} columns[] = {
	{"syscalls", "pid", "tid", "time"}, {"memory", "pid", "tid", NULL},
	{"signals", "pid", "tid", "time"},  {"transfers", "pid", "tid", "time"},
	{"processes", "pid", NULL, NULL},   {"threads", "pid", "tid", NULL},
	{"fds", "pid", NULL, NULL},
};

static void add(struct buf *ret, bool *any, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct buf *ret, bool *any, const char *format, ...)
{
	va_list args;

	buf_str(ret, *any ? " AND " : " WHERE ");
	*any = true;
	va_start(args, format);
	buf_vprintf(ret, format, args);
	va_end(args);
}

void sql_where(const struct sql_part *part, const char *table, struct buf *ret)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const char *pid = columns[i].pid, *tid = columns[i].tid, *time = columns[i].time;

		if (strcmp(columns[i].table, table) != 0)
			continue;
		if (part->pids && tid)
			add(ret, &any, "(%s IN (%s) OR %s IN (%s))", pid, part->pids, tid,
			    part->pids);
		else if (part->pids)
			add(ret, &any, "%s IN (%s)", pid, part->pids);
		if (time && part->from)
			add(ret, &any, "%s >= %" PRIu64, time, part->from);
		if (time && part->until)
			add(ret, &any, "%s <= %" PRIu64, time, part->until);
	}
}

/* Memory is of calls, of which the database has those of the part already. */
static void narrow_memory(const struct sql_part *part, const char *table, struct buf *ret)
{
	bool any = part->pids;

	if (strcmp(table, "memory") == 0 && (part->from || part->until))
		add(ret, &any, "seq IN (SELECT seq FROM syscalls)");
}

static int fill(struct sql *s, const struct sql_part *part, const char *name, const char *schema,
		struct err *err)
{
	cleanup_done(buf_done) struct buf where = {0};
	char *text;
	int r;

	sql_where(part, name, &where);
	narrow_memory(part, name, &where);
	text = buf_error(&where) < 0
		       ? NULL
		       : sqlite3_mprintf("%s; INSERT INTO %s SELECT * FROM " PREFIX "%s%s", schema,
					 name, name, buf_text(&where));
	r = text ? run(s, err, text) : err_set(err, ENOMEM, "out of memory");
	sqlite3_free(text);
	return r;
}

static int fill_all(struct sql *s, const struct sql_part *part, struct err *err)
{
	char *mark = sqlite3_mprintf("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; "
				     "PRAGMA application_id=%d; BEGIN",
				     (int)APPLICATION);
	int r = mark ? run(s, err, mark) : err_set(err, ENOMEM, "out of memory");

	for (size_t i = 0; r == 0 && i < EVENT_TABLES; i++)
		r = fill(s, part, event_tables[i]->name, event_tables[i]->schema, err);
	for (size_t i = 0; r == 0 && i < LIST_TABLES; i++)
		r = fill(s, part, list_tables[i].name, list_tables[i].schema, err);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(indexes); i++)
		r = run(s, err, indexes[i]);
	if (r == 0)
		r = run(s, err, "COMMIT; ANALYZE");
	sqlite3_free(mark);
	return r;
}

/* "file:" would be an address to SQLite, and ":memory:" no file. */
static char *part_name(const char *to)
{
	char *name;

	return asprintf(&name, "%s%s.part", *to == '/' ? "" : "./", to) < 0 ? NULL : name;
}

int sql_save(const char *path, const struct sql_part *part, const char *to,
	     const struct sql_listener *who, struct err *err)
{
	cleanup_free char *temporary = part_name(to);
	struct sql *s;
	int r = temporary ? may_replace(to, err) : err_set(err, ENOMEM, "out of memory");

	if (r == 0)
		r = sql_new(path, part->trace, &s, err);
	if (r < 0)
		return r;
	if (unlink(temporary) < 0 && errno != ENOENT)
		r = err_errno(err, errno, "cannot write '%s'", temporary);
	s->listener = who;
	if (r == 0)
		r = sql_connect(s, temporary, PREFIX, err);
	if (r == 0)
		sqlite3_progress_handler(s->db, SQL_STOP_EVERY, stop, s);
	if (r == 0)
		r = fill_all(s, part, err);
	if (r == 0)
		r = (int)sql_damages(s, who->damage, who->context);
	sql_free(s);
	if (r >= 0 && rename(temporary, to) < 0)
		r = err_errno(err, errno, "cannot write '%s'", to);
	if (r < 0)
		unlink(temporary);
	return r;
}

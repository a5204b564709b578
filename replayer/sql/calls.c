/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of calls, of the memory that they read and wrote, and of signals. */
#include "sql_priv.h"

#include "sys/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BIT(column) (UINT64_C(1) << (column))

/* ---- syscalls ---- */

enum call_column {
	CALL_SEQ,
	CALL_END_SEQ,
	CALL_TIME,
	CALL_DURATION,
	CALL_PID,
	CALL_TID,
	CALL_ARCH,
	CALL_NR,
	CALL_NAME,
	CALL_RET,
	CALL_ERROR,
	CALL_STATE,
	CALL_TEXT,
	CALL_ARG0,
	CALL_PATH = CALL_ARG0 + EVENT_ARGS,
	CALL_TO_PATH,
	CALL_FD,
	CALL_FD_NAME,
	CALL_FILE,
	CALL_BYTES,
	CALL_DIRECTION,
	CALL_COLUMNS
};

static const uint8_t call_on[CALL_COLUMNS] = {
	[CALL_SEQ] = ON_SEQ, [CALL_TIME] = ON_TIME, [CALL_PID] = ON_PID,     [CALL_TID] = ON_TID,
	[CALL_NR] = ON_NR,   [CALL_NAME] = ON_NAME, [CALL_ERROR] = ON_ERROR,
};

static unsigned call_needs(uint64_t columns)
{
	const uint64_t path = BIT(CALL_PATH) | BIT(CALL_TO_PATH);
	const uint64_t state = path | BIT(CALL_FD_NAME) | BIT(CALL_FILE);
	const uint64_t moved = BIT(CALL_BYTES) | BIT(CALL_DIRECTION) | BIT(CALL_FD) |
			       BIT(CALL_FD_NAME) | BIT(CALL_FILE);
	const uint64_t outline = BIT(CALL_TEXT) - 1;

	return (columns & ~outline ? NEED_FULL : 0u) | (columns & state ? NEED_STATE : 0u) |
	       (columns & BIT(CALL_TEXT) ? NEED_TEXT : 0u) | (columns & moved ? NEED_MOVED : 0u) |
	       (columns & path ? NEED_PATH : 0u);
}

static int64_t call_pieces(struct scan *c)
{
	const struct event *e = c->item.event;

	return e->kind == EVENT_CALL || e->kind == EVENT_BEGUN;
}

static const char *const call_names[CALL_COLUMNS] = {
	"seq",  "end_seq", "time",    "duration", "pid",     "tid",  "arch",  "nr",        "name",
	"ret",  "error",   "state",   "text",     "arg0",    "arg1", "arg2",  "arg3",      "arg4",
	"arg5", "path",    "to_path", "fd",       "fd_name", "file", "bytes", "direction",
};

static void set_whole(struct sql_value *ret, uint64_t value)
{
	ret->type = SQL_INTEGER;
	ret->integer = (int64_t)value;
}

static void set_bytes(struct sql_value *ret, const void *bytes, size_t size)
{
	if (!bytes)
		return;
	ret->type = SQL_TEXT;
	ret->bytes = bytes;
	ret->size = size;
}

static void set_text(struct sql_value *ret, const char *word)
{
	set_bytes(ret, word, word ? strlen(word) : 0);
}

/* A word of ours, or one that was made in @scratch, which does not last. */
static void set_word(struct sql_value *ret, const char *word, const char *scratch, struct buf *made)
{
	if (word == scratch) {
		buf_str(made, word);
		word = buf_text(made);
	}
	set_text(ret, word);
}

/* What the call and its outline tell. */
static void call_outline(const struct event *e, int column, struct buf *made, struct sql_value *ret)
{
	const struct event_call *call = &e->call;
	bool finished = call->state == EVENT_FINISHED;
	char scratch[32];

	switch ((enum call_column)column) {
	case CALL_SEQ:
		set_whole(ret, e->seq);
		break;
	case CALL_TIME:
		set_whole(ret, e->time);
		break;
	case CALL_PID:
		set_whole(ret, e->pid);
		break;
	case CALL_TID:
		set_whole(ret, e->tid);
		break;
	case CALL_NR:
		set_whole(ret, call->nr);
		break;
	case CALL_ARCH:
		set_text(ret, event_arch_name(call->arch));
		break;
	case CALL_NAME:
		set_word(ret, print_call_name(call, scratch), scratch, made);
		break;
	case CALL_ERROR:
		set_word(ret, row_error(call, scratch), scratch, made);
		break;
	case CALL_STATE:
		set_text(ret, row_state(call));
		break;
	case CALL_END_SEQ:
		if (finished)
			set_whole(ret, call->end_seq);
		break;
	case CALL_DURATION:
		if (finished)
			set_whole(ret, call->duration);
		break;
	case CALL_RET:
		if (finished)
			set_whole(ret, (uint64_t)call->ret);
		break;
	default:
		break;
	}
}

static int call_words(struct scan *c, int column, struct buf *made, struct sql_value *ret,
		      struct err *err)
{
	int r = column == CALL_TEXT ? scan_text(c, made, err)
				    : row_path(c, column == CALL_TO_PATH, made);

	if (r == 0 && made->size)
		set_bytes(ret, made->data, made->size);
	return r;
}

/* The descriptor that the call is given (of socketcall(2), in memory) and its file: three columns
 * ask for it. */
static void find_fd(struct scan *c)
{
	if (c->fd_known)
		return;
	c->fd_known = true;
	c->fd = row_fd(c->item.event);
	if (c->fd < 0 && c->moved_count)
		c->fd = c->moved[0].fd;
	c->file = c->fd < 0 || !c->state ? NULL : state_at_entry(c->state, c->item.event, c->fd);
}

static void call_descriptor(struct scan *c, int column, struct sql_value *ret)
{
	const char *name;
	size_t size;

	find_fd(c);
	if (c->fd < 0)
		return;
	if (column == CALL_FD) {
		set_whole(ret, (uint64_t)c->fd);
	} else if (column == CALL_FD_NAME) {
		size = row_file_name(c->file, &name);
		set_bytes(ret, name, size);
	} else if (c->file) {
		set_whole(ret, c->file->id);
	}
}

/* Of messages all bytes, of what went from one descriptor to another those that came. */
static void call_moved(const struct scan *c, int column, struct sql_value *ret)
{
	uint64_t in = 0, out = 0;

	for (size_t i = 0; i < c->moved_count; i++)
		*(c->moved[i].out ? &out : &in) += c->moved[i].bytes;
	if (column == CALL_BYTES && (in || out))
		set_whole(ret, in > out ? in : out);
	else if (in || out)
		set_text(ret, in && out ? "both" : out ? "out" : "in");
}

/* What stands in the column; texts are borrowed from @made, which is empty, from the state, or
 * last. 0 or -errno. */
static int call_value(struct scan *c, int column, struct buf *made, struct sql_value *ret,
		      struct err *err)
{
	const struct event *e = c->item.event;

	ret->type = SQL_NULL;
	if (column == CALL_TEXT || column == CALL_PATH || column == CALL_TO_PATH)
		return call_words(c, column, made, ret, err);
	if (column < CALL_ARG0) {
		call_outline(e, column, made, ret);
		return buf_error(made);
	}
	if (column < CALL_PATH) {
		set_whole(ret, e->call.args[column - CALL_ARG0]);
		return 0;
	}
	if (scan_moved(c) < 0)
		return -ENOMEM;
	if (column == CALL_BYTES || column == CALL_DIRECTION)
		call_moved(c, column, ret);
	else
		call_descriptor(c, column, ret);
	return 0;
}

static int call_column(struct event_cursor *c, sqlite3_context *ret, int column)
{
	struct sql_value value;
	struct err err = {0};
	int r;

	buf_clear(&c->scratch);
	r = call_value(&c->scan, column, &c->scratch, &value, &err);
	if (r < 0)
		return r == -ENOMEM ? r : sql_failed(c->base.pVtab, r, &err);
	if (value.type == SQL_INTEGER)
		sqlite3_result_int64(ret, value.integer);
	else if (value.type == SQL_TEXT)
		sqlite3_result_text64(ret, (const char *)value.bytes, value.size,
				      c->scratch.size || column == CALL_FD_NAME ? SQLITE_TRANSIENT
										: SQLITE_STATIC,
				      SQLITE_UTF8);
	return SQLITE_OK;
}

/* ---- without SQLite ---- */

struct whole_row {
	struct sql_value value[CALL_COLUMNS];
	struct buf made[CALL_COLUMNS]; /* its texts */
};

static int give_row(struct scan *c, struct whole_row *row, sql_row_fn *give, void *context,
		    struct err *err)
{
	int r = 0;

	for (int i = 0; r == 0 && i < CALL_COLUMNS; i++) {
		if (row->made[i].size)
			buf_clear(&row->made[i]);
		r = call_value(c, i, &row->made[i], &row->value[i], err);
	}
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	return r < 0 ? r : give(context, call_names, row->value, CALL_COLUMNS, err);
}

static int give_all(struct scan *c, struct whole_row *row, sql_row_fn *give, void *context,
		    struct err *err)
{
	int r;

	while ((r = scan_next(c, err)) > 0) {
		if (c->item.kind != ITEM_EVENT || !scan_shows(c) || !call_pieces(c))
			continue;
		r = give_row(c, row, give, context, err);
		if (r < 0)
			return r;
	}
	return r;
}

int sql_calls(struct sql *s, sql_row_fn *give, void *context, struct err *err)
{
	struct whole_row *row = calloc(1, sizeof(*row));
	struct scan c = {.sql = s};
	int r = row ? scan_open(&c, s, call_needs(UINT64_MAX) | NEED_ALL, err)
		    : err_set(err, ENOMEM, "out of memory");

	if (r == 0)
		r = give(context, call_names, NULL, CALL_COLUMNS, err);
	if (r == 0)
		r = give_all(&c, row, give, context, err);
	scan_done(&c);
	for (size_t i = 0; row && i < CALL_COLUMNS; i++)
		buf_done(&row->made[i]);
	free(row);
	return r;
}

const struct event_table event_table_calls = {
	.name = "syscalls",
	.schema =
		"CREATE TABLE syscalls(seq INTEGER, end_seq INTEGER, time INTEGER, "
		"duration INTEGER, pid INTEGER, tid INTEGER, arch TEXT, nr INTEGER, name TEXT, "
		"ret INTEGER, error TEXT, state TEXT, text TEXT, arg0 INTEGER, arg1 INTEGER, "
		"arg2 INTEGER, arg3 INTEGER, arg4 INTEGER, arg5 INTEGER, path TEXT, to_path TEXT, "
		"fd INTEGER, fd_name TEXT, file INTEGER, bytes INTEGER, direction TEXT)",
	.on = call_on,
	.factor = 1,
	.needs = call_needs,
	.pieces = call_pieces,
	.column = call_column,
};

/* ---- memory ---- */

enum {
	MEMORY_SEQ,
	MEMORY_PID,
	MEMORY_TID,
	MEMORY_WHEN,
	MEMORY_ADDRESS,
	MEMORY_LENGTH,
	MEMORY_DATA,
	MEMORY_COLUMNS
};

static const uint8_t memory_on[MEMORY_COLUMNS] = {
	[MEMORY_SEQ] = ON_SEQ, [MEMORY_PID] = ON_PID, [MEMORY_TID] = ON_TID};

static unsigned memory_needs(uint64_t columns)
{
	(void)columns;
	return NEED_FULL | NEED_ENDS;
}

/* What was read has been told with the call's beginning. */
static bool is_memory(const struct event *e, const struct event_memory *m)
{
	return m->when != EVENT_NAME && (e->kind != EVENT_END || m->when == EVENT_AT_EXIT);
}

static const struct event_memory *memory_at(const struct event *e, int64_t piece)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		if (is_memory(e, &e->memory[i]) && piece-- == 0)
			return &e->memory[i];
	}
	return NULL;
}

static int64_t memory_pieces(struct scan *c)
{
	const struct event *e = c->item.event;
	int64_t n = 0;

	for (uint32_t i = 0; event_is_call(e) && i < e->memory_count; i++)
		n += is_memory(e, &e->memory[i]);
	return n;
}

static int memory_column(struct event_cursor *c, sqlite3_context *ret, int column)
{
	const struct event *e = c->scan.item.event;
	const struct event_memory *m = memory_at(e, c->piece);

	switch (column) {
	case MEMORY_SEQ:
		result_whole(ret, e->kind == EVENT_DATA || e->kind == EVENT_END ? e->call.begun_seq
										: e->seq);
		break;
	case MEMORY_PID:
		result_whole(ret, e->pid);
		break;
	case MEMORY_TID:
		result_whole(ret, e->tid);
		break;
	case MEMORY_WHEN:
		result_text(ret, m->when == EVENT_AT_EXIT ? "exit" : "entry");
		break;
	case MEMORY_ADDRESS:
		result_whole(ret, m->address);
		break;
	case MEMORY_LENGTH:
		result_whole(ret, m->full);
		break;
	default:
		sqlite3_result_blob64(ret, m->length ? (const void *)m->data : "", m->length,
				      SQLITE_TRANSIENT);
	}
	return SQLITE_OK;
}

const struct event_table event_table_memory = {
	.name = "memory",
	.schema = "CREATE TABLE memory(seq INTEGER, pid INTEGER, tid INTEGER, \"when\" TEXT, "
		  "address INTEGER, length INTEGER, data BLOB)",
	.on = memory_on,
	.factor = 1.5,
	.straggles = true,
	.needs = memory_needs,
	.pieces = memory_pieces,
	.column = memory_column,
};

/* ---- signals ---- */

enum {
	SIGNAL_SEQ,
	SIGNAL_TIME,
	SIGNAL_PID,
	SIGNAL_TID,
	SIGNAL_SIGNAL,
	SIGNAL_TEXT,
	SIGNAL_COLUMNS
};

static const uint8_t signal_on[SIGNAL_COLUMNS] = {[SIGNAL_SEQ] = ON_SEQ,
						  [SIGNAL_TIME] = ON_TIME,
						  [SIGNAL_PID] = ON_PID,
						  [SIGNAL_TID] = ON_TID};

static unsigned signal_needs(uint64_t columns)
{
	return NEED_FULL | (columns & BIT(SIGNAL_TEXT) ? NEED_TEXT : 0u);
}

static int64_t signal_pieces(struct scan *c)
{
	return c->item.event->kind == EVENT_SIGNAL;
}

static int signal_column(struct event_cursor *c, sqlite3_context *ret, int column)
{
	const struct event *e = c->scan.item.event;
	const char *name = sys_signal_name((int)e->signal.number);

	switch (column) {
	case SIGNAL_SIGNAL:
		if (name)
			result_text(ret, name);
		else
			result_whole(ret, e->signal.number);
		break;
	case SIGNAL_TEXT:
		return call_column(c, ret, CALL_TEXT);
	default:
		/* The first four are as those of calls. */
		result_whole(ret, column == SIGNAL_SEQ    ? e->seq
				  : column == SIGNAL_TIME ? e->time
				  : column == SIGNAL_PID  ? e->pid
							  : e->tid);
	}
	return SQLITE_OK;
}

const struct event_table event_table_signals = {
	.name = "signals",
	.schema = "CREATE TABLE signals(seq INTEGER, time INTEGER, pid INTEGER, tid INTEGER, "
		  "signal TEXT, text TEXT)",
	.on = signal_on,
	.factor = 0.01,
	.needs = signal_needs,
	.pieces = signal_pieces,
	.column = signal_column,
};

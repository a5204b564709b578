/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of calls, of the memory that they read and wrote, and of signals. */
#include "sql_priv.h"

#include "sys/names.h"

#include <errno.h>
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
	const uint64_t state = BIT(CALL_PATH) | BIT(CALL_FD_NAME) | BIT(CALL_FILE);
	const uint64_t outline = BIT(CALL_TEXT) - 1;

	return (columns & ~outline ? NEED_FULL : 0u) | (columns & state ? NEED_STATE : 0u) |
	       (columns & BIT(CALL_TEXT) ? NEED_TEXT : 0u);
}

static uint32_t call_pieces(const struct event *e)
{
	return e->kind == EVENT_CALL || e->kind == EVENT_BEGUN;
}

static void whole_number(sqlite3_context *ret, uint64_t value)
{
	sqlite3_result_int64(ret, (sqlite3_int64)value);
}

static void give_text(sqlite3_context *ret, const void *bytes, size_t size)
{
	sqlite3_result_text64(ret, bytes ? bytes : "", size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* What the call and its outline tell. */
static void call_outline(const struct event *e, sqlite3_context *ret, int column)
{
	const struct event_call *call = &e->call;
	bool finished = call->state == EVENT_FINISHED;
	char scratch[32];
	const char *name;

	switch ((enum call_column)column) {
	case CALL_SEQ:
		whole_number(ret, e->seq);
		break;
	case CALL_TIME:
		whole_number(ret, e->time);
		break;
	case CALL_PID:
		whole_number(ret, e->pid);
		break;
	case CALL_TID:
		whole_number(ret, e->tid);
		break;
	case CALL_NR:
		whole_number(ret, call->nr);
		break;
	case CALL_ARCH:
		result_text(ret, row_arch(call->arch));
		break;
	case CALL_NAME:
	case CALL_ERROR:
		name = column == CALL_NAME ? print_call_name(call, scratch)
					   : row_error(call, scratch);
		if (name)
			sqlite3_result_text(ret, name, -1,
					    name == scratch ? SQLITE_TRANSIENT : SQLITE_STATIC);
		break;
	case CALL_STATE:
		result_text(ret, row_state(call));
		break;
	case CALL_END_SEQ:
		if (finished)
			whole_number(ret, call->end_seq);
		break;
	case CALL_DURATION:
		if (finished)
			whole_number(ret, call->duration);
		break;
	case CALL_RET:
		if (finished)
			sqlite3_result_int64(ret, call->ret);
		break;
	default:
		break;
	}
}

static int call_words(struct event_cursor *c, sqlite3_context *ret, bool text)
{
	int r;

	buf_clear(&c->scratch);
	r = text ? scan_text(&c->scan, &c->scratch)
		 : row_path(c->scan.state, c->scan.item.event, &c->scratch);
	if (r < 0)
		return -ENOMEM;
	if (c->scratch.size)
		give_text(ret, c->scratch.data, c->scratch.size);
	return SQLITE_OK;
}

static void call_descriptor(const struct event_cursor *c, sqlite3_context *ret, int column)
{
	const struct event *e = c->scan.item.event;
	const struct state_file *file;
	int32_t fd = row_fd(e);

	if (fd < 0)
		return;
	if (column == CALL_FD) {
		sqlite3_result_int64(ret, fd);
		return;
	}
	file = state_at_entry(c->scan.state, e, fd);
	if (file && column == CALL_FILE)
		whole_number(ret, file->id);
	else if (file && file->text)
		give_text(ret, file->text, file->size);
	else if (file && file->kind == STATE_PIPE)
		sqlite3_result_text(ret, "pipe", -1, SQLITE_STATIC);
	else if (file && file->kind == STATE_SOCKET)
		sqlite3_result_text(ret, "socket", -1, SQLITE_STATIC);
}

static int call_column(struct event_cursor *c, sqlite3_context *ret, int column)
{
	const struct event *e = c->scan.item.event;
	int64_t bytes;
	bool out;

	if (column == CALL_TEXT || column == CALL_PATH)
		return call_words(c, ret, column == CALL_TEXT);
	if (column >= CALL_ARG0 && column < CALL_PATH) {
		whole_number(ret, e->call.args[column - CALL_ARG0]);
	} else if (column == CALL_BYTES || column == CALL_DIRECTION) {
		bytes = row_bytes(e, &out);
		if (bytes >= 0 && column == CALL_BYTES)
			sqlite3_result_int64(ret, bytes);
		else if (bytes >= 0)
			result_text(ret, out ? "out" : "in");
	} else if (column >= CALL_FD) {
		call_descriptor(c, ret, column);
	} else {
		call_outline(e, ret, column);
	}
	return SQLITE_OK;
}

const struct event_table event_table_calls = {
	.name = "syscalls",
	.schema = "CREATE TABLE syscalls(seq INTEGER, end_seq INTEGER, time INTEGER, "
		  "duration INTEGER, pid INTEGER, tid INTEGER, arch TEXT, nr INTEGER, name TEXT, "
		  "ret INTEGER, error TEXT, state TEXT, text TEXT, arg0 INTEGER, arg1 INTEGER, "
		  "arg2 INTEGER, arg3 INTEGER, arg4 INTEGER, arg5 INTEGER, path TEXT, fd INTEGER, "
		  "fd_name TEXT, file INTEGER, bytes INTEGER, direction TEXT)",
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
	return NEED_FULL;
}

static const struct event_memory *memory_at(const struct event *e, uint32_t piece)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		if (e->memory[i].when != EVENT_NAME && piece-- == 0)
			return &e->memory[i];
	}
	return NULL;
}

static uint32_t memory_pieces(const struct event *e)
{
	uint32_t n = 0;

	for (uint32_t i = 0; event_is_call(e) && i < e->memory_count; i++)
		n += e->memory[i].when != EVENT_NAME;
	return n;
}

static int memory_column(struct event_cursor *c, sqlite3_context *ret, int column)
{
	const struct event *e = c->scan.item.event;
	const struct event_memory *m = memory_at(e, c->piece);

	switch (column) {
	case MEMORY_SEQ:
		whole_number(ret, e->kind == EVENT_DATA ? e->call.begun_seq : e->seq);
		break;
	case MEMORY_PID:
		whole_number(ret, e->pid);
		break;
	case MEMORY_TID:
		whole_number(ret, e->tid);
		break;
	case MEMORY_WHEN:
		result_text(ret, m->when == EVENT_AT_EXIT ? "exit" : "entry");
		break;
	case MEMORY_ADDRESS:
		whole_number(ret, m->address);
		break;
	case MEMORY_LENGTH:
		whole_number(ret, m->full);
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

static uint32_t signal_pieces(const struct event *e)
{
	return e->kind == EVENT_SIGNAL;
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
			whole_number(ret, e->signal.number);
		break;
	case SIGNAL_TEXT:
		return call_words(c, ret, true);
	default:
		/* The first four are as those of calls. */
		whole_number(ret, column == SIGNAL_SEQ    ? e->seq
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

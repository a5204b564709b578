/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of what went to and from descriptors: a row for each way of a call, and for each of
 * its messages.
 */
#include "sql_priv.h"

#include <errno.h>

enum {
	MOVED_SEQ,
	MOVED_TIME,
	MOVED_PID,
	MOVED_TID,
	MOVED_FD,
	MOVED_FILE,
	MOVED_NAME,
	MOVED_DIRECTION,
	MOVED_BYTES,
	MOVED_POSITION,
	MOVED_COLUMNS
};

static const uint8_t moved_on[MOVED_COLUMNS] = {
	[MOVED_SEQ] = ON_SEQ, [MOVED_TIME] = ON_TIME, [MOVED_PID] = ON_PID, [MOVED_TID] = ON_TID};

static unsigned moved_needs(uint64_t columns)
{
	const uint64_t state = 1u << MOVED_FILE | 1u << MOVED_NAME;
	const uint64_t position = 1u << MOVED_POSITION;

	return NEED_FULL | NEED_MOVED | (columns & (state | position) ? NEED_STATE : 0u) |
	       (columns & position ? NEED_POSITION : 0u);
}

static int64_t moved_pieces(struct scan *c)
{
	return scan_moved(c) < 0 ? -ENOMEM : (int64_t)c->moved_count;
}

static int moved_column(struct event_cursor *c, sqlite3_context *ret, int column)
{
	const struct event *e = c->scan.item.event;
	const struct moved *m = &c->scan.moved[c->piece];
	const char *name;
	size_t size;

	switch (column) {
	case MOVED_SEQ:
		result_whole(ret, e->seq);
		break;
	case MOVED_TIME:
		result_whole(ret, e->time);
		break;
	case MOVED_PID:
		result_whole(ret, e->pid);
		break;
	case MOVED_TID:
		result_whole(ret, e->tid);
		break;
	case MOVED_FD:
		sqlite3_result_int64(ret, m->fd);
		break;
	case MOVED_FILE:
		if (m->file)
			result_whole(ret, m->file->id);
		break;
	case MOVED_NAME:
		size = row_file_name(m->file, &name);
		result_bytes(ret, name, size);
		break;
	case MOVED_DIRECTION:
		result_text(ret, m->out ? "out" : "in");
		break;
	case MOVED_BYTES:
		result_whole(ret, m->bytes);
		break;
	default:
		if (m->positioned)
			result_whole(ret, m->position);
	}
	return SQLITE_OK;
}

const struct event_table event_table_transfers = {
	.name = "transfers",
	.schema = "CREATE TABLE transfers(seq INTEGER, time INTEGER, pid INTEGER, tid INTEGER, "
		  "fd INTEGER, file INTEGER, name TEXT, direction TEXT, bytes INTEGER, "
		  "position INTEGER)",
	.on = moved_on,
	.factor = 0.5,
	.needs = moved_needs,
	.pieces = moved_pieces,
	.column = moved_column,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chunk read for counting: of its thirty columns only those that say what was called
 * and what came of it. They are decoded here, value by value, because unpacking the
 * whole message costs several times what decompressing it does; the others are passed
 * over by their lengths. What is read is checked as in codec.c.
 */
#include "codec_priv.h"

#include "base/err.h"

#include "container/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The columns that are read. */
enum column {
	COLUMN_TASK_PID,
	COLUMN_TASK_TID,
	COLUMN_KIND,
	COLUMN_SEQ,
	COLUMN_TIME,
	COLUMN_TASK,
	COLUMN_ARCH,
	COLUMN_NR,
	COLUMN_SPAN,
	COLUMN_RET,
	COLUMN_DURATION,
	COLUMN_COUNT
};

enum {
	NUMBER = 1,
	FIRST_SEQ = 2,
	FIRST_TIME = 3,
	LAST = 31,
	FIELD_MAX = 32,
	WIRE_VARINT = 0,
	WIRE_BYTES = 2
};

/* Which column a field of Chunk (proto/trace.proto) is, plus one; 0: none of these. */
static const uint8_t column_of[FIELD_MAX] = {
	[4] = COLUMN_TASK_PID + 1, [5] = COLUMN_TASK_TID + 1,  [6] = COLUMN_KIND + 1,
	[7] = COLUMN_SEQ + 1,      [8] = COLUMN_TIME + 1,      [9] = COLUMN_TASK + 1,
	[11] = COLUMN_ARCH + 1,    [12] = COLUMN_NR + 1,       [20] = COLUMN_SPAN + 1,
	[21] = COLUMN_RET + 1,     [22] = COLUMN_DURATION + 1,
};

struct outline {
	uint64_t head[FIRST_TIME + 1]; /* number, first_seq, first_time by field */
	struct codec_values *values;   /* of all columns, one after the other */
	size_t used;
	size_t start[COLUMN_COUNT], count[COLUMN_COUNT];
};

static int64_t zigzag(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* ---- fields to columns ---- */

static int make_room(struct outline *o, size_t values)
{
	return codec_values_reserve(o->values, o->used + values);
}

/* Appends packed varints; @ret_bits are the bits that are set in any of them. False when
 * the last one has no end. */
static bool unpack(struct outline *o, const uint8_t *at, const uint8_t *end, uint64_t *ret_bits)
{
	uint64_t *out = o->values->value + o->used, bits = 0x7f;

	while (at < end) {
		if (*at < 0x80) {
			*out++ = *at++;
			continue;
		}
		if (!codec_get_varint(&at, end, out))
			return false;
		bits |= *out++;
	}
	o->used = (size_t)(out - o->values->value);
	*ret_bits = bits;
	return true;
}

static bool is_narrow(enum column column)
{
	return column <= COLUMN_KIND || column == COLUMN_TASK || column == COLUMN_ARCH;
}

/* 0, -ENOMEM, -EBADMSG, or -ENOTSUP for what nobody writes but only the full decoder can
 * judge: a column in several pieces, not packed, or wider than its type. */
static int take_column(struct outline *o, enum column column, const uint8_t *at, size_t size)
{
	uint64_t bits;

	if (o->count[column])
		return -ENOTSUP;
	if (make_room(o, size) < 0)
		return -ENOMEM;
	o->start[column] = o->used;
	if (!unpack(o, at, at + size, &bits))
		return -EBADMSG;
	if (is_narrow(column) && bits > UINT32_MAX)
		return -ENOTSUP;
	o->count[column] = o->used - o->start[column];
	return 0;
}

static int take_field(struct outline *o, uint64_t tag, const uint8_t **at, const uint8_t *end)
{
	uint64_t field = tag >> 3, size = 0;
	const uint8_t *body;
	uint8_t column = field < FIELD_MAX ? column_of[field] : 0;

	if (field >= NUMBER && field <= FIRST_TIME && (tag & 7) == WIRE_VARINT)
		return codec_get_varint(at, end, &o->head[field]) ? 0 : -EBADMSG;
	if (field >= NUMBER && field <= LAST && (tag & 7) != WIRE_BYTES)
		return -ENOTSUP;
	body = *at;
	if (!codec_skip_field(at, end, tag & 7))
		return -EBADMSG;
	if (!column)
		return 0;
	codec_get_varint(&body, end, &size);
	return take_column(o, column - 1, body, (size_t)size);
}

static int take_fields(struct outline *o, const uint8_t *at, size_t size)
{
	const uint8_t *end = at + size;
	int r = 0;

	while (r == 0 && at < end) {
		uint64_t tag;

		if (!codec_get_varint(&at, end, &tag))
			return -EBADMSG;
		r = take_field(o, tag, &at, end);
	}
	return r;
}

/* ---- columns to rows ---- */

static const uint64_t *column(const struct outline *o, enum column which)
{
	return o->values->value + o->start[which];
}

static bool is_in_order(const struct outline *o)
{
	const uint64_t *seq = column(o, COLUMN_SEQ);
	uint64_t place = o->head[FIRST_SEQ];

	for (size_t i = 0; i < o->count[COLUMN_SEQ]; i++) {
		if ((i && !seq[i]) || place + seq[i] < place)
			return false;
		place += seq[i];
	}
	return true;
}

static bool fits(const struct outline *o)
{
	const uint64_t *kind = column(o, COLUMN_KIND);
	size_t rows = o->count[COLUMN_KIND], calls = 0, ends = 0, rets = 0;

	if (rows > TRACE_CHUNK_EVENTS_MAX || o->count[COLUMN_SEQ] != rows ||
	    o->count[COLUMN_TIME] != rows || o->count[COLUMN_TASK] != rows ||
	    o->count[COLUMN_TASK_PID] != o->count[COLUMN_TASK_TID] || !is_in_order(o))
		return false;
	for (size_t i = 0; i < rows; i++) {
		calls += kind[i] == EVENT_CALL || kind[i] == EVENT_BEGUN;
		ends += kind[i] == EVENT_CALL || kind[i] == EVENT_END || kind[i] == EVENT_DATA;
		rets += kind[i] == EVENT_CALL || kind[i] == EVENT_END;
	}
	return o->count[COLUMN_ARCH] == calls && o->count[COLUMN_NR] == calls &&
	       o->count[COLUMN_SPAN] == ends && o->count[COLUMN_RET] == rets &&
	       o->count[COLUMN_DURATION] == rets;
}

/* Where the columns of calls have been read up to. */
struct cursors {
	const uint64_t *arch, *nr, *span, *ret, *duration;
};

static void get_end(struct cursors *at, struct event *e)
{
	uint64_t span = *at->span++;

	e->call.begun_seq = e->kind == EVENT_CALL ? e->seq : e->seq - span;
	e->call.end_seq = e->kind == EVENT_CALL ? e->seq + span : e->seq;
	if (e->kind == EVENT_DATA)
		return;
	e->call.ret = zigzag(*at->ret++);
	e->call.duration = *at->duration++;
	e->call.state = EVENT_FINISHED;
}

static void get_call(struct cursors *at, struct event *e)
{
	if (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN) {
		e->call.arch = (uint32_t)*at->arch++;
		e->call.nr = *at->nr++;
		e->call.begun_seq = e->seq;
	}
	if (e->kind != EVENT_BEGUN)
		get_end(at, e);
}

static void get_rows(const struct outline *o, struct batch *b)
{
	const uint64_t *kind = column(o, COLUMN_KIND), *seq = column(o, COLUMN_SEQ);
	const uint64_t *time = column(o, COLUMN_TIME), *task = column(o, COLUMN_TASK);
	const uint64_t *pid = column(o, COLUMN_TASK_PID), *tid = column(o, COLUMN_TASK_TID);
	struct cursors at = {column(o, COLUMN_ARCH), column(o, COLUMN_NR), column(o, COLUMN_SPAN),
			     column(o, COLUMN_RET), column(o, COLUMN_DURATION)};
	uint64_t place = o->head[FIRST_SEQ], now = o->head[FIRST_TIME];

	/* All at once: row by row it takes as long as all the rest. */
	if (o->count[COLUMN_KIND])
		memset(b->rows, 0, o->count[COLUMN_KIND] * sizeof(*b->rows));
	for (size_t i = 0; i < o->count[COLUMN_KIND]; i++) {
		struct event *e = &b->rows[b->count];
		size_t t = (size_t)task[i];

		place += seq[i];
		now += (uint64_t)zigzag(time[i]);
		/* A kind of a newer writer: it has no columns of ours. */
		if (kind[i] == EVENT_NONE || kind[i] >= EVENT_KIND_MAX) {
			b->unknown++;
			continue;
		}
		e->kind = (uint8_t)kind[i];
		e->seq = place;
		e->time = now;
		if (t < o->count[COLUMN_TASK_PID]) {
			e->pid = (uint32_t)pid[t];
			e->tid = (uint32_t)tid[t];
		}
		if (event_is_call(e))
			get_call(&at, e);
		b->count++;
	}
}

static int read_outline(struct outline *o, const uint8_t *at, size_t size, struct batch *ret)
{
	/* Columns that are not there begin at a place as well. */
	int r = make_room(o, 1) < 0 ? -ENOMEM : take_fields(o, at, size);

	if (r < 0)
		return r;
	if (!fits(o))
		return -EBADMSG;
	batch_clear(ret, o->head[NUMBER]);
	if (batch_reserve(ret, o->count[COLUMN_KIND], 0) < 0)
		return -ENOMEM;
	get_rows(o, ret);
	return 0;
}

int codec_decode_outline(struct codec *c, const void *body, size_t size, struct batch *ret,
			 struct err *err)
{
	struct outline o = {.values = codec_values(c)};
	enum codec_kind kind;
	const uint8_t *at = NULL;
	size_t n = 0;
	int r = codec_find(body, size, &kind, &at, &n, err);

	if (r < 0)
		return r;
	if (kind != CODEC_CHUNK)
		return err_set(err, EBADMSG, "a record is no chunk");
	r = read_outline(&o, at, n, ret);
	if (r == -ENOTSUP)
		return codec_decode_batch(c, body, size, ret, err);
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	return r < 0 ? err_set(err, EBADMSG, "the columns of chunk %lu do not fit together",
			       (unsigned long)o.head[NUMBER])
		     : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chunk's columns read straight into rows: value by value, from where they are packed.
 * Unpacking the message with protobuf-c costs more than all the rest of decoding, for arrays of
 * eight bytes a value that are looked at once. What a writer of ours never writes is left to it
 * (-ENOTSUP): here a column comes once, packed, and no value is wider than its type.
 *
 * All lengths are checked before the first row is made.
 */
#include "codec_priv.h"

#include "base/err.h"
#include "base/load.h"

#include "container/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Fields of Chunk (proto/trace.proto). */
enum field {
	NUMBER = 1,
	FIRST_SEQ,
	FIRST_TIME,
	TASK_PID,
	TASK_TID,
	KIND,
	SEQ,
	TIME,
	TASK,
	RANGES,
	ARCH,
	NR,
	IP,
	ARG_0,
	SPAN = ARG_0 + EVENT_ARGS,
	RET,
	DURATION,
	RANGE_INFO,
	RANGE_ADDRESS,
	RANGE_LENGTH,
	RANGE_BEYOND,
	DATA,
	FORK,
	EXEC,
	SIGNAL,
	EXIT,
	FIELDS
};

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, IP_SIZE = 8, RARE = FIELDS - FORK };

/* What is still to be read of it. */
struct column {
	const uint8_t *at, *end; /* NULL: it is not there */
	size_t count;            /* of values; of data: bytes */
};

/* One of the messages of rare rows. */
struct piece {
	const uint8_t *at;
	size_t size;
};

struct chunk {
	uint64_t head[FIRST_TIME + 1];
	struct column column[FORK];
	struct buf rare[RARE]; /* pieces */
	size_t rare_read[RARE];
	size_t rare_bytes;
	uint64_t unknown;     /* fields, of the rare messages too */
	uint64_t wide;        /* the bits that are set in any value of 32 bits */
	bool endless;         /* a value is longer than any can be */
	const uint64_t *task; /* numbers of processes, then those of threads */
};

static void chunk_done(struct chunk *c)
{
	for (size_t i = 0; i < RARE; i++)
		buf_done(&c->rare[i]);
}

/* ---- fields to columns ---- */

/* As many as there are bytes without the bit that says that more come: eight at a time, since all
 * columns are looked through for this. */
static size_t count_values(const uint8_t *at, size_t size)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t more = 0, i = 0;
	uint64_t word;

	for (; i + sizeof(word) <= size; i += sizeof(word)) {
		memcpy(&word, at + i, sizeof(word));
		more += (word >> 7 & ones) * ones >> 56;
	}
	for (; i < size; i++)
		more += at[i] >> 7;
	return size - more;
}

/* 0, or -ENOTSUP. */
static int take_column(struct column *column, uint64_t field, const uint8_t *at, size_t size)
{
	if (column->at || (field == IP && size % IP_SIZE) ||
	    (field != IP && field != DATA && size && at[size - 1] >= 0x80))
		return -ENOTSUP;
	*column = (struct column){at, at + size, size};
	if (field == IP)
		column->count = size / IP_SIZE;
	else if (field != DATA)
		column->count = count_values(at, size);
	return 0;
}

static int take_rare(struct chunk *c, uint64_t field, const uint8_t *at, size_t size)
{
	const struct piece piece = {at, size};

	buf_append(&c->rare[field - FORK], &piece, sizeof(piece));
	c->rare_bytes += size;
	return buf_error(&c->rare[field - FORK]);
}

static int take_field(struct chunk *c, uint64_t tag, const uint8_t **at, const uint8_t *end)
{
	const uint64_t field = tag >> 3, wire = tag & 7;
	const uint8_t *body = *at;
	uint64_t size;

	if (!field || !codec_skip_field(at, end, (unsigned)wire))
		return -ENOTSUP;
	if (field >= FIELDS) {
		c->unknown++;
		return 0;
	}
	if (wire != (field <= FIRST_TIME ? WIRE_VARINT : WIRE_BYTES))
		return -ENOTSUP;
	codec_get_varint(&body, end, field <= FIRST_TIME ? &c->head[field] : &size);
	if (field <= FIRST_TIME)
		return 0;
	if (field >= FORK)
		return take_rare(c, field, body, (size_t)size);
	return take_column(&c->column[field], field, body, (size_t)size);
}

static int take_fields(struct chunk *c, const uint8_t *at, size_t size)
{
	const uint8_t *end = at + size;
	uint64_t tag;
	int r = 0;

	while (r == 0 && at < end)
		r = codec_get_varint(&at, end, &tag) ? take_field(c, tag, &at, end) : -ENOTSUP;
	return r;
}

/* ---- values ---- */

static uint64_t next_long(struct chunk *c, struct column *column)
{
	uint64_t value = 0;

	/* It ends: the column's last byte ends one. */
	if (codec_get_varint(&column->at, column->end, &value))
		return value;
	while (*column->at++ >= 0x80)
		;
	c->endless = true;
	return 0;
}

/* The next of a column that has one left. */
static inline uint64_t next(struct chunk *c, enum field field)
{
	struct column *column = &c->column[field];

	return *column->at < 0x80 ? *column->at++ : next_long(c, column);
}

static inline uint32_t next_narrow(struct chunk *c, enum field field)
{
	const uint64_t value = next(c, field);

	c->wide |= value;
	return (uint32_t)value;
}

static inline int64_t next_signed(struct chunk *c, enum field field)
{
	const uint64_t value = next(c, field);

	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* ---- whether they fit together ---- */

/* Places only grow. */
static bool is_in_order(struct chunk *c)
{
	const struct column seq = c->column[SEQ];
	uint64_t place = c->head[FIRST_SEQ];
	bool ok = true;

	for (size_t i = 0; ok && i < seq.count; i++) {
		const uint64_t more = next(c, SEQ);

		ok = (!i || more) && place + more >= place;
		place += more;
	}
	c->column[SEQ] = seq;
	return ok;
}

static uint64_t sum_of(struct chunk *c, enum field field)
{
	const struct column column = c->column[field];
	uint64_t sum = 0;

	for (size_t i = 0; i < column.count; i++)
		sum += next_narrow(c, field);
	c->column[field] = column;
	return sum;
}

/* How many rows of each kind there are. */
static void count_kinds(struct chunk *c, size_t ret[EVENT_KIND_MAX])
{
	const struct column column = c->column[KIND];

	for (size_t i = 0; i < column.count; i++) {
		const uint32_t kind = next_narrow(c, KIND);

		if (kind < EVENT_KIND_MAX)
			ret[kind]++;
	}
	c->column[KIND] = column;
}

static bool have(const struct chunk *c, enum field from, enum field until, size_t count)
{
	for (enum field i = from; i <= until; i++) {
		if (c->column[i].count != count)
			return false;
	}
	return true;
}

static size_t rare_count(const struct chunk *c, enum field field)
{
	return c->rare[field - FORK].size / sizeof(struct piece);
}

static bool fits(struct chunk *c)
{
	const size_t rows = c->column[KIND].count, ranges = c->column[RANGE_INFO].count;
	size_t n[EVENT_KIND_MAX] = {0};

	if (!have(c, SEQ, RANGES, rows) || c->column[TASK_PID].count != c->column[TASK_TID].count ||
	    !is_in_order(c))
		return false;
	count_kinds(c, n);
	return have(c, ARCH, SPAN - 1, n[EVENT_CALL] + n[EVENT_BEGUN]) &&
	       have(c, SPAN, SPAN, n[EVENT_CALL] + n[EVENT_END] + n[EVENT_DATA]) &&
	       have(c, RET, DURATION, n[EVENT_CALL] + n[EVENT_END]) &&
	       have(c, RANGE_INFO, RANGE_BEYOND, ranges) && sum_of(c, RANGES) == ranges &&
	       sum_of(c, RANGE_LENGTH) == c->column[DATA].count &&
	       rare_count(c, FORK) == n[EVENT_FORK] && rare_count(c, EXEC) == n[EVENT_EXEC] &&
	       rare_count(c, SIGNAL) == n[EVENT_SIGNAL] + n[EVENT_STOP] &&
	       rare_count(c, EXIT) == n[EVENT_EXIT];
}

static int check(struct chunk *c, struct err *err)
{
	const unsigned long number = (unsigned long)c->head[NUMBER];
	bool ok;

	if (c->column[KIND].count > TRACE_CHUNK_EVENTS_MAX ||
	    c->column[RANGE_INFO].count > TRACE_CHUNK_RANGES_MAX)
		return err_set(err, EBADMSG, "chunk %lu has too many events", number);
	ok = fits(c);
	if (c->endless || c->wide > UINT32_MAX)
		return -ENOTSUP;
	return ok ? 0
		  : err_set(err, EBADMSG, "the columns of chunk %lu do not fit together", number);
}

/* ---- rare rows ---- */

/* The next message of such a field; NULL: there is no memory, or it is malformed, as @ret says. */
static ProtobufCMessage *next_rare(struct chunk *c, enum field field,
				   const ProtobufCMessageDescriptor *of,
				   struct codec_budget *budget, int *ret)
{
	struct piece piece;
	ProtobufCMessage *m;

	memcpy(&piece, c->rare[field - FORK].data + c->rare_read[field - FORK]++ * sizeof(piece),
	       sizeof(piece));
	codec_budget_init(budget);
	m = protobuf_c_message_unpack(of, &budget->allocator, piece.size, piece.at);
	if (m)
		c->unknown += m->n_unknown_fields;
	else
		*ret = budget->failed ? -ENOMEM : -ENOTSUP;
	return m;
}

/* Strings live in the batch's bytes, which must not move: room for all of them was made before. */
static const void *keep(struct batch *b, const ProtobufCBinaryData *data, size_t more)
{
	uint8_t *place = buf_extend(&b->bytes, data->len + more);

	if (data->len)
		memcpy(place, data->data, data->len);
	memset(place + data->len, 0, more);
	return place;
}

static void get_fork(struct batch *b, const ProtobufCMessage *message, struct event *e)
{
	const Systape__Fork *m = (const Systape__Fork *)message;

	(void)b;
	e->fork = (struct event_fork){
		.child_pid = m->child_pid,
		.child_tid = m->child_tid,
		.kind = (uint8_t)(m->kind < FORK_KIND_MAX ? m->kind : FORK_CLONE),
		.creator_known = !m->creator_unknown,
	};
}

static void get_exec(struct batch *b, const ProtobufCMessage *message, struct event *e)
{
	const Systape__Exec *m = (const Systape__Exec *)message;

	e->exec.former_tid = m->former_tid;
	e->exec.path = keep(b, &m->path, 1);
	e->exec.argv = keep(b, &m->argv, 0);
	e->exec.argv_size = m->argv.len;
}

static void get_signal(struct batch *b, const ProtobufCMessage *message, struct event *e)
{
	const Systape__Signal *m = (const Systape__Signal *)message;

	e->signal.number = m->number;
	e->signal.info = keep(b, &m->info, 0);
	e->signal.info_size = m->info.len == EVENT_SIGINFO_SIZE ? m->info.len : 0;
}

static void get_exit(struct batch *b, const ProtobufCMessage *message, struct event *e)
{
	const Systape__Exit *m = (const Systape__Exit *)message;

	(void)b;
	e->exit.status = m->status;
	e->exit.process = m->process;
}

static const struct rare_kind {
	uint8_t field; /* 0: of columns alone */
	const ProtobufCMessageDescriptor *of;
	void (*get)(struct batch *b, const ProtobufCMessage *m, struct event *e);
} rare_kinds[EVENT_KIND_MAX] = {
	[EVENT_FORK] = {FORK, &systape__fork__descriptor, get_fork},
	[EVENT_EXEC] = {EXEC, &systape__exec__descriptor, get_exec},
	[EVENT_SIGNAL] = {SIGNAL, &systape__signal__descriptor, get_signal},
	[EVENT_STOP] = {SIGNAL, &systape__signal__descriptor, get_signal},
	[EVENT_EXIT] = {EXIT, &systape__exit__descriptor, get_exit},
};

static int get_rare(struct chunk *c, struct batch *b, struct event *e)
{
	const struct rare_kind *kind = &rare_kinds[e->kind];
	struct codec_budget budget;
	ProtobufCMessage *m;
	int r = 0;

	if (!kind->field)
		return 0;
	m = next_rare(c, kind->field, kind->of, &budget, &r);
	if (m) {
		kind->get(b, m, e);
		protobuf_c_message_free_unpacked(m, &budget.allocator);
	}
	return r;
}

/* ---- columns to rows ---- */

static void get_call(struct chunk *c, struct event_call *call)
{
	call->arch = next_narrow(c, ARCH);
	call->nr = next(c, NR);
	call->ip = load(c->column[IP].at, IP_SIZE, 0, IP_SIZE);
	c->column[IP].at += IP_SIZE;
	for (unsigned i = 0; i < EVENT_ARGS; i++)
		call->args[i] = next(c, ARG_0 + i);
}

static void get_end(struct chunk *c, struct event *e)
{
	const uint64_t span = next(c, SPAN);

	e->call.begun_seq = e->kind == EVENT_CALL ? e->seq : e->seq - span;
	e->call.end_seq = e->kind == EVENT_CALL ? e->seq + span : e->seq;
	if (e->kind == EVENT_DATA)
		return;
	e->call.ret = next_signed(c, RET);
	e->call.duration = next(c, DURATION);
	e->call.state = EVENT_FINISHED;
}

static int get_kind(struct chunk *c, struct batch *b, struct event *e)
{
	if (!event_is_call(e))
		return get_rare(c, b, e);
	if (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN) {
		get_call(c, &e->call);
		e->call.begun_seq = e->seq;
	}
	if (e->kind != EVENT_BEGUN)
		get_end(c, e);
	return 0;
}

/* @data: where its bytes are; moves on behind them. */
static void get_range(struct chunk *c, const struct event *e, const uint8_t **data,
		      struct event_memory *ret)
{
	const uint32_t info = next_narrow(c, RANGE_INFO), argument = info >> CODEC_ARGUMENT_SHIFT;
	const uint64_t base = argument && argument <= EVENT_ARGS &&
					      (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN)
				      ? e->call.args[argument - 1]
				      : 0;

	ret->address = base + (uint64_t)next_signed(c, RANGE_ADDRESS);
	ret->length = next_narrow(c, RANGE_LENGTH);
	/* No buffer is that long: as much as there can be. */
	if (__builtin_add_overflow(ret->length, next(c, RANGE_BEYOND), &ret->full))
		ret->full = UINT64_MAX;
	ret->data = *data;
	ret->when = info & CODEC_AT_EXIT ? EVENT_AT_EXIT : EVENT_AT_ENTRY;
	if (argument == CODEC_NAME)
		ret->when = EVENT_NAME;
	ret->unreadable = info & CODEC_UNREADABLE;
	*data += ret->length;
}

static void get_task(const struct chunk *c, uint32_t task, struct event *e)
{
	const size_t count = c->column[TASK_PID].count;

	if (task >= count)
		return;
	e->pid = (uint32_t)c->task[task];
	e->tid = (uint32_t)c->task[count + task];
}

static int get_rows(struct chunk *c, struct batch *b)
{
	const uint8_t *data = (const uint8_t *)buf_text(&b->bytes);
	const size_t rows = c->column[KIND].count;
	uint64_t place = c->head[FIRST_SEQ], now = c->head[FIRST_TIME];
	int r = 0;

	/* All at once: row by row it takes as long as all the rest. */
	if (rows)
		memset(b->rows, 0, rows * sizeof(*b->rows));
	for (size_t i = 0; r == 0 && i < rows; i++) {
		struct event *e = &b->rows[b->count];
		const uint32_t kind = next_narrow(c, KIND);

		e->kind = (uint8_t)(kind < EVENT_KIND_MAX ? kind : EVENT_NONE);
		e->seq = place += next(c, SEQ);
		e->time = now += (uint64_t)next_signed(c, TIME);
		get_task(c, next_narrow(c, TASK), e);
		r = get_kind(c, b, e);
		e->memory = b->memory + b->range_count;
		e->memory_count = next_narrow(c, RANGES);
		for (uint32_t k = 0; k < e->memory_count; k++)
			get_range(c, e, &data, &b->memory[b->range_count++]);
		b->count++;
		/* A kind of a newer writer: it has no columns of ours, we have no use for it. */
		if (e->kind == EVENT_NONE) {
			*e = (struct event){.kind = EVENT_NONE};
			b->count--;
			b->unknown++;
		}
	}
	return r;
}

static int read_tasks(struct chunk *c, struct codec_values *values)
{
	const size_t count = c->column[TASK_PID].count;

	if (codec_values_reserve(values, 2 * count + 1) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		values->value[i] = next_narrow(c, TASK_PID);
	for (size_t i = 0; i < count; i++)
		values->value[count + i] = next_narrow(c, TASK_TID);
	c->task = values->value;
	return 0;
}

/* Room for everything, and the bytes of all ranges in front. */
static int prepare(const struct chunk *c, struct batch *b)
{
	const struct column *data = &c->column[DATA];

	batch_clear(b, c->head[NUMBER]);
	if (batch_reserve(b, c->column[KIND].count, c->column[RANGE_INFO].count) < 0 ||
	    !buf_extend(&b->bytes, data->count + c->rare_bytes + rare_count(c, EXEC)))
		return -ENOMEM;
	buf_truncate(&b->bytes, 0);
	buf_append(&b->bytes, data->at, data->count);
	return 0;
}

static int read_rows(struct chunk *c, struct codec_values *values, const uint8_t *at, size_t size,
		     struct batch *ret, struct err *err)
{
	int r = take_fields(c, at, size);

	if (r == 0)
		r = check(c, err);
	if (r == 0)
		r = prepare(c, ret);
	if (r == 0)
		r = read_tasks(c, values);
	if (r == 0)
		r = get_rows(c, ret);
	if (r == 0 && (c->endless || c->wide > UINT32_MAX))
		r = -ENOTSUP;
	if (r == 0)
		ret->unknown_fields = c->unknown;
	return r;
}

int codec_read_rows(struct codec *codec, const uint8_t *at, size_t size, struct batch *ret,
		    struct err *err)
{
	struct chunk c = {.unknown = 0};
	const int r = read_rows(&c, codec_values(codec), at, size, ret, err);

	chunk_done(&c);
	return r;
}

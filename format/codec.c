/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between plain C and protobuf. Events go column by column: a chunk's columns are
 * collected in scratch arrays that live in the codec, so that packing allocates
 * nothing. The way back is in codec_rows.c.
 *
 * Nothing of a record is believed before its checksum and all its lengths are
 * checked. Records of header, snapshot and trailer are in codec_meta.c.
 */
#include "codec.h"

#include "codec_priv.h"

#include "base/cleanup.h"
#include "base/err.h"

#include "container/limits.h"

#include <errno.h>
#include <isa-l/crc.h>
#include <stdlib.h>
#include <string.h>

enum {
	CRC_TAG_0 = 0xfd, /* field 2047, fixed32 */
	CRC_TAG_1 = 0x7f,
	CRC_SIZE = 6,
	RECORD_TAG = 0x0a, /* Trace.record */
	VARINT_MAX = 10,
	TASK_SLOTS = 4096, /* of the map from tid to the chunk's task index */
};

struct codec {
	/* one value a row, or fewer */
	uint32_t *kind, *task, *ranges, *arch, *task_pid, *task_tid;
	uint64_t *seq, *nr, *ip, *arg[EVENT_ARGS], *span, *duration;
	int64_t *time, *ret;
	size_t rows; /* allocated */
	/* one value a range */
	uint32_t *range_info, *range_length;
	int64_t *range_address;
	uint64_t *range_beyond;
	size_t range_rows;
	struct buf data;
	/* task index + 1 by a hash of (pid, tid) */
	uint32_t task_index[TASK_SLOTS];
	struct codec_values values;
	/* rare rows */
	struct buf forks, execs, signals, exits, pointers;
};

uint32_t codec_crc32c(const void *data, size_t size)
{
	/* ISA-L takes and gives the plain register: the inversions are ours. */
	return ~crc32_iscsi((unsigned char *)(uintptr_t)data, (int)size, 0xffffffffu);
}

struct codec *codec_new(void)
{
	return calloc(1, sizeof(struct codec));
}

struct codec *codec_free(struct codec *c)
{
	if (!c)
		return NULL;
	free(c->kind);
	free(c->task);
	free(c->ranges);
	free(c->arch);
	free(c->task_pid);
	free(c->task_tid);
	free(c->seq);
	free(c->nr);
	free(c->ip);
	for (size_t i = 0; i < EVENT_ARGS; i++)
		free(c->arg[i]);
	free(c->span);
	free(c->duration);
	free(c->time);
	free(c->ret);
	free(c->range_info);
	free(c->range_length);
	free(c->range_address);
	free(c->range_beyond);
	buf_done(&c->data);
	free(c->values.value);
	buf_done(&c->forks);
	buf_done(&c->execs);
	buf_done(&c->signals);
	buf_done(&c->exits);
	buf_done(&c->pointers);
	free(c);
	return NULL;
}

struct codec_values *codec_values(struct codec *c)
{
	return &c->values;
}

int codec_values_reserve(struct codec_values *v, size_t count)
{
	uint64_t *bigger;

	if (count <= v->capacity)
		return 0;
	count += count / 2;
	bigger = reallocarray(v->value, count, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	v->value = bigger;
	v->capacity = count;
	return 0;
}

static bool grow(void *array, size_t count, size_t size)
{
	void **p = array;
	void *bigger = reallocarray(*p, count, size);

	if (bigger)
		*p = bigger;
	return bigger;
}

static int reserve_rows(struct codec *c, size_t rows)
{
	bool ok = true;

	if (rows <= c->rows)
		return 0;
	ok &= grow(&c->kind, rows, sizeof(*c->kind)) && grow(&c->task, rows, sizeof(*c->task)) &&
	      grow(&c->ranges, rows, sizeof(*c->ranges)) && grow(&c->arch, rows, sizeof(*c->arch));
	ok &= grow(&c->task_pid, rows, sizeof(*c->task_pid)) &&
	      grow(&c->task_tid, rows, sizeof(*c->task_tid));
	ok &= grow(&c->seq, rows, sizeof(*c->seq)) && grow(&c->nr, rows, sizeof(*c->nr)) &&
	      grow(&c->ip, rows, sizeof(*c->ip)) && grow(&c->span, rows, sizeof(*c->span)) &&
	      grow(&c->duration, rows, sizeof(*c->duration));
	for (size_t i = 0; i < EVENT_ARGS; i++)
		ok &= grow(&c->arg[i], rows, sizeof(*c->arg[i]));
	ok &= grow(&c->time, rows, sizeof(*c->time)) && grow(&c->ret, rows, sizeof(*c->ret));
	if (!ok)
		return -ENOMEM;
	c->rows = rows;
	return 0;
}

static int reserve_ranges(struct codec *c, size_t ranges)
{
	if (ranges <= c->range_rows)
		return 0;
	if (!grow(&c->range_info, ranges, sizeof(*c->range_info)) ||
	    !grow(&c->range_length, ranges, sizeof(*c->range_length)) ||
	    !grow(&c->range_address, ranges, sizeof(*c->range_address)) ||
	    !grow(&c->range_beyond, ranges, sizeof(*c->range_beyond)))
		return -ENOMEM;
	c->range_rows = ranges;
	return 0;
}

/* ---- rows to columns ---- */

/* The chunk's number for a task; adds it to the table when it is new. */
static uint32_t task_number(struct codec *c, Systape__Chunk *m, const struct event *e)
{
	size_t slot = (e->tid * 2654435761u ^ e->pid * 40503u) % TASK_SLOTS;

	for (size_t probe = 0; probe < TASK_SLOTS; probe++, slot = (slot + 1) % TASK_SLOTS) {
		uint32_t n = c->task_index[slot];

		if (n && c->task_tid[n - 1] == e->tid && c->task_pid[n - 1] == e->pid)
			return n - 1;
		if (!n) {
			c->task_index[slot] = (uint32_t)m->n_task_tid + 1;
			break;
		}
	}
	/* With more tasks than slots some are in the table twice: larger, not wrong. */
	c->task_pid[m->n_task_pid++] = e->pid;
	c->task_tid[m->n_task_tid++] = e->tid;
	return (uint32_t)m->n_task_tid - 1;
}

static void add_call(struct codec *c, Systape__Chunk *m, const struct event_call *call)
{
	size_t n = m->n_nr++;

	c->arch[n] = call->arch;
	c->nr[n] = call->nr;
	c->ip[n] = call->ip;
	for (size_t i = 0; i < EVENT_ARGS; i++)
		c->arg[i][n] = call->args[i];
}

/* The argument that holds the address, plus one; 0: none. */
static uint32_t argument_of(const struct event *e, uint64_t address)
{
	if (e->kind != EVENT_CALL && e->kind != EVENT_BEGUN)
		return 0;
	for (uint32_t i = 0; i < EVENT_ARGS; i++) {
		if (e->call.args[i] == address)
			return i + 1;
	}
	return 0;
}

static void add_range(struct codec *c, Systape__Chunk *m, const struct event *e,
		      const struct event_memory *r)
{
	bool name = r->when == EVENT_NAME;
	uint32_t argument = name ? CODEC_NAME : argument_of(e, r->address);
	size_t n = m->n_range_info++;

	c->range_info[n] = (r->when != EVENT_AT_ENTRY ? CODEC_AT_EXIT : 0u) |
			   (r->unreadable ? CODEC_UNREADABLE : 0u) |
			   argument << CODEC_ARGUMENT_SHIFT;
	c->range_address[n] = argument && !name ? 0 : (int64_t)r->address;
	c->range_length[n] = r->length;
	c->range_beyond[n] = r->full - r->length;
	buf_append(&c->data, r->data, r->length);
}

static void add_fork(struct codec *c, const struct event_fork *f)
{
	Systape__Fork m = SYSTAPE__FORK__INIT;

	m.child_pid = f->child_pid;
	m.child_tid = f->child_tid;
	m.kind = f->kind;
	m.creator_unknown = !f->creator_known;
	buf_append(&c->forks, &m, sizeof(m));
}

static void add_exec(struct codec *c, const struct event_exec *e)
{
	Systape__Exec m = SYSTAPE__EXEC__INIT;

	m.former_tid = e->former_tid;
	m.path = (ProtobufCBinaryData){strlen(e->path), (uint8_t *)(uintptr_t)e->path};
	m.argv = (ProtobufCBinaryData){e->argv_size, (uint8_t *)(uintptr_t)e->argv};
	buf_append(&c->execs, &m, sizeof(m));
}

static void add_signal(struct codec *c, const struct event_signal *s)
{
	Systape__Signal m = SYSTAPE__SIGNAL__INIT;

	m.number = s->number;
	m.info = (ProtobufCBinaryData){s->info_size, (uint8_t *)(uintptr_t)s->info};
	buf_append(&c->signals, &m, sizeof(m));
}

static void add_exit(struct codec *c, const struct event_exit *x)
{
	Systape__Exit m = SYSTAPE__EXIT__INIT;

	m.status = x->status;
	m.process = x->process;
	buf_append(&c->exits, &m, sizeof(m));
}

static void add_kind(struct codec *c, Systape__Chunk *m, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CALL:
		add_call(c, m, &e->call);
		c->span[m->n_span++] = e->call.end_seq - e->seq;
		break;
	case EVENT_BEGUN:
		add_call(c, m, &e->call);
		break;
	case EVENT_END:
	case EVENT_DATA:
		c->span[m->n_span++] = e->seq - e->call.begun_seq;
		break;
	case EVENT_FORK:
		add_fork(c, &e->fork);
		break;
	case EVENT_EXEC:
		add_exec(c, &e->exec);
		break;
	case EVENT_SIGNAL:
	case EVENT_STOP:
		add_signal(c, &e->signal);
		break;
	case EVENT_EXIT:
		add_exit(c, &e->exit);
		break;
	default:
		break;
	}
	if (e->kind == EVENT_CALL || e->kind == EVENT_END) {
		c->ret[m->n_ret] = e->call.ret;
		c->duration[m->n_ret++] = e->call.duration;
	}
}

static void fill_columns(struct codec *c, const struct batch *b, Systape__Chunk *m)
{
	uint64_t seq = m->first_seq, time = m->first_time;

	memset(c->task_index, 0, sizeof(c->task_index));
	buf_clear(&c->data);
	buf_clear(&c->forks);
	buf_clear(&c->execs);
	buf_clear(&c->signals);
	buf_clear(&c->exits);
	for (size_t i = 0; i < b->count; i++) {
		const struct event *e = &b->rows[i];

		c->kind[i] = e->kind;
		c->seq[i] = e->seq - seq;
		c->time[i] = (int64_t)(e->time - time);
		c->task[i] = task_number(c, m, e);
		c->ranges[i] = e->memory_count;
		for (uint32_t k = 0; k < e->memory_count; k++)
			add_range(c, m, e, &e->memory[k]);
		add_kind(c, m, e);
		seq = e->seq;
		time = e->time;
	}
}

/* protobuf-c wants an array of pointers to the messages of a repeated field. */
static size_t point_to(struct codec *c, const struct buf *messages, size_t size)
{
	size_t count = messages->size / size;

	for (size_t i = 0; i < count; i++) {
		const char *p = messages->data + i * size;

		buf_append(&c->pointers, &p, sizeof(p));
	}
	return count;
}

static void set_rare(struct codec *c, Systape__Chunk *m)
{
	void **at;

	buf_clear(&c->pointers);
	m->n_fork = point_to(c, &c->forks, sizeof(Systape__Fork));
	m->n_exec = point_to(c, &c->execs, sizeof(Systape__Exec));
	m->n_signal = point_to(c, &c->signals, sizeof(Systape__Signal));
	m->n_exit = point_to(c, &c->exits, sizeof(Systape__Exit));
	if (!c->pointers.size)
		return;
	at = (void **)(void *)c->pointers.data;
	m->fork = (Systape__Fork **)at;
	m->exec = (Systape__Exec **)at + m->n_fork;
	m->signal = (Systape__Signal **)at + m->n_fork + m->n_exec;
	m->exit = (Systape__Exit **)at + m->n_fork + m->n_exec + m->n_signal;
}

static void set_columns(struct codec *c, const struct batch *b, Systape__Chunk *m)
{
	m->n_kind = m->n_seq = m->n_time = m->n_task = m->n_ranges = b->count;
	m->kind = c->kind;
	m->seq = c->seq;
	m->time = c->time;
	m->task = c->task;
	m->ranges = c->ranges;
	m->task_pid = c->task_pid;
	m->task_tid = c->task_tid;
	m->n_arch = m->n_ip = m->n_arg0 = m->n_arg1 = m->n_arg2 = m->n_nr;
	m->n_arg3 = m->n_arg4 = m->n_arg5 = m->n_nr;
	m->arch = c->arch;
	m->nr = c->nr;
	m->ip = c->ip;
	m->arg0 = c->arg[0];
	m->arg1 = c->arg[1];
	m->arg2 = c->arg[2];
	m->arg3 = c->arg[3];
	m->arg4 = c->arg[4];
	m->arg5 = c->arg[5];
	m->span = c->span;
	m->ret = c->ret;
	m->n_duration = m->n_ret;
	m->duration = c->duration;
	m->n_range_address = m->n_range_length = m->n_range_beyond = m->n_range_info;
	m->range_info = c->range_info;
	m->range_address = c->range_address;
	m->range_length = c->range_length;
	m->range_beyond = c->range_beyond;
	m->data = (ProtobufCBinaryData){c->data.size, (uint8_t *)c->data.data};
}

static bool out_of_memory(const struct codec *c)
{
	return buf_error(&c->data) || buf_error(&c->forks) || buf_error(&c->execs) ||
	       buf_error(&c->signals) || buf_error(&c->exits) || buf_error(&c->pointers);
}

int codec_encode_batch(struct codec *c, const struct batch *b, struct buf *ret)
{
	Systape__Record record = SYSTAPE__RECORD__INIT;
	Systape__Chunk m = SYSTAPE__CHUNK__INIT;

	if (reserve_rows(c, b->count) < 0 || reserve_ranges(c, b->range_count) < 0)
		return -ENOMEM;
	m.number = b->number;
	m.first_seq = b->count ? b->rows[0].seq : 0;
	m.first_time = b->count ? b->rows[0].time : 0;
	fill_columns(c, b, &m);
	set_columns(c, b, &m);
	set_rare(c, &m);
	if (out_of_memory(c))
		return -ENOMEM;
	record.kind_case = SYSTAPE__RECORD__KIND_CHUNK;
	record.chunk = &m;
	return codec_put_record(&record, ret);
}

/* ---- the record around it ---- */

static size_t put_varint(uint8_t *at, uint64_t value)
{
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		at[n++] = (uint8_t)(value | 0x80);
	at[n++] = (uint8_t)value;
	return n;
}

int codec_put_record(const Systape__Record *record, struct buf *ret)
{
	size_t size = protobuf_c_message_get_packed_size(&record->base), total = size + CRC_SIZE, n;
	uint8_t head[1 + VARINT_MAX] = {RECORD_TAG}, *place;
	uint32_t crc;

	if (total > TRACE_RECORD_MAX)
		return -E2BIG;
	n = 1 + put_varint(head + 1, total);
	buf_append(ret, head, n);
	place = buf_extend(ret, total);
	if (!place)
		return -ENOMEM;
	protobuf_c_message_pack(&record->base, place);
	crc = codec_crc32c(place, size);
	place[size] = CRC_TAG_0;
	place[size + 1] = CRC_TAG_1;
	for (unsigned i = 0; i < 4; i++)
		place[size + 2 + i] = (uint8_t)(crc >> 8 * i);
	return 0;
}

/* Checks the checksum; returns the size of what it covers, or -EBADMSG. */
static int64_t checked_size(const uint8_t *body, size_t size, struct err *err)
{
	uint32_t crc = 0;

	if (size < CRC_SIZE || size > TRACE_RECORD_MAX || body[size - 6] != CRC_TAG_0 ||
	    body[size - 5] != CRC_TAG_1)
		return err_set(err, EBADMSG, "a record of %zu bytes has no checksum", size);
	for (unsigned i = 4; i-- > 0;)
		crc = crc << 8 | body[size - 4 + i];
	if (codec_crc32c(body, size - CRC_SIZE) != crc)
		return err_set(err, EBADMSG, "a record's checksum does not match");
	return (int64_t)(size - CRC_SIZE);
}

bool codec_skip_field(const uint8_t **at, const uint8_t *end, unsigned wire)
{
	static const uint8_t fixed[8] = {[1] = 8, [5] = 4};
	uint64_t length = fixed[wire];

	if (wire == 0)
		return codec_get_varint(at, end, &length);
	if (wire == 2 && !codec_get_varint(at, end, &length))
		return false;
	if ((wire != 2 && !fixed[wire]) || length > (uint64_t)(end - *at))
		return false;
	*at += length;
	return true;
}

/* The message that the record holds: the last field of a known kind. */
int codec_find(const void *body, size_t size, enum codec_kind *ret, const uint8_t **ret_at,
	       size_t *ret_size, struct err *err)
{
	const uint8_t *at = body, *end;
	int64_t covered = checked_size(body, size, err);

	if (covered < 0)
		return (int)covered;
	end = at + covered;
	*ret = CODEC_UNKNOWN;
	while (at < end) {
		uint64_t tag, length = 0;
		const uint8_t *value;

		if (!codec_get_varint(&at, end, &tag))
			return err_set(err, EBADMSG, "a record is malformed");
		value = at;
		if (!codec_skip_field(&at, end, tag & 7))
			return err_set(err, EBADMSG, "a record is malformed");
		if ((tag & 7) != 2 || tag >> 3 == 0 || tag >> 3 > CODEC_TRAILER + 1)
			continue;
		codec_get_varint(&value, end, &length);
		*ret = (enum codec_kind)((tag >> 3) - 1);
		*ret_at = value;
		*ret_size = (size_t)length;
	}
	return 0;
}

int codec_kind(const void *body, size_t size, enum codec_kind *ret, struct err *err)
{
	const uint8_t *at;
	size_t n;

	return codec_find(body, size, ret, &at, &n, err);
}

/* ---- columns to rows ---- */

/* What nobody writes, such as a column in two pieces, but protobuf allows: written anew as we
 * write it. */
static int decode_anew(struct codec *c, const uint8_t *at, size_t size, struct batch *ret,
		       struct err *err)
{
	cleanup_done(buf_done) struct buf packed = {0};
	struct codec_budget budget;
	Systape__Chunk *m;
	uint8_t *place;
	int r;

	codec_budget_init(&budget);
	m = systape__chunk__unpack(&budget.allocator, size, at);
	if (!m)
		return codec_budget_error(&budget, "chunk", err);
	size = systape__chunk__get_packed_size(m);
	place = buf_extend(&packed, size);
	if (place)
		systape__chunk__pack(m, place);
	systape__chunk__free_unpacked(m, &budget.allocator);
	r = place ? codec_read_rows(c, place, size, ret, err) : -ENOMEM;
	return r == -ENOTSUP ? err_set(err, EBADMSG, "a chunk is malformed") : r;
}

int codec_decode_batch(struct codec *c, const void *body, size_t size, struct batch *ret,
		       struct err *err)
{
	enum codec_kind kind;
	const uint8_t *at = NULL;
	size_t n = 0;
	int r = codec_find(body, size, &kind, &at, &n, err);

	if (r < 0)
		return r;
	if (kind != CODEC_CHUNK)
		return err_set(err, EBADMSG, "a record is no chunk");
	r = codec_read_rows(c, at, n, ret, err);
	if (r == -ENOTSUP)
		r = decode_anew(c, at, n, ret, err);
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	if (r == 0)
		ret->unknown_fields += codec_unknown_around(body, size);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue of decoded chunks, up to a limit in bytes. A chunk's rows are in order
 * already, and the chunks too; all that has to be done is to bring the exit of a
 * call (EVENT_END, in a later chunk) to its entry (EVENT_BEGUN) while that still
 * waits in the queue. The calls that outlast the queue are few, one a thread: what
 * their exit needs is copied.
 */
#include "stream.h"

#include "ahead.h"
#include "range.h"

#include "base/err.h"
#include "base/map.h"

#include "source.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	WINDOW_DEFAULT = 12 << 20,
	KEPT_MAX = 64 << 10,
	QUEUE_MAX = 128,
	SPARE_MAX = 16 << 20,      /* larger ones are not kept for reuse */
	SHORT = 8,                 /* chunks of a tape for which a thread does not pay */
	OPEN_MAX = 1 << 16,        /* calls in flight that are kept, of a tape of any make */
	OPEN_BYTES_MAX = 64 << 20, /* and their memory */
};

/* A chunk in the queue, and the memory arrays that joining made for its rows. */
struct waiting {
	struct batch *batch;
	size_t at; /* the next row */
	struct event_memory **joined;
	size_t joined_count;
};

/* A call that was told as begun; its entry, for when it ends. */
struct open_call {
	struct event event;
	struct event_memory *memory;
	uint8_t *bytes;
	size_t size;                 /* of the bytes */
	struct event_memory *joined; /* of its end, while that is being delivered */
};

struct trace_stream {
	struct trace_stream_options options;
	struct trace_reader *reader;
	struct trace_ahead *ahead; /* has the reader; NULL: nobody has */
	size_t chunks;             /* that were read without it */
	bool wants_ahead;
	struct waiting *queue; /* oldest first */
	size_t head, count;
	size_t footprint;
	struct batch **spare;
	size_t spares;
	bool pending; /* a record that is no chunk waits behind the queue */
	struct trace_record record;
	bool ended;
	uint64_t unknown; /* records and rows that were passed over */
	uint64_t unknown_fields;

	struct map begun; /* place of the entry -> row in the queue (struct event) */
	struct map open;  /* place of the entry -> struct open_call */
	size_t open_bytes;
	struct map tids; /* tid -> place of the entry of its call in flight, as a pointer: what
			  * is there is looked up in the other two, a tape may say anything */
	struct trace_range *range; /* NULL: all of the tape */
	bool begun_reading;        /* at the range, if there is one */
	bool jumped, over;         /* what is before, what is behind was not read */
	uint64_t first_seq;        /* behind the jump */
	struct map left;           /* the calls that threads were in then, as in tids */

	struct map cut_off; /* place of an exit that waits -> of the entry of the call it cuts off,
			     * which was told */
	struct open_call *closing; /* freed at the next call */
	struct event end;          /* an EVENT_END made here */
};

/* ---- calls told as begun ---- */

static struct open_call *open_call_free(struct open_call *o)
{
	if (!o)
		return NULL;
	free(o->memory);
	free(o->bytes);
	free(o->joined);
	free(o);
	return NULL;
}

static size_t kept(const struct event_memory *m)
{
	return m->length < KEPT_MAX ? m->length : KEPT_MAX;
}

static struct open_call *open_call_new(const struct event *e)
{
	struct open_call *o = calloc(1, sizeof(*o));
	size_t bytes = 0;

	if (!o)
		return NULL;
	for (uint32_t i = 0; i < e->memory_count; i++)
		bytes += kept(&e->memory[i]);
	o->event = *e;
	o->size = bytes + e->memory_count * sizeof(*o->memory);
	o->memory = calloc(e->memory_count + 1, sizeof(*o->memory));
	o->bytes = malloc(bytes + 1);
	if (!o->memory || !o->bytes)
		return open_call_free(o);
	bytes = 0;
	for (uint32_t i = 0; i < e->memory_count; i++) {
		o->memory[i] = e->memory[i];
		o->memory[i].length = (uint32_t)kept(&e->memory[i]);
		o->memory[i].data = o->bytes + bytes;
		if (o->memory[i].length)
			memcpy(o->bytes + bytes, e->memory[i].data, o->memory[i].length);
		bytes += o->memory[i].length;
	}
	o->event.memory = o->memory;
	return o;
}

static struct event_memory *join_memory(const struct event *entry, const struct event *exit)
{
	struct event_memory *m = calloc(entry->memory_count + exit->memory_count + 1, sizeof(*m));

	if (!m)
		return NULL;
	if (entry->memory_count)
		memcpy(m, entry->memory, entry->memory_count * sizeof(*m));
	if (exit->memory_count)
		memcpy(m + entry->memory_count, exit->memory, exit->memory_count * sizeof(*m));
	return m;
}

/* ---- chunks come in ---- */

static void finish(struct event *call, const struct event *end)
{
	call->kind = EVENT_CALL;
	call->call.ret = end->call.ret;
	call->call.end_seq = end->call.end_seq;
	call->call.duration = end->call.duration;
	call->call.state = EVENT_FINISHED;
}

static int attach(struct waiting *w, struct event *call, struct event *end)
{
	struct event_memory *m = join_memory(call, end);
	struct event_memory **list;

	list = m ? reallocarray(w->joined, w->joined_count + 1, sizeof(*list)) : NULL;
	if (!list) {
		free(m);
		return -ENOMEM;
	}
	w->joined = list;
	w->joined[w->joined_count++] = m;
	call->memory = m;
	call->memory_count += end->memory_count;
	finish(call, end);
	end->kind = EVENT_NONE;
	return 0;
}

/* Places begin at 1. */
static int remember_tid(struct trace_stream *s, uint32_t tid, uint64_t place)
{
	return place ? map_put(&s->tids, tid, (void *)(uintptr_t)place) : 0;
}

static uint64_t place_of(const struct trace_stream *s, uint32_t tid)
{
	return (uintptr_t)map_get(&s->tids, tid);
}

static void forget_tid(struct trace_stream *s, uint32_t tid, uint64_t place)
{
	if (place_of(s, tid) == place)
		map_remove(&s->tids, tid);
}

static int take_end(struct trace_stream *s, struct waiting *w, struct event *end)
{
	struct event *call = map_remove(&s->begun, end->call.begun_seq);

	if (!call)
		return 0;
	forget_tid(s, call->tid, call->seq);
	forget_tid(s, end->tid, call->seq);
	if (end->memory_count)
		return attach(w, call, end);
	finish(call, end);
	end->kind = EVENT_NONE;
	return 0;
}

/* The thread's call in flight will never return: @e cuts it off. One that was told already gets
 * its end when @e is told. */
static int never(struct trace_stream *s, uint32_t tid, const struct event *e)
{
	uint64_t place = (uintptr_t)map_remove(&s->tids, tid);
	struct event *call = map_remove(&s->begun, place);

	if (!call)
		return place ? map_put(&s->cut_off, e->seq, (void *)(uintptr_t)place) : 0;
	call->kind = EVENT_CALL;
	call->call.state = EVENT_NEVER;
	return 0;
}

/* A thread took over its process's number: its execve comes back under that. An outline does not
 * tell of such. */
static bool is_takeover(const struct trace_stream *s, const struct event *e)
{
	return e->kind == EVENT_EXEC && !s->options.outline && e->exec.former_tid != e->tid;
}

static int take_exec(struct trace_stream *s, const struct event *e)
{
	uint64_t place;

	if (!is_takeover(s, e))
		return 0;
	if (never(s, e->tid, e) < 0)
		return -ENOMEM;
	place = (uintptr_t)map_remove(&s->tids, e->exec.former_tid);
	return remember_tid(s, e->tid, place);
}

static int take_row(struct trace_stream *s, struct waiting *w, struct event *e)
{
	switch (e->kind) {
	case EVENT_BEGUN:
		e->call.state = EVENT_UNFINISHED;
		if (map_put(&s->begun, e->seq, e) < 0)
			return -ENOMEM;
		return remember_tid(s, e->tid, e->seq);
	case EVENT_END:
		return take_end(s, w, e);
	case EVENT_EXEC:
		return take_exec(s, e);
	case EVENT_EXIT:
		return never(s, e->tid, e);
	default:
		return 0;
	}
}

static int take_batch(struct trace_stream *s, struct batch *b)
{
	struct waiting *w;

	if (s->head && s->head + s->count == QUEUE_MAX) {
		memmove(s->queue, s->queue + s->head, s->count * sizeof(*s->queue));
		s->head = 0;
	}
	w = &s->queue[s->head + s->count++];
	*w = (struct waiting){.batch = b};
	s->unknown += b->unknown;
	s->footprint += batch_footprint(b);
	if (s->options.unordered)
		return 0;
	for (size_t i = 0; i < b->turn_count; i++) {
		if (take_row(s, w, &b->rows[b->turns[i]]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The first chunk is there: 1 when reading goes on elsewhere, 0, -errno. */
static int jump(struct trace_stream *s, struct err *err)
{
	uint64_t offset, chunk;
	int r;

	s->begun_reading = true;
	if (!s->range || !trace_range_jumps(s->range, s->record.frame_offset, &offset, &chunk))
		return 0;
	r = trace_reader_jump(s->reader, offset, chunk, err);
	if (r < 0)
		return r;
	s->jumped = true;
	/* Calls from before the tape: they hold unless their threads are heard of again. */
	s->left = s->tids;
	s->tids = (struct map){0};
	return 1;
}

/* The batch of the record is the stream's from now on. */
static int own_batch(struct trace_stream *s)
{
	struct batch *spare;
	int r;

	if (s->ahead)
		return take_batch(s, s->record.batch);
	spare = s->spares ? s->spare[--s->spares] : calloc(1, sizeof(*spare));
	if (!spare)
		return -ENOMEM;
	/* Where it cannot be had, the thread is not missed. */
	if (++s->chunks == SHORT && !s->options.one_thread && trace_ahead_pays())
		s->wants_ahead = true;
	spare = trace_reader_take_batch(s->reader, spare);
	r = batch_find_turns(spare);
	return take_batch(s, spare) < 0 ? -ENOMEM : r;
}

static int next_record(struct trace_stream *s, struct err *err)
{
	const struct trace_maker *maker = s->options.maker.make ? &s->options.maker : NULL;

	if (s->wants_ahead && trace_ahead_start(s->reader, maker, &s->ahead) < 0)
		s->ahead = NULL;
	s->wants_ahead = false;
	return s->ahead ? trace_ahead_next(s->ahead, &s->record, err)
			: trace_reader_next(s->reader, &s->record, err);
}

static uint64_t unknown_fields(const struct trace_record *record)
{
	switch (record->kind) {
	case RECORD_HEADER:
		return record->header->unknown_fields;
	case RECORD_SNAPSHOT:
		return record->snapshot->unknown_fields;
	case RECORD_BATCH:
		return record->batch->unknown_fields;
	case RECORD_TRAILER:
		return record->trailer->unknown_fields;
	case RECORD_UNKNOWN:
	case RECORD_DAMAGE:
		break;
	}
	return 0;
}

static int read_record(struct trace_stream *s, struct err *err)
{
	int r = next_record(s, err);

	if (r <= 0) {
		s->ended = r == 0;
		return r;
	}
	s->unknown_fields += unknown_fields(&s->record);
	if (s->record.kind == RECORD_UNKNOWN) {
		s->unknown++;
		return 1;
	}
	if (s->record.kind != RECORD_BATCH) {
		s->pending = true;
		return 1;
	}
	if (!s->begun_reading && (r = jump(s, err)) != 0)
		return r;
	if (s->jumped && !s->first_seq && s->record.batch->count)
		s->first_seq = s->record.batch->rows[0].seq;
	return own_batch(s) < 0 ? err_set(err, ENOMEM, "out of memory") : 1;
}

static bool wants_more(const struct trace_stream *s)
{
	if (s->ended || s->pending)
		return false;
	if (s->options.unordered)
		return !s->count;
	return s->footprint < s->options.window && s->count < QUEUE_MAX;
}

/* ---- events go out ---- */

static void give_back(struct trace_stream *s, struct batch *b)
{
	if (s->ahead) {
		trace_ahead_recycle(s->ahead, b);
		return;
	}
	batch_clear(b, 0);
	if (s->spares < QUEUE_MAX && batch_capacity(b) <= SPARE_MAX) {
		s->spare[s->spares++] = b;
		return;
	}
	batch_done(b);
	free(b);
}

static void release_head(struct trace_stream *s)
{
	struct waiting *w = &s->queue[s->head++];

	s->count--;
	s->footprint -= batch_footprint(w->batch);
	for (size_t i = 0; i < w->joined_count; i++)
		free(w->joined[i]);
	free(w->joined);
	give_back(s, w->batch);
}

static struct open_call *take_open(struct trace_stream *s, uint64_t place)
{
	struct open_call *o = map_remove(&s->open, place);

	s->open_bytes -= o ? o->size : 0;
	return o;
}

/* Told as begun: from here on it is known by a copy. */
static int open_up(struct trace_stream *s, const struct event *e)
{
	struct open_call *o;

	map_remove(&s->begun, e->seq);
	/* Only a made-up tape begins two calls at one place, or so many. */
	open_call_free(take_open(s, e->seq));
	if (s->open.count >= OPEN_MAX || s->open_bytes >= OPEN_BYTES_MAX) {
		forget_tid(s, e->tid, e->seq);
		return 0;
	}
	o = open_call_new(e);
	if (!o || map_put(&s->open, e->seq, o) < 0) {
		open_call_free(o);
		return -ENOMEM;
	}
	s->open_bytes += o->size;
	return 0;
}

static struct open_call *close_call(struct trace_stream *s, uint64_t begun_seq)
{
	struct open_call *o = take_open(s, begun_seq);

	if (!o)
		return NULL;
	forget_tid(s, o->event.tid, begun_seq);
	s->closing = o;
	return o;
}

/* ---- calls that began where nothing was read ---- */

static int began_before(void *context, const struct event *begun)
{
	return open_up(context, begun);
}

static void ended_before(void *context, uint64_t begun_seq)
{
	open_call_free(take_open(context, begun_seq));
}

static int in_flight_before(void *context, uint32_t tid, uint64_t begun_seq)
{
	struct trace_stream *s = context;

	if (begun_seq)
		return map_put(&s->left, tid, (void *)(uintptr_t)begun_seq);
	map_remove(&s->left, tid);
	return 0;
}

static struct trace_range_calls calls_before(struct trace_stream *s)
{
	return (struct trace_range_calls){began_before, ended_before, in_flight_before, s};
}

/* The entry of the call that ends here. */
static int find_entry(struct trace_stream *s, const struct event *end)
{
	const struct trace_range_calls calls = calls_before(s);
	uint64_t seq = end->call.begun_seq;

	if (!s->jumped || seq >= s->first_seq || map_get(&s->open, seq) ||
	    trace_range_is_early(s->range, end))
		return 0;
	return trace_range_find(s->range, seq, &calls);
}

/* The place of the call that this end of a thread cuts off, or 0. */
static int find_cut_off(struct trace_stream *s, const struct event *e, uint64_t *ret)
{
	const struct trace_range_calls calls = calls_before(s);
	int r;

	*ret = (uintptr_t)map_remove(&s->cut_off, e->seq);
	if (*ret || !s->jumped || trace_range_has_seen(s->range, e->tid) ||
	    trace_range_is_early(s->range, e))
		return 0;
	r = trace_range_find_thread(s->range, e->tid, &calls);
	*ret = (uintptr_t)map_remove(&s->left, e->tid);
	return r;
}

static int give_end(struct trace_stream *s, const struct event *e)
{
	struct open_call *o;

	if (find_entry(s, e) < 0)
		return -ENOMEM;
	o = close_call(s, e->call.begun_seq);
	s->end = *e;
	if (!o)
		return 0;
	forget_tid(s, e->tid, e->call.begun_seq);
	o->joined = join_memory(&o->event, e);
	if (!o->joined)
		return -ENOMEM;
	s->end.memory = o->joined;
	s->end.memory_count += o->event.memory_count;
	s->end.call.nr = o->event.call.nr;
	s->end.call.arch = o->event.call.arch;
	s->end.call.ip = o->event.call.ip;
	memcpy(s->end.call.args, o->event.call.args, sizeof(s->end.call.args));
	return 0;
}

/* The call that @e, an exit or exec, cut off after it was told as begun; made an
 * EVENT_END in s->end. 0 when there is none, -ENOMEM. */
static int give_never(struct trace_stream *s, const struct event *e)
{
	struct open_call *o;
	uint64_t place;

	if (e->kind != EVENT_EXIT && !is_takeover(s, e))
		return 0;
	if (find_cut_off(s, e, &place) < 0)
		return -ENOMEM;
	o = close_call(s, place);
	if (!o)
		return 0;
	s->end = o->event;
	s->end.kind = EVENT_END;
	s->end.seq = e->seq;
	s->end.time = e->time;
	s->end.call.state = EVENT_NEVER;
	return 1;
}

/* The row is told, but for what else it ends: 1 with *ret, 0 when there is nothing to tell,
 * -ENOMEM. */
static int give_row(struct trace_stream *s, const struct event *e, const struct event **ret)
{
	*ret = e;
	if (s->jumped && trace_range_saw(s->range, e) < 0)
		return -ENOMEM;
	if (e->kind == EVENT_NONE)
		return 0;
	if (s->options.unordered)
		return 1;
	if (e->kind == EVENT_END) {
		*ret = &s->end;
		return give_end(s, e) < 0 ? -ENOMEM : 1;
	}
	return e->kind == EVENT_BEGUN && open_up(s, e) < 0 ? -ENOMEM : 1;
}

/* The next row of the queue: 1 with *ret, 0 when the queue is empty, -ENOMEM. */
static int next_row(struct trace_stream *s, struct trace_item *ret)
{
	while (s->count && !s->over) {
		struct waiting *w = &s->queue[s->head];
		const struct event *e;
		int r;

		if (w->at == w->batch->count) {
			release_head(s);
			continue;
		}
		e = &w->batch->rows[w->at];
		if (s->range && trace_range_is_over(s->range, e)) {
			s->over = true;
			return 0;
		}
		*ret = (struct trace_item){.kind = ITEM_EVENT, .event = &s->end};
		r = s->options.unordered ? 0 : give_never(s, e);
		if (r == 0) {
			ret->made = batch_made(w->batch, w->at++, &ret->made_size);
			r = give_row(s, e, &ret->event);
		}
		if (r != 0)
			return r;
	}
	return 0;
}

static void forget_all(struct trace_stream *s)
{
	struct open_call *o;
	size_t at = 0;

	while ((o = map_next(&s->open, &at)))
		open_call_free(o);
	map_done(&s->open);
	s->open_bytes = 0;
	map_done(&s->begun);
	map_done(&s->tids);
	map_done(&s->left);
	map_done(&s->cut_off);
}

/* Calls that began on the part before: known from here on as if they had been told. */
static int take_in_flight(struct trace_stream *s, const struct meta_process *p)
{
	for (size_t i = 0; i < p->in_flight_count; i++) {
		const struct meta_in_flight *call = &p->in_flight[i];
		struct event e = {.seq = call->seq,
				  .pid = p->pid,
				  .tid = call->tid,
				  .kind = EVENT_BEGUN,
				  .call = {.nr = call->nr,
					   .begun_seq = call->seq,
					   .arch = call->arch,
					   .state = EVENT_UNFINISHED}};

		if (!call->seq || map_get(&s->open, call->seq))
			continue;
		memcpy(e.call.args, call->args, sizeof(e.call.args));
		if (remember_tid(s, e.tid, e.seq) < 0 || open_up(s, &e) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int take_snapshot(struct trace_stream *s, const struct meta_snapshot *snapshot)
{
	int r = 0;

	for (size_t i = 0; r == 0 && !s->options.unordered && i < snapshot->process_count; i++)
		r = take_in_flight(s, &snapshot->processes[i]);
	return r;
}

static void give_record(struct trace_stream *s, struct trace_item *ret)
{
	s->pending = false;
	switch (s->record.kind) {
	case RECORD_HEADER:
		/* Another tape behind the first: its places and threads are its own. */
		forget_all(s);
		*ret = (struct trace_item){.kind = ITEM_HEADER, .header = s->record.header};
		break;
	case RECORD_SNAPSHOT:
		*ret = (struct trace_item){.kind = ITEM_SNAPSHOT, .snapshot = s->record.snapshot};
		break;
	case RECORD_TRAILER:
		*ret = (struct trace_item){.kind = ITEM_TRAILER, .trailer = s->record.trailer};
		break;
	default:
		*ret = (struct trace_item){.kind = ITEM_DAMAGE, .damage = s->record.damage};
	}
}

/* All that is wanted has been told: the trailer is known already. */
static int give_end_of_range(struct trace_stream *s, struct trace_item *ret)
{
	if (s->ended)
		return 0;
	s->ended = true;
	*ret = (struct trace_item){.kind = ITEM_TRAILER, .trailer = trace_range_trailer(s->range)};
	return 1;
}

int trace_stream_next(struct trace_stream *s, struct trace_item *ret, struct err *err)
{
	int r;

	s->closing = open_call_free(s->closing);
	for (;;) {
		if (s->over)
			return give_end_of_range(s, ret);
		while (wants_more(s)) {
			r = read_record(s, err);
			if (r < 0)
				return r;
		}
		r = next_row(s, ret);
		if (r < 0)
			return err_set(err, ENOMEM, "out of memory");
		if (r > 0)
			return 1;
		if (s->over)
			continue;
		if (s->pending && s->record.kind == RECORD_SNAPSHOT &&
		    take_snapshot(s, s->record.snapshot) < 0)
			return err_set(err, ENOMEM, "out of memory");
		if (s->pending) {
			give_record(s, ret);
			return 1;
		}
		if (s->ended)
			return 0;
	}
}

int trace_stream_open(struct trace_source *source, const struct trace_stream_options *options,
		      struct trace_stream **ret, struct err *err)
{
	struct trace_stream *s = calloc(1, sizeof(*s));
	int r;

	if (!s) {
		trace_source_free(source);
		return err_set(err, ENOMEM, "out of memory");
	}
	s->options = *options;
	if (!s->options.window)
		s->options.window = WINDOW_DEFAULT;
	r = trace_reader_open(source, &s->reader, err);
	if (r == 0 && trace_range_open(source, &s->options, &s->range) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	if (r == 0 && (options->unordered || options->outline))
		trace_reader_outline(s->reader);
	s->queue = calloc(QUEUE_MAX, sizeof(*s->queue));
	s->spare = calloc(QUEUE_MAX, sizeof(*s->spare));
	if (r == 0 && (!s->queue || !s->spare))
		r = err_set(err, ENOMEM, "out of memory");
	if (r < 0) {
		trace_stream_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

uint64_t trace_stream_unknown(const struct trace_stream *s)
{
	return s->unknown;
}

uint64_t trace_stream_unknown_fields(const struct trace_stream *s)
{
	return s->unknown_fields;
}

uint64_t trace_stream_raw(const struct trace_stream *s)
{
	return s->ahead ? trace_ahead_raw(s->ahead) : trace_reader_raw(s->reader);
}

uint64_t trace_stream_offset(const struct trace_stream *s)
{
	return s->ahead ? trace_ahead_offset(s->ahead) : trace_reader_offset(s->reader);
}

uint64_t trace_stream_size(const struct trace_stream *s)
{
	return trace_reader_size(s->reader);
}

const char *trace_stream_journal_note(const struct trace_stream *s)
{
	/* Before the end nobody has looked for one. */
	return s->ended && !s->over ? trace_reader_journal_note(s->reader) : NULL;
}

struct trace_stream *trace_stream_free(struct trace_stream *s)
{
	if (!s)
		return NULL;
	while (s->count)
		release_head(s);
	for (size_t i = 0; i < s->spares; i++) {
		batch_done(s->spare[i]);
		free(s->spare[i]);
	}
	open_call_free(s->closing);
	forget_all(s);
	trace_range_free(s->range);
	trace_ahead_free(s->ahead);
	trace_reader_free(s->reader);
	free(s->queue);
	free(s->spare);
	free(s);
	return NULL;
}

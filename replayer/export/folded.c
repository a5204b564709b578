/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folded stacks, as the flame graph tools read them: a line for each program, call and object
 * with what it weighs, `sh;read;/etc/passwd 4200`. There are no real stacks on a tape; these
 * three are the levels.
 *
 * Time is wall-clock time of each thread, in nanoseconds: of its calls, waiting included, and,
 * as `[running]`, what lies between them. A call that never came back weighs as much as there
 * was until its thread, or the tape, ended.
 */
#include "exporter.h"
#include "object.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/map.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	STACKS_MAX = 1 << 16,  /* those of one object; behind them all objects are one */
	CALLS_MAX = 1 << 17,   /* all; behind them nothing is told apart */
	THREADS_MAX = 1 << 16, /* at a time */
	NAME_MAX_SHOWN = 256,
};

struct stack {
	char *text; /* frames */
	uint64_t weight;
};

/* Where a thread is. */
struct lane {
	uint32_t tid;
	uint64_t since;    /* time of the last thing that is known of it */
	bool in_call;      /* since then, in a call of which the end is not known yet */
	bool shown;        /* that call */
	struct buf frames; /* of it */
};

struct folded {
	struct export_options options;
	struct state *state;
	struct transfers *transfers;
	struct printer *printer;
	struct map index; /* hash of the frames -> stack */
	struct stack **list;
	size_t count, capacity;
	struct map lanes; /* tid -> lane */
	uint64_t time;    /* of the last event */
	uint64_t beyond;  /* weighed where nothing is told apart any more */
	uint64_t untold;  /* threads too many */
	struct buf raw, frames;
	const struct event *event; /* whose transfers are told */
	int failed;
};

/* ---- stacks ---- */

static struct stack *find(const struct folded *x, const struct buf *frames, uint64_t *ret_key)
{
	uint64_t key = hash_text(frames->data, frames->size);
	struct stack *s;

	/* Those of one hash are at the numbers behind it. */
	while ((s = map_get(&x->index, key)) && strcmp(s->text, frames->data) != 0)
		key++;
	*ret_key = key;
	return s;
}

static struct stack *add(struct folded *x, const struct buf *frames, uint64_t key)
{
	struct stack *s;

	if (x->count == x->capacity) {
		size_t capacity = x->capacity ? x->capacity * 2 : 256;
		struct stack **list = reallocarray(x->list, capacity, sizeof(struct stack *));

		if (!list)
			return NULL;
		x->list = list;
		x->capacity = capacity;
	}
	s = calloc(1, sizeof(*s));
	if (s)
		s->text = strdup(frames->data);
	if (!s || !s->text || map_put(&x->index, key, s) < 0) {
		if (s)
			free(s->text);
		free(s);
		return NULL;
	}
	x->list[x->count++] = s;
	return s;
}

static int weigh(struct folded *x, struct buf *frames, uint64_t weight)
{
	char *last = frames->size ? strrchr(frames->data, ';') : NULL;
	struct stack *s;
	uint64_t key;

	if (buf_error(frames) < 0)
		return -ENOMEM;
	if (!weight || !frames->size)
		return 0;
	s = find(x, frames, &key);
	if (!s && x->count >= STACKS_MAX && last) {
		x->beyond++;
		buf_truncate(frames, (size_t)(last - frames->data));
		buf_str(frames, ";[others]");
		s = find(x, frames, &key);
	}
	if (!s && x->count >= CALLS_MAX) {
		buf_clear(frames);
		buf_str(frames, "[others]");
		s = find(x, frames, &key);
	}
	if (!s)
		s = buf_error(frames) < 0 ? NULL : add(x, frames, key);
	if (!s)
		return -ENOMEM;
	s->weight = weight > UINT64_MAX - s->weight ? UINT64_MAX : s->weight + weight;
	return 0;
}

/* ---- frames ---- */

/* A frame ends at a semicolon, a line at a newline, and the weight is behind the last blank. */
static void put_frame(struct buf *frames, const struct buf *raw, size_t limit)
{
	size_t from = frames->size + (frames->size ? 1 : 0);
	struct buf harmless = {0};

	if (frames->size)
		buf_char(frames, ';');
	escape_text(&harmless, raw->data, raw->size < limit ? raw->size : limit);
	for (size_t i = 0, n; i < harmless.size; i += n + 1) {
		const char *semicolon = memchr(harmless.data + i, ';', harmless.size - i);

		n = semicolon ? (size_t)(semicolon - harmless.data) - i : harmless.size - i;
		buf_append(frames, harmless.data + i, n);
		buf_str(frames, semicolon ? "\\x3b" : "");
	}
	if (frames->size == from)
		buf_str(frames, "[nameless]");
	buf_inherit(frames, &harmless);
	buf_done(&harmless);
}

static void put_program(struct folded *x, uint32_t pid, struct buf *frames)
{
	buf_clear(&x->raw);
	buf_clear(frames);
	object_program(state_process(x->state, pid), &x->raw);
	put_frame(frames, &x->raw, NAME_MAX_SHOWN);
}

static void put_call(struct folded *x, const struct event *e, struct buf *frames)
{
	char scratch[32];

	put_program(x, e->pid, frames);
	buf_char(frames, ';');
	buf_str(frames, print_call_name(&e->call, scratch));
}

/* Program, call and object. */
static int put_all(struct folded *x, const struct event *e, struct buf *frames)
{
	int r;

	put_call(x, e, frames);
	buf_clear(&x->raw);
	r = object_of(x->state, x->printer, e, &x->raw);
	if (x->raw.size)
		put_frame(frames, &x->raw, OBJECT_MAX);
	buf_inherit(frames, &x->raw);
	return r < 0 ? r : buf_error(frames);
}

/* ---- threads ---- */

static void *lane_free(struct lane *l)
{
	buf_done(&l->frames);
	free(l);
	return NULL;
}

/* That of a thread; a new one begins at @time. NULL: there are too many, or (failed) no memory. */
static struct lane *lane_of(struct folded *x, uint32_t tid, uint64_t time)
{
	struct lane *l = map_get(&x->lanes, tid);

	if (l)
		return l;
	if (x->lanes.count >= THREADS_MAX) {
		x->untold++;
		return NULL;
	}
	l = map_make(&x->lanes, tid, sizeof(*l));
	if (!l) {
		x->failed = -ENOMEM;
		return NULL;
	}
	l->tid = tid;
	l->since = time;
	return l;
}

/* What it did until @time, which it ends. */
static int account(struct folded *x, struct lane *l, uint32_t pid, uint64_t time, bool shown)
{
	uint64_t span = time > l->since ? time - l->since : 0;
	int r = 0;

	if (x->options.weight == WEIGHT_TIME && l->in_call && l->shown) {
		r = weigh(x, &l->frames, span);
	} else if (x->options.weight == WEIGHT_TIME && !l->in_call && shown &&
		   !x->options.calls_only) {
		put_program(x, pid, &x->frames);
		buf_str(&x->frames, ";[running]");
		r = weigh(x, &x->frames, span);
	}
	l->in_call = false;
	if (time > l->since)
		l->since = time;
	return r;
}

/* ---- events ---- */

static int weigh_transfer(void *context, const struct transfer *t)
{
	struct folded *x = context;

	if (t->more)
		return 0;
	put_call(x, x->event, &x->frames);
	buf_clear(&x->raw);
	if (t->file && t->file->kind == STATE_NAMED && t->file->text)
		buf_append(&x->raw, t->file->text, t->file->size);
	else if (t->file)
		print_file(x->printer, t->file, &x->raw);
	if (x->raw.size)
		put_frame(&x->frames, &x->raw, OBJECT_MAX);
	return weigh(x, &x->frames, t->bytes);
}

static int take_begin(struct folded *x, struct lane *l, const struct event *e, bool shown)
{
	int r = account(x, l, e->pid, e->time, shown);

	if (r < 0)
		return r;
	l->in_call = true;
	l->shown = shown;
	r = put_all(x, e, &l->frames);
	if (r < 0 || e->call.state != EVENT_FINISHED)
		return r;
	return account(x, l, e->pid, e->time + e->call.duration, shown);
}

static int take_call(struct folded *x, const struct event *e, bool shown)
{
	struct lane *l = lane_of(x, e->tid, e->time);
	int r = 0;

	if (x->options.weight == WEIGHT_BYTES) {
		x->event = e;
		return shown ? transfers_take(x->transfers, x->state, e, weigh_transfer, x) : 0;
	}
	if (x->options.weight == WEIGHT_COUNT) {
		if (!shown || e->kind == EVENT_END || e->kind == EVENT_DATA)
			return 0;
		r = put_all(x, e, &x->frames);
		return r < 0 ? r : weigh(x, &x->frames, 1);
	}
	if (l && (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN))
		r = take_begin(x, l, e, shown);
	else if (l && e->kind == EVENT_END && e->call.state == EVENT_FINISHED)
		r = account(x, l, e->pid, e->time, shown);
	return r;
}

static int end_lane(struct folded *x, uint32_t tid, uint32_t pid, uint64_t time, bool shown)
{
	struct lane *l = map_remove(&x->lanes, tid);
	int r = 0;

	if (l) {
		r = account(x, l, pid, time, shown);
		lane_free(l);
	}
	return r;
}

/* The thread that called becomes the first one of the process. */
static int take_exec(struct folded *x, const struct event *e, bool shown)
{
	struct lane *l;
	int r;

	if (e->exec.former_tid == e->tid)
		return 0;
	r = end_lane(x, e->tid, e->pid, e->time, shown);
	l = map_remove(&x->lanes, e->exec.former_tid);
	if (r < 0 || !l)
		return r;
	l->tid = e->tid;
	if (map_put(&x->lanes, e->tid, l) < 0) {
		lane_free(l);
		return -ENOMEM;
	}
	return 0;
}

/* Before the state goes on: a program that ends, or is replaced, is still there. */
static int take_other(struct folded *x, const struct event *e, bool shown)
{
	switch (e->kind) {
	case EVENT_FORK:
		lane_of(x, e->fork.child_tid, e->time);
		return 0;
	case EVENT_EXEC:
		return take_exec(x, e, shown);
	case EVENT_EXIT:
		return end_lane(x, e->tid, e->pid, e->time, shown);
	default:
		return 0;
	}
}

static int take_event(struct folded *x, const struct trace_item *item, bool shown)
{
	const struct event *e = item->event;
	int r = 0;

	if (e->time > x->time)
		x->time = e->time;
	if (!event_is_call(e))
		r = take_other(x, e, shown);
	if (r == 0)
		r = state_take(x->state, item);
	if (r == 0 && event_is_call(e))
		r = take_call(x, e, shown);
	return r < 0 ? r : x->failed;
}

/* ---- tapes ---- */

/* Whoever is still in a call was in it to the end; who is not had more to do than is known. */
static int end_tape(struct folded *x)
{
	struct lane *l;
	size_t at = 0;
	int r = 0;

	while ((l = map_next(&x->lanes, &at))) {
		if (r == 0 && l->in_call)
			r = account(x, l, 0, x->time, true);
		lane_free(l);
	}
	map_done(&x->lanes);
	x->time = 0;
	return r;
}

static int begin_tape(struct folded *x, const struct meta_header *header)
{
	int r = end_tape(x);

	printer_header(x->printer, header);
	transfers_free(x->transfers);
	state_free(x->state);
	x->state = state_new();
	x->transfers = transfers_new();
	printer_state(x->printer, x->state);
	return x->state && x->transfers ? r : -ENOMEM;
}

static int item(void *context, const struct trace_item *item, bool shown, struct buf *ret)
{
	struct folded *x = context;
	int r = 0;

	(void)ret;
	if (item->kind == ITEM_HEADER)
		r = begin_tape(x, item->header);
	if (r < 0)
		return r;
	if (item->kind == ITEM_EVENT)
		return take_event(x, item, shown);
	if (item->kind == ITEM_TRAILER && item->trailer->duration > x->time)
		x->time = item->trailer->duration;
	return state_take(x->state, item);
}

static int by_text(const void *a, const void *b)
{
	const struct stack *const *l = a, *const *r = b;

	return strcmp((*l)->text, (*r)->text);
}

static int end(void *context, struct buf *ret)
{
	struct folded *x = context;
	int r = end_tape(x);

	if (x->count)
		qsort(x->list, x->count, sizeof(struct stack *), by_text);
	for (size_t i = 0; i < x->count; i++) {
		buf_str(ret, x->list[i]->text);
		buf_char(ret, ' ');
		buf_u64(ret, x->list[i]->weight);
		buf_char(ret, '\n');
	}
	return r < 0 ? r : buf_error(ret);
}

static void remarks(const void *context, struct buf *ret)
{
	const struct folded *x = context;

	if (x->beyond)
		buf_printf(ret,
			   "more than %d different stacks: %llu times the object is [others]\n",
			   STACKS_MAX, (unsigned long long)x->beyond);
	if (x->untold)
		buf_printf(ret, "more than %d threads at a time: some are not weighed\n",
			   THREADS_MAX);
}

static void *discard(void *context)
{
	struct folded *x = context;

	if (!x)
		return NULL;
	end_tape(x);
	for (size_t i = 0; i < x->count; i++) {
		free(x->list[i]->text);
		free(x->list[i]);
	}
	free(x->list);
	map_done(&x->index);
	transfers_free(x->transfers);
	state_free(x->state);
	printer_free(x->printer);
	buf_done(&x->raw);
	buf_done(&x->frames);
	free(x);
	return NULL;
}

static void *new (const struct export_options *options)
{
	const struct print_options names = {.names = PRINT_NAMES_ALL};
	struct folded *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->options = *options;
	x->printer = printer_new(&names);
	x->state = state_new();
	x->transfers = transfers_new();
	if (!x->printer || !x->state || !x->transfers)
		return discard(x);
	printer_state(x->printer, x->state);
	return x;
}

const struct exporter exporter_folded = {
	.name = "folded",
	.sentence = "a flame graph of program, call and object, by time, count or bytes",
	.weighs = true,
	.new = new,
	.item = item,
	.end = end,
	.remarks = remarks,
	.free = discard,
};

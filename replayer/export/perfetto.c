/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timeline for ui.perfetto.dev: a track for each process and each thread, a slice for each
 * call. A number that is used again is another track.
 *
 * The stream tells a call at its entry; what it got from others is known only where it ended.
 * So the end of a slice is held until the stream has come there, and with it the flows that
 * arrive: a read that was there first is behind the write that it waited for.
 *
 * What was not asked for is not drawn, but tells what descriptors are.
 */
#include "perfetto_priv.h"

#include "exporter.h"
#include "flows.h"
#include "object.h"
#include "perfetto_packets.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"
#include "sys/names.h"
#include "sys/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOCKET_STREAM = 1 };
/* Of a channel that is called by who writes: nobody knows who reads. */
#define UNKNOWN_READER (UINT64_C(1) << 63)

/* ---- the ends of calls ---- */

static int hold(struct perfetto *x, struct lane *l)
{
	size_t i = x->held_count;

	if (x->held_count == x->held_capacity) {
		size_t capacity = x->held_capacity ? x->held_capacity * 2 : 64;
		struct lane **held = reallocarray(x->held, capacity, sizeof(struct lane *));

		if (!held)
			return -ENOMEM;
		x->held = held;
		x->held_capacity = capacity;
	}
	for (; i && x->held[i - 1]->end_seq < l->end_seq; i--)
		x->held[i] = x->held[i - 1];
	x->held[i] = l;
	x->held_count++;
	l->held = true;
	return 0;
}

static void unhold(struct perfetto *x, struct lane *l)
{
	size_t i = 0;

	while (i < x->held_count && x->held[i] != l)
		i++;
	if (i == x->held_count)
		return;
	memmove(&x->held[i], &x->held[i + 1], (x->held_count - i - 1) * sizeof(struct lane *));
	x->held_count--;
}

static void count_bytes(struct perfetto *x, struct lane *l, uint64_t time, struct buf *ret)
{
	struct program *p = map_get(&x->programs, l->pid);

	if (!p || !p->uuid)
		return;
	p->in += l->in_bytes;
	p->out += l->out_bytes;
	if (l->in_bytes)
		perfetto_put_count(x, p->in_uuid, time, p->in, ret);
	if (l->out_bytes)
		perfetto_put_count(x, p->out_uuid, time, p->out, ret);
	if (l->opens)
		perfetto_count_fds(x, p, time, ret);
}

/* The slice ends, with the flows that arrive by what the call read. */
static void end_call(struct perfetto *x, struct lane *l, struct packet_event *p, struct buf *ret)
{
	struct flows_read read;

	read.on_count = read.end_count = 0;
	for (size_t i = 0; i < l->in_count; i++)
		flows_read(&x->flows, l->in[i].file, l->in[i].bytes, &read);
	p->track = l->uuid;
	p->type = PACKET_END;
	p->flows = p->flows ? p->flows : read.on;
	p->flow_count = p->flow_count ? p->flow_count : read.on_count;
	p->ends = read.ends;
	p->end_count = read.end_count;
	packets_event(&x->packets, p, ret);
	count_bytes(x, l, p->time - x->base, ret);
	l->open = l->held = false;
	l->in_count = 0;
}

/* Those that ended before @seq, or, at the end, all. */
static void release(struct perfetto *x, uint64_t seq, struct buf *ret)
{
	while (x->held_count && x->held[x->held_count - 1]->end_seq < seq) {
		struct lane *l = x->held[--x->held_count];
		struct packet_event p;

		packet_event_init(&p, perfetto_at(x, l->end_time));
		end_call(x, l, &p, ret);
	}
}

static void end_lane(struct perfetto *x, struct lane *l, uint64_t time, struct buf *ret)
{
	struct packet_event p = {.time = perfetto_at(x, time)};

	if (l->held) {
		unhold(x, l);
		p.time = perfetto_at(x, l->end_time);
	} else {
		perfetto_note_number(&p, NOTE_UNFINISHED, NOTE_BOOL, 1);
	}
	if (l->open)
		end_call(x, l, &p, ret);
}

/* ---- calls ---- */

/* Connections within one computer are known by their accept(2): what is written before waits. */
static bool may_have_reader(const struct state_file *f)
{
	const struct state_socket *s = f->socket;

	return f->kind == STATE_SOCKET && s && s->type == SOCKET_STREAM && !s->paired &&
	       !s->listens;
}

static int join(struct perfetto *x, const struct state_file *f)
{
	int r;

	if (f->kind != STATE_SOCKET || !f->peer)
		return 0;
	r = flows_join(&x->flows, f->id | UNKNOWN_READER, f->peer->id);
	return r < 0 ? r : flows_join(&x->flows, f->peer->id | UNKNOWN_READER, f->id);
}

static int tell(void *context, const struct transfer *t)
{
	struct perfetto *x = context;
	struct lane *l = x->lane;

	if (t->more)
		return 0;
	if (t->out)
		l->out_bytes += t->bytes;
	else
		l->in_bytes += t->bytes;
	if (!t->out && t->file && t->file->kind != STATE_NAMED && l->in_count < MOVED_MAX)
		l->in[l->in_count++] = (struct moved){t->file->id, t->bytes};
	if (!t->file)
		return 0;
	if (join(x, t->file) < 0)
		return -ENOMEM;
	if (!t->out || (!t->file->peer && !may_have_reader(t->file)))
		return 0;
	if (!x->flow)
		x->flow = ++x->flow_ids;
	return flows_write(&x->flows,
			   t->file->peer ? t->file->peer->id : t->file->id | UNKNOWN_READER,
			   x->flow, t->bytes);
}

/* Which flow the call begins, in x->flow, and what it reads, in the lane. */
static int move(struct perfetto *x, struct lane *l, const struct event *e)
{
	l->in_count = 0;
	l->in_bytes = l->out_bytes = 0;
	x->lane = l;
	x->flow = 0;
	return transfers_take(x->transfers, x->state, e, tell, x);
}

/* What is known of a call by its number. */
struct kind {
	bool opens;  /* may change which descriptors there are, */
	bool varies; /* or some of its variants may */
	bool ends;   /* never comes back: without a length of its own it would go on for ever */
};

static const void *kind_of(const void *context, const struct sys_desc *d)
{
	static const char *const changing[] = {
		"close",    "close_range", "pipe",   "pipe2",    "socketpair", "recvmsg",
		"recvmmsg", "socketcall",  "execve", "execveat", NULL};
	static const char *const last[] = {"exit", "exit_group", NULL};
	static const struct kind opens = {.opens = true}, varies = {.varies = true},
				 ends = {.ends = true};

	(void)context;
	if (d->ret == K_FD || sys_is_named(d, changing))
		return &opens;
	if (sys_is_named(d, last))
		return &ends;
	return d->cases ? &varies : NULL;
}

static bool may_open(const struct kind *k, const struct event_call *call)
{
	return k && (k->opens ||
		     (k->varies &&
		      sys_select(sys_find(call->arch, call->nr), call->args, NULL)->ret == K_FD));
}

/* How it came back. */
static void note_result(struct packet_event *p, const struct event_call *call)
{
	int error = event_errno(call);
	const char *name = error ? sys_errno_name(error) : NULL;

	if (call->state != EVENT_FINISHED)
		return;
	perfetto_note_number(p, NOTE_RET, NOTE_SIGNED, (uint64_t)call->ret);
	if (name)
		perfetto_note_text(p, NOTE_ERROR, name);
}

static int note_call(struct perfetto *x, const struct event *e, struct packet_event *p)
{
	int r;

	buf_clear(&x->text);
	r = print_text(x->printer, e, &x->text);
	if (r < 0)
		return r;
	perfetto_note_text(p, NOTE_TEXT, buf_text(&x->text));
	note_result(p, &e->call);
	return buf_error(&x->text);
}

static int begin_call(struct perfetto *x, struct lane *l, const struct event *e, struct buf *ret)
{
	const struct kind *kind;
	char scratch[32];
	struct packet_event p;
	int r = move(x, l, e);

	packet_event_init(&p, perfetto_at(x, e->time));
	p.track = l->uuid;
	p.type = PACKET_BEGIN;
	p.category = CATEGORY_CALL;
	p.name = print_call_name(&e->call, scratch);
	p.interned = true;
	if (r == 0)
		r = note_call(x, e, &p);
	buf_clear(&x->raw);
	buf_clear(&x->object);
	if (r == 0)
		r = object_of(x->state, x->printer, e, &x->raw);
	if (r < 0)
		return r;
	escape_text(&x->object, x->raw.data, x->raw.size);
	if (x->object.size)
		perfetto_note_text(&p, NOTE_OBJECT, buf_text(&x->object));
	perfetto_note_number(&p, NOTE_SEQ, NOTE_UNSIGNED, e->seq);
	p.flows = &x->flow;
	p.flow_count = x->flow ? 1 : 0;
	packets_event(&x->packets, &p, ret);
	l->open = true;
	kind = sys_rows_get(&x->kinds, e->call.arch, e->call.nr);
	l->opens = may_open(kind, &e->call);
	if (kind && kind->ends) {
		perfetto_put_end(x, l->uuid, e->time, false, ret);
		l->open = false;
	}
	if (e->call.state != EVENT_FINISHED || !l->open)
		return 0;
	l->end_seq = e->call.end_seq;
	l->end_time = e->time + e->call.duration;
	return hold(x, l);
}

/* The second half of a call that was long. */
static int finish_call(struct perfetto *x, struct lane *l, const struct event *e, struct buf *ret)
{
	struct packet_event p = {.time = perfetto_at(x, e->time)};
	int r;

	if (!l->open || l->held || e->call.state != EVENT_FINISHED)
		return 0;
	r = move(x, l, e);
	if (r == 0)
		r = note_call(x, e, &p);
	p.flows = x->flow ? &x->flow : NULL;
	p.flow_count = x->flow ? 1 : 0;
	if (r == 0)
		end_call(x, l, &p, ret);
	return r;
}

static int take_call(struct perfetto *x, const struct event *e, bool shown, struct buf *ret)
{
	struct lane *l = perfetto_lane_of(x, e->pid, e->tid);

	if (!l || e->kind == EVENT_DATA)
		return 0;
	if (e->kind == EVENT_END)
		return finish_call(x, l, e, ret);
	if (!shown || l->open || !perfetto_show_lane(x, l, e->time, ret))
		return 0;
	return begin_call(x, l, e, ret);
}

/* ---- other events ---- */

/* A moment on the track of a thread. */
static void put_moment(struct perfetto *x, struct lane *l, uint64_t time, enum packet_category kind,
		       const char *name, const char *text, struct buf *ret)
{
	struct packet_event p = {.time = perfetto_at(x, time),
				 .track = l->uuid,
				 .type = PACKET_INSTANT,
				 .category = (uint8_t)kind,
				 .name = name};

	if (text)
		perfetto_note_text(&p, kind == CATEGORY_SIGNAL ? NOTE_TEXT : NOTE_ARGV, text);
	packets_event(&x->packets, &p, ret);
}

static void put_flow(struct perfetto *x, uint64_t track, uint64_t time, const char *name,
		     uint64_t flow, bool ends, struct buf *ret)
{
	const struct packet_event p = {.time = perfetto_at(x, time),
				       .track = track,
				       .type = PACKET_INSTANT,
				       .category = CATEGORY_PROCESS,
				       .name = name,
				       .flows = &flow,
				       .flow_count = ends ? 0 : 1,
				       .ends = &flow,
				       .end_count = ends ? 1 : 0};

	packets_event(&x->packets, &p, ret);
}

static void take_fork(struct perfetto *x, const struct event *e, bool shown, struct buf *ret)
{
	static const char *const kinds[] = {"fork", "vfork", "clone", "thread"};
	uint64_t flow = ++x->flow_ids;
	struct program *p = perfetto_program_of(x, e->fork.child_pid, e->time);
	struct lane *parent = e->fork.creator_known ? perfetto_lane_of(x, e->pid, e->tid) : NULL;
	struct lane *child = perfetto_lane_of(x, e->fork.child_pid, e->fork.child_tid);
	char name[48];

	if (!shown || !p || !child)
		return;
	snprintf(name, sizeof(name), "%s %u", kinds[e->fork.kind % FORK_KIND_MAX],
		 e->fork.child_tid);
	if (parent && perfetto_show_lane(x, parent, e->time, ret))
		put_flow(x, parent->uuid, e->time, name, flow, false, ret);
	if (perfetto_show_lane(x, child, e->time, ret))
		put_flow(x, child->uuid, e->time, "began", flow, true, ret);
	perfetto_count_fds(x, p, e->time, ret);
}

/* Of a thread that was not the first one, the first one's number and track are its own now. */
static void take_exec(struct perfetto *x, const struct event *e, bool shown, struct buf *ret)
{
	struct lane *l = perfetto_lane_of(x, e->pid, e->tid), *former;
	struct program *p = perfetto_program_of(x, e->pid, e->time);
	const struct buf *argv;

	if (e->exec.former_tid != e->tid &&
	    (former = map_remove(&x->lanes, e->exec.former_tid)) != NULL) {
		end_lane(x, former, e->time, ret);
		free(former);
	}
	if (!shown || !l || !p || !perfetto_show_lane(x, l, e->time, ret))
		return;
	if (p->ran)
		perfetto_put_end(x, p->uuid, e->time, false, ret);
	perfetto_begin_run(x, p, e->time, ret);
	argv = perfetto_program_argv(x, e->pid);
	buf_clear(&x->text);
	for (size_t i = 0; i < argv->size; i++)
		buf_char(&x->text, argv->data[i] ? argv->data[i] : ' ');
	put_moment(x, l, e->time, CATEGORY_PROCESS, "exec", buf_text(&x->text), ret);
	perfetto_count_fds(x, p, e->time, ret);
}

static int take_signal(struct perfetto *x, const struct event *e, struct buf *ret)
{
	struct lane *l = perfetto_lane_of(x, e->pid, e->tid);
	const char *name = sys_signal_name((int)e->signal.number);
	char text[48];
	int r;

	if (!l || !perfetto_show_lane(x, l, e->time, ret))
		return 0;
	snprintf(text, sizeof(text), "%s%s", e->kind == EVENT_STOP ? "stopped by " : "",
		 name ? name : "signal");
	buf_clear(&x->text);
	r = print_text(x->printer, e, &x->text);
	if (r == 0)
		put_moment(x, l, e->time, CATEGORY_SIGNAL, text, buf_text(&x->text), ret);
	return r;
}

static void take_exit(struct perfetto *x, const struct event *e, struct buf *ret)
{
	struct lane *l = map_remove(&x->lanes, e->tid);
	struct program *p = e->exit.process ? map_remove(&x->programs, e->pid) : NULL;

	if (l)
		end_lane(x, l, e->time, ret);
	free(l);
	if (p)
		perfetto_end_program(x, p, e->time, &e->exit.status, ret);
	free(p);
}

static int take_other(struct perfetto *x, const struct event *e, bool shown, struct buf *ret)
{
	switch (e->kind) {
	case EVENT_FORK:
		take_fork(x, e, shown, ret);
		return 0;
	case EVENT_EXEC:
		take_exec(x, e, shown, ret);
		return 0;
	case EVENT_SIGNAL:
	case EVENT_STOP:
		return shown ? take_signal(x, e, ret) : 0;
	default:
		return 0;
	}
}

static int take_event(struct perfetto *x, const struct trace_item *item, bool shown,
		      struct buf *ret)
{
	const struct event *e = item->event;
	int r;

	if (shown && e->time > x->time)
		x->time = e->time;
	/* What ended before this is told in the world as it was; who ends now is still in it. */
	if (e->kind == EVENT_EXIT) {
		release(x, e->seq, ret);
		take_exit(x, e, ret);
	}
	r = state_take(x->state, item);
	release(x, e->seq, ret);
	if (r == 0 && event_is_call(e))
		r = take_call(x, e, shown, ret);
	else if (r == 0)
		r = take_other(x, e, shown, ret);
	return r < 0 ? r : x->failed;
}

/* ---- tapes ---- */

/* In the order of their numbers: the table has none. */
static int by_number(const void *a, const void *b)
{
	const struct lane *const *l = a, *const *r = b;

	return (*l)->tid < (*r)->tid ? -1 : (*l)->tid > (*r)->tid;
}

static int by_pid(const void *a, const void *b)
{
	const struct program *const *l = a, *const *r = b;

	return (*l)->pid < (*r)->pid ? -1 : (*l)->pid > (*r)->pid;
}

/* All that is in a map of tasks, sorted; the caller's. */
static void **sorted(const struct map *m, int (*compare)(const void *, const void *))
{
	void **list = calloc(m->count + 1, sizeof(void *)), *one;
	size_t place = 0, n = 0;

	while (list && (one = map_next(m, &place)))
		list[n++] = one;
	if (list)
		qsort(list, n, sizeof(void *), compare);
	return list;
}

/* Whoever is still there has no end; that is said. */
static int end_tape(struct perfetto *x, struct buf *ret)
{
	cleanup_free void **lanes = sorted(&x->lanes, by_number);
	cleanup_free void **programs = sorted(&x->programs, by_pid);

	if (!lanes || !programs)
		return -ENOMEM;
	release(x, UINT64_MAX, ret);
	for (size_t i = 0; lanes[i]; i++)
		end_lane(x, lanes[i], x->time, ret);
	for (size_t i = 0; programs[i]; i++)
		perfetto_end_program(x, programs[i], x->time, NULL, ret);
	return 0;
}

static void forget_tape(struct perfetto *x)
{
	void *one;

	for (size_t place = 0; (one = map_next(&x->lanes, &place));)
		free(one);
	for (size_t place = 0; (one = map_next(&x->programs, &place));)
		free(one);
	map_done(&x->lanes);
	map_done(&x->programs);
	flows_clear(&x->flows);
	x->held_count = 0;
	x->time = 0;
}

static int begin_tape(struct perfetto *x, const struct meta_header *h, struct buf *ret)
{
	uint64_t unique = 0;
	int r = end_tape(x, ret);

	forget_tape(x);
	printer_header(x->printer, h);
	transfers_free(x->transfers);
	state_free(x->state);
	x->state = state_new();
	x->transfers = transfers_new();
	if (!x->state || !x->transfers)
		return -ENOMEM;
	printer_state(x->printer, x->state);
	/* Tracks and flows of two tapes that are looked at together are not the same. */
	memcpy(&unique, h->uuid, sizeof(unique) / 2);
	x->ids = x->flow_ids = unique << 32;
	x->base = h->start_monotonic > 0 ? (uint64_t)h->start_monotonic : 0;
	packets_begin(&x->packets, x->base, h->start_realtime > 0 ? (uint64_t)h->start_realtime : 0,
		      ret);
	return r;
}

static int item(void *context, const struct trace_item *item, bool shown, struct buf *ret)
{
	struct perfetto *x = context;
	int r = 0;

	if (item->kind == ITEM_HEADER)
		r = begin_tape(x, item->header, ret);
	else if (item->kind == ITEM_SNAPSHOT)
		printer_snapshot(x->printer, item->snapshot);
	if (r < 0)
		return r;
	r = item->kind == ITEM_EVENT ? take_event(x, item, shown, ret) : state_take(x->state, item);
	return r < 0 ? r : buf_error(ret);
}

static int end(void *context, struct buf *ret)
{
	int r = end_tape(context, ret);

	return r < 0 ? r : buf_error(ret);
}

static void remarks(const void *context, struct buf *ret)
{
	const struct perfetto *x = context;

	if (x->untold)
		buf_printf(ret, "more than %d processes or threads at a time: some are not drawn\n",
			   TASKS_MAX);
	if (x->flows.forgotten)
		buf_printf(ret, "more than %d pipes at a time: some arrows are missing\n",
			   FLOWS_CHANNELS_MAX);
}

static void *discard(void *context)
{
	struct perfetto *x = context;

	if (!x)
		return NULL;
	forget_tape(x);
	free(x->held);
	packets_done(&x->packets);
	sys_rows_done(&x->kinds);
	transfers_free(x->transfers);
	state_free(x->state);
	printer_free(x->printer);
	buf_done(&x->text);
	buf_done(&x->object);
	buf_done(&x->raw);
	free(x);
	return NULL;
}

static void *new (const struct export_options *options)
{
	const struct print_options style = {.string_limit = STRING_LIMIT, .names = PRINT_NAMES_ALL};
	struct perfetto *x = calloc(1, sizeof(*x));

	(void)options;
	if (!x)
		return NULL;
	x->printer = printer_new(&style);
	x->state = state_new();
	x->transfers = transfers_new();
	if (!x->printer || !x->state || !x->transfers ||
	    sys_rows_init(&x->kinds, kind_of, NULL) < 0)
		return discard(x);
	printer_state(x->printer, x->state);
	return x;
}

const struct exporter exporter_perfetto = {
	.name = "perfetto",
	.sentence = "a timeline of processes, threads and calls for ui.perfetto.dev",
	.binary = true,
	.new = new,
	.item = item,
	.end = end,
	.remarks = remarks,
	.free = discard,
};

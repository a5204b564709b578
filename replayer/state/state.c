/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of things. A call is understood when it is handed over, at its entry's place:
 * what it names is as it was then. What it does waits in a queue for the place of its exit,
 * and is done before the first event behind that.
 */
#include "state.h"

#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct state *state_new(void)
{
	return state_new_with(0);
}

struct state *state_new_with(unsigned parts)
{
	struct state *s = calloc(1, sizeof(*s));

	if (s)
		s->parts = parts;
	if (s && parts & STATE_MAPS)
		s->heap = file_new(s, STATE_NAMED, "[heap]", 6);
	return s && calls_init(s) < 0 ? state_free(s) : s;
}

void effect_done(struct state *s, struct effect *f)
{
	file_unref(s, f->file);
	file_unref(s, f->to);
	for (size_t i = 0; i < f->made_count; i++)
		file_unref(s, f->made[i].file);
	buf_done(&f->path);
	buf_done(&f->other);
	free(f->rights);
}

struct state *state_free(struct state *s)
{
	if (!s)
		return NULL;
	while (s->queued) {
		effect_done(s, s->queue[--s->queued]);
		free(s->queue[s->queued]);
	}
	parcels_done(s);
	tasks_done(s);
	links_done(s);
	file_unref(s, s->heap);
	segments_done(s);
	map_done(&s->file_ids);
	map_done(&s->procs);
	sys_rows_done(&s->calls);
	free(s);
	return NULL;
}

/* ---- effects ---- */

static int apply_first(struct state *s)
{
	struct effect *f = s->queue[--s->queued];
	struct task *t = task_find(s, f->tid);
	int r = t ? f->apply(s, t, f) : 0;

	if (s->current == f)
		s->current = NULL;
	effect_done(s, f);
	free(f);
	return r;
}

static int apply_nothing(struct state *s, struct task *t, struct effect *f)
{
	(void)s;
	(void)t;
	(void)f;
	return 0;
}

int effect_hurry(struct state *s, struct effect *f)
{
	struct task *t = task_find(s, f->tid);
	effect_fn *apply = f->apply;

	f->apply = apply_nothing;
	return t ? apply(s, t, f) : 0;
}

static int apply_due(struct state *s, uint64_t seq)
{
	int r = 0;

	while (r == 0 && s->queued && s->queue[s->queued - 1]->due < seq)
		r = apply_first(s);
	return r;
}

/* An effect is made for most calls and few have an address, which is a third of it. */
static size_t in_use(const struct effect *f)
{
	return offsetof(struct effect, address.bytes) + f->address.size;
}

/* Takes over what is in @f. */
static int enqueue(struct state *s, const struct effect *f)
{
	struct effect *copy;
	size_t at;
	int r = s->queued == STATE_QUEUE_MAX ? apply_first(s) : 0;

	copy = r < 0 ? NULL : malloc(sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, f, in_use(f));
	for (at = s->queued++; at && s->queue[at - 1]->due <= copy->due; at--)
		s->queue[at] = s->queue[at - 1];
	s->queue[at] = copy;
	s->current = copy;
	return 0;
}

/* ---- events ---- */

/* For the fork event that may follow. */
static void note_clone(struct state *s, struct task *t, const struct event *e)
{
	if (e->kind != EVENT_END)
		t->clones = call_clone_flags(s, e, &t->clone_flags);
	if (e->kind == EVENT_BEGUN)
		t->begun_age = s->age;
}

/* The call that it is in. */
static int note_flight(struct state *s, struct task *t, const struct event *e)
{
	if (e->kind != EVENT_END)
		return flight_begin(s, t, e);
	if (e->call.state != EVENT_NEVER)
		flight_end(s, t);
	return 0;
}

static int take_signal(struct state *s, const struct event *e)
{
	const struct task *t = s->parts & STATE_SIGNALS ? task_find(s, e->tid) : NULL;

	return t ? sighand_delivered(s, t->proc->sighand, e->signal.number) : 0;
}

static void begin_effect(struct effect *f, const struct state *s, const struct task *t,
			 const struct event *e)
{
	memset(f, 0, offsetof(struct effect, address.bytes));
	f->due = e->call.end_seq;
	f->time = e->time + e->call.duration;
	f->age = e->kind == EVENT_END ? t->begun_age : s->age;
	f->tid = e->tid;
}

/* What a call has done that came back. */
static int take_result(struct state *s, struct task *t, const struct event *e)
{
	struct call c;
	int r;

	if (!call_find(&c, s, t, e))
		return 0;
	begin_effect(&c.effect, s, t, e);
	r = call_begin(&c);
	if (r == 0 && c.effect.apply && e->kind == EVENT_CALL) {
		r = enqueue(s, &c.effect);
		if (r == 0)
			return 0;
	} else if (r == 0 && c.effect.apply) {
		r = c.effect.apply(s, t, &c.effect);
	}
	effect_done(s, &c.effect);
	return r;
}

static int take_call(struct state *s, const struct event *e)
{
	struct task *t;
	int r = task_get(s, e->pid, e->tid, &t);

	if (r < 0 || !t)
		return r;
	note_clone(s, t, e);
	if (s->parts & STATE_CALLS)
		r = note_flight(s, t, e);
	if (r < 0 || e->kind == EVENT_BEGUN || e->call.state != EVENT_FINISHED)
		return r;
	return take_result(s, t, e);
}

static int take_event(struct state *s, const struct event *e)
{
	int r = apply_due(s, e->seq);

	s->current = NULL;
	s->seq = e->seq;
	s->time = e->time;
	if (r < 0)
		return r;
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
		return take_call(s, e);
	case EVENT_FORK:
		return task_forked(s, e);
	case EVENT_EXEC:
		return task_execed(s, e);
	case EVENT_SIGNAL:
		return take_signal(s, e);
	case EVENT_EXIT:
		task_exited(s, e);
		return 0;
	default:
		return 0;
	}
}

int state_take(struct state *s, const struct trace_item *item)
{
	int r = 0;

	if (item->kind == ITEM_EVENT)
		r = take_event(s, item->event);
	if (item->kind == ITEM_HEADER)
		r = calls_header(s, item->header);
	if (item->kind == ITEM_SNAPSHOT)
		r = tasks_snapshot(s, item->snapshot);
	return s->out_of_memory ? -ENOMEM : r;
}

int state_advance(struct state *s, uint64_t seq, uint64_t time)
{
	const struct effect *first;
	int r = 0;

	while (r == 0 && s->queued) {
		first = s->queue[s->queued - 1];
		if (first->due > seq || first->time > time)
			break;
		r = apply_first(s);
	}
	s->seq = seq;
	s->time = time;
	return s->out_of_memory ? -ENOMEM : r;
}

/* ---- questions ---- */

const struct state_file *state_at_entry(const struct state *s, const struct event *e, int32_t fd)
{
	const struct task *t = task_find(s, e->tid);
	const struct slot *slot = t ? table_find(t->table, fd) : NULL;

	return slot ? &slot->file->is : NULL;
}

/* Of those received, the one with this number. */
static const struct file *received(const struct state *s, const struct effect *f, int32_t fd)
{
	const struct parcel *p =
		f->right_count && f->file ? parcel_for(s, f->file, f->right_count) : NULL;

	for (size_t i = 0; p && i < f->right_count && i < p->count; i++) {
		if (f->rights[i] == fd)
			return p->file[i];
	}
	return NULL;
}

const struct state_file *state_at_exit(const struct state *s, const struct event *e, int32_t fd)
{
	const struct effect *f = s->current;
	const struct file *file;

	if (e->kind == EVENT_CALL && f && f->due == e->call.end_seq) {
		for (size_t i = 0; i < f->made_count; i++) {
			if (f->made[i].fd == fd)
				return f->made[i].file ? &f->made[i].file->is : NULL;
		}
		file = received(s, f, fd);
		if (file)
			return &file->is;
	}
	return state_at_entry(s, e, fd);
}

const char *state_cwd(const struct state *s, const struct event *e, size_t *ret_size)
{
	const struct task *t = task_find(s, e->tid);

	*ret_size = t ? t->fs->cwd.size : 0;
	return *ret_size ? t->fs->cwd.data : NULL;
}

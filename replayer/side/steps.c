/* SPDX-License-Identifier: Apache-2.0 */
/* Steps and counts: what a thread did, in order where that means something. */
#include "side_priv.h"

#include "base/cleanup.h"
#include "sys/names.h"
#include "sys/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NO_ENTRY = 2,
	INTERRUPTED = 4,
	AGAIN = 11,
	NO_MEMORY = 12,
	NO_DIRECTORY = 20,
	RESTARTS_FROM = 512,
	RESTARTS_UNTIL = 516
};
enum { CHILD = 17, URGENT = 23, VIRTUAL_ALARM = 26, PROFILING = 27, WINDOW = 28 };

/* ---- counts ---- */

static uint64_t key_of_count(const struct object_count *x, uint32_t object)
{
	const uint32_t what[] = {x->actor, x->call, object, x->error};

	return diff_hash(what, sizeof(what));
}

/* Where it is counted, plus one; 0: out of memory. */
static uint32_t add_count(struct reading *r, const struct object_count *x, uint32_t object)
{
	struct actor *a = &r->actors[r->actor];

	if (side_grow(a->counts, a->is.count_count, a->count_capacity) < 0)
		return 0;
	a->counts[a->is.count_count++] =
		(struct diff_count){.call = x->call, .object = object, .error = (uint16_t)x->error};
	return (uint32_t)a->is.count_count;
}

/*
 * Makes *last the count of @next. Most objects have one only: it gets into the map when there is
 * another. 0 or -ENOMEM.
 */
static int exchange_count(struct reading *r, struct object_count *last, struct object_count next,
			  uint32_t object)
{
	if (last->at && !last->mapped &&
	    map_put(&r->counts, key_of_count(last, object), (void *)(uintptr_t)last->at) < 0)
		return -ENOMEM;
	if (last->at)
		next.at = (uint32_t)(uintptr_t)map_get(&r->counts, key_of_count(&next, object));
	next.mapped = next.at;
	if (!next.at)
		next.at = add_count(r, &next, object);
	last->mapped = true;
	if (!next.at)
		return -ENOMEM;
	*last = next;
	return 0;
}

int diff_steps_count(struct reading *r, uint32_t call, uint32_t object, uint16_t error, bool noise,
		     uint64_t nanoseconds)
{
	struct object_count *last = object ? &r->objects.last[object] : &r->no_object;
	struct diff_count *c;

	if ((!last->at || last->actor != r->actor || last->call != call || last->error != error) &&
	    exchange_count(r, last,
			   (struct object_count){.actor = r->actor, .call = call, .error = error},
			   object) < 0)
		return -ENOMEM;
	c = &r->actors[r->actor].counts[last->at - 1];
	c->calls++;
	c->noise |= noise;
	c->nanoseconds += nanoseconds;
	return 0;
}

/* Of the call that has just been counted. */
static void note_wait(struct reading *r)
{
	struct diff_count *c = &r->actors[r->actor].counts[r->no_object.at - 1];
	const uint64_t wait = diff_calls_wait(r->class, r->event);

	if (wait)
		c->wait = !c->wait || c->wait == wait ? wait : DIFF_WAITS;
}

/* ---- what a call is about ---- */

struct subject {
	const struct sys_desc *desc;
	const uint64_t *args;
	size_t size;
	uint64_t indirect[EVENT_ARGS];
};

/* The call with its arguments, wherever they are. */
static void find_subject(const struct event *e, struct subject *ret)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const struct sys_field *array;
	const uint8_t *words = NULL;
	size_t n = 0;

	d = d ? sys_select(d, e->call.args, NULL) : NULL;
	array = d ? sys_indirect_array(d) : NULL;
	*ret = (struct subject){.desc = d, .args = e->call.args, .size = sizeof(e->call.args)};
	if (array)
		words = event_bytes(e, EVENT_AT_ENTRY,
				    sys_value(array, e->call.args, sizeof(e->call.args)), &n);
	d = words ? sys_indirect(ret->desc, words, n, ret->indirect) : NULL;
	if (!d)
		return;
	ret->desc = d;
	ret->args = ret->indirect;
}

static uint64_t value_of(const struct subject *s, const struct sys_field *f)
{
	return sys_value(f, s->args, s->size);
}

static uint32_t object_of_fd(struct reading *r, int64_t fd)
{
	const struct state_file *f =
		fd >= 0 && fd <= INT32_MAX ? state_at_entry(r->state, r->event, (int32_t)fd) : NULL;

	return f ? diff_label_of_file(r, f, fd) : DIFF_NONE;
}

static uint32_t object_of_path(struct reading *r, const struct subject *s,
			       const struct sys_field *f, int32_t dirfd)
{
	const struct event_memory *m = event_range(r->event, EVENT_AT_ENTRY, value_of(s, f));
	size_t size = m ? strnlen((const char *)m->data, m->length) : 0;

	if (size)
		return diff_label_of_path(r, dirfd, m->data, size);
	return dirfd >= 0 ? object_of_fd(r, dirfd) : DIFF_NONE;
}

/* Whom connect(2) and bind(2) are about is in the address. */
static uint32_t object_of_address(struct reading *r, const struct subject *s,
				  const struct sys_field *f)
{
	int32_t fd = (int32_t)s->args[0];
	struct state_address a = {.size = 0};
	size_t n = 0;
	const uint8_t *at = event_bytes(r->event, EVENT_AT_ENTRY, value_of(s, f), &n);

	if (!at)
		return DIFF_NONE;
	a.size = (uint8_t)(n < sizeof(a.bytes) ? n : sizeof(a.bytes));
	memcpy(a.bytes, at, a.size);
	return diff_label_of_peer(r, state_at_entry(r->state, r->event, fd), &a);
}

static uint32_t object_of_call(struct reading *r, const struct subject *s)
{
	const struct sys_desc *d = s->desc;
	uint32_t object = DIFF_NONE;

	for (size_t i = 0; d && !object && i < d->count; i++) {
		const struct sys_field *f = &d->field[i], *next = f + 1;

		if (f->mem == MEM_STRING && f->kind == K_PATH && f->dir & IN &&
		    f->again != AGAIN_TEXT)
			object = object_of_path(r, s, f, STATE_FDCWD);
		else if (f->kind == K_ATFD && i + 1 < d->count && next->kind == K_PATH)
			object = object_of_path(r, s, next, (int32_t)value_of(s, f));
		else if (r->class->rule->names_port && f->kind == K_FD && i + 1 < d->count &&
			 next->kind == K_SOCKADDR)
			object = object_of_address(r, s, next);
		if (!object && f->mem == MEM_NONE && (f->kind == K_FD || f->kind == K_ATFD))
			object = object_of_fd(r, (int32_t)value_of(s, f));
	}
	return object;
}

uint64_t diff_step_about(const char *call, uint64_t object)
{
	return diff_hash_pair(diff_hash(call, strlen(call)), object);
}

uint64_t diff_step_coarse(uint64_t what, int error, bool unfinished)
{
	return diff_hash_pair(diff_hash_pair(what, (uint64_t)error), unfinished);
}

/* The call's group, its object, and what it is told to do: a command, a signal. */
static uint64_t what_of(const struct reading *r, const struct subject *s, uint32_t object)
{
	uint64_t h = 0;

	for (size_t i = 0; s->desc && !r->class->form.bare && i < s->desc->count; i++) {
		const struct sys_field *f = &s->desc->field[i];

		if (f->kind == K_ENUM || f->kind == K_SIGNAL)
			h = diff_hash_pair(h, value_of(s, f));
	}
	return h ^ diff_step_about(r->class->form.name, object ? r->objects.list[object].hash : 0);
}

/* For what something is opened, where that makes another call of it: to read, to write, to list.
 * A file that is not there and is made then was not opened otherwise. */
static uint64_t purpose_of(const struct reading *r)
{
	enum { WAYS = 3, DIRECTORY = 0200000, WRITES = 1, LISTS = 2 };
	const struct call_rule *rule = r->class->rule;
	const uint64_t flags = rule->if_creates ? r->event->call.args[rule->flags] : 0;

	if (rule->if_creates)
		return (flags & WAYS ? WRITES : 0) | (flags & DIRECTORY ? LISTS : 0);
	return rule->implied && strcmp(rule->group, "open") == 0 ? WRITES : 0;
}

/* ---- steps ---- */

/* Whoever means to make a file does not look whether it is there. */
static bool is_making(const struct reading *r)
{
	enum { CREATES = 0100 };
	const struct call_rule *rule = r->class ? r->class->rule : NULL;

	return rule && rule->if_creates && r->event->call.args[rule->flags] & CREATES;
}

static uint8_t marks_of(const struct reading *r, uint32_t object, int error)
{
	uint8_t marks = object ? r->objects.marks[object] : 0;
	uint8_t ret =
		(marks & OBJECT_ALLOCATOR ? DIFF_ALLOCATOR : 0) | (is_making(r) ? DIFF_MAKES : 0);

	/* Which thread ends before the process does is chance. */
	if (marks & OBJECT_UNWINDER && !error && r->worker && r->workers[r->worker].rank)
		ret |= DIFF_ALLOCATOR;
	if (marks & OBJECT_PROBED || (r->class && r->class->rule->looks && !is_making(r) &&
				      (error == NO_ENTRY || error == NO_DIRECTORY)))
		ret |= DIFF_PROBE;
	return ret;
}

static int add_step(struct reading *r, struct worker *w, const struct diff_step *step)
{
	if (r->steps == DIFF_STEPS_MAX) {
		r->is->left_out++;
		return 0;
	}
	if (side_grow(w->steps, w->count, w->capacity) < 0)
		return -ENOMEM;
	w->steps[w->count++] = *step;
	r->steps++;
	return 0;
}

/* The place of the text at hand. Marked, it is the same for many objects. */
static uint32_t put_text(struct reading *r, uint64_t hash)
{
	struct text_slot *slot = diff_texts_lately(&r->texts, hash);

	if (!slot)
		return 0;
	if (slot->hash != hash)
		*slot = (struct text_slot){
			hash, diff_texts_append(&r->texts, buf_text(&r->text), r->text.size)};
	return slot->place;
}

/* Its canonical text, and what follows from that. */
static void finish_step(struct reading *r, struct diff_step *step)
{
	const uint64_t hash = diff_hash(buf_text(&r->text), r->text.size);

	step->fine = r->about_said ? diff_hash_pair(hash, r->objects.list[r->about].hash) : hash;
	step->text = put_text(r, hash);
	if (step->text && r->about_said)
		step->text |= SIDE_TEXT_MARKED;
	step->seq = event_is_call(r->event) ? r->event->call.begun_seq : r->event->seq;
	if (buf_error(&r->text) < 0 || buf_error(&r->texts.all) < 0)
		r->failed = -ENOMEM;
}

/* Of a call that moves bytes only that it failed: how many it asked for is not told. */
static void say_failed_data(struct reading *r, uint32_t object, int error)
{
	const char *name = sys_errno_name(error);

	buf_printf(&r->text, "%s(<", r->class->form.name);
	diff_label_say(r, object, &r->text);
	buf_str(&r->text, ">) = -1 ");
	if (name)
		buf_str(&r->text, name);
	else
		buf_printf(&r->text, "errno %d", error);
}

static void say_call(struct reading *r, uint32_t object, int error)
{
	struct print_form form = r->class->form;

	diff_anew(r, &r->text);
	r->about = object;
	r->about_said = false;
	form.no_answer = object && r->objects.marks[object] & OBJECT_MASKED;
	if (r->class->how == CALL_DATA)
		say_failed_data(r, object, error);
	else if (print_canonical(r->printer, r->event, &form, &r->text) < 0)
		r->failed = -ENOMEM;
}

static void make_step(struct reading *r, const struct subject *s, uint32_t object, int error,
		      struct diff_step *ret)
{
	const struct event_call *call = &r->event->call;

	*ret = (struct diff_step){.what = what_of(r, s, object),
				  .object = object,
				  .call = r->class->call,
				  .error = (uint16_t)error,
				  .kind = DIFF_CALL,
				  .marks = marks_of(r, object, error)};
	if (error && r->class->how != CALL_STEP)
		ret->marks |= DIFF_FAILED_ONLY;
	ret->coarse =
		diff_step_coarse(ret->what ^ purpose_of(r), error, call->state != EVENT_FINISHED);
	say_call(r, object, error);
	finish_step(r, ret);
}

/* Came too early, or was interrupted: it is made again. */
static bool is_retried(const struct reading *r, int error)
{
	return error == INTERRUPTED || error >= RESTARTS_FROM ||
	       (error == AGAIN && r->class->rule->retries);
}

/* What the allocator asks for is its own affair, until there is no more. That nothing is mapped
 * there is another thing, which mincore and madvise are asked for. */
static bool is_refused_memory(const struct reading *r, int error)
{
	static const char *const calls[] = {"mmap", "mremap", "mprotect"};

	for (size_t i = 0; error == NO_MEMORY && i < ARRAY_SIZE(calls); i++) {
		if (strcmp(r->class->form.name, calls[i]) == 0)
			return true;
	}
	return false;
}

static bool is_noise_call(const struct reading *r, int error)
{
	return is_retried(r, error) ||
	       (r->class->how == CALL_NOISE && !is_refused_memory(r, error));
}

static int take_noise(struct reading *r, int error)
{
	uint64_t spent = r->event->call.state == EVENT_FINISHED ? r->event->call.duration : 0;

	if (diff_steps_count(r, r->class->call, DIFF_NONE, (uint16_t)error, true, spent) < 0)
		return -ENOMEM;
	note_wait(r);
	return 0;
}

/* A call that has not returned, never will, or was left for a signal. Who kills itself is in no
 * other call than that. */
static void note_call(struct reading *r, struct worker *w)
{
	const struct event_call *call = &r->event->call;
	struct subject subject;

	w->in_call = DIFF_NONE;
	if ((call->state == EVENT_FINISHED &&
	     (call->ret > -RESTARTS_FROM || call->ret < -RESTARTS_UNTIL)) ||
	    r->class->family >= FAMILY_KILL)
		return;
	find_subject(r->event, &subject);
	w->in_call = r->class->call;
	w->in_object = object_of_call(r, &subject);
}

int diff_steps_take_call(struct reading *r)
{
	const struct event_call *call = &r->event->call;
	struct worker *w = &r->workers[r->worker];
	int error = diff_calls_error(r->class, r->event);
	struct subject subject;
	struct diff_step step;
	uint32_t object;
	const bool noise = is_noise_call(r, error);

	w->pending = false;
	note_call(r, w);
	if (noise && r->event->kind != EVENT_BEGUN)
		return take_noise(r, error);
	/* What is moved is told by the bytes. */
	if (noise || (r->class->how == CALL_DATA && !error))
		return 0;
	find_subject(r->event, &subject);
	object = object_of_call(r, &subject);
	make_step(r, &subject, object, error, &step);
	if (r->failed < 0)
		return r->failed;
	if (r->event->kind == EVENT_BEGUN) {
		w->pending = true;
		w->unfinished = step;
		return 0;
	}
	if (diff_steps_count(r, r->class->call, object, (uint16_t)error, false,
			     call->state == EVENT_FINISHED ? call->duration : 0) < 0)
		return -ENOMEM;
	return add_step(r, w, &step);
}

/* Those that come with time, or with what others do. */
static bool is_noise(uint32_t signal)
{
	static const uint8_t noisy[] = {CHILD, URGENT, VIRTUAL_ALARM, PROFILING, WINDOW};

	return memchr(noisy, (int)signal, sizeof(noisy)) && signal < 256;
}

int diff_steps_take_signal(struct reading *r)
{
	uint32_t number = r->event->signal.number;
	struct diff_step step = {.kind = DIFF_SIGNAL};
	char other[32];
	const char *name = number <= 64 ? sys_signal_name((int)number) : NULL;

	if (is_noise(number))
		return 0;
	snprintf(other, sizeof(other), "signal %u", number);
	name = name ? name : other;
	r->class = NULL;
	step.call = diff_calls_name(&r->calls, name);
	step.what = diff_hash(name, strlen(name));
	step.coarse = step.what;
	diff_anew(r, &r->text);
	r->about = DIFF_NONE;
	r->about_said = false;
	if (print_canonical(r->printer, r->event, NULL, &r->text) < 0)
		return -ENOMEM;
	finish_step(r, &step);
	return r->failed < 0 ? r->failed : add_step(r, &r->workers[r->worker], &step);
}

static void note_whereabouts(struct diff_process *p, const struct worker *w)
{
	if (!w->in_call || (p->in_call && w->rank))
		return;
	p->in_call = w->in_call;
	p->in_object = w->in_object;
}

int diff_steps_end(struct reading *r)
{
	for (size_t i = 1; i < r->worker_count; i++) {
		struct worker *w = &r->workers[i];

		note_whereabouts(&r->actors[w->process].is, w);
		if (!w->pending)
			continue;
		r->actor = w->process;
		if (diff_steps_count(r, w->unfinished.call, w->unfinished.object, 0, false, 0) <
			    0 ||
		    add_step(r, w, &w->unfinished) < 0)
			return -ENOMEM;
		w->pending = false;
	}
	return 0;
}

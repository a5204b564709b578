/* SPDX-License-Identifier: Apache-2.0 */
#include "cut.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/order.h"
#include "format/container/compose.h"
#include "replayer/state/freeze.h"
#include "sys/bearing.h"
#include "sys/choice.h"
#include "sys/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SMALL = 16, /* bytes of a range that may be an offset: more is data */
};

/* What an event is to the cut. */
enum keep { DROP, STRIP, BEARS, SHOW };

struct cut {
	struct cut_options options;
	struct sys_choice movers; /* calls that move positions */
	struct sys_rows bearing;  /* what sys_bearing() says */
	struct cut_totals totals;

	/* Of the present tape. */
	struct trace_composer *composer; /* NULL: none has begun */
	struct state *state;             /* until the part begins; NULL: it has begun */
	struct map tape_pids;            /* shown on it */
	struct map last;                 /* tid: how its last call was kept (enum keep) + 1 */
	struct meta_trailer trailer;
	bool has_trailer;
	uint64_t read, chosen;
};

static const void *bearing_of(const void *context, const struct sys_desc *d)
{
	(void)context;
	return sys_bearing(d);
}

struct cut *cut_new(const struct cut_options *options)
{
	static const char movers[] = "?read,?write,?readv,?writev,?preadv2,?pwritev2,?lseek,"
				     "?_llseek,?sendfile,?sendfile64,?splice,?copy_file_range,"
				     "?getdents,?getdents64,?readdir";
	struct cut *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->options = *options;
	if (sys_choice_parse(movers, &c->movers, NULL) < 0 ||
	    sys_rows_init(&c->bearing, bearing_of, NULL) < 0)
		return cut_free(c);
	return c;
}

/* ---- what is kept ---- */

static bool bears(const struct cut *c, const struct event_call *call)
{
	return sys_bears(sys_rows_get(&c->bearing, call->arch, call->nr), call->args);
}

static bool is_in(const struct map *pids, const struct event *e)
{
	return !pids->count || map_get(pids, e->pid) || map_get(pids, e->tid);
}

static bool is_ours(const struct cut *c, const struct event *e)
{
	return is_in(&c->options.pids, e) && is_in(&c->tape_pids, e);
}

static enum keep keep_call(const struct cut *c, const struct event *e)
{
	const struct sys_choice *calls = c->options.calls;
	const struct event_call *call = &e->call;
	bool ours = is_ours(c, e);

	if (ours && (!calls || sys_choice_has(calls, call->arch, call->nr, call->args)))
		return SHOW;
	if (bears(c, call))
		return BEARS;
	if (!ours && !calls && sys_choice_has(&c->movers, call->arch, call->nr, call->args))
		return STRIP;
	return DROP;
}

static enum keep keep_other(const struct cut *c, const struct event *e)
{
	if (is_ours(c, e))
		return SHOW;
	return e->kind == EVENT_SIGNAL || e->kind == EVENT_STOP ? DROP : BEARS;
}

/* 0 or -ENOMEM. */
static int decide(struct cut *c, const struct event *e, enum keep *ret)
{
	uintptr_t last;

	if (!event_is_call(e)) {
		*ret = keep_other(c, e);
		return 0;
	}
	if (e->kind == EVENT_DATA) {
		last = (uintptr_t)map_get(&c->last, e->tid);
		*ret = last ? (enum keep)(last - 1) : DROP;
		if (*ret == STRIP)
			*ret = DROP;
		return 0;
	}
	*ret = keep_call(c, e);
	return map_put(&c->last, e->tid, (void *)((uintptr_t)*ret + 1));
}

static bool is_behind(const struct cut *c, uint64_t seq, uint64_t time)
{
	return (c->options.until && time > c->options.until) ||
	       (c->options.last && seq > c->options.last);
}

/* ---- tapes ---- */

/* Calls that both chose, by their names. */
static int both(const struct cut *c, const char *words, struct buf *ret)
{
	struct sys_choice theirs = {.others = false};
	int r = sys_choice_parse_plain(words, &theirs, NULL);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		buf_str(ret, c->options.trace_set);
		return buf_error(ret);
	}
	for (size_t i = 0; sys_arch(i); i++) {
		for (uint64_t nr = 0; nr < sys_count(sys_arch(i)); nr++) {
			const struct sys_desc *d = sys_find(sys_arch(i), nr);

			if (d && sys_choice_has(&theirs, sys_arch(i), nr, NULL) &&
			    sys_choice_has(c->options.calls, sys_arch(i), nr, NULL))
				buf_printf(ret, "%s?%s", ret->size ? "," : "", d->name);
		}
	}
	if (!ret->size)
		buf_str(ret, "none");
	sys_choice_done(&theirs);
	return buf_error(ret);
}

static int set_shown(struct cut *c, const struct meta_header *from, struct meta_header *own)
{
	size_t at = 0, count = c->options.pids.count;
	const struct map *pids = &c->options.pids;

	if (!count)
		return 0;
	own->shown_pids = calloc(count, sizeof(*own->shown_pids));
	own->shown_pid_count = 0;
	if (!own->shown_pids)
		return -ENOMEM;
	for (; at < pids->capacity; at++) {
		uint32_t pid = (uint32_t)pids->slots[at].key;

		if (!pids->slots[at].value ||
		    (from->shown_pid_count && !map_get(&c->tape_pids, pid)))
			continue;
		own->shown_pids[own->shown_pid_count++] = pid;
	}
	return 0;
}

/* Another tape, but always the same one for the same choice. */
static void set_uuid(const struct meta_header *from, struct meta_header *own)
{
	uint64_t h = hash_add(HASH_START, from->uuid, sizeof(from->uuid));

	h = hash_add(h, own->cut, strlen(own->cut));
	memcpy(own->uuid, &h, sizeof(h));
	h = hash_add(h, "2", 1);
	memcpy(own->uuid + sizeof(h), &h, sizeof(h));
	/* RFC 9562, version 8: made of something. */
	own->uuid[6] = (own->uuid[6] & 0x0f) | 0x80;
	own->uuid[8] = (own->uuid[8] & 0x3f) | 0x80;
	memcpy(own->cut_from, from->uuid, sizeof(own->cut_from));
}

/* What differs from the header that there was, in @own. */
static int change_header(struct cut *c, const struct meta_header *from, struct meta_header *own,
			 struct buf *set)
{
	bool again = from->cut && *from->cut;

	if (asprintf(&own->cut, "%s%s%s", again ? from->cut : "", again ? "; " : "",
		     c->options.words) < 0) {
		own->cut = NULL;
		return -ENOMEM;
	}
	if (set_shown(c, from, own) < 0)
		return -ENOMEM;
	if (own->shown_pids != from->shown_pids)
		qsort(own->shown_pids, own->shown_pid_count, sizeof(*own->shown_pids), order_u32);
	set_uuid(from, own);
	if (!c->options.calls)
		return 0;
	if (from->trace_set && *from->trace_set && both(c, from->trace_set, set) < 0)
		return -ENOMEM;
	own->trace_set = set->size ? set->data : (char *)(uintptr_t)c->options.trace_set;
	return 0;
}

/* A tape begins. @header NULL: its own is lost. */
static int begin(struct cut *c, const struct meta_header *header, struct err *err)
{
	static const struct meta_header lost = {.payload_limit = UINT64_MAX};
	const struct meta_header *from = header ? header : &lost;
	cleanup_done(buf_done) struct buf set = {0};
	struct meta_header own = *from;
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->shown_pid_count; i++)
		r = map_put(&c->tape_pids, from->shown_pids[i], c);
	if (r == 0)
		r = change_header(c, from, &own, &set);
	if (r == 0 && (c->options.from || c->options.first)) {
		c->state =
			state_new_with(STATE_POSITIONS | STATE_MAPS | STATE_SIGNALS | STATE_CALLS);
		r = c->state ? 0 : -ENOMEM;
	}
	if (r < 0)
		err_set(err, ENOMEM, "out of memory");
	else
		r = trace_composer_new(c->options.sink, c->options.level, &own, &c->composer, err);
	if (own.cut != from->cut)
		free(own.cut);
	if (own.shown_pids != from->shown_pids)
		free(own.shown_pids);
	return r;
}

/* What was known of the end of the whole tape is still so. */
static int complete_trailer(struct cut *c)
{
	struct meta_trailer *t = &c->trailer;

	if (!c->has_trailer) {
		t->incomplete = true;
		free(t->reason);
		t->reason = strdup("cut off");
	}
	return t->reason || !c->has_trailer ? meta_add_note(t, META_NOTES_MAX,
							    "a part of another tape: %s; %" PRIu64
							    " of its %" PRIu64 " events",
							    c->options.words, c->chosen, c->read)
					    : -ENOMEM;
}

static int end(struct cut *c, struct err *err)
{
	int r = 0;

	if (c->composer) {
		r = complete_trailer(c) < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
		if (r == 0)
			r = trace_composer_finish(c->composer, &c->trailer, err);
		c->totals.written += trace_composer_events(c->composer);
	}
	c->totals.read += c->read;
	c->totals.chosen += c->chosen;
	c->read = c->chosen = 0;
	c->has_trailer = false;
	c->composer = trace_composer_free(c->composer);
	c->state = state_free(c->state);
	meta_trailer_done(&c->trailer);
	map_done(&c->tape_pids);
	map_done(&c->last);
	return r;
}

static int take_trailer(struct cut *c, const struct meta_trailer *from)
{
	c->has_trailer = true;
	return meta_carry_trailer(from, &c->trailer);
}

/* ---- events ---- */

/* The part begins in front of @e. */
static int start(struct cut *c, const struct event *e, struct err *err)
{
	struct meta_snapshot world = {0};
	int r = state_advance(c->state, e->seq - 1, UINT64_MAX);

	if (r == 0)
		r = state_freeze(c->state, e->seq - 1, e->time, &world);
	c->state = state_free(c->state);
	if (r < 0)
		return err_set(err, ENOMEM, "out of memory");
	trace_composer_forget(c->composer, e->seq);
	r = trace_composer_snapshot(c->composer, &world, err);
	meta_snapshot_done(&world);
	return r;
}

/* In front of the part: a call may have its exit in it. */
static int pass(struct cut *c, const struct event *e, struct err *err)
{
	enum keep keep = DROP;

	trace_composer_forget(c->composer, e->seq);
	if (e->kind != EVENT_CALL || e->call.state != EVENT_FINISHED ||
	    e->call.end_seq <= e->seq + 1)
		return 0;
	if (decide(c, e, &keep) < 0)
		return err_set(err, ENOMEM, "out of memory");
	if (keep == DROP || is_behind(c, e->call.end_seq, e->time + e->call.duration))
		return 0;
	return trace_composer_exit(c->composer, e, err);
}

/* Without its data; small things are told what it was about. */
static int put_stripped(struct cut *c, const struct event *e, struct err *err)
{
	cleanup_free struct event_memory *memory = calloc(e->memory_count + 1, sizeof(*memory));
	struct event bare = *e;

	if (!memory)
		return err_set(err, ENOMEM, "out of memory");
	for (uint32_t i = 0; i < e->memory_count; i++) {
		memory[i] = e->memory[i];
		if (memory[i].length > SMALL)
			memory[i].length = 0;
	}
	bare.memory = memory;
	return trace_composer_event(c->composer, &bare, err);
}

static int take_event(struct cut *c, const struct event *e, struct err *err)
{
	enum keep keep;

	if (is_behind(c, e->seq, e->time))
		return 0;
	c->read++;
	if (c->state && (e->time < c->options.from || e->seq < c->options.first))
		return pass(c, e, err);
	if (c->state) {
		int r = start(c, e, err);

		if (r < 0)
			return r;
	}
	if (decide(c, e, &keep) < 0)
		return err_set(err, ENOMEM, "out of memory");
	c->chosen += keep == SHOW;
	if (keep == DROP)
		return 0;
	return keep == STRIP ? put_stripped(c, e, err) : trace_composer_event(c->composer, e, err);
}

static int take_snapshot(struct cut *c, const struct meta_snapshot *snapshot, struct err *err)
{
	if (c->state || is_behind(c, snapshot->seq, snapshot->time))
		return 0;
	return trace_composer_snapshot(c->composer, snapshot, err);
}

static int take_damage(struct cut *c, const struct trace_damage *d, struct err *err)
{
	c->trailer.incomplete = true;
	if (meta_add_note(&c->trailer, META_NOTES_MAX,
			  "missing: byte %" PRIu64 " of the other tape: %s", d->offset,
			  d->text) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

int cut_take(struct cut *c, const struct trace_item *item, struct err *err)
{
	int r = 0;

	/* Damage before the first header belongs to the tape that follows. */
	if (item->kind == ITEM_DAMAGE)
		return take_damage(c, item->damage, err);
	if (item->kind == ITEM_HEADER) {
		r = c->composer ? end(c, err) : 0;
		if (r == 0)
			r = begin(c, item->header, err);
	} else if (!c->composer) {
		r = begin(c, NULL, err);
	}
	if (r < 0)
		return r;
	if (item->kind == ITEM_EVENT)
		r = take_event(c, item->event, err);
	else if (item->kind == ITEM_SNAPSHOT)
		r = take_snapshot(c, item->snapshot, err);
	else if (item->kind == ITEM_TRAILER && take_trailer(c, item->trailer) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	if (r == 0 && c->state && state_take(c->state, item) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	return r;
}

int cut_finish(struct cut *c, struct cut_totals *ret, struct err *err)
{
	int r = end(c, err);

	*ret = c->totals;
	return r;
}

struct cut *cut_free(struct cut *c)
{
	if (!c)
		return NULL;
	trace_composer_free(c->composer);
	state_free(c->state);
	meta_trailer_done(&c->trailer);
	map_done(&c->tape_pids);
	map_done(&c->last);
	sys_rows_done(&c->bearing);
	sys_choice_done(&c->movers);
	free(c);
	return NULL;
}

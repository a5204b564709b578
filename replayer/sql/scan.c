/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pass over the tape. The stream holds calls back for a window only; a call that lasts longer
 * comes as begun, and its end much later. SQL wants one row for each call, with its end, in the
 * order of beginnings. So when the first such call is met, all ends that are in another chunk
 * than their beginnings are gathered, in a pass over outlines: there is one for each thread and
 * chunk at most.
 */
#include "sql_priv.h"

#include "format/container/source.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int open_stream(const struct sql *s, const struct trace_stream_options *options,
		       struct trace_stream **ret, struct err *err)
{
	struct trace_source *source;
	int r = trace_source_open(s->path, &source, err);

	return r < 0 ? r : trace_stream_open(source, options, ret, err);
}

static void note_damage(struct sql *s, const struct trace_damage *damage)
{
	for (size_t i = 0; i < s->damage_count && i < SQL_DAMAGES_MAX; i++) {
		if (s->damages[i].offset == damage->offset)
			return;
	}
	if (s->damage_count < SQL_DAMAGES_MAX)
		s->damages[s->damage_count] = *damage;
	s->damage_count++;
}

/* ---- ends that come late ---- */

static int take_late(struct sql *s, const struct event *e)
{
	struct late *late;

	if (e->kind == EVENT_DATA && s->more.count < SQL_LATE_MAX)
		return map_put(&s->more, e->call.begun_seq, s);
	if (e->kind != EVENT_END || s->late.count >= SQL_LATE_MAX)
		return 0;
	late = malloc(sizeof(*late));
	if (!late)
		return -ENOMEM;
	*late = (struct late){e->call.begun_seq, e->seq, e->call.duration, e->call.ret};
	free(map_remove(&s->late, late->begun_seq));
	if (map_put(&s->late, late->begun_seq, late) < 0) {
		free(late);
		return -ENOMEM;
	}
	return 0;
}

int scan_gather(struct sql *s, uint64_t seq, struct err *err)
{
	const struct trace_stream_options options = {
		.unordered = true,
		.from_seq = seq,
		.until_seq = s->late_from == UINT64_MAX ? 0 : s->late_from,
	};
	struct trace_stream *stream;
	struct trace_item item;
	int r;

	if (seq >= s->late_from)
		return 0;
	r = open_stream(s, &options, &stream, err);
	if (r < 0)
		return r;
	s->costs.passes++;
	s->costs.outlines++;
	while ((r = trace_stream_next(stream, &item, err)) > 0) {
		if (item.kind == ITEM_EVENT && take_late(s, item.event) < 0) {
			r = err_set(err, ENOMEM, "out of memory");
			break;
		}
	}
	s->costs.raw += trace_stream_raw(stream);
	trace_stream_free(stream);
	if (r == 0)
		s->late_from = seq;
	return r;
}

/* @e began and is not told to have ended: makes it one that has, if it did. */
static int finish(struct scan *c, const struct event *e, struct err *err)
{
	const struct late *late;
	int r = scan_gather(c->sql, e->seq, err);

	if (r < 0)
		return r;
	late = map_get(&c->sql->late, e->seq);
	if (!late)
		return 0;
	c->patched = *e;
	c->patched.kind = EVENT_CALL;
	c->patched.call.state = EVENT_FINISHED;
	c->patched.call.ret = late->ret;
	c->patched.call.end_seq = late->end_seq;
	c->patched.call.duration = late->duration;
	c->item.event = &c->patched;
	return 0;
}

/* ---- the pass ---- */

static int take_header(struct scan *c, const struct meta_header *h, struct err *err)
{
	if (c->printer)
		printer_header(c->printer, h);
	sys_choice_done(&c->chosen);
	c->selects = c->sql->trace || (h->trace_set && *h->trace_set);
	if (c->sql->trace)
		return sys_choice_parse(c->sql->trace, &c->chosen, err);
	return c->selects ? sys_choice_parse_plain(h->trace_set, &c->chosen, err) : 0;
}

/* What a trace_maker makes. */
static void make_text(void *context, const struct event *e, struct buf *ret)
{
	struct alone *a = context;

	if (alone_has(a, e))
		print_text(a->printer, e, ret);
}

static int start(struct scan *c, struct err *err)
{
	struct trace_stream_options options = {.outline = !(c->needs & NEED_FULL),
					       .from_seq = c->from_seq,
					       .from_time = c->from_time};
	const struct print_options print = {.string_limit = SQL_TEXT_LIMIT};
	int r;

	if (c->needs & NEED_ALL && alone_init(&c->alone, &print) < 0)
		return err_set(err, ENOMEM, "out of memory");
	if (c->needs & NEED_ALL)
		options.maker = (struct trace_maker){make_text, &c->alone};
	r = open_stream(c->sql, &options, &c->stream, err);
	if (r < 0)
		return r;
	c->sql->costs.passes++;
	c->sql->costs.outlines += options.outline;
	if (c->needs & NEED_STATE)
		c->state = state_new_with(c->needs & NEED_POSITION ? STATE_POSITIONS : 0);
	if (c->needs & NEED_TEXT)
		c->printer = printer_new(&print);
	if (c->needs & NEED_MOVED)
		c->transfers = transfers_new();
	if (c->needs & NEED_PATH)
		c->accesses = accesses_new();
	if ((c->needs & NEED_STATE && !c->state) || (c->needs & NEED_TEXT && !c->printer) ||
	    (c->needs & NEED_MOVED && !c->transfers) || (c->needs & NEED_PATH && !c->accesses))
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

int scan_open_at(struct scan *c, struct sql *s, unsigned needs, uint64_t seq, uint64_t time,
		 struct err *err)
{
	const bool past = needs & NEED_STATE || (needs & NEED_TEXT && s->text_depends);

	if (s->no_outlines || needs)
		needs |= NEED_FULL;
	*c = (struct scan){
		.sql = s, .needs = needs, .from_seq = past ? 0 : seq, .from_time = past ? 0 : time};
	return start(c, err);
}

int scan_open(struct scan *c, struct sql *s, unsigned needs, struct err *err)
{
	return scan_open_at(c, s, needs, 0, 0, err);
}

static void stop(struct scan *c)
{
	if (c->stream && trace_stream_journal_note(c->stream))
		strncpy(c->sql->journal_note, trace_stream_journal_note(c->stream),
			sizeof(c->sql->journal_note) - 1);
	if (c->stream)
		c->sql->costs.raw += trace_stream_raw(c->stream);
	c->stream = trace_stream_free(c->stream);
	c->state = state_free(c->state);
	c->printer = printer_free(c->printer);
	alone_done(&c->alone);
	c->transfers = transfers_free(c->transfers);
	c->accesses = accesses_free(c->accesses);
	free(c->moved);
	c->moved = NULL;
	c->moved_count = c->moved_capacity = 0;
	sys_choice_done(&c->chosen);
}

/* The same event once more. 1, 0 at the end, -errno. */
static int again(struct scan *c, struct err *err)
{
	uint64_t seq = c->item.event->seq;
	int r;

	stop(c);
	c->item = (struct trace_item){.kind = ITEM_HEADER};
	r = start(c, err);
	while (r == 0) {
		r = scan_next(c, err);
		if (r <= 0)
			return r;
		if (c->item.kind == ITEM_EVENT && c->item.event->seq >= seq)
			return 1;
		r = 0;
	}
	return r;
}

/* An outline has no arguments: what a socketcall is called it cannot tell. The event whole. */
static int again_whole(struct scan *c, struct err *err)
{
	c->sql->no_outlines = true;
	c->needs |= NEED_FULL;
	return again(c, err);
}

/* The printer has not seen what it needs to have. */
static int again_with_past(struct scan *c, struct err *err)
{
	int r;

	c->sql->text_depends = true;
	c->from_seq = c->from_time = 0;
	r = again(c, err);
	return r == 0 ? err_set(err, EIO, "the tape has changed") : r;
}

static bool has_variants(const struct scan *c, const struct event *e)
{
	const struct sys_desc *d;

	if (!event_is_call(e) || (e->call.arch == EVENT_ARCH_X86_64 && !c->selects))
		return false;
	d = sys_find(e->call.arch, e->call.nr);
	return d && d->cases;
}

static void tell_printer(struct scan *c)
{
	if (c->printer && !c->said && c->item.kind == ITEM_EVENT)
		print_nothing(c->printer, c->item.event);
	c->said = false;
}

static int take_event(struct scan *c, struct err *err)
{
	const struct event *e = c->item.event;

	if (c->state && state_take(c->state, &c->item) < 0)
		return err_set(err, ENOMEM, "out of memory");
	if (!(c->needs & NEED_FULL) && has_variants(c, e))
		return again_whole(c, err);
	if (e->kind == EVENT_BEGUN)
		return finish(c, e, err) < 0 ? err->code : 1;
	return 1;
}

int scan_next(struct scan *c, struct err *err)
{
	int r;

	tell_printer(c);
	c->moved_known = c->fd_known = false;
	c->moved_count = 0;
	for (;;) {
		r = trace_stream_next(c->stream, &c->item, err);
		if (r <= 0)
			return r;
		switch (c->item.kind) {
		case ITEM_EVENT:
			if (++c->sql->costs.events % SQL_STOP_EVERY == 0 && sql_is_stopped(c->sql))
				return err_set(err, EINTR, "interrupted");
			r = take_event(c, err);
			if (r == 1 && c->item.event->kind == EVENT_END && !(c->needs & NEED_ENDS))
				continue;
			return r;
		case ITEM_HEADER:
			r = take_header(c, c->item.header, err);
			break;
		case ITEM_SNAPSHOT:
			if (c->printer)
				printer_snapshot(c->printer, c->item.snapshot);
			break;
		case ITEM_DAMAGE:
			note_damage(c->sql, c->item.damage);
			break;
		case ITEM_TRAILER:
			c->sql->calls = c->item.trailer->calls;
			break;
		}
		if (r >= 0 && c->state)
			r = state_take(c->state, &c->item);
		return r < 0 ? r : 1;
	}
}

bool scan_shows(const struct scan *c)
{
	const struct event *e = c->item.event;

	if (c->item.kind != ITEM_EVENT)
		return false;
	if (!event_is_call(e) || !c->selects)
		return true;
	return sys_choice_has(&c->chosen, e->call.arch, e->call.nr,
			      c->needs & NEED_FULL ? e->call.args : NULL);
}

static int take_moved(void *context, const struct transfer *t)
{
	struct scan *c = context;
	struct moved *more;

	if (t->more)
		return 0;
	if (c->moved_count == c->moved_capacity) {
		c->moved_capacity = c->moved_capacity ? 2 * c->moved_capacity : 8;
		more = reallocarray(c->moved, c->moved_capacity, sizeof(*more));
		if (!more)
			return -ENOMEM;
		c->moved = more;
	}
	c->moved[c->moved_count++] =
		(struct moved){t->fd, t->out, t->positioned, t->file, t->bytes, t->position};
	return 0;
}

int scan_moved(struct scan *c)
{
	const struct event *e = c->item.event;

	if (c->moved_known || (e->kind != EVENT_CALL && e->kind != EVENT_BEGUN))
		return 0;
	c->moved_known = true;
	return transfers_take(c->transfers, c->state, e, take_moved, c);
}

int scan_text(struct scan *c, struct buf *ret, struct err *err)
{
	if ((c->from_seq || c->from_time) && print_depends_on_past(c->item.event)) {
		int r = again_with_past(c, err);

		if (r < 0)
			return r;
	}
	c->sql->costs.texts++;
	if (c->item.made) {
		buf_append(ret, c->item.made, c->item.made_size);
		return buf_error(ret) < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
	}
	c->said = true;
	return print_text(c->printer, c->item.event, ret) < 0
		       ? err_set(err, ENOMEM, "out of memory")
		       : 0;
}

void scan_done(struct scan *c)
{
	stop(c);
	*c = (struct scan){.sql = c->sql};
}

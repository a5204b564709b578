/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where to begin to read is known by the steps of the thread (side.h). More events are between
 * them, those that are no steps: so the last ones before the place are kept on the way there.
 */
#include "context.h"

#include "excerpt.h"
#include "rank.h"
#include "reread.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/print/print.h"

#include <errno.h>
#include <inttypes.h>

struct place {
	uint32_t tid;
	uint64_t from; /* where to begin to read */
	uint64_t seq;  /* UINT64_MAX: behind the last step, of which it is the context then */
	uint64_t last; /* of all that the thread did */
};

struct lines {
	const struct place *place;
	struct printer *printer;
	struct buf before[CONTEXT_EVENTS], behind; /* `before`: a ring */
	size_t before_count, behind_count, looked_at;
};

/* ---- places ---- */

static bool find_in(const struct diff_thread *t, size_t at, uint64_t seq, struct place *ret)
{
	const size_t first = at > CONTEXT_EVENTS ? at - CONTEXT_EVENTS : 0;

	if (!t->count)
		return false;
	*ret = (struct place){.tid = t->tid,
			      .from = first < t->count ? t->steps[first].seq
						       : t->steps[t->count - 1].seq,
			      .seq = seq             ? seq
				     : at < t->count ? t->steps[at].seq
						     : UINT64_MAX,
			      .last = t->steps[t->count - 1].seq};
	if (ret->from > ret->seq)
		ret->from = ret->seq;
	return true;
}

/* The place of an event of this thread among its steps. */
static bool find_seq(const struct diff_side *s, uint32_t process, uint32_t tid, uint64_t seq,
		     struct place *ret)
{
	const struct diff_process *p = &s->processes[process];

	for (size_t i = 0; process != DIFF_NONE && seq && i < p->thread_count; i++) {
		const struct diff_thread *t = &p->threads[i];
		size_t at = 0;

		if (t->tid != tid)
			continue;
		while (at < t->count && t->steps[at].seq < seq)
			at++;
		return find_in(t, at, seq, ret);
	}
	return false;
}

/* Where the thread of the other side, which has not come to it, is then. */
static bool find_parted(const struct comparison *c, int side, uint32_t other_tid,
			uint32_t other_process, struct place *ret)
{
	const struct divergence *d;
	const size_t count = comparison_divergences(c, &d);

	for (size_t i = 0; i < count; i++) {
		const struct divergence *x = &d[i];
		const struct diff_thread *mine = side ? x->b : x->a, *other = side ? x->a : x->b;

		if (mine && other && other->tid == other_tid &&
		    (side ? x->a_process : x->b_process) == other_process)
			return find_in(mine, side ? x->b_at : x->a_at, 0, ret);
	}
	return false;
}

/* What is the first in time; when nothing but bytes differ, the first of these. */
static const struct finding *find_first(const struct comparison *c, const struct ranking *r)
{
	if (r->has_first)
		return &c->found.at[r->first];
	for (size_t i = 0; i < r->count; i++) {
		const struct finding *f = &c->found.at[r->stories[i].head];

		if (f->excerpt)
			return f;
	}
	return NULL;
}

static uint64_t seq_of(const struct finding *f, const struct finding_place *p, bool second)
{
	const uint64_t moved = !f->excerpt ? 0 : second ? f->excerpt->b.seq : f->excerpt->a.seq;

	return moved ? moved : p->seq;
}

/* ---- lines ---- */

static void put_line(struct lines *l, const struct event *e, struct buf *ret)
{
	cleanup_done(buf_done) struct buf text = {0};

	print_text(l->printer, e, &text);
	if (text.size) {
		buf_printf(ret, "  %c %8" PRIu64 "  ", e->seq == l->place->seq ? '>' : ' ', e->seq);
		buf_append(ret, text.data,
			   text.size < CONTEXT_LINE_MAX ? text.size : CONTEXT_LINE_MAX);
		buf_str(ret, text.size < CONTEXT_LINE_MAX ? "\n" : "...\n");
	}
	buf_inherit(ret, &text);
}

/* In place of the oldest that was kept. */
static int keep(struct lines *l, const struct event *e)
{
	struct buf line = {0}, *oldest = &l->before[l->before_count % CONTEXT_EVENTS];

	put_line(l, e, &line);
	if (!line.size) {
		const int failed = buf_error(&line);

		buf_done(&line);
		return failed;
	}
	buf_done(oldest);
	*oldest = line;
	l->before_count++;
	return buf_error(oldest);
}

static int take_event(void *context, const struct meta_header *header, const struct event *e)
{
	struct lines *l = context;
	size_t size;

	if (header) {
		printer_header(l->printer, header);
		return 0;
	}
	if (l->looked_at++ == CONTEXT_LOOK_MAX)
		return 1;
	if (e->tid != l->place->tid || e->kind == EVENT_DATA)
		return e->seq > l->place->last && l->place->seq == UINT64_MAX;
	if (e->seq < l->place->seq)
		return keep(l, e);
	size = l->behind.size;
	put_line(l, e, &l->behind);
	l->behind_count += e->seq > l->place->seq && l->behind.size > size;
	return buf_error(&l->behind) ? -ENOMEM : l->behind_count >= CONTEXT_EVENTS;
}

static void lines_done(struct lines *l)
{
	for (size_t i = 0; i < CONTEXT_EVENTS; i++)
		buf_done(&l->before[i]);
	buf_done(&l->behind);
	l->printer = printer_free(l->printer);
}

static int put_lines(const struct place *place, struct diff_tape *tape, struct buf *ret)
{
	const struct print_options how = {.string_limit = PRINT_STRING_DEFAULT, .align = 1};
	cleanup_done(lines_done) struct lines l = {.place = place, .printer = printer_new(&how)};
	int r = l.printer ? reread(tape, place->from, 0, take_event, &l) : -ENOMEM;

	for (size_t i = 0; i < CONTEXT_EVENTS; i++)
		buf_str(ret, buf_text(&l.before[(l.before_count + i) % CONTEXT_EVENTS]));
	buf_str(ret, buf_text(&l.behind));
	return r == -ENOMEM ? r : buf_error(ret);
}

int context_find(const struct comparison *c, const struct ranking *ranking, struct diff_tape *a,
		 struct diff_tape *b, struct buf *ret_a, struct buf *ret_b)
{
	const struct finding *f = find_first(c, ranking);
	struct place x, y;
	bool has_x, has_y;
	int r = 0;

	if (!f)
		return 0;
	has_x = find_seq(c->a, f->a.process, f->a.tid, seq_of(f, &f->a, false), &x);
	has_y = find_seq(c->b, f->b.process, f->b.tid, seq_of(f, &f->b, true), &y);
	if (!has_x && has_y)
		has_x = find_parted(c, 0, y.tid, f->b.process, &x);
	else if (!has_y && has_x)
		has_y = find_parted(c, 1, x.tid, f->a.process, &y);
	if (has_x)
		r = put_lines(&x, a, ret_a);
	return r == 0 && has_y ? put_lines(&y, b, ret_b) : r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By windows, because the order in which a file was written need not be that of its bytes: of each
 * stretch all that went there is put together first. A sequential stream has each part of its tape
 * read once all the same.
 */
#include "excerpt.h"

#include "given.h"
#include "rank.h"
#include "reread.h"
#include "window.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>

/* Two streams on the way from one window to the next. */
struct search {
	const struct diff_stream *a, *b;
	struct diff_tape *a_tape, *b_tape;
	bool lost;  /* a byte that was passed over is not on a tape */
	bool whole; /* all chunks of both are known: where there is nothing, nothing was */
	struct window x, y;
};

static bool is_whole(const struct diff_stream *s)
{
	return !s || s->chunk_count == s->calls;
}

static bool is_known(uint8_t state)
{
	return state == WINDOW_KNOWN || state == WINDOW_TRANSIENT;
}

static bool differs_at(const struct search *s, size_t i)
{
	const uint8_t p = s->x.state[i], q = s->y.state[i];

	if (p == WINDOW_TRANSIENT && q == WINDOW_TRANSIENT)
		return false;
	if (is_known(p) && is_known(q))
		return s->x.bytes[i] != s->y.bytes[i];
	return s->whole && (p == WINDOW_NOTHING) != (q == WINDOW_NOTHING);
}

/* @size: there is none. */
static size_t first_in(struct search *s, size_t size)
{
	size_t i = 0;

	for (; i < size && !differs_at(s, i); i++)
		s->lost |= s->x.state[i] == WINDOW_LOST || s->y.state[i] == WINDOW_LOST;
	return i;
}

static void take_side(const struct window *w, size_t at, const struct diff_stream *s,
		      struct excerpt_side *ret)
{
	*ret = (struct excerpt_side){.what = is_known(w->state[at])        ? EXCERPT_BYTES
					     : w->state[at] == WINDOW_LOST ? EXCERPT_LOST
									   : EXCERPT_NOTHING,
				     .seq = window_call_at(s, w->from + at)};
	while (ret->size < EXCERPT_SIZE && at < w->size && is_known(w->state[at]))
		ret->bytes[ret->size++] = w->bytes[at++];
}

static int fill_both(struct search *s, uint64_t from, size_t size)
{
	int r = window_init(&s->x, from, size);

	if (r == 0)
		r = window_init(&s->y, from, size);
	if (r == 0)
		r = window_fill(&s->x, s->a, s->a_tape);
	return r == 0 ? window_fill(&s->y, s->b, s->b_tape) : r;
}

/* 1, 0: nothing differs in these @size bytes, or what reading gave. */
static int look_at(struct search *s, uint64_t from, size_t size, struct excerpt *ret)
{
	/* So that what is at its end is shown as well. */
	int r = fill_both(s, from, size + EXCERPT_SIZE);
	const size_t at = r == 0 ? first_in(s, size) : size;

	if (at < size) {
		ret->offset = from + at;
		ret->certain = !s->lost;
		take_side(&s->x, at, s->a, &ret->a);
		take_side(&s->y, at, s->b, &ret->b);
		r = 1;
	}
	window_done(&s->x);
	window_done(&s->y);
	return r;
}

int excerpt_find(const struct diff_stream *a, struct diff_tape *a_tape, const struct diff_stream *b,
		 struct diff_tape *b_tape, struct excerpt *ret)
{
	struct search s = {.a = a,
			   .b = b,
			   .a_tape = a_tape,
			   .b_tape = b_tape,
			   .whole = is_whole(a) && is_whole(b)};
	struct excerpt found = {.offset = 0};
	size_t size = EXCERPT_WINDOW_MIN;
	uint64_t from = 0;
	int r = 0;

	for (int i = 0; r == 0 && i < EXCERPT_WINDOWS_MAX; i++) {
		const uint64_t x = window_next(a, from), y = window_next(b, from);

		from = x < y ? x : y;
		if (from > UINT64_MAX - size - EXCERPT_SIZE)
			break;
		r = look_at(&s, from, size, &found);
		from += size;
		size = size < EXCERPT_WINDOW_MAX ? 2 * size : EXCERPT_WINDOW_MAX;
	}
	if (r == 1)
		*ret = found;
	return r == 1 || r == -ENOMEM ? r : 0;
}

/* ---- all of a comparison ---- */

struct excerpts_run {
	struct comparison *c;
	struct diff_tape *a, *b;
	size_t looked_for, most;
};

static int add(struct excerpts_run *run, uint32_t at)
{
	struct finding *f = &run->c->found.at[at];
	struct excerpt x;
	int r;

	if (f->kind != FIND_BYTES || f->excerpt || (!f->a.stream && !f->b.stream))
		return 0;
	if (run->looked_for++ >= run->most) {
		run->c->excerpts_left_out++;
		return 0;
	}
	r = excerpt_find(f->a.stream, run->a, f->b.stream, run->b, &x);
	if (r <= 0)
		return r;
	f->excerpt = malloc(sizeof(x));
	if (!f->excerpt)
		return -ENOMEM;
	*f->excerpt = x;
	return 0;
}

static int add_list(struct excerpts_run *run, const uint32_t *list, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = add(run, list[i]);
	return r;
}

int excerpts_find(struct comparison *c, const struct ranking *ranking, bool all,
		  struct diff_tape *a, struct diff_tape *b)
{
	struct excerpts_run run = {.c = c, .a = a, .b = b, .most = EXCERPTS_MAX};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ranking->count; i++) {
		r = add_list(&run, &ranking->stories[i].head, 1);
		if (r == 0)
			r = add_list(&run, ranking->stories[i].told,
				     ranking->stories[i].told_count);
	}
	for (size_t i = 0; all && r == 0 && i < ranking->count; i++)
		r = add_list(&run, ranking->stories[i].followers,
			     ranking->stories[i].follower_count);
	return r;
}

static int compare_seq(const void *a, const void *b, void *context)
{
	const struct comparison *c = context;
	const uint64_t x = c->found.at[*(const uint32_t *)a].b.seq;
	const uint64_t y = c->found.at[*(const uint32_t *)b].b.seq;

	return (x > y) - (x < y);
}

int excerpts_find_inputs(struct comparison *c, struct diff_tape *a, struct diff_tape *b)
{
	struct excerpts_run run = {.c = c, .a = a, .b = b, .most = INPUT_EXCERPTS_MAX};
	cleanup_free uint32_t *list = calloc(c->found.count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->found.count; i++) {
		if (given_is_file(c, &c->found.at[i]) || given_is_incoming(c, &c->found.at[i]))
			list[count++] = i;
	}
	qsort_r(list, count, sizeof(*list), compare_seq, c);
	return add_list(&run, list, count < run.most ? count : run.most);
}

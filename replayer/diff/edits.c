/* SPDX-License-Identifier: Apache-2.0 */
#include "edits.h"

#include "align.h"
#include "fold.h"
#include "intern.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>

/* ---- threads, in order ---- */

struct sequence {
	const struct unit_part *part;
	const struct diff_step *steps;
	size_t count;
	struct folded folded;
	uint32_t *numbers; /* of the elements */
};

struct pairing {
	struct sequence a, b;
	struct intern names;
	struct alignment alignment;
	uint32_t gap;
	struct edits *ret;
};

static void pairing_done(struct pairing *p)
{
	folded_done(&p->a.folded);
	folded_done(&p->b.folded);
	free(p->a.numbers);
	free(p->b.numbers);
	intern_done(&p->names);
	alignment_done(&p->alignment);
}

static int sequence_make(struct sequence *s, struct intern *names)
{
	cleanup_free uint32_t *numbers = calloc(s->count + 1, sizeof(*numbers));

	if (!numbers)
		return -ENOMEM;
	if (s->count &&
	    intern_numbers(names, &s->steps->coarse, sizeof(*s->steps), s->count, numbers) < 0)
		return -ENOMEM;
	if (fold(numbers, s->count, names, &s->folded) < 0)
		return -ENOMEM;
	s->numbers = calloc(s->folded.count + 1, sizeof(*s->numbers));
	if (!s->numbers)
		return -ENOMEM;
	for (size_t i = 0; i < s->folded.count; i++)
		s->numbers[i] = s->folded.elements[i].number;
	return 0;
}

static void note_difference(struct edits *e, size_t a_at, size_t b_at)
{
	if (e->differs)
		return;
	e->differs = true;
	e->a_at = a_at;
	e->b_at = b_at;
}

static void put_edit(struct buf *ret, const struct unit_part *part, const struct diff_step *step,
		     uint32_t gap)
{
	const struct edit e = {
		.step = step, .gap = gap, .process = part->process, .tid = part->thread->tid};

	buf_append(ret, &e, sizeof(e));
}

static void put_change(struct edits *e, const struct unit_part *a, const struct diff_step *x,
		       const struct unit_part *b, const struct diff_step *y)
{
	const struct edit_change change = {.a = x,
					   .b = y,
					   .a_process = a->process,
					   .b_process = b->process,
					   .a_tid = a->thread->tid,
					   .b_tid = b->thread->tid};

	if (x->fine != y->fine)
		buf_append(&e->changed, &change, sizeof(change));
}

/* Where element @i of a sequence stands among the steps; behind the last: the end. */
static size_t place(const struct sequence *s, size_t i)
{
	return i < s->folded.count ? s->folded.elements[i].at : s->count;
}

/* Elements that the other side has not. That a loop went round once more is left to the counts. */
static void put_gap(struct pairing *p, const struct sequence *s, size_t from, size_t end,
		    struct buf *ret)
{
	for (size_t i = from; i < end; i++) {
		const struct fold_element *x = &s->folded.elements[i];

		if (!x->block)
			put_edit(ret, s->part, &s->steps[x->at], p->gap);
	}
}

static void put_pair(struct pairing *p, const struct fold_element *x, const struct fold_element *y)
{
	size_t steps = x->block ? (size_t)x->block * x->repeats : 1;

	if (x->repeats != y->repeats) {
		note_difference(p->ret, x->at, y->at);
		return;
	}
	for (size_t i = 0; i < steps; i++) {
		const struct diff_step *a = &p->a.steps[x->at + i], *b = &p->b.steps[y->at + i];

		if (a->fine != b->fine)
			note_difference(p->ret, x->at + i, y->at + i);
		put_change(p->ret, p->a.part, a, p->b.part, b);
	}
}

static void put_until(struct pairing *p, size_t *a, size_t *b, size_t a_end, size_t b_end)
{
	if (*a == a_end && *b == b_end)
		return;
	note_difference(p->ret, place(&p->a, *a), place(&p->b, *b));
	put_gap(p, &p->a, *a, a_end, &p->ret->removed);
	put_gap(p, &p->b, *b, b_end, &p->ret->inserted);
	*a = a_end;
	*b = b_end;
	p->gap++;
}

static void put_all(struct pairing *p)
{
	size_t a = 0, b = 0;

	for (size_t i = 0; i < p->alignment.count; i++) {
		const struct align_run *r = &p->alignment.runs[i];

		put_until(p, &a, &b, r->a, r->b);
		for (size_t k = 0; k < r->count; k++)
			put_pair(p, &p->a.folded.elements[a++], &p->b.folded.elements[b++]);
	}
	put_until(p, &a, &b, p->a.folded.count, p->b.folded.count);
	p->ret->approximate = p->alignment.approximate;
}

static bool are_equal(const struct sequence *a, const struct sequence *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->steps[i].coarse != b->steps[i].coarse ||
		    a->steps[i].fine != b->steps[i].fine)
			return false;
	}
	return true;
}

static struct sequence sequence_of(const struct unit_part *part, size_t count)
{
	if (!count)
		return (struct sequence){0};
	return (struct sequence){
		.part = part, .steps = part->thread->steps, .count = part->thread->count};
}

static int make_in_order(const struct unit *u, struct edits *ret)
{
	cleanup_done(pairing_done) struct pairing p = {
		.a = sequence_of(u->a, u->a_count), .b = sequence_of(u->b, u->b_count), .ret = ret};

	if (are_equal(&p.a, &p.b))
		return 0;
	if (sequence_make(&p.a, &p.names) < 0 || sequence_make(&p.b, &p.names) < 0 ||
	    align(p.a.numbers, p.a.folded.count, p.b.numbers, p.b.folded.count, p.names.count, 0,
		  &p.alignment) < 0)
		return -ENOMEM;
	put_all(&p);
	return 0;
}

/* ---- heaps ---- */

struct heaped {
	const struct diff_step *step;
	const struct unit_part *part;
};

static int compare_heaped(const void *a, const void *b)
{
	const struct heaped *x = a, *y = b;

	if (x->step->coarse != y->step->coarse)
		return x->step->coarse < y->step->coarse ? -1 : 1;
	if (x->step->fine != y->step->fine)
		return x->step->fine < y->step->fine ? -1 : 1;
	return (x->step->seq > y->step->seq) - (x->step->seq < y->step->seq);
}

static int heap_of(const struct unit_part *parts, size_t count, struct heaped **ret,
		   size_t *ret_count)
{
	size_t steps = 0, n = 0;

	for (size_t i = 0; i < count; i++)
		steps += parts[i].thread->count;
	*ret = calloc(steps + 1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < parts[i].thread->count; k++)
			(*ret)[n++] = (struct heaped){&parts[i].thread->steps[k], &parts[i]};
	}
	qsort(*ret, n, sizeof(**ret), compare_heaped);
	*ret_count = n;
	return 0;
}

static size_t end_of_key(const struct heaped *h, size_t count, size_t from)
{
	size_t end = from;

	while (end < count && h[end].step->coarse == h[from].step->coarse)
		end++;
	return end;
}

/* The fine keys of one coarse key: what is on both sides is dropped; of the rest the first goes
 * with the first. How many there are more is for the counts to say. */
static void put_changes(struct edits *e, struct heaped *a, size_t a_count, struct heaped *b,
			size_t b_count)
{
	size_t i = 0, k = 0, a_left = 0, b_left = 0;

	while (i < a_count || k < b_count) {
		bool first = k == b_count || (i < a_count && a[i].step->fine < b[k].step->fine);
		bool second = i == a_count || (k < b_count && b[k].step->fine < a[i].step->fine);

		if (first)
			a[a_left++] = a[i];
		else if (second)
			b[b_left++] = b[k];
		i += !second;
		k += !first;
	}
	for (i = 0; i < a_left && i < b_left; i++)
		put_change(e, a[i].part, a[i].step, b[i].part, b[i].step);
}

static int make_of_heaps(const struct unit *u, struct edits *ret)
{
	cleanup_free struct heaped *a = NULL, *b = NULL;
	size_t a_count, b_count, i = 0, k = 0;

	if (heap_of(u->a, u->a_count, &a, &a_count) < 0 ||
	    heap_of(u->b, u->b_count, &b, &b_count) < 0)
		return -ENOMEM;
	while (i < a_count || k < b_count) {
		const size_t a_end = i < a_count ? end_of_key(a, a_count, i) : i;
		const size_t b_end = k < b_count ? end_of_key(b, b_count, k) : k;

		if (i < a_count && k < b_count && a[i].step->coarse == b[k].step->coarse) {
			put_changes(ret, a + i, a_end - i, b + k, b_end - k);
			i = a_end;
			k = b_end;
		} else if (k == b_count || (i < a_count && a[i].step->coarse < b[k].step->coarse)) {
			for (; i < a_end; i++)
				put_edit(&ret->removed, a[i].part, a[i].step, 0);
		} else {
			for (; k < b_end; k++)
				put_edit(&ret->inserted, b[k].part, b[k].step, 0);
		}
	}
	return 0;
}

int edits_make(const struct unit *u, struct edits *ret)
{
	struct edits e = {.differs = false};
	int r = u->ordered ? make_in_order(u, &e) : make_of_heaps(u, &e);

	if (r == 0 && (buf_error(&e.removed) || buf_error(&e.inserted) || buf_error(&e.changed)))
		r = -ENOMEM;
	if (r < 0)
		edits_done(&e);
	else
		*ret = e;
	return r;
}

void edits_done(struct edits *e)
{
	buf_done(&e->removed);
	buf_done(&e->inserted);
	buf_done(&e->changed);
	*e = (struct edits){0};
}

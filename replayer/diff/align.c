/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A box is a stretch of both sequences that is still to be searched. Each is divided at a
 * point that the shortest way goes through, found from both ends at once, until one of its
 * sides is empty. Boxes wait on a stack of their own: their depth is the input's choice.
 */
#include "align.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct box {
	int32_t a, a_end, b, b_end;
};

/* A sequence without what the other one lacks: at[i] is where element i stood. */
struct side {
	uint32_t *element, *at;
	size_t size;
};

struct search {
	struct side a, b;
	int32_t *forward, *backward; /* how far each diagonal has been got, a - b its number */
	int32_t *match;              /* of each element of a: which of b, or -1 */
	struct buf boxes;            /* a stack of struct box */
	int32_t cost;
	bool approximate;
};

static void search_done(struct search *s)
{
	free(s->a.element);
	free(s->a.at);
	free(s->b.element);
	free(s->b.at);
	free(s->match);
	buf_done(&s->boxes);
}

/* ---- dividing a box ---- */

struct front {
	int32_t *far; /* by diagonal */
	int32_t low, high;
	int32_t sign; /* +1 from the beginning, -1 from the end */
};

struct point {
	int32_t a, b;
};

/* One more diagonal on each side, as far as the box has them; what is beyond is unreachable. */
static void widen(struct front *f, const struct box *x)
{
	const int32_t unreachable = f->sign > 0 ? -1 : INT32_MAX;

	if (f->low > x->a - x->b_end)
		f->far[--f->low - 1] = unreachable;
	else
		f->low++;
	if (f->high < x->a_end - x->b)
		f->far[++f->high + 1] = unreachable;
	else
		f->high--;
}

static struct point advance_forward(const struct search *s, const struct front *f,
				    const struct box *x, int32_t diagonal)
{
	int32_t down = f->far[diagonal + 1], right = f->far[diagonal - 1] + 1;
	int32_t a = down > right - 1 ? down : right, b = a - diagonal;

	while (a < x->a_end && b < x->b_end && s->a.element[a] == s->b.element[b]) {
		a++;
		b++;
	}
	f->far[diagonal] = a;
	return (struct point){a, b};
}

static struct point advance_backward(const struct search *s, const struct front *f,
				     const struct box *x, int32_t diagonal)
{
	int32_t up = f->far[diagonal - 1], left = f->far[diagonal + 1];
	int32_t a = up < left ? up : left - 1, b = a - diagonal;

	while (a > x->a && b > x->b && s->a.element[a - 1] == s->b.element[b - 1]) {
		a--;
		b--;
	}
	f->far[diagonal] = a;
	return (struct point){a, b};
}

/* One more edit from one end; true when it met what came from the other. */
static bool step(const struct search *s, struct front *f, const struct front *other,
		 const struct box *x, bool may_meet, struct point *ret)
{
	widen(f, x);
	for (int32_t d = f->high; d >= f->low; d -= 2) {
		struct point p =
			f->sign > 0 ? advance_forward(s, f, x, d) : advance_backward(s, f, x, d);

		if (may_meet && d >= other->low && d <= other->high &&
		    (f->sign > 0 ? other->far[d] <= p.a : p.a <= other->far[d])) {
			*ret = p;
			return true;
		}
	}
	return false;
}

/* The point in the box that most has been got through to, from either end. */
static struct point furthest(const struct front *f, const struct front *back, const struct box *x)
{
	int32_t most = -1;
	struct point best = {x->a_end, x->b};

	for (int32_t d = f->high; d >= f->low; d -= 2) {
		int32_t a = f->far[d] < x->a_end ? f->far[d] : x->a_end, b = a - d;

		if (b > x->b_end) {
			b = x->b_end;
			a = b + d;
		}
		if (a - x->a + b - x->b > most) {
			most = a - x->a + b - x->b;
			best = (struct point){a, b};
		}
	}
	for (int32_t d = back->high; d >= back->low; d -= 2) {
		int32_t a = back->far[d] > x->a ? back->far[d] : x->a, b = a - d;

		if (b < x->b) {
			b = x->b;
			a = b + d;
		}
		if (x->a_end - a + x->b_end - b > most) {
			most = x->a_end - a + x->b_end - b;
			best = (struct point){a, b};
		}
	}
	return best;
}

static struct point divide(struct search *s, const struct box *x)
{
	int32_t first = x->a - x->b, last = x->a_end - x->b_end;
	struct front forward = {s->forward, first, first, 1};
	struct front backward = {s->backward, last, last, -1};
	bool odd = (first - last) & 1;
	struct point p;

	s->forward[first] = x->a;
	s->backward[last] = x->a_end;
	for (int32_t edits = 1;; edits++) {
		if (step(s, &forward, &backward, x, odd, &p) ||
		    step(s, &backward, &forward, x, !odd, &p))
			return p;
		if (edits >= s->cost) {
			s->approximate = true;
			return furthest(&forward, &backward, x);
		}
	}
}

/* ---- all boxes ---- */

/* What both have in common at the ends belongs together. */
static void trim(struct search *s, struct box *x)
{
	while (x->a < x->a_end && x->b < x->b_end && s->a.element[x->a] == s->b.element[x->b])
		s->match[x->a++] = x->b++;
	while (x->a < x->a_end && x->b < x->b_end &&
	       s->a.element[x->a_end - 1] == s->b.element[x->b_end - 1])
		s->match[--x->a_end] = --x->b_end;
}

static void push(struct search *s, struct box x)
{
	buf_append(&s->boxes, &x, sizeof(x));
}

static int search(struct search *s)
{
	struct box x = {0, (int32_t)s->a.size, 0, (int32_t)s->b.size};

	push(s, x);
	while (s->boxes.size && buf_error(&s->boxes) == 0) {
		struct point p;

		memcpy(&x, s->boxes.data + s->boxes.size - sizeof(x), sizeof(x));
		buf_truncate(&s->boxes, s->boxes.size - sizeof(x));
		trim(s, &x);
		if (x.a == x.a_end || x.b == x.b_end)
			continue;
		p = divide(s, &x);
		push(s, (struct box){p.a, x.a_end, p.b, x.b_end});
		push(s, (struct box){x.a, p.a, x.b, p.b});
	}
	return buf_error(&s->boxes);
}

/* ---- what is searched, and what was found ---- */

static void count(uint32_t *counts, const uint32_t *from, size_t size, size_t numbers)
{
	(void)numbers; /* without assertions */
	for (size_t i = 0; i < size; i++) {
		assert(from[i] < numbers);
		counts[from[i]]++;
	}
}

/* Keeps what the other side has too. */
static int keep(struct side *ret, const uint32_t *from, size_t size, const uint32_t *other)
{
	ret->element = malloc((size + 1) * sizeof(*ret->element));
	ret->at = malloc((size + 1) * sizeof(*ret->at));
	if (!ret->element || !ret->at)
		return -ENOMEM;
	for (size_t i = 0; i < size; i++) {
		if (!other[from[i]])
			continue;
		ret->element[ret->size] = from[i];
		ret->at[ret->size++] = (uint32_t)i;
	}
	return 0;
}

static int tell(const struct search *s, struct alignment *ret)
{
	struct alignment x = {.approximate = s->approximate};

	x.runs = malloc((s->a.size + 1) * sizeof(*x.runs));
	if (!x.runs)
		return -ENOMEM;
	for (size_t i = 0; i < s->a.size; i++) {
		struct align_run *last = x.count ? &x.runs[x.count - 1] : NULL;
		uint32_t a, b;

		if (s->match[i] < 0)
			continue;
		a = s->a.at[i];
		b = s->b.at[s->match[i]];
		x.common++;
		if (last && last->a + last->count == a && last->b + last->count == b)
			last->count++;
		else
			x.runs[x.count++] = (struct align_run){a, b, 1};
	}
	*ret = x;
	return 0;
}

static int search_with(struct search *s, int32_t *diagonals)
{
	/* Diagonals go from -b to a, and one beyond on each side. */
	size_t each = s->a.size + s->b.size + 3;

	s->forward = diagonals + s->b.size + 1;
	s->backward = s->forward + each;
	memset(s->match, -1, s->a.size * sizeof(*s->match));
	return search(s);
}

int align(const uint32_t *a, size_t a_size, const uint32_t *b, size_t b_size, size_t numbers,
	  size_t cost, struct alignment *ret)
{
	cleanup_done(search_done) struct search s = {
		.cost = (int32_t)(cost ? cost : ALIGN_COST_DEFAULT)};
	cleanup_free uint32_t *in_a = calloc(numbers + 1, sizeof(*in_a));
	cleanup_free uint32_t *in_b = calloc(numbers + 1, sizeof(*in_b));
	cleanup_free int32_t *diagonals = NULL;

	assert(a_size < INT32_MAX / 4 && b_size < INT32_MAX / 4 && cost < INT32_MAX);
	if (!in_a || !in_b)
		return -ENOMEM;
	count(in_a, a, a_size, numbers);
	count(in_b, b, b_size, numbers);
	if (keep(&s.a, a, a_size, in_b) < 0 || keep(&s.b, b, b_size, in_a) < 0)
		return -ENOMEM;
	diagonals = malloc(2 * (s.a.size + s.b.size + 3) * sizeof(*diagonals));
	s.match = malloc((s.a.size + 1) * sizeof(*s.match));
	if (!diagonals || !s.match || search_with(&s, diagonals) < 0)
		return -ENOMEM;
	return tell(&s, ret);
}

void alignment_done(struct alignment *x)
{
	free(x->runs);
	*x = (struct alignment){0};
}

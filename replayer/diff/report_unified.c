/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines, in the unified format as diff(1) and patch(1) have it. What takes the place of a file is a
 * thread: a line for each of its steps, in canonical form. Only threads of processes about which
 * something was found are told; but of these every line that is another, also when a loop went
 * round once more, so that the second is what comes of the first and the hunks.
 *
 * What is in no line (how it ended, a variable, bytes) stands in front of the first hunk, where
 * programs that read the format pass over it.
 */
#include "report.h"

#include "align.h"
#include "compare_priv.h"
#include "intern.h"

#include "base/cleanup.h"
#include "replayer/print/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 3 };

/* ---- a hunk ---- */

struct column {
	const struct diff_side *side;
	const struct diff_thread *thread; /* NULL: there is none */
	size_t count;
	uint32_t *numbers; /* of its steps: equal when they are */
};

struct unified {
	const struct report *report;
	struct column a, b;
	struct buf *out;
};

/* What two stretches of steps differ in, between those that they have in common. */
struct change {
	size_t a, a_end, b, b_end;
};

static void put_line(const struct column *x, size_t i, char sign, struct buf *out)
{
	const struct diff_step *step = &x->thread->steps[i];
	const char *text = diff_step_text(x->side, step);
	const char *label = compare_label(x->side, step->object);

	buf_char(out, sign);
	if (*text) {
		escape_text(out, text, strlen(text));
	} else {
		buf_str(out, compare_call(x->side, step->call));
		buf_char(out, ' ');
		escape_text(out, label, strlen(label));
	}
	buf_char(out, '\n');
}

/* "3,2"; "3" of one line; of none, the line in front of it. */
static void put_range(char sign, size_t from, size_t end, struct buf *out)
{
	const size_t count = end - from;

	buf_printf(out, "%c%zu", sign, count ? from + 1 : from);
	if (count != 1)
		buf_printf(out, ",%zu", count);
}

static size_t before(size_t at)
{
	return at < CONTEXT ? 0 : at - CONTEXT;
}

static size_t behind(size_t at, size_t count)
{
	return count - at < CONTEXT ? count : at + CONTEXT;
}

/* Changes whose contexts touch are one hunk. */
static void put_hunk(const struct unified *u, const struct change *c, size_t count)
{
	const struct change *last = &c[count - 1];
	size_t a = before(c->a), a_end = behind(last->a_end, u->a.count);

	buf_str(u->out, "@@ ");
	put_range('-', a, a_end, u->out);
	buf_char(u->out, ' ');
	put_range('+', before(c->b), behind(last->b_end, u->b.count), u->out);
	buf_str(u->out, " @@\n");
	for (size_t i = 0; i < count; i++) {
		while (a < c[i].a)
			put_line(&u->a, a++, ' ', u->out);
		while (a < c[i].a_end)
			put_line(&u->a, a++, '-', u->out);
		for (size_t b = c[i].b; b < c[i].b_end; b++)
			put_line(&u->b, b, '+', u->out);
	}
	while (a < a_end)
		put_line(&u->a, a++, ' ', u->out);
}

static void put_hunks(const struct unified *u, const struct change *c, size_t count)
{
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && c[i + n].a - c[i + n - 1].a_end <= 2 * CONTEXT; n++)
			;
		put_hunk(u, &c[i], n);
	}
}

/* ---- a thread with a thread ---- */

static int number_steps(struct column *x, struct intern *names)
{
	x->count = x->thread ? x->thread->count : 0;
	x->numbers = calloc(x->count + 1, sizeof(*x->numbers));
	for (size_t i = 0; x->numbers && i < x->count; i++) {
		if (intern_number(names, x->thread->steps[i].fine, &x->numbers[i]) < 0)
			return -ENOMEM;
	}
	return x->numbers ? 0 : -ENOMEM;
}

/* The gaps between the runs that both have. */
static void find_changes(const struct unified *u, const struct alignment *x, struct buf *ret)
{
	struct change c = {.a = 0};

	for (size_t i = 0; i <= x->count; i++) {
		const bool end = i == x->count;

		c.a_end = end ? u->a.count : x->runs[i].a;
		c.b_end = end ? u->b.count : x->runs[i].b;
		if (c.a < c.a_end || c.b < c.b_end)
			buf_append(ret, &c, sizeof(c));
		if (!end) {
			c.a = c.a_end + x->runs[i].count;
			c.b = c.b_end + x->runs[i].count;
		}
	}
}

static void put_name(const char *lead, const char *tape, const struct diff_thread *t,
		     const struct buf *process, struct buf *out)
{
	buf_str(out, lead);
	escape_text(out, tape, strlen(tape));
	buf_printf(out, "\tthread %" PRIu32 " of ", t ? t->tid : 0);
	escape_text(out, buf_text(process), process->size);
	buf_char(out, '\n');
}

static void put_changes(const struct unified *u, const struct buf *changes, uint32_t node)
{
	cleanup_done(buf_done) struct buf name = {0};

	comparison_name(u->report->c, node, &name);
	put_name("--- ", u->report->a, u->a.thread, &name, u->out);
	put_name("+++ ", u->report->b, u->b.thread, &name, u->out);
	put_hunks(u, (const struct change *)(const void *)changes->data,
		  changes->size / sizeof(struct change));
	buf_inherit(u->out, &name);
}

static int put_threads(const struct report *r, const struct divergence *d, struct buf *out)
{
	struct unified u = {.report = r,
			    .a = {.side = r->c->a, .thread = d->a},
			    .b = {.side = r->c->b, .thread = d->b},
			    .out = out};
	cleanup_done(intern_done) struct intern names = {.count = 0};
	cleanup_done(alignment_done) struct alignment x = {.count = 0};
	cleanup_done(buf_done) struct buf changes = {0};
	int result = number_steps(&u.a, &names);

	if (result == 0)
		result = number_steps(&u.b, &names);
	if (result == 0)
		result = align(u.a.numbers, u.a.count, u.b.numbers, u.b.count, names.count, 0, &x);
	free(u.a.numbers);
	free(u.b.numbers);
	if (result < 0)
		return result;
	find_changes(&u, &x, &changes);
	if (changes.size)
		put_changes(&u, &changes, d->node);
	return buf_error(&changes);
}

/* ---- all of it ---- */

static bool is_alone(const struct finding *f)
{
	return f->kind == FIND_PROCESS_NEW || f->kind == FIND_PROCESS_GONE;
}

/* As diff -r says of a file that the other directory has not. */
static void put_alone(const struct report *r, const struct finding *f, struct buf *out)
{
	const char *tape = f->kind == FIND_PROCESS_NEW ? r->b : r->a;

	buf_str(out, "Only in ");
	escape_text(out, tape, strlen(tape));
	buf_str(out, ": ");
	finding_say(r->c, f, out);
	buf_char(out, '\n');
}

static void put_other(const struct report *r, const struct finding *f, struct buf *out)
{
	buf_printf(out, "%s: ", finding_word((enum finding_kind)f->kind));
	finding_say(r->c, f, out);
	buf_char(out, '\n');
}

/* Of a node: two of its threads are not the same; something was found about it. */
enum { NODE_DIVERGES = 1, NODE_TOLD = 2 };

static void take(const struct report *r, uint32_t finding, uint8_t *nodes, struct buf *out)
{
	const struct finding *f = &r->c->found.at[finding];

	nodes[f->node] |= NODE_TOLD;
	if (is_alone(f))
		put_alone(r, f, out);
	else if ((!f->a.step && !f->b.step) || !(nodes[f->node] & NODE_DIVERGES))
		put_other(r, f, out);
}

static void take_all(const struct report *r, uint8_t *nodes, struct buf *out)
{
	for (size_t i = 0; i < r->ranking->count; i++) {
		const struct story *s = &r->ranking->stories[i];

		take(r, s->head, nodes, out);
		for (size_t k = 0; k < s->told_count; k++)
			take(r, s->told[k], nodes, out);
		for (size_t k = 0; k < s->follower_count; k++)
			take(r, s->followers[k], nodes, out);
	}
}

int report_unified(const struct report *r, struct buf *out)
{
	const struct divergence *d;
	size_t count = comparison_divergences(r->c, &d);
	cleanup_free uint8_t *nodes = calloc(r->c->match.node_count + 1, sizeof(*nodes));
	int result = 0;

	if (!nodes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		nodes[d[i].node] |= NODE_DIVERGES;
	take_all(r, nodes, out);
	for (size_t i = 0; result == 0 && i < count; i++) {
		if (nodes[d[i].node] & NODE_TOLD)
			result = put_threads(r, &d[i], out);
	}
	return result == 0 ? buf_error(out) : result;
}

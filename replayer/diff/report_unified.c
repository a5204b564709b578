/* SPDX-License-Identifier: Apache-2.0 */
/* Lines: of each thread that differs, all of what differs with three lines around it. */
#include "report.h"

#include "compare_priv.h"
#include "edits.h"

#include "base/cleanup.h"
#include "replayer/print/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 3 };

/* A thread and which of its steps differ, in order. */
struct column {
	const struct diff_side *side;
	const struct diff_thread *thread;
	uint8_t *differs;
};

static void put_line(const struct column *x, size_t i, char sign, struct buf *out)
{
	const struct diff_step *step = &x->thread->steps[i];
	const char *text = compare_text(x->side, step->text);

	buf_char(out, sign);
	if (*text)
		escape_text(out, text, strlen(text));
	else
		buf_printf(out, "%s %s", compare_call(x->side, step->call),
			   compare_label(x->side, step->object));
	buf_char(out, '\n');
}

static void mark(struct column *x, const struct diff_step *step)
{
	if (x->thread && step >= x->thread->steps && step < x->thread->steps + x->thread->count)
		x->differs[step - x->thread->steps] = 1;
}

static void mark_edits(struct column *x, const struct buf *list)
{
	size_t count;
	const struct edit *e = edits_of(list, &count);

	for (size_t i = 0; i < count; i++)
		mark(x, e[i].step);
}

static bool differs_near(const struct column *x, size_t i)
{
	for (size_t k = i > CONTEXT ? i - CONTEXT : 0; k <= i + CONTEXT && k < x->thread->count;
	     k++) {
		if (x->differs[k])
			return true;
	}
	return false;
}

static size_t steps_of(const struct column *x)
{
	return x->thread ? x->thread->count : 0;
}

/* Both sides at once: what does not differ goes along in both. */
static void put_hunks(const struct column *a, const struct column *b, struct buf *out)
{
	size_t i = 0, k = 0;
	bool open = false;

	while (i < steps_of(a) || k < steps_of(b)) {
		const bool gone = i < steps_of(a) && a->differs[i];
		const bool new = k < steps_of(b) && b->differs[k];
		const bool near = gone || new || (i < steps_of(a) && differs_near(a, i)) ||
				  (k < steps_of(b) && differs_near(b, k));

		if (near && !open)
			buf_printf(out, "@@ -%zu +%zu @@\n", i + 1, k + 1);
		open = near;
		if (gone) {
			put_line(a, i++, '-', out);
		} else if (new) {
			put_line(b, k++, '+', out);
		} else {
			if (near && i < steps_of(a))
				put_line(a, i, ' ', out);
			i += i < steps_of(a);
			k += k < steps_of(b);
		}
	}
}

static int put_divergence(const struct report *r, const struct divergence *d, struct buf *out)
{
	const struct unit_part p = {d->a_process, d->a}, q = {d->b_process, d->b};
	const struct unit u = {.node = d->node,
			       .a = &p,
			       .b = &q,
			       .a_count = d->a != NULL,
			       .b_count = d->b != NULL,
			       .ordered = true};
	cleanup_done(edits_done) struct edits e = {.differs = false};
	struct column a = {r->c->a, d->a, NULL}, b = {r->c->b, d->b, NULL};
	cleanup_free uint8_t *in_a = calloc(steps_of(&a) + 1, 1),
			     *in_b = calloc(steps_of(&b) + 1, 1);
	cleanup_done(buf_done) struct buf name = {0};
	const struct edit_change *changes;

	if (!in_a || !in_b || edits_make(&u, &e) < 0)
		return -ENOMEM;
	a.differs = in_a;
	b.differs = in_b;
	mark_edits(&a, &e.removed);
	mark_edits(&b, &e.inserted);
	changes = (const struct edit_change *)(const void *)e.changed.data;
	for (size_t i = 0; i < e.changed.size / sizeof(*changes); i++) {
		mark(&a, changes[i].a);
		mark(&b, changes[i].b);
	}
	comparison_name(r->c, d->node, &name);
	buf_printf(out, "--- %s\tthread %" PRIu32 " of ", r->a, d->a ? d->a->tid : 0);
	escape_text(out, buf_text(&name), name.size);
	buf_printf(out, "\n+++ %s\tthread %" PRIu32 "\n", r->b, d->b ? d->b->tid : 0);
	put_hunks(&a, &b, out);
	return buf_error(&name);
}

int report_unified(const struct report *r, struct buf *out)
{
	const struct divergence *d;
	size_t count = comparison_divergences(r->c, &d);
	int result = 0;

	for (size_t i = 0; result == 0 && i < count; i++)
		result = put_divergence(r, &d[i], out);
	return result == 0 ? buf_error(out) : result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps may change places without anybody noticing: those that let go of something, in a row.
 * Who closes when the other ends have been closed, or when garbage is collected, does so in the
 * order in which these come.
 */
#include "compare_order.h"

#include "compare_priv.h"

#include <string.h>

enum { ROW_MAX = 4096 }; /* steps looked at in each direction */

static bool lets_go(const struct diff_side *s, const struct diff_step *step)
{
	const char *call = compare_call(s, step->call);

	return step->kind == DIFF_CALL && !step->error &&
	       (strcmp(call, "close") == 0 || strcmp(call, "epoll_ctl") == 0);
}

static const struct diff_thread *thread_of(const struct diff_side *s, const struct edit *e)
{
	const struct diff_process *p = &s->processes[e->process];

	for (size_t i = 0; i < p->thread_count; i++) {
		const struct diff_thread *t = &p->threads[i];

		if (t->tid == e->tid && t->count && e->step >= t->steps &&
		    e->step < t->steps + t->count)
			return t;
	}
	return NULL;
}

/* The coarse keys of what comes before the row and behind it; 0: nothing, or it is long. */
struct row {
	uint64_t before, behind;
};

static struct row row_of(const struct diff_side *s, const struct diff_thread *t, size_t at)
{
	size_t from = at, end = at;

	while (from && at - from < ROW_MAX && lets_go(s, &t->steps[from - 1]))
		from--;
	while (end < t->count && end - at < ROW_MAX && lets_go(s, &t->steps[end]))
		end++;
	return (struct row){.before = from ? t->steps[from - 1].coarse : 0,
			    .behind = end < t->count ? t->steps[end].coarse : 0};
}

bool order_matters(const struct comparison *c, const struct edit *a, const struct edit *b)
{
	const struct diff_thread *t = thread_of(c->a, a), *u = thread_of(c->b, b);
	struct row x, y;

	if (!t || !u || !lets_go(c->a, a->step) || !lets_go(c->b, b->step))
		return true;
	x = row_of(c->a, t, (size_t)(a->step - t->steps));
	y = row_of(c->b, u, (size_t)(b->step - u->steps));
	return x.before != y.before && x.behind != y.behind;
}

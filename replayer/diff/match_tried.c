/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who was to execute a program and could not has done next to nothing of what that program does.
 * It is known by what it tried.
 */
#include "match_priv.h"

#include <errno.h>
#include <string.h>

/* The step in which it executed something, or tried to. NULL: there is none. */
static const struct diff_step *attempt_of(const struct match_side *s, uint32_t process, bool failed)
{
	const struct diff_process *p = &s->side->processes[process];

	for (size_t t = 0; t < p->thread_count; t++) {
		for (size_t i = 0; i < p->threads[t].count; i++) {
			const struct diff_step *step = &p->threads[t].steps[i];
			const char *call = s->side->calls[step->call];

			if (!step->error == !failed && call && strcmp(call, "exec") == 0)
				return step;
		}
	}
	return NULL;
}

static bool tried_the_same(const struct matching *m, uint32_t a, uint32_t b)
{
	const bool a_failed = !m->a.side->processes[a].execed;
	const bool b_failed = !m->b.side->processes[b].execed;
	const struct diff_step *x, *y;

	if (a_failed == b_failed)
		return false;
	x = attempt_of(&m->a, a, a_failed);
	y = x ? attempt_of(&m->b, b, b_failed) : NULL;
	return y && x->what == y->what;
}

int match_tried(struct matching *m, const struct match_list *a, const struct match_list *b)
{
	for (size_t i = 0; i < a->count && i < MATCH_LEFTOVERS_MAX; i++) {
		for (size_t k = 0; k < b->count && k < MATCH_LEFTOVERS_MAX; k++) {
			if (m->a.node[a->at[i]] || m->b.node[b->at[k]] ||
			    !tried_the_same(m, a->at[i], b->at[k]))
				continue;
			if (match_add(m, &a->at[i], 1, &b->at[k], 1, MATCH_ALIKE) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

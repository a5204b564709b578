/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who was to execute a program and could not has done next to nothing of what that program does.
 * It is known by what it tried.
 */
#include "match_priv.h"

#include <errno.h>
#include <string.h>

/* The first step in which it executed something, or tried to. NULL: there is none. */
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

/* What each has executed, or tried to if it executed nothing; NULL: neither. */
static void find_attempts(const struct match_side *s, const struct match_list *x,
			  const struct diff_step *ret[MATCH_LEFTOVERS_MAX])
{
	for (size_t i = 0; i < x->count && i < MATCH_LEFTOVERS_MAX; i++)
		ret[i] = attempt_of(s, x->at[i], !s->side->processes[x->at[i]].execed);
}

static bool tried_the_same(const struct diff_step *a, const struct diff_step *b)
{
	return a && b && a->what == b->what && !a->error != !b->error;
}

int match_tried(struct matching *m, const struct match_list *a, const struct match_list *b)
{
	const struct diff_step *of_a[MATCH_LEFTOVERS_MAX], *of_b[MATCH_LEFTOVERS_MAX];

	if (!a->count || !b->count)
		return 0;
	find_attempts(&m->a, a, of_a);
	find_attempts(&m->b, b, of_b);
	for (size_t i = 0; i < a->count && i < MATCH_LEFTOVERS_MAX; i++) {
		for (size_t k = 0; k < b->count && k < MATCH_LEFTOVERS_MAX; k++) {
			if (m->a.node[a->at[i]] || m->b.node[b->at[k]] ||
			    !tried_the_same(of_a[i], of_b[k]))
				continue;
			if (match_add(m, &a->at[i], 1, &b->at[k], 1, MATCH_ALIKE) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

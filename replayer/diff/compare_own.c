/* SPDX-License-Identifier: Apache-2.0 */
#include "compare_priv.h"

#include <string.h>

bool compare_is_own(const char *call)
{
	static const char *const own[] = {"rt_sigaction", "rt_sigprocmask", "gettid", "getpid",
					  "getppid",      "prlimit64",      "exit",   NULL};

	return compare_is_one_of(call, own);
}

static uint64_t times_of(const struct diff_process *p, uint64_t fine)
{
	uint64_t n = 0;

	for (size_t t = 0; t < p->thread_count; t++) {
		for (size_t k = 0; k < p->threads[t].count; k++)
			n += p->threads[t].steps[k].fine == fine;
	}
	return n;
}

/* 0 when there is no end of asking. */
static uint64_t times(struct comparison *c, uint32_t node, int side, const struct diff_step *step)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct diff_side *s = side == SIDE_B ? c->b : c->a;
	const uint32_t *processes = side == SIDE_B ? n->b : n->a;
	const size_t count = side == SIDE_B ? n->b_count : n->a_count;
	uint64_t ret = 0;

	for (size_t i = 0; i < count && c->own_looks++ < OWN_LOOKS_MAX; i++)
		ret += times_of(&s->processes[processes[i]], step->fine);
	return ret;
}

bool compare_own_again(struct comparison *c, uint32_t node, int side, const struct diff_side *s,
		       const struct diff_step *step)
{
	return compare_is_own(compare_call(s, step->call)) && times(c, node, side, step);
}

bool compare_own_in_turns(struct comparison *c, uint32_t node, const struct diff_step *a,
			  const struct diff_step *b)
{
	const char *call = compare_call(c->b, b->call);

	if (strcmp(call, "rt_sigprocmask") == 0)
		return times(c, node, SIDE_B, a) && times(c, node, SIDE_A, b);
	return strcmp(call, "rt_sigaction") == 0 && times(c, node, SIDE_A, a) >= OWN_OFTEN &&
	       times(c, node, SIDE_B, a) >= OWN_OFTEN && times(c, node, SIDE_A, b) >= OWN_OFTEN &&
	       times(c, node, SIDE_B, b) >= OWN_OFTEN;
}

/* ---- processes of others ---- */

static bool lists_processes(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct diff_process *p = &s->processes[processes[i]];

		for (size_t t = 0; t < p->thread_count; t++) {
			for (size_t k = 0; k < p->threads[t].count; k++) {
				const struct diff_step *step = &p->threads[t].steps[k];

				if (strcmp(compare_call(s, step->call), "getdents") == 0 &&
				    strcmp(compare_label(s, step->object), "/proc") == 0)
					return true;
			}
		}
	}
	return false;
}

bool compare_of_stranger(struct comparison *c, uint32_t node, const char *label)
{
	static const char anybody[] = "/proc/*";
	const struct match_node *n = &c->match.nodes[node];

	return strncmp(label, anybody, sizeof(anybody) - 1) == 0 &&
	       c->stranger_looks++ < STRANGER_LOOKS_MAX &&
	       lists_processes(c->a, n->a, n->a_count) && lists_processes(c->b, n->b, n->b_count);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "compare_priv.h"

bool compare_is_own(const char *call)
{
	static const char *const own[] = {"rt_sigaction", "rt_sigprocmask", "gettid", "getpid",
					  "getppid",      "prlimit64",      "exit",   NULL};

	return compare_is_one_of(call, own);
}

static bool process_takes(const struct diff_process *p, uint64_t fine)
{
	for (size_t t = 0; t < p->thread_count; t++) {
		for (size_t k = 0; k < p->threads[t].count; k++) {
			if (p->threads[t].steps[k].fine == fine)
				return true;
		}
	}
	return false;
}

bool compare_own_again(const struct comparison *c, uint32_t node, int side,
		       const struct diff_side *s, const struct diff_step *step)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct diff_side *other = side == SIDE_B ? c->b : c->a;
	const uint32_t *processes = side == SIDE_B ? n->b : n->a;
	const size_t count = side == SIDE_B ? n->b_count : n->a_count;

	if (!compare_is_own(compare_call(s, step->call)))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (process_takes(&other->processes[processes[i]], step->fine))
			return true;
	}
	return false;
}

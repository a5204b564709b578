/* SPDX-License-Identifier: Apache-2.0 */
#include "compare_pool.h"

#include "compare_priv.h"

#include "sys/names.h"

#include <stdlib.h>
#include <string.h>

static bool ended_well(const struct diff_process *p)
{
	return p->ended && (p->status & 0xff7f) == 0;
}

static bool was_told_to(const struct diff_process *p)
{
	return p->ended && p->told_to_end && (p->status & 0x7f) == p->told_to_end;
}

static bool any_ended_well(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ended_well(&s->processes[processes[i]]))
			return true;
	}
	return false;
}

static bool is_heap(const struct comparison *c, const struct match_node *n)
{
	return n->how == MATCH_POOL &&
	       (any_ended_well(c->a, n->a, n->a_count) || any_ended_well(c->b, n->b, n->b_count));
}

bool pool_ends_by_chance(const struct comparison *c, const struct match_node *n,
			 const struct diff_process *a, const struct diff_process *b)
{
	return is_heap(c, n) &&
	       ((was_told_to(a) && ended_well(b)) || (ended_well(a) && was_told_to(b)));
}

static const struct match_node *node_of(const struct comparison *c, const struct diff_side *s,
					uint32_t process)
{
	return &c->match.nodes[(s == c->a ? c->match.a_node : c->match.b_node)[process]];
}

/* The child that a text is about; DIFF_NONE: none. */
static uint32_t child_in(const struct diff_side *s, uint32_t parent, const char *text)
{
	static const char word[] = "<child#";
	const char *at = strstr(text, word);
	const unsigned long ordinal = at ? strtoul(at + sizeof(word) - 1, NULL, 10) : 0;

	for (uint32_t i = parent + 1; ordinal && i < s->process_count; i++) {
		if (s->processes[i].parent == parent && s->processes[i].ordinal == ordinal)
			return i;
	}
	return DIFF_NONE;
}

static bool tells_to_end(const char *call)
{
	return strcmp(call, "kill") == 0 || strcmp(call, "tgkill") == 0 ||
	       strcmp(call, "pidfd_send_signal") == 0;
}

bool pool_step_by_chance(struct comparison *c, const struct diff_side *s, uint32_t process,
			 const struct diff_step *step)
{
	const char *call = compare_call(s, step->call);
	uint32_t target = process;

	if (step->kind == DIFF_CALL) {
		if (!tells_to_end(call) || c->pool_looks++ >= POOL_LOOKS_MAX)
			return false;
		target = child_in(s, process, diff_step_text(s, step));
	} else {
		const char *told = sys_signal_name(s->processes[process].told_to_end);

		if (!told || strcmp(told, call) != 0)
			return false;
	}
	return target && s->processes[target].told_to_end && is_heap(c, node_of(c, s, target));
}

/* Nothing but what libc does in a child that was forked just now. */
static bool has_done_nothing(const struct diff_side *s, const struct diff_process *p)
{
	static const char *const calls[] = {"gettid", "rt_sigaction", "rt_sigprocmask",
					    "set_robust_list", NULL};

	for (size_t i = 0; p->thread_count && i < p->threads[0].count; i++) {
		const struct diff_step *step = &p->threads[0].steps[i];

		if (step->kind == DIFF_CALL &&
		    !compare_is_one_of(compare_call(s, step->call), calls))
			return false;
	}
	return p->thread_count <= 1;
}

static bool any_stillborn(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct diff_process *p = &s->processes[processes[i]];

		if (was_told_to(p) && has_done_nothing(s, p))
			return true;
	}
	return false;
}

bool pool_lacks_by_chance(const struct comparison *c, uint32_t node, const struct diff_side *s,
			  const struct diff_step *step)
{
	const struct match_node *n = &c->match.nodes[node];

	if (!step->object || s->objects[step->object].kind != DIFF_CHANNEL || !is_heap(c, n))
		return false;
	return s == c->a ? any_stillborn(c->b, n->b, n->b_count)
			 : any_stillborn(c->a, n->a, n->a_count);
}

static uint64_t told_of(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	uint64_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += was_told_to(&s->processes[processes[i]]);
	return n;
}

/* Who is told so may have ended by itself meanwhile. */
static bool any_told(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (s->processes[processes[i]].told_to_end)
			return true;
	}
	return false;
}

uint64_t pool_untimely_ends(const struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];
	uint64_t a, b;

	if (!is_heap(c, n))
		return 0;
	a = told_of(c->a, n->a, n->a_count);
	b = told_of(c->b, n->b, n->b_count);
	return a > b ? a - b : b - a;
}

bool pool_count_by_chance(struct comparison *c, uint32_t node, const char *call)
{
	if (!tells_to_end(call) || c->pool_looks++ >= POOL_LOOKS_MAX)
		return false;
	for (uint32_t i = 1; i < c->match.node_count; i++) {
		const struct match_node *n = &c->match.nodes[i];

		if (n->parent == node && is_heap(c, n) &&
		    (any_told(c->a, n->a, n->a_count) || any_told(c->b, n->b, n->b_count)))
			return true;
	}
	return false;
}

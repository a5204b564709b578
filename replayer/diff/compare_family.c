/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process does to those that it makes: that it waits for them, how many threads it makes,
 * and which descriptors it leaves open to the programs that they execute.
 */
#include "compare_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL: the command has none, and who has no such number. */
static const struct diff_process *parent_of(const struct diff_side *s, const struct diff_process *p)
{
	return p->parent && p->parent < s->process_count ? &s->processes[p->parent] : NULL;
}

/* ---- waiting ---- */

/* Who is killed has no time to wait for anybody. */
static bool may_wait(const struct diff_side *s, const struct diff_process *p)
{
	const struct diff_process *parent = parent_of(s, p);

	return parent && p->ended && parent->ended && !(parent->status & 0x7f);
}

/* Members of a node that are never asked for; UINT64_MAX: of some it cannot be said. */
static uint64_t forgotten(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	uint64_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct diff_process *p = &s->processes[processes[i]];

		if (!may_wait(s, p))
			return UINT64_MAX;
		n += !p->asked && !p->reaped;
	}
	return n;
}

static bool any_awaited(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (s->processes[processes[i]].awaited && s->processes[processes[i]].reaped)
			return true;
	}
	return false;
}

static int add_waiting(struct comparison *c, uint32_t node, uint64_t a, uint64_t b)
{
	const struct match_node *n = &c->match.nodes[node];
	cleanup_done(buf_done) struct buf subject = {0};
	struct compare_new x = {.kind = a ? FIND_CALL_NEW : FIND_CALL_GONE,
				.node = n->parent,
				.detail = hash_add(HASH_START, &node, sizeof(node)),
				.shape = hash_add(HASH_START, "wait", 4)};
	struct finding *f;
	int failed = 0;

	buf_str(&subject, "wait for ");
	comparison_name(c, node, &subject);
	x.subject = buf_text(&subject);
	f = compare_add(c, &x, &failed);
	if (f) {
		f->a = compare_place_of(c->a, n->a[0]);
		f->b = compare_place_of(c->b, n->b[0]);
		f->a.count = n->a_count - a;
		f->b.count = n->b_count - b;
	}
	return buf_error(&subject) ? -ENOMEM : failed;
}

/* That a child is waited for on one side and never on the other. */
static int compare_waiting(struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];
	const uint64_t a = forgotten(c->a, n->a, n->a_count), b = forgotten(c->b, n->b, n->b_count);

	if (a == UINT64_MAX || b == UINT64_MAX || !a == !b)
		return 0;
	if (a ? !any_awaited(c->b, n->b, n->b_count) : !any_awaited(c->a, n->a, n->a_count))
		return 0;
	return add_waiting(c, node, a, b);
}

/* ---- threads ---- */

/* What a thread does by being one. */
static bool is_of_thread(const char *call)
{
	static const char *const calls[] = {
		"rseq", "set_robust_list", "rt_sigprocmask",    "sigaltstack", "gettid", "prctl",
		"exit", "thread",          "sched_getaffinity", "mmap",        NULL};

	return compare_is_one_of(call, calls);
}

static size_t work_of(const struct diff_side *s, const struct diff_process *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->thread_count; i++) {
		for (size_t k = 0; k < p->threads[i].count; k++)
			n += !is_of_thread(compare_call(s, p->threads[i].steps[k].call));
	}
	return n;
}

/* A pool makes another worker when all are busy just then, and a language's runtime as it likes:
 * that changes nothing, if they do the same together, or one more among many. */
static bool is_chance(const struct comparison *c, const struct diff_process *p,
		      const struct diff_process *q)
{
	enum { THREADS_MORE = 4, THREADS_MANY = 5 };
	const size_t more = p->thread_count > q->thread_count ? p->thread_count : q->thread_count;
	const size_t less = p->thread_count + q->thread_count - more;

	if (more - less > THREADS_MORE || less < 2)
		return false;
	return (less >= THREADS_MANY && more - less <= less / 2) ||
	       work_of(c->a, p) == work_of(c->b, q);
}

static int compare_threads(struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct diff_process *p = &c->a->processes[n->a[0]], *q = &c->b->processes[n->b[0]];
	struct compare_new x = {.kind = p->thread_count < q->thread_count ? FIND_THREAD_NEW
									  : FIND_THREAD_GONE,
				.node = node,
				.subject = "threads made (clone)"};
	struct finding *f;
	int failed = 0;

	if (n->a_count != 1 || n->b_count != 1 || p->thread_count == q->thread_count)
		return 0;
	x.weight = is_chance(c, p, q) ? FINDING_NOISE : FINDING_LOUD;
	f = compare_add(c, &x, &failed);
	if (f) {
		f->a = compare_place_of(c->a, n->a[0]);
		f->b = compare_place_of(c->b, n->b[0]);
		/* The first was there by itself. */
		f->a.count = p->thread_count ? p->thread_count - 1 : 0;
		f->b.count = q->thread_count ? q->thread_count - 1 : 0;
	}
	return failed;
}

/* That the process ended before it had come to this call, or to any work. */
static bool is_cut_off(const struct diff_side *s, const struct diff_thread *t, const char *call)
{
	for (size_t i = 0; i < t->count; i++) {
		const char *step = compare_call(s, t->steps[i].call);

		if (!is_of_thread(step) || strcmp(step, "exit") == 0 || strcmp(step, call) == 0)
			return false;
	}
	return true;
}

static size_t cut_off(const struct diff_side *s, const uint32_t *processes, size_t count,
		      const char *call)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct diff_process *p = &s->processes[processes[i]];

		for (size_t k = 1; p->ended && k < p->thread_count; k++)
			n += is_cut_off(s, &p->threads[k], call);
	}
	return n;
}

/* Whether threads had not yet done what each does first when all ended: more of them than in the
 * other run. */
static bool ends_too_early(const struct comparison *c, uint32_t node, const char *call)
{
	const struct match_node *n = &c->match.nodes[node];

	return cut_off(c->a, n->a, n->a_count, call) != cut_off(c->b, n->b, n->b_count, call);
}

static bool has_ended_with_threads(const struct diff_side *s, const uint32_t *processes,
				   size_t count)
{
	bool threads = false;

	for (size_t i = 0; i < count; i++) {
		if (!s->processes[processes[i]].ended)
			return false;
		threads |= s->processes[processes[i]].thread_count > 1;
	}
	return threads;
}

/* Whether threads come to their own ends before that of the process is chance. */
static bool is_end_of_thread(const struct comparison *c, uint32_t node, const char *call)
{
	const struct match_node *n = &c->match.nodes[node];

	return strcmp(call, "exit") == 0 && has_ended_with_threads(c->a, n->a, n->a_count) &&
	       has_ended_with_threads(c->b, n->b, n->b_count);
}

bool compare_of_spare_thread(const struct comparison *c, uint32_t node, const char *call)
{
	const struct finding *f = findings_find(&c->found, FIND_THREAD_NEW, node, 0);

	f = f ? f : findings_find(&c->found, FIND_THREAD_GONE, node, 0);
	if (!is_of_thread(call))
		return false;
	if (f)
		return f->weight == FINDING_NOISE;
	return is_end_of_thread(c, node, call) || ends_too_early(c, node, call);
}

/* ---- descriptors left open ---- */

static uint64_t hash_of(const struct diff_side *s, const struct diff_inherited *x)
{
	return x->object ? s->objects[x->object].hash : 0;
}

static bool has(const struct diff_side *s, const struct diff_process *p, uint64_t object)
{
	for (size_t i = 0; i < p->inherited_count; i++) {
		if (hash_of(s, &p->inherited[i]) == object)
			return true;
	}
	return false;
}

/* P.1.2: the second child of the first child of the command. */
static void say_place(const struct diff_side *s, const struct diff_process *p, struct buf *out)
{
	uint32_t way[16];
	size_t n = 0;

	for (; p && p->parent && n < sizeof(way) / sizeof(*way); p = parent_of(s, p))
		way[n++] = p->ordinal;
	buf_char(out, 'P');
	while (n)
		buf_printf(out, ".%" PRIu32, way[--n]);
}

static int add_inherited(struct comparison *c, uint32_t node, int side,
			 const struct diff_inherited *x)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct diff_side *s = side == SIDE_B ? c->b : c->a;
	const uint32_t process = side == SIDE_B ? n->b[0] : n->a[0];
	const struct diff_process *p = &s->processes[process];
	cleanup_done(buf_done) struct buf text = {0};
	struct compare_new new = {.kind = FIND_INHERITS,
				  .node = node,
				  .detail = hash_add(hash_of(s, x), &side, sizeof(side)),
				  .shape = finding_shape(compare_label(s, x->object)),
				  .what = hash_of(s, x),
				  .subject = compare_label(s, x->object)};
	struct finding *f;
	int failed = 0;

	buf_printf(&text, "descriptor %" PRId32 " of %s, pid %" PRIu32 ", ", x->fd,
		   compare_label(s, p->exe), p->pid);
	say_place(s, p, &text);
	*(side == SIDE_B ? &new.now : &new.was) = buf_text(&text);
	f = compare_add(c, &new, &failed);
	if (f)
		*(side == SIDE_B ? &f->b : &f->a) = compare_place_of(s, process);
	return buf_error(&text) ? -ENOMEM : failed;
}

static int compare_side(struct comparison *c, uint32_t node, int side)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct diff_side *s = side == SIDE_B ? c->b : c->a,
			       *other = side == SIDE_B ? c->a : c->b;
	const struct diff_process *p = &s->processes[side == SIDE_B ? n->b[0] : n->a[0]];
	const struct diff_process *q = &other->processes[side == SIDE_B ? n->a[0] : n->b[0]];
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->inherited_count; i++) {
		if (p->inherited[i].object && !has(other, q, hash_of(s, &p->inherited[i])))
			r = add_inherited(c, node, side, &p->inherited[i]);
	}
	return r;
}

static int compare_inherited(struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];
	int r;

	/* Who executes nothing has all that its parent has. */
	if (n->a_count != 1 || n->b_count != 1 || !c->a->processes[n->a[0]].execed ||
	    !c->b->processes[n->b[0]].execed)
		return 0;
	r = compare_side(c, node, SIDE_A);
	return r == 0 ? compare_side(c, node, SIDE_B) : r;
}

int compare_node_family(struct comparison *c, uint32_t node)
{
	int r = compare_waiting(c, node);

	if (r == 0)
		r = compare_threads(c, node);
	return r == 0 ? compare_inherited(c, node) : r;
}

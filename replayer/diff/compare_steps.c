/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings out of edits. Steps of one side are set against those of the other, in this order:
 * the same step in another place; the same step of another thread; the same call about the same
 * object with another end; the same call about another object. What is left is new or gone. Each
 * rule is a key: steps with the same key belong together, the first with the first.
 */
#include "compare_moved.h"
#include "compare_said.h"
#include "steps_priv.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

/* ---- the rules ---- */

static uint64_t key_of_step(const struct diff_side *s, const struct edit *e)
{
	(void)s;
	return e->step->coarse | 1;
}

/* Calls that change nothing, or only what is waited for: one that waits for whoever is the first to
 * end does them when it happens to, and all is the same afterwards. */
static bool only_looks(const char *call)
{
	static const char *const calls[] = {"access",         "epoll_ctl", "getcwd",    "getdents",
					    "getrlimit",      "getrusage", "prlimit64", "readlink",
					    "rt_sigprocmask", "stat",      "statfs",    "sysinfo",
					    "times",          "uname",     "wait",      NULL};

	return compare_is_one_of(call, calls);
}

/* The step in front of it; NULL: it is the first of its thread. */
static const struct diff_step *before(const struct diff_side *s, const struct edit *e)
{
	const struct diff_process *p = &s->processes[e->process];

	for (size_t i = 0; i < p->thread_count; i++) {
		const struct diff_thread *t = &p->threads[i];

		if (t->tid == e->tid && e->step > t->steps && e->step < t->steps + t->count)
			return e->step - 1;
	}
	return NULL;
}

static void say_before(const struct diff_side *s, const struct diff_step *step, struct buf *ret)
{
	buf_str(ret, "behind ");
	said_call(s, step, ret);
}

/* Where it was and is, if it is behind another call now. */
static int say_places(const struct steps_run *run, struct compare_new *x, const struct edit *a,
		      const struct edit *b, struct buf *was, struct buf *now)
{
	const struct diff_step *p = before(run->c->a, a), *q = before(run->c->b, b);

	if (!p || !q || p->fine == q->fine)
		return 0;
	say_before(run->c->a, p, was);
	say_before(run->c->b, q, now);
	x->was = buf_text(was);
	x->now = buf_text(now);
	return buf_error(was) || buf_error(now) ? -ENOMEM : 0;
}

static int tell_moved(struct steps_run *run, struct edit *a, struct edit *b)
{
	cleanup_done(buf_done) struct buf was = {0}, now = {0};
	struct compare_new x = {
		.kind = FIND_ORDER, .weight = steps_weight_of(run->c->a, a->step), .detail = 1};
	int matters;

	if (only_looks(compare_call(run->c->a, a->step->call)))
		x.weight = FINDING_NOISE;

	a->used = b->used = true;
	matters = order_matters(run->c, a, b, &run->orders);
	if (!matters)
		x.weight = FINDING_NOISE;
	/* All that have moved are one finding, which says the first: of those that matter. */
	if (x.weight == FINDING_NOISE)
		x.detail = 2;
	if (matters > 0)
		matters = say_places(run, &x, a, b, &was, &now);
	return matters < 0 ? matters : steps_add(run, &x, a, b);
}

static uint64_t key_in_gap(const struct diff_side *s, const struct edit *e)
{
	(void)s;
	return steps_mix(e->step->what, e->gap, 1) | 1;
}

static uint64_t key_anywhere(const struct diff_side *s, const struct edit *e)
{
	(void)s;
	return e->step->what | 1;
}

static int tell_other_end(struct steps_run *run, struct edit *a, struct edit *b)
{
	char was[24], now[24];
	struct compare_new x = {.kind = !a->step->error   ? FIND_FAILS
					: !b->step->error ? FIND_SUCCEEDS
							  : FIND_ERROR,
				.weight = steps_louder(steps_weight_of(run->c->a, a->step),
						       steps_weight_of(run->c->b, b->step))};

	if (a->step->error == b->step->error)
		return 0;
	if (steps_is_answer_of_set(run->c->a, a->step) ||
	    steps_is_answer_of_set(run->c->b, b->step))
		x.weight = FINDING_NOISE;
	a->used = b->used = true;
	x.was = steps_end_of(a->step, was, sizeof(was));
	x.now = steps_end_of(b->step, now, sizeof(now));
	x.detail = steps_mix(a->step->what, a->step->error, b->step->error);
	return steps_add(run, &x, a, b);
}

static uint64_t key_of_end(const struct diff_side *s, const struct edit *e)
{
	(void)s;
	return steps_mix(e->step->what, e->step->error, 6) | 1;
}

/* Opened for something else. */
static int tell_other_purpose(struct steps_run *run, struct edit *a, struct edit *b)
{
	const struct edit_change change = {.a = a->step,
					   .b = b->step,
					   .a_process = a->process,
					   .b_process = b->process,
					   .a_tid = a->tid,
					   .b_tid = b->tid};

	if (a->step->coarse == b->step->coarse)
		return 0;
	a->used = b->used = true;
	return steps_tell_change(run, &change);
}

/* What is opened to be written or listed is not opened instead of what is read. */
static uint64_t purpose_of(const struct diff_side *s, const struct diff_step *step)
{
	static const char *const words[] = {"O_WRONLY", "O_RDWR", "O_DIRECTORY"};
	const char *text = diff_step_text(s, step);

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strstr(text, words[i]))
			return i / 2 + 1;
	}
	return 0;
}

static uint64_t key_of_choice(const struct diff_side *s, const struct edit *e)
{
	const char *call = compare_call(s, e->step->call);

	if (!steps_object_hash(s, e->step) || steps_weight_of(s, e->step) != FINDING_LOUD ||
	    steps_choice_of(call) < 0 || e->step->error)
		return 0;
	return steps_mix(steps_word_hash(call), e->gap, 2 + purpose_of(s, e->step)) | 1;
}

static uint64_t key_of_same_name(const struct diff_side *s, const struct edit *e)
{
	const uint64_t key = key_of_choice(s, e);
	const char *label = compare_label(s, e->step->object), *slash = strrchr(label, '/');

	return key ? steps_mix(key, steps_word_hash(slash ? slash + 1 : label), 3) | 1 : 0;
}

static int tell_instead(struct steps_run *run, struct edit *a, struct edit *b)
{
	const char *call = compare_call(run->c->b, b->step->call);
	struct compare_new x = {.kind = (enum finding_kind)steps_choice_of(call),
				.subject = call,
				.was = compare_label(run->c->a, a->step->object),
				.now = compare_label(run->c->b, b->step->object),
				.detail = steps_mix(a->step->what, b->step->what, 0)};

	/* The one of them that both know is not instead of anything. */
	if (compare_knows(run->c, SIDE_A, steps_object_hash(run->c->b, b->step)) &&
	    compare_knows(run->c, SIDE_B, steps_object_hash(run->c->a, a->step)))
		return 0;
	a->used = b->used = true;
	return steps_add(run, &x, a, b);
}

/* ---- a unit ---- */

static int note_divergence(struct steps_run *run, const struct unit *u, const struct edits *e)
{
	const struct divergence d = {.node = run->node,
				     .a_process = u->a_count ? u->a[0].process : DIFF_NONE,
				     .b_process = u->b_count ? u->b[0].process : DIFF_NONE,
				     .a = u->a_count ? u->a[0].thread : NULL,
				     .b = u->b_count ? u->b[0].thread : NULL,
				     .a_at = e->a_at,
				     .b_at = e->b_at};

	if (e->differs)
		buf_append(&run->c->divergences, &d, sizeof(d));
	run->c->approximate |= e->approximate;
	return buf_error(&run->c->divergences);
}

static int tell_edits(struct steps_run *run, const struct edits *e)
{
	const struct edit_change *changes = (const struct edit_change *)(void *)e->changed.data;
	int r = 0;

	run->removed = edits_of(&e->removed, &run->removed_count);
	run->inserted = edits_of(&e->inserted, &run->inserted_count);
	if (run->removed_count || run->inserted_count)
		r = compare_note_objects(run->c);
	if (r == 0 && run->ordered)
		r = steps_pair_by(run, key_of_step, tell_moved);
	if (r == 0)
		r = moves_take(run->c, run->node, run->removed, run->removed_count, run->moves);
	if (r == 0)
		r = moves_take(run->c, run->node, run->inserted, run->inserted_count, run->moves);
	if (r == 0)
		r = steps_pair_by(run, key_in_gap, tell_other_end);
	if (r == 0)
		r = steps_pair_by(run, key_anywhere, tell_other_end);
	if (r == 0)
		r = steps_pair_by(run, key_of_end, tell_other_purpose);
	if (r == 0)
		r = steps_pair_by(run, key_of_same_name, tell_instead);
	if (r == 0)
		r = steps_pair_by(run, key_of_choice, tell_instead);
	if (r == 0)
		r = steps_tell_rest(run);
	return r == 0 ? steps_tell_changes(run, changes, e->changed.size / sizeof(*changes)) : r;
}

static int compare_unit(struct comparison *c, const struct unit *u, struct moves *moves)
{
	struct steps_run run = {.c = c, .node = u->node, .ordered = u->ordered, .moves = moves};
	cleanup_done(edits_done) struct edits e = {.differs = false};
	int r = edits_make(u, &e);

	if (r == 0)
		r = note_divergence(&run, u, &e);
	if (r == 0)
		r = tell_edits(&run, &e);
	orders_done(&run.orders);
	return r;
}

int compare_node_steps(struct comparison *c, uint32_t node)
{
	cleanup_done(units_done) struct units u = {0};
	cleanup_done(moves_done) struct moves moves = {.made = false};
	int r = units_make(c->a, c->b, &c->match, node, &u);

	for (size_t i = 0; r == 0 && i < u.count; i++)
		r = compare_unit(c, &u.at[i], &moves);
	return r;
}

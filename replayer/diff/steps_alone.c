/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of one side that no rule has set against one of the other: they are new or gone. */
#include "steps_priv.h"

#include "compare_channels.h"
#include "compare_pool.h"

#include <errno.h>
#include <string.h>

static enum finding_kind kind_of_object(const struct diff_object *o, bool is_new)
{
	if (o->kind == DIFF_FILE || o->kind == DIFF_NEW_FILE)
		return is_new ? FIND_PATH_NEW : FIND_PATH_GONE;
	if (o->kind == DIFF_PEER)
		return is_new ? FIND_PEER_NEW : FIND_PEER_GONE;
	return is_new ? FIND_CALL_NEW : FIND_CALL_GONE;
}

static bool dies_of_pipe(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	bool all = count != 0;

	for (size_t i = 0; i < count; i++)
		all &= channels_killed_writer(s, processes[i]);
	return all;
}

/* Who is killed for writing to nobody has just been told so, or has written a part of it: it
 * depends on when the reader went. */
static bool is_last_write(const struct steps_run *run, const struct diff_step *step)
{
	const struct match_node *n = &run->c->match.nodes[run->node];

	return step->error == EPIPE && dies_of_pipe(run->c->a, n->a, n->a_count) &&
	       dies_of_pipe(run->c->b, n->b, n->b_count);
}

/* Only asked: what is made of the answer is seen. That it is another is told where both ask. */
static bool asks_for_limit(const struct diff_side *s, const struct diff_step *step)
{
	return !step->error && strcmp(compare_call(s, step->call), "prlimit64") == 0 &&
	       strstr(diff_step_text(s, step), ", NULL, {");
}

/* V8 maps a part of its own executable anew where it has come to lie unfavourably. */
static bool is_own_executable(const struct diff_side *s, const struct edit *e)
{
	static const char *const calls[] = {"close", "mmap", "open", "stat", NULL};

	return !e->step->error && e->step->object &&
	       e->step->object == s->processes[e->process].exe &&
	       compare_is_one_of(compare_call(s, e->step->call), calls);
}

/* A step of one side only: of a file or peer that the other never heard of, it is the object
 * that is new, however many steps there are; else it is the step. */
static int tell_alone(struct steps_run *run, const struct edit *e, bool is_new)
{
	struct comparison *c = run->c;
	const struct diff_side *s = is_new ? c->b : c->a;
	const struct diff_step *step = e->step;
	const uint64_t object = steps_object_hash(s, step);
	const struct edit *a = is_new ? NULL : e, *b = is_new ? e : NULL;
	char end[24];
	struct compare_new x = {.kind = is_new ? FIND_CALL_NEW : FIND_CALL_GONE,
				.weight = steps_weight_of(s, step),
				.detail = steps_mix(step->what, step->error, 0)};

	if (step->kind == DIFF_SIGNAL)
		x.kind = FIND_SIGNAL;
	if (object && !compare_knows(c, is_new ? SIDE_A : SIDE_B, object))
		x.kind = kind_of_object(&s->objects[step->object], is_new);
	if (x.kind != FIND_CALL_NEW && x.kind != FIND_CALL_GONE && x.kind != FIND_SIGNAL) {
		x.detail = object;
		x.subject = compare_label(s, step->object);
		x.shape = finding_shape(x.subject);
	}
	if (is_last_write(run, step) || asks_for_limit(s, step) ||
	    steps_is_answer_of_set(s, step) || is_own_executable(s, e) ||
	    pool_lacks_by_chance(c, run->node, s, step))
		x.weight = FINDING_NOISE;
	/* A connection that is under way has not failed. */
	if (step->error && step->error != EINPROGRESS) {
		x.kind = is_new ? FIND_FAILS : FIND_SUCCEEDS;
		x.detail = steps_mix(step->what, step->error, 4);
		x.subject = NULL;
		x.shape = 0;
		*(is_new ? &x.now : &x.was) = steps_end_of(step, end, sizeof(end));
	}
	return steps_add(run, &x, a, b);
}

int steps_tell_rest(struct steps_run *run)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->removed_count; i++) {
		if (!run->removed[i].used)
			r = tell_alone(run, &run->removed[i], false);
	}
	for (size_t i = 0; r == 0 && i < run->inserted_count; i++) {
		if (!run->inserted[i].used)
			r = tell_alone(run, &run->inserted[i], true);
	}
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The same step with something else said. */
#include "steps_priv.h"

#include "compare_moved.h"
#include "compare_said.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

/* In what state a run found the outputs that it was given is nobody's affair: how much was in the
 * file before, and what others who have it open made of its flags (make(1) adds O_APPEND). */
static bool is_found_output(const struct diff_side *s, const struct diff_step *step,
			    const struct said_change *said)
{
	static const char size[] = "st_size=";
	const char *label = compare_label(s, step->object);
	const char *call = compare_call(s, step->call);

	if (strcmp(label, "stdout") != 0 && strcmp(label, "stderr") != 0)
		return false;
	if (strcmp(call, "lseek") == 0 ||
	    (said->was.size >= sizeof(size) && memcmp(said->was.at, size, sizeof(size) - 1) == 0))
		return true;
	return said->kind == FIND_RESULT && strstr(diff_step_text(s, step), ", F_GETFL)");
}

/* ---- the same step with something else said ---- */

/* Of the names in a directory those that came and went. */
static bool say_entries(const struct steps_run *run, const struct edit_change *change,
			const struct said_change *said, struct buf *subject, struct buf *was,
			struct buf *now)
{
	const struct diff_side *s = run->c->b;
	const char *call = compare_call(s, change->b->call);

	if (strcmp(call, "getdents") != 0 || said->kind != FIND_ARGUMENT)
		return false;
	said_entries(said->was, said->now, was);
	said_entries(said->now, said->was, now);
	buf_printf(subject, "%s(<%s>)", call, compare_label(s, change->b->object));
	return true;
}

/* A name that leads to another file. */
static bool say_led(const struct steps_run *run, const struct edit_change *change,
		    const struct said_change *said, struct buf *subject, struct buf *was,
		    struct buf *now)
{
	const struct diff_side *s = run->c->b;
	const char *call = compare_call(s, change->b->call);
	const struct word *words[] = {&said->was, &said->now};

	if (said->kind != FIND_RESULT || steps_choice_of(call) != FIND_INSTEAD)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i]->size < 3 || memcmp(words[i]->at, "<", 1) != 0)
			return false;
	}
	buf_append(was, said->was.at + 1, said->was.size - 2);
	buf_append(now, said->now.at + 1, said->now.size - 2);
	buf_printf(subject, "%s %s", call, compare_label(s, change->b->object));
	return true;
}

static int tell_said(struct steps_run *run, const struct edit_change *change,
		     const struct said_change *said)
{
	const struct edit a = {
		.step = change->a, .process = change->a_process, .tid = change->a_tid};
	const struct edit b = {
		.step = change->b, .process = change->b_process, .tid = change->b_tid};
	struct compare_new x = {.kind = said->kind,
				.weight = steps_weight_of(run->c->b, change->b)};
	cleanup_done(buf_done) struct buf was = {0}, now = {0}, subject = {0};

	if (is_found_output(run->c->b, change->b, said) ||
	    compare_own_in_turns(run->c, run->node, change->a, change->b))
		x.weight = FINDING_NOISE;
	if (say_entries(run, change, said, &subject, &was, &now)) {
		x.subject = buf_text(&subject);
	} else if (say_led(run, change, said, &subject, &was, &now)) {
		x.kind = FIND_INSTEAD;
		x.subject = buf_text(&subject);
	} else {
		buf_append(&was, said->was.at, said->was.size);
		buf_append(&now, said->now.at, said->now.size);
	}
	x.was = buf_text(&was);
	x.now = buf_text(&now);
	if (buf_error(&was) < 0 || buf_error(&now) < 0 || buf_error(&subject) < 0)
		return -ENOMEM;
	x.detail = steps_mix(change->a->what, steps_word_hash(x.was), steps_word_hash(x.now));
	x.detail = steps_mix(x.detail, said->place, 0);
	x.shape = steps_mix(steps_shape_of(run->c->b, change->b), said->place, 5);
	return steps_add(run, &x, &a, &b);
}

int steps_tell_change(struct steps_run *run, const struct edit_change *change)
{
	struct said_change said[SAID_CHANGES_MAX];
	size_t n = said_changes(run->c->a, change->a, run->c->b, change->b, said);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = tell_said(run, change, &said[i]);
	return r;
}

/* What both threads say otherwise may be what others of them say. */
int steps_tell_changes(struct steps_run *run, const struct edit_change *changes, size_t count)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < count; i++) {
		r = moves_have(run->c, run->node, changes[i].a, run->moves);
		if (r > 0)
			r = moves_have(run->c, run->node, changes[i].b, run->moves);
		if (r == 0)
			r = steps_tell_change(run, &changes[i]);
	}
	return r < 0 ? r : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which changes of what a run was given explain others: a variable or an argument whose value is
 * seen in them, and a file with other contents that was read before anything else went otherwise.
 */
#include "compare_priv.h"
#include "given.h"
#include "rank_priv.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	COMPONENT_MIN = 4,
	LOOKS_MAX = 16, /* they are in order: one behind so many is not the first thing */
};

/* ---- what a variable explains ---- */

static const char *name_of(const struct diff_side *s, const struct diff_step *step)
{
	return step && step->object < s->object_count ? s->texts + s->objects[step->object].name
						      : "";
}

static bool says(const struct comparison *c, const struct finding *f, const char *word)
{
	return strstr(f->subject, word) || (f->was && strstr(f->was, word)) ||
	       (f->now && strstr(f->now, word)) || strstr(name_of(c->a, f->a.step), word) ||
	       strstr(name_of(c->b, f->b.step), word);
}

/* The parts of a value between : , ; = and blanks that the other value has not. */
static bool value_shows(const struct comparison *c, const struct finding *f, const char *value,
			const char *other)
{
	static const char ends[] = ":,; ";

	if (!value)
		return false;
	if (strlen(value) >= COMPONENT_MIN && says(c, f, value))
		return true;
	while (*value) {
		const size_t size = strcspn(value, ends);
		cleanup_free char *word = strndup(value, size);

		if (word && size >= COMPONENT_MIN && !(other && strstr(other, word)) &&
		    says(c, f, word))
			return true;
		value += size + (value[size] != '\0');
	}
	return false;
}

/* http://host:port/ of a variable is host:port in the finding. */
static bool address_shows(const struct comparison *c, const struct finding *f, const char *value)
{
	const char *host = value ? strstr(value, "://") : NULL;
	cleanup_free char *word = NULL;

	if (!host)
		return false;
	word = strndup(host + 3, strcspn(host + 3, "/"));
	return word && strlen(word) >= COMPONENT_MIN && says(c, f, word);
}

bool rank_shows_in(const struct comparison *c, const struct finding *input, const struct finding *f)
{
	cleanup_free char *variable = NULL;

	if (input->kind != FIND_ENVIRONMENT || rank_is_input(f))
		return false;
	variable = malloc(strlen(input->subject) + 2);
	if (!variable)
		return false;
	variable[0] = '$';
	strcpy(variable + 1, input->subject);
	return says(c, f, variable) || value_shows(c, f, input->now, input->was) ||
	       value_shows(c, f, input->was, input->now) || address_shows(c, f, input->now) ||
	       address_shows(c, f, input->was);
}

static bool explains_any(const struct rank_run *run, const struct finding *input)
{
	for (size_t i = 0; i < run->used && i < RANK_SHOWN_MAX; i++) {
		if (rank_shows_in(run->c, input, rank_finding(run, run->order[i])))
			return true;
	}
	return false;
}

/* What was given to the whole: if it changed in one thing only, that need not be seen anywhere. */
struct given {
	size_t inputs, circumstances;
	bool others; /* something that is no circumstance differs */
};

/* Of a process below the command, which got it from another one. */
bool rank_is_handed_on(const struct comparison *c, const struct finding *f)
{
	if (f->kind == FIND_ENVIRONMENT)
		return f->b.process != DIFF_NONE && c->b->processes[f->b.process].parent;
	return f->kind == FIND_ARGUMENTS && rank_depth(c, f->node) > 1;
}

static struct given count_given(const struct rank_run *run)
{
	struct given ret = {0};

	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		ret.inputs += rank_is_input(f) && f->weight == FINDING_LOUD &&
			      rank_depth(run->c, f->node) <= 1 && !rank_is_handed_on(run->c, f);
		ret.circumstances += f->circumstance;
		ret.others |= f->weight != FINDING_NOISE && f->kind != FIND_MACHINE;
	}
	return ret;
}

static bool is_only(const struct given *given, const struct finding *f)
{
	return f->circumstance ? !given->inputs && given->circumstances == 1 : given->inputs == 1;
}

/* Where something has its place is no difference, unless what is looked for there is not. */
static bool is_missed(const struct rank_run *run, const struct finding *input)
{
	cleanup_free char *root = NULL;

	if (input->kind != FIND_ENVIRONMENT || input->weight != FINDING_NOISE ||
	    asprintf(&root, "\"$%s", input->subject) < 0)
		return false;
	for (size_t i = 0; i < run->used && i < RANK_SHOWN_MAX; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f->kind == FIND_FAILS && f->was && f->weight == FINDING_LOUD &&
		    strstr(f->subject, root))
			return true;
	}
	return false;
}

/* Whoever hands it on had gone another way before that. */
static bool is_late(const struct rank_run *run, const struct finding *arguments)
{
	if (!rank_is_handed_on(run->c, arguments))
		return false;
	for (size_t i = 0; i < run->used && i < RANK_SHOWN_MAX; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f->weight == FINDING_LOUD && f->kind >= FIND_FAILS && f->kind < FIND_BYTES &&
		    f->node && f->b.seq && f->b.seq < arguments->b.seq &&
		    rank_descends(run->c, arguments->node, f->node))
			return true;
	}
	return false;
}

static void find_explaining(struct rank_run *run)
{
	const struct given given = count_given(run);

	for (size_t i = 0; i < run->used; i++) {
		struct ranked *r = &run->all[run->order[i]];
		const struct finding *f = rank_finding(run, run->order[i]);

		r->lifted = f->circumstance ? given.others : is_missed(run, f);
		if (!rank_is_input(f) || (f->weight == FINDING_NOISE && !r->lifted) ||
		    (f->kind == FIND_ENVIRONMENT && rank_is_handed_on(run->c, f)))
			continue;
		/* A quiet one must be seen in others. */
		r->explains = (r->lifted && !f->circumstance) ||
			      ((f->weight == FINDING_LOUD || f->circumstance) && r->depth <= 1 &&
			       (f->kind != FIND_ENVIRONMENT || is_only(&given, f))) ||
			      explains_any(run, f);
		if (r->explains)
			r->rank = RANK_EXPLAINS;
		else if (f->kind == FIND_ARGUMENTS)
			r->rank = is_late(run, f) ? RANK_LATE : RANK_ARGUMENTS;
	}
}

/* ---- what a file explains ---- */

/* Nothing that matters was otherwise before the first byte that is. */
static bool comes_first(const struct rank_run *run, const struct finding *file)
{
	const uint64_t seq = given_seq(file);

	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f != file && f->weight == FINDING_LOUD && f->kind != FIND_EXIT &&
		    f->what != file->what && !rank_is_input(f) && !given_is_look(run->c, f) &&
		    given_was_before(f, seq))
			return false;
	}
	return true;
}

bool rank_has_other_contents(const struct comparison *c, const struct finding *f)
{
	return given_seq(f) && given_is_file(c, f);
}

/* And says by its bytes what is otherwise. */
static bool is_read(const struct rank_run *run, uint64_t object)
{
	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f->what == object && rank_has_other_contents(run->c, f))
			return true;
	}
	return false;
}

/* What was found to be otherwise before all else, in which nothing on the tapes had a hand: the
 * entries of a directory, the size or the mode of a file. */
static bool is_found_first(const struct rank_run *run, const struct finding *look)
{
	if (!given_is_untouched(run->c, look) || is_read(run, look->what))
		return false;
	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f != look && f->weight == FINDING_LOUD && f->kind != FIND_EXIT &&
		    f->kind != FIND_ORDER && !rank_is_input(f) && given_was_before(f, look->b.seq))
			return false;
	}
	return true;
}

/* What a peer answered to the same question, before anything else was otherwise. */
static bool is_answered_first(const struct rank_run *run, const struct finding *bytes)
{
	const uint64_t seq = given_seq(bytes);

	if (!seq || !given_is_incoming(run->c, bytes))
		return false;
	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		/* Where bytes that go out differ has not been looked for: if there are any it may
		 * be before. */
		if (f != bytes && f->weight == FINDING_LOUD && f->kind != FIND_EXIT &&
		    f->kind != FIND_ORDER && !rank_is_input(f) && !given_is_look(run->c, f) &&
		    (given_was_before(f, seq) || (f->what == bytes->what && f->b.stream)))
			return false;
	}
	return true;
}

static void find_given(struct rank_run *run)
{
	size_t looks = 0;

	for (size_t i = 0; i < run->used; i++) {
		struct ranked *r = &run->all[run->order[i]];
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f->weight == FINDING_LOUD && f->b.seq && given_is_look(run->c, f) &&
		    looks++ < LOOKS_MAX && is_found_first(run, f))
			r->rank = given_is_list(run->c, f) ? RANK_ENTRIES_FIRST : RANK_LOOK_FIRST;
		if (is_answered_first(run, f))
			r->rank = RANK_LOOK_FIRST;
		if (!rank_has_other_contents(run->c, f))
			continue;
		r->explains = comes_first(run, f);
		if (r->explains)
			r->rank = RANK_GIVEN;
	}
}

void rank_explain(struct rank_run *run)
{
	find_explaining(run);
	find_given(run);
}

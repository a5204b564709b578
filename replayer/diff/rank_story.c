/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings are gone through from the most important one. Each that belongs to no story yet heads
 * one, and takes into it what caused it and all that follows from that. What follows: what comes
 * later in a process that went another way, or in its children, or in its parents if it ended
 * otherwise; what is about the same object; and whatever weighs little beside it.
 */
#include "compare_priv.h"
#include "excerpt.h"
#include "rank_priv.h"

#include "base/cleanup.h"

#include <string.h>

enum { FULL_STORIES_MAX = 256 }; /* those after them are heads alone */

/* Bytes: where they differ, if that has been looked for; where one side only ends, at its end. */
static uint64_t second_place(const struct finding *f)
{
	if (!f->excerpt)
		return f->b.seq;
	return f->excerpt->b.seq ? f->excerpt->b.seq : UINT64_MAX;
}

static bool is_later(const struct finding *f, const struct finding *than)
{
	if (f->b.seq && than->b.seq)
		return second_place(f) >= second_place(than);
	if (f->a.seq && than->a.seq)
		return f->a.seq >= than->a.seq;
	return true;
}

static bool may_cause(const struct finding *f)
{
	/* That it called exit(2) otherwise is the end itself. */
	return f->kind >= FIND_FAILS && f->kind <= FIND_CALL_GONE && f->kind != FIND_RESULT &&
	       strncmp(f->subject, "exit", 4) != 0;
}

/* What the process did otherwise that matters most; if nothing, anybody. */
static bool find_cause(const struct rank_run *run, const struct finding *end, uint32_t *ret)
{
	/* Of its own: what is loud, then what fails in a search; then anybody's. */
	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < run->used; i++) {
			const struct ranked *r = &run->all[run->order[i]];
			const struct finding *f = rank_finding(run, r->finding);
			const bool quiet = f->weight == FINDING_QUIET && f->kind == FIND_FAILS;

			if (r->taken ||
			    (!may_cause(f) && r->rank != RANK_LOOK_FIRST &&
			     r->rank != RANK_ENTRIES_FIRST) ||
			    (pass < 2 && f->node != end->node) ||
			    (pass == 1 ? !quiet : f->weight != FINDING_LOUD))
				continue;
			*ret = r->finding;
			return true;
		}
	}
	return false;
}

static void take(struct rank_run *run, uint32_t finding)
{
	run->all[finding].taken = true;
}

static void tell(struct rank_run *run, struct story *s, uint32_t finding)
{
	take(run, finding);
	if (s->told_count < STORY_TOLD_MAX)
		s->told[s->told_count++] = finding;
	else
		buf_append(&run->members, &finding, sizeof(finding));
}

static bool weighs_less(const struct finding *f)
{
	return f->weight != FINDING_LOUD ||
	       (f->kind >= FIND_RESULT && f->kind < FIND_TIME && f->kind != FIND_BYTES) ||
	       f->kind == FIND_PATH_GONE || f->kind == FIND_PEER_GONE;
}

static bool is_of_threads(const struct finding *f)
{
	return f->kind == FIND_THREAD_NEW || f->kind == FIND_THREAD_GONE;
}

static bool is_instead(const struct finding *f)
{
	return f->kind == FIND_INSTEAD || f->kind == FIND_EXEC_INSTEAD ||
	       f->kind == FIND_PEER_INSTEAD;
}

/* What is new or gone is one of the two that were taken one for the other. */
static bool is_of_choice(const struct finding *f, const struct finding *choice)
{
	const bool is_new = f->kind == FIND_PATH_NEW || f->kind == FIND_PEER_NEW;
	const bool is_gone = f->kind == FIND_PATH_GONE || f->kind == FIND_PEER_GONE;

	return (is_new && choice->now && strcmp(f->subject, choice->now) == 0) ||
	       (is_gone && choice->was && strcmp(f->subject, choice->was) == 0);
}

/* What is read from a pipe is what was written to it. */
static bool is_of_channel(const struct finding *f, const struct finding *cause)
{
	const struct diff_stream *x = f->b.stream ? f->b.stream : f->a.stream;
	const struct diff_stream *y = cause->b.stream ? cause->b.stream : cause->a.stream;

	return f->kind == FIND_BYTES && cause->kind == FIND_BYTES && x && y && y->out && !x->out &&
	       y->channel && x->channel == y->channel && !f->b.stream == !cause->b.stream;
}

static const char *last_name(const struct comparison *c, const struct finding *f)
{
	const struct finding_place *p = f->b.step ? &f->b : &f->a;
	const char *label = p->step ? compare_label(f->b.step ? c->b : c->a, p->step->object) : "";
	const char *slash = strrchr(label, '/');

	return slash ? slash + 1 : "";
}

/* Looks for a file of the name in other places, in one of the runs only. */
static bool is_search_for(const struct comparison *c, const struct finding *f,
			  const struct finding *found)
{
	const struct diff_step *step = f->b.step ? f->b.step : f->a.step;
	const char *name = last_name(c, f);

	return ((f->kind == FIND_FAILS && !f->was) || (f->kind == FIND_SUCCEEDS && !f->now)) &&
	       step && step->marks & DIFF_PROBE && *name && strcmp(name, last_name(c, found)) == 0;
}

/* Whether @f is there because the process of @cause went another way from there on. */
static bool follows(const struct rank_run *run, const struct finding *f,
		    const struct finding *cause, bool ended_otherwise)
{
	const struct comparison *c = run->c;

	if (rank_is_input(f) || f->kind == FIND_BUDGET || f->kind == FIND_TIME ||
	    f->kind == FIND_MACHINE || rank_has_other_contents(c, f))
		return false;
	if ((f->node == cause->node && f->what && f->what == cause->what) ||
	    is_of_channel(f, cause))
		return true;
	if (f->node == cause->node && is_instead(cause) &&
	    (is_of_choice(f, cause) || is_search_for(c, f, cause)))
		return true;
	if (f->node == cause->node && is_of_threads(cause))
		return weighs_less(f) || f->kind == FIND_BYTES;
	if (!is_later(f, cause))
		return false;
	if (ended_otherwise)
		return true;
	/* Told to do something else, it does something else. */
	if (cause->kind == FIND_ARGUMENTS)
		return weighs_less(f) || f->kind >= FIND_FLAGS;
	if (f->node == cause->node || rank_descends(c, f->node, cause->node))
		return weighs_less(f) || (f->kind == FIND_BYTES && is_later(f, cause));
	return false;
}

static void add_followers(struct rank_run *run, const struct finding *cause, bool ended_otherwise)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = rank_finding(run, k);

		if (run->all[k].taken || f->weight == FINDING_NOISE ||
		    !follows(run, f, cause, ended_otherwise))
			continue;
		take(run, k);
		buf_append(&run->members, &k, sizeof(k));
	}
}

/* The ends of its parents, which are so because of this one. */
static void add_parents(struct rank_run *run, struct story *s, const struct finding *end)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = rank_finding(run, k);

		if (!run->all[k].taken && f->kind == FIND_EXIT && f->node != end->node &&
		    rank_descends(run->c, end->node, f->node))
			tell(run, s, k);
	}
}

/* A call that fails and did not is why the process ends so, not the other way round. */
static bool is_failure(const struct rank_run *run, const struct finding *f,
		       const struct finding *end)
{
	return (f->kind == FIND_FAILS || f->kind == FIND_ERROR) && f->weight == FINDING_LOUD &&
	       (f->was || rank_is_trouble(f)) && rank_descends(run->c, f->node, end->node);
}

static void tell_end(struct rank_run *run, struct story *s, uint32_t end)
{
	const struct finding *f = rank_finding(run, end), *cause = f;
	uint32_t k;

	if (find_cause(run, f, &k)) {
		cause = rank_finding(run, k);
		if (s->head == end && is_failure(run, cause, f)) {
			s->head = k;
			take(run, k);
			tell(run, s, end);
		} else {
			tell(run, s, k);
		}
	}
	add_parents(run, s, f);
	add_followers(run, cause, true);
}

static bool find_end(const struct rank_run *run, uint32_t *ret)
{
	for (size_t i = 0; i < run->used; i++) {
		if (!run->all[run->order[i]].taken &&
		    rank_finding(run, run->order[i])->kind == FIND_EXIT) {
			*ret = run->order[i];
			return true;
		}
	}
	return false;
}

static bool is_exec(const struct comparison *c, const struct finding *f)
{
	return f->kind == FIND_ARGUMENT && f->b.step &&
	       strncmp(compare_call(c->b, f->b.step->call), "exec", 4) == 0;
}

/* What a process gives its children is its own doing; and its own execve says it once more. */
static void add_given_on(struct rank_run *run)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = rank_finding(run, k);

		if (run->all[k].taken || f->weight == FINDING_NOISE ||
		    (!is_exec(run->c, f) && !rank_is_handed_on(run->c, f)))
			continue;
		take(run, k);
		buf_append(&run->members, &k, sizeof(k));
	}
}

/* A change of what was given: with what shows it, and with the end, if that is otherwise. */
static void tell_input(struct rank_run *run, struct story *s, const struct finding *input)
{
	bool shown = false;
	uint32_t end, shows = 0;

	if (!run->all[s->head].explains)
		return;
	for (size_t i = 0; !shown && i < run->used && i < RANK_SHOWN_MAX; i++) {
		shows = run->order[i];
		shown = !run->all[shows].taken && rank_finding(run, shows)->kind != FIND_EXIT &&
			rank_finding(run, shows)->weight != FINDING_NOISE &&
			rank_shows_in(run->c, input, rank_finding(run, shows));
	}
	if (find_end(run, &end)) {
		if (shown)
			tell(run, s, shows);
		tell(run, s, end);
		tell_end(run, s, end);
	} else if (shown) {
		tell(run, s, shows);
		add_followers(run, rank_finding(run, shows), false);
	}
	add_given_on(run);
	if (input->kind == FIND_ARGUMENTS)
		add_followers(run, input, false);
	for (size_t i = 0; i < run->used && i < RANK_SHOWN_MAX; i++) {
		const uint32_t k = run->order[i];

		if (!run->all[k].taken && rank_finding(run, k)->weight != FINDING_NOISE &&
		    rank_shows_in(run->c, input, rank_finding(run, k))) {
			take(run, k);
			buf_append(&run->members, &k, sizeof(k));
		}
	}
}

/* Contents that explain: with the end, if that is otherwise, and with all that came later. */
static void tell_given(struct rank_run *run, struct story *s, const struct finding *file)
{
	uint32_t end;

	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = rank_finding(run, k);

		if (!run->all[k].taken && f->what == file->what && f->weight != FINDING_NOISE) {
			take(run, k);
			buf_append(&run->members, &k, sizeof(k));
		}
	}
	if (find_end(run, &end)) {
		tell(run, s, end);
		add_parents(run, s, rank_finding(run, end));
	}
	add_followers(run, file, true);
}

/* Whether something of flags says that a descriptor is not closed any more, or is now, when a
 * program is executed. */
static bool is_of_inheriting(const struct finding *f)
{
	static const char word[] = "CLOEXEC";

	return (f->kind == FIND_FLAGS || f->kind == FIND_ARGUMENT || f->kind == FIND_CALL_GONE ||
		f->kind == FIND_CALL_NEW) &&
	       ((f->was && strstr(f->was, word)) || (f->now && strstr(f->now, word)) ||
		(!f->was && !f->now && strstr(f->subject, word)));
}

/* Who inherits it: the same object, or, of what has no name of its own, any such. */
static void tell_heirs(struct rank_run *run, struct story *s, const struct finding *flags)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = rank_finding(run, k);

		if (!run->all[k].taken && f->kind == FIND_INHERITS &&
		    rank_descends(run->c, f->node, flags->node) &&
		    (f->what == flags->what || *f->subject != '/'))
			tell(run, s, k);
	}
}

/* Of what is measured, or was there, one thing goes with the other. */
static void tell_alike(struct rank_run *run, struct story *s, enum finding_kind kind)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];

		if (!run->all[k].taken && rank_finding(run, k)->kind == kind)
			tell(run, s, k);
	}
}

/* What is in the file whose size is another. */
static void tell_contents(struct rank_run *run, struct story *s, const struct finding *look)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = rank_finding(run, k);

		if (!run->all[k].taken && f->kind == FIND_BYTES && f->node == look->node &&
		    f->what == look->what && f->weight == FINDING_LOUD)
			tell(run, s, k);
	}
}

static void tell_story(struct rank_run *run, uint32_t head)
{
	const size_t from = run->members.size / sizeof(uint32_t);
	const struct finding *f = rank_finding(run, head);
	struct story s = {.head = head};

	take(run, head);
	if (run->stories.size / sizeof(s) >= FULL_STORIES_MAX)
		;
	else if (rank_is_input(f))
		tell_input(run, &s, f);
	else if (run->all[head].explains)
		tell_given(run, &s, f);
	else if (f->kind == FIND_EXIT)
		tell_end(run, &s, head);
	else if (f->kind == FIND_TIME || f->kind == FIND_MACHINE)
		tell_alike(run, &s, (enum finding_kind)f->kind);
	else if (f->weight == FINDING_LOUD && f->kind != FIND_BUDGET && f->kind <= FIND_BYTES) {
		if (is_of_inheriting(f))
			tell_heirs(run, &s, f);
		if (run->all[head].rank == RANK_LOOK_FIRST)
			tell_contents(run, &s, f);
		add_followers(run, f, false);
	}
	s.follower_count = run->members.size / sizeof(uint32_t) - from;
	buf_append(&run->stories, &s, sizeof(s));
}

/* Another machine is no difference; but it may be why there is one. */
static void tell_machine(struct rank_run *run)
{
	for (size_t i = 0; run->stories.size && i < run->used; i++) {
		const uint32_t k = run->order[i];

		if (!run->all[k].taken && rank_finding(run, k)->kind == FIND_MACHINE)
			tell_story(run, k);
	}
}

void rank_tell(struct rank_run *run, struct ranking *ret)
{
	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f->weight == FINDING_NOISE && !run->all[run->order[i]].lifted)
			ret->noise++;
		else if (!run->all[run->order[i]].taken && f->kind != FIND_MACHINE)
			tell_story(run, run->order[i]);
	}
	tell_machine(run);
}

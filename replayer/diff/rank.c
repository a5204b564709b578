/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings are gone through from the most important one. Each that belongs to no story yet heads
 * one, and takes into it what caused it and all that follows from that. What follows: what comes
 * later in a process that went another way, or in its children, or in its parents if it ended
 * otherwise; what is about the same object; and whatever weighs little beside it.
 */
#include "rank.h"

#include "compare_priv.h"
#include "excerpt.h"
#include "given.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	COMPONENT_MIN = 4,
	FAMILY_MAX = 4096,
	FULL_STORIES_MAX = 256, /* those after them are heads alone */
	SHOWN_MAX = 4096,       /* findings that are looked through for what a variable says */
};

static const uint8_t ranks[FIND_KINDS] = {
	[FIND_BUDGET] = 10,       [FIND_EXIT] = 20,        [FIND_FAILS] = 30,
	[FIND_ERROR] = 31,        [FIND_SIGNAL] = 32,      [FIND_SUCCEEDS] = 34,
	[FIND_EXEC_INSTEAD] = 36, [FIND_PROCESS_NEW] = 40, [FIND_PROCESS_GONE] = 41,
	[FIND_THREAD_NEW] = 42,   [FIND_THREAD_GONE] = 43, [FIND_PEER_INSTEAD] = 50,
	[FIND_PEER_NEW] = 51,     [FIND_PEER_GONE] = 52,   [FIND_INSTEAD] = 60,
	[FIND_PATH_NEW] = 61,     [FIND_PATH_GONE] = 62,   [FIND_FLAGS] = 65,
	[FIND_INHERITS] = 79,     [FIND_ENVIRONMENT] = 66, [FIND_EXECUTABLE] = 15,
	[FIND_ARGUMENTS] = 16,    [FIND_ARGUMENT] = 67,    [FIND_CALL_NEW] = 70,
	[FIND_CALL_GONE] = 71,    [FIND_RESULT] = 72,      [FIND_BYTES] = 80,
	[FIND_COUNT] = 85,        [FIND_ORDER] = 90,       [FIND_TIME] = 95,
	[FIND_MACHINE] = 99,
};

enum {
	RANK_EXPLAINS = 5,
	RANK_GIVEN,
	RANK_LOOK = 44,
	RANK_ANSWER = 69,
	RANK_QUIET = 100,
	RANK_NOISE = 200
};

struct ranked {
	uint32_t finding;
	uint32_t rank;
	uint32_t depth; /* of its process in the tree */
	bool explains;  /* a change of what was given, in which another one can be seen */
	bool lifted;    /* no difference by itself, but something fails because of it */
	bool taken;
};

struct rank_run {
	const struct comparison *c;
	struct ranked *all; /* by finding */
	uint32_t *order;    /* of findings, by importance */
	size_t count, used; /* `used`: of the order */
	struct buf stories, members;
};

static const struct finding *finding_at(const struct rank_run *run, uint32_t i)
{
	return &run->c->found.at[i];
}

static uint32_t depth_of(const struct comparison *c, uint32_t node)
{
	uint32_t depth = 0;

	while (node && depth < FAMILY_MAX) {
		node = c->match.nodes[node].parent;
		depth++;
	}
	return depth;
}

static bool descends(const struct comparison *c, uint32_t node, uint32_t from)
{
	for (uint32_t depth = 0; node && depth < FAMILY_MAX; depth++) {
		if (node == from)
			return true;
		node = c->match.nodes[node].parent;
	}
	return false;
}

static bool is_input(const struct finding *f)
{
	return f->kind == FIND_ENVIRONMENT || f->kind == FIND_EXECUTABLE ||
	       f->kind == FIND_ARGUMENTS;
}

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
	/* host:port of an address. */
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

static bool shows_in(const struct comparison *c, const struct finding *input,
		     const struct finding *f)
{
	cleanup_free char *variable = NULL;

	if (input->kind != FIND_ENVIRONMENT || is_input(f))
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
	for (size_t i = 0; i < run->used && i < SHOWN_MAX; i++) {
		if (shows_in(run->c, input, finding_at(run, run->order[i])))
			return true;
	}
	return false;
}

/* What was given to the whole changed in one thing only: it need not be seen anywhere. */
static size_t count_inputs(const struct rank_run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = finding_at(run, run->order[i]);

		n += is_input(f) && f->weight == FINDING_LOUD && depth_of(run->c, f->node) <= 1;
	}
	return n;
}

/* Where something has its place is no difference, unless what is looked for there is not. */
static bool is_missed(const struct rank_run *run, const struct finding *input)
{
	cleanup_free char *root = NULL;

	if (input->kind != FIND_ENVIRONMENT || input->weight != FINDING_NOISE ||
	    asprintf(&root, "\"$%s", input->subject) < 0)
		return false;
	for (size_t i = 0; i < run->used && i < SHOWN_MAX; i++) {
		const struct finding *f = finding_at(run, run->order[i]);

		if (f->kind == FIND_FAILS && f->was && f->weight == FINDING_LOUD &&
		    strstr(f->subject, root))
			return true;
	}
	return false;
}

static void find_explaining(struct rank_run *run)
{
	const bool only = count_inputs(run) == 1;

	for (size_t i = 0; i < run->used; i++) {
		struct ranked *r = &run->all[run->order[i]];
		const struct finding *f = finding_at(run, run->order[i]);

		r->lifted = is_missed(run, f);
		if (!is_input(f) || (f->weight == FINDING_NOISE && !r->lifted))
			continue;
		/* A quiet one must be seen in others. */
		r->explains = r->lifted ||
			      (f->weight == FINDING_LOUD && r->depth <= 1 &&
			       (f->kind != FIND_ENVIRONMENT || only)) ||
			      explains_any(run, f);
		if (r->explains)
			r->rank = RANK_EXPLAINS;
		else if (f->kind == FIND_ARGUMENTS)
			r->rank = ranks[FIND_PROCESS_NEW] - 1;
	}
}

/* ---- what a file explains ---- */

/* Nothing that matters was otherwise before the first byte that is. */
static bool comes_first(const struct rank_run *run, const struct finding *file)
{
	const uint64_t seq = given_seq(file);

	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = finding_at(run, run->order[i]);

		if (f != file && f->weight == FINDING_LOUD && f->kind != FIND_EXIT &&
		    f->what != file->what && !is_input(f) && !given_is_look(run->c, f) &&
		    given_was_before(f, seq))
			return false;
	}
	return true;
}

/* A file that was there before. It has other contents whatever else went otherwise. */
static bool has_other_contents(const struct comparison *c, const struct finding *f)
{
	return given_seq(f) && given_is_file(c, f);
}

static void find_given(struct rank_run *run)
{
	for (size_t i = 0; i < run->used; i++) {
		struct ranked *r = &run->all[run->order[i]];
		const struct finding *f = finding_at(run, run->order[i]);

		if (!has_other_contents(run->c, f))
			continue;
		r->explains = comes_first(run, f);
		if (r->explains)
			r->rank = RANK_GIVEN;
	}
}

/* ---- the order ---- */

static uint64_t place_of(const struct finding *f)
{
	return f->b.seq ? f->b.seq : f->a.seq ? f->a.seq : UINT64_MAX;
}

/* Errors that say that something is wrong, whatever was asked for: who had not called and now fails
 * so has met it. The others are answers. */
static bool is_trouble(uint16_t error)
{
	static const uint8_t troubles[] = {
		EPERM,        EACCES,       EIO,        ENOEXEC,    ENOMEM,        EBUSY,
		EXDEV,        ENOTDIR,      EISDIR,     ENFILE,     EMFILE,        ETXTBSY,
		EFBIG,        ENOSPC,       EROFS,      EMLINK,     EPIPE,         EDEADLK,
		ENAMETOOLONG, ENOTEMPTY,    ELOOP,      EADDRINUSE, EADDRNOTAVAIL, ENETDOWN,
		ENETUNREACH,  ECONNABORTED, ECONNRESET, ENOBUFS,    ETIMEDOUT,     ECONNREFUSED,
		EHOSTDOWN,    EHOSTUNREACH, ESTALE,     EDQUOT};

	return error && error <= UINT8_MAX && memchr(troubles, error, sizeof(troubles));
}

static uint16_t error_of(const struct finding *f)
{
	return f->b.step ? f->b.step->error : 0;
}

/* Looks whether something is there: what is then done with it says more. */
static bool is_look(const struct rank_run *run, const struct finding *f)
{
	static const char *const looks[] = {"access", "stat", "readlink"};
	const struct diff_step *step = f->b.step ? f->b.step : f->a.step;
	const struct diff_side *s = f->b.step ? run->c->b : run->c->a;

	for (size_t i = 0; step && i < ARRAY_SIZE(looks); i++) {
		if (strcmp(s->calls[step->call], looks[i]) == 0)
			return true;
	}
	return false;
}

static uint32_t rank_of(const struct rank_run *run, const struct finding *f)
{
	uint32_t rank = (uint32_t)ranks[f->kind] * 2;

	if (f->kind == FIND_FAILS && !f->was && !is_trouble(error_of(f)))
		rank = RANK_ANSWER * 2;
	if (f->kind == FIND_SUCCEEDS && (!f->now || is_look(run, f)))
		rank = (f->now ? RANK_LOOK : RANK_ANSWER) * 2;

	/* What was never tried before says less than what worked before; what is read is the cause
	 * of what is written. */
	if (f->kind == FIND_FAILS && !f->was)
		rank++;
	if (f->kind == FIND_BYTES && (f->b.stream ? f->b.stream : f->a.stream) &&
	    (f->b.stream ? f->b.stream : f->a.stream)->out)
		rank++;
	/* What is about nothing with a name says less. */
	if (f->kind == FIND_COUNT && !f->what)
		rank++;
	if (f->weight == FINDING_QUIET)
		rank += RANK_QUIET * 2;
	if (f->weight == FINDING_NOISE)
		rank += RANK_NOISE * 2;
	return rank;
}

/* Ends are told from the deepest process: its parents end so because of it. */
static int compare_ranked(const void *a, const void *b, void *context)
{
	const struct rank_run *run = context;
	const struct ranked *x = &run->all[*(const uint32_t *)a];
	const struct ranked *y = &run->all[*(const uint32_t *)b];
	const struct finding *f = finding_at(run, x->finding), *g = finding_at(run, y->finding);

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (f->kind == FIND_EXIT && g->kind == FIND_EXIT && x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	if (place_of(f) != place_of(g))
		return place_of(f) < place_of(g) ? -1 : 1;
	return (x->finding > y->finding) - (x->finding < y->finding);
}

static void sort(struct rank_run *run)
{
	qsort_r(run->order, run->used, sizeof(*run->order), compare_ranked, run);
}

/* ---- stories ---- */

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
			const struct finding *f = finding_at(run, r->finding);
			const bool quiet = f->weight == FINDING_QUIET && f->kind == FIND_FAILS;

			if (r->taken || !may_cause(f) || (pass < 2 && f->node != end->node) ||
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

/* Whether @f is there because the process of @cause went another way from there on. */
static bool follows(const struct rank_run *run, const struct finding *f,
		    const struct finding *cause, bool ended_otherwise)
{
	const struct comparison *c = run->c;

	if (is_input(f) || f->kind == FIND_BUDGET || f->kind == FIND_TIME ||
	    f->kind == FIND_MACHINE || has_other_contents(c, f))
		return false;
	if (f->node == cause->node && f->what && f->what == cause->what)
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
	if (f->node == cause->node || descends(c, f->node, cause->node))
		return weighs_less(f) || (f->kind == FIND_BYTES && is_later(f, cause));
	return false;
}

static void add_followers(struct rank_run *run, const struct finding *cause, bool ended_otherwise)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = finding_at(run, k);

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
		const struct finding *f = finding_at(run, k);

		if (!run->all[k].taken && f->kind == FIND_EXIT && f->node != end->node &&
		    descends(run->c, end->node, f->node))
			tell(run, s, k);
	}
}

/* A call that fails and did not is why the process ends so, not the other way round. */
static bool is_failure(const struct rank_run *run, const struct finding *f,
		       const struct finding *end)
{
	return (f->kind == FIND_FAILS || f->kind == FIND_ERROR) && f->weight == FINDING_LOUD &&
	       (f->was || is_trouble(error_of(f))) && descends(run->c, f->node, end->node);
}

static void tell_end(struct rank_run *run, struct story *s, uint32_t end)
{
	const struct finding *f = finding_at(run, end), *cause = f;
	uint32_t k;

	if (find_cause(run, f, &k)) {
		cause = finding_at(run, k);
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
		    finding_at(run, run->order[i])->kind == FIND_EXIT) {
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

/* Of a process below the command, which got it from another one. */
static bool is_handed_on(const struct comparison *c, const struct finding *f)
{
	if (f->kind == FIND_ENVIRONMENT)
		return f->b.process != DIFF_NONE && c->b->processes[f->b.process].parent;
	return f->kind == FIND_ARGUMENTS && depth_of(c, f->node) > 1;
}

/* What a process gives its children is its own doing; and its own execve says it once more. */
static void add_given_on(struct rank_run *run)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];
		const struct finding *f = finding_at(run, k);

		if (run->all[k].taken || f->weight == FINDING_NOISE ||
		    (!is_exec(run->c, f) && !is_handed_on(run->c, f)))
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
	for (size_t i = 0; !shown && i < run->used && i < SHOWN_MAX; i++) {
		shows = run->order[i];
		shown = !run->all[shows].taken && finding_at(run, shows)->kind != FIND_EXIT &&
			finding_at(run, shows)->weight != FINDING_NOISE &&
			shows_in(run->c, input, finding_at(run, shows));
	}
	if (find_end(run, &end)) {
		if (shown)
			tell(run, s, shows);
		tell(run, s, end);
		tell_end(run, s, end);
	} else if (shown) {
		tell(run, s, shows);
		add_followers(run, finding_at(run, shows), false);
	}
	add_given_on(run);
	if (input->kind == FIND_ARGUMENTS)
		add_followers(run, input, false);
	for (size_t i = 0; i < run->used && i < SHOWN_MAX; i++) {
		const uint32_t k = run->order[i];

		if (!run->all[k].taken && finding_at(run, k)->weight != FINDING_NOISE &&
		    shows_in(run->c, input, finding_at(run, k))) {
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
		const struct finding *f = finding_at(run, k);

		if (!run->all[k].taken && f->what == file->what && f->weight != FINDING_NOISE) {
			take(run, k);
			buf_append(&run->members, &k, sizeof(k));
		}
	}
	if (find_end(run, &end)) {
		tell(run, s, end);
		add_parents(run, s, finding_at(run, end));
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
		const struct finding *f = finding_at(run, k);

		if (!run->all[k].taken && f->kind == FIND_INHERITS &&
		    descends(run->c, f->node, flags->node) &&
		    (f->what == flags->what || *f->subject != '/'))
			tell(run, s, k);
	}
}

/* Of what is measured, or was there, one thing goes with the other. */
static void tell_alike(struct rank_run *run, struct story *s, enum finding_kind kind)
{
	for (size_t i = 0; i < run->used; i++) {
		const uint32_t k = run->order[i];

		if (!run->all[k].taken && finding_at(run, k)->kind == kind)
			tell(run, s, k);
	}
}

static void tell_story(struct rank_run *run, uint32_t head)
{
	const size_t from = run->members.size / sizeof(uint32_t);
	const struct finding *f = finding_at(run, head);
	struct story s = {.head = head};

	take(run, head);
	if (run->stories.size / sizeof(s) >= FULL_STORIES_MAX)
		;
	else if (is_input(f))
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

		if (!run->all[k].taken && finding_at(run, k)->kind == FIND_MACHINE)
			tell_story(run, k);
	}
}

static int make(struct rank_run *run, struct ranking *ret)
{
	sort(run);
	find_explaining(run);
	find_given(run);
	sort(run);
	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = finding_at(run, run->order[i]);

		if (f->weight == FINDING_NOISE && !run->all[run->order[i]].lifted)
			ret->noise++;
		else if (!run->all[run->order[i]].taken && f->kind != FIND_MACHINE)
			tell_story(run, run->order[i]);
	}
	tell_machine(run);
	return buf_error(&run->stories) || buf_error(&run->members) ? -ENOMEM : 0;
}

static void find_first(const struct rank_run *run, struct ranking *ret)
{
	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = finding_at(run, run->order[i]);

		if (f->weight == FINDING_NOISE || is_input(f) ||
		    (f->kind >= FIND_BYTES && f->kind != FIND_ORDER) || f->kind == FIND_EXIT ||
		    place_of(f) == UINT64_MAX)
			continue;
		if (!ret->has_first || place_of(f) < place_of(finding_at(run, ret->first)))
			ret->first = run->order[i];
		ret->has_first = true;
	}
}

static void rank_run_done(struct rank_run *run)
{
	free(run->all);
	free(run->order);
	buf_done(&run->stories);
	buf_done(&run->members);
}

int rank_findings(const struct comparison *c, rank_skip_fn *skip, const void *context,
		  struct ranking *ret)
{
	cleanup_done(rank_run_done) struct rank_run run = {.c = c, .count = c->found.count};
	struct ranking x = {.count = 0};
	const uint32_t *at;

	run.all = calloc(run.count + 1, sizeof(*run.all));
	run.order = calloc(run.count + 1, sizeof(*run.order));
	if (!run.all || !run.order)
		return -ENOMEM;
	for (uint32_t i = 0; i < run.count; i++) {
		const struct finding *f = &c->found.at[i];

		run.all[i] = (struct ranked){
			.finding = i, .rank = rank_of(&run, f), .depth = depth_of(c, f->node)};
		if (!skip || !skip(context, f))
			run.order[run.used++] = i;
	}
	if (make(&run, &x) < 0)
		return -ENOMEM;
	find_first(&run, &x);
	x.count = run.stories.size / sizeof(struct story);
	x.stories = (struct story *)(void *)run.stories.data;
	x.members = (uint32_t *)(void *)run.members.data;
	run.stories = run.members = (struct buf){0};
	at = x.members;
	for (size_t i = 0; i < x.count; i++) {
		x.stories[i].followers = at;
		at = at ? at + x.stories[i].follower_count : NULL;
	}
	*ret = x;
	return 0;
}

void ranking_done(struct ranking *r)
{
	free(r->stories);
	free(r->members);
	*r = (struct ranking){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The order of findings by what kind they are, and what weighs less among those. */
#include "rank.h"

#include "compare_priv.h"
#include "rank_priv.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FAMILY_MAX = 4096 };

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

enum { RANK_LOOK = 44, RANK_ANSWER = 69, RANK_QUIET = 100, RANK_NOISE = 200 };

uint32_t rank_depth(const struct comparison *c, uint32_t node)
{
	uint32_t depth = 0;

	while (node && depth < FAMILY_MAX) {
		node = c->match.nodes[node].parent;
		depth++;
	}
	return depth;
}

bool rank_descends(const struct comparison *c, uint32_t node, uint32_t from)
{
	for (uint32_t depth = 0; node && depth < FAMILY_MAX; depth++) {
		if (node == from)
			return true;
		node = c->match.nodes[node].parent;
	}
	return false;
}

bool rank_is_input(const struct finding *f)
{
	return f->kind == FIND_ENVIRONMENT || f->kind == FIND_EXECUTABLE ||
	       f->kind == FIND_ARGUMENTS;
}

/* ---- the order ---- */

static uint64_t place_of(const struct finding *f)
{
	return f->b.seq ? f->b.seq : f->a.seq ? f->a.seq : UINT64_MAX;
}

/* There is no such directory. */
static bool fails_to_make(const struct diff_step *step)
{
	return step && step->error == ENOENT && step->marks & DIFF_MAKES;
}

bool rank_is_trouble(const struct finding *f)
{
	const uint16_t error = f->b.step ? f->b.step->error : 0;
	static const uint8_t troubles[] = {
		EPERM,        EACCES,       EIO,        ENOEXEC,    ENOMEM,        EBUSY,
		EXDEV,        ENOTDIR,      EISDIR,     ENFILE,     EMFILE,        ETXTBSY,
		EFBIG,        ENOSPC,       EROFS,      EMLINK,     EPIPE,         EDEADLK,
		ENAMETOOLONG, ENOTEMPTY,    ELOOP,      EADDRINUSE, EADDRNOTAVAIL, ENETDOWN,
		ENETUNREACH,  ECONNABORTED, ECONNRESET, ENOBUFS,    ETIMEDOUT,     ECONNREFUSED,
		EHOSTDOWN,    EHOSTUNREACH, ESTALE,     EDQUOT};

	return (error && error <= UINT8_MAX && memchr(troubles, error, sizeof(troubles))) ||
	       fails_to_make(f->b.step);
}

/* Looks whether something is there: what is then done with it says more. */
static bool is_look(const struct rank_run *run, const struct finding *f)
{
	static const char *const looks[] = {"access", "stat", "readlink", NULL};
	const struct diff_step *step = f->b.step ? f->b.step : f->a.step;
	const struct diff_side *s = f->b.step ? run->c->b : run->c->a;

	return step && compare_is_one_of(compare_call(s, step->call), looks);
}

/* A pipe or a pair that was made on the tape; 0: none. */
static uint64_t channel_of(const struct finding *f)
{
	const struct diff_stream *s = f->b.stream ? f->b.stream : f->a.stream;

	return s && s->channel ? (uint64_t)s->channel << 1 | !f->b.stream : 0;
}

/* Into which of them other bytes are written. */
static int note_written(struct rank_run *run)
{
	for (uint32_t i = 0; i < run->count; i++) {
		const struct finding *f = rank_finding(run, i);
		const struct diff_stream *s = f->b.stream ? f->b.stream : f->a.stream;

		if (f->kind == FIND_BYTES && s && s->out && channel_of(f) &&
		    map_put(&run->written, channel_of(f), run) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What is read is the cause of what is written, and what is written to a pipe that of what is read
 * from there. */
static uint32_t rank_of_bytes(const struct rank_run *run, const struct finding *f)
{
	const struct diff_stream *s = f->b.stream ? f->b.stream : f->a.stream;

	if (!s || s->out)
		return s != NULL;
	return channel_of(f) && map_get(&run->written, channel_of(f)) ? 2 : 0;
}

static uint32_t rank_of(const struct rank_run *run, const struct finding *f)
{
	uint32_t rank = (uint32_t)ranks[f->kind] * 2;

	if (f->kind == FIND_FAILS && !f->was && !rank_is_trouble(f))
		rank = RANK_ANSWER * 2;
	if (f->kind == FIND_SUCCEEDS && (!f->now || is_look(run, f)))
		rank = (f->now ? RANK_LOOK : RANK_ANSWER) * 2;

	/* What was never tried before says less than what worked before. */
	if (f->kind == FIND_FAILS && !f->was)
		rank++;
	if (f->kind == FIND_BYTES)
		rank += rank_of_bytes(run, f);
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
	const struct finding *f = rank_finding(run, x->finding), *g = rank_finding(run, y->finding);

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

static int make(struct rank_run *run, struct ranking *ret)
{
	sort(run);
	rank_explain(run);
	sort(run);
	rank_tell(run, ret);
	return buf_error(&run->stories) || buf_error(&run->members) ? -ENOMEM : 0;
}

static void find_first(const struct rank_run *run, struct ranking *ret)
{
	for (size_t i = 0; i < run->used; i++) {
		const struct finding *f = rank_finding(run, run->order[i]);

		if (f->weight == FINDING_NOISE || rank_is_input(f) ||
		    (f->kind >= FIND_BYTES && f->kind != FIND_ORDER) || f->kind == FIND_EXIT ||
		    place_of(f) == UINT64_MAX)
			continue;
		if (!ret->has_first || place_of(f) < place_of(rank_finding(run, ret->first)))
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
	map_done(&run->written);
}

int rank_findings(const struct comparison *c, rank_skip_fn *skip, const void *context,
		  struct ranking *ret)
{
	cleanup_done(rank_run_done) struct rank_run run = {.c = c, .count = c->found.count};
	struct ranking x = {.count = 0};
	const uint32_t *at;

	run.all = calloc(run.count + 1, sizeof(*run.all));
	run.order = calloc(run.count + 1, sizeof(*run.order));
	if (!run.all || !run.order || note_written(&run) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < run.count; i++) {
		const struct finding *f = &c->found.at[i];

		run.all[i] = (struct ranked){
			.finding = i, .rank = rank_of(&run, f), .depth = rank_depth(c, f->node)};
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

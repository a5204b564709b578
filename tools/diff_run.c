/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file may hold several tapes (a baseline does): then each is a run. Where they begin is found
 * by the headers; each is read through a window of the file of its own.
 */
#include "diff_run.h"

#include "diff_tapes.h"
#include "tape_parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
#include "format/container/source.h"
#include "replayer/diff/context.h"
#include "replayer/diff/excerpt.h"
#include "replayer/diff/reread.h"
#include "replayer/diff/times.h"
#include "replayer/side/side.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- inputs ---- */

int diff_inputs_add(struct diff_inputs *x, bool bad, const char *path, struct err *err)
{
	size_t *count = bad ? &x->bad_count : &x->good_count;

	if (*count == DIFF_RUNS_MAX)
		return err_set(err, E2BIG, "more than %d runs of one side", DIFF_RUNS_MAX);
	(bad ? x->bad : x->good)[(*count)++] = path;
	return 0;
}

int diff_inputs_rules(struct diff_inputs *x, const char *path, struct err *err)
{
	cleanup_done(buf_done) struct buf text = {0};
	int r = fileio_slurp(AT_FDCWD, path, RULES_FILE_MAX + 1, &text);

	if (r < 0)
		return err_errno(err, -r, "cannot read '%s'", path);
	if (text.size > RULES_FILE_MAX)
		return err_set(err, EFBIG, "%s: more than %d KiB of rules", path,
			       RULES_FILE_MAX >> 10);
	x->rules = rules_free(x->rules);
	return rules_read(buf_text(&text), text.size, path, &x->rules, err);
}

void diff_inputs_done(struct diff_inputs *x)
{
	x->rules = rules_free(x->rules);
}

/* ---- tapes ---- */

struct diff_loaded {
	const char *path;
	struct tape_part part;
	const struct rules *rules;
	const struct buf *tapes; /* diff_tapes.h; borrowed */
	struct diff_side *read;
	struct ruled_side *ruled;
	int result;
	struct err err;
};

static const struct diff_side *side_of(const struct diff_loaded *x)
{
	return x->ruled ? ruled_side(x->ruled) : x->read;
}

static void *load(void *context)
{
	struct diff_loaded *x = context;
	struct diff_options options = {
		.one_thread = true, .tapes = x->tapes->data, .tapes_size = x->tapes->size};
	struct trace_source *source;

	options.roots = rules_roots(x->rules, &options.root_count);
	x->result = tape_part_open(&x->part, &source, &x->err);
	if (x->result == 0)
		x->result = diff_side_read(source, &options, &x->read, &x->err);
	if (x->result < 0) {
		err_wrap(&x->err, "%s", x->path);
		return NULL;
	}
	if (x->rules && rules_apply(x->rules, x->read, &x->ruled) < 0)
		x->result = err_set(&x->err, ENOMEM, "out of memory");
	else if (side_of(x)->process_count <= 1 && x->read->process_count > 1)
		x->result = err_set(&x->err, EINVAL, "%s: the rules ignore all of its processes",
				    x->path);
	return NULL;
}

static struct diff_loaded *loaded_new(const char *path, const struct tape_part *part,
				      const struct rules *rules, const struct buf *tapes)
{
	struct diff_loaded *x = calloc(1, sizeof(*x));

	if (x) {
		x->path = path;
		x->part = *part;
		x->rules = rules;
		x->tapes = tapes;
	}
	return x;
}

static struct diff_loaded *loaded_free(struct diff_loaded *x)
{
	if (x) {
		ruled_side_free(x->ruled);
		diff_side_free(x->read);
	}
	free(x);
	return NULL;
}

/* Two at the same time; one in this thread, so that without the other it goes on as well. */
static int load_both(struct diff_loaded *a, struct diff_loaded *b, struct err *err)
{
	pthread_t thread;
	const bool beside = pthread_create(&thread, NULL, load, a) == 0;

	load(b);
	if (beside)
		pthread_join(thread, NULL);
	else
		load(a);
	if (a->result < 0)
		return err_set(err, -a->result, "%s", err_text(&a->err));
	return b->result < 0 ? err_set(err, -b->result, "%s", err_text(&b->err)) : 0;
}

/* ---- what must be whole ---- */

static const char *trouble_of(const struct diff_side *s)
{
	if (s->truncated)
		return "it ends in the middle";
	if (s->damaged)
		return s->damage[0] ? s->damage : "it is damaged";
	if (s->lost || (s->trailer && s->trailer->incomplete))
		return "events are missing";
	if (s->left_out)
		return "it is too long: what is over is not compared";
	/* A ring, or a later part. */
	if (s->header && (s->header->part > 1 || (!s->header->part && s->header->first_chunk)))
		return "the beginning of the recording is not on it";
	return NULL;
}

static void note_doubt(const struct diff_loaded *x, char *doubt, size_t size)
{
	const char *trouble = trouble_of(x->read);

	if (trouble && !*doubt)
		snprintf(doubt, size, "%s: %s", x->path, trouble);
}

static void note_unlike(const struct diff_loaded *a, const struct diff_loaded *b, char *doubt,
			size_t size)
{
	const struct meta_header *x = a->read->header, *y = b->read->header;

	if (*doubt || !x || !y)
		return;
	if (strcmp(x->trace_set, y->trace_set) != 0)
		snprintf(doubt, size, "recorded with -e trace=%s and -e trace=%s",
			 *x->trace_set ? x->trace_set : "all",
			 *y->trace_set ? y->trace_set : "all");
	else if (strcmp(x->cut, y->cut) != 0)
		snprintf(doubt, size, "one is a part of a tape, the other is not that: %s and %s",
			 *x->cut ? x->cut : "all", *y->cut ? y->cut : "all");
	else if (x->payload_limit != y->payload_limit)
		snprintf(doubt, size, "recorded with -s %" PRIu64 " and -s %" PRIu64,
			 x->payload_limit, y->payload_limit);
	else if (strcmp(x->redacted, y->redacted) != 0 ||
		 memcmp(x->redaction_key, y->redaction_key, sizeof(x->redaction_key)) != 0)
		snprintf(doubt, size,
			 "redacted with different keys or levels: equal secrets have "
			 "other tokens (analyze redact --key-file)");
}

/* ---- runs ---- */

struct run {
	const char *path;
	struct tape_part part;
};

static int runs_of(const char *const *paths, size_t count, struct tape_files *files,
		   struct buf *ret, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		cleanup_done(buf_done) struct buf parts = {0};
		int r = tape_parts(files, paths[i], &parts, err);

		for (size_t k = 0; r == 0 && k < parts.size / sizeof(struct tape_part); k++) {
			struct run run = {.path = paths[i]};

			memcpy(&run.part, parts.data + k * sizeof(run.part), sizeof(run.part));
			buf_append(ret, &run, sizeof(run));
		}
		if (r < 0)
			return r;
	}
	return buf_error(ret) ? err_set(err, ENOMEM, "out of memory") : 0;
}

static int add_tapes(const struct buf *runs, struct buf *ret, struct err *err)
{
	const struct run *at = (const struct run *)(const void *)runs->data;

	for (size_t i = 0; i < runs->size / sizeof(*at); i++)
		diff_tapes_add(&at[i].part, ret);
	return buf_error(ret) ? err_set(err, ENOMEM, "out of memory") : 0;
}

static int learn_from(const struct diff_loaded *a, const struct diff_loaded *b,
		      const struct rules *rules, struct map *ret)
{
	cleanup_done(comparison_done) struct comparison c = {0};
	int r = compare_sides(side_of(a), side_of(b), rules, &c);

	for (size_t i = 0; r == 0 && i < c.found.count; i++) {
		if (c.found.at[i].weight != FINDING_NOISE)
			r = map_put(ret, c.found.at[i].key, ret);
	}
	return r;
}

/* What becomes of the runs of one side. */
struct learning {
	const struct rules *rules;
	const struct buf *tapes;
	struct map *keys;    /* of what varies among them */
	struct times *times; /* NULL: how long they took is not asked for */
	enum times_side side;
	char *doubt;
	size_t doubt_size;
};

static int learn_times(const struct learning *x, const struct diff_loaded *run)
{
	return x->times ? times_add(x->times, x->side, side_of(run)) : 0;
}

/* The first against each of the others, two tapes in memory at a time. */
static int learn_runs(const struct run *runs, size_t count, const struct learning *x,
		      struct err *err)
{
	struct diff_loaded *first = NULL;
	int r = 0;

	for (size_t i = 1; r == 0 && i < count; i++) {
		struct diff_loaded *other =
			loaded_new(runs[i].path, &runs[i].part, x->rules, x->tapes);

		if (!first) {
			first = loaded_new(runs[0].path, &runs[0].part, x->rules, x->tapes);
			r = first && other ? load_both(first, other, err)
					   : err_set(err, ENOMEM, "out of memory");
			if (r == 0 && learn_times(x, first) < 0)
				r = err_set(err, ENOMEM, "out of memory");
		} else if (other) {
			load(other);
			if (other->result < 0)
				r = err_set(err, -other->result, "%s", err_text(&other->err));
		}
		if (r == 0 && other) {
			note_doubt(other, x->doubt, x->doubt_size);
			note_unlike(first, other, x->doubt, x->doubt_size);
		}
		if (r == 0 && (!other || learn_from(first, other, x->rules, x->keys) < 0 ||
			       learn_times(x, other) < 0))
			r = err_set(err, ENOMEM, "out of memory");
		loaded_free(other);
	}
	if (r == 0 && first)
		note_doubt(first, x->doubt, x->doubt_size);
	loaded_free(first);
	return r;
}

int diff_learn(const char *const *paths, size_t count, struct diff_learned *ret, struct err *err)
{
	cleanup_done(tape_files_done) struct tape_files files = {0};
	cleanup_done(buf_done) struct buf runs = {0}, tapes = {0};
	const struct learning learning = {.tapes = &tapes,
					  .keys = &ret->keys,
					  .doubt = ret->doubt,
					  .doubt_size = sizeof(ret->doubt)};
	int r = runs_of(paths, count, &files, &runs, err);

	if (r == 0)
		r = add_tapes(&runs, &tapes, err);
	ret->runs = runs.size / sizeof(struct run);
	return r < 0 ? r
		     : learn_runs((const struct run *)(const void *)runs.data, ret->runs, &learning,
				  err);
}

void diff_learned_done(struct diff_learned *x)
{
	map_done(&x->keys);
}

/* ---- the tapes once more, for bytes and text ---- */

static int open_again(void *context, struct trace_source **ret, struct err *err)
{
	return tape_part_open(context, ret, err);
}

static struct diff_tape tape_of(struct diff_loaded *x)
{
	return (struct diff_tape){.open = open_again,
				  .context = &x->part,
				  .events_left = REREAD_EVENTS_MAX,
				  .chosen_ports = side_of(x)->chosen_ports};
}

/* ---- the comparison ---- */

struct skipping {
	const struct map *learned;
	const struct rules *rules;
	const struct comparison *c;
	size_t *masked;
};

/* A call that has a budget is told when that is over, not when it moves. */
static bool has_budget(const struct skipping *x, const struct finding *f)
{
	struct rule_budget budget;
	const char *blank = strchr(f->subject, ' ');
	cleanup_free char *call = strndup(f->subject, strcspn(f->subject, " ("));

	if (f->kind != FIND_COUNT && f->kind != FIND_CALL_NEW)
		return false;
	for (size_t i = 0; call && rules_budget(x->rules, i, &budget); i++) {
		if (rule_budget_covers(&budget, call, blank ? blank + 1 : ""))
			return true;
	}
	return false;
}

static bool skip(const void *context, const struct finding *f)
{
	const struct skipping *x = context;

	if (f->kind == FIND_BUDGET)
		return false;
	if (map_get(x->learned, f->key)) {
		++*x->masked;
		return true;
	}
	return has_budget(x, f);
}

static uint64_t calls_in(const struct diff_side *s, const struct rule_budget *budget)
{
	uint64_t n = 0;

	for (size_t i = 1; i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];

		for (size_t k = 0; k < p->count_count; k++) {
			const struct diff_count *x = &p->counts[k];

			if (rule_budget_covers(budget, s->calls[x->call],
					       s->texts + s->objects[x->object].label))
				n += x->calls;
		}
	}
	return n;
}

static int check_budgets(struct comparison *c, const struct rules *rules)
{
	struct rule_budget budget;
	int failed = 0;

	for (size_t i = 0; !failed && rules_budget(rules, i, &budget); i++) {
		cleanup_done(buf_done) struct buf subject = {0};
		const uint64_t n = calls_in(c->b, &budget);
		struct finding *f;
		bool fresh;

		if (n <= budget.limit)
			continue;
		f = findings_get(&c->found, FIND_BUDGET, 0, i, &fresh, &failed);
		if (!f)
			continue;
		buf_printf(&subject, "%s%s%s <= %" PRIu64, budget.call, budget.path ? " " : "",
			   budget.path ? budget.path : "", budget.limit);
		f->subject = strdup(buf_text(&subject));
		f->a.count = calls_in(c->a, &budget);
		f->b.count = n;
		failed = f->subject ? 0 : -ENOMEM;
	}
	return failed;
}

static int compare_loaded(const struct diff_inputs *x, const struct map *learned,
			  const struct times *times, struct diff_result *ret)
{
	struct skipping skipping = {learned, x->rules, &ret->comparison, &ret->masked};
	struct diff_tape a = tape_of(ret->a), b = tape_of(ret->b);
	int r = compare_sides(side_of(ret->a), side_of(ret->b), x->rules, &ret->comparison);

	if (r == 0)
		r = check_budgets(&ret->comparison, x->rules);
	if (r == 0)
		r = times_compare(times, &ret->comparison.found);
	if (r == 0)
		r = excerpts_find_inputs(&ret->comparison, &a, &b);
	return r == 0 ? rank_findings(&ret->comparison, skip, &skipping, &ret->ranking) : r;
}

static int look_closer(const struct diff_inputs *x, struct diff_result *ret, struct err *err)
{
	struct diff_tape a = tape_of(ret->a), b = tape_of(ret->b);
	int r = excerpts_find(&ret->comparison, &ret->ranking, x->all, &a, &b);

	/* What has been read for excerpts does not count here. */
	a.events_left = b.events_left = REREAD_EVENTS_MAX;
	if (r == 0)
		r = context_find(&ret->comparison, &ret->ranking, &a, &b, &ret->a_context,
				 &ret->b_context);
	return r < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* What varies among the runs of each side, and how long they took. */
static int learn_both(const struct diff_inputs *x, const struct buf *good, const struct buf *bad,
		      const struct buf *tapes, struct map *learned, struct times *times,
		      struct diff_result *ret, struct err *err)
{
	const struct buf *const sides[TIMES_SIDES] = {[TIMES_GOOD] = good, [TIMES_BAD] = bad};
	int r = 0;

	for (size_t i = 0; r == 0 && i < TIMES_SIDES; i++) {
		const struct learning learning = {.rules = x->rules,
						  .tapes = tapes,
						  .keys = learned,
						  .times = times,
						  .side = (enum times_side)i,
						  .doubt = ret->doubt,
						  .doubt_size = sizeof(ret->doubt)};

		r = learn_runs((const struct run *)(const void *)sides[i]->data,
			       sides[i]->size / sizeof(struct run), &learning, err);
	}
	return r;
}

static int run_with(const struct diff_inputs *x, struct tape_files *files, struct buf *tapes,
		    struct map *learned, struct diff_result *ret, struct err *err)
{
	cleanup_done(times_done) struct times times = {.left_out = 0};
	cleanup_done(buf_done) struct buf good = {0}, bad = {0};
	const struct run *p, *q;
	int r = runs_of(x->good, x->good_count, files, &good, err);

	if (r == 0)
		r = runs_of(x->bad, x->bad_count, files, &bad, err);
	if (r == 0)
		r = add_tapes(&good, tapes, err);
	if (r == 0)
		r = add_tapes(&bad, tapes, err);
	if (r < 0)
		return r;
	p = (const struct run *)(const void *)good.data;
	q = (const struct run *)(const void *)bad.data;
	r = learn_both(x, &good, &bad, tapes, learned, &times, ret, err);
	if (r < 0)
		return r;
	ret->learned = learned->count;
	ret->a = loaded_new(p->path, &p->part, x->rules, tapes);
	ret->b = loaded_new(q->path, &q->part, x->rules, tapes);
	r = ret->a && ret->b ? 0 : err_set(err, ENOMEM, "out of memory");
	if (r == 0)
		r = tape_part_keep(files, &ret->a->part, err);
	if (r == 0)
		r = tape_part_keep(files, &ret->b->part, err);
	if (r == 0)
		r = load_both(ret->a, ret->b, err);
	if (r < 0)
		return r;
	note_doubt(ret->a, ret->doubt, sizeof(ret->doubt));
	note_doubt(ret->b, ret->doubt, sizeof(ret->doubt));
	note_unlike(ret->a, ret->b, ret->doubt, sizeof(ret->doubt));
	if (compare_loaded(x, learned, &times, ret) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return ret->ranking.count ? look_closer(x, ret, err) : 0;
}

int diff_run(const struct diff_inputs *x, struct diff_result *ret, struct err *err)
{
	cleanup_done(tape_files_done) struct tape_files files = {0};
	cleanup_done(map_done) struct map learned = {0};
	cleanup_done(buf_done) struct buf tapes = {0};

	return run_with(x, &files, &tapes, &learned, ret, err);
}

void diff_result_done(struct diff_result *r)
{
	ranking_done(&r->ranking);
	comparison_done(&r->comparison);
	r->a = loaded_free(r->a);
	r->b = loaded_free(r->b);
	buf_done(&r->a_context);
	buf_done(&r->b_context);
}

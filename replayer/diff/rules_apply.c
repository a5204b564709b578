/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A side made over. Where a rule changes what things are called, all texts are written anew and
 * all keys made from them, also of steps that no rule says anything of: keys of one side must
 * be made as those of the other.
 */
#include "replayer/side/side_priv.h"
#include "rules_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A process that is ignored, and which of its parent's children it is, from 0. */
struct birth {
	uint32_t parent; /* in the old side */
	uint32_t ordinal;
};

struct ruled_side {
	struct diff_side side;
	struct buf texts;
	struct buf whole; /* the text at hand */
	struct buf owned; /* pointers that are freed with it */
	const struct rules *rules;
	const struct diff_side *from;
	bool rewrites;
	bool *ignored;        /* of each object */
	uint32_t *number;     /* of each process of the old side; 0: it is ignored */
	struct birth *unborn; /* those that are ignored, and whose parents are not; sorted */
	size_t unborn_count;
	struct buf forks; /* of the process at hand: places of the calls for such, sorted */
	bool *ignored_call;
	bool failed;
};

/* Zeroed memory that lives as long as the side. NULL: out of memory, which is noted. */
static void *own(struct ruled_side *r, size_t count, size_t size)
{
	void *ret = calloc(count + 1, size);

	if (ret)
		buf_append(&r->owned, &ret, sizeof(ret));
	if (!ret || buf_error(&r->owned)) {
		if (ret)
			free(ret);
		r->failed = true;
		return NULL;
	}
	return ret;
}

/* ---- texts ---- */

/* A path and its first part end in front of these. */
static bool is_end_of_path(char c)
{
	return strchr("/\"> ':,;)}]\t\n|&", c) != NULL;
}

/* Paths begin behind these, and in the word of an option: -I/usr/include. */
static bool may_begin(const char *text, const char *at)
{
	if (at == text || strchr("\"< '=:,;([{@\t\n|&", at[-1]))
		return true;
	return at >= text + 2 && at[-2] == '-' &&
	       (at == text + 2 || strchr("\"< '", at[-3]) != NULL);
}

static void replace_path(const char *text, const char *from, const char *to, const char *mark,
			 struct buf *ret)
{
	const size_t size = strlen(from);
	const char *at = text, *found;

	while ((found = strstr(at, from)) != NULL) {
		if (may_begin(text, found) && is_end_of_path(found[size])) {
			buf_append(ret, at, (size_t)(found - at));
			buf_str(ret, mark);
			buf_str(ret, to);
			at = found + size;
		} else {
			buf_append(ret, at, (size_t)(found - at) + 1);
			at = found + 1;
		}
	}
	buf_str(ret, at);
}

/* Where there is no memory to look, nothing can be said to be unmasked. */
static bool find_masked(const regex_t *regex, const char *text, int flags, regmatch_t *m,
			struct buf *ret)
{
	static const struct buf failed = {.failed = -ENOMEM};
	const int r = pattern_find(regex, text, 1, m, flags);

	if (r < 0)
		buf_inherit(ret, &failed);
	return r > 0;
}

static void replace_masked(const char *text, const regex_t *regex, const char *to, struct buf *ret)
{
	regmatch_t m;
	int flags = 0;

	while (*text && find_masked(regex, text, flags, &m, ret)) {
		/* Of an empty match nothing comes. */
		if (m.rm_eo == m.rm_so) {
			buf_append(ret, text, (size_t)m.rm_so + 1);
			text += m.rm_so;
			if (!*text++)
				return;
		} else {
			buf_append(ret, text, (size_t)m.rm_so);
			buf_str(ret, to);
			text += m.rm_eo;
		}
		flags = REG_NOTBOL;
	}
	buf_str(ret, text);
}

bool rules_rewrite(const struct rules *r, const char *text, struct buf *ret)
{
	cleanup_done(buf_done) struct buf now = {0};

	buf_str(&now, text);
	for (size_t i = 0; i < r->count; i++) {
		const struct rule *rule = &r->at[i];
		cleanup_done(buf_done) struct buf next = {0};

		if (rule->kind == RULE_ROOT)
			replace_path(buf_text(&now), rule->to, rule->from, "$", &next);
		else if (rule->kind == RULE_ALIAS_PATH)
			replace_path(buf_text(&now), rule->from, rule->to, "", &next);
		else if (rule->kind == RULE_MASK)
			replace_masked(buf_text(&now), &rule->regex, rule->to, &next);
		else
			continue;
		buf_inherit(&next, &now);
		buf_done(&now);
		now = next;
		next = (struct buf){0};
	}
	buf_inherit(ret, &now);
	buf_append(ret, now.data, now.size);
	return strcmp(buf_text(&now), text) != 0;
}

static const char *old_text(const struct ruled_side *r, uint32_t place)
{
	return diff_side_text(r->from, place);
}

/* The text of a step, as it was. Valid until the next. */
static const char *said(struct ruled_side *r, const struct diff_step *step)
{
	buf_clear(&r->whole);
	diff_step_say(r->from, step, &r->whole);
	buf_inherit(&r->texts, &r->whole);
	return buf_text(&r->whole);
}

static uint32_t put_rewritten(struct ruled_side *r, const char *text)
{
	const size_t at = r->texts.size;

	if (!*text || at >= SIDE_TEXT_MARKED)
		return 0;
	rules_rewrite(r->rules, text, &r->texts);
	buf_char(&r->texts, '\0');
	return (uint32_t)at;
}

/* The place of a text made over. */
static uint32_t new_text(struct ruled_side *r, uint32_t place)
{
	return r->rewrites ? put_rewritten(r, old_text(r, place)) : place;
}

static const char *made_text(const struct ruled_side *r, uint32_t place)
{
	return r->rewrites ? buf_text(&r->texts) + place : old_text(r, place);
}

/* As for texts that were read so: one that did not change keeps its own, which may be of more than
 * was kept. */
static uint64_t hash_of(const char *old, const char *made, uint64_t hash)
{
	return strcmp(old, made) == 0 ? hash : diff_hash(made, strlen(made));
}

/* The key that a step had is not one of its whole text, with which others may have become the same.
 * But there may have been more than was kept. */
static uint64_t fine_of(const char *old, const char *made, uint64_t hash)
{
	const size_t size = strlen(made);

	return size < SIDE_TEXT_MAX && size ? diff_hash(made, size) : hash_of(old, made, hash);
}

/* ---- objects and calls ---- */

static void apply_objects(struct ruled_side *r)
{
	const struct diff_side *s = r->from;
	struct diff_object *objects = own(r, s->object_count, sizeof(*objects));

	r->ignored = own(r, s->object_count, sizeof(*r->ignored));
	for (size_t i = 1; !r->failed && i < s->object_count; i++) {
		struct diff_object *o = &objects[i];

		*o = s->objects[i];
		o->label = new_text(r, s->objects[i].label);
		r->ignored[i] =
			rules_ignore(r->rules, RULE_PATH, old_text(r, s->objects[i].label)) ||
			rules_ignore(r->rules, RULE_PATH, old_text(r, s->objects[i].name)) ||
			rules_ignore(r->rules, RULE_PATH, made_text(r, o->label));
		if (!r->rewrites)
			continue;
		o->name = new_text(r, s->objects[i].name);
		o->hash = hash_of(old_text(r, s->objects[i].label), made_text(r, o->label),
				  s->objects[i].hash);
	}
	r->side.objects = objects;
}

static const char *alias_of(const struct rules *rules, const char *call)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (rules->at[i].kind == RULE_ALIAS_CALL && strcmp(rules->at[i].from, call) == 0)
			return rules->at[i].to;
	}
	return call;
}

static void apply_calls(struct ruled_side *r)
{
	const struct diff_side *s = r->from;
	const char **calls = own(r, s->call_count, sizeof(*calls));

	r->ignored_call = own(r, s->call_count, sizeof(*r->ignored_call));
	for (size_t i = 0; !r->failed && i < s->call_count; i++) {
		const char *call = s->calls[i] ? s->calls[i] : "";

		calls[i] = alias_of(r->rules, call);
		r->ignored_call[i] = rules_ignore(r->rules, RULE_CALL, call);
	}
	r->side.calls = calls;
}

/* ---- processes ---- */

static const char *call_of(const char *const *calls, size_t count, uint32_t call)
{
	return call < count && calls[call] ? calls[call] : "";
}

/* The text with another name of the call in front. */
static uint32_t renamed(struct ruled_side *r, const char *text, const char *from, const char *to)
{
	const size_t size = strlen(from);
	cleanup_done(buf_done) struct buf all = {0};
	uint32_t place;

	if (strncmp(text, from, size) != 0 || text[size] != '(')
		return put_rewritten(r, text);
	buf_str(&all, to);
	buf_str(&all, text + size);
	place = put_rewritten(r, buf_text(&all));
	buf_inherit(&r->texts, &all);
	return place;
}

/* The call and its object are exchanged in the keys, all else stays in them. */
static void rekey(struct ruled_side *r, struct diff_step *step)
{
	const char *old = call_of(r->from->calls, r->from->call_count, step->call);
	const char *call = call_of(r->side.calls, r->side.call_count, step->call);
	const uint64_t object = r->from->objects[step->object].hash;
	const bool unfinished = step->coarse != diff_step_coarse(step->what, step->error, false);
	const char *text = said(r, step);

	step->text = call == old ? put_rewritten(r, text) : renamed(r, text, old, call);
	step->fine = fine_of(text, made_text(r, step->text), step->fine);
	if (step->kind != DIFF_CALL)
		return;
	step->what ^= diff_step_about(old, object) ^
		      diff_step_about(call, r->side.objects[step->object].hash);
	step->coarse = diff_step_coarse(step->what, step->error, unfinished);
}

static bool is_kept(const struct ruled_side *r, uint32_t call, uint32_t object)
{
	return !(call < r->from->call_count && r->ignored_call[call]) &&
	       !(object < r->from->object_count && r->ignored[object]);
}

static int compare_births(const void *a, const void *b)
{
	const struct birth *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* Those of a process; the first of them is returned. */
static const struct birth *unborn_of(const struct ruled_side *r, uint32_t parent, size_t *ret_count)
{
	size_t low = 0, high = r->unborn_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (r->unborn[middle].parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	for (*ret_count = 0; low + *ret_count < r->unborn_count; ++*ret_count) {
		if (r->unborn[low + *ret_count].parent != parent)
			break;
	}
	return r->unborn + low;
}

static bool is_fork(const struct ruled_side *r, uint32_t call, uint16_t error)
{
	return !error && call < r->from->call_count && r->from->calls[call] &&
	       strcmp(r->from->calls[call], "fork") == 0;
}

static int compare_places(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The calls for children that are ignored are ignored with them: the first call is for the first
 * child. */
static void find_forks(struct ruled_side *r, uint32_t process)
{
	const struct diff_process *p = &r->from->processes[process];
	size_t unborn, n = 0;
	const struct birth *birth = unborn_of(r, process, &unborn);
	uint64_t *all;

	r->failed |= buf_error(&r->forks) != 0;
	buf_clear(&r->forks);
	for (size_t i = 0; unborn && i < p->thread_count; i++) {
		for (size_t k = 0; k < p->threads[i].count; k++) {
			const struct diff_step *x = &p->threads[i].steps[k];

			if (is_fork(r, x->call, x->error))
				buf_append(&r->forks, &x->seq, sizeof(x->seq));
		}
	}
	if (!r->forks.size)
		return;
	all = (uint64_t *)(void *)r->forks.data;
	qsort(all, r->forks.size / sizeof(*all), sizeof(*all), compare_places);
	for (size_t i = 0; i < unborn && birth[i].ordinal < r->forks.size / sizeof(*all); i++)
		all[n++] = all[birth[i].ordinal];
	buf_truncate(&r->forks, n * sizeof(*all));
}

static bool is_for_unborn(const struct ruled_side *r, const struct diff_step *step)
{
	return r->forks.size && is_fork(r, step->call, step->error) &&
	       bsearch(&step->seq, r->forks.data, r->forks.size / sizeof(step->seq),
		       sizeof(step->seq), compare_places);
}

static void apply_thread(struct ruled_side *r, const struct diff_thread *from,
			 struct diff_thread *ret)
{
	struct diff_step *steps = own(r, from->count, sizeof(*steps));

	*ret = *from;
	ret->steps = steps;
	ret->count = 0;
	for (size_t i = 0; !r->failed && i < from->count; i++) {
		struct diff_step *step = &steps[ret->count];

		if (!is_kept(r, from->steps[i].call, from->steps[i].object) ||
		    is_for_unborn(r, &from->steps[i]))
			continue;
		*step = from->steps[i];
		ret->count++;
		if (r->rewrites)
			rekey(r, step);
	}
}

static void apply_counts(struct ruled_side *r, const struct diff_process *from,
			 struct diff_process *ret)
{
	struct diff_count *counts = own(r, from->count_count, sizeof(*counts));
	const uint32_t process = (uint32_t)(from - r->from->processes);
	size_t unborn;

	unborn_of(r, process, &unborn);
	ret->counts = counts;
	ret->count_count = 0;
	for (size_t i = 0; !r->failed && i < from->count_count; i++) {
		struct diff_count *x = &counts[ret->count_count];
		size_t less;

		if (!is_kept(r, from->counts[i].call, from->counts[i].object))
			continue;
		*x = from->counts[i];
		less = is_fork(r, x->call, x->error) ? unborn < x->calls ? unborn : x->calls : 0;
		unborn -= less;
		x->calls -= less;
		ret->count_count += x->calls != 0;
	}
}

static void apply_streams(struct ruled_side *r, const struct diff_process *from,
			  struct diff_process *ret)
{
	struct diff_stream *streams = own(r, from->stream_count, sizeof(*streams));

	ret->streams = streams;
	ret->stream_count = 0;
	for (size_t i = 0; !r->failed && i < from->stream_count; i++) {
		struct diff_stream *s = &streams[ret->stream_count];
		const char *label = made_text(r, r->side.objects[from->streams[i].object].label);

		if (r->ignored[from->streams[i].object])
			continue;
		*s = from->streams[i];
		s->masked |= rules_ignore(r->rules, RULE_BYTES, label);
		ret->stream_count++;
	}
}

static void apply_process(struct ruled_side *r, const struct diff_process *from,
			  struct diff_process *ret)
{
	struct diff_thread *threads = own(r, from->thread_count, sizeof(*threads));

	*ret = *from;
	ret->parent = r->number[from->parent];
	ret->argv = new_text(r, from->argv);
	ret->threads = threads;
	find_forks(r, (uint32_t)(from - r->from->processes));
	for (size_t i = 0; !r->failed && i < from->thread_count; i++)
		apply_thread(r, &from->threads[i], &threads[i]);
	apply_counts(r, from, ret);
	apply_streams(r, from, ret);
}

static void number_processes(struct ruled_side *r)
{
	const struct diff_side *s = r->from;
	uint32_t *children = own(r, s->process_count, sizeof(*children));

	r->side.process_count = 1;
	for (uint32_t i = 1; !r->failed && i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];
		const bool known = p->parent && p->parent < i;
		const uint32_t ordinal = known ? children[p->parent]++ : 0;

		if (known && !r->number[p->parent])
			continue;
		if (!rules_ignore(r->rules, RULE_PROCESS, old_text(r, s->objects[p->exe].label)))
			r->number[i] = (uint32_t)r->side.process_count++;
		else if (known)
			r->unborn[r->unborn_count++] = (struct birth){p->parent, ordinal};
	}
	if (!r->failed)
		qsort(r->unborn, r->unborn_count, sizeof(*r->unborn), compare_births);
}

static void apply_processes(struct ruled_side *r)
{
	const struct diff_side *s = r->from;
	struct diff_process *processes = own(r, s->process_count, sizeof(*processes));

	r->number = own(r, s->process_count, sizeof(*r->number));
	r->unborn = own(r, s->process_count, sizeof(*r->unborn));
	if (r->failed)
		return;
	number_processes(r);
	for (size_t i = 1; !r->failed && i < s->process_count; i++) {
		if (r->number[i])
			apply_process(r, &s->processes[i], &processes[r->number[i]]);
	}
	r->side.processes = processes;
}

/* ---- the whole ---- */

int rules_apply(const struct rules *rules, const struct diff_side *side, struct ruled_side **ret)
{
	struct ruled_side *r;

	*ret = NULL;
	if (!rules_have(rules, RULE_CALL, RULE_PATH) &&
	    !rules_have(rules, RULE_PROCESS, RULE_ALIAS_PATH))
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->side = *side;
	r->side.by_hash = (struct map){0}; /* they may have other labels */
	r->from = side;
	r->rules = rules;
	r->rewrites = rules_have(rules, RULE_MASK, RULE_ALIAS_PATH);
	buf_char(&r->texts, '\0');
	apply_calls(r);
	if (!r->failed)
		apply_objects(r);
	if (!r->failed)
		apply_processes(r);
	if (r->failed || buf_error(&r->texts) || buf_error(&r->forks)) {
		ruled_side_free(r);
		return -ENOMEM;
	}
	if (r->rewrites) {
		r->side.texts = r->texts.data;
		r->side.texts_size = r->texts.size;
	}
	*ret = r;
	return 0;
}

const struct diff_side *ruled_side(const struct ruled_side *r)
{
	return &r->side;
}

struct ruled_side *ruled_side_free(struct ruled_side *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->owned.size / sizeof(void *); i++) {
		void *p;

		memcpy(&p, r->owned.data + i * sizeof(p), sizeof(p));
		free(p);
	}
	buf_done(&r->owned);
	buf_done(&r->texts);
	buf_done(&r->forks);
	buf_done(&r->whole);
	free(r);
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A side made over. Where a rule changes what things are called, all texts are written anew and
 * all keys made from them, also of steps that no rule says anything of: keys of one side must
 * be made as those of the other.
 */
#include "rules_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ruled_side {
	struct diff_side side;
	struct buf texts;
	struct buf owned; /* pointers that are freed with it */
	const struct rules *rules;
	const struct diff_side *from;
	bool rewrites;
	bool *ignored;    /* of each object */
	uint32_t *number; /* of each process of the old side; 0: it is ignored */
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

static bool is_end_of_path(char c)
{
	return c == '\0' || c == '/' || c == '"' || c == '>' || c == ' ' || c == '\'';
}

/* Paths begin behind these. */
static bool may_begin(const char *text, const char *at)
{
	return at == text || strchr("\"< '=:", at[-1]) != NULL;
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
	return place < r->from->texts_size ? r->from->texts + place : "";
}

/* The place of a text made over. */
static uint32_t new_text(struct ruled_side *r, uint32_t place)
{
	const char *old = old_text(r, place);
	const size_t at = r->texts.size;

	if (!r->rewrites)
		return place;
	if (!*old || at > UINT32_MAX - DIFF_TEXTS_MAX)
		return 0;
	rules_rewrite(r->rules, old, &r->texts);
	buf_char(&r->texts, '\0');
	return (uint32_t)at;
}

static const char *made_text(const struct ruled_side *r, uint32_t place)
{
	return r->rewrites ? buf_text(&r->texts) + place : old_text(r, place);
}

static uint64_t hash_of(const char *text)
{
	return hash_add(HASH_START, text, strlen(text));
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
			rules_ignore(r->rules, RULE_PATH, made_text(r, o->label));
		if (!r->rewrites)
			continue;
		o->name = new_text(r, s->objects[i].name);
		o->hash = hash_of(made_text(r, o->label));
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

static void rekey(struct ruled_side *r, struct diff_step *step)
{
	const char *text, *call = step->call < r->side.call_count ? r->side.calls[step->call] : "";

	step->text = new_text(r, step->text);
	text = made_text(r, step->text);
	step->what = hash_add(hash_of(call), &r->side.objects[step->object].hash, sizeof(uint64_t));
	step->coarse = hash_add(step->what, &step->error, sizeof(step->error));
	if (step->kind != DIFF_CALL)
		step->coarse = hash_add(step->coarse, text, strlen(text));
	/* What stands before the bracket may be another name of the call. */
	text += strcspn(text, "(");
	step->fine = *text ? hash_add(step->coarse, text, strlen(text)) : step->fine;
}

static bool is_kept(const struct ruled_side *r, uint32_t call, uint32_t object)
{
	return !(call < r->from->call_count && r->ignored_call[call]) &&
	       !(object < r->from->object_count && r->ignored[object]);
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

		if (!is_kept(r, from->steps[i].call, from->steps[i].object))
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

	ret->counts = counts;
	ret->count_count = 0;
	for (size_t i = 0; !r->failed && i < from->count_count; i++) {
		if (is_kept(r, from->counts[i].call, from->counts[i].object))
			counts[ret->count_count++] = from->counts[i];
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
	for (size_t i = 0; !r->failed && i < from->thread_count; i++)
		apply_thread(r, &from->threads[i], &threads[i]);
	apply_counts(r, from, ret);
	apply_streams(r, from, ret);
}

static void number_processes(struct ruled_side *r)
{
	const struct diff_side *s = r->from;

	r->side.process_count = 1;
	for (uint32_t i = 1; i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];
		const bool orphan = p->parent && p->parent < i && !r->number[p->parent];

		if (!orphan &&
		    !rules_ignore(r->rules, RULE_PROCESS, old_text(r, s->objects[p->exe].label)))
			r->number[i] = (uint32_t)r->side.process_count++;
	}
}

static void apply_processes(struct ruled_side *r)
{
	const struct diff_side *s = r->from;
	struct diff_process *processes = own(r, s->process_count, sizeof(*processes));

	r->number = own(r, s->process_count, sizeof(*r->number));
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
	r->from = side;
	r->rules = rules;
	r->rewrites = rules_have(rules, RULE_MASK, RULE_ALIAS_PATH);
	buf_char(&r->texts, '\0');
	apply_calls(r);
	if (!r->failed)
		apply_objects(r);
	if (!r->failed)
		apply_processes(r);
	if (r->failed || buf_error(&r->texts)) {
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
	free(r);
	return NULL;
}

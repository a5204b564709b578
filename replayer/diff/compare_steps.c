/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings out of edits. Steps of one side are set against those of the other, in this order:
 * the same step in another place; the same step of another thread; the same call about the same
 * object with another end; the same call about another object. What is left is new or gone. Each
 * rule is a key: steps with the same key belong together, the first with the first.
 */
#include "compare_channels.h"
#include "compare_moved.h"
#include "compare_order.h"
#include "compare_pool.h"
#include "compare_priv.h"
#include "compare_said.h"
#include "edits.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "sys/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_MAX = 48 };

struct steps_run;
struct said_change;
static int tell_change(struct steps_run *run, const struct edit_change *change);

struct steps_run {
	struct comparison *c;
	uint32_t node;
	bool ordered;
	struct edit *removed, *inserted;
	size_t removed_count, inserted_count;
	struct orders orders;
	struct moves *moves; /* of the node */
};

/* ---- pairs by a key ---- */

/* 0: belongs to nobody. */
typedef uint64_t edit_key_fn(const struct diff_side *s, const struct edit *e);
typedef int edit_pair_fn(struct steps_run *run, struct edit *a, struct edit *b);

struct keyed_edit {
	uint64_t key;
	struct edit *edit;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed_edit *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->edit > y->edit) - (x->edit < y->edit);
}

static struct keyed_edit *keyed(const struct diff_side *s, struct edit *edits, size_t *count,
				edit_key_fn *key)
{
	struct keyed_edit *ret = calloc(*count + 1, sizeof(*ret));
	size_t n = 0;

	for (size_t i = 0; ret && i < *count; i++) {
		uint64_t k = edits[i].used ? 0 : key(s, &edits[i]);

		if (k)
			ret[n++] = (struct keyed_edit){k, &edits[i]};
	}
	if (ret)
		qsort(ret, n, sizeof(*ret), compare_keyed);
	*count = n;
	return ret;
}

static int pair_by(struct steps_run *run, edit_key_fn *key, edit_pair_fn *tell)
{
	size_t a_count = run->removed_count, b_count = run->inserted_count, i = 0, k = 0;
	cleanup_free struct keyed_edit *a = keyed(run->c->a, run->removed, &a_count, key);
	cleanup_free struct keyed_edit *b = keyed(run->c->b, run->inserted, &b_count, key);
	int r = a && b ? 0 : -ENOMEM;

	while (r == 0 && i < a_count && k < b_count) {
		if (a[i].key == b[k].key)
			r = tell(run, a[i++].edit, b[k++].edit);
		else if (a[i].key < b[k].key)
			i++;
		else
			k++;
	}
	return r;
}

static uint64_t mix(uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t all[] = {a, b, c};

	return hash_add(HASH_START, all, sizeof(all));
}

static uint64_t word_hash(const char *word)
{
	return hash_add(HASH_START, word, strlen(word));
}

/* ---- what is said of a step ---- */

static struct finding_place place_of(const struct edit *e)
{
	return (struct finding_place){.step = e->step,
				      .seq = e->step->seq,
				      .process = e->process,
				      .tid = e->tid,
				      .count = 1};
}

/* Whether a descriptor has been put into the set yet, or was at all, is seen to when it is put
 * there or taken away, with this answer. */
static bool is_answer_of_set(const struct diff_side *s, const struct diff_step *step)
{
	return (step->error == ENOENT || step->error == EEXIST) &&
	       strcmp(compare_call(s, step->call), "epoll_ctl") == 0;
}

static enum finding_weight weight_of(const struct diff_side *s, const struct diff_step *step)
{
	if (step->marks & DIFF_ALLOCATOR)
		return FINDING_NOISE;
	/* Whether it is a terminal is asked of every file that is opened; and of a descriptor
	 * whether it is one. */
	if (step->error == ENOTTY ||
	    (step->error == EBADF && strstr(diff_step_text(s, step), ", F_GETFD)")))
		return FINDING_QUIET;
	/* Whoever looks at the tape sat at another window, no more. */
	if (!step->error && strstr(diff_step_text(s, step), ", TIOCGWINSZ, "))
		return FINDING_NOISE;
	return (step->marks & DIFF_PROBE) || strstr(compare_label(s, step->object), "/LC_MESSAGES/")
		       ? FINDING_QUIET
		       : FINDING_LOUD;
}

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

static enum finding_weight louder(enum finding_weight a, enum finding_weight b)
{
	return a < b ? a : b;
}

static uint64_t object_hash(const struct diff_side *s, const struct diff_step *step)
{
	return step->object && step->object < s->object_count ? s->objects[step->object].hash : 0;
}

/* What varies when this varies again: the call, and what its object looks like. */
static uint64_t shape_of(const struct diff_side *s, const struct diff_step *step)
{
	return mix(word_hash(compare_call(s, step->call)),
		   finding_shape(compare_label(s, step->object)), step->error);
}

/* How a connection has come out that did not wait is asked for behind it. */
static void say_subject(const struct diff_side *s, const struct diff_step *step, struct buf *ret)
{
	if (step->error && strcmp(compare_call(s, step->call), "getsockopt") == 0 &&
	    strstr(diff_step_text(s, step), ", SO_ERROR, "))
		buf_printf(ret, "connect %s", compare_label(s, step->object));
	else
		said_call(s, step, ret);
}

static bool is_of_object(const struct compare_new *x)
{
	return x->kind == FIND_PATH_NEW || x->kind == FIND_PATH_GONE || x->kind == FIND_PEER_NEW ||
	       x->kind == FIND_PEER_GONE;
}

/* Whether a word is in a list of words with ", " between them. */
static bool has_word(const char *list, const char *word)
{
	const size_t size = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += size) {
		if ((at == list || at[-1] == ' ') && (at[size] == ',' || !at[size]))
			return true;
	}
	return false;
}

/* What was done with what is new or gone: "open, fsync". */
static int note_call(struct finding *f, const char *call)
{
	char *longer;

	if (!f->note) {
		f->note = strdup(call);
		return f->note ? 0 : -ENOMEM;
	}
	if (strlen(f->note) > NOTE_MAX || has_word(f->note, call))
		return 0;
	if (asprintf(&longer, "%s, %s", f->note, call) < 0)
		return -ENOMEM;
	free(f->note);
	f->note = longer;
	return 0;
}

/* Takes a finding for edits of which one may be NULL. */
static int add(struct steps_run *run, struct compare_new *x, const struct edit *a,
	       const struct edit *b)
{
	const struct diff_side *s = b ? run->c->b : run->c->a;
	const struct diff_step *step = b ? b->step : a->step;
	cleanup_done(buf_done) struct buf subject = {0};
	struct finding *f;
	int failed = 0;

	if (!x->subject) {
		say_subject(s, step, &subject);
		x->subject = buf_text(&subject);
	}
	x->node = run->node;
	x->what = object_hash(s, step);
	if (compare_of_stranger(run->c, run->node, compare_label(s, step->object)) ||
	    pool_step_by_chance(run->c, s, b ? b->process : a->process, step) ||
	    compare_of_spare_thread(run->c, run->node, compare_call(s, step->call)))
		x->weight = FINDING_NOISE;
	if (!x->shape)
		x->shape = shape_of(s, step);
	f = compare_add(run->c, x, &failed);
	if (!f)
		return buf_error(&subject) ? -ENOMEM : failed;
	if (a && !f->a.count++)
		f->a = place_of(a);
	if (b && !f->b.count++)
		f->b = place_of(b);
	f->weight = (uint8_t)louder(f->weight, x->weight);
	if (is_of_object(x) && note_call(f, compare_call(s, step->call)) < 0)
		return -ENOMEM;
	return buf_error(&subject);
}

static const char *end_of(const struct diff_step *step, char *scratch, size_t size)
{
	const char *name = step->error ? sys_errno_name(step->error) : "ok";

	if (!name)
		snprintf(scratch, size, "error %u", step->error);
	return name ? name : scratch;
}

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
		.kind = FIND_ORDER, .weight = weight_of(run->c->a, a->step), .detail = 1};
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
	return matters < 0 ? matters : add(run, &x, a, b);
}

static uint64_t key_in_gap(const struct diff_side *s, const struct edit *e)
{
	(void)s;
	return mix(e->step->what, e->gap, 1) | 1;
}

static uint64_t key_anywhere(const struct diff_side *s, const struct edit *e)
{
	(void)s;
	return e->step->what | 1;
}

static int tell_other_end(struct steps_run *run, struct edit *a, struct edit *b)
{
	char was[24], now[24];
	struct compare_new x = {
		.kind = !a->step->error   ? FIND_FAILS
			: !b->step->error ? FIND_SUCCEEDS
					  : FIND_ERROR,
		.weight = louder(weight_of(run->c->a, a->step), weight_of(run->c->b, b->step))};

	if (a->step->error == b->step->error)
		return 0;
	if (is_answer_of_set(run->c->a, a->step) || is_answer_of_set(run->c->b, b->step))
		x.weight = FINDING_NOISE;
	a->used = b->used = true;
	x.was = end_of(a->step, was, sizeof(was));
	x.now = end_of(b->step, now, sizeof(now));
	x.detail = mix(a->step->what, a->step->error, b->step->error);
	return add(run, &x, a, b);
}

static uint64_t key_of_end(const struct diff_side *s, const struct edit *e)
{
	(void)s;
	return mix(e->step->what, e->step->error, 6) | 1;
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
	return tell_change(run, &change);
}

/* Calls that choose an object by its name, and what the choice is. */
static int choice_of(const char *call)
{
	static const struct {
		const char *call;
		enum finding_kind kind;
	} choices[] = {{"execve", FIND_EXEC_INSTEAD},  {"exec", FIND_EXEC_INSTEAD},
		       {"connect", FIND_PEER_INSTEAD}, {"bind", FIND_PEER_INSTEAD},
		       {"sendto", FIND_PEER_INSTEAD},  {"send", FIND_PEER_INSTEAD},
		       {"open", FIND_INSTEAD},         {"chdir", FIND_INSTEAD},
		       {"rename", FIND_INSTEAD},       {"unlink", FIND_INSTEAD},
		       {"mkdir", FIND_INSTEAD},        {"link", FIND_INSTEAD},
		       {"symlink", FIND_INSTEAD},      {"truncate", FIND_INSTEAD}};

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		if (strcmp(choices[i].call, call) == 0)
			return (int)choices[i].kind;
	}
	return -1;
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

	if (!object_hash(s, e->step) || weight_of(s, e->step) != FINDING_LOUD ||
	    choice_of(call) < 0 || e->step->error)
		return 0;
	return mix(word_hash(call), e->gap, 2 + purpose_of(s, e->step)) | 1;
}

static uint64_t key_of_same_name(const struct diff_side *s, const struct edit *e)
{
	const uint64_t key = key_of_choice(s, e);
	const char *label = compare_label(s, e->step->object), *slash = strrchr(label, '/');

	return key ? mix(key, word_hash(slash ? slash + 1 : label), 3) | 1 : 0;
}

static int tell_instead(struct steps_run *run, struct edit *a, struct edit *b)
{
	const char *call = compare_call(run->c->b, b->step->call);
	struct compare_new x = {.kind = (enum finding_kind)choice_of(call),
				.subject = call,
				.was = compare_label(run->c->a, a->step->object),
				.now = compare_label(run->c->b, b->step->object),
				.detail = mix(a->step->what, b->step->what, 0)};

	/* The one of them that both know is not instead of anything. */
	if (compare_knows(run->c, SIDE_A, object_hash(run->c->b, b->step)) &&
	    compare_knows(run->c, SIDE_B, object_hash(run->c->a, a->step)))
		return 0;
	a->used = b->used = true;
	return add(run, &x, a, b);
}

/* ---- what is left ---- */

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
	const uint64_t object = object_hash(s, step);
	const struct edit *a = is_new ? NULL : e, *b = is_new ? e : NULL;
	char end[24];
	struct compare_new x = {.kind = is_new ? FIND_CALL_NEW : FIND_CALL_GONE,
				.weight = weight_of(s, step),
				.detail = mix(step->what, step->error, 0)};

	if (step->kind == DIFF_SIGNAL)
		x.kind = FIND_SIGNAL;
	if (object && !compare_knows(c, is_new ? SIDE_A : SIDE_B, object))
		x.kind = kind_of_object(&s->objects[step->object], is_new);
	if (x.kind != FIND_CALL_NEW && x.kind != FIND_CALL_GONE && x.kind != FIND_SIGNAL) {
		x.detail = object;
		x.subject = compare_label(s, step->object);
		x.shape = finding_shape(x.subject);
	}
	if (is_last_write(run, step) || asks_for_limit(s, step) || is_answer_of_set(s, step) ||
	    is_own_executable(s, e) || pool_lacks_by_chance(c, run->node, s, step))
		x.weight = FINDING_NOISE;
	/* A connection that is under way has not failed. */
	if (step->error && step->error != EINPROGRESS) {
		x.kind = is_new ? FIND_FAILS : FIND_SUCCEEDS;
		x.detail = mix(step->what, step->error, 4);
		x.subject = NULL;
		x.shape = 0;
		*(is_new ? &x.now : &x.was) = end_of(step, end, sizeof(end));
	}
	return add(run, &x, a, b);
}

static int tell_rest(struct steps_run *run)
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

	if (said->kind != FIND_RESULT || choice_of(call) != FIND_INSTEAD)
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
	struct compare_new x = {.kind = said->kind, .weight = weight_of(run->c->b, change->b)};
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
	x.detail = mix(change->a->what, word_hash(x.was), word_hash(x.now));
	x.detail = mix(x.detail, said->place, 0);
	x.shape = mix(shape_of(run->c->b, change->b), said->place, 5);
	return add(run, &x, &a, &b);
}

static int tell_change(struct steps_run *run, const struct edit_change *change)
{
	struct said_change said[SAID_CHANGES_MAX];
	size_t n = said_changes(run->c->a, change->a, run->c->b, change->b, said);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = tell_said(run, change, &said[i]);
	return r;
}

/* What both threads say otherwise may be what others of them say. */
static int tell_changes(struct steps_run *run, const struct edit_change *changes, size_t count)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < count; i++) {
		r = moves_have(run->c, run->node, changes[i].a, run->moves);
		if (r > 0)
			r = moves_have(run->c, run->node, changes[i].b, run->moves);
		if (r == 0)
			r = tell_change(run, &changes[i]);
	}
	return r < 0 ? r : 0;
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
		r = pair_by(run, key_of_step, tell_moved);
	if (r == 0)
		r = moves_take(run->c, run->node, run->removed, run->removed_count, run->moves);
	if (r == 0)
		r = moves_take(run->c, run->node, run->inserted, run->inserted_count, run->moves);
	if (r == 0)
		r = pair_by(run, key_in_gap, tell_other_end);
	if (r == 0)
		r = pair_by(run, key_anywhere, tell_other_end);
	if (r == 0)
		r = pair_by(run, key_of_end, tell_other_purpose);
	if (r == 0)
		r = pair_by(run, key_of_same_name, tell_instead);
	if (r == 0)
		r = pair_by(run, key_of_choice, tell_instead);
	if (r == 0)
		r = tell_rest(run);
	return r == 0 ? tell_changes(run, changes, e->changed.size / sizeof(*changes)) : r;
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

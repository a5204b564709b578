/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a step, and how much it weighs. */
#include "steps_priv.h"

#include "compare_pool.h"
#include "compare_said.h"

#include "base/cleanup.h"
#include "sys/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_MAX = 48 };

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
bool steps_is_answer_of_set(const struct diff_side *s, const struct diff_step *step)
{
	return (step->error == ENOENT || step->error == EEXIST) &&
	       strcmp(compare_call(s, step->call), "epoll_ctl") == 0;
}

enum finding_weight steps_weight_of(const struct diff_side *s, const struct diff_step *step)
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

enum finding_weight steps_louder(enum finding_weight a, enum finding_weight b)
{
	return a < b ? a : b;
}

uint64_t steps_object_hash(const struct diff_side *s, const struct diff_step *step)
{
	return step->object && step->object < s->object_count ? s->objects[step->object].hash : 0;
}

/* What varies when this varies again: the call, and what its object looks like. */
uint64_t steps_shape_of(const struct diff_side *s, const struct diff_step *step)
{
	return steps_mix(steps_word_hash(compare_call(s, step->call)),
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

int steps_add(struct steps_run *run, struct compare_new *x, const struct edit *a,
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
	x->what = steps_object_hash(s, step);
	if (compare_of_stranger(run->c, run->node, compare_label(s, step->object)) ||
	    pool_step_by_chance(run->c, s, b ? b->process : a->process, step) ||
	    compare_of_spare_thread(run->c, run->node, compare_call(s, step->call)))
		x->weight = FINDING_NOISE;
	if (!x->shape)
		x->shape = steps_shape_of(s, step);
	f = compare_add(run->c, x, &failed);
	if (!f)
		return buf_error(&subject) ? -ENOMEM : failed;
	if (a && !f->a.count++)
		f->a = place_of(a);
	if (b && !f->b.count++)
		f->b = place_of(b);
	f->weight = (uint8_t)steps_louder(f->weight, x->weight);
	if (is_of_object(x) && note_call(f, compare_call(s, step->call)) < 0)
		return -ENOMEM;
	return buf_error(&subject);
}

const char *steps_end_of(const struct diff_step *step, char *scratch, size_t size)
{
	const char *name = step->error ? sys_errno_name(step->error) : "ok";

	if (!name)
		snprintf(scratch, size, "error %u", step->error);
	return name ? name : scratch;
}

int steps_choice_of(const char *call)
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

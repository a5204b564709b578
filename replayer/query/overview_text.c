/* SPDX-License-Identifier: Apache-2.0 */
/* The overview for people. Every list is bounded; what does not fit is counted. */
#include "overview.h"

#include "overview_priv.h"

#include "tree.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	COMMAND_SHOWN = 240,
	PROBLEM_COMMAND = 140,
	WORDS_LINES = 6,
	FAILURES_SHOWN = 8,
	TREE_LINES = 16,
};

void screen_paint(const struct screen *s, const char *code)
{
	if (s->colour)
		buf_printf(s->out, "\033[%sm", code);
}

void screen_heading(const struct screen *s, const char *text)
{
	buf_char(s->out, '\n');
	screen_paint(s, "1");
	buf_str(s->out, text);
	screen_paint(s, "0");
	buf_char(s->out, '\n');
}

const char *screen_grouped(uint64_t value, char text[static 32])
{
	char *at = text + 31;

	*at = '\0';
	for (unsigned digits = 0; value || !digits; digits++, value /= 10) {
		if (digits && digits % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + value % 10);
	}
	return memmove(text, at, (size_t)(text + 32 - at));
}

static void say_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	char text[32];

	buf_printf(out, "%s %s", screen_grouped(n, text), n == 1 ? one : many);
}

static void say_seconds(struct buf *out, uint64_t ns)
{
	buf_printf(out, "%.3f s", (double)ns / 1e9);
}

/* ---- what ran, and how it ended ---- */

/* The process that was recorded first: the command. */
static const struct process *command(const struct overview *o)
{
	return o->processes.count ? &o->processes.list[0] : NULL;
}

static void say_end(const struct screen *s)
{
	const struct info *i = &s->o->info;
	const struct process *p = command(s->o);
	bool told = i->has_trailer && i->trailer.has_status;
	bool bad = told ? i->trailer.status != 0 : p && process_ended_badly(p);

	screen_paint(s, bad ? "31;1" : "32");
	if (p && p->over && (!told || p->status == i->trailer.status))
		process_end_long(p, s->out);
	else if (told)
		info_say_status(s->out, i->trailer.status);
	else if (i->has_trailer && i->trailer.reason[0])
		buf_str(s->out, "was left running");
	else
		buf_str(s->out, "its end is not on the tape");
	screen_paint(s, "0");
	buf_str(s->out, " after ");
	say_seconds(s->out, i->has_trailer ? i->trailer.duration : i->last_time);
}

static void say_numbers(const struct screen *s)
{
	const struct overview *o = s->o;
	uint64_t threads = 0;

	for (size_t i = 0; i < o->processes.count; i++)
		threads += o->processes.list[i].threads;
	say_count(s->out, o->info.calls, "system call", "system calls");
	buf_str(s->out, " by ");
	say_count(s->out, o->processes.count + o->processes.dropped, "process", "processes");
	if (threads > o->processes.count) {
		buf_str(s->out, " with ");
		say_count(s->out, threads, "thread", "threads");
	}
	buf_str(s->out, "; ");
	say_count(s->out, o->stats.errors, "call", "calls");
	buf_str(s->out, " failed\n");
}

static void say_head(const struct screen *s)
{
	const struct meta_header *h = &s->o->info.header;
	const struct process *p = command(s->o);

	screen_paint(s, "1");
	if (h->command.size)
		info_say_words(s->out, h->command.data, h->command.size, COMMAND_SHOWN);
	else if (p)
		process_command(&s->o->processes, p, COMMAND_SHOWN, s->out);
	else
		buf_str(s->out, "(no command is on the tape)");
	screen_paint(s, "0");
	buf_str(s->out, "\n  ");
	say_end(s);
	buf_str(s->out, "\n  ");
	say_numbers(s);
}

/* ---- problems ---- */

static void say_lines(const struct screen *s, const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n;

		stop = stop ? stop : end;
		n = (size_t)(stop - at);
		escape_text(s->out, at, n && at[n - 1] == '\r' ? n - 1 : n);
		buf_str(s->out, stop < end ? "\n                " : "\n");
		at = stop + (stop < end);
	}
}

/* The last lines of what it wrote to descriptor 2; the first may be half a line. The line that
 * tells most stands in front of them, when it is not among them. */
static void say_words(const struct screen *s, const struct process *p)
{
	const uint8_t *at = p->words, *end = p->words + p->word_count;
	struct message_line line;
	size_t lines = 0;

	while (end > at && end[-1] == '\n')
		end--;
	for (const uint8_t *c = end; c > p->words && lines < WORDS_LINES; c--) {
		lines += c[-1] == '\n';
		at = c - (c[-1] != '\n');
	}
	if (at == end)
		return;
	buf_str(s->out, "         wrote: ");
	if (message_best(p->message, &line) &&
	    !memmem(at, (size_t)(end - at), line.text, line.size - line.joined)) {
		escape_text(s->out, (const uint8_t *)line.text, line.size);
		buf_str(s->out, "\n                ...");
	} else if (p->word_count == PROCESS_WORDS_MAX && at == p->words) {
		buf_str(s->out, "...");
	}
	say_lines(s, at, end);
}

static void say_cause(const struct screen *s, const struct overview_problem *problem)
{
	const struct cause *c = &problem->cause;

	if (c->words.size) {
		buf_str(s->out, "         cause: ");
		screen_paint(s, "1");
		buf_append(s->out, c->words.data, c->words.size);
		screen_paint(s, "0");
		buf_char(s->out, '\n');
	}
	if (c->evidence.size)
		buf_printf(s->out, "         seen:  %u %s  (at %.6f s)\n", c->pid,
			   buf_text(&c->evidence), (double)c->time / 1e9);
}

static void say_problem(const struct screen *s, const struct overview_problem *problem)
{
	const struct process *p = &s->o->processes.list[problem->process - 1];

	buf_printf(s->out, "%7u  ", p->pid);
	process_command(&s->o->processes, p, PROBLEM_COMMAND, s->out);
	buf_str(s->out, "\n         ");
	screen_paint(s, "31");
	process_end_long(p, s->out);
	screen_paint(s, "0");
	buf_char(s->out, '\n');
	say_cause(s, problem);
	say_words(s, p);
}

static void say_problems(const struct screen *s)
{
	const struct overview *o = s->o;

	if (!o->problem_count)
		return;
	screen_heading(s, "What went wrong");
	for (size_t i = 0; i < o->problem_count; i++)
		say_problem(s, &o->problems[i]);
	if (o->more_problems)
		buf_printf(s->out, "         … and %zu more processes that ended badly\n",
			   o->more_problems);
}

/* ---- failed calls ---- */

/* How often the same name was missed in other directories; those groups are told. */
static uint64_t fold_alike(const struct failures *f, size_t index, uint8_t *told,
			   size_t *ret_places)
{
	uint64_t count = 0;

	*ret_places = 0;
	for (size_t i = index + 1; i < f->count; i++) {
		if (told[i] || !failures_alike(&f->list[index], &f->list[i]))
			continue;
		told[i] = 1;
		count += f->list[i].count;
		(*ret_places)++;
	}
	return count;
}

static void say_group(const struct screen *s, size_t index, uint8_t *told)
{
	const struct failure *f = &s->o->failures.list[index];
	cleanup_done(buf_done) struct buf call = {0}, error = {0};
	size_t places;
	uint64_t others = fold_alike(&s->o->failures, index, told, &places);
	char text[32];

	failure_call(f, &call);
	failure_error(f, &error);
	buf_inherit(s->out, &call);
	buf_inherit(s->out, &error);
	buf_printf(s->out, "%7s  %-14s %-12s ", screen_grouped(f->count + others, text),
		   buf_text(&call), buf_text(&error));
	escape_text(s->out, f->object, f->object_size);
	if (places)
		buf_printf(s->out, " and in %zu other director%s", places,
			   places == 1 ? "y" : "ies");
	if (failure_rank(f) == FAILURE_FATAL)
		buf_str(s->out, "   <- before a bad end");
	buf_char(s->out, '\n');
}

/* Those that are not told one by one: how many calls, with which errors. */
static enum failure_rank least_rank(const struct screen *s);

static void say_other_failures(const struct screen *s, const uint8_t *told)
{
	const struct failures *f = &s->o->failures;
	uint64_t expected = f->expected_beyond, other = f->beyond;
	char text[32];

	for (size_t i = 0; i < f->count; i++) {
		if (told[i])
			continue;
		if (failure_rank(&f->list[i]) < least_rank(s))
			expected += f->list[i].count;
		else
			other += f->list[i].count;
	}
	if (other)
		buf_printf(s->out, "%7s  others like these\n", screen_grouped(other, text));
	if (expected)
		buf_printf(s->out,
			   "%7s  as programs meet all day: searches, probes, nothing to read yet\n",
			   screen_grouped(expected, text));
}

/* From which rank on failures are told one by one: where all went well, missing files did not
 * matter. */
static enum failure_rank least_rank(const struct screen *s)
{
	const struct process *p = command(s->o);

	return !s->o->problem_count && p && p->over && !p->status ? FAILURE_SERIOUS
								  : FAILURE_MISSING;
}

static int say_failures(const struct screen *s)
{
	const struct failures *f = &s->o->failures;
	cleanup_free uint8_t *told = calloc(f->count + 1, 1);
	size_t lines = 0;

	if (!told)
		return -ENOMEM;
	if (!f->total)
		return 0;
	screen_heading(s, "Calls that failed");
	for (size_t i = 0; i < f->count && lines < FAILURES_SHOWN; i++) {
		if (failure_rank(&f->list[i]) < least_rank(s))
			break;
		if (told[i])
			continue;
		told[i] = 1;
		say_group(s, i, told);
		lines++;
	}
	say_other_failures(s, told);
	return 0;
}

/* ---- the whole ---- */

static int say_tree(const struct screen *s)
{
	const struct tree_style style = {.fold = true, .limit = TREE_LINES, .colour = s->colour};

	screen_heading(s, "Processes");
	return tree_say(&s->o->processes, &style, s->out);
}

int overview_say(const struct overview *o, bool colour, struct buf *ret)
{
	const struct screen s = {o, colour, ret};

	say_head(&s);
	say_problems(&s);
	if (say_failures(&s) < 0 || say_tree(&s) < 0)
		return -ENOMEM;
	screen_time(&s);
	if (screen_touched(&s) < 0)
		return -ENOMEM;
	screen_heading(&s, "The tape");
	info_say_completeness(&o->info, ret);
	buf_char(ret, '\n');
	if (o->info.header.redacted && *o->info.header.redacted)
		buf_printf(ret, "redacted, level %s: '~' and letters stand for what was replaced\n",
			   o->info.header.redacted);
	return buf_error(ret);
}

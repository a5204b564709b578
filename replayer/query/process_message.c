/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines are weighed by words that the messages of all kinds of programs have in common. Of lines
 * that weigh the same the first one counts, what comes after an error is often its consequence;
 * but a program that goes on for long says later what it ends of, and of exceptions the last one
 * is the cause, or what came of it.
 */
#include "process_message.h"

#include <ctype.h>
#include <string.h>

/* From so many ns on a line is about something else than those before it. */
#define PAUSE UINT64_C(1000000000)

static bool begins(const struct message_line *l, const char *text)
{
	const size_t n = strlen(text);

	return l->size >= n && memcmp(l->text, text, n) == 0;
}

/* What stands around messages. A stack, and a piece of source, are indented. */
static bool is_hint(const struct message_line *l)
{
	static const char *const beginnings[] = {"Try ",
						 "Usage:",
						 "usage:",
						 "note:",
						 "hint:",
						 "help:",
						 "See ",
						 "For more ",
						 "Traceback (most recent",
						 "During handling of the above",
						 "The above exception was",
						 "goroutine ",
						 "stack backtrace",
						 "compilation terminated",
						 "Node.js v"};

	if (isspace((unsigned char)l->text[0]))
		return true;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (begins(l, beginnings[i]))
			return true;
	}
	return false;
}

/* "KeyError: 3", "java.io.IOException: no", "Caused by: …": what was thrown stands first. */
static bool is_exception(const struct message_line *l)
{
	static const char *const ends[] = {"Error", "Exception", "Exit", "Interrupt"};
	size_t n = 0;

	if (begins(l, "Caused by: ") || begins(l, "Exception in thread "))
		return true;
	while (n < l->size &&
	       (isalnum((unsigned char)l->text[n]) || l->text[n] == '.' || l->text[n] == '_'))
		n++;
	if (n < l->size && l->text[n] != ':')
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const size_t size = strlen(ends[i]);

		if (n >= size && memcmp(l->text + n - size, ends[i], size) == 0)
			return true;
	}
	return false;
}

static bool is_error(const struct message_line *l)
{
	static const char *const words[] = {
		"error",        "exception",    "fatal",         "panic",     "emerg",
		"abort",        "cannot",       "can't",         "can not",   "could not",
		"couldn't",     "fail",         "unable",        "not found", "no such",
		"denied",       "invalid",      "illegal",       "unknown",   "undefined",
		"unrecognized", "unrecognised", "refused",       "missing",   "unexpected",
		"unsupported",  "not support",  "not permitted", "bad ",      "wrong",
		"timed out",    "corrupt",      "truncated",     "too many",  "too large",
		"expired",      "locked",       "does not",      "doesn't",   "not allowed",
		"not a ",       "not in ",      "out of",        "must be",   "in use",
		"mismatch",     "violat",       "problem",       "rejected",  "conflict",
		"no space",     "no route",     "reset by",      "closed by", "critical",
		"exceeded",     "exhausted",    "overflow"};

	char lower[MESSAGE_LINE_MAX];

	for (size_t i = 0; i < l->size; i++)
		lower[i] = (char)tolower((unsigned char)l->text[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (memmem(lower, l->size, words[i], strlen(words[i])))
			return true;
	}
	return false;
}

/* What is not to be forgotten, but did not end anything. */
static bool is_warning(const struct message_line *l)
{
	static const char *const words[] = {"warning", "Warning", "WARN", "ignored"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (memmem(l->text, l->size, words[i], strlen(words[i])))
			return true;
	}
	return false;
}

static enum message_weight weigh(const struct message_line *l)
{
	size_t i = 0;

	while (i < l->size && isspace((unsigned char)l->text[i]))
		i++;
	if (i == l->size)
		return MESSAGE_NONE;
	if (is_hint(l))
		return MESSAGE_HINT;
	if (is_exception(l))
		return MESSAGE_EXCEPTION;
	return is_error(l) && !is_warning(l) ? MESSAGE_ERROR : MESSAGE_PLAIN;
}

/* Whether @new tells more than @old. */
static bool tells_more(const struct message_line *old, const struct message_line *new)
{
	if (new->weight != old->weight)
		return new->weight > old->weight ||
		       (new->weight > MESSAGE_PLAIN &&new->time > old->time + PAUSE);
	return new->weight != MESSAGE_ERROR || new->time > old->time + PAUSE;
}

/* "… panicked at x.rs:1:49:", and on the next line why. */
static void join(struct message_line *to, const struct message_line *l)
{
	const size_t room = MESSAGE_LINE_MAX - to->size;
	const size_t n = l->size + 1 < room ? l->size + 1 : room;

	if (n < 2)
		return;
	to->text[to->size] = ' ';
	memcpy(to->text + to->size + 1, l->text, n - 1);
	to->size += n;
	to->joined = n;
	if (l->weight > to->weight)
		to->weight = l->weight;
}

static void finish_line(struct process_message *m)
{
	struct message_line *l = &m->current;

	while (l->size && (l->text[l->size - 1] == '\r' || l->text[l->size - 1] == ' '))
		l->size--;
	l->weight = weigh(l);
	if (m->best_goes_on && l->weight) {
		join(&m->best, l);
		m->best_goes_on = false;
	} else if (l->weight && tells_more(&m->best, l)) {
		m->best = *l;
		m->best_goes_on = l->weight >= MESSAGE_PLAIN && l->text[l->size - 1] == ':';
	}
	l->size = 0;
}

void message_take(struct process_message *m, const void *data, size_t size, uint64_t time,
		  uint64_t call)
{
	const char *at = data, *const end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		struct message_line *l = &m->current;
		const size_t room = MESSAGE_LINE_MAX - l->size, n = (size_t)(stop - at);

		if (!l->size) {
			l->time = time;
			l->call = call;
		}
		memcpy(l->text + l->size, at, n < room ? n : room);
		l->size += n < room ? n : room;
		if (newline)
			finish_line(m);
		at = stop + 1;
	}
}

bool message_best(const struct process_message *m, struct message_line *ret)
{
	struct process_message whole = *m;

	finish_line(&whole);
	*ret = whole.best;
	return ret->size;
}

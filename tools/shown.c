/* SPDX-License-Identifier: Apache-2.0 */
#include "shown.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "sys/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNALS = 64, NO_BIT = -1 };

enum status { SUCCESSFUL, FAILED, UNFINISHED, UNAVAILABLE, DETACHED };
enum message { ATTACH, EXIT, PATH_RESOLUTION, PERSONALITY, THREAD_EXECVE };

/* The place of @word in a set, or NO_BIT. */
typedef int place_fn(const char *word);

static int place_in(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return (int)i;
	}
	return NO_BIT;
}

static int status_of(const char *word)
{
	static const char *const words[] = {[SUCCESSFUL] = "successful",
					    [FAILED] = "failed",
					    [UNFINISHED] = "unfinished",
					    [UNAVAILABLE] = "unavailable",
					    [DETACHED] = "detached"};

	return place_in(words, ARRAY_SIZE(words), word);
}

static int message_of(const char *word)
{
	static const char *const words[] = {[ATTACH] = "attach",
					    [EXIT] = "exit",
					    [PATH_RESOLUTION] = "path-resolution",
					    [PERSONALITY] = "personality",
					    [THREAD_EXECVE] = "thread-execve"};
	int place = place_in(words, ARRAY_SIZE(words), word);

	/* Its old names. */
	if (strcmp(word, "exits") == 0)
		return EXIT;
	return strcmp(word, "superseded") == 0 ? THREAD_EXECVE : place;
}

/* As a number, or as a name with or without SIG. */
static int signal_of(const char *word)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (end != word && !*end)
		return number >= 1 && number <= SIGNALS ? (int)number - 1 : NO_BIT;
	for (int i = 1; i <= SIGNALS; i++) {
		const char *name = sys_signal_name(i);

		if (name && (strcasecmp(name, word) == 0 || strcasecmp(name + 3, word) == 0))
			return i - 1;
	}
	return NO_BIT;
}

static int parse(const char *set, place_fn *place, const char *what, uint64_t *ret, struct err *err)
{
	cleanup_free char *copy = strdup(set + (set[0] == '!'));
	char *rest = copy, *word;
	uint64_t chosen = 0;

	if (!copy)
		return err_set(err, ENOMEM, "out of memory");
	while ((word = strsep(&rest, ","))) {
		int bit = place(word);

		if (strcmp(word, "all") == 0)
			chosen = UINT64_MAX;
		else if (bit != NO_BIT)
			chosen |= UINT64_C(1) << bit;
		else if (strcmp(word, "none") != 0)
			return err_set(err, EINVAL, "there is no %s named '%s'", what, word);
	}
	*ret = set[0] == '!' ? ~chosen : chosen;
	return 0;
}

int shown_statuses(struct shown *s, const char *set, struct err *err)
{
	uint64_t chosen = 0;
	int r = parse(set, status_of, "status", &chosen, err);

	s->hidden_statuses = ~chosen;
	return r;
}

int shown_signals(struct shown *s, const char *set, struct err *err)
{
	uint64_t chosen = 0;
	int r = parse(set, signal_of, "signal", &chosen, err);

	s->hidden_signals = ~chosen;
	return r;
}

int shown_quiet(struct shown *s, const char *set, struct err *err)
{
	return parse(set, message_of, "message", &s->hidden_messages, err);
}

static bool has(uint64_t set, unsigned bit)
{
	return bit < SIGNALS && set >> bit & 1;
}

/* A call that the tape has no end of, because the recorder left it, is like one that has none. */
static bool shows_call(const struct shown *s, const struct event_call *call)
{
	if (call->state == EVENT_FINISHED)
		return !has(s->hidden_statuses, event_errno(call) ? FAILED : SUCCESSFUL);
	return !has(s->hidden_statuses, call->state == EVENT_NEVER ? UNFINISHED : DETACHED);
}

bool shown_event(const struct shown *s, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
		return shows_call(s, &e->call);
	case EVENT_SIGNAL:
	case EVENT_STOP:
		return !has(s->hidden_signals, (unsigned)e->signal.number - 1);
	case EVENT_EXIT:
		return !has(s->hidden_messages, EXIT);
	case EVENT_EXEC:
		return !has(s->hidden_messages, THREAD_EXECVE);
	default:
		return true;
	}
}

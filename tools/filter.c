/* SPDX-License-Identifier: Apache-2.0 */
#include "filter.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "sys/sets.h"
#include "sys/table.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { CHOSEN = 1 };

static int choose_regex(struct filter *f, const char *pattern, struct err *err)
{
	regex_t regex;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return err_set(err, EINVAL, "'%s' is no regular expression", pattern);
	for (size_t i = 0; i < f->count; i++) {
		const struct sys_desc *d = sys_find(EVENT_ARCH_X86_64, i);

		if (d && regexec(&regex, d->name, 0, NULL, 0) == 0)
			f->chosen[i] = CHOSEN;
	}
	regfree(&regex);
	return 0;
}

static int choose_set(struct filter *f, const char *set, struct err *err)
{
	if (!sys_set_known(set))
		return err_set(err, EINVAL, "there is no set of calls named '%%%s'", set);
	for (size_t i = 0; i < f->count; i++) {
		const struct sys_desc *d = sys_find(EVENT_ARCH_X86_64, i);

		if (d && sys_set_contains(set, d))
			f->chosen[i] = CHOSEN;
	}
	return 0;
}

static int choose(struct filter *f, const char *word, struct err *err)
{
	int64_t number;

	if (strcmp(word, "all") == 0) {
		memset(f->chosen, CHOSEN, f->count);
		return 0;
	}
	if (strcmp(word, "none") == 0)
		return 0;
	if (word[0] == '/')
		return choose_regex(f, word + 1, err);
	if (word[0] == '%')
		return choose_set(f, word + 1, err);
	number = sys_number(EVENT_ARCH_X86_64, word + (word[0] == '?'));
	if (number < 0)
		return word[0] == '?' ? 0
				      : err_set(err, EINVAL, "there is no call named '%s'", word);
	f->chosen[number] = CHOSEN;
	return 0;
}

int filter_trace(struct filter *f, const char *expression, struct err *err)
{
	cleanup_free char *copy = NULL;
	char *rest, *word;
	bool invert;
	int r;

	if (strncmp(expression, "trace=", 6) == 0)
		expression += 6;
	else if (strchr(expression, '='))
		return err_set(err, EINVAL, "'-e %s' is not known; there is -e trace=", expression);
	invert = expression[0] == '!';
	copy = rest = strdup(expression + invert);
	if (!f->chosen) {
		f->count = (size_t)sys_count(EVENT_ARCH_X86_64);
		f->chosen = calloc(f->count + 1, 1);
	}
	if (!copy || !f->chosen)
		return err_set(err, ENOMEM, "out of memory");
	f->selects = true;
	while ((word = strsep(&rest, ","))) {
		r = choose(f, word, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; invert && i < f->count; i++)
		f->chosen[i] ^= CHOSEN;
	return 0;
}

int filter_pids(struct filter *f, const char *list, struct err *err)
{
	const char *at = list;

	while (*at) {
		char *end;
		unsigned long pid = strtoul(at, &end, 10);

		if (end == at || (*end && *end != ',') || pid > UINT32_MAX)
			return err_set(err, EINVAL, "'%s' is no list of process numbers", list);
		if (map_put(&f->pids, pid, f) < 0)
			return err_set(err, ENOMEM, "out of memory");
		at = *end ? end + 1 : end;
	}
	return 0;
}

static bool seconds(const char *text, const char *end, uint64_t *ret)
{
	char *stop;
	double value;

	if (text == end)
		return true;
	value = strtod(text, &stop);
	if (stop != end || !(value >= 0 && value < 1e9))
		return false;
	*ret = (uint64_t)(value * 1e9);
	return true;
}

int filter_time(struct filter *f, const char *range, struct err *err)
{
	const char *dots = strstr(range, "..");

	if (!dots || !seconds(range, dots, &f->from) ||
	    !seconds(dots + 2, dots + 2 + strlen(dots + 2), &f->until))
		return err_set(err, EINVAL, "'%s' is no time range; use A..B in seconds", range);
	return 0;
}

static bool shows_call(const struct filter *f, const struct event *e)
{
	bool known = e->call.arch == EVENT_ARCH_X86_64 && e->call.nr < f->count;

	if (f->selects && !(known && f->chosen[e->call.nr]))
		return false;
	if (f->only_successful && (e->call.state != EVENT_FINISHED || event_errno(&e->call)))
		return false;
	return !f->only_failed || event_errno(&e->call);
}

bool filter_shows(const struct filter *f, const struct event *e)
{
	if (e->time < f->from || (f->until && e->time > f->until))
		return false;
	if (f->pids.count && !map_get(&f->pids, e->pid) && !map_get(&f->pids, e->tid))
		return false;
	return !event_is_call(e) || shows_call(f, e);
}

void filter_done(struct filter *f)
{
	free(f->chosen);
	map_done(&f->pids);
}

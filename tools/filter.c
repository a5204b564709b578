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

/* Whether a call is meant by a word of the expression. */
struct word {
	const char *text;
	const regex_t *regex;
	const char *set;
	bool found;
};

static bool is_meant(struct word *w, const struct sys_desc *d)
{
	bool meant = true;

	if (w->regex)
		meant = regexec(w->regex, d->name, 0, NULL, 0) == 0;
	else if (w->set)
		meant = sys_set_contains(w->set, d);
	else if (w->text)
		meant = strcmp(w->text, d->name) == 0;
	w->found |= meant;
	return meant;
}

static uint64_t key(const struct sys_desc *d)
{
	return (uintptr_t)d;
}

static int choose_one(struct filter *f, const struct sys_desc *d, struct word *w)
{
	if (!is_meant(w, d))
		return 0;
	return map_put(&f->chosen, key(d), (void *)(uintptr_t)d);
}

/* A call, and what its variants are said as. */
static int choose_call(struct filter *f, const struct sys_desc *d, struct word *w)
{
	int r = choose_one(f, sys_said(d), w);

	for (size_t i = 0; r == 0 && d->cases && i < d->cases->count; i++)
		r = choose_one(f, sys_said(d->cases->variant[i].desc()), w);
	return r;
}

static int choose_all(struct filter *f, struct word *w, struct err *err)
{
	for (size_t i = 0; sys_arch(i); i++) {
		for (uint64_t nr = 0; nr < sys_count(sys_arch(i)); nr++) {
			const struct sys_desc *d = sys_find(sys_arch(i), nr);

			if (d && choose_call(f, d, w) < 0)
				return err_set(err, ENOMEM, "out of memory");
		}
	}
	return 0;
}

static int choose_regex(struct filter *f, const char *pattern, struct err *err)
{
	regex_t regex;
	int r;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return err_set(err, EINVAL, "'%s' is no regular expression", pattern);
	r = choose_all(f, &(struct word){.regex = &regex}, err);
	regfree(&regex);
	return r;
}

static int choose_set(struct filter *f, const char *set, struct err *err)
{
	if (!sys_set_known(set))
		return err_set(err, EINVAL, "there is no set of calls named '%s'", set);
	return choose_all(f, &(struct word){.set = set}, err);
}

static int choose_name(struct filter *f, const char *name, struct err *err)
{
	struct word w = {.text = name + (name[0] == '?')};
	int r = choose_all(f, &w, err);

	if (r == 0 && !w.found && name[0] != '?')
		return err_set(err, EINVAL, "there is no call named '%s'", name);
	return r;
}

static int choose(struct filter *f, const char *word, struct err *err)
{
	if (strcmp(word, "all") == 0)
		return choose_all(f, &(struct word){0}, err);
	if (strcmp(word, "none") == 0)
		return 0;
	if (word[0] == '/')
		return choose_regex(f, word + 1, err);
	if (word[0] == '%')
		return choose_set(f, word, err);
	return choose_name(f, word, err);
}

/* All that was not chosen, instead of what was. */
static int invert_choice(struct filter *f, struct err *err)
{
	struct map not_wanted = f->chosen;
	size_t at = 0;
	void *d;
	int r;

	f->chosen = (struct map){0};
	r = choose_all(f, &(struct word){0}, err);
	while ((d = map_next(&not_wanted, &at)))
		map_remove(&f->chosen, key(d));
	map_done(&not_wanted);
	return r;
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
	if (!copy)
		return err_set(err, ENOMEM, "out of memory");
	f->selects = true;
	while ((word = strsep(&rest, ","))) {
		r = choose(f, word, err);
		if (r < 0)
			return r;
	}
	return invert ? invert_choice(f, err) : 0;
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

static bool is_chosen(const struct filter *f, const struct event_call *call)
{
	const struct sys_desc *d = sys_find(call->arch, call->nr);

	return d && map_get(&f->chosen, key(sys_said(sys_select(d, call->args, NULL))));
}

static bool shows_call(const struct filter *f, const struct event *e)
{
	if (f->selects && !is_chosen(f, &e->call))
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
	map_done(&f->chosen);
	map_done(&f->pids);
}

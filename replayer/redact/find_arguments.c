/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets among the arguments of a command: by the names of options, and by what the options and
 * words of this program mean. */
#include "find.h"

#include "commands.h"
#include "find_priv.h"
#include "rules.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* What an argument is looked at with. */
struct look {
	const struct finder *f;
	const struct command *command;
	struct argument a, next; /* next.text NULL: it is the last */
	bool sets;               /* behind a word that says: this is to be called so */
	find_fn *tell;
	void *context;
};

static int tell_rest(const struct look *l, const struct argument *a, size_t from,
		     enum redact_class class)
{
	return find_value(a->text + from, a->size - from, class, l->tell, l->context);
}

/* user:password, domain%password, user,password of lftp(1). */
static int tell_user(const struct look *l, const struct argument *a, size_t from)
{
	static const char separators[] = ":%,";

	/* A URL says it in its own way. */
	if (memmem(a->text + from, a->size - from, "://", 3))
		return 0;
	for (const char *c = separators; *c; c++) {
		const uint8_t *at = memchr(a->text + from, *c, a->size - from);

		if (at)
			return tell_rest(l, a, (size_t)(at + 1 - a->text), REDACT_PASSWORD);
	}
	return 0;
}

static int tell_meant(const struct look *l, enum meaning means, const struct argument *a,
		      size_t from)
{
	if (means == MEANS_USER)
		return tell_user(l, a, from);
	if (means == MEANS_COOKIE && !memchr(a->text + from, '=', a->size - from))
		return 0;
	return tell_rest(l, a, from, means == MEANS_COOKIE ? REDACT_HEADER : REDACT_PASSWORD);
}

/* -uVALUE, -u VALUE, -sSu VALUE. */
static int take_short(const struct look *l)
{
	const struct argument *a = &l->a;
	enum value_place how = VALUE_ANYWHERE;
	size_t at = 1;
	enum meaning means = command_option(l->command, (char)a->text[at], &how);

	while (!means && command_joins_options(l->command) && ++at < a->size &&
	       isalpha(a->text[at]))
		means = command_option(l->command, (char)a->text[at], &how);
	if (!means)
		return 0;
	if (a->size > at + 1)
		return how != VALUE_NEXT ? tell_meant(l, means, a, at + 1) : 0;
	return l->next.text && how != VALUE_ATTACHED ? tell_meant(l, means, &l->next, 0) : 0;
}

/* 'pass:secret' of openssl(1), '/p:secret' of xfreerdp(1). */
static int take_prefixed(const struct look *l)
{
	static const char *const prefixes[] = {"pass:", "/p:"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i]);

		if (l->a.size > n && memcmp(l->a.text, prefixes[i], n) == 0)
			return tell_rest(l, &l->a, n, REDACT_PASSWORD);
	}
	return 0;
}

/* 'X-Api-Key: secret', as a whole. */
static int take_header(const struct look *l)
{
	const uint8_t *colon = memchr(l->a.text, ':', l->a.size);
	size_t name = colon ? (size_t)(colon - l->a.text) : 0, from = name + 1;
	enum redact_class class;

	if (!name || !isalpha(l->a.text[0]) ||
	    !rules_is_secret_name(finder_rules(l->f), (const char *)l->a.text, name, &class))
		return 0;
	while (from < l->a.size && l->a.text[from] == ' ')
		from++;
	return tell_rest(l, &l->a, from, class);
}

static bool is_secret_name(const struct look *l, size_t from, enum redact_class *ret)
{
	return rules_is_secret_name(finder_rules(l->f), (const char *)l->a.text + from,
				    l->a.size - from, ret);
}

/* --user bob:secret, --password secret; @dashes in front. */
static int take_option(const struct look *l, size_t dashes)
{
	const struct argument *a = &l->a;
	const uint8_t *equal = memchr(a->text, '=', a->size);
	size_t end = equal ? (size_t)(equal - a->text) : a->size;
	enum redact_class class;
	int r = 0;

	if (dashes == 1 && isalpha(a->text[1]))
		r = take_short(l);
	/* -Dpassword=secret */
	if (r == 0 && dashes == 1 && equal && a->size > 2 && isupper(a->text[1]))
		r = find_variable(l->f, a->text + 2, a->size - 2, l->tell, l->context);
	if (r == 0 && command_is_user_option(a->text + dashes, end - dashes)) {
		if (equal)
			r = tell_user(l, a, end + 1);
		else if (l->next.text)
			r = tell_user(l, &l->next, 0);
	}
	if (r == 0 && l->next.size && !equal && l->next.text[0] != '-' &&
	    (dashes == 2 || a->size > 3) && is_secret_name(l, dashes, &class))
		r = tell_rest(l, &l->next, 0, class);
	return r;
}

/* ---- scripts ---- */

static bool is_one_of(uint8_t c, const char *set)
{
	return c && strchr(set, c);
}

/* The end of a word of a shell, and where it is without its quotes. */
static size_t shell_word(const struct argument *a, size_t at, size_t *ret_from, size_t *ret_to)
{
	uint8_t quote = at < a->size && is_one_of(a->text[at], "'\"") ? a->text[at] : 0;

	*ret_from = quote ? ++at : at;
	while (at < a->size &&
	       (quote ? a->text[at] != quote : !is_one_of(a->text[at], " \t\n;&|()<>")))
		at++;
	*ret_to = at;
	return at;
}

/* NAME=value as a command of its own, or in front of one. */
static int take_assignments(const struct look *l)
{
	const struct argument *a = &l->a;
	enum redact_class class;
	size_t at = 0, from, to;
	int r = 0;

	while (r == 0 && at < a->size) {
		size_t name = at;

		while (at < a->size && (isalnum(a->text[at]) || a->text[at] == '_'))
			at++;
		if (at < a->size && at > name && a->text[at] == '=' &&
		    (!name || is_one_of(a->text[name - 1], " \t\n;&|(")) &&
		    rules_is_secret_name(finder_rules(l->f), (const char *)a->text + name,
					 at - name, &class)) {
			at = shell_word(a, at + 1, &from, &to);
			if (from < to && !is_one_of(a->text[from], "$`"))
				r = find_value(a->text + from, to - from, class, l->tell,
					       l->context);
		}
		at++;
	}
	return r;
}

/* NAME=value, and not a sentence in which there is a '='. */
static bool is_variable(const struct argument *a, size_t from)
{
	while (from < a->size && find_is_name(a->text[from]))
		from++;
	return from < a->size && a->text[from] == '=' && !memchr(a->text, '\n', a->size);
}

static int take_words(const struct look *l, size_t dashes)
{
	const struct argument *a = &l->a;
	enum script_kind script = command_script(l->command);
	int r;

	if (script == SCRIPT_NONE || !memchr(a->text, ' ', a->size)) {
		/* An option in curl's file of them, and NAME=value, are variables. */
		if (is_variable(a, dashes))
			return find_variable(l->f, a->text + dashes, a->size - dashes, l->tell,
					     l->context);
		script = SCRIPT_OTHER;
	}
	r = script == SCRIPT_SHELL ? take_assignments(l) : 0;
	return r == 0 ? find_text(l->f, a->text, a->size, l->tell, l->context) : r;
}

static int take_argument(const struct look *l)
{
	const struct argument *a = &l->a;
	enum redact_class class;
	size_t dashes = 0;
	int r = take_prefixed(l);

	while (dashes < a->size && a->text[dashes] == '-')
		dashes++;
	if (r == 0)
		r = take_words(l, dashes);
	if (r == 0 && !dashes)
		r = take_header(l);
	if (r == 0 && dashes && dashes < a->size)
		r = take_option(l, dashes);
	/* aws configure set aws_secret_access_key secret */
	if (r == 0 && !dashes && l->sets && l->next.size && is_secret_name(l, 0, &class))
		r = tell_rest(l, &l->next, 0, class);
	return r;
}

int find_arguments(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
		   void *context)
{
	const struct command command = {text, size};
	const size_t secret = command_secret_place(&command);
	struct look l = {.f = f, .command = &command, .tell = tell, .context = context};
	size_t at = 0, ahead;
	int r = 0;

	for (size_t i = 0; r == 0 && command_next(&command, &at, &l.a); i++) {
		ahead = at;
		if (!command_next(&command, &ahead, &l.next))
			l.next = (struct argument){0};
		if (i == 0) {
			r = find_text(f, l.a.text, l.a.size, tell, context);
			continue;
		}
		r = take_argument(&l);
		if (r == 0 && i == secret)
			r = tell_rest(&l, &l.a, 0, REDACT_PASSWORD);
		l.sets |= argument_is(&l.a, "set") || argument_is(&l.a, "config");
	}
	return r;
}

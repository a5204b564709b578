/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words to calls: each word is asked of each call and of each variant of it, because a variant
 * may be said as another call (bind, of socketcall). What is chosen is kept by description, so
 * that a number is answered by one look-up.
 */
#include "choice.h"

#include "sets.h"
#include "table.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/pattern.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Of what is read from a tape. */
enum { PLAIN_MAX = 64 << 10, PLAIN_WORDS_MAX = 1024 };

struct word {
	const char *text;
	const char *name, *set;
	const regex_t *regex;
	bool all;
	uint64_t number;
	bool is_number, optional;
	bool found;
	struct buf *names; /* of what it means, where that is asked for */
};

typedef int each_fn(struct sys_choice *c, const struct sys_desc *d, struct word *w);

/* Those of -e trace= that need no %. */
static const char *const bare_sets[] = {"desc",    "file",    "ipc",   "memory",
					"network", "process", "signal"};

static uint64_t key(const struct sys_desc *d)
{
	return (uintptr_t)d;
}

/* 1, 0 or -ENOMEM. */
static int is_meant(const struct word *w, const struct sys_desc *d)
{
	if (w->all)
		return true;
	if (w->regex)
		return pattern_find(w->regex, d->name, 0, NULL, 0);
	return w->set ? sys_set_contains(w->set, d) : strcmp(w->name, d->name) == 0;
}

static bool is_bare_set(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(bare_sets); i++) {
		if (strcmp(bare_sets[i], name) == 0)
			return true;
	}
	return false;
}

/* Once, although each architecture has it. */
static void add_word(struct buf *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words->size ? buf_text(words) : NULL; at;) {
		if (strncmp(at, word, length) == 0 && (!at[length] || at[length] == ','))
			return;
		at = strchr(at, ',');
		at = at ? at + 1 : NULL;
	}
	buf_printf(words, "%s%s", words->size ? "," : "", word);
}

/* Of a call: signal alone would be the set of that name. */
static void add_name(struct buf *words, const char *name)
{
	cleanup_done(buf_done) struct buf word = {0};

	if (!is_bare_set(name)) {
		add_word(words, name);
		return;
	}
	buf_printf(&word, ":%s", name);
	buf_inherit(words, &word);
	add_word(words, buf_text(&word));
}

static int choose_one(struct sys_choice *c, const struct sys_desc *d, struct word *w)
{
	int meant = w->is_number ? 1 : is_meant(w, d);

	if (meant <= 0)
		return meant;
	w->found = true;
	if (w->names)
		add_name(w->names, d->name);
	return map_put(&c->calls, key(d), (void *)(uintptr_t)d);
}

static int forget_one(struct sys_choice *c, const struct sys_desc *d, struct word *w)
{
	(void)w;
	map_remove(&c->calls, key(d));
	return 0;
}

/* A call, and what its variants are said as. */
static int for_call(struct sys_choice *c, const struct sys_desc *d, each_fn *each, struct word *w)
{
	int r = each(c, sys_said(d), w);

	for (size_t i = 0; r == 0 && d->cases && i < d->cases->count; i++)
		r = each(c, sys_said(d->cases->variant[i].desc()), w);
	return r;
}

static int for_all(struct sys_choice *c, each_fn *each, struct word *w)
{
	int r = 0;

	for (size_t i = 0; sys_arch(i); i++) {
		for (uint64_t nr = 0; r == 0 && nr < sys_count(sys_arch(i)); nr++) {
			const struct sys_desc *d = sys_find(sys_arch(i), nr);

			if (d && (!w->is_number || nr == w->number))
				r = for_call(c, d, each, w);
		}
	}
	return r;
}

static bool is_number(const char *text, uint64_t *ret)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*ret = strtoull(text, &end, 10);
	return !*end;
}

static int understand(struct word *w, struct err *err)
{
	const char *name = w->text;

	if (*name == ':') {
		w->name = name + 1;
		return 0;
	}
	w->optional = *name == '?';
	name += w->optional;
	w->all = strcmp(name, "all") == 0;
	w->is_number = is_number(name, &w->number);
	if (w->all || w->is_number)
		return 0;
	if (*name == '%' || is_bare_set(name))
		w->set = name;
	else
		w->name = name;
	if (w->set && !sys_set_known(w->set) && !w->optional)
		return err_set(err, EINVAL, "there is no set of calls named '%s'", name);
	return 0;
}

static int choose(struct sys_choice *c, struct word *w, struct err *err)
{
	int r = understand(w, err);

	if (r < 0 || (w->set && !sys_set_known(w->set)))
		return r;
	if (for_all(c, choose_one, w) < 0)
		return err_set(err, ENOMEM, "out of memory");
	c->others |= w->all;
	if (!w->found && !w->optional && !w->set)
		return err_set(err, EINVAL, "there is no call %s '%s'",
			       w->is_number ? "with the number" : "named", w->text);
	return 0;
}

static int choose_regex(struct sys_choice *c, struct word *w, struct err *err)
{
	regex_t regex;
	int r;

	if (!pattern_is_modest(w->text + 1))
		return err_set(err, EINVAL, "'%.40s...' repeats too much, or is too long",
			       w->text + 1);
	r = regcomp(&regex, w->text + 1, REG_EXTENDED | REG_NOSUB);
	if (r == REG_ESPACE)
		return err_set(err, ENOMEM, "out of memory");
	if (r != 0)
		return err_set(err, EINVAL, "'%s' is no regular expression", w->text + 1);
	w->regex = &regex;
	r = for_all(c, choose_one, w);
	regfree(&regex);
	if (r < 0)
		return err_set(err, ENOMEM, "out of memory");
	return w->found ? 0 : err_set(err, EINVAL, "no call matches '%s'", w->text + 1);
}

/* All that was not chosen, instead of what was. */
static int invert(struct sys_choice *c, struct err *err)
{
	struct sys_choice rest = {.others = !c->others};
	struct word all = {.all = true};
	size_t at = 0;
	void *d;
	int r = for_all(&rest, choose_one, &all);

	while ((d = map_next(&c->calls, &at)))
		forget_one(&rest, d, NULL);
	sys_choice_done(c);
	*c = rest;
	return r < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* The set of "trace=set"; NULL: it is something else that strace's -e has. */
static const char *set_of(const char *expression)
{
	static const char *const prefixes[] = {"trace=", "t="};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(expression, prefixes[i], strlen(prefixes[i])) == 0)
			return expression + strlen(prefixes[i]);
	}
	return strchr(expression, '=') ? NULL : expression;
}

static int choose_word(struct sys_choice *c, const char *text, struct buf *plain, struct err *err)
{
	struct word w = {.text = text};

	if (*text == '/') {
		w.names = plain;
		return choose_regex(c, &w, err);
	}
	if (plain)
		add_word(plain, text);
	return choose(c, &w, err);
}

/* A tape may say a word, which takes its time, thousands of times. */
static bool was_there(const char *first, const char *word)
{
	for (; first < word; first += strlen(first) + 1) {
		if (strcmp(first, word) == 0)
			return true;
	}
	return false;
}

/* "none" is one where it stands alone. @plain, if not NULL, gets the words for it. */
static int choose_words(struct sys_choice *c, char *words, struct buf *plain, struct err *err)
{
	const char *first = words;
	size_t count = 0;
	char *text;
	int r = 0;

	if (strcmp(words, "none") == 0) {
		if (plain)
			buf_str(plain, words);
		return 0;
	}
	while (r == 0 && (text = strsep(&words, ","))) {
		if (*text && !was_there(first, text))
			r = choose_word(c, text, plain, err);
		count += *text != '\0';
	}
	return r < 0 || count ? r : err_set(err, EINVAL, "no call is named");
}

static int parse(const char *set, struct sys_choice *c, struct buf *plain, struct err *err)
{
	cleanup_done(buf_done) struct buf names = {0};
	cleanup_free char *copy = NULL;
	bool others = false;
	int r;

	while (*set == '!') {
		others = !others;
		set++;
	}
	copy = strdup(set);
	if (!copy)
		return err_set(err, ENOMEM, "out of memory");
	r = choose_words(c, copy, plain ? &names : NULL, err);
	if (r == 0 && others)
		r = invert(c, err);
	if (r == 0 && plain)
		buf_printf(plain, "%s%s", others ? "!" : "", buf_text(&names));
	if (r == 0 && plain && (buf_error(&names) < 0 || buf_error(plain) < 0))
		r = err_set(err, ENOMEM, "out of memory");
	return r;
}

static int parse_expression(const char *expression, struct sys_choice *ret, struct buf *plain,
			    struct err *err)
{
	const char *set = set_of(expression);
	int r;

	if (!set)
		return err_set(err, EINVAL, "'-e %s' is not known; there is -e trace=", expression);
	r = parse(set, ret, plain, err);
	if (r < 0)
		sys_choice_done(ret);
	return r;
}

int sys_choice_parse(const char *expression, struct sys_choice *ret, struct err *err)
{
	return parse_expression(expression, ret, NULL, err);
}

int sys_choice_plain(const char *expression, struct buf *ret, struct err *err)
{
	cleanup_done(sys_choice_done) struct sys_choice c = {.others = false};

	return parse_expression(expression, &c, ret, err);
}

/* Whether one of the words is a regular expression; within a word a slash is nothing. */
static bool has_regex(const char *expression)
{
	const char *word = set_of(expression);

	if (!word)
		return false;
	for (word += strspn(word, "!"); word; word = strchr(word, ',')) {
		word += *word == ',';
		if (*word == '/')
			return true;
	}
	return false;
}

int sys_choice_parse_plain(const char *expression, struct sys_choice *ret, struct err *err)
{
	size_t size = strnlen(expression, PLAIN_MAX), words = 1;

	for (size_t i = 0; i < size; i++)
		words += expression[i] == ',';
	if (size == PLAIN_MAX || words > PLAIN_WORDS_MAX)
		return err_set(err, E2BIG, "a set of calls with too many words");
	if (has_regex(expression))
		return err_set(err, EINVAL, "a regular expression is no name of a call");
	return sys_choice_parse(expression, ret, err);
}

static bool has(const struct sys_choice *c, const struct sys_desc *d)
{
	return map_get(&c->calls, key(sys_said(d))) != NULL;
}

bool sys_choice_has(const struct sys_choice *c, uint32_t arch, uint64_t nr, const uint64_t args[6])
{
	const struct sys_desc *d = sys_find(arch, nr);

	if (!d)
		return c->others;
	if (args)
		return has(c, sys_select(d, args, NULL));
	for (size_t i = 0; d->cases && i < d->cases->count; i++) {
		if (has(c, d->cases->variant[i].desc()))
			return true;
	}
	return has(c, d);
}

bool sys_choice_is_all(const struct sys_choice *c)
{
	struct sys_choice rest = {.others = false};
	struct word all = {.all = true};
	bool whole = c->others && for_all(&rest, choose_one, &all) == 0 &&
		     rest.calls.count == c->calls.count;

	sys_choice_done(&rest);
	return whole;
}

void sys_choice_done(struct sys_choice *c)
{
	map_done(&c->calls);
	*c = (struct sys_choice){.others = false};
}

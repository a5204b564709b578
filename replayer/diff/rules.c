/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include "replayer/side/calls.h"
#include "rules_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 5, ROOT_NAME_MAX = 30, QUOTED_MAX = 60 };

/* ---- words of a line ---- */

struct line {
	char *word[WORDS];
	size_t count;
	const char *error;
};

/* The next word of *@at, unquoted in place; NULL: there is none. */
static char *next_word(char **at, const char **error)
{
	char *from = *at + strspn(*at, " \t\r"), *to, *word;
	bool quoted = *from == '"';

	if (!*from || *from == '#')
		return NULL;
	from += quoted;
	for (word = to = from; *from && (quoted ? *from != '"' : !isspace((unsigned char)*from));) {
		if (quoted && *from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from++;
	}
	if (quoted && *from != '"')
		*error = "a \" is not closed";
	*at = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static struct line split(char *text)
{
	struct line line = {.count = 0};
	char *word;

	while ((word = next_word(&text, &line.error)) != NULL) {
		if (line.count < WORDS)
			line.word[line.count] = word;
		line.count++;
	}
	return line;
}

/* ---- rules ---- */

static const char *add(struct rules *r, struct rule rule)
{
	if (r->count == RULES_MAX)
		return "there are too many rules";
	if (r->count == r->capacity) {
		size_t capacity = r->capacity ? r->capacity * 2 : 16;
		struct rule *at = realloc(r->at, capacity * sizeof(*at));

		if (!at)
			return "out of memory";
		r->at = at;
		r->capacity = capacity;
	}
	r->at[r->count++] = rule;
	return NULL;
}

static const char *add_words(struct rules *r, enum rule_kind kind, const char *from, const char *to,
			     uint64_t limit)
{
	struct rule rule = {
		.kind = kind, .from = strdup(from), .to = to ? strdup(to) : NULL, .limit = limit};
	const char *error = rule.from && (rule.to || !to) ? add(r, rule) : "out of memory";

	if (error) {
		free(rule.from);
		free(rule.to);
	}
	return error;
}

__attribute__((format(printf, 2, 3))) static const char *complain(struct rules *r,
								  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->complaint, sizeof(r->complaint), format, args);
	va_end(args);
	return r->complaint;
}

static const char *no_call(struct rules *r, const char *word)
{
	return complain(r, "there is no call '%.*s'", QUOTED_MAX, word);
}

/* The call as the comparison calls it; globs are left as they are. */
static const char *add_call(struct rules *r, enum rule_kind kind, const char *word,
			    const char *path, uint64_t limit)
{
	const char *call = strpbrk(word, "*?[") ? word : diff_calls_group(word);

	return call ? add_words(r, kind, call, path, limit) : no_call(r, word);
}

static const char *read_ignore(struct rules *r, const struct line *line)
{
	static const struct {
		const char *word;
		enum rule_kind kind;
	} kinds[] = {{"path", RULE_PATH},
		     {"env", RULE_ENVIRONMENT},
		     {"process", RULE_PROCESS},
		     {"bytes", RULE_BYTES},
		     {"peer", RULE_PATH}};

	if (line->count == 3 && strcmp(line->word[1], "call") == 0)
		return add_call(r, RULE_CALL, line->word[2], NULL, 0);
	for (size_t i = 0; line->count == 3 && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].word, line->word[1]) == 0)
			return add_words(r, kinds[i].kind, line->word[2], NULL, 0);
	}
	return "use ignore call|path|peer|env|process|bytes GLOB";
}

static const char *read_mask(struct rules *r, const struct line *line)
{
	const char *to = line->count == 3 ? line->word[2] : "<masked>", *error;
	char why[80];
	int failed;

	if (line->count != 2 && line->count != 3)
		return "use mask REGEX [WORD]";
	error = add_words(r, RULE_MASK, line->word[1], to, 0);
	if (error)
		return error;
	if (!pattern_is_modest(line->word[1]))
		return complain(r, "'%.*s' repeats too much, or is too long", QUOTED_MAX,
				line->word[1]);
	failed = regcomp(&r->at[r->count - 1].regex, line->word[1], REG_EXTENDED);
	if (failed == REG_ESPACE)
		return "out of memory";
	if (failed) {
		regerror(failed, NULL, why, sizeof(why));
		return complain(r, "'%.*s' is no regular expression: %s", QUOTED_MAX, line->word[1],
				why);
	}
	r->at[r->count - 1].compiled = true;
	return NULL;
}

/* A=B. */
static const char *add_equation(struct rules *r, enum rule_kind kind, char *word, const char *use)
{
	char *equal = strchr(word, '=');

	if (!equal || equal == word || !equal[1])
		return use;
	*equal = '\0';
	return add_words(r, kind, word, equal + 1, 0);
}

static bool is_root_name(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	}
	return size && size <= ROOT_NAME_MAX && !isdigit((unsigned char)*name);
}

/* As paths are on a tape once they are put together. */
static bool is_plain_path(const char *path)
{
	return !strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../");
}

/* For those who read a tape: labels are made with it from the beginning. */
static const char *note_root(struct rules *r)
{
	const struct rule *rule = &r->at[r->count - 1];
	char *name = malloc(strlen(rule->from) + 2);

	if (!name)
		return "out of memory";
	name[0] = '$';
	strcpy(name + 1, rule->from);
	r->roots[r->root_count++] = (struct diff_root){name, rule->to};
	return NULL;
}

static const char *read_root(struct rules *r, const struct line *line)
{
	static const char use[] = "use root NAME=/PATH";
	char *path = line->count == 2 ? strchr(line->word[1], '=') : NULL;
	const char *error;

	if (!path || path[1] != '/' || !path[2])
		return use;
	if (!is_root_name(line->word[1], (size_t)(path - line->word[1])))
		return "the name of a root is of letters, digits and _, 30 of them at most";
	while (path[2] && path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	if (!path[2])
		return "the root of all is none";
	if (!is_plain_path(path + 1))
		return "the path of a root is without '//', '/./' and '/../'";
	if (r->root_count == RULES_ROOTS_MAX)
		return "there are too many roots";
	error = add_equation(r, RULE_ROOT, line->word[1], use);
	return error ? error : note_root(r);
}

static const char *alias_call(struct rules *r, char *word, const char *use)
{
	char *equal = strchr(word, '=');
	const char *from, *to;

	if (!equal || equal == word || !equal[1])
		return use;
	*equal = '\0';
	from = diff_calls_group(word);
	to = diff_calls_group(equal + 1);
	return from && to ? add_words(r, RULE_ALIAS_CALL, from, to, 0)
			  : no_call(r, from ? equal + 1 : word);
}

static const char *read_alias(struct rules *r, const struct line *line)
{
	static const char use[] = "use alias call|path A=B";

	if (line->count == 3 && strcmp(line->word[1], "call") == 0)
		return alias_call(r, line->word[2], use);
	if (line->count == 3 && strcmp(line->word[1], "path") == 0)
		return add_equation(r, RULE_ALIAS_PATH, line->word[2], use);
	return use;
}

static const char *read_pool(struct rules *r, const struct line *line)
{
	return line->count == 2 ? add_words(r, RULE_POOL, line->word[1], NULL, 0) : "use pool GLOB";
}

static const char *read_budget(struct rules *r, const struct line *line)
{
	static const char use[] = "use budget CALL [GLOB] <= NUMBER";
	char *end;
	uint64_t limit;

	if ((line->count != 4 && line->count != 5) ||
	    strcmp(line->word[line->count - 2], "<=") != 0 ||
	    !isdigit((unsigned char)*line->word[line->count - 1]))
		return use;
	errno = 0;
	limit = strtoull(line->word[line->count - 1], &end, 10);
	if (*end || errno)
		return use;
	return add_call(r, RULE_BUDGET, line->word[1], line->count == 5 ? line->word[2] : NULL,
			limit);
}

static const char *read_line(struct rules *r, const struct line *line)
{
	static const struct {
		const char *word;
		const char *(*read)(struct rules *r, const struct line *line);
	} rules[] = {{"ignore", read_ignore}, {"mask", read_mask}, {"root", read_root},
		     {"alias", read_alias},   {"pool", read_pool}, {"budget", read_budget}};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (strcmp(rules[i].word, line->word[0]) == 0)
			return rules[i].read(r, line);
	}
	return complain(r, "'%.*s' is no rule; ignore, mask, root, alias, pool and budget are",
			QUOTED_MAX, line->word[0]);
}

static const char *read_version(const struct line *line)
{
	if (line->count != 2 || strcmp(line->word[0], "systape-rules") != 0)
		return "the first line must be 'systape-rules 1'";
	return strcmp(line->word[1], "1") == 0 ? NULL : "only version 1 is known";
}

static int read_lines(struct rules *r, char *text, const char *name, struct err *err)
{
	bool begun = false;

	for (unsigned number = 1; text; number++) {
		char *next = strchr(text, '\n');
		struct line line;
		const char *error;

		if (next)
			*next++ = '\0';
		line = split(text);
		text = next;
		if (!line.count)
			continue;
		error = line.error ? line.error : begun ? read_line(r, &line) : read_version(&line);
		if (error)
			return err_set(err, EINVAL, "%s:%u: %s", name, number, error);
		begun = true;
	}
	return begun ? 0
		     : err_set(err, EINVAL,
			       "%s: it is empty; the first line must be "
			       "'systape-rules 1'",
			       name);
}

int rules_read(const char *text, size_t size, const char *name, struct rules **ret, struct err *err)
{
	struct rules *r = calloc(1, sizeof(*r));
	cleanup_free char *copy = strndup(text, size);
	int result;

	if (!r || !copy)
		result = err_set(err, ENOMEM, "out of memory");
	else if (strlen(copy) != size)
		result = err_set(err, EINVAL, "%s: it is no text", name);
	else
		result = read_lines(r, copy, name, err);
	if (result < 0)
		rules_free(r);
	else
		*ret = r;
	return result;
}

struct rules *rules_free(struct rules *r)
{
	for (size_t i = 0; r && i < r->count; i++) {
		free(r->at[i].from);
		free(r->at[i].to);
		if (r->at[i].compiled)
			regfree(&r->at[i].regex);
	}
	for (size_t i = 0; r && i < r->root_count; i++)
		free((char *)(uintptr_t)r->roots[i].name);
	if (r)
		free(r->at);
	free(r);
	return NULL;
}

/* ---- questions ---- */

bool rules_ignore(const struct rules *r, enum rule_kind kind, const char *text)
{
	for (size_t i = 0; r && i < r->count; i++) {
		if (r->at[i].kind == kind && fnmatch(r->at[i].from, text, 0) == 0)
			return true;
	}
	return false;
}

const struct diff_root *rules_roots(const struct rules *r, size_t *ret_count)
{
	*ret_count = r ? r->root_count : 0;
	return r ? r->roots : NULL;
}

bool rules_pool(const struct rules *r, const char *exe)
{
	return rules_ignore(r, RULE_POOL, exe);
}

bool rules_have(const struct rules *r, enum rule_kind from, enum rule_kind to)
{
	for (size_t i = 0; r && i < r->count; i++) {
		if (r->at[i].kind >= from && r->at[i].kind <= to)
			return true;
	}
	return false;
}

bool rules_budget(const struct rules *r, size_t i, struct rule_budget *ret)
{
	for (size_t k = 0; r && k < r->count; k++) {
		const struct rule *rule = &r->at[k];

		if (rule->kind != RULE_BUDGET || i-- > 0)
			continue;
		*ret = (struct rule_budget){rule->from, rule->to, rule->limit};
		return true;
	}
	return false;
}

bool rule_budget_covers(const struct rule_budget *b, const char *call, const char *label)
{
	return fnmatch(b->call, call, 0) == 0 && (!b->path || fnmatch(b->path, label, 0) == 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include "rules_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 5, VERSION = 1 };

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

static const char *read_ignore(struct rules *r, const struct line *line)
{
	static const struct {
		const char *word;
		enum rule_kind kind;
	} kinds[] = {{"call", RULE_CALL},       {"path", RULE_PATH},   {"env", RULE_ENVIRONMENT},
		     {"process", RULE_PROCESS}, {"bytes", RULE_BYTES}, {"peer", RULE_PATH}};

	for (size_t i = 0; line->count == 3 && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].word, line->word[1]) == 0)
			return add_words(r, kinds[i].kind, line->word[2], NULL, 0);
	}
	return "use ignore call|path|peer|env|process|bytes GLOB";
}

static const char *read_mask(struct rules *r, const struct line *line)
{
	const char *to = line->count == 3 ? line->word[2] : "<masked>", *error;
	int result;

	if (line->count != 2 && line->count != 3)
		return "use mask REGEX [WORD]";
	error = add_words(r, RULE_MASK, line->word[1], to, 0);
	if (error)
		return error;
	result = regcomp(&r->at[r->count - 1].regex, line->word[1], REG_EXTENDED);
	if (result)
		return result == REG_ESPACE ? "out of memory" : "that is no regular expression";
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

static const char *read_root(struct rules *r, const struct line *line)
{
	static const char use[] = "use root NAME=/PATH";
	char *path = line->count == 2 ? strchr(line->word[1], '=') : NULL;

	if (!path || path[1] != '/' || !path[2])
		return use;
	while (path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	return add_equation(r, RULE_ROOT, line->word[1], use);
}

static const char *read_alias(struct rules *r, const struct line *line)
{
	static const char use[] = "use alias call|path A=B";

	if (line->count == 3 && strcmp(line->word[1], "call") == 0)
		return add_equation(r, RULE_ALIAS_CALL, line->word[2], use);
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
	return add_words(r, RULE_BUDGET, line->word[1], line->count == 5 ? line->word[2] : NULL,
			 limit);
}

static const char *read_line(struct rules *r, const struct line *line)
{
	static const struct {
		const char *word;
		const char *(*read)(struct rules *r, const struct line *line);
	} rules[] = {{"ignore", read_ignore}, {"mask", read_mask}, {"root", read_root},
		     {"alias", read_alias},   {"pool", read_pool}, {"budget", read_budget}};

	if (line->error)
		return line->error;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (strcmp(rules[i].word, line->word[0]) == 0)
			return rules[i].read(r, line);
	}
	return "that is no rule; ignore, mask, root, alias, pool and budget are";
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
		error = begun ? read_line(r, &line) : read_version(&line);
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

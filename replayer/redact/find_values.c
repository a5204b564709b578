/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind the name of a secret, in the many ways in which text has names and values. How
 * much a value must look like a secret depends on how sure it is that it is one: source code and
 * manuals are full of passwords that are none, a field of JSON is not.
 */
#include "find.h"

#include "find_priv.h"
#include "rules.h"
#include "secrets.h"
#include "token.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
	QUOTED_MAX = 256, /* bytes between quotes */
	PASSWORD_MIN = 6, /* of a password that looks like one, where it is a value for sure */
	LINE_VALUE_MAX = 256,
	UNESCAPED_MAX = 256,
	LABEL_MAX = 16,
};

enum syntax {
	SYNTAX_TIGHT,    /* NAME=value */
	SYNTAX_LOOSE,    /* name: value, NAME = value: prose and source code, too */
	SYNTAX_QUOTED,   /* name="value" */
	SYNTAX_ASSIGNED, /* name = "value" */
	SYNTAX_SAID,     /* password 'value' */
	SYNTAX_STATED,   /* PASSWORD 'value'; of SQL */
	SYNTAX_FIELD,    /* "name": "value" */
	SYNTAX_ELEMENT,  /* <name>value</name> */
	SYNTAX_FORM,     /* &name=value */
	SYNTAX_SETTING,  /* of a file of settings: a line name = value */
};

/* How a value must look. */
static const struct syntax_rule {
	uint8_t password_min, min; /* bytes, of a password and of anything else */
	bool bare;                 /* there is no end to it but a blank */
	bool password_weak, weak;  /* what does not look like one is replaced where it is */
	bool sign;                 /* letters with a sign among them look like one */
} syntaxes[] = {
	[SYNTAX_TIGHT] = {FIND_STRONG_MIN, FIND_STRONG_MIN, true},
	[SYNTAX_LOOSE] = {FIND_SPACED_MIN, FIND_SPACED_MIN, true},
	[SYNTAX_QUOTED] = {PASSWORD_MIN, FIND_STRONG_MIN},
	[SYNTAX_ASSIGNED] = {PASSWORD_MIN, FIND_SPACED_MIN},
	[SYNTAX_SAID] = {PASSWORD_MIN, FIND_SPACED_MIN},
	[SYNTAX_STATED] = {PASSWORD_MIN, FIND_SPACED_MIN, false, true, false, true},
	[SYNTAX_FIELD] = {PASSWORD_MIN, PASSWORD_MIN, false, true, false, true},
	[SYNTAX_ELEMENT] = {PASSWORD_MIN, PASSWORD_MIN, false, true, false, true},
	[SYNTAX_FORM] = {PASSWORD_MIN, PASSWORD_MIN, false, true, false, true},
	[SYNTAX_SETTING] = {PASSWORD_MIN, PASSWORD_MIN, false, true, true, true},
};

struct value {
	size_t from, to;
	enum syntax syntax;
	bool escaped; /* backslashes in it mean something */
};

/* ---- what a value looks like ---- */

/* Where something is to be put in, or what is shown instead. */
static bool is_template(const uint8_t *text, size_t size)
{
	static const char *const marks[] = {"${", "$(", "{{", "#{", "<%", "%(", "{}", "{0}"};
	size_t same = 1;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (memmem(text, size, marks[i], strlen(marks[i])))
			return true;
	}
	while (same < size && text[same] == text[0])
		same++;
	if (same == size || (size > 1 && text[0] == '<' && text[size - 1] == '>'))
		return true;
	if (size == 2 && text[0] == '%')
		return true;
	/* $NAME */
	if (text[0] != '$' || size < 2)
		return false;
	for (same = 1; same < size && (isalnum(text[same]) || text[same] == '_'); same++)
		;
	return same == size && !isdigit(text[1]);
}

/* What a field of a form is called, in words. */
static bool is_label(const uint8_t *text, size_t size)
{
	static const char *const words[] = {"pass",  "pwd",    "string",   "text",    "required",
					    "valid", "hidden", "optional", "example", "secret"};
	char small[LABEL_MAX + 1];

	if (size > LABEL_MAX)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (isdigit(text[i]))
			return false;
		small[i] = (char)tolower(text[i]);
	}
	small[size] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strstr(small, words[i]))
			return true;
	}
	return false;
}

static bool is_printable(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] < ' ' || text[i] == 0x7f)
			return false;
	}
	return true;
}

/* Made to be guessed by nobody, whatever characters are in it. */
static bool looks_made(const uint8_t *text, size_t size, size_t min, bool with_sign)
{
	bool digit = false, letter = false, sign = false, blank = false;

	if (size < min || !secrets_is_worth(text, size))
		return false;
	for (size_t i = 0; i < size; i++) {
		digit |= isdigit(text[i]) > 0;
		letter |= isalpha(text[i]) || text[i] >= 0x80;
		blank |= text[i] == ' ';
		sign |= find_is_in(text[i], "!@#$%^&*+~?");
	}
	return letter && (digit || (with_sign && sign && !blank));
}

/* As it is in a URL. */
static bool is_encoded(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!isalnum(text[i]) && !find_is_in(text[i], "-._~%+/=@!*:$"))
			return false;
	}
	return true;
}

/* ---- where it is ---- */

static bool is_escaped_quote(const struct search *s, size_t at)
{
	return at && s->text[at] == '"' && s->text[at - 1] == '\\';
}

/* Between quotes, the first of which is at @at: to the next of them, or to the end of the text.
 * With a line's end in it it is no value. */
static bool quoted(const struct search *s, size_t at, struct value *ret)
{
	uint8_t quote = s->text[at];
	/* Within a string of another language it is \"value\". */
	bool inner = is_escaped_quote(s, at);
	size_t to = ++at;

	for (; to < s->size && to - at <= QUOTED_MAX; to++) {
		uint8_t c = s->text[to];

		if (c == '\n' || c == '\r' || !c)
			return false;
		if (c == '\\' && inner)
			break;
		if (c == '\\') {
			ret->escaped = true;
			to++;
			continue;
		}
		if (c != quote)
			continue;
		/* In SQL a quote is two of them. */
		if (c == '\'' && to > at && to + 1 < s->size && s->text[to + 1] == '\'') {
			to++;
			continue;
		}
		break;
	}
	if (to - at > QUOTED_MAX)
		return false;
	/* Where the text ends something may be missing. */
	ret->from = at;
	ret->to = to < s->size ? to : s->size;
	return ret->to > at;
}

static bool bare(const struct search *s, size_t at, struct value *ret)
{
	size_t to = at;

	while (to < s->size && s->text[to] > ' ' && s->text[to] < 0x7f &&
	       !find_is_in(s->text[to], "\"'&,;<>)}]"))
		to++;
	ret->from = at;
	ret->to = to;
	return to > at;
}

/* <name>value</name>; @at: of the '>'. */
static bool element(const struct search *s, size_t at, struct value *ret)
{
	size_t to = ++at;

	while (to < s->size && to - at <= QUOTED_MAX && s->text[to] >= ' ' && s->text[to] != '<')
		to++;
	ret->from = at;
	ret->to = to;
	ret->syntax = SYNTAX_ELEMENT;
	return to > at && to + 1 < s->size && s->text[to] == '<' && s->text[to + 1] == '/';
}

static bool is_capital(const struct search *s, size_t from, size_t to)
{
	for (; from < to; from++) {
		if (islower(s->text[from]))
			return false;
	}
	return true;
}

/* PASSWORD 'value', PASSWORD('value') */
static bool said(const struct search *s, size_t name, size_t end, struct value *ret)
{
	static const char word[] = "password";
	size_t at = find_skip_blanks(s, end);

	/* In source code FUNCTION_PASS("name") is something else. */
	if (end - name != sizeof(word) - 1 ||
	    strncasecmp((const char *)s->text + name, word, end - name) != 0)
		return false;
	if (at < s->size && s->text[at] == '(')
		at = find_skip_blanks(s, at + 1);
	if (at == end || at >= s->size || !find_is_in(s->text[at], "'\"") || !quoted(s, at, ret))
		return false;
	at = ret->to + 1;
	if (at < s->size && s->text[at] == ')')
		at++;
	ret->syntax = is_capital(s, name, end) || (at < s->size && s->text[at] == ';')
			      ? SYNTAX_STATED
			      : SYNTAX_SAID;
	return true;
}

/* @name, @at: the name, without the quotes that may be around it. */
static bool value_behind(const struct search *s, size_t name, size_t at, struct value *ret)
{
	bool quoted_name = at < s->size && find_is_in(s->text[at], "\"'\\");
	bool spaced, in_form = name && find_is_in(s->text[name - 1], "&?");
	size_t i = at;

	while (i < s->size && find_is_in(s->text[i], "\"'\\"))
		i++;
	if (i < s->size && s->text[i] == '>' && name && find_is_in(s->text[name - 1], "<:\"'"))
		return element(s, i, ret);
	spaced = i < s->size && s->text[i] == ' ';
	i = find_skip_blanks(s, i);
	if (i == s->size || !find_is_in(s->text[i], "=:"))
		return !quoted_name && said(s, name, at, ret);
	spaced = (spaced || s->text[i] == ':') && !quoted_name;
	i++;
	/* name => value, name := value; but name == value asks. */
	if (i < s->size && s->text[i] == (s->text[i - 1] == '=' ? '>' : '='))
		i++;
	else if (i < s->size && find_is_in(s->text[i], "=:"))
		return false;
	i = find_skip_blanks(s, i);
	while (i < s->size && s->text[i] == '\\')
		i++;
	ret->syntax = quoted_name ? SYNTAX_FIELD : spaced ? SYNTAX_ASSIGNED : SYNTAX_QUOTED;
	if (i < s->size && find_is_in(s->text[i], "\"'"))
		return quoted(s, i, ret);
	if (!bare(s, i, ret))
		return false;
	ret->syntax = spaced ? SYNTAX_LOOSE : SYNTAX_TIGHT;
	in_form |= ret->to < s->size && s->text[ret->to] == '&';
	if (!spaced && in_form && is_encoded(s->text + ret->from, ret->to - ret->from))
		ret->syntax = SYNTAX_FORM;
	return true;
}

/* ---- telling ---- */

/* What a string of JSON stands for. */
static int tell_unescaped(const struct search *s, const struct value *v, enum redact_class class)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	uint8_t plain[UNESCAPED_MAX];
	size_t n = 0;

	for (size_t i = v->from; i < v->to && n < sizeof(plain); i++) {
		uint8_t c = s->text[i];
		const char *special;

		if (c == '\\' && i + 1 < v->to) {
			c = s->text[++i];
			special = c ? strchr(from, c) : NULL;
			c = special ? (uint8_t)to[special - from] : c;
		}
		plain[n++] = c;
	}
	return s->tell(s->context, plain, n, class);
}

/* Of source code: token = object->member, token=object.member. */
static bool is_expression(const struct value *v, const uint8_t *text, size_t size)
{
	return find_is_identifier(text, size) &&
	       (v->syntax == SYNTAX_LOOSE || memchr(text, '.', size) ||
		memmem(text, size, "->", 2));
}

static bool is_mail(const uint8_t *text, size_t size)
{
	const uint8_t *at = memchr(text, '@', size);

	return at && memchr(at, '.', size - (size_t)(at - text)) &&
	       !memchr(at + 1, '@', size - (size_t)(at + 1 - text));
}

static bool is_sure(const struct value *v, const uint8_t *text, size_t size,
		    enum redact_class class)
{
	const struct syntax_rule *rule = &syntaxes[v->syntax];
	size_t min = class == REDACT_PASSWORD ? rule->password_min : rule->min;

	if (rule->bare)
		return find_is_strong(text, size, min) && !is_expression(v, text, size) &&
		       !(class == REDACT_TOKEN && is_mail(text, size));
	return looks_made(text, size, min, rule->sign);
}

/* It may be one all the same. */
static bool may_be_weak(const struct value *v, const uint8_t *text, size_t size,
			enum redact_class class)
{
	const struct syntax_rule *rule = &syntaxes[v->syntax];

	if (class == REDACT_PASSWORD ? !rule->password_weak : !rule->weak || class == REDACT_HEADER)
		return false;
	return size >= FIND_VALUE_MIN && !is_label(text, size) &&
	       (v->syntax == SYNTAX_SETTING || !memchr(text, ' ', size));
}

static int tell_value(const struct search *s, const struct value *v, enum redact_class class)
{
	const uint8_t *text = s->text + v->from;
	size_t size = v->to - v->from;
	int r;

	if (!size || redact_is_token(text, size) || !is_printable(text, size) ||
	    is_template(text, size))
		return 0;
	if (is_sure(v, text, size, class)) {
		r = find_tell(s, v->from, v->to, class);
		return r == 0 && v->escaped ? tell_unescaped(s, v, class) : r;
	}
	if (!may_be_weak(v, text, size, class))
		return 0;
	return find_value(text, size, REDACT_FIELD, s->tell, s->context);
}

/* ---- files of settings ---- */

/* The name begins the line. */
static bool begins_line(const struct search *s, size_t name)
{
	static const char *const words[] = {"export ", "- ", "set "};
	size_t line = name;

	while (line && find_is_in(s->text[line - 1], " \t\"'"))
		line--;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (name >= n && memcmp(s->text + name - n, words[i], n) == 0)
			line = name - n;
	}
	while (line && find_is_in(s->text[line - 1], " \t"))
		line--;
	return !line || s->text[line - 1] == '\n';
}

static size_t indentation(const struct search *s, size_t line)
{
	return find_skip_blanks(s, line) - line;
}

/* name: | and lines that stand further to the right. */
static int take_block(const struct search *s, size_t name, size_t end, enum redact_class class)
{
	size_t line = name, depth;
	int r = 0;

	while (line && s->text[line - 1] != '\n')
		line--;
	depth = indentation(s, line);
	while (r == 0 && end < s->size) {
		struct value v = {.syntax = SYNTAX_SETTING};

		line = s->text[end] == '\r' ? end + 2 : end + 1;
		if (line >= s->size)
			break;
		end = find_line_end(s, line);
		if (end > line && indentation(s, line) <= depth)
			break;
		v.from = find_skip_blanks(s, line);
		v.to = end;
		r = v.from < v.to ? tell_value(s, &v, class) : 0;
	}
	return r;
}

static int take_setting(const struct search *s, size_t name, size_t at, enum redact_class class,
			bool *ret_taken)
{
	size_t end = find_line_end(s, at), from = at;
	struct value v = {.syntax = SYNTAX_SETTING};

	*ret_taken = false;
	while (from < end && find_is_in(s->text[from], "\"' \t"))
		from++;
	if (from < end && find_is_in(s->text[from], "=:"))
		from = find_skip_blanks(s, from + 1);
	else if (from == at || class != REDACT_PASSWORD || memchr(s->text + from, ' ', end - from))
		return 0;
	if (from >= end || end - from > LINE_VALUE_MAX)
		return 0;
	*ret_taken = true;
	if (find_is_in(s->text[from], "|>") && end - from <= 3)
		return take_block(s, name, end, class);
	if (find_is_in(s->text[from], "\"'")) {
		if (!quoted(s, from, &v))
			return 0;
		return tell_value(s, &v, class);
	}
	v.from = from;
	v.to = end;
	for (size_t i = from + 1; i + 1 < end; i++) {
		/* What the line says of itself. */
		if (find_is_in(s->text[i], " \t") && find_is_in(s->text[i + 1], "#;"))
			v.to = i;
		if (v.to == i)
			break;
	}
	while (v.to > v.from && find_is_in(s->text[v.to - 1], " \t,"))
		v.to--;
	return tell_value(s, &v, class);
}

/* ---- names ---- */

static bool is_authorization(const uint8_t *name, size_t size)
{
	static const char word[] = "authorization";
	size_t n = sizeof(word) - 1;

	return size >= n && strncasecmp((const char *)name + size - n, word, n) == 0;
}

/* --password X, in the text of a script. */
static int take_option(const struct search *s, size_t at, enum redact_class class)
{
	size_t from = at + 1, end;

	if (from < s->size && find_is_in(s->text[from], "\"'"))
		from++;
	for (end = from;
	     end < s->size && s->text[end] > ' ' && !find_is_in(s->text[end], "\"'&;|<>()"); end++)
		;
	if (!find_is_strong(s->text + from, end - from, FIND_STRONG_MIN) ||
	    (class == REDACT_TOKEN && is_mail(s->text + from, end - from)))
		return 0;
	return find_tell(s, from, end, class);
}

int find_name(const struct search *s, size_t begin, size_t at)
{
	size_t name = begin, end;
	struct value v = {0};
	enum redact_class class;
	bool taken = false;
	int r = 0;

	while (name && find_is_name(s->text[name - 1]) && begin - name < FIND_NAME_MAX)
		name--;
	while (at < s->size && find_is_name(s->text[at]) && at - begin < FIND_NAME_MAX)
		at++;
	if (!rules_is_secret_name(finder_rules(s->f), (const char *)s->text + name, at - name,
				  &class))
		return 0;
	/* Its scheme is no secret: there is a rule for that. */
	if (find_is_header(s, name, at, &end)) {
		if (is_authorization(s->text + name, at - name))
			return 0;
		name = find_skip_blanks(s, at + 1);
		return find_value(s->text + name, end > name ? end - name : 0, class, s->tell,
				  s->context);
	}
	if (at - name > 2 && memcmp(s->text + name, "--", 2) == 0 && at < s->size &&
	    s->text[at] == ' ')
		return take_option(s, at, class);
	if (s->kind == FIND_SETTINGS && begins_line(s, name))
		r = take_setting(s, name, at, class, &taken);
	if (r != 0 || taken || !value_behind(s, name, at, &v))
		return r;
	/* 'Authorization': 'Bearer value', too. */
	if (is_authorization(s->text + name, at - name) &&
	    memchr(s->text + v.from, ' ', v.to - v.from))
		return 0;
	return tell_value(s, &v, class);
}

/* ---- what has no such name ---- */

/* "auth": "user:password in base64", of docker(1). */
int find_auth_field(const struct search *s, size_t begin, size_t at)
{
	struct value v = {0};
	int r;

	if (!value_behind(s, begin + 1, at - 1, &v) || v.syntax != SYNTAX_FIELD ||
	    !find_is_basic(s->text + v.from, v.to - v.from))
		return 0;
	r = find_tell(s, v.from, v.to, REDACT_TOKEN);
	return r == 0 ? find_basic(s->text + v.from, v.to - v.from, s->tell, s->context) : r;
}

/* IDENTIFIED BY 'value', of SQL. */
int find_identified(const struct search *s, size_t begin, size_t at)
{
	struct value v = {.syntax = SYNTAX_STATED};

	(void)begin;
	at = find_skip_blanks(s, at);
	if (at >= s->size || !find_is_in(s->text[at], "'\"") || !quoted(s, at, &v))
		return 0;
	v.syntax = SYNTAX_STATED;
	return tell_value(s, &v, REDACT_PASSWORD);
}

/* ?code=value, of a login by another site; &sig=value, of a link that lets one in. */
int find_query(const struct search *s, size_t begin, size_t at)
{
	struct value v = {.syntax = SYNTAX_FORM};

	while (begin && find_is_name(s->text[begin - 1]) && at - begin < FIND_NAME_MAX)
		begin--;
	if (!begin || !find_is_in(s->text[begin - 1], "?&#") || !bare(s, at, &v) ||
	    v.to - v.from < FIND_SPACED_MIN)
		return 0;
	return tell_value(s, &v, REDACT_TOKEN);
}

static bool next_word(const struct search *s, size_t *at, struct value *ret)
{
	while (*at < s->size && find_is_in(s->text[*at], " \t\r\n"))
		(*at)++;
	ret->from = *at;
	while (*at < s->size && s->text[*at] > ' ')
		(*at)++;
	ret->to = *at;
	return ret->to > ret->from;
}

static bool is_word(const struct search *s, const struct value *v, const char *word)
{
	return v->to - v->from == strlen(word) &&
	       memcmp(s->text + v->from, word, v->to - v->from) == 0;
}

/* machine h login bob password value, in a file that need not be called .netrc. */
int find_machine(const struct search *s, size_t begin, size_t at)
{
	struct value name, v;
	bool login = false;

	if ((begin && s->text[begin - 1] > ' ') || !next_word(s, &at, &v))
		return 0;
	for (int i = 0; i < 3 && next_word(s, &at, &name) && next_word(s, &at, &v); i++) {
		login |= is_word(s, &name, "login");
		if (!login || !is_word(s, &name, "password"))
			continue;
		v.syntax = SYNTAX_ELEMENT;
		v.escaped = false;
		return tell_value(s, &v, REDACT_PASSWORD);
	}
	return 0;
}

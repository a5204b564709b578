/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that may announce a secret are searched for all at once; what stands around one that
 * was found decides.
 */
#include "find.h"

#include "automaton.h"
#include "find_priv.h"
#include "rules.h"
#include "secrets.h"
#include "token.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	CUT_MIN = 8, /* bytes of a token that is cut off where the text ends */
	TOKEN_MAX = 4096,
	KEY_LINES_MAX = 64 << 10,
	CLIENT_RANDOM_SIZE = 32,
};

struct trigger {
	const char *word;
	trigger_fn *take;
	uint8_t min;      /* bytes that a token has behind its prefix */
	bool exact;       /* in this case only */
	bool sure;        /* nothing else is written so: also behind a letter, and cut off */
	const char *also; /* characters of such a token besides letters and digits */
};

struct finder {
	const struct rules *rules;
	struct automaton *words;
};

int find_tell(const struct search *s, size_t from, size_t to, enum redact_class class)
{
	if (from >= to || redact_is_token(s->text + from, to - from))
		return 0;
	return s->tell(s->context, s->text + from, to - from, class);
}

bool find_is_in(uint8_t c, const char *set)
{
	return c && strchr(set, c);
}

bool find_is_name(uint8_t c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.';
}

bool find_is_strong(const uint8_t *text, size_t size, size_t min)
{
	bool digit = false, lower = false, upper = false, other = false;

	if (size < min || size > TOKEN_MAX || !secrets_is_worth(text, size))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7f || find_is_in(text[i], "(){}[]<>;|`\"'"))
			return false;
		digit |= isdigit(text[i]) > 0;
		lower |= islower(text[i]) > 0;
		upper |= isupper(text[i]) > 0;
		other |= find_is_in(text[i], "!@#%^&*+~?");
	}
	if (text[0] == '$' || text[0] == '%' || text[0] == '&' || text[0] == '*')
		return false;
	return (digit && (lower || upper)) || (other && lower) || (upper && lower && size >= 16) ||
	       (digit && size >= 16);
}

size_t find_line_end(const struct search *s, size_t at)
{
	while (at < s->size && s->text[at] != '\n' && s->text[at] != '\r' && s->text[at])
		at++;
	return at;
}

size_t find_skip_blanks(const struct search *s, size_t at)
{
	while (at < s->size && (s->text[at] == ' ' || s->text[at] == '\t'))
		at++;
	return at;
}

/* ---- tokens of services ---- */

/* A prefix, and so many characters behind it that it is no word. */
static int take_prefix(const struct search *s, const struct trigger *t, size_t begin, size_t at)
{
	size_t end = at, min = t->min;
	bool digit = false, letter = false;

	if (begin && !t->sure && (isalnum(s->text[begin - 1]) || s->text[begin - 1] == '_'))
		return 0;
	if (memcmp(s->text + begin, t->word, at - begin) != 0)
		return 0;
	for (; end < s->size && end - begin < TOKEN_MAX &&
	       (isalnum(s->text[end]) || find_is_in(s->text[end], t->also));
	     end++) {
		digit |= isdigit(s->text[end]) > 0;
		letter |= isalpha(s->text[end]) > 0;
	}
	if (t->sure && (end == s->size || !s->text[end]) && min > CUT_MIN)
		min = CUT_MIN;
	if (end - at < min || !letter || (!digit && end - at < 24))
		return 0;
	return find_tell(s, begin, end, REDACT_TOKEN);
}

/* header.claims.signature, each in base64. */
static int take_jwt(const struct search *s, size_t begin, size_t at)
{
	size_t end = at, dots = 0;

	if ((begin && find_is_name(s->text[begin - 1])) || memcmp(s->text + begin, "eyJ", 3) != 0)
		return 0;
	for (; end < s->size && (isalnum(s->text[end]) || find_is_in(s->text[end], "-_.=")); end++)
		dots += s->text[end] == '.';
	return dots >= 2 && end - begin >= 32 ? find_tell(s, begin, end, REDACT_TOKEN) : 0;
}

static bool is_base64(uint8_t c)
{
	return isalnum(c) || find_is_in(c, "+/= \t\r");
}

/* How much of what has no end may be of a key: lines in base64, and headers in front of them. */
static size_t key_lines(const uint8_t *text, size_t size)
{
	size_t at = 0;

	while (at < size) {
		const uint8_t *newline = memchr(text + at, '\n', size - at);
		size_t end = newline ? (size_t)(newline - text) : size, i = at;

		while (i < end && is_base64(text[i]))
			i++;
		if (i < end && !memchr(text + at, ':', end - at))
			break;
		at = end + 1;
	}
	return at < size ? at : size;
}

/* -----BEGIN … PRIVATE KEY-----: to its end, or to the end of what there is. */
static int take_pem(const struct search *s, size_t begin, size_t at)
{
	static const char kind[] = "PRIVATE KEY", block[] = " BLOCK", end[] = "-----END";
	size_t left = s->size - at < 64 ? s->size - at : 64, first;
	const uint8_t *title = memmem(s->text + at, left, kind, sizeof(kind) - 1), *stop;

	(void)begin;
	if (!title || memchr(s->text + at, '\n', (size_t)(title - s->text) - at))
		return 0;
	first = (size_t)(title - s->text) + sizeof(kind) - 1;
	if (s->size - first > sizeof(block) &&
	    memcmp(s->text + first, block, sizeof(block) - 1) == 0)
		first += sizeof(block) - 1;
	while (first < s->size && s->text[first] == '-')
		first++;
	/* Also within a string that has its newlines as two characters. */
	if (first < s->size && !find_is_in(s->text[first], "\n\r\\\"'"))
		return 0;
	left = s->size - first < KEY_LINES_MAX ? s->size - first : KEY_LINES_MAX;
	stop = memmem(s->text + first, left, end, sizeof(end) - 1);
	left = stop ? (size_t)(stop - s->text) - first : key_lines(s->text + first, left);
	return find_lines(s->text + first, left, true, s->tell, s->context);
}

/* ---- NAME=value ---- */

/* Where the value is that stands behind a name; false: there is none. @ret_loose: as in source
 * code, with blanks around. */
static bool value_behind(const struct search *s, size_t *at, size_t *ret_end, bool *ret_loose)
{
	size_t i = *at, end;
	uint8_t quote = 0;
	bool quoted_name = false, spaced;

	while (i < s->size && find_is_in(s->text[i], "\"'\\")) {
		quoted_name = true;
		i++;
	}
	spaced = i < s->size && s->text[i] == ' ';
	i = find_skip_blanks(s, i);
	if (i == s->size || !find_is_in(s->text[i], "=:"))
		return false;
	*ret_loose = (spaced || s->text[i] == ':') && !quoted_name;
	i++;
	if (i < s->size && (s->text[i] == '=' || s->text[i] == ':'))
		return false;
	i = find_skip_blanks(s, i);
	while (i < s->size && find_is_in(s->text[i], "\\"))
		i++;
	if (i < s->size && find_is_in(s->text[i], "\"'"))
		quote = s->text[i++];
	for (end = i; end < s->size && s->text[end] > ' ' && s->text[end] < 0x7f; end++) {
		if (quote ? s->text[end] == quote || s->text[end] == '\\'
			  : find_is_in(s->text[end], "\"'&,;<>)}]"))
			break;
	}
	*at = i;
	*ret_end = end;
	return end > i;
}

static bool is_authorization(const uint8_t *name, size_t size)
{
	static const char word[] = "authorization";
	size_t n = sizeof(word) - 1;

	return size >= n && strncasecmp((const char *)name + size - n, word, n) == 0;
}

static int take_name(const struct search *s, size_t begin, size_t at)
{
	size_t from = begin, end;
	enum redact_class class;
	bool loose, option;

	while (from && find_is_name(s->text[from - 1]) && begin - from < FIND_NAME_MAX)
		from--;
	while (at < s->size && find_is_name(s->text[at]) && at - begin < FIND_NAME_MAX)
		at++;
	option = at - from > 2 && memcmp(s->text + from, "--", 2) == 0;
	if (!rules_is_secret_name(s->f->rules, (const char *)s->text + from, at - from, &class))
		return 0;
	/* Its scheme is no secret: there is a rule for that. */
	if (find_is_header(s, from, at, &end)) {
		if (is_authorization(s->text + from, at - from))
			return 0;
		from = find_skip_blanks(s, at + 1);
		return find_value(s->text + from, end > from ? end - from : 0, class, s->tell,
				  s->context);
	}
	if (option && at < s->size && s->text[at] == ' ') {
		/* --password X, in the text of a script. */
		from = at + 1;
		for (end = from;
		     end < s->size && s->text[end] > ' ' && !find_is_in(s->text[end], "\"'&;|<>()");
		     end++)
			;
		loose = false;
	} else {
		from = at;
		if (!value_behind(s, &from, &end, &loose))
			return 0;
	}
	if (!find_is_strong(s->text + from, end - from, loose ? FIND_SPACED_MIN : FIND_STRONG_MIN))
		return 0;
	return find_tell(s, from, end, class);
}

/* -u user:password, in the text of a script. */
static int take_user(const struct search *s, size_t begin, size_t at)
{
	size_t end, colon = 0;
	bool letter = false;

	(void)begin;
	while (at < s->size && find_is_in(s->text[at], "\"' ="))
		at++;
	for (end = at;
	     end < s->size && s->text[end] > ' ' && !find_is_in(s->text[end], "\"'&;|<>()$");
	     end++) {
		if (s->text[end] == ':' && !colon)
			colon = end + 1;
		letter |= isalpha(s->text[end]) > 0;
	}
	/* What is run has its arguments: this need not find what is short. URLs have a rule. */
	if (colon && end - colon > 2 && memcmp(s->text + colon, "//", 2) == 0)
		return 0;
	if (!colon || !letter || !find_is_strong(s->text + colon, end - colon, FIND_STRONG_MIN) ||
	    (end < s->size && s->text[end] == '$'))
		return 0;
	return find_tell(s, colon, end, REDACT_PASSWORD);
}

/* LABEL client_random secret, both in hexadecimal: what NSS and all others write as a log of keys.
 */
static int take_key_log(const struct search *s, size_t begin, size_t at)
{
	size_t end = find_line_end(s, at), from;
	const uint8_t *blank = memchr(s->text + at, ' ', end - at);
	size_t first = blank && s->text[at - 1] != ' ' ? (size_t)(blank + 1 - s->text) : at;

	(void)begin;
	for (from = first; from < end && isxdigit(s->text[from]); from++)
		;
	if (from - first != 2 * CLIENT_RANDOM_SIZE || from == end || s->text[from] != ' ')
		return 0;
	for (end = ++from; end < s->size && isxdigit(s->text[end]); end++)
		;
	return find_tell(s, from, end, REDACT_KEY);
}

/* ---- the words ---- */

static const struct trigger triggers[] = {
	{"authorization", find_authorization},
	{"cookie:", find_cookie},
	{"://", find_url},
	{"pass ", find_login},
	{" login ", find_login},
	{"auth plain ", find_login},
	{" -u ", take_user},
	{"--user ", take_user},
	{"--user=", take_user},
	{"-----begin ", take_pem},
	{"eyj", take_jwt},
	{"pass", take_name},
	{"pwd", take_name},
	{"secret", take_name},
	{"token", take_name},
	{"key", take_name},
	{"credential", take_name},
	{"auth", take_name},
	{"jwt", take_name},
	{"_pat", take_name},
	{"sessionid", take_name},
	{"CLIENT_RANDOM ", take_key_log},
	{"_TRAFFIC_SECRET", take_key_log},
	{"EXPORTER_SECRET ", take_key_log},
	{"EARLY_SECRET ", take_key_log},
	{"AKIA", .min = 16, .exact = true, .also = ""},
	{"ASIA", .min = 16, .exact = true, .also = ""},
	{"ghp_", .min = 30, .sure = true, .also = ""},
	{"gho_", .min = 30, .sure = true, .also = ""},
	{"ghu_", .min = 30, .sure = true, .also = ""},
	{"ghs_", .min = 30, .sure = true, .also = ""},
	{"ghr_", .min = 30, .sure = true, .also = ""},
	{"github_pat_", .min = 20, .sure = true, .also = "_"},
	{"glpat-", .min = 16, .sure = true, .also = "-_"},
	{"gldt-", .min = 16, .sure = true, .also = "-_"},
	{"xoxb-", .min = 10, .sure = true, .also = "-"},
	{"xoxp-", .min = 10, .sure = true, .also = "-"},
	{"xoxa-", .min = 10, .sure = true, .also = "-"},
	{"xoxr-", .min = 10, .sure = true, .also = "-"},
	{"xoxs-", .min = 10, .sure = true, .also = "-"},
	{"xapp-", .min = 10, .also = "-"},
	{"sk_live_", .min = 16, .sure = true, .also = ""},
	{"sk_test_", .min = 16, .also = ""},
	{"rk_live_", .min = 16, .sure = true, .also = ""},
	{"whsec_", .min = 16, .sure = true, .also = ""},
	{"AIza", .min = 30, .also = "-_"},
	{"npm_", .min = 30, .also = ""},
	{"pypi-", .min = 40, .also = "-_"},
	{"sk-", .min = 20, .also = "-_"},
	{"hf_", .min = 30, .also = ""},
	{"dckr_pat_", .min = 16, .sure = true, .also = "-_"},
	{"shpat_", .min = 24, .sure = true, .also = ""},
	{"ya29.", .min = 20, .also = "-_"},
	{"SG.", .min = 40, .also = "-_."},
	{"hvs.", .min = 20, .also = "-_"},
	{"dop_v1_", .min = 40, .sure = true, .also = ""},
	{"AGE-SECRET-KEY-", .min = 40, .sure = true, .also = ""},
};

struct finder *finder_new(const struct rules *rules)
{
	struct finder *f = calloc(1, sizeof(*f));
	int r = 0;

	if (!f)
		return NULL;
	f->rules = rules;
	f->words = automaton_new(true);
	for (uint32_t i = 0; f->words && r == 0 && i < ARRAY_SIZE(triggers); i++)
		r = automaton_add(f->words, triggers[i].word, strlen(triggers[i].word), i);
	if (r == 0)
		r = rules_tell_names(rules, f->words, ARRAY_SIZE(triggers));
	if (!f->words || r < 0 || automaton_link(f->words) < 0)
		return finder_free(f);
	return f;
}

struct finder *finder_free(struct finder *f)
{
	if (f)
		automaton_free(f->words);
	free(f);
	return NULL;
}

const struct rules *finder_rules(const struct finder *f)
{
	return f->rules;
}

static int take_word(const struct search *s, uint32_t name, size_t begin, size_t at)
{
	const struct trigger *t = name < ARRAY_SIZE(triggers) ? &triggers[name] : NULL;

	if (!t)
		return take_name(s, begin, at);
	return t->take ? t->take(s, begin, at) : take_prefix(s, t, begin, at);
}

int find_text(const struct finder *f, const uint8_t *text, size_t size, find_fn *fn, void *context)
{
	const struct search s = {f, text, size, fn, context};
	uint32_t state = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < size; i++) {
		uint32_t at, name, length;

		state = automaton_step(f->words, state, text[i]);
		at = state;
		while (r == 0 && state && automaton_match(f->words, &at, &name, &length))
			r = take_word(&s, name, i + 1 - length, i + 1);
	}
	return r;
}

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
	IDENTIFIER_MAX = 128,
	STRONG_MIN = 8,         /* bytes of a value that is taken for a secret by itself */
	STRONG_SPACED_MIN = 16, /* where source code would have one, too */
	SCHEME_MIN = 8,         /* behind "Bearer" and the like */
	CUT_MIN = 8,            /* bytes of a token that is cut off where the text ends */
	TOKEN_MAX = 4096,
	BASIC_MAX = 1024,
	KEY_LINES_MAX = 64 << 10,
	CLIENT_RANDOM_SIZE = 32,
};

/* What was found, and what it was found in. */
struct search {
	const struct finder *f;
	const uint8_t *text;
	size_t size;
	find_fn *tell;
	void *context;
};

/* @at: behind the word. */
typedef int trigger_fn(const struct search *s, size_t begin, size_t at);

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

static int tell(const struct search *s, size_t from, size_t to, enum redact_class class)
{
	if (from >= to || redact_is_token(s->text + from, to - from))
		return 0;
	return s->tell(s->context, s->text + from, to - from, class);
}

static bool is_in(uint8_t c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_name(uint8_t c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.';
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
	       (isalnum(s->text[end]) || is_in(s->text[end], t->also));
	     end++) {
		digit |= isdigit(s->text[end]) > 0;
		letter |= isalpha(s->text[end]) > 0;
	}
	if (t->sure && (end == s->size || !s->text[end]) && min > CUT_MIN)
		min = CUT_MIN;
	if (end - at < min || !letter || (!digit && end - at < 24))
		return 0;
	return tell(s, begin, end, REDACT_TOKEN);
}

/* header.claims.signature, each in base64. */
static int take_jwt(const struct search *s, size_t begin, size_t at)
{
	size_t end = at, dots = 0;

	if ((begin && is_name(s->text[begin - 1])) || memcmp(s->text + begin, "eyJ", 3) != 0)
		return 0;
	for (; end < s->size && (isalnum(s->text[end]) || is_in(s->text[end], "-_.=")); end++)
		dots += s->text[end] == '.';
	return dots >= 2 && end - begin >= 32 ? tell(s, begin, end, REDACT_TOKEN) : 0;
}

static bool is_base64(uint8_t c)
{
	return isalnum(c) || is_in(c, "+/= \t\r");
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
	if (first < s->size && !is_in(s->text[first], "\n\r\\\"'"))
		return 0;
	left = s->size - first < KEY_LINES_MAX ? s->size - first : KEY_LINES_MAX;
	stop = memmem(s->text + first, left, end, sizeof(end) - 1);
	left = stop ? (size_t)(stop - s->text) - first : key_lines(s->text + first, left);
	return find_lines(s->text + first, left, true, s->tell, s->context);
}

/* A value, and not a piece of a program or of prose. */
static bool is_strong(const uint8_t *text, size_t size, size_t min)
{
	bool digit = false, lower = false, upper = false, other = false;

	if (size < min || size > TOKEN_MAX || !secrets_is_worth(text, size))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7f || is_in(text[i], "(){}[]<>;|`\"'"))
			return false;
		digit |= isdigit(text[i]) > 0;
		lower |= islower(text[i]) > 0;
		upper |= isupper(text[i]) > 0;
		other |= is_in(text[i], "!@#%^&*+~?");
	}
	if (text[0] == '$' || text[0] == '%' || text[0] == '&' || text[0] == '*')
		return false;
	return (digit && (lower || upper)) || (other && lower) || (upper && lower && size >= 16) ||
	       (digit && size >= 16);
}

/* ---- HTTP ---- */

static size_t line_end(const struct search *s, size_t at)
{
	while (at < s->size && s->text[at] != '\n' && s->text[at] != '\r' && s->text[at])
		at++;
	return at;
}

static size_t skip_blanks(const struct search *s, size_t at)
{
	while (at < s->size && (s->text[at] == ' ' || s->text[at] == '\t'))
		at++;
	return at;
}

static int value_of(uint8_t c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* user:password in base64: the password is wanted in its other forms, too. */
static int tell_basic(const struct search *s, size_t from, size_t to)
{
	uint8_t plain[BASIC_MAX];
	size_t size = 0;
	uint32_t bits = 0, count = 0;
	const uint8_t *colon;

	for (size_t i = from; i < to && value_of(s->text[i]) >= 0 && size < sizeof(plain); i++) {
		bits = bits << 6 | (uint32_t)value_of(s->text[i]);
		count += 6;
		if (count >= 8) {
			count -= 8;
			plain[size++] = (uint8_t)(bits >> count);
		}
	}
	colon = memchr(plain, ':', size);
	if (!colon)
		return 0;
	colon++;
	return s->tell(s->context, colon, size - (size_t)(colon - plain), REDACT_PASSWORD);
}

/* A line of HTTP itself, or as a program shows it that talks HTTP: it is there and not spoken of.
 */
static bool is_header(const struct search *s, size_t from, size_t at, size_t *ret_end)
{
	if (from >= 2 && is_in(s->text[from - 2], "<>") && s->text[from - 1] == ' ')
		from -= 2;
	if ((from && s->text[from - 1] != '\n') || at >= s->size || s->text[at] != ':')
		return false;
	*ret_end = line_end(s, at);
	return *ret_end < s->size && s->text[*ret_end] == '\r';
}

/* "Bearer secret": where the secret is that is between @at and @end; @ret_scheme: behind what is
 * known to be in front of such. */
static size_t behind_scheme(const struct search *s, size_t at, size_t end, bool *ret_scheme)
{
	static const char *const schemes[] = {
		"basic", "bearer", "digest", "token",  "negotiate",       "ntlm", "apikey", "hawk",
		"oauth", "mutual", "vapid",  "splunk", "aws4-hmac-sha256"};
	size_t word = at;

	while (word < end && (isalnum(s->text[word]) || s->text[word] == '-'))
		word++;
	*ret_scheme = false;
	if (word == end || s->text[word] != ' ')
		return at;
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (strlen(schemes[i]) == word - at &&
		    strncasecmp(schemes[i], (const char *)s->text + at, word - at) == 0)
			*ret_scheme = true;
	}
	return *ret_scheme ? skip_blanks(s, word) : at;
}

/* As a header, or in a program's own words: 'Authorization': 'Bearer …'. */
static int take_authorization(const struct search *s, size_t begin, size_t at)
{
	size_t end, stop, name = begin;
	bool header, scheme, said = false;
	int r;

	while (name && begin - name < IDENTIFIER_MAX && is_name(s->text[name - 1]))
		name--;
	header = is_header(s, name, at, &end);
	for (; at < s->size && is_in(s->text[at], "\"'\\:=, \t"); at++)
		said |= is_in(s->text[at], ":=,");
	if (!header)
		end = line_end(s, at);
	if (!said || at >= end)
		return 0;
	at = behind_scheme(s, at, end, &scheme);
	for (stop = at; stop < end && !is_in(s->text[stop], "\"'\\"); stop++) {
		if (!header && s->text[stop] <= ' ')
			break;
	}
	if (stop - at < FIND_VALUE_MIN ||
	    (!header &&
	     !is_strong(s->text + at, stop - at, scheme ? SCHEME_MIN : STRONG_SPACED_MIN)))
		return 0;
	r = tell(s, at, stop, REDACT_HEADER);
	return r == 0 ? tell_basic(s, at, stop) : r;
}

static bool is_attribute(const struct search *s, size_t at, size_t end)
{
	static const char *const names[] = {"path",    "domain",   "expires",
					    "max-age", "samesite", "version"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == end - at &&
		    strncasecmp(names[i], (const char *)s->text + at, end - at) == 0)
			return true;
	}
	return false;
}

/* Cookie: a=b; c=d. Each value, so that it is found elsewhere. */
static int take_cookie(const struct search *s, size_t begin, size_t at)
{
	bool sets = begin >= 4 && strncasecmp((const char *)s->text + begin - 4, "set-", 4) == 0;
	size_t end, name = sets ? begin - 4 : begin;
	bool header = is_header(s, name, at - 1, &end);
	int r = 0;

	if (!header)
		end = line_end(s, at);
	for (at = skip_blanks(s, at); r == 0 && at < end;) {
		const uint8_t *equal = memchr(s->text + at, '=', end - at);
		const uint8_t *semicolon = memchr(s->text + at, ';', end - at);
		size_t stop = semicolon ? (size_t)(semicolon - s->text) : end;
		size_t value = equal ? (size_t)(equal + 1 - s->text) : end;

		if (value < stop && !is_attribute(s, at, value - 1) &&
		    (header || is_strong(s->text + value, stop - value, STRONG_MIN)))
			r = tell(s, value, stop, REDACT_HEADER);
		/* What follows of Set-Cookie are attributes. */
		if (sets || !semicolon)
			break;
		at = skip_blanks(s, stop + 1);
	}
	return r;
}

/* ---- URLs ---- */

static bool ends_url(uint8_t c)
{
	return c <= ' ' || c >= 0x7f || is_in(c, "\"'<>\\`{}|^");
}

/* scheme://user:password@host, or scheme://token@host when the token looks like one. */
static int take_url(const struct search *s, size_t begin, size_t at)
{
	size_t end = at, from = at;
	bool colon = false;

	(void)begin;
	for (; end < s->size && !ends_url(s->text[end]) && !is_in(s->text[end], "/?#@"); end++) {
		if (s->text[end] == ':' && !colon) {
			colon = true;
			from = end + 1;
		}
	}
	if (end == s->size || s->text[end] != '@')
		return 0;
	if (!colon && (end - at < 20 || !secrets_is_worth(s->text + at, end - at)))
		return 0;
	return tell(s, from, end, colon ? REDACT_PASSWORD : REDACT_TOKEN);
}

/* ---- NAME=value ---- */

/* Where the value is that stands behind a name; false: there is none. @ret_loose: as in source
 * code, with blanks around. */
static bool value_behind(const struct search *s, size_t *at, size_t *ret_end, bool *ret_loose)
{
	size_t i = *at, end;
	uint8_t quote = 0;
	bool quoted_name = false, spaced;

	while (i < s->size && is_in(s->text[i], "\"'\\")) {
		quoted_name = true;
		i++;
	}
	spaced = i < s->size && s->text[i] == ' ';
	i = skip_blanks(s, i);
	if (i == s->size || !is_in(s->text[i], "=:"))
		return false;
	*ret_loose = (spaced || s->text[i] == ':') && !quoted_name;
	i++;
	if (i < s->size && (s->text[i] == '=' || s->text[i] == ':'))
		return false;
	i = skip_blanks(s, i);
	while (i < s->size && is_in(s->text[i], "\\"))
		i++;
	if (i < s->size && is_in(s->text[i], "\"'"))
		quote = s->text[i++];
	for (end = i; end < s->size && s->text[end] > ' ' && s->text[end] < 0x7f; end++) {
		if (quote ? s->text[end] == quote || s->text[end] == '\\'
			  : is_in(s->text[end], "\"'&,;<>)}]"))
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

	while (from && is_name(s->text[from - 1]) && begin - from < IDENTIFIER_MAX)
		from--;
	while (at < s->size && is_name(s->text[at]) && at - begin < IDENTIFIER_MAX)
		at++;
	option = at - from > 2 && memcmp(s->text + from, "--", 2) == 0;
	if (!rules_is_secret_name(s->f->rules, (const char *)s->text + from, at - from, &class))
		return 0;
	/* Its scheme is no secret: there is a rule for that. */
	if (is_header(s, from, at, &end)) {
		if (is_authorization(s->text + from, at - from))
			return 0;
		from = skip_blanks(s, at + 1);
		return find_value(s->text + from, end > from ? end - from : 0, class, s->tell,
				  s->context);
	}
	if (option && at < s->size && s->text[at] == ' ') {
		/* --password X, in the text of a script. */
		from = at + 1;
		for (end = from;
		     end < s->size && s->text[end] > ' ' && !is_in(s->text[end], "\"'&;|<>()");
		     end++)
			;
		loose = false;
	} else {
		from = at;
		if (!value_behind(s, &from, &end, &loose))
			return 0;
	}
	if (!is_strong(s->text + from, end - from, loose ? STRONG_SPACED_MIN : STRONG_MIN))
		return 0;
	return tell(s, from, end, class);
}

/* -u user:password, in the text of a script. */
static int take_user(const struct search *s, size_t begin, size_t at)
{
	size_t end, colon = 0;
	bool letter = false;

	(void)begin;
	while (at < s->size && is_in(s->text[at], "\"' ="))
		at++;
	for (end = at; end < s->size && s->text[end] > ' ' && !is_in(s->text[end], "\"'&;|<>()$");
	     end++) {
		if (s->text[end] == ':' && !colon)
			colon = end + 1;
		letter |= isalpha(s->text[end]) > 0;
	}
	/* What is run has its arguments: this need not find what is short. URLs have a rule. */
	if (colon && end - colon > 2 && memcmp(s->text + colon, "//", 2) == 0)
		return 0;
	if (!colon || !letter || !is_strong(s->text + colon, end - colon, STRONG_MIN) ||
	    (end < s->size && s->text[end] == '$'))
		return 0;
	return tell(s, colon, end, REDACT_PASSWORD);
}

/* LABEL client_random secret, both in hexadecimal: what NSS and all others write as a log of keys.
 */
static int take_key_log(const struct search *s, size_t begin, size_t at)
{
	size_t end = line_end(s, at), from;
	const uint8_t *blank = memchr(s->text + at, ' ', end - at);
	size_t first = blank && s->text[at - 1] != ' ' ? (size_t)(blank + 1 - s->text) : at;

	(void)begin;
	for (from = first; from < end && isxdigit(s->text[from]); from++)
		;
	if (from - first != 2 * CLIENT_RANDOM_SIZE || from == end || s->text[from] != ' ')
		return 0;
	for (end = ++from; end < s->size && isxdigit(s->text[end]); end++)
		;
	return tell(s, from, end, REDACT_KEY);
}

/* ---- the words ---- */

static const struct trigger triggers[] = {
	{"authorization", take_authorization},
	{"cookie:", take_cookie},
	{"://", take_url},
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

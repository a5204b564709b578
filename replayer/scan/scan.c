/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include "inventory.h"
#include "kept.h"

#include "replayer/export/json.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/pattern.h"

#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_MIN = 6, RUN_MAX = 8192, OVERLAP = 256, PLACES_MAX = 10, GROUPS = 5 };

/* @has: without this there is no match. @group: of the expression, which part is meant. */
struct rule {
	const char *name, *has, *expression;
	int group;
	enum kept_kind kind;
	bool names_only; /* where no tape tells better */
};

/* A value that begins with the mark of a token (token.h) is no secret. */
static const struct rule rules[] = {
	{"private key", "-----BEGIN", "-----BEGIN [A-Z ]*PRIVATE KEY", 0},
	{"AWS key", "A", "(^|[^A-Za-z0-9])A(KIA|SIA)[A-Z0-9]{16}", 0},
	{"GitHub token", "g", "(gh[pousr]_[A-Za-z0-9]{30}|github_pat_[A-Za-z0-9_]{20})", 0},
	{"GitLab token", "glpat-", "glpat-[A-Za-z0-9_-]{16}", 0},
	{"Slack token", "xox", "xox[abprs]-[A-Za-z0-9-]{10}", 0},
	{"Stripe key", "k_live_", "[sr]k_live_[A-Za-z0-9]{16}", 0},
	{"Google key", "AIza", "AIza[A-Za-z0-9_-]{30}", 0},
	{"npm token", "npm_", "(^|[^A-Za-z0-9])npm_[A-Za-z0-9]{30}", 0},
	{"JSON web token", "eyJ", "eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.", 0},
	{"HTTP authorization", "uthorization:", "[Aa]uthorization: *[A-Za-z]+ +([^ \"']{8,})", 1},
	{"HTTP cookie", "ookie: ", "[Cc]ookie: *[A-Za-z0-9_.-]+=([^;\"' ]{8,})", 1},
	{"URL with a password", "://", "[a-z]://[A-Za-z0-9_.%-]*:([^@/ \"'$<{*]{4,})@", 1},
	{"password", "ass",
	 "[Pp][Aa][Ss][Ss]([Ww][OoDd][A-Za-z]*|[Pp][A-Za-z]*)?=([^ \"';,&|)($<>{]{8,})", 2},
	{"password", "PASS", "PASS(W[A-Z]*)?=([^ \"';,&|)($<>{]{8,})", 2},
	{"secret", "cret", "(secret|Secret)[A-Za-z_]*=([^ \"';,&|)($<>{]{8,})", 2},
	{"secret", "SECRET", "SECRET[A-Z_]*=([^ \"';,&|)($<>{]{8,})", 1},
	{"token", "TOKEN", "TOKEN=([^ \"';,&|)($<>{]{8,})", 1},
	{"token", "oken\"", "oken\" *: *\"([^\"]{12,})\"", 1},
};

static const struct rule kept_rules[] = {
	{"home", "/home/", "(^|[^A-Za-z0-9/._-])/home/([A-Za-z0-9._-]+)", 2, KEPT_USERS},
	{"mail", "@", "[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}", 0,
	 KEPT_MAIL},
	{"IPv4", ".", "(^|[^0-9A-Za-z.-])([0-9]{1,3}(\\.[0-9]{1,3}){3})([^0-9A-Za-z.]|$)", 2,
	 KEPT_ADDRESSES},
	{"IPv6", ":", "(^|[^0-9A-Za-z:.])([0-9a-f]{4}:[0-9a-f:]*:[0-9a-f]{1,4})([^0-9A-Za-z:]|$)",
	 2, KEPT_ADDRESSES},
	{"hardware", ":", "(^|[^0-9A-Za-z:])(([0-9a-f]{2}:){5}[0-9a-f]{2})([^0-9A-Za-z:]|$)", 2,
	 KEPT_ADDRESSES},
	{"URL", "://", "://([^/@ ]*@)?([A-Za-z0-9.-]+\\.[a-z]{2,})", 2, KEPT_HOSTS},
	{"variable", "=", "^([A-Z_][A-Z0-9_]{2,})=", 1, KEPT_VARIABLES, true},
	{"path", "/", "^(/[A-Za-z0-9_.+~-]+(/[A-Za-z0-9_.+~-]+)+)", 1, KEPT_PATHS, true},
};

enum { RULES = ARRAY_SIZE(rules), KEPT_RULES = ARRAY_SIZE(kept_rules) };

/* The expressions of a table, compiled. */
struct compiled {
	const struct rule *rule;
	size_t count;
	regex_t expression[RULES > KEPT_RULES ? RULES : KEPT_RULES];
};

struct scan {
	struct compiled secrets, names;
	uint64_t found[RULES], places[RULES][PLACES_MAX];
	struct kept_lists kept;
	bool is_tape; /* items were told */
	struct buf run;
	uint64_t offset; /* of the byte behind the run */
};

static bool compile(struct compiled *c, const struct rule *table, size_t count)
{
	c->rule = table;
	for (; c->count < count; c->count++) {
		if (regcomp(&c->expression[c->count], table[c->count].expression, REG_EXTENDED))
			return false;
	}
	return true;
}

static void compiled_done(struct compiled *c)
{
	while (c->count)
		regfree(&c->expression[--c->count]);
}

struct scan *scan_new(void)
{
	struct scan *s = calloc(1, sizeof(*s));

	if (s &&
	    (!compile(&s->secrets, rules, RULES) || !compile(&s->names, kept_rules, KEPT_RULES)))
		return scan_free(s);
	return s;
}

struct scan *scan_free(struct scan *s)
{
	if (!s)
		return NULL;
	compiled_done(&s->secrets);
	compiled_done(&s->names);
	kept_done(&s->kept);
	buf_done(&s->run);
	free(s);
	return NULL;
}

int scan_take_item(struct scan *s, const struct trace_item *item)
{
	s->is_tape = true;
	return inventory_take(&s->kept, item);
}

/* ---- runs ---- */

/* @text: what is meant of the match, which begins at byte @at of the run. */
typedef int match_fn(struct scan *s, size_t rule, size_t at, const char *text, size_t size);

static int each_match(struct scan *s, const struct compiled *c, const char *run, match_fn *take)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->count; i++) {
		const char *at = strstr(run, c->rule[i].has) ? run : NULL;
		regmatch_t m[GROUPS];

		while (at && (r = pattern_find(&c->expression[i], at, GROUPS, m,
					       at == run ? 0 : REG_NOTBOL)) > 0) {
			const regmatch_t *g = &m[c->rule[i].group];

			r = take(s, i, (size_t)(at - run + m[0].rm_so), at + g->rm_so,
				 (size_t)(g->rm_eo - g->rm_so));
			if (r < 0)
				return r;
			/* What parts two may be one character. */
			at += g->rm_eo > m[0].rm_so ? g->rm_eo : m[0].rm_eo;
		}
	}
	return r;
}

static int note_secret(struct scan *s, size_t rule, size_t at, const char *text, size_t size)
{
	(void)size;
	if (*text == '~')
		return 0;
	if (s->found[rule] < PLACES_MAX)
		s->places[rule][s->found[rule]] = s->offset - s->run.size + at;
	s->found[rule]++;
	return 0;
}

static int note_name(struct scan *s, size_t rule, size_t at, const char *text, size_t size)
{
	(void)at;
	if (kept_rules[rule].names_only && s->is_tape)
		return 0;
	return kept_add(&s->kept, kept_rules[rule].kind, text, size);
}

static int end_run(struct scan *s)
{
	int r = buf_error(&s->run);

	if (r == 0 && s->run.size >= RUN_MIN)
		r = each_match(s, &s->secrets, buf_text(&s->run), note_secret);
	if (r == 0 && s->run.size >= RUN_MIN)
		r = each_match(s, &s->names, buf_text(&s->run), note_name);
	buf_clear(&s->run);
	return r;
}

int scan_take(struct scan *s, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	int r = 0;

	for (size_t i = 0; r == 0 && i < size; i++) {
		if (at[i] >= 0x20 && at[i] < 0x7f) {
			buf_char(&s->run, (char)at[i]);
			s->offset++;
			if (s->run.size == RUN_MAX) {
				char tail[OVERLAP];

				memcpy(tail, s->run.data + RUN_MAX - OVERLAP, OVERLAP);
				r = end_run(s);
				buf_append(&s->run, tail, OVERLAP);
			}
		} else {
			r = s->run.size ? end_run(s) : 0;
			s->offset++;
		}
	}
	return r;
}

static bool is_secret(const void *context, const char *text)
{
	const struct compiled *c = context;
	regmatch_t m[GROUPS];

	for (size_t i = 0; i < c->count; i++) {
		if (strstr(text, c->rule[i].has) &&
		    regexec(&c->expression[i], text, GROUPS, m, 0) == 0 &&
		    text[m[c->rule[i].group].rm_so] != '~')
			return true;
	}
	return false;
}

int scan_finish(struct scan *s)
{
	int r = end_run(s);

	return r == 0 ? kept_hide(&s->kept, is_secret, &s->secrets) : r;
}

uint64_t scan_found(const struct scan *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < RULES; i++)
		sum += s->found[i];
	return sum;
}

/* ---- saying ---- */

void scan_say(struct scan *s, struct buf *ret)
{
	if (!scan_found(s))
		buf_str(ret, "Nothing was found that looks like a secret. This is no guarantee.\n");
	else
		buf_str(ret, "Looks like secrets (places in the decompressed bytes)\n");
	for (size_t i = 0; i < RULES; i++) {
		if (!s->found[i])
			continue;
		buf_printf(ret, "%9" PRIu64 "  %s, at", s->found[i], rules[i].name);
		for (size_t k = 0; k < s->found[i] && k < PLACES_MAX; k++)
			buf_printf(ret, " %" PRIu64, s->places[i][k]);
		buf_str(ret, s->found[i] > PLACES_MAX ? " ...\n" : "\n");
	}
	kept_say(&s->kept, ret);
}

void scan_json(struct scan *s, struct buf *ret)
{
	bool any = false;

	buf_str(ret, "{\"found\":[");
	for (size_t i = 0; i < RULES; i++) {
		if (!s->found[i])
			continue;
		buf_str(ret, any ? ",{\"rule\":" : "{\"rule\":");
		json_string(ret, rules[i].name, strlen(rules[i].name));
		json_number(ret, "count", s->found[i]);
		json_number(ret, "first_at", s->places[i][0]);
		buf_char(ret, '}');
		any = true;
	}
	buf_char(ret, ']');
	kept_json(&s->kept, ret);
	buf_str(ret, "}\n");
}

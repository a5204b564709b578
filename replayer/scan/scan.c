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

enum { RUN_MIN = 6, RUN_MAX = 8192, OVERLAP = 256, PLACES_MAX = 10, GROUPS = 5, KEY_MIN = 16 };

/* @has: without this there is no match. @group: of the expression, which part is meant. */
struct rule {
	const char *name, *has, *expression;
	int group;
	enum kept_kind kind;
	bool names_only; /* where no tape tells better */
};

#define PRIVATE_KEY "private key"

/* A value that begins with the mark of a token (token.h) is no secret. */
static const struct rule rules[] = {
	{PRIVATE_KEY, "-----BEGIN", "-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-*", 0},
	{PRIVATE_KEY, "LS0tLS1CRUdJTi",
	 "LS0tLS1CRUdJTi(BQUklWQVRFIEtFW|BSU0EgUFJJVkFURSBLRV|BFQyBQUklWQVRFIEtFW|"
	 "BPUEVOU1NIIFBSSVZBVEUgS0VZ|BFTkNSWVBURUQgUFJJVkFURSBLRV)",
	 0},
	{PRIVATE_KEY, "AGE-SECRET-KEY-", "AGE-SECRET-KEY-[0-9A-Z]{40}", 0},
	{"hash of a password", "$",
	 "\\$(1|5|6|y|2[aby]|apr1|argon2[id]+)\\$[./A-Za-z0-9=,$]*[./A-Za-z0-9]{22}", 0},
	{"AWS key", "A", "(^|[^A-Za-z0-9])A(KIA|SIA)[A-Z0-9]{16}", 0},
	{"GitHub token", "g", "(gh[pousr]_[A-Za-z0-9]{30}|github_pat_[A-Za-z0-9_]{20})", 0},
	{"GitLab token", "glpat-", "glpat-[A-Za-z0-9_-]{16}", 0},
	{"Slack token", "xox", "xox[abprs]-[A-Za-z0-9-]{10}", 0},
	{"Stripe key", "k_live_", "[sr]k_live_[A-Za-z0-9]{16}", 0},
	{"Google key", "AIza", "AIza[A-Za-z0-9_-]{30}", 0},
	{"npm token", "npm_", "(^|[^A-Za-z0-9])npm_[A-Za-z0-9]{30}", 0},
	{"Slack webhook", "hooks.slack.com/", "hooks\\.slack\\.com/services/([A-Za-z0-9/]{20,})",
	 1},
	{"Google secret", "GOCSPX-", "GOCSPX-[A-Za-z0-9_-]{20}", 0},
	{"Docker token", "dckr_", "dckr_[po]at_[A-Za-z0-9_-]{16}", 0},
	{"Shopify token", "shp", "shp(at|ss|ca|pa)_[0-9a-f]{24}", 0},
	{"Grafana token", "glsa_", "glsa_[A-Za-z0-9_]{30}", 0},
	{"Vault token", "hv", "(^|[^A-Za-z0-9])hv[sbr]\\.[A-Za-z0-9_-]{20}", 0},
	{"Atlassian token", "ATATT3", "ATATT3[A-Za-z0-9_=-]{30}", 0},
	{"key of a model", "sk-", "(^|[^A-Za-z0-9])sk-(proj|ant|svcacct)-[A-Za-z0-9_-]{16}", 0},
	{"Telegram token", ":AA", "[0-9]{8,10}:AA[A-Za-z0-9_-]{30}", 0},
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
	/* Words are what people call a field; a digit in it makes a password of them. */
	{"password", "ass",
	 "[Pp]ass(word|wd|phrase)?[\"'] *(:|=>) *[\"']([^\"']*[0-9][^\"']*)[\"']", 3},
	{"password", "ass",
	 "^ *[A-Za-z_.]*[Pp]assw(or)?d( *:|= | +=) *([^ ~\"'(){}<>$]{3,}[0-9][^ (){}<>$]*)$", 3},
	{"password", "ass", "<[Pp]ass(word)?>([^<]{4,})</", 2},
	{"password", "assword", "machine [^ ]+ login [^ ]+ password ([^ ]{4,})", 1},
	{"password", "'", "(PASSWORD|IDENTIFIED BY)( +|\\()'([^']{4,})'", 3},
	{"login", "AUTH", "^(AUTH|[A-Za-z0-9]+ AUTHENTICATE) PLAIN ([A-Za-z0-9+/=]{8,})$", 2},
	{"secret of a link", "=",
	 "[?&#](code|sig|access_token|token|api_key|X-Amz-Signature)=([A-Za-z0-9%._/+-]{20,})", 2},
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
	bool announced;  /* a private key, which is in a run that follows */
	uint64_t announced_at;
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

static void count(struct scan *s, size_t rule, uint64_t place)
{
	if (s->found[rule] < PLACES_MAX)
		s->places[rule][s->found[rule]] = place;
	s->found[rule]++;
}

static bool is_base64(const char *text)
{
	size_t n =
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

	return n >= KEY_MIN && (!text[n] || strchr(" \\\"'", text[n]));
}

/* The first line alone is no key: what is behind it may have been replaced, or never been there. */
static void look_behind(struct scan *s, const char *text, uint64_t place)
{
	while (text[0] == '\\' && text[1] && strchr("nr", text[1]))
		text += 2;
	s->announced = !*text;
	s->announced_at = place;
	if (is_base64(text))
		count(s, 0, place);
}

/* A run behind one that announced a key. */
static void take_announced(struct scan *s, const char *run)
{
	if (!s->announced)
		return;
	/* Proc-Type: 4,ENCRYPTED, and others. */
	if (strchr(run, ':') && *run != '-')
		return;
	s->announced = false;
	if (is_base64(run))
		count(s, 0, s->announced_at);
}

static int note_secret(struct scan *s, size_t rule, size_t at, const char *text, size_t size)
{
	uint64_t place = s->offset - s->run.size + at;

	if (rule == 0)
		look_behind(s, text + size, place);
	else if (*text != '~')
		count(s, rule, place);
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
		take_announced(s, buf_text(&s->run));
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

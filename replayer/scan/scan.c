/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/pattern.h"

#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_MIN = 6, RUN_MAX = 8192, OVERLAP = 256, PLACES_MAX = 10, SHOWN_MAX = 60, MATCHES = 4 };

/* @group: of the expression, which part is the value: one that begins with the mark of a token
 * (token.h) is none. */
static const struct {
	const char *name, *has, *expression;
	int group;
} rules[] = {
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

static const struct {
	const char *name, *has, *expression;
	int group;
} kept_rules[] = {
	{"homes and users", "/home/", "(^|[^A-Za-z0-9/._-])/home/([A-Za-z0-9._-]+)", 2},
	{"addresses of mail", "@", "[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\\.[A-Za-z]{2,}", 0},
	{"addresses", ".", "(^|[^0-9.])([0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3})", 2},
	{"hosts", "://", "://([A-Za-z0-9.-]+\\.[a-z]{2,})", 1},
	{"variables", "=", "^([A-Z_][A-Z0-9_]{2,})=", 1},
	{"paths", "/", "^(/[A-Za-z0-9_.+~-]+(/[A-Za-z0-9_.+~-]+)+)", 1},
};

enum {
	RULES = sizeof(rules) / sizeof(rules[0]),
	KEPT = sizeof(kept_rules) / sizeof(kept_rules[0])
};

struct kept {
	char *text;
	uint64_t count;
};

struct kept_list {
	struct kept **all;
	size_t count, capacity;
	struct map by_hash;
	uint64_t more;
};

struct scan {
	regex_t rule[RULES], kept_rule[KEPT];
	size_t compiled, kept_compiled;
	uint64_t found[RULES], places[RULES][PLACES_MAX];
	struct kept_list kept[KEPT];
	struct buf run;
	uint64_t offset; /* of the byte behind the run */
};

struct scan *scan_new(void)
{
	struct scan *s = calloc(1, sizeof(*s));

	for (; s && s->compiled < RULES; s->compiled++) {
		if (regcomp(&s->rule[s->compiled], rules[s->compiled].expression, REG_EXTENDED))
			return scan_free(s);
	}
	for (; s && s->kept_compiled < KEPT; s->kept_compiled++) {
		if (regcomp(&s->kept_rule[s->kept_compiled],
			    kept_rules[s->kept_compiled].expression, REG_EXTENDED))
			return scan_free(s);
	}
	return s;
}

struct scan *scan_free(struct scan *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->compiled; i++)
		regfree(&s->rule[i]);
	for (size_t i = 0; i < s->kept_compiled; i++)
		regfree(&s->kept_rule[i]);
	for (size_t i = 0; i < KEPT; i++) {
		for (size_t k = 0; k < s->kept[i].count; k++) {
			free(s->kept[i].all[k]->text);
			free(s->kept[i].all[k]);
		}
		free(s->kept[i].all);
		map_done(&s->kept[i].by_hash);
	}
	buf_done(&s->run);
	free(s);
	return NULL;
}

/* ---- runs ---- */

static int keep(struct kept_list *l, const char *text, size_t size)
{
	uint64_t hash = hash_add(HASH_START, text, size);
	struct kept *k = map_get(&l->by_hash, hash), **grown;

	if (k) {
		k->count++;
		return 0;
	}
	if (l->count == SCAN_KEPT_MAX) {
		l->more++;
		return 0;
	}
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 64;

		grown = reallocarray(l->all, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		l->all = grown;
		l->capacity = capacity;
	}
	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->text = strndup(text, size);
	k->count = 1;
	if (!k->text || map_put(&l->by_hash, hash, k) < 0) {
		free(k->text);
		free(k);
		return -ENOMEM;
	}
	l->all[l->count++] = k;
	return 0;
}

static int finds(const regex_t *rule, const char *at, bool begins, regmatch_t m[MATCHES])
{
	return pattern_find(rule, at, MATCHES, m, begins ? 0 : REG_NOTBOL);
}

static int look_for_secrets(struct scan *s, const char *run)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < RULES; i++) {
		const char *at = strstr(run, rules[i].has) ? run : NULL;
		regmatch_t m[MATCHES];

		while (at && (r = finds(&s->rule[i], at, at == run, m)) > 0) {
			uint64_t from = s->offset - s->run.size + (uint64_t)(at - run);

			if (at[m[rules[i].group].rm_so] != '~') {
				if (s->found[i] < PLACES_MAX)
					s->places[i][s->found[i]] = from + (uint64_t)m[0].rm_so;
				s->found[i]++;
			}
			at += m[0].rm_eo;
		}
	}
	return r;
}

static int look_for_names(struct scan *s, const char *run)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < KEPT; i++) {
		const char *at = strstr(run, kept_rules[i].has) ? run : NULL;
		regmatch_t m[MATCHES];

		while (r >= 0 && at && (r = finds(&s->kept_rule[i], at, at == run, m)) > 0) {
			const regmatch_t *g = &m[kept_rules[i].group];

			r = keep(&s->kept[i], at + g->rm_so, (size_t)(g->rm_eo - g->rm_so));
			at += m[0].rm_eo;
		}
	}
	return r;
}

static int end_run(struct scan *s)
{
	int r = buf_error(&s->run);

	if (r == 0 && s->run.size >= RUN_MIN) {
		r = look_for_secrets(s, buf_text(&s->run));
		r = r < 0 ? r : look_for_names(s, buf_text(&s->run));
	}
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

int scan_finish(struct scan *s)
{
	return end_run(s);
}

uint64_t scan_found(const struct scan *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < RULES; i++)
		sum += s->found[i];
	return sum;
}

/* ---- saying ---- */

void scan_say(const struct scan *s, struct buf *ret)
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
	for (size_t i = 0; i < KEPT; i++) {
		const struct kept_list *l = &s->kept[i];

		if (!l->count)
			continue;
		buf_printf(ret, "\nKept: %s, %zu%s\n", kept_rules[i].name, l->count,
			   l->more ? " and more" : "");
		for (size_t k = 0; k < l->count && k < SHOWN_MAX; k++) {
			buf_printf(ret, "%9" PRIu64 "  ", l->all[k]->count);
			escape_text(ret, l->all[k]->text, strlen(l->all[k]->text));
			buf_char(ret, '\n');
		}
		if (l->count > SHOWN_MAX)
			buf_printf(ret, "           and %zu more (--json has all)\n",
				   l->count - SHOWN_MAX);
	}
}

void scan_json(const struct scan *s, struct buf *ret)
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
	buf_str(ret, "],\"kept\":{");
	for (size_t i = 0; i < KEPT; i++) {
		buf_str(ret, i ? "," : "");
		json_string(ret, kept_rules[i].name, strlen(kept_rules[i].name));
		buf_str(ret, ":[");
		for (size_t k = 0; k < s->kept[i].count; k++) {
			buf_str(ret, k ? "," : "");
			json_string(ret, s->kept[i].all[k]->text, strlen(s->kept[i].all[k]->text));
		}
		buf_char(ret, ']');
	}
	buf_str(ret, "}}\n");
}

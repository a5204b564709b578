/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line for each group, by rank; groups that differ in the directory only are one line, with the
 * first of them. Below
 * it, when it matters, the first call in strace's notation. The errors that were met are
 * explained at the end.
 */
#include "errors.h"

#include "amount.h"
#include "groups.h"

#include "base/hash.h"
#include "base/map.h"
#include "replayer/export/json.h"
#include "replayer/print/escape.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { OBJECT_SAID = 100, LINES_MAX = 40 /* of a rank, without --all */ };

static const struct {
	const char *name, *title;
	bool evidence; /* the first call is shown */
} ranks[] = {
	[FAILURE_EXPECTED] = {"expected", "As programs meet all day", false},
	[FAILURE_PROBE] = {"probe", "Asked whether something is there: it was not", false},
	[FAILURE_MISSING] = {"missing", "Wanted, and not there", true},
	[FAILURE_SERIOUS] = {"serious", "Failed", true},
	[FAILURE_FATAL] = {"fatal", "Before a bad end", true},
};

const char *failure_rank_name(enum failure_rank rank)
{
	return ranks[rank].name;
}

struct saying {
	const struct failures *f;
	const struct processes *all;
	const struct errors_style *style;
	struct buf *out;
	struct groups groups;
};

/* ---- what is alike ---- */

static uint64_t key_of(const struct failure *g, size_t i, bool all)
{
	const char *slash = memrchr(g->object, '/', g->object_size);
	const char *name = slash ? slash + 1 : g->object;
	bool expected = failure_rank(g) == FAILURE_EXPECTED;
	uint64_t key = hash_add(HASH_START, &expected, sizeof(expected));

	key = hash_add(key, &g->nr, sizeof(g->nr));
	key = hash_add(key, &g->arch, sizeof(g->arch));
	key = hash_add(key, &g->error, sizeof(g->error));
	key = hash_add(key, name, g->object_size - (size_t)(name - g->object));
	return all || !slash ? hash_add(key, &i, sizeof(i)) : key;
}

static int group(struct saying *x)
{
	int r = groups_init(&x->groups, x->f->count);

	for (size_t i = 0; r == 0 && i < x->f->count; i++)
		r = groups_add(&x->groups, i, key_of(&x->f->list[i], i, x->style->all));
	return r;
}

/* Of all that are alike: how many calls, and who. */
static struct failure sum_of(const struct saying *x, const struct group *g)
{
	struct failure sum = x->f->list[g->first];

	for (size_t k = x->groups.next[g->first]; k != GROUP_END; k = x->groups.next[k]) {
		const struct failure *one = &x->f->list[k];

		sum.count += one->count;
		for (size_t i = 0; i < one->by.count; i++)
			actors_add(&sum.by, one->by.process[i]);
		sum.by.others |= one->by.others;
		if (one->first_seq < sum.first_seq) {
			sum.first_seq = one->first_seq;
			sum.first_time = one->first_time;
			sum.evidence = one->evidence;
		}
	}
	return sum;
}

/* ---- lines ---- */

static void say_object(const struct failure *g, struct buf *out)
{
	size_t size = g->object_size < OBJECT_SAID ? g->object_size : OBJECT_SAID;

	escape_text(out, g->object, size);
	if (size < g->object_size)
		buf_str(out, "...");
}

static void say_line(const struct saying *x, const struct group *g)
{
	const struct failure sum = sum_of(x, g);
	struct buf call = {0}, error = {0};

	failure_call(&sum, &call);
	failure_error(&sum, &error);
	buf_inherit(x->out, &call);
	buf_inherit(x->out, &error);
	buf_printf(x->out, "%7" PRIu64 "  %-14s %-12s ", sum.count, buf_text(&call),
		   buf_text(&error));
	say_object(&sum, x->out);
	if (g->count > 1)
		buf_printf(x->out, " and in %zu other %s", g->count - 1,
			   g->count == 2 ? "directory" : "directories");
	buf_str(x->out, "  by ");
	actors_say(&sum.by, x->all, x->out);
	buf_str(x->out, "  first at ");
	amount_time(x->out, sum.first_time);
	buf_printf(x->out, ", event %" PRIu64 "\n", sum.first_seq);
	if (sum.evidence && ranks[failure_rank(&sum)].evidence)
		buf_printf(x->out, "%9s%s\n", "", sum.evidence);
	buf_done(&call);
	buf_done(&error);
}

static void say_rank(const struct saying *x, enum failure_rank rank)
{
	size_t said = 0, left = 0;

	for (size_t i = 0; i < x->f->count; i++) {
		const struct group *g = groups_of(&x->groups, i);

		if (failure_rank(&x->f->list[i]) != rank || g->first != i)
			continue;
		if (!x->style->all && said == LINES_MAX) {
			left++;
			continue;
		}
		if (!said++)
			buf_printf(x->out, "\n%s\n", ranks[rank].title);
		say_line(x, g);
	}
	if (left)
		buf_printf(x->out, "  and %zu more (--all shows them)\n", left);
}

/* Each error that was told, once. */
static int say_texts(const struct saying *x)
{
	struct map said = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < x->f->count; i++) {
		const struct failure *g = &x->f->list[i];
		const char *name = sys_errno_name(g->error), *text = sys_errno_text(g->error);

		if (!name || !text || map_get(&said, (uint64_t)g->error) ||
		    (failure_rank(g) == FAILURE_EXPECTED && !x->style->all))
			continue;
		if (!said.count)
			buf_str(x->out, "\nWhat the errors mean\n");
		r = map_put(&said, (uint64_t)g->error, x->out);
		buf_printf(x->out, "  %-14s %s\n", name, text);
	}
	map_done(&said);
	return r;
}

static void say_summary(const struct saying *x)
{
	uint64_t expected = x->f->expected_beyond;

	for (size_t i = 0; i < x->f->count; i++) {
		if (failure_rank(&x->f->list[i]) == FAILURE_EXPECTED)
			expected += x->f->list[i].count;
	}
	amount_count(x->out, x->f->total, "call", "calls");
	buf_printf(x->out, " failed, %" PRIu64 " of them as programs meet all day%s\n", expected,
		   expected && !x->style->all ? " (--all shows them)" : "");
	if (x->f->beyond)
		buf_printf(x->out, "no room for more: %" PRIu64 " failed calls are not told\n",
			   x->f->beyond);
}

int errors_say(struct failures *f, const struct processes *all, const struct errors_style *style,
	       struct buf *ret)
{
	struct saying x = {.f = f, .all = all, .style = style, .out = ret};
	int r;

	failures_sort(f);
	r = group(&x);
	if (r == 0) {
		say_summary(&x);
		for (int rank = FAILURE_FATAL; rank > FAILURE_EXPECTED - style->all; rank--)
			say_rank(&x, (enum failure_rank)rank);
		r = say_texts(&x);
	}
	groups_done(&x.groups);
	return r < 0 ? r : buf_error(ret);
}

/* ---- JSON ---- */

static void json_failure(const struct failure *g, const struct processes *all, struct buf *out)
{
	struct buf call = {0};

	failure_call(g, &call);
	buf_inherit(out, &call);
	buf_printf(out, "{\"rank\":\"%s\"", failure_rank_name(failure_rank(g)));
	json_text(out, "call", buf_text(&call));
	json_number(out, "errno", (uint64_t)g->error);
	json_text(out, "error", sys_errno_name(g->error));
	json_text(out, "text", sys_errno_text(g->error));
	json_key(out, "object");
	json_string(out, g->object, g->object_size);
	json_number(out, "count", g->count);
	json_number(out, "first_seq", g->first_seq);
	json_number(out, "first_time", g->first_time);
	json_number(out, "last_time", g->last_time);
	json_text(out, "first_call", g->evidence);
	actors_json(&g->by, all, out);
	buf_char(out, '}');
	buf_done(&call);
}

int errors_json(struct failures *f, const struct processes *all, struct buf *ret)
{
	failures_sort(f);
	buf_printf(ret, "{\"failed\":%" PRIu64 ",\"not_listed\":%" PRIu64 ",\"failures\":[",
		   f->total, f->beyond + f->expected_beyond);
	for (size_t i = 0; i < f->count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		json_failure(&f->list[i], all, ret);
	}
	buf_str(ret, "]}");
	return buf_error(ret);
}

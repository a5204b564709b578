/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searches for people, a line each; those that are alike are one line: found in the same
 * directory after as many misses, or missing in the same directory.
 */
#include "searches.h"

#include "amount.h"
#include "failures.h"
#include "groups.h"

#include "base/buf.h"
#include "base/hash.h"
#include "replayer/print/escape.h"
#include "sys/table.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { FOLD_FROM = 4, NAMES_SAID = 6, LINES_MAX = 40 };

struct saying {
	const struct searches *s;
	const struct processes *all;
	const struct searches_style *style;
	struct buf *out;
	struct groups groups;
	size_t said, left; /* lines */
};

/* Room for a line; the first one has the title above it. */
static bool line(struct saying *x, const char *title)
{
	if (!x->style->all && x->said == LINES_MAX) {
		x->left++;
		return false;
	}
	if (!x->said++)
		buf_printf(x->out, "\n%s\n", title);
	buf_str(x->out, "  ");
	return true;
}

static void end_lines(struct saying *x, const char *what)
{
	if (x->left)
		buf_printf(x->out, "  and %s%zu more (--all shows them)\n", what, x->left);
	x->said = x->left = 0;
}

static bool is_below(const struct saying *x, const char *path, size_t size)
{
	size_t n = x->style->below ? strlen(x->style->below) : 0;

	while (n && x->style->below[n - 1] == '/')
		n--;
	return size >= n && memcmp(path, x->style->below ? x->style->below : "", n) == 0 &&
	       (size == n || path[n] == '/' || !n);
}

static bool is_wanted(const struct saying *x, const struct search *s)
{
	if (s->found)
		return is_below(x, s->found, s->found_size);
	return s->first && is_below(x, s->first, s->first_size);
}

static size_t directory_of(const char *path, size_t size)
{
	const char *slash = memrchr(path, '/', size);

	return slash ? (size_t)(slash - path) : 0;
}

static void say_end(const struct saying *x, const struct search *s)
{
	if (s->times > 1)
		buf_printf(x->out, ", %" PRIu64 " times", s->times);
	buf_str(x->out, "  ");
	actors_say(&s->by, x->all, x->out);
	buf_char(x->out, '\n');
}

static void say_more(const struct saying *x, size_t count)
{
	if (count > NAMES_SAID)
		buf_printf(x->out, " +%zu more", count - NAMES_SAID);
}

/* ---- never found ---- */

static void say_lost(const struct saying *x, const struct search *s)
{
	escape_text(x->out, s->name, s->name_size);
	buf_printf(x->out, ": never found, %u places tried: ", s->places);
	for (size_t i = 0; i < SEARCH_PLACES_KEPT && i < s->places; i++) {
		buf_str(x->out, i ? ", " : "");
		escape_text(x->out, s->place[i], s->place_size[i]);
	}
	if (s->places > SEARCH_PLACES_KEPT)
		buf_str(x->out, ", ...");
	say_end(x, s);
}

bool search_is_noise(const struct search *s)
{
	const struct failure g = {.arch = EVENT_ARCH_X86_64,
				  .nr = (uint64_t)sys_number(EVENT_ARCH_X86_64, "openat"),
				  .error = ENOENT,
				  .object = s->first,
				  .object_size = s->first_size};

	return s->first && failure_rank(&g) == FAILURE_EXPECTED;
}

int searches_say_lost(const struct searches *s, const struct processes *all,
		      const struct searches_style *style, struct buf *ret)
{
	struct saying x = {.s = s, .all = all, .style = style, .out = ret};

	for (int noise = 0; noise < 2; noise++) {
		for (size_t i = 0; i < s->count; i++) {
			const struct search *one = &s->list[i];

			if (!one->found && one->places > 1 && is_wanted(&x, one) &&
			    search_is_noise(one) == noise && line(&x, "Looked for and never found"))
				say_lost(&x, one);
		}
	}
	end_lines(&x, "");
	return buf_error(ret);
}

/* ---- found ---- */

static int group_found(struct saying *x)
{
	int r = groups_init(&x->groups, x->s->count);

	for (size_t i = 0; r == 0 && i < x->s->count; i++) {
		const struct search *s = &x->s->list[i];

		if (s->found && is_wanted(x, s))
			r = groups_add(&x->groups, i,
				       hash_add(hash_add(HASH_START, &s->tries, sizeof(s->tries)),
						s->found, directory_of(s->found, s->found_size)));
	}
	return r;
}

static void say_alike(const struct saying *x, const struct group *g)
{
	const struct search *first = &x->s->list[g->first];
	size_t said = 0;

	for (size_t k = g->first; k != GROUP_END && said < NAMES_SAID; k = x->groups.next[k]) {
		buf_str(x->out, said++ ? ", " : "");
		escape_text(x->out, x->s->list[k].name, x->s->list[k].name_size);
	}
	say_more(x, g->count);
	buf_str(x->out, ": found in ");
	escape_text(x->out, first->found, directory_of(first->found, first->found_size));
	buf_str(x->out, " after ");
	amount_count(x->out, first->tries, "miss each\n", "misses each\n");
}

static void say_found(const struct saying *x, const struct search *s)
{
	escape_text(x->out, s->name, s->name_size);
	buf_str(x->out, ": found at ");
	escape_text(x->out, s->found, s->found_size);
	buf_str(x->out, " after ");
	amount_count(x->out, s->tries, "miss", "misses");
	say_end(x, s);
}

static void say_all_found(struct saying *x)
{
	static const char title[] = "Looked for and found";

	for (size_t i = 0; i < x->s->count; i++) {
		const struct group *g = groups_of(&x->groups, i);
		bool folds = g && !x->style->all && g->count >= FOLD_FROM;

		if (!g || (folds && g->first != i) || !line(x, title))
			continue;
		if (folds)
			say_alike(x, g);
		else
			say_found(x, &x->s->list[i]);
	}
	end_lines(x, "");
}

/* ---- missing where they were asked for, and asked for nowhere else ---- */

static int group_missing(struct saying *x)
{
	int r = groups_init(&x->groups, x->s->count);

	for (size_t i = 0; r == 0 && i < x->s->count; i++) {
		const struct search *s = &x->s->list[i];

		if (!s->found && s->places == 1 && is_wanted(x, s))
			r = groups_add(&x->groups, i,
				       hash_add(HASH_START, s->place[0], s->place_size[0]));
	}
	return r;
}

static void say_missing(const struct saying *x, const struct group *g)
{
	const struct search *first = &x->s->list[g->first];
	size_t said = 0;

	escape_text(x->out, first->place[0], first->place_size[0]);
	buf_str(x->out, first->place_size[0] > 1 ? "/  " : "  ");
	for (size_t k = g->first; k != GROUP_END; k = x->groups.next[k]) {
		const struct search *s = &x->s->list[k];

		if (!x->style->all && said == NAMES_SAID)
			break;
		buf_str(x->out, said++ ? ", " : "");
		escape_text(x->out, s->name, s->name_size);
	}
	if (!x->style->all)
		say_more(x, g->count);
	buf_char(x->out, '\n');
}

static void say_all_missing(struct saying *x)
{
	for (size_t i = 0; i < x->s->count; i++) {
		const struct group *g = groups_of(&x->groups, i);

		if (g && g->first == i &&
		    line(x, "Not there, in the one place where they were asked for"))
			say_missing(x, g);
	}
	end_lines(x, "in directories: ");
}

int searches_say_found(const struct searches *s, const struct processes *all,
		       const struct searches_style *style, struct buf *ret)
{
	struct saying x = {.s = s, .all = all, .style = style, .out = ret};
	int r = group_found(&x);

	if (r == 0)
		say_all_found(&x);
	groups_done(&x.groups);
	if (r == 0)
		r = group_missing(&x);
	if (r == 0)
		say_all_missing(&x);
	groups_done(&x.groups);
	return r < 0 ? r : buf_error(ret);
}

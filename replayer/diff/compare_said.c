/* SPDX-License-Identifier: Apache-2.0 */
#include "compare_said.h"

#include "compare_priv.h"

#include <string.h>

enum { MEMBERS = 64 }; /* of an argument, in the number of a place */

void said_call(const struct diff_side *s, const struct diff_step *step, struct buf *ret)
{
	const char *text = diff_step_text(s, step), *label = compare_label(s, step->object);
	struct words w;
	size_t size = strlen(text);

	if (!size) {
		buf_str(ret, compare_call(s, step->call));
		if (*label)
			buf_printf(ret, " %s", label);
		return;
	}
	if (words_split(text, &w) && w.result.size) {
		size = (size_t)(w.result.at - text);
		while (size && strchr(" =", text[size - 1]))
			size--;
	}
	buf_append(ret, text, size);
}

struct finding_changes {
	struct said_change *at;
	size_t count;
};

static void put(struct finding_changes *c, enum finding_kind kind, unsigned place, struct word was,
		struct word now)
{
	if (c->count < SAID_CHANGES_MAX)
		c->at[c->count++] = (struct said_change){kind, place, was, now};
}

static void compare_words(struct finding_changes *c, unsigned place, struct word was,
			  struct word now)
{
	static const struct word none = {"0", 1};
	bool flags;

	/* One call of a group has flags, the other has not: it has none. */
	if (!was.size && now.size && word_is_flags(now))
		was = none;
	if (!now.size && was.size && word_is_flags(was))
		now = none;
	flags = word_is_flags(was) && word_is_flags(now);
	if (!word_equals(was, now))
		put(c, flags ? FIND_FLAGS : FIND_ARGUMENT, place, was, now);
}

/* Of a struct or a list, the members that differ, one level down. */
static void compare_arguments(struct finding_changes *c, unsigned place, struct word was,
			      struct word now)
{
	struct words a, b;

	if (!words_parts(was, &a) || !words_parts(now, &b) || a.count != b.count) {
		compare_words(c, place * MEMBERS, was, now);
		return;
	}
	for (size_t i = 0; i < a.count; i++)
		compare_words(c, place * MEMBERS + 1 + (unsigned)i, a.arguments[i], b.arguments[i]);
}

/* The name after @at; the first when @at is none. */
static bool next_entry(struct word list, struct word *at)
{
	const char *end = list.at + list.size;
	const char *from = at->at ? at->at + at->size + 1 : list.at;

	if (from >= end)
		return false;
	*at = (struct word){from, 0};
	while (from + at->size < end && from[at->size] != ' ')
		at->size++;
	return true;
}

static int compare_entries(struct word a, struct word b)
{
	const size_t n = a.size < b.size ? a.size : b.size;
	const int r = memcmp(a.at, b.at, n);

	return r ? r : (a.size > b.size) - (a.size < b.size);
}

void said_entries(struct word of, struct word other, struct buf *ret)
{
	struct word x = {0}, y = {0};
	size_t n = 0;
	bool more;

	more = next_entry(other, &y);
	buf_char(ret, '{');
	while (next_entry(of, &x)) {
		while (more && compare_entries(y, x) < 0)
			more = next_entry(other, &y);
		if ((more && compare_entries(y, x) == 0) || ++n > SAID_ENTRIES_MAX)
			continue;
		buf_str(ret, n > 1 ? " " : "");
		buf_append(ret, x.at, x.size);
	}
	if (n > SAID_ENTRIES_MAX)
		buf_printf(ret, " and %zu more", n - SAID_ENTRIES_MAX);
	buf_char(ret, '}');
}

size_t said_changes(const struct diff_side *a, const struct diff_step *x, const struct diff_side *b,
		    const struct diff_step *y, struct said_change ret[SAID_CHANGES_MAX])
{
	static const struct word none = {"", 0};
	struct finding_changes c = {.at = ret};
	struct words was, now;
	const char *p = diff_step_text(a, x), *q = diff_step_text(b, y);

	if (strcmp(p, q) == 0)
		return 0;
	if (!words_split(p, &was) || !words_split(q, &now)) {
		put(&c, FIND_ARGUMENT, 0, (struct word){p, strlen(p)}, (struct word){q, strlen(q)});
		return c.count;
	}
	for (size_t i = 0; i < was.count || i < now.count; i++)
		compare_arguments(&c, (unsigned)i, i < was.count ? was.arguments[i] : none,
				  i < now.count ? now.arguments[i] : none);
	/* What came of another argument is no news. */
	if (!c.count && !word_equals(was.result, now.result))
		put(&c, FIND_RESULT, WORDS_MAX * MEMBERS, was.result, now.result);
	return c.count;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/edits.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS_MAX = 4096 };

/* A thread of a step for each letter: the letter is its coarse key, and one in upper case says
 * something else. */
struct letters {
	struct diff_step steps[STEPS_MAX];
	struct diff_thread thread;
	struct unit_part part;
};

static struct letters *letters_of(const char *text)
{
	struct letters *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	for (size_t i = 0; text[i]; i++) {
		assert_true(i < STEPS_MAX);
		x->steps[i] = (struct diff_step){.coarse = (uint64_t)(text[i] | 0x20),
						 .fine = (uint64_t)text[i],
						 .seq = i + 1};
	}
	x->thread = (struct diff_thread){.tid = 7, .steps = x->steps, .count = strlen(text)};
	x->part = (struct unit_part){.process = 3, .thread = &x->thread};
	return x;
}

/* What stands in a list, as letters; a gap that is another than that before it as a blank. */
static void expect_list(const struct buf *list, const char *wanted)
{
	size_t count;
	const struct edit *e = edits_of(list, &count);
	char said[2 * STEPS_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (i && e[i].gap != e[i - 1].gap)
			said[n++] = ' ';
		said[n++] = (char)e[i].step->fine;
		assert_int_equal(e[i].process, 3);
		assert_int_equal(e[i].tid, 7);
	}
	said[n] = '\0';
	assert_string_equal(said, wanted);
}

static void expect_changes(const struct buf *list, const char *wanted)
{
	const struct edit_change *c = (const struct edit_change *)(const void *)list->data;
	const size_t count = list->size / sizeof(*c);

	assert_int_equal(count * 2, strlen(wanted));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(c[i].a->fine, wanted[2 * i]);
		assert_int_equal(c[i].b->fine, wanted[2 * i + 1]);
	}
}

struct row {
	const char *a, *b; /* NULL: there is no such thread */
	const char *removed, *inserted, *changed;
	long a_at, b_at; /* -1: it does not differ */
};

static void check(const struct row *row, bool ordered)
{
	struct letters *a = letters_of(row->a ? row->a : ""), *b = letters_of(row->b ? row->b : "");
	const struct unit u = {.node = 1,
			       .a = &a->part,
			       .b = &b->part,
			       .a_count = row->a != NULL,
			       .b_count = row->b != NULL,
			       .ordered = ordered};
	cleanup_done(edits_done) struct edits e = {.differs = true};

	assert_int_equal(edits_make(&u, &e), 0);
	expect_list(&e.removed, row->removed);
	expect_list(&e.inserted, row->inserted);
	expect_changes(&e.changed, row->changed);
	if (ordered) {
		assert_int_equal(e.differs, row->a_at >= 0);
		assert_int_equal(e.a_at, row->a_at < 0 ? 0 : row->a_at);
		assert_int_equal(e.b_at, row->b_at < 0 ? 0 : row->b_at);
	}
	free(a);
	free(b);
}

static void in_order(void **state)
{
	static const struct row rows[] = {
		{NULL, NULL, "", "", "", -1, -1},
		{"", "", "", "", "", -1, -1},
		{NULL, "ab", "", "ab", "", 0, 0},
		{"ab", NULL, "ab", "", "", 0, 0},
		{"abc", "abc", "", "", "", -1, -1},
		{"abc", "aBc", "", "", "bB", 1, 1},
		{"abc", "abcd", "", "d", "", 3, 3},
		{"abcd", "acd", "b", "", "", 1, 1},
		/* What stands in one place is one gap, on both sides. */
		{"apbqc", "axbyc", "p q", "x y", "", 1, 1},
		{"abpqc", "abxyc", "pq", "xy", "", 2, 2},
		/* A loop that goes round once more is for the counts. */
		{"xababab", "xabababab", "", "", "", 3, 3},
		{"aaaaaaaaz", "aaaz", "", "", "", 1, 1},
		{"z", "zcccc", "", "c", "", 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], true);
}

static void in_heaps(void **state)
{
	static const struct row rows[] = {
		{NULL, NULL, "", "", "", -1, -1},
		{"", "ab", "", "ab", "", -1, -1},
		{"cab", "abc", "", "", "", -1, -1},
		{"aabx", "bya", "x", "y", "", -1, -1},
		/* What is said alike goes together first. */
		{"aA", "Aa", "", "", "", -1, -1},
		{"aA", "AA", "", "", "aA", -1, -1},
		/* How often is for the counts. */
		{"aaaa", "a", "", "", "", -1, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], false);
}

/* Nothing in common, and a lot of it. */
static void all_is_another(void **state)
{
	char a[STEPS_MAX], b[STEPS_MAX];
	struct letters *x, *y;
	cleanup_done(edits_done) struct edits e = {.differs = false};
	struct unit u = {.a_count = 1, .b_count = 1, .ordered = true};
	size_t count;

	(void)state;
	for (size_t i = 0; i < STEPS_MAX - 1; i++) {
		a[i] = (char)('a' + i * i % 11);
		b[i] = (char)('m' + i * i % 13);
	}
	a[STEPS_MAX - 1] = b[STEPS_MAX - 1] = '\0';
	x = letters_of(a);
	y = letters_of(b);
	u.a = &x->part;
	u.b = &y->part;
	assert_int_equal(edits_make(&u, &e), 0);
	assert_true(e.differs);
	edits_of(&e.removed, &count);
	assert_true(count > 0);
	edits_of(&e.inserted, &count);
	assert_true(count > 0);
	assert_int_equal(e.changed.size, 0);
	free(x);
	free(y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(in_heaps),
		cmocka_unit_test(all_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

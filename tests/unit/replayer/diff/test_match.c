/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/match.h"

#include "sides.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 1000, ROUNDS = 300 };

struct pair {
	struct made_side a, b;
	struct match m;
};

static void begin(struct pair *x)
{
	*x = (struct pair){.m = {.node_count = 0}};
	made_side_begin(&x->a);
	made_side_begin(&x->b);
}

/* The command of both. */
static void both(struct pair *x)
{
	begin(x);
	made_process(&x->a, 0, "/bin/sh", "sh");
	made_process(&x->b, 0, "/bin/sh", "sh");
}

/* A process that did what the letters say. */
static uint32_t child(struct made_side *s, uint32_t parent, const char *exe, const char *words,
		      const char *letters)
{
	const uint32_t p = exe ? made_process(s, parent, exe, words) : made_fork(s, parent);

	for (; *letters; letters++) {
		char text[32], label[8];

		snprintf(label, sizeof(label), "/%c", *letters);
		snprintf(text, sizeof(text), "open(\"%s\") = 3", label);
		made_step(s, p, text, label, 0);
	}
	return p;
}

/* Each process is in one node, which lists it; parents of nodes go up to nobody. */
static void sound(const struct pair *x)
{
	const struct match *m = &x->m;
	size_t a = 0, b = 0;

	for (uint32_t i = 1; i < m->node_count; i++) {
		const struct match_node *n = &m->nodes[i];
		uint32_t up = i;

		assert_true(n->a_count + n->b_count > 0);
		for (size_t k = 0; k < n->a_count; k++)
			assert_int_equal(m->a_node[n->a[k]], i);
		for (size_t k = 0; k < n->b_count; k++)
			assert_int_equal(m->b_node[n->b[k]], i);
		if (n->how == MATCH_ALONE)
			assert_true(!n->a_count || !n->b_count);
		else if (n->how != MATCH_POOL)
			assert_true(n->a_count == 1 && n->b_count == 1);
		a += n->a_count;
		b += n->b_count;
		for (size_t steps = 0; up; steps++) {
			assert_true(steps <= m->node_count);
			up = m->nodes[up].parent;
		}
	}
	assert_int_equal(a, x->a.process_count - 1);
	assert_int_equal(b, x->b.process_count - 1);
}

static void end(struct pair *x, match_pools_fn *pools)
{
	assert_int_equal(
		match_processes(made_side_end(&x->a), made_side_end(&x->b), pools, "", &x->m), 0);
	sound(x);
}

static void done(struct pair *x)
{
	match_done(&x->m);
	made_side_done(&x->a);
	made_side_done(&x->b);
}

/* The process of b that goes with one of a, and how. 0: none alone. */
static uint32_t mate(const struct pair *x, uint32_t process, enum match_how how)
{
	const struct match_node *n = &x->m.nodes[x->m.a_node[process]];

	assert_int_equal(n->how, how);
	return n->b_count ? n->b[0] : 0;
}

static void nobody(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	end(&x, NULL);
	assert_int_equal(x.m.node_count, 1);
	done(&x);
}

static void nobody_on_one_side(void **state)
{
	struct pair x;
	const struct diff_side *side;

	(void)state;
	begin(&x);
	child(&x.b, 0, "/bin/a", "a", "x");
	child(&x.b, 1, "/bin/b", "b", "y");
	end(&x, NULL);
	assert_int_equal(x.m.node_count, 3);
	assert_int_equal(x.m.nodes[2].how, MATCH_ALONE);
	assert_int_equal(x.m.nodes[2].parent, 1);
	assert_ptr_equal(match_first(&x.m, &x.a.is, &x.b.is, 1, &side), &x.b.is.processes[1]);
	assert_ptr_equal(side, &x.b.is);
	done(&x);
}

/* The commands belong together, whatever they are. */
static void commands(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	child(&x.a, 0, "/bin/a", "a", "abc");
	child(&x.b, 0, "/bin/z", "z", "xyz");
	end(&x, NULL);
	assert_int_equal(mate(&x, 1, MATCH_ALIKE), 1);
	done(&x);
}

static void by_words(void **state)
{
	struct pair x;

	(void)state;
	both(&x);
	child(&x.a, 1, "/bin/cc", "cc a.c", "a");
	child(&x.a, 1, "/bin/cc", "cc b.c", "b");
	child(&x.a, 1, "/bin/ld", "ld", "l");
	/* In another order, with one more among them. */
	child(&x.b, 1, "/bin/ld", "ld", "l");
	child(&x.b, 1, "/bin/cc", "cc b.c", "b");
	child(&x.b, 1, "/bin/cc", "cc c.c", "qrs");
	child(&x.b, 1, "/bin/cc", "cc a.c", "a");
	end(&x, NULL);
	assert_int_equal(mate(&x, 2, MATCH_SAME), 5);
	assert_int_equal(mate(&x, 3, MATCH_SAME), 3);
	assert_int_equal(mate(&x, 4, MATCH_SAME), 2);
	assert_int_equal(x.m.nodes[x.m.b_node[4]].how, MATCH_ALONE);
	done(&x);
}

/* With other words: by what they did, those that are most alike first. */
static void by_likeness(void **state)
{
	struct pair x;

	(void)state;
	both(&x);
	child(&x.a, 1, "/bin/cc", "cc 1", "abcdmn");
	child(&x.a, 1, "/bin/cc", "cc 2", "wxyzmn");
	child(&x.b, 1, "/bin/cc", "cc 3", "wxyqmn");
	child(&x.b, 1, "/bin/cc", "cc 4", "abcqmn");
	end(&x, NULL);
	assert_int_equal(mate(&x, 2, MATCH_ALIKE), 3);
	assert_int_equal(mate(&x, 3, MATCH_ALIKE), 2);
	done(&x);
}

static void unlike(void **state)
{
	struct pair x;

	(void)state;
	both(&x);
	child(&x.a, 1, "/bin/cc", "cc", "abcd");
	child(&x.b, 1, "/bin/ld", "ld", "wxyz");
	end(&x, NULL);
	assert_int_equal(mate(&x, 2, MATCH_ALONE), 0);
	done(&x);
}

/* The same, but somebody else is its parent. */
static void moved(void **state)
{
	struct pair x;

	(void)state;
	both(&x);
	child(&x.a, 1, "/bin/make", "make", "m");
	child(&x.a, 2, "/bin/cc", "cc a.c", "a");
	child(&x.b, 1, "/bin/make", "make", "m");
	child(&x.b, 1, "/bin/cc", "cc a.c", "a");
	end(&x, NULL);
	assert_int_equal(mate(&x, 3, MATCH_MOVED), 3);
	done(&x);
}

/* Forked siblings: which of them did what is chance. */
static void a_heap(void **state)
{
	struct pair x;
	uint32_t node;

	(void)state;
	both(&x);
	child(&x.a, 1, NULL, NULL, "abcdefgh");
	child(&x.a, 1, NULL, NULL, "ijklmnop");
	child(&x.b, 1, NULL, NULL, "abcdijkl");
	child(&x.b, 1, NULL, NULL, "mnopefgh");
	end(&x, NULL);
	node = x.m.a_node[2];
	assert_int_equal(x.m.nodes[node].how, MATCH_POOL);
	assert_int_equal(x.m.nodes[node].a_count, 2);
	assert_int_equal(x.m.nodes[node].b_count, 2);
	done(&x);
}

/* They are compared each with each when that is as good. */
static void no_heap_without_need(void **state)
{
	struct pair x;

	(void)state;
	both(&x);
	for (size_t i = 0; i < 2; i++) {
		child(i ? &x.b : &x.a, 1, NULL, NULL, "abcdefgh");
		child(i ? &x.b : &x.a, 1, NULL, NULL, "abcdefgi");
	}
	end(&x, NULL);
	assert_int_equal(x.m.nodes[x.m.a_node[2]].a_count, 1);
	assert_int_equal(x.m.nodes[x.m.a_node[3]].a_count, 1);
	done(&x);
}

static bool is_worker(const void *context, const char *exe)
{
	(void)context;
	return strcmp(exe, "/bin/worker") == 0;
}

static void a_heap_by_rule(void **state)
{
	(void)state;
	for (size_t with = 0; with < 2; with++) {
		struct pair x;

		both(&x);
		child(&x.a, 1, "/bin/worker", "worker", "abcdefgh");
		child(&x.a, 1, "/bin/worker", "worker", "ijklmnop");
		child(&x.b, 1, "/bin/worker", "worker", "abcdijkl");
		child(&x.b, 1, "/bin/worker", "worker", "mnopefgh");
		end(&x, with ? is_worker : NULL);
		assert_int_equal(x.m.nodes[x.m.a_node[2]].how, with ? MATCH_POOL : MATCH_SAME);
		done(&x);
	}
}

static void a_thousand_children(void **state)
{
	struct pair x;

	(void)state;
	both(&x);
	for (size_t i = 0; i < MANY; i++) {
		char words[16];

		snprintf(words, sizeof(words), "cc %zu", i);
		child(&x.a, 1, "/bin/cc", words, "a");
		snprintf(words, sizeof(words), "cc %zu", MANY - 1 - i);
		child(&x.b, 1, "/bin/cc", words, "a");
	}
	end(&x, NULL);
	assert_int_equal(x.m.node_count, 2 + MANY);
	assert_int_equal(mate(&x, 2, MATCH_SAME), 1 + MANY);
	assert_int_equal(mate(&x, 1 + MANY, MATCH_SAME), 2);
	done(&x);
}

/* A thousand forks, of which each went on by itself. */
static void a_thousand_forks(void **state)
{
	struct pair x;

	(void)state;
	both(&x);
	for (uint32_t i = 1; i < MANY; i++) {
		child(&x.a, i, NULL, NULL, "ab");
		child(&x.b, i, NULL, NULL, "ab");
	}
	end(&x, NULL);
	for (uint32_t i = 2; i < MANY; i++)
		assert_int_equal(mate(&x, i, x.m.nodes[x.m.a_node[i]].how), i);
	done(&x);
}

/* Parents that are themselves, one another, later, or nobody. */
static void parents_that_cannot_be(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		child(s, 1, "/bin/a", "a", "a");
		child(s, 3, "/bin/b", "b", "b");
		child(s, 2, "/bin/c", "c", "c");
		child(s, UINT32_MAX, "/bin/d", "d", "d");
	}
	end(&x, NULL);
	for (uint32_t i = 1; i <= 4; i++)
		assert_int_equal(mate(&x, i, MATCH_SAME), i);
	done(&x);
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static void fill(struct made_side *s, uint64_t *seed)
{
	static const char *const exes[] = {"/bin/a", "/bin/b", "/bin/worker", NULL};
	static const char *const words[] = {"x", "x 1", "x 2"};
	static const char *const deeds[] = {"", "abcd", "abce", "wxyz", "aaaa", "dcba"};
	const uint32_t count = draw(seed, 14);

	for (uint32_t i = 1; i <= count; i++) {
		const char *exe = exes[draw(seed, i > 1 ? 4 : 3)];

		child(s, exe ? draw(seed, i + 1) : 1 + draw(seed, i - 1), exe, words[draw(seed, 3)],
		      deeds[draw(seed, 6)]);
	}
}

static void whatever_there_is(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < ROUNDS; i++) {
		struct pair x;

		begin(&x);
		fill(&x.a, &seed);
		fill(&x.b, &seed);
		end(&x, i % 2 ? is_worker : NULL);
		done(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody),
		cmocka_unit_test(nobody_on_one_side),
		cmocka_unit_test(commands),
		cmocka_unit_test(by_words),
		cmocka_unit_test(by_likeness),
		cmocka_unit_test(unlike),
		cmocka_unit_test(moved),
		cmocka_unit_test(a_heap),
		cmocka_unit_test(no_heap_without_need),
		cmocka_unit_test(a_heap_by_rule),
		cmocka_unit_test(a_thousand_children),
		cmocka_unit_test(a_thousand_forks),
		cmocka_unit_test(parents_that_cannot_be),
		cmocka_unit_test(whatever_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

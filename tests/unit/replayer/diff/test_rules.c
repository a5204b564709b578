/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/rules.h"

#include "sides.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "replayer/side/side_priv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "systape-rules 1\n"

static struct rules *rules_of(const char *text)
{
	struct rules *r = NULL;
	struct err err = {0};

	if (rules_read(text, strlen(text), "file", &r, &err) < 0)
		fail_msg("%s", err_text(&err));
	return r;
}

static void refuse(const char *text, size_t size, const char *message)
{
	struct rules *r = NULL;
	struct err err = {0};

	assert_int_equal(rules_read(text, size, "file", &r, &err), -EINVAL);
	assert_null(r);
	assert_string_equal(err_text(&err), message);
}

#define REFUSE(text, message) refuse(text, sizeof(text) - 1, message)

/* ---- lines ---- */

static void nothing_to_read(void **state)
{
	static const char empty[] = "file: it is empty; the first line must be 'systape-rules 1'";

	(void)state;
	REFUSE("", empty);
	REFUSE("\n\n  \t\r\n# x", empty);
	REFUSE(HEAD "\0", "file: it is no text");
	REFUSE("ignore call open\n", "file:1: the first line must be 'systape-rules 1'");
	REFUSE("\n# x\nsystape-rules 99\n", "file:3: only version 1 is known");
	REFUSE("\"systape-rules", "file:1: a \" is not closed");
}

static void words(void **state)
{
	struct rules *r = rules_of("systape-rules \"1\" # x\r\n"
				   "ignore\tpath \"/a b/\\\"c\\\\\\\\\"# behind\r\n"
				   "  ignore env A#B\n"
				   "ignore path \"\"\n"
				   "ignore path [");

	(void)state;
	assert_true(rules_ignore(r, RULE_PATH, "/a b/\"c\\"));
	assert_true(rules_ignore(r, RULE_ENVIRONMENT, "A#B"));
	assert_false(rules_ignore(r, RULE_ENVIRONMENT, "A"));
	assert_true(rules_ignore(r, RULE_PATH, ""));
	assert_false(rules_ignore(r, RULE_CALL, "A#B"));
	assert_false(rules_ignore(NULL, RULE_PATH, ""));
	rules_free(r);
}

/* The message is of bounded length, whatever the word. */
static void long_words(void **state)
{
	cleanup_done(buf_done) struct buf text = {0};
	struct rules *r = NULL;
	struct err err = {0};

	(void)state;
	buf_str(&text, HEAD);
	for (size_t i = 0; i < 100000; i++)
		buf_char(&text, 'x');
	assert_int_equal(rules_read(buf_text(&text), text.size, "file", &r, &err), -EINVAL);
	assert_true(strlen(err_text(&err)) < 200);
	assert_non_null(strstr(err_text(&err), "file:2: 'xxxx"));
}

static void too_many(void **state)
{
	cleanup_done(buf_done) struct buf text = {0};
	struct rules *r = NULL;
	struct err err = {0};

	(void)state;
	buf_str(&text, HEAD);
	for (size_t i = 0; i < RULES_MAX; i++)
		buf_str(&text, "ignore env A\n");
	r = rules_of(buf_text(&text));
	rules_free(r);
	buf_str(&text, "mask a\n");
	r = NULL;
	assert_int_equal(rules_read(buf_text(&text), text.size, "file", &r, &err), -EINVAL);
	assert_string_equal(err_text(&err), "file:4098: there are too many rules");
}

static void calls_by_any_name(void **state)
{
	struct rules *r = rules_of(HEAD "ignore call openat2\nignore call syscall_0x1f4\n"
					"ignore call SIGUSR1\nignore call thread\n"
					"budget pwritev2 /a/* <= 7\nbudget fsync <= 0\n");
	struct rule_budget b;

	(void)state;
	assert_true(rules_ignore(r, RULE_CALL, "open"));
	assert_true(rules_ignore(r, RULE_CALL, "syscall_0x1f4"));
	assert_true(rules_ignore(r, RULE_CALL, "SIGUSR1"));
	assert_true(rules_ignore(r, RULE_CALL, "thread"));
	assert_false(rules_ignore(r, RULE_CALL, "openat2"));
	assert_true(rules_budget(r, 0, &b));
	assert_string_not_equal(b.call, "pwritev2");
	assert_int_equal(b.limit, 7);
	assert_true(rule_budget_covers(&b, b.call, "/a/b/c"));
	assert_false(rule_budget_covers(&b, b.call, "/b"));
	assert_false(rule_budget_covers(&b, "read", "/a/b"));
	assert_true(rules_budget(r, 1, &b));
	assert_true(rule_budget_covers(&b, "fsync", ""));
	assert_false(rules_budget(r, 2, &b));
	assert_false(rules_budget(NULL, 0, &b));
	rules_free(r);
	REFUSE(HEAD "ignore call open9\n", "file:2: there is no call 'open9'");
}

static void roots(void **state)
{
	struct rules *r = rules_of(HEAD "root SRC=/home/me/x/\nroot SRC=/b\nroot _2=/c/d\n");
	const struct diff_root *at;
	size_t count;

	(void)state;
	at = rules_roots(r, &count);
	assert_int_equal(count, 3);
	assert_string_equal(at[0].name, "$SRC");
	assert_string_equal(at[0].path, "/home/me/x");
	assert_string_equal(at[2].name, "$_2");
	assert_string_equal(at[2].path, "/c/d");
	rules_free(r);
	assert_null(rules_roots(NULL, &count));
	assert_int_equal(count, 0);
}

/* ---- texts ---- */

static void rewrite(const char *rules, const char *text, const char *wanted)
{
	struct rules *r = rules_of(rules);
	cleanup_done(buf_done) struct buf all = {0};

	buf_str(&all, "before ");
	assert_int_equal(rules_rewrite(r, text, &all), strcmp(text, wanted) != 0);
	assert_string_equal(buf_text(&all) + strlen("before "), wanted);
	rules_free(r);
}

static void paths_end_where_a_part_does(void **state)
{
	static const char root[] = HEAD "root S=/src\n";

	(void)state;
	rewrite(root, "/src", "$S");
	rewrite(root, "/src/a", "$S/a");
	rewrite(root, "/srcs/a", "/srcs/a");
	rewrite(root, "/a/src/b", "/a/src/b");
	rewrite(root, "open(\"/src/a\", O_RDONLY) = </src/a>", "open(\"$S/a\", O_RDONLY) = <$S/a>");
	rewrite(root, "cc -I/src/include -o /src '/src' --sysroot=/src x/src",
		"cc -I$S/include -o $S '$S' --sysroot=$S x/src");
	rewrite(root, "/bin:/src/bin:/src", "/bin:$S/bin:$S");
	rewrite(root, "/src/src/src", "$S/src/src");
	rewrite(root, "", "");
	rewrite(HEAD "alias path /usr/lib64=/usr/lib\n", "</usr/lib64/x> /usr/lib640",
		"</usr/lib/x> /usr/lib640");
}

static void masks(void **state)
{
	(void)state;
	rewrite(HEAD "mask run-[0-9]+ run-N\n", "/a/run-17/run-4x", "/a/run-N/run-Nx");
	rewrite(HEAD "mask [0-9]{3,}\n", "a12b345c6789", "a12b<masked>c<masked>");
	/* At the beginning is at the beginning of all. */
	rewrite(HEAD "mask ^a B\n", "aaa", "Baa");
	rewrite(HEAD "mask a$ B\n", "aaa", "aaB");
	/* Of nothing nothing comes, and it ends. */
	rewrite(HEAD "mask x* -\n", "axxb", "a-b");
	rewrite(HEAD "mask \"\" -\n", "abc", "abc");
	rewrite(HEAD "mask () -\n", "abc", "abc");
	rewrite(HEAD "mask $ -\n", "abc", "abc");
	/* One after the other, in the order in which they stand. */
	rewrite(HEAD "mask a b\nmask b c\n", "a b", "c c");
	rewrite(HEAD "mask b c\nmask a b\n", "a b", "b c");
}

/* ---- sides ---- */

static void fill(struct made_side *s)
{
	uint32_t p, q;

	made_side_begin(s);
	p = made_process(s, 0, "/bin/sh", "sh run-1");
	made_step(s, p, "open(\"/src/a\") = </src/a>", "/src/a", 0);
	made_step(s, p, "fork() = <P1.1>", NULL, 0);
	made_count(s, p, "fork", NULL, 2);
	q = made_process(s, p, "/usr/bin/cc", "cc");
	made_step(s, q, "read(</src/a>) = 1", "/src/a", 0);
	made_stream(s, q, "/src/a", false, 10, 1);
	made_process(s, q, "/usr/bin/as", "as");
	made_step(s, p, "fork() = <P1.2>", NULL, 0);
	q = made_process(s, p, "/bin/true", "true");
	made_step(s, q, "umask(022) = 022", NULL, 0);
	made_status(s, q, 256);
}

/* Applies; what comes of it is freed with the rules by ruled_done(). */
struct ruled {
	struct made_side made;
	struct rules *rules;
	struct ruled_side *ruled;
	const struct diff_side *side;
};

static void ruled_begin(struct ruled *x, const char *rules)
{
	*x = (struct ruled){.rules = rules_of(rules)};
	fill(&x->made);
	assert_int_equal(rules_apply(x->rules, made_side_end(&x->made), &x->ruled), 0);
	x->side = x->ruled ? ruled_side(x->ruled) : &x->made.is;
}

static void ruled_done(struct ruled *x)
{
	ruled_side_free(x->ruled);
	rules_free(x->rules);
	made_side_done(&x->made);
}

static const char *label_of(const struct diff_side *s, uint32_t object)
{
	return s->texts + s->objects[object].label;
}

static void rules_that_are_of_no_side(void **state)
{
	struct ruled x;

	(void)state;
	ruled_begin(&x, HEAD "ignore env A\npool */x\nbudget open <= 3\n");
	assert_null(x.ruled);
	ruled_done(&x);
}

static void a_process_with_its_children(void **state)
{
	struct ruled x;

	(void)state;
	ruled_begin(&x, HEAD "ignore process */cc\n");
	assert_int_equal(x.side->process_count, 3);
	assert_string_equal(label_of(x.side, x.side->processes[2].exe), "/bin/true");
	assert_int_equal(x.side->processes[2].parent, 1);
	assert_int_equal(x.side->processes[2].status, 256);
	/* The call for the other one is still there. */
	assert_int_equal(x.side->processes[1].threads[0].count, 2);
	assert_int_equal(x.side->processes[1].counts[0].calls, 1);
	ruled_done(&x);
	ruled_begin(&x, HEAD "ignore process */true\n");
	assert_int_equal(x.side->process_count, 4);
	assert_int_equal(x.side->processes[1].threads[0].count, 2);
	assert_string_equal(x.side->texts + x.side->processes[1].threads[0].steps[1].text,
			    "fork() = <P1.1>");
	ruled_done(&x);
	/* Both. */
	ruled_begin(&x, HEAD "ignore process */true\nignore process */cc\n");
	assert_int_equal(x.side->process_count, 2);
	assert_int_equal(x.side->processes[1].threads[0].count, 1);
	assert_int_equal(x.side->processes[1].count_count, 0);
	ruled_done(&x);
	ruled_begin(&x, HEAD "ignore process *\n");
	assert_int_equal(x.side->process_count, 1);
	ruled_done(&x);
}

static void an_object(void **state)
{
	struct ruled x;

	(void)state;
	ruled_begin(&x, HEAD "ignore path /src/*\n");
	assert_int_equal(x.side->processes[1].threads[0].count, 2);
	assert_int_equal(x.side->processes[2].threads[0].count, 0);
	assert_int_equal(x.side->processes[2].stream_count, 0);
	ruled_done(&x);
	ruled_begin(&x, HEAD "ignore bytes /src/*\n");
	assert_int_equal(x.side->processes[1].threads[0].count, 3);
	assert_int_equal(x.side->processes[2].stream_count, 1);
	assert_true(x.side->processes[2].streams[0].masked);
	ruled_done(&x);
}

static void other_names(void **state)
{
	const struct diff_step *step, *old;
	struct ruled x, y;

	(void)state;
	ruled_begin(&x, HEAD "root S=/src\nmask run-[0-9] run-N\n");
	step = &x.side->processes[1].threads[0].steps[0];
	old = &x.made.is.processes[1].threads[0].steps[0];
	assert_string_equal(x.side->texts + step->text, "open(\"$S/a\") = <$S/a>");
	assert_string_equal(label_of(x.side, step->object), "$S/a");
	assert_string_equal(x.side->texts + x.side->processes[1].argv, "sh run-N");
	assert_int_not_equal(step->coarse, old->coarse);
	assert_int_not_equal(step->fine, old->fine);
	/* What was not touched has its keys. */
	step = &x.side->processes[4].threads[0].steps[0];
	old = &x.made.is.processes[4].threads[0].steps[0];
	assert_int_equal(step->what, old->what);
	assert_int_equal(step->coarse, old->coarse);
	assert_int_equal(step->fine, old->fine);
	/* What is called so by rules is what is called so anyway. */
	ruled_begin(&y, HEAD "alias path /src=$S\n");
	step = &x.side->processes[1].threads[0].steps[0];
	old = &y.side->processes[1].threads[0].steps[0];
	assert_int_equal(step->coarse, old->coarse);
	assert_int_equal(step->fine, old->fine);
	ruled_done(&x);
	ruled_done(&y);
}

/* As read, a key is not made of the name of what the step is about, but of that object. */
static void keys_are_of_whole_texts(void **state)
{
	struct made_side made;
	struct rules *rules = rules_of(HEAD "mask nowhere -\n");
	struct ruled_side *ruled;
	struct diff_step *step;
	const char *text = "open(\"/src/a\") = </src/a>";

	(void)state;
	fill(&made);
	made_side_end(&made);
	step = (struct diff_step *)(uintptr_t)&made.is.processes[1].threads[0].steps[0];
	assert_string_equal(diff_step_text(&made.is, step), text);
	step->fine = 42;
	assert_int_equal(rules_apply(rules, &made.is, &ruled), 0);
	assert_int_equal(ruled_side(ruled)->processes[1].threads[0].steps[0].fine,
			 diff_hash(text, strlen(text)));
	ruled_side_free(ruled);
	rules_free(rules);
	made_side_done(&made);
}

static void another_call(void **state)
{
	const struct diff_step *step;
	struct ruled x;

	(void)state;
	ruled_begin(&x, HEAD "alias call open=stat\nalias call read=stat\n");
	step = &x.side->processes[1].threads[0].steps[0];
	assert_string_equal(x.side->calls[step->call], "stat");
	assert_string_equal(x.side->texts + step->text, "stat(\"/src/a\") = </src/a>");
	assert_int_equal(step->coarse, x.side->processes[2].threads[0].steps[0].coarse);
	ruled_done(&x);
}

/* Parents that come later, or are themselves, are none. */
static void parents_that_cannot_be(void **state)
{
	struct rules *r = rules_of(HEAD "ignore process /bin/b\nmask x y\n");
	struct made_side made;
	struct ruled_side *ruled;
	const struct diff_side *side;

	(void)state;
	made_side_begin(&made);
	made_process(&made, 2, "/bin/a", "a");
	made_process(&made, 2, "/bin/a", "a");
	made_process(&made, 4, "/bin/b", "b");
	made_process(&made, 3, "/bin/a", "a");
	assert_int_equal(rules_apply(r, made_side_end(&made), &ruled), 0);
	side = ruled_side(ruled);
	for (size_t i = 1; i < side->process_count; i++)
		assert_true(side->processes[i].parent < side->process_count);
	ruled_side_free(ruled);
	made_side_done(&made);
	rules_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_read),
		cmocka_unit_test(words),
		cmocka_unit_test(long_words),
		cmocka_unit_test(too_many),
		cmocka_unit_test(calls_by_any_name),
		cmocka_unit_test(roots),
		cmocka_unit_test(paths_end_where_a_part_does),
		cmocka_unit_test(masks),
		cmocka_unit_test(rules_that_are_of_no_side),
		cmocka_unit_test(a_process_with_its_children),
		cmocka_unit_test(an_object),
		cmocka_unit_test(other_names),
		cmocka_unit_test(keys_are_of_whole_texts),
		cmocka_unit_test(another_call),
		cmocka_unit_test(parents_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

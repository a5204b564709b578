/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/rank.h"

#include "sides.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DEEP = 1000, ROUNDS = 200 };

struct pair {
	struct made_side a, b;
	struct comparison c;
	struct ranking r;
};

/* The command of both. */
static void begin(struct pair *x)
{
	*x = (struct pair){.r = {.count = 0}};
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x->b : &x->a;

		made_side_begin(s);
		made_process(s, 0, "/bin/cmd", "cmd");
		made_step(s, 1, "open(\"/etc/conf\") = </etc/conf>", "/etc/conf", 0);
	}
}

static void compare(struct pair *x)
{
	assert_int_equal(compare_sides(made_side_end(&x->a), made_side_end(&x->b), NULL, &x->c), 0);
}

static void end(struct pair *x)
{
	compare(x);
	assert_int_equal(rank_findings(&x->c, NULL, NULL, &x->r), 0);
}

static void done(struct pair *x)
{
	ranking_done(&x->r);
	comparison_done(&x->c);
	made_side_done(&x->a);
	made_side_done(&x->b);
}

static const struct finding *head(const struct pair *x, size_t story)
{
	assert_true(story < x->r.count);
	return &x->c.found.at[x->r.stories[story].head];
}

static const struct finding *told(const struct pair *x, size_t story, size_t i)
{
	assert_true(story < x->r.count && i < x->r.stories[story].told_count);
	return &x->c.found.at[x->r.stories[story].told[i]];
}

/* Of all that is a difference each is in one place. */
static void each_once(const struct pair *x)
{
	uint8_t *seen = calloc(x->c.found.count + 1, 1);

	assert_non_null(seen);
	for (size_t i = 0; i < x->r.count; i++) {
		const struct story *s = &x->r.stories[i];

		assert_true(s->told_count <= STORY_TOLD_MAX);
		seen[s->head]++;
		for (size_t k = 0; k < s->told_count; k++)
			seen[s->told[k]]++;
		for (size_t k = 0; k < s->follower_count; k++)
			seen[s->followers[k]]++;
	}
	for (size_t i = 0; i < x->c.found.count; i++)
		assert_int_equal(seen[i], x->c.found.at[i].weight != FINDING_NOISE);
	free(seen);
}

static void nothing(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	end(&x);
	assert_int_equal(x.r.count, 0);
	assert_false(x.r.has_first);
	done(&x);
}

static void an_end_with_its_cause(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	made_step(&x.a, 1, "umask(022) = 022", NULL, 0);
	made_step(&x.b, 1, "umask(0) = 022", NULL, 0);
	made_step(&x.a, 1, "open(\"/data\") = </data>", "/data", 0);
	made_step(&x.b, 1, "open(\"/data\") = -1 EACCES", "/data", EACCES);
	made_step(&x.a, 1, "mkdir(\"/out\") = 0", "/out", 0);
	made_status(&x.b, 1, 256);
	end(&x);
	assert_int_equal(head(&x, 0)->kind, FIND_FAILS);
	assert_int_equal(told(&x, 0, 0)->kind, FIND_EXIT);
	/* What came later is because of it, what was before is not. */
	assert_int_equal(x.r.stories[0].follower_count, 1);
	assert_int_equal(x.r.count, 2);
	assert_string_equal(head(&x, 1)->subject, "umask(0)");
	assert_true(x.r.has_first);
	assert_string_equal(x.c.found.at[x.r.first].subject, "umask(0)");
	each_once(&x);
	done(&x);
}

/* The deepest tells it; more parents than have a line follow. */
static void ends_of_parents(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		for (uint32_t k = 1; k < 8; k++)
			made_process(s, k, "/bin/child", "child");
		for (uint32_t k = 1; k <= 8; k++)
			made_status(s, k, i ? 256 * k : 0);
	}
	end(&x);
	assert_int_equal(x.r.count, 1);
	assert_string_equal(head(&x, 0)->now, "exit 8");
	assert_int_equal(x.r.stories[0].told_count, STORY_TOLD_MAX);
	assert_int_equal(x.r.stories[0].follower_count, 7 - STORY_TOLD_MAX);
	each_once(&x);
	done(&x);
}

static void a_chain_that_is_very_deep(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		for (uint32_t k = 1; k < DEEP; k++)
			made_process(s, k, "/bin/child", "child");
		for (uint32_t k = 1; k <= DEEP; k++)
			made_status(s, k, i ? 256 : 0);
	}
	end(&x);
	assert_int_equal(x.r.count, 1);
	assert_int_equal(head(&x, 0)->a.process, DEEP);
	each_once(&x);
	done(&x);
}

static void a_variable_that_is_seen(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	MADE_ENVIRONMENT(&x.a, 1, "A=1\0LIBS=/usr/lib");
	MADE_ENVIRONMENT(&x.b, 1, "A=2\0LIBS=/opt/lib");
	made_step(&x.a, 1, "open(\"/usr/lib/a.so\") = </usr/lib/a.so>", "/usr/lib/a.so", 0);
	made_step(&x.b, 1, "open(\"/opt/lib/a.so\") = </opt/lib/a.so>", "/opt/lib/a.so", 0);
	made_status(&x.b, 1, 256);
	end(&x);
	assert_string_equal(head(&x, 0)->subject, "LIBS");
	assert_int_equal(told(&x, 0, 0)->kind, FIND_INSTEAD);
	assert_int_equal(told(&x, 0, 1)->kind, FIND_EXIT);
	assert_string_equal(head(&x, x.r.count - 1)->subject, "A");
	each_once(&x);
	done(&x);
}

/* When it is all that was given otherwise it need not be seen. */
static void the_only_variable(void **state)
{
	struct pair x;

	(void)state;
	for (size_t quiet = 0; quiet < 2; quiet++) {
		begin(&x);
		made_environment(&x.a, 1, quiet ? "HOME=/" : "MODE=1", 7);
		made_environment(&x.b, 1, quiet ? "HOME=x" : "MODE=2", 7);
		made_step(&x.a, 1, "open(\"/data\") = </data>", "/data", 0);
		made_step(&x.b, 1, "open(\"/data\") = -1 EACCES", "/data", EACCES);
		end(&x);
		assert_int_equal(x.r.count, 2);
		assert_int_equal(head(&x, quiet)->kind, FIND_ENVIRONMENT);
		assert_int_equal(head(&x, !quiet)->kind, FIND_FAILS);
		each_once(&x);
		done(&x);
	}
}

/* Another program, and a variable that nobody sees. */
static void another_executable(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	MADE_ENVIRONMENT(&x.a, 1, "A=1");
	MADE_ENVIRONMENT(&x.b, 1, "A=2");
	x.a.processes[1].is.exe_id = 1;
	x.b.processes[1].is.exe_id = 2;
	made_status(&x.b, 1, 256);
	end(&x);
	assert_int_equal(x.r.count, 2);
	assert_int_equal(head(&x, 0)->kind, FIND_EXECUTABLE);
	assert_int_equal(told(&x, 0, 0)->kind, FIND_EXIT);
	assert_int_equal(head(&x, 1)->kind, FIND_ENVIRONMENT);
	done(&x);
}

static void quiet_ones_are_last(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	made_step(&x.b, 1, "open(\"/usr/share/locale/de/LC_MESSAGES/x.mo\") = <x>",
		  "/usr/share/locale/de/LC_MESSAGES/x.mo", 0);
	made_count(&x.a, 1, "fsync", "/etc/conf", 1);
	made_count(&x.b, 1, "fsync", "/etc/conf", 100);
	end(&x);
	assert_int_equal(x.r.count, 2);
	assert_int_equal(head(&x, 0)->kind, FIND_COUNT);
	assert_int_equal(head(&x, 1)->weight, FINDING_QUIET);
	done(&x);
}

static void noise(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	MADE_ENVIRONMENT(&x.a, 1, "SHLVL=1");
	MADE_ENVIRONMENT(&x.b, 1, "SHLVL=2");
	end(&x);
	assert_int_equal(x.c.found.count, 1);
	assert_int_equal(x.r.count, 0);
	assert_int_equal(x.r.noise, 1);
	assert_false(x.r.has_first);
	done(&x);
}

/* The pipe of the stream that was made last. */
static void through_pipe(struct made_side *s, uint32_t process)
{
	struct buf *streams = &s->processes[process].streams;
	struct diff_stream *last = (struct diff_stream *)(void *)streams->data;

	last[streams->size / sizeof(*last) - 1].channel = 1;
}

/* Its writer comes first when it wrote something else, and else what was read of it. */
static void bytes_through_a_pipe(void **state)
{
	struct pair x;

	(void)state;
	for (uint64_t other = 0; other < 2; other++) {
		begin(&x);
		for (uint64_t i = 0; i < 2; i++) {
			struct made_side *s = i ? &x.b : &x.a;

			made_fork(s, 1);
			made_stream(s, 1, "pipe#1.r", false, 6 + i, i);
			through_pipe(s, 1);
			if (!other)
				made_stream(s, 1, "/out", true, 6 + i, i);
			made_stream(s, 2, "pipe#1.w", true, 6 + i * other, i * other);
			through_pipe(s, 2);
		}
		end(&x);
		assert_string_equal(head(&x, 0)->subject,
				    other ? "written to pipe#1.w" : "read from pipe#1.r");
		each_once(&x);
		done(&x);
	}
}

/* What is opened instead takes the search for it along, and what of it is new. */
static void a_search_for_another(void **state)
{
	struct pair x;

	(void)state;
	begin(&x);
	made_step(&x.a, 1, "open(\"/one/v2/a.so\") = -1 ENOENT", "/one/v2/a.so", ENOENT);
	made_step(&x.b, 1, "open(\"/two/v2/a.so\") = -1 ENOENT", "/two/v2/a.so", ENOENT);
	made_step(&x.b, 1, "open(\"/two/v2/b.so\") = -1 ENOENT", "/two/v2/b.so", ENOENT);
	for (size_t i = 1; i < 3; i++)
		((struct diff_step *)(void *)x.a.processes[1].steps.data)[i % 2].marks = DIFF_PROBE;
	for (size_t i = 1; i < 3; i++)
		((struct diff_step *)(void *)x.b.processes[1].steps.data)[i].marks = DIFF_PROBE;
	made_step(&x.a, 1, "open(\"/one/a.so\") = </one/a.so>", "/one/a.so", 0);
	made_step(&x.b, 1, "open(\"/two/a.so\") = </two/a.so>", "/two/a.so", 0);
	end(&x);
	assert_int_equal(head(&x, 0)->kind, FIND_INSTEAD);
	assert_int_equal(x.r.stories[0].follower_count, 2);
	assert_int_equal(x.r.count, 2);
	assert_non_null(strstr(head(&x, 1)->subject, "b.so"));
	each_once(&x);
	done(&x);
}

/* Sides of a command that was recorded from its beginning, with what the kernel held for it. */
static void give(struct made_side *s, struct meta_header *h, struct meta_snapshot *shot,
		 struct meta_process *p)
{
	static uint8_t words[] = "cmd";

	p->pid = s->processes[1].is.pid;
	h->command = (struct meta_bytes){words, sizeof(words)};
	h->release = (char *)(uintptr_t) "6.1";
	*shot = (struct meta_snapshot){.processes = p, .process_count = 1};
	s->is.header = h;
	s->is.snapshot = shot;
}

static void what_the_kernel_holds(void **state)
{
	struct meta_rlimit was = {.resource = 7, .soft = 100, .hard = 100};
	struct meta_rlimit now = {.resource = 7, .soft = 10, .hard = 100};
	struct meta_snapshot shots[2];
	struct pair x;

	(void)state;
	/* A limit by itself; a limit and a failure; a umask by itself. */
	for (size_t i = 0; i < 3; i++) {
		struct meta_header headers[2] = {{.cpus = 1}, {.cpus = 1}};
		struct meta_process of_a = {.rlimits = &was, .rlimit_count = i < 2, .umask = 022};
		struct meta_process of_b = {
			.rlimits = &now, .rlimit_count = i < 2, .umask = i < 2 ? 022 : 077};

		begin(&x);
		if (i == 1) {
			made_step(&x.a, 1, "open(\"/data\") = </data>", "/data", 0);
			made_step(&x.b, 1, "open(\"/data\") = -1 EMFILE", "/data", EMFILE);
		}
		give(&x.a, &headers[0], &shots[0], &of_a);
		give(&x.b, &headers[1], &shots[1], &of_b);
		end(&x);
		assert_int_equal(x.r.count, i == 0 ? 0 : i == 1 ? 2 : 1);
		if (i == 1) {
			assert_string_equal(head(&x, 0)->subject, "RLIMIT_NOFILE");
			assert_string_equal(head(&x, 0)->now, "10");
			assert_int_equal(head(&x, 1)->kind, FIND_FAILS);
		} else if (i == 2) {
			assert_string_equal(head(&x, 0)->subject, "umask");
			assert_string_equal(head(&x, 0)->was, "022");
		}
		done(&x);
	}
}

static bool skip_ends(const void *context, const struct finding *f)
{
	return f->kind == *(const enum finding_kind *)context;
}

static void what_is_skipped(void **state)
{
	const enum finding_kind kind = FIND_EXIT;
	struct pair x;

	(void)state;
	begin(&x);
	made_step(&x.a, 1, "open(\"/data\") = </data>", "/data", 0);
	made_step(&x.b, 1, "open(\"/data\") = -1 EACCES", "/data", EACCES);
	made_status(&x.b, 1, 256);
	compare(&x);
	assert_int_equal(rank_findings(&x.c, skip_ends, &kind, &x.r), 0);
	assert_int_equal(x.r.count, 1);
	assert_int_equal(head(&x, 0)->kind, FIND_FAILS);
	done(&x);
}

/* ---- whatever there is ---- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static void fill(struct made_side *s, uint64_t *seed)
{
	static const char *const calls[] = {"open", "stat", "mkdir", "connect", "umask"};
	static const char *const environments[] = {"A=/d/0", "A=/d/1", "B=2222", "HOME=/d/1"};
	const uint32_t processes = 1 + draw(seed, 6);

	made_side_begin(s);
	for (uint32_t i = 1; i <= processes; i++) {
		const char *environment = environments[draw(seed, 4)];
		char words[16];

		snprintf(words, sizeof(words), "cmd %u", draw(seed, 3));
		made_process(s, draw(seed, 9), draw(seed, 2) ? "/bin/a" : "/bin/b", words);
		made_status(s, i, draw(seed, 3) * 256);
		made_environment(s, i, environment, strlen(environment) + 1);
		for (uint32_t k = draw(seed, 9); k > 0; k--) {
			const uint16_t error = draw(seed, 4) ? 0 : (uint16_t)(1 + draw(seed, 3));
			char text[64], label[16];

			snprintf(label, sizeof(label), "/d/%u", draw(seed, 4));
			snprintf(text, sizeof(text), "%s(\"%s\", %s) = %d", calls[draw(seed, 5)],
				 label, draw(seed, 2) ? "O_RDONLY" : "O_RDWR|O_SYNC",
				 error ? -1 : 0);
			made_step(s, i, text, label, error);
			made_count(s, i, calls[draw(seed, 5)], label, draw(seed, 50));
			made_stream(s, i, label, draw(seed, 2), draw(seed, 3), draw(seed, 3));
		}
	}
}

static void each_is_in_one_story(void **state)
{
	uint64_t seed = 1;
	size_t findings = 0;

	(void)state;
	for (size_t i = 0; i < ROUNDS; i++) {
		struct pair x = {.r = {.count = 0}};

		fill(&x.a, &seed);
		fill(&x.b, &seed);
		end(&x);
		each_once(&x);
		findings += x.c.found.count;
		done(&x);
	}
	assert_true(findings > ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(an_end_with_its_cause),
		cmocka_unit_test(ends_of_parents),
		cmocka_unit_test(a_chain_that_is_very_deep),
		cmocka_unit_test(a_variable_that_is_seen),
		cmocka_unit_test(the_only_variable),
		cmocka_unit_test(another_executable),
		cmocka_unit_test(quiet_ones_are_last),
		cmocka_unit_test(noise),
		cmocka_unit_test(bytes_through_a_pipe),
		cmocka_unit_test(a_search_for_another),
		cmocka_unit_test(what_the_kernel_holds),
		cmocka_unit_test(what_is_skipped),
		cmocka_unit_test(each_is_in_one_story),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/diff/compare.h"

#include "pair.h"

#include "base/cleanup.h"
#include "replayer/diff/rules.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 1000 };

/* The finding of this kind; there must be no other of it. */
static const struct finding *find(const struct pair *x, enum finding_kind kind)
{
	const struct finding *found = NULL;

	for (size_t i = 0; i < x->c.found.count; i++) {
		if (x->c.found.at[i].kind != kind)
			continue;
		assert_null(found);
		found = &x->c.found.at[i];
	}
	if (!found)
		fail_msg("nothing of kind %s", finding_word(kind));
	return found;
}

static void nothing_at_all(void **state)
{
	struct pair x;

	(void)state;
	pair_begin(&x);
	pair_end(&x);
	assert_int_equal(x.c.found.count, 0);
	pair_done(&x);
}

/* One side is empty: all of the other is new, or gone. */
static void nothing_on_one_side(void **state)
{
	struct pair x;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s;

		pair_begin(&x);
		s = i ? &x.b : &x.a;
		made_process(s, 0, "/bin/cmd", "cmd");
		made_process(s, 1, "/bin/child", "child");
		made_step(s, 2, "open(\"/a\") = </a>", "/a", 0);
		pair_end(&x);
		assert_int_equal(x.c.found.count, 2);
		assert_int_equal(x.c.found.at[0].kind, i ? FIND_PROCESS_NEW : FIND_PROCESS_GONE);
		assert_string_equal(x.c.found.at[0].subject, "cmd");
		assert_int_equal(x.c.found.at[0].weight, FINDING_LOUD);
		/* It came with its parent. */
		assert_int_equal(x.c.found.at[1].weight, FINDING_QUIET);
		pair_done(&x);
	}
}

static void the_same(void **state)
{
	struct pair x;

	(void)state;
	pair_both(&x);
	pair_end(&x);
	assert_int_equal(x.c.found.count, 0);
	assert_int_equal(x.c.match.node_count, 2);
	pair_done(&x);
}

static void it_ends_otherwise(void **state)
{
	static const struct {
		uint32_t a, b;
		const char *was, *now;
	} ends[] = {{0, 256, "exit 0", "exit 1"},
		    {3 * 256, 0, "exit 3", "exit 0"},
		    {0, 11, "exit 0", "killed by SIGSEGV"},
		    {0, 11 | 0x80, "exit 0", "killed by SIGSEGV"},
		    {9, 0x7e, "killed by SIGKILL", "killed by signal 126"}};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct finding *f;
		struct pair x;

		pair_both(&x);
		made_status(&x.a, 1, ends[i].a);
		made_status(&x.b, 1, ends[i].b);
		pair_end(&x);
		f = find(&x, FIND_EXIT);
		assert_string_equal(f->was, ends[i].was);
		assert_string_equal(f->now, ends[i].now);
		assert_int_equal(x.c.found.count, 1);
		pair_done(&x);
	}
}

/* Of who did not end by itself it is told in what it was. */
static void what_it_was_in(void **state)
{
	(void)state;
	for (uint32_t killed = 0; killed < 2; killed++) {
		const struct finding *f;
		struct pair x;

		pair_both(&x);
		made_count(&x.b, 1, "futex", NULL, 1);
		x.b.processes[1].is.in_call = (uint32_t)x.b.call_count - 1;
		made_status(&x.b, 1, killed ? 9 : 256);
		pair_end(&x);
		f = find(&x, FIND_EXIT);
		if (killed)
			assert_string_equal(f->note, "it was in futex");
		else
			assert_null(f->note);
		pair_done(&x);
	}
}

/* A call in another place says behind what. */
static void another_order(void **state)
{
	static const char *const texts[] = {"fsync(</a>) = 0", "fsync(</b>) = 0"};
	const struct finding *f;
	struct pair x;

	(void)state;
	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		made_step(&x.a, 1, texts[i], i ? "/b" : "/a", 0);
		made_step(&x.b, 1, texts[!i], i ? "/a" : "/b", 0);
	}
	pair_end(&x);
	f = find(&x, FIND_ORDER);
	assert_non_null(strstr(f->subject, "fsync("));
	assert_string_not_equal(f->was, f->now);
	assert_non_null(strstr(f->was, "behind "));
	assert_true(strstr(f->was, "fsync") || strstr(f->now, "fsync"));
	pair_done(&x);
}

static void a_core_is_no_other_end(void **state)
{
	struct pair x;

	(void)state;
	pair_both(&x);
	made_status(&x.a, 1, 6);
	made_status(&x.b, 1, 6 | 0x80);
	pair_end(&x);
	assert_int_equal(x.c.found.count, 0);
	pair_done(&x);
}

static void variables(void **state)
{
	const struct finding *f;
	struct pair x;

	(void)state;
	pair_both(&x);
	MADE_ENVIRONMENT(&x.a, 1, "A=1\0GONE=x\0HOME=/a\0SAME=\0_=/bin/a");
	MADE_ENVIRONMENT(&x.b, 1, "_=/bin/b\0SAME=\0A=2\0HOME=/b");
	pair_end(&x);
	assert_int_equal(pair_loud(&x), 3);
	for (size_t i = 0; i < x.c.found.count; i++) {
		f = &x.c.found.at[i];
		assert_int_equal(f->kind, FIND_ENVIRONMENT);
		if (strcmp(f->subject, "A") == 0) {
			assert_string_equal(f->was, "1");
			assert_string_equal(f->now, "2");
			assert_int_equal(f->weight, FINDING_LOUD);
		} else if (strcmp(f->subject, "GONE") == 0) {
			assert_string_equal(f->was, "x");
			assert_null(f->now);
		} else if (strcmp(f->subject, "HOME") == 0) {
			assert_int_equal(f->weight, FINDING_QUIET);
		} else {
			assert_string_equal(f->subject, "_");
			assert_int_equal(f->weight, FINDING_NOISE);
		}
	}
	pair_done(&x);
}

/* No =, nothing behind it, nothing in front of it, no end. */
static void odd_variables(void **state)
{
	/* No NUL behind them. */
	static const char a[] = {'=', 'x', 0, 'N', 'A', 'M', 'E', 0, 0, 'C', '=', '1', '2'};
	static const char b[] = {'=', 'x', 0, 'N', 'A', 'M', 'E', '=', 0, 0, 'C', '=', '1'};
	struct pair x;

	(void)state;
	pair_both(&x);
	made_environment(&x.a, 1, a, sizeof(a));
	made_environment(&x.b, 1, b, sizeof(b));
	pair_end(&x);
	/* What was cut off at the end is not compared; that there is no = is no other value. */
	assert_int_equal(pair_loud(&x), 0);
	pair_done(&x);
}

/* In canonical form, and by the rules of the user. */
static void what_variables_say(void **state)
{
	static const char rules[] = "systape-rules 1\nmask run-[0-9]+ run\n";
	static const uint8_t a[] = "HOME=$HOME\0CONF=$HOME/conf",
			     b[] = "HOME=$HOME\0CONF=$HOME/conf";
	struct err *none = NULL;

	(void)state;
	for (int with = 0; with < 2; with++) {
		struct pair x;

		pair_both(&x);
		MADE_ENVIRONMENT(&x.a, 1, "HOME=/a\0CONF=/a/conf\0RUN=run-1");
		MADE_ENVIRONMENT(&x.b, 1, "HOME=/b\0CONF=/b/conf\0RUN=run-2");
		x.a.processes[1].is.environment_said = a;
		x.a.processes[1].is.environment_said_size = sizeof(a);
		x.b.processes[1].is.environment_said = b;
		x.b.processes[1].is.environment_said_size = sizeof(b);
		if (with)
			assert_int_equal(rules_read(rules, sizeof(rules) - 1, "x", &x.rules, none),
					 0);
		pair_end(&x);
		/* That they are others is known all the same. */
		assert_int_equal(x.c.found.count, 3);
		assert_int_equal(pair_loud(&x), with ? 0 : 1);
		for (size_t i = 0; i < x.c.found.count; i++) {
			const struct finding *f = &x.c.found.at[i];

			assert_int_equal(f->weight == FINDING_LOUD,
					 !with && strcmp(f->subject, "RUN") == 0);
		}
		pair_done(&x);
	}
}

static void arguments(void **state)
{
	const struct finding *f;
	struct pair x;

	(void)state;
	pair_begin(&x);
	made_process(&x.a, 0, "/bin/cmd", "cmd --safe");
	made_process(&x.b, 0, "/bin/cmd", "cmd --fast");
	pair_end(&x);
	f = find(&x, FIND_ARGUMENTS);
	assert_string_equal(f->was, "cmd --safe");
	assert_string_equal(f->now, "cmd --fast");
	pair_done(&x);
}

static void another_executable(void **state)
{
	struct pair x;

	(void)state;
	pair_begin(&x);
	made_process(&x.a, 0, "/bin/cmd", "cmd");
	made_process(&x.b, 0, "/opt/cmd", "cmd");
	pair_end(&x);
	assert_string_equal(find(&x, FIND_EXECUTABLE)->now, "/opt/cmd");
	pair_done(&x);
	pair_both(&x);
	x.a.processes[1].is.exe_id = UINT64_C(0x1234567800000000);
	x.b.processes[1].is.exe_id = UINT64_C(0x8765432100000000);
	pair_end(&x);
	assert_string_equal(find(&x, FIND_EXECUTABLE)->was, "build 12345678");
	assert_string_equal(find(&x, FIND_EXECUTABLE)->now, "build 87654321");
	pair_done(&x);
	/* Of one it is not known. */
	pair_both(&x);
	x.b.processes[1].is.exe_id = 7;
	pair_end(&x);
	assert_int_equal(x.c.found.count, 0);
	pair_done(&x);
}

static void it_fails_now(void **state)
{
	const struct finding *f;
	struct pair x;

	(void)state;
	pair_both(&x);
	made_step(&x.a, 1, "open(\"/data\") = </data>", "/data", 0);
	made_step(&x.b, 1, "open(\"/data\") = -1 ENOENT", "/data", ENOENT);
	pair_end(&x);
	f = find(&x, FIND_FAILS);
	assert_string_equal(f->was, "ok");
	assert_string_equal(f->now, "ENOENT");
	assert_string_equal(f->subject, "open(\"/data\")");
	assert_non_null(f->a.step);
	assert_non_null(f->b.step);
	pair_done(&x);
}

static void flags(void **state)
{
	const struct finding *f;
	struct pair x;

	(void)state;
	pair_both(&x);
	made_step(&x.a, 1, "open(\"/d\", O_RDONLY|O_CLOEXEC) = </d>", "/d", 0);
	made_step(&x.b, 1, "open(\"/d\", O_RDONLY) = </d>", "/d", 0);
	pair_end(&x);
	f = find(&x, FIND_FLAGS);
	assert_string_equal(f->was, "O_RDONLY|O_CLOEXEC");
	assert_string_equal(f->now, "O_RDONLY");
	pair_done(&x);
}

static void another_file(void **state)
{
	struct pair x;

	(void)state;
	pair_both(&x);
	made_step(&x.a, 1, "open(\"/lib/a.so\") = </lib/a.so>", "/lib/a.so", 0);
	made_step(&x.b, 1, "open(\"/opt/a.so\") = </opt/a.so>", "/opt/a.so", 0);
	pair_end(&x);
	assert_string_equal(find(&x, FIND_INSTEAD)->was, "/lib/a.so");
	assert_string_equal(find(&x, FIND_INSTEAD)->now, "/opt/a.so");
	pair_done(&x);
}

static void streams(void **state)
{
	struct pair x;

	(void)state;
	pair_both(&x);
	made_stream(&x.a, 1, "/etc/conf", false, 100, 1);
	made_stream(&x.b, 1, "/etc/conf", false, 100, 2);
	made_stream(&x.a, 1, "stdout", true, 5, 7);
	made_stream(&x.b, 1, "stdout", true, 5, 7);
	pair_end(&x);
	assert_int_equal(x.c.found.count, 1);
	assert_string_equal(find(&x, FIND_BYTES)->subject, "read from /etc/conf");
	pair_done(&x);
}

/* Not all of it is on the tape, or what there is is another each time. */
static void streams_that_say_nothing(void **state)
{
	(void)state;
	for (int masked = 0; masked < 2; masked++) {
		struct pair x;
		struct diff_stream *s;

		pair_both(&x);
		made_stream(&x.a, 1, "/etc/conf", false, 100, 1);
		made_stream(&x.b, 1, "/etc/conf", false, masked ? 90 : 100, 2);
		s = (struct diff_stream *)(void *)x.b.processes[1].streams.data;
		s->whole = masked;
		s->masked = masked;
		pair_end(&x);
		assert_int_equal(x.c.found.count, 0);
		pair_done(&x);
	}
}

enum { BY_PIPE = 13 }; /* SIGPIPE, as wait(2) has it */

/* Who wrote more into a pipe before its reader went. */
static size_t found_of_cut_short(bool told, uint32_t a_status, uint32_t b_status, uint64_t b_bytes)
{
	struct pair x;
	size_t n = 0;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;
		struct diff_stream *stream;

		made_stream(s, 1, "pipe#1.w", true, i ? b_bytes : 100, 1 + i);
		stream = (struct diff_stream *)(void *)s->processes[1].streams.data;
		stream->channel = 1;
		if (told) {
			made_count(s, 1, "write", "pipe#1.w", 1);
			((struct diff_count *)(void *)s->processes[1].counts.data)->error = EPIPE;
		}
		made_status(s, 1, i ? b_status : a_status);
	}
	pair_end(&x);
	for (size_t i = 0; i < x.c.found.count; i++)
		n += x.c.found.at[i].kind == FIND_BYTES;
	pair_done(&x);
	return n;
}

static void reader_that_left(void **state)
{
	(void)state;
	assert_int_equal(found_of_cut_short(false, BY_PIPE, BY_PIPE, 90), 0);
	assert_int_equal(found_of_cut_short(true, 0, 0, 90), 0);
	assert_int_equal(found_of_cut_short(true, BY_PIPE, BY_PIPE, 90), 0);
	/* As much, and something else; by one of them alone; by neither. */
	assert_int_equal(found_of_cut_short(false, BY_PIPE, BY_PIPE, 100), 1);
	assert_int_equal(found_of_cut_short(false, BY_PIPE, 0, 90), 1);
	assert_int_equal(found_of_cut_short(false, 0, 0, 90), 1);
}

/* A file that both remove: @other: somebody else reads it before. */
static size_t found_of_scratch(bool removed_in_a, bool other)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		made_process(s, 1, "/bin/child", "child");
		made_stream(s, 1, "/tmp/t", true, 100, i);
		made_stream(s, 1, "/tmp/t", false, 100, i);
		if (other)
			made_count(s, 2, "mmap", "/tmp/t", 1);
		if (i || removed_in_a)
			made_count(s, 2, "unlink", "/tmp/t", 1);
	}
	pair_end(&x);
	n = 0;
	for (size_t i = 0; i < x.c.found.count; i++)
		n += x.c.found.at[i].kind == FIND_BYTES;
	pair_done(&x);
	return n;
}

static void scratch(void **state)
{
	(void)state;
	assert_int_equal(found_of_scratch(true, false), 0);
	assert_int_equal(found_of_scratch(false, false), 2);
	assert_int_equal(found_of_scratch(true, true), 2);
}

static void counts(void **state)
{
	static const struct {
		uint64_t a, b;
		bool told;
	} rows[] = {{100, 100, false}, {100, 101, false}, {100, 110, false}, {100, 160, true},
		    {1, 3, false},     {1, 4, true},      {0, 9, true},      {UINT64_MAX, 1, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair x;

		pair_both(&x);
		if (rows[i].a)
			made_count(&x.a, 1, "fsync", "/etc/conf", rows[i].a);
		made_count(&x.b, 1, "fsync", "/etc/conf", rows[i].b);
		pair_end(&x);
		assert_int_equal(x.c.found.count, rows[i].told);
		if (rows[i].told) {
			assert_int_equal(find(&x, FIND_COUNT)->a.count, rows[i].a);
			assert_int_equal(find(&x, FIND_COUNT)->b.count, rows[i].b);
		}
		pair_done(&x);
	}
}

/* Each has its own place; one of them is not there, and one ends otherwise. */
static void a_thousand_processes(void **state)
{
	struct pair x;

	(void)state;
	pair_both(&x);
	for (size_t i = 0; i < MANY; i++) {
		char words[32], label[32], text[96];

		snprintf(words, sizeof(words), "child %zu", i);
		snprintf(label, sizeof(label), "/data/%zu", i);
		snprintf(text, sizeof(text), "open(\"%s\") = <%s>", label, label);
		for (size_t k = 0; k < 2; k++) {
			struct made_side *s = k ? &x.b : &x.a;
			uint32_t p;

			if (k && i == 500)
				continue;
			p = made_process(s, 1, "/bin/child", words);
			made_step(s, p, text, label, 0);
			made_status(s, p, k && i == 700 ? 256 : 0);
		}
	}
	pair_end(&x);
	assert_int_equal(x.c.match.node_count, 2 + MANY);
	assert_int_equal(x.c.found.count, 2);
	assert_string_equal(find(&x, FIND_PROCESS_GONE)->subject, "child 500");
	assert_int_equal(find(&x, FIND_EXIT)->a.process, 702);
	pair_done(&x);
}

/* Parents that are themselves, one another, or not there yet. */
static void parents_that_cannot_be(void **state)
{
	struct pair x;

	(void)state;
	pair_begin(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		made_process(s, 1, "/bin/a", "a");
		made_process(s, 3, "/bin/b", "b");
		made_process(s, 2, "/bin/c", "c");
		made_process(s, 77, "/bin/d", "d");
	}
	made_status(&x.b, 3, 256);
	pair_end(&x);
	assert_int_equal(x.c.found.count, 1);
	assert_int_equal(find(&x, FIND_EXIT)->b.process, 3);
	pair_done(&x);
}

/* What varies again is the same key, whatever its numbers; another thing is another. */
static uint64_t key_of(const char *label, uint64_t hash)
{
	struct pair x;
	uint64_t key;

	pair_both(&x);
	made_stream(&x.a, 1, label, true, 10, 1);
	made_stream(&x.b, 1, label, true, 10, hash);
	pair_end(&x);
	key = find(&x, FIND_BYTES)->key;
	pair_done(&x);
	return key;
}

static void keys(void **state)
{
	(void)state;
	assert_int_equal(key_of("/log/1234567", 2), key_of("/log/7654321", 3));
	assert_int_not_equal(key_of("/log/1234567", 2), key_of("/lag/1234567", 2));
}

static void names(void **state)
{
	cleanup_done(buf_done) struct buf name = {0}, none = {0}, cut = {0};
	char words[200];
	struct pair x;

	(void)state;
	/* It is not cut within a character. */
	memset(words, 'x', sizeof(words));
	memcpy(words, "cmd ", 4);
	for (size_t i = 71; i + 2 < sizeof(words); i += 2)
		memcpy(words + i, "\xc3\xa4", 2);
	words[sizeof(words) - 1] = '\0';
	pair_begin(&x);
	made_process(&x.a, 0, "/bin/cmd", "cmd one");
	made_process(&x.b, 0, "/bin/cmd", "cmd one");
	made_process(&x.a, 1, "/bin/cmd", words);
	made_process(&x.b, 1, "/bin/cmd", words);
	pair_end(&x);
	comparison_name(&x.c, 1, &name);
	assert_string_equal(buf_text(&name), "cmd one");
	comparison_name(&x.c, 0, &none);
	assert_string_equal(buf_text(&none), "");
	comparison_name(&x.c, 2, &cut);
	assert_int_equal(cut.size, 71 + 3);
	assert_string_equal(buf_text(&cut) + 71, "...");
	pair_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(nothing_on_one_side),
		cmocka_unit_test(the_same),
		cmocka_unit_test(it_ends_otherwise),
		cmocka_unit_test(a_core_is_no_other_end),
		cmocka_unit_test(what_it_was_in),
		cmocka_unit_test(another_order),
		cmocka_unit_test(variables),
		cmocka_unit_test(odd_variables),
		cmocka_unit_test(what_variables_say),
		cmocka_unit_test(arguments),
		cmocka_unit_test(another_executable),
		cmocka_unit_test(it_fails_now),
		cmocka_unit_test(flags),
		cmocka_unit_test(another_file),
		cmocka_unit_test(streams),
		cmocka_unit_test(streams_that_say_nothing),
		cmocka_unit_test(reader_that_left),
		cmocka_unit_test(scratch),
		cmocka_unit_test(counts),
		cmocka_unit_test(a_thousand_processes),
		cmocka_unit_test(parents_that_cannot_be),
		cmocka_unit_test(keys),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines. The input is a byte that says whose, and words that end at zero bytes. Nothing
 * is run and no file is touched: what is tried is reading the words, with the values in them, and
 * that a choice of calls is the same after it has been kept on a tape.
 */
#include "fuzz.h"

#include "print_arguments.h"
#include "rec_arguments.h"

#include "base/buf.h"
#include "base/err.h"
#include "sys/choice.h"
#include "sys/table.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

enum { WORDS_MAX = 64, WHOSE = 3, FILES_LAST = 999999 };

struct words {
	char *text; /* the program's name, and the words */
	char *argv[WORDS_MAX + 2];
	int argc;
};

/* The C library's regular expressions take gigabytes for a{9999}{9999}, and forever for \1: their
 * author has only himself to blame. */
static void tame(char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '{' || text[i] == '\\')
			text[i] = '.';
	}
}

static void split(struct words *w, const uint8_t *data, size_t size)
{
	static const char name[] = "program";
	size_t end = sizeof(name) + size;

	w->text = malloc(end + 1);
	fuzz_check(w->text);
	memcpy(w->text, name, sizeof(name));
	memcpy(w->text + sizeof(name), data, size);
	w->text[end] = '\0';
	tame(w->text, end);
	for (size_t at = 0; at < end && w->argc <= WORDS_MAX; at += strlen(w->text + at) + 1)
		w->argv[w->argc++] = w->text + at;
	/* Anew, whatever was read before. */
	optind = 0;
}

static void check_verdict(int r, const struct err *err)
{
	fuzz_check(r == 0 || (r < 0 && err->code == r && *err->text));
}

/* ---- rec ---- */

static void check_bounds(const struct bounds *b)
{
	const struct rec_bounds *r = &b->rec;

	fuzz_check(!b->files || (b->files > 1 && r->part_size));
	fuzz_check(!(r->part_size && r->ring_size) && !(r->max_size && r->ring_size));
	fuzz_check(!r->only_on_failure || r->ring_size);
	fuzz_check(bounds_has_files(b) == (r->open != NULL));
	for (unsigned n = 0; bounds_has_files(b) && n < 3; n++) {
		struct buf text = {0};

		bounds_say_files(b, n, &text);
		bounds_say_last(b, FILES_LAST * n, &text);
		fuzz_check(buf_error(&text) == 0 && text.size);
		buf_done(&text);
	}
}

static void rec(struct words *w)
{
	struct rec_arguments a;
	struct err err = {0};
	int r = rec_arguments_parse(&a, w->argc, w->argv, &err);

	check_verdict(r, &err);
	if (r == 0 && a.wants == REC_RECORD) {
		fuzz_check((a.rec.pid_count == 0) == (a.rec.argv != NULL));
		fuzz_check(a.rec.level >= 0 && a.rec.level < 20);
		for (size_t i = 0; i < a.rec.pid_count; i++)
			fuzz_check(a.rec.pids[i] > 0);
		for (char **v = a.environment; v && *v; v++)
			fuzz_check(**v != '=');
		check_bounds(&a.bounds);
	}
	rec_arguments_done(&a);
}

/* ---- analyze ---- */

static void print(struct words *w)
{
	struct print_arguments a;
	struct err err = {0};
	const struct event e = {.kind = EVENT_CALL, .pid = 1, .tid = 2, .time = 5};
	int r = print_arguments_parse(&a, w->argc, w->argv, &err);

	check_verdict(r, &err);
	if (r == 0) {
		fuzz_check(optind >= 1 && optind <= w->argc);
		fuzz_check(a.options.clock <= PRINT_CLOCK_UNIX && a.options.hex <= PRINT_HEX_ALL);
		filter_shows(&a.filter, &e);
		shown_event(&a.shown, &e);
	}
	print_arguments_done(&a);
}

/* ---- a choice of calls ---- */

static void check_same(const struct sys_choice *a, const struct sys_choice *b)
{
	fuzz_check(a->others == b->others && a->calls.count == b->calls.count);
	for (size_t i = 0; sys_arch(i); i++) {
		for (uint64_t nr = 0; nr < sys_count(sys_arch(i)); nr++)
			fuzz_check(sys_choice_has(a, sys_arch(i), nr, NULL) ==
				   sys_choice_has(b, sys_arch(i), nr, NULL));
	}
	fuzz_check(sys_choice_is_all(a) == sys_choice_is_all(b));
}

static void choice(const char *expression)
{
	struct sys_choice first = {.others = false}, again = {.others = false};
	struct buf plain = {0};
	struct err err = {0};
	int r = sys_choice_parse(expression, &first, &err);

	check_verdict(r, &err);
	fuzz_check(sys_choice_plain(expression, &plain, NULL) == r);
	if (r < 0) {
		fuzz_check(!first.others && !first.calls.count);
	} else {
		r = sys_choice_parse_plain(buf_text(&plain), &again, &err);
		/* There may be more words than a tape may have. */
		fuzz_check(r == 0 || r == -E2BIG);
		if (r == 0)
			check_same(&first, &again);
	}
	buf_done(&plain);
	sys_choice_done(&first);
	sys_choice_done(&again);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct words w = {.argc = 0};

	if (!size)
		return;
	split(&w, data + 1, size - 1);
	if (data[0] % WHOSE == 0)
		rec(&w);
	else if (data[0] % WHOSE == 1)
		print(&w);
	else if (w.argc > 1)
		choice(w.argv[1]);
	free(w.text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says a side as text: side_dump TAPE. With "unified" behind it, the steps of each thread by its
 * number on the tape, as the report has them; with "size", how much there is. What is the same in
 * two runs is the same here, so that two tapes can be compared with diff(1).
 */
#include "replayer/side/side.h"

#include "base/buf.h"
#include "base/err.h"
#include "format/container/source.h"
#include "replayer/print/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *label(const struct diff_side *s, uint32_t object)
{
	return object ? s->texts + s->objects[object].label : "-";
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In an order that does not hang on that of objects. */
static void put_sorted(char **lines, size_t count)
{
	if (count)
		qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++) {
		puts(lines[i]);
		free(lines[i]);
	}
	free(lines);
}

static void say_counts(const struct diff_side *s, const struct diff_process *p)
{
	char **lines = calloc(p->count_count + 1, sizeof(*lines));
	size_t n = 0;

	for (size_t i = 0; i < p->count_count; i++) {
		const struct diff_count *c = &p->counts[i];

		if (c->noise)
			continue;
		if (asprintf(&lines[n], "count %s %s errno %u: %" PRIu64, s->calls[c->call],
			     label(s, c->object), c->error, c->calls) > 0)
			n++;
	}
	put_sorted(lines, n);
}

static void say_streams(const struct diff_side *s, const struct diff_process *p)
{
	char **lines = calloc(p->stream_count + 1, sizeof(*lines));
	size_t n = 0;

	for (size_t i = 0; i < p->stream_count; i++) {
		const struct diff_stream *x = &p->streams[i];
		int r = x->masked ? asprintf(&lines[n], "stream %s %s masked", label(s, x->object),
					     x->out ? "out" : "in")
				  : asprintf(&lines[n],
					     "stream %s %s %" PRIu64 " bytes %016" PRIx64 "%s%s",
					     label(s, x->object), x->out ? "out" : "in", x->bytes,
					     x->hash, x->whole ? "" : " not whole",
					     x->shared ? " shared" : "");
		n += r > 0;
	}
	put_sorted(lines, n);
}

static void say_thread(const struct diff_side *s, const struct diff_thread *t)
{
	printf("thread %u\n", t->rank);
	for (size_t i = 0; i < t->count; i++) {
		const struct diff_step *x = &t->steps[i];

		printf("%s%s%s\n", diff_step_text(s, x), x->marks & DIFF_PROBE ? " [probe]" : "",
		       x->marks & DIFF_ALLOCATOR ? " [allocator]" : "");
	}
}

static void say_lines(const struct diff_side *s, const struct diff_thread *t)
{
	printf("thread %u\n", t->tid);
	for (size_t i = 0; i < t->count; i++) {
		const char *text = diff_step_text(s, &t->steps[i]);
		struct buf line = {0};

		escape_text(&line, text, strlen(text));
		printf(" %s\n", buf_text(&line));
		buf_done(&line);
	}
}

static void say_all_lines(const struct diff_side *s)
{
	for (size_t i = 1; i < s->process_count; i++) {
		for (size_t k = 0; k < s->processes[i].thread_count; k++)
			say_lines(s, &s->processes[i].threads[k]);
	}
}

static void say_process(const struct diff_side *s, size_t i)
{
	const struct diff_process *p = &s->processes[i];

	printf("\nprocess %zu of %u: %s: %s%s, status %x%s\n", i, p->parent, label(s, p->exe),
	       s->texts + p->argv, p->execed ? " (execed)" : "", p->status,
	       p->ended ? "" : ", not ended");
	for (size_t k = 0; k < p->thread_count; k++)
		say_thread(s, &p->threads[k]);
	say_counts(s, p);
	say_streams(s, p);
}

int main(int argc, char **argv)
{
	const struct diff_options options = {.one_thread = true};
	struct trace_source *source;
	struct diff_side *s;
	struct err err = {0};

	if (argc < 2)
		return 2;
	if (trace_source_open(argv[1], &source, &err) < 0 ||
	    diff_side_read(source, &options, &s, &err) < 0) {
		fprintf(stderr, "%s: %s\n", argv[1], err_text(&err));
		return 2;
	}
	if (argc > 2 && strcmp(argv[2], "unified") == 0) {
		say_all_lines(s);
	} else if (argc > 2) {
		printf("%" PRIu64 " events, %zu processes, %zu objects, %zu texts bytes\n",
		       s->events, s->process_count, s->object_count, s->texts_size);
	} else {
		for (size_t i = 1; i < s->process_count; i++)
			say_process(s, i);
	}
	diff_side_free(s);
	return 0;
}

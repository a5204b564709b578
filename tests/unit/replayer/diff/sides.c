/* SPDX-License-Identifier: Apache-2.0 */
#include "sides.h"

#include "replayer/side/side_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t put_text(struct made_side *s, const char *text)
{
	const size_t at = s->texts.size;

	buf_append(&s->texts, text, strlen(text) + 1);
	return (uint32_t)at;
}

static const struct diff_object *object_at(const struct made_side *s, size_t i)
{
	return (const struct diff_object *)(const void *)s->objects.data + i;
}

static uint32_t put_object(struct made_side *s, const char *label)
{
	const size_t count = s->objects.size / sizeof(struct diff_object);
	struct diff_object o = {.kind = DIFF_FILE};

	if (!label)
		return DIFF_NONE;
	for (size_t i = 1; i < count; i++) {
		if (strcmp(s->texts.data + object_at(s, i)->label, label) == 0)
			return (uint32_t)i;
	}
	if (strchr(label, ':'))
		o.kind = DIFF_PEER;
	else if (strchr(label, '#'))
		o.kind = strchr(label, '<') ? DIFF_NEW_FILE : DIFF_CHANNEL;
	o.hash = diff_hash(label, strlen(label));
	o.label = o.name = put_text(s, label);
	buf_append(&s->objects, &o, sizeof(o));
	return (uint32_t)count;
}

static uint32_t put_call(struct made_side *s, const char *name, size_t size)
{
	for (size_t i = 1; i < s->call_count; i++) {
		if (strlen(s->call_names[i]) == size && memcmp(s->call_names[i], name, size) == 0)
			return (uint32_t)i;
	}
	assert_true(s->call_count < SIDES_CALLS_MAX);
	s->call_names[s->call_count] = strndup(name, size);
	assert_non_null(s->call_names[s->call_count]);
	return (uint32_t)s->call_count++;
}

static struct made_process *at(struct made_side *s, uint32_t process)
{
	assert_true(process && process < s->process_count);
	return &s->processes[process];
}

void made_side_begin(struct made_side *s)
{
	const struct diff_object nobody = {.kind = DIFF_FILE};

	*s = (struct made_side){.call_count = 1, .process_count = 1, .process_capacity = 16};
	s->processes = calloc(s->process_capacity, sizeof(*s->processes));
	assert_non_null(s->processes);
	put_text(s, "");
	buf_append(&s->objects, &nobody, sizeof(nobody));
}

static struct made_process *add_process(struct made_side *s)
{
	struct made_process *p;

	if (s->process_count == s->process_capacity) {
		s->process_capacity *= 2;
		s->processes = realloc(s->processes, s->process_capacity * sizeof(*s->processes));
		assert_non_null(s->processes);
	}
	p = &s->processes[s->process_count];
	*p = (struct made_process){.is = {.pid = 1000 + (uint32_t)s->process_count,
					  .ended = true,
					  .start_time = ++s->seq}};
	p->threads[0].tid = p->is.pid;
	p->thread_count = 1;
	s->process_count++;
	return p;
}

uint32_t made_process(struct made_side *s, uint32_t parent, const char *exe, const char *words)
{
	struct made_process *p = add_process(s);

	p->is.parent = parent;
	p->is.execed = true;
	p->is.exe = put_object(s, exe);
	p->is.argv = put_text(s, words);
	return (uint32_t)s->process_count - 1;
}

uint32_t made_fork(struct made_side *s, uint32_t parent)
{
	struct made_process *p = add_process(s);

	p->is.parent = parent;
	p->is.exe = at(s, parent)->is.exe;
	p->is.argv = at(s, parent)->is.argv;
	return (uint32_t)s->process_count - 1;
}

void made_thread(struct made_side *s, uint32_t process)
{
	struct made_process *p = at(s, process);
	const size_t rank = p->thread_count++;

	assert_true(rank < SIDES_THREADS_MAX);
	p->threads[rank] = (struct diff_thread){.tid = p->is.pid * 100 + (uint32_t)rank,
						.rank = (uint32_t)rank};
}

void made_status(struct made_side *s, uint32_t process, uint32_t status)
{
	at(s, process)->is.status = status;
}

void made_environment(struct made_side *s, uint32_t process, const void *text, size_t size)
{
	at(s, process)->is.environment = text;
	at(s, process)->is.environment_size = size;
}

void made_count(struct made_side *s, uint32_t process, const char *call, const char *label,
		uint64_t calls)
{
	const struct diff_count x = {.call = put_call(s, call, strlen(call)),
				     .object = put_object(s, label),
				     .calls = calls};
	struct made_process *p = at(s, process);
	struct diff_count *known = (struct diff_count *)(void *)p->counts.data;

	for (size_t i = 0; i < p->counts.size / sizeof(x); i++) {
		if (known[i].call == x.call && known[i].object == x.object && !known[i].error) {
			known[i].calls += calls;
			return;
		}
	}
	buf_append(&p->counts, &x, sizeof(x));
}

void made_step(struct made_side *s, uint32_t process, const char *text, const char *label,
	       uint16_t error)
{
	const size_t size = strcspn(text, "(");
	struct diff_step x = {.seq = ++s->seq,
			      .object = put_object(s, label),
			      .call = put_call(s, text, size),
			      .text = put_text(s, text),
			      .error = error};

	x.what = diff_step_about(s->call_names[x.call], object_at(s, x.object)->hash);
	x.coarse = diff_step_coarse(x.what, error, false);
	x.fine = diff_hash(text, strlen(text));
	buf_append(&at(s, process)->steps, &x, sizeof(x));
	at(s, process)->threads[at(s, process)->thread_count - 1].count++;
}

void made_stream(struct made_side *s, uint32_t process, const char *label, bool out, uint64_t bytes,
		 uint64_t hash)
{
	const struct diff_stream x = {.object = put_object(s, label),
				      .out = out,
				      .whole = true,
				      .bytes = bytes,
				      .calls = 1,
				      .hash = hash};

	buf_append(&at(s, process)->streams, &x, sizeof(x));
}

static int compare_counts(const void *a, const void *b)
{
	const struct diff_count *x = a, *y = b;

	if (x->call != y->call)
		return x->call < y->call ? -1 : 1;
	return (x->object > y->object) - (x->object < y->object);
}

static void give_steps(struct made_process *p)
{
	const struct diff_step *next = (const struct diff_step *)(const void *)p->steps.data;

	for (size_t i = 0; i < p->thread_count; i++) {
		p->threads[i].steps = next;
		next += p->threads[i].count;
	}
}

const struct diff_side *made_side_end(struct made_side *s)
{
	s->given = calloc(s->process_count, sizeof(*s->given));
	assert_non_null(s->given);
	for (size_t i = 1; i < s->process_count; i++) {
		struct made_process *p = &s->processes[i];

		p->is.counts = (const struct diff_count *)(const void *)p->counts.data;
		p->is.count_count = p->counts.size / sizeof(struct diff_count);
		if (p->is.count_count)
			qsort(p->counts.data, p->is.count_count, sizeof(struct diff_count),
			      compare_counts);
		p->is.streams = (const struct diff_stream *)(const void *)p->streams.data;
		p->is.stream_count = p->streams.size / sizeof(struct diff_stream);
		give_steps(p);
		p->is.threads = p->threads;
		p->is.thread_count = p->thread_count;
		s->given[i] = p->is;
	}
	s->is = (struct diff_side){.header = s->is.header,
				   .snapshot = s->is.snapshot,
				   .processes = s->given,
				   .process_count = s->process_count,
				   .objects = object_at(s, 0),
				   .object_count = s->objects.size / sizeof(struct diff_object),
				   .calls = s->call_names,
				   .call_count = s->call_count,
				   .texts = s->texts.data,
				   .texts_size = s->texts.size};
	return &s->is;
}

void made_side_done(struct made_side *s)
{
	for (size_t i = 1; i < s->process_count; i++) {
		buf_done(&s->processes[i].steps);
		buf_done(&s->processes[i].counts);
		buf_done(&s->processes[i].streams);
	}
	for (size_t i = 1; i < s->call_count; i++)
		free((char *)(uintptr_t)s->call_names[i]);
	buf_done(&s->objects);
	buf_done(&s->texts);
	free(s->processes);
	free(s->given);
	*s = (struct made_side){.process_count = 0};
}

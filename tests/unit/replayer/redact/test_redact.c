/* SPDX-License-Identifier: Apache-2.0 */
/* A tape goes in event by event, another one comes out: what is in its memory then. */
#include "replayer/redact/redact.h"

#include "../made.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "format/container/source.h"
#include "replayer/redact/rules.h"
#include "replayer/redact/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GITHUB "ghp_a1B2c3D4a1B2c3D4a1B2c3D4a1B2c3D4"

enum { CALLS_MAX = 128, AT = 0x1000 };

struct made_tape {
	struct made made[CALLS_MAX];
	size_t count;
	const char *environment; /* strings, each with its NUL */
	size_t environment_size;
};

static void add(struct made_tape *t, const struct made_call *call)
{
	struct made *m = &t->made[t->count];

	made_from(call, m);
	m->event.seq = m->event.call.begun_seq = 2 * t->count + 1;
	m->event.call.end_seq = m->event.seq + 1;
	m->event.time = t->count * 1000;
	t->count++;
}

/* All of @text, to a descriptor that nobody knows more of. */
static void add_write(struct made_tape *t, uint64_t fd, const char *text, size_t size)
{
	const struct made_call call = {.name = "write",
				       .ret = (int64_t)size,
				       .args = {fd, AT, size},
				       .memory = {{.address = AT, .data = text, .length = size}}};

	add(t, &call);
}

static void take(struct redact *r, const struct trace_item *item)
{
	struct err err = {0};

	if (redact_take(r, item, &err) < 0)
		fail_msg("%s", err_text(&err));
}

/* The redactor works in place on what it is given of a snapshot. */
static void take_snapshot(struct redact *r, const struct made_tape *t)
{
	uint8_t *copy = malloc(t->environment_size + 1);
	struct meta_process process = {.pid = MADE_PID, .env = {copy, t->environment_size}};
	const struct meta_snapshot snapshot = {.processes = &process, .process_count = 1};

	assert_non_null(copy);
	memcpy(copy, t->environment, t->environment_size);
	take(r, &(struct trace_item){.kind = ITEM_SNAPSHOT, .snapshot = &snapshot});
	free(copy);
}

static void feed(struct redact *r, const struct made_tape *t)
{
	const struct meta_header header = {.payload_limit = UINT64_MAX};
	const struct meta_trailer trailer = {.calls = t->count};
	struct err err = {0};

	for (int pass = 0; pass < REDACT_PASSES; pass++) {
		take(r, &(struct trace_item){.kind = ITEM_HEADER, .header = &header});
		if (t->environment)
			take_snapshot(r, t);
		for (size_t i = 0; i < t->count; i++)
			take(r,
			     &(struct trace_item){.kind = ITEM_EVENT, .event = &t->made[i].event});
		take(r, &(struct trace_item){.kind = ITEM_TRAILER, .trailer = &trailer});
		assert_int_equal(redact_next_pass(r, &err), 0);
	}
}

/* The memory of all events, one range behind the other, and the environment. */
static void read_memory(const struct buf *tape, struct buf *ret, struct buf *ret_environment)
{
	const struct trace_stream_options options = {.one_thread = true};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err err = {0};

	assert_int_equal(trace_source_memory(tape->data, tape->size, false, &source), 0);
	assert_int_equal(trace_stream_open(source, &options, &stream, &err), 0);
	while (trace_stream_next(stream, &item, &err) > 0) {
		assert_int_not_equal(item.kind, ITEM_DAMAGE);
		if (item.kind == ITEM_SNAPSHOT)
			buf_append(ret_environment, item.snapshot->processes[0].env.data,
				   item.snapshot->processes[0].env.size);
		for (uint32_t i = 0; item.kind == ITEM_EVENT && i < item.event->memory_count; i++)
			buf_append(ret, item.event->memory[i].data, item.event->memory[i].length);
	}
	trace_stream_free(stream);
}

struct outcome {
	struct buf memory, environment, report;
};

static void outcome_done(struct outcome *o)
{
	buf_done(&o->memory);
	buf_done(&o->environment);
	buf_done(&o->report);
}

static void redact(enum redact_level level, struct made_tape *t, struct outcome *ret)
{
	uint8_t bytes[REDACT_KEY_SIZE] = {42};
	struct redact_key *key = redact_key_new(bytes);
	struct rules *rules = rules_new();
	struct buf tape = {0};
	const struct redact_options options = {
		.level = level, .rules = rules, .key = key, .sink = sink_memory(&tape)};
	const struct redact_outcome nothing = {.unknown = 0};
	struct redact *r = redact_new(&options);

	*ret = (struct outcome){{0}, {0}, {0}};
	assert_non_null(r);
	feed(r, t);
	read_memory(&tape, &ret->memory, &ret->environment);
	redact_report(r, &nothing, &ret->report);
	redact_free(r);
	redact_rules_free(rules);
	redact_key_free(key);
	buf_done(&tape);
	for (size_t i = 0; i < t->count; i++)
		made_done(&t->made[i]);
}

static bool has(const struct buf *b, const char *text)
{
	return memmem(b->data, b->size, text, strlen(text));
}

/* However a stream is cut, a token in it goes, all of it, and nothing else. */
static void test_splits(void **state)
{
	static const char text[] = "in front " GITHUB " behind\n";
	size_t size = sizeof(text) - 1, begin = strlen("in front "), length = strlen(GITHUB);

	(void)state;
	for (size_t step = 1; step < size; step += step < 4 ? 1 : 9) {
		struct made_tape t = {.count = 0};
		struct outcome o;

		for (size_t at = 0; at < size; at += step)
			add_write(&t, 7, text + at, size - at < step ? size - at : step);
		redact(REDACT_DEFAULT, &t, &o);
		assert_int_equal(o.memory.size, size);
		assert_memory_equal(o.memory.data, text, begin);
		assert_int_equal(o.memory.data[begin], '~');
		assert_true(redact_is_token((uint8_t *)o.memory.data + begin, length));
		assert_string_equal(o.memory.data + begin + length, " behind\n");
		outcome_done(&o);
	}
}

/* Streams of two descriptors are two. */
static void test_two_streams(void **state)
{
	struct made_tape t = {.count = 0};
	struct outcome o;

	(void)state;
	add_write(&t, 7, "x ghp_a1B2c3D4a1B2c3D4", 22);
	add_write(&t, 8, "other", 5);
	add_write(&t, 7, "a1B2c3D4a1B2c3D4\n", 17);
	redact(REDACT_DEFAULT, &t, &o);
	assert_false(has(&o.memory, "ghp_"));
	assert_false(has(&o.memory, "a1B2"));
	assert_true(has(&o.memory, "other"));
	outcome_done(&o);
}

/* What is known at the end is gone at the beginning, in every form, and equal stays equal. */
static void test_everywhere(void **state)
{
	static const char environment[] = "HOME=/x\0DB_PASSWORD=Env-S3cret+1\0";
	static const char *const texts[] = {
		"Env-S3cret+1\n",        "RW52LVMzY3JldCsx\n",
		"xx RW52LVMzY3JldCsx\n", "456e762d533363726574 2b31 456E762D5333637265742B31\n",
		"Env-S3cret%2B1\n",      "again Env-S3cret+1\n"};
	struct made_tape t = {.environment = environment,
			      .environment_size = sizeof(environment) - 1};
	struct outcome o;
	const char *first;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		add_write(&t, 7 + i, texts[i], strlen(texts[i]));
	redact(REDACT_DEFAULT, &t, &o);
	assert_false(has(&o.memory, "S3cret"));
	assert_false(has(&o.memory, "UzNjcmV0"));
	assert_false(has(&o.memory, "5333637265742B31"));
	assert_false(has(&o.memory, "%2B1"));
	assert_false(has(&o.environment, "S3cret"));
	assert_true(has(&o.environment, "DB_PASSWORD=~"));
	assert_true(has(&o.environment, "HOME=/x"));
	/* The same token in both. */
	first = (const char *)o.environment.data + sizeof("HOME=/x") + strlen("DB_PASSWORD=");
	assert_memory_equal(o.memory.data, first, strlen("Env-S3cret+1"));
	assert_memory_equal(o.memory.data + o.memory.size - strlen("Env-S3cret+1\n"), first,
			    strlen("Env-S3cret+1"));
	assert_non_null(strstr(buf_text(&o.report), "password"));
	assert_null(strstr(buf_text(&o.report), "S3cret"));
	outcome_done(&o);
}

static void test_levels(void **state)
{
	static const char environment[] = "USER=marguerite\0MODE=fast\0";
	static const char text[] = "hello of marguerite at 10.20.30.40\n";
	/* AF_INET, port 80. */
	static const char peer[] = "\2\0\0\120\12\24\36\50\0\0\0\0\0\0\0\0";
	const struct made_call connect = {.name = "connect",
					  .args = {9, AT, 16},
					  .memory = {{.address = AT, .data = peer, .length = 16}}};

	(void)state;
	for (enum redact_level level = REDACT_DEFAULT; level <= REDACT_META; level++) {
		struct made_tape t = {.environment = environment,
				      .environment_size = sizeof(environment) - 1};
		bool names = level == REDACT_NAMES, meta = level == REDACT_META;
		struct outcome o;

		add_write(&t, 7, text, sizeof(text) - 1);
		add(&t, &connect);
		redact(level, &t, &o);
		assert_int_equal(has(&o.memory, "hello of "), !meta);
		assert_int_equal(has(&o.memory, "marguerite"), !names && !meta);
		assert_int_equal(has(&o.memory, "10.20.30.40"), !names && !meta);
		assert_int_equal(has(&o.memory, "\12\24\36\50"), !names);
		assert_int_equal(has(&o.environment, "marguerite"), !names && !meta);
		assert_int_equal(has(&o.environment, "fast"), !meta);
		/* Structs stay, with family and port. */
		assert_memory_equal(o.memory.data + o.memory.size - 16, peer, 4);
		outcome_done(&o);
	}
}

/* A name is a word, also when it is written byte by byte. */
static void test_words(void **state)
{
	static const char environment[] = "USER=marguerite\0";
	static const char text[] =
		"marguerite, amarguerite marguerites /marguerite/x 10.20.30.40:1 ";
	size_t size = sizeof(text) - 1;

	(void)state;
	for (size_t step = 1; step <= size; step += size - 1) {
		struct made_tape t = {.environment = environment,
				      .environment_size = sizeof(environment) - 1};
		struct outcome o;

		for (size_t at = 0; at < size; at += step)
			add_write(&t, 7, text + at, step);
		redact(REDACT_NAMES, &t, &o);
		assert_int_equal(o.memory.size, size);
		assert_int_equal(o.memory.data[0], '~');
		assert_memory_equal(o.memory.data + 10, ", amarguerite marguerites /~", 28);
		assert_memory_equal(o.memory.data + size - 17, "/x 10.", 6);
		assert_false(has(&o.memory, "20.30"));
		outcome_done(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splits),     cmocka_unit_test(test_two_streams),
		cmocka_unit_test(test_everywhere), cmocka_unit_test(test_levels),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Events to bytes and back, whatever is in them. */
#include "format/codec.h"

#include "base/err.h"
#include "format/container/limits.h"
#include "record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- there and back ---- */

static void encode(const struct batch *batch, struct buf *ret)
{
	struct codec *codec = codec_new();

	assert_non_null(codec);
	assert_int_equal(codec_encode_batch(codec, batch, ret), 0);
	codec_free(codec);
}

static void decode(const struct buf *record, struct batch *ret)
{
	struct codec *codec = codec_new();
	enum codec_kind kind;
	struct err err = {0};
	size_t size;
	const uint8_t *body = record_body(record, &size);

	assert_int_equal(codec_kind(body, size, &kind, &err), 0);
	assert_int_equal(kind, CODEC_CHUNK);
	assert_int_equal(codec_decode_batch(codec, body, size, ret, &err), 0);
	codec_free(codec);
}

static void check_memory(const struct event *a, const struct event *b)
{
	assert_int_equal(a->memory_count, b->memory_count);
	for (uint32_t i = 0; i < a->memory_count; i++) {
		assert_int_equal(a->memory[i].address, b->memory[i].address);
		assert_int_equal(a->memory[i].full, b->memory[i].full);
		assert_int_equal(a->memory[i].length, b->memory[i].length);
		assert_int_equal(a->memory[i].when, b->memory[i].when);
		assert_int_equal(a->memory[i].unreadable, b->memory[i].unreadable);
		assert_memory_equal(a->memory[i].data, b->memory[i].data, a->memory[i].length);
	}
}

/* The kinds that have columns of their own only. */
static void check_rare(const struct event *a, const struct event *b)
{
	switch (a->kind) {
	case EVENT_FORK:
		assert_memory_equal(&a->fork, &b->fork, offsetof(struct event_fork, kind));
		assert_int_equal(a->fork.kind, b->fork.kind);
		assert_int_equal(a->fork.creator_known, b->fork.creator_known);
		break;
	case EVENT_EXEC:
		assert_int_equal(a->exec.former_tid, b->exec.former_tid);
		assert_string_equal(a->exec.path, b->exec.path);
		assert_int_equal(a->exec.argv_size, b->exec.argv_size);
		assert_memory_equal(a->exec.argv, b->exec.argv, a->exec.argv_size);
		break;
	case EVENT_SIGNAL:
	case EVENT_STOP:
		assert_int_equal(a->signal.number, b->signal.number);
		assert_int_equal(a->signal.info_size, b->signal.info_size);
		assert_memory_equal(a->signal.info, b->signal.info, a->signal.info_size);
		break;
	default:
		assert_int_equal(a->exit.status, b->exit.status);
		assert_int_equal(a->exit.process, b->exit.process);
	}
}

static void check_call(const struct event *a, const struct event *b)
{
	assert_int_equal(a->call.begun_seq, b->call.begun_seq);
	if (a->kind == EVENT_CALL || a->kind == EVENT_BEGUN) {
		assert_int_equal(a->call.nr, b->call.nr);
		assert_int_equal(a->call.ip, b->call.ip);
		assert_int_equal(a->call.arch, b->call.arch);
		assert_memory_equal(a->call.args, b->call.args, sizeof(a->call.args));
	}
	if (a->kind == EVENT_CALL || a->kind == EVENT_END) {
		assert_int_equal(a->call.ret, b->call.ret);
		assert_int_equal(a->call.duration, b->call.duration);
		assert_int_equal(b->call.state, EVENT_FINISHED);
		assert_int_equal(a->call.end_seq, b->call.end_seq);
	}
	if (a->kind == EVENT_BEGUN)
		assert_int_equal(b->call.state, EVENT_UNFINISHED);
}

static void check_row(const struct event *a, const struct event *b)
{
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->time, b->time);
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->kind, b->kind);
	check_memory(a, b);
	if (event_is_call(a))
		check_call(a, b);
	else
		check_rare(a, b);
}

/* @batch is sealed here and ended. */
static void check_round_trip(struct batch *batch)
{
	struct batch back = {0};
	struct buf record = {0};

	assert_int_equal(batch_seal(batch), 0);
	encode(batch, &record);
	decode(&record, &back);
	assert_int_equal(back.number, batch->number);
	assert_int_equal(back.count, batch->count);
	for (size_t i = 0; i < batch->count; i++)
		check_row(&batch->rows[i], &back.rows[i]);
	buf_done(&record);
	batch_done(&back);
	batch_done(batch);
}

/* ---- what goes there ---- */

static const struct event_memory extreme_memory[] = {
	/* Where an argument points, below one, nowhere near any. */
	{.address = 0,
	 .full = UINT64_MAX,
	 .data = (const uint8_t *)"abc",
	 .length = 3,
	 .when = EVENT_AT_EXIT},
	{.address = UINT64_MAX,
	 .full = 0,
	 .data = (const uint8_t *)"",
	 .length = 0,
	 .unreadable = true},
	{.address = UINT64_C(1) << 63,
	 .full = 4,
	 .data = (const uint8_t *)"\0\xff\0\1",
	 .length = 4,
	 .when = EVENT_AT_EXIT,
	 .unreadable = true},
	/* A name, even where an argument points. */
	{.address = UINT64_MAX - 1,
	 .full = 4,
	 .data = (const uint8_t *)"/a b",
	 .length = 4,
	 .when = EVENT_NAME},
};

static void add(struct batch *b, const struct event *e)
{
	assert_int_equal(batch_add(b, e, NULL), 0);
}

static struct event extreme_call(uint8_t kind, uint64_t seq)
{
	struct event e = {.seq = seq,
			  .time = UINT64_MAX - seq,
			  .pid = UINT32_MAX,
			  .tid = UINT32_MAX - 1,
			  .kind = kind,
			  .memory_count = 4,
			  .memory = extreme_memory};

	e.call = (struct event_call){.nr = UINT64_MAX,
				     .ip = UINT64_MAX,
				     .ret = INT64_MIN,
				     .begun_seq = kind == EVENT_END || kind == EVENT_DATA ? 0 : seq,
				     .end_seq = kind == EVENT_CALL ? UINT64_MAX : seq,
				     .duration = UINT64_MAX,
				     .arch = UINT32_MAX,
				     .state = EVENT_FINISHED};
	for (size_t i = 0; i < EVENT_ARGS; i++)
		e.call.args[i] = UINT64_MAX - i;
	return e;
}

static void test_extreme_calls(void **state)
{
	struct batch b = {.number = UINT64_MAX};
	struct event e;

	(void)state;
	for (uint8_t kind = EVENT_CALL; kind <= EVENT_DATA; kind++) {
		e = extreme_call(kind, UINT64_MAX - 9 + kind);
		add(&b, &e);
	}
	check_round_trip(&b);
}

static void test_least_values(void **state)
{
	struct event e = {.seq = 1, .kind = EVENT_CALL};
	struct batch b = {0};

	(void)state;
	e.call.begun_seq = 1;
	e.call.end_seq = 1;
	e.call.ret = INT64_MAX;
	e.call.state = EVENT_FINISHED;
	add(&b, &e);
	/* Time may go back: several clocks, several threads. */
	e.seq = e.call.begun_seq = e.call.end_seq = 2;
	e.time = UINT64_MAX;
	add(&b, &e);
	e.seq = e.call.begun_seq = e.call.end_seq = 3;
	e.time = 0;
	add(&b, &e);
	check_round_trip(&b);
}

static void test_rare_kinds(void **state)
{
	static const uint8_t info[EVENT_SIGINFO_SIZE] = {[0] = 255, [127] = 255};
	struct batch b = {0};

	(void)state;
	for (uint8_t kind = 0; kind < FORK_KIND_MAX; kind++)
		add(&b, &(const struct event){.seq = 1u + kind,
					      .kind = EVENT_FORK,
					      .fork = {UINT32_MAX, 7, kind, kind % 2}});
	add(&b,
	    &(const struct event){.seq = 10,
				  .kind = EVENT_EXEC,
				  .exec = {UINT32_MAX, "/\xff\n", (const uint8_t *)"a\0\0b", 4}});
	add(&b, &(const struct event){.seq = 11, .kind = EVENT_EXEC, .exec = {1, "", NULL, 0}});
	add(&b, &(const struct event){
			.seq = 12, .kind = EVENT_SIGNAL, .signal = {64, info, sizeof(info)}});
	add(&b, &(const struct event){.seq = 13, .kind = EVENT_SIGNAL, .signal = {9, NULL, 0}});
	add(&b,
	    &(const struct event){.seq = 14, .kind = EVENT_STOP, .signal = {UINT32_MAX, NULL, 0}});
	add(&b, &(const struct event){.seq = 15, .kind = EVENT_EXIT, .exit = {UINT32_MAX, true}});
	add(&b, &(const struct event){.seq = 16, .kind = EVENT_EXIT, .exit = {0, false}});
	check_round_trip(&b);
}

/* More tasks than the encoder's table of them has room for. */
static void test_many_tasks(void **state)
{
	struct batch b = {0};

	(void)state;
	for (uint32_t i = 1; i <= 10000; i++)
		add(&b,
		    &(const struct event){.seq = i, .pid = i / 3, .tid = i, .kind = EVENT_EXIT});
	for (uint32_t i = 1; i <= 10000; i++)
		add(&b, &(const struct event){
				.seq = 10000 + i, .pid = i / 3, .tid = i, .kind = EVENT_EXIT});
	check_round_trip(&b);
}

static void test_empty(void **state)
{
	struct batch b = {.number = 3};

	(void)state;
	check_round_trip(&b);
}

/* A codec is used for one chunk after the other: nothing of the last is left in it. */
static void test_used_again(void **state)
{
	struct codec *codec = codec_new();
	struct event e = extreme_call(EVENT_CALL, 1);
	struct batch big = {0}, small = {0};
	struct buf first = {0}, other = {0}, again = {0};

	(void)state;
	add(&big, &e);
	add(&big, &(const struct event){.seq = 2, .kind = EVENT_FORK});
	add(&small, &(const struct event){.seq = 1, .kind = EVENT_EXIT});
	batch_seal(&big);
	batch_seal(&small);
	assert_int_equal(codec_encode_batch(codec, &small, &first), 0);
	assert_int_equal(codec_encode_batch(codec, &big, &other), 0);
	assert_int_equal(codec_encode_batch(codec, &small, &again), 0);
	assert_int_equal(first.size, again.size);
	assert_memory_equal(first.data, again.data, first.size);
	buf_done(&first);
	buf_done(&other);
	buf_done(&again);
	batch_done(&big);
	batch_done(&small);
	codec_free(codec);
}

static void test_too_large_to_write(void **state)
{
	struct codec *codec = codec_new();
	uint8_t *bytes = calloc(1, TRACE_RECORD_MAX);
	const struct event_memory m = {
		.full = TRACE_RECORD_MAX, .data = bytes, .length = TRACE_RECORD_MAX};
	struct event e = {.seq = 1, .kind = EVENT_BEGUN, .memory_count = 1, .memory = &m};
	struct batch b = {0};
	struct buf record = {0};

	(void)state;
	assert_non_null(bytes);
	add(&b, &e);
	batch_seal(&b);
	assert_int_equal(codec_encode_batch(codec, &b, &record), -E2BIG);
	assert_int_equal(record.size, 0);
	free(bytes);
	batch_done(&b);
	codec_free(codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extreme_calls),
		cmocka_unit_test(test_least_values),
		cmocka_unit_test(test_rare_kinds),
		cmocka_unit_test(test_many_tasks),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_used_again),
		cmocka_unit_test(test_too_large_to_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

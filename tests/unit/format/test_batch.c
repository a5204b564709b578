/* SPDX-License-Identifier: Apache-2.0 */
/* The open batch: rows added, completed in place, emptied. */
#include "format/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct event begun(uint64_t seq)
{
	struct event e = {.seq = seq, .time = seq * 10, .pid = 1, .tid = 2, .kind = EVENT_BEGUN};

	e.call.begun_seq = seq;
	e.call.nr = 40 + seq;
	return e;
}

static struct event end(uint64_t seq, uint64_t begun_seq)
{
	struct event e = {.seq = seq, .pid = 1, .tid = 2, .kind = EVENT_END};

	e.call = (struct event_call){.begun_seq = begun_seq,
				     .end_seq = seq,
				     .ret = -5,
				     .duration = 77,
				     .state = EVENT_FINISHED};
	return e;
}

static struct event_memory memory(uint64_t address, const char *text, uint8_t when)
{
	return (struct event_memory){.address = address,
				     .full = strlen(text) + 1,
				     .data = (const uint8_t *)text,
				     .length = (uint32_t)strlen(text),
				     .when = when,
				     .unreadable = true};
}

static void check_memory(const struct event *e, uint32_t i, uint64_t address, const char *text,
			 uint8_t when)
{
	assert_true(i < e->memory_count);
	assert_int_equal(e->memory[i].address, address);
	assert_int_equal(e->memory[i].length, strlen(text));
	assert_int_equal(e->memory[i].full, strlen(text) + 1);
	assert_memory_equal(e->memory[i].data, text, strlen(text));
	assert_int_equal(e->memory[i].when, when);
	assert_true(e->memory[i].unreadable);
}

/* The exits of two calls come with the other's entry in between: each row has its own
 * memory all the same, in the order captured. */
static void test_finished_in_place(void **state)
{
	const struct event_memory in[] = {memory(0x10, "path", EVENT_AT_ENTRY),
					  memory(0x20, "x", EVENT_AT_ENTRY)},
				  out[] = {memory(0x30, "result", EVENT_AT_EXIT)};
	struct event a = begun(1), b = begun(2), a_end = end(3, 1), b_end = end(4, 2);
	struct batch_slot slot_a, slot_b;
	struct batch batch = {.number = 7};

	(void)state;
	a.memory = in;
	a.memory_count = 2;
	a_end.memory = b_end.memory = out;
	a_end.memory_count = b_end.memory_count = 1;
	assert_int_equal(batch_add(&batch, &a, &slot_a), 0);
	assert_int_equal(batch_add(&batch, &b, &slot_b), 0);
	assert_int_equal(batch_finish(&batch, slot_a, &a_end), 0);
	assert_int_equal(batch_finish(&batch, slot_b, &b_end), 0);
	assert_int_equal(batch_seal(&batch), 0);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.rows[0].kind, EVENT_CALL);
	assert_int_equal(batch.rows[0].seq, 1);
	assert_int_equal(batch.rows[0].call.nr, 41);
	assert_int_equal(batch.rows[0].call.ret, -5);
	assert_int_equal(batch.rows[0].call.end_seq, 3);
	assert_int_equal(batch.rows[0].call.duration, 77);
	assert_int_equal(batch.rows[0].call.state, EVENT_FINISHED);
	assert_int_equal(batch.rows[0].memory_count, 3);
	check_memory(&batch.rows[0], 0, 0x10, "path", EVENT_AT_ENTRY);
	check_memory(&batch.rows[0], 1, 0x20, "x", EVENT_AT_ENTRY);
	check_memory(&batch.rows[0], 2, 0x30, "result", EVENT_AT_EXIT);
	assert_int_equal(batch.rows[1].memory_count, 1);
	check_memory(&batch.rows[1], 0, 0x30, "result", EVENT_AT_EXIT);
	batch_done(&batch);
}

/* Its batch has been taken: the end is an event of its own. */
static void test_finished_elsewhere(void **state)
{
	struct event a = begun(1), b = begun(2), c = begun(3), a_end = end(4, 1);
	struct batch batch = {.number = 7};
	struct batch_slot slot;

	(void)state;
	assert_int_equal(batch_add(&batch, &a, &slot), 0);
	assert_int_equal(slot.number, 7);
	batch_clear(&batch, 8);
	assert_int_equal(batch_add(&batch, &b, NULL), 0);
	assert_int_equal(batch_finish(&batch, slot, &a_end), 0);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.rows[0].kind, EVENT_BEGUN);
	assert_int_equal(batch.rows[1].kind, EVENT_END);
	assert_int_equal(batch.rows[1].call.begun_seq, 1);
	/* The number fits, the row is another call's, or not there. */
	batch_clear(&batch, 7);
	assert_int_equal(batch_add(&batch, &c, NULL), 0);
	a_end.seq = a_end.call.end_seq = 5;
	assert_int_equal(batch_finish(&batch, slot, &a_end), 0);
	assert_int_equal(batch.rows[0].kind, EVENT_BEGUN);
	a_end.seq = 6;
	assert_int_equal(batch_finish(&batch, (struct batch_slot){7, 1000}, &a_end), 0);
	a_end.seq = 7;
	assert_int_equal(batch_finish(&batch, (struct batch_slot){UINT64_MAX, 0}, &a_end), 0);
	assert_int_equal(batch.count, 4);
	batch_done(&batch);
}

/* It keeps copies of all that an event points to. */
static void test_copies(void **state)
{
	char path[] = "/bin/ls";
	uint8_t argv[] = "ls\0-l", info[EVENT_SIGINFO_SIZE] = {1, 2, 3};
	struct event exec = {.seq = 1, .kind = EVENT_EXEC},
		     signal = {.seq = 2, .kind = EVENT_SIGNAL},
		     stop = {.seq = 3, .kind = EVENT_STOP}, bare = {.seq = 4, .kind = EVENT_EXEC};
	struct batch batch = {0};

	(void)state;
	exec.exec = (struct event_exec){9, path, argv, sizeof(argv)};
	signal.signal = (struct event_signal){17, info, sizeof(info)};
	stop.signal.number = 19;
	assert_int_equal(batch_add(&batch, &exec, NULL), 0);
	assert_int_equal(batch_add(&batch, &signal, NULL), 0);
	assert_int_equal(batch_add(&batch, &stop, NULL), 0);
	assert_int_equal(batch_add(&batch, &bare, NULL), 0);
	memset(path, 'x', sizeof(path));
	memset(argv, 'x', sizeof(argv));
	memset(info, 'x', sizeof(info));
	assert_int_equal(batch_seal(&batch), 0);
	assert_string_equal(batch.rows[0].exec.path, "/bin/ls");
	assert_int_equal(batch.rows[0].exec.argv_size, 6);
	assert_memory_equal(batch.rows[0].exec.argv, "ls\0-l", 6);
	assert_memory_equal(batch.rows[1].signal.info, "\1\2\3", 3);
	assert_int_equal(batch.rows[2].signal.info_size, 0);
	assert_string_equal(batch.rows[3].exec.path, "");
	batch_done(&batch);
}

/* Bytes that move while they grow are found again when all is there. */
static void test_growth(void **state)
{
	enum { ROWS = 5000 };
	struct batch batch = {0};

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		const struct event_memory m = {.address = i,
					       .full = sizeof(i),
					       .data = (const uint8_t *)&i,
					       .length = sizeof(i)};
		struct event e = begun(i + 1);

		e.memory = &m;
		e.memory_count = 1;
		assert_int_equal(batch_add(&batch, &e, NULL), 0);
	}
	assert_true(batch.raw_size > ROWS * sizeof(uint32_t));
	assert_true(batch_footprint(&batch) > ROWS * sizeof(struct event));
	assert_int_equal(batch_seal(&batch), 0);
	for (uint32_t i = 0; i < ROWS; i++) {
		assert_int_equal(batch.rows[i].memory_count, 1);
		assert_int_equal(batch.rows[i].memory[0].address, i);
		assert_memory_equal(batch.rows[i].memory[0].data, &i, sizeof(i));
	}
	batch_done(&batch);
}

static void test_cleared(void **state)
{
	const struct event_memory m = memory(0x10, "old", EVENT_AT_ENTRY);
	struct event e = begun(1), f = begun(1);
	struct batch batch = {0};
	size_t footprint;

	(void)state;
	e.memory = &m;
	e.memory_count = 1;
	assert_int_equal(batch_add(&batch, &e, NULL), 0);
	footprint = batch_capacity(&batch);
	assert_true(batch_footprint(&batch) <= footprint);
	batch_clear(&batch, 5);
	assert_int_equal(batch.number, 5);
	assert_int_equal(batch.count, 0);
	assert_int_equal(batch.raw_size, 0);
	/* What there is room for stays. */
	assert_int_equal(batch_footprint(&batch), 0);
	assert_int_equal(batch_capacity(&batch), footprint);
	/* Places may begin anew, and no memory is left over. */
	assert_int_equal(batch_add(&batch, &f, NULL), 0);
	assert_int_equal(batch_seal(&batch), 0);
	assert_int_equal(batch.rows[0].memory_count, 0);
	batch_done(&batch);
	assert_int_equal(batch_capacity(&batch), 0);
}

/* A log that keeps bytes in reverse, so that it shows whose are used. */
struct log {
	struct batch_log log;
	unsigned added, finished;
	uint32_t row;
	uint8_t bytes[16];
	bool keeps;
};

static const uint8_t *keep(struct log *l, const struct event *e)
{
	size_t n = 0;

	for (uint32_t i = 0; i < e->memory_count; i++) {
		for (uint32_t k = e->memory[i].length; k-- > 0;)
			l->bytes[n++] = e->memory[i].data[k];
	}
	return l->keeps ? l->bytes : NULL;
}

static const uint8_t *on_added(struct batch_log *log, const struct event *e)
{
	struct log *l = (struct log *)log;

	l->added++;
	return keep(l, e);
}

static const uint8_t *on_finished(struct batch_log *log, uint32_t row, const struct event *e)
{
	struct log *l = (struct log *)log;

	l->finished++;
	l->row = row;
	return keep(l, e);
}

/* The log is told of all, and what it keeps need not be kept twice. */
static void test_log(void **state)
{
	const struct event_memory in[] = {memory(0x10, "abc", EVENT_AT_ENTRY),
					  memory(0x20, "de", EVENT_AT_ENTRY)};
	struct log log = {.log = {on_added, on_finished}, .keeps = true};
	struct event a = begun(1), b = begun(2), b_end = end(3, 2), other = end(4, 99);
	struct batch batch = {.log = &log.log};
	struct batch_slot slot;

	(void)state;
	a.memory = b.memory = in;
	a.memory_count = 2;
	assert_int_equal(batch_add(&batch, &a, NULL), 0);
	log.keeps = false;
	b.memory_count = 1;
	assert_int_equal(batch_add(&batch, &b, &slot), 0);
	assert_int_equal(batch_finish(&batch, slot, &b_end), 0);
	assert_int_equal(log.row, 1);
	assert_int_equal(batch_finish(&batch, (struct batch_slot){UINT64_MAX, 0}, &other), 0);
	assert_int_equal(log.added, 3);
	assert_int_equal(log.finished, 1);
	/* The last that it kept. */
	memcpy(log.bytes, "cbaed", 5);
	assert_int_equal(batch_seal(&batch), 0);
	check_memory(&batch.rows[0], 0, 0x10, "cba", EVENT_AT_ENTRY);
	check_memory(&batch.rows[0], 1, 0x20, "ed", EVENT_AT_ENTRY);
	check_memory(&batch.rows[1], 0, 0x10, "abc", EVENT_AT_ENTRY);
	batch_clear(&batch, 1);
	assert_ptr_equal(batch.log, &log.log);
	batch_done(&batch);
}

static void test_empty(void **state)
{
	struct batch batch = {0};

	(void)state;
	assert_int_equal(batch_seal(&batch), 0);
	assert_int_equal(batch.count, 0);
	batch_done(&batch);
	batch_done(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finished_in_place),
		cmocka_unit_test(test_finished_elsewhere),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_cleared),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

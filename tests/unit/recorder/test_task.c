/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/task.h"

#include "sys/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct task *add(struct task_table *t, uint32_t tid, uint32_t pid)
{
	struct task *task = task_add(t, tid, TASK_HELD);

	assert_non_null(task);
	assert_true(task_join(t, task, pid) >= 0);
	return task;
}

static void test_processes_end_with_their_last_thread(void **state)
{
	struct task_table t = {0};
	struct task *leader = add(&t, 10, 10), *thread = add(&t, 11, 10), *other = add(&t, 20, 20);

	(void)state;
	assert_int_equal(t.processes.count, 2);
	assert_false(task_remove(&t, leader));
	assert_null(task_lookup(&t, 10));
	assert_true(task_remove(&t, thread));
	assert_true(task_remove(&t, other));
	assert_int_equal(t.processes.count, 0);
	task_table_done(&t);
}

static void test_join_says_when_a_process_is_new(void **state)
{
	struct task_table t = {0};
	struct task *a = task_add(&t, 10, TASK_HELD), *b = task_add(&t, 11, TASK_HELD);

	(void)state;
	assert_int_equal(t.held, 2);
	assert_int_equal(task_join(&t, a, 10), 1);
	assert_int_equal(task_join(&t, b, 10), 0);
	assert_int_equal(t.held, 0);
	task_table_done(&t);
}

static void test_processes(void **state)
{
	struct task_table t = {0};
	size_t count = 7;
	uint32_t *pids = task_processes(&t, &count);

	(void)state;
	assert_int_equal(count, 0);
	free(pids);
	add(&t, 10, 10);
	add(&t, 11, 10);
	add(&t, 20, 20);
	task_add(&t, 30, TASK_HELD);
	pids = task_processes(&t, &count);
	assert_int_equal(count, 2);
	assert_int_equal(pids[0] + pids[1], 30);
	assert_true(pids[0] == 10 || pids[0] == 20);
	free(pids);
	task_table_done(&t);
}

static void test_held_task_may_go(void **state)
{
	struct task_table t = {0};

	(void)state;
	assert_false(task_remove(&t, task_add(&t, 10, TASK_HELD)));
	assert_int_equal(t.held, 0);
	task_table_done(&t);
}

/* exec by a thread that is not the leader: it gets the process's own number. */
static void test_exec_of_a_thread(void **state)
{
	struct task_table t = {0};
	struct task *thread;

	(void)state;
	add(&t, 10, 10);
	thread = add(&t, 12, 10);
	add(&t, 11, 10);
	add(&t, 20, 20);
	assert_int_equal(task_exec(&t, thread), 0);
	assert_ptr_equal(task_lookup(&t, 10), thread);
	assert_int_equal(thread->tid, 10);
	assert_null(task_lookup(&t, 11));
	assert_null(task_lookup(&t, 12));
	assert_non_null(task_lookup(&t, 20));
	assert_true(task_remove(&t, thread));
	task_table_done(&t);
}

static void test_what_the_entry_saw(void **state)
{
	struct sys_ranges *ranges = calloc(1, sizeof(*ranges)), *back = calloc(1, sizeof(*back));
	uint8_t small[] = "length", big[100000] = {1};
	struct task_call call = {0};

	(void)state;
	ranges->count = 2;
	ranges->range[0] = (struct sys_range){.address = 0x1000, .length = 6, .data = small};
	ranges->range[1] =
		(struct sys_range){.address = 0x2000, .length = sizeof(big), .data = big};
	assert_int_equal(task_call_remember(&call, ranges), 0);
	memset(small, 0, sizeof(small));
	task_call_recall(&call, back);
	assert_int_equal(back->count, 1);
	assert_int_equal(back->range[0].address, 0x1000);
	assert_memory_equal(back->range[0].data, "length", 6);
	buf_done(&call.image_ranges);
	buf_done(&call.image_bytes);
	free(ranges);
	free(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processes_end_with_their_last_thread),
		cmocka_unit_test(test_join_says_when_a_process_is_new),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_held_task_may_go),
		cmocka_unit_test(test_exec_of_a_thread),
		cmocka_unit_test(test_what_the_entry_saw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

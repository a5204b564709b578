/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that wait for each other: who is said to hold what, and when nobody is left. */
#include "feed.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	WORD = 0x7100,
	WAIT = 0,
	LOCK_PI = 6,
	WAIT_BITSET = 9,
	PRIVATE = 128,
	REALTIME = 256,
	TIMEOUT = 0x7200,
};

static void start(struct feed *f, unsigned threads)
{
	*f = (struct feed){0};
	feed_with_state(f);
	FEED_EXEC(f, 10, "prog");
	for (unsigned i = 1; i < threads; i++)
		feed_thread(f, 10, 10 + i);
}

struct mutex {
	uint32_t word, count, owner;
};

/* Thread @tid waits for a word, and never comes back. @size bytes of the mutex are on the tape. */
static void feed_wait(struct feed *f, uint32_t tid, uint64_t operation, uint32_t value,
		      struct mutex mutex, size_t size, uint64_t timeout)
{
	const struct made_call call = {
		.name = "futex",
		.ret = -512,
		.args = {WORD, operation, value, timeout},
		.memory = {{.address = WORD, .data = &mutex, .length = size}}};
	struct made m;

	made_from(&call, &m);
	m.event.pid = 10;
	m.event.tid = tid;
	feed_event(f, &m.event);
	made_done(&m);
}

static void feed_mutex(struct feed *f, uint32_t tid, uint32_t owner)
{
	feed_wait(f, tid, WAIT | PRIVATE, 2, (struct mutex){2, 1, owner}, 12, 0);
}

/* What is said of the waiting when all of it is ended from outside. */
static void check(struct feed *f, const char *part, const char *not_part)
{
	struct cause c = {0};

	feed_exit(f, 10, SIGKILL);
	assert_int_equal(cause_find(&f->causes, &f->processes, &f->failures,
				    processes_find(&f->processes, 10), &c),
			 0);
	if (!strstr(buf_text(&c.words), part))
		fail_msg("'%s' is not in '%s'", part, buf_text(&c.words));
	if (not_part && strstr(buf_text(&c.words), not_part))
		fail_msg("'%s' is in '%s'", not_part, buf_text(&c.words));
	cause_done(&c);
	feed_done(f);
}

static void test_two(void **state)
{
	struct feed f;

	(void)state;
	start(&f, 2);
	feed_mutex(&f, 11, 10);
	feed_mutex(&f, 10, 11);
	check(&f,
	      "thread 11 for a mutex that is held by thread 10, which waits for a mutex that "
	      "thread "
	      "11 holds: neither can go on (deadlock); 2 of its threads wait",
	      NULL);
}

/* The one who waits longest is not in the circle. */
static void test_three_in_a_circle(void **state)
{
	struct feed f;

	(void)state;
	start(&f, 4);
	feed_wait(&f, 10, WAIT_BITSET | REALTIME, 11, (struct mutex){11, 0, 0}, 12, 0);
	feed_mutex(&f, 11, 12);
	feed_mutex(&f, 12, 13);
	feed_mutex(&f, 13, 11);
	check(&f,
	      "thread 10 for the end of thread 11, which waits for a mutex that thread 12 holds, "
	      "which waits for a mutex that thread 13 holds, which waits for a mutex that thread "
	      "11 "
	      "holds: none of them can go on (deadlock)",
	      NULL);
}

static void test_itself(void **state)
{
	struct feed f;

	(void)state;
	start(&f, 1);
	feed_mutex(&f, 10, 10);
	check(&f, "thread 10 for a mutex that it holds itself: it cannot go on (deadlock)", NULL);
}

/* Robust mutexes, and those that hand on priorities, have the thread in their word. */
static void test_thread_in_the_word(void **state)
{
	const uint32_t word = 0x80000000 | 11;
	struct feed f;

	(void)state;
	start(&f, 2);
	feed_wait(&f, 10, WAIT | PRIVATE, word, (struct mutex){word, 0, 0}, 4, 0);
	check(&f, "a mutex that is held by thread 11", "deadlock");
	start(&f, 2);
	feed_wait(&f, 10, LOCK_PI | PRIVATE, 0, (struct mutex){word, 0, 0}, 12, 0);
	check(&f, "a mutex that is held by thread 11", "deadlock");
}

/* The holder waits for something else, which is told; or for nothing at all. */
static void test_holder_is_elsewhere(void **state)
{
	const struct made_call pause = {.name = "rt_sigsuspend", .ret = -514};
	struct made m;
	struct feed f;

	(void)state;
	start(&f, 2);
	feed_mutex(&f, 10, 11);
	made_from(&pause, &m);
	m.event.pid = 10;
	m.event.tid = 11;
	feed_event(&f, &m.event);
	made_done(&m);
	check(&f, "held by thread 11, which waits for time or a signal", "deadlock");
	start(&f, 2);
	feed_mutex(&f, 10, 11);
	check(&f, "a mutex that is held by thread 11", "deadlock");
}

/* Semaphores and conditions do not tell by whom they are to be woken. */
static void test_nobody_left(void **state)
{
	const struct mutex none = {0};
	struct feed f;

	(void)state;
	start(&f, 2);
	feed_wait(&f, 10, WAIT_BITSET | PRIVATE, 0, none, 12, 0);
	feed_wait(&f, 11, WAIT_BITSET | PRIVATE, 0, none, 12, 0);
	check(&f, "all its threads wait for each other, and nobody can wake them (deadlock)", NULL);
	start(&f, 1);
	feed_wait(&f, 10, WAIT | PRIVATE, 0, none, 12, 0);
	check(&f, "it has no other: nobody can wake it (deadlock)", NULL);
}

/* A time-out, another process that may share the word, and a thread that runs. */
static void test_somebody_left(void **state)
{
	const struct mutex none = {0};
	struct feed f;

	(void)state;
	start(&f, 1);
	feed_wait(&f, 10, WAIT_BITSET | PRIVATE, 0, none, 12, TIMEOUT);
	check(&f, "it was waiting for another thread", "deadlock");
	start(&f, 1);
	feed_wait(&f, 10, WAIT, 0, none, 12, 0);
	check(&f, "it was waiting for another thread", "deadlock");
	start(&f, 2);
	feed_wait(&f, 10, WAIT | PRIVATE, 0, none, 12, 0);
	check(&f, "it was waiting for another thread", "deadlock");
}

/* Numbers that are no threads of this process, and memory that is not on the tape. */
static void test_no_thread(void **state)
{
	struct feed f;

	(void)state;
	start(&f, 2);
	feed_mutex(&f, 10, 4711);
	check(&f, "it was waiting for another thread", "held");
	start(&f, 2);
	feed_wait(&f, 10, WAIT | PRIVATE, 2, (struct mutex){2, 1, 11}, 11, 0);
	check(&f, "it was waiting for another thread", "held");
	start(&f, 2);
	feed_wait(&f, 10, WAIT | PRIVATE, 2, (struct mutex){2, 1, 11}, 0, 0);
	check(&f, "it was waiting for another thread", "held");
	/* It has changed since: the call is to fail. */
	start(&f, 2);
	feed_wait(&f, 10, WAIT | PRIVATE, 2, (struct mutex){1, 1, 11}, 12, 0);
	check(&f, "it was waiting for another thread", "held");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_three_in_a_circle),
		cmocka_unit_test(test_itself),
		cmocka_unit_test(test_thread_in_the_word),
		cmocka_unit_test(test_holder_is_elsewhere),
		cmocka_unit_test(test_nobody_left),
		cmocka_unit_test(test_somebody_left),
		cmocka_unit_test(test_no_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

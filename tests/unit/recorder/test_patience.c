/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/patience.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 20 };

static pid_t child_that_exits(int status)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		_exit(status);
	return pid;
}

/* Asleep or asking, who waits gets what waitpid() would give. */
static void check(struct patience p)
{
	for (int i = 1; i < ROUNDS; i++) {
		int status = -1;
		pid_t pid = child_that_exits(i);

		assert_int_equal(patience_wait(&p, &status), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), i);
	}
	for (int i = 0; i < ROUNDS; i++) {
		int status;

		assert_int_equal(patience_wait(&p, &status), -1);
		assert_int_equal(errno, ECHILD);
	}
}

static void test_waits(void **state)
{
	struct patience p;

	(void)state;
	patience_init(&p);
	assert_int_equal(p.sleeps, 1);
	check(p);
	p.sleeps = 0;
	check(p);
	p.alone = true;
	check(p);
}

/* A program that takes its time is asked once, then left alone for longer and longer. */
static void test_gives_up(void **state)
{
	struct patience p = {.in_vain = 4};
	int to_child[2], status;
	char byte = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(to_child), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		alarm(1); /* ends it: far beyond any asking */
		close(to_child[1]);
		_exit(read(to_child[0], &byte, 1) != 1);
	}
	assert_int_equal(patience_wait(&p, &status), pid);
	assert_int_equal(p.in_vain, 8);
	assert_true(p.sleeps >= 7);
	close(to_child[0]);
	close(to_child[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

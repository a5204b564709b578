/* SPDX-License-Identifier: Apache-2.0 */
#include "tracee/proc.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NO_SUCH_PID = 0x7ffffffe };

static void test_link(void **state)
{
	struct buf b = {0};
	char *cwd = getcwd(NULL, 0);

	(void)state;
	assert_int_equal(tracee_proc_link(getpid(), "cwd", &b), 0);
	assert_string_equal(buf_text(&b), cwd);
	assert_int_equal(tracee_proc_link(NO_SUCH_PID, "cwd", &b), -ENOENT);
	buf_done(&b);
	free(cwd);
}

/* Longer than the first guess at its length. */
static void test_long_link(void **state)
{
	char directory[] = "/tmp/systape-XXXXXX";
	char name[251], path[300], fd_name[32];
	struct buf b = {0};
	int file;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	snprintf(fd_name, sizeof(fd_name), "fd/%d", file);
	assert_int_equal(tracee_proc_link(getpid(), fd_name, &b), 0);
	assert_string_equal(buf_text(&b), path);
	close(file);
	unlink(path);
	rmdir(directory);
	buf_done(&b);
}

static void test_effective(void **state)
{
	long uid = -1, gid = -1;

	(void)state;
	assert_int_equal(tracee_proc_effective(getpid(), &uid, &gid), 0);
	assert_int_equal(uid, geteuid());
	assert_int_equal(gid, getegid());
	assert_int_equal(tracee_proc_effective(NO_SUCH_PID, &uid, &gid), -ENOENT);
}

static void test_numbers(void **state)
{
	uint32_t *fds = NULL;
	size_t count = 0;
	int fd = dup(0);
	bool found = false;

	(void)state;
	assert_int_equal(tracee_proc_numbers(getpid(), "fd", &fds, &count), 0);
	for (size_t i = 0; i < count; i++) {
		found |= fds[i] == (uint32_t)fd;
		assert_true(i == 0 || fds[i] > fds[i - 1]);
	}
	assert_true(found);
	free(fds);
	close(fd);
	assert_int_equal(tracee_proc_numbers(NO_SUCH_PID, "fd", &fds, &count), -ENOENT);
}

static void test_status(void **state)
{
	long value = 0;

	(void)state;
	assert_int_equal(tracee_proc_status(getpid(), "Tgid", &value), 0);
	assert_int_equal(value, getpid());
	assert_int_equal(tracee_proc_status(getpid(), "PPid", &value), 0);
	assert_int_equal(value, getppid());
	assert_int_equal(tracee_proc_status(getpid(), "Tgi", &value), -ENOENT);
	assert_int_equal(tracee_proc_status(NO_SUCH_PID, "Tgid", &value), -ENOENT);
}

static void test_field(void **state)
{
	static const char text[] = "Name:\tx: y\nPid:\t7\nPPid:\t8\n";

	(void)state;
	assert_string_equal(tracee_proc_field(text, "Name"), text + 5);
	assert_string_equal(tracee_proc_field(text, "PPid"), "\t8\n");
	assert_string_equal(tracee_proc_field(text, "Pi"), "");
	assert_string_equal(tracee_proc_field(text, "x"), "");
	assert_string_equal(tracee_proc_field("", "Name"), "");
}

static void test_file(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(tracee_proc_file(getpid(), "maps", &b), 0);
	assert_non_null(strstr(buf_text(&b), "[stack]"));
	buf_done(&b);
}

static void test_stat(void **state)
{
	struct tracee_stat stat;

	(void)state;
	assert_int_equal(tracee_proc_stat(getpid(), &stat), 0);
	assert_int_equal(stat.state, 'R');
	assert_int_equal(stat.pgid, getpgrp());
	assert_int_equal(stat.sid, getsid(0));
	assert_false(stat.kernel_thread);
	assert_int_equal(tracee_proc_stat(NO_SUCH_PID, &stat), -ENOENT);
}

/* A name that looks like the rest of the line. */
static void test_stat_of_a_strange_name(void **state)
{
	struct tracee_stat stat;
	char old[16];

	(void)state;
	prctl(PR_GET_NAME, old);
	prctl(PR_SET_NAME, "x) Z 1 1 1");
	assert_int_equal(tracee_proc_stat(gettid(), &stat), 0);
	assert_int_equal(stat.state, 'R');
	assert_int_equal(stat.sid, getsid(0));
	prctl(PR_SET_NAME, old);
}

static void test_signal_pending(void **state)
{
	sigset_t set, old;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR1);
	/* It is blocked: nothing that would interrupt. */
	assert_int_equal(tracee_proc_signal_pending(gettid()), 0);
	signal(SIGUSR1, SIG_IGN);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	assert_int_equal(tracee_proc_signal_pending(NO_SUCH_PID), -ENOENT);
}

/* A child asleep in read(2). */
static void test_in_flight(void **state)
{
	struct tracee_in_flight call;
	int pipe_of[2];
	pid_t child;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(pipe_of), 0);
	child = fork();
	if (child == 0) {
		close(pipe_of[1]);
		_exit(read(pipe_of[0], &byte, 1) == 0 ? 0 : 1);
	}
	while (tracee_proc_in_flight(child, &call) < 0 || call.nr != SYS_read)
		sched_yield();
	assert_int_equal(call.args[0], pipe_of[0]);
	assert_int_equal(call.args[2], 1);
	close(pipe_of[0]);
	close(pipe_of[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_long_link),
		cmocka_unit_test(test_effective),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_field),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_stat_of_a_strange_name),
		cmocka_unit_test(test_signal_pending),
		cmocka_unit_test(test_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

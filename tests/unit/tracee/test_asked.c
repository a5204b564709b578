/* SPDX-License-Identifier: Apache-2.0 */
#include "tracee/asked.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NO_SUCH_PID = 0x7ffffffe, NO_SUCH_FD = 1000 };

static void test_ends_of_a_pipe(void **state)
{
	int ends[2], both;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(tracee_fd_writable(getpid(), ends[0]), 0);
	assert_int_equal(tracee_fd_writable(getpid(), ends[1]), 1);
	both = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(tracee_fd_writable(getpid(), both), 1);
	assert_int_equal(tracee_fd_writable(getpid(), NO_SUCH_FD), -ENOENT);
	assert_int_equal(tracee_fd_writable(getpid(), -1), -ENOENT);
	assert_int_equal(tracee_fd_writable(NO_SUCH_PID, 0), -ENOENT);
	close(both);
	close(ends[0]);
	close(ends[1]);
}

static int64_t discards(int family, int type)
{
	int fd = socket(family, type, 0);
	int64_t answer = tracee_fd_discards(getpid(), fd);

	assert_true(fd >= 0);
	close(fd);
	return answer;
}

static void test_sockets(void **state)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(discards(AF_INET, SOCK_STREAM), 1);
	assert_int_equal(discards(AF_INET, SOCK_DGRAM), 0);
	assert_int_equal(discards(AF_UNIX, SOCK_STREAM), 0);
	assert_int_equal(discards(AF_UNIX, SOCK_DGRAM), 0);
	assert_true(tracee_fd_discards(getpid(), null) < 0);
	assert_int_equal(tracee_fd_discards(getpid(), NO_SUCH_FD), -ENOENT);
	close(null);
}

static void test_file_systems(void **state)
{
	enum { EXT4 = 0xef53, XFS = 0x58465342 };
	struct statfs fs;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(fstatfs(fd, &fs), 0);
	assert_int_equal(tracee_fd_file_system(getpid(), fd),
			 fs.f_type == EXT4 || fs.f_type == XFS ? fs.f_type : -ENODATA);
	assert_int_equal(tracee_fd_file_system(getpid(), proc), -ENODATA);
	assert_int_equal(tracee_fd_file_system(getpid(), NO_SUCH_FD), -ENOENT);
	assert_int_equal(tracee_fd_file_system(NO_SUCH_PID, fd), -ENOENT);
	close(fd);
	close(proc);
}

/* Elsewhere the same number is another set. */
static void check_other_namespace(int set)
{
	int ready[2], status;
	char byte = 1;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		byte = unshare(CLONE_NEWIPC) == 0;
		_exit(write(ready[1], &byte, 1) != 1 || pause());
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(tracee_semaphores(child, set), byte ? -EXDEV : 3);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(ready[0]);
	close(ready[1]);
}

static void test_semaphores(void **state)
{
	int set = semget(IPC_PRIVATE, 3, 0600);

	(void)state;
	if (set < 0)
		skip();
	assert_int_equal(tracee_semaphores(getpid(), set), 3);
	check_other_namespace(set);
	assert_int_equal(semctl(set, 0, IPC_RMID), 0);
	assert_true(tracee_semaphores(getpid(), set) < 0);
	assert_int_equal(tracee_semaphores(NO_SUCH_PID, set), -EXDEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_of_a_pipe),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_file_systems),
		cmocka_unit_test(test_semaphores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

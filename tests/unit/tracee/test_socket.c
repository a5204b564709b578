/* SPDX-License-Identifier: Apache-2.0 */
#include "tracee/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { NO_SUCH_PID = 0x7ffffffe, NO_SUCH_FD = 1000 };

/* 0, or the test is of no use here. */
static void ask(int fd, struct tracee_socket *ret)
{
	int r = tracee_socket(getpid(), fd, ret);

	if (r == -ENOSYS || r == -EPERM)
		skip();
	assert_int_equal(r, 0);
}

static void check(const struct tracee_address *a, const struct sockaddr_in *expected)
{
	assert_int_equal(a->size, sizeof(*expected));
	assert_memory_equal(a->bytes, expected, sizeof(*expected));
}

static void test_internet(void **state)
{
	const struct sockaddr_in any = {.sin_family = AF_INET,
					.sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in at, from;
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	struct tracee_socket s;

	(void)state;
	assert_int_equal(bind(listener, (const struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(client, (struct sockaddr *)&from, &size), 0);
	ask(listener, &s);
	assert_true(s.listens);
	check(&s.local, &at);
	assert_int_equal(s.peer.size, 0);
	ask(client, &s);
	assert_false(s.listens);
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.type, SOCK_STREAM);
	assert_int_equal(s.protocol, IPPROTO_TCP);
	check(&s.local, &from);
	check(&s.peer, &at);
	assert_int_equal(s.other, 0);
	close(client);
	close(listener);
}

static void test_pair(void **state)
{
	struct tracee_socket s;
	struct stat st;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(fstat(ends[1], &st), 0);
	ask(ends[0], &s);
	assert_int_equal(s.family, AF_UNIX);
	assert_int_equal(s.type, SOCK_SEQPACKET);
	assert_int_equal(s.peer.size, sizeof(sa_family_t));
	/* A kernel without unix_diag does not tell. */
	if (s.other)
		assert_int_equal(s.other, st.st_ino);
	close(ends[1]);
	ask(ends[0], &s);
	assert_int_equal(s.other, 0);
	close(ends[0]);
}

static void test_none(void **state)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct tracee_socket s;

	(void)state;
	assert_true(tracee_socket(getpid(), null, &s) < 0);
	assert_true(tracee_socket(getpid(), NO_SUCH_FD, &s) < 0);
	assert_true(tracee_socket(NO_SUCH_PID, 0, &s) < 0);
	close(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_internet),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes handed over to a file and to memory. */
#include "format/container/sink.h"

#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static int put(struct sink s, const char *data, size_t size)
{
	return s.write(s.context, data, size);
}

static void test_file(void **state)
{
	int fd = memfd_create("sink", MFD_CLOEXEC);
	char back[8];

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(put(sink_file(fd), "ab\0", 3), 0);
	assert_int_equal(put(sink_file(fd), "cd", 2), 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(fileio_read(fd, back, sizeof(back)), 5);
	assert_memory_equal(back, "ab\0cd", 5);
	close(fd);
}

static void test_failing_file(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(put(sink_file(fd), "a", 1), -ENOSPC);
	close(fd);
	assert_int_equal(put(sink_file(-1), "a", 1), -EBADF);
}

static void test_memory(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(put(sink_memory(&b), "ab\0", 3), 0);
	assert_int_equal(put(sink_memory(&b), "", 0), 0);
	assert_int_equal(put(sink_memory(&b), "cd", 2), 0);
	assert_int_equal(b.size, 5);
	assert_memory_equal(b.data, "ab\0cd", 5);
	b.failed = -ENOMEM;
	assert_int_equal(put(sink_memory(&b), "e", 1), -ENOMEM);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_failing_file),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of tracee memory, on a process everybody may read: this one. */
#include "tracee/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 4096 };

/* A page of 'a' to 'z', followed by a page that is not there. */
static char *page_before_hole(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	for (int i = 0; i < PAGE; i++)
		p[i] = (char)('a' + i % 26);
	munmap(p + PAGE, PAGE);
	return p;
}

static struct tracee_range range(const void *address, void *data, size_t want)
{
	return (struct tracee_range){(uintptr_t)address, data, want, 12345};
}

static void test_whole(void **state)
{
	char a[] = "hello", b[] = "world", x[5], y[5];
	struct tracee_range r[] = {range(a, x, 5), range(b, y, 5)};

	(void)state;
	tracee_mem_read(getpid(), r, 2);
	assert_int_equal(r[0].got, 5);
	assert_int_equal(r[1].got, 5);
	assert_memory_equal(x, "hello", 5);
	assert_memory_equal(y, "world", 5);
}

static void test_ends_at_hole(void **state)
{
	char *p = page_before_hole(), x[200], y[4];
	struct tracee_range r[] = {range(p + PAGE - 100, x, 200), range(p, y, 4)};

	(void)state;
	tracee_mem_read(getpid(), r, 2);
	assert_int_equal(r[0].got, 100);
	assert_memory_equal(x, p + PAGE - 100, 100);
	assert_int_equal(r[1].got, 4);
	assert_memory_equal(y, "abcd", 4);
	munmap(p, PAGE);
}

static void test_bad_ones_between_good_ones(void **state)
{
	char a[] = "good", x[4], y[4], z[4];
	struct tracee_range r[] = {
		range((void *)8, x, 4),  range(a, y, 4), range((void *)UINTPTR_MAX, z, 4),
		range((void *)16, z, 4), range(a, x, 4),
	};

	(void)state;
	tracee_mem_read(getpid(), r, 5);
	assert_int_equal(r[0].got, 0);
	assert_int_equal(r[1].got, 4);
	assert_int_equal(r[2].got, 0);
	assert_int_equal(r[3].got, 0);
	assert_int_equal(r[4].got, 4);
	assert_memory_equal(y, "good", 4);
	assert_memory_equal(x, "good", 4);
}

/* More ranges than one call takes. */
static void test_many(void **state)
{
	enum { COUNT = 3000 };
	static struct tracee_range r[COUNT];
	static uint32_t from[COUNT], to[COUNT];

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		from[i] = i * 2654435761u;
		r[i] = range(&from[i], &to[i], sizeof(to[i]));
	}
	tracee_mem_read(getpid(), r, COUNT);
	assert_memory_equal(from, to, sizeof(from));
}

static void test_nobody(void **state)
{
	pid_t pid = fork();
	char x[4] = "";
	struct tracee_range r[] = {range(x, x, 4)};

	(void)state;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	tracee_mem_read(pid, r, 1);
	assert_int_equal(r[0].got, 0);
}

/* What nobody has touched yet is not brought in, and what is there is read. */
static void test_present_only(void **state)
{
	char *p =
		mmap(NULL, 1000 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char x[2 * PAGE], y[8], z[8], w[8], text[] = "text";
	unsigned char there[1000];
	struct tracee_range r[] = {range(p + PAGE - 3, x, PAGE), range(p + 5, y, 4),
				   range(p + 900 * PAGE, z, 8), range(text, w, 5)};

	(void)state;
	madvise(p, 1000 * PAGE, MADV_NOHUGEPAGE);
	memcpy(p, "0123456789", 10);
	memcpy(p + PAGE - 3, "abc", 3);
	tracee_mem_read_present(getpid(), r, 4);
	assert_int_equal(r[0].got, 3);
	assert_memory_equal(x, "abc", 3);
	assert_int_equal(r[1].got, 4);
	assert_memory_equal(y, "5678", 4);
	assert_int_equal(r[2].got, 0);
	assert_int_equal(r[3].got, 5);
	assert_memory_equal(w, text, 5);
	assert_int_equal(mincore(p, 1000 * PAGE, there), 0);
	assert_int_equal(there[0] & 1, 1);
	assert_int_equal(there[1] & 1, 0);
	assert_int_equal(there[900] & 1, 0);
	munmap(p, 1000 * PAGE);
}

/* More pages than are asked for at a time; and addresses where there is nothing. */
static void test_present_many(void **state)
{
	static char there[1200 * PAGE], copy[1200 * PAGE];
	struct tracee_range r[] = {range(there, copy, sizeof(there)),
				   {UINT64_MAX - 10, copy, 100, 1},
				   {0, copy, 100, 1}};

	(void)state;
	memset(there, 'x', sizeof(there));
	tracee_mem_read_present(getpid(), r, 3);
	assert_int_equal(r[0].got, sizeof(there));
	assert_memory_equal(there, copy, sizeof(there));
	assert_int_equal(r[1].got, 0);
	assert_int_equal(r[2].got, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_ends_at_hole),
		cmocka_unit_test(test_bad_ones_between_good_ones),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_present_only),
		cmocka_unit_test(test_present_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

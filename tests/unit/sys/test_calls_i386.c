/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What 32-bit calls have otherwise: narrow pointers, values in two registers, arguments in memory.
 * The "tracee" is a block of bytes at an address of 32 bits.
 */
#include "fixture.h"

#include "sys/sets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BASE = 0x10000, SIZE = 4096 };

static struct fixture fixture;
static uint8_t memory[SIZE];

static void read_block(void *context, struct sys_range *ranges, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++) {
		struct sys_range *r = &ranges[i];

		r->length = 0;
		while (r->length < r->want && r->address + r->length >= BASE &&
		       r->address + r->length < BASE + SIZE) {
			r->data[r->length] = memory[r->address + r->length - BASE];
			r->length++;
		}
		r->unreadable = r->length < r->want;
	}
}

static void put(uint32_t address, uint32_t word)
{
	for (unsigned i = 0; i < 4; i++)
		memory[address - BASE + i] = (uint8_t)(word >> 8 * i);
}

/* Words from @address on. */
#define PUT(address, ...)                                                                          \
	do {                                                                                       \
		const uint32_t words[] = {__VA_ARGS__};                                            \
		for (uint32_t i = 0; i < sizeof(words) / 4; i++)                                   \
			put((address) + 4 * i, words[i]);                                          \
	} while (0)

static const struct sys_desc *find(const char *name)
{
	return fixture_find(ARCH_I386, name);
}

static void call(const char *name, const uint64_t args[6])
{
	static const struct sys_reader reader = {.read = read_block};

	fixture_call(&fixture, &reader, find(name), args);
}

#define CALL(name, ...) call(name, (const uint64_t[6]){__VA_ARGS__})

static void returns(int64_t result)
{
	fixture_return(&fixture, result);
}

static void expect(const struct sys_ranges *ranges, size_t index, uint64_t address, uint64_t full)
{
	fixture_expect(ranges, index, address, full);
}

static int setup(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	return 0;
}

static void test_narrow_pointers(void **state)
{
	(void)state;
	PUT(BASE, BASE + 64, 3, BASE + 80, 5);
	CALL("writev", 1, BASE, 2);
	expect(&fixture.entry, 0, BASE, 16);
	expect(&fixture.entry, 1, BASE + 64, 3);
	expect(&fixture.entry, 2, BASE + 80, 5);
	memcpy(memory + 256, "f\0a", 4);
	PUT(BASE + 512, BASE + 258, BASE + 256, 0);
	CALL("execve", BASE + 256, BASE + 512, 0);
	expect(&fixture.entry, 0, BASE + 256, 2);
	expect(&fixture.entry, 1, BASE + 512, 12);
	expect(&fixture.entry, 2, BASE + 258, 2);
	expect(&fixture.entry, 3, BASE + 256, 2);
}

static void test_narrow_structs(void **state)
{
	(void)state;
	CALL("stat64", BASE, BASE + 64);
	returns(0);
	expect(&fixture.exit, 0, BASE + 64, 96);
	CALL("fstat", 3, BASE);
	returns(0);
	expect(&fixture.exit, 0, BASE, 64);
	CALL("rt_sigaction", 10, BASE, BASE + 64, 8);
	expect(&fixture.entry, 0, BASE, 20);
	returns(0);
	expect(&fixture.exit, 0, BASE + 64, 20);
	CALL("nanosleep", BASE, 0);
	expect(&fixture.entry, 0, BASE, 8);
	CALL("clock_nanosleep_time64", 0, 0, BASE, 0);
	expect(&fixture.entry, 0, BASE, 16);
	/* 33 descriptors are two longs. */
	CALL("_newselect", 33, BASE, 0, 0, 0);
	expect(&fixture.entry, 0, BASE, 8);
}

static uint64_t value_of(const char *call, const char *field, const uint64_t args[6])
{
	const struct sys_desc *d = find(call);

	for (size_t i = 0; i < d->count; i++) {
		if (strcmp(d->field[i].name, field) == 0)
			return sys_value(&d->field[i], args, 6 * sizeof(uint64_t));
	}
	fail_msg("%s has no %s", call, field);
	return 0;
}

static void test_two_registers(void **state)
{
	const uint64_t args[6] = {1, 2, 3, 4, 5, 6};

	(void)state;
	assert_int_equal(value_of("pread64", "offset", args), 0x500000004);
	assert_int_equal(value_of("preadv2", "offset", args), 0x500000004);
	assert_int_equal(value_of("preadv2", "flags", args), 6);
	assert_int_equal(value_of("_llseek", "offset", args), 0x200000003);
	assert_int_equal(value_of("truncate64", "length", args), 0x300000002);
	assert_int_equal(value_of("fadvise64_64", "len", args), 0x500000004);
	assert_int_equal(value_of("fadvise64_64", "advice", args), 6);
	assert_int_equal(value_of("fanotify_mark", "dirfd", args), 5);
	assert_int_equal(sys_arg_count(find("ftruncate64")), 3);
}

static void test_arguments_in_memory(void **state)
{
	enum {
		RECVFROM = 12,
		WORDS = BASE,
		TEXT = BASE + 64,
		NAME = BASE + 128,
		SIZE_AT = BASE + 256
	};

	(void)state;
	PUT(WORDS, 3, TEXT, 50, 0, NAME, SIZE_AT);
	PUT(SIZE_AT, 110);
	CALL("socketcall", RECVFROM, WORDS);
	assert_string_equal(sys_said(fixture.desc)->name, "recvfrom");
	assert_true(sys_has_exit_memory(fixture.desc));
	expect(&fixture.entry, 0, WORDS, 24);
	expect(&fixture.entry, 1, SIZE_AT, 4);
	PUT(SIZE_AT, 16);
	returns(5);
	expect(&fixture.exit, 0, TEXT, 5);
	expect(&fixture.exit, 1, SIZE_AT, 4);
	expect(&fixture.exit, 2, NAME, 16);
	/* The words cannot be read: nothing more is known. */
	CALL("socketcall", RECVFROM, 8);
	assert_int_equal(fixture.entry.count, 1);
	returns(-14);
	assert_int_equal(fixture.exit.count, 0);
}

static void test_indirect_values(void **state)
{
	const struct sys_desc *mmap = find("mmap"), *meant;
	const uint32_t words[6] = {0, 4096, 3, 0x22, UINT32_MAX, 0};
	uint64_t args[6];

	(void)state;
	assert_null(sys_indirect(mmap, words, 20, args));
	meant = sys_indirect(mmap, words, sizeof(words), args);
	assert_non_null(meant);
	assert_string_equal(meant->name, "mmap");
	assert_int_equal(args[1], 4096);
	assert_int_equal(args[4], UINT32_MAX);
	assert_null(sys_indirect(find("mmap2"), words, sizeof(words), args));
}

static void test_ipc(void **state)
{
	(void)state;
	/* msgrcv: a message and the wanted type are behind one pointer. */
	PUT(BASE, BASE + 64, 0);
	CALL("ipc", 12, 1, 100, 0, BASE, 0);
	assert_string_equal(sys_said(fixture.desc)->name, "msgrcv");
	returns(3);
	expect(&fixture.exit, 0, BASE + 64, 7);
	PUT(BASE, BASE + 128);
	CALL("ipc", 3, 1, 0, 0x102, BASE, 0);
	assert_string_equal(sys_said(fixture.desc)->name, "semctl");
	returns(0);
	expect(&fixture.exit, 0, BASE + 128, 64);
}

static void test_sets(void **state)
{
	const uint64_t bind[6] = {2, BASE};

	(void)state;
	assert_true(sys_set_contains("%network", sys_select(find("socketcall"), bind, NULL)));
	assert_true(sys_set_contains("%stat", find("stat64")));
	assert_true(sys_set_contains("%file", find("stat64")));
	assert_true(sys_set_contains("%memory", find("mmap2")));
	assert_true(sys_set_contains("%creds", find("getuid32")));
	assert_false(sys_set_contains("%desc", find("waitpid")));
}

/* The mask is in two places of the old frame, in one of the new one. */
static void test_stack(void **state)
{
	(void)state;
	fixture.stack = BASE;
	CALL("sigreturn", 0);
	assert_int_equal(fixture.entry.count, 1);
	expect(&fixture.entry, 0, BASE + 80, 636);
	CALL("rt_sigreturn", 0);
	assert_int_equal(fixture.entry.count, 1);
	expect(&fixture.entry, 0, BASE + 248, 8);
	fixture.stack = 0;
	assert_int_equal(sys_arg_count(find("sigreturn")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_narrow_pointers, setup),
		cmocka_unit_test_setup(test_narrow_structs, setup),
		cmocka_unit_test_setup(test_two_registers, setup),
		cmocka_unit_test_setup(test_arguments_in_memory, setup),
		cmocka_unit_test_setup(test_indirect_values, setup),
		cmocka_unit_test_setup(test_ipc, setup),
		cmocka_unit_test_setup(test_stack, setup),
		cmocka_unit_test_setup(test_sets, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

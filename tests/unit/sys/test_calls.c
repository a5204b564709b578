/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptions that are easily got wrong, asked through the capture walker: how many bytes go
 * which way. The "tracee" is this process.
 */
#include "sys/capture.h"
#include "sys/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARCH_X86_64 = 0xc000003e, ARENA = 1 << 20 };

struct fixture {
	struct sys_ranges entry, exit;
	uint8_t entry_arena[ARENA], exit_arena[ARENA];
	uint64_t args[6];
	const struct sys_desc *desc;
};

static struct fixture fixture;

/* Strings are read beyond their end, as a tracee's are: through the kernel, which knows
 * nothing of where objects end. */
static void read_own(void *context, struct sys_range *ranges, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++) {
		const struct iovec to = {ranges[i].data, ranges[i].want};
		const struct iovec from = {(void *)(uintptr_t)ranges[i].address, ranges[i].want};
		ssize_t n = process_vm_readv(getpid(), &to, 1, &from, 1, 0);

		ranges[i].length = n < 0 ? 0 : (uint32_t)n;
		ranges[i].unreadable = ranges[i].length < ranges[i].want;
	}
}

static uint64_t at(const void *p)
{
	return (uintptr_t)p;
}

static const struct sys_desc *find(const char *name)
{
	int64_t nr = sys_number(ARCH_X86_64, name);

	assert_true(nr >= 0);
	return sys_find(ARCH_X86_64, (uint64_t)nr);
}

static struct sys_capture begin(struct fixture *f)
{
	static const struct sys_reader reader = {.read = read_own};

	f->entry.arena = f->entry_arena;
	f->entry.arena_size = sizeof(f->entry_arena);
	f->exit.arena = f->exit_arena;
	f->exit.arena_size = sizeof(f->exit_arena);
	return (struct sys_capture){
		.desc = f->desc, .args = f->args, .payload_limit = 65536, .reader = &reader};
}

static void call(const char *name, const uint64_t args[6])
{
	struct sys_capture c;

	memcpy(fixture.args, args, sizeof(fixture.args));
	fixture.desc = sys_select(find(name), args, NULL);
	c = begin(&fixture);
	sys_capture_entry(&c, &fixture.entry);
}

static void returns(int64_t result)
{
	struct sys_capture c = begin(&fixture);

	sys_capture_exit(&c, &fixture.entry, result, &fixture.exit);
}

#define CALL(name, ...) call(name, (const uint64_t[6]){__VA_ARGS__})

static void expect(const struct sys_ranges *ranges, size_t index, const void *address,
		   uint64_t full)
{
	assert_true(index < ranges->count);
	assert_ptr_equal((uintptr_t)ranges->range[index].address, address);
	assert_int_equal(ranges->range[index].full, full);
	assert_int_equal(ranges->range[index].length, full);
}

static void test_wait_found_nobody(void **state)
{
	int status = 0;
	char usage[144] = {0};

	(void)state;
	CALL("wait4", UINT64_MAX, at(&status), 1, at(usage));
	assert_int_equal(fixture.entry.count, 0);
	returns(0);
	assert_int_equal(fixture.exit.count, 0);
	returns(1);
	assert_int_equal(fixture.exit.count, 2);
	expect(&fixture.exit, 0, &status, 4);
	expect(&fixture.exit, 1, usage, 144);
}

static void test_sleep_remains_only_when_interrupted(void **state)
{
	int64_t request[2] = {1, 0}, remain[2] = {0};

	(void)state;
	CALL("nanosleep", at(request), at(remain));
	expect(&fixture.entry, 0, request, 16);
	returns(0);
	assert_int_equal(fixture.exit.count, 0);
	returns(-516);
	expect(&fixture.exit, 0, remain, 16);
}

static void test_message_has_its_type_on_top(void **state)
{
	char message[64] = {0};

	(void)state;
	CALL("msgsnd", 1, at(message), 4, 0);
	expect(&fixture.entry, 0, message, 12);
	CALL("msgrcv", 1, at(message), 50, 0, 0);
	returns(3);
	expect(&fixture.exit, 0, message, 11);
}

static void test_sendmmsg_gets_back_lengths_only(void **state)
{
	char text[] = "hello";
	struct iovec iov = {text, 5};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};

	(void)state;
	CALL("sendmmsg", 3, at(&message), 1, 0);
	assert_int_equal(fixture.entry.count, 3);
	expect(&fixture.entry, 0, &message, 64);
	expect(&fixture.entry, 2, text, 5);
	message.msg_len = 5;
	returns(1);
	assert_int_equal(fixture.exit.count, 1);
	expect(&fixture.exit, 0, &message, 64);
}

static void test_event_of_a_removal_is_not_read(void **state)
{
	char event[12] = {0};

	(void)state;
	CALL("epoll_ctl", 3, 1, 4, at(event));
	expect(&fixture.entry, 0, event, 12);
	CALL("epoll_ctl", 3, 2, 4, at(event));
	assert_int_equal(fixture.entry.count, 0);
}

static void test_own_size(void **state)
{
	/* perf_event_attr: its size is its second word */
	uint32_t attr[64] = {7, 64};
	/* A string is read in steps of this size. */
	static const char name[256] = "x";

	(void)state;
	CALL("perf_event_open", at(attr), 0, 0, UINT64_MAX, 0);
	expect(&fixture.entry, 0, attr, 64);
	CALL("openat2", 3, at(name), at(attr), 24);
	expect(&fixture.entry, 1, attr, 24);
}

/* A request that nobody described says itself what it takes. */
static void test_unknown_ioctl(void **state)
{
	char data[16] = {0};

	(void)state;
	CALL("ioctl", 3, 0x40100000u | 'z' << 8, at(data)); /* _IOW */
	expect(&fixture.entry, 0, data, 16);
	returns(0);
	assert_int_equal(fixture.exit.count, 0);
	CALL("ioctl", 3, 0x80080000u | 'z' << 8, at(data)); /* _IOR */
	assert_int_equal(fixture.entry.count, 0);
	returns(0);
	expect(&fixture.exit, 0, data, 8);
	CALL("ioctl", 3, 0x1234, at(data)); /* says nothing */
	assert_int_equal(fixture.entry.count, 0);
}

static void test_option_of_a_level(void **state)
{
	uint64_t timeout[2] = {1, 0};
	uint32_t length = 16;

	(void)state;
	CALL("getsockopt", 3, 1, 20, at(timeout), at(&length));
	expect(&fixture.entry, 0, &length, 4);
	returns(0);
	expect(&fixture.exit, 0, &length, 4);
	expect(&fixture.exit, 1, timeout, 16);
	assert_int_equal(fixture.desc->field[3].kind, K_STRUCT);
	CALL("setsockopt", 3, 1, 2, at(&length), 4);
	assert_int_equal(fixture.desc->field[3].kind, K_OPTVAL);
	expect(&fixture.entry, 0, &length, 4);
}

/* An argument that is not said counts when one behind it is. */
static void test_argument_counts(void **state)
{
	(void)state;
	assert_int_equal(sys_arg_count(find("read")), 3);
	assert_int_equal(sys_arg_count(find("preadv")), 4);
	assert_int_equal(sys_arg_count(find("preadv2")), 6);
	assert_int_equal(sys_arg_count(find("open")), 3);
	assert_int_equal(sys_arg_count(find("prctl")), 5);
	assert_int_equal(sys_arg_count(find("futex")), 6);
	assert_int_equal(sys_arg_count(find("getpid")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wait_found_nobody),
		cmocka_unit_test(test_sleep_remains_only_when_interrupted),
		cmocka_unit_test(test_message_has_its_type_on_top),
		cmocka_unit_test(test_sendmmsg_gets_back_lengths_only),
		cmocka_unit_test(test_event_of_a_removal_is_not_read),
		cmocka_unit_test(test_own_size),
		cmocka_unit_test(test_unknown_ioctl),
		cmocka_unit_test(test_option_of_a_level),
		cmocka_unit_test(test_argument_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

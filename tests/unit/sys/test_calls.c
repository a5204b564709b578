/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptions that are easily got wrong, asked through the capture walker: how many bytes go
 * which way. The "tracee" is this process.
 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

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
	return fixture_find(ARCH_X86_64, name);
}

/* What the kernel answers, to whatever question; SYS_UNKNOWN: nobody is asked. */
static uint64_t answer = SYS_UNKNOWN;
static uint8_t asked;

static uint64_t ask(void *context, uint8_t question, uint64_t about)
{
	(void)context;
	assert_int_equal(about, 3);
	asked = question;
	return answer;
}

static void call(const char *name, const uint64_t args[6])
{
	static const struct sys_reader silent = {.read = read_own};
	static const struct sys_reader answering = {.read = read_own, .ask = ask};

	fixture_call(&fixture, answer == SYS_UNKNOWN ? &silent : &answering, find(name), args);
}

#define CALL(name, ...) call(name, (const uint64_t[6]){__VA_ARGS__})

static void returns(int64_t result)
{
	fixture_return(&fixture, result);
}

static void expect(const struct sys_ranges *ranges, size_t index, const void *address,
		   uint64_t full)
{
	fixture_expect(ranges, index, at(address), full);
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

static void test_what_is_behind_a_struct(void **state)
{
	uint32_t handle[34] = {128};
	static const char name[256] = "x";
	int mount = 0;

	(void)state;
	CALL("name_to_handle_at", UINT64_MAX, at(name), at(handle), at(&mount), 0);
	expect(&fixture.entry, 1, handle, 8);
	assert_int_equal(fixture.entry.count, 2);
	handle[0] = 12;
	returns(0);
	assert_int_equal(fixture.exit.count, 3);
	expect(&fixture.exit, 0, handle, 8);
	expect(&fixture.exit, 1, &mount, 4);
	expect(&fixture.exit, 2, handle + 2, 12);
	/* Never more than there is room for. */
	handle[0] = UINT32_MAX;
	returns(0);
	expect(&fixture.exit, 2, handle + 2, 128);
	returns(-75);
	assert_int_equal(fixture.exit.count, 2);
	returns(-2);
	assert_int_equal(fixture.exit.count, 0);
	handle[0] = 8;
	CALL("open_by_handle_at", 3, at(handle), 0);
	expect(&fixture.entry, 1, handle + 2, 8);
}

/* One of which the caller says how long it is: what is behind its members is no second one. */
static void test_struct_that_is_longer(void **state)
{
	static uint64_t args[24];
	static uint32_t probe[44];

	(void)state;
	/* At the places of pidfd and parent_tid of a second one. */
	args[0] = 0x101000;
	args[11] = args[12] = args[14] = 0x101000;
	CALL("clone3", at(args), sizeof(args));
	assert_int_equal(fixture.entry.count, 1);
	expect(&fixture.entry, 0, args, sizeof(args));
	returns(1);
	assert_int_equal(fixture.exit.count, 0);
	probe[0] = 0x1400; /* ops_len */
	CALL("io_uring_register", 3, 8, at(probe), 20);
	assert_int_equal(fixture.entry.count, 1);
	expect(&fixture.entry, 0, probe, 16 + 20 * 8);
	returns(0);
	assert_int_equal(fixture.exit.count, 1);
	expect(&fixture.exit, 0, probe, 16 + 20 * 8);
}

static void test_extents(void **state)
{
	/* fm_mapped_extents is word 5, fm_extent_count word 6 */
	uint32_t map[8 + 3 * 14] = {0};

	(void)state;
	map[6] = 3;
	CALL("ioctl", 3, 0xc020660b, at(map));
	assert_int_equal(fixture.entry.count, 1);
	expect(&fixture.entry, 0, map, 32);
	map[5] = 2;
	returns(0);
	assert_int_equal(fixture.exit.count, 2);
	expect(&fixture.exit, 1, map + 8, 2 * 56);
	map[5] = map[6] = UINT32_MAX;
	returns(0);
	expect(&fixture.exit, 1, map + 8, 3 * 56);
	returns(-22);
	assert_int_equal(fixture.exit.count, 0);
	map[5] = map[6] = 0;
	CALL("ioctl", 3, 0xc020660b, at(map));
	map[5] = 7;
	returns(0);
	assert_int_equal(fixture.exit.count, 1);
}

static void test_mount_with_strings(void **state)
{
	uint32_t request[6] = {24}, mount[1024] = {0};

	(void)state;
	CALL("statmount", at(request), at(mount), sizeof(mount), 0);
	assert_int_equal(fixture.entry.count, 1);
	mount[0] = 520;
	returns(0);
	expect(&fixture.exit, 0, mount, 512);
	expect(&fixture.exit, 1, mount + 128, 8);
	mount[0] = 100;
	returns(0);
	assert_int_equal(fixture.exit.count, 1);
	expect(&fixture.exit, 0, mount, 100);
}

/* How much of it there is, another struct says. */
static void test_versions_of_capabilities(void **state)
{
	uint32_t header[2] = {0x19980330, 0}, data[6] = {0};

	(void)state;
	CALL("capget", at(header), at(data));
	expect(&fixture.entry, 0, header, 8);
	assert_int_equal(fixture.entry.count, 1);
	returns(0);
	expect(&fixture.exit, 0, data, 12);
	CALL("capset", at(header), at(data));
	expect(&fixture.entry, 1, data, 12);
	header[0] = 0x20080522;
	CALL("capset", at(header), at(data));
	expect(&fixture.entry, 1, data, 24);
	header[0] = 1;
	CALL("capset", at(header), at(data));
	assert_int_equal(fixture.entry.count, 1);
}

static void test_waitid_found_nobody(void **state)
{
	int info[32] = {0};
	char usage[144] = {0};

	(void)state;
	CALL("waitid", 0, 0, at(info), 5, at(usage));
	returns(0);
	assert_int_equal(fixture.exit.count, 1);
	info[0] = 17;
	returns(0);
	expect(&fixture.exit, 1, usage, 144);
	/* Without WNOHANG there is somebody. */
	info[0] = 0;
	CALL("waitid", 0, 0, at(info), 4, at(usage));
	returns(0);
	expect(&fixture.exit, 1, usage, 144);
}

static void test_ends_of_a_pipe(void **state)
{
	char bytes[8] = {0};
	struct iovec iov = {bytes, 8};

	(void)state;
	answer = 1;
	CALL("vmsplice", 3, at(&iov), 1, 0);
	assert_int_equal(asked, ASK_WRITABLE);
	expect(&fixture.entry, 1, bytes, 8);
	returns(8);
	assert_int_equal(fixture.exit.count, 0);
	answer = 0;
	CALL("vmsplice", 3, at(&iov), 1, 0);
	assert_int_equal(fixture.entry.count, 1);
	returns(5);
	expect(&fixture.exit, 0, bytes, 5);
	answer = SYS_UNKNOWN;
	CALL("vmsplice", 3, at(&iov), 1, 0);
	expect(&fixture.entry, 1, bytes, 8);
}

static void test_bytes_that_are_thrown_away(void **state)
{
	char bytes[8] = {0};
	struct iovec iov = {bytes, 8};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	(void)state;
	answer = 1;
	CALL("recvfrom", 3, at(bytes), 8, MSG_TRUNC, 0, 0);
	returns(5);
	assert_int_equal(asked, ASK_DISCARDS);
	assert_int_equal(fixture.exit.count, 0);
	CALL("recvmsg", 3, at(&message), MSG_TRUNC);
	returns(5);
	assert_int_equal(fixture.exit.count, 1);
	expect(&fixture.exit, 0, &message, sizeof(message));
	asked = ASK_NOTHING;
	CALL("recvfrom", 3, at(bytes), 8, 0, 0, 0);
	returns(5);
	assert_int_equal(asked, ASK_NOTHING);
	expect(&fixture.exit, 0, bytes, 5);
	answer = 0;
	CALL("recvfrom", 3, at(bytes), 8, MSG_TRUNC, 0, 0);
	returns(9);
	expect(&fixture.exit, 0, bytes, 8);
	answer = SYS_UNKNOWN;
	CALL("recvfrom", 3, at(bytes), 8, MSG_TRUNC, 0, 0);
	returns(9);
	expect(&fixture.exit, 0, bytes, 8);
}

static void test_answered_lengths(void **state)
{
	static uint16_t values[1 << 16];
	static char label[512] = "disk";

	(void)state;
	answer = 5;
	CALL("semctl", 3, 0, 13, at(values));
	returns(0);
	assert_int_equal(asked, ASK_SEMAPHORES);
	expect(&fixture.exit, 0, values, 10);
	CALL("semctl", 3, 0, 17, at(values));
	expect(&fixture.entry, 0, values, 10);
	answer = UINT64_MAX - 1;
	returns(0);
	CALL("semctl", 3, 0, 17, at(values));
	assert_true(fixture.entry.range[0].length <= sizeof(values));
	answer = 0xef53;
	CALL("ioctl", 3, 0x81009431, at(label));
	returns(0);
	expect(&fixture.exit, 0, label, 17);
	answer = 0x9123683e;
	returns(0);
	expect(&fixture.exit, 0, label, 5);
	memset(label, 'x', sizeof(label));
	returns(0);
	expect(&fixture.exit, 0, label, 256);
	answer = SYS_UNKNOWN;
	CALL("semctl", 3, 0, 17, at(values));
	assert_int_equal(fixture.entry.count, 0);
}

static void test_stack(void **state)
{
	static uint8_t stack[512];

	(void)state;
	fixture.stack = at(stack);
	CALL("rt_sigreturn", 1, 2, 3);
	assert_int_equal(fixture.entry.count, 1);
	expect(&fixture.entry, 0, stack + 296, 8);
	fixture.stack = UINT64_MAX - 200;
	CALL("rt_sigreturn", 1, 2, 3);
	assert_int_equal(fixture.entry.count, 0);
	fixture.stack = 0;
	CALL("rt_sigreturn", 1, 2, 3);
	assert_int_equal(fixture.entry.count, 0);
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
	assert_int_equal(sys_arg_count(find("rt_sigreturn")), 0);
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
		cmocka_unit_test(test_what_is_behind_a_struct),
		cmocka_unit_test(test_struct_that_is_longer),
		cmocka_unit_test(test_extents),
		cmocka_unit_test(test_mount_with_strings),
		cmocka_unit_test(test_versions_of_capabilities),
		cmocka_unit_test(test_waitid_found_nobody),
		cmocka_unit_test(test_ends_of_a_pipe),
		cmocka_unit_test(test_bytes_that_are_thrown_away),
		cmocka_unit_test(test_answered_lengths),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_argument_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

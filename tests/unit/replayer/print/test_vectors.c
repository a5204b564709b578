/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors and messages, as strace 6.1 writes them: what a result is dealt out over. And
 * what must not be believed of any array.
 */
#include "check.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cmocka.h>

enum { NOWHERE = 8, P = 0x10000000, Q = 0x10001000, R = 0x10002000, S = 0x10003000 };

#define VECTOR(a, ...)                                                                             \
	{                                                                                          \
		.address = (a), .data = (const struct iovec[]){__VA_ARGS__},                       \
		.length = sizeof((const struct iovec[]){__VA_ARGS__})                              \
	}
#define AT(a, n)                                                                                   \
	{                                                                                          \
		(void *)(a), (n)                                                                   \
	}

static const struct made_call vectors[] = {
	{"writev(3, [{iov_base=\"hello\", iov_len=5}, {iov_base=\"\", iov_len=0}, "
	 "{iov_base=\"world!\", iov_len=6}], 3) = 11",
	 "writev",
	 11,
	 {3, P, 3},
	 {VECTOR(P, AT(Q, 5), AT(R, 0), AT(S, 6)), MADE_BYTES(Q, "hello"),
	  MADE_BYTES(S, "world!")}},
	/* What was read is dealt out over the vector in order. */
	{"readv(3, [{iov_base=\"hell\", iov_len=4}, {iov_base=\"owor\", iov_len=4}, "
	 "{iov_base=\"ld!\", iov_len=100}], 3) = 11",
	 "readv",
	 11,
	 {3, P, 3},
	 {VECTOR(P, AT(Q, 4), AT(R, 4), AT(S, 100)), MADE_WROTE(Q, "hell"), MADE_WROTE(R, "owor"),
	  MADE_WROTE(S, "ld!")}},
	{"readv(3, [{iov_base=\"bas\", iov_len=3}, {iov_base=\"\", iov_len=4}], 2) = 3",
	 "readv",
	 3,
	 {3, P, 2},
	 {VECTOR(P, AT(Q, 3), AT(R, 4)), MADE_WROTE(Q, "bas")}},
	{"readv(3, [{iov_base=\"\", iov_len=3}, {iov_base=\"\", iov_len=4}], 2) = 0",
	 "readv",
	 0,
	 {3, P, 2},
	 {VECTOR(P, AT(Q, 3), AT(R, 4))}},
	{"readv(-1, [{iov_base=0x10001000, iov_len=3}, {iov_base=0x10002000, iov_len=4}], 2) = -1 "
	 "EBADF (Bad file descriptor)",
	 "readv",
	 -EBADF,
	 {(uint64_t)-1, P, 2},
	 {VECTOR(P, AT(Q, 3), AT(R, 4))}},
	{"writev(1, [{iov_base=0x8, iov_len=4}, {iov_base=NULL, iov_len=4}], 2) = -1 EFAULT (Bad "
	 "address)",
	 "writev",
	 -EFAULT,
	 {1, P, 2},
	 {VECTOR(P, AT(8, 4), AT(0, 4))}},
	{"writev(1, [], 0) = 0", "writev", 0, {1, P, 0}, {{0}}},
	{"writev(1, NULL, 2) = -1 EFAULT (Bad address)", "writev", -EFAULT, {1, 0, 2}, {{0}}},
	{"writev(1, 0x8, 2) = -1 EFAULT (Bad address)", "writev", -EFAULT, {1, NOWHERE, 2}, {{0}}},
};

static void test_vectors(void **state)
{
	(void)state;
	CHECK_CALLS(vectors);
}

static const struct made_call messages[] = {
	{"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", iov_len=5}], "
	 "msg_iovlen=1, "
	 "msg_controllen=0, msg_flags=0}, MSG_NOSIGNAL) = 5",
	 "sendmsg",
	 5,
	 {3, P, 0x4000},
	 {MADE_THING(P, struct msghdr, {.msg_iov = (void *)Q, .msg_iovlen = 1}),
	  VECTOR(Q, AT(R, 5)), MADE_BYTES(R, "hello")}},
	{"sendmsg(3, {msg_name={sa_family=AF_UNIX, sun_path=\"s\"}, msg_namelen=4, msg_iov=NULL, "
	 "msg_iovlen=0, "
	 "msg_controllen=0, msg_flags=0}, 0) = 0",
	 "sendmsg",
	 0,
	 {3, P, 0},
	 {MADE_THING(P, struct msghdr, {.msg_name = (void *)Q, .msg_namelen = 4}),
	  MADE_BYTES(Q, "\1\0s\0")}},
	{"sendmsg(3, {msg_name=0x8, msg_namelen=16, msg_iov=0x8, msg_iovlen=3, msg_control=0x8, "
	 "msg_controllen=24, msg_flags=0}, 0) = -1 EFAULT (Bad address)",
	 "sendmsg",
	 -EFAULT,
	 {3, P, 0},
	 {MADE_THING(P, struct msghdr,
		     {.msg_name = (void *)8,
		      .msg_namelen = 16,
		      .msg_iov = (void *)8,
		      .msg_iovlen = 3,
		      .msg_control = (void *)8,
		      .msg_controllen = 24})}},
	{"sendmsg(3, NULL, 0) = -1 EFAULT (Bad address)", "sendmsg", -EFAULT, {3, 0, 0}, {{0}}},
	{"sendmsg(3, 0x8, 0) = -1 EFAULT (Bad address)",
	 "sendmsg",
	 -EFAULT,
	 {3, NOWHERE, 0},
	 {{0}}},
	/* What came, and the length of the address before and after. */
	{"recvmsg(3, {msg_name=0x10003000, msg_namelen=110 => 0, msg_iov=[{iov_base=\"hell\", "
	 "iov_len=4}, "
	 "{iov_base=\"o\", iov_len=100}], msg_iovlen=2, msg_controllen=0, msg_flags=MSG_CTRUNC}, "
	 "0) = 5",
	 "recvmsg",
	 5,
	 {3, P, 0},
	 {MADE_THING(P, struct msghdr, {(void *)S, 110, (void *)Q, 2, (void *)0x500, 100, 0}),
	  VECTOR(Q, AT(R, 4), AT(R + 16, 100)),
	  MADE_RESULT(P, struct msghdr, {(void *)S, 0, (void *)Q, 2, (void *)0x500, 0, 8}),
	  MADE_WROTE(R, "hell"), MADE_WROTE(R + 16, "o")}},
};

static void test_messages(void **state)
{
	(void)state;
	CHECK_CALLS(messages);
}

/* ---- what must not be believed ---- */

/* Numbers that say that there is much more than there is. */
static const struct made_call lies[] = {
	{"writev(1, [{iov_base=\"a\"..., iov_len=18446744073709551615}, ... /* 0x10000010 */], "
	 "18446744073709551615) = 1",
	 "writev",
	 1,
	 {1, P, UINT64_MAX},
	 {VECTOR(P, AT(Q, SIZE_MAX)),
	  {.address = Q, .data = "a", .length = 1, .beyond = UINT64_MAX - 1}}},
	{"setgroups(2147483647, [1, ... /* 0x10000004 */]) = -1 EINVAL (Invalid argument)",
	 "setgroups",
	 -EINVAL,
	 {INT32_MAX, P},
	 {MADE_BYTES(P, "\1\0\0\0")}},
	{"poll([{fd=4, events=POLLIN}, ... /* 0x10000008 */], 4294967295, 0) = -1 EINVAL (Invalid "
	 "argument)",
	 "poll",
	 -EINVAL,
	 {P, UINT32_MAX, 0},
	 {MADE_THING(P, struct pollfd, {4, 1, 0})}},
	/* At the end of what can be addressed. */
	{"write(1, \"ab\"..., 8) = 8",
	 "write",
	 8,
	 {1, UINT64_MAX - 1, 8},
	 {{.address = UINT64_MAX - 1, .data = "ab", .length = 2, .beyond = 6}}},
	{"nanosleep(0xfffffffffffffffe, NULL) = 0",
	 "nanosleep",
	 0,
	 {UINT64_MAX - 1, 0},
	 {MADE_BYTES(UINT64_MAX - 1, "ab")}},
	{"read(3, \"abc\", 3) = 9223372036854775807",
	 "read",
	 INT64_MAX,
	 {3, P, 3},
	 {MADE_WROTE(P, "abc")}},
};

static void test_lies(void **state)
{
	(void)state;
	CHECK_CALLS(lies);
}

/* A vector whose element points to the vector itself. */
static const struct made_call loops[] = {
	{"writev(1, [{iov_base=\"\\0\\0\\0\\20\\0\\0\\0\\0\\20\\0\\0\\0\\0\\0\\0\\0\", "
	 "iov_len=16}], 1) = 16",
	 "writev",
	 16,
	 {1, P, 1},
	 {VECTOR(P, AT(P, 16))}},
};

static void test_loops(void **state)
{
	(void)state;
	CHECK_CALLS(loops);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_loops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

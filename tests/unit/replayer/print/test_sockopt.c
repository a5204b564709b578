/* SPDX-License-Identifier: Apache-2.0 */
/* Values of socket options, as strace 6.1 writes them. */
#include "check.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { P = 0x10000000, Q = 0x10001000 };

#define SET(said, level, number, bytes, size)                                                      \
	{                                                                                          \
		"setsockopt(3, " said ", " #size ") = 0", "setsockopt", 0,                         \
			{3, (level), (number), P, (uint64_t)(size)},                               \
		{                                                                                  \
			MADE_BYTES(P, bytes)                                                       \
		}                                                                                  \
	}
#define GET(said, level, number, bytes, before, after)                                             \
	{                                                                                          \
		"getsockopt(3, " said ") = 0", "getsockopt", 0, {3, (level), (number), P, Q},      \
		{                                                                                  \
			MADE_BYTES(Q, before), MADE_WROTE(P, bytes), MADE_WROTE(Q, after)          \
		}                                                                                  \
	}

/* What is an int for the kernel is one for us, whatever stands behind it, and none when there is
 * less of it. */
static const struct made_call ints[] = {
	SET("SOL_SOCKET, SO_REUSEADDR, [1]", 1, 2, "\1\0\0\0", 4),
	SET("SOL_SOCKET, SO_REUSEADDR, [1]", 1, 2, "\1\0\0\0\2", 5),
	SET("SOL_SOCKET, SO_REUSEADDR, [-2]", 1, 2, "\376\377\377\377\2\0\0\0", 8),
	SET("SOL_SOCKET, SO_REUSEADDR, 0x10000000", 1, 2, "\1\0", 2),
	SET("SOL_SOCKET, SO_RCVMARK, [1]", 1, 75, "\1\0\0\0\0\0", 6),
	SET("SOL_SOCKET, SO_TXREHASH, [SOCK_TXREHASH_ENABLED]", 1, 74, "\1\0\0\0", 4),
	SET("SOL_SOCKET, SO_TXREHASH, [0x7 /* SOCK_TXREHASH_?\?\? */]", 1, 74, "\7\0\0\0", 4),
	SET("SOL_SOCKET, SO_TYPE, \"\\1\\0\\0\\0\\2\"", 1, 3, "\1\0\0\0\2", 5),
	SET("SOL_SOCKET, SO_TYPE, \"\\1\"", 1, 3, "\1", 1),
	SET("SOL_NETLINK, NETLINK_EXT_ACK, [1]", 270, 11, "\1\0\0\0\0", 5),
	SET("SOL_NETLINK, NETLINK_EXT_ACK, 0x10000000", 270, 11, "\1\0\0", 3),
	SET("SOL_TCP, TCP_NODELAY, \"\\1\\0\\0\\0\\0\"", 6, 1, "\1\0\0\0\0", 5),
	{"setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 0x10000000, 0) = -1 EINVAL (Invalid argument)",
	 "setsockopt",
	 -EINVAL,
	 {3, 1, 2, P, 0},
	 {{0}}},
	{"setsockopt(3, SOL_TCP, TCP_NODELAY, \"\", 0) = -1 EINVAL (Invalid argument)",
	 "setsockopt",
	 -EINVAL,
	 {3, 6, 1, P, 0},
	 {{0}}},
	{"setsockopt(3, SOL_TCP, TCP_NODELAY, 0x10000000, -1) = -1 EINVAL (Invalid argument)",
	 "setsockopt",
	 -EINVAL,
	 {3, 6, 1, P, UINT64_MAX},
	 {{0}}},
	GET("SOL_SOCKET, SO_ERROR, [111], [4]", 1, 4, "o\0\0\0", "\4\0\0\0", "\4\0\0\0"),
	GET("SOL_SOCKET, SO_ERROR, \"\\x6f\\x00\", [2]", 1, 4, "o\0", "\2\0\0\0", "\2\0\0\0"),
	GET("SOL_SOCKET, SO_TIMESTAMPING_OLD, [0], [16 => 8]", 1, 37, "\0\0\0\0\0\0\0\0",
	    "\20\0\0\0", "\10\0\0\0"),
	GET("SOL_SOCKET, SO_TYPE, \"\\1\\0\", [2]", 1, 3, "\1\0", "\2\0\0\0", "\2\0\0\0"),
};

static void test_ints(void **state)
{
	(void)state;
	CHECK_CALLS(ints);
}

#define GROUP                                                                                      \
	"\1\0\0\0\0\0\0\0\2\0\0\0\340\0\0\3"                                                       \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                         \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                         \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                         \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define SAYS_GROUP                                                                                 \
	"{gr_interface=if_nametoindex(\"lo\"), gr_group={sa_family=AF_INET, sin_port=htons(0), "   \
	"sin_addr=inet_addr(\"224.0.0.3\")}}"

static const struct made_call structs[] = {
	SET("SOL_IP, MCAST_JOIN_GROUP, " SAYS_GROUP, 0, 42, GROUP "\0", 136),
	SET("SOL_IPV6, MCAST_LEAVE_GROUP, " SAYS_GROUP, 41, 45, GROUP "\0more", 140),
	SET("SOL_IPV6, MCAST_LEAVE_GROUP, 0x10000000", 41, 45, GROUP, 135),
	SET("SOL_PACKET, PACKET_ADD_MEMBERSHIP, {mr_ifindex=if_nametoindex(\"lo\"), "
	    "mr_type=PACKET_MR_PROMISC, mr_alen=6, mr_address=01:02:03:04:05:06}",
	    263, 1, "\1\0\0\0\1\0\6\0\1\2\3\4\5\6\7\10", 16),
	SET("SOL_PACKET, PACKET_DROP_MEMBERSHIP, {mr_ifindex=9, "
	    "mr_type=0x9 /* PACKET_MR_?\?\? */, mr_alen=65535, "
	    "mr_address=01:02:03:04:05:06:07:08}",
	    263, 2, "\11\0\0\0\11\0\377\377\1\2\3\4\5\6\7\10", 16),
	SET("SOL_PACKET, PACKET_ADD_MEMBERSHIP, 0x10000000", 263, 1, "\1\0\0\0\1\0\6\0", 8),
	SET("SOL_RAW, ICMP_FILTER, []", 255, 1, "\0\0\0\0", 4),
	SET("SOL_RAW, ICMP_FILTER, [ICMP_ECHOREPLY 0x1 /* ICMP_?\?\? */ ICMP_ECHO]", 255, 1,
	    "\3\1\0\0", 4),
	SET("SOL_RAW, ICMP_FILTER, ~[ICMP_ECHOREPLY]", 255, 1, "\376\377\377\377more", 8),
	SET("SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr(\"224.0.0.3\"), "
	    "imr_interface=inet_addr(\"127.0.0.1\")}",
	    0, 35, "\340\0\0\3\177\0\0\1", 8),
	SET("SOL_IP, IP_ADD_MEMBERSHIP, 0x10000000", 0, 35, "\340\0\0\3", 4),
	SET("SOL_IPV6, IPV6_JOIN_ANYCAST, {inet_pton(AF_INET6, \"ff02::1\", "
	    "&ipv6mr_multiaddr), ipv6mr_interface=0}",
	    41, 27, "\377\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0", 20),
	SET("SOL_IPV6, IPV6_ADD_MEMBERSHIP, 0x10000000", 41, 20, "\377\2\0\0", 4),
	SET("SOL_SOCKET, SO_LINGER, 0x10000000", 1, 13, "\1\0\0\0", 4),
	SET("SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=2}", 1, 13, "\1\0\0\0\2\0\0\0", 8),
};

static void test_structs(void **state)
{
	(void)state;
	CHECK_CALLS(structs);
}

/* Each level has names of its own; what is read by a name may be written by another. */
static const struct made_call names[] = {
	SET("SOL_ALG, ALG_SET_KEY, \"key\"", 279, 1, "key", 3),
	SET("SOL_SCTP, SCTP_NODELAY, [1]", 132, 3, "\1\0\0\0", 4),
	SET("SOL_BLUETOOTH, BT_SNDMTU, \"\\1\\2\"", 274, 12, "\1\2", 2),
	SET("SOL_TLS, TLS_TX, \"tx\"", 282, 1, "tx", 2),
	SET("SOL_XDP, XDP_RX_RING, [7]", 283, 2, "\7\0\0\0", 4),
	SET("AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, [5]", 40, 0, "\5\0\0\0", 4),
	SET("SOL_DCCP, 0x63 /* DCCP_SOCKOPT_?\?\? */, [5]", 269, 99, "\5\0\0\0", 4),
	SET("SOL_RAW, 0x2 /* RAW_?\?\? */, [5]", 255, 2, "\5\0\0\0", 4),
	SET("SOL_IP, EBT_SO_SET_ENTRIES, [5]", 0, 128, "\5\0\0\0", 4),
	SET("SOL_IPV6, IP6T_SO_SET_REPLACE, [5]", 41, 64, "\5\0\0\0", 4),
	SET("SOL_SOCKET, SO_ATTACH_FILTER, 0x10000000", 1, 26, "\1\0\0\0", 4),
	GET("SOL_IP, IPT_SO_GET_INFO, [5], [4]", 0, 64, "\5\0\0\0", "\4\0\0\0", "\4\0\0\0"),
	GET("SOL_IPV6, IP6T_SO_GET_ENTRIES, [5], [4]", 41, 65, "\5\0\0\0", "\4\0\0\0", "\4\0\0\0"),
	GET("SOL_SOCKET, SO_GET_FILTER, [5], [4]", 1, 26, "\5\0\0\0", "\4\0\0\0", "\4\0\0\0"),
};

static void test_names(void **state)
{
	(void)state;
	CHECK_CALLS(names);
}

static const struct made_call raw[] = {
	SET("0x1, 0x4a, [1]", 1, 74, "\1\0\0\0", 4),
	SET("0xff, 0x1, [0 8]", 255, 1, "\1\1\0\0", 4),
	SET("0x107, 0x1, {mr_ifindex=1, mr_type=0x1, mr_alen=6, "
	    "mr_address=\"\\x01\\x02\\x03\\x04\\x05\\x06\"}",
	    263, 1, "\1\0\0\0\1\0\6\0\1\2\3\4\5\6\7\10", 16),
	SET("0x29, 0x14, "
	    "{ipv6mr_multiaddr=\"\\xff\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
	    "\\x00\\x00\\x00\\x01\", ipv6mr_interface=0}",
	    41, 20, "\377\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0", 20),
};

static void test_raw(void **state)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
					      .words = PRINT_WORDS_NEVER};

	(void)state;
	CHECK_CALLS_WITH(&options, raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ints),
		cmocka_unit_test(test_structs),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

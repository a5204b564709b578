/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses of each family and control messages, as strace 6.1 writes them. */
#include "check.h"

#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cmocka.h>

enum { NOWHERE = 8, P = 0x10000000, Q = 0x10001000 };

/* connect(3, <said>, length) = 0, with the bytes of the address. */
#define CONNECT(said, bytes, size, digits)                                                         \
	{                                                                                          \
		"connect(3, " said ", " digits ") = 0", "connect", 0, {3, P, (size)},              \
		{                                                                                  \
			MADE_BYTES(P, bytes)                                                       \
		}                                                                                  \
	}

static const struct made_call unix_addresses[] = {
	CONNECT("{sa_family=AF_UNIX, sun_path=\"/tmp/s\"}", "\1\0/tmp/s\0", 9, "9"),
	CONNECT("{sa_family=AF_UNIX, sun_path=\"/tmp/s\"}", "\1\0/tmp/s\0\0\0\0rest", 16, "16"),
	/* unix(7): the NUL at the end need not be there. */
	CONNECT("{sa_family=AF_UNIX, sun_path=\"/tmp/s\"}", "\1\0/tmp/s", 8, "8"),
	CONNECT("{sa_family=AF_UNIX, sun_path=\"/\"}", "\1\0/", 3, "3"),
	CONNECT("{sa_family=AF_UNIX}", "\1\0", 2, "2"),
	/* Abstract: all bytes behind the first are the name. */
	CONNECT("{sa_family=AF_UNIX, sun_path=@\"abstract\"}", "\1\0\0abstract", 11, "11"),
	CONNECT("{sa_family=AF_UNIX, sun_path=@\"a\\0x\"}", "\1\0\0a\0x", 6, "6"),
	CONNECT("{sa_family=AF_UNIX, sun_path=@\"\"}", "\1\0\0", 3, "3"),
	CONNECT("{sa_family=AF_UNIX, sun_path=\"a\\nb\"}", "\1\0a\nb", 5, "5"),
};

static void test_unix(void **state)
{
	(void)state;
	CHECK_CALLS(unix_addresses);
}

#define IN  "\2\0\0P\177\0\0\1\0\0\0\0\0\0\0\0"
#define IN6 "\12\0\1\273\0\0\0\5\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
#define SAYS                                                                                       \
	"sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(5), "                       \
	"inet_pton(AF_INET6, \"2001:db8::1\", &sin6_addr), "

static const struct made_call internet[] = {
	CONNECT("{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}", IN,
		16, "16"),
	CONNECT("{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}",
		IN "more", 20, "20"),
	CONNECT("{sa_family=AF_INET, sin_port=htons(65535), "
		"sin_addr=inet_addr(\"255.255.255.255\")}",
		"\2\0\377\377\377\377\377\377\0\0\0\0\0\0\0\0", 16, "16"),
	CONNECT("{sa_family=AF_INET, sa_data=\"\\0P\\177\\0\\0\"}", "\2\0\0P\177\0\0", 7, "7"),
	CONNECT("{sa_family=AF_INET}", "\2\0", 2, "2"),
	CONNECT("{" SAYS "sin6_scope_id=0}", IN6 "\0\0\0\0", 28, "28"),
	CONNECT("{sa_family=AF_INET6, sa_data=\"\\1\\273\\0\\0\\0\\5 "
		"\\1\\r\\270\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}",
		"\12\0\1\273\0\0\0\5\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0", 23, "23"),
};

static void test_internet(void **state)
{
	(void)state;
	CHECK_CALLS(internet);
}

static const struct made_call others[] = {
	CONNECT("{sa_family=AF_NETLINK, nl_pid=12, nl_groups=0x000011}",
		"\20\0\0\0\14\0\0\0\21\0\0\0", 12, "12"),
	CONNECT("{sa_family=AF_NETLINK, nl_pid=12, nl_groups=00000000}",
		"\20\0\0\0\14\0\0\0\0\0\0\0", 12, "12"),
	CONNECT("{sa_family=AF_NETLINK, sa_data=\"\\0\\0\\f\\0\\0\\0\\21\\0\\0\"}",
		"\20\0\0\0\14\0\0\0\21\0\0", 11, "11"),
	CONNECT("{sa_family=AF_UNSPEC, sa_data=\"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}",
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, "16"),
	CONNECT("{sa_family=AF_UNSPEC}", "\0\0", 2, "2"),
	CONNECT("{sa_family=0xc8 /* AF_??? */, sa_data=\"\\0\\0\"}", "\310\0\0\0", 4, "4"),
	/* Too short for a family. */
	CONNECT("0x10000000", "\1", 1, "1"),
	{"connect(3, 0x10000000, 0) = 0", "connect", 0, {3, P, 0}, {{0}}},
	{"connect(3, NULL, 16) = -1 EFAULT (Bad address)", "connect", -EFAULT, {3, 0, 16}, {{0}}},
	{"connect(3, 0x8, 16) = -1 EFAULT (Bad address)",
	 "connect",
	 -EFAULT,
	 {3, NOWHERE, 16},
	 {{0}}},
	{"connect(3, 0x10000000, -1) = -1 EINVAL (Invalid argument)",
	 "connect",
	 -EINVAL,
	 {3, P, (uint64_t)-1},
	 {{0}}},
	{"recvfrom(3, \"hello\", 100, 0, {sa_family=AF_INET, sin_port=htons(80), "
	 "sin_addr=inet_addr(\"127.0.0.1\")}, [110 => 16]) = 5",
	 "recvfrom",
	 5,
	 {3, P, 100, 0, Q, Q + 0x100},
	 {MADE_BYTES(Q + 0x100, "\156\0\0\0"), MADE_WROTE(P, "hello"), MADE_WROTE(Q, IN),
	  MADE_WROTE(Q + 0x100, "\20\0\0\0")}},
	{"accept4(3, NULL, NULL, SOCK_NONBLOCK) = 4", "accept4", 4, {3, 0, 0, 04000}, {{0}}},
};

static void test_others(void **state)
{
	(void)state;
	CHECK_CALLS(others);
}

#define PACKET "\21\0\0\3\1\0\0\0\1\0\0"

static const struct made_call packets[] = {
	CONNECT("{sa_family=AF_PACKET, sll_protocol=htons(ETH_P_ALL), "
		"sll_ifindex=if_nametoindex(\"lo\"), "
		"sll_hatype=ARPHRD_ETHER, sll_pkttype=PACKET_HOST, sll_halen=6, sll_addr=[0x1, "
		"0x2, "
		"0x3, 00, 0x5, 0x6]}",
		PACKET "\6\1\2\3\0\5\6\7\10", 20, "20"),
	CONNECT("{sa_family=AF_PACKET, sll_protocol=htons(ETH_P_ALL), "
		"sll_ifindex=if_nametoindex(\"lo\"), "
		"sll_hatype=ARPHRD_ETHER, sll_pkttype=PACKET_HOST, sll_halen=20, sll_addr=[0x1, "
		"0x2, "
		"0x3, 0x4, 0x5, 0x6, 0x7, 0x8, ...]}",
		PACKET "\24\1\2\3\4\5\6\7\10", 20, "20"),
	CONNECT("{sa_family=AF_PACKET, sll_protocol=htons(0x1234 /* ETH_P_??? */), sll_ifindex=0, "
		"sll_hatype=0x363 /* ARPHRD_??? */, sll_pkttype=0x9 /* PACKET_??? */, sll_halen=0}",
		"\21\0\22\64\0\0\0\0\143\3\11\0\0\0\0\0\0\0\0\0", 20, "20"),
	CONNECT("{sa_family=AF_PACKET, sa_data=\"\\0\\3\\1\\0\\0\\0\\1\\0\\0\\6\"}", PACKET "\6",
		12, "12"),
	CONNECT("{sa_family=AF_VSOCK, svm_reserved1=0x7, svm_cid=VMADDR_CID_ANY, svm_port=0x4d2, "
		"svm_flags=VMADDR_FLAG_TO_HOST|0x2, svm_zero=\"\\x00\\x02\\x00\"}",
		"\50\0\7\0\322\4\0\0\377\377\377\377\3\0\2\0", 16, "16"),
	CONNECT("{sa_family=AF_VSOCK, svm_cid=0x9, svm_port=0x4d2, svm_flags=0}",
		"\50\0\0\0\322\4\0\0\11\0\0\0\0\0\0\0", 16, "16"),
};

static void test_packets(void **state)
{
	(void)state;
	CHECK_CALLS(packets);
}

/* ---- control messages ---- */

#define MESSAGE(size)                                                                              \
	MADE_THING(P, struct msghdr, {.msg_control = (void *)Q, .msg_controllen = (size)})
#define SENDMSG(control, size, digits, ...)                                                        \
	{                                                                                          \
		"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, "           \
		"msg_control=" control ", msg_controllen=" digits ", msg_flags=0}, 0) = 0",        \
			"sendmsg", 0, {3, P, 0},                                                   \
		{                                                                                  \
			MESSAGE(size), __VA_ARGS__                                                 \
		}                                                                                  \
	}

#define RIGHTS_2 "\30\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\17\0\0\0\20\0\0\0"
#define RIGHTS_1 "\24\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\17\0\0\0\0\0\0\0"
#define CREDS    "\34\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"
#define HEAD_20  "\24\0\0\0\0\0\0\0"
#define RIGHTS   "{cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[15, 16]}"
#define ONE      "{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[15]}"
#define WHO                                                                                        \
	"{cmsg_len=28, cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, cmsg_data={pid=1, "       \
	"uid=2, gid=3}}"

static const struct made_call control[] = {
	SENDMSG("[" RIGHTS "]", 24, "24", MADE_BYTES(Q, RIGHTS_2)),
	SENDMSG("[" ONE "]", 24, "24", MADE_BYTES(Q, RIGHTS_1)),
	SENDMSG("[" WHO "]", 28, "28", MADE_BYTES(Q, CREDS)),
	/* Each begins at a multiple of 8. */
	SENDMSG("[" ONE ", " RIGHTS "]", 48, "48", MADE_BYTES(Q, RIGHTS_1 RIGHTS_2)),
	/* One without data, and one whose data is longer than the rest. */
	SENDMSG("[{cmsg_len=16, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS}]", 16, "16",
		MADE_BYTES(Q, "\20\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0")),
	SENDMSG("[{cmsg_len=40, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[15]}]", 20,
		"20", MADE_BYTES(Q, "\50\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\17\0\0\0")),
	SENDMSG("[{cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=[64]}]", 20, "20",
		MADE_BYTES(Q, HEAD_20 "\0\0\0\0\2\0\0\0\100\0\0\0")),
	SENDMSG("[{cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TOS, cmsg_data=[0x10, 0, 0, 0]}]",
		20, "20", MADE_BYTES(Q, HEAD_20 "\0\0\0\0\1\0\0\0\20\0\0\0")),
	SENDMSG("[{cmsg_len=28, cmsg_level=SOL_IP, cmsg_type=IP_PKTINFO, cmsg_data={ipi_ifindex=1, "
		"ipi_spec_dst=inet_addr(\"1.2.3.4\"), ipi_addr=inet_addr(\"5.6.7.8\")}}]",
		28, "28",
		MADE_BYTES(Q, "\34\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\1\2\3\4\5\6\7\10")),
	SENDMSG("[{cmsg_len=32, cmsg_level=SOL_SOCKET, cmsg_type=SO_TIMESTAMP_OLD, "
		"cmsg_data={tv_sec=1, tv_usec=2}}]",
		32, "32",
		MADE_BYTES(Q,
			   "\40\0\0\0\0\0\0\0\1\0\0\0\35\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0")),
	SENDMSG("[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_SECURITY, "
		"cmsg_data=\"\\5\\0\\0\\0\"}]",
		20, "20", MADE_BYTES(Q, HEAD_20 "\1\0\0\0\3\0\0\0\5\0\0\0")),
	/* Where a next one begins, nobody knows. */
	SENDMSG("[{cmsg_len=8, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS}, ... /* 0x10001010 */]",
		20, "20", MADE_BYTES(Q, "\10\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\5\0\0\0")),
	SENDMSG("[" ONE ", ... /* 0x10001018 */]", 32, "32",
		MADE_BYTES(Q, RIGHTS_1 "\24\0\0\0\0\0\0\0")),
	/* strace leaves out what it does not know; here it is. */
	SENDMSG("[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=0x63 /* SCM_??? */, "
		"cmsg_data=\"\\1\\0\\0\\0\"}]",
		20, "20", MADE_BYTES(Q, HEAD_20 "\1\0\0\0\143\0\0\0\1\0\0\0")),
	/* Too short for a head. */
	SENDMSG("0x10001000", 10, "10", MADE_BYTES(Q, "\12\0\0\0\0\0\0\0\1\0")),
};

static void test_control(void **state)
{
	(void)state;
	CHECK_CALLS(control);
}

/* Lengths that lie; nothing but that they are survived and bounded is asked of these. */
static void test_control_lies(void **state)
{
	static const uint64_t lengths[] = {
		0, 1, 15, 16, 17, 25, 1000, UINT32_MAX, UINT64_MAX - 7, UINT64_MAX};
	struct printer *p = printer_new(&(const struct print_options){.string_limit = 32});
	struct buf text = {0};
	struct made m;

	(void)state;
	made_from(&control[3], &m);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memcpy(m.guards[1].data, &lengths[i], sizeof(lengths[i]));
		buf_clear(&text);
		assert_int_equal(print_text(p, &m.event, &text), 0);
		assert_in_range(text.size, 100, 1000);
	}
	made_done(&m);
	buf_done(&text);
	printer_free(p);
}

/* Addresses are texts, too. */
static void test_hexadecimal(void **state)
{
	static const struct made_call calls[] = {
		{"bind(3, {sa_family=AF_INET, sin_port=htons(80), "
		 "sin_addr=inet_addr(\"\\x31\\x2e\\x32\\x2e\\x33\\x2e\\x34\")}, 16) = 0",
		 "bind",
		 0,
		 {3, P, 16},
		 {MADE_BYTES(P, "\2\0\0\x50\1\2\3\4\0\0\0\0\0\0\0\0")}},
		{"bind(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), "
		 "inet_pton(AF_INET6, \"\\x3a\\x3a\\x31\", &sin6_addr), sin6_scope_id=0}, 28) = 0",
		 "bind",
		 0,
		 {3, P, 28},
		 {MADE_BYTES(P, "\12\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0")}},
		{"setsockopt(3, SOL_IP, IP_ADD_MEMBERSHIP, "
		 "{imr_multiaddr=inet_addr(\"\\x31\\x2e\\x32\\x2e\\x33\\x2e\\x34\"), "
		 "imr_interface=inet_addr(\"\\x30\\x2e\\x30\\x2e\\x30\\x2e\\x35\")}, 8) = 0",
		 "setsockopt",
		 0,
		 {3, 0, 35, P, 8},
		 {MADE_BYTES(P, "\1\2\3\4\0\0\0\5")}},
	};
	const struct print_options options = {.string_limit = 32, .hex = PRINT_HEX_ALL};

	(void)state;
	CHECK_CALLS_WITH(&options, calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unix),         cmocka_unit_test(test_internet),
		cmocka_unit_test(test_others),       cmocka_unit_test(test_control),
		cmocka_unit_test(test_control_lies), cmocka_unit_test(test_packets),
		cmocka_unit_test(test_hexadecimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of rarer families, as strace 6.1 writes them. */
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { P = 0x10000000 };

/* connect(3, <said>, length) = 0, with the bytes of the address. */
#define CONNECT(said, bytes, size)                                                                 \
	{                                                                                          \
		"connect(3, " said ", " #size ") = 0", "connect", 0, {3, P, (size)},               \
		{                                                                                  \
			MADE_BYTES(P, bytes)                                                       \
		}                                                                                  \
	}

static const struct made_call ax25[] = {
	CONNECT("{sa_family=AF_AX25, sax25_call=LINUX-3, sax25_ndigis=0}",
		"\003\000\230\222\234\252\260@\006\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=AF_AX25, fsa_ax25={sax25_call=A1-15, sax25_ndigis=2}, "
		"fsa_digipeater=[B-0, C-1]}",
		"\003\000\202b@@@@\036\000\000\000\002\000\000\000\204@@@@@\000\206@@@@@\002", 30),
	CONNECT("{sa_family=AF_AX25, fsa_ax25={sax25_call=A1-0, sax25_ndigis=2}, "
		"fsa_digipeater=[B-0, ...]}",
		"\003\000\202b@@@@\000\000\000\000\002\000\000\000\204@@@@@\000", 23),
	CONNECT("{sa_family=AF_AX25, sax25_call={ax25_call=\"\\xd8\\xde\\xee\\xca\\xe4\\x40\\"
		"x00\"} /* lower-0 */, sax25_ndigis=0}",
		"\003\000\330\336\356\312\344@\000\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=AF_AX25, sax25_call={ax25_call=\"\\x82\\x54\\x5e\\x40\\x40\\x40\\"
		"x00\"}, sax25_ndigis=0}",
		"\003\000\202T^@@@\000\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=AF_AX25, sax25_call=*, sax25_ndigis=0}",
		"\003\000@@@@@@\000\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=AF_AX25, fsa_ax25={sax25_call=AB-0, sax25_ndigis=-1}}",
		"\003\000\202\204@@@@\000\000\000\000\377\377\377\377", 16),
	CONNECT("{sa_family=AF_AX25, fsa_ax25={sax25_call=AB-0, sax25_ndigis=0}, ...}",
		"\003\000\202\204@@@@\000\000\000\000\000\000\000\000x", 17),
	CONNECT("{sa_family=AF_AX25, fsa_ax25={sax25_call=AB-0, sax25_ndigis=9}, "
		"fsa_digipeater=[B-0, B-0, B-0, B-0, B-0, B-0, B-0, B-0]}",
		"\003\000\202\204@@@@\000\000\000\000\011\000\000\000\204@@@@@\000\204@@@@@"
		"\000\204@@@@@\000\204@@@@@\000\204@@@@@\000\204@@@@@\000\204@@@@@\000\204@@@"
		"@@\000",
		72),
	CONNECT("{sa_family=AF_AX25, sax25_call={ax25_call=\"\\x99\\x40\\x40\\x40\\x40\\x40\\"
		"x00\"} /* L-0 */, sax25_ndigis=0}",
		"\003\000\231@@@@@\000\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=AF_AX25, sa_data=\"ab\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}",
		"\003\000ab\000\000\000\000\000\000\000\000\000\000\000", 15),
};

static void test_ax25(void **state)
{
	(void)state;
	CHECK_CALLS(ax25);
}

static const struct made_call ipx[] = {
	CONNECT("{sa_family=AF_IPX, sipx_port=htons(1105), sipx_network=htonl(0x1), "
		"sipx_node=[00, 0x1, 0x2, 0x3, 0x4, 0x5], sipx_type=0x4}",
		"\004\000\004Q\000\000\000\001\000\001\002\003\004\005\004\000", 16),
	CONNECT("{sa_family=AF_IPX, sipx_port=htons(1105), sipx_network=htonl(0), "
		"sipx_node=[00, 00, 00, 00, 00, 00], sipx_type=00, sipx_zero=0x7}",
		"\004\000\004Q\000\000\000\000\000\000\000\000\000\000\000\007", 16),
	CONNECT("{sa_family=AF_IPX, sa_data=\"\\4Q\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}",
		"\004\000\004Q\000\000\000\000\000\000\000\000\000\000\000", 15),
};

static void test_ipx(void **state)
{
	(void)state;
	CHECK_CALLS(ipx);
}

static const struct made_call x25[] = {
	CONNECT("{sa_family=AF_X25, sx25_addr={x25_addr=\"123456\"}}",
		"\011\000123456\000\000\000\000\000\000\000\000\000\000", 18),
	CONNECT("{sa_family=AF_X25, sx25_addr={x25_addr=\"123456789012345\"...}}",
		"\011\0001234567890123456", 18),
	CONNECT("{sa_family=AF_X25, sa_data=\"12\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}",
		"\011\00012\000\000\000\000\000\000\000\000\000\000\000\000\000", 17),
};

static void test_x25(void **state)
{
	(void)state;
	CHECK_CALLS(x25);
}

static const struct made_call bluetooth[] = {
	CONNECT("{sa_family=AF_BLUETOOTH, hci_dev=htobs(1)}", "\037\000\001\000", 4),
	CONNECT("{sa_family=AF_BLUETOOTH, hci_dev=htobs(1), hci_channel=HCI_CHANNEL_USER}",
		"\037\000\001\000\001\000", 6),
	CONNECT("{sa_family=AF_BLUETOOTH, sco_bdaddr=01:02:03:04:05:06}",
		"\037\000\001\002\003\004\005\006", 8),
	CONNECT("{sa_family=AF_BLUETOOTH, rc_bdaddr=01:02:03:04:05:06, rc_channel=5}",
		"\037\000\001\002\003\004\005\006\005\000", 10),
	CONNECT("{sa_family=AF_BLUETOOTH, l2_psm=htobs(L2CAP_PSM_SDP), "
		"l2_bdaddr=01:02:03:04:05:06, l2_cid=htobs(L2CAP_CID_ATT)}",
		"\037\000\001\000\001\002\003\004\005\006\004\000", 12),
	CONNECT("{sa_family=AF_BLUETOOTH, l2_psm=htobs(L2CAP_PSM_LE_DYN_START+1), "
		"l2_bdaddr=01:02:03:04:05:06, l2_cid=htobs(L2CAP_CID_DYN_START), "
		"l2_bdaddr_type=BDADDR_LE_PUBLIC}",
		"\037\000\201\000\001\002\003\004\005\006@\000\001\000", 14),
	CONNECT("{sa_family=AF_BLUETOOTH, l2_psm=htobs(0x2 /* L2CAP_PSM_?\?? */), "
		"l2_bdaddr=01:02:03:04:05:06, l2_cid=htobs(L2CAP_CID_DYN_START+5), "
		"l2_bdaddr_type=0x7 /* BDADDR_?\?? */}",
		"\037\000\002\000\001\002\003\004\005\006E\000\007\000", 14),
	CONNECT("{sa_family=AF_BLUETOOTH, l2_psm=htobs(L2CAP_PSM_AUTO_END), "
		"l2_bdaddr=01:02:03:04:05:06, l2_cid=htobs(L2CAP_CID_LE_DYN_END)}",
		"\037\000\377\020\001\002\003\004\005\006\177\000", 12),
	CONNECT("{sa_family=AF_BLUETOOTH, sa_data=\"abc\"}", "\037\000abc", 5),
	CONNECT("{sa_family=AF_BLUETOOTH}", "\037\000", 2),
};

static void test_bluetooth(void **state)
{
	(void)state;
	CHECK_CALLS(bluetooth);
}

static const struct made_call rxrpc[] = {
	CONNECT("{sa_family=AF_RXRPC, srx_service=0x1 /* CM_SERVICE */, "
		"transport_type=SOCK_DGRAM, transport_len=16, "
		"transport={sin={sin_family=AF_INET, sin_port=htons(80), "
		"sin_addr=inet_addr(\"127.0.0.1\")}}}",
		"!\000\001\000\002\000\020\000\002\000\000P\177\000\000\001\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000",
		36),
	CONNECT("{sa_family=AF_RXRPC, srx_service=0x9c4 /* YFS_FS_SERVICE */, "
		"transport_type=SOCK_DGRAM, transport_len=28, "
		"transport={sin6={sin6_family=AF_INET6, sin6_port=htons(80), "
		"sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), "
		"sin6_scope_id=0}}}",
		"!\000\304\011\002\000\034\000\012\000\000P\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\000",
		36),
	CONNECT("{sa_family=AF_RXRPC, srx_service=0x4d /* ?\??_SERVICE */, "
		"transport_type=0x9 /* SOCK_?\?? */, transport_len=6, "
		"transport={family=AF_KEY, \"abcd\"}}",
		"!\000M\000\011\000\006\000\017\000abcdef\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000",
		36),
	CONNECT("{sa_family=AF_RXRPC, srx_service=0x4d /* ?\??_SERVICE */, "
		"transport_type=SOCK_DGRAM, transport_len=0, transport={family=AF_UNSPEC}}",
		"!\000M\000\002\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000",
		36),
	CONNECT("{sa_family=AF_RXRPC, "
		"sa_data=\"ab\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
		"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}",
		"!\000ab\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\000\000\000",
		35),
};

static void test_rxrpc(void **state)
{
	(void)state;
	CHECK_CALLS(rxrpc);
}

static const struct made_call ieee802154[] = {
	CONNECT("{sa_family=AF_IEEE802154, addr={addr_type=0 /* IEEE802154_ADDR_NONE */, "
		"pan_id=0x1}}",
		"$\000\000\000\000\000\000\000\001\000\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=AF_IEEE802154, addr={addr_type=0x1 /* IEEE802154_ADDR_?\?? */, "
		"pan_id=0x2, hwaddr=01:02:03:04:05:06:07:08}}",
		"$\000\000\000\001\000\000\000\002\000\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=AF_IEEE802154, addr={addr_type=0x2 /* IEEE802154_ADDR_SHORT */, "
		"pan_id=0xffff /* IEEE802154_PANID_BROADCAST */, short_addr=0x201}}",
		"$\000\000\000\002\000\000\000\377\377\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=AF_IEEE802154, addr={addr_type=0x3 /* IEEE802154_ADDR_LONG */, "
		"pan_id=0x5, hwaddr=01:02:03:04:05:06:07:08}}",
		"$\000\000\000\003\000\000\000\005\000\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=AF_IEEE802154, addr={addr_type=0x2 /* IEEE802154_ADDR_SHORT */, "
		"pan_id=0x1, short_addr=0xfffe /* IEEE802154_ADDR_UNDEF */}}",
		"$\000\000\000\002\000\000\000\001\000\376\377\000\000\000\000\000\000\000"
		"\000",
		20),
	CONNECT("{sa_family=AF_IEEE802154, addr={addr_type=0x2 /* IEEE802154_ADDR_SHORT */, "
		"pan_id=0x1, short_addr=0xffff /* IEEE802154_ADDR_BROADCAST */}}",
		"$\000\000\000\002\000\000\000\001\000\377\377\000\000\000\000\000\000\000"
		"\000",
		20),
};

static void test_ieee802154(void **state)
{
	(void)state;
	CHECK_CALLS(ieee802154);
}

static const struct made_call nfc[] = {
	CONNECT("{sa_family=AF_NFC, dev_idx=if_nametoindex(\"lo\"), target_idx=0x2, "
		"nfc_protocol=NFC_PROTO_FELICA}",
		"'\000\000\000\001\000\000\000\002\000\000\000\003\000\000\000", 16),
	CONNECT("{sa_family=AF_NFC, dev_idx=9, target_idx=0, nfc_protocol=0x4d /* "
		"NFC_PROTO_?\?? */, ...}",
		"'\000\000\000\011\000\000\000\000\000\000\000M\000\000\000x", 17),
	CONNECT("{sa_family=AF_NFC, dev_idx=if_nametoindex(\"lo\"), target_idx=0x2, "
		"nfc_protocol=NFC_PROTO_NFC_DEP, dsap=0x4 /* LLCP_SAP_SNEP */, ssap=0x20, "
		"service_name=\"urn:x\", service_name_len=5}",
		"'\000\000\000\001\000\000\000\002\000\000\000\005\000\000\000\004 "
		"urn:x\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\005\000\000\000\000\000\000\000",
		96),
	CONNECT("{sa_family=AF_NFC, dev_idx=if_nametoindex(\"lo\"), target_idx=0x2, "
		"nfc_protocol=NFC_PROTO_NFC_DEP, dsap=0x1 /* LLCP_SAP_SDP */, ssap=0xff /* "
		"LLCP_SAP_MAX */, service_name=\"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		"uuuuuuuuuuuuuuuuuuu\", service_name_len=1099511627776}",
		"'\000\000\000\001\000\000\000\002\000\000\000\005\000\000\000\001\377uuuuuuu"
		"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu\000\000\000\000\000"
		"\000\000\000\000\000\000\000\001\000\000",
		96),
};

static void test_nfc(void **state)
{
	(void)state;
	CHECK_CALLS(nfc);
}

static const struct made_call others[] = {
	CONNECT("{sa_family=AF_QIPCRTR, sq_node=0x1, sq_port=QRTR_PORT_CTRL}",
		"*\000\000\000\001\000\000\000\376\377\377\377", 12),
	CONNECT("{sa_family=AF_QIPCRTR, sq_node=QRTR_NODE_BCAST, sq_port=0x7}",
		"*\000\000\000\377\377\377\377\007\000\000\000", 12),
	CONNECT("{sa_family=AF_XDP, sxdp_flags=XDP_SHARED_UMEM|XDP_USE_NEED_WAKEUP, "
		"sxdp_ifindex=if_nametoindex(\"lo\"), sxdp_queue_id=2, sxdp_shared_umem_fd=3}",
		",\000\011\000\001\000\000\000\002\000\000\000\003\000\000\000", 16),
	CONNECT("{sa_family=AF_XDP, sxdp_flags=XDP_COPY, sxdp_ifindex=if_nametoindex(\"lo\"),"
		" sxdp_queue_id=2}",
		",\000\002\000\001\000\000\000\002\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=AF_XDP, sxdp_flags=0, sxdp_ifindex=9, sxdp_queue_id=0, "
		"sxdp_shared_umem_fd=0x5}",
		",\000\000\000\011\000\000\000\000\000\000\000\005\000\000\000", 16),
	CONNECT("{sa_family=AF_MCTP, smctp_network=MCTP_NET_ANY, "
		"smctp_addr={s_addr=MCTP_ADDR_NULL}, smctp_type=0x1, smctp_tag=0x2}",
		"-\000\000\000\000\000\000\000\000\001\002\000", 12),
	CONNECT("{sa_family=AF_MCTP, __smctp_pad0=0x201, smctp_network=0x5, "
		"smctp_addr={s_addr=MCTP_ADDR_ANY}, smctp_type=0, smctp_tag=0, "
		"__smctp_pad1=0x9}",
		"-\000\001\002\005\000\000\000\377\000\000\011", 12),
	CONNECT("{sa_family=AF_MCTP, sa_data=\"ab\\0\\0\\0\\0\\0\\0\\0\"}",
		"-\000ab\000\000\000\000\000\000\000", 11),
};

static void test_others(void **state)
{
	(void)state;
	CHECK_CALLS(others);
}

static const struct made_call changed[] = {
	CONNECT("{sa_family=AF_NETLINK, nl_pid=-5, nl_groups=0x000001}",
		"\020\000\000\000\373\377\377\377\001\000\000\000", 12),
	CONNECT("{sa_family=AF_PACKET, sll_protocol=htons(ETH_P_ARP), "
		"sll_ifindex=if_nametoindex(\"lo\"), sll_hatype=ARPHRD_ETHER, "
		"sll_pkttype=PACKET_HOST, sll_halen=10, sll_addr=[00, 0x1, 0x2, 0x3, 0x4, "
		"0x5, 0x6, 0x7, 0x8, 0x9]}",
		"\021\000\010\006\001\000\000\000\001\000\000\012\000\001\002\003\004\005\006"
		"\007\010\011\012\013",
		24),
	CONNECT("{sa_family=AF_PACKET, sll_protocol=htons(ETH_P_ALL), sll_ifindex=9, "
		"sll_hatype=ARPHRD_ETHER, sll_pkttype=0x9 /* PACKET_?\?? */, sll_halen=3, "
		"sll_addr=[00, 00, 00]}",
		"\021\000\000\003\011\000\000\000\001\000\011\003\000\000\000\000\000\000\000"
		"\000",
		20),
	CONNECT("{sa_family=AF_ALG, salg_type=\"hash\", salg_feat=0x1001 /* "
		"CRYPTO_ALG_KERN_DRIVER_ONLY|0x1 */, salg_mask=0, salg_name=\"sha1\"}",
		"&\000hash\000\000\000\000\000\000\000\000\000\000\001\020\000\000\000\000"
		"\000\000sha1\000\000\000\000\000\000\000\000\000\000\000\000",
		40),
	CONNECT("{sa_family=AF_ALG, salg_type=\"xxxxxxxxxxxxx\"..., salg_feat=0x1 /* "
		"CRYPTO_ALG_?\?? */, salg_mask=0x1000 /* CRYPTO_ALG_KERN_DRIVER_ONLY */, "
		"salg_name=\"\"...}",
		"&\000xxxxxxxxxxxxxx\001\000\000\000\000\020\000\000y", 25),
	CONNECT("{sa_family=AF_VSOCK, svm_cid=0x3, svm_port=VMADDR_PORT_ANY, "
		"svm_flags=VMADDR_FLAG_TO_HOST}",
		"(\000\000\000\377\377\377\377\003\000\000\000\001\000\000\000", 16),
	CONNECT("{sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), "
		"inet_pton(AF_INET6, \"fe80::\", &sin6_addr), "
		"sin6_scope_id=if_nametoindex(\"lo\")}",
		"\012\000\000\000\000\000\000\000\376\200\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
	CONNECT("{sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), "
		"inet_pton(AF_INET6, \"ff02::\", &sin6_addr), "
		"sin6_scope_id=if_nametoindex(\"lo\")}",
		"\012\000\000\000\000\000\000\000\377\002\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
	CONNECT("{sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), "
		"inet_pton(AF_INET6, \"ff05::\", &sin6_addr), sin6_scope_id=1}",
		"\012\000\000\000\000\000\000\000\377\005\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
};

static void test_changed(void **state)
{
	(void)state;
	CHECK_CALLS(changed);
}

static const struct made_call raw[] = {
	CONNECT("{sa_family=0x3, sax25_call={ax25_call=\"\\x98\\x92\\x9c\\xaa\\xb0\\x40\\x06"
		"\"}, sax25_ndigis=0}",
		"\003\000\230\222\234\252\260@\006\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=0x3, fsa_ax25={sax25_call={ax25_call=\"\\x82\\x62\\x40\\x40\\x40"
		"\\x40\\x1e\"}, sax25_ndigis=2}, "
		"fsa_digipeater=[{ax25_call=\"\\x84\\x40\\x40\\x40\\x40\\x40\\x00\"}, "
		"{ax25_call=\"\\x86\\x40\\x40\\x40\\x40\\x40\\x02\"}]}",
		"\003\000\202b@@@@\036\000\000\000\002\000\000\000\204@@@@@\000\206@@@@@\002", 30),
	CONNECT("{sa_family=0x4, sipx_port=\"\\x04\\x51\", sipx_network=htonl(0x1), "
		"sipx_node=[00, 0x1, 0x2, 0x3, 0x4, 0x5], sipx_type=0x4}",
		"\004\000\004Q\000\000\000\001\000\001\002\003\004\005\004\000", 16),
	CONNECT("{sa_family=0x4, sipx_port=\"\\x04\\x51\", sipx_network=htonl(0), "
		"sipx_node=[00, 00, 00, 00, 00, 00], sipx_type=00, sipx_zero=0x7}",
		"\004\000\004Q\000\000\000\000\000\000\000\000\000\000\000\007", 16),
	CONNECT("{sa_family=0x9, sx25_addr={x25_addr=\"123456\"}}",
		"\011\000123456\000\000\000\000\000\000\000\000\000\000", 18),
	CONNECT("{sa_family=0x9, sx25_addr={x25_addr=\"123456789012345\"...}}",
		"\011\0001234567890123456", 18),
	CONNECT("{sa_family=0x1f, hci_dev=htobs(1)}", "\037\000\001\000", 4),
	CONNECT("{sa_family=0x1f, hci_dev=htobs(1), hci_channel=0x1}", "\037\000\001\000\001\000",
		6),
	CONNECT("{sa_family=0x1f, sco_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\"}",
		"\037\000\001\002\003\004\005\006", 8),
	CONNECT("{sa_family=0x1f, rc_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\", rc_channel=5}",
		"\037\000\001\002\003\004\005\006\005\000", 10),
	CONNECT("{sa_family=0x1f, l2_psm=htobs(0x1), "
		"l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\", l2_cid=htobs(0x4)}",
		"\037\000\001\000\001\002\003\004\005\006\004\000", 12),
	CONNECT("{sa_family=0x1f, l2_psm=htobs(0x81), "
		"l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\", l2_cid=htobs(0x40), "
		"l2_bdaddr_type=0x1}",
		"\037\000\201\000\001\002\003\004\005\006@\000\001\000", 14),
	CONNECT("{sa_family=0x1f, l2_psm=htobs(0x2), "
		"l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\", l2_cid=htobs(0x45), "
		"l2_bdaddr_type=0x7}",
		"\037\000\002\000\001\002\003\004\005\006E\000\007\000", 14),
	CONNECT("{sa_family=0x1f, l2_psm=htobs(0x10ff), "
		"l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\", l2_cid=htobs(0x7f)}",
		"\037\000\377\020\001\002\003\004\005\006\177\000", 12),
	CONNECT("{sa_family=0x1f, sa_data=\"abc\"}", "\037\000abc", 5),
	CONNECT("{sa_family=0x1f}", "\037\000", 2),
	CONNECT("{sa_family=0x21, srx_service=0x1, transport_type=0x2, transport_len=16, "
		"transport={sin={sin_family=0x2, sin_port=\"\\x00\\x50\", "
		"sin_addr=\"\\x7f\\x00\\x00\\x01\"}}}",
		"!\000\001\000\002\000\020\000\002\000\000P\177\000\000\001\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000",
		36),
	CONNECT("{sa_family=0x21, srx_service=0x9c4, transport_type=0x2, transport_len=28, "
		"transport={sin6={sin6_family=0xa, sin6_port=\"\\x00\\x50\", "
		"sin6_flowinfo=\"\\x00\\x00\\x00\\x00\", "
		"sin6_addr=\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x01\", sin6_scope_id=0}}}",
		"!\000\304\011\002\000\034\000\012\000\000P\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\000",
		36),
	CONNECT("{sa_family=0x24, addr={addr_type=0, pan_id=0x1}}",
		"$\000\000\000\000\000\000\000\001\000\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=0x24, addr={addr_type=0x1, pan_id=0x2, "
		"hwaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\"}}",
		"$\000\000\000\001\000\000\000\002\000\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=0x27, dev_idx=1, target_idx=0x2, nfc_protocol=0x3}",
		"'\000\000\000\001\000\000\000\002\000\000\000\003\000\000\000", 16),
	CONNECT("{sa_family=0x27, dev_idx=9, target_idx=0, nfc_protocol=0x4d, ...}",
		"'\000\000\000\011\000\000\000\000\000\000\000M\000\000\000x", 17),
	CONNECT("{sa_family=0x2a, sq_node=0x1, sq_port=0xfffffffe}",
		"*\000\000\000\001\000\000\000\376\377\377\377", 12),
	CONNECT("{sa_family=0x2a, sq_node=0xffffffff, sq_port=0x7}",
		"*\000\000\000\377\377\377\377\007\000\000\000", 12),
	CONNECT("{sa_family=0x2c, sxdp_flags=0x9, sxdp_ifindex=1, sxdp_queue_id=2, "
		"sxdp_shared_umem_fd=3}",
		",\000\011\000\001\000\000\000\002\000\000\000\003\000\000\000", 16),
	CONNECT("{sa_family=0x2c, sxdp_flags=0x2, sxdp_ifindex=1, sxdp_queue_id=2}",
		",\000\002\000\001\000\000\000\002\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=0x2c, sxdp_flags=0, sxdp_ifindex=9, sxdp_queue_id=0, "
		"sxdp_shared_umem_fd=0x5}",
		",\000\000\000\011\000\000\000\000\000\000\000\005\000\000\000", 16),
	CONNECT("{sa_family=0x2d, smctp_network=0, smctp_addr={s_addr=0}, smctp_type=0x1, "
		"smctp_tag=0x2}",
		"-\000\000\000\000\000\000\000\000\001\002\000", 12),
	CONNECT("{sa_family=0x2d, __smctp_pad0=0x201, smctp_network=0x5, "
		"smctp_addr={s_addr=0xff}, smctp_type=0, smctp_tag=0, __smctp_pad1=0x9}",
		"-\000\001\002\005\000\000\000\377\000\000\011", 12),
	CONNECT("{sa_family=0x2d, sa_data=\"ab\\0\\0\\0\\0\\0\\0\\0\"}",
		"-\000ab\000\000\000\000\000\000\000", 11),
	CONNECT("{sa_family=0x10, nl_pid=-5, nl_groups=0x000001}",
		"\020\000\000\000\373\377\377\377\001\000\000\000", 12),
	CONNECT("{sa_family=0x11, sll_protocol=\"\\x08\\x06\", sll_ifindex=1, sll_hatype=0x1,"
		" sll_pkttype=0, sll_halen=10, sll_addr=[00, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, "
		"0x7, 0x8, 0x9]}",
		"\021\000\010\006\001\000\000\000\001\000\000\012\000\001\002\003\004\005\006"
		"\007\010\011\012\013",
		24),
	CONNECT("{sa_family=0x11, sll_protocol=\"\\x00\\x03\", sll_ifindex=9, sll_hatype=0x1,"
		" sll_pkttype=0x9, sll_halen=3, sll_addr=[00, 00, 00]}",
		"\021\000\000\003\011\000\000\000\001\000\011\003\000\000\000\000\000\000\000"
		"\000",
		20),
	CONNECT("{sa_family=0x26, salg_type=\"hash\", salg_feat=0x1001, salg_mask=0, "
		"salg_name=\"sha1\"}",
		"&\000hash\000\000\000\000\000\000\000\000\000\000\001\020\000\000\000\000"
		"\000\000sha1\000\000\000\000\000\000\000\000\000\000\000\000",
		40),
	CONNECT("{sa_family=0x26, salg_type=\"xxxxxxxxxxxxx\"..., salg_feat=0x1, "
		"salg_mask=0x1000, salg_name=\"\"...}",
		"&\000xxxxxxxxxxxxxx\001\000\000\000\000\020\000\000y", 25),
	CONNECT("{sa_family=0x28, svm_cid=0x3, svm_port=0xffffffff, svm_flags=0x1}",
		"(\000\000\000\377\377\377\377\003\000\000\000\001\000\000\000", 16),
	CONNECT("{sa_family=0xa, sin6_port=\"\\x00\\x00\", "
		"sin6_flowinfo=\"\\x00\\x00\\x00\\x00\", "
		"sin6_addr=\"\\xfe\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x00\", sin6_scope_id=1}",
		"\012\000\000\000\000\000\000\000\376\200\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
	CONNECT("{sa_family=0xa, sin6_port=\"\\x00\\x00\", "
		"sin6_flowinfo=\"\\x00\\x00\\x00\\x00\", "
		"sin6_addr=\"\\xff\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x00\", sin6_scope_id=1}",
		"\012\000\000\000\000\000\000\000\377\002\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
	CONNECT("{sa_family=0xa, sin6_port=\"\\x00\\x00\", "
		"sin6_flowinfo=\"\\x00\\x00\\x00\\x00\", "
		"sin6_addr=\"\\xff\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x00\", sin6_scope_id=1}",
		"\012\000\000\000\000\000\000\000\377\005\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
};

static void test_raw(void **state)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
					      .words = PRINT_WORDS_NEVER};

	(void)state;
	CHECK_CALLS_WITH(&options, raw);
}

static const struct made_call verbose[] = {
	CONNECT("{sa_family=0x3 /* AF_AX25 */, "
		"sax25_call={ax25_call=\"\\x98\\x92\\x9c\\xaa\\xb0\\x40\\x06\"} /* LINUX-3 "
		"*/, sax25_ndigis=0}",
		"\003\000\230\222\234\252\260@\006\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=0x3 /* AF_AX25 */, fsa_ax25={sax25_call={ax25_call=\"\\x82\\x62\\"
		"x40\\x40\\x40\\x40\\x1e\"} /* A1-15 */, sax25_ndigis=2}, "
		"fsa_digipeater=[{ax25_call=\"\\x84\\x40\\x40\\x40\\x40\\x40\\x00\"} /* B-0 "
		"*/, {ax25_call=\"\\x86\\x40\\x40\\x40\\x40\\x40\\x02\"} /* C-1 */]}",
		"\003\000\202b@@@@\036\000\000\000\002\000\000\000\204@@@@@\000\206@@@@@\002", 30),
	CONNECT("{sa_family=0x4 /* AF_IPX */, sipx_port=\"\\x04\\x51\" /* htons(1105) */, "
		"sipx_network=htonl(0x1), sipx_node=[00, 0x1, 0x2, 0x3, 0x4, 0x5], "
		"sipx_type=0x4}",
		"\004\000\004Q\000\000\000\001\000\001\002\003\004\005\004\000", 16),
	CONNECT("{sa_family=0x4 /* AF_IPX */, sipx_port=\"\\x04\\x51\" /* htons(1105) */, "
		"sipx_network=htonl(0), sipx_node=[00, 00, 00, 00, 00, 00], sipx_type=00, "
		"sipx_zero=0x7}",
		"\004\000\004Q\000\000\000\000\000\000\000\000\000\000\000\007", 16),
	CONNECT("{sa_family=0x9 /* AF_X25 */, sx25_addr={x25_addr=\"123456\"}}",
		"\011\000123456\000\000\000\000\000\000\000\000\000\000", 18),
	CONNECT("{sa_family=0x9 /* AF_X25 */, sx25_addr={x25_addr=\"123456789012345\"...}}",
		"\011\0001234567890123456", 18),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, hci_dev=htobs(1)}", "\037\000\001\000", 4),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, hci_dev=htobs(1), hci_channel=0x1 /* "
		"HCI_CHANNEL_USER */}",
		"\037\000\001\000\001\000", 6),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, "
		"sco_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\" /* 01:02:03:04:05:06 */}",
		"\037\000\001\002\003\004\005\006", 8),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, "
		"rc_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\" /* 01:02:03:04:05:06 */, "
		"rc_channel=5}",
		"\037\000\001\002\003\004\005\006\005\000", 10),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, l2_psm=htobs(0x1 /* L2CAP_PSM_SDP */), "
		"l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\" /* 01:02:03:04:05:06 */, "
		"l2_cid=htobs(0x4 /* L2CAP_CID_ATT */)}",
		"\037\000\001\000\001\002\003\004\005\006\004\000", 12),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, l2_psm=htobs(0x81 /* 0x80 /* "
		"L2CAP_PSM_LE_DYN_START */+1 */), "
		"l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\" /* 01:02:03:04:05:06 */, "
		"l2_cid=htobs(0x40 /* L2CAP_CID_DYN_START */), l2_bdaddr_type=0x1 /* "
		"BDADDR_LE_PUBLIC */}",
		"\037\000\201\000\001\002\003\004\005\006@\000\001\000", 14),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, l2_psm=htobs(0x2 /* L2CAP_PSM_?\?? */), "
		"l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\" /* 01:02:03:04:05:06 */, "
		"l2_cid=htobs(0x45 /* 0x40 /* L2CAP_CID_DYN_START */+5 */), "
		"l2_bdaddr_type=0x7 /* BDADDR_?\?? */}",
		"\037\000\002\000\001\002\003\004\005\006E\000\007\000", 14),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, l2_psm=htobs(0x10ff /* "
		"L2CAP_PSM_AUTO_END */), l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\" /* "
		"01:02:03:04:05:06 */, l2_cid=htobs(0x7f /* L2CAP_CID_LE_DYN_END */)}",
		"\037\000\377\020\001\002\003\004\005\006\177\000", 12),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */, sa_data=\"abc\"}", "\037\000abc", 5),
	CONNECT("{sa_family=0x1f /* AF_BLUETOOTH */}", "\037\000", 2),
	CONNECT("{sa_family=0x21 /* AF_RXRPC */, srx_service=0x1 /* CM_SERVICE */, "
		"transport_type=0x2 /* SOCK_DGRAM */, transport_len=16, "
		"transport={sin={sin_family=0x2 /* AF_INET */, sin_port=\"\\x00\\x50\" /* "
		"htons(80) */, sin_addr=\"\\x7f\\x00\\x00\\x01\" /* inet_addr(\"127.0.0.1\") "
		"*/}}}",
		"!\000\001\000\002\000\020\000\002\000\000P\177\000\000\001\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000",
		36),
	CONNECT("{sa_family=0x21 /* AF_RXRPC */, srx_service=0x9c4 /* YFS_FS_SERVICE */, "
		"transport_type=0x2 /* SOCK_DGRAM */, transport_len=28, "
		"transport={sin6={sin6_family=0xa /* AF_INET6 */, sin6_port=\"\\x00\\x50\" "
		"/* htons(80) */, sin6_flowinfo=\"\\x00\\x00\\x00\\x00\" /* htonl(0) */, "
		"sin6_addr=\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x01\" /* inet_pton(AF_INET6, \"::1\") */, sin6_scope_id=0}}}",
		"!\000\304\011\002\000\034\000\012\000\000P\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\000",
		36),
	CONNECT("{sa_family=0x24 /* AF_IEEE802154 */, addr={addr_type=0 /* "
		"IEEE802154_ADDR_NONE */, pan_id=0x1}}",
		"$\000\000\000\000\000\000\000\001\000\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=0x24 /* AF_IEEE802154 */, addr={addr_type=0x1 /* "
		"IEEE802154_ADDR_?\?? */, pan_id=0x2, "
		"hwaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\" /* "
		"01:02:03:04:05:06:07:08 */}}",
		"$\000\000\000\001\000\000\000\002\000\001\002\003\004\005\006\007\010\000"
		"\000",
		20),
	CONNECT("{sa_family=0x27 /* AF_NFC */, dev_idx=1 /* if_nametoindex(\"lo\") */, "
		"target_idx=0x2, nfc_protocol=0x3 /* NFC_PROTO_FELICA */}",
		"'\000\000\000\001\000\000\000\002\000\000\000\003\000\000\000", 16),
	CONNECT("{sa_family=0x27 /* AF_NFC */, dev_idx=9, target_idx=0, nfc_protocol=0x4d /* "
		"NFC_PROTO_?\?? */, ...}",
		"'\000\000\000\011\000\000\000\000\000\000\000M\000\000\000x", 17),
	CONNECT("{sa_family=0x2a /* AF_QIPCRTR */, sq_node=0x1, sq_port=0xfffffffe /* "
		"QRTR_PORT_CTRL */}",
		"*\000\000\000\001\000\000\000\376\377\377\377", 12),
	CONNECT("{sa_family=0x2a /* AF_QIPCRTR */, sq_node=0xffffffff /* QRTR_NODE_BCAST */, "
		"sq_port=0x7}",
		"*\000\000\000\377\377\377\377\007\000\000\000", 12),
	CONNECT("{sa_family=0x2c /* AF_XDP */, sxdp_flags=0x9 /* XDP_SHARED_UMEM|"
		"XDP_USE_NEED_WAKEUP */, sxdp_ifindex=1 /* if_nametoindex(\"lo\") */, "
		"sxdp_queue_id=2, sxdp_shared_umem_fd=3}",
		",\000\011\000\001\000\000\000\002\000\000\000\003\000\000\000", 16),
	CONNECT("{sa_family=0x2c /* AF_XDP */, sxdp_flags=0x2 /* XDP_COPY */, sxdp_ifindex=1 "
		"/* if_nametoindex(\"lo\") */, sxdp_queue_id=2}",
		",\000\002\000\001\000\000\000\002\000\000\000\000\000\000\000", 16),
	CONNECT("{sa_family=0x2c /* AF_XDP */, sxdp_flags=0, sxdp_ifindex=9, sxdp_queue_id=0,"
		" sxdp_shared_umem_fd=0x5}",
		",\000\000\000\011\000\000\000\000\000\000\000\005\000\000\000", 16),
	CONNECT("{sa_family=0x2d /* AF_MCTP */, smctp_network=0 /* MCTP_NET_ANY */, "
		"smctp_addr={s_addr=0 /* MCTP_ADDR_NULL */}, smctp_type=0x1, smctp_tag=0x2}",
		"-\000\000\000\000\000\000\000\000\001\002\000", 12),
	CONNECT("{sa_family=0x2d /* AF_MCTP */, __smctp_pad0=0x201, smctp_network=0x5, "
		"smctp_addr={s_addr=0xff /* MCTP_ADDR_ANY */}, smctp_type=0, smctp_tag=0, "
		"__smctp_pad1=0x9}",
		"-\000\001\002\005\000\000\000\377\000\000\011", 12),
	CONNECT("{sa_family=0x2d /* AF_MCTP */, sa_data=\"ab\\0\\0\\0\\0\\0\\0\\0\"}",
		"-\000ab\000\000\000\000\000\000\000", 11),
	CONNECT("{sa_family=0x10 /* AF_NETLINK */, nl_pid=-5, nl_groups=0x000001}",
		"\020\000\000\000\373\377\377\377\001\000\000\000", 12),
	CONNECT("{sa_family=0x11 /* AF_PACKET */, sll_protocol=\"\\x08\\x06\" /* "
		"htons(ETH_P_ARP) */, sll_ifindex=1 /* if_nametoindex(\"lo\") */, "
		"sll_hatype=0x1 /* ARPHRD_ETHER */, sll_pkttype=0 /* PACKET_HOST */, "
		"sll_halen=10, sll_addr=[00, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9]}",
		"\021\000\010\006\001\000\000\000\001\000\000\012\000\001\002\003\004\005\006"
		"\007\010\011\012\013",
		24),
	CONNECT("{sa_family=0x11 /* AF_PACKET */, sll_protocol=\"\\x00\\x03\" /* "
		"htons(ETH_P_ALL) */, sll_ifindex=9, sll_hatype=0x1 /* ARPHRD_ETHER */, "
		"sll_pkttype=0x9 /* PACKET_?\?? */, sll_halen=3, sll_addr=[00, 00, 00]}",
		"\021\000\000\003\011\000\000\000\001\000\011\003\000\000\000\000\000\000\000"
		"\000",
		20),
	CONNECT("{sa_family=0x26 /* AF_ALG */, salg_type=\"hash\", salg_feat=0x1001 /* "
		"CRYPTO_ALG_KERN_DRIVER_ONLY|0x1 */, salg_mask=0, salg_name=\"sha1\"}",
		"&\000hash\000\000\000\000\000\000\000\000\000\000\001\020\000\000\000\000"
		"\000\000sha1\000\000\000\000\000\000\000\000\000\000\000\000",
		40),
	CONNECT("{sa_family=0x26 /* AF_ALG */, salg_type=\"xxxxxxxxxxxxx\"..., salg_feat=0x1 "
		"/* CRYPTO_ALG_?\?? */, salg_mask=0x1000 /* CRYPTO_ALG_KERN_DRIVER_ONLY */, "
		"salg_name=\"\"...}",
		"&\000xxxxxxxxxxxxxx\001\000\000\000\000\020\000\000y", 25),
	CONNECT("{sa_family=0x28 /* AF_VSOCK */, svm_cid=0x3, svm_port=0xffffffff /* "
		"VMADDR_PORT_ANY */, svm_flags=0x1 /* VMADDR_FLAG_TO_HOST */}",
		"(\000\000\000\377\377\377\377\003\000\000\000\001\000\000\000", 16),
	CONNECT("{sa_family=0xa /* AF_INET6 */, sin6_port=\"\\x00\\x00\" /* htons(0) */, "
		"sin6_flowinfo=\"\\x00\\x00\\x00\\x00\" /* htonl(0) */, "
		"sin6_addr=\"\\xfe\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x00\" /* inet_pton(AF_INET6, \"fe80::\") */, sin6_scope_id=1 "
		"/* if_nametoindex(\"lo\") */}",
		"\012\000\000\000\000\000\000\000\376\200\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
	CONNECT("{sa_family=0xa /* AF_INET6 */, sin6_port=\"\\x00\\x00\" /* htons(0) */, "
		"sin6_flowinfo=\"\\x00\\x00\\x00\\x00\" /* htonl(0) */, "
		"sin6_addr=\"\\xff\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x00\" /* inet_pton(AF_INET6, \"ff02::\") */, sin6_scope_id=1 "
		"/* if_nametoindex(\"lo\") */}",
		"\012\000\000\000\000\000\000\000\377\002\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
	CONNECT("{sa_family=0xa /* AF_INET6 */, sin6_port=\"\\x00\\x00\" /* htons(0) */, "
		"sin6_flowinfo=\"\\x00\\x00\\x00\\x00\" /* htonl(0) */, "
		"sin6_addr=\"\\xff\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0"
		"0\\x00\\x00\\x00\" /* inet_pton(AF_INET6, \"ff05::\") */, sin6_scope_id=1}",
		"\012\000\000\000\000\000\000\000\377\005\000\000\000\000\000\000\000\000\000"
		"\000\000\000\000\000\001\000\000\000",
		28),
};

static void test_verbose(void **state)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
					      .words = PRINT_WORDS_TOO};

	(void)state;
	CHECK_CALLS_WITH(&options, verbose);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ax25),    cmocka_unit_test(test_ipx),
		cmocka_unit_test(test_x25),     cmocka_unit_test(test_bluetooth),
		cmocka_unit_test(test_rxrpc),   cmocka_unit_test(test_ieee802154),
		cmocka_unit_test(test_nfc),     cmocka_unit_test(test_others),
		cmocka_unit_test(test_changed), cmocka_unit_test(test_raw),
		cmocka_unit_test(test_verbose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

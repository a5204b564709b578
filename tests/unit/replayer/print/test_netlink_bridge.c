/* SPDX-License-Identifier: Apache-2.0 */
/* Bridges, ports and multicast groups: netlink messages as strace 6.1 writes them. */
#include "netlink_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct netlink_message messages[] = {
	{0, 140,
	 "\214\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\020\000\000\000\000\000\000l\000\022\000\013\000\001\000bridge\000\000"
	 "\134\000\002\000\010\000\001\000\334\005\000\000\014\000\020\000\310\000\000\000\000"
	 "\000\000\000\006\000\006\000\000\200\000\000\006\000\010\000\201\000\000\000\006\000"
	 "\011\000\010\000\000\000\014\000\012\000\001\002\003\004\005\006\007\010\012\000\024"
	 "\000\001\002\003\004\005\006\000\000\014\000.\000\001\000\000\000\005\000\000\000"
	 "\005\000\027\000\001\000\000\000",
	 "[{nlmsg_len=140, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, "
	 "ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|"
	 "IFF_MULTICAST, ifi_change=0}, [{nla_len=108, nla_type=IFLA_LINKINFO}, [[{nla_len=11,"
	 " nla_type=IFLA_INFO_KIND}, \"bridge\"], [{nla_len=92, nla_type=IFLA_INFO_DATA}, "
	 "[[{nla_len=8, nla_type=IFLA_BR_FORWARD_DELAY}, 1500 /* 15.00 s */], [{nla_len=12, "
	 "nla_type=IFLA_BR_HELLO_TIMER}, 200 /* 2.00 s */], [{nla_len=6, "
	 "nla_type=IFLA_BR_PRIORITY}, 32768], [{nla_len=6, nla_type=IFLA_BR_VLAN_PROTOCOL}, "
	 "htons(ETH_P_8021Q)], [{nla_len=6, nla_type=IFLA_BR_GROUP_FWD_MASK}, 0x8], "
	 "[{nla_len=12, nla_type=IFLA_BR_ROOT_ID}, {prio=[1, 2], addr=03:04:05:06:07:08}], "
	 "[{nla_len=10, nla_type=IFLA_BR_GROUP_ADDR}, 01:02:03:04:05:06], [{nla_len=12, "
	 "nla_type=IFLA_BR_MULTI_BOOLOPT}, {optval=1<<BR_BOOLOPT_NO_LL_LEARN, "
	 "optmask=1<<BR_BOOLOPT_NO_LL_LEARN|1<<BR_BOOLOPT_MST_ENABLE}], [{nla_len=5, "
	 "nla_type=IFLA_BR_MCAST_SNOOPING}, 1]]]]]]"},
	{0, 136,
	 "\210\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\020\000\000\000\000\000\000h\000\022\000\011\000\001\000veth\000\000"
	 "\000\000\013\000\004\000bridge\000\000L\000\005\000\005\000\001\000\003\000\000\000"
	 "\006\000\002\000 "
	 "\000\000\000\010\000\003\000\002\000\000\000\014\000\015\000\001\002\003\004\005\006"
	 "\007\010\006\000\017\000\001\200\000\000\014\000\026\000\321\005\000\000\000\000\000"
	 "\000\006\000\037\000\000\000\000\000\010\000\042\000\001\000\000\000",
	 "[{nlmsg_len=136, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, "
	 "ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|"
	 "IFF_MULTICAST, ifi_change=0}, [{nla_len=104, nla_type=IFLA_LINKINFO}, [[{nla_len=9, "
	 "nla_type=IFLA_INFO_KIND}, \"veth\"], [{nla_len=11, nla_type=IFLA_INFO_SLAVE_KIND}, "
	 "\"bridge\"], [{nla_len=76, nla_type=IFLA_INFO_SLAVE_DATA}, [[{nla_len=5, "
	 "nla_type=IFLA_BRPORT_STATE}, 3], [{nla_len=6, nla_type=IFLA_BRPORT_PRIORITY}, 32], "
	 "[{nla_len=8, nla_type=IFLA_BRPORT_COST}, 2], [{nla_len=12, "
	 "nla_type=IFLA_BRPORT_ROOT_ID}, {prio=[1, 2], addr=03:04:05:06:07:08}], [{nla_len=6, "
	 "nla_type=IFLA_BRPORT_DESIGNATED_PORT}, 32769], [{nla_len=12, "
	 "nla_type=IFLA_BRPORT_FORWARD_DELAY_TIMER}, 1489 /* 14.89 s */], [{nla_len=6, "
	 "nla_type=IFLA_BRPORT_GROUP_FWD_MASK}, 0], [{nla_len=8, "
	 "nla_type=IFLA_BRPORT_BACKUP_PORT}, if_nametoindex(\"lo\")]]]]]]"},
	{0, 56,
	 "8\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\007\000\001\000\001"
	 "\000\000\000C\020\000\000\000\000\000\000\030\000\014\200\005\000\001\000\003\000"
	 "\000\000\014\000\025\000\000\000\000\000\000\000\000\000",
	 "[{nlmsg_len=56, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifi_family=AF_BRIDGE, ifi_type=ARPHRD_ETHER, "
	 "ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|"
	 "IFF_MULTICAST, ifi_change=0}, [{nla_len=24, nla_type=NLA_F_NESTED|IFLA_PROTINFO}, "
	 "[[{nla_len=5, nla_type=IFLA_BRPORT_STATE}, 3], [{nla_len=12, "
	 "nla_type=IFLA_BRPORT_MESSAGE_AGE_TIMER}, 0]]]]"},
	{0, 44,
	 ","
	 "\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\020\000\000\000\000\000\000\014\000\014\000\005\000\001\000\003\000\000"
	 "\000",
	 "[{nlmsg_len=44, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, "
	 "ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|"
	 "IFF_MULTICAST, ifi_change=0}, [{nla_len=12, nla_type=IFLA_PROTINFO}, "
	 "\"\\x05\\x00\\x01\\x00\\x03\\x00\\x00\\x00\"]]"},
	{0, 116,
	 "t\000\000\000T\000\002\000\007\000\000\000\011\000\000\000\007\000\000\000\001\000"
	 "\000\0008\000\001\0004\000\001\0000\000\001\000\001\000\000\000\000\001\003\000\377"
	 "\002\000\000\000\000\000\000\000\000\000\000\000\000\000\001\206\335\000\000\010\000"
	 "\001\000|"
	 "e\000\000\005\000\005\000\002\000\000\000$\000\002\000\030\000\001\000\001\000\000"
	 "\000\010\000\001\000\005\000\000\000\005\000\002\000\001\000\000\000\010\000\001\000"
	 "\001\000\000\000",
	 "[{nlmsg_len=116, nlmsg_type=RTM_NEWMDB, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {family=AF_BRIDGE, ifindex=if_nametoindex(\"lo\")}, [[{nla_len=56, "
	 "nla_type=MDBA_MDB}, [{nla_len=52, nla_type=MDBA_MDB_ENTRY}, [{nla_len=48, "
	 "nla_type=MDBA_MDB_ENTRY_INFO}, {ifindex=if_nametoindex(\"lo\"), state=MDB_TEMPORARY,"
	 " flags=MDB_FLAGS_OFFLOAD, vid=3, addr={u=\"\\xff\\x02\\x00\\x00\\x00\\x00\\x00\\x00"
	 "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\", proto=htons(ETH_P_IPV6)}}, [[{nla_len=8,"
	 " nla_type=MDBA_MDB_EATTR_TIMER}, 25980 /* 259.80 s */], [{nla_len=5, "
	 "nla_type=MDBA_MDB_EATTR_RTPROT}, \"\\x02\"]]]]], [{nla_len=36, "
	 "nla_type=MDBA_ROUTER}, [[{nla_len=24, nla_type=MDBA_ROUTER_PORT}, "
	 "if_nametoindex(\"lo\"), [[{nla_len=8, nla_type=MDBA_ROUTER_PATTR_TIMER}, 5 /* 0.05 "
	 "s */], [{nla_len=5, nla_type=MDBA_ROUTER_PATTR_TYPE}, MDB_RTR_TYPE_TEMP_QUERY]]], "
	 "[{nla_len=8, nla_type=MDBA_ROUTER_PORT}, if_nametoindex(\"lo\")]]]]]"},
	{0, 100,
	 "d\000\000\000T\000\002\000\007\000\000\000\011\000\000\000\007\000\000\000\001\000"
	 "\000\000L\000\001\000$\000\001\000\037\000\001\000\001\002\003\004\005\006\007\010"
	 "\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033\000$"
	 "\000\001\000 "
	 "\000\001\000\001\000\000\000\011\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000",
	 "[{nlmsg_len=100, nlmsg_type=RTM_NEWMDB, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {family=AF_BRIDGE, ifindex=if_nametoindex(\"lo\")}, [{nla_len=76, "
	 "nla_type=MDBA_MDB}, [[{nla_len=36, nla_type=MDBA_MDB_ENTRY}, [{nla_len=31, "
	 "nla_type=MDBA_MDB_ENTRY_INFO}, \"\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\\x09\\x0a"
	 "\\x0b\\x0c\\x0d\\x0e\\x0f\\x10\\x11\\x12\\x13\\x14\\x15\\x16\\x17\\x18\\x19\\x1a\\x1"
	 "b\"]], [{nla_len=36, nla_type=MDBA_MDB_ENTRY}, [{nla_len=32, "
	 "nla_type=MDBA_MDB_ENTRY_INFO}, {ifindex=if_nametoindex(\"lo\"), state=0x9 /* "
	 "MDB_?\?? */, flags=0, vid=0, addr={u=\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
	 "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\", proto=htons(0 /* ETH_P_?\?? */)}}]]]]]"},
};

int main(void)
{
	return NETLINK_RUN(messages);
}

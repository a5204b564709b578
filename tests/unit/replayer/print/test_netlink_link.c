/* SPDX-License-Identifier: Apache-2.0 */
/* Links: their protocols, kinds and virtual functions: netlink messages as strace 6.1 writes them.
 */
#include "netlink_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct netlink_message messages[] = {
	{0, 216,
	 "\330\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\020\000\000\000\000\000\000\270\000\032\000\024\000\002\000\020\000"
	 "\001\000\000\000\000\000\001\000\000\000\377\377\377\377\240\000\012\000\010\000\001"
	 "\0000\000\000\200\014\000\002\000\000\000\000\000@\000\000\000\024\000\005\000\001"
	 "\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\024\000\003\000\001\002"
	 "\003\004\005\006\007\010\011\012\013\014\015\016\017\020<\000\006\000\001\002\003"
	 "\004\005\006\007\010\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\024\000\007\000 "
	 "\001\000\000\000\000\000\000\000\000\000\000\000\000\000\000\005\000\010\000\002\000"
	 "\000\000\010\000\011\000\334\005\000\000",
	 "[{nlmsg_len=216, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, "
	 "ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|"
	 "IFF_MULTICAST, ifi_change=0}, [{nla_len=184, nla_type=IFLA_AF_SPEC}, [[{nla_len=20, "
	 "nla_type=AF_INET}, [{nla_len=16, nla_type=IFLA_INET_CONF}, "
	 "[[IPV4_DEVCONF_FORWARDING-1]=0, [IPV4_DEVCONF_MC_FORWARDING-1]=1, "
	 "[IPV4_DEVCONF_PROXY_ARP-1]=-1]]], [{nla_len=160, nla_type=AF_INET6}, [[{nla_len=8, "
	 "nla_type=IFLA_INET6_FLAGS}, IF_RS_SENT|IF_RA_RCVD|IF_READY], [{nla_len=12, "
	 "nla_type=IFLA_INET6_CONF}, [[DEVCONF_FORWARDING]=0, [DEVCONF_HOPLIMIT]=64]], "
	 "[{nla_len=20, nla_type=IFLA_INET6_CACHEINFO}, {max_reasm_len=67305985, "
	 "tstamp=134678021, reachable_time=202050057, retrans_time=269422093}], [{nla_len=20, "
	 "nla_type=IFLA_INET6_STATS}, [[IPSTATS_MIB_NUM]=578437695752307201, "
	 "[IPSTATS_MIB_INPKTS]=1157159078456920585]], [{nla_len=60, "
	 "nla_type=IFLA_INET6_ICMP6STATS}, [[ICMP6_MIB_NUM]=578437695752307201, "
	 "[ICMP6_MIB_INMSGS]=0, [ICMP6_MIB_INERRORS]=0, [ICMP6_MIB_OUTMSGS]=0, "
	 "[ICMP6_MIB_OUTERRORS]=0, [ICMP6_MIB_CSUMERRORS]=0, [6 /* ICMP6_MIB_?\?? */]=0]], "
	 "[{nla_len=20, nla_type=IFLA_INET6_TOKEN}, inet_pton(AF_INET6, \"2001::\")], "
	 "[{nla_len=5, nla_type=IFLA_INET6_ADDR_GEN_MODE}, IN6_ADDR_GEN_MODE_STABLE_PRIVACY], "
	 "[{nla_len=8, nla_type=IFLA_INET6_RA_MTU}, 1500]]]]]]"},
	{0, 232,
	 "\350\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\020\000\000\000\000\000\000\200\000\026\000|"
	 "\000\001\000(\000\001\000\001\000\000\000\001\002\003\004\005\006\007\010\011\012"
	 "\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037"
	 " "
	 "\020\000\002\000\001\002\003\004\005\006\007\010\011\012\013\014\014\000\003\000\001"
	 "\002\003\004\005\006\007\010\014\000\004\000\001\002\003\004\005\006\007\010\014\000"
	 "\005\000\001\000\000\000\002\000\000\000\020\000\006\000\001\002\003\004\005\006\007"
	 "\010\011\012\013\014\014\000\011\000\001\002\003\004\005\006\007\010$\000\031\000"
	 "\010\000\001\000\005\000\000\000\007\000\002\000ab\000\000\005\000\006\000\001\000"
	 "\000\000\006\000\007\000\003\000\000\000\020\0004\000\012\0005\000other\000\000\000"
	 "\014\0007\000\010\000\001\000\003\000\000\000\010\000,\000\004\000\000\000",
	 "[{nlmsg_len=232, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, "
	 "ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|"
	 "IFF_MULTICAST, ifi_change=0}, [[{nla_len=128, nla_type=IFLA_VFINFO_LIST}, "
	 "[{nla_len=124, nla_type=IFLA_VF_INFO}, [[{nla_len=40, nla_type=IFLA_VF_MAC}, {vf=1, "
	 "mac=01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b"
	 ":1c:1d:1e:1f:20}], [{nla_len=16, nla_type=IFLA_VF_VLAN}, {vf=67305985, "
	 "vlan=134678021, qos=202050057}], [{nla_len=12, nla_type=IFLA_VF_TX_RATE}, "
	 "{vf=67305985, rate=134678021}], [{nla_len=12, nla_type=IFLA_VF_SPOOFCHK}, "
	 "{vf=67305985, setting=134678021}], [{nla_len=12, nla_type=IFLA_VF_LINK_STATE}, "
	 "{vf=1, link_state=IFLA_VF_LINK_STATE_DISABLE}], [{nla_len=16, "
	 "nla_type=IFLA_VF_RATE}, {vf=67305985, min_tx_rate=134678021, "
	 "max_tx_rate=202050057}], [{nla_len=12, nla_type=IFLA_VF_TRUST}, {vf=67305985, "
	 "setting=134678021}]]]], [{nla_len=36, nla_type=IFLA_PORT_SELF}, [[{nla_len=8, "
	 "nla_type=IFLA_PORT_VF}, 5], [{nla_len=7, nla_type=IFLA_PORT_PROFILE}, \"ab\"], "
	 "[{nla_len=5, nla_type=IFLA_PORT_REQUEST}, 1], [{nla_len=6, "
	 "nla_type=IFLA_PORT_RESPONSE}, 3]]], [{nla_len=16, nla_type=IFLA_PROP_LIST}, "
	 "[{nla_len=10, nla_type=IFLA_ALT_IFNAME}, \"other\"]], [{nla_len=12, "
	 "nla_type=IFLA_PROTO_DOWN_REASON}, [{nla_len=8, "
	 "nla_type=IFLA_PROTO_DOWN_REASON_MASK}, 0x3]], [{nla_len=8, nla_type=IFLA_EVENT}, "
	 "IFLA_EVENT_NOTIFY_PEERS]]]"},
	{0, 148,
	 "\224\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\020\000\000\000\000\000\000(\000\022\000\010\000\001\000tun\000\034"
	 "\000\002\000\010\000\001\000\005\000\000\000\005\000\003\000\001\000\000\000\005\000"
	 "\004\000\000\000\000\000\034\000\022\000\011\000\001\000veth\000\000\000\000\014\000"
	 "\002\000\010\000\001\000\005\000\000\000\034\000\022\000\014\000\002\000\010\000\001"
	 "\000\005\000\000\000\014\000\001\000bridges\000\005\000!\000\001\000\000\000\012\000"
	 "6\000\001\002\003\004\005\006\000\000",
	 "[{nlmsg_len=148, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, "
	 "ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|"
	 "IFF_MULTICAST, ifi_change=0}, [[{nla_len=40, nla_type=IFLA_LINKINFO}, [[{nla_len=8, "
	 "nla_type=IFLA_INFO_KIND}, \"tun\"], [{nla_len=28, nla_type=IFLA_INFO_DATA}, "
	 "[[{nla_len=8, nla_type=IFLA_TUN_OWNER}, 5], [{nla_len=5, nla_type=IFLA_TUN_TYPE}, "
	 "IFF_TUN], [{nla_len=5, nla_type=IFLA_TUN_PI}, 0]]]]], [{nla_len=28, "
	 "nla_type=IFLA_LINKINFO}, [[{nla_len=9, nla_type=IFLA_INFO_KIND}, \"veth\"], "
	 "[{nla_len=12, nla_type=IFLA_INFO_DATA}, "
	 "\"\\x08\\x00\\x01\\x00\\x05\\x00\\x00\\x00\"]]], [{nla_len=28, "
	 "nla_type=IFLA_LINKINFO}, [[{nla_len=12, nla_type=IFLA_INFO_DATA}, "
	 "\"\\x08\\x00\\x01\\x00\\x05\\x00\\x00\\x00\"], [{nla_len=12, "
	 "nla_type=IFLA_INFO_KIND}, \"bridges\"]]], [{nla_len=5, nla_type=IFLA_CARRIER}, 1], "
	 "[{nla_len=10, nla_type=IFLA_PERM_ADDRESS}, 01:02:03:04:05:06]]]"},
};

int main(void)
{
	return NETLINK_RUN(messages);
}

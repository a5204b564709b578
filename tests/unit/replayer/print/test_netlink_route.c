/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, routes, neighbours and rules: netlink messages as strace 6.1 writes them. */
#include "netlink_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct netlink_message messages[] = {
	{0, 148,
	 "\224\000\000\000\030\000\005\006\007\000\000\000\011\000\000\000\002\030\000\000\376"
	 "\003\000\001\000\000\000\000\010\000\001\000\300\250\005\000 "
	 "\000\010\000\010\000\002\000x\005\000\000\010\000\010\000\350\003\000\000\012\000"
	 "\020\000cubic\000\000\000\034\000\011\000\020\000\004\002\001\000\000\000\010\000"
	 "\005\000\012\000\000\002\010\000\000\000\001\000\000\000\010\000\012\000\005\000\000"
	 "\000$\000\014\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020"
	 "\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037 "
	 "\010\000\017\000d\000\000\000",
	 "[{nlmsg_len=148, nlmsg_type=RTM_NEWROUTE, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|"
	 "NLM_F_EXCL|NLM_F_CREATE, nlmsg_seq=7, nlmsg_pid=9}, {rtm_family=AF_INET, "
	 "rtm_dst_len=24, rtm_src_len=0, rtm_tos=0, rtm_table=RT_TABLE_MAIN, "
	 "rtm_protocol=RTPROT_BOOT, rtm_scope=RT_SCOPE_UNIVERSE, rtm_type=RTN_UNICAST, "
	 "rtm_flags=0}, [[{nla_len=8, nla_type=RTA_DST}, inet_addr(\"192.168.5.0\")], "
	 "[{nla_len=32, nla_type=RTA_METRICS}, [[{nla_len=8, nla_type=RTAX_MTU}, 1400], "
	 "[{nla_len=8, nla_type=RTAX_ADVMSS}, 1000], [{nla_len=10, nla_type=RTAX_CC_ALGO}, "
	 "\"cubic\"]]], [{nla_len=28, nla_type=RTA_MULTIPATH}, [[{rtnh_len=16, "
	 "rtnh_flags=RTNH_F_ONLINK, rtnh_hops=2, rtnh_ifindex=if_nametoindex(\"lo\")}, "
	 "[{nla_len=8, nla_type=RTA_GATEWAY}, inet_addr(\"10.0.0.2\")]], {rtnh_len=8, "
	 "rtnh_flags=0, rtnh_hops=0, rtnh_ifindex=if_nametoindex(\"lo\")}]], [{nla_len=8, "
	 "nla_type=RTA_PROTOINFO}, 5], [{nla_len=36, nla_type=RTA_CACHEINFO}, "
	 "{rta_clntref=67305985, rta_lastuse=134678021, rta_expires=202050057, "
	 "rta_error=269422093, rta_used=336794129, rta_id=0x18171615, rta_ts=471538201, "
	 "rta_tsage=538910237}], [{nla_len=8, nla_type=RTA_TABLE}, 0x64]]]"},
	{0, 184,
	 "\270\000\000\000\030\000\005\006\007\000\000\000\011\000\000\000\002\030\000\000\376"
	 "\003\003\001\000\000\000\000\034\000\021\000\001\002\003\004\005\006\007\010\011\012"
	 "\013\014\015\016\017\020\021\022\023\024\025\026\027\030\026\000\022\000\012\000\375"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\007\000\000\012\000\022\000"
	 "\002\000\012\000\000\001\000\000\010\000\022\000\012\000\001\002\006\000\022\000\002"
	 "\000\000\000\010\000\023\000\001\002\003\004\006\000\025\000\002\000\000\000\010\000"
	 "\026\000\001\002\003\004\014\000\027\0002\000\000\000\000\000\000\000\005\000\032"
	 "\000\001\000\000\000\005\000\033\000\006\000\000\000\006\000\034\000P\000\000\000"
	 "\006\000\035\000Q\000\000\000\010\000\017\000\376\000\000\000",
	 "[{nlmsg_len=184, nlmsg_type=RTM_NEWROUTE, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|"
	 "NLM_F_EXCL|NLM_F_CREATE, nlmsg_seq=7, nlmsg_pid=9}, {rtm_family=AF_INET, "
	 "rtm_dst_len=24, rtm_src_len=0, rtm_tos=0, rtm_table=RT_TABLE_MAIN, "
	 "rtm_protocol=RTPROT_BOOT, rtm_scope=0x3, rtm_type=RTN_UNICAST, rtm_flags=0}, "
	 "[[{nla_len=28, nla_type=RTA_MFC_STATS}, {mfcs_packets=578437695752307201, "
	 "mfcs_bytes=1157159078456920585, mfcs_wrong_if=1735880461161533969}], [{nla_len=22, "
	 "nla_type=RTA_VIA}, {rtvia_family=AF_INET6, inet_pton(AF_INET6, \"fd00::7\", "
	 "&rtvia_addr)}], [{nla_len=10, nla_type=RTA_VIA}, {rtvia_family=AF_INET, "
	 "rtvia_addr=inet_addr(\"10.0.0.1\")}], [{nla_len=8, nla_type=RTA_VIA}, "
	 "{rtvia_family=AF_INET6, rtvia_addr=\"\\x01\\x02\"}], [{nla_len=6, nla_type=RTA_VIA},"
	 " {rtvia_family=AF_INET}], [{nla_len=8, nla_type=RTA_NEWDST}, "
	 "inet_addr(\"1.2.3.4\")], [{nla_len=6, nla_type=RTA_ENCAP_TYPE}, LWTUNNEL_ENCAP_IP], "
	 "[{nla_len=8, nla_type=RTA_ENCAP}, \"\\x01\\x02\\x03\\x04\"], [{nla_len=12, "
	 "nla_type=RTA_EXPIRES}, 50], [{nla_len=5, nla_type=RTA_TTL_PROPAGATE}, 1], "
	 "[{nla_len=5, nla_type=RTA_IP_PROTO}, 6], [{nla_len=6, nla_type=RTA_SPORT}, 80], "
	 "[{nla_len=6, nla_type=RTA_DPORT}, 81], [{nla_len=8, nla_type=RTA_TABLE}, "
	 "RT_TABLE_MAIN]]]"},
	{0, 92,
	 "\134\000\000\000\034\000\002\000\007\000\000\000\011\000\000\000\007\000\000\000\001"
	 "\000\000\000\200\000\002\000\012\000\002\000\001\002\003\004\005\006\000\000\006\000"
	 "\006\000\000P\000\000\010\000\015\000\003\000\000\000\014\000\016\000\005\000\001"
	 "\000\003\000\000\000\010\000\017\000\001\000\000\000\006\000\020\000\002\000\000\000"
	 "\005\000\021\000\002\000\000\000",
	 "[{nlmsg_len=92, nlmsg_type=RTM_NEWNEIGH, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ndm_family=AF_BRIDGE, ndm_ifindex=if_nametoindex(\"lo\"), "
	 "ndm_state=NUD_PERMANENT, ndm_flags=NTF_SELF, ndm_type=RTN_UNSPEC}, [[{nla_len=10, "
	 "nla_type=NDA_LLADDR}, 01:02:03:04:05:06], [{nla_len=6, nla_type=NDA_PORT}, "
	 "htons(80)], [{nla_len=8, nla_type=NDA_NH_ID}, 3], [{nla_len=12, "
	 "nla_type=NDA_FDB_EXT_ATTRS}, [{nla_len=5, nla_type=NFEA_ACTIVITY_NOTIFY}, "
	 "FDB_NOTIFY_BIT|FDB_NOTIFY_INACTIVE_BIT]], [{nla_len=8, nla_type=NDA_FLAGS_EXT}, "
	 "NTF_EXT_MANAGED], [{nla_len=6, nla_type=NDA_NDM_STATE_MASK}, NUD_REACHABLE], "
	 "[{nla_len=5, nla_type=NDA_NDM_FLAGS_MASK}, NTF_SELF]]]"},
	{0, 92,
	 "\134\000\000\000 "
	 "\000\002\000\007\000\000\000\011\000\000\000\002\000\000\000\377\000\000\001\000\000"
	 "\000\000\010\000\017\000e\000\000\000\014\000\014\000\001\002\003\004\005\006\007"
	 "\010\014\000\024\000\005\000\000\000\007\000\000\000\005\000\025\000\004\000\000\000"
	 "\005\000\026\000\006\000\000\000\010\000\027\000P\000Z\000\010\000\030\000\001\000"
	 "\002\000",
	 "[{nlmsg_len=92, nlmsg_type=RTM_NEWRULE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {family=AF_INET, dst_len=0, src_len=0, tos=0, table=RT_TABLE_LOCAL, "
	 "action=FR_ACT_TO_TBL, flags=0}, [[{nla_len=8, nla_type=FRA_TABLE}, 0x65], "
	 "[{nla_len=12, nla_type=FRA_TUN_ID}, htobe64(72623859790382856)], [{nla_len=12, "
	 "nla_type=FRA_UID_RANGE}, {start=5, end=7}], [{nla_len=5, nla_type=FRA_PROTOCOL}, "
	 "RTPROT_STATIC], [{nla_len=5, nla_type=FRA_IP_PROTO}, IPPROTO_TCP], [{nla_len=8, "
	 "nla_type=FRA_SPORT_RANGE}, {start=80, end=90}], [{nla_len=8, "
	 "nla_type=FRA_DPORT_RANGE}, {start=1, end=2}]]]"},
	{0, 32,
	 " "
	 "\000\000\000\024\000\002\000\007\000\000\000\011\000\000\000\002\030\200\004\001\000"
	 "\000\000\010\000\001\000\012\000\000\001",
	 "[{nlmsg_len=32, nlmsg_type=RTM_NEWADDR, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifa_family=AF_INET, ifa_prefixlen=24, ifa_flags=IFA_F_PERMANENT, "
	 "ifa_scope=0x4, ifa_index=if_nametoindex(\"lo\")}, [{nla_len=8, "
	 "nla_type=IFA_ADDRESS}, inet_addr(\"10.0.0.1\")]]"},
};

int main(void)
{
	return NETLINK_RUN(messages);
}

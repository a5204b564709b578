/* SPDX-License-Identifier: Apache-2.0 */
/* Hops, tables of neighbours, labels, settings and namespaces: netlink messages as strace 6.1
 * writes them. */
#include "netlink_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct netlink_message messages[] = {
	{0, 168,
	 "\250\000\000\000h\000\002\000\007\000\000\000\011\000\000\000\002\000\003\000\001"
	 "\000\000\000\010\000\001\000\007\000\000\000\024\000\002\000\001\000\000\000\000\000"
	 "\000\000\002\000\000\000\003\000\000\000\006\000\003\000\001\000\000\000\004\000\004"
	 "\000\010\000\005\000\001\000\000\000\010\000\006\000\012\000\000\001\006\000\007\000"
	 "\004\000\000\000\010\000\010\000\001\002\003\004\010\000\012\000\001\000\000\000 "
	 "\000\014\000\006\000\001\000\010\000\000\000\010\000\002\000\340.\000\000\014\000"
	 "\004\000\005\000\000\000\000\000\000\000 "
	 "\000\015\000\006\000\001\000\002\000\000\000\014\000\002\000d\000\000\000\000\000"
	 "\000\000\010\000\003\000\011\000\000\000",
	 "[{nlmsg_len=168, nlmsg_type=RTM_NEWNEXTHOP, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {nh_family=AF_INET, nh_scope=RT_SCOPE_UNIVERSE, "
	 "nh_protocol=RTPROT_BOOT, nh_flags=RTNH_F_DEAD}, [[{nla_len=8, nla_type=NHA_ID}, 7], "
	 "[{nla_len=20, nla_type=NHA_GROUP}, [{id=1, weight=0}, {id=2, weight=3}]], "
	 "[{nla_len=6, nla_type=NHA_GROUP_TYPE}, NEXTHOP_GRP_TYPE_RES], {nla_len=4, "
	 "nla_type=NHA_BLACKHOLE}, [{nla_len=8, nla_type=NHA_OIF}, if_nametoindex(\"lo\")], "
	 "[{nla_len=8, nla_type=NHA_GATEWAY}, inet_addr(\"10.0.0.1\")], [{nla_len=6, "
	 "nla_type=NHA_ENCAP_TYPE}, LWTUNNEL_ENCAP_IP6], [{nla_len=8, nla_type=NHA_ENCAP}, "
	 "\"\\x01\\x02\\x03\\x04\"], [{nla_len=8, nla_type=NHA_MASTER}, "
	 "if_nametoindex(\"lo\")], [{nla_len=32, nla_type=NHA_RES_GROUP}, [[{nla_len=6, "
	 "nla_type=NHA_RES_GROUP_BUCKETS}, 8], [{nla_len=8, "
	 "nla_type=NHA_RES_GROUP_IDLE_TIMER}, 12000 /* 120.00 s */], [{nla_len=12, "
	 "nla_type=NHA_RES_GROUP_UNBALANCED_TIME}, 5 /* 0.05 s */]]], [{nla_len=32, "
	 "nla_type=NHA_RES_BUCKET}, [[{nla_len=6, nla_type=NHA_RES_BUCKET_INDEX}, 2], "
	 "[{nla_len=12, nla_type=NHA_RES_BUCKET_IDLE_TIME}, 100 /* 1.00 s */], [{nla_len=8, "
	 "nla_type=NHA_RES_BUCKET_NH_ID}, 9]]]]]"},
	{0, 20, "\024\000\000\000B\000\001\003\007\000\000\000\011\000\000\000\000\000\000\000",
	 "[{nlmsg_len=20, nlmsg_type=RTM_GETNEIGHTBL, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {ndtm_family=AF_UNSPEC}]"},
	{0, 208,
	 "\320\000\000\000@\000\002\000\007\000\000\000\011\000\000\000\002\000\000\000\016"
	 "\000\001\000arp_cache\000\000\000\010\000\002\000\200\000\000\000$\000\005\000\001"
	 "\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026"
	 "\027\030\031\032\033\034\035\036\037 "
	 "\030\000\006\000\010\000\001\000\001\000\000\000\014\000\003\0000u\000\000\000\000"
	 "\000\000\134\000\007\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017"
	 "\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037 !\042#$%&'()*+,"
	 "-./0123456789:;<=>\077@ABCDEFGHIJKLMNOPQRSTUVWX\014\000\010\0000u\000\000\000\000"
	 "\000\000",
	 "[{nlmsg_len=208, nlmsg_type=RTM_NEWNEIGHTBL, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ndtm_family=AF_INET}, [[{nla_len=14, nla_type=NDTA_NAME}, "
	 "\"arp_cache\"], [{nla_len=8, nla_type=NDTA_THRESH1}, 128], [{nla_len=36, "
	 "nla_type=NDTA_CONFIG}, {ndtc_key_len=513, ndtc_entry_size=1027, "
	 "ndtc_entries=134678021, ndtc_last_flush=202050057, ndtc_last_rand=269422093, "
	 "ndtc_hash_rnd=336794129, ndtc_hash_mask=0x18171615, ndtc_hash_chain_gc=471538201, "
	 "ndtc_proxy_qlen=538910237}], [{nla_len=24, nla_type=NDTA_PARMS}, [[{nla_len=8, "
	 "nla_type=NDTPA_IFINDEX}, if_nametoindex(\"lo\")], [{nla_len=12, "
	 "nla_type=NDTPA_REACHABLE_TIME}, 30000]]], [{nla_len=92, nla_type=NDTA_STATS}, "
	 "{ndts_allocs=578437695752307201, ndts_destroys=1157159078456920585, "
	 "ndts_hash_grows=1735880461161533969, ndts_res_failed=2314601843866147353, "
	 "ndts_lookups=2893323226570760737, ndts_hits=3472044609275374121, "
	 "ndts_rcv_probes_mcast=4050765991979987505, ndts_rcv_probes_ucast=4629487374684600889"
	 ", ndts_periodic_gc_runs=5208208757389214273, "
	 "ndts_forced_gc_runs=5786930140093827657, ndts_table_fulls=6365651522798441041}], "
	 "[{nla_len=12, nla_type=NDTA_GC_INTERVAL}, 30000]]]"},
	{0, 56,
	 "8\000\000\000H\000\002\000\007\000\000\000\011\000\000\000\012\000\200\000\001\000"
	 "\000\000\005\000\000\000\024\000\001\000\001\002\003\004\005\006\007\010\011\012\013"
	 "\014\015\016\017\020\010\000\002\000\003\000\000\000",
	 "[{nlmsg_len=56, nlmsg_type=RTM_NEWADDRLABEL, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ifal_family=AF_INET6, ifal_prefixlen=128, ifal_flags=0, "
	 "ifal_index=if_nametoindex(\"lo\"), ifal_seq=5}, [[{nla_len=20, "
	 "nla_type=IFAL_ADDRESS}, inet_pton(AF_INET6, \"102:304:506:708:90a:b0c:d0e:f10\")], "
	 "[{nla_len=8, nla_type=IFAL_LABEL}, 3]]]"},
	{0, 44,
	 ","
	 "\000\000\000P\000\002\000\007\000\000\000\011\000\000\000\002\000\000\000\010\000\001"
	 "\000\001\000\000\000\010\000\002\000\377\377\377\377\010\000\003\000\002\000\000\000",
	 "[{nlmsg_len=44, nlmsg_type=RTM_NEWNETCONF, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ncm_family=AF_INET}, [[{nla_len=8, nla_type=NETCONFA_IFINDEX}, "
	 "if_nametoindex(\"lo\")], [{nla_len=8, nla_type=NETCONFA_FORWARDING}, -1], "
	 "[{nla_len=8, nla_type=NETCONFA_RP_FILTER}, 2]]]"},
	{0, 17, "\021\000\000\000Z\000\001\003\007\000\000\000\011\000\000\000\000",
	 "[{nlmsg_len=17, nlmsg_type=RTM_GETNSID, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {rtgen_family=AF_UNSPEC}]"},
	{0, 36,
	 "$\000\000\000X\000\002\000\007\000\000\000\011\000\000\000\000\000\000\000\010\000"
	 "\001\000\005\000\000\000\010\000\002\000\012\000\000\000",
	 "[{nlmsg_len=36, nlmsg_type=RTM_NEWNSID, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {rtgen_family=AF_UNSPEC}, [[{nla_len=8, nla_type=NETNSA_NSID}, 5], "
	 "[{nla_len=8, nla_type=NETNSA_PID}, 10]]]"},
};

int main(void)
{
	return NETLINK_RUN(messages);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of packets: netlink messages as strace 6.1 writes them. */
#include "netlink_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct netlink_message messages[] = {
	{0, 280,
	 "\030\001\000\000$\000\002\000\007\000\000\000\011\000\000\000\000\000\000\000\001"
	 "\000\000\000\000\000\001\000\377\377\377\377\002\000\000\000\010\000\001\000htb\000"
	 "\010\000\002\000\001\002\003\004(\000\003\000\001\002\003\004\005\006\007\010\011"
	 "\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036"
	 "\037 "
	 "!\042#$\006\000\005\000\001\002\000\000\010\000\006\000\003\000\000\000t\000\007\000"
	 "\020\000\001\000\001\002\003\004\005\006\007\010\011\012\013\014\014\000\002\000\001"
	 "\002\003\004\005\006\007\010\030\000\003\000\001\002\003\004\005\006\007\010\011\012"
	 "\013\014\015\016\017\020\021\022\023\024\010\000\004\000\001\002\003\004\024\000\005"
	 "\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\024\000\007\000"
	 "\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\014\000\010\000\005"
	 "\000\000\000\000\000\000\000(\000\010\000\034\000\001\000\001\002\003\004\005\006"
	 "\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\010\000\002"
	 "\000\001\002\003\004\005\000\014\000\000\000\000\000\010\000\015\000\011\000\000\000",
	 "[{nlmsg_len=280, nlmsg_type=RTM_NEWQDISC, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {tcm_family=AF_UNSPEC, tcm_ifindex=if_nametoindex(\"lo\"), "
	 "tcm_handle=65536, tcm_parent=4294967295, tcm_info=2}, [[{nla_len=8, "
	 "nla_type=TCA_KIND}, \"htb\"], [{nla_len=8, nla_type=TCA_OPTIONS}, "
	 "\"\\x01\\x02\\x03\\x04\"], [{nla_len=40, nla_type=TCA_STATS}, "
	 "{bytes=578437695752307201, packets=202050057, drops=269422093, overlimits=336794129,"
	 " bps=404166165, pps=471538201, qlen=538910237, backlog=606282273}], [{nla_len=6, "
	 "nla_type=TCA_RATE}, {interval=1, ewma_log=2}], [{nla_len=8, nla_type=TCA_FCNT}, 3], "
	 "[{nla_len=116, nla_type=TCA_STATS2}, [[{nla_len=16, nla_type=TCA_STATS_BASIC}, "
	 "{bytes=578437695752307201, packets=202050057}], [{nla_len=12, "
	 "nla_type=TCA_STATS_RATE_EST}, {bps=67305985, pps=134678021}], [{nla_len=24, "
	 "nla_type=TCA_STATS_QUEUE}, {qlen=67305985, backlog=134678021, drops=202050057, "
	 "requeues=269422093, overlimits=336794129}], [{nla_len=8, nla_type=TCA_STATS_APP}, "
	 "\"\\x01\\x02\\x03\\x04\"], [{nla_len=20, nla_type=TCA_STATS_RATE_EST64}, "
	 "{bps=578437695752307201, pps=1157159078456920585}], [{nla_len=20, "
	 "nla_type=TCA_STATS_BASIC_HW}, {bytes=578437695752307201, packets=202050057}], "
	 "[{nla_len=12, nla_type=TCA_STATS_PKT64}, 5]]], [{nla_len=40, nla_type=TCA_STAB}, "
	 "[[{nla_len=28, nla_type=TCA_STAB_BASE}, {cell_log=1, size_log=2, cell_align=1027, "
	 "overhead=134678021, linklayer=202050057, mpu=269422093, mtu=336794129, "
	 "tsize=404166165}], [{nla_len=8, nla_type=TCA_STAB_DATA}, [513, 1027]]]], "
	 "[{nla_len=5, nla_type=TCA_HW_OFFLOAD}, 0], [{nla_len=8, nla_type=TCA_INGRESS_BLOCK},"
	 " 9]]]"},
	{0, 36,
	 "$\000\000\000&\000\001\003\007\000\000\000\011\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000",
	 "[{nlmsg_len=36, nlmsg_type=RTM_GETQDISC, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {tcm_family=AF_UNSPEC, tcm_ifindex=0, tcm_handle=0, "
	 "tcm_parent=0, tcm_info=0}]"},
	{0, 44,
	 ","
	 "\000\000\000(\000\002\000\007\000\000\000\011\000\000\000\000\000\000\000\001\000\000"
	 "\000\001\000\000\000\002\000\000\000\003\000\000\000\007\000\001\000cl\000\000",
	 "[{nlmsg_len=44, nlmsg_type=RTM_NEWTCLASS, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {tcm_family=AF_UNSPEC, tcm_ifindex=if_nametoindex(\"lo\"), "
	 "tcm_handle=1, tcm_parent=2, tcm_info=3}, [{nla_len=7, nla_type=TCA_KIND}, \"cl\"]]"},
	{0, 52,
	 "4\000\000\000,"
	 "\000\002\000\007\000\000\000\011\000\000\000\000\000\000\000\001\000\000\000\001\000"
	 "\000\000\002\000\000\000\003\000\000\000\010\000\001\000u32\000\010\000\013\000\000"
	 "\000\000\000",
	 "[{nlmsg_len=52, nlmsg_type=RTM_NEWTFILTER, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {tcm_family=AF_UNSPEC, tcm_ifindex=if_nametoindex(\"lo\"), "
	 "tcm_handle=1, tcm_parent=2, tcm_info=3}, [[{nla_len=8, nla_type=TCA_KIND}, \"u32\"],"
	 " [{nla_len=8, nla_type=TCA_CHAIN}, 0]]]"},
};

int main(void)
{
	return NETLINK_RUN(messages);
}

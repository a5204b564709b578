/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about sockets, and answers: netlink messages as strace 6.1 writes them. */
#include "netlink_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct netlink_message messages[] = {
	{4, 76,
	 "L\000\000\000\022\000\001\003\007\000\000\000\011\000\000\000\002\000\000O\000P\001"
	 "\001\177\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\377\037\000\000\003\000\000\000",
	 "[{nlmsg_len=76, nlmsg_type=TCPDIAG_GETSOCK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {idiag_family=AF_INET, idiag_src_len=0, idiag_dst_len=0, "
	 "idiag_ext=1<<(INET_DIAG_MEMINFO-1)|1<<(INET_DIAG_INFO-1)|1<<(INET_DIAG_VEGASINFO-1)|"
	 "1<<(INET_DIAG_CONG-1)|1<<(INET_DIAG_SKMEMINFO-1), id={idiag_sport=htons(80), "
	 "idiag_dport=htons(257), idiag_src=inet_addr(\"127.0.0.1\"), "
	 "idiag_dst=inet_addr(\"0.0.0.0\"), idiag_if=0, idiag_cookie=[0, 0]}, "
	 "idiag_states=1<<TCP_ESTABLISHED|1<<TCP_SYN_SENT|1<<TCP_SYN_RECV|1<<TCP_FIN_WAIT1|"
	 "1<<TCP_FIN_WAIT2|1<<TCP_TIME_WAIT|1<<TCP_CLOSE|1<<TCP_CLOSE_WAIT|1<<TCP_LAST_ACK|"
	 "1<<TCP_LISTEN|1<<TCP_CLOSING|1<<TCP_NEW_SYN_RECV|0x1, idiag_dbs=3}]"},
	{4, 84,
	 "T\000\000\000\022\000\001\003\007\000\000\000\011\000\000\000\002\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\001\000\000\000\000\000\000\000\010\000\002\000\001\002\003\004",
	 "[{nlmsg_len=84, nlmsg_type=TCPDIAG_GETSOCK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {idiag_family=AF_INET, idiag_src_len=0, idiag_dst_len=0, "
	 "idiag_ext=0, id={idiag_sport=htons(0), idiag_dport=htons(0), "
	 "idiag_src=inet_addr(\"0.0.0.0\"), idiag_dst=inet_addr(\"0.0.0.0\"), idiag_if=0, "
	 "idiag_cookie=[0, 0]}, idiag_states=0x1 /* 1<<TCP_?\?? */, idiag_dbs=0}, [{nla_len=8,"
	 " nla_type=INET_DIAG_REQ_SK_BPF_STORAGES}, \"\\x01\\x02\\x03\\x04\"]]"},
	{4, 75,
	 "K\000\000\000\022\000\001\003\007\000\000\000\011\000\000\000\002\003\004\005\006"
	 "\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033"
	 "\034\035\036\037 !\042#$%&'()*+,-./0123456789:;<",
	 "[{nlmsg_len=75, nlmsg_type=TCPDIAG_GETSOCK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {idiag_family=AF_INET, ...}]"},
	{4, 17, "\021\000\000\000\024\000\001\003\007\000\000\000\011\000\000\000\002",
	 "[{nlmsg_len=17, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST|"
	 "NLM_F_DUMP, nlmsg_seq=7, nlmsg_pid=9}, {family=AF_INET}]"},
	{4, 18, "\022\000\000\000\020\000\001\003\007\000\000\000\011\000\000\000\002\006",
	 "[{nlmsg_len=18, nlmsg_type=0x10 /* SOCK_DIAG_?\?? */, nlmsg_flags=NLM_F_REQUEST|"
	 "NLM_F_DUMP, nlmsg_seq=7, nlmsg_pid=9}, {sdiag_family=AF_INET, ...}]"},
	{4, 196,
	 "\304\000\000\000\024\000\002\000\007\000\000\000\011\000\000\000\002\001\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\000\000\000\000\024\000\003\000\001\002\003\004\005\006\007\010\011\012\013\014\015"
	 "\016\017\020\014\000\007\000\001\002\003\004\005\006\007\010\005\000\010\000\001\000"
	 "\000\000\005\000\010\000\003\000\000\000\005\000\010\000\000\000\000\000\024\000\011"
	 "\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\005\000\012\000"
	 "\006\000\000\000\030\000\020\000\001\002\003\004\005\006\007\010\011\012\013\014\015"
	 "\016\017\020\021\022\023\024",
	 "[{nlmsg_len=196, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_MULTI, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {idiag_family=AF_INET, idiag_state=TCP_ESTABLISHED, "
	 "idiag_timer=0, idiag_retrans=0, id={idiag_sport=htons(0), idiag_dport=htons(0), "
	 "idiag_src=inet_addr(\"0.0.0.0\"), idiag_dst=inet_addr(\"0.0.0.0\"), idiag_if=0, "
	 "idiag_cookie=[0, 0]}, idiag_expires=0, idiag_rqueue=0, idiag_wqueue=0, idiag_uid=0, "
	 "idiag_inode=0}, [[{nla_len=20, nla_type=INET_DIAG_VEGASINFO}, "
	 "{tcpv_enabled=67305985, tcpv_rttcnt=134678021, tcpv_rtt=202050057, "
	 "tcpv_minrtt=269422093}], [{nla_len=12, nla_type=INET_DIAG_SKMEMINFO}, "
	 "[[SK_MEMINFO_RMEM_ALLOC]=67305985, [SK_MEMINFO_RCVBUF]=134678021]], [{nla_len=5, "
	 "nla_type=INET_DIAG_SHUTDOWN}, 0x1 /* RCV_SHUTDOWN */], [{nla_len=5, "
	 "nla_type=INET_DIAG_SHUTDOWN}, 0x3 /* RCV_SHUTDOWN|SEND_SHUTDOWN */], [{nla_len=5, "
	 "nla_type=INET_DIAG_SHUTDOWN}, 0], [{nla_len=20, nla_type=INET_DIAG_DCTCPINFO}, "
	 "{dctcp_enabled=513, dctcp_ce_state=1027, dctcp_alpha=134678021, "
	 "dctcp_ab_ecn=202050057, dctcp_ab_tot=269422093}], [{nla_len=5, "
	 "nla_type=INET_DIAG_PROTOCOL}, IPPROTO_TCP], [{nla_len=24, "
	 "nla_type=INET_DIAG_BBRINFO}, {bbr_bw_lo=0x4030201, bbr_bw_hi=0x8070605, "
	 "bbr_min_rtt=202050057, bbr_pacing_gain=269422093, bbr_cwnd_gain=336794129}]]]"},
};

int main(void)
{
	return NETLINK_RUN(messages);
}

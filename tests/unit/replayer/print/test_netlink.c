/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink messages, as strace 6.1 writes those that were sent to the kernel. */
#include "netlink_check.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { A = WORLD_ADDRESS, NETLINK = 16, RAW = 3, FD = NETLINK_SOCKET };

static const struct netlink_message messages[] = {
	{0, 48,
	 "0\000\000\000\022\000\001\003\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\000\001\000\000\000\000\000\007\000\003\000lo\000\000\010\000\035\000\011"
	 "\000\000\000",
	 "[{nlmsg_len=48, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_se"
	 "q=7, nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoin"
	 "dex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}, ["
	 "[{nla_len=7, nla_type=IFLA_IFNAME}, \"lo\"], [{nla_len=8, nla_type=IFLA_EXT_MASK}, RTE"
	 "XT_FILTER_VF|RTEXT_FILTER_SKIP_STATS]]]"},
	{0, 60,
	 "<\000\000\000\020\000\001\006\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\000\001\000\000\000\000\000\012\000\001\000\001\002\003\004\005\006\000\000"
	 "\020\000\022\000\011\000\001\000dummy\000\000\000",
	 "[{nlmsg_len=60, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_EXCL|NLM_F_CRE"
	 "ATE, nlmsg_seq=7, nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_inde"
	 "x=if_nametoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi"
	 "_change=0}, [[{nla_len=10, nla_type=IFLA_ADDRESS}, 01:02:03:04:05:06], [{nla_len=16, n"
	 "la_type=IFLA_LINKINFO}, [{nla_len=9, nla_type=IFLA_INFO_KIND}, \"dummy\"...]]]]"},
	{0, 140,
	 "\214\000\000\000\020\000\002\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\000\001\000\000\000\000\000`\000\007\000\000\000\000\000\001\000\000\000"
	 "\002\000\000\000\003\000\000\000\004\000\000\000\005\000\000\000\006\000\000\000\007"
	 "\000\000\000\010\000\000\000\011\000\000\000\012\000\000\000\013\000\000\000\014\000"
	 "\000\000\015\000\000\000\016\000\000\000\017\000\000\000\020\000\000\000\021\000\000"
	 "\000\022\000\000\000\023\000\000\000\024\000\000\000\025\000\000\000\026\000\000\000"
	 "\006\000\010\000ab\000\000\004\000>\200",
	 "[{nlmsg_len=140, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_p"
	 "id=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoindex(\"lo\"),"
	 " ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}, [[{nla_len=96"
	 ", nla_type=IFLA_STATS}, {rx_packets=0, tx_packets=1, rx_bytes=2, tx_bytes=3, rx_errors"
	 "=4, tx_errors=5, rx_dropped=6, tx_dropped=7, multicast=8, collisions=9, rx_length_erro"
	 "rs=10, rx_over_errors=11, rx_crc_errors=12, rx_frame_errors=13, rx_fifo_errors=14, rx_"
	 "missed_errors=15, tx_aborted_errors=16, tx_carrier_errors=17, tx_fifo_errors=18, tx_he"
	 "artbeat_errors=19, tx_window_errors=20, rx_compressed=21, tx_compressed=22}], [{nla_le"
	 "n=6, nla_type=IFLA_COST}, \"\\x61\\x62\"], {nla_len=4, nla_type=NLA_F_NESTED|0x3e /* I"
	 "FLA_??? */}]]"},
	{0, 60,
	 "<\000\000\000\024\000\002\000\007\000\000\000\011\000\000\000\002\030\200\375\001\000"
	 "\000\000\010\000\001\000\177\000\000\001\010\000\010\000\200\000\000\000\024\000\006"
	 "\000\001\000\000\000\002\000\000\000\003\000\000\000\004\000\000\000",
	 "[{nlmsg_len=60, nlmsg_type=RTM_NEWADDR, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pi"
	 "d=9}, {ifa_family=AF_INET, ifa_prefixlen=24, ifa_flags=IFA_F_PERMANENT, ifa_scope=RT_S"
	 "COPE_LINK, ifa_index=if_nametoindex(\"lo\")}, [[{nla_len=8, nla_type=IFA_ADDRESS}, ine"
	 "t_addr(\"127.0.0.1\")], [{nla_len=8, nla_type=IFA_FLAGS}, IFA_F_PERMANENT], [{nla_len="
	 "20, nla_type=IFA_CACHEINFO}, {ifa_prefered=1, ifa_valid=2, cstamp=3, tstamp=4}]]]"},
	{0, 44,
	 ",\000\000\000\024\000\002\000\007\000\000\000\011\000\000\000\012@\000\000\001\000\000"
	 "\000\024\000\001\000\376\200\000\000\000\000\000\000\000\000\000\000\000\000\000\001",
	 "[{nlmsg_len=44, nlmsg_type=RTM_NEWADDR, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pi"
	 "d=9}, {ifa_family=AF_INET6, ifa_prefixlen=64, ifa_flags=0, ifa_scope=RT_SCOPE_UNIVERSE"
	 ", ifa_index=if_nametoindex(\"lo\")}, [{nla_len=20, nla_type=IFA_ADDRESS}, inet_pton(AF"
	 "_INET6, \"fe80::1\")]]"},
	{0, 80,
	 "P\000\000\000\030\000\002\000\007\000\000\000\011\000\000\000\002\030\000\000\376\002"
	 "\375\001\000\000\000\000\010\000\017\000\376\000\000\000\010\000\004\000\001\000\000"
	 "\000$\000\014\000\000\000\000\000\001\000\000\000\002\000\000\000\003\000\000\000\004"
	 "\000\000\000\005\000\000\000\006\000\000\000\007\000\000\000",
	 "[{nlmsg_len=80, nlmsg_type=RTM_NEWROUTE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_p"
	 "id=9}, {rtm_family=AF_INET, rtm_dst_len=24, rtm_src_len=0, rtm_tos=0, rtm_table=RT_TAB"
	 "LE_MAIN, rtm_protocol=RTPROT_KERNEL, rtm_scope=RT_SCOPE_LINK, rtm_type=RTN_UNICAST, rt"
	 "m_flags=0}, [[{nla_len=8, nla_type=RTA_TABLE}, RT_TABLE_MAIN], [{nla_len=8, nla_type=R"
	 "TA_OIF}, if_nametoindex(\"lo\")], [{nla_len=36, nla_type=RTA_CACHEINFO}, {rta_clntref="
	 "0, rta_lastuse=1, rta_expires=2, rta_error=3, rta_used=4, rta_id=0x5, rta_ts=6, rta_ts"
	 "age=7}]]]"},
	{0, 48,
	 "0\000\000\000\034\000\002\000\007\000\000\000\011\000\000\000\002\000\000\000\001\000"
	 "\000\000\004\000\000\001\010\000\001\000\001\002\003\004\012\000\002\000\001\002\003"
	 "\004\005\006\000\000",
	 "[{nlmsg_len=48, nlmsg_type=RTM_NEWNEIGH, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_p"
	 "id=9}, {ndm_family=AF_INET, ndm_ifindex=if_nametoindex(\"lo\"), ndm_state=NUD_STALE, n"
	 "dm_flags=0, ndm_type=RTN_UNICAST}, [[{nla_len=8, nla_type=NDA_DST}, inet_addr(\"1.2.3."
	 "4\")], [{nla_len=10, nla_type=NDA_LLADDR}, 01:02:03:04:05:06]]]"},
	{0, 44,
	 ",\000\000\000 \000\002\000\007\000\000\000\011\000\000\000\002\000\000\000\377\000\000"
	 "\001\000\000\000\000\010\000\017\000\377\000\000\000\010\000\006\000\005\000\000\000",
	 "[{nlmsg_len=44, nlmsg_type=RTM_NEWRULE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pi"
	 "d=9}, {family=AF_INET, dst_len=0, src_len=0, tos=0, table=RT_TABLE_LOCAL, action=FR_AC"
	 "T_TO_TBL, flags=0}, [[{nla_len=8, nla_type=FRA_TABLE}, RT_TABLE_LOCAL], [{nla_len=8, n"
	 "la_type=FRA_PRIORITY}, 5]]]"},
	{0, 17, "\021\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000",
	 "[{nlmsg_len=17, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_"
	 "pid=9}, {ifi_family=AF_UNSPEC, ...}]"},
	{0, 21,
	 "\025\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\000\000\001",
	 "[{nlmsg_len=21, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_"
	 "pid=9}, {ifi_family=AF_UNSPEC, ...}]"},
	{0, 17, "\021\000\000\000c\000\001\000\007\000\000\000\011\000\000\000\002",
	 "[{nlmsg_len=17, nlmsg_type=0x63 /* RTM_??? */, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7,"
	 " nlmsg_pid=9}, {family=AF_INET}]"},
	{0, 36,
	 "\020\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\024\000\000\000\003"
	 "\000\002\000\007\000\000\000\011\000\000\000\000\000\000\000",
	 "[{nlmsg_len=16, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_"
	 "pid=9}, [{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, n"
	 "lmsg_pid=9}, 0]]"},
	{0, 20, "\024\000\000\000\003\000\002\000\007\000\000\000\011\000\000\000\376\377\377\377",
	 "[{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pid"
	 "=9}, -2]"},
	{0, 21, "\025\000\000\000\003\000\002\000\007\000\000\000\011\000\000\000abcde",
	 "[{nlmsg_len=21, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pid"
	 "=9}, \"\\x61\\x62\\x63\\x64\\x65\"]"},
	{0, 52,
	 "4\000\000\000\002\000\000\000\007\000\000\000\011\000\000\000\355\377\377\377 \000\000"
	 "\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001\000\000\000C"
	 "\000\001\000\000\000\000\000",
	 "[{nlmsg_len=52, nlmsg_type=NLMSG_ERROR, nlmsg_flags=0, nlmsg_seq=7, nlmsg_pid=9}, {err"
	 "or=-ENODEV, msg=[{nlmsg_len=32, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlm"
	 "sg_seq=7, nlmsg_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nam"
	 "etoindex(\"lo\"), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change="
	 "0}]}]"},
	{0, 44,
	 ",\000\000\000\002\000\000\002\007\000\000\000\011\000\000\000\352\377\377\377\020\000"
	 "\000\000\022\000\001\000\007\000\000\000\011\000\000\000\007\000\001\000no\000\000",
	 "[{nlmsg_len=44, nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_ACK_TLVS, nlmsg_seq=7, nlmsg"
	 "_pid=9}, [{error=-EINVAL, msg={nlmsg_len=16, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F"
	 "_REQUEST, nlmsg_seq=7, nlmsg_pid=9}}, [{nla_len=7, nla_type=NLMSGERR_ATTR_MSG}, \"no\""
	 "]]]"},
	{0, 36,
	 "$\000\000\000\002\000\000\001\007\000\000\000\011\000\000\000\000\000\000\000c\000\000"
	 "\000\022\000\001\000\007\000\000\000\011\000\000\000",
	 "[{nlmsg_len=36, nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_CAPPED, nlmsg_seq=7, nlmsg_p"
	 "id=9}, {error=0, msg={nlmsg_len=99, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST,"
	 " nlmsg_seq=7, nlmsg_pid=9}}]"},
	{0, 18, "\022\000\000\000\002\000\000\000\007\000\000\000\011\000\000\000ab",
	 "[{nlmsg_len=18, nlmsg_type=NLMSG_ERROR, nlmsg_flags=0, nlmsg_seq=7, nlmsg_pid=9}, \"\\"
	 "x61\\x62\"]"},
	{0, 32,
	 "\310\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\000\001\000\000\000\000\000",
	 "[{nlmsg_len=200, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg"
	 "_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoindex(\"lo\""
	 "), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}]"},
	{0, 32,
	 "\000\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\000\001\000\000\000\000\000",
	 "{nlmsg_len=0, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_pi"
	 "d=9}"},
	{0, 32,
	 "\017\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\000\001\000\000\000\000\000",
	 "{nlmsg_len=15, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_p"
	 "id=9}"},
	{0, 32,
	 "\022\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001"
	 "\000\000\000C\000\001\000\000\000\000\000",
	 "[[{nlmsg_len=18, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg"
	 "_pid=9}, {ifi_family=AF_UNSPEC, ...}], \"\\x01\\x00\\x00\\x00\\x43\\x00\\x01\\x00\\x00"
	 "\\x00\\x00\\x00\"]"},
	{0, 40,
	 "(\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\000\001\000\000\000\000\000\310\000\003\000lo\000\000",
	 "[{nlmsg_len=40, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_"
	 "pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoindex(\"lo\")"
	 ", ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}, [{nla_len=20"
	 "0, nla_type=IFLA_IFNAME}, \"lo\\0\"]]"},
	{0, 48,
	 "0\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\000\001\000\000\000\000\000\000\000\003\000lo\000\000\010\000\004\000\001"
	 "\000\000\000",
	 "[{nlmsg_len=48, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_"
	 "pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoindex(\"lo\")"
	 ", ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}, {nla_len=0, "
	 "nla_type=IFLA_IFNAME}]"},
	{0, 48,
	 "0\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\000\001\000\000\000\000\000\003\000\003\000lo\000\000\010\000\004\000\001"
	 "\000\000\000",
	 "[{nlmsg_len=48, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_"
	 "pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoindex(\"lo\")"
	 ", ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}, {nla_len=3, "
	 "nla_type=IFLA_IFNAME}]"},
	{0, 42,
	 "*\000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\000\001\000\000\000\000\000\010\000\004\000\001\000\000\000ab",
	 "[{nlmsg_len=42, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_"
	 "pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoindex(\"lo\")"
	 ", ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}, [[{nla_len=8"
	 ", nla_type=IFLA_MTU}, 1], \"\\x61\\x62\"]]"},
	{0, 36,
	 " \000\000\000\022\000\001\000\007\000\000\000\011\000\000\000\000\000\001\000\001\000"
	 "\000\000C\000\001\000\000\000\000\000tail",
	 "[[{nlmsg_len=32, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg"
	 "_pid=9}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=if_nametoindex(\"lo\""
	 "), ifi_flags=IFF_UP|IFF_BROADCAST|IFF_RUNNING|IFF_LOWER_UP, ifi_change=0}], \"\\x74\\x"
	 "61\\x69\\x6c\"]"},
	{4, 40,
	 "(\000\000\000\024\000\001\003\007\000\000\000\011\000\000\000\001\000\000\000\376\017"
	 "\000\000\000\000\000\000\025\000\000\000\000\000\000\000\000\000\000\000",
	 "[{nlmsg_len=40, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {sdiag_family=AF_UNIX, sdiag_protocol=0, udiag_states=1<<TC"
	 "P_ESTABLISHED|1<<TCP_SYN_SENT|1<<TCP_SYN_RECV|1<<TCP_FIN_WAIT1|1<<TCP_FIN_WAIT2|1<<TCP"
	 "_TIME_WAIT|1<<TCP_CLOSE|1<<TCP_CLOSE_WAIT|1<<TCP_LAST_ACK|1<<TCP_LISTEN|1<<TCP_CLOSING"
	 ", udiag_ino=0, udiag_show=UDIAG_SHOW_NAME|UDIAG_SHOW_PEER|UDIAG_SHOW_RQLEN, udiag_cook"
	 "ie=[0, 0]}]"},
	{4, 60,
	 "<\000\000\000\024\000\002\000\007\000\000\000\011\000\000\000\001\001\001\000=\000\000"
	 "\000\005\000\000\000\000\000\000\000\010\000\000\000\000abc\014\000\004\000\001\000"
	 "\000\000\002\000\000\000\005\000\006\000\003\000\000\000",
	 "[{nlmsg_len=60, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {udiag_family=AF_UNIX, udiag_type=SOCK_STREAM, udiag_state=TCP_ESTABLISH"
	 "ED, udiag_ino=61, udiag_cookie=[5, 0]}, [[{nla_len=8, nla_type=UNIX_DIAG_NAME}, \"\\0a"
	 "bc\"...], [{nla_len=12, nla_type=UNIX_DIAG_RQLEN}, {udiag_rqueue=1, udiag_wqueue=2}], "
	 "[{nla_len=5, nla_type=UNIX_DIAG_SHUTDOWN}, 3]]]"},
	{4, 72,
	 "H\000\000\000\024\000\001\003\007\000\000\000\011\000\000\000\002\006\000\000\000\004"
	 "\000\000\000P\001\001\177\000\000\001\000\000\000\000\000\000\000\000\000\000\000\000"
	 "\001\002\003\004\000\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\005"
	 "\000\000\000\006\000\000\000",
	 "[{nlmsg_len=72, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {sdiag_family=AF_INET, sdiag_protocol=IPPROTO_TCP, idiag_ex"
	 "t=0, idiag_states=1<<TCP_LISTEN, id={idiag_sport=htons(80), idiag_dport=htons(257), id"
	 "iag_src=inet_addr(\"127.0.0.1\"), idiag_dst=inet_addr(\"1.2.3.4\"), idiag_if=if_nameto"
	 "index(\"lo\"), idiag_cookie=[5, 6]}}]"},
	{4, 116,
	 "t\000\000\000\024\000\002\000\007\000\000\000\011\000\000\000\012\012\000\000\000P\001"
	 "\001\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\000"
	 "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\005\000\000\000\006"
	 "\000\000\000\001\000\000\000\002\000\000\000\003\000\000\000\004\000\000\000\005\000"
	 "\000\000\006\000\026\000S\007\000\000\024\000\001\000\001\000\000\000\002\000\000\000"
	 "\003\000\000\000\004\000\000\000",
	 "[{nlmsg_len=116, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7,"
	 " nlmsg_pid=9}, {idiag_family=AF_INET6, idiag_state=TCP_LISTEN, idiag_timer=0, idiag_re"
	 "trans=0, id={idiag_sport=htons(80), idiag_dport=htons(257), inet_pton(AF_INET6, \"::1"
	 "\", &idiag_src), inet_pton(AF_INET6, \"::\", &idiag_dst), idiag_if=0, idiag_cookie=[5,"
	 " 6]}, idiag_expires=1, idiag_rqueue=2, idiag_wqueue=3, idiag_uid=4, idiag_inode=5}, [["
	 "{nla_len=6, nla_type=INET_DIAG_SOCKOPT}, {recverr=1, is_icsk=1, mc_loop=1, mc_all=1, b"
	 "ind_address_no_port=1, recverr_rfc4884=1, defer_connect=1}], [{nla_len=20, nla_type=IN"
	 "ET_DIAG_MEMINFO}, {idiag_rmem=1, idiag_wmem=2, idiag_fmem=3, idiag_tmem=4}]]]"},
	{4, 84,
	 "T\000\000\000\024\000\002\000\007\000\000\000\011\000\000\000\020\002\000\007\001\000"
	 "\000\000\002\000\000\000\003\000\000\000\004\000\000\000\005\000\000\000\006\000\000"
	 "\000(\000\000\000\000\000\000\000\001\000\000\000\002\000\000\000\003\000\000\000\004"
	 "\000\000\000\005\000\000\000\006\000\000\000\007\000\000\000\010\000\000\000",
	 "[{nlmsg_len=84, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {ndiag_family=AF_NETLINK, ndiag_type=SOCK_DGRAM, ndiag_protocol=NETLINK_"
	 "ROUTE, ndiag_state=TCP_CLOSE, ndiag_portid=1, ndiag_dst_portid=2, ndiag_dst_group=3, n"
	 "diag_ino=4, ndiag_cookie=[5, 6]}, [{nla_len=40, nla_type=NETLINK_DIAG_MEMINFO}, [[SK_M"
	 "EMINFO_RMEM_ALLOC]=0, [SK_MEMINFO_RCVBUF]=1, [SK_MEMINFO_WMEM_ALLOC]=2, [SK_MEMINFO_SN"
	 "DBUF]=3, [SK_MEMINFO_FWD_ALLOC]=4, [SK_MEMINFO_WMEM_QUEUED]=5, [SK_MEMINFO_OPTMEM]=6, "
	 "[SK_MEMINFO_BACKLOG]=7, [SK_MEMINFO_DROPS]=8]]]"},
	{4, 36,
	 "$\000\000\000\024\000\001\003\007\000\000\000\011\000\000\000\021\000\000\000\000\000"
	 "\000\000\001\000\000\000\000\000\000\000\000\000\000\000",
	 "[{nlmsg_len=36, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {sdiag_family=AF_PACKET, sdiag_protocol=0, pdiag_ino=0, pdi"
	 "ag_show=PACKET_SHOW_INFO, pdiag_cookie=[0, 0]}]"},
	{4, 18, "\022\000\000\000\024\000\001\000\007\000\000\000\011\000\000\000\002\006",
	 "[{nlmsg_len=18, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7"
	 ", nlmsg_pid=9}, {sdiag_family=AF_INET, ...}]"},
	{4, 18, "\022\000\000\000\024\000\001\000\007\000\000\000\011\000\000\000\011\006",
	 "[{nlmsg_len=18, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7"
	 ", nlmsg_pid=9}, {family=AF_X25, data=\"\\x06\"}]"},
	{16, 20, "\024\000\000\000\020\000\001\003\007\000\000\000\011\000\000\000\003\000\000\000",
	 "[{nlmsg_len=20, nlmsg_type=nlctrl, nlmsg_flags=NLM_F_REQUEST|0x300, nlmsg_seq=7, nlmsg"
	 "_pid=9}, \"\\x03\\x00\\x00\\x00\"]"},
};

static const struct print_options usual = {.string_limit = PRINT_STRING_DEFAULT};

static void test_messages(void **unused)
{
	(void)unused;
	NETLINK_CHECK(messages);
}

static void test_hostile(void **unused)
{
	(void)unused;
	NETLINK_CHECK_HOSTILE(messages);
}

static const char head[] = "\020\0\0\0\022\0\1\0\7\0\0\0\11\0\0\0";
#define HEAD_OF  "nlmsg_len=16, nlmsg_type="
#define HEAD_END ", nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_pid=9}"

static void check(struct world *w, struct printer *p, const struct made_call *call,
		  const char *expected)
{
	struct buf text = {0};
	struct made m;

	made_from(call, &m);
	netlink_print(w, p, &m, &text);
	assert_string_equal(buf_text(&text), expected);
	made_done(&m);
	buf_done(&text);
}

/* What the socket is decides, and not what the bytes look like. */
static void test_sockets(void **unused)
{
	static const char address[12] = {NETLINK};
	struct made_call call = {.name = "sendto",
				 .ret = 16,
				 .args = {FD, A, 16},
				 .memory = {{.address = A, .data = head, .length = 16}}};
	const char *bytes = "\"\\20\\0\\0\\0\\22\\0\\1\\0\\7\\0\\0\\0\\t\\0\\0\\0\"";
	struct printer *p = printer_new(&usual);
	struct world w;
	char text[300];

	(void)unused;
	world_begin(&w);
	snprintf(text, sizeof(text), "sendto(5, %s, 16, 0, NULL, 0) = 16", bytes);
	check(&w, p, &call, text);
	world_numbers(&w, 10, "socket", FD, 2, RAW, 0);
	check(&w, p, &call, text);
	world_numbers(&w, 10, "socket", FD, NETLINK, RAW, 0);
	check(&w, p, &call, "sendto(5, {" HEAD_OF "RTM_GETLINK" HEAD_END ", 16, 0, NULL, 0) = 16");
	call.name = "write";
	snprintf(text, sizeof(text), "write(5, %s, 16) = 16", bytes);
	check(&w, p, &call, text);
	/* An address tells that it is one, but not of which protocol. */
	call.name = "sendto";
	call.args[0] = 6;
	call.args[4] = A + 0x100;
	call.args[5] = sizeof(address);
	call.memory[1] = (struct made_piece){
		.address = A + 0x100, .data = address, .length = sizeof(address)};
	check(&w, p, &call,
	      "sendto(6, {" HEAD_OF "0x12 /* NLMSG_??? */" HEAD_END
	      ", 16, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 16");
	printer_free(p);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

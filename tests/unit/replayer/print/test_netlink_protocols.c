/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols of which types are known, and little else: netlink messages as strace 6.1 writes them.
 */
#include "netlink_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct netlink_message messages[] = {
	{6, 16, "\020\000\000\000\022\000\001\003\007\000\000\000\011\000\000\000",
	 "{nlmsg_len=16, nlmsg_type=XFRM_MSG_GETSA, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
	 "nlmsg_seq=7, nlmsg_pid=9}"},
	{6, 16, "\020\000\000\000\021\000\001\003\007\000\000\000\011\000\000\000",
	 "{nlmsg_len=16, nlmsg_type=XFRM_MSG_DELSA, nlmsg_flags=NLM_F_REQUEST|NLM_F_NONREC|"
	 "NLM_F_BULK, nlmsg_seq=7, nlmsg_pid=9}"},
	{12, 20, "\024\000\000\000\002\012\005\001\007\000\000\000\011\000\000\000\002\000\000\000",
	 "[{nlmsg_len=20, nlmsg_type=NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_DELTABLE, "
	 "nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_NONREC, nlmsg_seq=7, nlmsg_pid=9}, "
	 "{nfgen_family=AF_INET, version=NFNETLINK_V0, res_id=htons(0)}]"},
	{6, 20, "\024\000\000\000\020\000\005\006\007\000\000\000\011\000\000\000\001\002\003\004",
	 "[{nlmsg_len=20, nlmsg_type=XFRM_MSG_NEWSA, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|"
	 "NLM_F_EXCL|NLM_F_CREATE, nlmsg_seq=7, nlmsg_pid=9}, \"\\x01\\x02\\x03\\x04\"]"},
	{6, 16, "\020\000\000\000<\000\001\000\007\000\000\000\011\000\000\000",
	 "{nlmsg_len=16, nlmsg_type=0x3c /* XFRM_MSG_?\?? */, nlmsg_flags=NLM_F_REQUEST, "
	 "nlmsg_seq=7, nlmsg_pid=9}"},
	{7, 20, "\024\000\000\000\020\000\000\000\007\000\000\000\011\000\000\000\001\000\000\000",
	 "[{nlmsg_len=20, nlmsg_type=SELNL_MSG_SETENFORCE, nlmsg_flags=0, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {val=1}]"},
	{7, 20, "\024\000\000\000\021\000\000\000\007\000\000\000\011\000\000\000\005\000\000\000",
	 "[{nlmsg_len=20, nlmsg_type=SELNL_MSG_POLICYLOAD, nlmsg_flags=0, nlmsg_seq=7, "
	 "nlmsg_pid=9}, {seqno=5}]"},
	{7, 19, "\023\000\000\000\020\000\000\000\007\000\000\000\011\000\000\000\001\002\003",
	 "[{nlmsg_len=19, nlmsg_type=SELNL_MSG_SETENFORCE, nlmsg_flags=0, nlmsg_seq=7, "
	 "nlmsg_pid=9}, \"\\x01\\x02\\x03\"]"},
	{9, 16, "\020\000\000\000\350\003\005\000\007\000\000\000\011\000\000\000",
	 "{nlmsg_len=16, nlmsg_type=AUDIT_GET, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK, "
	 "nlmsg_seq=7, nlmsg_pid=9}"},
	{9, 23, "\027\000\000\000\024\005\000\000\007\000\000\000\011\000\000\000audit(1",
	 "[{nlmsg_len=23, nlmsg_type=AUDIT_SYSCALL, nlmsg_flags=0, nlmsg_seq=7, nlmsg_pid=9}, "
	 "\"\\x61\\x75\\x64\\x69\\x74\\x28\\x31\"]"},
	{12, 20, "\024\000\000\000\020\000\001\000\007\000\000\000\011\000\000\000\000\000\000\012",
	 "[{nlmsg_len=20, nlmsg_type=NFNL_MSG_BATCH_BEGIN, nlmsg_flags=NLM_F_REQUEST, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {nfgen_family=AF_UNSPEC, version=NFNETLINK_V0, "
	 "res_id=htons(10)}]"},
	{12, 28,
	 "\034\000\000\000\000\012\005\004\007\000\000\000\011\000\000\000\002\000\000\012\010"
	 "\000\001\000tbl\000",
	 "[{nlmsg_len=28, nlmsg_type=NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWTABLE, "
	 "nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_CREATE, nlmsg_seq=7, nlmsg_pid=9}, "
	 "{nfgen_family=AF_INET, version=NFNETLINK_V0, res_id=htons(NFNL_SUBSYS_NFTABLES)}, "
	 "[{nla_len=8, nla_type=0x1}, \"\\x74\\x62\\x6c\\x00\"]]"},
	{12, 20, "\024\000\000\000\001\012\001\003\007\000\000\000\011\000\000\000\002\001\000\000",
	 "[{nlmsg_len=20, nlmsg_type=NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GETTABLE, "
	 "nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=7, nlmsg_pid=9}, "
	 "{nfgen_family=AF_INET, version=0x1 /* NFNETLINK_?\?? */, res_id=htons(0)}]"},
	{12, 19, "\023\000\000\000\001\001\001\003\007\000\000\000\011\000\000\000\001\002\003",
	 "[{nlmsg_len=19, nlmsg_type=NFNL_SUBSYS_CTNETLINK<<8|IPCTNL_MSG_CT_GET, "
	 "nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=7, nlmsg_pid=9}, "
	 "\"\\x01\\x02\\x03\"]"},
	{12, 22,
	 "\026\000\000\000\005\177\001\000\007\000\000\000\011\000\000\000\002\000\000\000\001"
	 "\002",
	 "[{nlmsg_len=22, nlmsg_type=0x7f /* NFNL_SUBSYS_?\?? */<<8|0x5, "
	 "nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_pid=9}, {nfgen_family=AF_INET, "
	 "version=NFNETLINK_V0, res_id=htons(0)}, \"\\x01\\x02\"]"},
	{12, 25,
	 "\031\000\000\000\021\000\001\000\007\000\000\000\011\000\000\000\000\000\000\012\001"
	 "\002\003\004\005",
	 "[{nlmsg_len=25, nlmsg_type=NFNL_MSG_BATCH_END, nlmsg_flags=NLM_F_REQUEST, "
	 "nlmsg_seq=7, nlmsg_pid=9}, {nfgen_family=AF_UNSPEC, version=NFNETLINK_V0, "
	 "res_id=htons(10)}, \"\\x01\\x02\\x03\\x04\\x05\"]"},
	{16, 28,
	 "\034\000\000\000\020\000\001\000\007\000\000\000\011\000\000\000\003\002\000\000\010"
	 "\000\002\000abc\000",
	 "[{nlmsg_len=28, nlmsg_type=nlctrl, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, "
	 "nlmsg_pid=9}, \"\\x03\\x02\\x00\\x00\\x08\\x00\\x02\\x00\\x61\\x62\\x63\\x00\"]"},
};

int main(void)
{
	return NETLINK_RUN(messages);
}

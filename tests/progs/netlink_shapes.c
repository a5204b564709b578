// SPDX-License-Identifier: Apache-2.0
// Netlink messages of many kinds. None is a request, so the kernel does not act upon them.
#include "expect.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum { SPACE = 512, DATA = 40 };

// What strace tells by the kind of link, or otherwise than the kernel reads it.
static int is_left_out(int type, int outer, int number)
{
	if (type == RTM_NEWLINK && outer < 0)
		return number == IFLA_ADDRESS || number == IFLA_BROADCAST ||
		       number == IFLA_EXT_MASK || number == 54 /* IFLA_PERM_ADDRESS */;
	if (type == RTM_NEWLINK && outer == IFLA_XDP)
		return number == 2 /* IFLA_XDP_ATTACHED */;
	return type == RTM_NEWRULE && number == 22 /* FRA_IP_PROTO */;
}

// Each of these attributes, with data of several lengths, in a message of its own.
static void send_attributes(int fd, int type, size_t head, int family, int outer, int count)
{
	static const size_t sizes[] = {0, 1, 2, 4, 8, DATA};

	for (int number = 0; number < count; number++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			char space[SPACE] = "";
			struct nlmsghdr *message = (struct nlmsghdr *)space;
			char *at = space + NLMSG_HDRLEN + NLMSG_ALIGN(head);
			struct rtattr *a;

			if (is_left_out(type, outer, number))
				continue;
			space[NLMSG_HDRLEN] = (char)family;
			if (outer >= 0) {
				a = (struct rtattr *)at;
				a->rta_type = (unsigned short)outer;
				a->rta_len = (unsigned short)(2 * RTA_LENGTH(0) + sizes[i]);
				at += RTA_LENGTH(0);
			}
			a = (struct rtattr *)at;
			a->rta_type = (unsigned short)number;
			a->rta_len = (unsigned short)RTA_LENGTH(sizes[i]);
			for (size_t k = 0; k < sizes[i]; k++)
				at[RTA_LENGTH(0) + k] = (char)(k + 1);
			at += RTA_SPACE(sizes[i]);
			message->nlmsg_len = (unsigned)(at - space);
			message->nlmsg_type = (unsigned short)type;
			require(send(fd, space, message->nlmsg_len, 0) ==
				(ssize_t)message->nlmsg_len);
		}
	}
}

int main(void)
{
	// What the attributes of one type hold: the outer one of two, or -1.
	static const struct {
		int type;
		size_t head;
		int family, outer, count;
	} kinds[] = {
		{RTM_NEWLINK, 16, 0, -1, 62},
		{RTM_NEWADDR, 8, AF_INET, -1, 12},
		{RTM_NEWADDR, 8, AF_INET6, -1, 12},
		{RTM_NEWROUTE, 12, AF_INET, -1, 31},
		{RTM_NEWROUTE, 12, AF_INET6, -1, 31},
		{RTM_NEWROUTE, 12, 0, RTA_METRICS, 18},
		{RTM_NEWNEIGH, 12, AF_INET, -1, 12},
		{RTM_NEWRULE, 12, AF_INET, -1, 25},
		{RTM_NEWLINK, 16, AF_BRIDGE, IFLA_PROTINFO, 40},
		{RTM_NEWLINK, 16, 0, IFLA_XDP, 9},
		{RTM_NEWLINK, 16, 0, IFLA_LINKINFO, 6},
		{RTM_NEWLINK, 16, 0, IFLA_PROP_LIST, 60},
		{RTM_NEWQDISC, 20, 0, -1, 16},
		{RTM_NEWTCLASS, 20, 0, TCA_STATS2, 9},
		{RTM_NEWTFILTER, 20, 0, TCA_STAB, 3},
		{RTM_NEWNEIGHTBL, 4, 0, -1, 10},
		{RTM_NEWNEIGHTBL, 4, 0, 6, 20},
		{RTM_NEWADDRLABEL, 12, AF_INET6, -1, 4},
		{RTM_NEWNETCONF, 1, AF_INET, -1, 10},
		{RTM_NEWMDB, 8, AF_BRIDGE, -1, 4},
		{RTM_NEWNSID, 1, 0, -1, 7},
		{104 /* RTM_NEWNEXTHOP */, 8, AF_INET, 12, 5},
	};
	const struct nlmsghdr nothing = {.nlmsg_len = sizeof(nothing), .nlmsg_type = NLMSG_NOOP};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	require(fd >= 0);
	// strace finds out what the socket is when it is used, too late for the first message.
	require(send(fd, &nothing, sizeof(nothing), 0) == sizeof(nothing));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		send_attributes(fd, kinds[i].type, kinds[i].head, kinds[i].family, kinds[i].outer,
				kinds[i].count);
	EXPECT("sendto(%d, [{nlmsg_len=40, nlmsg_type=RTM_NEWLINK, nlmsg_flags=0, nlmsg_seq=0, "
	       "nlmsg_pid=0}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=0, "
	       "ifi_flags=0, ifi_change=0}, [{nla_len=8, nla_type=IFLA_MTU}, 67305985]], 40, 0, "
	       "NULL, 0) = 40",
	       fd);
	expect_flush();
	return 0;
}

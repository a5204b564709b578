/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of packets, their classes and filters: <linux/rtnetlink.h>, <linux/gen_stats.h>. */
#include "netlink.h"

#include "sys/flags.h"

static const struct sys_field head_fields[] = {
	NETLINK_MEMBER("tcm_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
	NETLINK_MEMBER("tcm_ifindex", K_NONE, 4, 4),
	NETLINK_MEMBER("tcm_handle", K_UINT, 4, 8),
	NETLINK_MEMBER("tcm_parent", K_UINT, 4, 12),
	NETLINK_MEMBER("tcm_info", K_UINT, 4, 16),
};
const struct netlink_layout netlink_traffic_head = {head_fields, NETLINK_COUNT(head_fields), 20};

static const struct sys_field old_statistics_fields[] = {
	NETLINK_MEMBER("bytes", K_UINT, 8, 0),  NETLINK_MEMBER("packets", K_UINT, 4, 8),
	NETLINK_MEMBER("drops", K_UINT, 4, 12), NETLINK_MEMBER("overlimits", K_UINT, 4, 16),
	NETLINK_MEMBER("bps", K_UINT, 4, 20),   NETLINK_MEMBER("pps", K_UINT, 4, 24),
	NETLINK_MEMBER("qlen", K_UINT, 4, 28),  NETLINK_MEMBER("backlog", K_UINT, 4, 32),
};
static const struct netlink_layout old_statistics = {old_statistics_fields,
						     NETLINK_COUNT(old_statistics_fields), 36};

static const struct sys_field rate_fields[] = {
	NETLINK_MEMBER("interval", K_INT, 1, 0),
	NETLINK_MEMBER("ewma_log", K_UINT, 1, 1),
};
static const struct netlink_layout rate = {rate_fields, NETLINK_COUNT(rate_fields), 2};

static const struct sys_field basic_fields[] = {
	NETLINK_MEMBER("bytes", K_UINT, 8, 0),
	NETLINK_MEMBER("packets", K_UINT, 4, 8),
};
static const struct netlink_layout basic = {basic_fields, NETLINK_COUNT(basic_fields), 12};

static const struct sys_field estimate_fields[] = {
	NETLINK_MEMBER("bps", K_UINT, 4, 0),
	NETLINK_MEMBER("pps", K_UINT, 4, 4),
};
static const struct netlink_layout estimate = {estimate_fields, NETLINK_COUNT(estimate_fields), 8};

static const struct sys_field queue_fields[] = {
	NETLINK_MEMBER("qlen", K_UINT, 4, 0),        NETLINK_MEMBER("backlog", K_UINT, 4, 4),
	NETLINK_MEMBER("drops", K_UINT, 4, 8),       NETLINK_MEMBER("requeues", K_UINT, 4, 12),
	NETLINK_MEMBER("overlimits", K_UINT, 4, 16),
};
static const struct netlink_layout queue = {queue_fields, NETLINK_COUNT(queue_fields), 20};

static const struct sys_field estimate64_fields[] = {
	NETLINK_MEMBER("bps", K_UINT, 8, 0),
	NETLINK_MEMBER("pps", K_UINT, 8, 8),
};
static const struct netlink_layout estimate64 = {estimate64_fields,
						 NETLINK_COUNT(estimate64_fields), 16};

static const struct netlink_attribute statistics_known[] = {
	NETLINK_PART(1, basic),      NETLINK_PART(2, estimate), NETLINK_PART(3, queue),
	NETLINK_PART(5, estimate64), NETLINK_PART(7, basic),    NETLINK_U64(8),
};
static const struct netlink_list statistics = {&sys_flags_traffic_statistics_attributes,
					       statistics_known, NETLINK_COUNT(statistics_known)};

static const struct sys_field sizes_fields[] = {
	NETLINK_MEMBER("cell_log", K_UINT, 1, 0),  NETLINK_MEMBER("size_log", K_UINT, 1, 1),
	NETLINK_MEMBER("cell_align", K_INT, 2, 2), NETLINK_MEMBER("overhead", K_INT, 4, 4),
	NETLINK_MEMBER("linklayer", K_UINT, 4, 8), NETLINK_MEMBER("mpu", K_UINT, 4, 12),
	NETLINK_MEMBER("mtu", K_UINT, 4, 16),      NETLINK_MEMBER("tsize", K_UINT, 4, 20),
};
static const struct netlink_layout sizes = {sizes_fields, NETLINK_COUNT(sizes_fields), 24};

static const struct netlink_attribute table_known[] = {
	NETLINK_PART(1, sizes),
	{.type = 2, .form = NETLINK_ARRAY, .number = {.kind = K_UINT, .width = 2}},
};
static const struct netlink_list table = {&sys_flags_traffic_size_attributes, table_known,
					  NETLINK_COUNT(table_known)};

static const struct netlink_attribute traffic_known[] = {
	NETLINK_STRING(1),
	NETLINK_PART(3, old_statistics),
	NETLINK_PART(5, rate),
	NETLINK_U32(6),
	NETLINK_NEST(7, statistics),
	NETLINK_NEST(8, table),
	NETLINK_U32(11),
	NETLINK_U8(12),
	NETLINK_U32(13),
	NETLINK_U32(14),
	NETLINK_U32(15),
};
const struct netlink_list netlink_traffic = {&sys_flags_traffic_attributes, traffic_known,
					     NETLINK_COUNT(traffic_known)};

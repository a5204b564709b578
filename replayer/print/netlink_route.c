/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of NETLINK_ROUTE: links, addresses, routes, neighbours and rules, as rtnetlink(7)
 * lays them out. Attributes that are not in the tables are told as bytes.
 */
#include "netlink.h"

#include "sys/flags.h"

/* ---- links ---- */

static const struct sys_field link_head_fields[] = {
	{.name = "ifi_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "ifi_type",
	 .kind = K_ENUM,
	 .width = 2,
	 .off = 2,
	 .flags = &sys_flags_arp_hardware},
	{.name = "ifi_index", .kind = K_NONE, .width = 4, .off = 4},
	{.name = "ifi_flags",
	 .kind = K_FLAGS,
	 .width = 4,
	 .off = 8,
	 .flags = &sys_flags_interface_flags},
	{.name = "ifi_change", .kind = K_HEX, .width = 4, .off = 12},
};
static const struct netlink_layout link_head = {link_head_fields, NETLINK_COUNT(link_head_fields),
						16};

/* Older kernels have not the last ones. */
static const struct sys_field link_statistics_fields[] = {
	{.name = "rx_packets", .kind = K_UINT, .width = 4, .off = 0},
	{.name = "tx_packets", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "rx_bytes", .kind = K_UINT, .width = 4, .off = 8},
	{.name = "tx_bytes", .kind = K_UINT, .width = 4, .off = 12},
	{.name = "rx_errors", .kind = K_UINT, .width = 4, .off = 16},
	{.name = "tx_errors", .kind = K_UINT, .width = 4, .off = 20},
	{.name = "rx_dropped", .kind = K_UINT, .width = 4, .off = 24},
	{.name = "tx_dropped", .kind = K_UINT, .width = 4, .off = 28},
	{.name = "multicast", .kind = K_UINT, .width = 4, .off = 32},
	{.name = "collisions", .kind = K_UINT, .width = 4, .off = 36},
	{.name = "rx_length_errors", .kind = K_UINT, .width = 4, .off = 40},
	{.name = "rx_over_errors", .kind = K_UINT, .width = 4, .off = 44},
	{.name = "rx_crc_errors", .kind = K_UINT, .width = 4, .off = 48},
	{.name = "rx_frame_errors", .kind = K_UINT, .width = 4, .off = 52},
	{.name = "rx_fifo_errors", .kind = K_UINT, .width = 4, .off = 56},
	{.name = "rx_missed_errors", .kind = K_UINT, .width = 4, .off = 60},
	{.name = "tx_aborted_errors", .kind = K_UINT, .width = 4, .off = 64},
	{.name = "tx_carrier_errors", .kind = K_UINT, .width = 4, .off = 68},
	{.name = "tx_fifo_errors", .kind = K_UINT, .width = 4, .off = 72},
	{.name = "tx_heartbeat_errors", .kind = K_UINT, .width = 4, .off = 76},
	{.name = "tx_window_errors", .kind = K_UINT, .width = 4, .off = 80},
	{.name = "rx_compressed", .kind = K_UINT, .width = 4, .off = 84},
	{.name = "tx_compressed", .kind = K_UINT, .width = 4, .off = 88},
	{.name = "rx_nohandler", .kind = K_UINT, .width = 4, .off = 92},
};
static const struct netlink_layout link_statistics = {link_statistics_fields,
						      NETLINK_COUNT(link_statistics_fields), 92};

static const struct sys_field link_statistics64_fields[] = {
	{.name = "rx_packets", .kind = K_UINT, .width = 8, .off = 0},
	{.name = "tx_packets", .kind = K_UINT, .width = 8, .off = 8},
	{.name = "rx_bytes", .kind = K_UINT, .width = 8, .off = 16},
	{.name = "tx_bytes", .kind = K_UINT, .width = 8, .off = 24},
	{.name = "rx_errors", .kind = K_UINT, .width = 8, .off = 32},
	{.name = "tx_errors", .kind = K_UINT, .width = 8, .off = 40},
	{.name = "rx_dropped", .kind = K_UINT, .width = 8, .off = 48},
	{.name = "tx_dropped", .kind = K_UINT, .width = 8, .off = 56},
	{.name = "multicast", .kind = K_UINT, .width = 8, .off = 64},
	{.name = "collisions", .kind = K_UINT, .width = 8, .off = 72},
	{.name = "rx_length_errors", .kind = K_UINT, .width = 8, .off = 80},
	{.name = "rx_over_errors", .kind = K_UINT, .width = 8, .off = 88},
	{.name = "rx_crc_errors", .kind = K_UINT, .width = 8, .off = 96},
	{.name = "rx_frame_errors", .kind = K_UINT, .width = 8, .off = 104},
	{.name = "rx_fifo_errors", .kind = K_UINT, .width = 8, .off = 112},
	{.name = "rx_missed_errors", .kind = K_UINT, .width = 8, .off = 120},
	{.name = "tx_aborted_errors", .kind = K_UINT, .width = 8, .off = 128},
	{.name = "tx_carrier_errors", .kind = K_UINT, .width = 8, .off = 136},
	{.name = "tx_fifo_errors", .kind = K_UINT, .width = 8, .off = 144},
	{.name = "tx_heartbeat_errors", .kind = K_UINT, .width = 8, .off = 152},
	{.name = "tx_window_errors", .kind = K_UINT, .width = 8, .off = 160},
	{.name = "rx_compressed", .kind = K_UINT, .width = 8, .off = 168},
	{.name = "tx_compressed", .kind = K_UINT, .width = 8, .off = 176},
	{.name = "rx_nohandler", .kind = K_UINT, .width = 8, .off = 184},
	{.name = "rx_otherhost_dropped", .kind = K_UINT, .width = 8, .off = 192},
};
static const struct netlink_layout link_statistics64 = {
	link_statistics64_fields, NETLINK_COUNT(link_statistics64_fields), 184};

static const struct sys_field link_map_fields[] = {
	{.name = "mem_start", .kind = K_HEX, .width = 8, .off = 0},
	{.name = "mem_end", .kind = K_HEX, .width = 8, .off = 8},
	{.name = "base_addr", .kind = K_HEX, .width = 8, .off = 16},
	{.name = "irq", .kind = K_UINT, .width = 2, .off = 24},
	{.name = "dma", .kind = K_UINT, .width = 1, .off = 26},
	{.name = "port", .kind = K_UINT, .width = 1, .off = 27},
};
static const struct netlink_layout link_map = {link_map_fields, NETLINK_COUNT(link_map_fields), 28};

static const struct netlink_attribute link_info_known[] = {
	{.type = 1, .form = NETLINK_TEXT},
	{.type = 4, .form = NETLINK_TEXT},
};
static const struct netlink_list link_info = {&sys_flags_link_info_attributes, link_info_known,
					      NETLINK_COUNT(link_info_known)};

static const struct netlink_attribute link_xdp_known[] = {
	{.type = 1, .number = {.kind = K_INT, .width = 4, .off = 0}},
	{.type = 2,
	 .number =
		 {.kind = K_ENUM, .width = 1, .off = 0, .flags = &sys_flags_link_xdp_attachments}},
	{.type = 3,
	 .number = {.kind = K_FLAGS, .width = 4, .off = 0, .flags = &sys_flags_link_xdp_flags}},
	{.type = 4, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 5, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 6, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 7, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 8, .number = {.kind = K_INT, .width = 4, .off = 0}},
};
static const struct netlink_list link_xdp = {&sys_flags_link_xdp_attributes, link_xdp_known,
					     NETLINK_COUNT(link_xdp_known)};

static const struct netlink_attribute link_attributes_known[] = {
	{.type = 1, .form = NETLINK_HARDWARE},
	{.type = 2, .form = NETLINK_HARDWARE},
	{.type = 3, .form = NETLINK_TEXT},
	{.type = 4, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 5, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 6, .form = NETLINK_TEXT},
	{.type = 7, .form = NETLINK_STRUCT, .layout = &link_statistics},
	{.type = 10, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 13, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 14, .form = NETLINK_STRUCT, .layout = &link_map},
	{.type = 15, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 16, .number = {.kind = K_UINT, .width = 1, .off = 0}},
	{.type = 17, .number = {.kind = K_UINT, .width = 1, .off = 0}},
	{.type = 18, .form = NETLINK_LIST, .list = &link_info},
	{.type = 19, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 20, .form = NETLINK_TEXT},
	{.type = 21, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 23, .form = NETLINK_STRUCT, .layout = &link_statistics64},
	{.type = 27, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 28, .number = {.kind = K_INT, .width = 4, .off = 0}},
	{.type = 29,
	 .number = {.kind = K_FLAGS, .width = 4, .off = 0, .flags = &sys_flags_link_filters}},
	{.type = 30, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 31, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 32, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 33, .number = {.kind = K_UINT, .width = 1, .off = 0}},
	{.type = 35, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 37, .number = {.kind = K_INT, .width = 4, .off = 0}},
	{.type = 38, .form = NETLINK_TEXT},
	{.type = 39, .number = {.kind = K_UINT, .width = 1, .off = 0}},
	{.type = 40, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 41, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 43, .form = NETLINK_LIST, .list = &link_xdp},
	{.type = 45, .number = {.kind = K_INT, .width = 4, .off = 0}},
	{.type = 46, .number = {.kind = K_INT, .width = 4, .off = 0}},
	{.type = 47, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 48, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 49, .number = {.kind = K_NONE, .width = 4, .off = 0}},
	{.type = 50, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 51, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 53, .form = NETLINK_TEXT},
	{.type = 54, .form = NETLINK_HARDWARE},
	{.type = 56, .form = NETLINK_TEXT},
	{.type = 57, .form = NETLINK_TEXT},
	{.type = 58, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 59, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 60, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 61, .number = {.kind = K_UINT, .width = 4, .off = 0}},
};
static const struct netlink_list link_attributes = {
	&sys_flags_link_attributes, link_attributes_known, NETLINK_COUNT(link_attributes_known)};

/* ---- addresses ---- */

static const struct sys_field address_head_fields[] = {
	{.name = "ifa_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "ifa_prefixlen", .kind = K_UINT, .width = 1, .off = 1},
	{.name = "ifa_flags",
	 .kind = K_FLAGS,
	 .width = 1,
	 .off = 2,
	 .flags = &sys_flags_address_flags},
	{.name = "ifa_scope",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 3,
	 .flags = &sys_flags_route_scopes},
	{.name = "ifa_index", .kind = K_NONE, .width = 4, .off = 4},
};
static const struct netlink_layout address_head = {address_head_fields,
						   NETLINK_COUNT(address_head_fields), 8};

static const struct sys_field address_times_fields[] = {
	{.name = "ifa_prefered", .kind = K_UINT, .width = 4, .off = 0},
	{.name = "ifa_valid", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "cstamp", .kind = K_UINT, .width = 4, .off = 8},
	{.name = "tstamp", .kind = K_UINT, .width = 4, .off = 12},
};
static const struct netlink_layout address_times = {address_times_fields,
						    NETLINK_COUNT(address_times_fields), 16};

static const struct netlink_attribute address_attributes_known[] = {
	{.type = 1, .form = NETLINK_ADDRESS},
	{.type = 2, .form = NETLINK_ADDRESS},
	{.type = 3, .form = NETLINK_TEXT},
	{.type = 4, .form = NETLINK_ADDRESS},
	{.type = 5, .form = NETLINK_ADDRESS},
	{.type = 6, .form = NETLINK_STRUCT, .layout = &address_times},
	{.type = 7, .form = NETLINK_ADDRESS},
	{.type = 8,
	 .number = {.kind = K_FLAGS, .width = 4, .off = 0, .flags = &sys_flags_address_flags}},
	{.type = 9, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 10, .number = {.kind = K_INT, .width = 4, .off = 0}},
};
static const struct netlink_list address_attributes = {&sys_flags_address_attributes,
						       address_attributes_known,
						       NETLINK_COUNT(address_attributes_known)};

/* ---- routes ---- */

static const struct sys_field route_head_fields[] = {
	{.name = "rtm_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "rtm_dst_len", .kind = K_UINT, .width = 1, .off = 1},
	{.name = "rtm_src_len", .kind = K_UINT, .width = 1, .off = 2},
	{.name = "rtm_tos", .kind = K_HEX, .width = 1, .off = 3},
	{.name = "rtm_table",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 4,
	 .flags = &sys_flags_route_tables},
	{.name = "rtm_protocol",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 5,
	 .flags = &sys_flags_route_protocols},
	{.name = "rtm_scope",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 6,
	 .flags = &sys_flags_route_scopes},
	{.name = "rtm_type", .kind = K_ENUM, .width = 1, .off = 7, .flags = &sys_flags_route_kinds},
	{.name = "rtm_flags",
	 .kind = K_FLAGS,
	 .width = 4,
	 .off = 8,
	 .flags = &sys_flags_route_flags},
};
static const struct netlink_layout route_head = {route_head_fields,
						 NETLINK_COUNT(route_head_fields), 12};

static const struct sys_field route_times_fields[] = {
	{.name = "rta_clntref", .kind = K_UINT, .width = 4, .off = 0},
	{.name = "rta_lastuse", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "rta_expires", .kind = K_INT, .width = 4, .off = 8},
	{.name = "rta_error", .kind = K_UINT, .width = 4, .off = 12},
	{.name = "rta_used", .kind = K_UINT, .width = 4, .off = 16},
	{.name = "rta_id", .kind = K_HEX, .width = 4, .off = 20},
	{.name = "rta_ts", .kind = K_UINT, .width = 4, .off = 24},
	{.name = "rta_tsage", .kind = K_UINT, .width = 4, .off = 28},
};
static const struct netlink_layout route_times = {route_times_fields,
						  NETLINK_COUNT(route_times_fields), 32};

static const struct netlink_attribute route_attributes_known[] = {
	{.type = 1, .form = NETLINK_ADDRESS},
	{.type = 2, .form = NETLINK_ADDRESS},
	{.type = 3, .number = {.kind = K_NONE, .width = 4, .off = 0}},
	{.type = 4, .number = {.kind = K_NONE, .width = 4, .off = 0}},
	{.type = 5, .form = NETLINK_ADDRESS},
	{.type = 6, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 7, .form = NETLINK_ADDRESS},
	{.type = 11, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 12, .form = NETLINK_STRUCT, .layout = &route_times},
	{.type = 15,
	 .number = {.kind = K_ENUM, .width = 4, .off = 0, .flags = &sys_flags_route_tables}},
	{.type = 16, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 19, .form = NETLINK_ADDRESS},
	{.type = 20, .number = {.kind = K_UINT, .width = 1, .off = 0}},
	{.type = 25, .number = {.kind = K_UINT, .width = 4, .off = 0}},
};
static const struct netlink_list route_attributes = {
	&sys_flags_route_attributes, route_attributes_known, NETLINK_COUNT(route_attributes_known)};

/* ---- neighbours ---- */

static const struct sys_field neighbour_head_fields[] = {
	{.name = "ndm_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "ndm_ifindex", .kind = K_NONE, .width = 4, .off = 4},
	{.name = "ndm_state",
	 .kind = K_FLAGS,
	 .width = 2,
	 .off = 8,
	 .flags = &sys_flags_neighbour_states},
	{.name = "ndm_flags",
	 .kind = K_FLAGS,
	 .width = 1,
	 .off = 10,
	 .flags = &sys_flags_neighbour_flags},
	{.name = "ndm_type",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 11,
	 .flags = &sys_flags_route_kinds},
};
static const struct netlink_layout neighbour_head = {neighbour_head_fields,
						     NETLINK_COUNT(neighbour_head_fields), 12};

static const struct sys_field neighbour_times_fields[] = {
	{.name = "ndm_confirmed", .kind = K_UINT, .width = 4, .off = 0},
	{.name = "ndm_used", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "ndm_updated", .kind = K_UINT, .width = 4, .off = 8},
	{.name = "ndm_refcnt", .kind = K_UINT, .width = 4, .off = 12},
};
static const struct netlink_layout neighbour_times = {neighbour_times_fields,
						      NETLINK_COUNT(neighbour_times_fields), 16};

static const struct netlink_attribute neighbour_attributes_known[] = {
	{.type = 1, .form = NETLINK_ADDRESS},
	{.type = 2, .form = NETLINK_HARDWARE},
	{.type = 3, .form = NETLINK_STRUCT, .layout = &neighbour_times},
	{.type = 4, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 5, .number = {.kind = K_UINT, .width = 2, .off = 0}},
	{.type = 6, .number = {.kind = K_PORT, .width = 2, .off = 0}},
	{.type = 7, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 8, .number = {.kind = K_NONE, .width = 4, .off = 0}},
	{.type = 9, .number = {.kind = K_NONE, .width = 4, .off = 0}},
	{.type = 10, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 11, .number = {.kind = K_UINT, .width = 4, .off = 0}},
};
static const struct netlink_list neighbour_attributes = {&sys_flags_neighbour_attributes,
							 neighbour_attributes_known,
							 NETLINK_COUNT(neighbour_attributes_known)};

/* ---- rules ---- */

static const struct sys_field rule_head_fields[] = {
	{.name = "family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "dst_len", .kind = K_UINT, .width = 1, .off = 1},
	{.name = "src_len", .kind = K_UINT, .width = 1, .off = 2},
	{.name = "tos", .kind = K_HEX, .width = 1, .off = 3},
	{.name = "table", .kind = K_ENUM, .width = 1, .off = 4, .flags = &sys_flags_route_tables},
	{.name = "action", .kind = K_ENUM, .width = 1, .off = 7, .flags = &sys_flags_rule_actions},
	{.name = "flags", .kind = K_HEX, .width = 4, .off = 8},
};
static const struct netlink_layout rule_head = {rule_head_fields, NETLINK_COUNT(rule_head_fields),
						12};

static const struct netlink_attribute rule_attributes_known[] = {
	{.type = 1, .form = NETLINK_ADDRESS},
	{.type = 2, .form = NETLINK_ADDRESS},
	{.type = 3, .form = NETLINK_TEXT},
	{.type = 4, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 6, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 10, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 11, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 13, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 14, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 15,
	 .number = {.kind = K_ENUM, .width = 4, .off = 0, .flags = &sys_flags_route_tables}},
	{.type = 16, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 17, .form = NETLINK_TEXT},
	{.type = 19, .number = {.kind = K_UINT, .width = 1, .off = 0}},
	{.type = 21,
	 .number = {.kind = K_ENUM, .width = 1, .off = 0, .flags = &sys_flags_route_protocols}},
	{.type = 22,
	 .number = {.kind = K_ENUM, .width = 1, .off = 0, .flags = &sys_flags_ip_protocols}},
};
static const struct netlink_list rule_attributes = {
	&sys_flags_rule_attributes, rule_attributes_known, NETLINK_COUNT(rule_attributes_known)};

/* ---- any ---- */

enum { NEW_LINK = 16, INDEX_AT = 4 };

/* By four types each: new, delete, get, set. */
static const struct netlink_payload payloads[] = {
	{16, &link_head, &link_attributes},   {20, &address_head, &address_attributes},
	{24, &route_head, &route_attributes}, {28, &neighbour_head, &neighbour_attributes},
	{32, &rule_head, &rule_attributes},
};

void netlink_route(const struct scope *s, unsigned type, const uint8_t *at, size_t size)
{
	const struct netlink_payload *p = NULL;

	for (size_t i = 0; i < NETLINK_COUNT(payloads); i++) {
		if (payloads[i].type == (type & ~3U))
			p = &payloads[i];
	}
	if (!p) {
		netlink_family(s, at, size);
		return;
	}
	if (size < p->head->size) {
		netlink_cut(s, p->head, at, size);
		return;
	}
	if (type == NEW_LINK)
		netlink_remember(s, (uint32_t)load(at, size, INDEX_AT, 4), at + p->head->size,
				 size - p->head->size);
	netlink_struct(s, p->head, at, p->head->size);
	if (size == p->head->size)
		return;
	buf_str(s->out, ", ");
	netlink_attributes(s, p->list, at + p->head->size, size - p->head->size, at[0]);
}

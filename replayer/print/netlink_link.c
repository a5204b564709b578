/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links: what RTM_NEWLINK and its like tell of an interface. <linux/if_link.h> has the
 * attributes. What is particular to a kind of device is described for bridges and tun alone.
 */
#include "netlink.h"

#include "sys/flags.h"

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
const struct netlink_layout netlink_link_head = {link_head_fields, NETLINK_COUNT(link_head_fields),
						 16};

/* Older kernels have not the last ones. */
static const struct sys_field link_statistics_fields[] = {
	NETLINK_MEMBER("rx_packets", K_UINT, 4, 0),
	NETLINK_MEMBER("tx_packets", K_UINT, 4, 4),
	NETLINK_MEMBER("rx_bytes", K_UINT, 4, 8),
	NETLINK_MEMBER("tx_bytes", K_UINT, 4, 12),
	NETLINK_MEMBER("rx_errors", K_UINT, 4, 16),
	NETLINK_MEMBER("tx_errors", K_UINT, 4, 20),
	NETLINK_MEMBER("rx_dropped", K_UINT, 4, 24),
	NETLINK_MEMBER("tx_dropped", K_UINT, 4, 28),
	NETLINK_MEMBER("multicast", K_UINT, 4, 32),
	NETLINK_MEMBER("collisions", K_UINT, 4, 36),
	NETLINK_MEMBER("rx_length_errors", K_UINT, 4, 40),
	NETLINK_MEMBER("rx_over_errors", K_UINT, 4, 44),
	NETLINK_MEMBER("rx_crc_errors", K_UINT, 4, 48),
	NETLINK_MEMBER("rx_frame_errors", K_UINT, 4, 52),
	NETLINK_MEMBER("rx_fifo_errors", K_UINT, 4, 56),
	NETLINK_MEMBER("rx_missed_errors", K_UINT, 4, 60),
	NETLINK_MEMBER("tx_aborted_errors", K_UINT, 4, 64),
	NETLINK_MEMBER("tx_carrier_errors", K_UINT, 4, 68),
	NETLINK_MEMBER("tx_fifo_errors", K_UINT, 4, 72),
	NETLINK_MEMBER("tx_heartbeat_errors", K_UINT, 4, 76),
	NETLINK_MEMBER("tx_window_errors", K_UINT, 4, 80),
	NETLINK_MEMBER("rx_compressed", K_UINT, 4, 84),
	NETLINK_MEMBER("tx_compressed", K_UINT, 4, 88),
	NETLINK_MEMBER("rx_nohandler", K_UINT, 4, 92),
};
static const struct netlink_layout link_statistics = {link_statistics_fields,
						      NETLINK_COUNT(link_statistics_fields), 92};

static const struct sys_field link_statistics64_fields[] = {
	NETLINK_MEMBER("rx_packets", K_UINT, 8, 0),
	NETLINK_MEMBER("tx_packets", K_UINT, 8, 8),
	NETLINK_MEMBER("rx_bytes", K_UINT, 8, 16),
	NETLINK_MEMBER("tx_bytes", K_UINT, 8, 24),
	NETLINK_MEMBER("rx_errors", K_UINT, 8, 32),
	NETLINK_MEMBER("tx_errors", K_UINT, 8, 40),
	NETLINK_MEMBER("rx_dropped", K_UINT, 8, 48),
	NETLINK_MEMBER("tx_dropped", K_UINT, 8, 56),
	NETLINK_MEMBER("multicast", K_UINT, 8, 64),
	NETLINK_MEMBER("collisions", K_UINT, 8, 72),
	NETLINK_MEMBER("rx_length_errors", K_UINT, 8, 80),
	NETLINK_MEMBER("rx_over_errors", K_UINT, 8, 88),
	NETLINK_MEMBER("rx_crc_errors", K_UINT, 8, 96),
	NETLINK_MEMBER("rx_frame_errors", K_UINT, 8, 104),
	NETLINK_MEMBER("rx_fifo_errors", K_UINT, 8, 112),
	NETLINK_MEMBER("rx_missed_errors", K_UINT, 8, 120),
	NETLINK_MEMBER("tx_aborted_errors", K_UINT, 8, 128),
	NETLINK_MEMBER("tx_carrier_errors", K_UINT, 8, 136),
	NETLINK_MEMBER("tx_fifo_errors", K_UINT, 8, 144),
	NETLINK_MEMBER("tx_heartbeat_errors", K_UINT, 8, 152),
	NETLINK_MEMBER("tx_window_errors", K_UINT, 8, 160),
	NETLINK_MEMBER("rx_compressed", K_UINT, 8, 168),
	NETLINK_MEMBER("tx_compressed", K_UINT, 8, 176),
	NETLINK_MEMBER("rx_nohandler", K_UINT, 8, 184),
	NETLINK_MEMBER("rx_otherhost_dropped", K_UINT, 8, 192),
};
static const struct netlink_layout link_statistics64 = {
	link_statistics64_fields, NETLINK_COUNT(link_statistics64_fields), 184};

static const struct sys_field link_map_fields[] = {
	NETLINK_MEMBER("mem_start", K_HEX, 8, 0),  NETLINK_MEMBER("mem_end", K_HEX, 8, 8),
	NETLINK_MEMBER("base_addr", K_HEX, 8, 16), NETLINK_MEMBER("irq", K_UINT, 2, 24),
	NETLINK_MEMBER("dma", K_UINT, 1, 26),      NETLINK_MEMBER("port", K_UINT, 1, 27),
};
static const struct netlink_layout link_map = {link_map_fields, NETLINK_COUNT(link_map_fields), 28};

/* ---- the protocols of a link ---- */

/* Settings may be -1. */
static const struct netlink_attribute inet_known[] = {
	{.type = 1,
	 .form = NETLINK_ARRAY,
	 .number = {.kind = K_INT, .width = 4, .flags = &sys_flags_inet_settings}},
};
static const struct netlink_list inet = {&sys_flags_link_inet_attributes, inet_known,
					 NETLINK_COUNT(inet_known)};

static const struct sys_field inet6_times_fields[] = {
	NETLINK_MEMBER("max_reasm_len", K_UINT, 4, 0),
	NETLINK_MEMBER("tstamp", K_UINT, 4, 4),
	NETLINK_MEMBER("reachable_time", K_UINT, 4, 8),
	NETLINK_MEMBER("retrans_time", K_UINT, 4, 12),
};
static const struct netlink_layout inet6_times = {inet6_times_fields,
						  NETLINK_COUNT(inet6_times_fields), 16};

static const struct netlink_attribute inet6_known[] = {
	NETLINK_IS(1, K_FLAGS, 4, .flags = &sys_flags_inet6_link_flags),
	{.type = 2,
	 .form = NETLINK_ARRAY,
	 .number = {.kind = K_INT, .width = 4, .flags = &sys_flags_inet6_settings}},
	{.type = 3,
	 .form = NETLINK_ARRAY,
	 .number = {.kind = K_UINT, .width = 8, .flags = &sys_flags_inet6_statistics}},
	NETLINK_PART(5, inet6_times),
	{.type = 6,
	 .form = NETLINK_ARRAY,
	 .number = {.kind = K_UINT, .width = 8, .flags = &sys_flags_icmp6_statistics}},
	{.type = 7, .form = NETLINK_INTERNET},
	NETLINK_IS(8, K_ENUM, 1, .flags = &sys_flags_inet6_identifiers),
	NETLINK_U32(9),
};
static const struct netlink_list inet6 = {&sys_flags_link_inet6_attributes, inet6_known,
					  NETLINK_COUNT(inet6_known)};

/* Named by the family. */
static const struct netlink_attribute protocols_known[] = {
	NETLINK_NEST(2, inet),
	NETLINK_NEST(10, inet6),
};
static const struct netlink_list protocols = {&sys_flags_address_families, protocols_known,
					      NETLINK_COUNT(protocols_known)};

/* ---- virtual functions of a network card ---- */

static const struct sys_field vf_mac_fields[] = {
	NETLINK_MEMBER("vf", K_UINT, 4, 0),
	NETLINK_MEMBER("mac", K_BYTES, 0, 4, .size = 32),
};
static const struct netlink_layout vf_mac = {vf_mac_fields, NETLINK_COUNT(vf_mac_fields), 36};

static const struct sys_field vf_vlan_fields[] = {
	NETLINK_MEMBER("vf", K_UINT, 4, 0),
	NETLINK_MEMBER("vlan", K_UINT, 4, 4),
	NETLINK_MEMBER("qos", K_UINT, 4, 8),
};
static const struct netlink_layout vf_vlan = {vf_vlan_fields, NETLINK_COUNT(vf_vlan_fields), 12};

static const struct sys_field vf_tx_rate_fields[] = {
	NETLINK_MEMBER("vf", K_UINT, 4, 0),
	NETLINK_MEMBER("rate", K_UINT, 4, 4),
};
static const struct netlink_layout vf_tx_rate = {vf_tx_rate_fields,
						 NETLINK_COUNT(vf_tx_rate_fields), 8};

static const struct sys_field vf_setting_fields[] = {
	NETLINK_MEMBER("vf", K_UINT, 4, 0),
	NETLINK_MEMBER("setting", K_UINT, 4, 4),
};
static const struct netlink_layout vf_setting = {vf_setting_fields,
						 NETLINK_COUNT(vf_setting_fields), 8};

static const struct sys_field vf_state_fields[] = {
	NETLINK_MEMBER("vf", K_UINT, 4, 0),
	NETLINK_MEMBER("link_state", K_ENUM, 4, 4, .flags = &sys_flags_link_vf_states),
};
static const struct netlink_layout vf_state = {vf_state_fields, NETLINK_COUNT(vf_state_fields), 8};

static const struct sys_field vf_rate_fields[] = {
	NETLINK_MEMBER("vf", K_UINT, 4, 0),
	NETLINK_MEMBER("min_tx_rate", K_UINT, 4, 4),
	NETLINK_MEMBER("max_tx_rate", K_UINT, 4, 8),
};
static const struct netlink_layout vf_rate = {vf_rate_fields, NETLINK_COUNT(vf_rate_fields), 12};

static const struct sys_field vf_broadcast_fields[] = {
	NETLINK_MEMBER("broadcast", K_BYTES, 0, 0, .size = 32),
};
static const struct netlink_layout vf_broadcast = {vf_broadcast_fields,
						   NETLINK_COUNT(vf_broadcast_fields), 32};

static const struct netlink_attribute vf_known[] = {
	NETLINK_PART(1, vf_mac),     NETLINK_PART(2, vf_vlan),    NETLINK_PART(3, vf_tx_rate),
	NETLINK_PART(4, vf_setting), NETLINK_PART(5, vf_state),   NETLINK_PART(6, vf_rate),
	NETLINK_PART(7, vf_setting), NETLINK_PART(9, vf_setting), NETLINK_PART(13, vf_broadcast),
};
static const struct netlink_list vf = {&sys_flags_link_vf_attributes, vf_known,
				       NETLINK_COUNT(vf_known)};

static const struct netlink_attribute vf_list_known[] = {NETLINK_NEST(1, vf)};
static const struct netlink_list vf_list = {&sys_flags_link_vf_list_attributes, vf_list_known,
					    NETLINK_COUNT(vf_list_known)};

static const struct netlink_attribute port_known[] = {
	NETLINK_U32(1),
	NETLINK_STRING(2),
	NETLINK_U8(6),
	NETLINK_U16(7),
};
static const struct netlink_list port = {&sys_flags_link_port_attributes, port_known,
					 NETLINK_COUNT(port_known)};

static const struct netlink_attribute ports_known[] = {NETLINK_NEST(1, port)};
static const struct netlink_list ports = {&sys_flags_link_vf_ports_attributes, ports_known,
					  NETLINK_COUNT(ports_known)};

/* ---- the kind of a link ---- */

static const struct netlink_attribute tun_known[] = {
	NETLINK_U32(1), NETLINK_U32(2), NETLINK_IS(3, K_ENUM, 1, .flags = &sys_flags_tun_types),
	NETLINK_U8(4),  NETLINK_U8(5),  NETLINK_U8(6),
	NETLINK_U8(7),  NETLINK_U32(8), NETLINK_U32(9),
};
static const struct netlink_list tun = {&sys_flags_tun_attributes, tun_known,
					NETLINK_COUNT(tun_known)};

static const struct netlink_choice kinds[] = {
	{"bridge", &netlink_bridge}, {"tun", &tun}, {NULL, NULL}};
static const struct netlink_choice masters[] = {{"bridge", &netlink_bridge_port}, {NULL, NULL}};
static const struct netlink_attribute info_known[] = {
	NETLINK_STRING(1),
	{.type = 2, .form = NETLINK_CHOSEN, .by = 1, .choices = kinds},
	NETLINK_STRING(4),
	{.type = 5, .form = NETLINK_CHOSEN, .by = 4, .choices = masters},
};
static const struct netlink_list info = {&sys_flags_link_info_attributes, info_known,
					 NETLINK_COUNT(info_known)};

static const struct netlink_attribute xdp_known[] = {
	NETLINK_IS(1, K_INT, 4),
	NETLINK_IS(2, K_ENUM, 1, .flags = &sys_flags_link_xdp_attachments),
	NETLINK_IS(3, K_FLAGS, 4, .flags = &sys_flags_link_xdp_flags),
	NETLINK_U32(4),
	NETLINK_U32(5),
	NETLINK_U32(6),
	NETLINK_U32(7),
	NETLINK_IS(8, K_INT, 4),
};
static const struct netlink_list xdp = {&sys_flags_link_xdp_attributes, xdp_known,
					NETLINK_COUNT(xdp_known)};

static const struct netlink_attribute reason_known[] = {NETLINK_IS(1, K_HEX, 4),
							NETLINK_IS(2, K_HEX, 4)};
static const struct netlink_list reason = {&sys_flags_link_reason_attributes, reason_known,
					   NETLINK_COUNT(reason_known)};

/* Other names of the link. */
static const struct netlink_attribute properties_known[] = {NETLINK_STRING(53)};
static const struct netlink_list properties = {&sys_flags_link_attributes, properties_known,
					       NETLINK_COUNT(properties_known)};

/* ---- all attributes ---- */

enum { BRIDGE = 7 };

static const struct netlink_attribute links_known[] = {
	NETLINK_MAC(1),
	NETLINK_MAC(2),
	NETLINK_STRING(3),
	NETLINK_U32(4),
	NETLINK_U32(5),
	NETLINK_STRING(6),
	NETLINK_PART(7, link_statistics),
	NETLINK_U32(10),
	{.type = 12, .form = NETLINK_LIST, .family = BRIDGE, .list = &netlink_bridge_port},
	NETLINK_U32(13),
	NETLINK_PART(14, link_map),
	NETLINK_U32(15),
	NETLINK_U8(16),
	NETLINK_U8(17),
	NETLINK_NEST(18, info),
	NETLINK_U32(19),
	NETLINK_STRING(20),
	NETLINK_U32(21),
	NETLINK_NEST(22, vf_list),
	NETLINK_PART(23, link_statistics64),
	NETLINK_NEST(24, ports),
	NETLINK_NEST(25, port),
	NETLINK_NEST(26, protocols),
	NETLINK_U32(27),
	NETLINK_IS(28, K_INT, 4),
	NETLINK_IS(29, K_FLAGS, 4, .flags = &sys_flags_link_filters),
	NETLINK_U32(30),
	NETLINK_U32(31),
	NETLINK_U32(32),
	NETLINK_U8(33),
	NETLINK_U32(35),
	NETLINK_IS(37, K_INT, 4),
	NETLINK_STRING(38),
	NETLINK_U8(39),
	NETLINK_U32(40),
	NETLINK_U32(41),
	NETLINK_NEST(43, xdp),
	NETLINK_IS(44, K_ENUM, 4, .flags = &sys_flags_link_events),
	NETLINK_IS(45, K_INT, 4),
	NETLINK_IS(46, K_INT, 4),
	NETLINK_U32(47),
	NETLINK_U32(48),
	NETLINK_INDEX(49),
	NETLINK_U32(50),
	NETLINK_U32(51),
	NETLINK_NEST(52, properties),
	NETLINK_STRING(53),
	NETLINK_MAC(54),
	NETLINK_NEST(55, reason),
	NETLINK_STRING(56),
	NETLINK_STRING(57),
	NETLINK_U32(58),
	NETLINK_U32(59),
	NETLINK_U32(60),
	NETLINK_U32(61),
};
const struct netlink_list netlink_links = {&sys_flags_link_attributes, links_known,
					   NETLINK_COUNT(links_known)};

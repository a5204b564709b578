/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of NETLINK_ROUTE, as rtnetlink(7) lays them out: addresses, routes, neighbours and
 * rules; the others' are in files of their own. Attributes that are not in the tables are told
 * as bytes.
 */
#include "netlink.h"

#include "sys/flags.h"

#include <inttypes.h>

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

static const struct sys_field forwarded_fields[] = {
	NETLINK_MEMBER("mfcs_packets", K_UINT, 8, 0),
	NETLINK_MEMBER("mfcs_bytes", K_UINT, 8, 8),
	NETLINK_MEMBER("mfcs_wrong_if", K_UINT, 8, 16),
};
static const struct netlink_layout forwarded = {forwarded_fields, NETLINK_COUNT(forwarded_fields),
						24};

static const struct netlink_attribute metrics_known[] = {
	NETLINK_U32(1),  NETLINK_U32(2),  NETLINK_U32(3),  NETLINK_U32(4),
	NETLINK_U32(5),  NETLINK_U32(6),  NETLINK_U32(7),  NETLINK_U32(8),
	NETLINK_U32(9),  NETLINK_U32(10), NETLINK_U32(11), NETLINK_U32(12),
	NETLINK_U32(13), NETLINK_U32(14), NETLINK_U32(15), NETLINK_STRING(16),
};
static const struct netlink_list metrics = {&sys_flags_route_metrics, metrics_known,
					    NETLINK_COUNT(metrics_known)};

/* An address of another family than the route's. */
static void say_via(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	enum { VIA_AT = 2, INTERNET = 10, INTERNET_SIZE = 16 };
	static const struct sys_field via = {
		.kind = K_ENUM, .width = 2, .flags = &sys_flags_address_families};

	family = (unsigned)load(at, size, 0, 2);
	buf_str(s->out, "{rtvia_family=");
	netlink_field(s, &via, at, size);
	if (size > VIA_AT)
		buf_str(s->out, ", ");
	if (family == INTERNET && size - VIA_AT >= INTERNET_SIZE) {
		say_ipv6_member(s, at + VIA_AT, INTERNET_SIZE, "rtvia_addr");
	} else if (size > VIA_AT) {
		buf_str(s->out, "rtvia_addr=");
		netlink_address(s, at + VIA_AT, size - VIA_AT, family);
	}
	buf_char(s->out, '}');
}

static const struct sys_field hop_fields[] = {
	NETLINK_MEMBER("rtnh_len", K_UINT, 2, 0),
	NETLINK_MEMBER("rtnh_flags", K_FLAGS, 1, 2, .flags = &sys_flags_nexthop_flags),
	NETLINK_MEMBER("rtnh_hops", K_UINT, 1, 3),
	NETLINK_MEMBER("rtnh_ifindex", K_NONE, 4, 4),
};
static const struct netlink_layout hop = {hop_fields, NETLINK_COUNT(hop_fields), 8};

static const struct netlink_list route_attributes;

static void say_hop(const struct scope *s, const void *what, const uint8_t *at, size_t size,
		    unsigned family)
{
	(void)what;
	buf_str(s->out, size > hop.size ? "[" : "");
	netlink_struct(s, &hop, at, hop.size);
	if (size <= hop.size)
		return;
	buf_str(s->out, ", ");
	netlink_attributes(s, &route_attributes, at + hop.size, size - hop.size, family);
	buf_char(s->out, ']');
}

/* More than one way, each with its attributes. */
static void say_hops(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	if (s->depth < PRINT_DEPTH_MAX)
		netlink_row(s, at, size, 2, hop.size, say_hop, NULL, family);
	else
		say_hexadecimal(s, at, size, size);
}

static const struct netlink_attribute route_attributes_known[] = {
	NETLINK_PEER(1),
	NETLINK_PEER(2),
	NETLINK_INDEX(3),
	NETLINK_INDEX(4),
	NETLINK_PEER(5),
	NETLINK_U32(6),
	NETLINK_PEER(7),
	NETLINK_NEST(8, metrics),
	NETLINK_SAID(9, 8, say_hops),
	NETLINK_U32(10),
	NETLINK_U32(11),
	NETLINK_PART(12, route_times),
	NETLINK_U32(14),
	NETLINK_IS(15, K_ENUM, 4, .flags = &sys_flags_route_table_numbers),
	NETLINK_U32(16),
	NETLINK_PART(17, forwarded),
	NETLINK_SAID(18, 2, say_via),
	NETLINK_PEER(19),
	NETLINK_U8(20),
	NETLINK_IS(21, K_ENUM, 2, .flags = &sys_flags_lightweight_tunnels),
	NETLINK_U64(23),
	NETLINK_U32(25),
	NETLINK_U8(26),
	NETLINK_U8(27),
	NETLINK_U16(28),
	NETLINK_U16(29),
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

static void say_port(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	(void)size;
	(void)family;
	buf_printf(s->out, "htons(%u)", (unsigned)at[0] << 8 | at[1]);
}

static const struct netlink_attribute forwarding_known[] = {
	NETLINK_IS(1, K_FLAGS, 1, .flags = &sys_flags_fdb_notifications),
};
static const struct netlink_list forwarding = {&sys_flags_fdb_attributes, forwarding_known,
					       NETLINK_COUNT(forwarding_known)};

static const struct netlink_attribute neighbour_attributes_known[] = {
	NETLINK_PEER(1),
	NETLINK_MAC(2),
	NETLINK_PART(3, neighbour_times),
	NETLINK_U32(4),
	NETLINK_U16(5),
	NETLINK_SAID(6, 2, say_port),
	NETLINK_U32(7),
	NETLINK_INDEX(8),
	NETLINK_INDEX(9),
	NETLINK_U32(10),
	NETLINK_U32(11),
	NETLINK_IS(12, K_ENUM, 1, .flags = &sys_flags_route_protocols),
	NETLINK_U32(13),
	NETLINK_NEST(14, forwarding),
	NETLINK_IS(15, K_FLAGS, 4, .flags = &sys_flags_neighbour_flags_more),
	NETLINK_IS(16, K_FLAGS, 2, .flags = &sys_flags_neighbour_states),
	NETLINK_IS(17, K_FLAGS, 1, .flags = &sys_flags_neighbour_flags),
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

static void say_tunnel(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	uint64_t value = 0;

	(void)size;
	(void)family;
	for (size_t i = 0; i < sizeof(value); i++)
		value = value << 8 | at[i];
	buf_printf(s->out, "htobe64(%" PRIu64 ")", value);
}

static const struct sys_field users_fields[] = {
	NETLINK_MEMBER("start", K_UINT, 4, 0),
	NETLINK_MEMBER("end", K_UINT, 4, 4),
};
static const struct netlink_layout users = {users_fields, NETLINK_COUNT(users_fields), 8};
static const struct sys_field port_range_fields[] = {
	NETLINK_MEMBER("start", K_UINT, 2, 0),
	NETLINK_MEMBER("end", K_UINT, 2, 2),
};
static const struct netlink_layout port_range = {port_range_fields,
						 NETLINK_COUNT(port_range_fields), 4};

static const struct netlink_attribute rule_attributes_known[] = {
	NETLINK_PEER(1),
	NETLINK_PEER(2),
	NETLINK_STRING(3),
	NETLINK_U32(4),
	NETLINK_U32(6),
	NETLINK_U32(10),
	NETLINK_U32(11),
	NETLINK_SAID(12, 8, say_tunnel),
	NETLINK_U32(13),
	NETLINK_U32(14),
	NETLINK_IS(15, K_ENUM, 4, .flags = &sys_flags_route_table_numbers),
	NETLINK_U32(16),
	NETLINK_STRING(17),
	NETLINK_U8(19),
	NETLINK_PART(20, users),
	NETLINK_IS(21, K_ENUM, 1, .flags = &sys_flags_route_protocols),
	NETLINK_IS(22, K_ENUM, 1, .flags = &sys_flags_ip_protocols),
	NETLINK_PART(23, port_range),
	NETLINK_PART(24, port_range),
};
static const struct netlink_list rule_attributes = {
	&sys_flags_rule_attributes, rule_attributes_known, NETLINK_COUNT(rule_attributes_known)};

/* ---- any ---- */

enum { NEW_LINK = 16, INDEX_AT = 4 };

/* By four types each: new, delete, get, set. */
static const struct netlink_payload payloads[] = {
	{16, &netlink_link_head, &netlink_links},
	{20, &address_head, &address_attributes},
	{24, &route_head, &route_attributes},
	{28, &neighbour_head, &neighbour_attributes},
	{32, &rule_head, &rule_attributes},
	{36, &netlink_traffic_head, &netlink_traffic},
	{40, &netlink_traffic_head, &netlink_traffic},
	{44, &netlink_traffic_head, &netlink_traffic},
	{64, &netlink_neighbours_head, &netlink_neighbours},
	{72, &netlink_label_head, &netlink_labels},
	{80, &netlink_settings_head, &netlink_settings},
	{84, &netlink_multicast_head, &netlink_multicast},
	{88, &netlink_namespace_head, &netlink_namespaces},
	{100, &netlink_traffic_head, &netlink_traffic},
	{104, &netlink_nexthop_head, &netlink_nexthops},
};

void netlink_route(const struct scope *s, unsigned type, const uint8_t *at, size_t size)
{
	const struct netlink_payload *p = NULL;
	size_t head;

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
	head = (p->head->size + 3) / 4 * 4;
	if (type == NEW_LINK)
		netlink_remember(s, (uint32_t)load(at, size, INDEX_AT, 4), at + head, size - head);
	netlink_struct(s, p->head, at, p->head->size);
	if (size <= head)
		return;
	buf_str(s->out, ", ");
	netlink_attributes(s, p->list, at + head, size - head, at[0]);
}

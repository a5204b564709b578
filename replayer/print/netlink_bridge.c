/* SPDX-License-Identifier: Apache-2.0 */
/* Bridges, their ports, and the multicast groups that they know: <linux/if_bridge.h>. */
#include "netlink.h"

#include "sys/flags.h"

/* ---- ports ---- */

static void say_identifier(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	enum { PRIORITY_SIZE = 2, IDENTIFIER_SIZE = 8 };

	(void)size;
	(void)family;
	buf_printf(s->out, "{prio=[%u, %u], addr=", at[0], at[1]);
	netlink_hardware(s, at + PRIORITY_SIZE, IDENTIFIER_SIZE - PRIORITY_SIZE);
	buf_char(s->out, '}');
}

static const struct netlink_attribute port_known[] = {
	NETLINK_U8(1),
	NETLINK_U16(2),
	NETLINK_U32(3),
	NETLINK_U8(4),
	NETLINK_U8(5),
	NETLINK_U8(6),
	NETLINK_U8(7),
	NETLINK_U8(8),
	NETLINK_U8(9),
	NETLINK_U8(10),
	NETLINK_U8(11),
	NETLINK_U8(12),
	NETLINK_SAID(13, 8, say_identifier),
	NETLINK_SAID(14, 8, say_identifier),
	NETLINK_U16(15),
	NETLINK_U16(16),
	NETLINK_U16(17),
	NETLINK_U16(18),
	NETLINK_U8(19),
	NETLINK_U8(20),
	NETLINK_TIME(21),
	NETLINK_TIME(22),
	NETLINK_TIME(23),
	NETLINK_U8(25),
	NETLINK_U8(27),
	NETLINK_U8(28),
	NETLINK_U8(29),
	NETLINK_U8(30),
	NETLINK_IS(31, K_HEX, 2),
	NETLINK_U8(32),
	NETLINK_U8(33),
	NETLINK_INDEX(34),
	NETLINK_U8(35),
	NETLINK_U8(36),
	NETLINK_U32(37),
	NETLINK_U32(38),
	NETLINK_U8(39),
};
const struct netlink_list netlink_bridge_port = {&sys_flags_bridge_port_attributes, port_known,
						 NETLINK_COUNT(port_known)};

/* ---- bridges ---- */

static const struct sys_field options_fields[] = {
	NETLINK_MEMBER("optval", K_FLAGS, 4, 0, .flags = &sys_flags_bridge_options),
	NETLINK_MEMBER("optmask", K_FLAGS, 4, 4, .flags = &sys_flags_bridge_options),
};
static const struct netlink_layout options = {options_fields, NETLINK_COUNT(options_fields), 8};

static const struct netlink_attribute bridge_known[] = {
	NETLINK_TIME(1),
	NETLINK_TIME(2),
	NETLINK_TIME(3),
	NETLINK_TIME(4),
	NETLINK_U32(5),
	NETLINK_U16(6),
	NETLINK_U8(7),
	NETLINK_IS(8, K_ETHERTYPE, 2),
	NETLINK_IS(9, K_HEX, 2),
	NETLINK_SAID(10, 8, say_identifier),
	NETLINK_SAID(11, 8, say_identifier),
	NETLINK_U16(12),
	NETLINK_U32(13),
	NETLINK_U8(14),
	NETLINK_U8(15),
	NETLINK_TIME(16),
	NETLINK_TIME(17),
	NETLINK_TIME(18),
	NETLINK_TIME(19),
	NETLINK_MAC(20),
	NETLINK_U8(22),
	NETLINK_U8(23),
	NETLINK_U8(24),
	NETLINK_U8(25),
	NETLINK_U32(26),
	NETLINK_U32(27),
	NETLINK_U32(28),
	NETLINK_U32(29),
	NETLINK_TIME(30),
	NETLINK_TIME(31),
	NETLINK_TIME(32),
	NETLINK_TIME(33),
	NETLINK_TIME(34),
	NETLINK_TIME(35),
	NETLINK_U8(36),
	NETLINK_U8(37),
	NETLINK_U8(38),
	NETLINK_U16(39),
	NETLINK_U8(41),
	NETLINK_U8(42),
	NETLINK_U8(43),
	NETLINK_U8(44),
	NETLINK_U8(45),
	NETLINK_PART(46, options),
};
const struct netlink_list netlink_bridge = {&sys_flags_bridge_attributes, bridge_known,
					    NETLINK_COUNT(bridge_known)};

/* ---- multicast groups ---- */

static const struct sys_field multicast_head_fields[] = {
	NETLINK_MEMBER("family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
	NETLINK_MEMBER("ifindex", K_NONE, 4, 4),
};
const struct netlink_layout netlink_multicast_head = {multicast_head_fields,
						      NETLINK_COUNT(multicast_head_fields), 8};

static const struct netlink_attribute group_details_known[] = {NETLINK_IS(1, K_TICKS, 4)};
static const struct netlink_list group_details = {&sys_flags_multicast_group_details,
						  group_details_known,
						  NETLINK_COUNT(group_details_known)};

static const struct sys_field group_fields[] = {
	NETLINK_MEMBER("ifindex", K_NONE, 4, 0),
	NETLINK_MEMBER("state", K_ENUM, 1, 4, .flags = &sys_flags_multicast_states),
	NETLINK_MEMBER("flags", K_FLAGS, 1, 5, .flags = &sys_flags_multicast_flags),
	NETLINK_MEMBER("vid", K_UINT, 2, 6),
};
static const struct netlink_layout group = {group_fields, NETLINK_COUNT(group_fields), 8};

enum { GROUP_SIZE = 28, GROUP_ADDRESS_AT = 8, GROUP_PROTOCOL_AT = 24 };

static void say_group(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	static const struct sys_field protocol = {
		.kind = K_ETHERTYPE, .width = 2, .off = GROUP_PROTOCOL_AT};

	buf_char(s->out, '{');
	netlink_fields(s, &group, at, group.size);
	buf_str(s->out, ", addr={u=");
	say_hexadecimal(s, at + GROUP_ADDRESS_AT, GROUP_PROTOCOL_AT - GROUP_ADDRESS_AT,
			GROUP_PROTOCOL_AT - GROUP_ADDRESS_AT);
	buf_str(s->out, ", proto=");
	netlink_field(s, &protocol, at, size);
	buf_str(s->out, "}}");
	if (size <= GROUP_SIZE)
		return;
	buf_str(s->out, ", ");
	netlink_attributes(s, &group_details, at + GROUP_SIZE, size - GROUP_SIZE, family);
}

static const struct netlink_attribute entry_known[] = {NETLINK_SAID(1, GROUP_SIZE, say_group)};
static const struct netlink_list entry = {&sys_flags_multicast_entry_attributes, entry_known,
					  NETLINK_COUNT(entry_known)};
static const struct netlink_attribute groups_known[] = {NETLINK_NEST(1, entry)};
static const struct netlink_list groups = {&sys_flags_multicast_group_attributes, groups_known,
					   NETLINK_COUNT(groups_known)};

static const struct sys_field router_fields[] = {{.kind = K_NONE, .width = 4}};
static const struct netlink_layout router = {router_fields, 1, 4};
static const struct netlink_attribute router_details_known[] = {
	NETLINK_IS(1, K_TICKS, 4),
	NETLINK_IS(2, K_ENUM, 1, .flags = &sys_flags_multicast_router_types),
	NETLINK_IS(3, K_TICKS, 4),
	NETLINK_IS(4, K_TICKS, 4),
};
static const struct netlink_list router_details = {&sys_flags_multicast_router_details,
						   router_details_known,
						   NETLINK_COUNT(router_details_known)};
static const struct netlink_attribute routers_known[] = {
	{.type = 1, .form = NETLINK_HEADED, .layout = &router, .list = &router_details},
};
static const struct netlink_list routers = {&sys_flags_multicast_router_attributes, routers_known,
					    NETLINK_COUNT(routers_known)};

static const struct netlink_attribute multicast_known[] = {NETLINK_NEST(1, groups),
							   NETLINK_NEST(2, routers)};
const struct netlink_list netlink_multicast = {&sys_flags_multicast_attributes, multicast_known,
					       NETLINK_COUNT(multicast_known)};

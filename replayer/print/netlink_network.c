/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What else the kernel tells of the network: hops that routes share, tables of neighbours,
 * labels of addresses, settings, and namespaces.
 */
#include "netlink.h"

#include "sys/flags.h"

/* ---- hops ---- */

static const struct sys_field nexthop_head_fields[] = {
	NETLINK_MEMBER("nh_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
	NETLINK_MEMBER("nh_scope", K_ENUM, 1, 1, .flags = &sys_flags_route_scopes),
	NETLINK_MEMBER("nh_protocol", K_ENUM, 1, 2, .flags = &sys_flags_route_protocols),
	NETLINK_MEMBER("nh_flags", K_FLAGS, 4, 4, .flags = &sys_flags_nexthop_flags),
};
const struct netlink_layout netlink_nexthop_head = {nexthop_head_fields,
						    NETLINK_COUNT(nexthop_head_fields), 8};

/* Hops with weights: [{id=1, weight=0}]. */
static void say_members(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	enum { MEMBER_SIZE = 8 };

	(void)family;
	buf_char(s->out, '[');
	for (size_t i = 0; i + MEMBER_SIZE <= size && !is_full(s); i += MEMBER_SIZE)
		buf_printf(s->out, "%s{id=%u, weight=%u}", i ? ", " : "",
			   (unsigned)load(at, size, i, 4), at[i + 4]);
	buf_char(s->out, ']');
}

static const struct netlink_attribute resilient_known[] = {
	NETLINK_U16(1),
	NETLINK_TIME(2),
	NETLINK_TIME(3),
	NETLINK_TIME(4),
};
static const struct netlink_list resilient = {&sys_flags_nexthop_group_attributes, resilient_known,
					      NETLINK_COUNT(resilient_known)};

static const struct netlink_attribute bucket_known[] = {
	NETLINK_U16(1),
	NETLINK_TIME(2),
	NETLINK_U32(3),
};
static const struct netlink_list bucket = {&sys_flags_nexthop_bucket_attributes, bucket_known,
					   NETLINK_COUNT(bucket_known)};

static const struct netlink_attribute nexthops_known[] = {
	NETLINK_U32(1),
	NETLINK_SAID(2, 8, say_members),
	NETLINK_IS(3, K_ENUM, 2, .flags = &sys_flags_nexthop_groups),
	NETLINK_U32(4),
	NETLINK_INDEX(5),
	NETLINK_PEER(6),
	NETLINK_IS(7, K_ENUM, 2, .flags = &sys_flags_lightweight_tunnels),
	NETLINK_U32(9),
	NETLINK_INDEX(10),
	NETLINK_U32(11),
	NETLINK_NEST(12, resilient),
	NETLINK_NEST(13, bucket),
};
const struct netlink_list netlink_nexthops = {&sys_flags_nexthop_attributes, nexthops_known,
					      NETLINK_COUNT(nexthops_known)};

/* ---- neighbours ---- */

static const struct sys_field neighbours_head_fields[] = {
	NETLINK_MEMBER("ndtm_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
};
const struct netlink_layout netlink_neighbours_head = {neighbours_head_fields,
						       NETLINK_COUNT(neighbours_head_fields), 1};

static const struct sys_field configuration_fields[] = {
	NETLINK_MEMBER("ndtc_key_len", K_UINT, 2, 0),
	NETLINK_MEMBER("ndtc_entry_size", K_UINT, 2, 2),
	NETLINK_MEMBER("ndtc_entries", K_UINT, 4, 4),
	NETLINK_MEMBER("ndtc_last_flush", K_UINT, 4, 8),
	NETLINK_MEMBER("ndtc_last_rand", K_UINT, 4, 12),
	NETLINK_MEMBER("ndtc_hash_rnd", K_UINT, 4, 16),
	NETLINK_MEMBER("ndtc_hash_mask", K_HEX8, 4, 20),
	NETLINK_MEMBER("ndtc_hash_chain_gc", K_UINT, 4, 24),
	NETLINK_MEMBER("ndtc_proxy_qlen", K_UINT, 4, 28),
};
static const struct netlink_layout configuration = {configuration_fields,
						    NETLINK_COUNT(configuration_fields), 32};

static const struct sys_field neighbour_statistics_fields[] = {
	NETLINK_MEMBER("ndts_allocs", K_UINT, 8, 0),
	NETLINK_MEMBER("ndts_destroys", K_UINT, 8, 8),
	NETLINK_MEMBER("ndts_hash_grows", K_UINT, 8, 16),
	NETLINK_MEMBER("ndts_res_failed", K_UINT, 8, 24),
	NETLINK_MEMBER("ndts_lookups", K_UINT, 8, 32),
	NETLINK_MEMBER("ndts_hits", K_UINT, 8, 40),
	NETLINK_MEMBER("ndts_rcv_probes_mcast", K_UINT, 8, 48),
	NETLINK_MEMBER("ndts_rcv_probes_ucast", K_UINT, 8, 56),
	NETLINK_MEMBER("ndts_periodic_gc_runs", K_UINT, 8, 64),
	NETLINK_MEMBER("ndts_forced_gc_runs", K_UINT, 8, 72),
	NETLINK_MEMBER("ndts_table_fulls", K_UINT, 8, 80),
};
static const struct netlink_layout neighbour_statistics = {
	neighbour_statistics_fields, NETLINK_COUNT(neighbour_statistics_fields), 80};

static const struct netlink_attribute parameters_known[] = {
	NETLINK_INDEX(1), NETLINK_U32(2),  NETLINK_U64(3),  NETLINK_U64(4),  NETLINK_U64(5),
	NETLINK_U64(6),   NETLINK_U64(7),  NETLINK_U32(8),  NETLINK_U32(9),  NETLINK_U32(10),
	NETLINK_U32(11),  NETLINK_U64(12), NETLINK_U64(13), NETLINK_U32(14), NETLINK_U64(15),
	NETLINK_U32(16),  NETLINK_U32(17), NETLINK_U64(19),
};
static const struct netlink_list parameters = {&sys_flags_neighbour_table_parameters,
					       parameters_known, NETLINK_COUNT(parameters_known)};

static const struct netlink_attribute neighbours_known[] = {
	NETLINK_STRING(1),
	NETLINK_U32(2),
	NETLINK_U32(3),
	NETLINK_U32(4),
	NETLINK_PART(5, configuration),
	NETLINK_NEST(6, parameters),
	NETLINK_PART(7, neighbour_statistics),
	NETLINK_U64(8),
};
const struct netlink_list netlink_neighbours = {&sys_flags_neighbour_table_attributes,
						neighbours_known, NETLINK_COUNT(neighbours_known)};

/* ---- labels, settings, namespaces ---- */

static const struct sys_field label_head_fields[] = {
	NETLINK_MEMBER("ifal_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
	NETLINK_MEMBER("ifal_prefixlen", K_UINT, 1, 2),
	NETLINK_MEMBER("ifal_flags", K_UINT, 1, 3),
	NETLINK_MEMBER("ifal_index", K_NONE, 4, 4),
	NETLINK_MEMBER("ifal_seq", K_UINT, 4, 8),
};
const struct netlink_layout netlink_label_head = {label_head_fields,
						  NETLINK_COUNT(label_head_fields), 12};

static const struct netlink_attribute labels_known[] = {
	NETLINK_PEER(1),
	NETLINK_U32(2),
};
const struct netlink_list netlink_labels = {&sys_flags_address_label_attributes, labels_known,
					    NETLINK_COUNT(labels_known)};

static const struct sys_field settings_head_fields[] = {
	NETLINK_MEMBER("ncm_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
};
const struct netlink_layout netlink_settings_head = {settings_head_fields,
						     NETLINK_COUNT(settings_head_fields), 1};

static const struct netlink_attribute settings_known[] = {
	NETLINK_INDEX(1),        NETLINK_IS(2, K_INT, 4), NETLINK_IS(3, K_INT, 4),
	NETLINK_IS(4, K_INT, 4), NETLINK_IS(5, K_INT, 4), NETLINK_IS(6, K_INT, 4),
	NETLINK_IS(7, K_INT, 4), NETLINK_IS(8, K_INT, 4),
};
const struct netlink_list netlink_settings = {&sys_flags_netconf_attributes, settings_known,
					      NETLINK_COUNT(settings_known)};

static const struct sys_field namespace_head_fields[] = {
	NETLINK_MEMBER("rtgen_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
};
const struct netlink_layout netlink_namespace_head = {namespace_head_fields,
						      NETLINK_COUNT(namespace_head_fields), 1};

static const struct netlink_attribute namespaces_known[] = {
	NETLINK_U32(1), NETLINK_U32(2), NETLINK_U32(3), NETLINK_U32(4), NETLINK_U32(5),
};
const struct netlink_list netlink_namespaces = {&sys_flags_namespace_attributes, namespaces_known,
						NETLINK_COUNT(namespaces_known)};

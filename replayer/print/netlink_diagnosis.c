/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of NETLINK_SOCK_DIAG, by which ss(8) asks for sockets and hears of them:
 * sock_diag(7). Messages of other families than these are told as bytes.
 */
#include "netlink.h"

#include "sys/flags.h"

/* ---- unix ---- */

static const struct sys_field unix_request_fields[] = {
	{.name = "sdiag_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "sdiag_protocol", .kind = K_UINT, .width = 1, .off = 1},
	{.name = "udiag_states",
	 .kind = K_FLAGS,
	 .width = 4,
	 .off = 4,
	 .flags = &sys_flags_socket_state_bits},
	{.name = "udiag_ino", .kind = K_UINT, .width = 4, .off = 8},
	{.name = "udiag_show",
	 .kind = K_FLAGS,
	 .width = 4,
	 .off = 12,
	 .flags = &sys_flags_unix_diagnosis_wishes},
};
static const struct netlink_layout unix_request = {unix_request_fields,
						   NETLINK_COUNT(unix_request_fields), 24};

static const struct sys_field unix_message_fields[] = {
	{.name = "udiag_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "udiag_type",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 1,
	 .flags = &sys_flags_socket_types},
	{.name = "udiag_state",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 2,
	 .flags = &sys_flags_socket_states},
	{.name = "udiag_ino", .kind = K_UINT, .width = 4, .off = 4},
};
static const struct netlink_layout unix_message = {unix_message_fields,
						   NETLINK_COUNT(unix_message_fields), 16};

static const struct sys_field unix_queue_fields[] = {
	{.name = "udiag_rqueue", .kind = K_UINT, .width = 4, .off = 0},
	{.name = "udiag_wqueue", .kind = K_UINT, .width = 4, .off = 4},
};
static const struct netlink_layout unix_queue = {unix_queue_fields,
						 NETLINK_COUNT(unix_queue_fields), 8};

static const struct netlink_attribute unix_attributes_known[] = {
	{.type = 0, .form = NETLINK_TEXT},
	{.type = 2, .number = {.kind = K_UINT, .width = 4, .off = 0}},
	{.type = 4, .form = NETLINK_STRUCT, .layout = &unix_queue},
	{.type = 6, .number = {.kind = K_UINT, .width = 1, .off = 0}},
	{.type = 7, .number = {.kind = K_UINT, .width = 4, .off = 0}},
};
static const struct netlink_list unix_attributes = {&sys_flags_unix_diagnosis_attributes,
						    unix_attributes_known,
						    NETLINK_COUNT(unix_attributes_known)};

/* ---- netlink, packet ---- */

static const struct sys_field netlink_request_fields[] = {
	{.name = "sdiag_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "sdiag_protocol",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 1,
	 .flags = &sys_flags_netlink_diagnosis_protocols},
	{.name = "ndiag_ino", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "ndiag_show",
	 .kind = K_FLAGS,
	 .width = 4,
	 .off = 8,
	 .flags = &sys_flags_netlink_diagnosis_wishes},
};
static const struct netlink_layout netlink_request = {netlink_request_fields,
						      NETLINK_COUNT(netlink_request_fields), 20};

static const struct sys_field netlink_message_fields[] = {
	{.name = "ndiag_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "ndiag_type",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 1,
	 .flags = &sys_flags_socket_types},
	{.name = "ndiag_protocol",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 2,
	 .flags = &sys_flags_netlink_protocols},
	{.name = "ndiag_state",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 3,
	 .flags = &sys_flags_socket_states},
	{.name = "ndiag_portid", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "ndiag_dst_portid", .kind = K_UINT, .width = 4, .off = 8},
	{.name = "ndiag_dst_group", .kind = K_UINT, .width = 4, .off = 12},
	{.name = "ndiag_ino", .kind = K_UINT, .width = 4, .off = 16},
};
static const struct netlink_layout netlink_message = {netlink_message_fields,
						      NETLINK_COUNT(netlink_message_fields), 28};

static const struct netlink_attribute netlink_known[] = {
	{.type = 0,
	 .form = NETLINK_ARRAY,
	 .number = {.kind = K_UINT, .width = 4, .flags = &sys_flags_socket_memory}},
};
static const struct netlink_list netlink_list = {&sys_flags_netlink_diagnosis_attributes,
						 netlink_known, NETLINK_COUNT(netlink_known)};

static const struct sys_field packet_request_fields[] = {
	{.name = "sdiag_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "sdiag_protocol", .kind = K_UINT, .width = 1, .off = 1},
	{.name = "pdiag_ino", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "pdiag_show",
	 .kind = K_FLAGS,
	 .width = 4,
	 .off = 8,
	 .flags = &sys_flags_packet_diagnosis_wishes},
};
static const struct netlink_layout packet_request = {packet_request_fields,
						     NETLINK_COUNT(packet_request_fields), 20};

/* ---- internet ---- */

static const struct sys_field inet_request_fields[] = {
	{.name = "sdiag_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "sdiag_protocol",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 1,
	 .flags = &sys_flags_ip_protocols},
	{.name = "idiag_ext",
	 .kind = K_FLAGS,
	 .width = 1,
	 .off = 2,
	 .flags = &sys_flags_internet_diagnosis_extensions},
	{.name = "idiag_states",
	 .kind = K_FLAGS,
	 .width = 4,
	 .off = 4,
	 .flags = &sys_flags_socket_state_bits},
};
static const struct netlink_layout inet_request = {inet_request_fields,
						   NETLINK_COUNT(inet_request_fields), 56};

/* What was asked before there were other families: TCPDIAG_GETSOCK. */
static const struct sys_field old_request_fields[] = {
	NETLINK_MEMBER("idiag_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
	NETLINK_MEMBER("idiag_src_len", K_UINT, 1, 1),
	NETLINK_MEMBER("idiag_dst_len", K_UINT, 1, 2),
	NETLINK_MEMBER("idiag_ext", K_FLAGS, 1, 3,
		       .flags = &sys_flags_internet_diagnosis_extensions),
};
static const struct netlink_layout old_request = {old_request_fields,
						  NETLINK_COUNT(old_request_fields), 60};

static const struct sys_field old_states_fields[] = {
	NETLINK_MEMBER("idiag_states", K_FLAGS, 4, 52, .flags = &sys_flags_socket_state_bits),
	NETLINK_MEMBER("idiag_dbs", K_UINT, 4, 56),
};
static const struct netlink_layout old_states = {old_states_fields,
						 NETLINK_COUNT(old_states_fields), 60};

static const struct sys_field inet_message_fields[] = {
	{.name = "idiag_family",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 0,
	 .flags = &sys_flags_address_families},
	{.name = "idiag_state",
	 .kind = K_ENUM,
	 .width = 1,
	 .off = 1,
	 .flags = &sys_flags_socket_states},
	{.name = "idiag_timer", .kind = K_UINT, .width = 1, .off = 2},
	{.name = "idiag_retrans", .kind = K_UINT, .width = 1, .off = 3},
};
static const struct netlink_layout inet_message = {inet_message_fields,
						   NETLINK_COUNT(inet_message_fields), 72};

static const struct sys_field inet_queue_fields[] = {
	{.name = "idiag_expires", .kind = K_UINT, .width = 4, .off = 52},
	{.name = "idiag_rqueue", .kind = K_UINT, .width = 4, .off = 56},
	{.name = "idiag_wqueue", .kind = K_UINT, .width = 4, .off = 60},
	{.name = "idiag_uid", .kind = K_UINT, .width = 4, .off = 64},
	{.name = "idiag_inode", .kind = K_UINT, .width = 4, .off = 68},
};
static const struct netlink_layout inet_queue = {inet_queue_fields,
						 NETLINK_COUNT(inet_queue_fields), 72};

static const struct sys_field inet_memory_fields[] = {
	{.name = "idiag_rmem", .kind = K_UINT, .width = 4, .off = 0},
	{.name = "idiag_wmem", .kind = K_UINT, .width = 4, .off = 4},
	{.name = "idiag_fmem", .kind = K_UINT, .width = 4, .off = 8},
	{.name = "idiag_tmem", .kind = K_UINT, .width = 4, .off = 12},
};
static const struct netlink_layout inet_memory = {inet_memory_fields,
						  NETLINK_COUNT(inet_memory_fields), 16};

/* One bit each. */
static const struct sys_field inet_options_fields[] = {
	{.name = "recverr", .kind = K_UINT, .width = 1, .off = 0, .shift = 0, .bits = 1},
	{.name = "is_icsk", .kind = K_UINT, .width = 1, .off = 0, .shift = 1, .bits = 1},
	{.name = "freebind", .kind = K_UINT, .width = 1, .off = 0, .shift = 2, .bits = 1},
	{.name = "hdrincl", .kind = K_UINT, .width = 1, .off = 0, .shift = 3, .bits = 1},
	{.name = "mc_loop", .kind = K_UINT, .width = 1, .off = 0, .shift = 4, .bits = 1},
	{.name = "transparent", .kind = K_UINT, .width = 1, .off = 0, .shift = 5, .bits = 1},
	{.name = "mc_all", .kind = K_UINT, .width = 1, .off = 0, .shift = 6, .bits = 1},
	{.name = "nodefrag", .kind = K_UINT, .width = 1, .off = 0, .shift = 7, .bits = 1},
	{.name = "bind_address_no_port",
	 .kind = K_UINT,
	 .width = 1,
	 .off = 1,
	 .shift = 0,
	 .bits = 1},
	{.name = "recverr_rfc4884", .kind = K_UINT, .width = 1, .off = 1, .shift = 1, .bits = 1},
	{.name = "defer_connect", .kind = K_UINT, .width = 1, .off = 1, .shift = 2, .bits = 1},
	{.name = "unused", .kind = K_HEX, .width = 1, .off = 1, .shift = 3, .bits = 5},
};
static const struct netlink_layout inet_options = {inet_options_fields,
						   NETLINK_COUNT(inet_options_fields), 2};

static const struct sys_field vegas_fields[] = {
	NETLINK_MEMBER("tcpv_enabled", K_UINT, 4, 0),
	NETLINK_MEMBER("tcpv_rttcnt", K_UINT, 4, 4),
	NETLINK_MEMBER("tcpv_rtt", K_UINT, 4, 8),
	NETLINK_MEMBER("tcpv_minrtt", K_UINT, 4, 12),
};
static const struct netlink_layout vegas = {vegas_fields, NETLINK_COUNT(vegas_fields), 16};

static const struct sys_field dctcp_fields[] = {
	NETLINK_MEMBER("dctcp_enabled", K_UINT, 2, 0),
	NETLINK_MEMBER("dctcp_ce_state", K_UINT, 2, 2),
	NETLINK_MEMBER("dctcp_alpha", K_UINT, 4, 4),
	NETLINK_MEMBER("dctcp_ab_ecn", K_UINT, 4, 8),
	NETLINK_MEMBER("dctcp_ab_tot", K_UINT, 4, 12),
};
static const struct netlink_layout dctcp = {dctcp_fields, NETLINK_COUNT(dctcp_fields), 16};

static const struct sys_field bbr_fields[] = {
	NETLINK_MEMBER("bbr_bw_lo", K_HEX, 4, 0),
	NETLINK_MEMBER("bbr_bw_hi", K_HEX, 4, 4),
	NETLINK_MEMBER("bbr_min_rtt", K_UINT, 4, 8),
	NETLINK_MEMBER("bbr_pacing_gain", K_UINT, 4, 12),
	NETLINK_MEMBER("bbr_cwnd_gain", K_UINT, 4, 16),
};
static const struct netlink_layout bbr = {bbr_fields, NETLINK_COUNT(bbr_fields), 20};

static void say_shutdown(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	(void)size;
	(void)family;
	buf_printf(s->out, at[0] ? "%#x" : "%x", at[0]);
	if (!at[0] || s->p->options.words == PRINT_WORDS_NEVER)
		return;
	buf_str(s->out, " /* ");
	say_flags(s->out, &sys_flags_socket_shutdowns, at[0]);
	buf_str(s->out, " */");
}

static const struct netlink_attribute inet_attributes_known[] = {
	NETLINK_PART(1, inet_memory),
	NETLINK_PART(3, vegas),
	NETLINK_STRING(4),
	NETLINK_U8(5),
	NETLINK_U8(6),
	{.type = 7,
	 .form = NETLINK_ARRAY,
	 .number = {.kind = K_UINT, .width = 4, .flags = &sys_flags_socket_memory}},
	NETLINK_SAID(8, 1, say_shutdown),
	NETLINK_PART(9, dctcp),
	NETLINK_IS(10, K_ENUM, 1, .flags = &sys_flags_ip_protocols),
	NETLINK_U8(11),
	NETLINK_U32(15),
	NETLINK_PART(16, bbr),
	NETLINK_U32(17),
	NETLINK_U64(21),
	NETLINK_PART(22, inet_options),
};
static const struct netlink_list inet_attributes = {&sys_flags_internet_diagnosis_attributes,
						    inet_attributes_known,
						    NETLINK_COUNT(inet_attributes_known)};

/* The two ends of a connection. */
enum { PORT_SIZE = 2, SOURCE_AT = 4, DESTINATION_AT = 20, INTERFACE_AT = 36, COOKIE_AT = 40 };
enum { ENDS_SIZE = 48, REQUEST_ENDS = 8, MESSAGE_ENDS = 4, OLD_ENDS = 4 };
enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	FAMILY_PACKET = 17
};

static void say_cookie(const struct scope *s, const char *name, const uint8_t *at)
{
	buf_printf(s->out, ", %s=[%u, %u]", name, (unsigned)load(at, 8, 0, 4),
		   (unsigned)load(at, 8, 4, 4));
}

static void say_end(const struct scope *s, const char *name, const uint8_t *at, unsigned family)
{
	if (family == FAMILY_INET) {
		buf_printf(s->out, ", %s=", name);
		netlink_address(s, at, 16, family);
		return;
	}
	buf_str(s->out, ", ");
	say_ipv6_member(s, at, 16, name);
}

static void say_ends(const struct scope *s, const uint8_t *at, unsigned family)
{
	static const struct sys_field interface = {.off = INTERFACE_AT, .width = 4};

	buf_printf(s->out, ", id={idiag_sport=htons(%u), idiag_dport=htons(%u)", at[0] << 8 | at[1],
		   at[PORT_SIZE] << 8 | at[PORT_SIZE + 1]);
	say_end(s, "idiag_src", at + SOURCE_AT, family);
	say_end(s, "idiag_dst", at + DESTINATION_AT, family);
	buf_str(s->out, ", idiag_if=");
	netlink_field(s, &interface, at, ENDS_SIZE);
	say_cookie(s, "idiag_cookie", at + COOKIE_AT);
	buf_char(s->out, '}');
}

/* ---- any ---- */

/* What stands behind the fields that all messages of a kind have. */
static void say_inet_request(const struct scope *s, const uint8_t *at)
{
	say_ends(s, at + REQUEST_ENDS, at[0]);
}

static void say_old_request(const struct scope *s, const uint8_t *at)
{
	say_ends(s, at + OLD_ENDS, at[0]);
	buf_str(s->out, ", ");
	netlink_fields(s, &old_states, at, old_states.size);
}

static void say_inet_message(const struct scope *s, const uint8_t *at)
{
	say_ends(s, at + MESSAGE_ENDS, at[0]);
	buf_str(s->out, ", ");
	netlink_fields(s, &inet_queue, at, inet_queue.size);
}

static void say_unix_request(const struct scope *s, const uint8_t *at)
{
	say_cookie(s, "udiag_cookie", at + 16);
}

static void say_unix_message(const struct scope *s, const uint8_t *at)
{
	say_cookie(s, "udiag_cookie", at + 8);
}

static void say_netlink_request(const struct scope *s, const uint8_t *at)
{
	say_cookie(s, "ndiag_cookie", at + 12);
}

static void say_netlink_message(const struct scope *s, const uint8_t *at)
{
	say_cookie(s, "ndiag_cookie", at + 20);
}

static void say_packet_request(const struct scope *s, const uint8_t *at)
{
	say_cookie(s, "pdiag_cookie", at + 12);
}

static const struct netlink_list request_attributes = {
	.names = &sys_flags_internet_request_attributes};

static const struct payload {
	uint8_t family;
	bool request;
	const struct netlink_layout *head;
	void (*say)(const struct scope *s, const uint8_t *at);
	const struct netlink_list *list;
} payloads[] = {
	{FAMILY_UNIX, true, &unix_request, say_unix_request, NULL},
	{FAMILY_UNIX, false, &unix_message, say_unix_message, &unix_attributes},
	{FAMILY_INET, true, &inet_request, say_inet_request, &request_attributes},
	{FAMILY_INET, false, &inet_message, say_inet_message, &inet_attributes},
	{FAMILY_INET6, true, &inet_request, say_inet_request, &request_attributes},
	{FAMILY_INET6, false, &inet_message, say_inet_message, &inet_attributes},
	{FAMILY_NETLINK, true, &netlink_request, say_netlink_request, NULL},
	{FAMILY_NETLINK, false, &netlink_message, say_netlink_message, &netlink_list},
	{FAMILY_PACKET, true, &packet_request, say_packet_request, NULL},
};

enum { OLD_TCP = 18, OLD_DCCP = 19 };

static const struct payload *payload_of(unsigned type, bool request, unsigned family)
{
	static const struct payload old = {0, true, &old_request, say_old_request,
					   &request_attributes};

	if (request && (type == OLD_TCP || type == OLD_DCCP))
		return &old;
	for (size_t i = 0; i < NETLINK_COUNT(payloads); i++) {
		if (payloads[i].family == family && payloads[i].request == request)
			return &payloads[i];
	}
	return NULL;
}

void netlink_diagnosis(const struct scope *s, unsigned type, bool request, const uint8_t *at,
		       size_t size)
{
	const struct payload *p = payload_of(type, request, at[0]);

	if (!p || size == 1) {
		netlink_family(s, at, size);
		return;
	}
	if (size < p->head->size) {
		netlink_cut(s, p->head, at, size);
		return;
	}
	buf_char(s->out, '{');
	netlink_fields(s, p->head, at, p->head->size);
	p->say(s, at);
	buf_char(s->out, '}');
	if (size == p->head->size || !p->list)
		return;
	buf_str(s->out, ", ");
	netlink_attributes(s, p->list, at + p->head->size, size - p->head->size, at[0]);
}

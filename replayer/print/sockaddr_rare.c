/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of the families that few programs use, laid out as in <linux/ax25.h>, ipx.h,
 * x25.h, rxrpc.h, nfc.h, qrtr.h, if_xdp.h, mctp.h, and as BlueZ has them for Bluetooth.
 */
#include "sockaddr.h"

#include "escape.h"

#include "sys/flags.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- amateur radio ---- */

enum {
	CALL_AT = 2,
	CALL_SIZE = 7,
	CALL_LETTERS = 6,
	DIGIPEATERS_AT = 12,
	DIGIPEATERS_BEHIND = 16,
	DIGIPEATERS_MAX = 8,
};

/* Letters are shifted by a bit: "LINUX-3", or "*" of nothing. 0: cannot be said so. */
static size_t decode_call(const uint8_t *call, char *text, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < CALL_LETTERS; i++) {
		unsigned char c = call[i] >> 1;

		/* A star and a slash would end the comment. */
		if (c < ' ' || c > '~' || c == '*')
			return 0;
		text[i] = (char)c;
		n = c == ' ' ? n : i + 1;
	}
	if (!n && !(call[CALL_LETTERS] >> 1 & 15))
		return (size_t)snprintf(text, room, "*");
	return n + (size_t)snprintf(text + n, room - n, "-%u", call[CALL_LETTERS] >> 1 & 15);
}

/* Whether the text means these very bytes: capitals and digits, then blanks, and the rest 0. */
static bool is_usual_call(const uint8_t *call)
{
	bool blank = false;

	for (size_t i = 0; i < CALL_LETTERS; i++) {
		unsigned char c = call[i] >> 1;
		bool letter = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (call[i] & 1 || (!letter && c != ' ') || (letter && blank))
			return false;
		blank |= !letter;
	}
	/* Of no letters there is but one. */
	return (call[CALL_LETTERS] & (call[0] >> 1 == ' ' ? 0xff : 0xe1)) == 0;
}

static void say_call(const struct scope *s, const uint8_t *call)
{
	char text[CALL_SIZE + sizeof("-15")];
	size_t n = decode_call(call, text, sizeof(text));
	bool usual = is_usual_call(call);

	if (n && usual && s->p->options.words == PRINT_WORDS_ONLY) {
		buf_append(s->out, text, n);
		return;
	}
	buf_str(s->out, "{ax25_call=");
	say_hexadecimal(s, call, CALL_SIZE, CALL_SIZE);
	buf_char(s->out, '}');
	if (n && (!usual || s->p->options.words != PRINT_WORDS_NEVER)) {
		buf_str(s->out, " /* ");
		buf_append(s->out, text, n);
		buf_str(s->out, " */");
	}
}

static void say_digipeaters(const struct scope *s, const uint8_t *at, size_t size, int32_t count)
{
	size_t there = (size - DIGIPEATERS_BEHIND) / CALL_SIZE, wanted = (size_t)count;

	there = there < DIGIPEATERS_MAX ? there : DIGIPEATERS_MAX;
	buf_str(s->out, ", fsa_digipeater=[");
	for (size_t i = 0; i < there && i < wanted; i++) {
		buf_str(s->out, i ? ", " : "");
		say_call(s, at + DIGIPEATERS_BEHIND + i * CALL_SIZE);
	}
	if (wanted > there && there < DIGIPEATERS_MAX)
		buf_str(s->out, there ? ", ..." : "...");
	buf_char(s->out, ']');
}

void sockaddr_ax25(const struct scope *s, const uint8_t *at, size_t size)
{
	int32_t count = (int32_t)load(at, size, DIGIPEATERS_AT, 4);
	size_t more = size - DIGIPEATERS_BEHIND;
	/* struct sockaddr_ax25, or that with digipeaters behind it: full_sockaddr_ax25. */
	bool full = more || count;

	buf_str(s->out, full ? ", fsa_ax25={sax25_call=" : ", sax25_call=");
	say_call(s, at + CALL_AT);
	buf_printf(s->out, ", sax25_ndigis=%" PRId32, count);
	if (!full)
		return;
	buf_char(s->out, '}');
	if (count > 0)
		say_digipeaters(s, at, size, count);
	if (more % CALL_SIZE || more / CALL_SIZE > DIGIPEATERS_MAX)
		buf_str(s->out, ", ...");
}

/* ---- old networks ---- */

enum { NODE_AT = 8, NODE_SIZE = 6 };

/* At least two places, but 00: as strace writes bytes of this family. */
static void say_byte(const struct scope *s, uint8_t byte)
{
	buf_printf(s->out, byte ? "%#x" : "%02x", byte);
}

void sockaddr_ipx(const struct scope *s, const uint8_t *at, size_t size)
{
	uint32_t network = sockaddr_big_endian(at, size, 4, 4);
	size_t from;

	buf_str(s->out, ", sipx_port=");
	from = s->out->size;
	buf_printf(s->out, "htons(%" PRIu32 ")", sockaddr_big_endian(at, size, 2, 2));
	put_bytes(s->p, s->out, from, at + 2, 2);
	buf_str(s->out, ", sipx_network=");
	buf_printf(s->out, network ? "htonl(%#" PRIx32 ")" : "htonl(%" PRIx32 ")", network);
	for (size_t i = 0; i < NODE_SIZE; i++) {
		buf_str(s->out, i ? ", " : ", sipx_node=[");
		say_byte(s, at[NODE_AT + i]);
	}
	buf_str(s->out, "], sipx_type=");
	say_byte(s, at[14]);
	if (at[15])
		buf_printf(s->out, ", sipx_zero=%#x", at[15]);
}

void sockaddr_x25(const struct scope *s, const uint8_t *at, size_t size)
{
	enum { TEXT_AT = 2, TEXT_SIZE = 16 };
	size_t length = strnlen((const char *)at + TEXT_AT, TEXT_SIZE);
	bool ended = length < TEXT_SIZE;

	(void)size;
	buf_str(s->out, ", sx25_addr={x25_addr=");
	say_quoted(s->p, s->out, at + TEXT_AT, ended ? length : TEXT_SIZE - 1, length, true);
	buf_char(s->out, '}');
}

/* ---- Bluetooth ---- */

enum { BLUETOOTH_SIZE = 6, SIZE_HCI_OLD = 4, SIZE_HCI = 6, SIZE_SCO = 8, SIZE_RFCOMM = 10 };
enum { SIZE_L2CAP_OLD = 12, SIZE_L2CAP = 14 };

static void say_hardware(const struct scope *s, const char *name, const uint8_t *at, size_t size)
{
	size_t from;

	buf_printf(s->out, ", %s=", name);
	from = s->out->size;
	note_address(s, PRINT_HARDWARE, at, size);
	for (size_t i = 0; i < size; i++)
		buf_printf(s->out, "%s%02x", i ? ":" : "", at[i]);
	put_bytes(s->p, s->out, from, at, size);
}

/* A range that is given out as needed is said from its beginning. */
struct range {
	uint32_t first, last;
	const char *name;
};

static void say_channel(const struct scope *s, const char *name, const struct sys_flagset *set,
			const struct range *ranges, size_t count, uint32_t value)
{
	const struct range *r = NULL;
	size_t from;

	buf_printf(s->out, ", %s=htobs(", name);
	for (size_t i = 0; i < count; i++) {
		if (value > ranges[i].first && value < ranges[i].last)
			r = &ranges[i];
	}
	for (size_t i = 0; i < set->count; i++)
		r = set->flag[i].value == value ? NULL : r;
	if (r) {
		from = s->out->size;
		if (s->p->options.words == PRINT_WORDS_TOO)
			buf_printf(s->out, "%#" PRIx32 " /* %s */", r->first, r->name);
		else
			buf_str(s->out, r->name);
		buf_printf(s->out, "+%" PRIu32, value - r->first);
		put_hex(s->p, s->out, from, value);
	} else {
		sockaddr_enum(s, NULL, set, value);
	}
	buf_char(s->out, ')');
}

static void say_l2cap(const struct scope *s, const uint8_t *at, size_t size)
{
	static const struct range multiplexers[] = {{0x80, 0xff, "L2CAP_PSM_LE_DYN_START"},
						    {0x1001, 0xffff, "L2CAP_PSM_DYN_START"}};
	static const struct range channels[] = {{0x40, 0xffff, "L2CAP_CID_DYN_START"}};
	uint32_t channel = (uint32_t)load(at, size, 10, 2);

	say_channel(s, "l2_psm", &sys_flags_l2cap_multiplexers, multiplexers, 2,
		    (uint32_t)load(at, size, 2, 2));
	say_hardware(s, "l2_bdaddr", at + 4, BLUETOOTH_SIZE);
	say_channel(s, "l2_cid", &sys_flags_l2cap_channels, channels, 1, channel);
	if (size >= SIZE_L2CAP)
		sockaddr_enum(s, "l2_bdaddr_type", &sys_flags_bluetooth_address_types, at[12]);
}

/* What it is an address of, its size alone tells. */
void sockaddr_bluetooth(const struct scope *s, const uint8_t *at, size_t size)
{
	if (size == SIZE_HCI || size == SIZE_HCI_OLD) {
		buf_printf(s->out, ", hci_dev=htobs(%u)", (unsigned)load(at, size, 2, 2));
		if (size == SIZE_HCI)
			sockaddr_enum(s, "hci_channel", &sys_flags_bluetooth_channels,
				      load(at, size, 4, 2));
	} else if (size == SIZE_SCO) {
		say_hardware(s, "sco_bdaddr", at + 2, BLUETOOTH_SIZE);
	} else if (size == SIZE_RFCOMM) {
		say_hardware(s, "rc_bdaddr", at + 2, BLUETOOTH_SIZE);
		buf_printf(s->out, ", rc_channel=%u", at[8]);
	} else if (size == SIZE_L2CAP_OLD || size == SIZE_L2CAP) {
		say_l2cap(s, at, size);
	} else if (size > 2) {
		buf_str(s->out, ", sa_data=\"");
		escape_strace(s->out, at + 2, size - 2, s->p->options.hex);
		buf_char(s->out, '"');
	}
}

/* ---- numbers with comments ---- */

/* A number in any case, and its name behind it unless names are not wanted. */
static void say_commented(const struct scope *s, const char *name, const struct sys_flagset *set,
			  uint64_t value)
{
	const char *comment = set->unknown;

	sockaddr_hex(s, name, value);
	for (size_t i = 0; i < set->count; i++) {
		if (set->flag[i].value == value)
			comment = set->flag[i].name;
	}
	if (*comment && s->p->options.words != PRINT_WORDS_NEVER)
		buf_printf(s->out, " /* %s */", comment);
}

/* ---- others ---- */

static void say_transport(const struct scope *s, const uint8_t *at, size_t size, size_t told)
{
	enum { INET = 2, INET6 = 10, INET_SIZE = 16, INET6_SIZE = 28 };
	uint64_t family = load(at, size, 0, 2);
	bool v4 = family == INET && size >= INET_SIZE, v6 = family == INET6 && size >= INET6_SIZE;
	size_t from, said = told < size ? told : size;

	buf_str(s->out, v4   ? ", transport={sin={sin_family="
			: v6 ? ", transport={sin6={sin6_family="
			     : ", transport={family=");
	from = s->out->size;
	say_enum(s->out, &sys_flags_address_families, family);
	put_hex(s->p, s->out, from, family);
	if (v4)
		sockaddr_inet(s, at, INET_SIZE);
	else if (v6)
		sockaddr_inet6(s, at, INET6_SIZE);
	else if (said > 2) {
		buf_str(s->out, ", ");
		say_quoted(s->p, s->out, at + 2, said - 2, said - 2, true);
	}
	buf_str(s->out, v4 || v6 ? "}}" : "}");
}

void sockaddr_rxrpc(const struct scope *s, const uint8_t *at, size_t size)
{
	say_commented(s, "srx_service", &sys_flags_rxrpc_services, load(at, size, 2, 2));
	sockaddr_enum(s, "transport_type", &sys_flags_socket_types, load(at, size, 4, 2));
	buf_printf(s->out, ", transport_len=%u", (unsigned)load(at, size, 6, 2));
	say_transport(s, at + 8, size - 8, (size_t)load(at, size, 6, 2));
}

void sockaddr_ieee802154(const struct scope *s, const uint8_t *at, size_t size)
{
	enum { TYPE_NONE = 0, TYPE_SHORT = 2, LONG_SIZE = 8 };
	uint64_t type = load(at, size, 4, 4);

	buf_str(s->out, ", addr={addr_type=");
	say_commented(s, NULL, &sys_flags_ieee802154_types, type);
	say_commented(s, "pan_id", &sys_flags_ieee802154_networks, load(at, size, 8, 2));
	if (type == TYPE_SHORT)
		say_commented(s, "short_addr", &sys_flags_ieee802154_addresses,
			      load(at, size, 10, 2));
	else if (type != TYPE_NONE)
		say_hardware(s, "hwaddr", at + 10, LONG_SIZE);
	buf_char(s->out, '}');
}

void sockaddr_nfc(const struct scope *s, const uint8_t *at, size_t size)
{
	enum { SIZE_RAW = 16, NAME_AT = 18, NAME_SIZE = 63, LENGTH_AT = 88, SIZE_LLCP = 96 };
	uint64_t length = load(at, size, LENGTH_AT, 8);

	sockaddr_interface(s, "dev_idx", (uint32_t)load(at, size, 4, 4));
	sockaddr_hex(s, "target_idx", load(at, size, 8, 4));
	sockaddr_enum(s, "nfc_protocol", &sys_flags_nfc_address_protocols, load(at, size, 12, 4));
	if (size < SIZE_LLCP) {
		buf_str(s->out, size > SIZE_RAW ? ", ..." : "");
		return;
	}
	say_commented(s, "dsap", &sys_flags_nfc_access_points, at[16]);
	say_commented(s, "ssap", &sys_flags_nfc_access_points, at[17]);
	buf_str(s->out, ", service_name=");
	say_quoted(s->p, s->out, at + NAME_AT, length < NAME_SIZE ? (size_t)length : NAME_SIZE, 0,
		   true);
	buf_printf(s->out, ", service_name_len=%" PRIu64, length);
}

void sockaddr_qrtr(const struct scope *s, const uint8_t *at, size_t size)
{
	sockaddr_enum(s, "sq_node", &sys_flags_qrtr_nodes, load(at, size, 4, 4));
	sockaddr_enum(s, "sq_port", &sys_flags_qrtr_ports, load(at, size, 8, 4));
}

void sockaddr_xdp(const struct scope *s, const uint8_t *at, size_t size)
{
	enum { SHARED = 1 };
	uint64_t flags = load(at, size, 2, 2), fd = load(at, size, 12, 4);

	buf_str(s->out, ", sxdp_flags=");
	say_parts(s, &sys_flags_xdp_address_flags, flags);
	sockaddr_interface(s, "sxdp_ifindex", (uint32_t)load(at, size, 4, 4));
	buf_printf(s->out, ", sxdp_queue_id=%u", (unsigned)load(at, size, 8, 4));
	if (flags & SHARED) {
		buf_printf(s->out, ", sxdp_shared_umem_fd=%d", (int)(int32_t)fd);
		say_fd_name(s, (int32_t)fd);
	} else if (fd) {
		sockaddr_hex(s, "sxdp_shared_umem_fd", fd);
	}
}

void sockaddr_mctp(const struct scope *s, const uint8_t *at, size_t size)
{
	uint64_t pad = load(at, size, 2, 2);

	if (pad)
		sockaddr_hex(s, "__smctp_pad0", pad);
	sockaddr_enum(s, "smctp_network", &sys_flags_mctp_networks, load(at, size, 4, 4));
	buf_str(s->out, ", smctp_addr={s_addr=");
	sockaddr_enum(s, NULL, &sys_flags_mctp_addresses, at[8]);
	buf_char(s->out, '}');
	sockaddr_hex(s, "smctp_type", at[9]);
	sockaddr_hex(s, "smctp_tag", at[10]);
	if (at[11])
		sockaddr_hex(s, "__smctp_pad1", at[11]);
}

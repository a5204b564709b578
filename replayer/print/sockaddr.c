/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket addresses. The layouts are those of unix(7), ip(7), ipv6(7), netlink(7), packet(7),
 * vsock(7) and <linux/if_alg.h>; rarer families are in a file of their own. One that is shorter
 * than its family's is told as bytes.
 */
#include "sockaddr.h"

#include "escape.h"

#include "sys/flags.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum {
	PATH_AT = 2,
	PATH_SIZE = 108,
	SCOPE_AT = 24,
	HARDWARE_AT = 12,
	/* The kernel takes no address of more. */
	ADDRESS_MAX = 128,
};

uint32_t sockaddr_big_endian(const uint8_t *at, size_t size, size_t offset, size_t width)
{
	uint32_t value = 0;

	for (size_t i = 0; i < width && offset + width <= size; i++)
		value = value << 8 | at[offset + i];
	return value;
}

void sockaddr_enum(const struct scope *s, const char *name, const struct sys_flagset *set,
		   uint64_t value)
{
	size_t from;

	if (name)
		buf_printf(s->out, ", %s=", name);
	from = s->out->size;
	say_enum(s->out, set, value);
	put_hex(s->p, s->out, from, value);
}

void sockaddr_hex(const struct scope *s, const char *name, uint64_t value)
{
	if (name)
		buf_printf(s->out, ", %s=", name);
	buf_printf(s->out, value ? "%#" PRIx64 : "%" PRIx64, value);
}

void sockaddr_interface(const struct scope *s, const char *name, uint32_t index)
{
	buf_printf(s->out, ", %s=", name);
	say_interface(s, index);
}

static void say_unix(const struct scope *s, const uint8_t *at, size_t size)
{
	const uint8_t *path = at + PATH_AT;
	size_t length = size > PATH_AT ? size - PATH_AT : 0;

	if (!length)
		return;
	length = length < PATH_SIZE ? length : PATH_SIZE;
	buf_str(s->out, ", sun_path=");
	if (!path[0]) {
		/* An abstract name: all bytes behind the first NUL belong to it. */
		buf_str(s->out, "@\"");
		escape_strace(s->out, path + 1, length - 1, s->p->options.hex);
	} else {
		buf_char(s->out, '"');
		escape_strace(s->out, path, strnlen((const char *)path, length), s->p->options.hex);
	}
	buf_char(s->out, '"');
}

static void say_port(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t from = s->out->size;

	buf_printf(s->out, "htons(%u)", (unsigned)sockaddr_big_endian(at, size, 2, 2));
	put_bytes(s->p, s->out, from, at + 2, 2);
}

void sockaddr_inet(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t from;

	buf_str(s->out, ", sin_port=");
	say_port(s, at, size);
	buf_str(s->out, ", sin_addr=");
	from = s->out->size;
	say_ipv4(s, at + 4);
	put_bytes(s->p, s->out, from, at + 4, 4);
}

void say_ipv6_member(const struct scope *s, const uint8_t *bytes, size_t size, const char *name)
{
	bool named = s->p->options.words != PRINT_WORDS_ONLY;
	size_t from;

	if (named)
		buf_printf(s->out, "%s=", name);
	from = s->out->size;
	say_ipv6(s, bytes, size, 0);
	if (!named) {
		buf_truncate(s->out, s->out->size - 1);
		buf_printf(s->out, ", &%s)", name);
	}
	if (size >= 16)
		put_bytes(s->p, s->out, from, bytes, 16);
}

/* The scope of a link's addresses is the link. */
static bool is_link_local(const uint8_t *address)
{
	return (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
	       (address[0] == 0xff && (address[1] & 0xf) == 2);
}

void sockaddr_inet6(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t scope = size - SCOPE_AT < 4 ? size - SCOPE_AT : 4, from;
	uint32_t index = (uint32_t)load(at, size, SCOPE_AT, scope);

	buf_str(s->out, ", sin6_port=");
	say_port(s, at, size);
	buf_str(s->out, ", sin6_flowinfo=");
	from = s->out->size;
	buf_printf(s->out, "htonl(%" PRIu32 ")", sockaddr_big_endian(at, size, 4, 4));
	put_bytes(s->p, s->out, from, at + 4, 4);
	buf_str(s->out, ", ");
	say_ipv6_member(s, at + 8, 16, "sin6_addr");
	if (scope && is_link_local(at + 8))
		sockaddr_interface(s, "sin6_scope_id", index);
	else if (scope)
		buf_printf(s->out, ", sin6_scope_id=%" PRIu32, index);
}

static void say_netlink_address(const struct scope *s, const uint8_t *at, size_t size)
{
	uint64_t groups = load(at, size, 8, 4), pad = load(at, size, 2, 2);

	if (pad)
		buf_printf(s->out, ", nl_pad=%#" PRIx64, pad);
	buf_printf(s->out, ", nl_pid=%d, nl_groups=", (int)(int32_t)load(at, size, 4, 4));
	buf_printf(s->out, groups ? "%#08" PRIx64 : "00000000", groups);
}

static void say_packet_address(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t length = at[11], there = size - HARDWARE_AT, from;
	size_t shown = length < there ? length : there;

	buf_str(s->out, ", sll_protocol=");
	from = s->out->size;
	buf_str(s->out, "htons(");
	say_enum(s->out, &sys_flags_ethernet_protocols, sockaddr_big_endian(at, size, 2, 2));
	buf_char(s->out, ')');
	put_bytes(s->p, s->out, from, at + 2, 2);
	note_address(s, PRINT_HARDWARE, at + HARDWARE_AT, shown);
	sockaddr_interface(s, "sll_ifindex", (uint32_t)load(at, size, 4, 4));
	sockaddr_enum(s, "sll_hatype", &sys_flags_arp_hardware, load(at, size, 8, 2));
	sockaddr_enum(s, "sll_pkttype", &sys_flags_packet_types, at[10]);
	buf_printf(s->out, ", sll_halen=%zu", length);
	for (size_t i = 0; i < shown; i++)
		buf_printf(s->out, at[HARDWARE_AT + i] ? "%s%#x" : "%s%02x",
			   i ? ", " : ", sll_addr=[", at[HARDWARE_AT + i]);
	if (shown)
		buf_str(s->out, shown < length ? ", ...]" : "]");
}

/* An array that a NUL should end: without one, the last byte is told as more. */
static void say_array(const struct scope *s, const char *name, const uint8_t *at, size_t size)
{
	size_t length = strnlen((const char *)at, size);

	buf_printf(s->out, ", %s=", name);
	say_quoted(s->p, s->out, at, length < size ? length : size - 1, length, true);
}

/* As a number always, the names behind it. */
static void say_features(const struct scope *s, const char *name, uint64_t value)
{
	const struct sys_flagset *set = &sys_flags_crypto_features;

	sockaddr_hex(s, name, value);
	if (!value || s->p->options.words == PRINT_WORDS_NEVER)
		return;
	buf_str(s->out, " /* ");
	if (value & set->flag[0].value)
		say_flags(s->out, set, value);
	else
		buf_str(s->out, set->unknown);
	buf_str(s->out, " */");
}

static void say_algorithm(const struct scope *s, const uint8_t *at, size_t size)
{
	say_array(s, "salg_type", at + 2, 14);
	say_features(s, "salg_feat", load(at, size, 16, 4));
	say_features(s, "salg_mask", load(at, size, 20, 4));
	say_array(s, "salg_name", at + 24, size - 24);
}

static void say_vsock(const struct scope *s, const uint8_t *at, size_t size)
{
	uint64_t reserved = load(at, size, 2, 2);

	if (reserved)
		buf_printf(s->out, ", svm_reserved1=%#" PRIx64, reserved);
	sockaddr_enum(s, "svm_cid", &sys_flags_vsock_cids, load(at, size, 8, 4));
	sockaddr_enum(s, "svm_port", &sys_flags_vsock_ports, load(at, size, 4, 4));
	buf_str(s->out, ", svm_flags=");
	say_parts(s, &sys_flags_vsock_flags, at[12]);
	if (!load(at, size, 13, 3))
		return;
	buf_str(s->out, ", svm_zero=");
	say_hexadecimal(s, at + 13, 3, 3);
}

static void say_data(const struct scope *s, const uint8_t *at, size_t size)
{
	if (size <= 2)
		return;
	buf_str(s->out, ", sa_data=\"");
	escape_strace(s->out, at + 2, size - 2, s->p->options.hex);
	buf_char(s->out, '"');
}

static const struct family {
	uint16_t family;
	size_t least;
	sockaddr_fn *say;
} families[] = {
	{1, 2, say_unix},
	{2, 16, sockaddr_inet},
	{3, 16, sockaddr_ax25},
	{4, 16, sockaddr_ipx},
	{9, 18, sockaddr_x25},
	{10, 24, sockaddr_inet6},
	{16, 12, say_netlink_address},
	{17, 20, say_packet_address},
	{31, 2, sockaddr_bluetooth},
	{33, 36, sockaddr_rxrpc},
	{36, 20, sockaddr_ieee802154},
	{38, 25, say_algorithm},
	{39, 16, sockaddr_nfc},
	{40, 16, say_vsock},
	{42, 12, sockaddr_qrtr},
	{44, 16, sockaddr_xdp},
	{45, 12, sockaddr_mctp},
};

void say_sockaddr(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	uint64_t family = load(bytes, size, 0, 2);
	const struct family *known = NULL;
	size_t from;

	if (size < 2) {
		say_pointer(s, address);
		return;
	}
	size = size < ADDRESS_MAX ? size : ADDRESS_MAX;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (families[i].family == family && size >= families[i].least)
			known = &families[i];
	}
	buf_str(s->out, "{sa_family=");
	from = s->out->size;
	say_enum(s->out, &sys_flags_address_families, family);
	put_hex(s->p, s->out, from, family);
	(known ? known->say : say_data)(s, bytes, size);
	buf_char(s->out, '}');
}

/* The text is a string like any other: -xx is about it, too. */
static void say_text(const struct scope *s, const char *text)
{
	buf_char(s->out, '"');
	escape_strace(s->out, text, strlen(text), s->p->options.hex);
	buf_str(s->out, "\")");
}

void note_address(const struct scope *s, enum print_address kind, const uint8_t *bytes, size_t size)
{
	if (s->p->address && size)
		s->p->address(s->p->address_context, kind, bytes, size);
}

void say_ipv4(const struct scope *s, const uint8_t *bytes)
{
	char text[INET_ADDRSTRLEN] = "";

	note_address(s, PRINT_IPV4, bytes, 4);
	inet_ntop(AF_INET, bytes, text, sizeof(text));
	buf_str(s->out, "inet_addr(");
	say_text(s, text);
}

void say_ipv6(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	char text[INET6_ADDRSTRLEN] = "";

	(void)address;
	if (size >= 16) {
		note_address(s, PRINT_IPV6, bytes, 16);
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
	}
	buf_str(s->out, "inet_pton(AF_INET6, ");
	say_text(s, text);
}

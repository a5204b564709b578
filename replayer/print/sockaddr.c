/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket addresses. The layouts are those of unix(7), ip(7), ipv6(7), netlink(7), packet(7)
 * and vsock(7). One that is shorter than its family's is told as bytes.
 */
#include "printer.h"

#include "escape.h"

#include "sys/flags.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	FAMILY_PACKET = 17,
	FAMILY_ALG = 38,
	FAMILY_VSOCK = 40,
	PATH_AT = 2,
	PATH_SIZE = 108,
	SCOPE_AT = 24,
	HARDWARE_SIZE = 8,
	/* The kernel takes no address of more. */
	ADDRESS_MAX = 128,
};

static unsigned big_endian_16(const uint8_t *at, size_t size, size_t offset)
{
	return offset + 2 <= size ? (unsigned)at[offset] << 8 | at[offset + 1] : 0;
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

	buf_printf(s->out, "htons(%u)", big_endian_16(at, size, 2));
	put_bytes(s->p, s->out, from, at + 2, 2);
}

static void say_inet(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t from;

	buf_str(s->out, ", sin_port=");
	say_port(s, at, size);
	buf_str(s->out, ", sin_addr=");
	from = s->out->size;
	buf_printf(s->out, "inet_addr(\"%u.%u.%u.%u\")", at[4], at[5], at[6], at[7]);
	put_bytes(s->p, s->out, from, at + 4, 4);
}

static void say_inet6(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t scope = size - SCOPE_AT < 4 ? size - SCOPE_AT : 4, from;
	bool named = s->p->options.words != PRINT_WORDS_ONLY;
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(AF_INET6, at + 8, text, sizeof(text));
	buf_str(s->out, ", sin6_port=");
	say_port(s, at, size);
	buf_str(s->out, ", sin6_flowinfo=");
	from = s->out->size;
	buf_printf(s->out, "htonl(%u)",
		   big_endian_16(at, size, 4) << 16 | big_endian_16(at, size, 6));
	put_bytes(s->p, s->out, from, at + 4, 4);
	buf_str(s->out, named ? ", sin6_addr=" : ", ");
	from = s->out->size;
	buf_printf(s->out,
		   named ? "inet_pton(AF_INET6, \"%s\")"
			 : "inet_pton(AF_INET6, \"%s\", &sin6_addr)",
		   text);
	put_bytes(s->p, s->out, from, at + 8, 16);
	if (scope)
		buf_printf(s->out, ", sin6_scope_id=%u", (unsigned)load(at, size, SCOPE_AT, scope));
}

static void say_netlink_address(const struct scope *s, const uint8_t *at, size_t size)
{
	uint64_t groups = load(at, size, 8, 4), pad = load(at, size, 2, 2);

	if (pad)
		buf_printf(s->out, ", nl_pad=%#" PRIx64, pad);
	buf_printf(s->out, ", nl_pid=%u, nl_groups=", (unsigned)load(at, size, 4, 4));
	buf_printf(s->out, groups ? "%#08" PRIx64 : "00000000", groups);
}

static void say_packet_address(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t length = at[11], shown = length < HARDWARE_SIZE ? length : HARDWARE_SIZE;

	buf_str(s->out, ", sll_protocol=htons(");
	say_enum(s->out, &sys_flags_ethernet_protocols, big_endian_16(at, size, 2));
	buf_printf(s->out, "), sll_ifindex=%u, sll_hatype=", (unsigned)load(at, size, 4, 4));
	say_enum(s->out, &sys_flags_arp_hardware, load(at, size, 8, 2));
	buf_str(s->out, ", sll_pkttype=");
	say_enum(s->out, &sys_flags_packet_types, at[10]);
	buf_printf(s->out, ", sll_halen=%zu", length);
	for (size_t i = 0; i < shown; i++)
		buf_printf(s->out, at[12 + i] ? "%s%#x" : "%s%x", i ? ", " : ", sll_addr=[",
			   at[12 + i]);
	if (shown)
		buf_str(s->out, shown < length ? ", ...]" : "]");
}

static void say_algorithm(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_str(s->out, ", salg_type=");
	say_quoted(s->p, s->out, at + 2, strnlen((const char *)at + 2, 14), 0, true);
	buf_printf(s->out, ", salg_feat=%#" PRIx64 ", salg_mask=%#" PRIx64 ", salg_name=",
		   load(at, size, 16, 4), load(at, size, 20, 4));
	say_quoted(s->p, s->out, at + 24, strnlen((const char *)at + 24, size - 24), 0, true);
}

static void say_vsock(const struct scope *s, const uint8_t *at, size_t size)
{
	uint64_t reserved = load(at, size, 2, 2);

	if (reserved)
		buf_printf(s->out, ", svm_reserved1=%#" PRIx64, reserved);
	buf_str(s->out, ", svm_cid=");
	say_enum(s->out, &sys_flags_vsock_cids, load(at, size, 8, 4));
	buf_printf(s->out, ", svm_port=%#" PRIx64 ", svm_flags=", load(at, size, 4, 4));
	say_flags(s->out, &sys_flags_vsock_flags, at[12]);
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
	void (*say)(const struct scope *s, const uint8_t *at, size_t size);
} families[] = {
	{FAMILY_UNIX, 2, say_unix},
	{FAMILY_INET, 16, say_inet},
	{FAMILY_INET6, 24, say_inet6},
	{FAMILY_NETLINK, 12, say_netlink_address},
	{FAMILY_PACKET, 20, say_packet_address},
	{FAMILY_ALG, 25, say_algorithm},
	{FAMILY_VSOCK, 16, say_vsock},
};

void say_sockaddr(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	uint64_t family = load(bytes, size, 0, 2);
	const struct family *known = NULL;
	size_t from;

	if (size < 2) {
		say_address(s->out, address);
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

void say_ipv6(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	char text[INET6_ADDRSTRLEN] = "";

	(void)address;
	if (size >= 16)
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
	buf_printf(s->out, "inet_pton(AF_INET6, \"%s\")", text);
}

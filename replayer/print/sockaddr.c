/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket addresses and what comes along with messages. The layouts are those of
 * unix(7), ip(7), ipv6(7), netlink(7) and cmsg(3).
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
	PATH_AT = 2,
	CMSG_RIGHTS = 1,
	CMSG_CREDENTIALS = 2,
	LEVEL_SOCKET = 1,
};

static unsigned big_endian_16(const uint8_t *at, size_t size, size_t offset)
{
	return offset + 2 <= size ? (unsigned)at[offset] << 8 | at[offset + 1] : 0;
}

static void say_unix(const struct scope *s, const uint8_t *at, size_t size)
{
	const uint8_t *path = at + PATH_AT;
	size_t length = size > PATH_AT ? size - PATH_AT : 0;

	if (!length) {
		buf_str(s->out, "sa_family=AF_UNIX");
		return;
	}
	buf_str(s->out, "sa_family=AF_UNIX, sun_path=");
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

static void say_inet(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_printf(s->out, "sa_family=AF_INET, sin_port=htons(%u), ", big_endian_16(at, size, 2));
	if (size >= 8)
		buf_printf(s->out, "sin_addr=inet_addr(\"%u.%u.%u.%u\")", at[4], at[5], at[6],
			   at[7]);
}

static void say_inet6(const struct scope *s, const uint8_t *at, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (size >= 24)
		inet_ntop(AF_INET6, at + 8, text, sizeof(text));
	buf_printf(s->out,
		   "sa_family=AF_INET6, sin6_port=htons(%u), sin6_flowinfo=htonl(%u), "
		   "inet_pton(AF_INET6, \"%s\", &sin6_addr), sin6_scope_id=%u",
		   big_endian_16(at, size, 2),
		   big_endian_16(at, size, 4) << 16 | big_endian_16(at, size, 6), text,
		   (unsigned)load(at, size, 24, 4));
}

static void say_netlink_address(const struct scope *s, const uint8_t *at, size_t size)
{
	uint64_t groups = load(at, size, 8, 4);

	buf_printf(s->out,
		   "sa_family=AF_NETLINK, nl_pid=%u, nl_groups=", (unsigned)load(at, size, 4, 4));
	buf_printf(s->out, groups ? "%#08" PRIx64 : "00000000", groups);
}

static void say_other(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_str(s->out, "sa_family=");
	say_enum(s->out, &sys_flags_address_families, load(at, size, 0, 2));
	if (size <= 2)
		return;
	buf_str(s->out, ", sa_data=\"");
	escape_strace(s->out, at + 2, size - 2, s->p->options.hex);
	buf_char(s->out, '"');
}

/* An address that was cut is told as bytes. */
static size_t least_size(uint64_t family)
{
	switch (family) {
	case FAMILY_INET:
		return 8;
	case FAMILY_INET6:
		return 24;
	case FAMILY_NETLINK:
		return 12;
	default:
		return 0;
	}
}

void say_sockaddr(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	if (size < 2) {
		say_address(s->out, address);
		return;
	}
	buf_char(s->out, '{');
	switch (size < least_size(load(bytes, size, 0, 2)) ? 0 : load(bytes, size, 0, 2)) {
	case FAMILY_UNIX:
		say_unix(s, bytes, size);
		break;
	case FAMILY_INET:
		say_inet(s, bytes, size);
		break;
	case FAMILY_INET6:
		say_inet6(s, bytes, size);
		break;
	case FAMILY_NETLINK:
		say_netlink_address(s, bytes, size);
		break;
	default:
		say_other(s, bytes, size);
	}
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

/* ---- control messages ---- */

static void say_rights(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_str(s->out, ", cmsg_data=[");
	for (size_t i = 0; i + 4 <= size; i += 4)
		buf_printf(s->out, "%s%d", i ? ", " : "", (int)(int32_t)load(at, size, i, 4));
	buf_char(s->out, ']');
}

static void say_credentials(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_printf(s->out, ", cmsg_data={pid=%d, uid=%u, gid=%u}",
		   (int)(int32_t)load(at, size, 0, 4), (unsigned)load(at, size, 4, 4),
		   (unsigned)load(at, size, 8, 4));
}

static void say_cmsg_one(const struct scope *s, const uint8_t *at, size_t size, size_t head)
{
	uint64_t length = load(at, size, 0, s->desc->wide), level = load(at, size, head - 8, 4);
	uint64_t type = load(at, size, head - 4, 4);
	size_t data = length > head ? (size_t)length - head : 0;

	data = data < size - head ? data : size - head;
	buf_printf(s->out, "{cmsg_len=%" PRIu64 ", cmsg_level=", length);
	say_enum(s->out, &sys_flags_socket_levels, level);
	buf_str(s->out, ", cmsg_type=");
	if (level == LEVEL_SOCKET && type == CMSG_RIGHTS) {
		buf_str(s->out, "SCM_RIGHTS");
		say_rights(s, at + head, data);
	} else if (level == LEVEL_SOCKET && type == CMSG_CREDENTIALS && data >= 12) {
		buf_str(s->out, "SCM_CREDENTIALS");
		say_credentials(s, at + head, data);
	} else {
		buf_hex(s->out, type);
		if (data) {
			buf_str(s->out, ", cmsg_data=");
			say_quoted(s->p, s->out, at + head, data, data, false);
		}
	}
	buf_char(s->out, '}');
}

void say_cmsg(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	size_t wide = s->desc->wide, head = wide + 8, at = 0;

	if (size < head) {
		say_address(s->out, address);
		return;
	}
	buf_char(s->out, '[');
	while (at + head <= size) {
		uint64_t length = load(bytes, size, at, wide);

		buf_str(s->out, at ? ", " : "");
		say_cmsg_one(s, bytes + at, size - at, head);
		if (length < head || length > size - at)
			break;
		at += (size_t)((length + wide - 1) / wide * wide);
	}
	buf_char(s->out, ']');
}

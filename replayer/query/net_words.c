/* SPDX-License-Identifier: Apache-2.0 */
/* What a socket speaks, and to what address, in words. */
#include "net.h"

#include "object.h"

#include "base/buf.h"
#include "base/load.h"
#include "replayer/print/escape.h"
#include "sys/flags.h"

#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	STREAM = 1,
	DATAGRAM = 2,
	ADDRESS_AT = 4,
	ADDRESS6_AT = 8,
};

/* The name of a value without its prefix up to the first '_'. */
static void say_value(const struct sys_flagset *set, uint64_t value, struct buf *ret)
{
	for (size_t i = 0; i < set->count; i++) {
		const char *name = set->flag[i].name, *bar = strchr(name, '_');

		if (set->flag[i].value == value) {
			buf_str(ret, bar ? bar + 1 : name);
			return;
		}
	}
	buf_printf(ret, "%u", (unsigned)value);
}

static void say_internet(const struct peer *p, struct buf *ret)
{
	static const struct {
		uint32_t type, protocol;
		const char *name;
	} names[] = {{STREAM, 0, "TCP"},    {STREAM, 6, "TCP"},     {DATAGRAM, 0, "UDP"},
		     {DATAGRAM, 17, "UDP"}, {DATAGRAM, 1, "ICMP"},  {DATAGRAM, 58, "ICMPv6"},
		     {STREAM, 132, "SCTP"}, {STREAM, 262, "MPTCP"}, {5, 132, "SCTP"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].type == p->type && names[i].protocol == p->protocol) {
			buf_str(ret, names[i].name);
			return;
		}
	}
	say_value(&sys_flags_socket_types, p->type, ret);
	buf_printf(ret, " protocol %u", p->protocol);
}

void peer_protocol(const struct peer *p, struct buf *ret)
{
	if (!p->known) {
		buf_str(ret, "socket");
	} else if (p->family == FAMILY_INET || p->family == FAMILY_INET6) {
		say_internet(p, ret);
	} else if (p->family == FAMILY_NETLINK) {
		buf_str(ret, "netlink ");
		say_value(&sys_flags_netlink_protocols, p->protocol, ret);
	} else {
		say_value(&sys_flags_address_families, p->family, ret);
		if (p->type != STREAM) {
			buf_char(ret, ' ');
			say_value(&sys_flags_socket_types, p->type, ret);
		}
	}
}

void address_text(const struct state_address *a, struct buf *ret)
{
	struct buf text = {0};

	object_of_address(a->bytes, a->size, &text);
	escape_text(ret, buf_text(&text), text.size);
	buf_inherit(ret, &text);
	buf_done(&text);
}

const char *address_name(const struct hosts *h, const struct state_address *a)
{
	uint64_t family = load(a->bytes, a->size, 0, 2);

	if (family == FAMILY_INET && a->size >= ADDRESS_AT + 4)
		return hosts_name(h, a->bytes + ADDRESS_AT, 4);
	if (family == FAMILY_INET6 && a->size >= ADDRESS6_AT + 16)
		return hosts_name(h, a->bytes + ADDRESS6_AT, 16);
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a socket speaks, and to what address, in words. */
#include "net.h"

#include "object.h"

#include "base/buf.h"
#include "base/load.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "sys/flags.h"

#include <errno.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	STREAM = 1,
	DATAGRAM = 2,
	PATH_AT = 2,
	PORT_AT = 2,
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

const char *peer_error_call(const struct peer_error *e, char *scratch)
{
	const struct event_call call = {.nr = e->nr, .arch = e->arch};

	return e->connecting ? "connect" : print_call_name(&call, scratch);
}

bool peer_is_noise(const struct peer *p)
{
	static const char *const paths[] = {"/var/run/nscd/socket", "/run/nscd/socket"};
	const char *path = (const char *)p->remote.bytes + PATH_AT;

	if (p->family != FAMILY_UNIX || p->remote.size <= PATH_AT || p->connections || p->pending ||
	    p->error_count != 1 || p->errors[0].error != ENOENT)
		return false;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (p->remote.size == PATH_AT + strlen(paths[i]) &&
		    memcmp(path, paths[i], strlen(paths[i])) == 0)
			return true;
	}
	return false;
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

/* The bytes of an internet address, of one of IPv4 in one of IPv6 as well; NULL: it is none. */
static const uint8_t *host_of(const struct state_address *a, size_t *size)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint64_t family = load(a->bytes, a->size, 0, 2);
	const uint8_t *at = a->bytes + ADDRESS6_AT;

	*size = 4;
	if (family == FAMILY_INET && a->size >= ADDRESS_AT + 4)
		return a->bytes + ADDRESS_AT;
	if (family != FAMILY_INET6 || a->size < ADDRESS6_AT + 16)
		return NULL;
	if (memcmp(at, mapped, sizeof(mapped)) == 0)
		return at + sizeof(mapped);
	*size = 16;
	return at;
}

static bool is_any(const uint8_t *host, size_t size)
{
	static const uint8_t any[16];

	return memcmp(host, any, size) == 0;
}

static bool is_loopback(const uint8_t *host, size_t size)
{
	static const uint8_t one[16] = {[15] = 1};

	return size == 4 ? host[0] == 127 : memcmp(host, one, size) == 0;
}

/* Whether who is at @local is reached by @remote. What is bound to all addresses has this
 * one for sure only when it is the machine's own. */
static bool reaches(const struct state_address *remote, const struct state_address *local)
{
	size_t size, local_size;
	const uint8_t *host = host_of(remote, &size), *at = host_of(local, &local_size);

	if (!host || !at)
		return remote->size > PATH_AT && remote->size == local->size &&
		       memcmp(remote->bytes, local->bytes, remote->size) == 0;
	if (load(remote->bytes, remote->size, PORT_AT, 2) !=
	    load(local->bytes, local->size, PORT_AT, 2))
		return false;
	if (is_any(at, local_size))
		return is_loopback(host, size) || is_any(host, size);
	return size == local_size && memcmp(host, at, size) == 0;
}

/* Datagrams of UNIX sockets come from nobody, mostly: their reader is no server of anybody. */
static bool answers(const struct peer *server, const struct peer *p)
{
	if (server->type != p->type)
		return false;
	return server->role == NET_SERVER || (p->family == FAMILY_UNIX && !server->remote.size &&
					      p->type == DATAGRAM && server->receives);
}

void peer_answered(const struct net *n, const struct peer *p, struct actors *ret)
{
	*ret = (struct actors){.count = 0};
	if (p->role != NET_CLIENT || !p->known || (!p->connections && !p->sends && !p->receives) ||
	    !p->remote.size || p->family == FAMILY_NETLINK)
		return;
	for (size_t i = 0; i < n->count && !ret->others; i++) {
		const struct peer *server = &n->list[i];

		if (server->known && answers(server, p) && reaches(&p->remote, &server->local))
			actors_merge(ret, &server->by);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as people write them. Only what the families of every day need is told. */
#include "object.h"

#include "base/buf.h"
#include "base/load.h"
#include "sys/table.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	PORT_AT = 2,
	ADDRESS_AT = 4,  /* of IPv4 */
	ADDRESS6_AT = 8, /* of IPv6 */
	PATH_AT = 2,
};

static unsigned port_of(const void *address, size_t size)
{
	const uint64_t port = load(address, size, PORT_AT, 2);

	return (unsigned)((port & 0xff) << 8 | port >> 8);
}

static void say_unix(const char *path, size_t size, struct buf *ret)
{
	if (!size)
		return;
	if (path[0]) {
		buf_append(ret, path, strnlen(path, size));
	} else {
		/* A name that is in no file system. */
		buf_char(ret, '@');
		buf_append(ret, path + 1, size - 1);
	}
}

void object_of_address(const void *address, size_t size, struct buf *ret)
{
	const uint64_t family = load(address, size, 0, 2);
	char text[INET6_ADDRSTRLEN];

	if (family == FAMILY_UNIX && size > PATH_AT) {
		say_unix((const char *)address + PATH_AT, size - PATH_AT, ret);
	} else if (family == FAMILY_INET && size >= ADDRESS_AT + 4) {
		inet_ntop(AF_INET, (const char *)address + ADDRESS_AT, text, sizeof(text));
		buf_printf(ret, "%s:%u", text, port_of(address, size));
	} else if (family == FAMILY_INET6 && size >= ADDRESS6_AT + 16) {
		inet_ntop(AF_INET6, (const char *)address + ADDRESS6_AT, text, sizeof(text));
		buf_printf(ret, "[%s]:%u", text, port_of(address, size));
	}
}

static void say_socket(const struct state_file *f, struct buf *ret)
{
	const struct state_socket *s = f->socket;
	const size_t before = ret->size;

	if (s && s->peer.size)
		object_of_address(s->peer.bytes, s->peer.size, ret);
	if (s && ret->size == before && s->local.size)
		object_of_address(s->local.bytes, s->local.size, ret);
	if (ret->size > before)
		return;
	if (s && s->family == FAMILY_NETLINK)
		buf_str(ret, "netlink socket");
	else if (f->inode)
		buf_printf(ret, "socket:[%" PRIu64 "]", f->inode);
	else
		buf_str(ret, "socket");
}

void object_of_file(const struct state_file *f, struct buf *ret)
{
	if (f->kind == STATE_SOCKET)
		say_socket(f, ret);
	else if (f->kind == STATE_PIPE && f->inode)
		buf_printf(ret, "pipe:[%" PRIu64 "]", f->inode);
	else if (f->kind == STATE_PIPE)
		buf_str(ret, "pipe");
	else if (f->kind == STATE_PIDFD)
		buf_printf(ret, "process %u", f->pid);
	else if (f->text)
		buf_append(ret, f->text, f->size);
}

bool object_is_remote(const struct state_file *f)
{
	return f->kind == STATE_SOCKET && f->socket &&
	       (f->socket->family == FAMILY_INET || f->socket->family == FAMILY_INET6);
}

unsigned object_peer_port(const struct state_file *f)
{
	return object_is_remote(f) && f->socket->peer.size
		       ? port_of(f->socket->peer.bytes, f->socket->peer.size)
		       : 0;
}

int object_late_error(const struct event *e)
{
	static const char *const names[] = {"getsockopt", NULL};
	enum { LEVEL_SOCKET = 1, OPTION_ERROR = 4 };
	size_t size;
	const uint8_t *value;

	if (e->call.args[1] != LEVEL_SOCKET || e->call.args[2] != OPTION_ERROR || e->call.ret ||
	    !sys_is_named(sys_find(e->call.arch, e->call.nr), names))
		return 0;
	value = event_bytes(e, EVENT_AT_EXIT, e->call.args[3], &size);
	return value ? (int)load(value, size, 0, 4) : 0;
}

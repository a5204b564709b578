/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Netlink messages: netlink(7). What the types and the payload mean depends on the socket's
 * protocol, which the replayed state knows; without it they are numbers and bytes. The
 * payloads of protocols are in files of their own.
 */
#include "netlink.h"

#include "replayer/state/state.h"
#include "sys/flags.h"
#include "sys/names.h"
#include "sys/table.h"

#include <string.h>

enum {
	FAMILY_NETLINK = 16,
	HEAD_SIZE = 16,
	ERROR_SIZE = 4,
	FLAG_REQUEST = 1,
	FLAG_CAPPED = 0x100,
};

/* ---- whose message it is ---- */

static const struct sys_field *address_field(const struct scope *s)
{
	for (size_t i = 0; i < s->desc->count; i++) {
		if (s->desc->field[i].kind == K_SOCKADDR)
			return &s->desc->field[i];
	}
	return NULL;
}

static const struct state_socket *socket_of(const struct scope *s)
{
	const struct state_file *f;
	const struct sys_field *number;
	uint64_t fd;

	while (s->outer)
		s = s->outer;
	number = s->desc->field;
	fd = s->desc->count ? sys_value(number, s->base, s->size) : 0;
	if (!s->p->state || !s->desc->count || number->kind != K_FD || fd > INT32_MAX)
		return NULL;
	f = state_at_entry(s->p->state, s->event, (int32_t)fd);
	return f ? f->socket : NULL;
}

/* By the address that goes with it; without a msghdr around it the socket tells, too. */
static bool is_netlink(const struct scope *s)
{
	const struct scope *holder = strcmp(s->desc->name, "iovec") == 0 ? s->outer : s;
	const struct sys_field *f = holder ? address_field(holder) : NULL;
	const struct state_socket *socket;
	const uint8_t *at;
	size_t n = 0;

	if (!f)
		return false;
	socket = holder->address ? NULL : socket_of(s);
	if (socket)
		return socket->family == FAMILY_NETLINK;
	at = event_bytes(s->event, time_of(f->dir ? f->dir : holder->dir),
			 sys_value(f, holder->base, holder->size), &n);
	return at && load(at, n, 0, 2) == FAMILY_NETLINK;
}

static unsigned protocol_of(const struct scope *s)
{
	const struct state_socket *socket = socket_of(s);

	return socket && socket->family == FAMILY_NETLINK ? socket->protocol : NETLINK_NONE;
}

/* ---- the head ---- */

static void say_head(const struct scope *s, const uint8_t *at, unsigned protocol)
{
	unsigned type = (unsigned)load(at, HEAD_SIZE, 4, 2);
	const struct sys_field fields[] = {
		NETLINK_MEMBER("nlmsg_flags", K_FLAGS, 2, 6,
			       .flags = netlink_flags(protocol, type)),
		NETLINK_MEMBER("nlmsg_seq", K_UINT, 4, 8),
		NETLINK_MEMBER("nlmsg_pid", K_INT, 4, 12),
	};
	const struct netlink_layout layout = {fields, NETLINK_COUNT(fields), HEAD_SIZE};

	buf_printf(s->out, "{nlmsg_len=%u, nlmsg_type=", (unsigned)load(at, HEAD_SIZE, 0, 4));
	netlink_type(s, protocol, type);
	buf_str(s->out, ", ");
	netlink_fields(s, &layout, at, HEAD_SIZE);
	buf_char(s->out, '}');
}

/* ---- the payload ---- */

static netlink_item_fn say_message;

static void say_error_number(const struct scope *s, int64_t error)
{
	const char *name = error < 0 && error >= -4095 ? sys_errno_name((int)-error) : NULL;

	if (name)
		buf_printf(s->out, "-%s", name);
	else
		buf_i64(s->out, error);
}

/* What was wrong, the message that was, and what the kernel has to say about it. */
static void say_error(const struct scope *s, const uint8_t *at, size_t size, bool capped,
		      unsigned protocol)
{
	static const struct netlink_attribute known[] = {
		{.type = 1, .form = NETLINK_TEXT},
		{.type = 2, .number = {.kind = K_UINT, .width = 4}},
	};
	static const struct netlink_list list = {&sys_flags_netlink_error_attributes, known,
						 NETLINK_COUNT(known)};
	uint64_t length;
	size_t message = size - ERROR_SIZE, shown = message;
	bool more;

	/* The message that was is always there, its head at least. */
	if (size < ERROR_SIZE + HEAD_SIZE) {
		say_hexadecimal(s, at, size, size);
		return;
	}
	length = capped ? HEAD_SIZE : load(at, size, ERROR_SIZE, 4);
	if (length < message)
		shown = length > HEAD_SIZE ? (size_t)(length + 3) / 4 * 4 : HEAD_SIZE;
	shown = shown < message ? shown : message;
	more = shown < message;
	buf_str(s->out, more ? "[{error=" : "{error=");
	say_error_number(s, (int32_t)load(at, size, 0, 4));
	buf_str(s->out, ", msg=");
	say_message(s, &capped, at + ERROR_SIZE, shown, protocol);
	buf_char(s->out, '}');
	if (!more)
		return;
	buf_str(s->out, ", ");
	netlink_attributes(s, &list, at + ERROR_SIZE + shown, message - shown, 0);
	buf_char(s->out, ']');
}

static void say_payload(const struct scope *s, const uint8_t *head, const uint8_t *at, size_t size,
			unsigned protocol)
{
	unsigned type = (unsigned)load(head, HEAD_SIZE, 4, 2);
	unsigned flags = (unsigned)load(head, HEAD_SIZE, 6, 2);

	if (type == NETLINK_TYPE_ERROR && s->depth < PRINT_DEPTH_MAX) {
		struct scope inner = *s;

		inner.depth++;
		say_error(&inner, at, size, flags & FLAG_CAPPED, protocol);
	} else if (type == NETLINK_TYPE_DONE && size == 4) {
		buf_i64(s->out, (int32_t)load(at, size, 0, 4));
	} else if (type >= NETLINK_TYPE_OWN && protocol == NETLINK_ROUTE) {
		netlink_route(s, type, at, size);
	} else if (type >= NETLINK_TYPE_OWN && protocol == NETLINK_SOCK_DIAG) {
		netlink_diagnosis(s, type, flags & FLAG_REQUEST, at, size);
	} else if (type < NETLINK_TYPE_OWN || !netlink_payload(s, protocol, type, at, size)) {
		say_hexadecimal(s, at, size, size);
	}
}

static void say_message(const struct scope *s, const void *what, const uint8_t *at, size_t size,
			unsigned protocol)
{
	(void)what;
	buf_str(s->out, size > HEAD_SIZE ? "[" : "");
	say_head(s, at, protocol);
	if (size <= HEAD_SIZE)
		return;
	buf_str(s->out, ", ");
	say_payload(s, at, at + HEAD_SIZE, size - HEAD_SIZE, protocol);
	buf_char(s->out, ']');
}

bool say_netlink_messages(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t full)
{
	unsigned protocol;

	if (!is_netlink(s))
		return false;
	protocol = protocol_of(s);
	/* These are text. */
	if (protocol == NETLINK_UEVENT)
		return false;
	if (size < HEAD_SIZE) {
		say_hexadecimal(s, bytes, size, full);
		return true;
	}
	netlink_row(s, bytes, size, 4, HEAD_SIZE, say_message, NULL, protocol);
	buf_str(s->out, size < full ? "..." : "");
	return true;
}

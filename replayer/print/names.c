/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a descriptor or AT_FDCWD stands for, behind its number and between < and >, as the
 * replayed state knows it. What is not on the tape is said as ? or left out.
 */
#include "printer.h"

#include "escape.h"

#include "replayer/state/state.h"
#include "sys/flags.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	TYPE_STREAM = 1,
	TYPE_RAW = 3,
	ADDRESS_AT = 2, /* behind the family */
	PROTOCOL_UDPLITE = 136,
};

/* How many of @size characters are in front of the first bracket. */
static size_t up_to_bracket(const char *text, size_t size)
{
	const char *left = memchr(text, '<', size), *right;

	size = left ? (size_t)(left - text) : size;
	right = memchr(text, '>', size);
	return right ? (size_t)(right - text) : size;
}

/* As a string, but the brackets of the notation itself are escaped, too. */
static void say_path(const struct scope *s, const char *text, size_t size)
{
	size_t plain;

	for (size_t i = 0; i < size; i += plain + 1) {
		bool digit;

		plain = up_to_bracket(text + i, size - i);
		escape_strace(s->out, text + i, plain, s->p->options.hex);
		if (i + plain == size)
			break;
		digit = i + plain + 1 < size && text[i + plain + 1] >= '0' &&
			text[i + plain + 1] <= '7';
		if (s->p->options.hex == PRINT_HEX_ALL)
			buf_printf(s->out, "\\x%02x", text[i + plain]);
		else
			buf_printf(s->out, digit ? "\\%03o" : "\\%o", text[i + plain]);
	}
}

static void say_inode(const struct scope *s, uint64_t inode)
{
	if (inode)
		buf_u64(s->out, inode);
	else
		buf_char(s->out, '?');
}

/* ---- devices ---- */

/* Numbers that Linux has given away for good: admin-guide/devices.txt. */
static const struct device {
	const char *path;
	uint32_t major, minor;
} devices[] = {
	{"/dev/null", 1, 3},    {"/dev/zero", 1, 5},    {"/dev/full", 1, 7}, {"/dev/random", 1, 8},
	{"/dev/urandom", 1, 9}, {"/dev/kmsg", 1, 11},   {"/dev/tty", 5, 0},  {"/dev/console", 5, 1},
	{"/dev/ptmx", 5, 2},    {"/dev/fuse", 10, 229},
};

static void say_device(const struct scope *s, const struct state_file *f)
{
	const struct device *known = NULL;

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		if (strlen(devices[i].path) == f->size &&
		    memcmp(devices[i].path, f->text, f->size) == 0)
			known = &devices[i];
	}
	if (f->device)
		buf_printf(s->out, "<%s %u:%u>", f->device == 'b' ? "block" : "char", f->major,
			   f->minor);
	else if (known)
		buf_printf(s->out, "<char %u:%u>", known->major, known->minor);
}

/* ---- sockets ---- */

static void say_endpoint(const struct scope *s, const struct state_address *a, bool guessed)
{
	bool v6 = load(a->bytes, a->size, 0, 2) == FAMILY_INET6;
	uint64_t port = load(a->bytes, a->size, ADDRESS_AT, 2);
	char text[INET6_ADDRSTRLEN] = "?";
	size_t at = v6 ? 8 : 4, length = v6 ? 16 : 4;
	bool any = true;

	if (a->size < at + length) {
		buf_char(s->out, '?');
		return;
	}
	for (size_t i = 0; i < length; i++)
		any &= !a->bytes[at + i];
	/* A connection to a socket that listens on all addresses has one of them. */
	if (!any || !guessed)
		inet_ntop(v6 ? AF_INET6 : AF_INET, a->bytes + at, text, sizeof(text));
	buf_printf(s->out, v6 ? "[%s]:" : "%s:", text);
	if (port)
		buf_u64(s->out, (port & 0xff) << 8 | port >> 8);
	else
		buf_char(s->out, '?');
}

/* The kernel has chosen it, which only the other end was told. */
static const struct state_address *local_of(const struct state_file *f)
{
	const struct state_socket *x = f->socket, *other = f->peer ? f->peer->socket : NULL;

	return x->local.size || !other ? &x->local : &other->peer;
}

static void say_internet(const struct scope *s, const struct state_file *f)
{
	const struct state_socket *x = f->socket;
	const struct state_address *local = local_of(f);

	if (x->type == TYPE_STREAM)
		buf_str(s->out, "TCP");
	else if (x->type == TYPE_RAW)
		buf_str(s->out, "RAW");
	else
		buf_str(s->out, x->protocol == PROTOCOL_UDPLITE ? "UDPLITE" : "UDP");
	buf_str(s->out, x->family == FAMILY_INET6 ? "v6:[" : ":[");
	if (x->type == TYPE_RAW || (!local->size && !x->peer.size)) {
		say_inode(s, f->inode);
	} else {
		say_endpoint(s, local, x->accepted);
		if (x->peer.size) {
			buf_str(s->out, "->");
			say_endpoint(s, &x->peer, false);
		}
	}
	buf_char(s->out, ']');
}

static void say_unix(const struct scope *s, const struct state_file *f)
{
	const struct state_address *local = &f->socket->local;
	const uint8_t *path = local->bytes + ADDRESS_AT;
	size_t length = local->size > ADDRESS_AT ? local->size - (size_t)ADDRESS_AT : 0;

	buf_str(s->out, f->socket->type == TYPE_STREAM ? "UNIX-STREAM:[" : "UNIX:[");
	say_inode(s, f->inode);
	if (f->peer) {
		buf_str(s->out, "->");
		say_inode(s, f->peer->inode);
	} else if (f->socket->paired || f->socket->peer.size) {
		buf_str(s->out, "->?");
	}
	if (length && path[0]) {
		buf_str(s->out, ",\"");
		escape_strace(s->out, path, strnlen((const char *)path, length), s->p->options.hex);
		buf_char(s->out, '"');
	} else if (length) {
		buf_str(s->out, ",@\"");
		escape_strace(s->out, path + 1, length - 1, s->p->options.hex);
		buf_char(s->out, '"');
	}
	buf_char(s->out, ']');
}

static const char *netlink_name(uint32_t protocol)
{
	static const char prefix[] = "NETLINK_";
	const struct sys_flagset *set = &sys_flags_netlink_protocols;

	for (size_t i = 0; i < set->count; i++) {
		if (set->flag[i].value == protocol)
			return set->flag[i].name + sizeof(prefix) - 1;
	}
	return NULL;
}

static void say_netlink(const struct scope *s, const struct state_file *f)
{
	const struct state_socket *x = f->socket;
	const char *name = netlink_name(x->protocol);

	buf_str(s->out, "NETLINK:[");
	if (x->local.size < 8) {
		say_inode(s, f->inode);
	} else {
		if (name)
			buf_printf(s->out, "%s:", name);
		else
			buf_printf(s->out, "%u:", x->protocol);
		/* 0: the kernel chooses one, which getsockname(2) tells. */
		say_inode(s, load(x->local.bytes, x->local.size, 4, 4));
	}
	buf_char(s->out, ']');
}

static void say_socket(const struct scope *s, const struct state_file *f)
{
	uint32_t family = f->socket ? f->socket->family : 0;
	bool all = s->p->options.names == PRINT_NAMES_ALL;

	if (all && (family == FAMILY_INET || family == FAMILY_INET6)) {
		say_internet(s, f);
	} else if (all && family == FAMILY_UNIX) {
		say_unix(s, f);
	} else if (all && family == FAMILY_NETLINK) {
		say_netlink(s, f);
	} else {
		buf_str(s->out, "socket:[");
		say_inode(s, f->inode);
		buf_char(s->out, ']');
	}
}

/* ---- any ---- */

static void say_file(const struct scope *s, const struct state_file *f)
{
	bool all = s->p->options.names == PRINT_NAMES_ALL;

	if (f->kind == STATE_SOCKET) {
		say_socket(s, f);
	} else if (f->kind == STATE_PIPE) {
		buf_str(s->out, "pipe:[");
		say_inode(s, f->inode);
		buf_char(s->out, ']');
	} else if (f->kind == STATE_PIDFD && all) {
		buf_printf(s->out, "pid:%u", f->pid);
	} else {
		say_path(s, f->text, f->size);
		if (all)
			say_device(s, f);
	}
}

void print_file(struct printer *p, const struct state_file *f, struct buf *ret)
{
	const struct scope s = {.p = p, .out = ret};

	say_file(&s, f);
}

void say_fd_name(const struct scope *s, int64_t fd)
{
	const struct state_file *f = NULL;

	if (s->p->options.names == PRINT_NAMES_NONE || !s->p->state || s->unnamed || fd < 0 ||
	    fd > INT32_MAX)
		return;
	if (s->dir == OUT)
		f = state_at_exit(s->p->state, s->event, (int32_t)fd);
	else
		f = state_at_entry(s->p->state, s->event, (int32_t)fd);
	if (!f || (!f->text && f->kind != STATE_PIPE && f->kind != STATE_SOCKET))
		return;
	buf_char(s->out, '<');
	say_file(s, f);
	buf_str(s->out, f->deleted ? ">(deleted)" : ">");
}

void say_cwd_name(const struct scope *s)
{
	const char *cwd = NULL;
	size_t size;

	if (s->p->options.names != PRINT_NAMES_NONE && s->p->state)
		cwd = state_cwd(s->p->state, s->event, &size);
	if (!cwd)
		return;
	buf_char(s->out, '<');
	say_path(s, cwd, size);
	buf_char(s->out, '>');
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages, which come along with messages: cmsg(3), unix(7), ip(7). Data of a
 * kind that is not known is told as bytes.
 */
#include "printer.h"

#include "sys/flags.h"

#include <inttypes.h>

enum { LEVEL_IP = 0, LEVEL_SOCKET = 1 };

static void say_rights(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_char(s->out, '[');
	for (size_t i = 0; i + 4 <= size; i += 4) {
		buf_printf(s->out, "%s%d", i ? ", " : "", (int)(int32_t)load(at, size, i, 4));
		say_fd_name(s, (int32_t)load(at, size, i, 4));
	}
	buf_char(s->out, ']');
}

static void say_credentials(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_printf(s->out, "{pid=%d, uid=%u, gid=%u}", (int)(int32_t)load(at, size, 0, 4),
		   (unsigned)load(at, size, 4, 4), (unsigned)load(at, size, 8, 4));
}

static void say_text(const struct scope *s, const uint8_t *at, size_t size)
{
	say_quoted(s->p, s->out, at, size, size, false);
}

static void say_options(const struct scope *s, const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf_printf(s->out, at[i] ? "%s%#x" : "%s%x", i ? ", " : "[", at[i]);
	buf_char(s->out, ']');
}

static void say_time_to_live(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_printf(s->out, "[%u]", (unsigned)load(at, size, 0, 4));
}

static void say_packet_info(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t from;

	buf_printf(s->out, "{ipi_ifindex=%u, ipi_spec_dst=", (unsigned)load(at, size, 0, 4));
	from = s->out->size;
	say_ipv4(s, at + 4);
	put_bytes(s->p, s->out, from, at + 4, 4);
	buf_str(s->out, ", ipi_addr=");
	from = s->out->size;
	say_ipv4(s, at + 8);
	put_bytes(s->p, s->out, from, at + 8, 4);
	buf_char(s->out, '}');
}

static void say_stamp(const struct scope *s, const uint8_t *at, size_t size, const char *fraction)
{
	buf_printf(s->out, "{tv_sec=%" PRId64 ", %s=%" PRIu64 "}", (int64_t)load(at, size, 0, 8),
		   fraction, load(at, size, 8, 8));
}

static void say_microseconds(const struct scope *s, const uint8_t *at, size_t size)
{
	say_stamp(s, at, size, "tv_usec");
}

static void say_nanoseconds(const struct scope *s, const uint8_t *at, size_t size)
{
	say_stamp(s, at, size, "tv_nsec");
}

static const struct message {
	uint32_t level, type;
	size_t least;
	void (*say)(const struct scope *s, const uint8_t *at, size_t size);
} messages[] = {
	{LEVEL_SOCKET, 1, 4, say_rights},        {LEVEL_SOCKET, 2, 12, say_credentials},
	{LEVEL_SOCKET, 3, 1, say_text},          {LEVEL_SOCKET, 29, 16, say_microseconds},
	{LEVEL_SOCKET, 35, 16, say_nanoseconds}, {LEVEL_SOCKET, 63, 16, say_microseconds},
	{LEVEL_SOCKET, 64, 16, say_nanoseconds}, {LEVEL_IP, 1, 1, say_options},
	{LEVEL_IP, 2, 4, say_time_to_live},      {LEVEL_IP, 6, 1, say_options},
	{LEVEL_IP, 7, 1, say_options},           {LEVEL_IP, 8, 12, say_packet_info},
};

static void say_data(const struct scope *s, uint64_t level, uint64_t type, const uint8_t *at,
		     size_t size)
{
	const struct message *known = NULL;

	if (!size)
		return;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		const struct message *m = &messages[i];

		if (m->level == level && m->type == type && size >= m->least)
			known = m;
	}
	buf_str(s->out, ", cmsg_data=");
	(known ? known->say : say_text)(s, at, size);
}

static void say_message(const struct scope *s, const uint8_t *at, size_t size, size_t head)
{
	uint64_t length = load(at, size, 0, s->desc->wide), level = load(at, size, head - 8, 4);
	uint64_t type = load(at, size, head - 4, 4);
	size_t data = length > head ? (size_t)length - head : 0;

	data = data < size - head ? data : size - head;
	buf_printf(s->out, "{cmsg_len=%" PRIu64 ", cmsg_level=", length);
	say_enum(s->out, &sys_flags_socket_levels, level);
	buf_str(s->out, ", cmsg_type=");
	if (level == LEVEL_SOCKET)
		say_enum(s->out, &sys_flags_socket_messages, type);
	else if (level == LEVEL_IP)
		say_enum(s->out, &sys_flags_ip_options, type);
	else
		buf_hex(s->out, type);
	say_data(s, level, type, at + head, data);
	buf_char(s->out, '}');
}

void say_cmsg(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	size_t wide = s->desc->wide, head = wide + 8, at = 0;

	if (size < head) {
		say_pointer(s, address);
		return;
	}
	buf_char(s->out, '[');
	while (at + head <= size) {
		uint64_t length = load(bytes, size, at, wide);

		buf_str(s->out, at ? ", " : "");
		say_message(s, bytes + at, size - at, head);
		if (length > size - at) {
			at = size;
		} else if (length >= head) {
			at += (size_t)((length + wide - 1) / wide * wide);
		} else {
			/* Shorter than its own head: where the next one begins, nobody knows. */
			at += head;
			break;
		}
	}
	if (at < size)
		buf_printf(s->out, ", ... /* %#" PRIx64 " */", address + at);
	buf_char(s->out, ']');
}

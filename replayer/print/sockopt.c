/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of socket options: getsockopt(2), socket(7). Those that the kernel takes for an int,
 * whatever stands behind it, are one; of what is not known the bytes are told, but four bytes
 * are an int more often than not.
 */
#include "printer.h"

#include "sys/flags.h"
#include "sys/table.h"

#include <string.h>

enum {
	LEVEL_SOCKET = 1,
	LEVEL_NETLINK = 270,
	OPTION_ERROR = 4,
	OPTION_REHASH = 74,
	INT_SIZE = 4,
	ICMP_TYPES = 32,
};

/* Options of SOL_SOCKET that are an int: all but structs, strings, 64 bits, and what is only
 * ever read. */
static const uint8_t socket_ints[] = {
	1,  2,  5,  6,  7,  8,  9,  10, 11, 12, 14, 15, 16, 18, 19, 27, 29, 30, 32, 33, 34, 35,
	36, 37, 40, 41, 42, 43, 44, 45, 46, 49, 53, 56, 60, 63, 64, 65, 68, 69, 70, 73, 74, 75,
};

static bool is_int(uint64_t level, uint64_t option, bool get)
{
	if (level == LEVEL_NETLINK)
		return !get;
	if (level != LEVEL_SOCKET)
		return false;
	if (get && option == OPTION_ERROR)
		return true;
	for (size_t i = 0; i < sizeof(socket_ints); i++) {
		if (socket_ints[i] == option)
			return true;
	}
	return false;
}

/* The types of messages that are not let through; the others, when these are fewer. */
static void say_icmp_filter(const struct scope *s, uint32_t bits)
{
	uint32_t said = bits;
	bool any = false;
	unsigned count = 0;
	size_t from;

	for (unsigned i = 0; i < ICMP_TYPES; i++)
		count += bits >> i & 1;
	if (count > ICMP_TYPES / 2)
		said = ~bits;
	buf_str(s->out, said == bits ? "[" : "~[");
	for (unsigned i = 0; i < ICMP_TYPES; i++) {
		if (!(said >> i & 1))
			continue;
		buf_str(s->out, any ? " " : "");
		from = s->out->size;
		say_enum(s->out, &sys_flags_icmp_types, i);
		put_decimal(s->p, s->out, from, i);
		any = true;
	}
	buf_char(s->out, ']');
}

static void say_filter(const struct scope *s, const uint8_t *at, size_t size)
{
	say_icmp_filter(s, (uint32_t)load(at, size, 0, INT_SIZE));
}

static void say_group(const struct scope *s, const uint8_t *at, size_t size)
{
	enum { ADDRESS_AT = 8, ADDRESS_SIZE = 128 };

	(void)size;
	buf_str(s->out, "{gr_interface=");
	say_interface(s, (uint32_t)load(at, ADDRESS_AT, 0, 4));
	buf_str(s->out, ", gr_group=");
	say_sockaddr(s, at + ADDRESS_AT, ADDRESS_SIZE, 0);
	buf_char(s->out, '}');
}

static void say_membership(const struct scope *s, const uint8_t *at, size_t size)
{
	enum { ADDRESS_AT = 8, ADDRESS_SIZE = 8 };
	size_t length = (size_t)load(at, size, 6, 2), from;
	uint64_t type = load(at, size, 4, 2);

	buf_str(s->out, "{mr_ifindex=");
	say_interface(s, (uint32_t)load(at, size, 0, 4));
	buf_str(s->out, ", mr_type=");
	from = s->out->size;
	say_enum(s->out, &sys_flags_packet_memberships, type);
	put_hex(s->p, s->out, from, type);
	buf_printf(s->out, ", mr_alen=%zu, mr_address=", length);
	if (!length || length > ADDRESS_SIZE)
		length = ADDRESS_SIZE;
	from = s->out->size;
	for (size_t i = 0; i < length; i++)
		buf_printf(s->out, "%s%02x", i ? ":" : "", at[ADDRESS_AT + i]);
	put_bytes(s->p, s->out, from, at + ADDRESS_AT, length);
	buf_char(s->out, '}');
}

/* Of fewer bytes the kernel takes none. */
static const struct option {
	uint16_t level, number, least;
	void (*say)(const struct scope *s, const uint8_t *at, size_t size);
} options[] = {
	{0, 42, 136, say_group},      {0, 45, 136, say_group},        {41, 42, 136, say_group},
	{41, 45, 136, say_group},     {255, 1, INT_SIZE, say_filter}, {263, 1, 16, say_membership},
	{263, 2, 16, say_membership},
};

static const struct option *find_option(uint64_t level, uint64_t number)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].level == level && options[i].number == number)
			return &options[i];
	}
	return NULL;
}

static void say_int(const struct scope *s, uint64_t level, uint64_t option, uint64_t value)
{
	size_t from;

	buf_char(s->out, '[');
	from = s->out->size;
	if (level == LEVEL_SOCKET && option == OPTION_REHASH) {
		say_enum(s->out, &sys_flags_rehash_choices, value);
		put_decimal(s->p, s->out, from, (int64_t)value);
	} else {
		buf_i64(s->out, (int32_t)value);
	}
	buf_char(s->out, ']');
}

static void say_known(const struct scope *s, const struct option *o, const uint8_t *bytes,
		      size_t size, uint64_t address)
{
	if (size >= o->least)
		o->say(s, bytes, size);
	else
		say_address(s->out, address);
}

void say_optval(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	uint64_t level = sys_value(&s->desc->field[1], s->base, s->size);
	uint64_t number = sys_value(&s->desc->field[2], s->base, s->size);
	bool get = strcmp(s->desc->name, "getsockopt") == 0, known = is_int(level, number, get);
	const struct option *o = find_option(level, number);

	if (o)
		say_known(s, o, bytes, size, address);
	else if (size == INT_SIZE || (size > INT_SIZE && known))
		say_int(s, level, number, load(bytes, size, 0, INT_SIZE));
	else if (known && get)
		say_hexadecimal(s, bytes, size, size);
	else if (known)
		say_address(s->out, address);
	else
		say_quoted(s->p, s->out, bytes, size, size, false);
}

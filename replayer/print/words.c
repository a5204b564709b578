/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers beside their names, or instead of them (-X). Whoever says a name says it first;
 * here it is put behind the number, as a comment, or taken away again.
 */
#include "printer.h"

#include "sys/flags.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The longest are the 32 bytes of a hardware address. */
enum { RAW_MAX = 160 };

/* What stands in the buffer from @from on is the name of what is said as @raw. */
void put_raw(const struct printer *p, struct buf *out, size_t from, const char *raw)
{
	size_t length = strlen(raw), words = out->size - from;
	bool same = words == length && memcmp(out->data + from, raw, length) == 0;
	bool has_raw = words > length + 1 && memcmp(out->data + from, raw, length) == 0 &&
		       out->data[from + length] == ' ';
	char *room;

	if (p->options.words == PRINT_WORDS_ONLY || same || buf_error(out))
		return;
	if (p->options.words == PRINT_WORDS_NEVER) {
		buf_truncate(out, from);
		buf_str(out, raw);
		return;
	}
	/* A number that has no name is said as a number already: 0x63, and perhaps what it is not.
	 */
	if (has_raw || !words)
		return;
	if (!buf_extend(out, length + 4))
		return;
	room = out->data + from;
	memmove(room + length + 4, room, words);
	memcpy(room, raw, length);
	memcpy(room + length, " /* ", 4);
	buf_str(out, " */");
}

void put_hex(const struct printer *p, struct buf *out, size_t from, uint64_t value)
{
	char raw[RAW_MAX];

	snprintf(raw, sizeof(raw), value ? "%#" PRIx64 : "%" PRIx64, value);
	put_raw(p, out, from, raw);
}

void put_decimal(const struct printer *p, struct buf *out, size_t from, int64_t value)
{
	char raw[RAW_MAX];

	snprintf(raw, sizeof(raw), "%" PRId64, value);
	put_raw(p, out, from, raw);
}

static void put_octal(const struct printer *p, struct buf *out, size_t from, uint64_t value)
{
	char raw[RAW_MAX];

	snprintf(raw, sizeof(raw), value ? "0%" PRIo64 : "%" PRIo64, value);
	put_raw(p, out, from, raw);
}

/* Bytes in the network's order: "\x00\x50". */
void put_bytes(const struct printer *p, struct buf *out, size_t from, const uint8_t *at,
	       size_t size)
{
	char raw[RAW_MAX] = "\"";
	size_t n = 1;

	for (size_t i = 0; i < size && n + 6 < sizeof(raw); i++)
		n += (size_t)snprintf(raw + n, sizeof(raw) - n, "\\x%02x", at[i]);
	raw[n] = '"';
	put_raw(p, out, from, raw);
}

/* ---- sets of bits that hold a number ---- */

static const struct mixed {
	const struct sys_flagset *set;
	const struct sys_flagset *rest; /* names of the other bits; NULL: in `set`, too */
	uint64_t number;
	bool behind, decimal;
	bool apart;  /* bits without a name are told to be none, although the number has one */
	bool always; /* the number is told by itself, with or without a name */
} all_mixed[] = {
	{.set = &sys_flags_socket_types, .number = 0xf, .apart = true},
	{.set = &sys_flags_statx_flags, .number = 0x6000},
	{.set = &sys_flags_clone_flags_signal, .number = 0xff, .behind = true, .decimal = true},
	{.set = &sys_flags_personalities,
	 .rest = &sys_flags_personality_flags,
	 .number = 0xff,
	 .apart = true,
	 .always = true},
};

static bool is_named(const struct mixed *x, uint64_t number)
{
	for (size_t i = 0; i < x->set->count; i++) {
		if (x->set->flag[i].mask == x->number && x->set->flag[i].value == number)
			return true;
	}
	return false;
}

static const struct mixed *find_mixed(const struct sys_flagset *set, uint64_t value)
{
	for (size_t i = 0; i < sizeof(all_mixed) / sizeof(all_mixed[0]); i++) {
		const struct mixed *x = &all_mixed[i];

		/* One that has no name is said together with the bits. */
		if (x->set == set && (x->behind || x->always || is_named(x, value & x->number)))
			return x;
	}
	return NULL;
}

static void say_bits(const struct scope *s, const struct sys_flagset *set, uint64_t value)
{
	size_t from = s->out->size;

	say_flags(s->out, set, value);
	put_hex(s->p, s->out, from, value);
}

static void say_number_part(const struct scope *s, const struct mixed *x, uint64_t value)
{
	size_t from = s->out->size;

	if (x->decimal)
		say_signal(s->out, value);
	else
		say_flags(s->out, x->set, value);
	if (x->decimal)
		put_decimal(s->p, s->out, from, (int64_t)value);
	else
		put_hex(s->p, s->out, from, value);
}

void say_parts(const struct scope *s, const struct sys_flagset *set, uint64_t value)
{
	const struct mixed *x = find_mixed(set, value);

	if (s->p->options.words == PRINT_WORDS_ONLY && !(x && x->apart)) {
		say_flags(s->out, set, value);
		return;
	}
	if (!x) {
		say_bits(s, set, value);
		return;
	}
	if (!x->behind || !(value & ~x->number))
		say_number_part(s, x, value & x->number);
	if (!(value & ~x->number))
		return;
	if (!x->behind)
		buf_char(s->out, '|');
	/* Without the number's part, which 0 may be a name of, too. */
	say_bits(s, x->rest ? x->rest : set, value & ~x->number);
	if (x->behind && value & x->number) {
		buf_char(s->out, '|');
		say_number_part(s, x, value & x->number);
	}
}

/* ---- any number ---- */

void put_number_of(const struct scope *s, const struct sys_field *f, uint64_t value, size_t from)
{
	uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
			    (uint8_t)(value >> 24)};
	char raw[RAW_MAX];

	switch ((enum sys_kind)f->kind) {
	case K_ENUM:
	case K_DEV:
	case K_HANDLER:
		put_hex(s->p, s->out, from, value);
		break;
	case K_SIGNAL:
		put_decimal(s->p, s->out, from, (int64_t)value);
		break;
	case K_MODE:
		put_octal(s->p, s->out, from, value);
		break;
	case K_TICKS:
	case K_RLIMIT:
		snprintf(raw, sizeof(raw), "%" PRIu64, value);
		put_raw(s->p, s->out, from, raw);
		break;
	case K_PORT:
		put_bytes(s->p, s->out, from, bytes, 2);
		break;
	case K_IPV4:
		put_bytes(s->p, s->out, from, bytes, 4);
		break;
	default:
		break;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "address.h"

#include "token.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
	IPV4 = 4,
	IPV6 = 16,
	GROUPS = 8,
	DIGITS_MIN = 4, /* of all four bytes of an IPv4 address */
	DIGITS_MAX = 12,
	ETHERNET = 6,
	GROUPS_TELLING = 3,
	FOUR_DIGITS = 0x1000,
};

/* ---- what stays ---- */

struct prefix {
	uint8_t bytes[IPV6];
	uint8_t size; /* of these */
};

/* Loopback, link-local, documentation (RFC 5737). */
static const struct prefix kept_ipv4[] = {
	{{127}, 1},          {{169, 254}, 2},    {{192, 0, 2}, 3},
	{{198, 51, 100}, 3}, {{203, 0, 113}, 3}, {{0, 0, 0, 0}, 4},
};
/* Documentation (RFC 3849), any, loopback. */
static const struct prefix kept_ipv6[] = {
	{{0x20, 0x01, 0x0d, 0xb8}, 4},
	{{0}, 16},
	{{[15] = 1}, 16},
};
static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};
static const uint8_t solicited_prefix[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

static bool has_prefix(const struct prefix *list, size_t count, const uint8_t *bytes)
{
	for (size_t i = 0; i < count; i++) {
		if (memcmp(list[i].bytes, bytes, list[i].size) == 0)
			return true;
	}
	return false;
}

static bool is_all(const uint8_t *bytes, size_t size, uint8_t value)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != value)
			return false;
	}
	return true;
}

/* The last four bytes are an IPv4 address, and are written so. */
static bool ends_in_ipv4(const uint8_t *bytes)
{
	static const uint8_t nothing[12];

	return memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0 ||
	       (memcmp(bytes, nothing, sizeof(nothing)) == 0 && (bytes[12] || bytes[13]));
}

static struct address ipv4_within(const uint8_t *bytes)
{
	struct address inner = {ADDRESS_IPV4, IPV4, {0}};

	memcpy(inner.bytes, bytes + 12, IPV4);
	return inner;
}

bool address_is_kept(const struct address *a)
{
	const uint8_t *b = a->bytes;

	if (a->kind == ADDRESS_IPV4)
		/* Multicast, netmasks and the like are above 224. */
		return b[0] >= 224 || has_prefix(kept_ipv4, ARRAY_SIZE(kept_ipv4), b);
	if (a->kind == ADDRESS_HARDWARE)
		return is_all(b, a->size, 0) || (a->size == ETHERNET && b[0] & 1);
	if (ends_in_ipv4(b)) {
		const struct address inner = ipv4_within(b);

		return address_is_kept(&inner);
	}
	return (b[0] == 0xff && memcmp(b, solicited_prefix, sizeof(solicited_prefix)) != 0) ||
	       has_prefix(kept_ipv6, ARRAY_SIZE(kept_ipv6), b);
}

/* ---- what stands for it ---- */

static size_t digits_of(uint8_t byte)
{
	return byte >= 100 ? 3 : byte >= 10 ? 2 : 1;
}

static uint8_t with_digits(size_t digits, uint8_t chance)
{
	if (digits == 3)
		return (uint8_t)(100 + chance % 156);
	return (uint8_t)(digits == 2 ? 10 + chance % 90 : chance % 10);
}

/* So many digits for three bytes: of all ways to have them, one. */
static void deal(size_t digits, const uint8_t *chance, uint8_t *ret)
{
	for (size_t left = 3; left; left--, ret++, chance += 2) {
		size_t others = left - 1;
		size_t most = digits - others < 3 ? digits - others : 3;
		size_t least = digits > 3 * others + 1 ? digits - 3 * others : 1;
		size_t own = least + chance[0] % (most - least + 1);

		*ret = with_digits(own, chance[1]);
		digits -= own;
	}
}

static void map_ipv4(const uint8_t *from, const uint8_t *chance, uint8_t *ret)
{
	size_t digits = 0;

	for (size_t i = 0; i < IPV4; i++)
		digits += digits_of(from[i]);
	if (digits == DIGITS_MIN) {
		ret[0] = 0;
		deal(3, chance, ret + 1);
		/* Any address is another one. */
		ret[3] = (uint8_t)(1 + ret[3] % 9);
	} else if (digits == DIGITS_MAX) {
		ret[0] = (uint8_t)(240 + chance[6] % 15);
		deal(9, chance, ret + 1);
	} else {
		ret[0] = 10;
		deal(digits - 2, chance, ret + 1);
	}
}

/* A number with as many hexadecimal digits. */
static uint16_t like_group(uint16_t group, unsigned chance)
{
	unsigned least = 1;

	if (!group)
		return 0;
	while (least < FOUR_DIGITS && group >= least << 4)
		least <<= 4;
	return (uint16_t)(least + chance % (15 * least));
}

static void map_ipv6(const uint8_t *from, const uint8_t *chance, uint8_t *ret)
{
	bool local = from[0] == 0xfe && (from[1] & 0xc0) == 0x80;
	bool solicited = from[0] == 0xff;

	for (size_t i = 0; i < GROUPS; i++, from += 2, ret += 2, chance += 2) {
		uint16_t group = (uint16_t)(from[0] << 8 | from[1]), own;

		own = like_group(group, (unsigned)chance[0] << 8 | chance[1]);
		/* A short first group is that of a prefix which everybody has. */
		if (i == 0)
			own = local || solicited || group < FOUR_DIGITS ? group
									: 0xfd00 | chance[0];
		else if (solicited && i < GROUPS - 1)
			own = i == GROUPS - 2 ? (uint16_t)(0xff00 | chance[0]) : group;
		ret[0] = (uint8_t)(own >> 8);
		ret[1] = (uint8_t)own;
	}
}

static void map_hardware(const struct address *from, const uint8_t *chance, struct address *ret)
{
	memcpy(ret->bytes, chance, from->size);
	/* Locally administered, one station. */
	if (from->size == ETHERNET)
		ret->bytes[0] = 2;
}

void address_map(const struct redact_key *k, const struct address *from, struct address *ret)
{
	static const char *const names[] = {"ipv4", "ipv6", "hardware"};
	uint8_t chance[REDACT_CHAIN_SIZE];

	*ret = *from;
	if (address_is_kept(from))
		return;
	if (from->kind == ADDRESS_IPV6 && ends_in_ipv4(from->bytes)) {
		const struct address inner = ipv4_within(from->bytes);
		struct address other;

		address_map(k, &inner, &other);
		memcpy(ret->bytes + 12, other.bytes, IPV4);
		return;
	}
	redact_digest(k, names[from->kind], from->bytes, from->size, chance);
	if (from->kind == ADDRESS_IPV4)
		map_ipv4(from->bytes, chance, ret->bytes);
	else if (from->kind == ADDRESS_IPV6)
		map_ipv6(from->bytes, chance, ret->bytes);
	else
		map_hardware(from, chance, ret);
}

/* ---- texts ---- */

bool address_may_begin(uint8_t c)
{
	return isxdigit(c) || c == ':';
}

static bool ends_word(const uint8_t *text, size_t size, size_t at)
{
	return at == size || (!isalnum(text[at]) && text[at] != '_');
}

/* a.b.c.d, each without zeros in front. */
static size_t read_ipv4(const uint8_t *text, size_t size, size_t at, uint8_t *ret)
{
	size_t i = at;

	for (size_t k = 0; k < IPV4; k++) {
		unsigned value = 0;
		size_t from = i;

		if (k && (i == size || text[i++] != '.'))
			return 0;
		for (from = i; i < size && i - from < 3 && isdigit(text[i]); i++)
			value = value * 10 + (unsigned)(text[i] - '0');
		if (i == from || value > 255 || (i - from > 1 && text[from] == '0'))
			return 0;
		ret[k] = (uint8_t)value;
	}
	/* 1.2.3.4.5 is a version. */
	if (!ends_word(text, size, i) || (i + 1 < size && text[i] == '.' && isdigit(text[i + 1])))
		return 0;
	return i - at;
}

static size_t read_hardware(const uint8_t *text, size_t size, size_t at, uint8_t *ret)
{
	enum { LENGTH = 3 * ETHERNET - 1 };
	uint8_t between = at + 2 < size ? text[at + 2] : 0;

	if (size - at < LENGTH || (between != ':' && between != '-'))
		return 0;
	for (size_t i = 0; i < ETHERNET; i++) {
		char digits[] = {(char)text[at + 3 * i], (char)text[at + 3 * i + 1], '\0'};
		unsigned value;

		if (!isxdigit((uint8_t)digits[0]) || !isxdigit((uint8_t)digits[1]) ||
		    (i && text[at + 3 * i - 1] != between) || sscanf(digits, "%x", &value) != 1)
			return 0;
		ret[i] = (uint8_t)value;
	}
	/* Seven of them are a fingerprint. */
	if (!ends_word(text, size, at + LENGTH) ||
	    (at + LENGTH < size && text[at + LENGTH] == between))
		return 0;
	return LENGTH;
}

/* A name of C++ is a::b, a time 12:34:56. */
static bool is_telling(const uint8_t *bytes)
{
	size_t groups = 0;

	for (size_t i = 0; i < IPV6; i += 2)
		groups += bytes[i] || bytes[i + 1];
	return bytes[0] >= FOUR_DIGITS >> 8 || groups >= GROUPS_TELLING || ends_in_ipv4(bytes);
}

static size_t read_ipv6(const uint8_t *text, size_t size, size_t at, uint8_t *ret)
{
	char copy[ADDRESS_TEXT_MAX];
	size_t n = 0, colons = 0;

	while (at + n < size && n < sizeof(copy) &&
	       (isxdigit(text[at + n]) || text[at + n] == ':' || text[at + n] == '.'))
		colons += text[at + n++] == ':';
	if (n == sizeof(copy) || colons < 2 || !ends_word(text, size, at + n))
		return 0;
	/* What ends a sentence is no part of it. */
	for (size_t cut = 0; cut < 2 && n; cut++, n--) {
		memcpy(copy, text + at, n);
		copy[n] = '\0';
		if (inet_pton(AF_INET6, copy, ret) == 1)
			return is_telling(ret) ? n : 0;
		if (copy[n - 1] != ':' && copy[n - 1] != '.')
			break;
	}
	return 0;
}

static bool begins_word(const uint8_t *text, size_t at)
{
	uint8_t before = at ? text[at - 1] : ' ';

	if (isalnum(before) || before == '.' || before == ':' || before == '_')
		return false;
	/* A version behind a name; but a range has two of them. */
	return before != '-' || (at > 1 && isdigit(text[at - 2]));
}

/* A key may be in front, parted from it by a colon: one in which a letter is no digit, or, of IPv4,
 * one that is no group of an IPv6 address. */
static bool begins_behind_colon(const uint8_t *text, size_t at, enum address_kind kind)
{
	size_t i = at, colons = 0;

	if (!at || text[at - 1] != ':')
		return false;
	while (i && (isxdigit(text[i - 1]) || text[i - 1] == ':'))
		colons += text[--i] == ':';
	return colons == 1 && ((i && isalnum(text[i - 1])) || kind == ADDRESS_IPV4);
}

size_t address_read(const uint8_t *text, size_t size, size_t at, struct address *ret)
{
	static const struct {
		enum address_kind kind;
		uint8_t size;
		size_t (*read)(const uint8_t *text, size_t size, size_t at, uint8_t *ret);
	} readers[] = {{ADDRESS_IPV4, IPV4, read_ipv4},
		       {ADDRESS_HARDWARE, ETHERNET, read_hardware},
		       {ADDRESS_IPV6, IPV6, read_ipv6}};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
		size_t n;

		if (!begins_word(text, at) && !begins_behind_colon(text, at, readers[i].kind))
			continue;
		*ret = (struct address){readers[i].kind, readers[i].size, {0}};
		n = readers[i].read(text, size, at, ret->bytes);
		if (n)
			return n;
	}
	return 0;
}

size_t address_spell(const struct address *a, char ret[ADDRESS_TEXT_MAX])
{
	size_t n = 0;

	if (a->kind != ADDRESS_HARDWARE)
		return inet_ntop(a->kind == ADDRESS_IPV4 ? AF_INET : AF_INET6, a->bytes, ret,
				 ADDRESS_TEXT_MAX)
			       ? strlen(ret)
			       : 0;
	if (a->size != ETHERNET)
		return 0;
	for (size_t i = 0; i < ETHERNET; i++)
		n += (size_t)snprintf(ret + n, ADDRESS_TEXT_MAX - n, "%s%02x", i ? ":" : "",
				      a->bytes[i]);
	return n;
}

/* Digits in the places of those that @text has, from @from on, of the same case. */
static void write_digits(uint32_t value, const uint8_t *text, size_t digits, uint8_t *ret)
{
	bool upper = false;

	for (size_t i = 0; i < digits; i++)
		upper |= isupper(text[i]) > 0;
	for (size_t i = digits; i-- > 0; value >>= 4)
		ret[i] = (uint8_t)(upper ? "0123456789ABCDEF" : "0123456789abcdef")[value & 15];
}

/* Groups are counted from both ends: what '::' stands for is none of them. */
static void write_ipv6(const uint8_t *bytes, const uint8_t *text, size_t size, uint8_t *ret)
{
	const uint8_t *dot = memchr(text, '.', size);
	size_t end = size, groups = 0, group = 0;

	while (dot && end && text[end - 1] != ':')
		end--;
	for (size_t i = 0; i < end; i++)
		groups += isxdigit(text[i]) && (!i || !isxdigit(text[i - 1]));
	for (size_t i = 0; i < end && group < GROUPS;) {
		size_t n = 0;

		while (i + n < end && isxdigit(text[i + n]))
			n++;
		if (!n) {
			/* Behind '::' it goes on with as many as there are. */
			if (i && text[i] == ':' && text[i - 1] == ':')
				group = (dot ? GROUPS - 2U : GROUPS + 0U) - groups;
			i++;
			continue;
		}
		write_digits((uint32_t)(bytes[2 * group] << 8 | bytes[2 * group + 1]), text + i, n,
			     ret + i);
		group++;
		groups--;
		i += n;
	}
	if (dot) {
		char inner[INET_ADDRSTRLEN];

		snprintf(inner, sizeof(inner), "%u.%u.%u.%u", bytes[12], bytes[13], bytes[14],
			 bytes[15]);
		memcpy(ret + end, inner, strnlen(inner, size - end));
	}
}

void address_write(const struct redact_key *k, const struct address *a, const uint8_t *text,
		   size_t size, uint8_t *ret)
{
	char own[ADDRESS_TEXT_MAX];
	struct address other;

	address_map(k, a, &other);
	memcpy(ret, text, size);
	if (a->kind == ADDRESS_IPV4 && address_spell(&other, own) == size)
		memcpy(ret, own, size);
	else if (a->kind == ADDRESS_IPV6) {
		/* Written with dots it is as long only as one IPv4 address is as another. */
		const struct address inner = ipv4_within(a->bytes);
		struct address own_inner;

		address_map(k, &inner, &own_inner);
		if (memchr(text, '.', size))
			memcpy(other.bytes + 12, own_inner.bytes, IPV4);
		write_ipv6(other.bytes, text, size, ret);
	} else if (a->kind == ADDRESS_HARDWARE)
		for (size_t i = 0; i < a->size && 3 * i + 2 <= size; i++)
			write_digits(other.bytes[i], text + 3 * i, 2, ret + 3 * i);
}

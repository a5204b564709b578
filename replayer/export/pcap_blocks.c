/* SPDX-License-Identifier: Apache-2.0 */
#include "pcap_blocks.h"

#include "base/buf.h"

#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BYTE_ORDER = 0x1a2b3c4d,
	LINK_RAW = 101, /* a packet begins with its IP header */
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_NAME = 2,       /* of an interface */
	OPTION_SYSTEM = 3,     /* of a section */
	OPTION_TOOL = 4,       /* of a section */
	OPTION_RESOLUTION = 9, /* of an interface: 10^-9 s */
	OPTION_MAX = 4096,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	HOPS = 64,
	IPV4_SIZE = 20,
	IPV6_SIZE = 40,
	TCP_SIZE = 20,
	TCP_SYN_OPTIONS = 8, /* maximum segment size; window scale, and one to fill up */
	UDP_SIZE = 8,
	WINDOW = 65535,
	WINDOW_SCALE = 14, /* nobody waits for an acknowledgement on a tape */
	HEADERS_MAX = IPV6_SIZE + TCP_SIZE + TCP_SYN_OPTIONS,
};

/* ---- blocks ---- */

static void put_16(struct buf *ret, uint32_t value)
{
	buf_char(ret, (char)value);
	buf_char(ret, (char)(value >> 8));
}

static void put_32(struct buf *ret, uint64_t value)
{
	put_16(ret, (uint32_t)value & 0xffff);
	put_16(ret, (uint32_t)(value >> 16) & 0xffff);
}

static void pad(struct buf *ret, size_t size)
{
	for (; size % 4; size++)
		buf_char(ret, 0);
}

static void put_option(struct buf *ret, unsigned code, const void *data, size_t size)
{
	if (size > OPTION_MAX)
		size = OPTION_MAX;
	put_16(ret, code);
	put_16(ret, (uint32_t)size);
	buf_append(ret, data, size);
	pad(ret, size);
}

static void put_text(struct buf *ret, unsigned code, const char *text)
{
	if (text && *text)
		put_option(ret, code, text, strlen(text));
}

/* The length stands in front of a block and behind it. */
static size_t begin(struct buf *ret, uint32_t type)
{
	size_t from = ret->size;

	put_32(ret, type);
	put_32(ret, 0);
	return from;
}

static void end(struct buf *ret, size_t from)
{
	uint32_t size;

	put_option(ret, OPTION_END, "", 0);
	size = (uint32_t)(ret->size - from) + 4;
	put_32(ret, size);
	if (buf_error(ret) < 0)
		return;
	for (size_t i = 0; i < 4; i++)
		ret->data[from + 4 + i] = (char)(size >> 8 * i);
}

void pcap_section(struct buf *ret, const char *system, const char *tool, const char *comment)
{
	size_t from = begin(ret, BLOCK_SECTION);
	const uint8_t resolution = 9;

	put_32(ret, BYTE_ORDER);
	put_16(ret, 1);
	put_16(ret, 0);
	put_32(ret, UINT32_MAX); /* how long the section is is not known */
	put_32(ret, UINT32_MAX);
	put_text(ret, OPTION_COMMENT, comment);
	put_text(ret, OPTION_SYSTEM, system);
	put_text(ret, OPTION_TOOL, tool);
	end(ret, from);

	from = begin(ret, BLOCK_INTERFACE);
	put_16(ret, LINK_RAW);
	put_16(ret, 0);
	put_32(ret, 0); /* no limit */
	put_text(ret, OPTION_NAME, "systape");
	put_option(ret, OPTION_RESOLUTION, &resolution, sizeof(resolution));
	end(ret, from);
}

/* ---- packets ---- */

/* Network order. */
static uint8_t *store_16(uint8_t *at, uint32_t value)
{
	*at++ = (uint8_t)(value >> 8);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *store_32(uint8_t *at, uint32_t value)
{
	return store_16(store_16(at, value >> 16), value & 0xffff);
}

static uint32_t sum(uint32_t so_far, const uint8_t *at, size_t size)
{
	uint64_t total = so_far;

	for (size_t i = 0; i + 1 < size; i += 2)
		total += (uint32_t)at[i] << 8 | at[i + 1];
	if (size % 2)
		total += (uint32_t)at[size - 1] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

static size_t address_size(const struct pcap_packet *p)
{
	return p->v6 ? 16 : 4;
}

static size_t transport_size(const struct pcap_packet *p)
{
	return p->udp ? UDP_SIZE : TCP_SIZE + (p->flags & TCP_SYN ? TCP_SYN_OPTIONS : 0);
}

static uint8_t *store_ip(uint8_t *at, const struct pcap_packet *p)
{
	uint8_t *from = at;
	uint32_t size = (uint32_t)(transport_size(p) + p->size);
	uint8_t protocol = p->udp ? PROTOCOL_UDP : PROTOCOL_TCP;

	if (p->v6) {
		at = store_32(at, UINT32_C(6) << 28);
		at = store_16(at, size);
		*at++ = protocol;
		*at++ = HOPS;
	} else {
		at = store_16(at, 0x4500);
		at = store_16(at, size + IPV4_SIZE);
		at = store_32(at, 0x4000); /* not to be fragmented */
		*at++ = HOPS;
		*at++ = protocol;
		at = store_16(at, 0);
	}
	memcpy(at, p->from->address, address_size(p));
	at += address_size(p);
	memcpy(at, p->to->address, address_size(p));
	at += address_size(p);
	if (!p->v6)
		store_16(from + 10, ~sum(0, from, IPV4_SIZE) & 0xffff);
	return at;
}

/* Over addresses, protocol and length, then the header, then the data: as far as there are. */
static uint32_t checksum(const struct pcap_packet *p, const uint8_t *header)
{
	size_t size = transport_size(p);
	uint32_t s = sum(0, p->from->address, address_size(p));

	s = sum(s, p->to->address, address_size(p));
	s = sum(s + (p->udp ? PROTOCOL_UDP : PROTOCOL_TCP) + (uint32_t)(size + p->size), header,
		size);
	s = ~sum(s, p->data, p->kept) & 0xffff;
	/* Of UDP 0 would mean that there is none. */
	return p->udp && s == 0 ? 0xffff : s;
}

static uint8_t *store_transport(uint8_t *at, const struct pcap_packet *p)
{
	uint8_t *from = at;

	at = store_16(at, p->from->port);
	at = store_16(at, p->to->port);
	if (p->udp) {
		at = store_16(at, (uint32_t)(UDP_SIZE + p->size));
		store_16(at, 0);
		store_16(at, checksum(p, from));
		return at + 2;
	}
	at = store_32(at, p->seq);
	at = store_32(at, p->ack);
	*at++ = (uint8_t)(transport_size(p) / 4 << 4);
	*at++ = p->flags;
	at = store_16(at, WINDOW);
	at = store_32(at, 0); /* checksum, and nothing is urgent */
	if (p->flags & TCP_SYN) {
		at = store_32(at, 0x02040000 | PCAP_PAYLOAD_MAX);
		at = store_32(at, 0x01030300 | WINDOW_SCALE);
	}
	store_16(from + 16, checksum(p, from));
	return at;
}

void pcap_put(struct buf *ret, const struct pcap_packet *p)
{
	uint8_t headers[HEADERS_MAX];
	size_t header = (size_t)(store_transport(store_ip(headers, p), p) - headers);
	size_t from = begin(ret, BLOCK_PACKET);

	put_32(ret, 0);
	put_32(ret, p->time >> 32);
	put_32(ret, p->time);
	put_32(ret, header + p->kept);
	put_32(ret, header + p->size);
	buf_append(ret, headers, header);
	if (p->kept)
		buf_append(ret, p->data, p->kept);
	pad(ret, header + p->kept);
	put_text(ret, OPTION_COMMENT, p->comment);
	end(ret, from);
}

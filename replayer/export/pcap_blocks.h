/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng), of one interface without link layer,
 * and the packets in them: IPv4 or IPv6 with TCP or UDP, with their checksums.
 */
#ifndef EXPORT_PCAP_BLOCKS_H
#define EXPORT_PCAP_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Bytes of payload that fit into a packet of either kind. */
enum { PCAP_PAYLOAD_MAX = 60 << 10 };

enum tcp_flags { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

struct endpoint {
	uint8_t address[16]; /* of IPv4 the first four */
	uint16_t port;
};

struct pcap_packet {
	uint64_t time; /* ns since the epoch */
	const struct endpoint *from, *to;
	bool v6, udp;
	uint8_t flags; /* enum tcp_flags */
	uint32_t seq, ack;
	const uint8_t *data;
	size_t size, kept;   /* bytes of payload, and how many of them there are */
	const char *comment; /* NULL: none */
};

/* A section begins: what a reader should know of all of it, and its interface. */
void pcap_section(struct buf *ret, const char *system, const char *tool, const char *comment);
void pcap_put(struct buf *ret, const struct pcap_packet *p);

#endif

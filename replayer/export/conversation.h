/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went through one socket, as the packets that might have carried it: addresses and ports,
 * a handshake, running sequence numbers, an end. A socket of AF_UNIX is told as if it were a
 * connection within 127.0.0.0/8.
 */
#ifndef EXPORT_CONVERSATION_H
#define EXPORT_CONVERSATION_H

#include "pcap_blocks.h"

#include "replayer/state/state.h"

struct buf;

enum family { FAMILY_NONE, FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10 };
enum socket_type { SOCKET_STREAM = 1, SOCKET_DATAGRAM = 2, SOCKET_SEQUENCED = 5 };
enum direction { WAY_OUT, WAY_IN, WAY_COUNT };

struct conversation {
	uint64_t id; /* of the description */
	uint32_t family;
	bool udp, v6;
	bool accepted;   /* by listening; else it has connected, or is one of a pair */
	bool told_there; /* the other end is on the tape, and told instead */
	bool met;        /* and known to be */
	bool greeted;    /* its handshake is written */
	bool invented;   /* its own address is not on the tape */
	struct state_address raw_local, raw_peer; /* as the kernel has them; size 0: not known */
	struct endpoint local, peer;
	uint64_t asked, answered;    /* when the handshake began, and ended */
	uint32_t seq[WAY_COUNT];     /* next number of each direction */
	uint64_t unheard[WAY_COUNT]; /* bytes since the other side has sent something */
};

/* What its socket is as far as that is known now. False: nothing that has packets. */
bool conversation_know(struct conversation *c, const struct state_file *file);
/* Whether it must still learn its own address, and may. */
bool conversation_waits(const struct conversation *c);
/* Finds an address where there is none. */
void conversation_settle(struct conversation *c);
/* Whether @a was accepted by who @c has connected to. */
bool conversation_meets(const struct conversation *c, const struct conversation *accepted);
/* They are two ends of one: @c, which is told, learns its address. */
void conversation_meet(struct conversation *c, struct conversation *accepted);

/* Bytes in one direction, of which @kept are there; the address of a datagram, or NULL. @epoch: ns
 * since 1970 at the time 0 of the tape. */
struct conversation_bytes {
	uint64_t time;
	enum direction way;
	const uint8_t *data;
	size_t size, kept;
	const struct state_address *address;
	const char *comment;
};

void conversation_greet(struct conversation *c, uint64_t epoch, uint64_t time, const char *comment,
			struct buf *ret);
/* Nobody listened: it is over. */
void conversation_refused(struct conversation *c, uint64_t epoch, const char *comment,
			  struct buf *ret);
void conversation_put(struct conversation *c, uint64_t epoch, const struct conversation_bytes *b,
		      struct buf *ret);
void conversation_end(struct conversation *c, uint64_t epoch, uint64_t time, struct buf *ret);

/* The path of an address of AF_UNIX, its first byte '@' when it is abstract; false: none. */
bool conversation_path(const struct state_address *a, struct buf *ret);

#endif

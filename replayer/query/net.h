/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everybody whom the processes of a tape talked to: through sockets of any family, pipes and
 * pairs of sockets. Connections of the same kind between the same ends (the port of who
 * connected apart) are one row. Bytes and messages are those that calls moved: what io_uring does
 * is not seen. Memory is bounded; what has no room is counted.
 */
#ifndef QUERY_NET_H
#define QUERY_NET_H

#include "actors.h"
#include "channels.h"
#include "hosts.h"
#include "transfer.h"

#include "sys/rows.h"

struct buf;

enum {
	PEERS_MAX = 1 << 14,
	NET_SOCKETS_MAX = 1 << 14, /* whose connections are not complete */
	PEER_ERRORS_KEPT = 4,
	NET_EARLY_MAX = 1 << 8, /* accepted while nobody had asked for the port */
};

enum net_role {
	NET_CLIENT, /* connected, or sends to and receives from */
	NET_SERVER, /* accepted, or a datagram at a port of its own */
	NET_LISTENS,
};

enum net_depth {
	NET_CONNECTIONS, /* how they came to be, and what failed: no bytes, no pipes */
	NET_BYTES,
};

enum net_sort { NET_BY_BYTES, NET_BY_TIME /* of the first call */, NET_BY_ERRORS };

struct peer_error {
	int error;
	bool connecting; /* of connect(2), whichever call told it; else the call is nr */
	uint32_t arch;
	uint64_t nr, count, first_seq;
};

struct peer {
	uint8_t role; /* enum net_role */
	bool known;   /* the tape has how the socket was made: family, type and protocol */
	uint32_t family, type, protocol;
	struct state_address local, remote;  /* size 0: not known; of NET_SERVER: the remote port is
					      * that of the last one */
	uint64_t inode;                      /* of one that is not known otherwise */
	uint64_t connections;                /* that came to be */
	uint64_t tries, refused;             /* connect(2) calls, and those that failed */
	uint64_t pending;                    /* of which the tape does not tell what came of them */
	uint64_t connect_total, connect_max; /* ns, of those that came to be */
	uint64_t sends, sent, receives, received;
	struct peer_error errors[PEER_ERRORS_KEPT];
	uint8_t error_count;
	uint64_t failures; /* all, also those that are not kept */
	uint64_t first_time, last_time;
	struct actors by;
};

/* A connection that was waited for before the tape told at which port. */
struct net_early {
	uint64_t listener; /* id of the description */
	uint64_t time;
	uint32_t actor;
	struct peer like;
};

struct net {
	struct sys_rows calls; /* what is asked of sockets (net_calls.c) */
	struct peer *list;
	size_t count, capacity;
	struct map by_key;       /* index + 1 */
	struct map waiting;      /* id of a description: struct waiting_connect */
	struct map open_ports;   /* type << 16 | port of what listens at all addresses */
	struct map askers;       /* ids of datagram sockets that began to send without a port */
	struct net_early *early; /* NET_EARLY_MAX of them; NULL: none so far */
	size_t early_count;
	struct hosts hosts;
	struct channels channels;
	struct transfers *transfers; /* NULL: NET_CONNECTIONS */
	uint64_t beyond, uring;
	/* of the event at hand */
	const struct state *state;
	const struct event *event;
	uint32_t actor;
	int error; /* -ENOMEM */
};

/* 0 or -ENOMEM. */
int net_init(struct net *n, enum net_depth depth);
/* An event that @s and @all have taken last. 0 or -ENOMEM. */
int net_take(struct net *n, const struct state *s, struct processes *all, const struct event *e);
/* No more is coming: rows are sorted by role and then @sort, channels by @sort. 0 or -ENOMEM. */
int net_end(struct net *n, enum net_sort sort);
void net_done(struct net *n);

struct net_style {
	enum net_sort sort;
	bool all; /* nothing is folded, nor left out as noise */
};

/* After net_end(). 0 or -ENOMEM. */
int net_say(const struct net *n, const struct processes *all, const struct net_style *style,
	    struct buf *ret);
int net_json(const struct net *n, const struct processes *all, struct buf *ret);

/* For both (net_words.c): "TCP", "UDP", "UNIX", "netlink ROUTE"; an address as text, harmless;
 * the bytes of an internet address in it, or NULL; its name, or NULL. */
void peer_protocol(const struct peer *p, struct buf *ret);
/* "connect", "sendto"; @scratch as of print_call_name(). */
const char *peer_error_call(const struct peer_error *e, char *scratch);
/* What every program does and nobody misses: glibc asks for nscd, which is not there. */
bool peer_is_noise(const struct peer *p);
/* Who on the tape is at the other end of a client's connections, by the addresses. */
void peer_answered(const struct net *n, const struct peer *p, struct actors *ret);
void address_text(const struct state_address *a, struct buf *ret);
const char *address_name(const struct hosts *h, const struct state_address *a);

#endif

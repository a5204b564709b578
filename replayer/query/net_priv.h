/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of net share: net.c takes events and transfers, net_calls.c what sockets were
 * asked for, net_rows.c has the rows. */
#ifndef QUERY_NET_PRIV_H
#define QUERY_NET_PRIV_H

#include "net.h"

enum { NET_STREAM = 1, NET_DATAGRAM = 2 }; /* the kernel's SOCK_* */

/* ---- net_rows.c ---- */

/* Of an internet address; 0: there is none. */
unsigned address_port(const struct state_address *a);
/* The protocol that a socket of protocol 0 has. */
uint32_t socket_protocol(const struct state_socket *s);
/* The row of such a peer, which may be changed by that. NULL: there is no room, or net.error says
 * so. It is valid until the next one is asked for. */
struct peer *net_row(struct net *n, struct peer *like);
/* What the row of @f is found by, which talks to @remote; size 0: to whom it is connected. */
void net_like_file(const struct net *n, const struct state_file *f,
		   const struct state_address *remote, struct peer *ret);
/* A row of @f, which talks to @remote; size 0: to whom it is connected. */
struct peer *net_row_of_file(struct net *n, const struct state_file *f,
			     const struct state_address *remote);
/* Who listens at the address of @s listens at @local, as it turns out. */
void net_listens_at(struct net *n, const struct state_socket *s, const struct state_address *local);
void peer_note_error(struct peer *p, const struct event *e, int error);
/* By whatever call it was told: it is connect(2) at @seq that failed. */
void peer_refuse(struct peer *p, int error, uint64_t seq);

/* ---- net_calls.c ---- */

/* 0 or -ENOMEM. */
int net_init_calls(struct net *n);
void net_take_call(struct net *n, const struct event *e);
/* Gives up asking at which port those were accepted of which it is not known. */
void net_end_early(struct net *n);
/* The connect(2) of a description, if one is waited for, came to @error. */
void net_complete(struct net *n, uint64_t id, int error, uint64_t time);

#endif

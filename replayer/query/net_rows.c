/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row for each kind of conversation: which addresses are the same, and whose a socket is.
 */
#include "net_priv.h"

#include "base/hash.h"
#include "base/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	PATH_AT = 2,
	TYPE_MAX = 15, /* the kernel's mask */
	INET_ADDRESS = 4,
	INET_PADDING = 8,
	INET_SIZE = 16,
	INET6_FLOW = 4,
	INET6_ADDRESS = 8,
	INET6_SCOPE = 24,
	INET6_SIZE = 28,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
};

/* ---- what tells one from another ---- */

/* An address without the port, where that is one of many. */
static uint64_t add_host(uint64_t key, const struct state_address *a, bool port)
{
	uint32_t family = (uint32_t)load(a->bytes, a->size, 0, 2);

	if (port || (family != FAMILY_INET && family != FAMILY_INET6) || a->size < 8)
		return hash_add(key, a->bytes, a->size);
	return hash_add(key, a->bytes + 4, (size_t)a->size - 4);
}

static uint64_t key_of(const struct peer *p)
{
	uint64_t key = hash_add(HASH_START, &p->role, sizeof(p->role));

	key = hash_add(key, &p->family, sizeof(p->family));
	key = hash_add(key, &p->type, sizeof(p->type));
	key = hash_add(key, &p->protocol, sizeof(p->protocol));
	key = hash_add(key, &p->inode, sizeof(p->inode));
	key = hash_add(key, &p->remote.size, sizeof(p->remote.size));
	key = add_host(key, &p->remote, p->role != NET_SERVER);
	/* Of who connected, the local address is any. */
	if (p->role != NET_CLIENT || !p->remote.size)
		key = hash_add(key, p->local.bytes, p->local.size);
	return key;
}

/* ---- rows ---- */

static int add(struct net *n, const struct peer *new, uint64_t key)
{
	if (n->count == n->capacity) {
		size_t capacity = n->capacity ? 2 * n->capacity : 64;
		struct peer *list = reallocarray(n->list, capacity, sizeof(*list));

		if (!list)
			return -ENOMEM;
		n->list = list;
		n->capacity = capacity;
	}
	if (map_put(&n->by_key, key, (void *)(uintptr_t)(n->count + 1)) < 0)
		return -ENOMEM;
	n->list[n->count] = *new;
	n->list[n->count++].first_time = n->event->time;
	return 0;
}

/*
 * What tells no address from another: behind the NUL of a path lies whatever lay there, as
 * in the padding of an internet address, which has any size that is enough.
 */
static void trim(struct state_address *a)
{
	uint64_t family = load(a->bytes, a->size, 0, 2);

	if (family == FAMILY_UNIX && a->size > PATH_AT && a->bytes[PATH_AT])
		a->size = (uint8_t)(PATH_AT + strnlen((const char *)a->bytes + PATH_AT,
						      (size_t)a->size - PATH_AT));
	if (family == FAMILY_INET && a->size > INET_SIZE)
		a->size = INET_SIZE;
	if (family == FAMILY_INET && a->size > INET_PADDING)
		memset(a->bytes + INET_PADDING, 0, (size_t)a->size - INET_PADDING);
	if (family == FAMILY_INET6 && a->size > INET6_SIZE)
		a->size = INET6_SIZE;
	if (family == FAMILY_INET6 && a->size >= INET6_ADDRESS)
		memset(a->bytes + INET6_FLOW, 0, INET6_ADDRESS - INET6_FLOW);
}

uint32_t socket_protocol(const struct state_socket *s)
{
	if (s->protocol || (s->family != FAMILY_INET && s->family != FAMILY_INET6))
		return s->protocol;
	return s->type == NET_STREAM ? PROTOCOL_TCP : s->type == NET_DATAGRAM ? PROTOCOL_UDP : 0;
}

unsigned address_port(const struct state_address *a)
{
	uint64_t family = load(a->bytes, a->size, 0, 2), port = load(a->bytes, a->size, 2, 2);

	return family == FAMILY_INET || family == FAMILY_INET6
		       ? (unsigned)((port & 0xff) << 8 | port >> 8)
		       : 0;
}

/*
 * What listens at all addresses accepts at one of them, which may be told later: connections
 * are at the address of who listens.
 */
static void join_listener(struct net *n, struct peer *like)
{
	uint64_t key = (uint64_t)like->type << 16 | address_port(&like->local);
	size_t at = like->family == FAMILY_INET6 ? INET6_ADDRESS : INET_ADDRESS;
	size_t size = like->family == FAMILY_INET6 ? INET6_SCOPE : INET_PADDING;
	struct state_address any = like->local;

	if (!address_port(&like->local) || like->type > TYPE_MAX || any.size < size)
		return;
	memset(any.bytes + at, 0, size - at);
	if (like->role == NET_LISTENS &&
	    memcmp(any.bytes, like->local.bytes, sizeof(any.bytes)) == 0) {
		if (map_put(&n->open_ports, key, n) < 0)
			n->error = -ENOMEM;
	} else if (like->role == NET_SERVER && like->type != NET_DATAGRAM &&
		   map_get(&n->open_ports, key)) {
		like->local = any;
	}
}

struct peer *net_row(struct net *n, struct peer *like)
{
	uint64_t key;
	size_t id;
	struct peer *p;

	trim(&like->local);
	trim(&like->remote);
	join_listener(n, like);
	key = key_of(like);
	id = (size_t)(uintptr_t)map_get(&n->by_key, key);
	if (!id && n->count == PEERS_MAX) {
		n->beyond++;
		return NULL;
	}
	if (!id && add(n, like, key) < 0) {
		n->error = -ENOMEM;
		return NULL;
	}
	p = &n->list[id ? id - 1 : n->count - 1];
	if (like->local.size)
		p->local = like->local;
	if (like->remote.size)
		p->remote = like->remote;
	p->last_time = n->event->time;
	actors_add(&p->by, n->actor);
	return p;
}

/*
 * Datagrams at a port of one's own come from anybody: a socket that was
 * sent through before it had one is a client, whatever port it was told to have since.
 */
static enum net_role role_of(const struct net *n, const struct state_file *f)
{
	const struct state_socket *s = f->socket;

	if (s->listens)
		return NET_LISTENS;
	return s->accepted || (s->type == NET_DATAGRAM && !s->peer.size &&
			       address_port(&s->local) && !map_get(&n->askers, f->id))
		       ? NET_SERVER
		       : NET_CLIENT;
}

void net_like_file(const struct net *n, const struct state_file *f,
		   const struct state_address *remote, struct peer *ret)
{
	const struct state_socket *s = f->socket;

	*ret = (struct peer){.role = NET_CLIENT};
	if (s) {
		ret->known = true;
		ret->family = s->family;
		ret->type = s->type;
		ret->protocol = socket_protocol(s);
		ret->local = s->local;
		ret->remote = remote->size ? *remote : s->peer;
		ret->role = (uint8_t)role_of(n, f);
	} else {
		ret->inode = f->inode;
		ret->remote = *remote;
		ret->family = (uint32_t)load(remote->bytes, remote->size, 0, 2);
	}
	/* Netlink's addresses are numbers of sockets: the protocol says more. */
	if (ret->family == FAMILY_NETLINK)
		ret->remote.size = ret->local.size = 0;
}

struct peer *net_row_of_file(struct net *n, const struct state_file *f,
			     const struct state_address *remote)
{
	struct peer like;

	net_like_file(n, f, remote, &like);
	return net_row(n, &like);
}

void net_listens_at(struct net *n, const struct state_socket *s, const struct state_address *local)
{
	struct peer like = {.role = NET_LISTENS, .known = true};
	size_t id;

	like.family = s->family;
	like.type = s->type;
	like.protocol = socket_protocol(s);
	like.local = s->local;
	trim(&like.local);
	id = (size_t)(uintptr_t)map_remove(&n->by_key, key_of(&like));
	if (!id)
		return;
	like.local = *local;
	trim(&like.local);
	join_listener(n, &like);
	n->list[id - 1].local = like.local;
	if (map_put(&n->by_key, key_of(&like), (void *)(uintptr_t)id) < 0)
		n->error = -ENOMEM;
}

/* ---- what failed ---- */

static void add_error(struct peer *p, const struct peer_error *new)
{
	p->failures++;
	for (size_t i = 0; i < p->error_count; i++) {
		struct peer_error *x = &p->errors[i];

		if (x->error == new->error && x->connecting == new->connecting &&
		    x->nr == new->nr && x->arch == new->arch) {
			x->count++;
			return;
		}
	}
	if (p->error_count < PEER_ERRORS_KEPT)
		p->errors[p->error_count++] = *new;
}

void peer_note_error(struct peer *p, const struct event *e, int error)
{
	const struct peer_error new = {.error = error,
				       .arch = e->call.arch,
				       .nr = e->call.nr,
				       .count = 1,
				       .first_seq = e->seq};

	add_error(p, &new);
}

void peer_refuse(struct peer *p, int error, uint64_t seq)
{
	const struct peer_error new = {
		.error = error, .connecting = true, .count = 1, .first_seq = seq};

	p->refused++;
	add_error(p, &new);
}

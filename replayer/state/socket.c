/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections within one computer have two ends on the tape: which belong to each other. And
 * sockets that were open when a tape begins: what a snapshot says of them.
 */
#include "state_priv.h"

#include "base/hash.h"
#include "base/load.h"

#include <errno.h>
#include <string.h>

enum {
	FAMILY_SIZE = 2,
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	TYPE_STREAM = 1,
	TYPE_DATAGRAM = 2,
	PORT_AT = 2,
	PORT_END = 4,
	V4_AT = 4,
	V6_AT = 8,
	ADDRESS_V4 = 4,
	ADDRESS_V6 = 16,
};

static void take_address(const struct meta_bytes *from, struct state_address *ret)
{
	if (from->size < FAMILY_SIZE || from->size > STATE_ADDRESS_MAX)
		return;
	memcpy(ret->bytes, from->data, from->size);
	ret->size = (uint8_t)from->size;
}

int socket_snapshot(struct file *f, const struct meta_socket *from)
{
	struct state_socket *socket;

	if (!from || f->is.kind != STATE_SOCKET)
		return 0;
	if (file_add_socket(f, from->family, from->type, from->protocol) < 0)
		return -ENOMEM;
	socket = file_socket(f);
	socket->listens = from->role & META_SOCKET_LISTENS;
	socket->accepted = from->role & META_SOCKET_ACCEPTED;
	take_address(&from->local, &socket->local);
	take_address(&from->peer, &socket->peer);
	return 0;
}

/* ---- two ends ---- */

/* As struct in6_addr has it, and the port. */
struct end {
	uint8_t bytes[ADDRESS_V6];
	uint16_t port; /* 0: not known */
	bool any;      /* no address of its own */
};

static bool end_of(const struct state_address *a, struct end *ret)
{
	uint64_t family = load(a->bytes, a->size, 0, FAMILY_SIZE);
	bool v6 = family == FAMILY_INET6;
	size_t size = v6 ? ADDRESS_V6 : ADDRESS_V4, at = v6 ? V6_AT : V4_AT;

	*ret = (struct end){.bytes = {[10] = 0xff, [11] = 0xff}};
	if ((family != FAMILY_INET && !v6) || a->size < at + size)
		return false;
	memcpy(ret->bytes + ADDRESS_V6 - size, a->bytes + at, size);
	memcpy(&ret->port, a->bytes + PORT_AT, sizeof(ret->port));
	ret->any = true;
	for (size_t i = 0; i < size; i++)
		ret->any &= !a->bytes[at + i];
	return true;
}

static bool is_loopback(const struct end *e)
{
	static const uint8_t v4[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127},
			     v6[ADDRESS_V6] = {[ADDRESS_V6 - 1] = 1};

	return memcmp(e->bytes, v4, sizeof(v4)) == 0 || memcmp(e->bytes, v6, sizeof(v6)) == 0;
}

static bool same_end(const struct end *a, const struct end *b)
{
	return a->port == b->port && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Whether two sockets are the ends of one connection. */
enum match { NO, MAY_BE, SURE };

static enum match match_internet(const struct state_socket *client,
				 const struct state_socket *server)
{
	struct end to, at, from, seen;

	if (!end_of(&client->peer, &to) || !end_of(&server->local, &at) || to.port != at.port)
		return NO;
	/* What listens everywhere may be meant, when it is meant in this computer. */
	if (at.any ? !is_loopback(&to) && !to.any : !same_end(&to, &at))
		return NO;
	if (!end_of(&client->local, &from) || !from.port || !end_of(&server->peer, &seen))
		return MAY_BE;
	return from.port == seen.port && (from.any || same_end(&from, &seen)) ? SURE : NO;
}

static bool same_address(const struct state_address *a, const struct state_address *b)
{
	return a->size > FAMILY_SIZE && a->size == b->size &&
	       memcmp(a->bytes, b->bytes, a->size) == 0;
}

static enum match match(const struct state_socket *client, const struct state_socket *server)
{
	if (client->type != server->type)
		return NO;
	if (client->family != FAMILY_UNIX && server->family != FAMILY_UNIX)
		return match_internet(client, server);
	return client->family == server->family && same_address(&client->peer, &server->local)
		       ? MAY_BE
		       : NO;
}

/*
 * Connections are accepted in the order in which they were made: @f, of one side, belongs to the
 * oldest of the other side. With Internet addresses, that may be another's than it seems, only
 * when nobody else may be meant: one that had come back before all others were asked for.
 */
static struct file *find_other(const struct state *s, const struct file *f)
{
	const struct state_socket *own = f->is.socket;
	struct file *oldest = NULL;

	for (struct file *x = s->lonely[!own->accepted]; x; x = x->next_lonely) {
		enum match m = own->accepted ? match(x->is.socket, own) : match(own, x->is.socket);

		if (m == SURE || (m == MAY_BE && own->family == FAMILY_UNIX))
			return x;
		if (m == NO)
			continue;
		if (oldest && (!own->accepted || x->asked < oldest->answered))
			return NULL;
		oldest = oldest ? oldest : x;
	}
	return oldest;
}

static bool may_have_other(const struct state_socket *x)
{
	struct end to;

	if (!x || x->listens || x->type == TYPE_DATAGRAM)
		return false;
	if (x->family == FAMILY_UNIX)
		return true;
	return x->type == TYPE_STREAM && end_of(x->accepted ? &x->local : &x->peer, &to);
}

void socket_forget(struct state *s, struct file *f)
{
	bool side = f->is.socket && f->is.socket->accepted;

	if (!f->lonely)
		return;
	*(f->prev_lonely ? &f->prev_lonely->next_lonely : &s->lonely[side]) = f->next_lonely;
	*(f->next_lonely ? &f->next_lonely->prev_lonely : &s->last_lonely[side]) = f->prev_lonely;
	f->next_lonely = f->prev_lonely = NULL;
	f->lonely = false;
	s->lonely_count[side]--;
}

static void wait_for_other(struct state *s, struct file *f)
{
	bool side = f->is.socket->accepted;

	f->prev_lonely = s->last_lonely[side];
	*(f->prev_lonely ? &f->prev_lonely->next_lonely : &s->lonely[side]) = f;
	s->last_lonely[side] = f;
	f->lonely = true;
	/* Most are of others, who are not on the tape. */
	if (++s->lonely_count[side] > STATE_LONELY_MAX)
		socket_forget(s, s->lonely[side]);
}

void socket_meet(struct state *s, struct file *f, uint64_t asked, uint64_t answered)
{
	struct file *other;

	if (f->is.peer || !may_have_other(f->is.socket))
		return;
	f->asked = asked;
	f->answered = answered;
	other = find_other(s, f);
	if (other) {
		socket_forget(s, other);
		socket_forget(s, f);
		file_pair(f, other);
	} else if (!f->lonely) {
		wait_for_other(s, f);
	}
}

/* ---- who belongs to whom in a snapshot ---- */

/* The same for a socket that listens and for those that it accepts; 0: it has no such name. */
static uint64_t place_of(const struct state_socket *s)
{
	const struct state_address *a = &s->local;
	uint64_t family = load(a->bytes, a->size, 0, FAMILY_SIZE);

	if (family == FAMILY_UNIX && a->size > FAMILY_SIZE)
		return hash_add(HASH_START, a->bytes, a->size);
	if ((family == FAMILY_INET || family == FAMILY_INET6) && a->size >= PORT_END)
		return hash_add(HASH_START, a->bytes + PORT_AT, PORT_END - PORT_AT);
	return 0;
}

/* Sockets by their numbers, and what listens by its place. */
static int learn(struct map *inodes, struct map *listeners, struct file *f)
{
	const struct state_socket *socket = f->is.socket;
	int r = f->is.inode ? map_put(inodes, f->is.inode, f) : 0;

	if (r == 0 && socket->listens && place_of(socket))
		r = map_put(listeners, place_of(socket), f);
	return r;
}

/* The recorder cannot tell who was accepted: it has the name of one that listens. */
static void accept_one(const struct map *listeners, struct file *f)
{
	struct state_socket *socket = file_socket(f);
	const struct file *listener = map_get(listeners, place_of(socket));

	if (listener && !f->lonely && !socket->listens && socket->peer.size &&
	    socket->type == listener->is.socket->type)
		socket->accepted = true;
}

static void pair_all(const struct map *inodes, const struct map *others)
{
	struct file *f, *other;
	size_t at = 0;

	while ((f = map_next(inodes, &at))) {
		other = map_get(others, f->is.inode);
		if (other && !other->is.peer && !f->is.peer)
			file_pair(f, other);
	}
}

/* @others: by inode, who says that this is its other end. */
static int find_others(const struct meta_snapshot *m, const struct map *inodes, struct map *others)
{
	int r = 0;

	for (size_t i = 0; i < m->process_count; i++) {
		const struct meta_process *p = &m->processes[i];

		for (size_t k = 0; r == 0 && k < p->fd_count; k++) {
			const struct meta_fd *fd = &p->fds[k];
			uint64_t own = fd->socket && fd->socket->other ? meta_socket_inode(fd) : 0;

			if (own && map_get(inodes, own))
				r = map_put(others, fd->socket->other, map_get(inodes, own));
		}
	}
	return r;
}

int sockets_snapshot(struct state *s, const struct meta_snapshot *m)
{
	struct map inodes = {0}, listeners = {0}, others = {0};
	int r = 0;

	for (struct file *f = s->files; r == 0 && f; f = f->next) {
		if (f->is.socket)
			r = learn(&inodes, &listeners, f);
	}
	for (struct file *f = s->files; r == 0 && f; f = f->next) {
		if (f->is.socket)
			accept_one(&listeners, f);
	}
	if (r == 0)
		r = find_others(m, &inodes, &others);
	if (r == 0)
		pair_all(&inodes, &others);
	for (struct file *f = s->files; r == 0 && f; f = f->next) {
		if (f->is.socket && f->is.socket->peer.size)
			socket_meet(s, f, 0, 0);
	}
	map_done(&inodes);
	map_done(&listeners);
	map_done(&others);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that were open when a tape begins: what a snapshot says of them, and who belongs to whom.
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
	PORT_AT = 2,
	PORT_END = 4,
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

/* ---- who belongs to whom ---- */

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

	if (listener && !socket->listens && socket->peer.size &&
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
	map_done(&inodes);
	map_done(&listeners);
	map_done(&others);
	return r;
}

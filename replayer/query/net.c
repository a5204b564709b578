/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row for each kind of conversation. Transfers find theirs by what their socket is connected
 * to, or by the address in the message. A connection that was not waited for is complete
 * when SO_ERROR tells how it went, when connect(2) is asked again, or when bytes go through it.
 */
#include "net.h"

#include "base/hash.h"
#include "base/load.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	LEVEL_SOCKET = 1,
	OPTION_ERROR = 4,
	PATH_AT = 2,
	TYPE_MAX = 15, /* the kernel's mask */
	INET_ADDRESS = 4,
	INET_PADDING = 8,
	INET_SIZE = 16,
	INET6_FLOW = 4,
	INET6_ADDRESS = 8,
	INET6_SCOPE = 24,
	INET6_SIZE = 28,
	STREAM = 1,
	DATAGRAM = 2,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PORT_DNS = 53,
	DNS_LENGTH = 2, /* before a message over TCP */
	RESTART_FIRST = 512,
	URING_SETUP = 425,
};

struct waiting_connect {
	uint64_t begun; /* ns */
	uint64_t seq;   /* of the connect(2) */
	uint32_t peer;  /* index + 1 */
};

int net_init(struct net *n)
{
	*n = (struct net){.transfers = transfers_new()};
	return n->transfers ? 0 : -ENOMEM;
}

void net_done(struct net *n)
{
	struct waiting_connect *w;
	size_t at = 0;

	while ((w = map_next(&n->waiting, &at)))
		free(w);
	map_done(&n->waiting);
	map_done(&n->by_key);
	map_done(&n->askers);
	map_done(&n->open_ports);
	free(n->list);
	hosts_done(&n->hosts);
	channels_done(&n->channels);
	transfers_free(n->transfers);
	*n = (struct net){.count = 0};
}

static uint64_t end_time(const struct event *e)
{
	return e->kind == EVENT_END ? e->time : e->time + e->call.duration;
}

static uint64_t begin_time(const struct event *e)
{
	if (e->kind == EVENT_CALL)
		return e->time;
	return e->time > e->call.duration ? e->time - e->call.duration : 0;
}

/* ---- rows ---- */

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

/* The protocol that a socket of protocol 0 has. */
static uint32_t protocol_of(const struct state_socket *s)
{
	if (s->protocol || (s->family != FAMILY_INET && s->family != FAMILY_INET6))
		return s->protocol;
	return s->type == STREAM ? PROTOCOL_TCP : s->type == DATAGRAM ? PROTOCOL_UDP : 0;
}

static unsigned port_of(const struct state_address *a)
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
	uint64_t key = (uint64_t)like->type << 16 | port_of(&like->local);
	size_t at = like->family == FAMILY_INET6 ? INET6_ADDRESS : INET_ADDRESS;
	size_t size = like->family == FAMILY_INET6 ? INET6_SCOPE : INET_PADDING;
	struct state_address any = like->local;

	if (!port_of(&like->local) || like->type > TYPE_MAX || any.size < size)
		return;
	memset(any.bytes + at, 0, size - at);
	if (like->role == NET_LISTENS &&
	    memcmp(any.bytes, like->local.bytes, sizeof(any.bytes)) == 0) {
		if (map_put(&n->open_ports, key, n) < 0)
			n->error = -ENOMEM;
	} else if (like->role == NET_SERVER && like->type != DATAGRAM &&
		   map_get(&n->open_ports, key)) {
		like->local = any;
	}
}

/* NULL: there is no room, or net.error says so. */
static struct peer *row_of(struct net *n, struct peer *like)
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
	return s->accepted || (s->type == DATAGRAM && !s->peer.size && port_of(&s->local) &&
			       !map_get(&n->askers, f->id))
		       ? NET_SERVER
		       : NET_CLIENT;
}

/* A row of @f, which talks to @remote; size 0: to whom it is connected. */
static struct peer *row_of_file(struct net *n, const struct state_file *f,
				const struct state_address *remote)
{
	struct peer like = {.role = NET_CLIENT};
	const struct state_socket *s = f->socket;

	if (s) {
		like.known = true;
		like.family = s->family;
		like.type = s->type;
		like.protocol = protocol_of(s);
		like.local = s->local;
		like.remote = remote->size ? *remote : s->peer;
		like.role = (uint8_t)role_of(n, f);
	} else {
		like.inode = f->inode;
		like.remote = *remote;
		like.family = (uint32_t)load(remote->bytes, remote->size, 0, 2);
	}
	/* Netlink's addresses are numbers of sockets: the protocol says more. */
	if (like.family == FAMILY_NETLINK)
		like.remote.size = like.local.size = 0;
	return row_of(n, &like);
}

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

static void note_error(struct peer *p, const struct event *e, int error)
{
	const struct peer_error new = {.error = error,
				       .arch = e->call.arch,
				       .nr = e->call.nr,
				       .count = 1,
				       .first_seq = e->seq};

	add_error(p, &new);
}

/* By whatever call it was told: it is connect(2) at @seq that failed. */
static void refuse(struct peer *p, int error, uint64_t seq)
{
	const struct peer_error new = {
		.error = error, .connecting = true, .count = 1, .first_seq = seq};

	p->refused++;
	add_error(p, &new);
}

/* ---- connections that were not waited for ---- */

static struct waiting_connect *stop_waiting(struct net *n, uint64_t id)
{
	return n->waiting.count ? map_remove(&n->waiting, id) : NULL;
}

static void begin_waiting(struct net *n, uint64_t id, const struct peer *p)
{
	struct waiting_connect *w;

	free(stop_waiting(n, id));
	if (n->waiting.count == NET_SOCKETS_MAX)
		return;
	w = malloc(sizeof(*w));
	if (!w || map_put(&n->waiting, id, w) < 0) {
		free(w);
		n->error = -ENOMEM;
		return;
	}
	*w = (struct waiting_connect){begin_time(n->event), n->event->seq,
				      (uint32_t)(p - n->list) + 1};
}

static void succeed(struct peer *p, uint64_t ns)
{
	p->connections++;
	p->connect_total += ns;
	p->connect_max = ns > p->connect_max ? ns : p->connect_max;
}

static void complete(struct net *n, uint64_t id, int error, uint64_t time)
{
	struct waiting_connect *w = stop_waiting(n, id);
	struct peer *p = w ? &n->list[w->peer - 1] : NULL;

	if (p && error) {
		refuse(p, error, w->seq);
	} else if (p) {
		succeed(p, time > w->begun ? time - w->begun : 0);
	}
	if (p)
		p->pending--;
	free(w);
}

/* ---- calls ---- */

/* A call of a socket with the arguments it has, wherever they were. */
struct asked {
	struct net *n;
	const struct event *e;
	uint64_t args[EVENT_ARGS];
	const struct state_file *file;
	int error;
};

static void take_address(const struct asked *a, uint64_t address, uint64_t size,
			 struct state_address *ret)
{
	size_t kept;
	const uint8_t *at = address ? event_bytes(a->e, EVENT_AT_ENTRY, address, &kept) : NULL;

	ret->size = 0;
	if (!at)
		return;
	size = size < kept ? size : kept;
	size = size < STATE_ADDRESS_MAX ? size : STATE_ADDRESS_MAX;
	memcpy(ret->bytes, at, (size_t)size);
	ret->size = (uint8_t)size;
}

static void take_connect(struct asked *a)
{
	struct state_address remote;
	struct peer *p;

	take_address(a, a->args[1], (uint32_t)a->args[2], &remote);
	/* A family of zero dissolves a connection. */
	if (!a->file || load(remote.bytes, remote.size, 0, 2) == 0)
		return;
	if (a->error == EISCONN || a->error == EALREADY) {
		if (a->error == EISCONN)
			complete(a->n, a->file->id, 0, end_time(a->e));
		return;
	}
	/* The second one tells how the first one went. */
	if (map_get(&a->n->waiting, a->file->id) && a->error != EINPROGRESS) {
		complete(a->n, a->file->id, a->error, end_time(a->e));
		return;
	}
	p = row_of_file(a->n, a->file, &remote);
	if (!p)
		return;
	p->tries++;
	if (a->error == EINPROGRESS || a->error == EINTR || a->error >= RESTART_FIRST) {
		p->pending++;
		begin_waiting(a->n, a->file->id, p);
	} else if (a->error) {
		refuse(p, a->error, a->e->seq);
	} else {
		succeed(p, a->e->call.duration);
	}
}

static void take_accept(struct asked *a)
{
	const struct state_address none = {.size = 0};
	const struct state_file *f =
		a->error ? NULL : state_at_exit(a->n->state, a->e, (int32_t)a->e->call.ret);
	struct peer *p;

	if (!f) {
		if (a->error && a->error != EAGAIN && a->error < RESTART_FIRST && a->file &&
		    (p = row_of_file(a->n, a->file, &none)))
			note_error(p, a->e, a->error);
		return;
	}
	p = row_of_file(a->n, f, &none);
	if (p)
		p->connections++;
}

static void take_listen(struct asked *a)
{
	const struct state_socket *s = a->file ? a->file->socket : NULL;
	struct peer like = {.role = NET_LISTENS, .known = true};
	struct peer *p;

	if (!s)
		return;
	like.family = s->family;
	like.type = s->type;
	like.protocol = protocol_of(s);
	like.local = s->local;
	p = row_of(a->n, &like);
	if (p && a->error)
		note_error(p, a->e, a->error);
}

static void take_option(struct asked *a)
{
	size_t size;
	const uint8_t *value;

	if ((uint32_t)a->args[1] != LEVEL_SOCKET || (uint32_t)a->args[2] != OPTION_ERROR ||
	    a->error || !a->file)
		return;
	value = event_bytes(a->e, EVENT_AT_EXIT, a->args[3], &size);
	if (!value || size < 4)
		return;
	if (map_get(&a->n->waiting, a->file->id)) {
		complete(a->n, a->file->id, (int)load(value, size, 0, 4), end_time(a->e));
	} else if (load(value, size, 0, 4)) {
		const struct state_address none = {.size = 0};
		struct peer *p = row_of_file(a->n, a->file, &none);

		if (p)
			note_error(p, a->e, (int)load(value, size, 0, 4));
	}
}

/* An address that another has, or that is not ours. */
static void take_bind(struct asked *a)
{
	struct state_address local;
	struct peer like = {.role = NET_CLIENT, .known = true};
	struct peer *p;

	if (!a->error || !a->file || !a->file->socket)
		return;
	take_address(a, a->args[1], (uint32_t)a->args[2], &local);
	like.family = a->file->socket->family;
	like.type = a->file->socket->type;
	like.protocol = protocol_of(a->file->socket);
	like.local = local;
	p = row_of(a->n, &like);
	if (p)
		note_error(p, a->e, a->error);
}

/* Which port the kernel chose for a socket that listens. */
static void take_name(struct asked *a)
{
	const struct state_socket *s = a->file ? a->file->socket : NULL;
	struct peer like = {.role = NET_LISTENS, .known = true};
	size_t id, size, kept;
	const uint8_t *length, *name;

	if (!s || !s->listens || a->error || port_of(&s->local))
		return;
	like.family = s->family;
	like.type = s->type;
	like.protocol = protocol_of(s);
	like.local = s->local;
	trim(&like.local);
	id = (size_t)(uintptr_t)map_remove(&a->n->by_key, key_of(&like));
	length = event_bytes(a->e, EVENT_AT_EXIT, a->args[2], &kept);
	size = length ? (size_t)load(length, kept, 0, 4) : 0;
	name = event_bytes(a->e, EVENT_AT_EXIT, a->args[1], &kept);
	size = size < kept ? size : kept;
	if (!id || !name || size > STATE_ADDRESS_MAX)
		return;
	memcpy(like.local.bytes, name, size);
	like.local.size = (uint8_t)size;
	trim(&like.local);
	join_listener(a->n, &like);
	a->n->list[id - 1].local = like.local;
	if (map_put(&a->n->by_key, key_of(&like), (void *)(uintptr_t)id) < 0)
		a->n->error = -ENOMEM;
}

typedef void asked_fn(struct asked *a);

static const struct {
	const char *name;
	asked_fn *take;
} calls[] = {
	{"connect", take_connect},  {"accept", take_accept},     {"accept4", take_accept},
	{"listen", take_listen},    {"getsockopt", take_option}, {"bind", take_bind},
	{"getsockname", take_name},
};

static asked_fn *find(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].take;
	}
	return NULL;
}

/* The call that is meant, and its arguments: those of socketcall(2) are in memory. */
static const struct sys_desc *call_of(const struct event *e, uint64_t args[EVENT_ARGS])
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const struct sys_field *array;
	const uint8_t *words;
	size_t size;

	memcpy(args, e->call.args, sizeof(e->call.args));
	if (!d || strcmp(d->name, "socketcall") != 0)
		return d;
	d = sys_select(d, e->call.args, NULL);
	array = sys_indirect_array(d);
	words = array ? event_bytes(e, EVENT_AT_ENTRY,
				    sys_value(array, e->call.args, sizeof(e->call.args)), &size)
		      : NULL;
	d = words ? sys_indirect(d, words, size, args) : NULL;
	return d ? sys_said(d) : NULL;
}

/* Errors that only say: not now. */
static bool is_answer(int error)
{
	return error == EAGAIN || error == EINTR || error == EINPROGRESS || error == EALREADY ||
	       error >= RESTART_FIRST;
}

/* The first call at a socket says how connect(2) ended when SO_ERROR was not asked. */
static bool tells_of_connect(int error)
{
	return error == ECONNREFUSED || error == ECONNRESET || error == ETIMEDOUT ||
	       error == EHOSTUNREACH || error == ENETUNREACH;
}

/* Any other call that failed at a socket. */
static void take_failure(struct asked *a, const struct sys_desc *d)
{
	static const char *const harmless[] = {"setsockopt", "getpeername", "ioctl", "lseek",
					       "fcntl",      "fstat",       "close", NULL};
	const struct state_address none = {.size = 0};
	struct peer *p;

	if (is_answer(a->error) || !a->file || sys_is_named(d, harmless))
		return;
	if (channel_is(a->file) && a->error == EPIPE)
		a->n->error = channels_break(&a->n->channels, a->file, a->n->actor, a->e->time);
	if (a->file->kind != STATE_SOCKET || channel_is(a->file))
		return;
	if (map_get(&a->n->waiting, a->file->id) && tells_of_connect(a->error)) {
		complete(a->n, a->file->id, a->error, end_time(a->e));
		return;
	}
	p = row_of_file(a->n, a->file, &none);
	if (p)
		note_error(p, a->e, a->error);
}

/* Which argument is the descriptor that a failure is about: where it goes to. */
static size_t fd_of(const struct sys_desc *d)
{
	return strcmp(d->name, "splice") == 0 ? 2 : strcmp(d->name, "tee") == 0;
}

static void take_call(struct net *n, const struct event *e)
{
	struct asked a = {.n = n, .e = e, .error = event_errno(&e->call)};
	const struct sys_desc *d = call_of(e, a.args);
	asked_fn *take = d ? find(d->name) : NULL;

	if (!d || (!take && (!a.error || !d->count || d->field[0].kind != K_FD)))
		return;
	a.file = state_at_entry(n->state, e, (int32_t)a.args[fd_of(d)]);
	if (take)
		take(&a);
	else
		take_failure(&a, d);
}

/* ---- transfers ---- */

static void take_dns(struct net *n, const struct transfer *t, const struct state_address *remote)
{
	struct transfer_place at = {.span = 0};
	struct transfer_piece piece;
	struct buf server = {0};
	size_t skip = t->file->socket && t->file->socket->type == STREAM ? DNS_LENGTH : 0;

	if (!transfer_next(t, &at, &piece) || !piece.data || piece.size <= skip)
		return;
	address_text(remote, &server);
	if (hosts_take_message(&n->hosts, piece.data + skip, (size_t)piece.size - skip,
			       buf_text(&server), n->actor,
			       t->out ? begin_time(n->event) : end_time(n->event)) < 0 ||
	    buf_error(&server) < 0)
		n->error = -ENOMEM;
	buf_done(&server);
}

/* Before the kernel chose its port, which then is none that others know. */
static void note_asker(struct net *n, const struct transfer *t)
{
	const struct state_socket *s = t->file->socket;

	if (!t->out || !s || s->type != DATAGRAM || s->peer.size || port_of(&s->local) ||
	    (s->family != FAMILY_INET && s->family != FAMILY_INET6) ||
	    n->askers.count == NET_SOCKETS_MAX)
		return;
	if (map_put(&n->askers, t->file->id, n) < 0)
		n->error = -ENOMEM;
}

static void take_bytes(struct net *n, const struct transfer *t)
{
	struct peer *p;

	note_asker(n, t);
	p = row_of_file(n, t->file, &t->address);
	if (!p)
		return;
	if (t->out) {
		p->sends++;
		p->sent += t->bytes;
	} else {
		p->receives++;
		p->received += t->bytes;
	}
	complete(n, t->file->id, 0, begin_time(n->event));
	if (port_of(&p->remote) == PORT_DNS)
		take_dns(n, t, &p->remote);
}

static bool is_hosts_file(const struct state_file *f)
{
	static const char name[] = "/etc/hosts";

	return f->kind == STATE_NAMED && f->size == sizeof(name) - 1 &&
	       memcmp(f->text, name, f->size) == 0;
}

static int take_hosts_file(struct net *n, const struct transfer *t)
{
	struct transfer_place at = {.span = 0};
	struct transfer_piece piece;

	if (t->out || !transfer_next(t, &at, &piece) || !piece.data)
		return 0;
	return hosts_take_file(&n->hosts, piece.data, (size_t)piece.size);
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct net *n = context;

	if (t->more || !t->file)
		return 0;
	if (channel_is(t->file))
		return channels_take(&n->channels, t, n->actor, n->event->time);
	if (t->file->kind == STATE_SOCKET)
		take_bytes(n, t);
	else if (is_hosts_file(t->file))
		return take_hosts_file(n, t);
	return n->error;
}

int net_take(struct net *n, const struct state *s, struct processes *all, const struct event *e)
{
	int r;

	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED)
		return 0;
	n->state = s;
	n->event = e;
	n->actor = actor_of(all, e);
	n->uring += e->call.nr == URING_SETUP && !event_errno(&e->call);
	take_call(n, e);
	r = n->error;
	if (r == 0 && !event_errno(&e->call))
		r = transfers_take(n->transfers, s, e, take_transfer, n);
	return r < 0 ? r : n->error;
}

/* ---- the end ---- */

static int descending(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int compare(const void *left, const void *right, void *sort)
{
	const struct peer *a = left, *b = right;
	int r = descending(b->role, a->role);

	if (!r && *(enum net_sort *)sort == NET_BY_BYTES)
		r = descending(a->sent + a->received, b->sent + b->received);
	if (!r && *(enum net_sort *)sort == NET_BY_ERRORS)
		r = descending(a->failures, b->failures);
	if (!r)
		r = descending(b->first_time, a->first_time);
	return r ? r : memcmp(a->remote.bytes, b->remote.bytes, sizeof(a->remote.bytes));
}

static int compare_channels(const void *left, const void *right, void *sort)
{
	const struct channel *a = left, *b = right;
	uint64_t bytes[2] = {0}, broken[2] = {0};
	int r = 0;

	for (size_t i = 0; i < 2; i++) {
		bytes[0] += a->way[i].written + a->way[i].read;
		bytes[1] += b->way[i].written + b->way[i].read;
		broken[0] += a->way[i].broken;
		broken[1] += b->way[i].broken;
	}
	if (*(enum net_sort *)sort == NET_BY_BYTES)
		r = descending(bytes[0], bytes[1]);
	if (*(enum net_sort *)sort == NET_BY_ERRORS)
		r = descending(broken[0], broken[1]);
	if (!r)
		r = descending(b->first_time, a->first_time);
	return r ? r : descending(b->first_id, a->first_id);
}

void net_end(struct net *n, enum net_sort sort)
{
	if (n->count)
		qsort_r(n->list, n->count, sizeof(*n->list), compare, &sort);
	if (n->channels.count)
		qsort_r(n->channels.list, n->channels.count, sizeof(*n->channels.list),
			compare_channels, &sort);
	map_done(&n->by_key);
}

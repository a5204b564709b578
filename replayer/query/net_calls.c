/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that make connections, and what failed at sockets. A connection that was not waited for
 * is complete when SO_ERROR tells how it went, when connect(2) is asked again, or when bytes go
 * through it.
 */
#include "net_priv.h"

#include "base/load.h"
#include "replayer/state/meant.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEVEL_SOCKET = 1,
	OPTION_ERROR = 4,
	RESTART_FIRST = 512,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10
};

struct waiting_connect {
	uint64_t begun; /* ns */
	uint64_t seq;   /* of the connect(2) */
	uint32_t peer;  /* index + 1 */
};

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
	*w = (struct waiting_connect){event_begin_time(n->event), n->event->seq,
				      (uint32_t)(p - n->list) + 1};
}

static void succeed(struct peer *p, uint64_t ns)
{
	p->connections++;
	p->connect_total += ns;
	p->connect_max = ns > p->connect_max ? ns : p->connect_max;
}

void net_complete(struct net *n, uint64_t id, int error, uint64_t time)
{
	struct waiting_connect *w = stop_waiting(n, id);
	struct peer *p = w ? &n->list[w->peer - 1] : NULL;

	if (p && error) {
		peer_refuse(p, error, w->seq);
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
	const struct sys_desc *desc;
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
			net_complete(a->n, a->file->id, 0, event_end_time(a->e));
		return;
	}
	/* The second one tells how the first one went. */
	if (map_get(&a->n->waiting, a->file->id) && a->error != EINPROGRESS) {
		net_complete(a->n, a->file->id, a->error, event_end_time(a->e));
		return;
	}
	p = net_row_of_file(a->n, a->file, &remote);
	if (!p)
		return;
	p->tries++;
	if (a->error == EINPROGRESS || a->error == EINTR || a->error >= RESTART_FIRST) {
		p->pending++;
		begin_waiting(a->n, a->file->id, p);
	} else if (a->error) {
		peer_refuse(p, a->error, a->e->seq);
	} else {
		succeed(p, a->e->call.duration);
	}
}

/* ---- accepted before the port was known ---- */

/* It may listen at a port that the kernel chose, and somebody waits there already. */
static bool keep_early(const struct asked *a, const struct peer *like)
{
	struct net *n = a->n;
	const bool internet = like->family == FAMILY_INET || like->family == FAMILY_INET6;

	if (!a->file || !internet || !like->local.size || address_port(&like->local) ||
	    n->early_count == NET_EARLY_MAX)
		return false;
	if (!n->early)
		n->early = calloc(NET_EARLY_MAX, sizeof(*n->early));
	if (!n->early) {
		n->error = -ENOMEM;
		return false;
	}
	n->early[n->early_count++] = (struct net_early){a->file->id, a->e->time, n->actor, *like};
	return true;
}

static void count_early(struct net *n, struct net_early *x)
{
	const struct event at = {.time = x->time}, *const event = n->event;
	const uint32_t actor = n->actor;
	struct peer *p;

	n->event = &at;
	n->actor = x->actor;
	p = net_row(n, &x->like);
	if (p)
		p->connections++;
	n->event = event;
	n->actor = actor;
}

/* Who listens there is at @local, as it turns out. */
static void settle_early(struct net *n, uint64_t listener, const struct state_address *local)
{
	size_t kept = 0;

	for (size_t i = 0; i < n->early_count; i++) {
		if (n->early[i].listener != listener) {
			n->early[kept++] = n->early[i];
			continue;
		}
		n->early[i].like.local = *local;
		count_early(n, &n->early[i]);
	}
	n->early_count = kept;
}

void net_end_early(struct net *n)
{
	while (n->early_count)
		count_early(n, &n->early[--n->early_count]);
	free(n->early);
	n->early = NULL;
}

static void take_accept(struct asked *a)
{
	const struct state_address none = {.size = 0};
	const struct state_file *f =
		a->error ? NULL : state_at_exit(a->n->state, a->e, (int32_t)a->e->call.ret);
	struct peer like, *p;

	if (!f) {
		if (a->error && a->error != EAGAIN && a->error < RESTART_FIRST && a->file &&
		    (p = net_row_of_file(a->n, a->file, &none)))
			peer_note_error(p, a->e, a->error);
		return;
	}
	net_like_file(a->n, f, &none, &like);
	p = keep_early(a, &like) ? NULL : net_row(a->n, &like);
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
	like.protocol = socket_protocol(s);
	like.local = s->local;
	p = net_row(a->n, &like);
	if (p && a->error)
		peer_note_error(p, a->e, a->error);
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
		net_complete(a->n, a->file->id, (int)load(value, size, 0, 4), event_end_time(a->e));
	} else if (load(value, size, 0, 4)) {
		const struct state_address none = {.size = 0};
		struct peer *p = net_row_of_file(a->n, a->file, &none);

		if (p)
			peer_note_error(p, a->e, (int)load(value, size, 0, 4));
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
	like.protocol = socket_protocol(a->file->socket);
	like.local = local;
	p = net_row(a->n, &like);
	if (p)
		peer_note_error(p, a->e, a->error);
}

/* Which port the kernel chose for a socket that listens. */
static void take_name(struct asked *a)
{
	const struct state_socket *s = a->file ? a->file->socket : NULL;
	struct state_address local = {.size = 0};
	size_t size, kept;
	const uint8_t *length, *name;

	if (!s || !s->listens || a->error || address_port(&s->local))
		return;
	length = event_bytes(a->e, EVENT_AT_EXIT, a->args[2], &kept);
	size = length ? (size_t)load(length, kept, 0, 4) : 0;
	name = event_bytes(a->e, EVENT_AT_EXIT, a->args[1], &kept);
	size = size < kept ? size : kept;
	if (!name || size > STATE_ADDRESS_MAX)
		return;
	memcpy(local.bytes, name, size);
	local.size = (uint8_t)size;
	net_listens_at(a->n, s, &local);
	settle_early(a->n, a->file->id, &local);
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
static void take_failure(struct asked *a)
{
	static const char *const harmless[] = {"setsockopt", "getpeername", "ioctl", "lseek",
					       "fcntl",      "fstat",       "close", NULL};
	const struct state_address none = {.size = 0};
	struct peer *p;

	if (is_answer(a->error) || !a->file || sys_is_named(a->desc, harmless))
		return;
	if (channel_is(a->file) && a->error == EPIPE)
		a->n->error = channels_break(&a->n->channels, a->file, a->n->actor, a->e->time);
	if (a->file->kind != STATE_SOCKET || channel_is(a->file))
		return;
	if (map_get(&a->n->waiting, a->file->id) && tells_of_connect(a->error)) {
		net_complete(a->n, a->file->id, a->error, event_end_time(a->e));
		return;
	}
	p = net_row_of_file(a->n, a->file, &none);
	if (p)
		peer_note_error(p, a->e, a->error);
}

/* Which argument is the descriptor that a failure is about: where it goes to. */
static size_t fd_of(const struct sys_desc *d)
{
	return strcmp(d->name, "splice") == 0 ? 2 : strcmp(d->name, "tee") == 0;
}

typedef void asked_fn(struct asked *a);

struct call_row {
	const char *name;
	asked_fn *take;
};

static const struct call_row rows[] = {
	{"connect", take_connect},  {"accept", take_accept},     {"accept4", take_accept},
	{"listen", take_listen},    {"getsockopt", take_option}, {"bind", take_bind},
	{"getsockname", take_name},
};

/* Of a descriptor, and of interest when they fail; with their arguments in memory. */
static const struct call_row others = {"", take_failure}, indirect = {"socketcall", NULL};

static const void *row_of(const void *context, const struct sys_desc *d)
{
	(void)context;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, d->name) == 0)
			return &rows[i];
	}
	if (strcmp(d->name, indirect.name) == 0)
		return &indirect;
	return d->count && d->field[0].kind == K_FD ? &others : NULL;
}

int net_init_calls(struct net *n)
{
	return sys_rows_init(&n->calls, row_of, NULL);
}

void net_take_call(struct net *n, const struct event *e)
{
	struct asked a = {.n = n, .e = e, .error = event_errno(&e->call)};
	const struct call_row *row = sys_rows_get(&n->calls, e->call.arch, e->call.nr);

	if (!row)
		return;
	memcpy(a.args, e->call.args, sizeof(a.args));
	a.desc = sys_find(e->call.arch, e->call.nr);
	if (row == &indirect) {
		a.desc = call_meant(e, a.args);
		row = a.desc ? row_of(NULL, a.desc) : NULL;
	}
	if (!row || !row->take || (row == &others && !a.error))
		return;
	a.file = state_at_entry(n->state, e, (int32_t)a.args[fd_of(a.desc)]);
	row->take(&a);
}

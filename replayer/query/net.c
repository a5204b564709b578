/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers find their row by what their socket is connected to, or by the address in the
 * message; channels have theirs in channels.c.
 */
#include "net.h"

#include "net_priv.h"

#include "base/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	PORT_DNS = 53,
	DNS_LENGTH = 2, /* before a message over TCP */
	URING_SETUP = 425,
};

int net_init(struct net *n, enum net_depth depth)
{
	*n = (struct net){.transfers = depth == NET_BYTES ? transfers_new() : NULL};
	return depth == NET_CONNECTIONS || n->transfers ? net_init_calls(n) : -ENOMEM;
}

void net_done(struct net *n)
{
	size_t at = 0;
	void *waiting;

	while ((waiting = map_next(&n->waiting, &at)))
		free(waiting);
	sys_rows_done(&n->calls);
	map_done(&n->waiting);
	map_done(&n->by_key);
	map_done(&n->askers);
	map_done(&n->open_ports);
	free(n->list);
	free(n->early);
	hosts_done(&n->hosts);
	channels_done(&n->channels);
	transfers_free(n->transfers);
	*n = (struct net){.count = 0};
}

/* ---- transfers ---- */

static void take_dns(struct net *n, const struct transfer *t, const struct state_address *remote)
{
	struct transfer_place at = {.span = 0};
	struct transfer_piece piece;
	struct buf server = {0};
	size_t skip = t->file->socket && t->file->socket->type == NET_STREAM ? DNS_LENGTH : 0;

	if (!transfer_next(t, &at, &piece) || !piece.data || piece.size <= skip)
		return;
	address_text(remote, &server);
	if (hosts_take_message(
		    &n->hosts, piece.data + skip, (size_t)piece.size - skip, buf_text(&server),
		    n->actor, t->out ? event_begin_time(n->event) : event_end_time(n->event)) < 0 ||
	    buf_error(&server) < 0)
		n->error = -ENOMEM;
	buf_done(&server);
}

/* Before the kernel chose its port, which then is none that others know. */
static void note_asker(struct net *n, const struct transfer *t)
{
	const struct state_socket *s = t->file->socket;

	if (!t->out || !s || s->type != NET_DATAGRAM || s->peer.size || address_port(&s->local) ||
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
	p = net_row_of_file(n, t->file, &t->address);
	if (!p)
		return;
	if (t->out) {
		p->sends++;
		p->sent += t->bytes;
	} else {
		p->receives++;
		p->received += t->bytes;
	}
	net_complete(n, t->file->id, 0, event_begin_time(n->event));
	if (address_port(&p->remote) == PORT_DNS)
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
	net_take_call(n, e);
	r = n->error;
	if (r == 0 && n->transfers && !event_errno(&e->call))
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

int net_end(struct net *n, enum net_sort sort)
{
	net_end_early(n);
	if (n->count)
		qsort_r(n->list, n->count, sizeof(*n->list), compare, &sort);
	if (n->channels.count)
		qsort_r(n->channels.list, n->channels.count, sizeof(*n->channels.list),
			compare_channels, &sort);
	map_done(&n->by_key);
	return n->error;
}

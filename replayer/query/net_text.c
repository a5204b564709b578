/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations for people: a section for each kind, a line for each peer. */
#include "net.h"

#include "amount.h"
#include "groups.h"
#include "net_priv.h"

#include "base/buf.h"
#include "base/hash.h"
#include "replayer/print/escape.h"
#include "sys/names.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum {
	DATAGRAM = 2,
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FOLD_FROM = 4,
	LINES_MAX = 60
};

struct saying {
	const struct net *n;
	const struct processes *all;
	const struct net_style *style;
	struct buf *out;
};

/* ---- columns ---- */

static void column(const struct saying *x, uint64_t bytes, uint64_t calls)
{
	struct buf text = {0};

	if (calls)
		amount_bytes(&text, bytes);
	else
		buf_char(&text, '-');
	buf_inherit(x->out, &text);
	buf_printf(x->out, " %10s", buf_text(&text));
	buf_done(&text);
}

static void heading(const struct saying *x, const char *title, const char *out, const char *in)
{
	buf_printf(x->out, "\n%s\n %10s %10s %8s\n", title, out, in, "calls");
}

/* ---- peers ---- */

static void say_address(const struct saying *x, const struct state_address *a)
{
	const char *name = address_name(&x->n->hosts, a);

	address_text(a, x->out);
	if (name)
		buf_printf(x->out, " (%s)", name);
}

static bool has_text(const struct state_address *a)
{
	struct buf text = {0};
	bool has;

	address_text(a, &text);
	has = text.size != 0;
	buf_done(&text);
	return has;
}

/* Without the port: those who connected have any. */
static void say_host(const struct saying *x, const struct state_address *a)
{
	struct buf text = {0};
	const char *name = address_name(&x->n->hosts, a), *colon;

	address_text(a, &text);
	colon = strrchr(buf_text(&text), ':');
	buf_append(x->out, buf_text(&text), colon ? (size_t)(colon - buf_text(&text)) : text.size);
	if (name)
		buf_printf(x->out, " (%s)", name);
	buf_done(&text);
}

/* One that the kernel is still to choose says nothing. */
static bool is_chosen(const struct peer *p)
{
	return (p->family != FAMILY_INET && p->family != FAMILY_INET6) || address_port(&p->local);
}

static void say_ends(const struct saying *x, const struct peer *p)
{
	bool remote = has_text(&p->remote), local = has_text(&p->local);

	buf_char(x->out, ' ');
	if (p->role == NET_SERVER) {
		buf_str(x->out, "at ");
		say_address(x, &p->local);
		if (remote) {
			buf_str(x->out, " from ");
			say_host(x, &p->remote);
		}
	} else if (remote) {
		say_address(x, &p->remote);
		if (local && p->role == NET_CLIENT && is_chosen(p)) {
			buf_str(x->out, ", local ");
			address_text(&p->local, x->out);
		}
	} else if (local) {
		/* Those of the internet have a section of their own. */
		if (p->role != NET_LISTENS || p->family == FAMILY_UNIX)
			buf_str(x->out, p->role == NET_LISTENS ? "listening at " : "at ");
		say_address(x, &p->local);
	} else if (p->inode) {
		buf_printf(x->out, "[%" PRIu64 "], open already", p->inode);
	}
}

/* To connect a datagram socket takes no time, and can hardly fail. */
static bool says_connects(const struct peer *p)
{
	return p->role == NET_CLIENT && p->tries && (p->type != DATAGRAM || p->refused);
}

static void say_connects(const struct saying *x, const struct peer *p)
{
	if (p->role == NET_SERVER && p->connections)
		amount_count(x->out, p->connections, "connection accepted", "connections accepted");
	if (!says_connects(p))
		return;
	if (p->connections == 1) {
		buf_str(x->out, "connected in ");
		amount_time(x->out, p->connect_total);
	} else if (p->connections) {
		buf_printf(x->out, "connected %" PRIu64 " times, in ", p->connections);
		amount_time(x->out, p->connect_total / p->connections);
		buf_str(x->out, " on average, ");
		amount_time(x->out, p->connect_max);
		buf_str(x->out, " at most");
	}
	if (p->refused)
		buf_printf(x->out, "%s%" PRIu64 " of %" PRIu64 " attempts failed",
			   p->connections ? ", " : "", p->refused, p->tries);
	if (p->pending)
		buf_printf(x->out, "%sof %" PRIu64 " attempts the end is not known",
			   p->connections || p->refused ? ", " : "", p->pending);
}

static void say_errors(const struct saying *x, const struct peer *p)
{
	char scratch[32];

	for (size_t i = 0; i < p->error_count; i++) {
		const struct peer_error *e = &p->errors[i];
		const char *name = sys_errno_name(e->error), *text = sys_errno_text(e->error);

		buf_printf(x->out, "%32s%s: %s (%s)", "", peer_error_call(e, scratch),
			   name ? name : "?", text ? text : "?");
		if (e->count > 1)
			buf_printf(x->out, ", %" PRIu64 " times", e->count);
		buf_printf(x->out, ", event %" PRIu64 "\n", e->first_seq);
	}
}

static void say_peer(const struct saying *x, const struct peer *p)
{
	struct actors answered;

	column(x, p->sent, p->sends);
	column(x, p->received, p->receives);
	buf_printf(x->out, " %8" PRIu64 "  ", p->sends + p->receives);
	peer_protocol(p, x->out);
	say_ends(x, p);
	buf_str(x->out, "  ");
	actors_say(&p->by, x->all, x->out);
	if (says_connects(p) || (p->role == NET_SERVER && p->connections))
		buf_str(x->out, "  ");
	say_connects(x, p);
	peer_answered(x->n, p, &answered);
	if (answered.count) {
		buf_str(x->out, "  answered by ");
		actors_say(&answered, x->all, x->out);
	}
	buf_char(x->out, '\n');
	say_errors(x, p);
}

enum section { SECTION_INTERNET, SECTION_ACCEPTED, SECTION_LISTENS, SECTION_UNIX, SECTION_OTHER };

static enum section section_of(const struct peer *p)
{
	if (p->known && p->family == FAMILY_UNIX)
		return SECTION_UNIX;
	if (p->known && p->family != FAMILY_INET && p->family != FAMILY_INET6)
		return SECTION_OTHER;
	if (p->role == NET_LISTENS)
		return SECTION_LISTENS;
	return p->role == NET_SERVER ? SECTION_ACCEPTED : SECTION_INTERNET;
}

static void say_section(const struct saying *x, enum section section, const char *title)
{
	size_t said = 0, left = 0;

	for (size_t i = 0; i < x->n->count; i++) {
		const struct peer *p = &x->n->list[i];

		if (section_of(p) != section || (!x->style->all && peer_is_noise(p)))
			continue;
		if (!x->style->all && said == LINES_MAX) {
			left++;
			continue;
		}
		if (!said++)
			heading(x, title, "sent", "received");
		say_peer(x, p);
	}
	if (left)
		buf_printf(x->out, "  and %zu more (--all shows them)\n", left);
}

/* ---- names ---- */

static void say_lookup(const struct saying *x, const struct lookup *l)
{
	char text[INET6_ADDRSTRLEN];

	buf_printf(x->out, "  %s: ", l->name);
	for (size_t i = 0; i < l->address_count; i++) {
		inet_ntop(l->address_size[i] == 4 ? AF_INET : AF_INET6, l->address[i], text,
			  sizeof(text));
		buf_printf(x->out, "%s%s", i ? ", " : "", text);
	}
	if (!l->address_count)
		buf_str(x->out, lookup_code_text(l->code));
	if (l->alias)
		buf_printf(x->out, " (is %s)", l->alias);
	buf_printf(x->out, "  asked of %s", buf_text(&l->server));
	if (l->questions > 1)
		buf_printf(x->out, " %" PRIu64 " times", l->questions);
	if (l->answer_time) {
		buf_str(x->out, ", answered in ");
		amount_time(x->out, l->answer_time);
	}
	buf_str(x->out, "  ");
	actors_say(&l->by, x->all, x->out);
	buf_char(x->out, '\n');
}

static void say_lookups(const struct saying *x)
{
	if (x->n->hosts.count)
		buf_str(x->out, "\nNames that were asked for\n");
	for (size_t i = 0; i < x->n->hosts.count; i++)
		say_lookup(x, &x->n->hosts.lookups[i]);
}

/* ---- pipes and pairs ---- */

static void say_side(const struct saying *x, const struct actors *a)
{
	if (a->count)
		actors_say(a, x->all, x->out);
	else
		buf_str(x->out, "(nobody seen)");
}

static void say_way(const struct saying *x, const struct channel_way *w, bool pipe, size_t count)
{
	column(x, w->written, w->writes);
	column(x, w->read, w->reads);
	buf_printf(x->out, " %8" PRIu64 "  %s", w->writes + w->reads, pipe ? "pipe  " : "pair  ");
	say_side(x, &w->writers);
	buf_str(x->out, " -> ");
	say_side(x, &w->readers);
	if (count > 1)
		buf_printf(x->out, "  (%zu of them)", count);
	if (w->broken) {
		buf_printf(x->out, "\n%32sEPIPE: nobody was there to read", "");
		if (w->broken > 1)
			buf_printf(x->out, ", %" PRIu64 " times", w->broken);
	}
	buf_char(x->out, '\n');
}

/* Which programs are at the ends, not which processes. */
static uint64_t add_names(const struct saying *x, uint64_t key, const struct actors *a)
{
	struct buf name = {0};

	if (a->count)
		actor_name(x->all, a->process[0], &name);
	key = hash_add(key, buf_text(&name), name.size + 1);
	buf_done(&name);
	return key;
}

/* Ways are rows: two for each channel. */
static const struct channel_way *way_of(const struct saying *x, size_t row)
{
	return &x->n->channels.list[row / 2].way[row % 2];
}

static int group_ways(const struct saying *x, struct groups *g)
{
	size_t rows = 2 * x->n->channels.count;
	int r = groups_init(g, rows);

	for (size_t i = 0; r == 0 && i < rows; i++) {
		const struct channel_way *w = way_of(x, i);
		bool pipe = x->n->channels.list[i / 2].pipe;
		uint64_t key = hash_add(HASH_START, &pipe, sizeof(pipe));

		if (channel_way_is_unused(w))
			continue;
		if (x->style->all)
			key = hash_add(key, &i, sizeof(i));
		key = add_names(x, key, &w->writers);
		r = groups_add(g, i, add_names(x, key, &w->readers));
	}
	return r;
}

static void say_folded(const struct saying *x, const struct groups *groups, const struct group *g)
{
	struct channel_way sum = {.writes = 0};

	for (size_t k = g->first; k != GROUP_END; k = groups->next[k]) {
		const struct channel_way *w = way_of(x, k);

		actors_merge(&sum.writers, &w->writers);
		actors_merge(&sum.readers, &w->readers);
		sum.writes += w->writes;
		sum.written += w->written;
		sum.reads += w->reads;
		sum.read += w->read;
		sum.broken += w->broken;
	}
	say_way(x, &sum, x->n->channels.list[g->first / 2].pipe, g->count);
}

static int say_channels(const struct saying *x)
{
	struct groups groups;
	size_t rows = 2 * x->n->channels.count, said = 0;
	int r = group_ways(x, &groups);

	for (size_t i = 0; r == 0 && i < rows; i++) {
		const struct group *g = groups_of(&groups, i);
		bool folds = g && g->count >= FOLD_FROM;

		if (!g || (folds && g->first != i))
			continue;
		if (!said++)
			heading(x, "Pipes and pairs of sockets", "written", "read");
		if (folds)
			say_folded(x, &groups, g);
		else
			say_way(x, way_of(x, i), x->n->channels.list[i / 2].pipe, 1);
	}
	groups_done(&groups);
	return r;
}

/* ---- everything ---- */

static void say_summary(const struct saying *x)
{
	uint64_t sent = 0, received = 0, made = 0, refused = 0, accepted = 0, peers = 0;

	for (size_t i = 0; i < x->n->count; i++) {
		const struct peer *p = &x->n->list[i];

		if (peer_is_noise(p))
			continue;
		sent += p->sent;
		received += p->received;
		refused += p->refused;
		peers += p->role == NET_CLIENT;
		made += p->role == NET_CLIENT && p->type != DATAGRAM ? p->connections : 0;
		accepted += p->role == NET_SERVER ? p->connections : 0;
	}
	amount_count(x->out, peers, "peer", "peers");
	buf_str(x->out, "; ");
	amount_count(x->out, made, "connection", "connections");
	buf_printf(x->out, " made, %" PRIu64 " failed, %" PRIu64 " accepted; ", refused, accepted);
	amount_bytes(x->out, sent);
	buf_str(x->out, " sent, ");
	amount_bytes(x->out, received);
	buf_str(x->out, " received through sockets; ");
	amount_count(x->out, x->n->channels.count, "pipe or pair\n", "pipes and pairs\n");
	if (x->n->uring)
		buf_str(x->out, "io_uring was used: what it sent and received is not seen\n");
	if (x->n->beyond || x->n->channels.beyond || x->n->hosts.beyond)
		buf_printf(x->out,
			   "no room for more: %" PRIu64 " calls to peers, %" PRIu64
			   " to pipes, %" PRIu64 " names are not told\n",
			   x->n->beyond, x->n->channels.beyond, x->n->hosts.beyond);
}

int net_say(const struct net *n, const struct processes *all, const struct net_style *style,
	    struct buf *ret)
{
	static const char *const titles[] = {
		[SECTION_INTERNET] = "Peers: connected to, or sent to",
		[SECTION_ACCEPTED] = "Clients: accepted, or heard at a port",
		[SECTION_LISTENS] = "Listening",
		[SECTION_UNIX] = "UNIX sockets",
		[SECTION_OTHER] = "Netlink and others",
	};
	const struct saying x = {.n = n, .all = all, .style = style, .out = ret};
	int r;

	say_summary(&x);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		say_section(&x, (enum section)i, titles[i]);
		if (i == SECTION_LISTENS)
			say_lookups(&x);
	}
	r = say_channels(&x);
	return r < 0 ? r : buf_error(ret);
}

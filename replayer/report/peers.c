/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom the processes talked to: peers over the network and in the computer, pipes and pairs of
 * sockets by the programs at their ends, names that were asked for.
 */
#include "page.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "html.h"
#include "replayer/print/print.h"
#include "sys/names.h"
#include "table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROWS_SHOWN = 300,
	ROWS_BYTES = 100 << 10,
	NAMES_SHOWN = 200,
	NAMES_BYTES = 40 << 10,
	TEXT_SHOWN = 300,
	FAMILY_UNIX = 1,
};

static void say_text(struct buf *out, struct buf *text)
{
	html_cut(text, TEXT_SHOWN);
	html_take(out, text);
}

static void say_by(const struct report *r, const struct actors *by, struct buf *out)
{
	cleanup_done(buf_done) struct buf text = {0};

	actors_say(by, &r->overview.processes, &text);
	buf_str(out, "<td class=by>");
	html_take(out, &text);
	buf_str(out, "</td>");
}

/* ---- peers ---- */

static void say_errors(const struct peer *p, struct buf *out)
{
	buf_str(out, "<td>");
	for (size_t i = 0; i < p->error_count; i++) {
		const struct peer_error *e = &p->errors[i];
		const struct event_call call = {.nr = e->nr, .arch = e->arch};
		const char *name = sys_errno_name(e->error), *words = sys_errno_text(e->error);
		char scratch[32];

		buf_printf(out, "%s<code>%s</code> <abbr title=\"%s\">%s</abbr>", i ? "<br>" : "",
			   print_call_name(&call, scratch), words ? words : "", name ? name : "?");
		if (e->count > 1)
			buf_printf(out, " %" PRIu64 "×", e->count);
	}
	buf_str(out, "</td>");
}

static void say_address(const struct report *r, const struct state_address *a, struct buf *out)
{
	const char *name = a->size ? address_name(&r->overview.net.hosts, a) : NULL;
	cleanup_done(buf_done) struct buf text = {0};

	buf_str(out, "<td class=address><code>");
	if (a->size)
		address_text(a, &text);
	say_text(out, &text);
	buf_str(out, "</code>");
	if (name) {
		buf_char(out, ' ');
		html_bytes(out, name, strlen(name), TEXT_SHOWN);
	}
	buf_str(out, "</td>");
}

static void say_peer(const struct report *r, const struct peer *p, struct buf *out)
{
	static const char *const roles[] = {
		[NET_CLIENT] = "connected", [NET_SERVER] = "accepted", [NET_LISTENS] = "listens"};
	const bool bad = p->refused && p->family != FAMILY_UNIX;
	cleanup_done(buf_done) struct buf text = {0};

	buf_printf(out, "<tr%s><td class=rank>%s</td><td class=rank>", bad ? " class=bad" : "",
		   roles[p->role]);
	peer_protocol(p, &text);
	say_text(out, &text);
	buf_str(out, "</td>");
	say_address(r, &p->remote, out);
	say_address(r, &p->local, out);
	html_size_cell(out, p->sent, p->sends);
	html_size_cell(out, p->received, p->receives);
	html_count_cell(out, p->role == NET_CLIENT ? p->tries : p->connections);
	buf_printf(out, "<td class=n data-v=%" PRIu64 ">", p->connect_max);
	if (p->connect_max)
		html_duration(out, p->connect_max);
	buf_str(out, "</td>");
	say_errors(p, out);
	say_by(r, &p->by, out);
	html_time_cell(out, p->first_time);
	buf_str(out, "</tr>\n");
}

static void say_peers(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {"how",    "protocol",  "to or from",   "own address",
					    "#sent",  "#received", "#times",       "#slowest",
					    "failed", "by",        "#first at, s", NULL};
	const struct net *n = &r->overview.net;
	struct table t;

	if (!n->count)
		return;
	table_open(&t, out, "Peers, over the network and in the computer", heads, ROWS_SHOWN,
		   ROWS_BYTES);
	for (size_t i = 0; i < n->count && table_row(&t); i++)
		say_peer(r, &n->list[i], out);
	table_close(&t, n->count, "peers");
}

/* ---- pipes and pairs of sockets: a way is what went from one end to the other ---- */

struct way {
	const struct channel *channel;
	const struct channel_way *way;
};

static int busier(const void *left, const void *right)
{
	const struct way *a = left, *b = right;
	uint64_t x = a->way->written + a->way->read, y = b->way->written + b->way->read;

	if (x != y)
		return x < y ? 1 : -1;
	return a->channel != b->channel ? (a->channel < b->channel ? -1 : 1)
					: (a->way < b->way ? -1 : a->way > b->way);
}

static void say_way(const struct report *r, const struct way *w, struct buf *out)
{
	buf_printf(out, "<tr><td>%s</td>", w->channel->pipe ? "pipe" : "pair of sockets");
	say_by(r, &w->way->writers, out);
	html_size_cell(out, w->way->written, w->way->writes);
	say_by(r, &w->way->readers, out);
	html_size_cell(out, w->way->read, w->way->reads);
	html_time_cell(out, w->channel->first_time);
	buf_str(out, "</tr>\n");
}

static int say_ways(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {"what",  "from",         "#written", "to",
					    "#read", "#first at, s", NULL};
	const struct channels *c = &r->overview.net.channels;
	cleanup_free struct way *all = calloc(2 * c->count + 1, sizeof(*all));
	size_t count = 0;
	struct table t;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < 2 * c->count; i++) {
		const struct channel_way *w = &c->list[i / 2].way[i % 2];

		if (w->writes || w->reads)
			all[count++] = (struct way){&c->list[i / 2], w};
	}
	if (!count)
		return 0;
	qsort(all, count, sizeof(*all), busier);
	table_open(&t, out, "Through pipes and pairs of sockets", heads, ROWS_SHOWN, ROWS_BYTES);
	for (size_t i = 0; i < count && table_row(&t); i++)
		say_way(r, &all[i], out);
	table_close(&t, count, "ways through pipes and pairs");
	return 0;
}

/* ---- names ---- */

static void say_lookup(const struct report *r, const struct lookup *l, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	buf_str(out, "<tr><td><code>");
	html_bytes(out, l->name, strlen(l->name), TEXT_SHOWN);
	buf_str(out, "</code></td><td>");
	for (size_t i = 0; i < l->address_count; i++) {
		inet_ntop(l->address_size[i] == 4 ? AF_INET : AF_INET6, l->address[i], text,
			  sizeof(text));
		buf_printf(out, "%s%s", i ? "<br>" : "", text);
	}
	if (!l->address_count)
		html_text(out, lookup_code_text(l->code));
	buf_str(out, "</td>");
	html_count_cell(out, l->questions);
	html_count_cell(out, l->answers);
	say_by(r, &l->by, out);
	html_time_cell(out, l->first_time);
	buf_str(out, "</tr>\n");
}

static void say_names(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {"name", "answer",       "#asked", "#answered",
					    "by",   "#first at, s", NULL};
	const struct hosts *h = &r->overview.net.hosts;
	struct table t;

	if (!h->count)
		return;
	table_open(&t, out, "Names that were asked for", heads, NAMES_SHOWN, NAMES_BYTES);
	for (size_t i = 0; i < h->count && table_row(&t); i++)
		say_lookup(r, &h->lookups[i], out);
	table_close(&t, h->count + h->beyond, "names");
}

static void say_beyond(const struct report *r, struct buf *out)
{
	uint64_t beyond = r->overview.net.beyond + r->overview.net.channels.beyond;

	if (!beyond)
		return;
	buf_str(out, "<p class=cut>");
	html_count(out, beyond);
	buf_str(out, " transfers to peers beyond the first had no room.</p>\n");
}

int report_peers(const struct report *r, struct buf *out)
{
	size_t from = out->size;
	int status;

	say_peers(r, out);
	status = say_ways(r, out);
	if (status < 0)
		return status;
	say_names(r, out);
	say_beyond(r, out);
	if (out->size == from)
		buf_str(out, "<p>Nobody was talked to.</p>\n");
	if (r->overview.net.uring)
		buf_str(out, "<p class=cut>io_uring was used: what it sent and received is not "
			     "seen.</p>\n");
	return 0;
}

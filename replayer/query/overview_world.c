/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lower half of the screen: where the time went, and what was touched. What all programs
 * touch (libraries, locales, /proc) is counted, and does not take the lines.
 */
#include "overview_priv.h"

#include "amount.h"
#include "object.h"

#include "base/cleanup.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"

#include <inttypes.h>
#include <string.h>

enum {
	TIMES_SHOWN = 4,
	COUNTS_SHOWN = 6,
	WAITS_SHOWN = 4,
	WAIT_LEAST_NS = 1000000, /* shorter ones are no news */
	FILES_SHOWN = 4,
	PEERS_SHOWN = 4,
};

/* ---- calls ---- */

static const char *row_name(const struct stats_row *row, char scratch[static 32])
{
	const struct event_call call = {.nr = row->key, .arch = row->arch};

	return row->key == STATS_REST ? "(others)" : print_call_name(&call, scratch);
}

static void say_times(const struct screen *s)
{
	const struct stats *t = &s->o->stats;

	buf_printf(s->out, "%12s %10s %8s %12s  %s\n", "seconds", "calls", "failed", "longest",
		   "call");
	for (size_t i = 0; i < t->count && i < TIMES_SHOWN; i++) {
		const struct stats_row *row = &t->rows[i];
		char calls[32], errors[32], name[32];

		buf_printf(s->out, "%12.6f %10s %8s %12.6f  %s\n", (double)row->total / 1e9,
			   screen_grouped(row->calls, calls),
			   row->errors ? screen_grouped(row->errors, errors) : "",
			   (double)row->max / 1e9, row_name(row, name));
	}
}

static const struct stats_row *most_called(const struct stats *t, const struct stats_row *below)
{
	const struct stats_row *best = NULL;

	/* Rows of the same count stand in the order of the list. */
	for (size_t i = 0; i < t->count; i++) {
		const struct stats_row *row = &t->rows[i];

		if (below &&
		    (row->calls > below->calls || (row->calls == below->calls && row <= below)))
			continue;
		if (!best || row->calls > best->calls)
			best = row;
	}
	return best;
}

static void say_counts(const struct screen *s)
{
	const struct stats_row *row = NULL;

	buf_str(s->out, "most often: ");
	for (size_t i = 0; i < COUNTS_SHOWN && (row = most_called(&s->o->stats, row)); i++) {
		char calls[32], name[32];

		buf_printf(s->out, "%s%s %s", i ? ", " : "", row_name(row, name),
			   screen_grouped(row->calls, calls));
	}
	buf_char(s->out, '\n');
}

/* ---- waiting ---- */

static void say_wait(const struct screen *s, const struct wait *w)
{
	char count[32];

	buf_printf(s->out, "%12.6f %10s  for %s", (double)w->total / 1e9,
		   screen_grouped(w->count, count), waiting_text(w->what));
	if (w->name_size) {
		buf_str(s->out, ": ");
		escape_text(s->out, w->name, w->name_size);
	}
	buf_char(s->out, '\n');
}

static void say_waits(const struct screen *s)
{
	const struct waits *w = &s->o->waits;

	if (!w->count || w->list[0].total < WAIT_LEAST_NS)
		return;
	screen_heading(s, "Waited (time of threads)");
	for (size_t i = 0; i < w->count && i < WAITS_SHOWN && w->list[i].total >= WAIT_LEAST_NS;
	     i++)
		say_wait(s, &w->list[i]);
}

void screen_time(const struct screen *s)
{
	if (!s->o->stats.count)
		return;
	say_waits(s);
	screen_heading(s, "Time in calls, waiting included");
	say_times(s);
	say_counts(s);
}

/* ---- files ---- */

struct touched {
	size_t read, written, created, deleted;
	const struct touched_file *top[FILES_SHOWN]; /* written or created, most bytes first */
	size_t top_count;
};

static bool is_below(const struct touched_file *t, const char *directory)
{
	const size_t n = strlen(directory);

	return t->size >= n && memcmp(t->path, directory, n) == 0;
}

static bool is_device(const struct touched_file *t)
{
	return is_below(t, "/dev/") || is_below(t, "/proc/") || is_below(t, "/sys/");
}

/* What is gone again matters less. */
static uint64_t weight(const struct touched_file *t)
{
	return (t->count[ACCESS_DELETE] ? 0 : UINT64_C(1) << 62) + t->written;
}

static void put_top(struct touched *x, const struct touched_file *t)
{
	size_t at = x->top_count < FILES_SHOWN ? x->top_count++ : FILES_SHOWN;

	for (; at > 0 && weight(x->top[at - 1]) < weight(t); at--) {
		if (at < FILES_SHOWN)
			x->top[at] = x->top[at - 1];
	}
	if (at < FILES_SHOWN)
		x->top[at] = t;
}

static bool was_written(const struct touched_file *t)
{
	return t->written || t->opened_to_write || t->mapped_shared || t->created;
}

static void count_touched(const struct overview *o, struct touched *ret)
{
	*ret = (struct touched){0};
	for (size_t i = 0; i < o->files.count; i++) {
		const struct touched_file *t = &o->files.list[i];

		if (is_device(t))
			continue;
		ret->read += t->reads || t->count[ACCESS_MAP];
		ret->written += was_written(t);
		ret->created += t->created || t->count[ACCESS_CREATE];
		ret->deleted += t->count[ACCESS_DELETE] != 0;
		if (was_written(t))
			put_top(ret, t);
	}
}

static void say_file(const struct screen *s, const struct touched_file *t)
{
	buf_str(s->out, "  ");
	escape_text(s->out, t->path, t->size);
	buf_str(s->out, t->created ? "  created, " : "  ");
	amount_bytes(s->out, t->written);
	buf_str(s->out, " written");
	buf_str(s->out, t->count[ACCESS_DELETE] ? ", deleted\n" : "\n");
}

static void say_files(const struct screen *s, const struct touched *x)
{
	amount_count(s->out, x->read, "file", "files");
	buf_str(s->out, " read, ");
	buf_printf(s->out, "%zu written, %zu created, %zu deleted\n", x->written, x->created,
		   x->deleted);
	for (size_t i = 0; i < x->top_count; i++)
		say_file(s, x->top[i]);
}

/* ---- peers ---- */

enum { DATAGRAM = 2 };

/* To connect a datagram socket asks nobody for anything: getaddrinfo(3) does so to see which
 * addresses can be reached at all. */
static bool is_probe(const struct net *n, const struct peer *p)
{
	if (p->type != DATAGRAM || p->refused)
		return false;
	for (size_t i = 0; i < n->count; i++) {
		const struct peer *other = &n->list[i];

		if (other->role == NET_CLIENT && other->type != DATAGRAM &&
		    other->remote.size == p->remote.size &&
		    memcmp(other->remote.bytes, p->remote.bytes, p->remote.size) == 0)
			return true;
	}
	return false;
}

static bool is_told(const struct net *n, const struct peer *p)
{
	if (p->role == NET_CLIENT)
		return p->tries && !peer_is_noise(p) && !is_probe(n, p);
	return p->role == NET_SERVER && p->connections;
}

/* Who was connected to, or where. Empty: there is nothing to be said. */
static void name_peer(const struct peer *p, struct buf *ret)
{
	const struct state_address *a = p->role == NET_CLIENT ? &p->remote : &p->local;

	object_of_address(a->bytes, a->size, ret);
}

static void say_peer(const struct screen *s, const struct peer *p, const struct buf *name)
{
	buf_str(s->out, "  ");
	escape_text(s->out, name->data, name->size);
	if (p->type == DATAGRAM) {
		buf_str(s->out, " (");
		peer_protocol(p, s->out);
		buf_char(s->out, ')');
	}
	if (p->role == NET_SERVER)
		buf_printf(s->out, "  accepted %" PRIu64, p->connections);
	else
		buf_printf(s->out, "  %" PRIu64 " connection%s tried", p->tries,
			   p->tries == 1 ? "" : "s");
	if (p->refused)
		buf_printf(s->out, ", %" PRIu64 " failed", p->refused);
	buf_char(s->out, '\n');
}

static void say_peers(const struct screen *s)
{
	const struct net *n = &s->o->net;
	uint64_t said = 0, more = n->beyond;

	for (size_t i = 0; i < n->count; i++) {
		cleanup_done(buf_done) struct buf name = {0};

		if (is_told(n, &n->list[i]))
			name_peer(&n->list[i], &name);
		buf_inherit(s->out, &name);
		if (!name.size)
			continue;
		if (said++ < PEERS_SHOWN)
			say_peer(s, &n->list[i], &name);
		else
			more++;
	}
	if (more)
		buf_printf(s->out, "  and %" PRIu64 " more peers\n", more);
}

int screen_touched(const struct screen *s)
{
	struct touched x;

	if (!s->o->files.count && !s->o->net.count)
		return 0;
	count_touched(s->o, &x);
	screen_heading(s, "Touched");
	say_files(s, &x);
	say_peers(s);
	return buf_error(s->out);
}

/* ---- JSON ---- */

static void json_waits(const struct waits *w, struct buf *ret)
{
	buf_str(ret, ",\"waits\":[");
	for (size_t i = 0; i < w->count; i++) {
		buf_printf(ret, "%s\n{\"for\":\"%s\",\"object\":\"", i ? "," : "",
			   waiting_text(w->list[i].what));
		escape_json(ret, w->list[i].name, w->list[i].name_size);
		buf_printf(ret, "\",\"calls\":%" PRIu64 ",\"total_ns\":%" PRIu64 "}",
			   w->list[i].count, w->list[i].total);
	}
	buf_printf(ret, "],\"waits_not_listed_ns\":%" PRIu64, w->beyond);
}

static void json_peer(const struct peer *p, const struct buf *name, bool first, struct buf *ret)
{
	buf_str(ret, first ? "\n{\"peer\":\"" : ",\n{\"peer\":\"");
	escape_json(ret, name->data, name->size);
	buf_str(ret, "\",\"protocol\":\"");
	peer_protocol(p, ret);
	buf_printf(ret,
		   "\",\"connects\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"accepted\":%" PRIu64 "}",
		   p->tries, p->refused, p->role == NET_SERVER ? p->connections : 0);
}

static void json_peers(const struct net *n, struct buf *ret)
{
	bool first = true;

	buf_str(ret, "\"peers\":[");
	for (size_t i = 0; i < n->count; i++) {
		cleanup_done(buf_done) struct buf name = {0};

		if (is_told(n, &n->list[i]))
			name_peer(&n->list[i], &name);
		buf_inherit(ret, &name);
		if (!name.size)
			continue;
		json_peer(&n->list[i], &name, first, ret);
		first = false;
	}
	buf_printf(ret, "],\"peers_not_listed\":%" PRIu64, n->beyond);
}

int overview_world_json(const struct overview *o, struct buf *ret)
{
	struct touched x;

	count_touched(o, &x);
	json_waits(&o->waits, ret);
	buf_printf(ret,
		   ",\"touched\":{\"read\":%zu,\"written\":%zu,\"created\":%zu,\"deleted\":%zu,"
		   "\"top\":[",
		   x.read, x.written, x.created, x.deleted);
	for (size_t i = 0; i < x.top_count; i++) {
		buf_str(ret, i ? ",{\"path\":\"" : "{\"path\":\"");
		escape_json(ret, x.top[i]->path, x.top[i]->size);
		buf_printf(ret, "\",\"written_bytes\":%" PRIu64 "}", x.top[i]->written);
	}
	buf_str(ret, "],");
	json_peers(&o->net, ret);
	buf_char(ret, '}');
	return buf_error(ret);
}

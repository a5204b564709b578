/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lower half of the screen: where the time went, and what was touched. What all programs
 * touch (libraries, locales, /proc) is counted, and does not take the lines.
 */
#include "overview_priv.h"

#include "amount.h"

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

static void say_peer(const struct screen *s, const struct wait_peer *p)
{
	buf_str(s->out, "  ");
	escape_text(s->out, p->name, p->name_size);
	if (p->accepted)
		buf_printf(s->out, "  accepted %" PRIu64, p->accepted);
	if (p->tried)
		buf_printf(s->out, "  %" PRIu64 " connection%s tried", p->tried,
			   p->tried == 1 ? "" : "s");
	if (p->failed)
		buf_printf(s->out, ", %" PRIu64 " failed", p->failed);
	buf_char(s->out, '\n');
}

/* Everybody asks for the name service's cache. */
static bool is_everyday(const struct wait_peer *p)
{
	static const char nscd[] = "/var/run/nscd/socket";

	return p->name_size >= sizeof(nscd) - 1 && memcmp(p->name, nscd, sizeof(nscd) - 1) == 0;
}

static void say_peers(const struct screen *s)
{
	const struct waits *w = &s->o->waits;
	size_t said = 0, more = 0;

	for (size_t i = 0; i < w->peer_count; i++) {
		if (is_everyday(&w->peers[i]))
			continue;
		if (said++ < PEERS_SHOWN)
			say_peer(s, &w->peers[i]);
		else
			more++;
	}
	if (more || w->peers_beyond)
		buf_printf(s->out, "  and %" PRIu64 " more peers\n", more + w->peers_beyond);
}

int screen_touched(const struct screen *s)
{
	struct touched x;

	if (!s->o->files.count && !s->o->waits.peer_count)
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

static void json_peers(const struct waits *w, struct buf *ret)
{
	buf_str(ret, "\"peers\":[");
	for (size_t i = 0; i < w->peer_count; i++) {
		const struct wait_peer *p = &w->peers[i];

		buf_printf(ret, "%s\n{\"peer\":\"", i ? "," : "");
		escape_json(ret, p->name, p->name_size);
		buf_printf(ret,
			   "\",\"connects\":%" PRIu64 ",\"failed\":%" PRIu64
			   ",\"accepted\":%" PRIu64 "}",
			   p->tried, p->failed, p->accepted);
	}
	buf_printf(ret, "],\"peers_not_listed\":%" PRIu64, w->peers_beyond);
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
	json_peers(&o->waits, ret);
	buf_char(ret, '}');
	return buf_error(ret);
}

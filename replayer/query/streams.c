/* SPDX-License-Identifier: Apache-2.0 */
#include "streams.h"

#include "streams_priv.h"

#include "format/container/limits.h"
#include "replayer/print/print.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	APPEND = 02000,
	GREAT = TRACE_MEMORY_MAX / 2, /* an event with so much may have more behind it */
};

struct streams *streams_new(const struct stream_choice *choice, const struct state *s,
			    struct printer *printer, flow_fn *tell, void *context)
{
	struct streams *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->choice = *choice;
	x->state = s;
	x->printer = printer;
	x->tell = tell;
	x->context = context;
	x->transfers = transfers_new();
	return x->transfers ? x : streams_free(x);
}

/* ---- streams ---- */

static int make(struct streams *x, const struct state_file *f, struct stream **ret)
{
	struct stream *m, **grown;

	if (x->count == STREAMS_MAX) {
		x->over++;
		return 0;
	}
	if (x->count == x->capacity) {
		x->capacity = x->capacity ? x->capacity * 2 : 64;
		grown = reallocarray(x->all, x->capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		x->all = grown;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->id = f->peer && f->peer->id < f->id ? f->peer->id : f->id;
	m->kind = f->kind;
	m->one_way = f->kind == STATE_PIPE;
	x->all[x->count++] = m;
	*ret = m;
	return 0;
}

/* ---- waiting ---- */

static void waiting_free(struct waiting *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->flow.piece_count; i++)
		free((void *)(uintptr_t)w->pieces[i].data);
	free(w->pieces);
	free(w);
}

static enum stream_way way_of(const struct stream *m, uint64_t file, bool out)
{
	if (m->other && m->one_way)
		return STREAM_ONE;
	return (!m->other || file != m->other) == out ? STREAM_ONE : STREAM_OTHER;
}

/* Of a pair, what is read was written before. */
static bool is_told_already(const struct stream *m, bool out)
{
	return m->other && !out;
}

static void count(const struct flow *f)
{
	struct stream *m = f->stream;

	m->calls[f->way] += f->kind == FLOW_BYTES;
	m->bytes[f->way] += f->bytes;
	m->elsewhere[f->way] += f->elsewhere ? f->bytes : 0;
	for (size_t i = 0; i < f->piece_count; i++)
		m->kept[f->way] += f->pieces[i].data ? f->pieces[i].size : 0;
}

/* Who has the other end may be known only now: a call that waits for bytes is entered before
 * they are sent. */
static int tell_first(struct streams *x)
{
	struct waiting *w = x->waiting[--x->waiting_count];
	struct flow *f = &w->flow;
	int r = 0;

	x->waiting_bytes -= w->size;
	x->greats -= w->great;
	f->pieces = w->pieces;
	f->way = way_of(f->stream, f->file, f->out);
	if (is_told_already(f->stream, f->out)) {
		f->stream->received[f->way] += f->bytes;
	} else {
		count(f);
		r = x->tell(x->context, f);
	}
	waiting_free(w);
	return r;
}

/* The thread goes on: what there is of its transfers is all. */
static void settle(struct streams *x, uint32_t tid)
{
	for (size_t i = 0; x->greats && i < x->waiting_count; i++) {
		struct waiting *w = x->waiting[i];

		x->greats -= w->great && w->flow.tid == tid;
		w->great &= w->flow.tid != tid;
	}
}

static int tell_due(struct streams *x, const struct event *e)
{
	int r = 0;

	if (e->kind != EVENT_DATA)
		settle(x, e->tid);

	while (r == 0 && x->waiting_count) {
		struct waiting *w = x->waiting[x->waiting_count - 1];

		if (w->flow.end_seq >= e->seq || w->great)
			break;
		r = tell_first(x);
	}
	while (r == 0 && x->waiting_count &&
	       (x->waiting_count == STREAM_WAITING_MAX || x->waiting_bytes > STREAM_WAITING_BYTES))
		r = tell_first(x);
	return r;
}

/* The one that @more is of, if it still waits. */
static struct waiting *waits_of(const struct streams *x, uint64_t seq, bool out, int32_t fd)
{
	for (size_t i = 0; i < x->waiting_count; i++) {
		const struct flow *f = &x->waiting[i]->flow;

		if (f->seq == seq && f->out == out && f->fd == fd)
			return x->waiting[i];
	}
	return NULL;
}

static int add_piece(struct waiting *w, size_t at, const struct transfer_piece *p)
{
	struct transfer_piece *grown;
	uint8_t *copy = NULL;

	if (w->flow.piece_count == w->capacity) {
		w->capacity = w->capacity ? w->capacity * 2 : 4;
		grown = reallocarray(w->pieces, w->capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		w->pieces = grown;
	}
	if (p->data) {
		copy = malloc(p->size + 1);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, p->data, p->size);
	}
	memmove(w->pieces + at + 1, w->pieces + at,
		(w->flow.piece_count - at) * sizeof(*w->pieces));
	w->pieces[at] = (struct transfer_piece){p->offset, copy, p->size};
	w->flow.piece_count++;
	w->size += copy ? p->size : 0;
	return 0;
}

/* Puts it into the gap that it is of. */
static int fill_gap(struct waiting *w, const struct transfer_piece *p)
{
	for (size_t i = 0; i < w->flow.piece_count; i++) {
		struct transfer_piece *g = &w->pieces[i], behind;

		if (g->data || p->offset < g->offset || p->offset - g->offset >= g->size)
			continue;
		behind = (struct transfer_piece){.offset = p->offset + p->size,
						 .size = g->offset + g->size - p->offset};
		behind.size = behind.size > p->size ? behind.size - p->size : 0;
		g->size = p->offset - g->offset;
		if (behind.size && add_piece(w, i + 1, &behind) < 0)
			return -ENOMEM;
		return add_piece(w, i + 1, p);
	}
	return 0;
}

/* Runs of one kind in a row become one piece. */
static int add_last(struct waiting *w, const struct transfer_piece *p)
{
	struct transfer_piece *last =
		w->flow.piece_count ? &w->pieces[w->flow.piece_count - 1] : NULL;
	uint8_t *grown;

	if (!last || !last->data != !p->data || last->offset + last->size != p->offset)
		return add_piece(w, w->flow.piece_count, p);
	if (p->data) {
		grown = realloc((void *)(uintptr_t)last->data, last->size + p->size + 1);
		if (!grown)
			return -ENOMEM;
		memcpy(grown + last->size, p->data, p->size);
		last->data = grown;
		w->size += p->size;
	}
	last->size += p->size;
	return 0;
}

static int gather(struct waiting *w, const struct transfer *t, uint64_t *ret_kept)
{
	struct transfer_place at = {0};
	struct transfer_piece p;
	int r = 0;

	*ret_kept = 0;
	while (r == 0 && transfer_next(t, &at, &p)) {
		*ret_kept += p.data ? p.size : 0;
		r = add_last(w, &p);
	}
	if (r == 0 && t->elsewhere)
		r = add_last(w, &(struct transfer_piece){.size = t->bytes});
	return r;
}

static void enqueue(struct streams *x, struct waiting *w)
{
	size_t at;

	for (at = x->waiting_count++; at && x->waiting[at - 1]->flow.end_seq <= w->flow.end_seq;
	     at--)
		x->waiting[at] = x->waiting[at - 1];
	x->waiting[at] = w;
	x->waiting_bytes += w->size;
}

/* ---- transfers ---- */

static void note_user(struct stream *m, uint32_t pid, const struct transfer *t)
{
	for (size_t i = 0; i < m->user_count; i++) {
		const struct stream_user *u = &m->users[i];

		if (u->pid == pid && u->fd == t->fd && u->file == t->file->id)
			return;
	}
	if (m->user_count < STREAM_USERS_MAX)
		m->users[m->user_count++] = (struct stream_user){pid, t->fd, t->file->id, t->out};
	else
		m->more_users++;
}

bool stream_is_other(const struct stream *m, const struct stream_user *u)
{
	/* A pipe goes from those who write to those who read. */
	return m->other && (m->one_way ? !u->wrote : u->file == m->other);
}

static int set_name(struct streams *x, struct stream *m, const struct state_file *f)
{
	struct buf name = {0};

	/* What sockets are called is known better later on. */
	if (m->name.size && f->kind != STATE_SOCKET)
		return 0;
	print_file(x->printer, f, &name);
	if (buf_error(&name) < 0) {
		buf_done(&name);
		return -ENOMEM;
	}
	if (name.size < m->name.size) {
		buf_done(&name);
		return 0;
	}
	buf_done(&m->name);
	m->name = name;
	return 0;
}

static int get_to_know(struct streams *x, struct stream *m, const struct transfer *t)
{
	int r = stream_learn(x, t->file, m);

	if (r == 0)
		r = set_name(x, m, t->file);
	return r < 0 ? r : stream_name_later(x, t, m);
}

static struct waiting *waiting_new(const struct streams *x, struct stream *m,
				   const struct transfer *t)
{
	struct waiting *w = calloc(1, sizeof(*w));
	const struct event *e = x->event;

	if (!w)
		return NULL;
	w->flow = (struct flow){.stream = m,
				.file = t->file->id,
				.pid = e->pid,
				.tid = e->tid,
				.arch = e->call.arch,
				.fd = t->fd,
				.out = t->out,
				.elsewhere = t->elsewhere,
				.nr = e->call.nr,
				.seq = t->seq,
				.time = e->time,
				.end_seq = e->call.end_seq,
				.bytes = t->bytes,
				.positioned = t->positioned,
				.position = t->position,
				.generation = m->generation};
	/* Such a description writes behind the end, wherever it is. */
	w->flow.append = t->out && t->file->flags_known && t->file->flags & APPEND;
	return w;
}

/* Of one that was told, and waits for it. */
static int tell_more(struct streams *x, const struct transfer *t)
{
	struct waiting *w = waits_of(x, t->seq, t->out, t->fd);
	struct transfer_place at = {0};
	struct transfer_piece p;
	size_t before = w ? w->size : 0;
	int r = 0;

	while (r == 0 && w && transfer_next(t, &at, &p))
		r = fill_gap(w, &p);
	if (w)
		x->waiting_bytes += w->size - before;
	return r;
}

static int add_one(struct streams *x, struct stream *m, const struct transfer *t)
{
	struct waiting *w = waiting_new(x, m, t);
	uint64_t kept;

	if (!w || gather(w, t, &kept) < 0) {
		waiting_free(w);
		return -ENOMEM;
	}
	w->great = kept >= GREAT && kept < t->bytes;
	x->greats += w->great;
	enqueue(x, w);
	return 0;
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct streams *x = context;
	struct stream *m;

	if (t->more)
		return tell_more(x, t);
	if (!t->file) {
		x->unknown++;
		return 0;
	}
	m = stream_find(x, t->file);
	if (!stream_is_chosen(x, t, m) || !x->shown)
		return 0;
	if (!m && make(x, t->file, &m) < 0)
		return -ENOMEM;
	if (!m)
		return 0;
	if (get_to_know(x, m, t) < 0)
		return -ENOMEM;
	m->file |= t->positioned;
	note_user(m, x->event->pid, t);
	if (is_told_already(m, t->out)) {
		m->received[way_of(m, t->file->id, t->out)] += t->bytes;
		return 0;
	}
	return add_one(x, m, t);
}

/* ---- files that lose what was in them ---- */

enum { CREATE = 0100, EXCLUSIVE = 0200, TRUNCATE = 01000, NOWHERE = -1 };

/* Where a call has its flags, or its size. */
static const struct shortener {
	const char *name;
	int8_t flags, size;
} shorteners[] = {
	{"creat", NOWHERE, NOWHERE}, {"open", 1, NOWHERE},        {"openat", 2, NOWHERE},
	{"ftruncate", NOWHERE, 1},   {"ftruncate64", NOWHERE, 1},
};

static const struct shortener *shortener_of(const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);

	for (size_t i = 0; d && i < sizeof(shorteners) / sizeof(shorteners[0]); i++) {
		if (strcmp(d->name, shorteners[i].name) == 0)
			return &shorteners[i];
	}
	return NULL;
}

/* An open that empties or makes the file, or ftruncate(2). */
static bool shortens(const struct event *e, const struct shortener *x)
{
	uint64_t flags = x->flags == NOWHERE ? TRUNCATE : e->call.args[x->flags];

	return flags & TRUNCATE || (flags & (CREATE | EXCLUSIVE)) == (CREATE | EXCLUSIVE);
}

/* Something that is no transfer, of a file: in its turn. */
static int take_other(struct streams *x, const struct transfer *t, enum flow_kind kind,
		      uint64_t length)
{
	struct stream *m;
	struct waiting *w;

	if (!t->file || t->file->kind != STATE_NAMED || t->file->device)
		return 0;
	m = stream_find(x, t->file);
	if (!stream_is_chosen(x, t, m))
		return 0;
	if (!m && make(x, t->file, &m) < 0)
		return -ENOMEM;
	if (!m)
		return 0;
	if (get_to_know(x, m, t) < 0)
		return -ENOMEM;
	w = waiting_new(x, m, t);
	if (!w)
		return -ENOMEM;
	m->mapped |= kind == FLOW_MAPS && t->out;
	w->flow.kind = (uint8_t)kind;
	w->flow.length = length;
	w->flow.append = false;
	enqueue(x, w);
	return 0;
}

static int take_truncation(struct streams *x)
{
	const struct event *e = x->event;
	struct transfer t = {.out = true, .seq = e->seq, .positioned = true};
	const struct shortener *k = shortener_of(e);

	if (!k || !shortens(e, k))
		return 0;
	t.fd = k->size == NOWHERE ? (int32_t)e->call.ret : (int32_t)e->call.args[0];
	t.file = state_at_exit(x->state, e, t.fd);
	t.position = k->size == NOWHERE ? 0 : e->call.args[k->size];
	return take_other(x, &t, FLOW_TRUNCATES, 0);
}

/* ---- files that are mapped ---- */

enum { MAP_PROTECTION = 2, MAP_FLAGS, MAP_FD, MAP_OFFSET };
enum { PROTECTION_WRITE = 2, MAP_TYPE = 0xf, MAP_TYPE_PRIVATE = 2, MAP_WITHOUT_FILE = 0x20 };
enum { MAP2_UNIT = 4096 };

static int take_mapping(struct streams *x)
{
	const struct event *e = x->event;
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const uint64_t *a = e->call.args;
	struct transfer t = {.seq = e->seq, .positioned = true, .fd = (int32_t)a[MAP_FD]};

	if (!d || (strcmp(d->name, "mmap") != 0 && strcmp(d->name, "mmap2") != 0) ||
	    a[MAP_FLAGS] & MAP_WITHOUT_FILE)
		return 0;
	t.out = a[MAP_PROTECTION] & PROTECTION_WRITE &&
		(a[MAP_FLAGS] & MAP_TYPE) != MAP_TYPE_PRIVATE;
	if (!t.out && !x->choice.path)
		return 0;
	t.file = state_at_entry(x->state, e, t.fd);
	t.position = a[MAP_OFFSET] * (d->name[4] ? MAP2_UNIT : 1);
	return take_other(x, &t, FLOW_MAPS, a[1]);
}

/* What happens to files besides: calls that came back, and not with an error. */
static int take_call(struct streams *x)
{
	const struct event *e = x->event;
	int r;

	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED ||
	    event_errno(&e->call) || !x->shown)
		return 0;
	r = take_truncation(x);
	return r ? r : take_mapping(x);
}

static void find_root(struct streams *x, const struct trace_item *item)
{
	if (x->root)
		return;
	if (item->kind == ITEM_EVENT)
		x->root = item->event->pid;
	else if (item->kind == ITEM_SNAPSHOT && item->snapshot->process_count)
		x->root = item->snapshot->processes[0].pid;
}

int streams_take(struct streams *x, const struct trace_item *item, bool shown)
{
	int r;

	find_root(x, item);
	r = item->kind == ITEM_SNAPSHOT ? streams_find_twins(x) : 0;
	if (r == 0)
		r = streams_watch_fd(x, item);
	if (r < 0 || item->kind != ITEM_EVENT)
		return r;
	x->event = item->event;
	x->shown = shown;
	r = tell_due(x, item->event);
	if (r == 0)
		r = take_call(x);
	return r ? r : transfers_take(x->transfers, x->state, item->event, take_transfer, x);
}

int streams_finish(struct streams *x)
{
	int r = 0;

	while (r == 0 && x->waiting_count)
		r = tell_first(x);
	return r;
}

struct stream *streams_next(const struct streams *x, size_t *at)
{
	return *at < x->count ? x->all[(*at)++] : NULL;
}

uint64_t streams_left_out(const struct streams *x, uint64_t *ret_unknown)
{
	*ret_unknown = x->unknown;
	return x->over;
}

struct streams *streams_free(struct streams *x)
{
	if (!x)
		return NULL;
	while (x->waiting_count)
		waiting_free(x->waiting[--x->waiting_count]);
	for (size_t i = 0; i < x->count; i++) {
		buf_done(&x->all[i]->name);
		buf_done(&x->all[i]->became);
		free(x->all[i]);
	}
	free(x->all);
	transfers_free(x->transfers);
	map_done(&x->by_id);
	map_done(&x->by_inode);
	map_done(&x->by_name);
	map_done(&x->by_addresses);
	map_done(&x->twins);
	map_done(&x->chosen);
	map_done(&x->chosen_inodes);
	map_done(&x->chosen_names);
	free(x);
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "streams.h"

#include "base/hash.h"
#include "base/load.h"
#include "format/container/limits.h"
#include "replayer/print/print.h"
#include "sys/table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	APPEND = 02000,
	GREAT = TRACE_MEMORY_MAX / 2, /* an event with so much may have more behind it */
};

struct waiting {
	struct flow flow;
	struct transfer_piece *pieces;
	size_t capacity, size;
	bool great; /* more of it may come */
};

struct streams {
	struct stream_choice choice;
	const struct state *state;
	struct printer *printer;
	flow_fn *tell;
	void *context;
	struct transfers *transfers;
	struct stream **all;
	size_t count, capacity;
	struct map by_id; /* of descriptions */
	struct map by_inode, by_name;
	struct map twins; /* ids of descriptions of a snapshot: a number that several may have */
	/* What the chosen descriptor stood for, by_fd: in three ways, as find() has them. */
	struct map chosen, chosen_inodes, chosen_names;
	uint64_t fd_now;                             /* what the chosen descriptor stands for */
	uint32_t root;                               /* 0: nobody was seen */
	struct waiting *waiting[STREAM_WAITING_MAX]; /* the last is told first */
	size_t waiting_count, waiting_bytes, greats;
	uint64_t over, unknown;
	const struct event *event; /* at hand */
	bool shown;
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

/* ---- which it is ---- */

static bool is_terminal(const struct state_file *f)
{
	static const char *const names[] = {"/dev/pts/", "/dev/tty", "/dev/console"};

	for (size_t i = 0; f->text && i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (f->size >= n && memcmp(f->text, names[i], n) == 0)
			return true;
	}
	return false;
}

static uint64_t name_key(const struct state_file *f)
{
	return hash_add(HASH_START, f->text, f->size);
}

static uint64_t inode_key(const struct state_file *f)
{
	return f->inode << 2 | f->kind;
}

static bool has_inode(const struct state_file *f)
{
	return (f->kind == STATE_PIPE || f->kind == STATE_SOCKET) && f->inode;
}

/* As a key of names; 0: it has none. */
static uint64_t twin_key(const struct streams *x, uint64_t id)
{
	return (uintptr_t)map_get(&x->twins, id);
}

static struct stream *find(const struct streams *x, const struct state_file *f)
{
	struct stream *m = map_get(&x->by_id, f->id);

	if (!m && f->peer)
		m = map_get(&x->by_id, f->peer->id);
	if (!m && !f->peer && has_inode(f))
		m = map_get(&x->by_inode, inode_key(f));
	if (!m && is_terminal(f))
		m = map_get(&x->by_name, name_key(f));
	if (!m)
		m = map_get(&x->by_name, twin_key(x, f->id));
	return m;
}

static int learn(struct streams *x, const struct state_file *f, struct stream *m)
{
	int r = map_put(&x->by_id, f->id, m);

	if (r == 0 && f->peer) {
		r = map_put(&x->by_id, f->peer->id, m);
		if (f->id == m->id)
			m->other = f->peer->id;
		else if (f->peer->id == m->id)
			m->other = f->id;
	}
	if (r == 0 && !f->peer && has_inode(f))
		r = map_put(&x->by_inode, inode_key(f), m);
	if (r == 0 && is_terminal(f))
		r = map_put(&x->by_name, name_key(f), m);
	if (r == 0 && twin_key(x, f->id))
		r = map_put(&x->by_name, twin_key(x, f->id), m);
	return r;
}

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

/* ---- whether it was asked for ---- */

static bool says_endpoint(const struct state_address *a, const char *wanted)
{
	bool v6 = load(a->bytes, a->size, 0, 2) == FAMILY_INET6;
	char host[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16];
	unsigned port = a->bytes[2] << 8 | a->bytes[3];

	if (a->size < (v6 ? 24 : 8))
		return false;
	inet_ntop(v6 ? AF_INET6 : AF_INET, a->bytes + (v6 ? 8 : 4), host, sizeof(host));
	if (strcmp(wanted, host) == 0)
		return true;
	snprintf(text, sizeof(text), v6 ? "[%s]:%u" : "%s:%u", host, port);
	if (strcmp(wanted, text) == 0)
		return true;
	snprintf(text, sizeof(text), ":%u", port);
	return strcmp(wanted, text) == 0;
}

static bool says_path(const struct state_address *a, const char *wanted)
{
	const char *at = (const char *)a->bytes + 2;
	size_t size = a->size > 2 ? a->size - 2u : 0, length = strlen(wanted);

	/* Names without a file begin with a NUL, which people write as @. */
	if (size && !*at)
		return *wanted == '@' && size == length &&
		       memcmp(at + 1, wanted + 1, size - 1) == 0;
	return size && strnlen(at, size) == length && memcmp(at, wanted, length) == 0;
}

static bool says_address(const struct state_address *a, const char *wanted)
{
	uint64_t family = load(a->bytes, a->size, 0, 2);

	if (family == FAMILY_UNIX)
		return says_path(a, wanted);
	return (family == FAMILY_INET || family == FAMILY_INET6) && says_endpoint(a, wanted);
}

static bool says_socket(const struct state_file *f, const struct transfer *t, const char *wanted)
{
	if (f->kind != STATE_SOCKET)
		return false;
	if (f->socket &&
	    (says_address(&f->socket->local, wanted) || says_address(&f->socket->peer, wanted)))
		return true;
	if (f->peer && f->peer->socket &&
	    (says_address(&f->peer->socket->local, wanted) ||
	     says_address(&f->peer->socket->peer, wanted)))
		return true;
	return says_address(&t->address, wanted);
}

/* The whole path, or the end of it. */
static bool says_name(const struct state_file *f, const char *wanted)
{
	size_t n = strlen(wanted);

	if (!f->text || f->size < n || memcmp(f->text + f->size - n, wanted, n) != 0)
		return false;
	return f->size == n || (*wanted != '/' && f->text[f->size - n - 1] == '/');
}

static bool is_chosen(const struct streams *x, const struct transfer *t, const struct stream *m)
{
	const struct stream_choice *c = &x->choice;
	const struct state_file *f = t->file;

	if (c->path)
		return says_name(f, c->path);
	if (c->socket)
		return says_socket(f, t, c->socket);
	if (c->pipes)
		return f->kind == STATE_PIPE;
	if (c->id)
		return f->id == c->id || (f->peer && f->peer->id == c->id);
	if (c->by_fd)
		return map_get(&x->chosen, f->id) ||
		       (f->peer && map_get(&x->chosen, f->peer->id)) ||
		       (m && map_get(&x->chosen, m->id)) ||
		       (has_inode(f) && map_get(&x->chosen_inodes, inode_key(f))) ||
		       (is_terminal(f) && map_get(&x->chosen_names, name_key(f))) ||
		       map_get(&x->chosen_names, twin_key(x, f->id));
	return true;
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

static int tell_first(struct streams *x)
{
	struct waiting *w = x->waiting[--x->waiting_count];
	int r;

	x->waiting_bytes -= w->size;
	x->greats -= w->great;
	w->flow.pieces = w->pieces;
	r = x->tell(x->context, &w->flow);
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

static void note_user(struct stream *m, uint32_t pid, int32_t fd, bool other)
{
	for (size_t i = 0; i < m->user_count; i++) {
		const struct stream_user *u = &m->users[i];

		if (u->pid == pid && u->fd == fd && u->other == other)
			return;
	}
	if (m->user_count < STREAM_USERS_MAX)
		m->users[m->user_count++] = (struct stream_user){pid, fd, other};
	else
		m->more_users++;
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

/* Of a pair, what is read was written before. */
static bool is_told_already(const struct stream *m, const struct transfer *t)
{
	return m->other && !t->out;
}

static enum stream_way way_of(const struct stream *m, const struct transfer *t)
{
	bool at_one = !m->other || m->one_way || t->file->id != m->other;

	if (m->other && m->one_way)
		return STREAM_ONE;
	return at_one == t->out ? STREAM_ONE : STREAM_OTHER;
}

static struct waiting *waiting_new(const struct streams *x, struct stream *m,
				   const struct transfer *t, enum stream_way way)
{
	struct waiting *w = calloc(1, sizeof(*w));
	const struct event *e = x->event;

	if (!w)
		return NULL;
	w->flow = (struct flow){.stream = m,
				.way = way,
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
				.position = t->position};
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

	while (r == 0 && w && transfer_next(t, &at, &p)) {
		w->flow.stream->kept[w->flow.way] += p.size;
		r = fill_gap(w, &p);
	}
	if (w)
		x->waiting_bytes += w->size - before;
	return r;
}

static int tell_one(struct streams *x, struct stream *m, const struct transfer *t,
		    enum stream_way way)
{
	struct waiting *w = waiting_new(x, m, t, way);
	uint64_t kept;

	if (!w || gather(w, t, &kept) < 0) {
		waiting_free(w);
		return -ENOMEM;
	}
	w->great = kept >= GREAT && kept < t->bytes;
	x->greats += w->great;
	m->calls[way]++;
	m->bytes[way] += t->bytes;
	m->kept[way] += kept;
	m->elsewhere[way] += t->elsewhere ? t->bytes : 0;
	enqueue(x, w);
	return 0;
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct streams *x = context;
	struct stream *m;
	enum stream_way way;

	if (t->more)
		return tell_more(x, t);
	if (!t->file) {
		x->unknown++;
		return 0;
	}
	m = find(x, t->file);
	if (!is_chosen(x, t, m) || !x->shown)
		return 0;
	if (!m && make(x, t->file, &m) < 0)
		return -ENOMEM;
	if (!m)
		return 0;
	if (learn(x, t->file, m) < 0 || set_name(x, m, t->file) < 0)
		return -ENOMEM;
	m->file |= t->positioned;
	note_user(m, x->event->pid, t->fd,
		  m->other && (m->one_way ? !t->out : t->file->id == m->other));
	way = way_of(m, t);
	if (is_told_already(m, t)) {
		m->received[way] += t->bytes;
		return 0;
	}
	return tell_one(x, m, t, way);
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

static int take_truncation(struct streams *x)
{
	const struct event *e = x->event;
	const struct shortener *k;
	struct transfer t = {.out = true, .seq = e->seq, .positioned = true};
	struct stream *m;
	struct waiting *w;

	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED ||
	    e->call.ret < 0 || !x->shown)
		return 0;
	k = shortener_of(e);
	if (!k || !shortens(e, k))
		return 0;
	t.fd = k->size == NOWHERE ? (int32_t)e->call.ret : (int32_t)e->call.args[0];
	t.file = state_at_exit(x->state, e, t.fd);
	t.position = k->size == NOWHERE ? 0 : e->call.args[k->size];
	if (!t.file || t.file->kind != STATE_NAMED || t.file->device)
		return 0;
	m = find(x, t.file);
	if (!is_chosen(x, &t, m))
		return 0;
	if (!m && make(x, t.file, &m) < 0)
		return -ENOMEM;
	if (!m)
		return 0;
	if (learn(x, t.file, m) < 0 || set_name(x, m, t.file) < 0)
		return -ENOMEM;
	w = waiting_new(x, m, &t, STREAM_ONE);
	if (!w)
		return -ENOMEM;
	w->flow.truncates = true;
	w->flow.append = false;
	enqueue(x, w);
	return 0;
}

/* ---- what is behind the descriptor that was asked for ---- */

static int choose(struct streams *x, const struct state_file *f)
{
	const struct stream *m = find(x, f);
	int r = map_put(&x->chosen, f->id, x);

	if (r == 0 && m)
		r = map_put(&x->chosen, m->id, x);
	if (r == 0 && has_inode(f))
		r = map_put(&x->chosen_inodes, inode_key(f), x);
	if (r == 0 && is_terminal(f))
		r = map_put(&x->chosen_names, name_key(f), x);
	if (r == 0 && twin_key(x, f->id))
		r = map_put(&x->chosen_names, twin_key(x, f->id), x);
	return r;
}

static int look_at_fd(struct streams *x, uint32_t pid)
{
	const struct state_thread *t = state_thread(x->state, pid);
	struct state_fd fd;
	size_t at = 0;

	while (t && state_next_fd(x->state, t, &at, &fd)) {
		if (fd.fd != x->choice.fd)
			continue;
		if (!fd.file || fd.file->id == x->fd_now)
			return 0;
		x->fd_now = fd.file->id;
		return choose(x, fd.file);
	}
	return 0;
}

static int watch_fd(struct streams *x, const struct trace_item *item)
{
	uint32_t pid = x->choice.pid ? x->choice.pid : x->root;

	if (!x->choice.by_fd || !pid)
		return 0;
	if (item->kind == ITEM_EVENT && item->event->pid != pid)
		return 0;
	if (item->kind == ITEM_EVENT && !event_is_call(item->event) &&
	    item->event->kind != EVENT_EXEC)
		return 0;
	return look_at_fd(x, pid);
}

/* Descriptors that a snapshot says the same of have one description, most likely: `>log 2>&1`. */
static int find_twins(struct streams *x)
{
	const struct state_process *p = NULL;
	struct state_fd fd;
	int r = 0;

	while (r == 0 && (p = state_next_process(x->state, p))) {
		const struct state_thread *t = state_next_thread(x->state, p, NULL);
		size_t at = 0;

		while (r == 0 && t && state_next_fd(x->state, t, &at, &fd)) {
			const struct state_file *f = fd.file;
			uint64_t about[] = {f->flags, f->position, f->position_known};

			if (f->kind != STATE_NAMED || !f->text || map_get(&x->twins, f->id))
				continue;
			r = map_put(
				&x->twins, f->id,
				(void *)(uintptr_t)(hash_add(name_key(f), about, sizeof(about)) |
						    1));
		}
	}
	return r;
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
	r = item->kind == ITEM_SNAPSHOT ? find_twins(x) : 0;
	if (r == 0)
		r = watch_fd(x, item);
	if (r < 0 || item->kind != ITEM_EVENT)
		return r;
	x->event = item->event;
	x->shown = shown;
	r = tell_due(x, item->event);
	if (r == 0)
		r = take_truncation(x);
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
		free(x->all[i]);
	}
	free(x->all);
	transfers_free(x->transfers);
	map_done(&x->by_id);
	map_done(&x->by_inode);
	map_done(&x->by_name);
	map_done(&x->twins);
	map_done(&x->chosen);
	map_done(&x->chosen_inodes);
	map_done(&x->chosen_names);
	free(x);
	return NULL;
}

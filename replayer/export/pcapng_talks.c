/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is held until its place has come, and what is done with it then: bytes become packets,
 * who was accepted is brought together with who connected, who is closed ends.
 */
#include "pcapng_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/map.h"
#include "conversation.h"
#include "object.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"
#include "sys/table.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- records ---- */

struct record *pcapng_record_free(struct record *r)
{
	buf_done(&r->data);
	free(r->comment);
	free(r->ranges);
	free(r);
	return NULL;
}

struct record *pcapng_hold(struct pcapng *x, enum record_kind kind, uint64_t id, uint64_t place,
			   uint64_t time)
{
	struct record *r = calloc(1, sizeof(*r)), **at = &x->first;

	if (!r)
		return NULL;
	r->kind = (uint8_t)kind;
	r->id = id;
	r->place = place;
	r->time = time;
	r->pid = x->event->pid;
	r->tid = x->event->tid;
	while (*at && (*at)->place <= place)
		at = &(*at)->next;
	r->next = *at;
	*at = r;
	return r;
}

/* Takes over what of the bytes is there. */
int pcapng_add_pieces(struct pcapng *x, struct record *r, const struct transfer *t)
{
	struct transfer_place at = {0};
	struct transfer_piece piece;

	while (transfer_next(t, &at, &piece)) {
		struct range *ranges;

		if (!piece.data || r->range_count >= RANGES_MAX)
			continue;
		ranges = reallocarray(r->ranges, r->range_count + 1, sizeof(*ranges));
		if (!ranges)
			return -ENOMEM;
		r->ranges = ranges;
		ranges[r->range_count++] =
			(struct range){piece.offset, r->data.size, (size_t)piece.size};
		buf_append(&r->data, piece.data, (size_t)piece.size);
		x->held += (size_t)piece.size;
	}
	return buf_error(&r->data);
}

size_t pcapng_bytes_there(const struct record *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->range_count; i++)
		n += r->ranges[i].size;
	return n;
}

/* ---- conversations ---- */

enum { UNNAMED = 2 /* bytes: an address is a family alone */ };

/* The conversation of a socket; NULL: it has none, or (failed) no memory. */
struct talk *pcapng_talk_of(struct pcapng *x, const struct state_file *file)
{
	struct talk *t = map_get(&x->talks, file->id);
	struct conversation c = {.id = 0};

	if (t) {
		conversation_know(&t->c, file);
		return t;
	}
	if (file->kind != STATE_SOCKET || !conversation_know(&c, file))
		return NULL;
	if (x->talks.count >= TALKS_MAX) {
		x->untold++;
		return NULL;
	}
	t = map_make(&x->talks, file->id, sizeof(*t));
	if (!t) {
		x->failed = -ENOMEM;
		return NULL;
	}
	t->c = c;
	t->there = true;
	/* A pair of sockets, which nobody has connected or accepted. */
	if (c.raw_peer.size <= UNNAMED && !c.accepted && file->peer) {
		t->c.told_there = map_get(&x->first_ends, file->id) != NULL;
		if (!t->c.told_there && map_put(&x->first_ends, file->peer->id, t) < 0)
			x->failed = -ENOMEM;
	}
	/* Connected and accepted before the tape began: told by who connected. */
	if (c.accepted && file->peer)
		t->c.told_there = t->c.met = true;
	return t;
}

/* "curl[812] fd 5 sendto, /run/x.sock" */
char *pcapng_comment_of(struct pcapng *x, const struct talk *t, int32_t fd)
{
	const struct event *e = x->event;
	const struct state_address *named =
		t->c.raw_peer.size > 2 ? &t->c.raw_peer : &t->c.raw_local;
	char scratch[32];

	buf_clear(&x->raw);
	buf_clear(&x->text);
	object_program(state_process(x->state, e->pid), &x->raw);
	escape_text(&x->text, x->raw.data, x->raw.size);
	buf_printf(&x->text, "[%u] fd %d %s", e->pid, fd, print_call_name(&e->call, scratch));
	buf_clear(&x->raw);
	if (conversation_path(named, &x->raw)) {
		buf_str(&x->text, ", ");
		escape_text(&x->text, x->raw.data, x->raw.size);
	} else if (t->c.family == FAMILY_UNIX) {
		buf_str(&x->text, ", unix socket without a name");
	}
	return buf_error(&x->text) < 0 ? NULL : strdup(buf_text(&x->text));
}

/* Writes a run of bytes, and that behind it some are missing. */
static void put_run(struct pcapng *x, struct talk *t, const struct record *r, const uint8_t *data,
		    size_t kept, uint64_t size, bool first)
{
	const struct conversation_bytes b = {.time = r->time,
					     .way = r->way,
					     .data = data,
					     .size = (size_t)size,
					     .kept = kept,
					     .address = &r->address,
					     .comment = first ? r->comment : NULL};

	conversation_put(&t->c, x->epoch, &b, x->out);
}

static int by_offset(const void *a, const void *b)
{
	const struct range *l = a, *r = b;

	return l->offset < r->offset ? -1 : l->offset > r->offset;
}

static void put_bytes(struct pcapng *x, struct talk *t, struct record *r)
{
	uint64_t done = 0;

	if (r->range_count)
		qsort(r->ranges, r->range_count, sizeof(*r->ranges), by_offset);
	if (t->c.udp || !r->range_count) {
		bool whole = r->range_count && r->ranges[0].offset == 0;

		put_run(x, t, r, whole ? (uint8_t *)r->data.data + r->ranges[0].at : NULL,
			whole ? r->ranges[0].size : 0, r->bytes, true);
		return;
	}
	if (r->ranges[0].offset)
		put_run(x, t, r, NULL, 0, r->ranges[0].offset, true);
	for (size_t i = 0; i < r->range_count; i++) {
		const struct range *range = &r->ranges[i];
		uint64_t end = i + 1 < r->range_count ? range[1].offset : r->bytes;

		if (range->offset < done || end < range->offset + range->size)
			continue;
		put_run(x, t, r, (uint8_t *)r->data.data + range->at, range->size,
			end - range->offset, i == 0 && range->offset == 0);
		done = end;
	}
}

/* What has waited for an address has waited long enough. */
static void flush(struct pcapng *x, struct talk *t)
{
	while (t->first) {
		struct record *r = t->first;

		t->first = r->next;
		x->held -= pcapng_bytes_there(r);
		put_bytes(x, t, r);
		pcapng_record_free(r);
	}
	t->last = NULL;
	t->waiting = 0;
}

void pcapng_finish(struct pcapng *x, struct talk *t, bool closed)
{
	flush(x, t);
	if (t->shown && t->connected && !t->c.told_there)
		conversation_greet(&t->c, x->epoch, x->time, NULL, x->out);
	if (closed && t->shown && !t->c.told_there)
		conversation_end(&t->c, x->epoch, x->time, x->out);
	map_remove(&x->talks, t->c.id);
	free(t);
}

/* ---- places ---- */

/* The address that it is bound to may have become known while the accept waited. */
static void learn_bound(struct pcapng *x, struct talk *accepted, const struct record *r)
{
	const struct event e = {.pid = r->pid, .tid = r->tid};
	const struct state_file *listener = state_at_entry(x->state, &e, r->fd);

	if (!listener || !listener->socket || !listener->socket->listens || accepted->c.greeted)
		return;
	accepted->c.raw_local = listener->socket->local;
	conversation_settle(&accepted->c);
}

/* Whoever has connected to what was accepted; the one that has waited longest. */
static void release_accept(struct pcapng *x, struct talk *accepted, const struct record *r)
{
	struct talk *t, *found = NULL;
	size_t at = 0;

	accepted->there = true;
	learn_bound(x, accepted, r);
	while ((t = map_next(&x->talks, &at))) {
		if (t != accepted && conversation_meets(&t->c, &accepted->c) &&
		    (!found || t->c.asked < found->c.asked ||
		     (t->c.asked == found->c.asked && t->c.id < found->c.id)))
			found = t;
	}
	if (!found)
		return;
	conversation_meet(&found->c, &accepted->c);
	flush(x, found);
}

static uint64_t hash_of(const struct record *r)
{
	uint64_t h = hash_add(HASH_START, &r->bytes, sizeof(r->bytes));

	return hash_add(h, r->data.data, r->data.size) | 1;
}

/* Whether a datagram that comes in is one that was told when it was sent. */
static bool was_sent(struct pcapng *x, const struct talk *t, const struct record *r)
{
	uint64_t hash = hash_of(r);

	for (size_t i = 0; i < SENT_MAX; i++) {
		struct sent *s = &x->sent[i];

		if (s->hash != hash || (!t->c.invented && s->to != t->c.local.port))
			continue;
		s->hash = 0;
		return true;
	}
	return false;
}

static void note_sent(struct pcapng *x, const struct talk *t, const struct record *r)
{
	struct sent *s = &x->sent[x->next_sent++ % SENT_MAX];

	s->hash = hash_of(r);
	s->from = t->c.local.port;
	s->to = t->c.peer.port;
	if (t->c.family != FAMILY_UNIX && r->address.size >= 4)
		s->to = (uint16_t)(r->address.bytes[2] << 8 | r->address.bytes[3]);
}

static void wait_for_address(struct talk *t, struct record *r)
{
	r->next = NULL;
	if (t->last)
		t->last->next = r;
	else
		t->first = r;
	t->last = r;
	t->waiting += pcapng_bytes_there(r);
}

static void release_bytes(struct pcapng *x, struct talk *t, struct record *r)
{
	if (t->c.told_there || (t->c.udp && r->way == WAY_IN && was_sent(x, t, r))) {
		x->held -= pcapng_bytes_there(r);
		pcapng_record_free(r);
		return;
	}
	if (t->c.udp && r->way == WAY_OUT)
		note_sent(x, t, r);
	t->shown = true;
	wait_for_address(t, r);
	/* An answer comes only when it was accepted: not by anybody on this tape. */
	if (!conversation_waits(&t->c) || r->way == WAY_IN || t->waiting > WAITING_MAX)
		flush(x, t);
}

/* Which conversations nobody has a descriptor of any more. */
static int sweep(struct pcapng *x)
{
	const struct state_process *p = NULL;
	struct map alive = {0};
	struct talk *t;
	size_t looked = 0, place = 0;
	cleanup_free struct talk **gone = calloc(x->talks.count + 1, sizeof(struct talk *));
	size_t gone_count = 0;
	int r = gone ? 0 : -ENOMEM;

	while (r == 0 && (p = state_next_process(x->state, p))) {
		const struct state_thread *thread = NULL;
		const void *before = NULL;

		while (r == 0 && (thread = state_next_thread(x->state, p, thread))) {
			struct state_fd fd;
			size_t at = 0;

			if (thread->descriptors == before)
				continue;
			before = thread->descriptors;
			while (r == 0 && state_next_fd(x->state, thread, &at, &fd)) {
				looked++;
				if (fd.file->kind == STATE_SOCKET)
					r = map_put(&alive, fd.file->id, x);
			}
		}
	}
	while (r == 0 && (t = map_next(&x->talks, &place))) {
		if (t->there && !map_get(&alive, t->c.id))
			gone[gone_count++] = t;
	}
	for (size_t i = 0; i < gone_count; i++)
		pcapng_finish(x, gone[i], true);
	map_done(&alive);
	x->swept = looked;
	x->closes = 0;
	return r;
}

int pcapng_closed(struct pcapng *x)
{
	return x->talks.count && ++x->closes > x->swept / SWEEP_SHARE ? sweep(x) : 0;
}

/* Whatever has its place before @seq. */
int pcapng_release(struct pcapng *x, uint64_t seq)
{
	int r = 0;

	while (r == 0 && x->first && x->first->place < seq && !x->first->lacks) {
		struct record *one = x->first;
		struct talk *t = map_get(&x->talks, one->id);

		x->first = one->next;
		if (one->time > x->time)
			x->time = one->time;
		if (t && one->kind == RECORD_BYTES) {
			release_bytes(x, t, one);
			continue;
		}
		if (t && one->kind == RECORD_ACCEPT)
			release_accept(x, t, one);
		else if (one->kind == RECORD_CLOSE)
			r = pcapng_closed(x);
		x->held -= pcapng_bytes_there(one);
		pcapng_record_free(one);
	}
	return r;
}

/* No more bytes of what @tid did come; 0: of anybody. */
void pcapng_stop_lacking(struct pcapng *x, uint32_t tid)
{
	for (struct record *r = x->first; r && x->lacking; r = r->next) {
		if (r->lacks && (!tid || r->tid == tid)) {
			r->lacks = false;
			x->lacking--;
		}
	}
}

/* Too much is held. */
int pcapng_release_all(struct pcapng *x)
{
	struct talk *t;
	size_t at = 0;
	int r;

	pcapng_stop_lacking(x, 0);
	r = pcapng_release(x, UINT64_MAX);
	while ((t = map_next(&x->talks, &at)))
		flush(x, t);
	return r;
}

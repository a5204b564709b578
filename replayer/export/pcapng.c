/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went through sockets, as packets for Wireshark: payload, addresses and times are the
 * tape's; how it was cut into segments, and when each was acknowledged, is made up.
 *
 * Of a connection whose both ends are on the tape the end that connected is told (of a pair of
 * sockets the first one), of a datagram its sending.
 *
 * The stream tells a call at its entry, but what was received is there at its exit: packets are
 * held until the stream has come to their place, so that they are in the order of time. A
 * client within the computer that never asked for its own address is held back a little longer:
 * whoever accepts it is told the address.
 */
#include "conversation.h"
#include "exporter.h"
#include "object.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/map.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	TALKS_MAX = 1 << 16,    /* at a time */
	HELD_MAX = 64 << 20,    /* bytes */
	WAITING_MAX = 64 << 10, /* bytes that a connection waits with for its address */
	RANGES_MAX = 1024,      /* of a transfer */
	SENT_MAX = 256,         /* datagrams that may be received yet */
	SWEEP_SHARE = 256,      /* so many descriptors for each that was closed are looked at */
};

static const char explanation[] =
	"Made by systape from recorded system calls: payload, addresses and times are those of the "
	"calls; handshakes, segments, acknowledgements, sequence numbers and checksums are "
	"invented. A packet is cut where the tape has no more bytes. Sockets of AF_UNIX are shown "
	"as "
	"TCP or UDP within 127.0.0.0/8, their path is in the comments.";

struct talk {
	struct conversation c;
	bool shown;                  /* something of it was asked for */
	bool connected;              /* not only tried */
	bool there;                  /* it is in a table of descriptors, or was */
	struct record *first, *last; /* waiting for its address */
	size_t waiting;
};

enum record_kind { RECORD_BYTES, RECORD_ACCEPT, RECORD_CLOSE };

struct range {
	uint64_t offset; /* in the transfer */
	size_t at, size; /* in the data */
};

/* Something that has its place at an exit. */
struct record {
	struct record *next;
	uint64_t place, time, id; /* of the description */
	uint8_t kind;
	bool lacks; /* bytes may still come */
	uint64_t seq;
	uint32_t tid;
	enum direction way;
	uint64_t bytes;
	struct state_address address;
	char *comment;
	struct buf data;
	struct range *ranges;
	size_t range_count;
};

struct sent {
	uint64_t hash; /* 0: none */
	uint16_t from, to;
};

struct pcapng {
	struct state *state;
	struct transfers *transfers;
	struct map talks;      /* description -> talk */
	struct map first_ends; /* second of a pair of sockets -> its talk is told elsewhere */
	struct record *first;  /* by ascending place */
	size_t lacking;
	size_t held; /* bytes */
	struct sent sent[SENT_MAX];
	size_t next_sent;
	uint64_t epoch; /* of time 0 */
	uint64_t time;
	uint64_t closes;           /* since the last sweep */
	size_t swept;              /* descriptors that it looked at */
	uint64_t unknown;          /* bytes of sockets that are not known */
	uint64_t untold;           /* talks too many */
	bool open;                 /* a section is */
	const struct event *event; /* whose transfers are told */
	bool shown;
	struct buf text, raw;
	struct buf *out;
	int failed;
};

/* ---- records ---- */

static struct record *record_free(struct record *r)
{
	buf_done(&r->data);
	free(r->comment);
	free(r->ranges);
	free(r);
	return NULL;
}

static struct record *hold(struct pcapng *x, enum record_kind kind, uint64_t id, uint64_t place,
			   uint64_t time)
{
	struct record *r = calloc(1, sizeof(*r)), **at = &x->first;

	if (!r)
		return NULL;
	r->kind = (uint8_t)kind;
	r->id = id;
	r->place = place;
	r->time = time;
	r->tid = x->event->tid;
	while (*at && (*at)->place <= place)
		at = &(*at)->next;
	r->next = *at;
	*at = r;
	return r;
}

/* Takes over what of the bytes is there. */
static int add_pieces(struct pcapng *x, struct record *r, const struct transfer *t)
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

static size_t bytes_there(const struct record *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->range_count; i++)
		n += r->ranges[i].size;
	return n;
}

/* ---- conversations ---- */

/* The conversation of a socket; NULL: it has none, or (failed) no memory. */
static struct talk *talk_of(struct pcapng *x, const struct state_file *file)
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
	t = calloc(1, sizeof(*t));
	if (!t || map_put(&x->talks, file->id, t) < 0) {
		free(t);
		x->failed = -ENOMEM;
		return NULL;
	}
	t->c = c;
	t->there = true;
	/* A pair of sockets, which nobody has connected or accepted. */
	if (!c.raw_peer.size && !c.accepted && file->peer) {
		t->c.told_there = map_get(&x->first_ends, file->id) != NULL;
		if (!t->c.told_there && map_put(&x->first_ends, file->peer->id, t) < 0)
			x->failed = -ENOMEM;
	}
	return t;
}

/* "curl[812] fd 5 sendto, /run/x.sock" */
static char *comment_of(struct pcapng *x, const struct talk *t, int32_t fd)
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
		x->held -= bytes_there(r);
		put_bytes(x, t, r);
		record_free(r);
	}
	t->last = NULL;
	t->waiting = 0;
}

static void finish(struct pcapng *x, struct talk *t, bool closed)
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

/* Whoever has connected to what was accepted; the one that has waited longest. */
static void release_accept(struct pcapng *x, struct talk *accepted)
{
	struct talk *t, *found = NULL;
	size_t at = 0;

	accepted->there = true;
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
	t->waiting += bytes_there(r);
}

static void release_bytes(struct pcapng *x, struct talk *t, struct record *r)
{
	if (t->c.told_there || (t->c.udp && r->way == WAY_IN && was_sent(x, t, r))) {
		x->held -= bytes_there(r);
		record_free(r);
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
		finish(x, gone[i], true);
	map_done(&alive);
	x->swept = looked;
	x->closes = 0;
	return r;
}

static int closed(struct pcapng *x)
{
	return x->talks.count && ++x->closes > x->swept / SWEEP_SHARE ? sweep(x) : 0;
}

/* Whatever has its place before @seq. */
static int release(struct pcapng *x, uint64_t seq)
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
			release_accept(x, t);
		else if (one->kind == RECORD_CLOSE)
			r = closed(x);
		x->held -= bytes_there(one);
		record_free(one);
	}
	return r;
}

/* No more bytes of what @tid did come; 0: of anybody. */
static void stop_lacking(struct pcapng *x, uint32_t tid)
{
	for (struct record *r = x->first; r && x->lacking; r = r->next) {
		if (r->lacks && (!tid || r->tid == tid)) {
			r->lacks = false;
			x->lacking--;
		}
	}
}

/* ---- calls ---- */

static int tell_more(struct pcapng *x, const struct transfer *t)
{
	for (struct record *r = x->first; r; r = r->next) {
		if (r->lacks && r->seq == t->seq && r->kind == RECORD_BYTES &&
		    r->way == (t->out ? WAY_OUT : WAY_IN))
			return add_pieces(x, r, t);
	}
	return 0;
}

/* Where a call's bytes have their place, and when: what is sent at the entry, if that is here. */
static uint64_t place_of(const struct event *e, bool out, uint64_t *ret_time)
{
	*ret_time = e->kind == EVENT_END || out ? e->time : e->time + e->call.duration;
	return e->kind == EVENT_END || out ? e->seq : e->call.end_seq;
}

static int tell(void *context, const struct transfer *t)
{
	struct pcapng *x = context;
	struct record *r;
	struct talk *talk;
	uint64_t place, time;
	int failed;

	if (t->more)
		return tell_more(x, t);
	if (!t->file || t->file->kind != STATE_SOCKET || !x->shown)
		return 0;
	talk = talk_of(x, t->file);
	if (!talk) {
		x->unknown += t->file->socket ? 0 : t->bytes;
		return x->failed;
	}
	if (!t->bytes && !talk->c.udp)
		return 0;
	place = place_of(x->event, t->out, &time);
	r = hold(x, RECORD_BYTES, t->file->id, place, time);
	if (!r)
		return -ENOMEM;
	r->seq = t->seq;
	r->way = t->out ? WAY_OUT : WAY_IN;
	r->bytes = t->bytes;
	r->address = t->address;
	r->comment = comment_of(x, talk, t->fd);
	failed = add_pieces(x, r, t);
	r->lacks = bytes_there(r) < r->bytes && !t->elsewhere;
	x->lacking += r->lacks;
	return r->comment ? failed : -ENOMEM;
}

static int take_connect(struct pcapng *x, const struct event *e)
{
	const struct state_file *file = state_at_entry(x->state, e, (int32_t)e->call.args[0]);
	struct talk *t = file ? talk_of(x, file) : NULL;
	int error = event_errno(&e->call);
	size_t size;
	const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, e->call.args[1], &size);

	if (!t || t->c.greeted || t->c.udp || !at)
		return x->failed;
	if (!t->c.raw_peer.size) {
		t->c.raw_peer.size = (uint8_t)(size < STATE_ADDRESS_MAX ? size : STATE_ADDRESS_MAX);
		memcpy(t->c.raw_peer.bytes, at, t->c.raw_peer.size);
	}
	conversation_settle(&t->c);
	t->shown |= x->shown;
	t->connected = !error;
	t->c.asked = e->kind == EVENT_END ? e->time - e->call.duration : e->time;
	t->c.answered = t->c.asked + e->call.duration;
	if (error == ECONNREFUSED && x->shown && t->c.family != FAMILY_UNIX) {
		cleanup_free char *comment = comment_of(x, t, (int32_t)e->call.args[0]);

		conversation_refused(&t->c, x->epoch, comment, x->out);
		map_remove(&x->talks, t->c.id);
		free(t);
	}
	return x->failed;
}

static int take_accept(struct pcapng *x, const struct event *e)
{
	const struct state_file *file =
		e->call.ret >= 0 ? state_at_exit(x->state, e, (int32_t)e->call.ret) : NULL;
	struct talk *t = file ? talk_of(x, file) : NULL;
	uint64_t time = e->kind == EVENT_END ? e->time : e->time + e->call.duration;

	if (!t)
		return x->failed;
	t->shown |= x->shown;
	t->connected = true;
	t->there = false;
	t->c.asked = t->c.answered = time;
	return hold(x, RECORD_ACCEPT, file->id, e->kind == EVENT_END ? e->seq : e->call.end_seq,
		    time)
		       ? 0
		       : -ENOMEM;
}

static int take_close(struct pcapng *x, const struct event *e)
{
	const struct state_file *file = state_at_entry(x->state, e, (int32_t)e->call.args[0]);

	/* Some calls close many. */
	if (file && !map_get(&x->talks, file->id) &&
	    !sys_is_named(sys_find(e->call.arch, e->call.nr),
			  (const char *const[]){"close_range", "dup2", "dup3", NULL}))
		return 0;
	return hold(x, RECORD_CLOSE, 0, e->kind == EVENT_END ? e->seq : e->call.end_seq,
		    e->time + (e->kind == EVENT_END ? 0 : e->call.duration))
		       ? 0
		       : -ENOMEM;
}

static const struct {
	const char *names[5];
	int (*take)(struct pcapng *x, const struct event *e);
} calls[] = {
	{{"connect", NULL}, take_connect},
	{{"accept", "accept4", NULL}, take_accept},
	{{"close", "close_range", "dup2", "dup3", NULL}, take_close},
};

static int take_call(struct pcapng *x, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	int r = 0;

	x->event = e;
	if (e->kind != EVENT_DATA)
		stop_lacking(x, e->tid);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(calls); i++) {
		if (e->kind != EVENT_DATA && e->call.state == EVENT_FINISHED &&
		    sys_is_named(d, calls[i].names))
			r = calls[i].take(x, e);
	}
	if (r == 0)
		r = transfers_take(x->transfers, x->state, e, tell, x);
	if (r == 0 && x->held > HELD_MAX) {
		stop_lacking(x, 0);
		r = release(x, UINT64_MAX);
	}
	return r < 0 ? r : x->failed;
}

static int take_event(struct pcapng *x, const struct trace_item *item, bool shown)
{
	const struct event *e = item->event;
	int r = state_take(x->state, item);

	x->shown = shown;
	if (r == 0)
		r = release(x, e->seq);
	if (e->time > x->time)
		x->time = e->time;
	if (r == 0 && event_is_call(e))
		return take_call(x, e);
	if (r == 0 && (e->kind == EVENT_EXEC || (e->kind == EVENT_EXIT && e->exit.process))) {
		x->closes = x->swept; /* of all that it had */
		r = closed(x);
	}
	return r;
}

/* ---- tapes ---- */

static int by_id(const void *a, const void *b)
{
	const struct talk *const *l = a, *const *r = b;

	return (*l)->c.id < (*r)->c.id ? -1 : (*l)->c.id > (*r)->c.id;
}

static void forget_tape(struct pcapng *x)
{
	struct talk *t;

	for (size_t at = 0; (t = map_next(&x->talks, &at));) {
		while (t->first) {
			struct record *r = t->first;

			t->first = r->next;
			record_free(r);
		}
		free(t);
	}
	while (x->first) {
		struct record *r = x->first;

		x->first = r->next;
		record_free(r);
	}
	map_done(&x->talks);
	map_done(&x->first_ends);
	memset(x->sent, 0, sizeof(x->sent));
	x->held = x->lacking = 0;
	x->time = 0;
}

/* What is open goes on: there is no end of it. */
static int end_tape(struct pcapng *x)
{
	cleanup_free struct talk **talks = NULL;
	struct talk *t;
	size_t at = 0, n = 0;
	int r;

	stop_lacking(x, 0);
	r = release(x, UINT64_MAX);
	talks = calloc(x->talks.count + 1, sizeof(struct talk *));
	if (r < 0 || !talks)
		return -ENOMEM;
	while ((t = map_next(&x->talks, &at)))
		talks[n++] = t;
	qsort(talks, n, sizeof(struct talk *), by_id);
	for (size_t i = 0; i < n; i++)
		finish(x, talks[i], false);
	return 0;
}

static int begin_tape(struct pcapng *x, const struct meta_header *h)
{
	int r = end_tape(x);

	forget_tape(x);
	transfers_free(x->transfers);
	state_free(x->state);
	x->state = state_new();
	x->transfers = transfers_new();
	if (!x->state || !x->transfers)
		return -ENOMEM;
	x->epoch = h->start_realtime > 0 ? (uint64_t)h->start_realtime : 0;
	buf_clear(&x->text);
	buf_clear(&x->raw);
	buf_printf(&x->raw, "%s %s", h->sysname, h->release);
	escape_text(&x->text, x->raw.data, x->raw.size);
	buf_clear(&x->raw);
	escape_text(&x->raw, h->tool, strlen(h->tool));
	pcap_section(x->out, buf_text(&x->text), buf_text(&x->raw), explanation);
	x->open = true;
	return r;
}

static int item(void *context, const struct trace_item *item, bool shown, struct buf *ret)
{
	struct pcapng *x = context;
	int r = 0;

	x->out = ret;
	if (item->kind == ITEM_HEADER)
		r = begin_tape(x, item->header);
	if (r == 0)
		r = item->kind == ITEM_EVENT ? take_event(x, item, shown)
					     : state_take(x->state, item);
	return r < 0 ? r : buf_error(ret);
}

static int end(void *context, struct buf *ret)
{
	struct pcapng *x = context;
	int r;

	x->out = ret;
	r = end_tape(x);
	/* A file without a section is none. */
	if (!x->open)
		pcap_section(ret, NULL, NULL, explanation);
	return r < 0 ? r : buf_error(ret);
}

static void remarks(const void *context, struct buf *ret)
{
	const struct pcapng *x = context;

	if (x->unknown)
		buf_printf(ret,
			   "%llu bytes of sockets that were open before the tape began are not "
			   "there: their addresses are not on it\n",
			   (unsigned long long)x->unknown);
	if (x->untold)
		buf_printf(ret, "more than %d connections at a time: some are not there\n",
			   TALKS_MAX);
}

static void *discard(void *context)
{
	struct pcapng *x = context;

	if (!x)
		return NULL;
	forget_tape(x);
	transfers_free(x->transfers);
	state_free(x->state);
	buf_done(&x->text);
	buf_done(&x->raw);
	free(x);
	return NULL;
}

static void *new (const struct export_options *options)
{
	struct pcapng *x = calloc(1, sizeof(*x));

	(void)options;
	if (!x)
		return NULL;
	x->state = state_new();
	x->transfers = transfers_new();
	return x->state && x->transfers ? x : discard(x);
}

const struct exporter exporter_pcapng = {
	.name = "pcapng",
	.sentence = "what went through sockets, as packets for Wireshark",
	.binary = true,
	.new = new,
	.item = item,
	.end = end,
	.remarks = remarks,
	.free = discard,
};

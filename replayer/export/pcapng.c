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
#include "pcapng_priv.h"

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
#include "replayer/state/meant.h"
#include "replayer/state/state.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char explanation[] =
	"Made by systape from recorded system calls: payload, addresses and times are those of the "
	"calls; handshakes, segments, acknowledgements, sequence numbers and checksums are "
	"invented. A packet is cut where the tape has no more bytes. Sockets of AF_UNIX are shown "
	"as "
	"TCP or UDP within 127.0.0.0/8, their path is in the comments.";

/* ---- calls ---- */

static int tell_more(struct pcapng *x, const struct transfer *t)
{
	for (struct record *r = x->first; r; r = r->next) {
		if (r->lacks && r->seq == t->seq && r->kind == RECORD_BYTES &&
		    r->way == (t->out ? WAY_OUT : WAY_IN))
			return pcapng_add_pieces(x, r, t);
	}
	return 0;
}

/* Where a call's bytes have their place, and when: what is sent at the entry, if that is here. */
static uint64_t place_of(const struct event *e, bool out, uint64_t *ret_time)
{
	*ret_time = out ? e->time : event_end_time(e);
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
	talk = pcapng_talk_of(x, t->file);
	if (!talk) {
		x->unknown += t->file->socket ? 0 : t->bytes;
		return x->failed;
	}
	if (!t->bytes && !talk->c.udp)
		return 0;
	place = place_of(x->event, t->out, &time);
	r = pcapng_hold(x, RECORD_BYTES, t->file->id, place, time);
	if (!r)
		return -ENOMEM;
	r->seq = t->seq;
	r->way = t->out ? WAY_OUT : WAY_IN;
	r->bytes = t->bytes;
	r->address = t->address;
	r->comment = pcapng_comment_of(x, talk, t->fd);
	failed = pcapng_add_pieces(x, r, t);
	r->lacks = pcapng_bytes_there(r) < r->bytes && !t->elsewhere;
	x->lacking += r->lacks;
	return r->comment ? failed : -ENOMEM;
}

static int take_connect(struct pcapng *x, const struct event *e)
{
	const struct state_file *file = state_at_entry(x->state, e, (int32_t)x->args[0]);
	struct talk *t = file ? pcapng_talk_of(x, file) : NULL;
	int error = event_errno(&e->call);
	size_t size;
	const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, x->args[1], &size);

	if (!t || t->c.greeted || t->c.udp || !at)
		return x->failed;
	if (!t->c.raw_peer.size) {
		t->c.raw_peer.size = (uint8_t)(size < STATE_ADDRESS_MAX ? size : STATE_ADDRESS_MAX);
		memcpy(t->c.raw_peer.bytes, at, t->c.raw_peer.size);
	}
	conversation_settle(&t->c);
	t->shown |= x->shown;
	t->connected = !error;
	t->c.asked = event_begin_time(e);
	t->c.answered = t->c.asked + e->call.duration;
	if (error == ECONNREFUSED && x->shown && t->c.family != FAMILY_UNIX) {
		cleanup_free char *comment = pcapng_comment_of(x, t, (int32_t)x->args[0]);

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
	struct talk *t = file ? pcapng_talk_of(x, file) : NULL;
	uint64_t time = event_end_time(e);
	struct record *r;

	if (!t)
		return x->failed;
	t->shown |= x->shown;
	t->connected = true;
	t->there = false;
	t->c.asked = t->c.answered = time;
	r = pcapng_hold(x, RECORD_ACCEPT, file->id, e->kind == EVENT_END ? e->seq : e->call.end_seq,
			time);
	if (!r)
		return -ENOMEM;
	r->fd = (int32_t)x->args[0];
	return 0;
}

static int take_close(struct pcapng *x, const struct event *e)
{
	const struct state_file *file = state_at_entry(x->state, e, (int32_t)e->call.args[0]);

	/* Some calls close many. */
	if (file && !map_get(&x->talks, file->id) &&
	    !sys_is_named(sys_find(e->call.arch, e->call.nr),
			  (const char *const[]){"close_range", "dup2", "dup3", NULL}))
		return 0;
	return pcapng_hold(x, RECORD_CLOSE, 0, e->kind == EVENT_END ? e->seq : e->call.end_seq,
			   event_end_time(e))
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

/* Which call it is, and its arguments, in x->args: of socketcall(2) both are in memory. */
static const struct sys_desc *look_at(struct pcapng *x, const struct event *e)
{
	const struct sys_desc *d = e->call.arch == EVENT_ARCH_I386 ? call_meant(e, x->args) : NULL;

	if (d)
		return d;
	memcpy(x->args, e->call.args, sizeof(x->args));
	return sys_find(e->call.arch, e->call.nr);
}

static int take_call(struct pcapng *x, const struct event *e)
{
	const struct sys_desc *d = look_at(x, e);
	int r = 0;

	x->event = e;
	if (e->kind != EVENT_DATA)
		pcapng_stop_lacking(x, e->tid);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(calls); i++) {
		if (e->kind != EVENT_DATA && e->call.state == EVENT_FINISHED &&
		    sys_is_named(d, calls[i].names))
			r = calls[i].take(x, e);
	}
	if (r == 0)
		r = transfers_take(x->transfers, x->state, e, tell, x);
	if (r == 0 && x->held > HELD_MAX)
		r = pcapng_release_all(x);
	return r < 0 ? r : x->failed;
}

static int take_event(struct pcapng *x, const struct trace_item *item, bool shown)
{
	const struct event *e = item->event;
	int r = state_take(x->state, item);

	x->shown = shown;
	if (r == 0)
		r = pcapng_release(x, e->seq);
	if (e->time > x->time)
		x->time = e->time;
	if (r == 0 && event_is_call(e))
		return take_call(x, e);
	if (r == 0 && (e->kind == EVENT_EXEC || (e->kind == EVENT_EXIT && e->exit.process))) {
		x->closes = x->swept; /* of all that it had */
		r = pcapng_closed(x);
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
			pcapng_record_free(r);
		}
		free(t);
	}
	while (x->first) {
		struct record *r = x->first;

		x->first = r->next;
		pcapng_record_free(r);
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

	pcapng_stop_lacking(x, 0);
	r = pcapng_release(x, UINT64_MAX);
	talks = calloc(x->talks.count + 1, sizeof(struct talk *));
	if (r < 0 || !talks)
		return -ENOMEM;
	while ((t = map_next(&x->talks, &at)))
		talks[n++] = t;
	qsort(talks, n, sizeof(struct talk *), by_id);
	for (size_t i = 0; i < n; i++)
		pcapng_finish(x, talks[i], false);
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

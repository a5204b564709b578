/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

#include "reread.h"

#include "base/cleanup.h"
#include "format/event.h"
#include "replayer/query/transfer.h"
#include "replayer/side/transient.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct filling {
	struct window *w;
	bool out;
	const struct diff_chunk **wanted; /* by call, and transfer of it */
	size_t count;
	size_t told;    /* that have come */
	size_t lacks;   /* bytes of them that have not come with the call */
	uint64_t last;  /* place of the call of the last that came */
	uint32_t index; /* of the transfer, in its call */
	struct transfers *transfers;
	int64_t start_realtime;
	const uint8_t *ports;
	struct transients moment; /* of the event at hand */
};

int window_init(struct window *w, uint64_t from, size_t size)
{
	*w = (struct window){.from = from, .size = size};
	w->bytes = calloc(size, 1);
	w->state = calloc(size, 1);
	return w->bytes && w->state ? 0 : -ENOMEM;
}

void window_done(struct window *w)
{
	free(w->bytes);
	free(w->state);
	*w = (struct window){0};
}

/* ---- chunks ---- */

static uint64_t end_of(const struct diff_chunk *c)
{
	return c->offset > UINT64_MAX - c->size ? UINT64_MAX : c->offset + c->size;
}

uint64_t window_next(const struct diff_stream *s, uint64_t from)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; s && i < s->chunk_count; i++) {
		const struct diff_chunk *c = &s->chunks[i];
		const uint64_t at = c->offset > from ? c->offset : from;

		if (end_of(c) > from && c->size && at < next)
			next = at;
	}
	return next;
}

uint64_t window_call_at(const struct diff_stream *s, uint64_t at)
{
	uint64_t seq = 0;

	for (size_t i = 0; s && i < s->chunk_count; i++) {
		const struct diff_chunk *c = &s->chunks[i];

		if (c->offset <= at && at < end_of(c) && c->seq > seq)
			seq = c->seq;
	}
	return seq;
}

static int compare_places(uint64_t a_seq, uint32_t a_index, const struct diff_chunk *b)
{
	if (a_seq != b->seq)
		return a_seq < b->seq ? -1 : 1;
	return (a_index > b->index) - (a_index < b->index);
}

static int compare_chunks(const void *a, const void *b)
{
	const struct diff_chunk *const *x = a, *const *y = b;

	return compare_places((*x)->seq, (*x)->index, *y);
}

static int find_wanted(struct filling *f, const struct diff_stream *s)
{
	const uint64_t end = f->w->from + f->w->size;

	for (int pass = 0; pass < 2; pass++) {
		f->count = 0;
		for (size_t i = 0; i < s->chunk_count; i++) {
			const struct diff_chunk *c = &s->chunks[i];

			if (c->offset >= end || end_of(c) <= f->w->from)
				continue;
			if (pass)
				f->wanted[f->count] = c;
			f->count++;
		}
		if (!pass)
			f->wanted = calloc(f->count + 1, sizeof(const struct diff_chunk *));
		if (!f->wanted)
			return -ENOMEM;
	}
	qsort(f->wanted, f->count, sizeof(const struct diff_chunk *), compare_chunks);
	return 0;
}

static const struct diff_chunk *wanted_at(const struct filling *f, uint64_t seq, uint32_t index)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = compare_places(seq, index, f->wanted[middle]);

		if (order == 0)
			return f->wanted[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---- bytes ---- */

/* @data NULL: so many that are not on the tape. */
static void put(struct window *w, uint64_t at, const uint8_t *data, uint64_t size)
{
	const uint64_t end = w->from + w->size;

	if (at >= end || size == 0 || at > UINT64_MAX - size || at + size <= w->from)
		return;
	if (at < w->from) {
		data = data ? data + (w->from - at) : NULL;
		size -= w->from - at;
		at = w->from;
	}
	if (size > end - at)
		size = end - at;
	memset(w->state + (at - w->from), data ? WINDOW_KNOWN : WINDOW_LOST, (size_t)size);
	if (data)
		memcpy(w->bytes + (at - w->from), data, (size_t)size);
}

static void put_transients(struct filling *f, uint64_t at, const uint8_t *data, uint64_t size)
{
	const uint64_t end = f->w->from + f->w->size;
	size_t length;

	for (size_t i = transient_next(data, (size_t)size, 0, &f->moment, &length); i < size;
	     i = transient_next(data, (size_t)size, i + length, &f->moment, &length)) {
		for (uint64_t k = at + i; k < at + i + length; k++) {
			if (k >= f->w->from && k < end)
				f->w->state[k - f->w->from] = WINDOW_TRANSIENT;
		}
	}
}

static void put_pieces(struct filling *f, const struct transfer *t, const struct diff_chunk *c)
{
	struct transfer_place place = {0};
	struct transfer_piece piece;

	while (transfer_next(t, &place, &piece)) {
		const uint64_t room = piece.offset < c->size ? c->size - piece.offset : 0;
		const uint64_t size = piece.size < room ? piece.size : room;

		if (piece.data) {
			put(f->w, c->offset + piece.offset, piece.data, size);
			put_transients(f, c->offset + piece.offset, piece.data, size);
		}
		if (!t->more)
			f->lacks += piece.data ? 0 : (size_t)size;
		else
			f->lacks -= f->lacks < size ? f->lacks : (size_t)size;
	}
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct filling *f = context;
	const struct diff_chunk *c;

	if (t->more) {
		for (size_t i = 0; i < f->count && t->out == f->out; i++) {
			if (f->wanted[i]->seq == t->seq)
				put_pieces(f, t, f->wanted[i]);
		}
		return 0;
	}
	c = wanted_at(f, t->seq, f->index++);
	if (!c)
		return 0;
	put(f->w, c->offset, NULL, c->size);
	put_pieces(f, t, c);
	f->told++;
	return 0;
}

static int take_event(void *context, const struct meta_header *header, const struct event *e)
{
	struct filling *f = context;
	const size_t told = f->told;
	int r;

	if (header) {
		f->start_realtime = header->start_realtime;
		return 0;
	}
	f->moment = transients_of(f->start_realtime, e, f->ports);
	f->index = 0;
	r = transfers_take(f->transfers, NULL, e, take_transfer, f);
	if (r < 0)
		return r;
	if (f->told > told)
		f->last = e->seq;
	if (f->told < f->count)
		return 0;
	return !f->lacks || e->seq - f->last > WINDOW_LOOK_BEHIND;
}

int window_fill(struct window *w, const struct diff_stream *s, struct diff_tape *tape)
{
	struct filling f = {.w = w, .out = s && s->out, .ports = tape->chosen_ports};
	int r = s ? find_wanted(&f, s) : 0;

	if (r == 0 && f.count) {
		f.transfers = transfers_new();
		r = f.transfers ? reread(tape, f.wanted[0]->seq, 0, take_event, &f) : -ENOMEM;
	}
	if (r >= 0)
		r = f.told < f.count ? -EBADMSG : 0;
	transfers_free(f.transfers);
	free(f.wanted);
	return r;
}

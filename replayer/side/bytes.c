/* SPDX-License-Identifier: Apache-2.0 */
/* What went through each object, as one stream of bytes for each direction. */
#include "side_priv.h"
#include "transient.h"

#include "base/load.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

enum {
	MORE_KEPT = 64,
	WORD = 8,
	BLOCK_WORDS = 8,
	BLOCK = WORD * BLOCK_WORDS,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	TYPE_DGRAM = 2,
	NAME_SERVER_PORT = 53,
	NAME_QUERY_NUMBER = 2, /* bytes, of a message of RFC 1035 */
};

/* An odd number for each block: splitmix64. */
static uint64_t factor(uint64_t at)
{
	uint64_t x = at * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31) | 1;
}

/* And for the halves of the words of one: what making a number for each word takes is most of what
 * hashing does. */
static const uint64_t factors[BLOCK_WORDS][2] = {
	{UINT64_C(0x2cfa2f23425329e1), UINT64_C(0xdcad513c211f942d)},
	{UINT64_C(0x7b9b825c35c18b75), UINT64_C(0xad1d5088c022a189)},
	{UINT64_C(0xf804f37aa5267871), UINT64_C(0x5ef0afac47dcdf79)},
	{UINT64_C(0x315974ec6c94b8bd), UINT64_C(0x96c792007d4d6def)},
	{UINT64_C(0x716dc70126a22889), UINT64_C(0x8ff949d9b2334c47)},
	{UINT64_C(0x39d99bef581fe0d3), UINT64_C(0x70b322adc0939f81)},
	{UINT64_C(0xaf273e82d37541bd), UINT64_C(0xf43d8225366812ab)},
	{UINT64_C(0x7dc7392b1197006f), UINT64_C(0x619c7313cb6308fd)},
};

/* Halves are added apart: of the last bytes of a word little would be left otherwise. */
static uint64_t weigh(uint64_t word, size_t place)
{
	return (uint32_t)word * factors[place][0] + (word >> 32) * factors[place][1];
}

static uint64_t weigh_block(const uint8_t *data)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < BLOCK_WORDS; i++)
		sum += weigh(load(data, BLOCK, i * WORD, WORD), i);
	return sum;
}

/* Of a part of a block, from its byte @at on. */
static uint64_t weigh_part(size_t at, const uint8_t *data, size_t size)
{
	uint64_t sum = 0;

	while (size) {
		const size_t skip = at % WORD, n = WORD - skip < size ? WORD - skip : size;

		sum += weigh(load(data, n, 0, n) << 8 * skip, at / WORD);
		at += n;
		data += n;
		size -= n;
	}
	return sum;
}

uint64_t diff_bytes_hash(uint64_t h, uint64_t at, const uint8_t *data, size_t size)
{
	while (size) {
		const size_t into = (size_t)(at % BLOCK),
			     n = BLOCK - into < size ? BLOCK - into : size;

		h += factor(at / BLOCK) *
		     (n == BLOCK ? weigh_block(data) : weigh_part(into, data, n));
		at += n;
		data += n;
		size -= n;
	}
	return h;
}

/* ---- streams ---- */

static uint64_t key_of(uint32_t actor, uint32_t object, bool out)
{
	return (uint64_t)actor << 32 | (uint64_t)object << 1 | out;
}

/* Each question has a number that is drawn, so that nobody can answer who has not heard it. */
static bool is_name_server(const struct transfer *t)
{
	const struct state_address *a = t->address.size ? &t->address : &t->file->socket->peer;
	const uint64_t family = load(a->bytes, a->size, 0, 2);

	return (family == FAMILY_INET || family == FAMILY_INET6) &&
	       diff_port_of(a->bytes, a->size) == NAME_SERVER_PORT;
}

static struct streaming *stream_of(struct reading *r, uint32_t object, const struct transfer *t)
{
	const bool out = t->out;
	const struct channel_made *channel;
	struct actor *a = &r->actors[r->actor];
	uint64_t key = key_of(r->actor, object, out);
	uintptr_t at = (uintptr_t)map_get(&r->streams, key);
	struct streaming *s;

	if (at)
		return &a->streams[at - 1];
	channel = t->file ? diff_channel_of(r, t->file) : NULL;
	if (side_grow(a->streams, a->is.stream_count, a->stream_capacity) < 0 ||
	    map_put(&r->streams, key, (void *)(uintptr_t)(a->is.stream_count + 1)) < 0)
		return NULL;
	s = &a->streams[a->is.stream_count++];
	*s = (struct streaming){.is = {.object = object,
				       .out = out,
				       .masked = r->objects.marks[object] & OBJECT_MASKED},
				.tid = r->event->tid};
	if (channel) {
		s->is.channel = channel->number;
		s->is.end = channel->end;
	}
	s->is.datagrams = t->file && t->file->socket && t->file->socket->type == TYPE_DGRAM;
	s->number_size = s->is.datagrams && is_name_server(t) ? NAME_QUERY_NUMBER : 0;
	return s;
}

static int add_chunk(struct reading *r, struct streaming *s, uint64_t offset, uint64_t size,
		     uint32_t index)
{
	if (r->chunks == DIFF_CHUNKS_MAX) {
		r->is->left_out++;
		return 0;
	}
	if (side_grow(s->chunks, s->is.chunk_count, s->chunk_capacity) < 0)
		return -ENOMEM;
	s->chunks[s->is.chunk_count++] = (struct diff_chunk){
		offset, r->event->call.begun_seq, size < INT_MAX ? (uint32_t)size : INT_MAX, index};
	r->chunks++;
	return 0;
}

static void add_message(struct streaming *s, uint64_t content, uint64_t size)
{
	s->is.messages += diff_hash((const uint64_t[]){content, size}, 2 * sizeof(content));
	s->is.sizes += diff_hash(&size, sizeof(size));
}

/* All but what says when it was. */
static uint64_t hash_piece(const struct reading *r, uint64_t h, uint64_t at, const uint8_t *data,
			   size_t size)
{
	const struct meta_header *header = r->is->header;
	struct transients moment;
	size_t from = 0, next, length;

	/* None is so short. */
	if (size < TRANSIENT_DATE_SIZE && !r->ports.count)
		return diff_bytes_hash(h, at, data, size);
	moment = transients_of(header ? header->start_realtime : 0, r->event,
			       r->ports.count ? r->is->chosen_ports : NULL);
	do {
		next = transient_next(data, size, from, &moment, &length);
		h = diff_bytes_hash(h, at + from, data + from, next - from);
		from = next + length;
	} while (next < size && from < size);
	return h;
}

static void add_bytes(const struct reading *r, struct streaming *s, const struct transfer *t,
		      uint64_t at)
{
	struct transfer_place place = {0};
	struct transfer_piece piece;
	uint64_t content = 0;

	while (!s->is.masked && transfer_next(t, &place, &piece)) {
		uint64_t skip = piece.offset < s->number_size ? s->number_size - piece.offset : 0;

		if (!piece.data)
			continue;
		skip = skip < piece.size ? skip : piece.size;
		s->is.hash = hash_piece(r, s->is.hash, at + piece.offset + skip, piece.data + skip,
					(size_t)(piece.size - skip));
		s->hashed += piece.size;
		if (s->is.channel || s->is.datagrams)
			content = hash_piece(r, content, piece.offset + skip, piece.data + skip,
					     (size_t)(piece.size - skip));
	}
	if (s->is.channel || s->is.datagrams)
		add_message(s, content, t->bytes);
}

/* Who moves bytes without saying so has been told of before. */
static void take_more(struct reading *r, const struct transfer *t)
{
	for (size_t i = 0; i < MORE_KEPT; i++) {
		const struct base_of_more *m = &r->more[i];

		if (m->stream && m->seq == t->seq && m->actor == r->actor && m->out == t->out)
			add_bytes(r, &r->actors[m->actor].streams[m->stream - 1], t, m->at);
	}
}

static bool is_file(const struct state_file *f)
{
	return f && f->kind == STATE_NAMED && f->text && f->text[0] == '/' && !f->device;
}

/* Of a file the program decides how often it reads; of all else whoever is at the other end. */
static int count(struct reading *r, const struct transfer *t, uint32_t object)
{
	bool noise = !is_file(t->file) || r->objects.marks[object] & OBJECT_MASKED;

	return diff_steps_count(r, r->class->call, object, 0, noise, r->event->call.duration);
}

static uint32_t object_of(struct reading *r, const struct transfer *t)
{
	/* To whom, where the socket does not say it. */
	if (t->address.size && t->out && t->file && t->file->kind == STATE_SOCKET)
		return diff_label_of_peer(r, t->file, &t->address);
	return t->file ? diff_label_of_file(r, t->file, t->fd) : DIFF_NONE;
}

static int take(void *context, const struct transfer *t)
{
	struct reading *r = context;
	struct streaming *s;
	uint32_t object, index;
	uint64_t at;

	if (t->more) {
		take_more(r, t);
		return 0;
	}
	index = r->transfer_index++;
	object = object_of(r, t);
	if (count(r, t, object) < 0)
		return -ENOMEM;
	s = object ? stream_of(r, object, t) : NULL;
	if (!s)
		return object ? -ENOMEM : 0;
	at = t->positioned ? t->position : s->at;
	if (add_chunk(r, s, at, t->bytes, index) < 0)
		return -ENOMEM;
	if (r->objects.marks[object] & OBJECT_RANDOM)
		r->workers[r->worker].drew = SIDE_DRAWN;
	s->is.calls++;
	s->is.bytes += t->bytes;
	s->is.shared |= s->tid != r->event->tid;
	if (!t->positioned)
		s->at += t->bytes;
	add_bytes(r, s, t, at);
	r->more[r->next_more++ % MORE_KEPT] = (struct base_of_more){
		t->seq, at, r->actor, (uint32_t)(s - r->actors[r->actor].streams) + 1, t->out};
	return 0;
}

int diff_bytes_take(struct reading *r)
{
	r->transfer_index = 0;
	return transfers_take(r->transfers, r->state, r->event, take, r);
}

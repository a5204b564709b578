/* SPDX-License-Identifier: Apache-2.0 */
#include "lanes.h"

#include "base/hash.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct lanes {
	lane_end_fn *end;
	void *context;
	struct map by_key;
	struct lane *all[LANES_MAX];
	size_t count, bytes;
	uint64_t clock;
};

struct lanes *lanes_new(lane_end_fn *end, void *context)
{
	struct lanes *x = calloc(1, sizeof(*x));

	if (x) {
		x->end = end;
		x->context = context;
	}
	return x;
}

static void lane_free(struct lane *l)
{
	if (l->text.data)
		explicit_bzero(l->text.data, l->text.capacity);
	buf_done(&l->text);
	free(l->pieces);
	free(l);
}

struct lanes *lanes_free(struct lanes *x)
{
	if (!x)
		return NULL;
	for (size_t i = 0; i < x->count; i++)
		lane_free(x->all[i]);
	map_done(&x->by_key);
	free(x);
	return NULL;
}

static int end_one(struct lanes *x, struct lane *l)
{
	int r = l->text.size || l->begun ? x->end(x->context, l) : 0;

	lanes_drop(x, l, l->text.size);
	l->begun = false;
	return r;
}

int lanes_end(struct lanes *x)
{
	int r = 0;

	while (r == 0 && x->count) {
		struct lane *l = x->all[--x->count];

		r = end_one(x, l);
		map_remove(&x->by_key, l->key);
		lane_free(l);
	}
	return r;
}

/* ---- finding ---- */

/* A file that is opened anew for each piece is one stream, as long as the pieces follow. */
static uint64_t key_of(const struct transfer *t)
{
	uint64_t key = HASH_START;
	const struct state_file *f = t->file;

	key = hash_add(key, &t->out, sizeof(t->out));
	if (t->unmoved) {
		/* No stream has it. */
		key = hash_add(key, "unmoved", 7);
		key = hash_add(key, &t->event->tid, sizeof(t->event->tid));
	} else if (!f) {
		key = hash_add(key, &t->event->pid, sizeof(t->event->pid));
		key = hash_add(key, &t->fd, sizeof(t->fd));
	} else if (f->kind == STATE_NAMED && f->text && !f->device && t->positioned) {
		key = hash_add(key, f->text, f->size);
	} else {
		key = hash_add(key, "id", 2);
		key = hash_add(key, &f->id, sizeof(f->id));
	}
	return key;
}

static int forget_oldest(struct lanes *x)
{
	size_t oldest = 0;
	struct lane *l;
	int r;

	for (size_t i = 1; i < x->count; i++) {
		if (x->all[i]->used < x->all[oldest]->used)
			oldest = i;
	}
	l = x->all[oldest];
	r = end_one(x, l);
	x->all[oldest] = x->all[--x->count];
	map_remove(&x->by_key, l->key);
	lane_free(l);
	return r;
}

static int make(struct lanes *x, uint64_t key, struct lane **ret)
{
	struct lane *l;
	int r = 0;

	while (r == 0 && x->count && (x->count == LANES_MAX || x->bytes > LANES_BYTES_MAX))
		r = forget_oldest(x);
	if (r != 0)
		return r;
	l = calloc(1, sizeof(*l));
	if (!l || map_put(&x->by_key, key, l) < 0) {
		free(l);
		return -ENOMEM;
	}
	l->key = key;
	x->all[x->count++] = l;
	*ret = l;
	return 0;
}

int lanes_find(struct lanes *x, const struct transfer *t, struct lane **ret, bool *ret_anew)
{
	uint64_t key = key_of(t);
	struct lane *l = map_get(&x->by_key, key);
	int r = 0;

	/* A piece of the same call has no position of its own. */
	if (!l)
		r = make(x, key, &l);
	else if (!t->more &&
		 (t->unmoved || (t->positioned && l->positioned && t->position != l->expected)))
		r = end_one(x, l);
	if (r != 0)
		return r;
	*ret_anew = !l->begun;
	l->begun = true;
	l->positioned = t->positioned;
	if (!t->more)
		l->expected = t->position + t->bytes;
	l->used = ++x->clock;
	l->pid = t->event->pid;
	*ret = l;
	return 0;
}

/* ---- bytes ---- */

int lanes_append(struct lanes *x, struct lane *l, const struct place *place, const uint8_t *bytes,
		 size_t size)
{
	struct lane_piece *grown;

	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 8;

		grown = reallocarray(l->pieces, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		l->pieces = grown;
		l->capacity = capacity;
	}
	l->pieces[l->count++] = (struct lane_piece){*place, l->text.size};
	buf_append(&l->text, bytes, size);
	x->bytes += size;
	return buf_error(&l->text);
}

/* Pieces that have ended before byte @size. */
static size_t pieces_before(const struct lane *l, size_t size)
{
	size_t n = 0;

	while (n < l->count && (n + 1 < l->count ? l->pieces[n + 1].at : l->text.size) <= size)
		n++;
	return n;
}

void lanes_drop(struct lanes *x, struct lane *l, size_t size)
{
	size_t gone = pieces_before(l, size);

	if (!size)
		return;
	memmove(l->pieces, l->pieces + gone, (l->count - gone) * sizeof(*l->pieces));
	l->count -= gone;
	for (size_t i = 0; i < l->count; i++) {
		size_t cut = l->pieces[i].at < size ? size - l->pieces[i].at : 0;

		l->pieces[i].place.address += cut;
		l->pieces[i].at = l->pieces[i].at + cut - size;
	}
	memmove(l->text.data, l->text.data + size, l->text.size - size);
	buf_truncate(&l->text, l->text.size - size);
	x->bytes -= size;
}

struct place lane_place(const struct lane *l, size_t at, size_t *ret_size)
{
	size_t low = 0, high = l->count;
	struct place p;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (l->pieces[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	p = l->pieces[low].place;
	p.address += at - l->pieces[low].at;
	*ret_size = (low + 1 < l->count ? l->pieces[low + 1].at : l->text.size) - at;
	return p;
}

bool place_of(const struct event *e, const uint8_t *bytes, struct place *ret)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		if (bytes < m->data || bytes >= m->data + m->length)
			continue;
		*ret = (struct place){e->call.begun_seq, m->address + (uint64_t)(bytes - m->data),
				      e->pid, m->when};
		return true;
	}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls that threads are in. Each thread has its latest, as it was at the entry; whether
 * it is still in it is a matter of the place that one asks about.
 */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void flight_end(struct state *s, struct task *t)
{
	if (!t->flight)
		return;
	s->call_bytes -= t->flight->size;
	free(t->flight->ranges);
	free(t->flight->bytes);
	free(t->flight);
	t->flight = NULL;
}

static bool is_kept(const struct event_memory *m)
{
	return m->when == EVENT_AT_ENTRY;
}

/* How many ranges there will be, and how many bytes of them. */
static size_t measure(const struct event *e, size_t *ret_size)
{
	size_t count = 0, size = 0;

	for (uint32_t i = 0; i < e->memory_count && count < STATE_CALL_RANGES_MAX; i++) {
		size_t length = e->memory[i].length;

		length = length < STATE_CALL_RANGE_MAX ? length : STATE_CALL_RANGE_MAX;
		if (!is_kept(&e->memory[i]) || size + length > STATE_CALL_MAX)
			continue;
		size += length;
		count++;
	}
	*ret_size = size;
	return count;
}

static void copy(struct flight *f, const struct event *e, size_t count)
{
	size_t done = 0, size = 0;

	for (uint32_t i = 0; done < count; i++) {
		const struct event_memory *m = &e->memory[i];
		uint32_t length =
			m->length < STATE_CALL_RANGE_MAX ? m->length : STATE_CALL_RANGE_MAX;

		if (!is_kept(m) || size + length > STATE_CALL_MAX)
			continue;
		if (length)
			memcpy(f->bytes + size, m->data, length);
		f->ranges[done] = *m;
		/* Where nothing at all is kept there are no bytes. */
		f->ranges[done].data = length ? f->bytes + size : NULL;
		f->ranges[done++].length = length;
		size += length;
	}
	f->event.memory = f->ranges;
	f->event.memory_count = (uint32_t)count;
}

/* Room for so much, with what there is used again. */
static int make_room(struct state *s, struct task *t, size_t count, size_t size)
{
	struct flight *f = t->flight;
	void *grown;

	if (!f)
		f = t->flight = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	grown = count ? reallocarray(f->ranges, count, sizeof(*f->ranges)) : f->ranges;
	if (count && !grown)
		return -ENOMEM;
	f->ranges = grown;
	if (size <= f->size)
		return 0;
	grown = realloc(f->bytes, size);
	if (!grown)
		return -ENOMEM;
	f->bytes = grown;
	s->call_bytes += size - f->size;
	f->size = size;
	return 0;
}

int flight_begin(struct state *s, struct task *t, const struct event *e)
{
	bool finished = e->call.state == EVENT_FINISHED;
	size_t size, count = measure(e, &size);
	int r;

	if (s->call_bytes + size > STATE_CALLS_MAX)
		count = size = 0;
	r = make_room(s, t, count, size);
	if (r < 0)
		return r;
	t->flight->event = *e;
	t->flight->event.kind = EVENT_BEGUN;
	t->flight->event.call.state = EVENT_UNFINISHED;
	t->flight->end_seq = finished ? e->call.end_seq : UINT64_MAX;
	t->flight->end_time = finished ? e->time + e->call.duration : UINT64_MAX;
	copy(t->flight, e, count);
	return 0;
}

int flight_snapshot(struct state *s, struct task *t, const struct meta_in_flight *m)
{
	struct event e = {.kind = EVENT_BEGUN, .pid = t->pid, .tid = t->tid};

	e.call.nr = m->nr;
	e.call.arch = m->arch;
	memcpy(e.call.args, m->args, sizeof(e.call.args));
	return s->parts & STATE_CALLS ? flight_begin(s, t, &e) : 0;
}

const struct event *flight_now(const struct state *s, const struct task *t)
{
	const struct flight *f = t->flight;

	if (!f)
		return NULL;
	return f->end_seq == UINT64_MAX || f->end_seq > s->seq || f->end_time > s->time ? &f->event
											: NULL;
}

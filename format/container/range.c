/* SPDX-License-Identifier: Apache-2.0 */
#include "range.h"

#include "index.h"

#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of a stream's window the bytes are decoded ones. As raw bytes these are more. */
enum { MARGIN_FACTOR = 2, MARGIN_CHUNKS = 128 };

struct trace_range {
	struct trace_stream_options options;
	struct trace_source *source; /* borrowed */
	struct trace_index index;
	size_t start;    /* place of the frame where reading begins */
	size_t swept;    /* frames from here to the start have told of their threads */
	bool *loaded;    /* per frame: calls in flight at its end are known */
	struct map seen; /* threads, behind @swept */
};

/* ---- where to begin ---- */

static bool is_before(const struct trace_range *r, const struct meta_frame *f)
{
	return !f->events || f->last_seq < r->options.from_seq ||
	       f->last_time < r->options.from_time;
}

static size_t first_wanted(const struct trace_range *r)
{
	const struct meta_trailer *t = &r->index.trailer;
	size_t i = 0;

	while (i < t->frame_count && is_before(r, &t->frames[i]))
		i++;
	return i;
}

/* So many frames back that the window of a stream which begins there ends before @i. */
static size_t with_margin(const struct trace_range *r, size_t i)
{
	const struct meta_frame *frames = r->index.trailer.frames;
	uint64_t raw = 0, chunks = 0;

	if (r->options.unordered)
		return i;
	while (i && raw < MARGIN_FACTOR * r->options.window && chunks < MARGIN_CHUNKS) {
		i--;
		raw += frames[i].raw_size;
		chunks += frames[i].chunks;
	}
	return i;
}

static size_t begin_at(const struct trace_range *r)
{
	const struct meta_trailer *t = &r->index.trailer;
	size_t i = with_margin(r, first_wanted(r));

	/* One without chunks is no place to go on at: their numbers would not fit. */
	while (i < t->frame_count && !t->frames[i].chunks)
		i++;
	return i;
}

int trace_range_open(struct trace_source *source, const struct trace_stream_options *options,
		     struct trace_range **ret)
{
	struct trace_range *r;
	int result;

	*ret = NULL;
	if (!options->from_seq && !options->from_time && !options->until_seq &&
	    !options->until_time)
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->options = *options;
	r->source = source;
	result = trace_index_load(source, &r->index);
	if (result < 0 || !r->index.trailer.frame_count) {
		trace_range_free(r);
		return result;
	}
	r->loaded = calloc(r->index.trailer.frame_count, sizeof(*r->loaded));
	if (!r->loaded) {
		trace_range_free(r);
		return -ENOMEM;
	}
	r->start = r->swept = begin_at(r);
	*ret = r;
	return 0;
}

struct trace_range *trace_range_free(struct trace_range *r)
{
	if (!r)
		return NULL;
	trace_index_done(&r->index);
	map_done(&r->seen);
	free(r->loaded);
	free(r);
	return NULL;
}

bool trace_range_jumps(const struct trace_range *r, uint64_t offset, uint64_t *ret_offset,
		       uint64_t *ret_chunk)
{
	const struct trace_index *index = &r->index;

	if (r->start == index->trailer.frame_count) {
		/* Nothing is wanted but the trailer. */
		*ret_offset = index->table.offset[r->start];
		*ret_chunk = 0;
		return true;
	}
	*ret_offset = index->table.offset[r->start];
	*ret_chunk = index->trailer.frames[r->start].first_chunk;
	return *ret_offset > offset;
}

bool trace_range_is_over(const struct trace_range *r, const struct event *e)
{
	const struct trace_stream_options *o = &r->options;

	return (o->until_seq && e->seq > o->until_seq) ||
	       (o->until_time && e->time > o->until_time);
}

bool trace_range_is_early(const struct trace_range *r, const struct event *e)
{
	return e->seq < r->options.from_seq || e->time < r->options.from_time;
}

struct meta_trailer *trace_range_trailer(struct trace_range *r)
{
	return &r->index.trailer;
}

/* ---- calls from before ---- */

int trace_range_saw(struct trace_range *r, const struct event *e)
{
	return map_put(&r->seen, e->tid, r);
}

bool trace_range_has_seen(const struct trace_range *r, uint32_t tid)
{
	return map_get(&r->seen, tid) != NULL;
}

/* What the last row of a thread in a frame is. */
struct last {
	uint32_t tid;
	uint64_t begun; /* the entry of a call, at this place; 0: something else */
};

/* A look at one frame. */
struct look {
	const struct trace_range_calls *calls;
	bool threads; /* are asked for */
	struct last *lasts;
	size_t count, capacity;
	struct map places; /* tid -> place in these, plus one */
};

static struct last *last_of(struct look *l, uint32_t tid)
{
	uintptr_t place = (uintptr_t)map_get(&l->places, tid);

	if (place)
		return &l->lasts[place - 1];
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 64;
		struct last *more = reallocarray(l->lasts, capacity, sizeof(*more));

		if (!more)
			return NULL;
		l->lasts = more;
		l->capacity = capacity;
	}
	if (map_put(&l->places, tid, (void *)(uintptr_t)(l->count + 1)) < 0)
		return NULL;
	l->lasts[l->count] = (struct last){.tid = tid};
	return &l->lasts[l->count++];
}

static int look_at_row(struct look *l, const struct event *e)
{
	struct last *last = l->threads ? last_of(l, e->tid) : NULL;

	if (l->threads && !last)
		return -ENOMEM;
	if (last)
		last->begun = e->kind == EVENT_BEGUN ? e->seq : 0;
	if (e->kind == EVENT_END)
		l->calls->ended(l->calls->context, e->call.begun_seq);
	return e->kind == EVENT_BEGUN ? l->calls->began(l->calls->context, e) : 0;
}

static int look_at_batch(void *context, const struct batch *batch)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->count; i++)
		r = look_at_row(context, &batch->rows[i]);
	return r;
}

/* Threads that were not heard of later are in the call that they were in then. */
static int tell_threads(struct trace_range *r, const struct look *l)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < l->count; i++) {
		const struct last *last = &l->lasts[i];

		if (trace_range_has_seen(r, last->tid))
			continue;
		result = map_put(&r->seen, last->tid, r);
		if (result == 0 && last->begun)
			result = l->calls->in_flight(l->calls->context, last->tid, last->begun);
	}
	return result;
}

static int look_at(struct trace_range *r, size_t at, bool threads,
		   const struct trace_range_calls *calls)
{
	struct look l = {.calls = calls, .threads = threads};
	int result = trace_index_read(&r->index, r->source, at, look_at_batch, &l);

	r->loaded[at] = true;
	if (result == 0)
		result = tell_threads(r, &l);
	free(l.lasts);
	map_done(&l.places);
	return result;
}

int trace_range_find(struct trace_range *r, uint64_t seq, const struct trace_range_calls *calls)
{
	size_t at = trace_index_find(&r->index, seq);

	if (at >= r->start || r->loaded[at])
		return 0;
	return look_at(r, at, false, calls);
}

int trace_range_find_thread(struct trace_range *r, uint32_t tid,
			    const struct trace_range_calls *calls)
{
	int result = 0;

	while (result == 0 && r->swept && !trace_range_has_seen(r, tid))
		result = look_at(r, --r->swept, true, calls);
	return result;
}

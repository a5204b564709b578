/* SPDX-License-Identifier: Apache-2.0 */
#include "index.h"

#include "source.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

/* Compressed. One of ours has 8 MiB raw, and one record more. */
enum { FRAME_MAX = 32 << 20 };

typedef int record_fn(void *context, const struct trace_record *record);

/* Each record of a frame that has been read into memory. */
static int for_each_record(const uint8_t *frame, size_t size, record_fn *take, void *context)
{
	struct trace_source *source;
	struct trace_reader *reader = NULL;
	struct trace_record record;
	struct err err = {0};
	int r = trace_source_memory(frame, size, false, &source);

	if (r < 0)
		return r;
	/* That there is no header is damage, and said first. */
	r = trace_reader_open(source, &reader, &err);
	while (r == 0 && (r = trace_reader_next(reader, &record, &err)) > 0)
		r = record.kind == RECORD_DAMAGE ? 0 : take(context, &record);
	trace_reader_free(reader);
	return r == -EBADMSG || r == -EOPNOTSUPP ? 0 : r;
}

static int read_frame(const struct trace_index *index, struct trace_source *source, size_t at,
		      record_fn *take, void *context)
{
	const struct seek_table *t = &index->table;
	uint64_t end = at + 1 < t->count ? t->offset[at + 1] : t->end;
	uint64_t size = end - t->offset[at];
	cleanup_free uint8_t *bytes = NULL;

	if (end <= t->offset[at] || size > FRAME_MAX)
		return 0;
	bytes = malloc((size_t)size);
	if (!bytes)
		return -ENOMEM;
	if (trace_source_read_at(source, t->offset[at], bytes, (size_t)size) != (int64_t)size)
		return 0;
	return for_each_record(bytes, (size_t)size, take, context);
}

/* ---- the trailer ---- */

static int take_trailer(void *context, const struct trace_record *record)
{
	struct meta_trailer *t = context;

	if (record->kind != RECORD_TRAILER)
		return 0;
	meta_trailer_done(t);
	*t = *record->trailer;
	*record->trailer = (struct meta_trailer){0};
	return 0;
}

static bool agree(const struct trace_index *index)
{
	const struct meta_trailer *t = &index->trailer;
	uint64_t seq = 0;

	if (!t->frame_count || t->frame_count + 1 != index->table.count)
		return false;
	for (size_t i = 0; i < t->frame_count; i++) {
		const struct meta_frame *f = &t->frames[i];

		if (f->offset != index->table.offset[i])
			return false;
		if (f->events && (f->first_seq < seq || f->last_seq < f->first_seq))
			return false;
		seq = f->events ? f->last_seq : seq;
	}
	return true;
}

int trace_index_load(struct trace_source *source, struct trace_index *ret)
{
	int r;

	*ret = (struct trace_index){.table = {.count = 0}};
	if (!trace_source_seekable(source))
		return 0;
	r = seek_table_load(source, &ret->table);
	if (r == 0 && ret->table.count)
		r = read_frame(ret, source, ret->table.count - 1, take_trailer, &ret->trailer);
	if (r < 0 || !agree(ret))
		trace_index_done(ret);
	return r;
}

size_t trace_index_find(const struct trace_index *index, uint64_t seq)
{
	const struct meta_trailer *t = &index->trailer;
	size_t i = 0;

	while (i < t->frame_count && !(t->frames[i].events && t->frames[i].last_seq >= seq))
		i++;
	return i < t->frame_count && t->frames[i].first_seq <= seq ? i : t->frame_count;
}

/* ---- a frame ---- */

struct taker {
	trace_index_batch_fn *take;
	void *context;
};

static int take_batch(void *context, const struct trace_record *record)
{
	const struct taker *t = context;

	return record->kind == RECORD_BATCH ? t->take(t->context, record->batch) : 0;
}

int trace_index_read(const struct trace_index *index, struct trace_source *source, size_t at,
		     trace_index_batch_fn *take, void *context)
{
	struct taker taker = {take, context};

	return read_frame(index, source, at, take_batch, &taker);
}

void trace_index_done(struct trace_index *index)
{
	meta_trailer_done(&index->trailer);
	seek_table_done(&index->table);
}

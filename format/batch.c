/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows in an array, memory ranges in another, chained per row, because the ranges of
 * a call come in two goes (entry and exit) with other rows' in between. Bytes are
 * collected in one buffer; as that moves when it grows, ranges and strings are kept
 * as offsets, and batch_seal() turns them into pointers.
 */
#include "batch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROWS = 1024,
	ROW_COST = 64, /* encoded bytes of a row, roughly */
	RANGE_COST = 8,
	SHRINK_OVER = 2 << 20, /* a cleared batch keeps no more bytes than this */
};

static const size_t in_log = SIZE_MAX;

static int grow_rows(struct batch *b)
{
	size_t capacity = b->capacity ? b->capacity * 2 : FIRST_ROWS;
	struct event *rows;
	uint32_t *first, *last;

	rows = reallocarray(b->rows, capacity, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	b->rows = rows;
	first = reallocarray(b->first_range, capacity, sizeof(*first));
	if (!first)
		return -ENOMEM;
	b->first_range = first;
	last = reallocarray(b->last_range, capacity, sizeof(*last));
	if (!last)
		return -ENOMEM;
	b->last_range = last;
	b->capacity = capacity;
	return 0;
}

static int grow_ranges(struct batch *b)
{
	size_t capacity = b->range_capacity ? b->range_capacity * 2 : FIRST_ROWS;
	struct batch_memory *ranges = reallocarray(b->ranges, capacity, sizeof(*ranges));

	if (!ranges)
		return -ENOMEM;
	b->ranges = ranges;
	b->range_capacity = capacity;
	return 0;
}

int batch_reserve(struct batch *b, size_t rows, size_t ranges)
{
	struct event_memory *memory;

	while (b->capacity < rows) {
		if (grow_rows(b) < 0)
			return -ENOMEM;
	}
	memory = reallocarray(b->memory, ranges + 1, sizeof(*memory));
	if (!memory)
		return -ENOMEM;
	b->memory = memory;
	return 0;
}

/* @logged: where the log has the bytes, NULL: nowhere; moves on behind them. */
static int add_range(struct batch *b, size_t row, const struct event_memory *memory,
		     const uint8_t **logged)
{
	struct batch_memory *range;
	uint32_t index;

	if (b->range_count == b->range_capacity && grow_ranges(b) < 0)
		return -ENOMEM;
	range = &b->ranges[b->range_count];
	*range = (struct batch_memory){.range = *memory, .offset = in_log};
	if (*logged) {
		range->range.data = *logged;
		*logged += memory->length;
	} else {
		range->offset = b->bytes.size;
		buf_append(&b->bytes, memory->data, memory->length);
	}
	if (buf_error(&b->bytes) < 0)
		return -ENOMEM;
	index = (uint32_t)++b->range_count;
	if (b->last_range[row])
		b->ranges[b->last_range[row] - 1].next = index;
	else
		b->first_range[row] = index;
	b->last_range[row] = index;
	b->rows[row].memory_count++;
	b->raw_size += RANGE_COST + memory->length;
	return 0;
}

/* Undoes what was added after @row had @row_ranges ranges and the batch @ranges. */
static void forget(struct batch *b, size_t rows, size_t ranges, size_t bytes)
{
	b->count = rows;
	b->range_count = ranges;
	b->bytes.failed = 0;
	buf_truncate(&b->bytes, bytes);
}

/* Copies @size bytes; the pointer becomes an offset until batch_seal(). */
static const void *keep_bytes(struct batch *b, const void *data, size_t size)
{
	size_t offset = b->bytes.size;

	buf_append(&b->bytes, data, size);
	b->raw_size += size;
	return (const void *)(uintptr_t)offset;
}

static void keep_strings(struct batch *b, struct event *row)
{
	if (row->kind == EVENT_EXEC) {
		const char *path = row->exec.path ? row->exec.path : "";

		row->exec.path = keep_bytes(b, path, strlen(path) + 1);
		row->exec.argv = keep_bytes(b, row->exec.argv, row->exec.argv_size);
	} else if (row->kind == EVENT_SIGNAL || row->kind == EVENT_STOP) {
		row->signal.info = keep_bytes(b, row->signal.info, row->signal.info_size);
	}
}

int batch_add(struct batch *b, const struct event *e, struct batch_slot *ret_slot)
{
	size_t row = b->count, ranges = b->range_count, bytes = b->bytes.size;
	const uint8_t *logged;

	assert(row == 0 || e->seq > b->rows[row - 1].seq);
	if (row == b->capacity && grow_rows(b) < 0)
		return -ENOMEM;
	logged = b->log ? b->log->added(b->log, e) : NULL;
	b->rows[row] = *e;
	b->rows[row].memory_count = 0;
	b->rows[row].memory = NULL;
	b->first_range[row] = b->last_range[row] = 0;
	b->count++;
	keep_strings(b, &b->rows[row]);
	for (uint32_t i = 0; i < e->memory_count; i++) {
		if (add_range(b, row, &e->memory[i], &logged) < 0)
			break;
	}
	if (b->rows[row].memory_count < e->memory_count || buf_error(&b->bytes) < 0) {
		forget(b, row, ranges, bytes);
		return -ENOMEM;
	}
	b->raw_size += ROW_COST;
	if (ret_slot)
		*ret_slot = (struct batch_slot){b->number, (uint32_t)row};
	return 0;
}

int batch_finish(struct batch *b, struct batch_slot slot, const struct event *end)
{
	size_t ranges = b->range_count, bytes = b->bytes.size;
	uint32_t row = slot.row, last, count;
	const uint8_t *logged;

	if (slot.number != b->number || row >= b->count ||
	    b->rows[row].call.begun_seq != end->call.begun_seq)
		return batch_add(b, end, NULL);
	logged = b->log ? b->log->finished(b->log, row, end) : NULL;
	last = b->last_range[row];
	count = b->rows[row].memory_count;
	for (uint32_t i = 0; i < end->memory_count; i++) {
		if (add_range(b, row, &end->memory[i], &logged) < 0) {
			forget(b, b->count, ranges, bytes);
			b->last_range[row] = last;
			b->rows[row].memory_count = count;
			if (last)
				b->ranges[last - 1].next = 0;
			else
				b->first_range[row] = 0;
			return -ENOMEM;
		}
	}
	b->rows[row].kind = EVENT_CALL;
	b->rows[row].call.ret = end->call.ret;
	b->rows[row].call.end_seq = end->call.end_seq;
	b->rows[row].call.duration = end->call.duration;
	b->rows[row].call.state = EVENT_FINISHED;
	return 0;
}

static const void *place(const struct batch *b, const void *offset)
{
	return buf_text(&b->bytes) + (uintptr_t)offset;
}

static void seal_strings(const struct batch *b, struct event *row)
{
	if (row->kind == EVENT_EXEC) {
		row->exec.path = place(b, row->exec.path);
		row->exec.argv = place(b, row->exec.argv);
	} else if (row->kind == EVENT_SIGNAL || row->kind == EVENT_STOP) {
		row->signal.info = place(b, row->signal.info);
	}
}

int batch_seal(struct batch *b)
{
	struct event_memory *memory = NULL;
	size_t at = 0;

	if (b->range_count) {
		memory = reallocarray(b->memory, b->range_count, sizeof(*memory));
		if (!memory)
			return -ENOMEM;
		b->memory = memory;
	}
	for (size_t row = 0; row < b->count; row++) {
		seal_strings(b, &b->rows[row]);
		b->rows[row].memory = memory ? memory + at : NULL;
		for (uint32_t i = b->first_range[row]; i; i = b->ranges[i - 1].next) {
			const struct batch_memory *m = &b->ranges[i - 1];

			memory[at] = m->range;
			if (m->offset != in_log)
				memory[at].data = (const uint8_t *)buf_text(&b->bytes) + m->offset;
			at++;
		}
	}
	return 0;
}

static bool is_turn(const struct event *e)
{
	return e->kind == EVENT_BEGUN || e->kind == EVENT_END || e->kind == EVENT_EXEC ||
	       e->kind == EVENT_EXIT;
}

static int add_turn(struct batch *b, size_t row)
{
	if (b->turn_count == b->turn_capacity) {
		size_t capacity = b->turn_capacity ? 2 * b->turn_capacity : 64;
		uint32_t *turns = reallocarray(b->turns, capacity, sizeof(*turns));

		if (!turns)
			return -ENOMEM;
		b->turns = turns;
		b->turn_capacity = capacity;
	}
	b->turns[b->turn_count++] = (uint32_t)row;
	return 0;
}

int batch_find_turns(struct batch *b)
{
	b->turn_count = 0;
	for (size_t i = 0; i < b->count; i++) {
		if (is_turn(&b->rows[i]) && add_turn(b, i) < 0)
			return -ENOMEM;
	}
	return 0;
}

int batch_reserve_made(struct batch *b)
{
	size_t *end;

	if (b->made_capacity >= b->count)
		return 0;
	end = reallocarray(b->made_end, b->capacity, sizeof(*end));
	if (!end)
		return -ENOMEM;
	b->made_end = end;
	b->made_capacity = b->capacity;
	return 0;
}

void batch_forget_made(struct batch *b)
{
	b->made_rows = 0;
	if (b->made.capacity > SHRINK_OVER)
		buf_done(&b->made);
	buf_clear(&b->made);
}

void batch_clear(struct batch *b, uint64_t number)
{
	b->number = number;
	b->count = 0;
	b->unknown = 0;
	b->unknown_fields = 0;
	b->turn_count = 0;
	b->range_count = 0;
	b->raw_size = 0;
	if (b->bytes.capacity > SHRINK_OVER)
		buf_done(&b->bytes);
	buf_clear(&b->bytes);
	batch_forget_made(b);
}

void batch_done(struct batch *b)
{
	if (!b)
		return;
	free(b->rows);
	free(b->ranges);
	free(b->first_range);
	free(b->last_range);
	free(b->memory);
	buf_done(&b->bytes);
	buf_done(&b->made);
	free(b->made_end);
	free(b->turns);
	*b = (struct batch){0};
}

size_t batch_footprint(const struct batch *b)
{
	return b->count * (sizeof(*b->rows) + 2 * sizeof(uint32_t)) +
	       b->range_count * (sizeof(*b->ranges) + sizeof(*b->memory)) + b->bytes.size;
}

size_t batch_capacity(const struct batch *b)
{
	return b->capacity * (sizeof(*b->rows) + 2 * sizeof(uint32_t)) +
	       b->range_capacity * (sizeof(*b->ranges) + sizeof(*b->memory)) + b->bytes.capacity +
	       b->made_capacity * sizeof(*b->made_end) + b->made.capacity +
	       b->turn_capacity * sizeof(*b->turns);
}

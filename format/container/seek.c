/* SPDX-License-Identifier: Apache-2.0 */
#include "seek.h"

#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SKIPPABLE_MAGIC = 0x184d2a5e,
	ENTRY_SIZE = 8,
	FOOTER_SIZE = 9,
	HEAD_SIZE = 8,
	CHECKSUM_BIT = 0x80,
	RESERVED_BITS = 0x7c,
	ENTRIES_MAX = 1 << 22,
};
#define SEEKABLE_MAGIC 0x8f92eab1u

static void put_u32(struct buf *b, uint64_t value)
{
	uint8_t bytes[4];

	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	buf_append(b, bytes, sizeof(bytes));
}

static uint32_t get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

int seek_table_encode(const struct meta_frame *frames, const uint64_t *compressed, size_t count,
		      struct buf *ret)
{
	if (count > ENTRIES_MAX)
		return -E2BIG;
	put_u32(ret, SKIPPABLE_MAGIC);
	put_u32(ret, count * ENTRY_SIZE + FOOTER_SIZE);
	for (size_t i = 0; i < count; i++) {
		if (compressed[i] > UINT32_MAX || frames[i].raw_size > UINT32_MAX)
			return -E2BIG;
		put_u32(ret, compressed[i]);
		put_u32(ret, frames[i].raw_size);
	}
	put_u32(ret, count);
	buf_char(ret, 0);
	put_u32(ret, SEEKABLE_MAGIC);
	return buf_error(ret);
}

/* The offset of the table's frame and its entry size, or 0. */
static uint64_t find_table(struct trace_source *source, uint32_t *ret_count, size_t *ret_entry)
{
	uint8_t footer[FOOTER_SIZE], head[HEAD_SIZE];
	uint64_t size = trace_source_size(source), body, start;

	if (!trace_source_seekable(source) || size < FOOTER_SIZE + HEAD_SIZE ||
	    trace_source_read_at(source, size - FOOTER_SIZE, footer, FOOTER_SIZE) != FOOTER_SIZE ||
	    get_u32(footer + 5) != SEEKABLE_MAGIC || footer[4] & RESERVED_BITS)
		return 0;
	*ret_count = get_u32(footer);
	*ret_entry = footer[4] & CHECKSUM_BIT ? ENTRY_SIZE + 4 : ENTRY_SIZE;
	body = (uint64_t)*ret_count * *ret_entry + FOOTER_SIZE;
	if (*ret_count > ENTRIES_MAX || body + HEAD_SIZE > size)
		return 0;
	start = size - body - HEAD_SIZE;
	if (trace_source_read_at(source, start, head, HEAD_SIZE) != HEAD_SIZE ||
	    get_u32(head) != SKIPPABLE_MAGIC || get_u32(head + 4) != body)
		return 0;
	return start;
}

int seek_table_load(struct trace_source *source, struct seek_table *ret)
{
	uint32_t count = 0;
	size_t entry = 0;
	uint64_t start = find_table(source, &count, &entry), total = 0;
	uint8_t *entries;

	*ret = (struct seek_table){0};
	if (!start || !count)
		return 0;
	entries = malloc(count * entry);
	ret->offset = calloc(count, sizeof(*ret->offset));
	if (!entries || !ret->offset) {
		free(entries);
		seek_table_done(ret);
		return -ENOMEM;
	}
	if (trace_source_read_at(source, start + HEAD_SIZE, entries, count * entry) ==
	    (int64_t)(count * entry)) {
		for (uint32_t i = 0; i < count; i++) {
			ret->offset[i] = total;
			total += get_u32(entries + i * entry);
		}
		ret->count = count;
		ret->end = start;
	}
	free(entries);
	/* The frames must fill the file up to the table: of a file made of several tapes
	 * the table tells only of the last. */
	if (total != start)
		seek_table_done(ret);
	return 0;
}

uint64_t seek_table_after(const struct seek_table *t, uint64_t offset)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (t->offset[middle] > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low < t->count ? t->offset[low] : 0;
}

void seek_table_done(struct seek_table *t)
{
	free(t->offset);
	*t = (struct seek_table){0};
}

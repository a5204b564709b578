/* SPDX-License-Identifier: Apache-2.0 */
/* Any file, as a file and as a pipe, through reader and stream. */
#include "fuzz.h"

#include "base/err.h"
#include "format/container/source.h"
#include "format/container/stream.h"

#include <string.h>

static void check_damage(const struct trace_damage *damage)
{
	size_t length = strnlen(damage->text, sizeof(damage->text));

	fuzz_check(length && length < sizeof(damage->text) && !strchr(damage->text, '\n'));
}

static void read_records(const uint8_t *data, size_t size, bool as_pipe)
{
	struct trace_source *source;
	struct trace_reader *reader;
	struct trace_record record;
	struct err err = {0};

	if (trace_source_memory(data, size, as_pipe, &source) < 0 ||
	    trace_reader_open(source, &reader, &err) < 0)
		return;
	while (trace_reader_next(reader, &record, &err) > 0) {
		if (record.kind == RECORD_DAMAGE)
			check_damage(record.damage);
	}
	trace_reader_free(reader);
}

static void read_items(const uint8_t *data, size_t size, bool as_pipe, bool unordered)
{
	const struct trace_stream_options options = {.unordered = unordered};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err err = {0};

	if (trace_source_memory(data, size, as_pipe, &source) < 0 ||
	    trace_stream_open(source, &options, &stream, &err) < 0)
		return;
	while (trace_stream_next(stream, &item, &err) > 0) {
		if (item.kind == ITEM_DAMAGE)
			check_damage(item.damage);
	}
	trace_stream_free(stream);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	read_records(data, size, true);
	read_items(data, size, false, false);
	read_items(data, size, true, true);
}

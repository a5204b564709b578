/* SPDX-License-Identifier: Apache-2.0 */
#include "diff_tapes.h"

#include "tape_parts.h"

#include "base/err.h"
#include "format/container/stream.h"
#include "format/meta.h"

#include <string.h>

void diff_tapes_add(const struct tape_part *part, struct buf *ret)
{
	const struct trace_stream_options how = {.one_thread = true};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	const char *path = "";
	struct err err = {0};

	if (!part->whole || tape_part_open(part, &source, &err) < 0 ||
	    trace_stream_open(source, &how, &stream, &err) < 0)
		return;
	if (trace_stream_next(stream, &item, &err) > 0 && item.kind == ITEM_HEADER)
		path = meta_fact(item.header->facts, item.header->fact_count, "tape");
	if (*path)
		buf_append(ret, path, strlen(path) + 1);
	trace_stream_free(stream);
}

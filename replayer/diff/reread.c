/* SPDX-License-Identifier: Apache-2.0 */
#include "reread.h"

#include "base/err.h"
#include "format/container/source.h"
#include "format/container/stream.h"

#include <errno.h>

static int take_item(struct diff_tape *tape, const struct trace_item *item, uint64_t from,
		     reread_fn *take, void *context)
{
	if (item->kind == ITEM_HEADER)
		return take(context, item->header, NULL);
	if (item->kind != ITEM_EVENT)
		return 0;
	/* Also of those that are passed over: without an index it is they that take long. */
	if (!tape->events_left)
		return -E2BIG;
	tape->events_left--;
	return item->event->seq < from ? 0 : take(context, NULL, item->event);
}

int reread(struct diff_tape *tape, uint64_t from, uint64_t until, reread_fn *take, void *context)
{
	const struct trace_stream_options how = {
		.from_seq = from, .until_seq = until, .one_thread = true};
	struct err err = {0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	int r = tape->open(tape->context, &source, &err);

	if (r == 0)
		r = trace_stream_open(source, &how, &stream, &err);
	if (r < 0)
		return r;
	while ((r = trace_stream_next(stream, &item, &err)) > 0) {
		if (until && item.kind == ITEM_EVENT && item.event->seq > until)
			r = 0;
		else
			r = take_item(tape, &item, from, take, context);
		if (r || (until && item.kind == ITEM_EVENT && item.event->seq >= until))
			break;
	}
	trace_stream_free(stream);
	return r;
}

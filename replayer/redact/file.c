/* SPDX-License-Identifier: Apache-2.0 */
/* The three passes over a file. */
#include "redact.h"

#include "base/err.h"
#include "format/container/source.h"

static int read_once(struct redact *r, const char *path, bool last, struct redact_outcome *o,
		     struct err *err)
{
	const struct trace_stream_options options = {0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	int result = trace_source_open(path, &source, err);

	if (result == 0)
		result = trace_stream_open(source, &options, &stream, err);
	if (result < 0)
		return result;
	while ((result = trace_stream_next(stream, &item, err)) > 0) {
		result = redact_take(r, &item, err);
		if (result < 0)
			break;
		if (item.kind != ITEM_DAMAGE || !last)
			continue;
		o->damages++;
		if (o->damage)
			o->damage(o->path, item.damage);
	}
	o->unknown = trace_stream_unknown(stream);
	o->unknown_fields = trace_stream_unknown_fields(stream);
	trace_stream_free(stream);
	return result == 0 ? redact_next_pass(r, err) : result;
}

int redact_file(struct redact *r, const char *path, struct redact_outcome *o, struct err *err)
{
	int result = 0;

	for (int pass = 0; result == 0 && pass < REDACT_PASSES; pass++)
		result = read_once(r, path, pass == REDACT_WRITE, o, err);
	return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made-up events in the formats that are made as a tape is read. The input is that of
 * fuzz_state.c: a byte, a process that was there, events. Every other of them is not asked for
 * when the byte says so.
 */
#include "events.h"
#include "fuzz.h"

#include "base/buf.h"
#include "format/meta.h"
#include "replayer/export/exporter.h"

struct run {
	const struct exporter *exporter;
	void *x;
	struct buf out;
};

static void take(struct run *r, const struct trace_item *item, bool shown)
{
	fuzz_check(r->exporter->item(r->x, item, shown, &r->out) == 0);
	buf_clear(&r->out);
}

static void end(struct run *r)
{
	fuzz_check(r->exporter->end(r->x, &r->out) == 0);
	if (r->exporter->remarks)
		r->exporter->remarks(r->x, &r->out);
	fuzz_check(r->exporter->free(r->x) == NULL);
	buf_done(&r->out);
}

/* Any of them: which one, the input need not know. */
static const struct exporter *choose(size_t n)
{
	size_t count = 0;

	while (exporter_at(count))
		count++;
	return exporter_at(n % count);
}

static void take_snapshot(struct run *r, struct bytes *b)
{
	struct made_snapshot m;

	snapshot_make(b, &m);
	take(r, &m.item, true);
	snapshot_done(&m);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct maker maker = {.bytes = {data, size}};
	uint8_t how = bytes_one(&maker.bytes);
	const struct export_options options = {.weight = how % 3, .calls_only = how / 3 % 2};
	struct run r = {.exporter = choose(how + size)};
	bool shown = true;

	r.x = r.exporter->new (&options);
	fuzz_check(r.x != NULL);
	take_snapshot(&r, &maker.bytes);
	while (maker_next(&maker)) {
		const struct trace_item item = {.kind = ITEM_EVENT, .event = &maker.event};

		take(&r, &item, shown);
		shown = how / 6 % 2 ? !shown : true;
	}
	maker_done(&maker);
	end(&r);
}

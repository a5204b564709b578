/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made-up events in all formats that are made as a tape is read. The input is that of
 * fuzz_state.c: a byte, a process that was there, events. Every other of them is not asked for
 * when the byte says so.
 */
#include "events.h"
#include "fuzz.h"

#include "base/buf.h"
#include "format/meta.h"
#include "replayer/export/exporter.h"

enum { EXPORTERS_MAX = 16 };

struct all {
	const struct exporter *exporter[EXPORTERS_MAX];
	void *x[EXPORTERS_MAX];
	size_t count;
	struct buf out;
};

static void begin(struct all *a, const struct export_options *options)
{
	while (exporter_at(a->count)) {
		fuzz_check(a->count < EXPORTERS_MAX);
		a->exporter[a->count] = exporter_at(a->count);
		a->x[a->count] = a->exporter[a->count]->new (options);
		fuzz_check(a->x[a->count++] != NULL);
	}
}

static void take(struct all *a, const struct trace_item *item, bool shown)
{
	for (size_t i = 0; i < a->count; i++) {
		fuzz_check(a->exporter[i]->item(a->x[i], item, shown, &a->out) == 0);
		buf_clear(&a->out);
	}
}

static void end(struct all *a)
{
	for (size_t i = 0; i < a->count; i++) {
		fuzz_check(a->exporter[i]->end(a->x[i], &a->out) == 0);
		if (a->exporter[i]->remarks)
			a->exporter[i]->remarks(a->x[i], &a->out);
		fuzz_check(a->exporter[i]->free(a->x[i]) == NULL);
		buf_clear(&a->out);
	}
	buf_done(&a->out);
}

static void take_snapshot(struct all *a, struct bytes *b)
{
	struct meta_process p = {.pid = (uint32_t)bytes_number(b)};
	struct meta_fd fd = {.fd = (int32_t)bytes_number(b)};
	const struct meta_snapshot s = {.processes = &p, .process_count = 1};
	const struct trace_item item = {.kind = ITEM_SNAPSHOT, .snapshot = &s};

	p.cwd.data = bytes_copy(b, false, &p.cwd.size);
	p.root.data = bytes_copy(b, false, &p.root.size);
	fd.target.data = bytes_copy(b, false, &fd.target.size);
	p.fds = &fd;
	p.fd_count = 1;
	take(a, &item, true);
	free(p.cwd.data);
	free(p.root.data);
	free(fd.target.data);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct maker maker = {.bytes = {data, size}};
	uint8_t how = bytes_one(&maker.bytes);
	const struct export_options options = {.weight = how % 3, .calls_only = how / 3 % 2};
	struct all a = {.count = 0};
	bool shown = true;

	begin(&a, &options);
	take_snapshot(&a, &maker.bytes);
	while (maker_next(&maker)) {
		const struct trace_item item = {.kind = ITEM_EVENT, .event = &maker.event};

		take(&a, &item, shown);
		shown = how / 6 % 2 ? !shown : true;
	}
	maker_done(&maker);
	end(&a);
}

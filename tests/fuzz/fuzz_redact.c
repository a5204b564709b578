/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made-up events through the redactor's three passes, on each level, and through scan. The input
 * is that of fuzz_state.c: a byte, a process that was there, events. What cannot be written, as
 * places that do not grow, is refused.
 */
#include "events.h"
#include "fuzz.h"

#include "base/buf.h"
#include "base/err.h"
#include "replayer/redact/redact.h"
#include "replayer/redact/rules.h"
#include "replayer/redact/token.h"
#include "replayer/scan/scan.h"

#include <string.h>

/* One pass over all of it; false: it was refused. */
static bool pass(struct redact *r, const uint8_t *data, size_t size)
{
	struct maker maker = {.bytes = {data, size}};
	struct made_snapshot m;
	struct err err = {0};
	uint64_t seq = 0;
	int result;

	bytes_one(&maker.bytes);
	snapshot_make(&maker.bytes, &m);
	result = redact_take(r, &m.item, &err);
	snapshot_done(&m);
	while (result == 0 && maker_next(&maker)) {
		/* A tape has them in order. */
		maker.event.seq = seq += 2;
		result = redact_take(
			r, &(struct trace_item){.kind = ITEM_EVENT, .event = &maker.event}, &err);
	}
	maker_done(&maker);
	if (result == 0)
		result = redact_next_pass(r, &err);
	return result == 0;
}

static void redact(enum redact_level level, const uint8_t *data, size_t size)
{
	uint8_t bytes[REDACT_KEY_SIZE] = {1};
	struct redact_key *key = redact_key_new(bytes);
	struct rules *rules = rules_new();
	struct buf tape = {0}, report = {0};
	const struct redact_options options = {
		.level = level, .rules = rules, .key = key, .sink = sink_memory(&tape)};
	const struct redact_outcome outcome = {.unknown = 1};
	struct redact *r = redact_new(&options);
	bool going = true;

	fuzz_check(r != NULL);
	for (int i = 0; going && i < REDACT_PASSES; i++)
		going = pass(r, data, size);
	redact_report(r, &outcome, &report);
	redact_report_json(r, &outcome, &report);
	fuzz_check(buf_error(&report) == 0);
	redact_free(r);
	redact_rules_free(rules);
	redact_key_free(key);
	buf_done(&tape);
	buf_done(&report);
}

static void scan(const uint8_t *data, size_t size)
{
	struct maker maker = {.bytes = {data, size}};
	struct scan *s = scan_new();
	struct made_snapshot m;
	struct buf out = {0};

	fuzz_check(s != NULL);
	bytes_one(&maker.bytes);
	snapshot_make(&maker.bytes, &m);
	fuzz_check(scan_take_item(s, &m.item) == 0);
	snapshot_done(&m);
	while (maker_next(&maker))
		fuzz_check(scan_take_item(s, &(struct trace_item){.kind = ITEM_EVENT,
								  .event = &maker.event}) == 0);
	maker_done(&maker);
	fuzz_check(scan_take(s, data, size) == 0);
	fuzz_check(scan_finish(s) == 0);
	scan_say(s, &out);
	scan_json(s, &out);
	fuzz_check(buf_error(&out) == 0);
	scan_free(s);
	buf_done(&out);
}

/* One of them for each input: all of it together takes its time. */
void fuzz_one(const uint8_t *data, size_t size)
{
	static const enum redact_level levels[] = {REDACT_NAMES, REDACT_NAMES, REDACT_DEFAULT,
						   REDACT_META};
	size_t what = (size ? data[0] + data[size - 1] : 0U) + size;

	if (what % 5 < 4)
		redact(levels[what % 5], data, size);
	else
		scan(data, size);
}

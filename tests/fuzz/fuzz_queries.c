/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of files, peers and failures from made-up events. The input is that of fuzz_state.c:
 * a byte, a process that was there, events. Whatever they claim, what is said is harmless text.
 */
#include "events.h"
#include "fuzz.h"

#include "base/buf.h"
#include "format/meta.h"
#include "replayer/query/errors.h"
#include "replayer/query/files.h"
#include "replayer/query/net.h"
#include "replayer/state/state.h"

struct reports {
	struct state *state;
	struct processes processes;
	struct files files;
	struct net net;
	struct failures failures;
	struct buf said;
};

static void take(struct reports *r, const struct trace_item *item)
{
	fuzz_check(state_take(r->state, item) == 0);
	fuzz_check(processes_take(&r->processes, item) == 0);
	if (item->kind != ITEM_EVENT)
		return;
	fuzz_check(files_take(&r->files, r->state, &r->processes, item->event) == 0);
	fuzz_check(net_take(&r->net, r->state, &r->processes, item->event) == 0);
	fuzz_check(failures_take(&r->failures, &r->processes, item->event) == 0);
}

static void check(struct reports *r, int failed)
{
	fuzz_check(failed == 0);
	for (size_t i = 0; i < r->said.size; i++) {
		uint8_t c = (uint8_t)r->said.data[i];

		fuzz_check((c >= 0x20 && c != 0x7f) || c == '\n');
	}
	buf_clear(&r->said);
}

static void take_snapshot(struct reports *r, struct bytes *b)
{
	struct made_snapshot m;

	snapshot_make(b, &m);
	take(r, &m.item);
	snapshot_done(&m);
}

static void tell(struct reports *r, uint8_t how)
{
	const struct files_style files = {.sort = how % 4, .all = how & 4};
	const struct net_style net = {.all = how & 4};
	const struct errors_style errors = {.all = how & 4};

	check(r, files_say(&r->files, &r->processes, &files, &r->said));
	check(r, files_json(&r->files, &r->processes, &files, &r->said));
	check(r, net_end(&r->net, (enum net_sort)(how % 3)));
	check(r, net_say(&r->net, &r->processes, &net, &r->said));
	check(r, net_json(&r->net, &r->processes, &r->said));
	check(r, errors_say(&r->failures, &r->processes, &errors, &r->said));
	check(r, errors_json(&r->failures, &r->processes, &r->said));
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct maker maker = {.bytes = {data, size}};
	uint8_t how = bytes_one(&maker.bytes);
	struct reports r = {.state = state_new()};

	fuzz_check(r.state && files_init(&r.files, NULL) == 0 && net_init(&r.net, NET_BYTES) == 0);
	r.failures.state = r.state;
	take_snapshot(&r, &maker.bytes);
	while (maker_next(&maker)) {
		const struct trace_item item = {.kind = ITEM_EVENT, .event = &maker.event};

		take(&r, &item);
	}
	tell(&r, how);
	maker_done(&maker);
	files_done(&r.files);
	net_done(&r.net);
	failures_done(&r.failures);
	processes_done(&r.processes);
	state_free(r.state);
	buf_done(&r.said);
}

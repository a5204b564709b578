/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors replayed from made-up events, and said. The input is a byte of options, a
 * process that was there, events. Whatever they claim, questions have answers, and what is
 * said of a descriptor is harmless text.
 */
#include "events.h"
#include "fuzz.h"

#include "base/buf.h"
#include "format/meta.h"
#include "replayer/print/print.h"
#include "replayer/query/moment.h"
#include "replayer/state/state.h"

enum { NAME_MAX_SIZE = 4096, FDS_ASKED = 8 };

struct replay {
	struct state *state;
	struct printer *printer;
	struct buf said;
};

static void take(struct replay *r, const struct trace_item *item)
{
	fuzz_check(state_take(r->state, item) == 0);
}

static void check_file(const struct state_file *f)
{
	if (!f)
		return;
	fuzz_check((f->text != NULL) == (f->size != 0) && f->size <= NAME_MAX_SIZE);
	fuzz_check(!f->peer || f->peer->peer == f);
	fuzz_check(!f->socket || f->socket->local.size <= STATE_ADDRESS_MAX);
}

static void ask(const struct replay *r, const struct event *e)
{
	size_t size = 1;
	const char *cwd = state_cwd(r->state, e, &size);
	int touches = 0;

	fuzz_check((cwd != NULL) == (size != 0) && size <= NAME_MAX_SIZE);
	for (int32_t fd = -1; fd < FDS_ASKED; fd++) {
		check_file(state_at_entry(r->state, e, fd));
		check_file(state_at_exit(r->state, e, fd));
	}
	if (!event_is_call(e))
		return;
	for (size_t i = 0; i < EVENT_ARGS; i++) {
		check_file(state_at_entry(r->state, e, (int32_t)e->call.args[i]));
		check_file(state_at_exit(r->state, e, (int32_t)e->call.args[i]));
	}
	check_file(state_at_exit(r->state, e, (int32_t)e->call.ret));
	touches = state_touches(r->state, e, "/etc/hosts");
	fuzz_check(touches == 0 || touches == 1);
}

static void say(struct replay *r, const struct event *e)
{
	fuzz_check(print_event(r->printer, e, &r->said) == 0);
	for (size_t i = 0; i < r->said.size; i++) {
		uint8_t c = (uint8_t)r->said.data[i];

		fuzz_check((c >= 0x20 && c < 0x7f) || c == '\n');
	}
	buf_clear(&r->said);
}

/* The whole of it, both ways, at the end and in the midst of calls. */
static void tell(struct replay *r)
{
	struct moment m = {.state = r->state, .printer = r->printer, .maps = true};

	for (int i = 0; i < 2; i++) {
		fuzz_check(moment_fill(&m) == 0);
		fuzz_check(moment_say(&m, &r->said) == 0 && moment_json(&m, &r->said) == 0);
		moment_done(&m);
		buf_clear(&r->said);
		fuzz_check(state_advance(r->state, UINT64_MAX, UINT64_MAX) == 0);
	}
}

static void take_snapshot(struct replay *r, struct bytes *b)
{
	struct made_snapshot m;

	snapshot_make(b, &m);
	take(r, &m.item);
	snapshot_done(&m);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct maker maker = {.bytes = {data, size}};
	uint8_t how = bytes_one(&maker.bytes);
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
					      .names = how % 3,
					      .words = how / 3 % 3,
					      .hex = how / 9 % 3};
	struct replay r = {.state = state_new_with(how / 27 ? STATE_ALL : 0),
			   .printer = printer_new(&options)};

	fuzz_check(r.state && r.printer);
	printer_state(r.printer, r.state);
	take_snapshot(&r, &maker.bytes);
	while (maker_next(&maker)) {
		const struct trace_item item = {.kind = ITEM_EVENT, .event = &maker.event};

		take(&r, &item);
		ask(&r, &maker.event);
		say(&r, &maker.event);
	}
	tell(&r);
	maker_done(&maker);
	printer_free(r.printer);
	state_free(r.state);
	buf_done(&r.said);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape's items as text: lines, arguments, JSON, and what the queries make of them. The
 * input is options, a header, events. Whatever a traced program did, no control
 * character of its making comes out, and no event gives more text than is promised.
 */
#include "events.h"
#include "fuzz.h"

#include "base/buf.h"
#include "replayer/export/jsonl.h"
#include "replayer/print/print.h"
#include "replayer/query/overview.h"
#include "replayer/query/tree.h"

#include <string.h>

/* What a text may have beyond PRINT_EVENT_MAX: the mark that it was cut, a newline. */
enum { CUT_MARK = 4, OUT_MAX = 4 * PRINT_EVENT_MAX };

struct readers {
	struct printer *printer;
	struct jsonl *jsonl;
	struct overview overview;
	struct stats by_process, by_thread;
	struct buf said; /* by print, of one event */
	struct buf out;
};

/* ---- what must hold ---- */

/* Printable bytes and UTF-8, in whole lines if @lines. Empties it. */
static void check_text(struct buf *out, bool lines)
{
	fuzz_check(buf_error(out) == 0);
	for (size_t i = 0; i < out->size; i++) {
		uint8_t c = (uint8_t)out->data[i];

		fuzz_check((c >= 0x20 && c != 0x7f) || (lines && c == '\n'));
	}
	fuzz_check(!lines || !out->size || out->data[out->size - 1] == '\n');
	buf_clear(out);
}

/* What print says of an event is ASCII, and bounded: on the way there as well. */
static void check_said(struct buf *out, bool lines)
{
	fuzz_check(out->size <= PRINT_EVENT_MAX + CUT_MARK && out->capacity <= OUT_MAX);
	for (size_t i = 0; i < out->size; i++)
		fuzz_check((uint8_t)out->data[i] < 0x80);
	check_text(out, lines);
}

/* ---- options, header ---- */

static struct printer *make_printer(struct bytes *b)
{
	static const size_t limits[] = {PRINT_STRING_DEFAULT, 0, 4096, SIZE_MAX >> 1};
	uint8_t how = bytes_one(b), more = bytes_one(b);
	const struct print_options options = {
		.string_limit = limits[how % 4],
		.verbose = how & 4,
		.durations = how & 8,
		.relative = how & 16,
		.no_pid = how & 32,
		.hex = more % 3,
		.clock = more / 3 % 4,
		.align = bytes_one(b),
	};
	struct printer *p = printer_new(&options);

	fuzz_check(p);
	return p;
}

static void make_string(struct bytes *b, char **ret)
{
	size_t size;

	*ret = bytes_copy(b, true, &size);
}

static void make_header(struct bytes *b, struct meta_header *ret)
{
	ret->start_realtime = (int64_t)bytes_number(b);
	ret->payload_limit = bytes_number(b);
	make_string(b, &ret->hostname);
	make_string(b, &ret->options);
	ret->command.data = bytes_copy(b, false, &ret->command.size);
	ret->cwd.data = bytes_copy(b, false, &ret->cwd.size);
}

/* What the header said, once more, as a process that was there and as the end. */
static void make_snapshot(struct bytes *b, struct meta_snapshot *ret)
{
	struct meta_process *p = calloc(1, sizeof(*p));

	fuzz_check(p);
	p->pid = (uint32_t)bytes_number(b);
	p->argv.data = bytes_copy(b, false, &p->argv.size);
	*ret = (struct meta_snapshot){.processes = p, .process_count = 1};
}

static void make_trailer(struct bytes *b, struct meta_trailer *ret)
{
	ret->duration = bytes_number(b);
	ret->status = (uint32_t)bytes_number(b);
	ret->has_status = bytes_one(b) % 2 == 0;
	make_string(b, &ret->reason);
}

/* ---- events ---- */

static void say_arguments(struct readers *r, const struct event *e)
{
	size_t n = print_argument_count(r->printer, e);

	for (size_t i = 0; i < n; i++) {
		const char *name = NULL;
		uint64_t value;

		fuzz_check(print_argument(r->printer, e, i, &name, &value, &r->said) == 0 && name);
		check_said(&r->said, false);
	}
}

static void say_call(struct readers *r, const struct event *e)
{
	char scratch[32];
	const char *name = print_call_name(&e->call, scratch);

	fuzz_check(name != scratch || strlen(name) < sizeof(scratch));
	say_arguments(r, e);
	/* A path comes as it is. */
	print_call_path(e, &r->said);
	buf_clear(&r->said);
}

static void say_event(struct readers *r, const struct event *e)
{
	fuzz_check(print_event(r->printer, e, &r->said) == 0);
	check_said(&r->said, true);
	fuzz_check(print_text(r->printer, e, &r->said) == 0);
	check_said(&r->said, false);
	if (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN || e->kind == EVENT_END)
		say_call(r, e);
}

static void take(struct readers *r, const struct trace_item *item)
{
	fuzz_check(jsonl_item(r->jsonl, item, &r->out) == 0);
	check_text(&r->out, true);
	fuzz_check(overview_take(&r->overview, item) == 0);
	if (item->kind != ITEM_EVENT)
		return;
	fuzz_check(stats_add(&r->by_process, item->event) == 0);
	fuzz_check(stats_add(&r->by_thread, item->event) == 0);
	say_event(r, item->event);
}

/* ---- sums ---- */

static void say_processes(struct readers *r)
{
	const struct processes *all = &r->overview.processes;

	for (unsigned i = 0; i < 4; i++) {
		const struct tree_style style = {.fold = i & 1, .limit = i & 2};

		fuzz_check(tree_say(all, &style, &r->out) == 0);
		check_text(&r->out, true);
	}
	fuzz_check(tree_json(all, &r->out) == 0);
	buf_char(&r->out, '\n');
	check_text(&r->out, true);
	for (size_t i = 0; i < all->count; i++) {
		process_end_long(&all->list[i], &r->out);
		check_text(&r->out, false);
	}
}

static void sort_stats(struct stats *s)
{
	stats_sort(s);
	for (size_t i = 0; i < s->count; i++)
		stats_percentile(&s->rows[i], 95);
}

static void say_sums(struct readers *r)
{
	overview_end(&r->overview);
	fuzz_check(overview_say(&r->overview, false, &r->out) == 0);
	check_text(&r->out, true);
	fuzz_check(overview_json(&r->overview, &r->out) == 0);
	check_text(&r->out, true);
	for (enum info_style style = INFO_TEXT; style <= INFO_JSON; style++) {
		info_say(&r->overview.info, style, &r->out);
		check_text(&r->out, true);
	}
	say_processes(r);
	sort_stats(&r->by_process);
	sort_stats(&r->by_thread);
}

/* ---- the whole ---- */

static void read_tape(struct readers *r, struct bytes *b)
{
	struct meta_header header = {0};
	struct meta_snapshot snapshot = {0};
	struct meta_trailer trailer = {0};
	struct maker maker = {0};

	make_header(b, &header);
	make_snapshot(b, &snapshot);
	make_trailer(b, &trailer);
	printer_header(r->printer, &header);
	take(r, &(struct trace_item){.kind = ITEM_HEADER, .header = &header});
	take(r, &(struct trace_item){.kind = ITEM_SNAPSHOT, .snapshot = &snapshot});
	maker.bytes = *b;
	while (maker_next(&maker))
		take(r, &(struct trace_item){.kind = ITEM_EVENT, .event = &maker.event});
	take(r, &(struct trace_item){.kind = ITEM_TRAILER, .trailer = &trailer});
	say_sums(r);
	meta_header_done(&header);
	meta_snapshot_done(&snapshot);
	meta_trailer_done(&trailer);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};
	struct readers r = {.printer = make_printer(&b), .jsonl = jsonl_new()};

	fuzz_check(r.jsonl && overview_init(&r.overview, NET_CONNECTIONS) == 0);
	fuzz_check(stats_init(&r.by_process, STATS_BY_PROCESS) == 0);
	fuzz_check(stats_init(&r.by_thread, STATS_BY_THREAD) == 0);
	read_tape(&r, &b);
	printer_free(r.printer);
	jsonl_free(r.jsonl);
	overview_done(&r.overview);
	stats_done(&r.by_process);
	stats_done(&r.by_thread);
	buf_done(&r.said);
	buf_done(&r.out);
}

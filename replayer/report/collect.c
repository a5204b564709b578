/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over a tape. Only the longest calls and the first marks are turned into text, the
 * moment they are seen: later their memory is gone.
 */
#include "collect.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "html.h"
#include "replayer/print/print.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHIFT_AT_FIRST = 10, SHIFT_MAX = 54, STRINGS_SHOWN = 64 };

int report_init(struct report *r)
{
	static const struct print_options options = {
		.string_limit = STRINGS_SHOWN, .names = PRINT_NAMES_PATHS, .no_pid = true};

	*r = (struct report){.shift = SHIFT_AT_FIRST};
	r->printer = printer_new(&options);
	r->marks = calloc((size_t)REPORT_MARKS_MAX * REPORT_MARK_KIND_MAX, sizeof(*r->marks));
	if (overview_init(&r->overview, NET_BYTES) < 0 || !r->printer || !r->marks)
		return -ENOMEM;
	printer_state(r->printer, r->overview.state);
	return 0;
}

/* ---- lanes ---- */

static struct report_lane *new_lane(struct report *r, uint32_t process, uint32_t tid, uint64_t time)
{
	struct report_lane *lane;

	if (r->lane_count == r->lane_capacity) {
		size_t capacity = r->lane_capacity ? r->lane_capacity * 2 : 16;
		struct report_lane *lanes = reallocarray(r->lanes, capacity, sizeof(*lanes));

		if (!lanes)
			return NULL;
		r->lanes = lanes;
		r->lane_capacity = capacity;
	}
	lane = &r->lanes[r->lane_count];
	*lane = (struct report_lane){.process = process, .tid = tid, .first = time, .last = time};
	lane->bins = calloc(REPORT_BINS, sizeof(*lane->bins));
	if (!lane->bins)
		return NULL;
	r->lane_count++;
	r->lanes_live++;
	return lane;
}

/* Whether there is room for one more; room is sought only now and then. 0, 1 or -ENOMEM. */
static int lane_fits(struct report *r, uint64_t now)
{
	if (r->lanes_live <= REPORT_LANES_MAX)
		return 1;
	if (r->lanes_refused < r->fold_next)
		return 0;
	if (report_fold(r, now) < 0)
		return -ENOMEM;
	if (r->lanes_live > REPORT_LANES_MAX / 2)
		r->fold_next = 2 * r->lanes_refused + REPORT_LANES_MAX;
	return r->lanes_live <= REPORT_LANES_MAX;
}

/* The lane of the thread that an event is about: a number used again is another thread. */
static struct report_lane *lane_of(struct report *r, const struct event *e)
{
	const struct process *p = processes_find(&r->overview.processes, e->pid);
	uint32_t process = p ? (uint32_t)(p - r->overview.processes.list) + 1 : 0;
	uintptr_t at = (uintptr_t)map_get(&r->threads, e->tid);
	struct report_lane *lane;
	int fits;

	if (!r->lane_count && !new_lane(r, 0, 0, e->time))
		return NULL;
	if (at && (r->lanes[at - 1].process == process || !process))
		return &r->lanes[report_lane_of(r, (uint32_t)at - 1)];
	fits = process ? lane_fits(r, e->time) : 0;
	if (fits < 0)
		return NULL;
	if (!fits) {
		r->lanes_refused++;
		return &r->lanes[0];
	}
	lane = new_lane(r, process, e->tid, e->time);
	if (!lane || map_put(&r->threads, e->tid, (void *)(uintptr_t)r->lane_count) < 0)
		return NULL;
	return lane;
}

static void widen(struct report *r)
{
	for (size_t i = 0; i < r->lane_count; i++) {
		struct report_bin *bins = r->lanes[i].bins;

		if (!bins)
			continue;
		for (size_t k = 0; k < REPORT_BINS / 2; k++) {
			const struct report_bin a = bins[2 * k], b = bins[2 * k + 1];

			bins[k] = (struct report_bin){a.calls + b.calls, a.failed + b.failed,
						      a.inside + b.inside};
		}
		memset(bins + REPORT_BINS / 2, 0, REPORT_BINS / 2 * sizeof(*bins));
	}
	r->shift++;
}

/* The bin of a moment. A time that no clock gives ends up in the last one. */
static size_t bin_of(struct report *r, uint64_t time)
{
	while (time >> r->shift >= REPORT_BINS && r->shift < SHIFT_MAX)
		widen(r);
	return time >> r->shift < REPORT_BINS ? (size_t)(time >> r->shift) : REPORT_BINS - 1;
}

/* The time of a call, shared out among the bins that it lasted. */
static void spread(struct report *r, struct report_lane *lane, uint64_t begin, uint64_t duration)
{
	uint64_t end = begin + duration < begin ? UINT64_MAX : begin + duration;
	size_t last = bin_of(r, end), first = bin_of(r, begin);

	for (size_t i = first; i <= last; i++) {
		uint64_t from = (uint64_t)i << r->shift, until = from + (UINT64_C(1) << r->shift);
		uint64_t a = begin > from ? begin : from;
		uint64_t b = end < until || i == REPORT_BINS - 1 ? end : until;

		if (b > a)
			lane->bins[i].inside += b - a;
	}
}

/* ---- time inside calls, by process ---- */

static int add_inside(struct report *r, uint32_t process, uint64_t duration)
{
	if (!process)
		return 0;
	if (process > r->inside_capacity) {
		size_t capacity = r->inside_capacity ? r->inside_capacity * 2 : 64;
		uint64_t *inside;

		while (capacity < process)
			capacity *= 2;
		inside = reallocarray(r->inside, capacity, sizeof(*inside));
		if (!inside)
			return -ENOMEM;
		memset(inside + r->inside_capacity, 0,
		       (capacity - r->inside_capacity) * sizeof(*inside));
		r->inside = inside;
		r->inside_capacity = capacity;
	}
	r->inside[process - 1] += duration;
	return 0;
}

/* ---- text ---- */

/* What it says, cut to REPORT_TEXT_MAX at the end of a character. NULL: out of memory. */
static char *text_of(struct report *r, const struct event *e)
{
	cleanup_done(buf_done) struct buf text = {0};

	if (print_text(r->printer, e, &text) < 0 || buf_error(&text))
		return NULL;
	html_cut(&text, REPORT_TEXT_MAX);
	return buf_error(&text) ? NULL : strdup(buf_text(&text));
}

/* ---- the longest calls: a heap with the shortest of them on top ---- */

static bool shorter(const struct report_slow *a, const struct report_slow *b)
{
	if (a->duration != b->duration)
		return a->duration < b->duration;
	return a->seq != b->seq ? a->seq > b->seq : a->tid > b->tid;
}

static void swap(struct report_slow *a, struct report_slow *b)
{
	struct report_slow t = *a;

	*a = *b;
	*b = t;
}

static void sift_up(struct report_slow *heap, size_t i)
{
	for (; i && shorter(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
}

static void sift_down(struct report_slow *heap, size_t count)
{
	for (size_t i = 0, child; (child = 2 * i + 1) < count; i = child) {
		if (child + 1 < count && shorter(&heap[child + 1], &heap[child]))
			child++;
		if (!shorter(&heap[child], &heap[i]))
			break;
		swap(&heap[i], &heap[child]);
	}
}

static bool is_slow(const struct report *r, const struct report_slow *new)
{
	return r->slow_count < REPORT_SLOW_MAX || shorter(&r->slow[0], new);
}

/* @new: with a text of its own, which is taken over. */
static void add_slow(struct report *r, const struct report_slow *new)
{
	if (r->slow_count < REPORT_SLOW_MAX) {
		r->slow[r->slow_count] = *new;
		sift_up(r->slow, r->slow_count++);
		return;
	}
	free(r->slow[0].text);
	r->slow[0] = *new;
	sift_down(r->slow, r->slow_count);
}

static int take_slow(struct report *r, const struct event *e, uint32_t lane, uint64_t begin)
{
	struct report_slow new = {.seq = e->call.begun_seq ? e->call.begun_seq : e->seq,
				  .begin = begin,
				  .duration = e->call.duration,
				  .lane = lane,
				  .pid = e->pid,
				  .tid = e->tid,
				  .error = event_errno(&e->call)};

	if (!is_slow(r, &new))
		return 0;
	new.text = text_of(r, e);
	if (!new.text)
		return -ENOMEM;
	add_slow(r, &new);
	return 0;
}

/* ---- events ---- */

static int take_call(struct report *r, const struct event *e, struct report_lane *lane)
{
	const uint64_t begin = event_begin_time(e);
	struct report_bin *bin;
	uint32_t process = lane->process;

	lane->in_call = e->kind != EVENT_END && e->call.state != EVENT_FINISHED;
	lane->since = begin;
	if (e->kind != EVENT_END) {
		bin = &lane->bins[bin_of(r, begin)];
		bin->calls++;
		lane->calls++;
	}
	if (e->kind == EVENT_BEGUN || e->call.state != EVENT_FINISHED)
		return 0;
	if (event_errno(&e->call)) {
		bin = &lane->bins[bin_of(r, begin)];
		bin->failed++;
		lane->failed++;
	}
	spread(r, lane, begin, e->call.duration);
	lane->inside += e->call.duration;
	if (begin + e->call.duration > lane->last)
		lane->last = begin + e->call.duration;
	if (add_inside(r, process, e->call.duration) < 0)
		return -ENOMEM;
	return take_slow(r, e, (uint32_t)(lane - r->lanes), begin);
}

static int take_mark(struct report *r, const struct event *e, uint32_t lane,
		     enum report_mark_kind kind)
{
	struct report_mark *m = &r->marks[r->marks_total];

	if (r->mark_count[kind] == REPORT_MARKS_MAX) {
		r->marks_refused[kind]++;
		return 0;
	}
	*m = (struct report_mark){
		.kind = (uint8_t)kind, .lane = lane, .pid = e->pid, .tid = e->tid, .time = e->time};
	m->text = text_of(r, e);
	if (!m->text)
		return -ENOMEM;
	r->mark_count[kind]++;
	r->marks_total++;
	return 0;
}

static int take_event(struct report *r, const struct event *e)
{
	struct report_lane *lane = lane_of(r, e);
	uint32_t index;

	if (!lane)
		return -ENOMEM;
	index = (uint32_t)(lane - r->lanes);
	if (e->time > lane->last)
		lane->last = e->time;
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
		return take_call(r, e, lane);
	case EVENT_EXEC:
		return take_mark(r, e, index, REPORT_EXEC);
	case EVENT_SIGNAL:
		return take_mark(r, e, index, REPORT_SIGNAL);
	case EVENT_EXIT:
		return e->exit.process && e->exit.status ? take_mark(r, e, index, REPORT_BAD_END)
							 : 0;
	default:
		return 0;
	}
}

static void tell_printer(struct report *r, const struct trace_item *item)
{
	if (item->kind == ITEM_HEADER)
		printer_header(r->printer, item->header);
	if (item->kind == ITEM_SNAPSHOT)
		printer_snapshot(r->printer, item->snapshot);
}

int report_pass(struct report *r, const struct trace_item *item)
{
	tell_printer(r, item);
	return overview_pass(&r->overview, item);
}

int report_take(struct report *r, const struct trace_item *item)
{
	int status = overview_take(&r->overview, item);

	tell_printer(r, item);
	if (status < 0 || item->kind != ITEM_EVENT)
		return status;
	return take_event(r, item->event);
}

static int by_duration(const void *a, const void *b)
{
	return shorter(a, b) ? 1 : -1;
}

/* ---- the end ---- */

/* A thread went into a call and did not come back: it was in it until its process ended, or the
 * tape. */
static int take_waiting(struct report *r, const struct hang *h)
{
	const struct process *p = &r->overview.processes.list[h->process - 1];
	uint64_t end = p->over ? p->ended : r->overview.info.last_time;
	uintptr_t at = (uintptr_t)map_get(&r->threads, h->tid);
	struct report_slow new = {
		.seq = UINT64_MAX, .begin = h->time, .pid = p->pid, .tid = h->tid};
	struct report_lane *lane;

	if (!at || r->lanes[at - 1].process != h->process || end <= h->time)
		return 0;
	if (!r->lanes[at - 1].in_call || r->lanes[at - 1].since != h->time)
		return 0;
	new.lane = report_lane_of(r, (uint32_t)at - 1);
	new.duration = end - h->time;
	lane = &r->lanes[new.lane];
	lane->last = end > lane->last ? end : lane->last;
	spread(r, lane, h->time, new.duration);
	if (!is_slow(r, &new))
		return 0;
	new.text = strdup(h->call);
	if (!new.text)
		return -ENOMEM;
	add_slow(r, &new);
	return 0;
}

static int take_all_waiting(struct report *r)
{
	const struct hang *h;

	for (size_t at = 0; (h = map_next(&r->overview.causes.hangs.threads, &at)) != NULL;) {
		if (!h->until && h->process && h->call && take_waiting(r, h) < 0)
			return -ENOMEM;
	}
	return 0;
}

int report_end(struct report *r)
{
	if (take_all_waiting(r) < 0)
		return -ENOMEM;
	qsort(r->slow, r->slow_count, sizeof(r->slow[0]), by_duration);
	if (r->lane_count > REPORT_LANES_EASY && report_fold(r, r->overview.info.last_time) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->slow_count; i++)
		r->slow[i].lane = report_lane_of(r, r->slow[i].lane);
	for (size_t i = 0; i < r->marks_total; i++)
		r->marks[i].lane = report_lane_of(r, r->marks[i].lane);
	if (searches_end(&r->overview.files.searches) < 0)
		return -ENOMEM;
	if (overview_end(&r->overview) < 0)
		return -ENOMEM;
	return net_end(&r->overview.net, NET_BY_BYTES);
}

void report_done(struct report *r)
{
	for (size_t i = 0; i < r->lane_count; i++)
		free(r->lanes[i].bins);
	for (size_t i = 0; i < r->slow_count; i++)
		free(r->slow[i].text);
	for (size_t i = 0; i < r->marks_total; i++)
		free(r->marks[i].text);
	free(r->lanes);
	free(r->marks);
	free(r->inside);
	map_done(&r->threads);
	overview_done(&r->overview);
	buf_done(&r->part);
	printer_free(r->printer);
	*r = (struct report){0};
}

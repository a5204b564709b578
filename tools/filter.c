/* SPDX-License-Identifier: Apache-2.0 */
#include "filter.h"

#include "base/err.h"
#include "format/container/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HIDDEN_MAX = 1 << 16 }; /* calls in flight at a time: a tape may say anything */

int filter_trace(struct filter *f, const char *expression, struct err *err)
{
	sys_choice_done(&f->chosen);
	f->selects = true;
	return sys_choice_parse(expression, &f->chosen, err);
}

int filter_pids(struct filter *f, const char *list, struct err *err)
{
	const char *at = list;

	while (*at) {
		char *end;
		unsigned long pid = strtoul(at, &end, 10);

		if (end == at || (*end && *end != ',') || pid > UINT32_MAX)
			return err_set(err, EINVAL, "'%s' is no list of process numbers", list);
		if (map_put(&f->pids, pid, f) < 0)
			return err_set(err, ENOMEM, "out of memory");
		at = *end ? end + 1 : end;
	}
	return 0;
}

static bool seconds(const char *text, const char *end, uint64_t *ret)
{
	char copy[64], *stop;
	double value;

	if (text == end)
		return true;
	if ((size_t)(end - text) >= sizeof(copy))
		return false;
	/* The dot behind it may be one of the range. */
	memcpy(copy, text, (size_t)(end - text));
	copy[end - text] = '\0';
	value = strtod(copy, &stop);
	if (*stop || !(value >= 0 && value < 1e9))
		return false;
	*ret = (uint64_t)(value * 1e9);
	return true;
}

int filter_time(struct filter *f, const char *range, struct err *err)
{
	const char *dots = strstr(range, "..");

	if (!dots || !seconds(range, dots, &f->from) ||
	    !seconds(dots + 2, dots + 2 + strlen(dots + 2), &f->until))
		return err_set(err, EINVAL, "'%s' is no time range; use A..B in seconds", range);
	return 0;
}

bool filter_chooses(const struct filter *f)
{
	return f->selects || f->pids.count || f->from || f->until;
}

/* What is said in words that we do not know hides nothing. */
static void take_header(struct filter *f, const struct meta_header *h)
{
	int r = 0;

	map_done(&f->tape_pids);
	for (size_t i = 0; i < h->shown_pid_count; i++) {
		if (map_put(&f->tape_pids, h->shown_pids[i], f) < 0)
			f->failed = -ENOMEM;
	}
	if (f->selects)
		return;
	sys_choice_done(&f->chosen);
	map_done(&f->hidden);
	if (*h->trace_set)
		r = sys_choice_parse_plain(h->trace_set, &f->chosen, NULL);
	f->recorder_selects = *h->trace_set && r == 0;
	if (r == -ENOMEM)
		f->failed = r;
}

static void hide(struct filter *f, uint64_t begun)
{
	if (f->hidden.count < HIDDEN_MAX && map_put(&f->hidden, begun, f) < 0)
		f->failed = -ENOMEM;
}

/* Calls that began on the part before. */
static void take_snapshot(struct filter *f, const struct meta_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->process_count; i++) {
		const struct meta_process *p = &snapshot->processes[i];

		for (size_t k = 0; k < p->in_flight_count; k++) {
			const struct meta_in_flight *call = &p->in_flight[k];

			if (call->seq && !sys_choice_has(&f->chosen, call->arch, call->nr, NULL))
				hide(f, call->seq);
		}
	}
}

void filter_take(struct filter *f, const struct trace_item *item)
{
	if (item->kind == ITEM_HEADER)
		take_header(f, item->header);
	if (item->kind == ITEM_SNAPSHOT && f->unordered && (f->selects || f->recorder_selects))
		take_snapshot(f, item->snapshot);
}

/* In an unordered stream the second half of a call does not say which it is of, and neither half
 * has arguments. */
static bool is_chosen_unordered(struct filter *f, const struct event *e)
{
	if (e->kind == EVENT_END)
		return !map_remove(&f->hidden, e->call.begun_seq);
	if (sys_choice_has(&f->chosen, e->call.arch, e->call.nr, NULL))
		return true;
	if (e->kind == EVENT_BEGUN)
		hide(f, e->seq);
	return false;
}

static bool is_chosen(struct filter *f, const struct event *e)
{
	if (!f->selects && !f->recorder_selects)
		return true;
	if (f->unordered)
		return is_chosen_unordered(f, e);
	return sys_choice_has(&f->chosen, e->call.arch, e->call.nr, e->call.args);
}

bool filter_is_behind(const struct filter *f, const struct event *e)
{
	return f->until && e->time > f->until;
}

bool filter_shows(struct filter *f, const struct event *e)
{
	const struct map *pids = f->pids.count ? &f->pids : &f->tape_pids;

	if (e->time < f->from || filter_is_behind(f, e))
		return false;
	if (pids->count && !map_get(pids, e->pid) && !map_get(pids, e->tid))
		return false;
	return !event_is_call(e) || is_chosen(f, e);
}

bool filter_passes(struct filter *f, const struct trace_item *item)
{
	filter_take(f, item);
	return item->kind != ITEM_EVENT || filter_shows(f, item->event);
}

void filter_bound(const struct filter *f, bool past, struct trace_stream_options *ret)
{
	ret->from_time = past ? f->from : 0;
	ret->until_time = f->until;
}

void filter_done(struct filter *f)
{
	sys_choice_done(&f->chosen);
	map_done(&f->hidden);
	map_done(&f->pids);
	map_done(&f->tape_pids);
}

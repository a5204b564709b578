/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyze state: the world at one place of the tape. The place is an event, whose call is in
 * flight when it is the call's entry and is over when it is its exit, or a time.
 */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/print/print.h"
#include "replayer/query/moment.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct state_run {
	struct filter filter; /* its pids */
	uint64_t seq, time;   /* the place; UINT64_MAX: the end */
	bool maps, json;
	struct state *state;
	struct printer *printer;
	uint64_t last_seq, last_time; /* of what was taken */
	bool any;                     /* there is a tape to be told of */
	bool beyond;                  /* one ended before the place */
	bool empty;                   /* nobody was left at the end of the last */
	int failed;
	struct buf out;
};

/* A tape begins. */
static int begin(struct state_run *run)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
					      .names = PRINT_NAMES_ALL};

	run->state = state_free(run->state);
	run->printer = printer_free(run->printer);
	run->last_seq = run->last_time = 0;
	run->state = state_new_with(STATE_ALL);
	run->printer = printer_new(&options);
	if (!run->state || !run->printer)
		return -ENOMEM;
	printer_state(run->printer, run->state);
	run->any = true;
	return 0;
}

static int tell(struct state_run *run)
{
	cleanup_done(moment_done) struct moment m = {.state = run->state,
						     .printer = run->printer,
						     .seq = run->seq,
						     .time = run->time,
						     .pids = &run->filter.pids,
						     .maps = run->maps};
	int r = state_advance(run->state, run->seq, run->time);

	if (run->seq == UINT64_MAX)
		m.seq = run->last_seq;
	if (run->time == UINT64_MAX)
		m.time = run->last_time;
	if (r == 0)
		r = moment_fill(&m);
	if (r == 0)
		r = run->json ? moment_json(&m, &run->out) : moment_say(&m, &run->out);
	if (run->json)
		buf_char(&run->out, '\n');
	run->empty = !moment_next(&m, NULL) && run->seq == UINT64_MAX && run->time == UINT64_MAX;
	return r;
}

/* The tape ends, or the place is reached. */
static void finish(struct state_run *run, bool reached)
{
	if (!run->any || run->failed < 0)
		return;
	run->any = false;
	run->beyond |= !reached && run->seq != UINT64_MAX && run->last_seq < run->seq;
	run->beyond |= !reached && run->time != UINT64_MAX && run->last_time < run->time;
	run->failed = tell(run);
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Whether the event lies behind the place. */
static bool is_behind(const struct state_run *run, const struct event *e)
{
	return e->seq > run->seq || e->time > run->time;
}

static void note_place(struct state_run *run, const struct event *e)
{
	uint64_t seq = e->seq, time = e->time;

	if (e->kind == EVENT_CALL && e->call.state == EVENT_FINISHED) {
		seq = greater(seq, e->call.end_seq);
		time += e->call.duration;
	}
	/* An exit behind the place has not happened. */
	run->last_seq = greater(run->last_seq, seq <= run->seq ? seq : e->seq);
	run->last_time =
		greater(run->last_time, time <= run->time && seq <= run->seq ? time : e->time);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct state_run *run = context;
	int r = 0;

	if (item->kind == ITEM_HEADER) {
		finish(run, false);
		r = begin(run);
		if (r == 0)
			printer_header(run->printer, item->header);
	} else if (!run->any) {
		r = begin(run);
	}
	if (r == 0 && item->kind == ITEM_EVENT && is_behind(run, item->event)) {
		finish(run, true);
		r = run->failed;
		if (r == 0)
			return opts_put(&run->out) ? OPTS_ENOUGH : -EPIPE;
	}
	if (r == 0 && item->kind == ITEM_EVENT)
		note_place(run, item->event);
	if (r == 0)
		r = state_take(run->state, item);
	if (r < 0 || run->failed < 0) {
		/* There is nothing to be told of what was understood in part. */
		run->any = false;
		run->failed = 0;
		buf_clear(&run->out);
		return err_set(err, ENOMEM, "out of memory");
	}
	return opts_put(&run->out) ? 0 : -EPIPE;
}

/* ---- options ---- */

/* 12 is an event; 1.5, 12s and 1.5s are times. */
static int parse_place(struct state_run *run, const char *text, struct err *err)
{
	size_t digits = strspn(text, "0123456789");
	const char *at = text + digits;
	uint64_t whole, fraction = 0, unit = 1000000000;

	errno = 0;
	whole = strtoull(text, NULL, 10);
	if (!digits || errno || whole > UINT64_MAX / 1000000000 - 1)
		return err_set(err, EINVAL, "'%s' is no place; use an event's number, or seconds",
			       text);
	if (!*at) {
		run->seq = whole;
		return 0;
	}
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++) {
			unit /= 10;
			fraction += (uint64_t)(*at - '0') * unit;
		}
	}
	at += *at == 's';
	if (*at)
		return err_set(err, EINVAL, "'%s' is no place; use an event's number, or seconds",
			       text);
	run->time = whole * 1000000000 + fraction;
	return 0;
}

static int apply(struct state_run *run, int option, char **argv)
{
	struct err err = {0};
	int r = 0;

	if (option == 'j')
		run->json = true;
	else if (option == 'm')
		run->maps = true;
	else if (option == 'p')
		r = filter_pids(&run->filter, optarg, &err);
	else if (option == 'a')
		r = parse_place(run, optarg, &err);
	else
		return opts_bad_option(option, argv);
	return r < 0 ? opts_complain("%s", err_text(&err)) : 0;
}

static void state_run_done(struct state_run *run)
{
	filter_done(&run->filter);
	printer_free(run->printer);
	state_free(run->state);
}

int verb_state(int argc, char **argv)
{
	static const struct option longs[] = {{"at", required_argument, NULL, 'a'},
					      {"pid", required_argument, NULL, 'p'},
					      {"maps", no_argument, NULL, 'm'},
					      {"json", no_argument, NULL, 'j'},
					      {0}};
	const struct trace_stream_options options = {0};
	cleanup_done(state_run_done) struct state_run run = {.seq = UINT64_MAX, .time = UINT64_MAX};
	int option, status = 0;

	while (!status && (option = getopt_long(argc, argv, ":", longs, NULL)) != -1)
		status = apply(&run, option, argv);
	if (status)
		return status;
	status = opts_for_each_item(argv + optind, &options, take, &run);
	if (!opts_input_failed())
		finish(&run, false);
	if (run.empty)
		opts_complain("no process is left at the end of the tape; name a place with --at");
	if (run.beyond)
		status = opts_complain("the tape ends before that: this is its end");
	return opts_end(&run.out, run.failed, status);
}

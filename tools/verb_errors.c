/* SPDX-License-Identifier: Apache-2.0 */
/* analyze errors: the calls that failed, those that matter first. */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/errors.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <getopt.h>

struct errors_run {
	struct filter filter;
	struct state *state; /* NULL: no tape has begun */
	struct processes processes;
	struct failures failures;
	struct errors_style style;
	bool json;
	int failed; /* -ENOMEM while telling */
	size_t told;
	struct buf out;
};

static void end_tape(struct errors_run *run)
{
	failures_done(&run->failures);
	processes_done(&run->processes);
	run->state = state_free(run->state);
}

/* A second tape in the file, or the next file: the one before is told first. */
static void finish(struct errors_run *run)
{
	if (run->state && !run->failed) {
		if (run->told++ && !run->json)
			buf_char(&run->out, '\n');
		run->failed = run->json ? errors_json(&run->failures, &run->processes, &run->out)
					: errors_say(&run->failures, &run->processes, &run->style,
						     &run->out);
		if (run->json)
			buf_char(&run->out, '\n');
	}
	end_tape(run);
}

static void errors_run_done(struct errors_run *run)
{
	end_tape(run);
	filter_done(&run->filter);
}

/* Failures belong to ends: those of processes that are shown. */
static bool is_wanted(struct errors_run *run, const struct trace_item *item)
{
	return item->kind == ITEM_EVENT && filter_shows(&run->filter, item->event);
}

static int take_item(struct errors_run *run, const struct trace_item *item)
{
	int r;

	if (!run->state)
		run->state = state_new();
	if (!run->state)
		return -ENOMEM;
	run->failures.state = run->state;
	filter_take(&run->filter, item);
	r = state_take(run->state, item);
	if (r == 0)
		r = processes_take(&run->processes, item);
	if (r == 0 && is_wanted(run, item))
		r = failures_take(&run->failures, &run->processes, item->event);
	return r;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct errors_run *run = context;

	if (item->kind == ITEM_HEADER)
		finish(run);
	if (run->failed || take_item(run, item) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

int verb_errors(int argc, char **argv)
{
	static const struct option longs[] = {
		{"all", no_argument, NULL, 'a'},         {"json", no_argument, NULL, 'j'},
		{"pid", required_argument, NULL, 'p'},   {"time", required_argument, NULL, 't'},
		{"trace", required_argument, NULL, 'e'}, {0}};
	const struct trace_stream_options options = {0};
	cleanup_done(errors_run_done) struct errors_run run = {.json = false};
	struct err err = {0};
	int option, status, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		if (option == 'a')
			run.style.all = true;
		else if (option == 'j')
			run.json = true;
		else if (option == 'e')
			r = filter_trace(&run.filter, optarg, &err);
		else if (option == 'p')
			r = filter_pids(&run.filter, optarg, &err);
		else if (option == 't')
			r = filter_time(&run.filter, optarg, &err);
		else
			return opts_bad_option(option, argv);
	}
	if (r < 0)
		return opts_complain("%s", err_text(&err));
	status = opts_for_each_item(argv + optind, &options, take, &run);
	finish(&run);
	return opts_end(&run.out, run.failed, status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze report: one HTML page about a tape. */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/report/page.h"

#include <errno.h>
#include <getopt.h>

struct report_run {
	struct report report;
	struct filter filter;
	bool any;  /* there is something to tell of */
	bool more; /* a second tape, which is not told of */
	struct buf out;
};

static void report_run_done(struct report_run *run)
{
	report_done(&run->report);
	filter_done(&run->filter);
}

/* Who it was is said as it was then, whether or not more can be read. */
static bool is_behind(struct report_run *run, const struct trace_item *item)
{
	const uint64_t until = run->filter.until;
	const bool behind = item->kind == ITEM_EVENT && filter_is_behind(&run->filter, item->event);

	/* Of what was not read the trailer tells. */
	if (behind || (until && item->kind == ITEM_TRAILER && item->trailer->duration > until))
		run->report.overview.until = until;
	return behind;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct report_run *run = context;

	if (item->kind == ITEM_HEADER && run->any)
		run->more = true;
	if (run->more || is_behind(run, item))
		return 0;
	run->any = true;
	if ((filter_passes(&run->filter, item) ? report_take : report_pass)(&run->report, item) <
		    0 ||
	    run->filter.failed)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

static int tell(struct report_run *run, char **paths)
{
	struct trace_stream_options options = {0};
	int failed = 0, status;

	filter_bound(&run->filter, false, &options);
	status = opts_for_each_item(paths, &options, take, run);
	if (run->more)
		status = opts_complain("a page is about one tape: the first one is told");
	if (run->any) {
		failed = report_end(&run->report);
		if (!failed)
			failed = report_page(&run->report, &run->out);
	}
	return opts_end(&run->out, failed, status);
}

/* What was chosen stands on the page. */
static void note(struct report_run *run, const char *what)
{
	struct buf *part = &run->report.part;

	buf_printf(part, "%s%s %s", part->size ? ", " : "", what, optarg);
}

static int apply(struct report_run *run, int option, struct err *err)
{
	switch (option) {
	case 'o':
		return opts_output_to(optarg, err);
	case 'e':
		note(run, "-e");
		return filter_trace(&run->filter, optarg, err);
	case 'p':
		note(run, "--pid");
		return filter_pids(&run->filter, optarg, err);
	default:
		note(run, "--time");
		return filter_time(&run->filter, optarg, err);
	}
}

int verb_report(int argc, char **argv)
{
	static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
					      {"trace", required_argument, NULL, 'e'},
					      {"pid", required_argument, NULL, 'p'},
					      {"time", required_argument, NULL, 'm'},
					      {0}};
	cleanup_done(report_run_done) struct report_run run = {.any = false};
	struct err err = {0};
	int option, r;

	if (report_init(&run.report) < 0)
		return opts_complain("out of memory");
	while ((option = getopt_long(argc, argv, ":o:e:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		r = apply(&run, option, &err);
		if (r < 0)
			return opts_complain("%s", err_text(&err));
	}
	return tell(&run, argv + optind);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze overview, and analyze without a verb: one screen about a tape. */
#include "filter_options.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/overview.h"

#include <errno.h>

struct overview_run {
	struct overview overview;
	struct filter filter;
	int json; /* as getopt_long() sets it */
	bool any;
	size_t told;
	int failed; /* -ENOMEM while telling */
	struct buf out;
};

/* A second tape in the file, or the next file: the one before is told first. */
static void finish(struct overview_run *run)
{
	struct overview *o = &run->overview;

	if (run->any && !run->failed) {
		run->failed = overview_end(o);
		if (run->told++ && !run->json)
			buf_char(&run->out, '\n');
		if (!run->failed)
			run->failed = run->json ? overview_json(o, &run->out)
						: overview_say(o, opts_colour(), &run->out);
	}
	overview_done(o);
	run->any = false;
}

static void overview_run_done(struct overview_run *run)
{
	filter_done(&run->filter);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct overview_run *run = context;

	if (item->kind == ITEM_HEADER)
		finish(run);
	if (run->failed || (!run->any && overview_init(&run->overview, NET_CONNECTIONS) < 0))
		return err_set(err, ENOMEM, "out of memory");
	run->any = true;
	if ((filter_passes(&run->filter, item) ? overview_take : overview_pass)(&run->overview,
										item) < 0 ||
	    run->filter.failed)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

int verb_overview(int argc, char **argv)
{
	const struct trace_stream_options options = {0};
	cleanup_done(overview_run_done) struct overview_run run = {.json = 0};
	const struct option longs[] = {
		{"json", no_argument, &run.json, 1}, FILTER_OPTION_TRACE, {0}};
	int status;

	status = filter_options(&run.filter, argc, argv, longs);
	if (status)
		return status;
	status = opts_for_each_item(argv + optind, &options, take, &run);
	finish(&run);
	return opts_end(&run.out, run.failed, status);
}

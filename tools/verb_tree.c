/* SPDX-License-Identifier: Apache-2.0 */
/* analyze tree: which process started which. */
#include "filter_options.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/tree.h"

#include <errno.h>

struct tree_run {
	struct filter filter;
	struct processes processes;
	struct tree_style style;
	int json;   /* as getopt_long() sets it */
	int failed; /* -ENOMEM while telling */
	struct buf out;
};

/* A second tape in the file, or the next file: the one before is told first. */
static void finish(struct tree_run *run)
{
	if (run->processes.count && run->json) {
		run->failed = tree_json(&run->processes, &run->out);
		buf_char(&run->out, '\n');
	} else if (run->processes.count) {
		run->failed = tree_say(&run->processes, &run->style, &run->out);
	}
	processes_done(&run->processes);
}

static void tree_run_done(struct tree_run *run)
{
	filter_done(&run->filter);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct tree_run *run = context;

	if (item->kind == ITEM_HEADER)
		finish(run);
	if (!filter_passes(&run->filter, item) && !run->filter.failed)
		return 0;
	if (run->filter.failed || run->failed < 0 || processes_take(&run->processes, item) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

int verb_tree(int argc, char **argv)
{
	const struct trace_stream_options options = {0};
	cleanup_done(tree_run_done) struct tree_run run = {.style = {.colour = opts_colour()}};
	int fold = 0, status;
	const struct option longs[] = {{"json", no_argument, &run.json, 1},
				       {"fold", no_argument, &fold, 1},
				       FILTER_OPTION_TRACE,
				       {0}};

	status = filter_options(&run.filter, argc, argv, longs);
	if (status)
		return status;
	run.style.fold = fold;
	status = opts_for_each_item(argv + optind, &options, take, &run);
	finish(&run);
	return opts_end(&run.out, run.failed, status);
}

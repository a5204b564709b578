/* SPDX-License-Identifier: Apache-2.0 */
/* analyze tree: which process started which. */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/tree.h"

#include <errno.h>
#include <getopt.h>

struct tree_run {
	struct filter filter;
	struct processes processes;
	struct tree_style style;
	bool json;
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
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
					      {"fold", no_argument, NULL, 'f'},
					      {"trace", required_argument, NULL, 'e'},
					      {0}};
	const struct trace_stream_options options = {0};
	cleanup_done(tree_run_done) struct tree_run run = {.style = {.colour = opts_colour()}};
	struct err err = {0};
	int option, status;

	while ((option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		if (option == 'j')
			run.json = true;
		else if (option == 'f')
			run.style.fold = true;
		else if (option != 'e')
			return opts_bad_option(option, argv);
		else if (filter_trace(&run.filter, optarg, &err) < 0)
			return opts_complain("%s", err_text(&err));
	}
	status = opts_for_each_item(argv + optind, &options, take, &run);
	finish(&run);
	return opts_end(&run.out, run.failed, status);
}

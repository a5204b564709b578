/* SPDX-License-Identifier: Apache-2.0 */
/* analyze tree: which process started which. */
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/tree.h"

#include <errno.h>
#include <getopt.h>

struct tree_run {
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

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct tree_run *run = context;

	if (item->kind == ITEM_HEADER)
		finish(run);
	if (run->failed < 0 || processes_take(&run->processes, item) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

int verb_tree(int argc, char **argv)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'}, {"fold", no_argument, NULL, 'f'}, {0}};
	const struct trace_stream_options options = {0};
	struct tree_run run = {.style = {.colour = opts_colour()}};
	int option, status;

	while ((option = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (option == 'j')
			run.json = true;
		else if (option == 'f')
			run.style.fold = true;
		else
			return opts_bad_option(option, argv);
	}
	status = opts_for_each_item(argv + optind, &options, take, &run);
	finish(&run);
	return opts_end(&run.out, run.failed, status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze info: what a maintainer asks of a tape before reading it. */
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/info.h"

#include <errno.h>
#include <getopt.h>

struct info_run {
	struct info info;
	enum info_style style;
	struct buf out;
};

/* A second tape in the file, or the next file: the one before is told first. */
static void finish(struct info_run *run)
{
	if (run->info.any)
		info_say(&run->info, run->style, &run->out);
	info_done(&run->info);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct info_run *run = context;

	if (item->kind == ITEM_HEADER)
		finish(run);
	if (info_take(&run->info, item) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

int verb_info(int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
					      {"markdown", no_argument, NULL, 'm'},
					      {"environment", no_argument, NULL, 'e'},
					      {0}};
	const struct trace_stream_options options = {.unordered = true};
	struct info_run run = {.style = INFO_TEXT};
	int option, status;

	while ((option = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (option == 'j')
			run.style = INFO_JSON;
		else if (option == 'm')
			run.style = INFO_MARKDOWN;
		else if (option == 'e')
			run.info.values = true;
		else
			return opts_bad_option(option, argv);
	}
	status = opts_for_each_item(argv + optind, &options, take, &run);
	finish(&run);
	return opts_end(&run.out, 0, status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze net: everybody whom the processes talked to. */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/net.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

struct net_run {
	struct filter filter;
	struct state *state; /* NULL: no tape has begun */
	struct processes processes;
	struct net net;
	struct net_style style;
	bool json;
	int failed; /* -ENOMEM while telling */
	size_t told;
	struct buf out;
};

static void end_tape(struct net_run *run)
{
	net_done(&run->net);
	processes_done(&run->processes);
	run->state = state_free(run->state);
}

/* A second tape in the file, or the next file: the one before is told first. */
static void finish(struct net_run *run)
{
	if (run->state && !run->failed) {
		if (run->told++ && !run->json)
			buf_char(&run->out, '\n');
		net_end(&run->net, run->style.sort);
		run->failed = run->json
				      ? net_json(&run->net, &run->processes, &run->out)
				      : net_say(&run->net, &run->processes, &run->style, &run->out);
		if (run->json)
			buf_char(&run->out, '\n');
	}
	end_tape(run);
}

static void net_run_done(struct net_run *run)
{
	end_tape(run);
	filter_done(&run->filter);
}

static int begin(struct net_run *run)
{
	run->state = state_new();
	return run->state ? net_init(&run->net) : -ENOMEM;
}

static int take_item(struct net_run *run, const struct trace_item *item)
{
	int r = run->state ? 0 : begin(run);

	filter_take(&run->filter, item);
	if (r == 0)
		r = state_take(run->state, item);
	if (r == 0)
		r = processes_take(&run->processes, item);
	if (r == 0 && item->kind == ITEM_EVENT && filter_shows(&run->filter, item->event))
		r = net_take(&run->net, run->state, &run->processes, item->event);
	return r;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct net_run *run = context;

	if (item->kind == ITEM_HEADER)
		finish(run);
	if (run->failed || take_item(run, item) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

static bool parse_sort(const char *word, enum net_sort *ret)
{
	static const char *const words[] = {
		[NET_BY_BYTES] = "bytes", [NET_BY_TIME] = "time", [NET_BY_ERRORS] = "errors"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], word) == 0) {
			*ret = (enum net_sort)i;
			return true;
		}
	}
	return false;
}

static int parse(struct net_run *run, int option, char **argv)
{
	struct err err = {0};
	int r;

	switch (option) {
	case 'a':
		run->style.all = true;
		return 0;
	case 'j':
		run->json = true;
		return 0;
	case 's':
		return parse_sort(optarg, &run->style.sort)
			       ? 0
			       : opts_complain("cannot sort by '%s'; use bytes, time or errors",
					       optarg);
	case 'e':
		r = filter_trace(&run->filter, optarg, &err);
		break;
	case 'p':
		r = filter_pids(&run->filter, optarg, &err);
		break;
	case 't':
		r = filter_time(&run->filter, optarg, &err);
		break;
	default:
		return opts_bad_option(option, argv);
	}
	return r < 0 ? opts_complain("%s", err_text(&err)) : 0;
}

int verb_net(int argc, char **argv)
{
	static const struct option longs[] = {{"all", no_argument, NULL, 'a'},
					      {"json", no_argument, NULL, 'j'},
					      {"pid", required_argument, NULL, 'p'},
					      {"sort", required_argument, NULL, 's'},
					      {"time", required_argument, NULL, 't'},
					      {"trace", required_argument, NULL, 'e'},
					      {0}};
	const struct trace_stream_options options = {0};
	cleanup_done(net_run_done) struct net_run run = {.json = false};
	int option, status;

	while ((option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		int r = parse(&run, option, argv);

		if (r != 0)
			return r;
	}
	status = opts_for_each_item(argv + optind, &options, take, &run);
	finish(&run);
	return opts_end(&run.out, run.failed, status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze net: everybody whom the processes talked to. */
#include "query_verb.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/net.h"

#include <getopt.h>

struct net_run {
	struct net net;
	struct net_style style;
};

static int begin(void *context)
{
	struct net_run *run = context;

	return net_init(&run->net, NET_BYTES);
}

static int take(void *context, const struct state *s, struct processes *all, const struct event *e)
{
	struct net_run *run = context;

	return net_take(&run->net, s, all, e);
}

static int say(void *context, const struct processes *all, struct buf *ret)
{
	struct net_run *run = context;
	int r = net_end(&run->net, run->style.sort);

	return r < 0 ? r : net_say(&run->net, all, &run->style, ret);
}

static int json(void *context, const struct processes *all, struct buf *ret)
{
	struct net_run *run = context;
	int r = net_end(&run->net, run->style.sort);

	return r < 0 ? r : net_json(&run->net, all, ret);
}

static void done(void *context)
{
	struct net_run *run = context;

	net_done(&run->net);
}

static int set_order(struct net_run *run, const char *word)
{
	static const char *const words[] = {
		[NET_BY_BYTES] = "bytes", [NET_BY_TIME] = "time", [NET_BY_ERRORS] = "errors"};
	int place = query_verb_word(words, ARRAY_SIZE(words), word);

	if (place < 0)
		return opts_complain("cannot sort by '%s'; use bytes, time or errors", word);
	run->style.sort = (enum net_sort)place;
	return 0;
}

int verb_net(int argc, char **argv)
{
	static const struct query_ops ops = {begin, take, say, json, done};
	static const struct option longs[] = {{"all", no_argument, NULL, 'a'},
					      {"sort", required_argument, NULL, 's'},
					      QUERY_VERB_OPTIONS,
					      {0}};
	struct net_run run = {.style.all = false};
	cleanup_done(query_verb_done) struct query_verb verb = {&ops, &run};
	int option, status = 0;

	while (!status && (option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		if (option == 'a')
			run.style.all = true;
		else if (option == 's')
			status = set_order(&run, optarg);
		else
			status = query_verb_option(&verb, option, argv);
	}
	return status ? status : query_verb_run(&verb, argv + optind);
}

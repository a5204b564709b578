/* SPDX-License-Identifier: Apache-2.0 */
/* analyze errors: the calls that failed, those that matter first. */
#include "query_verb.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/errors.h"

#include <getopt.h>

struct errors_run {
	struct failures failures;
	struct errors_style style;
};

static int begin(void *context)
{
	(void)context;
	return 0;
}

/* Failures belong to ends: those of processes that are shown. */
static int take(void *context, const struct state *s, struct processes *all, const struct event *e)
{
	struct errors_run *run = context;

	run->failures.state = s;
	return failures_take(&run->failures, all, e);
}

static int say(void *context, const struct processes *all, struct buf *ret)
{
	struct errors_run *run = context;

	return errors_say(&run->failures, all, &run->style, ret);
}

static int json(void *context, const struct processes *all, struct buf *ret)
{
	struct errors_run *run = context;

	return errors_json(&run->failures, all, ret);
}

static void done(void *context)
{
	struct errors_run *run = context;

	failures_done(&run->failures);
}

int verb_errors(int argc, char **argv)
{
	static const struct query_ops ops = {begin, take, say, json, done};
	static const struct option longs[] = {
		{"all", no_argument, NULL, 'a'}, QUERY_VERB_OPTIONS, {0}};
	struct errors_run run = {.style.all = false};
	cleanup_done(query_verb_done) struct query_verb verb = {&ops, &run};
	int option, status = 0;

	while (!status && (option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		if (option == 'a')
			run.style.all = true;
		else
			status = query_verb_option(&verb, option, argv);
	}
	return status ? status : query_verb_run(&verb, argv + optind);
}

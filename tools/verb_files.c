/* SPDX-License-Identifier: Apache-2.0 */
/* analyze files: every path that was touched. */
#include "query_verb.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/query/files.h"

#include <getopt.h>

struct files_run {
	struct files files;
	struct files_style style;
	const char *below;
};

static int begin(void *context)
{
	struct files_run *run = context;

	return files_init(&run->files, run->below);
}

static int take(void *context, const struct state *s, struct processes *all, const struct event *e)
{
	struct files_run *run = context;

	return files_take(&run->files, s, all, e);
}

static int say(void *context, const struct processes *all, struct buf *ret)
{
	struct files_run *run = context;

	return files_say(&run->files, all, &run->style, ret);
}

static int json(void *context, const struct processes *all, struct buf *ret)
{
	struct files_run *run = context;

	return files_json(&run->files, all, &run->style, ret);
}

static void done(void *context)
{
	struct files_run *run = context;

	files_done(&run->files);
}

static int set_order(struct files_run *run, const char *word)
{
	static const char *const words[] = {[FILES_BY_BYTES] = "bytes",
					    [FILES_BY_PATH] = "path",
					    [FILES_BY_TIME] = "time",
					    [FILES_BY_ERRORS] = "errors"};
	int place = query_verb_word(words, ARRAY_SIZE(words), word);

	if (place < 0)
		return opts_complain("cannot sort by '%s'; use bytes, path, time or errors", word);
	run->style.sort = (enum files_sort)place;
	return 0;
}

/* 0, or the exit status after a complaint. */
static int apply(struct files_run *run, struct query_verb *verb, int option, char **argv)
{
	switch (option) {
	case 'a':
		run->style.all = true;
		return 0;
	case 'w':
		run->style.parts |= FILES_WRITTEN;
		return 0;
	case 'f':
		run->style.parts |= FILES_FAILED;
		return 0;
	case 'm':
		run->style.parts |= FILES_MISSING;
		return 0;
	case 'P':
		run->below = optarg;
		return 0;
	case 's':
		return set_order(run, optarg);
	default:
		return query_verb_option(verb, option, argv);
	}
}

int verb_files(int argc, char **argv)
{
	static const struct query_ops ops = {begin, take, say, json, done};
	static const struct option longs[] = {{"all", no_argument, NULL, 'a'},
					      {"failed", no_argument, NULL, 'f'},
					      {"missing", no_argument, NULL, 'm'},
					      {"sort", required_argument, NULL, 's'},
					      {"written", no_argument, NULL, 'w'},
					      QUERY_VERB_OPTIONS,
					      {0}};
	struct files_run run = {.below = NULL};
	cleanup_done(query_verb_done) struct query_verb verb = {&ops, &run};
	int option, status = 0;

	while (!status && (option = getopt_long(argc, argv, ":e:P:", longs, NULL)) != -1)
		status = apply(&run, &verb, option, argv);
	return status ? status : query_verb_run(&verb, argv + optind);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze cut: a part of a tape, as a tape. */
#include "filter.h"
#include "opts.h"
#include "tapefile.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "format/container/limits.h"
#include "replayer/export/cut.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHILDREN_MAX = 1 << 20, GENERATIONS_MAX = 16 };

struct cut_run {
	struct filter filter; /* what the options chose */
	uint64_t first, last;
	bool children;
	int level;
	const char *output;
	struct buf words; /* the options again, for people */
	struct buf set;   /* of -e, as a tape has it */
	struct cut *cut;
};

/* ---- options ---- */

static void add_words(struct cut_run *run, const char *option, const char *value)
{
	buf_printf(&run->words, "%s%s%s", run->words.size ? " " : "", option, value);
}

/* A..B, either may be missing. */
static int places(struct cut_run *run, const char *text, struct err *err)
{
	char *end = NULL;

	errno = 0;
	run->first = run->last = 0;
	if (*text >= '0' && *text <= '9')
		run->first = strtoull(text, &end, 10);
	else
		end = (char *)(uintptr_t)text;
	if (strncmp(end, "..", 2) == 0) {
		end += 2;
		if (*end >= '0' && *end <= '9')
			run->last = strtoull(end, &end, 10);
		if (!*end && !errno && (!run->last || run->first <= run->last))
			return 0;
	}
	return err_set(err, EINVAL, "'%s' is no range of events; use A..B", text);
}

static int apply(struct cut_run *run, int option, struct err *err)
{
	switch (option) {
	case 'o':
		run->output = optarg;
		return 0;
	case 'z':
		return opts_level(optarg, &run->level, err);
	case 'c':
		run->children = true;
		add_words(run, "--children", "");
		return 0;
	case 'p':
		add_words(run, "--pid=", optarg);
		return filter_pids(&run->filter, optarg, err);
	case 'm':
		add_words(run, "--time=", optarg);
		return filter_time(&run->filter, optarg, err);
	case 'n':
		add_words(run, "--events=", optarg);
		return places(run, optarg, err);
	default:
		add_words(run, "-e ", optarg);
		buf_clear(&run->set);
		if (filter_trace(&run->filter, optarg, err) < 0)
			return err->code;
		return sys_choice_plain(optarg, &run->set, err);
	}
}

/* ---- descendants ---- */

static int add_child(struct cut_run *run, uint32_t parent, uint32_t child)
{
	struct map *pids = &run->filter.pids;

	if (!map_get(pids, parent) || map_get(pids, child) || pids->count > CHILDREN_MAX)
		return 0;
	return map_put(pids, child, run);
}

static int take_children(void *context, const struct trace_item *item, struct err *err)
{
	struct cut_run *run = context;
	int r = 0;

	if (item->kind == ITEM_EVENT && item->event->kind == EVENT_FORK &&
	    item->event->fork.creator_known)
		r = add_child(run, item->event->pid, item->event->fork.child_pid);
	/* Parents come first, or nearly. */
	for (size_t pass = 0; item->kind == ITEM_SNAPSHOT && pass < GENERATIONS_MAX; pass++) {
		for (size_t k = 0; r == 0 && k < item->snapshot->process_count; k++)
			r = add_child(run, item->snapshot->processes[k].ppid,
				      item->snapshot->processes[k].pid);
	}
	return r < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* The header of a tape names them, so they must be known before: it is read twice. */
static int find_children(struct cut_run *run, char **paths)
{
	const struct trace_stream_options options = {0};

	if (!run->filter.pids.count)
		return opts_complain("--children is for --pid");
	if (strcmp(paths[0], "-") == 0)
		return opts_complain("--children reads the tape twice: from a file only");
	return opts_for_each_item(paths, &options, take_children, run);
}

/* ---- the tape ---- */

static int take(void *context, const struct trace_item *item, struct err *err)
{
	return cut_take(((struct cut_run *)context)->cut, item, err);
}

static int cut_to(struct cut_run *run, char **paths, int fd)
{
	struct trace_stream_options stream = {.until_seq = run->last};
	const struct cut_options options = {.calls = run->filter.selects ? &run->filter.chosen
									 : NULL,
					    .trace_set = buf_text(&run->set),
					    .pids = run->filter.pids,
					    .from = run->filter.from,
					    .until = run->filter.until,
					    .first = run->first,
					    .last = run->last,
					    .words = buf_text(&run->words),
					    .level = run->level,
					    .sink = sink_file(fd)};
	struct cut_totals totals = {0};
	struct err err = {0};
	bool failed;
	int status;

	run->cut = cut_new(&options);
	if (!run->cut)
		return opts_complain("out of memory");
	/* What is before is needed for the world that the part begins in. */
	filter_bound(&run->filter, false, &stream);
	status = opts_for_each_item(paths, &stream, take, run);
	/* Of a damaged tape there is what can be read; else what is missing is said nowhere. */
	failed = opts_input_failed();
	if (!failed && cut_finish(run->cut, &totals, &err) < 0)
		status = opts_complain("%s", err_text(&err));
	else if (!failed && !totals.chosen)
		status = opts_complain("%s: none of its events is chosen", paths[0]);
	if (!totals.chosen && strcmp(run->output, "-") != 0)
		unlink(run->output);
	return status;
}

static int cut_file(struct cut_run *run, char **paths)
{
	cleanup_close int fd = -1;
	struct err err = {0};
	struct stat st;
	int status;

	if (!paths[0])
		return opts_complain("no tape given; try 'analyze --help'");
	if (paths[1])
		return opts_complain("cut takes one tape at a time");
	if (!run->output)
		return opts_complain("cut needs -o FILE for the new tape");
	if (buf_error(&run->words) < 0 || buf_error(&run->set) < 0)
		return opts_complain("out of memory");
	if (!run->words.size)
		return opts_complain("cut what? --pid, --time, --events, -e trace=");
	if (stat(run->output, &st) == 0 && opts_same_file(paths[0], &st))
		return opts_complain("'%s' is the tape itself; name another file with -o",
				     run->output);
	if (run->children) {
		status = find_children(run, paths);
		if (status && !run->filter.pids.count)
			return status;
	}
	fd = tapefile_create(run->output, &err);
	if (fd < 0)
		return opts_complain("%s", err_text(&err));
	return cut_to(run, paths, fd);
}

static void cut_run_done(struct cut_run *run)
{
	filter_done(&run->filter);
	buf_done(&run->words);
	buf_done(&run->set);
	cut_free(run->cut);
}

int verb_cut(int argc, char **argv)
{
	static const struct option longs[] = {{"pid", required_argument, NULL, 'p'},
					      {"children", no_argument, NULL, 'c'},
					      {"time", required_argument, NULL, 'm'},
					      {"events", required_argument, NULL, 'n'},
					      {"trace", required_argument, NULL, 'e'},
					      {"output", required_argument, NULL, 'o'},
					      {0}};
	cleanup_done(cut_run_done) struct cut_run run = {.level = 0};
	struct err err = {0};
	int option;

	while ((option = getopt_long(argc, argv, ":e:o:z:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		if (apply(&run, option, &err) < 0)
			return opts_complain("%s", err_text(&err));
	}
	return cut_file(&run, argv + optind);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze export: a row for each format. */
#include "export_sql.h"
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/export/jsonl.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

struct export_run {
	struct filter filter;
	struct jsonl *jsonl;
	struct buf out;
};

static void export_done(struct export_run *run)
{
	filter_done(&run->filter);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct export_run *run = context;

	if (filter_passes(&run->filter, item) && jsonl_item(run->jsonl, item, &run->out) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

static int export_jsonl(struct export_run *run, char **paths)
{
	const struct trace_stream_options options = {0};
	int status;

	run->jsonl = jsonl_new();
	if (!run->jsonl)
		return opts_complain("out of memory");
	status = opts_for_each_item(paths, &options, take, run);
	jsonl_free(run->jsonl);
	return opts_end(&run->out, 0, status);
}

/* The value of --to, wherever it stands. */
static const char *format_of(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--to=", 5) == 0)
			return argv[i] + 5;
		if (strcmp(argv[i], "--to") == 0)
			return i + 1 < argc ? argv[i + 1] : NULL;
	}
	return NULL;
}

static int run_jsonl(int argc, char **argv)
{
	static const struct option longs[] = {{"to", required_argument, NULL, 'k'},
					      {"output", required_argument, NULL, 'o'},
					      {"trace", required_argument, NULL, 'e'},
					      {0}};
	cleanup_done(export_done) struct export_run run = {.jsonl = NULL};
	struct err err = {0};
	int option, r;

	while ((option = getopt_long(argc, argv, ":o:e:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		r = 0;
		if (option == 'o')
			r = opts_output_to(optarg, &err);
		else if (option == 'e')
			r = filter_trace(&run.filter, optarg, &err);
		if (r < 0)
			return opts_complain("%s", err_text(&err));
	}
	return export_jsonl(&run, argv + optind);
}

int verb_export(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} formats[] = {{"jsonl", run_jsonl},
		       {"strace", verb_print},
		       {"csv", export_csv},
		       {"sqlite", export_sqlite}};
	const char *format = format_of(argc, argv);

	if (!format)
		return opts_complain("export to what? --to jsonl, strace, csv or sqlite");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(formats[i].name, format) == 0)
			return formats[i].run(argc, argv);
	}
	return opts_complain("there is no format '%s'; use jsonl, strace, csv or sqlite", format);
}

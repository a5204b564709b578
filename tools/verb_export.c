/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyze export: those formats that are made as the tape is read have a row in
 * replayer/export/exporter.c; the others are verbs of their own.
 */
#include "export_sql.h"
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/export/exporter.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

struct export_run {
	const struct exporter *exporter;
	struct export_options options;
	struct filter filter;
	bool to_file; /* -o */
	void *x;
	struct buf out;
};

/* Those with options and ways of their own. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {{"strace", verb_print}, {"csv", export_csv}, {"sqlite", export_sqlite}};

static void export_done(struct export_run *run)
{
	filter_done(&run->filter);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct export_run *run = context;
	bool shown = filter_passes(&run->filter, item);

	if (run->filter.failed || run->exporter->item(run->x, item, shown, &run->out) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

/* Each line of it is a message. */
static void say_remarks(const struct export_run *run)
{
	cleanup_done(buf_done) struct buf text = {0};
	char *line, *rest;

	if (!run->exporter->remarks)
		return;
	run->exporter->remarks(run->x, &text);
	rest = text.data;
	while (rest && (line = strsep(&rest, "\n"))) {
		if (*line)
			opts_complain("%s", line);
	}
}

static int export_all(struct export_run *run, char **paths)
{
	struct trace_stream_options options = {0};
	int status, failed;

	if (run->exporter->binary && !run->to_file && isatty(STDOUT_FILENO))
		return opts_complain("%s is nothing for a terminal; name a file with -o",
				     run->exporter->name);
	run->x = run->exporter->new (&run->options);
	if (!run->x)
		return opts_complain("out of memory");
	filter_bound(&run->filter, run->exporter->forgets, &options);
	/* What is not shown would be made in vain. */
	if (!filter_chooses(&run->filter))
		options.maker = (struct trace_maker){run->exporter->make, run->x};
	status = opts_for_each_item(paths, &options, take, run);
	failed = run->exporter->end(run->x, &run->out);
	status = opts_end(&run->out, failed, status);
	say_remarks(run);
	run->exporter->free(run->x);
	return status;
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

static int choose_weight(struct export_run *run, const char *word, struct err *err)
{
	static const char *const words[] = {
		[WEIGHT_TIME] = "time", [WEIGHT_COUNT] = "count", [WEIGHT_BYTES] = "bytes"};

	if (!run->exporter->weighs)
		return err_set(err, EINVAL, "%s has no weights", run->exporter->name);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], word) == 0) {
			run->options.weight = (enum export_weight)i;
			return 0;
		}
	}
	return err_set(err, EINVAL, "'%s' is no weight; use time, count or bytes", word);
}

static int apply(struct export_run *run, int option, struct err *err)
{
	switch (option) {
	case 'o':
		run->to_file = true;
		return opts_output_to(optarg, err);
	case 'e':
		run->options.calls_only = true;
		return filter_trace(&run->filter, optarg, err);
	case 'p':
		return filter_pids(&run->filter, optarg, err);
	case 'm':
		return filter_time(&run->filter, optarg, err);
	case 'w':
		return choose_weight(run, optarg, err);
	default:
		return 0;
	}
}

static int run_exporter(const struct exporter *exporter, int argc, char **argv)
{
	static const struct option longs[] = {{"to", required_argument, NULL, 'k'},
					      {"output", required_argument, NULL, 'o'},
					      {"trace", required_argument, NULL, 'e'},
					      {"pid", required_argument, NULL, 'p'},
					      {"time", required_argument, NULL, 'm'},
					      {"weight", required_argument, NULL, 'w'},
					      {0}};
	cleanup_done(export_done) struct export_run run = {.exporter = exporter};
	struct err err = {0};
	int option;

	while ((option = getopt_long(argc, argv, ":o:e:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		if (apply(&run, option, &err) < 0)
			return opts_complain("%s", err_text(&err));
	}
	return export_all(&run, argv + optind);
}

/* "csv, folded, jsonl or sqlite" */
static void list_formats(struct buf *ret)
{
	for (size_t i = 0; exporter_at(i); i++)
		buf_printf(ret, "%s, ", exporter_at(i)->name);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		buf_printf(ret, "%s%s", verbs[i].name,
			   i + 2 < ARRAY_SIZE(verbs)    ? ", "
			   : i + 2 == ARRAY_SIZE(verbs) ? " or "
							: "");
}

int verb_export(int argc, char **argv)
{
	cleanup_done(buf_done) struct buf names = {0};
	const char *format = format_of(argc, argv);
	const struct exporter *exporter = format ? exporter_find(format) : NULL;

	if (exporter)
		return run_exporter(exporter, argc, argv);
	for (size_t i = 0; format && i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, format) == 0)
			return verbs[i].run(argc, argv);
	}
	list_formats(&names);
	if (!format)
		return opts_complain("export to what? --to %s", buf_text(&names));
	return opts_complain("there is no format '%s'; use %s", format, buf_text(&names));
}

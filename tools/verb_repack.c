/* SPDX-License-Identifier: Apache-2.0 */
/* analyze repack: the same tape, compressed harder, to be attached to something. */
#include "opts.h"
#include "tapefile.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "format/container/rewrite.h"
#include "format/container/source.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVEL_DEFAULT = 19, DIGITS_MAX = 3 };

struct repack_run {
	const char *path, *output;
	int level;
	bool long_window;
};

/* The digits of -19 come one by one. */
struct digits {
	char text[DIGITS_MAX + 1];
	size_t count;
};

static void add_digit(struct digits *d, int digit)
{
	if (d->count < DIGITS_MAX)
		d->text[d->count++] = (char)digit;
}

static int copy(struct trace_reader *reader, struct trace_rewriter *rewriter, struct err *err)
{
	struct trace_record record;
	int r;

	while ((r = trace_reader_next(reader, &record, err)) > 0) {
		r = trace_rewriter_put(rewriter, &record, err);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : trace_rewriter_finish(rewriter, err);
}

static int repack_to(const struct repack_run *run, int fd, struct err *err)
{
	struct trace_rewriter *rewriter = NULL;
	struct trace_source *source;
	struct trace_reader *reader;
	int r = trace_source_open(run->path, &source, err);

	if (r < 0)
		return r;
	r = trace_reader_open(source, &reader, err);
	if (r < 0)
		return err_wrap(err, "%s", run->path);
	r = trace_rewriter_new(fd, run->level, &rewriter);
	if (r < 0) {
		err_set(err, ENOMEM, "out of memory");
	} else {
		trace_rewriter_repack(rewriter, run->long_window);
		r = copy(reader, rewriter, err);
	}
	if (r < 0)
		err_wrap(err, "%s", run->path);
	trace_rewriter_free(rewriter);
	trace_reader_free(reader);
	return r;
}

static int repack_file(const struct repack_run *run)
{
	cleanup_close int fd = -1;
	struct err err = {0};
	bool piped = strcmp(run->output, "-") == 0;
	struct stat st;

	if (!piped && lstat(run->output, &st) == 0)
		return opts_complain("'%s' exists already; name another file with -o", run->output);
	fd = tapefile_create(run->output, &err);
	if (fd < 0)
		return opts_complain("%s", err_text(&err));
	if (repack_to(run, fd, &err) == 0)
		return EXIT_FINE;
	if (!piped)
		unlink(run->output);
	if (err.code == -EBADMSG)
		return opts_complain("%s; 'analyze check --repair' saves what is readable",
				     err_text(&err));
	return opts_complain("%s", err_text(&err));
}

int verb_repack(int argc, char **argv)
{
	static const struct option longs[] = {
		{"output", required_argument, NULL, 'o'}, {"long", no_argument, NULL, 'l'}, {0}};
	struct repack_run run = {.level = LEVEL_DEFAULT};
	struct digits digits = {.count = 0};
	struct err err = {0};
	int option, r = 0;

	while ((option = getopt_long(argc, argv, ":0123456789o:z:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		if (option == 'o')
			run.output = optarg;
		else if (option == 'l')
			run.long_window = true;
		else if (option == 'z')
			r = opts_level(optarg, &run.level, &err);
		else
			add_digit(&digits, option);
		if (r < 0)
			return opts_complain("%s", err_text(&err));
	}
	if (digits.count && opts_level(digits.text, &run.level, &err) < 0)
		return opts_complain("%s", err_text(&err));
	run.path = argv[optind];
	if (!run.path)
		return opts_complain("no tape given; try 'analyze --help'");
	if (argv[optind + 1])
		return opts_complain("repack takes one tape at a time");
	if (!run.output)
		return opts_complain("repack needs -o FILE for the new tape");
	return repack_file(&run);
}

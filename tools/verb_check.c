/* SPDX-License-Identifier: Apache-2.0 */
/* analyze check: is every part of the file as it was written? --repair writes what is. */
#include "opts.h"
#include "tapefile.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "format/container/audit.h"
#include "format/container/rewrite.h"
#include "format/container/source.h"
#include "replayer/print/escape.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

struct check_run {
	const char *path;
	bool json, repair;
	bool failed; /* it could not be read, or not be copied */
	struct audit audit;
	struct trace_rewriter *rewriter; /* NULL: only look */
	struct buf out;
};

static void say_damage(struct check_run *run, const struct trace_damage *d)
{
	struct buf *out = &run->out;

	if (run->json) {
		buf_printf(out, "%s{\"offset\":%" PRIu64 ",\"tail\":%s,\"text\":\"",
			   run->audit.damages > 1 ? "," : "", d->offset,
			   d->tail ? "true" : "false");
		escape_json(out, d->text, strlen(d->text));
		buf_str(out, "\"}");
		return;
	}
	escape_text(out, run->path, strlen(run->path));
	buf_printf(out, ": byte %" PRIu64 ": ", d->offset);
	escape_text(out, d->text, strlen(d->text));
	buf_char(out, '\n');
}

/* Everything in the file. 0 or -errno when it could not be read or copied. */
static int check_records(struct check_run *run, struct trace_reader *reader, struct err *err)
{
	struct trace_record record;
	struct trace_damage damage;
	int r;

	while ((r = trace_reader_next(reader, &record, err)) > 0) {
		r = audit_take(&run->audit, &record, &damage);
		if (r < 0)
			return err_set(err, ENOMEM, "out of memory");
		if (r > 0)
			say_damage(run, &damage);
		if (run->rewriter) {
			r = trace_rewriter_put(run->rewriter, &record, err);
			if (r < 0)
				return r;
		}
	}
	audit_end(&run->audit);
	if (r == 0 && run->rewriter)
		r = trace_rewriter_finish(run->rewriter, err);
	return r;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void say_totals(struct check_run *run)
{
	const struct audit *a = &run->audit;
	struct buf *out = &run->out;

	escape_text(out, run->path, strlen(run->path));
	if (a->damages)
		buf_printf(out, ": damaged in %" PRIu64 " place%s, readable are ", a->damages,
			   plural(a->damages));
	else
		buf_str(out, ": sound, ");
	if (a->tapes != 1)
		buf_printf(out, "%" PRIu64 " tape%s, ", a->tapes, plural(a->tapes));
	buf_printf(out,
		   "%" PRIu64 " frame%s, %" PRIu64 " chunk%s, %" PRIu64 " event%s, %" PRIu64
		   " call%s",
		   a->frames, plural(a->frames), a->chunks, plural(a->chunks), a->events,
		   plural(a->events), a->calls, plural(a->calls));
	if (a->recovered)
		buf_printf(out, "; %" PRIu64 " of the events from the journal", a->recovered);
	if (a->in_flight)
		buf_printf(out, "; %" PRIu64 " call%s in flight at the end", a->in_flight,
			   plural(a->in_flight));
	if (a->lost)
		buf_printf(out, "; %" PRIu64 " event%s lost before", a->lost, plural(a->lost));
	if (a->incomplete)
		buf_str(out, "; repaired: events are missing, how many is not known");
	if (a->unknown)
		buf_printf(out, "; %" PRIu64 " record%s of a kind this version does not know",
			   a->unknown, plural(a->unknown));
	buf_char(out, '\n');
}

static void json_begin(struct check_run *run)
{
	buf_str(&run->out, "{\"file\":\"");
	escape_json(&run->out, run->path, strlen(run->path));
	buf_str(&run->out, "\",\"damages\":[");
}

static void json_end(struct check_run *run)
{
	const struct audit *a = &run->audit;

	buf_printf(&run->out,
		   "],\"sound\":%s,\"tapes\":%" PRIu64 ",\"frames\":%" PRIu64 ",\"chunks\":%" PRIu64
		   ",\"events\":%" PRIu64 ",\"syscalls\":%" PRIu64 ",\"lost\":%" PRIu64
		   ",\"incomplete\":%s,\"recovered\":%" PRIu64 ",\"in_flight\":%" PRIu64
		   ",\"unknown_records\":%" PRIu64 "}\n",
		   a->damages ? "false" : "true", a->tapes, a->frames, a->chunks, a->events,
		   a->calls, a->lost, a->incomplete ? "true" : "false", a->recovered, a->in_flight,
		   a->unknown);
}

static int check_file(struct check_run *run)
{
	struct trace_source *source;
	struct trace_reader *reader;
	struct err err = {0};
	int r = trace_source_open(run->path, &source, &err);

	run->failed = true;
	if (r < 0)
		return opts_complain("%s", err_text(&err));
	r = trace_reader_open(source, &reader, &err);
	if (r < 0)
		return opts_complain("%s: %s", run->path, err_text(&err));
	if (run->json)
		json_begin(run);
	r = check_records(run, reader, &err);
	opts_say_journal(run->path, trace_reader_journal_note(reader));
	trace_reader_free(reader);
	if (run->json)
		json_end(run);
	else
		say_totals(run);
	opts_flush(&run->out);
	if (r < 0)
		return opts_complain("%s: %s", run->path, err_text(&err));
	run->failed = false;
	return run->audit.damages ? EXIT_TROUBLE : EXIT_FINE;
}

static int check_all(struct check_run *run, char **paths)
{
	int status = EXIT_FINE;

	for (; *paths; paths++) {
		int one;

		run->path = *paths;
		one = check_file(run);
		status = one > status ? one : status;
		audit_done(&run->audit);
	}
	return status;
}

/* ---- repair ---- */

/* A tape that is damaged has been repaired when all that is readable was written. */
static int repair_to(struct check_run *run, int fd, const char *output)
{
	int status;

	if (trace_rewriter_new(fd, 0, &run->rewriter) < 0)
		return opts_complain("out of memory");
	status = check_file(run);
	run->rewriter = trace_rewriter_free(run->rewriter);
	audit_done(&run->audit);
	if (!run->failed)
		return EXIT_FINE;
	if (strcmp(output, "-") != 0)
		unlink(output);
	return status;
}

static int repair(struct check_run *run, char **paths, const char *output)
{
	cleanup_close int fd = -1;
	struct err err = {0};
	struct stat st;

	if (!output)
		return opts_complain("--repair needs -o FILE for the clean tape");
	if (paths[1])
		return opts_complain("--repair takes one tape at a time");
	if (stat(output, &st) == 0 && opts_same_file(paths[0], &st))
		return opts_complain("'%s' is the tape itself; name another file with -o", output);
	run->path = paths[0];
	fd = tapefile_create(output, &err);
	if (fd < 0)
		return opts_complain("%s", err_text(&err));
	return repair_to(run, fd, output);
}

int verb_check(int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
					      {"repair", no_argument, NULL, 'r'},
					      {"output", required_argument, NULL, 'o'},
					      {0}};
	struct check_run run = {.json = false};
	const char *output = NULL;
	int option, status;

	while ((option = getopt_long(argc, argv, ":o:", longs, NULL)) != -1) {
		if (option == 'j')
			run.json = true;
		else if (option == 'r')
			run.repair = true;
		else if (option == 'o')
			output = optarg;
		else
			return opts_bad_option(option, argv);
	}
	if (!argv[optind])
		return opts_complain("no tape given; try 'analyze --help'");
	if (output && !run.repair)
		return opts_complain("-o is for --repair");
	status = run.repair ? repair(&run, argv + optind, output) : check_all(&run, argv + optind);
	buf_done(&run.out);
	return opts_output_status(status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* analyze redact: the same tape, with tokens where secrets were. */
#include "opts.h"
#include "redaction.h"
#include "spool.h"
#include "verbs.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct redact_run {
	struct redaction redaction;
	const char *output;
	bool json;
};

static int apply(struct redact_run *run, int option, struct err *err)
{
	switch (option) {
	case 'o':
		run->output = optarg;
		return 0;
	case 'z':
		return opts_level(optarg, &run->redaction.zstd_level, err);
	case 'l':
		return redaction_level(optarg, &run->redaction.level, err);
	case 'k':
		run->redaction.key_file = optarg;
		return 0;
	case 'r':
		run->redaction.rule_file = optarg;
		return 0;
	default:
		run->json = true;
		return 0;
	}
}

static void say_damage(const char *path, const struct trace_damage *d)
{
	opts_complain("%s: byte %" PRIu64 ": %s", path, d->offset, d->text);
}

/* Never over something that is there, and for nobody else to read. */
static int create(const char *path, struct err *err)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return isatty(STDOUT_FILENO)
			       ? err_set(err, EINVAL, "a tape is nothing for a terminal")
			       : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST)
		return err_set(err, EEXIST, "'%s' is there already; name another file with -o",
			       path);
	return fd < 0 ? err_errno(err, errno, "cannot write '%s'", path) : fd;
}

static int report(const struct redact_run *run)
{
	struct buf out = {0};
	int failed;

	if (run->json) {
		redact_report_json(run->redaction.redact, &run->redaction.outcome, &out);
		return opts_end(&out, 0, EXIT_FINE);
	}
	redact_report(run->redaction.redact, &run->redaction.outcome, &out);
	failed = buf_error(&out);
	fputs(buf_text(&out), stderr);
	buf_done(&out);
	return failed ? opts_complain("out of memory") : EXIT_FINE;
}

static int redact_to(struct redact_run *run, const char *name, const char *place, int fd)
{
	struct redaction *x = &run->redaction;
	struct err err = {0};
	int status;

	x->outcome = (struct redact_outcome){.path = name, .damage = say_damage};
	if (redaction_run(x, place, fd, &err) < 0 ||
	    (fd > STDERR_FILENO && fsync(fd) < 0 && errno != EINVAL && errno != EROFS)) {
		/* What there is of it must not be taken for the whole. */
		if (strcmp(run->output, "-") != 0)
			unlink(run->output);
		return opts_complain("%s: %s", name, err_text(&err));
	}
	status = report(run);
	return x->outcome.damages ? EXIT_TROUBLE : status;
}

static int redact_tape(struct redact_run *run, char **paths)
{
	cleanup_done(spool_done) struct spool spool = {.fd = -1};
	cleanup_close int fd = -1;
	struct err err = {0};

	if (!paths[0])
		return opts_complain("no tape given; try 'analyze --help'");
	if (paths[1])
		return opts_complain("redact takes one tape at a time");
	if (!run->output)
		return opts_complain("redact needs -o FILE for the new tape");
	if (run->json && strcmp(run->output, "-") == 0)
		return opts_complain("--json and -o - want standard output both");
	if (redaction_prepare(&run->redaction, &err) < 0 || spool_tape(paths[0], &spool, &err) < 0)
		return opts_complain("%s", err_text(&err));
	fd = create(run->output, &err);
	if (fd < 0)
		return opts_complain("%s", err_text(&err));
	return redact_to(run, paths[0], spool.place, fd);
}

static void redact_run_done(struct redact_run *run)
{
	redaction_done(&run->redaction);
}

int verb_redact(int argc, char **argv)
{
	static const struct option longs[] = {
		{"output", required_argument, NULL, 'o'},   {"level", required_argument, NULL, 'l'},
		{"key-file", required_argument, NULL, 'k'}, {"rules", required_argument, NULL, 'r'},
		{"json", no_argument, NULL, 'j'},           {0}};
	cleanup_done(redact_run_done) struct redact_run run = {.output = NULL};
	struct err err = {0};
	int option;

	while ((option = getopt_long(argc, argv, ":o:z:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		if (apply(&run, option, &err) < 0)
			return opts_complain("%s", err_text(&err));
	}
	return redact_tape(&run, argv + optind);
}

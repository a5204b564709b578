/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rec: the recording half, as people see it. Options in, one line out, and the exit
 * status of the command.
 */
#include "rec_arguments.h"
#include "redaction.h"
#include "say.h"
#include "tapefile.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "recorder/rec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The convention of env(1), timeout(1) and nohup(1). */
enum { EXIT_REC = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

static const char usage[] =
	"Usage: rec [OPTION]... [--] COMMAND [ARG]...\n"
	"   or: rec [OPTION]... -p PID...\n"
	"Record everything that COMMAND, or running processes, and their descendants ask\n"
	"of the kernel, and the answers, data included, into one file. Read it with\n"
	"analyze(1).\n"
	"\n"
	"  -o, --output=FILE    write the tape to FILE; '-' is standard output\n"
	"                       (default trace.zst; an existing one becomes trace.zst.old)\n"
	"  -p, --attach=PID     record the running process PID, all its threads, until ^C or\n"
	"                       its end; ^C leaves it running. Repeatable, or a list\n"
	"  -e, --trace=SET      record only these calls: trace=SET as strace(1) has it, names,\n"
	"                       %sets, /regex, ! for all others\n"
	"  -s, --payload=SIZE   keep SIZE bytes of each buffer: a number with an optional\n"
	"                       K, M, G, or 'all' (default 64K); lengths are always kept\n"
	"  -u, --user=USER      run COMMAND as USER (root only)\n"
	"  -E, --env=VAR=VALUE  set VAR in COMMAND's environment; -E VAR removes it\n"
	"  -z, --level=N        zstd level, 1 to 19 (default: 7, or 1 while\n"
	"                       COMMAND would have to wait)\n"
	"      --max-size=SIZE  end the recording when the tape has SIZE bytes (K, M, G);\n"
	"                       COMMAND goes on unrecorded\n"
	"      --max-time=TIME  the same after TIME seconds (s, m, h)\n"
	"      --max-events=N   the same after N calls, signals, new and ended threads\n"
	"  -C, --part-size=SIZE begin another file after SIZE bytes: FILE.0, FILE.1, ...\n"
	"  -W, --parts=N        with -C: overwrite the oldest when there are N files\n"
	"      --ring=SIZE      keep only the newest SIZE bytes, in memory; write them to FILE\n"
	"                       at the end, and on SIGUSR1 (then FILE.1, FILE.2, ...)\n"
	"      --ring-on-failure  with --ring: at the end only if COMMAND failed\n"
	"      --redact[=LEVEL] leave out secrets, as 'analyze redact' does (default, names,\n"
	"                       meta); the tape appears when the recording has ended\n"
	"  -q, --quiet          no line about the tape at the end\n"
	"      --help           show this and exit\n"
	"      --version        show the version and exit\n"
	"\n"
	"Exit status: COMMAND's; a signal that killed COMMAND kills rec as well.\n"
	"125: rec itself failed; 126: COMMAND cannot be executed; 127: it was not found.\n";

/* The words up to the command, for the tape's header. */
static void describe_options(struct buf *ret, char *const *argv, char *const *command)
{
	for (; *argv && argv != command; argv++) {
		buf_str(ret, *argv);
		if (argv[1] && argv + 1 != command)
			buf_char(ret, ' ');
	}
}

static void grouped(struct buf *ret, uint64_t value)
{
	if (value >= 1000) {
		grouped(ret, value / 1000);
		buf_printf(ret, ",%03u", (unsigned)(value % 1000));
	} else {
		buf_u64(ret, value);
	}
}

static void human_bytes(struct buf *ret, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	size_t unit = 0;

	if (bytes < 1024) {
		buf_printf(ret, "%" PRIu64 " B", bytes);
		return;
	}
	value /= 1024;
	while (value >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		value /= 1024;
		unit++;
	}
	buf_printf(ret, "%.1f %s", value, units[unit]);
}

static const char *output_name(const struct rec_arguments *a)
{
	return a->output ? a->output : tapefile_default;
}

static void say_result(const struct rec_arguments *a, const struct rec_result *result)
{
	cleanup_done(buf_done) struct buf line = {0};

	grouped(&line, result->calls);
	buf_printf(&line, " syscall%s in ", result->calls == 1 ? "" : "s");
	grouped(&line, result->processes);
	buf_printf(&line, " process%s, %.1f s, ", result->processes == 1 ? "" : "es",
		   (double)result->duration / 1e9);
	human_bytes(&line, result->totals.compressed);
	buf_str(&line, " -> ");
	if (bounds_has_files(&a->bounds))
		bounds_say_files(&a->bounds, result->totals.files, &line);
	else
		buf_str(&line, output_name(a));
	if (result->bound)
		buf_printf(&line, " (the bound of %s was reached)", result->bound);
	say("rec", buf_error(&line) < 0 ? "the tape is written; out of memory for more about it"
					: buf_text(&line));
}

/* Ends as the command ended: whoever started us cannot tell the difference. */
static int end_like(int status)
{
	const struct rlimit none = {0};
	sigset_t only;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	/* The command's core, if it left one, is the one that matters. */
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&only);
	sigaddset(&only, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

static int complain(const struct err *err, int status)
{
	say("rec", err_text(err));
	return status;
}

static int exit_status(const struct rec_result *result)
{
	switch (result->failure) {
	case REC_OK:
		/* Without a status recording was ended before the command did. */
		return result->has_status ? end_like(result->status) : 0;
	case REC_NOT_FOUND:
		return EXIT_NOT_FOUND;
	case REC_NOT_EXECUTABLE:
		return EXIT_NOT_EXECUTABLE;
	case REC_FAILED:
		break;
	}
	return EXIT_REC;
}

/* All about a tape that is not what it should be, in one line. */
static void say_failure(const struct rec_arguments *a, const struct rec_result *result,
			const struct err *err)
{
	cleanup_done(buf_done) struct buf line = {0};

	buf_str(&line, err_text(err));
	if (result->failure == REC_FAILED && result->totals.lost) {
		buf_str(&line, "; ");
		grouped(&line, result->totals.lost);
		buf_printf(&line, " event%s missing at the end of '",
			   result->totals.lost == 1 ? " is" : "s are");
		if (bounds_has_files(&a->bounds))
			bounds_say_last(&a->bounds, result->totals.files, &line);
		else
			buf_str(&line, output_name(a));
		buf_char(&line, '\'');
	}
	say("rec", buf_text(&line));
}

static int check_tape(const struct rec_arguments *a, int fd, struct rec_result *result,
		      struct err *err)
{
	if (result->failure != REC_OK || !tapefile_is_gone(fd))
		return 0;
	result->failure = REC_FAILED;
	return err_set(err, ENOENT, "the tape is gone: '%s' was removed while it was recorded",
		       output_name(a));
}

/* Where what is recorded is kept until it is redacted: it has no name, and is gone with us. */
static int hidden_file(const struct rec_arguments *a, struct err *err)
{
	const char *name = output_name(a), *slash = strrchr(name, '/');
	const char *spare = getenv("TMPDIR");
	cleanup_free char *directory =
		slash ? strndup(name, (size_t)(slash - name) + 1) : strdup(".");
	int fd;

	if (!directory)
		return err_set(err, ENOMEM, "out of memory");
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd < 0)
		fd = open(spare && *spare ? spare : "/var/tmp",
			  O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	return fd < 0 ? err_errno(err, errno, "cannot keep what is to be redacted") : fd;
}

/* What was recorded, to the tape. */
static void redact_to(const struct rec_arguments *a, int hidden, int fd, struct rec_result *result,
		      struct err *err)
{
	cleanup_done(redaction_done) struct redaction x = {.level = a->level};
	char from[64];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", hidden);
	if (redaction_prepare(&x, err) == 0 && redaction_run(&x, from, fd, err) == 0)
		return;
	/* Rather nothing than half of it. */
	if (ftruncate(fd, 0) < 0)
		err_wrap(err, "and what was written of the tape is not redacted to its end");
	result->failure = REC_FAILED;
}

static int record(struct rec_arguments *a, const char *path)
{
	cleanup_free char *journal = NULL;
	cleanup_close int fd = -1, hidden = -1;
	struct rec_result result = {0};
	struct err err = {0};
	int r = bounds_has_files(&a->bounds) ? -1 : tapefile_create(a->output, &err);

	if (r < 0 && err.code)
		return complain(&err, EXIT_REC);
	a->rec.output = fd = r;
	if (a->redacts) {
		a->rec.output = hidden = hidden_file(a, &err);
		if (hidden < 0)
			return complain(&err, EXIT_REC);
	} else if (tapefile_journal(fd, a->output, &journal))
		a->rec.journal = journal;
	a->rec.bounds = a->bounds.rec;
	rec_run(&a->rec, path, &result, &err);
	/* For what is written from here on: nobody is started any more who would inherit it. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (a->redacts && result.failure == REC_OK)
		redact_to(a, hidden, fd, &result, &err);
	check_tape(a, fd, &result, &err);
	if (result.failure != REC_OK)
		say_failure(a, &result, &err);
	if (!a->quiet && result.processes && result.failure != REC_FAILED)
		say_result(a, &result);
	return exit_status(&result);
}

static int run(struct rec_arguments *a, char **argv)
{
	cleanup_done(buf_done) struct buf own = {0};
	cleanup_free char *path = NULL;
	struct err err = {0};
	int r = 0;

	describe_options(&own, argv, a->rec.argv);
	a->rec.own_command_line = buf_text(&own);
	if (buf_error(&own) < 0)
		r = err_set(&err, ENOMEM, "out of memory");
	else if (a->rec.argv)
		r = rec_find_command(a->rec.argv[0], getenv("PATH"), &path, &err);
	if (r < 0)
		return complain(&err, r == -ENOENT   ? EXIT_NOT_FOUND
				      : r == -ENOMEM ? EXIT_REC
						     : EXIT_NOT_EXECUTABLE);
	return record(a, path);
}

int main(int argc, char **argv)
{
	struct rec_arguments a;
	struct err err = {0};
	int r = rec_arguments_parse(&a, argc, argv, &err);

	if (r < 0)
		r = complain(&err, EXIT_REC);
	else if (a.wants == REC_HELP)
		fputs(usage, stdout);
	else if (a.wants == REC_VERSION)
		puts("rec (systape) " SYSTAPE_VERSION);
	else
		r = run(&a, argv);
	rec_arguments_done(&a);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyze baseline: several runs of the same, one behind the other in a file. What varies among
 * them is found again by whoever compares with them: so it is never older than the way in which
 * things are compared.
 */
#include "diff_run.h"
#include "opts.h"
#include "say.h"
#include "tapefile.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COPY_PIECE = 1 << 20 };

static int append(int to, const char *path, struct err *err)
{
	cleanup_close int from = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *piece = malloc(COPY_PIECE);
	ssize_t n = 1;
	int r = 0;

	if (from < 0 || !piece)
		return err_errno(err, from < 0 ? errno : ENOMEM, "%s", path);
	while (r == 0 && n > 0) {
		n = fileio_read(from, piece, COPY_PIECE);
		r = n < 0 ? (int)n : fileio_write(to, piece, (size_t)n);
	}
	return r < 0 ? err_errno(err, -r, "cannot copy '%s'", path) : 0;
}

static int write_all(const char *output, char **paths, struct err *err)
{
	cleanup_close int fd = tapefile_create(output, err);
	int r = fd < 0 ? fd : 0;

	for (; r == 0 && *paths; paths++)
		r = append(fd, *paths, err);
	return r;
}

/* They are read twice, and none of them is written over. */
static int check_paths(const char *output, char **paths, struct err *err)
{
	struct stat st;
	const bool there = stat(output, &st) == 0;

	for (; *paths; paths++) {
		if (strcmp(*paths, "-") == 0)
			return err_set(err, EINVAL,
				       "tapes of a baseline are read twice; "
				       "name files, not -");
		if (there && opts_same_file(*paths, &st))
			return err_set(err, EINVAL,
				       "'%s' is one of the tapes; name another file with -o",
				       output);
	}
	return 0;
}

static int make(const char *output, char **paths, size_t count)
{
	cleanup_done(diff_learned_done) struct diff_learned x = {.runs = 0};
	cleanup_done(buf_done) struct buf done = {0};
	struct err err = {0};

	if (check_paths(output, paths, &err) < 0 ||
	    diff_learn((const char *const *)paths, count, &x, &err) < 0)
		return opts_complain("%s", err_text(&err));
	if (x.doubt[0])
		return opts_complain("%s; a baseline is of whole tapes", x.doubt);
	if (x.runs < 2)
		return opts_complain("baseline learns from two runs at least; three are better");
	/* What is to be said at the end is known before anything is written. */
	buf_printf(&done, "%zu runs, %zu key%s that var%s -> %s", x.runs, x.keys.count,
		   x.keys.count == 1 ? "" : "s", x.keys.count == 1 ? "ies" : "y", output);
	if (buf_error(&done) < 0)
		return opts_complain("out of memory");
	if (write_all(output, paths, &err) < 0)
		return opts_complain("%s", err_text(&err));
	return say("analyze", buf_text(&done)) < 0 ? EXIT_TROUBLE : EXIT_FINE;
}

int verb_baseline(int argc, char **argv)
{
	static const struct option longs[] = {{"output", required_argument, NULL, 'o'}, {0}};
	const char *output = NULL;
	int option;

	while ((option = getopt_long(argc, argv, ":o:", longs, NULL)) != -1) {
		if (option != 'o')
			return opts_bad_option(option, argv);
		output = optarg;
	}
	if (!output)
		return opts_complain("baseline needs -o FILE");
	if (argc == optind)
		return opts_complain("baseline needs the tapes of several runs");
	return make(output, argv + optind, (size_t)(argc - optind));
}

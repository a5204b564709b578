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

static int make(const char *output, char **paths, size_t count)
{
	cleanup_done(map_done) struct map learned = {0};
	cleanup_done(buf_done) struct buf done = {0};
	char doubt[512] = "";
	struct err err = {0};
	struct stat st;

	if (diff_learn((const char *const *)paths, count, NULL, &learned, doubt, sizeof(doubt),
		       &err) < 0)
		return opts_complain("%s", err_text(&err));
	if (doubt[0])
		return opts_complain("%s; a baseline is of whole tapes", doubt);
	for (size_t i = 0; stat(output, &st) == 0 && i < count; i++) {
		if (opts_same_file(paths[i], &st))
			return opts_complain("'%s' is one of the tapes; name another file with -o",
					     output);
	}
	/* What is to be said at the end is known before anything is written. */
	buf_printf(&done, "%zu runs, %zu keys that vary -> %s", count, learned.count, output);
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
	if (argc - optind < 2)
		return opts_complain("baseline learns from two tapes at least; three are better");
	return make(output, argv + optind, (size_t)(argc - optind));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What analyze print was asked for: strace's options about what is shown, and how. */
#ifndef TOOLS_PRINT_ARGUMENTS_H
#define TOOLS_PRINT_ARGUMENTS_H

#include "filter.h"
#include "shown.h"

#include "replayer/print/print.h"

#include <stddef.h>

struct err;

struct print_arguments {
	struct print_options options;
	struct filter filter;
	struct shown shown;
	unsigned quiet;     /* -q, -qq, -qqq */
	const char **paths; /* -P */
	size_t path_count;
	const char *output; /* -o; NULL: standard output */
};

/* Fills @a in any case, for print_arguments_done(); it keeps pointers into @argv. The tapes are
 * behind getopt_long(3)'s `optind`. 0 or -errno. */
int print_arguments_parse(struct print_arguments *a, int argc, char **argv, struct err *err);
void print_arguments_done(struct print_arguments *a);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What rec was asked for: its command line, read and checked. Nothing is touched by that. */
#ifndef TOOLS_REC_ARGUMENTS_H
#define TOOLS_REC_ARGUMENTS_H

#include "bounds.h"

#include "recorder/rec.h"
#include "replayer/redact/redact.h"

#include <stdbool.h>
#include <sys/types.h>

struct err;

enum rec_wants { REC_RECORD, REC_HELP, REC_VERSION };

struct rec_arguments {
	enum rec_wants wants;
	struct rec_options rec;
	pid_t *pids;        /* own copy of what -p names */
	const char *output; /* NULL: the default file */
	bool quiet;
	bool redacts;
	enum redact_level level; /* of redacting */
	char **environment;      /* own copy, NULL while unchanged */
	struct bounds bounds;
};

/* Fills @a in any case, for rec_arguments_done(); it keeps pointers into @argv, and bounds into
 * itself, so it stays where it is. 0 or -errno. Reads with getopt_long(3), from its `optind` on. */
int rec_arguments_parse(struct rec_arguments *a, int argc, char **argv, struct err *err);
void rec_arguments_done(struct rec_arguments *a);

#endif

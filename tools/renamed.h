/* SPDX-License-Identifier: Apache-2.0 */
/* Tapes read once for what was renamed to a path, and then once more by whoever asks. */
#ifndef TOOLS_RENAMED_H
#define TOOLS_RENAMED_H

#include "replayer/query/renames.h"

enum { RENAMED_TAPES_MAX = 1 << 10 };

struct spool;

struct renamed {
	const char *wanted;
	char **paths;         /* the tapes, to be read again; ends with NULL */
	struct spool *spools; /* one for each */
	size_t paths_count;
	struct renames **tapes; /* one for each header */
	size_t count;
	uint64_t generation;
	struct state *state;
};

/* Looks through @paths for @wanted. Both are borrowed. EXIT_FINE, or the status after a complaint.
 */
int renamed_read(struct renamed *r, char **paths, const char *wanted);
/* Of the tape @i, from 0; NULL: nothing is known. */
const struct renames *renamed_tape(const struct renamed *r, size_t i);
void renamed_done(struct renamed *r);

#endif

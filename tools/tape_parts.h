/* SPDX-License-Identifier: Apache-2.0 */
/* The tapes in a file: mostly one; several, one behind the other, in a baseline. */
#ifndef TOOLS_TAPE_PARTS_H
#define TOOLS_TAPE_PARTS_H

#include "spool.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct trace_source;

enum { TAPE_FILES_MAX = 2 * 64 + 2, TAPE_PARTS_MAX = 64 };

/* What stays open as long as parts are read: pipes and parts that were put aside. */
struct tape_files {
	struct spool *at[TAPE_FILES_MAX];
	size_t count;
};

struct tape_part {
	const char *place; /* of the tape files */
	uint64_t from, size;
	bool whole; /* there is nothing else in the file */
};

/* Appends the struct tape_part of a file to @ret. 0 or -errno. */
int tape_parts(struct tape_files *files, const char *path, struct buf *ret, struct err *err);
int tape_part_open(const struct tape_part *part, struct trace_source **ret, struct err *err);
/* For a part that is opened more than once: it is a file of its own from now on, as long as @files
 * are. 0 or -errno. */
int tape_part_keep(struct tape_files *files, struct tape_part *part, struct err *err);
void tape_files_done(struct tape_files *files);

#endif

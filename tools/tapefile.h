/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a tape is written to: opened so that nobody else can read it and nobody else
 * can have planted it.
 */
#ifndef TOOLS_TAPEFILE_H
#define TOOLS_TAPEFILE_H

#include <stdbool.h>

struct err;

/*
 * Opens the file for a tape, mode 0600, close-on-exec and never one of the first
 * three descriptors. @path NULL is the default file trace.zst, of which an existing
 * one becomes trace.zst.old; "-" is standard output, unless that is a terminal. An
 * existing regular file must be ours; a symbolic link is followed only when it is
 * ours or root's. Returns the fd, or -errno with @err filled.
 */
int tapefile_create(const char *path, struct err *err);

/* The name of the journal (journal.h) for a tape that was created at @path; malloc'd. False:
 * it is no regular file, and has none. */
bool tapefile_journal(int fd, const char *path, char **ret);
/* Whether the file has been removed since. */
bool tapefile_is_gone(int fd);
/* Whether tapefile_create() may be expected to succeed later. 0 or -errno; nothing is touched. */
int tapefile_check(const char *path, struct err *err);

extern const char tapefile_default[];

#endif

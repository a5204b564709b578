/* SPDX-License-Identifier: Apache-2.0 */
/* A tape that comes through a pipe and is read more than once: put into a file without a name. */
#ifndef TOOLS_SPOOL_H
#define TOOLS_SPOOL_H

struct err;

enum { SPOOL_PATH_MAX = 64 };

/* Reads standard input to its end. The descriptor, the caller's to close, and in @path what it can
 * be opened by meanwhile; -errno. In TMPDIR, or /var/tmp: as large as the tape. */
int spool_input(char *path, struct err *err);

#endif

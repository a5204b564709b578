/* SPDX-License-Identifier: Apache-2.0 */
/* A tape that comes through a pipe and is read more than once: put into a file without a name. */
#ifndef TOOLS_SPOOL_H
#define TOOLS_SPOOL_H

struct err;

struct spool {
	int fd;            /* -1: the tape is a file anyway */
	const char *place; /* what it can be opened by until spool_done() */
	char path[64];
};

/*
 * The tape @path. "-" is standard input, which is read to its end, into TMPDIR or /var/tmp; so is
 * a named pipe.
 * 0 or -errno.
 */
int spool_tape(const char *path, struct spool *ret, struct err *err);
void spool_done(struct spool *s);

#endif

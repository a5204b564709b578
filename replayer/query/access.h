/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call has to do with names in the file system: which path, absolute as the kernel found
 * it where the replayed state knows, and what it did or wanted there. Calls that are given a
 * descriptor instead (fchmod(2), ftruncate(2), getdents64(2), mmap(2)) are about the file
 * that it stands for. What moves bytes is in transfer.h; sockets with names are in neither.
 *
 * A call tells one access for each path: rename(2), link(2) and their like tell one, with the other
 * name in `to`. Calls that failed are told too, with their error.
 */
#ifndef QUERY_ACCESS_H
#define QUERY_ACCESS_H

#include "replayer/state/state.h"

enum access_kind {
	ACCESS_OPEN,
	ACCESS_LOOK, /* stat, access, readlink, getxattr: whether it is there, and what it is */
	ACCESS_LIST, /* entries of a directory */
	ACCESS_EXEC,
	ACCESS_MAP,    /* into memory */
	ACCESS_CREATE, /* mkdir, mknod; open is ACCESS_OPEN with `flags` */
	ACCESS_DELETE,
	ACCESS_RENAME,  /* from `path` to `to` */
	ACCESS_LINK,    /* another name `to` for what `path` is */
	ACCESS_SYMLINK, /* `path` is the link, `to` the text in it */
	ACCESS_TRUNCATE,
	ACCESS_CHANGE, /* owner, mode, times, attributes */
	ACCESS_ENTER,  /* chdir, chroot */
	ACCESS_MOUNT,
	ACCESS_WATCH, /* inotify */
	ACCESS_KIND_MAX
};

struct access_name {
	const char *text; /* not ended by a NUL; as bytes: to be escaped before it is shown */
	size_t size;
	bool resolved; /* absolute, as the kernel found it; else as the program gave it */
};

struct access {
	uint8_t kind; /* enum access_kind */
	bool by_descriptor;
	struct access_name path, to; /* `to`: size 0: none */
	int error;                   /* an errno, 0: it worked */
	int32_t fd;                  /* by_descriptor, or what ACCESS_OPEN made; else -1 */
	uint32_t flags;              /* ACCESS_OPEN: O_*; ACCESS_MAP: PROT_*;
				      * ACCESS_RENAME: RENAME_*; ACCESS_LINK: AT_* */
	bool shared;                 /* ACCESS_MAP: what is written there is written to the file */
	const struct event *event;
};

struct accesses;

struct accesses *accesses_new(void);
struct accesses *accesses_free(struct accesses *a);

/* A result other than 0 ends the telling, and is given back. */
typedef int access_fn(void *context, const struct access *a);
/*
 * Tells what @e, an event that @s has taken last, has to do with names. Everything is valid until
 * @tell returns. 0, -ENOMEM, or what @tell gave.
 */
int accesses_take(struct accesses *a, const struct state *s, const struct event *e, access_fn *tell,
		  void *context);

/* "open", "rename", … */
const char *access_kind_name(uint8_t kind);

#endif

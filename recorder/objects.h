/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files were executed, or mapped executable: noted when it happens, looked into when
 * recording has ended. So nothing but a stat(2) for each such mapping, and a readlink(2) for each
 * new file, stands between the program and its next instruction.
 */
#ifndef RECORDER_OBJECTS_H
#define RECORDER_OBJECTS_H

#include "format/meta.h"

#include "base/map.h"

#include <stdbool.h>

enum {
	OBJECTS_MAX = 1024,            /* files that are listed; more are counted */
	OBJECTS_COUNTED_MAX = 1 << 16, /* files that are counted */
	OBJECTS_LOOK_MS = 1000,        /* for looking into all of them */
	OBJECTS_TURN_MS = 100,         /* into new ones, where a part of a recording ends */
	OBJECTS_TURN_MAX = 256,        /* files that such a part lists */
};

/* Zero is empty. */
struct objects {
	struct meta_object *list;
	size_t count;
	uint64_t beyond;
	size_t looked;    /* at so many of the list */
	struct map known; /* a hash of device, inode, size and mtime */
	/* Files may be served by somebody who is stopped by us: nothing is asked of a file system,
	 * but what the kernel knows already, until objects_look(). */
	bool wary;
};

/* The file that a link of /proc/PID ("exe", "fd/3") leads to. It is left out when there is no
 * memory, or no such file. */
void objects_see(struct objects *o, uint32_t pid, const char *link, uint32_t use);
/* The executable mappings of a process, of /proc/PID/maps. */
void objects_see_maps(struct objects *o, const struct meta_process *p);
/*
 * Finds out build-ids and packages (unless @packages is false), and adds the interpreters of
 * what was executed. Ends in time: what it did not come to is META_OBJECT_UNSEEN.
 */
void objects_look(struct objects *o, bool packages);
/*
 * Finds out the build-ids of those that are new and gives a copy of the list, for a part of a
 * recording that goes on: without packages, which take longer. 0 or -ENOMEM.
 */
int objects_so_far(struct objects *o, struct meta_trailer *ret);
/* Gives the list away to @ret; @o is empty then. */
void objects_give(struct objects *o, struct meta_trailer *ret);
void objects_done(struct objects *o);

#endif

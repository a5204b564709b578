/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which package a file belongs to, and its version, out of the databases of dpkg, apk and pacman as
 * they lie on the disk: no program is run, no lock is taken. That of rpm is one of SQLite or
 * Berkeley DB with records of its own, which a recorder has no business to read; programs
 * of the distributions that use it tell their packages in a note (objects.c).
 */
#ifndef RECORDER_PACKAGES_H
#define RECORDER_PACKAGES_H

#include "format/meta.h"

/* Fills in those that are not known yet, of the files that are in state SEEN. @root: of the file
 * system, "" for "/". Ends at @deadline of clock_now(). 0, -ETIME with what was found until then,
 * -ENOENT without any such database, or -ENOMEM. */
int packages_find(const char *root, struct meta_object *objects, size_t count, uint64_t deadline);

#endif

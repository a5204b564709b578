/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file is known again by device, inode, size and mtime: so a path that leads to another file
 * when recording has ended is told apart, and no build-id is given to a file that did not have it.
 *
 * Nothing is kept open: a file system could not be unmounted, nor the space of a deleted file be
 * had, as long as somebody records.
 */
#include "objects.h"

#include "packages.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/elf_file.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Stands in the map for a file that is counted, not listed. */
static const char counted;

static int64_t mtime_of(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static uint32_t device_of(const struct stat *st)
{
	return (uint32_t)(major(st->st_dev) << 20 | minor(st->st_dev));
}

static uint64_t key_of(const struct stat *st)
{
	const uint64_t about[] = {st->st_dev, st->st_ino, (uint64_t)st->st_size,
				  (uint64_t)mtime_of(st)};

	return hash_add(HASH_START, about, sizeof(about));
}

/* Indices are kept as pointers; the list moves when it grows. */
static struct meta_object *find(const struct objects *o, uint64_t key)
{
	uintptr_t index = (uintptr_t)map_get(&o->known, key);

	return index && index <= o->count ? &o->list[index - 1] : NULL;
}

/* ---- noting ---- */

/* A new one at the end of the list, or NULL: it is only counted. Takes over @path. */
static struct meta_object *append(struct objects *o, uint64_t key, const struct stat *st,
				  char *path)
{
	struct meta_object *list;

	if (o->count == OBJECTS_MAX || !path) {
		free(path);
		if (o->known.count < OBJECTS_COUNTED_MAX &&
		    map_put(&o->known, key, (void *)(uintptr_t)&counted) == 0)
			o->beyond++;
		return NULL;
	}
	list = reallocarray(o->list, o->count + 1, sizeof(*list));
	if (list)
		o->list = list;
	if (!list || map_put(&o->known, key, (void *)(o->count + 1)) < 0) {
		o->beyond++;
		free(path);
		return NULL;
	}
	list[o->count] = (struct meta_object){
		.path = {(uint8_t *)path, strlen(path)},
		.size = (uint64_t)st->st_size,
		.mtime = mtime_of(st),
		.inode = st->st_ino,
		.device = device_of(st),
		.state = META_OBJECT_UNSEEN,
	};
	return &list[o->count++];
}

/* Of a deleted file the kernel says so behind its path (proc(5)). */
static char *path_of_link(const char *link, const struct stat *st)
{
	static const char deleted[] = " (deleted)";
	char path[PATH_MAX];
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	size_t suffix = strlen(deleted);

	if (n <= 0 || path[0] != '/')
		return NULL;
	if (!st->st_nlink && (size_t)n > suffix &&
	    memcmp(path + (size_t)n - suffix, deleted, suffix) == 0)
		n -= (ssize_t)suffix;
	return strndup(path, (size_t)n);
}

void objects_see(struct objects *o, uint32_t pid, const char *link, uint32_t use)
{
	char path[64];
	struct stat st;
	struct meta_object *object;
	uint64_t key;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, link);
	if (fstatat(AT_FDCWD, path, &st, o->wary ? AT_STATX_DONT_SYNC : 0) < 0 ||
	    !S_ISREG(st.st_mode))
		return;
	key = key_of(&st);
	object = find(o, key);
	if (!object && !map_get(&o->known, key))
		object = append(o, key, &st, path_of_link(path, &st));
	if (object)
		object->use |= use;
}

/* Only if the path still leads to the file that is mapped. */
static void see_map(struct objects *o, const struct meta_map *m)
{
	const char *path = (const char *)m->path.data;
	struct stat st;
	struct meta_object *object;
	uint64_t key;

	if (!(m->prot & PROT_EXEC) || !m->inode || m->path.size == 0 || path[0] != '/' ||
	    stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_ino != m->inode)
		return;
	key = key_of(&st);
	object = find(o, key);
	if (!object && !map_get(&o->known, key))
		object = append(o, key, &st, strdup(path));
	if (object && !(object->use & META_OBJECT_EXECUTED))
		object->use |= META_OBJECT_MAPPED;
}

void objects_see_maps(struct objects *o, const struct meta_process *p)
{
	for (size_t i = 0; !o->wary && i < p->map_count; i++)
		see_map(o, &p->maps[i]);
}

/* ---- looking ---- */

static uint32_t state_of(const struct meta_object *o, const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_ino == o->inode && device_of(st) == o->device &&
			       (uint64_t)st->st_size == o->size && mtime_of(st) == o->mtime
		       ? META_OBJECT_SEEN
		       : META_OBJECT_CHANGED;
}

/* 0 or -ENOMEM. */
static int take(struct meta_object *o, const struct elf_facts *facts)
{
	const struct meta_bytes id = {(uint8_t *)(uintptr_t)facts->build_id, facts->build_id_size};

	if (facts->build_id_size && meta_copy_bytes(&id, &o->build_id) < 0)
		return -ENOMEM;
	if (!*facts->package)
		return 0;
	o->package = strdup(facts->package);
	o->package_version = strdup(facts->package_version);
	return o->package && o->package_version ? 0 : -ENOMEM;
}

/* @ret_interpreter has ELF_TEXT_MAX bytes. */
static void look_at(struct meta_object *o, char *ret_interpreter)
{
	const char *path = (const char *)o->path.data;
	bool before = o->state == META_OBJECT_SEEN;
	struct elf_facts facts = {0};
	cleanup_close int fd = -1;
	struct stat st;

	*ret_interpreter = '\0';
	if (stat(path, &st) < 0) {
		o->state =
			errno == ENOENT || errno == ENOTDIR ? META_OBJECT_GONE : META_OBJECT_UNSEEN;
		return;
	}
	o->state = state_of(o, &st);
	/* What was found out when a part ended is true of the file that was run. */
	if (o->state != META_OBJECT_SEEN || before)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || state_of(o, &st) != META_OBJECT_SEEN) {
		o->state = META_OBJECT_UNSEEN;
		return;
	}
	elf_read_fd(fd, &facts);
	if (take(o, &facts) < 0)
		o->state = META_OBJECT_UNSEEN;
	else if (o->use & META_OBJECT_EXECUTED)
		snprintf(ret_interpreter, ELF_TEXT_MAX, "%s", facts.interpreter);
}

/* The kernel maps it, no call of the program. It is looked at in its turn. */
static void add_interpreter(struct objects *o, const char *name)
{
	cleanup_free char *path = realpath(name, NULL);
	struct meta_object *object;
	struct stat st;
	uint64_t key;

	if (!path || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	key = key_of(&st);
	object = find(o, key);
	if (!object && !map_get(&o->known, key))
		object = append(o, key, &st, take_ptr(path));
	if (object)
		object->use |= META_OBJECT_INTERPRETER;
}

/* Those from @from on, and the interpreters that they bring along. How far it came. */
static size_t look(struct objects *o, size_t from, uint64_t deadline)
{
	char interpreter[ELF_TEXT_MAX];

	for (; from < o->count && clock_now() < deadline; from++) {
		look_at(&o->list[from], interpreter);
		if (*interpreter == '/')
			add_interpreter(o, interpreter);
	}
	return from;
}

int objects_so_far(struct objects *o, struct meta_trailer *ret)
{
	size_t count;

	if (!o->wary)
		o->looked = look(o, o->looked, clock_now() + OBJECTS_TURN_MS * UINT64_C(1000000));
	count = o->count < OBJECTS_TURN_MAX ? o->count : OBJECTS_TURN_MAX;
	ret->object_beyond = o->beyond + o->count - count;
	return meta_copy_objects(o->list, count, &ret->objects, &ret->object_count);
}

void objects_look(struct objects *o, bool packages)
{
	uint64_t deadline = clock_now() + OBJECTS_LOOK_MS * UINT64_C(1000000);

	look(o, 0, deadline);
	if (packages)
		packages_find("", o->list, o->count, deadline);
}

void objects_give(struct objects *o, struct meta_trailer *ret)
{
	ret->objects = take_ptr(o->list);
	ret->object_count = o->count;
	ret->object_beyond = o->beyond;
	o->count = 0;
	objects_done(o);
}

void objects_done(struct objects *o)
{
	meta_objects_done(o->list, o->count);
	map_done(&o->known);
	*o = (struct objects){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two passes. info/PACKAGE.list has the paths of a package, a line each: all of these are read
 * once, and each line is looked up among the files that are wanted. Then `status` has the versions.
 *
 * Distributions that have moved /lib to /usr/lib still list some files under their old names:
 * such a file is wanted under both.
 */
#include "packages.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fileio.h"
#include "base/hash.h"
#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 16 << 20, STATUS_MAX = 128 << 20, CHECK_EVERY = 16, LENGTHS = 256 };

struct search {
	struct meta_object *objects;
	size_t count, missing; /* of those wanted, not found yet */
	struct map wanted;     /* hash of a path -> object */
	bool length[LENGTHS];  /* whether a path of this length, modulo, is wanted: few are */
	uint64_t deadline;
};

/* ---- who owns a file ---- */

static bool begins_with_one(const char *path, const char *const *places)
{
	for (; *places; places++) {
		if (strncmp(path, *places, strlen(*places)) == 0)
			return true;
	}
	return false;
}

/* Elsewhere, in /home, /tmp or /usr/local, packages have nothing: if all that is wanted is found
 * the search ends early. */
static bool is_wanted(const struct meta_object *o)
{
	static const char *const theirs[] = {"/usr/", "/bin/", "/sbin/", "/lib", "/opt/", NULL};
	static const char *const not_theirs[] = {"/usr/local/", NULL};
	const char *path = (const char *)o->path.data;

	return o->state == META_OBJECT_SEEN && !(o->package && *o->package) && o->path.size &&
	       begins_with_one(path, theirs) && !begins_with_one(path, not_theirs);
}

static bool is_merged(const char *path)
{
	static const char *const places[] = {"/usr/lib", "/usr/bin/", "/usr/sbin/", NULL};

	return begins_with_one(path, places);
}

static int want_name(struct search *s, struct meta_object *o, size_t from)
{
	size_t size = o->path.size - from;

	s->length[size % LENGTHS] = true;
	return map_put(&s->wanted, hash_add(HASH_START, o->path.data + from, size), o);
}

static int want(struct search *s, struct meta_object *o)
{
	if (!is_wanted(o))
		return 0;
	s->missing++;
	if (is_merged((const char *)o->path.data) && want_name(s, o, strlen("/usr")) < 0)
		return -ENOMEM;
	return want_name(s, o, 0);
}

static bool is_path_of(const struct meta_object *o, const char *line, size_t size)
{
	const char *path = (const char *)o->path.data;

	if (o->path.size == size + strlen("/usr") && is_merged(path))
		path += strlen("/usr");
	else if (o->path.size != size)
		return false;
	return memcmp(path, line, size) == 0;
}

/* @package: the name of its file, "libc6:amd64.list". */
static int take_owner(struct search *s, struct meta_object *o, const char *package)
{
	char *name;

	if (!is_wanted(o))
		return 0;
	name = strndup(package, strlen(package) - strlen(".list"));
	if (!name)
		return -ENOMEM;
	free(o->package);
	o->package = name;
	s->missing--;
	return 0;
}

static size_t left_of(const struct buf *text, const char *at)
{
	return (size_t)(text->data + text->size - at);
}

static int search_list(struct search *s, int dirfd, const char *file, struct buf *text)
{
	const char *line, *end;
	int r;

	buf_clear(text);
	r = fileio_slurp(dirfd, file, LIST_MAX, text);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (line = buf_text(text); text->size && *line; line = *end ? end + 1 : end) {
		struct meta_object *o;
		size_t size;

		end = memchr(line, '\n', left_of(text, line));
		end = end ? end : text->data + text->size;
		size = (size_t)(end - line);
		if (!s->length[size % LENGTHS])
			continue;
		o = map_get(&s->wanted, hash_add(HASH_START, line, size));
		if (o && is_path_of(o, line, size))
			r = take_owner(s, o, file);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_list(const char *name)
{
	size_t size = strlen(name), suffix = strlen(".list");

	return size > suffix && strcmp(name + size - suffix, ".list") == 0;
}

static int search_lists(struct search *s, const char *path)
{
	cleanup_closedir DIR *dir = opendir(path);
	cleanup_done(buf_done) struct buf text = {0};
	struct dirent *entry;
	size_t n = 0;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && s->missing && (entry = readdir(dir))) {
		if (!is_list(entry->d_name))
			continue;
		if (n++ % CHECK_EVERY == 0 && clock_now() > s->deadline)
			return -ETIME;
		r = search_list(s, dirfd(dir), entry->d_name, &text);
	}
	return r;
}

/* ---- versions ---- */

struct stanza {
	const char *package, *architecture, *version;
	size_t package_size, architecture_size, version_size;
};

static void take_field(struct stanza *p, const char *line, size_t size)
{
	const struct {
		const char *name;
		const char **at;
		size_t *size;
	} fields[] = {
		{"Package: ", &p->package, &p->package_size},
		{"Architecture: ", &p->architecture, &p->architecture_size},
		{"Version: ", &p->version, &p->version_size},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		size_t length = strlen(fields[i].name);

		if (size <= length || memcmp(line, fields[i].name, length) != 0)
			continue;
		*fields[i].at = line + length;
		*fields[i].size = size - length;
	}
}

/* NAME, or NAME:ARCHITECTURE where a package may be there for several. */
static bool is_of(const struct stanza *p, const char *package)
{
	if (!p->package || strncmp(package, p->package, p->package_size) != 0)
		return false;
	package += p->package_size;
	return !*package ||
	       (*package == ':' && p->architecture && strlen(package + 1) == p->architecture_size &&
		memcmp(package + 1, p->architecture, p->architecture_size) == 0);
}

static int take_version(struct search *s, const struct stanza *p)
{
	for (size_t i = 0; p->package && p->version && i < s->count; i++) {
		struct meta_object *o = &s->objects[i];

		if (!o->package || !is_of(p, o->package) ||
		    (o->package_version && *o->package_version))
			continue;
		free(o->package_version);
		o->package_version = strndup(p->version, p->version_size);
		if (!o->package_version)
			return -ENOMEM;
	}
	return 0;
}

static int search_status(struct search *s, const char *path)
{
	cleanup_done(buf_done) struct buf text = {0};
	int r = fileio_slurp(AT_FDCWD, path, STATUS_MAX, &text);
	struct stanza p = {0};
	const char *line, *end;

	for (line = buf_text(&text); r == 0 && *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (end != line) {
			take_field(&p, line, (size_t)(end - line));
			continue;
		}
		r = take_version(s, &p);
		p = (struct stanza){0};
	}
	return r < 0 ? r : take_version(s, &p);
}

int packages_find(const char *root, struct meta_object *objects, size_t count, uint64_t deadline)
{
	cleanup_free char *lists = NULL, *status = NULL;
	struct search s = {.objects = objects, .count = count, .deadline = deadline};
	int r = 0, versions;

	if (asprintf(&lists, "%s/var/lib/dpkg/info", root) < 0) {
		lists = NULL;
		return -ENOMEM;
	}
	if (asprintf(&status, "%s/var/lib/dpkg/status", root) < 0) {
		status = NULL;
		return -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < count; i++)
		r = want(&s, &objects[i]);
	if (r == 0 && s.missing)
		r = search_lists(&s, lists);
	if (r == 0 || r == -ETIME) {
		versions = search_status(&s, status);
		r = versions < 0 ? versions : r;
	}
	map_done(&s.wanted);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg, in two passes. info/PACKAGE.list has the paths of a package, a line each: all of these are
 * read once. Then `status` has the versions.
 */
#include "packages_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 16 << 20, STATUS_MAX = 128 << 20 };

/* ---- who owns a file ---- */

static size_t left_of(const struct buf *text, const char *at)
{
	return (size_t)(text->data + text->size - at);
}

static int search_list(struct packages_search *s, int dirfd, const char *file, struct buf *text)
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
		o = packages_wanted(s, line, size);
		if (o)
			r = packages_take_owner(s, o, file, strlen(file) - strlen(".list"), NULL,
						0);
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

static int search_lists(struct packages_search *s, const char *path)
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
		if (n++ % PACKAGES_CHECK_EVERY == 0 && clock_now() > s->deadline)
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

static int take_version(struct packages_search *s, const struct stanza *p)
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

static int search_status(struct packages_search *s, const char *path)
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

int packages_search_dpkg(struct packages_search *s, const char *root)
{
	cleanup_free char *lists = NULL, *status = NULL;
	int r = 0, versions;

	if (asprintf(&lists, "%s/var/lib/dpkg/info", root) < 0) {
		lists = NULL;
		return -ENOMEM;
	}
	if (asprintf(&status, "%s/var/lib/dpkg/status", root) < 0) {
		status = NULL;
		return -ENOMEM;
	}
	if (s->missing)
		r = search_lists(s, lists);
	if (r == 0 || r == -ETIME) {
		versions = search_status(s, status);
		r = versions < 0 ? versions : r;
	}
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files whose owners are wanted stand in a map; each database is read once and every path in
 * it is looked up there.
 *
 * Distributions that have moved /lib to /usr/lib still list some files under their old names:
 * such a file is wanted under both.
 */
#include "packages.h"

#include "packages_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static int want_name(struct packages_search *s, struct meta_object *o, size_t from)
{
	size_t size = o->path.size - from;

	s->length[size % PACKAGES_LENGTHS] = true;
	return map_put(&s->wanted, hash_add(HASH_START, o->path.data + from, size), o);
}

static int want(struct packages_search *s, struct meta_object *o)
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

struct meta_object *packages_wanted(const struct packages_search *s, const char *path, size_t size)
{
	struct meta_object *o;

	if (!s->length[size % PACKAGES_LENGTHS])
		return NULL;
	o = map_get(&s->wanted, hash_add(HASH_START, path, size));
	return o && is_path_of(o, path, size) && is_wanted(o) ? o : NULL;
}

int packages_take_owner(struct packages_search *s, struct meta_object *o, const char *package,
			size_t package_size, const char *version, size_t version_size)
{
	char *name = strndup(package, package_size);
	char *number = version ? strndup(version, version_size) : NULL;

	if (!name || (version && !number)) {
		free(name);
		free(number);
		return -ENOMEM;
	}
	free(o->package);
	o->package = name;
	if (number) {
		free(o->package_version);
		o->package_version = number;
	}
	s->missing--;
	return 0;
}

int packages_find(const char *root, struct meta_object *objects, size_t count, uint64_t deadline)
{
	static int (*const searches[])(struct packages_search * s, const char *root) = {
		packages_search_dpkg, packages_search_apk, packages_search_pacman};
	struct packages_search s = {.objects = objects, .count = count, .deadline = deadline};
	int r = 0, found = -ENOENT;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = want(&s, &objects[i]);
	/* A machine may have the tools of several, and what they own. */
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(searches) && (s.missing || i == 0); i++) {
		int one = searches[i](&s, root);

		r = one == -ENOENT ? 0 : one;
		found = one == -ENOENT ? found : 0;
	}
	map_done(&s.wanted);
	return r < 0 ? r : found;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of package managers' databases share. */
#ifndef RECORDER_PACKAGES_PRIV_H
#define RECORDER_PACKAGES_PRIV_H

#include "packages.h"

#include "base/map.h"

#include <stdbool.h>

enum { PACKAGES_LENGTHS = 256, PACKAGES_CHECK_EVERY = 16 };

struct packages_search {
	struct meta_object *objects;
	size_t count, missing;         /* of those wanted, not found yet */
	struct map wanted;             /* hash of a path -> object */
	bool length[PACKAGES_LENGTHS]; /* whether a path of this length, modulo, is wanted: few are
					*/
	uint64_t deadline;
};

/* The object that is wanted and called so, or NULL. */
struct meta_object *packages_wanted(const struct packages_search *s, const char *path, size_t size);
/* Whose it is. @version NULL: told later. 0 or -ENOMEM. */
int packages_take_owner(struct packages_search *s, struct meta_object *o, const char *package,
			size_t package_size, const char *version, size_t version_size);

/* Each: 0, -ETIME, -ENOENT without such a database below @root, or -ENOMEM. */
int packages_search_dpkg(struct packages_search *s, const char *root);
int packages_search_apk(struct packages_search *s, const char *root);
int packages_search_pacman(struct packages_search *s, const char *root);

#endif

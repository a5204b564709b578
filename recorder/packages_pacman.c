/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pacman (Arch Linux): a directory for each package. `files` has the paths below %FILES%, a line
 * each, without a slash in front; `desc` has %NAME% and %VERSION%.
 */
#include "packages_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fileio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 16 << 20, DESC_MAX = 1 << 20 };

/* The line behind @head; *ret_size 0: there is none. */
static const char *find_value(const char *text, const char *head, size_t *ret_size)
{
	const char *at = strstr(text, head);

	*ret_size = 0;
	if (!at || (at != text && at[-1] != '\n'))
		return text;
	at += strlen(head);
	*ret_size = strcspn(at, "\n");
	return at;
}

/* `desc` is read only of the package that is one. */
static int take_owner(struct packages_search *s, int dirfd, struct meta_object *o)
{
	cleanup_done(buf_done) struct buf desc = {0};
	const char *name, *version;
	size_t name_size, version_size;
	int r = fileio_slurp(dirfd, "desc", DESC_MAX, &desc);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	name = find_value(buf_text(&desc), "%NAME%\n", &name_size);
	version = find_value(buf_text(&desc), "%VERSION%\n", &version_size);
	return name_size ? packages_take_owner(s, o, name, name_size, version, version_size) : 0;
}

static int search_files(struct packages_search *s, int dirfd, struct buf *text)
{
	char *line, *end;
	int r;

	buf_clear(text);
	r = fileio_slurp(dirfd, "files", FILES_MAX, text);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	line = text->size ? strstr(text->data, "%FILES%\n") : NULL;
	/* The newline in front of each becomes the slash that is missing. */
	for (line = line ? line + strlen("%FILES%") : NULL; r == 0 && line && *line; line = end) {
		struct meta_object *o;

		end = strchrnul(line + 1, '\n');
		/* An empty line ends the list. */
		if (end == line + 1)
			break;
		*line = '/';
		o = packages_wanted(s, line, (size_t)(end - line));
		if (o)
			r = take_owner(s, dirfd, o);
	}
	return r;
}

static int search_package(struct packages_search *s, int parent, const char *name, struct buf *text)
{
	cleanup_close int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? 0 : search_files(s, fd, text);
}

int packages_search_pacman(struct packages_search *s, const char *root)
{
	cleanup_done(buf_done) struct buf text = {0};
	cleanup_closedir DIR *dir = NULL;
	cleanup_free char *path = NULL;
	struct dirent *entry;
	size_t n = 0;
	int r = 0;

	if (asprintf(&path, "%s/var/lib/pacman/local", root) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	dir = opendir(path);
	if (!dir)
		return -ENOENT;
	while (r == 0 && s->missing && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (n++ % PACKAGES_CHECK_EVERY == 0 && clock_now() > s->deadline)
			return -ETIME;
		r = search_package(s, dirfd(dir), entry->d_name, &text);
	}
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk (Alpine): one text. Of each package P:name and V:version, then F:directory with R:file for
 * each file in it, without a slash in front; an empty line ends it. apk-installed(5).
 */
#include "packages_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { INSTALLED_MAX = 128 << 20 };

struct text {
	const char *at;
	size_t size;
};

struct package {
	struct text name, version;
	struct text directory; /* that files are told of */
};

static int take_file(struct packages_search *s, const struct package *p, const struct text *file,
		     struct buf *path)
{
	struct meta_object *o;

	buf_clear(path);
	buf_char(path, '/');
	buf_append(path, p->directory.at, p->directory.size);
	if (p->directory.size)
		buf_char(path, '/');
	buf_append(path, file->at, file->size);
	if (buf_error(path))
		return -ENOMEM;
	o = p->name.at ? packages_wanted(s, path->data, path->size) : NULL;
	return o ? packages_take_owner(s, o, p->name.at, p->name.size,
				       p->version.at ? p->version.at : "", p->version.size)
		 : 0;
}

static int take_line(struct packages_search *s, struct package *p, const char *line, size_t size,
		     struct buf *path)
{
	const struct text value = {line + 2, size > 2 ? size - 2 : 0};

	if (!size)
		*p = (struct package){0};
	if (size < 2 || line[1] != ':')
		return 0;
	if (line[0] == 'P')
		p->name = value;
	else if (line[0] == 'V')
		p->version = value;
	else if (line[0] == 'F')
		p->directory = value;
	return line[0] == 'R' ? take_file(s, p, &value, path) : 0;
}

static int search(struct packages_search *s, const struct buf *text)
{
	cleanup_done(buf_done) struct buf path = {0};
	struct package p = {0};
	const char *line, *end;
	size_t n = 0;
	int r = 0;

	for (line = buf_text(text); r == 0 && s->missing && *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (n++ % 4096 == 0 && clock_now() > s->deadline)
			return -ETIME;
		r = take_line(s, &p, line, (size_t)(end - line), &path);
	}
	return r;
}

int packages_search_apk(struct packages_search *s, const char *root)
{
	cleanup_done(buf_done) struct buf text = {0};
	cleanup_free char *path = NULL;
	int r;

	if (asprintf(&path, "%s/lib/apk/db/installed", root) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = fileio_slurp(AT_FDCWD, path, INSTALLED_MAX, &text);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	return search(s, &text);
}

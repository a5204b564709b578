/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in a report: what changed, what was read, at what calls failed, what was looked for. A
 * file is in the first of these tables that it belongs to; searches are told of their own.
 */
#include "page.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "html.h"
#include "replayer/print/print.h"
#include "sys/names.h"
#include "table.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	FILES_SHOWN = 300,
	FILES_BYTES = 150 << 10,
	SEARCHES_SHOWN = 200,
	SEARCHES_BYTES = 120 << 10,
	PATH_SHOWN = 400,
};

static void say_by(const struct report *r, const struct actors *by, struct buf *out)
{
	cleanup_done(buf_done) struct buf text = {0};

	actors_say(by, &r->overview.processes, &text);
	buf_str(out, "<td class=by>");
	html_take(out, &text);
	buf_str(out, "</td>");
}

static void say_path(struct buf *out, const char *path, size_t size)
{
	buf_str(out, "<td><code>");
	html_bytes(out, path, size, PATH_SHOWN);
	buf_str(out, "</code></td>");
}

static void say_deeds(const struct report *r, const struct touched_file *t, struct buf *out)
{
	cleanup_done(buf_done) struct buf text = {0};

	file_deeds(&r->overview.files, t, &text);
	html_cut(&text, PATH_SHOWN);
	buf_str(out, "<td>");
	html_take(out, &text);
	buf_str(out, "</td>");
}

static void say_file(const struct report *r, const struct touched_file *t, struct buf *out)
{
	buf_str(out, "<tr>");
	say_path(out, t->path, t->size);
	html_size_cell(out, t->written, t->writes);
	html_size_cell(out, t->read, t->reads);
	say_deeds(r, t, out);
	say_by(r, &t->by, out);
	html_time_cell(out, t->first_time);
	buf_str(out, "</tr>\n");
}

static int say_part(const struct report *r, enum files_part part, const char *caption,
		    struct buf *out)
{
	static const char *const heads[] = {"path", "#written",     "#read", "what was done",
					    "by",   "#first at, s", NULL};
	cleanup_free uint32_t *rows = NULL;
	struct table t;
	size_t count;
	int status = files_pick(&r->overview.files, part, FILES_BY_BYTES, &rows, &count);

	if (status < 0 || !count)
		return status;
	table_open(&t, out, caption, heads, FILES_SHOWN, FILES_BYTES);
	for (size_t i = 0; i < count && table_row(&t); i++)
		say_file(r, &r->overview.files.list[rows[i]], out);
	table_close(&t, count, "files");
	return 0;
}

/* ---- what failed ---- */

static void say_error(const struct report *r, const struct touched_file *f,
		      const struct file_error *e, struct buf *out)
{
	const struct event_call call = {.nr = e->nr, .arch = e->arch};
	const char *name = sys_errno_name(e->error), *words = sys_errno_text(e->error);
	char scratch[32];

	buf_str(out, "<tr>");
	say_path(out, f->path, f->size);
	html_count_cell(out, e->count);
	buf_printf(out, "<td class=call><code>%s</code></td><td><abbr title=\"%s\">",
		   print_call_name(&call, scratch), words ? words : "");
	if (name)
		buf_str(out, name);
	else
		buf_printf(out, "%d", e->error);
	buf_str(out, "</abbr></td>");
	say_by(r, &f->by, out);
	buf_str(out, "</tr>\n");
}

static int say_failed(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {"path", "#times", "call", "error", "by", NULL};
	cleanup_free uint32_t *rows = NULL;
	uint64_t errors = 0;
	struct table t;
	size_t count;
	int status = files_pick(&r->overview.files, FILES_FAILED, FILES_BY_ERRORS, &rows, &count);

	if (status < 0 || !count)
		return status;
	table_open(&t, out, "Failed, other than that there was no such file", heads, FILES_SHOWN,
		   FILES_BYTES);
	for (size_t i = 0; i < count; i++) {
		const struct touched_file *f = &r->overview.files.list[rows[i]];

		errors += f->error_count;
		for (size_t k = 0; k < f->error_count && table_row(&t); k++)
			say_error(r, f, &f->errors[k], out);
	}
	table_close(&t, errors, "failures");
	return 0;
}

/* ---- searches ---- */

static void say_search(const struct report *r, const struct search *s, struct buf *out)
{
	buf_str(out, "<tr><td><code>");
	html_bytes(out, s->name, s->name_size, PATH_SHOWN);
	buf_str(out, "</code></td>");
	if (s->found)
		say_path(out, s->found, s->found_size);
	else
		buf_str(out, "<td><span class=\"pill bad\">never found</span></td>");
	html_count_cell(out, s->places);
	buf_str(out, "<td><code>");
	for (size_t i = 0; i < SEARCH_PLACES_KEPT && s->place[i]; i++) {
		buf_str(out, i ? "<br>" : "");
		html_bytes(out, s->place[i], s->place_size[i], PATH_SHOWN);
	}
	if (s->places > SEARCH_PLACES_KEPT)
		buf_str(out, "<br>…");
	buf_str(out, "</code></td>");
	html_count_cell(out, s->times);
	say_by(r, &s->by, out);
	buf_str(out, "</tr>\n");
}

/* What was never found comes first, and of that last what every program looks for. */
static unsigned rank_of(const struct search *s)
{
	return s->found ? 2 : search_is_noise(s);
}

static void say_searches(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {
		"looked for", "found", "#places in vain", "such as", "#times", "by", NULL};
	const struct searches *all = &r->overview.files.searches;
	uint64_t count = 0;
	struct table t;

	if (!all->count && !all->beyond)
		return;
	table_open(&t, out, "Looked for in one place after the other", heads, SEARCHES_SHOWN,
		   SEARCHES_BYTES);
	for (unsigned rank = 0; rank < 3; rank++) {
		for (size_t i = 0; i < all->count; i++) {
			const struct search *s = &all->list[i];

			/* Asked for in one place, and not there: that is no search. */
			if (rank_of(s) != rank || (!s->found && s->places < 2))
				continue;
			count++;
			if (table_row(&t))
				say_search(r, s, out);
		}
	}
	table_close(&t, count + all->beyond, "searches");
}

int report_files(const struct report *r, struct buf *out)
{
	static const struct {
		enum files_part part;
		const char *caption;
	} parts[] = {{FILES_WRITTEN, "Written and changed"},
		     {FILES_READ, "Read, executed, mapped, listed"}};
	int status = 0;

	if (!r->overview.files.count)
		buf_str(out, "<p>No file was touched.</p>\n");
	for (size_t i = 0; status == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		status = say_part(r, parts[i].part, parts[i].caption, out);
		if (status == 0 && i == 0)
			status = say_failed(r, out);
	}
	say_searches(r, out);
	if (r->overview.files.uring)
		buf_str(out, "<p class=cut>io_uring was used: what it read and wrote is not "
			     "seen.</p>\n");
	if (r->overview.files.beyond) {
		buf_str(out, "<p class=cut>");
		html_count(out, r->overview.files.beyond);
		buf_str(out, " accesses to files beyond the first had no room.</p>\n");
	}
	return status;
}

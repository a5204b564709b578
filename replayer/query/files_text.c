/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files for people: what failed, what was changed, what was read, what was looked for. Many
 * files of one directory about which there is nothing special are one line.
 */
#include "files.h"

#include "amount.h"
#include "groups.h"

#include "base/buf.h"
#include "base/hash.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	FOLD_FROM = 4, /* files of a directory that are folded, when there are so many */
	FEW = 24,      /* lines: so few need no folding */
	NAMES_SAID = 6,
};

struct saying {
	struct files *f;
	const struct processes *all;
	const struct files_style *style;
	struct buf *out;
	uint32_t *rows;
	size_t count;
	struct groups groups; /* of the rows, by directory */
};

static size_t directory_of(const struct touched_file *t)
{
	const char *slash = memrchr(t->path, '/', t->size);

	return slash ? (size_t)(slash - t->path) : 0;
}

static void say_path(const struct touched_file *t, struct buf *out)
{
	escape_text(out, t->path, t->size);
}

static void heading(struct saying *x, const char *text)
{
	buf_printf(x->out, "\n%s\n", text);
}

/* ---- what was done to one ---- */

static void word(struct buf *out, size_t from, const char *text, uint64_t count)
{
	if (!count)
		return;
	if (out->size > from)
		buf_str(out, ", ");
	buf_str(out, text);
	if (count > 1)
		buf_printf(out, " %" PRIu64 "x", count);
}

void file_deeds(const struct files *f, const struct touched_file *t, struct buf *out)
{
	size_t from = out->size;
	uint64_t opened = t->count[ACCESS_OPEN];

	word(out, from, "created", t->created + t->count[ACCESS_CREATE]);
	word(out, from, "created or emptied", t->emptied);
	word(out, from, "symbolic link", t->count[ACCESS_SYMLINK]);
	word(out, from, "truncated", t->count[ACCESS_TRUNCATE]);
	if (opened > t->created + t->emptied)
		word(out, from, "opened", opened - t->created - t->emptied);
	word(out, from, "mode, owner, times or attributes set", t->count[ACCESS_CHANGE]);
	word(out, from, "mapped shared and writable", t->mapped_shared);
	if (!t->mapped_shared)
		word(out, from, "mapped", t->count[ACCESS_MAP]);
	word(out, from, "executed", t->count[ACCESS_EXEC]);
	word(out, from, "listed", t->count[ACCESS_LIST]);
	word(out, from, "made the directory of a process", t->count[ACCESS_ENTER]);
	word(out, from, "linked", t->count[ACCESS_LINK]);
	word(out, from, "mounted", t->count[ACCESS_MOUNT]);
	word(out, from, "watched", t->count[ACCESS_WATCH]);
	if (out->size == from)
		word(out, from, "asked for", t->count[ACCESS_LOOK]);
	if (out->size == from && (t->reads || t->writes))
		word(out, from, "was open already", 1);
	word(out, from, "not there", t->missed);
	if (t->from) {
		word(out, from, "renamed from ", 1);
		say_path(&f->list[t->from - 1], out);
	}
	if (t->to) {
		word(out, from, "renamed to ", 1);
		say_path(&f->list[t->to - 1], out);
	}
	word(out, from, "deleted", t->count[ACCESS_DELETE]);
}

static void say_bytes(struct buf *out, uint64_t bytes, uint64_t calls)
{
	struct buf text = {0};

	if (calls)
		amount_bytes(&text, bytes);
	else
		buf_char(&text, '-');
	buf_inherit(out, &text);
	buf_printf(out, " %10s", buf_text(&text));
	buf_done(&text);
}

static void say_file(const struct saying *x, const struct touched_file *t)
{
	say_bytes(x->out, t->written, t->writes);
	say_bytes(x->out, t->read, t->reads);
	buf_str(x->out, "  ");
	say_path(t, x->out);
	buf_str(x->out, "  (");
	file_deeds(x->f, t, x->out);
	buf_str(x->out, ")  ");
	actors_say(&t->by, x->all, x->out);
	buf_char(x->out, '\n');
}

/* ---- many ---- */

static bool may_fold(const struct touched_file *t)
{
	return !t->count[ACCESS_EXEC] && !t->failed && !file_is_changed(t);
}

/* A name without a slash is in no directory. */
static int group_rows(struct saying *x)
{
	int r = groups_init(&x->groups, x->count);

	for (size_t i = 0; r == 0 && i < x->count; i++) {
		const struct touched_file *t = &x->f->list[x->rows[i]];

		if (may_fold(t) && memchr(t->path, '/', t->size))
			r = groups_add(&x->groups, i,
				       hash_add(HASH_START, t->path, directory_of(t)));
	}
	return r;
}

static void say_folded(const struct saying *x, const struct group *g)
{
	const struct touched_file *t = &x->f->list[x->rows[g->first]];
	uint64_t read = 0, reads = 0;
	size_t said = 0;

	for (size_t k = g->first; k != GROUP_END; k = x->groups.next[k]) {
		read += x->f->list[x->rows[k]].read;
		reads += x->f->list[x->rows[k]].reads;
	}
	say_bytes(x->out, 0, 0);
	say_bytes(x->out, read, reads);
	buf_str(x->out, "  ");
	escape_text(x->out, t->path, directory_of(t));
	buf_printf(x->out, "/  %zu files: ", g->count);
	for (size_t k = g->first; k != GROUP_END && said < NAMES_SAID; k = x->groups.next[k]) {
		const struct touched_file *o = &x->f->list[x->rows[k]];
		size_t n = directory_of(o);

		buf_str(x->out, said++ ? ", " : "");
		escape_text(x->out, o->path + n + 1, o->size - n - 1);
	}
	if (g->count > NAMES_SAID)
		buf_printf(x->out, " +%zu more", g->count - NAMES_SAID);
	buf_char(x->out, '\n');
}

static void say_row(const struct saying *x, size_t i, bool folds)
{
	const struct group *g = folds ? groups_of(&x->groups, i) : NULL;

	if (!g || g->count < FOLD_FROM)
		say_file(x, &x->f->list[x->rows[i]]);
	else if (g->first == i)
		say_folded(x, g);
}

static int say_part(struct saying *x, unsigned part, const char *title)
{
	int r = files_pick(x->f, part, x->style->sort, &x->rows, &x->count);

	if (r < 0)
		return r;
	r = group_rows(x);
	if (x->count) {
		heading(x, title);
		buf_printf(x->out, " %10s %10s\n", "written", "read");
	}
	for (size_t i = 0; r == 0 && i < x->count; i++)
		say_row(x, i, !x->style->all && x->count > FEW);
	groups_done(&x->groups);
	free(x->rows);
	return r;
}

/* ---- what failed ---- */

static void say_errors(const struct saying *x, const struct touched_file *t)
{
	char scratch[32];

	for (size_t i = 0; i < t->error_count; i++) {
		const struct file_error *e = &t->errors[i];
		const struct event_call call = {.nr = e->nr, .arch = e->arch};
		const char *name = sys_errno_name(e->error);

		buf_printf(x->out, " %6" PRIu64 "  %-12s %-11s ", e->count,
			   print_call_name(&call, scratch), name ? name : "?");
		say_path(t, x->out);
		buf_str(x->out, "  ");
		actors_say(&t->by, x->all, x->out);
		buf_char(x->out, '\n');
	}
}

static int say_failed(struct saying *x)
{
	int r = files_pick(x->f, FILES_FAILED, FILES_BY_ERRORS, &x->rows, &x->count);

	if (r < 0)
		return r;
	if (x->count)
		heading(x, "Failed");
	for (size_t i = 0; i < x->count; i++)
		say_errors(x, &x->f->list[x->rows[i]]);
	free(x->rows);
	return 0;
}

/* ---- everything ---- */

static void say_summary(const struct saying *x)
{
	const struct files *f = x->f;
	uint64_t read = 0, written = 0, missing = 0, changed = 0;

	for (size_t i = 0; i < f->count; i++) {
		read += f->list[i].read;
		written += f->list[i].written;
		missing += file_is_missing(&f->list[i]);
		changed += file_is_changed(&f->list[i]);
	}
	amount_count(x->out, f->count - missing, "file", "files");
	buf_printf(x->out, " touched, %" PRIu64 " opened for writing or changed; ", changed);
	amount_bytes(x->out, written);
	buf_str(x->out, " written, ");
	amount_bytes(x->out, read);
	buf_printf(x->out, " read; %" PRIu64 " paths that were not there\n", missing);
	if (f->uring)
		buf_str(x->out, "io_uring was used: what it read and wrote is not seen\n");
	if (f->beyond || f->searches.beyond)
		buf_printf(x->out,
			   "no room for more: %" PRIu64 " accesses and %" PRIu64
			   " searches are not told\n",
			   f->beyond, f->searches.beyond);
}

int files_say(struct files *f, const struct processes *all, const struct files_style *style,
	      struct buf *ret)
{
	static const struct {
		unsigned part;
		const char *title;
	} parts[] = {{FILES_WRITTEN, "Written and changed"},
		     {FILES_READ, "Read, executed, mapped, listed"},
		     {FILES_LOOKED, "Only asked for: they were there"}};
	struct saying x = {.f = f, .all = all, .style = style, .out = ret};
	struct searches_style searches = {.all = style->all, .below = f->below};
	unsigned chosen = style->parts ? style->parts : ~0u;
	int r = searches_end(&f->searches);

	if (r < 0)
		return r;
	say_summary(&x);
	if (chosen & FILES_FAILED)
		r = say_failed(&x);
	if (r == 0 && chosen & FILES_MISSING)
		r = searches_say_lost(&f->searches, all, &searches, ret);
	for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (chosen & parts[i].part)
			r = say_part(&x, parts[i].part, parts[i].title);
	}
	if (r == 0 && chosen & FILES_MISSING)
		r = searches_say_found(&f->searches, all, &searches, ret);
	return r < 0 ? r : buf_error(ret);
}

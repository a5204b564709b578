/* SPDX-License-Identifier: Apache-2.0 */
/* The table of files: what the verb of this name counts of each path. */
#include "sql_priv.h"

#include "replayer/query/files.h"
#include "replayer/query/processes.h"

#include <errno.h>

enum {
	FILE_PATH,
	FILE_PRESENCE,
	FILE_OPENED,
	FILE_CREATED,
	FILE_DELETED,
	FILE_RENAMED_FROM,
	FILE_RENAMED_TO,
	FILE_LOOKED,
	FILE_EXECUTED,
	FILE_MAPPED,
	FILE_CHANGED,
	FILE_READS,
	FILE_BYTES_IN,
	FILE_WRITES,
	FILE_BYTES_OUT,
	FILE_MISSING,
	FILE_ERRORS,
	FILE_FIRST_SEQ,
	FILE_FIRST_TIME,
	FILE_LAST_TIME,
};

static void put_name(struct list *l, size_t column, const struct files *f, uint32_t id)
{
	if (id)
		list_text(l, column, f->list[id - 1].path, f->list[id - 1].size);
}

static void put_counts(struct list *l, const struct touched_file *t)
{
	const uint64_t *n = t->count;

	list_integer(l, FILE_OPENED, n[ACCESS_OPEN]);
	list_integer(l, FILE_CREATED, t->created + n[ACCESS_CREATE] + n[ACCESS_SYMLINK]);
	list_integer(l, FILE_DELETED, n[ACCESS_DELETE]);
	list_integer(l, FILE_LOOKED, n[ACCESS_LOOK]);
	list_integer(l, FILE_EXECUTED, n[ACCESS_EXEC]);
	list_integer(l, FILE_MAPPED, n[ACCESS_MAP]);
	list_integer(l, FILE_CHANGED, n[ACCESS_CHANGE] + n[ACCESS_TRUNCATE] + t->emptied);
	list_integer(l, FILE_READS, t->reads);
	list_integer(l, FILE_BYTES_IN, t->read);
	list_integer(l, FILE_WRITES, t->writes);
	list_integer(l, FILE_BYTES_OUT, t->written);
	list_integer(l, FILE_MISSING, t->missed);
	list_integer(l, FILE_ERRORS, t->failed);
	list_integer(l, FILE_FIRST_SEQ, t->first_seq);
	list_integer(l, FILE_FIRST_TIME, t->first_time);
	list_integer(l, FILE_LAST_TIME, t->last_time);
}

static void put(struct list *l, const struct files *f, const struct touched_file *t)
{
	if (!list_row(l))
		return;
	list_text(l, FILE_PATH, t->path, t->size);
	if (t->presence != FILE_UNKNOWN)
		list_word(l, FILE_PRESENCE, t->presence == FILE_THERE ? "there" : "gone");
	put_name(l, FILE_RENAMED_FROM, f, t->from);
	put_name(l, FILE_RENAMED_TO, f, t->to);
	put_counts(l, t);
}

static int take(struct files *f, struct processes *all, const struct scan *c)
{
	int r = processes_take(all, &c->item);

	return r == 0 && scan_shows(c) ? files_take(f, c->state, all, c->item.event) : r;
}

int list_make_files(struct sql *s, struct list *l, struct err *err)
{
	struct processes all = {.count = 0};
	struct scan c = {.sql = s};
	struct files f;
	int r = files_init(&f, NULL);

	r = r < 0 ? err_set(err, ENOMEM, "out of memory")
		  : scan_open(&c, s, NEED_FULL | NEED_STATE, err);
	while (r >= 0 && (r = scan_next(&c, err)) > 0) {
		if (take(&f, &all, &c) < 0)
			r = err_set(err, ENOMEM, "out of memory");
	}
	for (size_t i = 0; r == 0 && i < f.count; i++)
		put(l, &f, &f.list[i]);
	l->dropped += f.beyond;
	files_done(&f);
	processes_done(&all);
	scan_done(&c);
	return r;
}

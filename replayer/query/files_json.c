/* SPDX-License-Identifier: Apache-2.0 */
/* Files as one JSON object: every file and every search, nothing folded. */
#include "files.h"

#include "base/buf.h"
#include "replayer/export/json.h"
#include "replayer/print/print.h"
#include "sys/names.h"

#include <inttypes.h>
#include <stdlib.h>

static void say_path(struct buf *out, const char *key, const char *path, size_t size)
{
	json_key(out, key);
	json_string(out, path, size);
}

static void say_errors(const struct touched_file *t, struct buf *out)
{
	char scratch[32];

	buf_str(out, ",\"errors\":[");
	for (size_t i = 0; i < t->error_count; i++) {
		const struct file_error *e = &t->errors[i];
		const struct event_call call = {.nr = e->nr, .arch = e->arch};
		const char *name = sys_errno_name(e->error);

		buf_printf(out, "%s{\"errno\":%d", i ? "," : "", e->error);
		json_text(out, "error", name);
		json_text(out, "call", print_call_name(&call, scratch));
		json_number(out, "count", e->count);
		json_number(out, "first_seq", e->first_seq);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void say_file(const struct files *f, const struct processes *all,
		     const struct touched_file *t, struct buf *out)
{
	buf_str(out, "{\"path\":");
	json_string(out, t->path, t->size);
	buf_printf(out, ",\"resolved\":%s,\"done\":{", t->resolved ? "true" : "false");
	for (size_t i = 0, n = 0; i < ACCESS_KIND_MAX; i++) {
		if (t->count[i])
			buf_printf(out, "%s\"%s\":%" PRIu64, n++ ? "," : "",
				   access_kind_name((uint8_t)i), t->count[i]);
	}
	buf_char(out, '}');
	json_number(out, "created", t->created);
	json_number(out, "emptied", t->emptied);
	json_number(out, "opened_to_write", t->opened_to_write);
	json_number(out, "mapped_shared_writable", t->mapped_shared);
	json_number(out, "reads", t->reads);
	json_number(out, "bytes_read", t->read);
	json_number(out, "writes", t->writes);
	json_number(out, "bytes_written", t->written);
	json_number(out, "missed", t->missed);
	json_number(out, "failed", t->failed);
	say_errors(t, out);
	if (t->from)
		say_path(out, "renamed_from", f->list[t->from - 1].path, f->list[t->from - 1].size);
	if (t->to)
		say_path(out, "renamed_to", f->list[t->to - 1].path, f->list[t->to - 1].size);
	json_number(out, "first_time", t->first_time);
	json_number(out, "last_time", t->last_time);
	json_number(out, "first_seq", t->first_seq);
	actors_json(&t->by, all, out);
	buf_char(out, '}');
}

static void say_search(const struct processes *all, const struct search *s, struct buf *out)
{
	buf_str(out, "{\"name\":");
	json_string(out, s->name, s->name_size);
	if (s->found)
		say_path(out, "found", s->found, s->found_size);
	else
		json_null(out, "found");
	json_number(out, "times", s->times);
	json_number(out, "misses", s->misses);
	json_number(out, "tries", s->tries);
	json_number(out, "places", s->places);
	buf_str(out, ",\"tried\":[");
	for (size_t i = 0; i < SEARCH_PLACES_KEPT && s->place[i]; i++) {
		if (i)
			buf_char(out, ',');
		json_string(out, s->place[i], s->place_size[i]);
	}
	buf_char(out, ']');
	actors_json(&s->by, all, out);
	buf_char(out, '}');
}

int files_json(struct files *f, const struct processes *all, const struct files_style *style,
	       struct buf *ret)
{
	uint32_t *rows;
	size_t count;
	int r = searches_end(&f->searches);

	if (r == 0)
		r = files_pick(f, style->parts ? style->parts : ~0u, style->sort, &rows, &count);
	if (r < 0)
		return r;
	buf_printf(ret,
		   "{\"beyond\":%" PRIu64 ",\"searches_beyond\":%" PRIu64 ",\"io_uring\":%" PRIu64
		   ",\"files\":[",
		   f->beyond, f->searches.beyond, f->uring);
	for (size_t i = 0; i < count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		say_file(f, all, &f->list[rows[i]], ret);
	}
	free(rows);
	buf_str(ret, "],\"searches\":[");
	for (size_t i = 0; i < f->searches.count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		say_search(all, &f->searches.list[i], ret);
	}
	buf_str(ret, "]}");
	return buf_error(ret);
}

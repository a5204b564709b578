/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "report_priv.h"

#include "base/buf.h"
#include "replayer/export/json.h"

#include <inttypes.h>

/* Nothing has the number 0. */
static void put_number(struct buf *out, const char *key, uint64_t number)
{
	if (number)
		json_number(out, key, number);
	else
		json_null(out, key);
}

static void put_place(struct buf *out, const char *key, const struct diff_side *s,
		      const struct finding_place *p)
{
	json_key(out, key);
	if (!p->seq && !p->process && !p->count) {
		buf_str(out, "null");
		return;
	}
	buf_printf(out, "{\"count\":%" PRIu64, p->count);
	put_number(out, "pid", p->process ? s->processes[p->process].pid : 0);
	put_number(out, "tid", p->tid);
	put_number(out, "seq", p->seq);
	buf_char(out, '}');
}

static void put_optional(struct buf *out, const char *key, const char *text)
{
	if (text)
		json_text(out, key, text);
	else
		json_null(out, key);
}

static void put_lines(struct buf *out, const char *key, const char *text)
{
	json_key(out, key);
	buf_char(out, '[');
	for (const char *at = text; at && *at;) {
		const size_t size = strcspn(at, "\n");

		if (at != text)
			buf_char(out, ',');
		json_string(out, at, size);
		at += size + (at[size] == '\n');
	}
	buf_char(out, ']');
}

static void put_finding(const struct report *r, uint32_t finding, struct buf *out)
{
	const struct finding *f = &r->c->found.at[finding];
	struct buf text = {0}, process = {0};

	finding_say(r->c, f, &text);
	comparison_name(r->c, f->node, &process);
	buf_printf(out, "{\"kind\":\"%s\"", finding_word((enum finding_kind)f->kind));
	json_word(out, "level", finding_level((enum finding_kind)f->kind));
	json_text(out, "text", buf_text(&text));
	put_optional(out, "process", f->node ? buf_text(&process) : NULL);
	json_text(out, "subject", f->subject);
	put_optional(out, "was", f->was);
	put_optional(out, "now", f->now);
	put_optional(out, "note", f->note);
	put_place(out, "a", r->c->a, &f->a);
	put_place(out, "b", r->c->b, &f->b);
	json_hex(out, "key", f->key);
	report_put_excerpt(f->excerpt, out);
	buf_inherit(out, &text);
	buf_inherit(out, &process);
	buf_done(&text);
	buf_done(&process);
}

static void put_list(const struct report *r, const char *key, const uint32_t *findings,
		     size_t count, struct buf *out)
{
	json_key(out, key);
	buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(out, ',');
		put_finding(r, findings[i], out);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void put_story(const struct report *r, const struct story *s, struct buf *out)
{
	put_finding(r, s->head, out);
	put_list(r, "told", s->told, s->told_count, out);
	json_number(out, "follow", s->follower_count);
	if (r->all)
		put_list(r, "followers", s->followers, s->follower_count, out);
	buf_char(out, '}');
}

int report_json(const struct report *r, struct buf *out)
{
	const struct ranking *x = r->ranking;

	buf_printf(out, "{\"verdict\":\"%s\"",
		   x->count   ? "different"
		   : r->doubt ? "doubtful"
			      : "same");
	json_text(out, "a", r->a);
	json_text(out, "b", r->b);
	put_optional(out, "doubt", r->doubt);
	json_number(out, "learned", r->learned);
	json_number(out, "masked", r->masked);
	json_number(out, "left_out", r->c->found.left_out);
	json_number(out, "excerpts_left_out", r->c->excerpts_left_out);
	buf_printf(out, ",\"approximate\":%s", r->c->approximate ? "true" : "false");
	json_key(out, "findings");
	buf_char(out, '[');
	for (size_t i = 0; i < x->count; i++) {
		if (i)
			buf_char(out, ',');
		put_story(r, &x->stories[i], out);
	}
	buf_char(out, ']');
	json_key(out, "first");
	if (x->has_first) {
		put_finding(r, x->first, out);
		buf_char(out, '}');
	} else {
		buf_str(out, "null");
	}
	put_lines(out, "a_context", r->a_context);
	put_lines(out, "b_context", r->b_context);
	buf_str(out, "}\n");
	return buf_error(out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "report_priv.h"

#include "base/buf.h"
#include "replayer/print/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_MAX_BYTES = 160, TEXT_MAX_BYTES = 400, WORD_COLUMN = 17 };

static const char bold[] = "\033[1m", plain[] = "\033[0m";

static void say_cut(struct buf *out, const char *text, size_t limit)
{
	size_t size = strlen(text);

	if (size <= limit) {
		escape_text(out, text, size);
		return;
	}
	while (limit && ((unsigned char)text[limit] & 0xc0) == 0x80)
		limit--;
	escape_text(out, text, limit);
	buf_str(out, "...");
}

static void say_value(struct buf *out, const char *value, const char *nothing)
{
	if (!value)
		buf_str(out, nothing);
	else
		say_cut(out, value, VALUE_MAX_BYTES);
}

static void say_change(const struct finding *f, const char *nothing, struct buf *out)
{
	buf_str(out, ": ");
	say_value(out, f->was, nothing);
	buf_str(out, " -> ");
	say_value(out, f->now, nothing);
}

static void say_counts(const struct finding *f, struct buf *out)
{
	buf_printf(out, ": %" PRIu64 " -> %" PRIu64, f->a.count, f->b.count);
}

/* What is said behind the subject, by kind. */
static void say_rest(const struct finding *f, struct buf *out)
{
	switch ((enum finding_kind)f->kind) {
	case FIND_ENVIRONMENT:
		say_change(f, "unset", out);
		break;
	case FIND_INHERITS:
		say_change(f, "not open", out);
		break;
	case FIND_FAILS:
		buf_str(out, ": ");
		say_value(out, f->now, "failed");
		buf_printf(out, f->was ? ", was ok" : ", was not called");
		break;
	case FIND_SUCCEEDS:
		buf_str(out, f->now ? ": ok, was " : ": not called any more, was ");
		say_value(out, f->was, "failed");
		break;
	case FIND_BYTES:
		say_counts(f, out);
		buf_str(out, " bytes");
		break;
	case FIND_PROCESS_NEW:
	case FIND_PROCESS_GONE:
		if (f->was || f->now)
			buf_printf(out, ": %s", f->now ? f->now : f->was);
		break;
	case FIND_THREAD_NEW:
	case FIND_THREAD_GONE:
	case FIND_CALL_NEW:
	case FIND_CALL_GONE:
	case FIND_COUNT:
	case FIND_BUDGET:
		say_counts(f, out);
		break;
	case FIND_PATH_NEW:
	case FIND_PATH_GONE:
	case FIND_PEER_NEW:
	case FIND_PEER_GONE:
	case FIND_SIGNAL:
		break;
	case FIND_ORDER:
		if (f->was && f->now)
			say_change(f, "", out);
		break;
	default:
		say_change(f, "none", out);
	}
}

void finding_say(const struct comparison *c, const struct finding *f, struct buf *out)
{
	if (f->kind == FIND_EXIT)
		say_cut(out, *f->subject ? f->subject : "process", VALUE_MAX_BYTES);
	else
		say_cut(out, f->subject, TEXT_MAX_BYTES);
	say_rest(f, out);
	if (f->note) {
		buf_str(out, "; ");
		escape_text(out, f->note, strlen(f->note));
	}
	(void)c;
}

static void say_where(const struct comparison *c, const struct finding *f, struct buf *out)
{
	struct buf name = {0};

	if (f->node && c->match.nodes[f->node].parent && f->kind != FIND_PROCESS_NEW &&
	    f->kind != FIND_PROCESS_GONE) {
		comparison_name(c, f->node, &name);
		buf_str(out, "  [");
		say_cut(out, buf_text(&name), VALUE_MAX_BYTES);
		buf_char(out, ']');
	}
	buf_inherit(out, &name);
	buf_done(&name);
}

/* The last part of what an object was called on its tape. */
static const char *name_of(const struct diff_side *s, const struct finding_place *p)
{
	const uint32_t object = p->step ? p->step->object : p->stream ? p->stream->object : 0;
	const struct diff_object *o = object < s->object_count ? &s->objects[object] : NULL;
	const char *name = o && o->kind == DIFF_NEW_FILE ? s->texts + o->name : NULL;
	const char *slash = name ? strrchr(name, '/') : NULL;

	return slash ? slash + 1 : name;
}

/* A made up name is of no help to whoever looks for the file. */
static void say_names(const struct comparison *c, const struct finding *f, struct buf *out)
{
	const char *a = name_of(c->a, &f->a), *b = name_of(c->b, &f->b);

	if (!a && !b)
		return;
	buf_str(out, "  (");
	say_cut(out, a ? a : b, VALUE_MAX_BYTES);
	if (a && b && strcmp(a, b) != 0) {
		buf_str(out, ", ");
		say_cut(out, b, VALUE_MAX_BYTES);
	}
	buf_char(out, ')');
}

static void say_line(const struct report *r, uint32_t finding, const char *lead, struct buf *out)
{
	const struct finding *f = &r->c->found.at[finding];

	buf_printf(out, "%s%-*s", lead, WORD_COLUMN, finding_word((enum finding_kind)f->kind));
	finding_say(r->c, f, out);
	say_names(r->c, f, out);
	say_where(r->c, f, out);
	buf_char(out, '\n');
	if (f->excerpt)
		report_say_excerpt(f->excerpt, out);
}

static void say_story(const struct report *r, const struct story *s, size_t number, struct buf *out)
{
	char lead[32];

	snprintf(lead, sizeof(lead), "%3zu  ", number);
	if (r->colour)
		buf_str(out, bold);
	say_line(r, s->head, lead, out);
	if (r->colour)
		buf_str(out, plain);
	for (size_t i = 0; i < s->told_count; i++)
		say_line(r, s->told[i], "     ", out);
	for (size_t i = 0; r->all && i < s->follower_count; i++)
		say_line(r, s->followers[i], "       ", out);
	if (s->follower_count && !r->all)
		buf_printf(out, "     and %zu that follow%s from it\n", s->follower_count,
			   s->follower_count == 1 ? "s" : "");
}

bool report_differs(const struct ranking *r, const struct comparison *c, int level)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct story *s = &r->stories[i];

		for (size_t k = 0; k < 1 + s->told_count + s->follower_count; k++) {
			uint32_t f = k == 0               ? s->head
				     : k <= s->told_count ? s->told[k - 1]
							  : s->followers[k - 1 - s->told_count];
			const enum finding_kind kind = (enum finding_kind)c->found.at[f].kind;

			if (kind != FIND_MACHINE && !c->found.at[f].circumstance &&
			    finding_level_rank(finding_level(kind)) <= level)
				return true;
		}
	}
	return false;
}

static void say_verdict(const struct report *r, struct buf *out)
{
	const struct ranking *x = r->ranking;
	size_t all = 0;

	for (size_t i = 0; i < x->count; i++)
		all += 1 + x->stories[i].told_count + x->stories[i].follower_count;
	if (!x->count) {
		buf_str(out, r->doubt ? "no difference found" : "same");
	} else {
		buf_printf(out, "different: %zu finding%s", x->count, x->count == 1 ? "" : "s");
		if (all > x->count)
			buf_printf(out, ", %zu with what belongs to them", all);
	}
	if (r->learned)
		buf_printf(out, "; %zu key%s that var%s masked", r->learned,
			   r->learned == 1 ? "" : "s", r->learned == 1 ? "ies" : "y");
	if (r->masked)
		buf_printf(out, ", %zu finding%s taken away", r->masked, r->masked == 1 ? "" : "s");
	if (r->c->approximate)
		buf_str(out, "; too much differs for the shortest account");
	buf_char(out, '\n');
	if (r->doubt)
		buf_printf(out, "not whole: %s\n", r->doubt);
}

static void say_context(const struct report *r, struct buf *out)
{
	if (!r->ranking->has_first && (r->a_context || r->b_context))
		buf_str(out, "\naround the first difference:\n");
	if (r->a_context)
		buf_printf(out, "  --- %s\n%s", r->a, r->a_context);
	if (r->b_context)
		buf_printf(out, "  +++ %s\n%s", r->b, r->b_context);
}

static void say_first(const struct report *r, struct buf *out)
{
	const struct finding *f;

	if (!r->ranking->has_first) {
		say_context(r, out);
		return;
	}
	f = &r->c->found.at[r->ranking->first];
	buf_str(out, "\nfirst in time:");
	if (f->a.seq)
		buf_printf(out, " event %" PRIu64 " of the first tape", f->a.seq);
	if (f->b.seq)
		buf_printf(out, "%s event %" PRIu64 " of the second", f->a.seq ? "," : "",
			   f->b.seq);
	buf_char(out, '\n');
	say_line(r, r->ranking->first, "  ", out);
	say_context(r, out);
}

int report_text(const struct report *r, struct buf *out)
{
	const size_t count = r->ranking->count;
	const size_t shown = r->all || count <= REPORT_STORIES ? count : REPORT_STORIES;

	say_verdict(r, out);
	if (count)
		buf_char(out, '\n');
	for (size_t i = 0; i < shown; i++)
		say_story(r, &r->ranking->stories[i], i + 1, out);
	if (shown < count)
		buf_printf(out, "     … %zu more (--all)\n", count - shown);
	if (r->c->found.left_out)
		buf_printf(out, "     %" PRIu64 " more were not kept\n", r->c->found.left_out);
	if (r->c->excerpts_left_out)
		buf_printf(out, "     of %zu more it was not looked for where bytes first differ\n",
			   r->c->excerpts_left_out);
	say_first(r, out);
	return buf_error(out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The process tree as nested <details>, which fold and unfold without a script. */
#include "page.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "html.h"

#include <inttypes.h>

enum {
	SHOWN_MAX = 1000,
	BYTES_MAX = 250 << 10,
	DEPTH_MAX = 40,
	OPEN_DEPTH = 4,
	OPEN_CHILDREN = 24,
	COMMAND_SHOWN = 140,
};

struct teller {
	const struct processes *all;
	struct buf *out;
	size_t told, from; /* @from: where in the page the tree begins */
};

static void say_line(const struct teller *t, const struct process *p)
{
	cleanup_done(buf_done) struct buf text = {0};
	bool bad = process_ended_badly(p);

	buf_printf(t->out, "<span class=pid>%" PRIu32 "</span> <code>", p->pid);
	process_command(t->all, p, COMMAND_SHOWN, &text);
	html_take(t->out, &text);
	buf_str(t->out, "</code> <span class=dim>");
	if (p->over)
		html_duration(t->out, p->ended > p->began ? p->ended - p->began : 0);
	if (p->threads > 1)
		buf_printf(t->out, " · %" PRIu32 " threads", p->threads);
	buf_str(t->out, "</span>");
	if (bad || !p->over) {
		process_end(p, &text);
		buf_printf(t->out, " <span class=\"pill%s\">", bad ? " bad" : "");
		html_take(t->out, &text);
		buf_str(t->out, "</span>");
	}
}

static void say_subtree(struct teller *t, uint32_t index, unsigned depth)
{
	const struct process *p = &t->all->list[index - 1];
	bool open = depth < OPEN_DEPTH && p->children <= OPEN_CHILDREN;

	if (t->told >= SHOWN_MAX || depth > DEPTH_MAX || t->out->size - t->from > BYTES_MAX)
		return;
	t->told++;
	buf_str(t->out, "<li>");
	if (!p->first_child) {
		say_line(t, p);
		buf_str(t->out, "</li>\n");
		return;
	}
	buf_printf(t->out, "<details%s><summary>", open ? " open" : "");
	say_line(t, p);
	buf_printf(t->out, " <span class=dim>%" PRIu32 " child%s</span></summary><ul>\n",
		   p->children, p->children == 1 ? "" : "ren");
	for (uint32_t c = p->first_child; c; c = t->all->list[c - 1].next_sibling)
		say_subtree(t, c, depth + 1);
	buf_str(t->out, "</ul></details></li>\n");
}

void report_tree(const struct report *r, struct buf *out)
{
	struct teller t = {.all = &r->overview.processes, .out = out, .from = out->size};
	uint64_t all = t.all->count + t.all->dropped;

	buf_str(out, "<ul class=tree>\n");
	for (uint32_t i = 1; i <= t.all->count; i++) {
		if (!t.all->list[i - 1].parent)
			say_subtree(&t, i, 0);
	}
	buf_str(out, "</ul>\n");
	if (all > t.told) {
		buf_str(out, "<p class=cut>");
		html_count(out, all - t.told);
		buf_str(out, " more processes are not shown here.</p>\n");
	}
}

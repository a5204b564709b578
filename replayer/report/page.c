/* SPDX-License-Identifier: Apache-2.0 */
/* The page around the sections, and what stands at its top: how it ended, and why. */
#include "page.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "html.h"
#include "sys/names.h"

#include <inttypes.h>

enum { TITLE_SHOWN = 80, COMMAND_SHOWN = 400, TAPE_SHOWN = 8 << 10 };

static const struct process *command(const struct overview *o)
{
	return o->processes.count ? &o->processes.list[0] : NULL;
}

static uint64_t span_of(const struct overview *o)
{
	uint64_t trailer = o->info.has_trailer ? o->info.trailer.duration : 0;

	return trailer > o->info.last_time ? trailer : o->info.last_time;
}

/* Of what is drawn. */
static uint64_t drawn_of(const struct overview *o)
{
	return o->until ? o->until : span_of(o);
}

static void say_command(const struct overview *o, size_t limit, struct buf *out)
{
	const struct meta_header *h = &o->info.header;
	cleanup_done(buf_done) struct buf text = {0};

	if (h->command.size)
		info_say_words(&text, h->command.data, h->command.size, limit);
	else if (command(o))
		process_command(&o->processes, command(o), limit, &text);
	else
		buf_str(&text, "(no command is on the tape)");
	html_take(out, &text);
}

/* ---- the verdict ---- */

/* The class of the verdict. */
static const char *kind_of_end(const struct overview *o)
{
	const struct process *p = command(o);

	if (o->info.has_trailer && o->info.trailer.has_status)
		return o->info.trailer.status ? "bad" : "good";
	if (!p || !p->over)
		return "open";
	return process_ended_badly(p) ? "bad" : "good";
}

static void say_end(const struct overview *o, struct buf *out)
{
	const struct info *i = &o->info;
	const struct process *p = command(o);
	bool told = i->has_trailer && i->trailer.has_status;
	cleanup_done(buf_done) struct buf text = {0};

	if (p && p->over && (!told || p->status == i->trailer.status))
		process_end_long(p, &text);
	else if (told)
		info_say_status(&text, i->trailer.status);
	else if (i->has_trailer && i->trailer.reason[0])
		buf_str(&text, "was left running");
	else
		buf_str(&text, "its end is not on the tape");
	html_take(out, &text);
}

static void say_last_failure(const struct failure *f, struct buf *out)
{
	const char *words = sys_errno_text(f->error);
	cleanup_done(buf_done) struct buf text = {0};

	buf_str(out, "<p class=label>The last call that failed before</p><p><code>");
	failure_call(f, &text);
	buf_char(&text, ' ');
	html_take(out, &text);
	html_bytes(out, f->object, f->object_size, FAILURE_OBJECT_MAX);
	failure_error(f, &text);
	buf_str(out, "</code> <b>");
	html_take(out, &text);
	buf_printf(out, "</b> %s</p>", words ? words : "");
}

/* Both are harmless on a terminal already. */
static void say_cause(const struct cause *c, struct buf *out)
{
	if (c->words.size) {
		buf_str(out, "<p class=cause>");
		html_text(out, buf_text(&c->words));
		buf_str(out, "</p>");
	}
	if (c->evidence.size) {
		buf_printf(out,
			   "<p class=label>Seen at %.6f s, in process %" PRIu32 "</p><p><code>",
			   (double)c->time / 1e9, c->pid);
		html_text(out, buf_text(&c->evidence));
		buf_str(out, "</code></p>");
	}
}

static void say_problem(const struct overview *o, const struct overview_problem *problem,
			struct buf *out)
{
	const struct process *p = &o->processes.list[problem->process - 1];
	cleanup_done(buf_done) struct buf text = {0};

	buf_printf(out, "<article class=problem><h3><span class=pid>%" PRIu32 "</span> <code>",
		   p->pid);
	process_command(&o->processes, p, COMMAND_SHOWN, &text);
	html_take(out, &text);
	process_end_long(p, &text);
	buf_str(out, "</code></h3><p class=end>");
	html_take(out, &text);
	buf_str(out, "</p>");
	say_cause(&problem->cause, out);
	if (p->word_count) {
		buf_str(out, "<p class=label>The last it wrote to standard error</p><pre>");
		for (size_t at = 0, next; at < p->word_count; at = next + 1) {
			for (next = at; next < p->word_count && p->words[next] != '\n';)
				next++;
			html_bytes(out, p->words + at, next - at, PROCESS_WORDS_MAX);
			buf_char(out, '\n');
		}
		buf_str(out, "</pre>");
	}
	if (!problem->cause.evidence.size && problem->has_failure)
		say_last_failure(&problem->failure, out);
	buf_str(out, "</article>\n");
}

static void say_problems(const struct overview *o, struct buf *out)
{
	if (!o->problem_count)
		return;
	buf_str(out, "<section id=wrong><h2>What went wrong</h2>\n");
	for (size_t i = 0; i < o->problem_count; i++)
		say_problem(o, &o->problems[i], out);
	if (o->more_problems)
		buf_printf(out, "<p class=cut>%zu more processes ended badly.</p>\n",
			   o->more_problems);
	buf_str(out, "</section>\n");
}

/* ---- tiles ---- */

static void open_tile(struct buf *out, const char *name, bool bad)
{
	buf_printf(out, "<div%s><dt>%s</dt><dd>", bad ? " class=bad" : "", name);
}

static void count_tile(struct buf *out, const char *name, uint64_t n, bool bad)
{
	open_tile(out, name, bad && n);
	html_count(out, n);
	buf_str(out, "</dd></div>\n");
}

static void say_tiles(const struct report *r, struct buf *out)
{
	const struct overview *o = &r->overview;
	uint64_t threads = 0;

	for (size_t i = 0; i < o->processes.count; i++)
		threads += o->processes.list[i].threads;
	buf_str(out, "<dl class=tiles>\n");
	open_tile(out, "duration", false);
	html_duration(out, span_of(o));
	buf_str(out, "</dd></div>\n");
	count_tile(out, "system calls", o->info.calls, false);
	count_tile(out, "calls that failed", o->stats.errors, false);
	count_tile(out, "processes", o->processes.count + o->processes.dropped, false);
	count_tile(out, "threads", threads, false);
	count_tile(out, "signals", r->mark_count[REPORT_SIGNAL] + r->marks_refused[REPORT_SIGNAL],
		   false);
	if (o->info.has_trailer) {
		open_tile(out, "data of calls", false);
		html_size(out, o->info.trailer.bytes_full);
		buf_str(out, "</dd></div>\n");
		count_tile(out, "events lost", o->info.trailer.lost, true);
	} else {
		open_tile(out, "the tape", true);
		buf_str(out, "cut off</dd></div>\n");
	}
	buf_str(out, "</dl>\n");
}

/* ---- the rest ---- */

static int say_timeline(const struct report *r, struct buf *out)
{
	struct report_left left = {0};
	int status;

	buf_str(out,
		"<section id=timeline><h2>Timeline</h2>\n"
		"<noscript><p>The timeline is drawn by a script. The table of processes below "
		"shows when each of them lived.</p></noscript>\n"
		"<div id=tl hidden><p class=help>A row is a thread: the darker, the more calls; "
		"the "
		"line below is the share of time spent in them. Drag or arrow keys to move, Ctrl "
		"and wheel, "
		"<kbd>+</kbd> and <kbd>-</kbd> to zoom, <kbd>0</kbd> for the whole.</p>"
		"<div id=tl-tools></div><div id=tl-box></div><p id=tl-said aria-live=polite></p>"
		"</div>\n<script type=\"application/json\" id=tl-data>");
	status = report_timeline(r, drawn_of(&r->overview), &left, out);
	buf_str(out, "</script>\n");
	if (left.lanes)
		buf_printf(out,
			   "<p class=cut>The timeline has the rows with the most calls; %zu others "
			   "are not in it.</p>\n",
			   left.lanes);
	for (size_t i = 0; i < REPORT_MARK_KIND_MAX; i++)
		left.marks += r->marks_refused[i];
	if (left.marks)
		buf_printf(out,
			   "<p class=cut>%zu more marks, of later programs, signals and "
			   "ends, are not in it.</p>\n",
			   left.marks);
	if (r->lanes_refused)
		buf_printf(out,
			   "<p class=cut>%" PRIu64
			   " events of threads that had no row of their own "
			   "share one.</p>\n",
			   r->lanes_refused);
	buf_str(out, "</section>\n");
	return status;
}

static void say_tape(const struct overview *o, struct buf *out)
{
	cleanup_done(buf_done) struct buf text = {0};

	info_say(&o->info, INFO_TEXT, &text);
	html_cut(&text, TAPE_SHOWN);
	buf_str(out, "<section id=tape><h2>The tape and the machine</h2><pre>");
	html_take(out, &text);
	buf_str(out, "</pre></section>\n");
}

static void say_head(const struct overview *o, struct buf *out)
{
	buf_printf(out,
		   "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		   "script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'\">\n"
		   "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
		   "<meta name=color-scheme content=\"light dark\">\n"
		   "<meta name=referrer content=no-referrer>\n<title>",
		   report_js.hash, report_css.hash);
	say_command(o, TITLE_SHOWN, out);
	buf_printf(out, " — systape report</title>\n<style>%s</style>\n</head>\n<body>\n",
		   report_css.text);
	buf_printf(out, "<header class=\"top %s\"><p class=kicker>systape report</p><h1><code>",
		   kind_of_end(o));
	say_command(o, COMMAND_SHOWN, out);
	buf_str(out, "</code></h1><p class=verdict>");
	say_end(o, out);
	buf_str(out, " <span class=dim>after ");
	html_duration(out, span_of(o));
	buf_str(out, "</span></p></header>\n");
}

static void say_nav(const struct overview *o, struct buf *out)
{
	buf_str(out, "<nav aria-label=Sections>");
	if (o->problem_count)
		buf_str(out, "<a href=\"#wrong\">What went wrong</a>");
	buf_str(out, "<a href=\"#timeline\">Timeline</a><a href=\"#failures\">Failures</a>"
		     "<a href=\"#slow\">Slow calls</a><a href=\"#calls\">Time by call</a>"
		     "<a href=\"#files\">Files</a><a href=\"#peers\">Peers</a><a "
		     "href=\"#processes\">Processes</a><a href=\"#tree\">Tree</a>"
		     "<a href=\"#signals\">Signals</a><a href=\"#tape\">Tape</a></nav>\n<main>\n");
}

static void section(struct buf *out, const char *id, const char *title)
{
	buf_printf(out, "<section id=%s><h2>%s</h2>\n", id, title);
}

static void say_part(const struct report *r, struct buf *out)
{
	if (!r->part.size)
		return;
	buf_str(out, "<p class=dim>Only a part of the tape: <code>");
	html_bytes(out, r->part.data, r->part.size, COMMAND_SHOWN);
	buf_str(out, "</code></p>\n");
}

int report_page(const struct report *r, struct buf *out)
{
	const struct overview *o = &r->overview;
	int status;

	say_head(o, out);
	say_nav(o, out);
	say_part(r, out);
	say_tiles(r, out);
	say_problems(o, out);
	status = say_timeline(r, out);
	if (status < 0)
		return status;
	section(out, "failures", "Failures");
	report_failure_table(r, out);
	buf_str(out, "</section>\n");
	section(out, "slow", "Slow calls");
	report_slow_table(r, out);
	buf_str(out, "</section>\n");
	section(out, "calls", "Where the time went, by call");
	report_call_table(r, out);
	buf_str(out, "</section>\n");
	section(out, "files", "Files");
	status = report_files(r, out);
	if (status < 0)
		return status;
	buf_str(out, "</section>\n");
	section(out, "peers", "Peers");
	status = report_peers(r, out);
	if (status < 0)
		return status;
	buf_str(out, "</section>\n");
	section(out, "processes", "Where the time went, by process");
	status = report_process_table(r, drawn_of(o), out);
	if (status < 0)
		return status;
	buf_str(out, "</section>\n");
	section(out, "tree", "Process tree");
	report_tree(r, out);
	buf_str(out, "</section>\n");
	section(out, "signals", "Signals");
	report_signal_table(r, out);
	buf_str(out, "</section>\n");
	say_tape(o, out);
	buf_printf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", report_js.text);
	return buf_error(out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a report: bounded, and each says what is not in it. */
#include "page.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "html.h"
#include "replayer/print/print.h"
#include "sys/names.h"
#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	CALLS_SHOWN = 300,
	FAILURES_SHOWN = 300,
	SIGNALS_SHOWN = 300,
	PROCESSES_SHOWN = 1000,
	/* Hostile text is long once it is escaped. */
	SLOW_BYTES = 160 << 10,
	CALLS_BYTES = 256 << 10,
	FAILURES_BYTES = 200 << 10,
	SIGNALS_BYTES = 100 << 10,
	PROCESSES_BYTES = 260 << 10,
	COMMAND_SHOWN = 120,
	/* Latencies are drawn from 64 ns to 64 s, a bar for each power of two. */
	FIRST_OCTAVE = 6,
	LAST_OCTAVE = 36,
	RESTART = 512, /* and above: interrupted, to be begun again, which is no failure */
	BAR = 6,
	HEIGHT = 28,
};

/* ---- calls that took long ---- */

void report_slow_table(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {"#took", "#at, s", "#thread", "call", NULL};
	struct table t;

	table_open(&t, out, "The calls that took longest, waiting included", heads, REPORT_SLOW_MAX,
		   SLOW_BYTES);
	for (size_t i = 0; i < r->slow_count && table_row(&t); i++) {
		const struct report_slow *s = &r->slow[i];

		buf_str(out, s->error && s->error < RESTART ? "<tr class=bad>" : "<tr>");
		html_duration_cell(out, s->duration);
		html_time_cell(out, s->begin);
		buf_printf(out, "<td class=n>%" PRIu32 "</td><td><code>", s->tid);
		html_text(out, s->text);
		buf_str(out, "</code></td></tr>\n");
	}
	table_close(&t, r->overview.info.calls, "calls that did not take as long");
}

/* ---- calls by name, with their latencies ---- */

/* About 8 times the binary logarithm; 0 of 0. */
static unsigned scale(uint64_t n)
{
	unsigned octave;

	if (n < 2)
		return (unsigned)n * 4;
	octave = 63u - (unsigned)__builtin_clzll(n);
	return 4 + octave * 8 + (unsigned)((n << (63 - octave) >> 60) & 7);
}

static void octaves(const struct stats_row *row, uint64_t bars[static LAST_OCTAVE + 1])
{
	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		/* As stats.h cuts them: eight buckets up to 8 ns, then eight for each power. */
		size_t octave = i / STATS_STEPS + 2;

		octave = octave < FIRST_OCTAVE ? FIRST_OCTAVE : octave;
		bars[octave > LAST_OCTAVE ? LAST_OCTAVE : octave] += row->histogram[i];
	}
}

static void say_histogram(const struct stats_row *row, struct buf *out)
{
	uint64_t bars[LAST_OCTAVE + 1] = {0}, most = 0;

	octaves(row, bars);
	for (size_t i = FIRST_OCTAVE; i <= LAST_OCTAVE; i++)
		most = bars[i] > most ? bars[i] : most;
	buf_printf(out, "<svg class=hist width=%d height=%d role=img aria-label=\"latencies\">",
		   (LAST_OCTAVE - FIRST_OCTAVE + 1) * BAR, HEIGHT);
	for (unsigned i = FIRST_OCTAVE; i <= LAST_OCTAVE; i++) {
		unsigned high = most ? scale(bars[i]) * HEIGHT / scale(most) : 0;

		if (!bars[i])
			continue;
		high = high < 2 ? 2 : high;
		buf_printf(out, "<rect x=%u y=%u width=%u height=%u><title>",
			   (i - FIRST_OCTAVE) * BAR, HEIGHT - high, BAR - 1u, high);
		html_duration(out, UINT64_C(1) << i);
		buf_str(out, " to ");
		html_duration(out, UINT64_C(2) << i);
		buf_str(out, ": ");
		html_count(out, bars[i]);
		buf_str(out, " calls</title></rect>");
	}
	buf_str(out, "</svg>");
}

/* A bar in proportion to the greatest, without any style of its own. */
static void say_share(struct buf *out, uint64_t part, uint64_t whole)
{
	unsigned width = whole ? (unsigned)(100.0 * (double)part / (double)whole) : 0;

	buf_printf(out,
		   "<td><svg class=share width=100 height=8 aria-hidden=true>"
		   "<rect width=%u height=8 rx=2></rect></svg></td>",
		   width > 100 ? 100 : width);
}

static void say_call(const struct stats_row *row, uint64_t whole, struct buf *out)
{
	const struct event_call call = {.nr = row->key, .arch = row->arch};
	char scratch[32];

	buf_str(out, "<tr><th scope=row><code>");
	html_text(out, row->key == STATS_REST ? "(others)" : print_call_name(&call, scratch));
	buf_str(out, "</code></th>");
	html_duration_cell(out, row->total);
	say_share(out, row->total, whole);
	html_count_cell(out, row->calls);
	html_count_cell(out, row->errors);
	html_duration_cell(out, stats_percentile(row, 50));
	html_duration_cell(out, stats_percentile(row, 90));
	html_duration_cell(out, stats_percentile(row, 99));
	html_duration_cell(out, row->max);
	buf_str(out, "<td>");
	if (row->histogram)
		say_histogram(row, out);
	buf_str(out, "</td></tr>\n");
}

void report_call_table(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {
		"call",    "#total",
		"share",   "#calls",
		"#failed", "#p50",
		"#p90",    "#p99",
		"#max",    "latencies, 64 ns to 64 s, both axes logarithmic",
		NULL};
	const struct stats *s = &r->overview.stats;
	struct table t;

	table_open(&t, out, "Time in calls by name, waiting included", heads, CALLS_SHOWN,
		   CALLS_BYTES);
	for (size_t i = 0; i < s->count && table_row(&t); i++)
		say_call(&s->rows[i], s->total, out);
	table_close(&t, s->count, "calls");
}

/* ---- failures ---- */

static void say_failure(const struct failure *f, struct buf *out)
{
	static const char *const ranks[] = {[FAILURE_EXPECTED] = "expected",
					    [FAILURE_PROBE] = "probe",
					    [FAILURE_MISSING] = "missing",
					    [FAILURE_SERIOUS] = "serious",
					    [FAILURE_FATAL] = "before a bad end"};
	enum failure_rank rank = failure_rank(f);
	const char *words = sys_errno_text(f->error);
	cleanup_done(buf_done) struct buf text = {0};

	buf_printf(out, "<tr%s>", rank == FAILURE_FATAL ? " class=bad" : "");
	html_count_cell(out, f->count);
	failure_call(f, &text);
	buf_str(out, "<td class=call><code>");
	html_take(out, &text);
	failure_error(f, &text);
	buf_printf(out, "</code></td><td><abbr title=\"%s\">", words ? words : "");
	html_take(out, &text);
	buf_str(out, "</abbr></td><td><code>");
	html_bytes(out, f->object, f->object_size, FAILURE_OBJECT_MAX);
	buf_printf(out, "</code></td><td class=rank data-v=%d>%s</td><td class=n>%" PRIu32 "</td>",
		   (int)rank, ranks[rank], f->pid);
	html_time_cell(out, f->first_time);
	buf_str(out, "</tr>\n");
}

void report_failure_table(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {"#times",  "call",      "error",        "what",
					    "how bad", "#first in", "#first at, s", NULL};
	const struct failures *f = &r->overview.failures;
	struct table t;

	if (!f->total) {
		buf_str(out, "<p>No call failed.</p>\n");
		return;
	}
	table_open(&t, out, "Calls that failed, those that matter first", heads, FAILURES_SHOWN,
		   FAILURES_BYTES);
	for (size_t i = 0; i < f->count && table_row(&t); i++)
		say_failure(&f->list[i], out);
	table_close(&t, f->count, "kinds of failures, of those that matter least,");
	table_say_left_out(out, f->beyond + f->expected_beyond, "failures that had no room");
}

/* ---- signals ---- */

void report_signal_table(const struct report *r, struct buf *out)
{
	static const char *const heads[] = {"#at, s", "#thread", "signal", NULL};
	uint64_t all = r->mark_count[REPORT_SIGNAL] + r->marks_refused[REPORT_SIGNAL];
	struct table t;

	if (!all) {
		buf_str(out, "<p>No signal was delivered.</p>\n");
		return;
	}
	table_open(&t, out, "Signals delivered", heads, SIGNALS_SHOWN, SIGNALS_BYTES);
	for (size_t i = 0; i < r->marks_total; i++) {
		const struct report_mark *m = &r->marks[i];

		if (m->kind != REPORT_SIGNAL)
			continue;
		if (!table_row(&t))
			break;
		buf_str(out, "<tr>");
		html_time_cell(out, m->time);
		buf_printf(out, "<td class=n>%" PRIu32 "</td><td><code>", m->tid);
		html_text(out, m->text);
		buf_str(out, "</code></td></tr>\n");
	}
	table_close(&t, all, "signals");
}

/* ---- processes, by their time in calls ---- */

struct rank {
	uint64_t weight;
	size_t index;
};

static int heavier(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Where its life was in the whole of the recording: a chart that needs no script. */
static void say_life(const struct process *p, uint64_t span, struct buf *out)
{
	double scale_ns = span ? 160.0 / (double)span : 0;
	uint64_t end = p->over ? p->ended : span;
	unsigned x = (unsigned)((double)p->began * scale_ns),
		 to = (unsigned)((double)end * scale_ns);

	x = x > 158 ? 158 : x;
	to = to > 160 ? 160 : to;
	buf_printf(out,
		   "<td data-v=%" PRIu64
		   "><svg class=\"life%s\" width=160 height=8 aria-hidden=true>"
		   "<rect x=%u width=%u height=8 rx=2></rect></svg></td>",
		   p->began, process_ended_badly(p) ? " bad" : "", x, to < x + 2 ? 2 : to - x);
}

static void say_process(const struct report *r, size_t index, uint64_t span, struct buf *out)
{
	const struct process *p = &r->overview.processes.list[index];
	cleanup_done(buf_done) struct buf text = {0};

	buf_printf(out, "<tr%s><td class=n>%" PRIu32 "</td><td><code>",
		   process_ended_badly(p) ? " class=bad" : "", p->pid);
	process_command(&r->overview.processes, p, COMMAND_SHOWN, &text);
	html_take(out, &text);
	process_end(p, &text);
	buf_str(out, "</code></td><td>");
	html_take(out, &text);
	buf_str(out, "</td>");
	say_life(p, span, out);
	html_duration_cell(out, (p->over ? p->ended : span) > p->began
					? (p->over ? p->ended : span) - p->began
					: 0);
	html_duration_cell(out, index < r->inside_capacity ? r->inside[index] : 0);
	html_count_cell(out, p->calls);
	html_count_cell(out, p->failed);
	html_count_cell(out, p->threads);
	buf_str(out, "</tr>\n");
}

int report_process_table(const struct report *r, uint64_t span, struct buf *out)
{
	static const char *const heads[] = {"#pid",      "command", "end",     "when",     "#lived",
					    "#in calls", "#calls",  "#failed", "#threads", NULL};
	size_t count = r->overview.processes.count;
	cleanup_free struct rank *all = calloc(count + 1, sizeof(*all));
	struct table t;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		all[i] = (struct rank){i < r->inside_capacity ? r->inside[i] : 0, i};
	if (count)
		qsort(all, count, sizeof(*all), heavier);
	table_open(&t, out, "Processes by their time in calls, that of all their threads together",
		   heads, PROCESSES_SHOWN, PROCESSES_BYTES);
	for (size_t i = 0; i < count && table_row(&t); i++)
		say_process(r, all[i].index, span, out);
	table_close(&t, count + r->overview.processes.dropped, "processes");
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyze stats: a table in the manner of strace -c, but of wall time. By system call an unordered
 * stream is enough, which is quick; all else needs to know who and what numbers stand for.
 */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/query/processes.h"
#include "replayer/query/stats.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

static const struct {
	const char *name;
	enum stats_by by;
} groupings[] = {{"syscall", STATS_BY_CALL},
		 {"process", STATS_BY_PROCESS},
		 {"thread", STATS_BY_THREAD},
		 {"file", STATS_BY_FILE}};

static const struct {
	const char *name;
	enum stats_order order;
} orders[] = {{"time", STATS_ORDER_TIME},     {"calls", STATS_ORDER_CALLS},
	      {"errors", STATS_ORDER_ERRORS}, {"mean", STATS_ORDER_MEAN},
	      {"p50", STATS_ORDER_P50},       {"p90", STATS_ORDER_P90},
	      {"p99", STATS_ORDER_P99},       {"max", STATS_ORDER_MAX},
	      {"wall", STATS_ORDER_WALL},     {"blocked", STATS_ORDER_BLOCKED},
	      {"busy", STATS_ORDER_BUSY},     {"bytes", STATS_ORDER_BYTES}};

enum { COMMAND_SHOWN = 60, JSON_COMMAND_MAX = 4096 };

struct stats_run {
	struct stats stats;
	struct processes processes;
	struct state *state; /* by file */
	struct filter filter;
	enum stats_order order;
	const char *what;
	bool json, ordered;
};

static void stats_run_done(struct stats_run *run)
{
	stats_done(&run->stats);
	processes_done(&run->processes);
	state_free(run->state);
	filter_done(&run->filter);
}

/* What counting rests on takes also what is not counted. */
static int take_world(struct stats_run *run, const struct trace_item *item)
{
	int r = run->state ? state_take(run->state, item) : 0;

	return r == 0 && run->ordered ? processes_take(&run->processes, item) : r;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct stats_run *run = context;
	int r;

	/* Who it was is said as it was then, whether or not more can be read. */
	if (item->kind == ITEM_EVENT && filter_is_behind(&run->filter, item->event))
		return 0;
	r = take_world(run, item);
	if (r == 0 && filter_passes(&run->filter, item)) {
		if (item->kind == ITEM_EVENT)
			r = stats_add(&run->stats, item->event);
		else if (item->kind == ITEM_SNAPSHOT)
			r = stats_snapshot(&run->stats, item->snapshot);
	}
	return r < 0 || run->filter.failed ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* ---- names ---- */

static void say_command(const struct stats_run *run, const struct stats_row *row, size_t limit,
			struct buf *ret)
{
	const struct processes *all = &run->processes;

	if (row->process)
		process_command(all, &all->list[row->process - 1], limit, ret);
}

/* As it is called in JSON: a call's name, a number, a path as it is. */
static void name_of(const struct stats_run *run, const struct stats_row *row, struct buf *ret)
{
	const struct event_call call = {.nr = row->key, .arch = row->arch};
	char scratch[32];

	if (row->key == STATS_REST)
		buf_str(ret, "(others)");
	else if (run->stats.by == STATS_BY_CALL)
		buf_str(ret, print_call_name(&call, scratch));
	else if (run->stats.by == STATS_BY_PROCESS)
		buf_printf(ret, "%u", row->pid);
	else if (run->stats.by == STATS_BY_THREAD)
		buf_printf(ret, "%u", row->tid);
	else if (row->name)
		buf_append(ret, row->name, row->name_size);
	else
		buf_str(ret, "(no file)");
}

static void say_name(const struct stats_run *run, const struct stats_row *row, struct buf *out)
{
	cleanup_done(buf_done) struct buf name = {0};

	name_of(run, row, &name);
	buf_inherit(out, &name);
	escape_text(out, buf_text(&name), name.size);
	if (row->process) {
		buf_char(out, ' ');
		say_command(run, row, COMMAND_SHOWN, out);
	}
}

/* ---- the table ---- */

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static bool by_task(const struct stats_run *run)
{
	return run->stats.by == STATS_BY_PROCESS || run->stats.by == STATS_BY_THREAD;
}

static void say_percentiles(const struct stats_row *row, struct buf *out)
{
	static const unsigned percents[] = {50, 90, 99};

	for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
		if (row->histogram)
			buf_printf(out, " %9.6f", seconds(stats_percentile(row, percents[i])));
		else
			buf_printf(out, " %9s", "-");
	}
}

static void say_row(const struct stats_run *run, const struct stats_row *row, struct buf *out)
{
	const struct stats *s = &run->stats;

	buf_printf(out, "%6.2f %12.6f %9.6f",
		   s->total ? 100.0 * (double)row->total / (double)s->total : 0.0,
		   seconds(row->total), seconds(stats_mean(row)));
	say_percentiles(row, out);
	buf_printf(out, " %11.6f %10" PRIu64, seconds(row->max), row->calls);
	if (row->errors)
		buf_printf(out, " %8" PRIu64, row->errors);
	else
		buf_str(out, "         ");
	if (by_task(run))
		buf_printf(out, " %11.6f %11.6f %11.6f", seconds(row->wall), seconds(row->blocked),
			   seconds(stats_busy(row)));
	else if (s->by == STATS_BY_FILE)
		buf_printf(out, " %12" PRIu64 " %12" PRIu64, row->read, row->written);
	buf_char(out, ' ');
	say_name(run, row, out);
	buf_char(out, '\n');
}

static void say_table(const struct stats_run *run, struct buf *out)
{
	const struct stats *s = &run->stats;

	buf_printf(out, "%6s %12s %9s %9s %9s %9s %11s %10s %8s", "% time", "seconds", "mean",
		   "p50", "p90", "p99", "max", "calls", "errors");
	if (by_task(run))
		buf_printf(out, " %11s %11s %11s", "wall", "blocked", "busy");
	else if (s->by == STATS_BY_FILE)
		buf_printf(out, " %12s %12s", "bytes read", "written");
	buf_printf(out, " %s\n", run->what);
	for (size_t i = 0; i < s->count; i++)
		say_row(run, &s->rows[i], out);
	buf_printf(out, "%6.2f %12.6f %9s %9s %9s %9s %11s %10" PRIu64 " %8" PRIu64,
		   s->total ? 100.0 : 0.0, seconds(s->total), "", "", "", "", "", s->calls,
		   s->errors);
	if (by_task(run))
		buf_printf(out, " %11s %11.6f %11s", "", seconds(s->blocked), "");
	else if (s->by == STATS_BY_FILE)
		buf_printf(out, " %12s %12s", "", "");
	buf_str(out, " total (wall time inside calls)\n");
}

/* ---- JSON ---- */

static void json_more(const struct stats_run *run, const struct stats_row *row, struct buf *out)
{
	cleanup_done(buf_done) struct buf command = {0};

	if (run->stats.by == STATS_BY_FILE)
		buf_printf(out, ",\"read_bytes\":%" PRIu64 ",\"written_bytes\":%" PRIu64, row->read,
			   row->written);
	if (!by_task(run))
		return;
	buf_printf(out,
		   ",\"pid\":%u,\"wall_ns\":%" PRIu64 ",\"blocked_ns\":%" PRIu64
		   ",\"busy_ns\":%" PRIu64 ",\"command\":\"",
		   row->pid, row->wall, row->blocked, stats_busy(row));
	say_command(run, row, JSON_COMMAND_MAX, &command);
	buf_inherit(out, &command);
	escape_json(out, buf_text(&command), command.size);
	buf_char(out, '"');
}

static void json_row(const struct stats_run *run, const struct stats_row *row, struct buf *out)
{
	cleanup_done(buf_done) struct buf name = {0};

	name_of(run, row, &name);
	buf_inherit(out, &name);
	buf_printf(out, "{\"%s\":\"", run->what);
	escape_json(out, buf_text(&name), name.size);
	buf_printf(out,
		   "\",\"calls\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"total_ns\":%" PRIu64
		   ",\"mean_ns\":%" PRIu64 ",\"max_ns\":%" PRIu64,
		   row->calls, row->errors, row->total, stats_mean(row), row->max);
	if (row->histogram)
		buf_printf(out,
			   ",\"p50_ns\":%" PRIu64 ",\"p90_ns\":%" PRIu64 ",\"p99_ns\":%" PRIu64,
			   stats_percentile(row, 50), stats_percentile(row, 90),
			   stats_percentile(row, 99));
	json_more(run, row, out);
	buf_char(out, '}');
}

static void say_json(const struct stats_run *run, struct buf *out)
{
	const struct stats *s = &run->stats;

	buf_printf(out,
		   "{\"by\":\"%s\",\"calls\":%" PRIu64 ",\"errors\":%" PRIu64
		   ",\"total_ns\":%" PRIu64 ",\"rows\":[",
		   run->what, s->calls, s->errors, s->total);
	for (size_t i = 0; i < s->count; i++) {
		buf_str(out, i ? ",\n" : "\n");
		json_row(run, &s->rows[i], out);
	}
	buf_str(out, "]}\n");
}

/* ---- all together ---- */

static int start(struct stats_run *run)
{
	const enum stats_by by = run->stats.by;

	if (stats_init(&run->stats, by) < 0)
		return -ENOMEM;
	run->ordered = by != STATS_BY_CALL;
	run->filter.unordered = !run->ordered;
	if (run->ordered)
		run->stats.processes = &run->processes;
	if (by == STATS_BY_FILE)
		run->stats.state = run->state = state_new();
	return by == STATS_BY_FILE && !run->state ? -ENOMEM : 0;
}

static int tell(struct stats_run *run, char **paths)
{
	struct trace_stream_options options = {.unordered = !run->ordered};
	struct buf out = {0};
	int status, failed;

	/* Calls that are only counted rest on nothing. */
	filter_bound(&run->filter, !run->ordered, &options);
	status = opts_for_each_item(paths, &options, take, run);
	failed = stats_sort(&run->stats);
	if (!failed && run->order != STATS_ORDER_TIME)
		failed = stats_order(&run->stats, run->order);
	if (run->stats.calls || status == EXIT_FINE) {
		if (run->json)
			say_json(run, &out);
		else
			say_table(run, &out);
	}
	return opts_end(&out, failed, status);
}

static int set_grouping(struct stats_run *run, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(groupings); i++) {
		if (strcmp(groupings[i].name, name) == 0) {
			run->stats.by = groupings[i].by;
			run->what = groupings[i].name;
			return 0;
		}
	}
	return opts_complain("cannot group by '%s'; use syscall, process, thread or file", name);
}

static int set_order(struct stats_run *run, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		if (strcmp(orders[i].name, name) == 0) {
			run->order = orders[i].order;
			return 0;
		}
	}
	return opts_complain("cannot sort by '%s'; use time, calls, errors, mean, p50, p90, p99, "
			     "max, wall, blocked, busy or bytes",
			     name);
}

static int filtering(int r, struct err *err)
{
	return r < 0 ? opts_complain("%s", err_text(err)) : 0;
}

static int take_option(struct stats_run *run, int option, char **argv)
{
	struct err err = {0};

	switch (option) {
	case 'j':
		run->json = true;
		return 0;
	case 'e':
		return filtering(filter_trace(&run->filter, optarg, &err), &err);
	case 'p':
		return filtering(filter_pids(&run->filter, optarg, &err), &err);
	case 'T':
		return filtering(filter_time(&run->filter, optarg, &err), &err);
	case 'b':
		return set_grouping(run, optarg);
	case 's':
		return set_order(run, optarg);
	default:
		return opts_bad_option(option, argv);
	}
}

int verb_stats(int argc, char **argv)
{
	static const struct option longs[] = {{"by", required_argument, NULL, 'b'},
					      {"sort", required_argument, NULL, 's'},
					      {"trace", required_argument, NULL, 'e'},
					      {"pid", required_argument, NULL, 'p'},
					      {"time", required_argument, NULL, 'T'},
					      {"json", no_argument, NULL, 'j'},
					      {0}};
	cleanup_done(stats_run_done) struct stats_run run = {.what = groupings[0].name};
	int option;

	while ((option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		const int r = take_option(&run, option, argv);

		if (r)
			return r;
	}
	if (start(&run) < 0)
		return opts_complain("out of memory");
	return tell(&run, argv + optind);
}
